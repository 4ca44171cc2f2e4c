"""A brain process that is killed under load loses nothing that it acknowledged."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.site.kills import killed


@pytest.mark.alone
async def test_kill_9_under_load_loses_no_fact_no_caller_and_no_place(tmp_path: Path) -> None:
    killing = await killed(5, seed=2, folder=tmp_path)
    assert len(killing.acknowledged()) > 100
