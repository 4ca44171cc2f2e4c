"""Who takes calls in a dry run, where nobody says who is there."""

from __future__ import annotations

from collections.abc import Collection

from calls.ids import AgentId
from config.site import Site
from routing.calendars import Calendar


def signed_in(
    site: Site, now: float, *, ready: Collection[str], out: Collection[str]
) -> tuple[AgentId, ...]:
    """Who takes calls: everybody while the clinic is open, else nobody but who is wished for.

    Args:
        site: the loaded site.
        now: seconds since the epoch.
        ready: who is there in any case.
        out: who is not.
    """
    is_open = _is_open(site, now)
    return tuple(agent for agent in site.agents if agent in ready or (is_open and agent not in out))


def _is_open(site: Site, now: float) -> bool:
    """Whether any calendar that ever closes is open; a site without one never closes."""
    hours = [calendar for calendar in site.rules.calendars.values() if not _never_closes(calendar)]
    return not hours or any(calendar.is_open(now) for calendar in hours)


def _never_closes(calendar: Calendar) -> bool:
    whole_day = ((0, 24 * 60),)
    return not calendar.holidays and all(
        calendar.week.get(weekday) == whole_day for weekday in range(7)
    )
