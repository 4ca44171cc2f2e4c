"""Which way out of a branch a call takes."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.steps import BranchStep, Case
from routing.calendars import Calendar


def way_out(
    step: BranchStep,
    variables: Mapping[str, str],
    calendars: Mapping[str, Calendar],
    now: float,
) -> str:
    """The step that follows: that of the first case that holds, or else ``otherwise``.

    Args:
        step: the branch.
        variables: the call's, ``language`` among them.
        calendars: the site's, by name.
        now: seconds since the epoch.
    """
    for case in step.cases:
        if _holds(case, variables, calendars, now):
            return case.goto
    return step.otherwise


def _holds(
    case: Case, variables: Mapping[str, str], calendars: Mapping[str, Calendar], now: float
) -> bool:
    if case.calendar is not None:
        calendar = calendars.get(case.calendar)
        if calendar is None:
            return False
        return case.equals == ("open" if calendar.is_open(now) else "closed")
    return case.variable is not None and variables.get(case.variable) == case.equals
