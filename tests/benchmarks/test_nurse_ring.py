"""The benchmark sees the nurse's phone ring for the caller who spoke."""

from __future__ import annotations

import shutil

import pytest

from benchmarks import nurse_ring


@pytest.mark.alone
async def test_red_flags_that_are_spoken_make_a_nurses_phone_ring(tmp_path, rendered):
    shutil.copytree(rendered, tmp_path / "prompts")
    told: list[str] = []
    values = await nurse_ring.idle(tmp_path, told.append, quick=True)
    assert values["nurse_ring_calls"] == 6
    # A recogniser may miss one of them; half of them would be a defect of the line.
    assert values["nurse_ring_samples"] > 3
    assert len(values["nurse_ring_no_ring"]) == 6 - values["nurse_ring_samples"]
    assert told[-1] == "nurse-ring: 6 of 6"
