"""How a site stood after an entry of its journal, so that a restart need not read all before it.

Nothing private is in it: no number, no words, no digits. Where something of that kind is needed
again, the checkpoint says where in the journal to read it, and there a call that was forgotten
stays forgotten. So live calls are not in it either: they are brought back from the stretch of the
journal in which they happened. That a restart from a checkpoint comes to the same as one that reads
the whole journal is tested with both at every crash of the simulated site.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from acd.estimates import EstimatesState
from acd.state import DistributorState
from calls.commands import OpenTask
from calls.facts import (
    CallArrived,
    CallBackAnswered,
    CallBackChosen,
    CallerNoted,
    SitePublished,
)
from calls.ids import CallId, QueueId
from calls.outcome import Outcome
from calls.ports import Entry
from careline.repeat_callers import Alarm
from careline.turn import Task
from routing.openness import Override

FORMAT = 3
"""Of a checkpoint that looks otherwise nothing is read but this."""

SHORTEST_STRETCH = 10_000
"""At least so many entries are read again: what callers' waits are estimated from is learned from
them, and so is what the live view shows."""


_LOST_WITH_NUMBERS = 200
"""Of so many callers whom a line showed no longer the number is looked for: they may be found."""


class CheckpointError(Exception):
    """Theirs: not a checkpoint that this version of the software can begin from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A call that we placed to call somebody back.

    Attributes:
        shown_in: the call in which their number was shown.
        emergency: whether it is a red flag who is called back.
        answers: the call that it answers, where what was known after that is needed.
    """

    shown_in: CallId
    emergency: bool
    answers: CallId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a switchboard stands, but for its live calls.

    Attributes:
        distributor: all of it.
        estimates: all of them.
        tasks: what people have to do.
        outcomes: how many calls ended how.
        ended: calls that are known to be over, the latest last.
        lost: those of them that a line showed no longer.
        calls: those that are not, or that are kept after their end: they are brought back.
        placed: those among them, and among those whose agents are remembered, that we placed.
        owed: calls whose callers are owed a call-back, with the call that showed the number.
        noted: calls that are over, of whose callers it is needed what is known.
        spoke_in: calls that showed the number of a caller whose last agent is remembered.
        alarms: what triage found in callers' words within the last day.
        overrides: what supervisors have said on queues.
        look_for_staff_at: when it is seen to whoever waits for people who have gone home, seconds
            since the epoch.
    """

    distributor: DistributorState
    estimates: EstimatesState
    tasks: tuple[Task, ...] = ()
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    ended: tuple[CallId, ...] = ()
    lost: tuple[CallId, ...] = ()
    calls: tuple[CallId, ...] = ()
    placed: Mapping[CallId, Placed] = field(default_factory=dict)
    owed: Mapping[CallId, CallId] = field(default_factory=dict)
    noted: tuple[CallId, ...] = ()
    spoke_in: tuple[CallId, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    overrides: Mapping[QueueId, Override] = field(default_factory=dict)
    look_for_staff_at: float | None = None

    @property
    def shown_in(self) -> set[CallId]:
        """Calls whose arrival is needed again, for the number that it shows."""
        return {
            *self.owed.values(),
            *(each.shown_in for each in self.placed.values()),
            *(each.shown_in for each in self.alarms),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a journal keeps as its snapshot.

    Attributes:
        site: the site's id.
        at: the latest time of any entry, seconds since the epoch.
        version: of the site, that was in force.
        stretch_after: after this entry live calls are looked for.
        stretch_version: of the site, that was in force there.
        arrivals: for calls whose number was shown, or given, before the stretch: after which entry.
        seen: how far each run of a line had been heard.
        standing: the switchboard.
        notes: after which entry what is known of the caller of a noted call stands.
    """

    site: str
    at: float
    version: str
    stretch_after: int
    stretch_version: str
    arrivals: Mapping[CallId, int]
    seen: Mapping[str, int]
    standing: Standing
    notes: Mapping[CallId, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Envelope:
    format: int
    checkpoint: msgspec.Raw


_envelope = msgspec.msgpack.Decoder(_Envelope)
_checkpoint = msgspec.msgpack.Decoder(Checkpoint)


def encode(checkpoint: Checkpoint) -> bytes:
    """A checkpoint as bytes (MessagePack)."""
    inside = msgspec.Raw(msgspec.msgpack.encode(checkpoint))
    return msgspec.msgpack.encode(_Envelope(FORMAT, inside))


def decode(data: bytes) -> Checkpoint:
    """The checkpoint that :func:`encode` made ``data`` from.

    Raises:
        CheckpointError: it is none, or one of another version of the software.
    """
    try:
        envelope = _envelope.decode(data)
        if envelope.format == FORMAT:
            return _checkpoint.decode(envelope.checkpoint)
    except msgspec.MsgspecError as error:
        raise CheckpointError(f"the checkpoint cannot be read ({type(error).__name__})") from None
    raise CheckpointError(f"the checkpoint has format {envelope.format}, not {FORMAT}")


class Track:
    """Where in the journal calls began and versions of the site were published.

    Args:
        site: the site's id.
        version: of it, that is in force before the first entry that is followed.

    Attributes:
        position: of the last entry; 0 before the first.
    """

    def __init__(self, site: str, version: str) -> None:
        self._site = site
        self._versions = [(0, version)]
        self._began: dict[CallId, int] = {}
        self._told: dict[CallId, int] = {}
        self._noted: dict[CallId, int] = {}
        self._at = 0.0
        self.position = 0

    def follow(self, position: int, entry: Entry) -> None:
        """Take in an entry, after those before it."""
        self.position = position
        self._at = max(self._at, entry.at)
        match entry.record:
            case CallArrived(call_id=call_id) | CallBackAnswered(call_id=call_id):
                self._began.setdefault(call_id, position - 1)
            case CallBackChosen(call_id=call_id, number=number) if number:
                self._told[call_id] = position - 1
            case OpenTask(call_id=call_id, number=number) if number:
                self._told[call_id] = position - 1
            case CallerNoted(call_id=call_id):
                self._noted[call_id] = position - 1
            case SitePublished(site=site, version=version) if site == self._site:
                self._versions.append((position, version))

    def recall(self, checkpoint: Checkpoint, position: int) -> None:
        """Know what a checkpoint knows of what was before its stretch, and where it stands."""
        self.position = position
        self._began = {**checkpoint.arrivals, **self._began}
        self._noted = {**checkpoint.notes, **self._noted}
        self._at = max(self._at, checkpoint.at)

    def checkpoint(self, standing: Standing, seen: Mapping[str, int]) -> Checkpoint | None:
        """A checkpoint after the last entry; ``None`` where the journal misses a call's beginning.

        Args:
            standing: how the site stands.
            seen: how far each run of a line was heard.
        """
        needed = {*standing.calls, *standing.shown_in, *standing.spoke_in}
        wanted = {*needed, *standing.lost[-_LOST_WITH_NUMBERS:]}
        self._began = {call: after for call, after in self._began.items() if call in wanted}
        self._told = {call: after for call, after in self._told.items() if call in wanted}
        noted = {*standing.noted}
        self._noted = {call: after for call, after in self._noted.items() if call in noted}
        if not self._began.keys() >= needed:
            return None
        brought_back = {*standing.calls, *standing.spoke_in}
        first = min((self._began[call] for call in brought_back), default=self.position)
        after = max(0, min(first, self.position - SHORTEST_STRETCH))
        return Checkpoint(
            site=self._site,
            at=self._at,
            version=self._versions[-1][1],
            stretch_after=after,
            stretch_version=self._version_after(after),
            arrivals={
                call: shown
                for call, began in self._began.items()
                if (shown := self._told.get(call, began)) < after and call not in brought_back
            },
            seen=dict(seen),
            standing=standing,
            notes=dict(self._noted),
        )

    def _version_after(self, position: int) -> str:
        return next(version for at, version in reversed(self._versions) if at <= position)
