"""Several machines on one Redis: the one that leads is killed under load, and no caller pays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.site.nodes import killed


@pytest.mark.alone
async def test_kill_9_of_the_node_that_leads_loses_no_fact_no_caller_and_no_place(
    tmp_path: Path,
) -> None:
    outcome = await killed(3, seed=4, folder=tmp_path)
    assert len(outcome.failover_s) == 3
    assert outcome.facts > 100


@pytest.mark.alone
async def test_a_leader_that_was_suspended_wakes_up_as_one_of_the_others(tmp_path: Path) -> None:
    outcome = await killed(0, seed=5, folder=tmp_path, pauses=2)
    assert outcome.facts > 50
