"""The calls of a journal in a list, so that one of them can be named."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from calls.facts import CallArrived, CallConnected, CallEnded, CallFact, CallQueued
from calls.ids import AgentId, CallId
from calls.outcome import Outcome
from calls.ports import Entry
from careline.terminal import Terminal, Tone

_LATEST = 20
_ID = 8
"""A call's id is shown with so many characters, or with more where two begin alike."""


@dataclass(slots=True)
class Listed:
    """One call.

    Attributes:
        call_id: the call.
        at: when it arrived, seconds since the epoch.
        queues: where it waited, in order.
        red_flag: whether it became an emergency.
        agents: who spoke with the caller, in order; also who called them back.
        outcome: how it ended; ``None`` while it is not over.
    """

    call_id: CallId
    at: float
    queues: list[str] = field(default_factory=list)
    red_flag: bool = False
    agents: list[AgentId] = field(default_factory=list)
    outcome: Outcome | None = None


def listed(entries: Iterable[tuple[int, Entry]]) -> list[Listed]:
    """Every call that arrived, in that order.

    Args:
        entries: the journal, with positions.
    """
    calls: dict[CallId, Listed] = {}
    for _position, entry in entries:
        record = entry.record
        if isinstance(record, CallArrived):
            calls.setdefault(record.call_id, Listed(record.call_id, entry.at))
        elif isinstance(record, CallFact):
            # An attempt to call back belongs to the call that it answers.
            call = calls.get(CallId(record.call_id.partition("~")[0]))
            if call is not None:
                _take(call, record)
    return list(calls.values())


def show(terminal: Terminal, calls: list[Listed], zone: tzinfo, *, everything: bool) -> None:
    """The latest calls, or all of them, one a line; the latest last.

    Args:
        terminal: where to.
        calls: as from :func:`listed`.
        zone: where the clinic is.
        everything: also those before the latest.
    """
    shown = calls if everything else calls[-_LATEST:]
    if len(shown) < len(calls):
        terminal.say(f"the latest {len(shown)} of {len(calls)} calls; --all lists every one")
    length = _told_apart([call.call_id for call in calls])
    for call in shown:
        at = datetime.fromtimestamp(call.at, zone)
        terminal.say(
            _in_words(call),
            lead=f"{call.call_id[:length]:{length}}  {at:%Y-%m-%d %H:%M:%S}  ",
            tone=Tone.ALERT if call.red_flag else Tone.PLAIN,
        )


def print_json(calls: list[Listed], zone: tzinfo) -> None:
    """All of them, as one JSON object."""
    print(json.dumps({"calls": [_as_data(call, zone) for call in calls]}, indent=2))


def _take(call: Listed, record: CallFact) -> None:
    match record:
        case CallQueued(requirement=requirement):
            call.red_flag = call.red_flag or requirement.emergency
            if call.queues[-1:] != [requirement.queue]:
                call.queues.append(requirement.queue)
        case CallConnected(agent_id=agent_id):
            if call.agents[-1:] != [agent_id]:
                call.agents.append(agent_id)
        case CallEnded(call_id=call_id, outcome=outcome) if call_id == call.call_id:
            call.outcome = outcome


def _in_words(call: Listed) -> str:
    said = ["not over" if call.outcome is None else call.outcome.value]
    if call.queues:
        said.append(f"{'RED FLAG, ' if call.red_flag else ''}waited in {', '.join(call.queues)}")
    if call.agents:
        said.append(f"talked with {', '.join(call.agents)}")
    return "; ".join(said)


def _as_data(call: Listed, zone: tzinfo) -> dict[str, Any]:
    return {
        "call_id": call.call_id,
        "arrived": datetime.fromtimestamp(call.at, zone).isoformat(timespec="seconds"),
        "outcome": None if call.outcome is None else call.outcome.value,
        "red_flag": call.red_flag,
        "queues": call.queues,
        "agents": call.agents,
    }


def _told_apart(call_ids: list[CallId]) -> int:
    """How many characters tell all of them apart."""
    longest = max(map(len, call_ids), default=_ID)
    for length in range(min(_ID, longest), longest):
        if len({call_id[:length] for call_id in call_ids}) == len(call_ids):
            return length
    return longest
