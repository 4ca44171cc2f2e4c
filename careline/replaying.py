"""The distributor alone, run again from a journal, and its decisions compared with those kept.

The journal holds every fact that the distributor was told, those of other engines included, and
what it decided. So it can be told them again without any flow, line or clock: what it decides now
has to be what it decided then. Where it is not, somebody changed the journal, the code or the
site's files, and the first difference says where.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields

from acd import Distributor
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
from calls.ids import QueueId
from calls.machine import IllegalFact
from calls.ports import Entry
from careline.derived import derived
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where a replay first decides otherwise.

    Attributes:
        position: the journal's entry where it shows.
        number: which decision it is, from 1.
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
        difference: the first, if there is one; the replay ends there.
    """

    facts: int
    decisions: int
    elsewhere: int
    missing: tuple[str, ...]
    difference: Difference | None


class Replay:
    """Runs a journal's facts through a distributor.

    Args:
        site: the version of the site that the journal begins with.
        find_version: finds those that were published later.

    Attributes:
        distributor: as it stands after what was taken in so far; may be watched.
    """

    def __init__(self, site: Site, find_version: FindVersion) -> None:
        self.distributor = distributor_of(site)
        self._site = site
        self._find_version = find_version
        self._kinds = frozenset(self.distributor.kinds)
        self._due: list[Decision] = []
        # The first version kept none of these: there is none to miss before the first one.
        self._keeps_taken_back = False
        self._facts = self._decisions = self._elsewhere = 0
        self._missing: list[str] = []
        self._difference: Difference | None = None
        self._last = (0, 0.0, "the beginning")

    def run(
        self, entries: Entries, progress: Callable[[int], None] = lambda _position: None
    ) -> Replayed:
        """Take in all entries, up to the first difference.

        Args:
            entries: in order.
            progress: told the position now and then.
        """
        for position, entry in entries:
            if position % PROGRESS_EVERY == 0:
                progress(position)
            if not self.take(position, entry):
                break
        if self._difference is None and not self._all_kept():
            self._differs(self._last[0], None)
        return self.results()

    def take(self, position: int, entry: Entry) -> bool:
        """Take in one entry; whether everything is the same so far.

        Args:
            position: the entry's.
            entry: a fact, or a decision to compare with.
        """
        record = entry.record
        if isinstance(record, Fact) and record.site != self._site.id:
            self._elsewhere += 1
            return True
        if isinstance(record, Fact) and not isinstance(record, DERIVED) and not self._all_kept():
            # A new turn begins: all that was decided in the last one has to be there.
            self._differs(position, None)
            return False
        if isinstance(record, Decision):
            return self._compare(position, entry.at, record)
        if isinstance(record, Fact):
            self._last = (position, entry.at, type(record).__name__)
            self._tell(record, entry.at)
        return True

    def results(self) -> Replayed:
        """What came of it so far."""
        return Replayed(
            facts=self._facts,
            decisions=self._decisions,
            elsewhere=self._elsewhere,
            missing=tuple(self._missing),
            difference=self._difference,
        )

    # --- inside -----------------------------------------------------------------------------------

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

    def _all_kept(self) -> bool:
        """Whether all that was decided in the turn was found in the journal."""
        if not self._keeps_taken_back:
            self._due = [due for due in self._due if not isinstance(due, TakenBack)]
        return not self._due

    def _compare(self, position: int, at: float, kept: Decision) -> bool:
        """Whether a decision in the journal was made again.

        What a decision led to in a flow stands in the journal before the decisions that were made
        with it, so within a turn the order may be another.
        """
        self._keeps_taken_back = self._keeps_taken_back or isinstance(kept, TakenBack)
        if kept in self._due:
            self._due.remove(kept)
            self._decisions += 1
            return True
        if isinstance(kept, OpenTask):
            # Flows open tasks too, and one that the distributor should have opened is still due.
            return True
        self._last = (self._last[0], at, self._last[2])
        self._differs(position, kept)
        return False

    def _differs(self, position: int, kept: Decision | None) -> None:
        last, at, name = self._last
        likely = [due for due in self._due if type(due) is type(kept)] or self._due
        self._difference = Difference(
            position=position,
            number=self._decisions + 1,
            at=at,
            after=f"{name} (entry {last})" if last else name,
            journal=kept,
            replay=likely[0] if likely else None,
        )


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
