"""The ways that the calls of a journal took through their flow.

Each call's interpreter lives again through what the journal says of it, as after a restart. What is
kept of a call is the steps it came through, by name: no words, no keys, no number, no time. Where a
call's key was deleted, what it pressed and said is gone: it is followed up to its first question.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from calls.commands import Command
from calls.facts import CallArrived, CallEnded, Fact, SitePublished
from calls.ids import CallId
from calls.outcome import Outcome
from calls.ports import Entry
from careline.live_call import LiveCall
from careline.live_calls import LiveCalls
from careline.replaying import FindVersion
from careline.rescue import Rescue
from config.site import Site
from ivr import Interpreter

Trail = tuple[str, ...]
"""See :attr:`ivr.interpreter.Interpreter.trail`."""


@dataclass(slots=True)
class Trails:
    """What the calls of a time came through.

    Attributes:
        trails: one for each call that arrived then, in the order in which they ended; those that
            have not ended stand last, as far as they have come.
        missing: versions of the site that were published and cannot be found any more.
    """

    trails: list[Trail] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def trails_of(
    entries: Iterable[tuple[int, Entry]],
    site: Site,
    find_version: FindVersion,
    *,
    since: float,
    until: float,
) -> Trails:
    """Follow the calls that arrived in a time; of calls that we placed nothing is told.

    Args:
        entries: the journal's, from its first, with positions.
        site: the version of the site that the journal begins with.
        find_version: finds those that were published later.
        since: the first moment that counts, seconds since the epoch.
        until: the first that does not.
    """
    found = Trails()
    calls = LiveCalls(site, _give_up)
    followed: dict[CallId, Interpreter] = {}
    for _position, entry in entries:
        record, at = entry.record, entry.at
        if isinstance(record, Fact) and record.site != site.id:
            continue
        if isinstance(record, SitePublished):
            version = find_version(record.version)
            if version is None:
                found.missing.append(record.version)
            elif version.id == site.id:
                calls.publish(version)
            continue
        if isinstance(record, CallArrived) and not since <= at < until:
            continue
        if at >= until and not followed:
            break
        calls.recall(record, at)
        match record:
            case CallArrived(call_id=call_id) if call_id in calls:
                engine = calls[call_id].engine
                if isinstance(engine, Interpreter):
                    followed.setdefault(call_id, engine)
            case CallEnded(call_id=call_id) if call_id in followed:
                found.trails.append(followed.pop(call_id).trail)
    found.trails += [engine.trail for engine in followed.values()]
    return found


def _give_up(call: LiveCall, _fact: Fact | None, _now: float) -> list[Command]:
    """A call whose engine failed leaves its flow there, as it did then."""
    call.engine = Rescue(call.call_id, call.rules, None, Outcome.ERROR)
    return []
