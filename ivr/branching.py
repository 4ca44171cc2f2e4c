"""Which way out of a branch a call takes."""

from __future__ import annotations

from collections.abc import Callable

from ivr.steps import BranchStep
from ivr.values import Value


def way_out(step: BranchStep, look: Callable[[str], Value | None]) -> str:
    """The step that follows: that of the first case that holds, or else ``otherwise``.

    Args:
        step: the branch.
        look: gives the value of a name; ``None`` where it is not set.
    """
    return next((case.goto for case in step.cases if case.when.holds(look)), step.otherwise)
