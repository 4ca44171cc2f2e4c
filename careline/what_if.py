"""What a recorded day would have been under another configuration: three days side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from calls.facts import Fact
from calls.ids import AgentId
from careline.day import Day, measured, metrics_of
from careline.holes import Hole
from careline.live_again import live_again
from careline.recorded import recorded
from careline.replaying import Entries, FindVersion
from config.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Three days side by side.

    Attributes:
        since: when they begin, seconds since the epoch.
        until: when they end.
        calls: callers who were queued.
        journal: what the journal tells.
        again: the same run again, with the site as it was: how far a run can be trusted.
        other: run under the other configuration.
        never_there: agents of the other configuration who are not in the journal; nobody of them
            takes a call.
        holes: what the journal itself says is missing from all three.
    """

    since: float
    until: float
    calls: int
    journal: Day
    again: Day
    other: Day
    never_there: tuple[AgentId, ...]
    holes: tuple[Hole, ...]


def compare(
    entries: Callable[[], Entries], site: Site, find_version: FindVersion, other: Site
) -> Comparison | None:
    """Live a journal's day again, as it was and under another configuration.

    Args:
        entries: reads the journal from its beginning, each time anew.
        site: the version of the site that it begins with.
        find_version: finds those that were published later.
        other: the configuration to compare with.

    Returns:
        ``None`` where nobody was queued.
    """
    day = recorded(entries(), site.id)
    if not day.contacts:
        return None
    metrics = metrics_of(site)
    holes = []
    for _position, entry in entries():
        hole = Hole.told_by(entry)
        if hole is not None:
            holes.append(hole)
        if not isinstance(entry.record, Fact) or entry.record.site == site.id:
            metrics.take(entry.at, entry.record)
    there = {fact.agent_id for _at, fact in day.staff}
    return Comparison(
        since=day.since,
        until=day.until,
        calls=len(day.contacts),
        journal=measured(metrics, day.until),
        again=live_again(day, site, site.id, find_version),
        other=live_again(day, other, site.id, lambda _version: None),
        never_there=tuple(name for name in other.agents if name not in there),
        holes=tuple(holes),
    )
