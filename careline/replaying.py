"""The distributor alone, run again from a journal, and its decisions compared with those kept.

The journal holds every fact that the distributor was told, those of other engines included, and
what it decided. So it can be told them again without any flow, line or clock: what it decides now
has to be what it decided then. Where it is not, somebody changed the journal, the code or the
site's files, or a part of the journal is missing. Each difference is told, and the replay goes on:
the distributor is then set to what the journal tells (:mod:`careline.following`), and at the
journal's checkpoint to how everything stood in truth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from typing import TypeVar

from acd import Distributor
from acd.offers import Witness
from acd.state import DistributorState
from calls.commands import (
    Bridge,
    ClimbLadder,
    Command,
    OfferCall,
    OpenTask,
    RecallOffer,
    ReleaseAgent,
    ReturnToFlow,
)
from calls.facts import (
    DERIVED,
    CallConnected,
    CallReleased,
    Fact,
    LadderClimbed,
    SitePublished,
    TimerFired,
)
from calls.ids import AgentId, CallId, QueueId
from calls.machine import IllegalFact
from calls.ports import Entry
from careline.as_told import AsTold
from careline.checkpoint import Checkpoint
from careline.derived import derived
from careline.following import followed
from careline.holes import Hole
from config.site import Site

TakenBack = RecallOffer | ReleaseAgent
"""An agent is let go: they ring no more, or are off the call."""

Decision = OfferCall | TakenBack | OpenTask | CallConnected | CallReleased | LadderClimbed
"""What a decision of the distributor is in the journal: itself, or the fact that it became."""

Entries = Iterable[tuple[int, Entry]]
"""A journal's entries with their positions."""

FindVersion = Callable[[str], Site | None]
"""Finds the site of a ``SitePublished``."""

PROGRESS_EVERY = 5000
"""Entries between two words of progress."""

T = TypeVar("T")

_DOUBTED = 2
"""A call or an agent of whom a replay has so often decided what the journal does not tell is left
out of it until the journal tells of them: most likely the end, or the break, is lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where a replay decides otherwise.

    Attributes:
        position: the journal's entry where it shows.
        number: which decision it is, from 1: so many before it are the same, less one.
        at: when, seconds since the epoch.
        after: the fact that was handled last, by its name, and its position.
        journal: what the journal says; ``None`` where it says nothing.
        replay: what was decided now; ``None`` where nothing was.
    """

    position: int
    number: int
    at: float
    after: str
    journal: Decision | None
    replay: Decision | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What came of a replay.

    Attributes:
        facts: how many facts the distributor was told.
        decisions: how many decisions were the same.
        elsewhere: facts of other sites, passed over.
        missing: versions of the site that were published and cannot be found any more.
        difference: the first, if there is one.
        last: the last, where there are several.
        only_in_journal: decisions of the journal that were not made again.
        only_in_replay: decisions that the journal does not tell.
        checkpoint: the entry from which it went on as the journal's checkpoint has it, because
            there was a difference before; ``None`` if it did not.
        holes: what the journal itself says is missing.
    """

    facts: int
    decisions: int
    elsewhere: int
    missing: tuple[str, ...]
    difference: Difference | None
    last: Difference | None = None
    only_in_journal: int = 0
    only_in_replay: int = 0
    checkpoint: int | None = None
    holes: tuple[Hole, ...] = ()


class Replay:
    """Runs a journal's facts through a distributor.

    Args:
        site: the version of the site that the journal begins with.
        find_version: finds those that were published later.
        checkpoint: the journal's, with its position, if it has one that can be used.

    Attributes:
        distributor: as it stands after what was taken in so far.
    """

    def __init__(
        self,
        site: Site,
        find_version: FindVersion,
        checkpoint: tuple[int, Checkpoint] | None = None,
    ) -> None:
        self.distributor = distributor_of(site)
        self._site = site
        self._find_version = find_version
        self._checkpoint = checkpoint
        self._witness: Witness | None = None
        self._kinds = frozenset(self.distributor.kinds)
        self._told = AsTold()
        self._due: list[Decision] = []
        self._extra: list[Difference] = []
        self._calls_doubted: Counter[CallId] = Counter()
        self._agents_doubted: Counter[AgentId] = Counter()
        # The first version kept none of these: there is none to miss before the first one.
        self._keeps_taken_back = False
        self._facts = self._decisions = self._elsewhere = 0
        self._only_in_journal = self._only_in_replay = 0
        self._missing: list[str] = []
        self._holes: list[Hole] = []
        self._first: Difference | None = None
        self._latest: Difference | None = None
        self._went_on_at: int | None = None
        self._last = (0, 0.0, "the beginning")

    def watch(self, witness: Witness) -> None:
        """Show every decision to ``witness`` before it is carried out, as it is made now."""
        self._witness = witness
        self.distributor.watch(witness)

    def run(
        self, entries: Entries, progress: Callable[[int], None] = lambda _position: None
    ) -> Replayed:
        """Take in all entries.

        Args:
            entries: in order.
            progress: told the position now and then.
        """
        for position, entry in entries:
            if position % PROGRESS_EVERY == 0:
                progress(position)
            self.take(position, entry)
        self._end_turn(self._last[0])
        return self.results()

    def take(self, position: int, entry: Entry) -> None:
        """Take in one entry.

        Args:
            position: the entry's.
            entry: a fact, or a decision to compare with.
        """
        record = entry.record
        if isinstance(record, Fact) and record.site != self._site.id:
            self._elsewhere += 1
            return
        if isinstance(record, Fact) and not isinstance(record, DERIVED):
            # A new turn begins: all that was decided in the last one has to be there.
            self._end_turn(position)
        hole = Hole.told_by(entry)
        if hole is not None:
            self._holes.append(hole)
        self._told.take(entry.at, record)
        if isinstance(record, Decision):
            self._compare(position, entry.at, record)
        elif isinstance(record, Fact):
            self._last = (position, entry.at, type(record).__name__)
            self._tell(record, entry.at)
        if self._checkpoint is not None and self._checkpoint[0] == position and self._first:
            self._end_turn(position)
            self.go_on_from_checkpoint()

    def pass_by(self, position: int, entry: Entry) -> None:
        """Take in an entry that stands before the checkpoint from which the replay begins."""
        record = entry.record
        if isinstance(record, Fact) and record.site != self._site.id:
            return
        self._told.take(entry.at, record)
        self._keeps_taken_back = self._keeps_taken_back or isinstance(record, TakenBack)
        self._last = (position, entry.at, type(record).__name__)

    def go_on_from_checkpoint(self) -> bool:
        """Let everything stand as the checkpoint has it; whether that can be done."""
        if self._checkpoint is None:
            return False
        position, checkpoint = self._checkpoint
        site = self._find_version(checkpoint.version)
        if site is None or not self._stand(checkpoint.standing.distributor, site):
            return False
        self._site = site
        self._calls_doubted.clear()
        self._agents_doubted.clear()
        self._went_on_at = position
        return True

    def results(self) -> Replayed:
        """What came of it so far."""
        return Replayed(
            facts=self._facts,
            decisions=self._decisions,
            elsewhere=self._elsewhere,
            missing=tuple(self._missing),
            difference=self._first,
            last=self._latest if self._latest is not self._first else None,
            only_in_journal=self._only_in_journal,
            only_in_replay=self._only_in_replay,
            checkpoint=self._went_on_at,
            holes=tuple(self._holes),
        )

    # --- one turn ---------------------------------------------------------------------------------

    def _tell(self, fact: Fact, at: float) -> None:
        if isinstance(fact, SitePublished):
            self._decided(self._publish(fact, at))
        elif isinstance(fact, TimerFired):
            self._facts += 1
            self._decided(self.distributor.tick(at))
        elif type(fact) in self._kinds:
            self._facts += 1
            try:
                self._decided(self.distributor.handle(fact, at))
            except (ValueError, IllegalFact):
                # As it did then: nothing was changed, and the call was given first aid.
                return

    def _publish(self, fact: SitePublished, at: float) -> list[Command]:
        site = self._find_version(fact.version)
        if site is None:
            self._missing.append(fact.version)
            return []
        if site.id != self._site.id:
            return []
        self._site = site
        return self.distributor.reconfigure(
            site.queues,
            site.agents,
            QueueId(site.rules.nurse_queue),
            site.emergency,
            QueueId(site.rules.person_queue),
            at,
        )

    def _decided(self, commands: Iterable[Command]) -> None:
        for command in commands:
            if isinstance(command, OfferCall | TakenBack | OpenTask):
                self._due.append(command)
            elif isinstance(command, Bridge | ReturnToFlow | ClimbLadder):
                fact = derived(command, self._site.id)
                assert isinstance(fact, Decision), "that is what these commands become"
                self._due.append(fact)

    def _compare(self, position: int, at: float, kept: Decision) -> None:
        """Look for a decision of the journal among those that were made again.

        What a decision led to in a flow stands in the journal before the decisions that were made
        with it, so within a turn the order may be another.
        """
        self._keeps_taken_back = self._keeps_taken_back or isinstance(kept, TakenBack)
        if isinstance(kept, OfferCall):
            del self._calls_doubted[kept.call_id], self._agents_doubted[kept.agent_id]
        if kept in self._due:
            self._due.remove(kept)
            self._decisions += 1
        elif not isinstance(kept, OpenTask):
            # Flows open tasks too, and one that the distributor should have opened is still due.
            self._extra.append(self._difference(position, at, kept))

    # --- differences ------------------------------------------------------------------------------

    def _end_turn(self, position: int) -> None:
        """All that was decided in a turn has been read: what does not fit is a difference."""
        if not self._keeps_taken_back:
            self._due = [due for due in self._due if not isinstance(due, TakenBack)]
        if not self._due and not self._extra:
            return
        extra = self._extra or [self._difference(position, self._last[1], None)]
        for found in extra:
            likely = [due for due in self._due if type(due) is type(found.journal)] or self._due
            found = replace(found, replay=likely[0] if likely else None)
            self._first = self._first or found
            self._latest = found
        self._only_in_journal += len(self._extra)
        self._only_in_replay += len(self._due)
        kept = [each.journal for each in self._extra if each.journal is not None]
        self._learn(kept, self._due)
        self._follow(kept, self._due)
        self._extra, self._due = [], []

    def _difference(self, position: int, at: float, kept: Decision | None) -> Difference:
        last, _at, name = self._last
        return Difference(
            position=position,
            number=self._decisions + 1,
            at=at,
            after=f"{name} (entry {last})" if last else name,
            journal=kept,
            replay=None,
        )

    def _learn(self, kept: Iterable[Decision], made: Iterable[Decision]) -> None:
        """What the journal does not tell, but what its decisions betray."""
        instead = {each.agent_id: each.call_id for each in made if isinstance(each, OfferCall)}
        for each in kept:
            if isinstance(each, OfferCall) and each.agent_id in instead:
                self._told.stood_before(each.call_id, instead[each.agent_id])
        for each in made:
            if isinstance(each, TakenBack):
                self._told.disbelieve(each)

    def _follow(self, kept: Iterable[Decision], made: Iterable[Decision]) -> None:
        """Go on as the journal tells, not as it was decided now."""
        offers = [each for each in made if isinstance(each, OfferCall)]
        self._calls_doubted.update({each.call_id for each in offers})
        self._agents_doubted.update({each.agent_id for each in offers})
        state = followed(
            self.distributor.state(),
            self._told,
            self._site,
            about={each.call_id for each in (*kept, *made)},
            left_out=_above(self._calls_doubted),
            away=_above(self._agents_doubted),
        )
        if not self._stand(state, self._site):
            # Nothing that is known of the calls fits the site: agents alone are known.
            self._stand(replace(state, visits=(), unserved=(), offers=(), tasks=()), self._site)

    def _stand(self, state: DistributorState, site: Site) -> bool:
        """Let the distributor stand like this; whether that can be."""
        try:
            self.distributor = Distributor.from_state(
                state,
                site.queues,
                site.agents,
                QueueId(site.rules.nurse_queue),
                site.emergency,
            )
        except (KeyError, ValueError):
            return False
        self.distributor.watch(self._witness)
        return True


def _above(doubts: Counter[T]) -> list[T]:
    return [whom for whom, times in doubts.items() if times >= _DOUBTED]


def distributor_of(site: Site, site_id: str | None = None) -> Distributor:
    """A distributor as a version of a site asks for it, with nothing in it yet.

    Args:
        site: queues, agents and rules.
        site_id: whose facts it takes, if not the site's own.
    """
    return Distributor(
        site=site_id or site.id,
        queues=site.queues,
        agents=site.agents,
        nurse_queue=QueueId(site.rules.nurse_queue),
        emergency=site.emergency,
    )


def shown(decision: Decision | None) -> str:
    """A decision on one line, every field of it."""
    if decision is None:
        return "nothing"
    values = (
        f"{each.name}={_value(getattr(decision, each.name))}"
        for each in fields(decision)
        if each.name != "site"
    )
    return f"{type(decision).__name__} {' '.join(values)}"


def _value(value: object) -> str:
    return str(getattr(value, "value", value))


__all__ = [
    "Decision",
    "Difference",
    "Entries",
    "FindVersion",
    "Replay",
    "Replayed",
    "distributor_of",
    "shown",
]
