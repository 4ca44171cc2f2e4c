"""One call of a journal retold, with each of its offers explained as it stood when it was made.

What is told is what the journal tells. Why an agent was offered the call is derived by a replay;
where that decides otherwise, the offer is told all the same, and that its reasons are not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from acd.explain import Explanation
from acd.floor import Choice
from acd.rule import in_words
from acd.visit import Visit
from calls.commands import Command, OfferCall
from calls.facts import DERIVED, CallArrived, CallFact, Fact
from calls.ids import AgentId, CallId, QueueId
from calls.ports import Entry
from careline.checkpoint import Checkpoint
from careline.holes import Hole
from careline.replaying import Difference, FindVersion, Replay
from careline.story import tell
from config.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """An offer whose reasons are not known: the replay does not make it as the journal tells it.

    Attributes:
        at: when it was made, seconds since the epoch.
        call_id: the call, or an attempt to call back.
        queue: where it stood.
        agents: to whom it was offered.
        rule: what decided, as the journal has it.
        call_back: nobody was on the line: the agent was to call somebody back.
    """

    at: float
    call_id: CallId
    queue: QueueId
    agents: tuple[AgentId, ...]
    rule: str
    call_back: bool

    def sentence(self) -> str:
        """It for a person to read."""
        what = "call-back offered" if self.call_back else "offered"
        return (
            f"{what} to {' and '.join(self.agents)} in {self.queue}: {in_words(self.rule)}; why "
            "nobody else was cannot be told, for the replay does not come to this offer"
        )


@dataclass(slots=True)
class Retold:
    """What is known of one call.

    Attributes:
        call_id: the call; attempts to call it back belong to it.
        began_at: when the first thing that the journal tells of it happened.
        from_its_arrival: whether that is its arrival.
        lines: ``(when, what happened)``, seconds since the epoch.
        decisions: each after how many lines it stands.
        difference: where the replay first decided otherwise than the journal tells, up to the end
            of the call.
        differences: how many decisions of either were not the other's.
        checkpoint: the entry after which the replay began; ``None`` if with the first.
        holes: what the journal itself says is missing, up to the end of the call.
    """

    call_id: CallId
    began_at: float = 0.0
    from_its_arrival: bool = False
    lines: list[tuple[float, str]] = field(default_factory=list)
    decisions: list[tuple[int, Explanation | Offered]] = field(default_factory=list)
    difference: Difference | None = None
    differences: int = 0
    checkpoint: int | None = None
    holes: tuple[Hole, ...] = ()

    @property
    def explained(self) -> bool:
        """Whether the reasons of all its offers are known."""
        return not any(isinstance(each, Offered) for _after, each in self.decisions)

    def not_known(self, zone: tzinfo) -> list[str]:
        """What could not be known, for a person to read; times are in the site's time zone."""
        told = []
        if not self.from_its_arrival:
            told.append("The journal does not tell how this call began.")
        if not self.decisions and not (self.from_its_arrival and not self.holes):
            told.append("It tells of no offer to anybody.")
        told += [f"{hole.sentence(zone)}." for hole in self.holes]
        if self.difference is not None:
            when = datetime.fromtimestamp(self.difference.at, zone)
            times = "once" if self.differences == 1 else f"{self.differences} times"
            told.append(
                f"Up to its end the replay decided otherwise than the journal {times}, first at "
                f"entry {self.difference.position} ({when:%Y-%m-%d %H:%M:%S}), and went on as the "
                "journal tells: a reason may miss what only the line knew. `careline replay` tells "
                "more."
            )
        return [f"{each[0].upper()}{each[1:]}" for each in told]


def call_of(record: Fact | Command) -> CallId | None:
    """The call that a record is about; of an attempt to call back, the one that it answers."""
    return _answered(record.call_id) if isinstance(record, CallFact | Command) else None


def retold(
    entries: Callable[[], Iterable[tuple[int, Entry]]],
    site: Site,
    find_version: FindVersion,
    call_id: CallId,
    *,
    first: int,
    last: int,
    checkpoint: tuple[int, Checkpoint] | None = None,
) -> Retold:
    """Retell a call.

    Args:
        entries: gives those of the journal, from its first.
        site: the version of the site that the journal begins with.
        find_version: finds those that were published later.
        call_id: the call.
        first: the first entry that is about it.
        last: the last one.
        checkpoint: the journal's, with its position. The replay begins there if that is before the
            call: what is before it is of no account then, holes and differences too.
    """
    if checkpoint is not None and checkpoint[0] < first:
        retelling = _Retelling(site, find_version, call_id, checkpoint)
        if retelling.from_checkpoint(checkpoint[0], entries(), last):
            return retelling.told()
    retelling = _Retelling(site, find_version, call_id, checkpoint)
    retelling.read(entries(), last)
    return retelling.told()


class _Retelling:
    def __init__(
        self,
        site: Site,
        find_version: FindVersion,
        call_id: CallId,
        checkpoint: tuple[int, Checkpoint] | None,
    ) -> None:
        self._told = Retold(call_id)
        self._replay = Replay(site, find_version, checkpoint)
        self._replay.watch(self._witness)
        self._decided: list[Explanation] = []
        self._owed = False

    def told(self) -> Retold:
        """All that is known."""
        results = self._replay.results()
        self._told.difference, self._told.holes = results.difference, results.holes
        self._told.differences = results.only_in_journal + results.only_in_replay
        return self._told

    def from_checkpoint(
        self, position: int, entries: Iterable[tuple[int, Entry]], last: int
    ) -> bool:
        """Read what is after the checkpoint; whether it can be gone on from."""
        rest = iter(entries)
        for at, entry in rest:
            self._replay.pass_by(at, entry)
            if at >= position:
                break
        if not self._replay.go_on_from_checkpoint():
            return False
        self._told.checkpoint = position
        self.read(rest, last)
        return True

    def read(self, entries: Iterable[tuple[int, Entry]], last: int) -> None:
        """Read all entries up to the last that is about the call."""
        for position, entry in entries:
            if position > last:
                return
            if isinstance(entry.record, Fact) and not isinstance(entry.record, DERIVED):
                self._decided.clear()
            self._replay.take(position, entry)
            if call_of(entry.record) == self._told.call_id:
                self._tell(entry)

    def _witness(self, visit: Visit, choice: Choice) -> None:
        if _answered(visit.call_id) == self._told.call_id:
            self._decided.append(self._replay.distributor.explain(visit, choice))

    def _tell(self, entry: Entry) -> None:
        told, record = self._told, entry.record
        if not told.began_at:
            told.began_at = entry.at
            told.from_its_arrival = isinstance(record, CallArrived)
        if isinstance(record, OfferCall):
            self._offered(record, entry.at)
            return
        line = tell(record)
        if line is not None:
            told.lines.append((entry.at, line))
        if isinstance(record, CallFact) and record.call_id == told.call_id:
            self._tell_of_call_back(entry.at)

    def _offered(self, order: OfferCall, at: float) -> None:
        """Tell a decision; where two people are offered one call at once, once."""
        decisions = self._told.decisions
        found = next((each for each in self._decided if _explains(each, order)), None)
        if found is None:
            unknown = Offered(
                at=at,
                call_id=order.call_id,
                queue=QueueId(order.queue),
                agents=(order.agent_id,),
                rule=order.rule,
                call_back=order.call_back,
            )
            decisions.append((len(self._told.lines), unknown))
        elif not decisions or decisions[-1][1] is not found:
            decisions.append((len(self._told.lines), found))

    def _tell_of_call_back(self, at: float) -> None:
        """Once: that a red flag who has left is to be called back, and when at the soonest."""
        owed = self._replay.distributor.call_back(self._told.call_id)
        if self._owed or owed is None or not owed.emergency:
            return
        self._owed = True
        if not owed.allowed:
            line = "a nurse is to reach them: the line may not call them back, or has no number"
        elif owed.next_at > at:
            line = (
                f"a nurse is to call back, in {owed.next_at - at:.0f} s at the soonest: told to "
                "call 911, they may be speaking with them"
            )
        else:
            line = "a nurse is to call back"
        self._told.lines.append((at, line))


def _explains(explanation: Explanation, order: OfferCall) -> bool:
    return (
        explanation.call_id == order.call_id
        and order.agent_id in explanation.agents
        and explanation.rule.value == order.rule
    )


def _answered(call_id: CallId) -> CallId:
    """The call itself; for an attempt to call back, the one that it answers."""
    return CallId(call_id.partition("~")[0])
