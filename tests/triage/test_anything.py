"""Whatever is said is answered; a million inputs more in ``make soak``."""

from __future__ import annotations

from tests.triage.anything import run


def test_a_thousand_inputs_that_nobody_would_say_are_answered():
    assert run((0, 0, 1_000)) == ""
