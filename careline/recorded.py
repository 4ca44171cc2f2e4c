"""A journal as the people in it: who called and waited how long, who was there, who talked.

What a configuration decides is left out (who was offered what); what it does not is kept, to be
lived again under another one. See :mod:`careline.live_again`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from statistics import fmean

from calls.commands import OfferCall, RecallOffer
from calls.facts import (
    AgentFact,
    AgentHungUp,
    AgentOnBreak,
    AgentOut,
    AgentReady,
    CallBackAnswered,
    CallBackChosen,
    CallConnected,
    CallDequeued,
    CallEnded,
    CallerHungUp,
    CallEscalated,
    CallFact,
    CallFailed,
    CallQueued,
    CallReleased,
    Fact,
    OfferAccepted,
    OfferDeclined,
    OfferFact,
    OfferFailed,
    OfferUnanswered,
    PhoneRegistered,
    PhoneUnregistered,
    SitePublished,
)
from calls.ids import AgentId, CallId, OfferId
from calls.ports import Entry
from careline.patience import Wait, give_patience

_RING_S = 5.0
_TALK_S = 180.0
_DIAL_S = 15.0
"""Where the journal tells of nobody who answered, talked or was called back."""


@dataclass(slots=True)
class Talk:
    """A conversation.

    Attributes:
        length_s: how long it took.
        end: the fact that ended it; ``None`` where the journal ends.
        ready_after_s: so soon after it the agent was ready again, where they ended the wrap-up.
    """

    length_s: float
    end: CallFact | None
    ready_after_s: float | None = None


@dataclass(slots=True)
class Contact:
    """A caller from the queue on: they wait and talk by turns, for they may be escalated.

    Attributes:
        call_id: unique among contacts.
        first: what queued them.
        waits: one more than talks, or as many.
        talks: each after the wait of the same number.
    """

    call_id: CallId
    first: CallQueued
    waits: list[Wait]
    talks: list[Talk] = field(default_factory=list)


@dataclass(slots=True)
class Habit:
    """What an agent did about offers.

    Attributes:
        offers: how many were answered, declined or let ring.
        declined: how many of them were declined.
        unanswered: how many were let ring.
        ring_s: seconds until each that was answered.
    """

    offers: int = 0
    declined: int = 0
    unanswered: int = 0
    ring_s: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Recorded:
    """A journal's people.

    Attributes:
        since: when the journal begins, seconds since the epoch.
        until: when it ends.
        contacts: in the order in which they were queued.
        staff: changes of presence and phones, with their times.
        published: versions of the site, with their times.
        habits: by agent.
        dialled_s: seconds from an accepted call-back until the person answered.
    """

    since: float = 0.0
    until: float = 0.0
    contacts: list[Contact] = field(default_factory=list)
    staff: list[tuple[float, AgentFact]] = field(default_factory=list)
    published: list[tuple[float, SitePublished]] = field(default_factory=list)
    habits: dict[AgentId, Habit] = field(default_factory=dict)
    dialled_s: list[float] = field(default_factory=list)

    def ring_s(self, agent_id: AgentId) -> float:
        """How long the agent's phone rings before they answer, on average."""
        habit = self.habits.get(agent_id)
        if habit is not None and habit.ring_s:
            return fmean(habit.ring_s)
        rings = [ring_s for each in self.habits.values() for ring_s in each.ring_s]
        return fmean(rings) if rings else _RING_S

    def talk_s(self, group: str) -> float:
        """How long those who waited in a group talked, on average; else how long everybody did."""
        own: list[float] = []
        everybody: list[float] = []
        for contact in self.contacts:
            for wait, talk in zip(contact.waits, contact.talks, strict=False):
                everybody.append(talk.length_s)
                if wait.group == group:
                    own.append(talk.length_s)
        found = own or everybody
        return fmean(found) if found else _TALK_S

    def dial_s(self) -> float:
        """How long it takes until somebody who is called back is there, on average."""
        return fmean(self.dialled_s) if self.dialled_s else _DIAL_S


def recorded(entries: Iterable[tuple[int, Entry]], site: str) -> Recorded:
    """Read a journal.

    Args:
        entries: in order, with positions.
        site: whose facts count.
    """
    reader = _Reader()
    for _position, entry in entries:
        record = entry.record
        if not isinstance(record, Fact) or record.site == site:
            reader.read(entry.at, record)
    return reader.finished()


class _Reader:
    def __init__(self) -> None:
        self._day = Recorded()
        self._open: dict[CallId, Contact] = {}
        self._talking: dict[CallId, tuple[CallConnected, float]] = {}
        self._asked: dict[CallId, CallFact] = {}
        self._ended: dict[AgentId, tuple[Talk, float]] = {}
        self._counts: dict[CallId, int] = {}
        self._presence: dict[AgentId, type[AgentFact]] = {}
        self._rung: dict[OfferId, float] = {}
        self._accepted: dict[OfferId, float] = {}
        self._begun = False

    def read(self, at: float, record: object) -> None:
        """Take in one record."""
        day = self._day
        if not self._begun:
            day.since, self._begun = at, True
        at = day.until = max(at, day.until)
        match record:
            case OfferCall():
                self._rung[record.offer_id] = at
            case RecallOffer():
                self._rung.pop(record.offer_id, None)
            case AgentReady() | AgentOnBreak() | AgentOut():
                if self._presence.get(record.agent_id) is not type(record):
                    self._presence[record.agent_id] = type(record)
                    day.staff.append((at, record))
                elif record.agent_id in self._ended:
                    # Ready once more: that ended the wrap-up.
                    talk, since = self._ended.pop(record.agent_id)
                    talk.ready_after_s = at - since
            case PhoneRegistered() | PhoneUnregistered():
                day.staff.append((at, record))
            case SitePublished():
                day.published.append((at, record))
            case OfferAccepted() | OfferDeclined() | OfferUnanswered():
                self._answer(record, at)
            case CallBackAnswered() if record.offer_id in self._accepted:
                day.dialled_s.append(at - self._accepted.pop(record.offer_id))
            case CallQueued():
                self._queued(record, at)
            case CallConnected() if record.call_id in self._open:
                self._connected(record, at)
            case CallFact() if record.call_id in self._open:
                if record.call_id in self._talking:
                    self._talks(record, at)
                else:
                    self._waits(record, at)

    def finished(self) -> Recorded:
        """All that was read, with everybody's patience."""
        day = self._day
        for call_id, (_connected, since) in self._talking.items():
            self._open[call_id].talks.append(Talk(length_s=day.until - since, end=None))
        for call_id, contact in self._open.items():
            if call_id not in self._talking:
                contact.waits[-1].length_s = day.until - contact.waits[-1].since
        give_patience([wait for contact in day.contacts for wait in contact.waits])
        return day

    def _answer(self, fact: OfferFact, at: float) -> None:
        rung_at = self._rung.pop(fact.offer_id, None)
        if rung_at is None:
            return
        habit = self._day.habits.setdefault(fact.agent_id, Habit())
        habit.offers += 1
        if isinstance(fact, OfferAccepted):
            habit.ring_s.append(at - rung_at)
            self._accepted[fact.offer_id] = at
        elif isinstance(fact, OfferDeclined):
            habit.declined += 1
        else:
            habit.unanswered += 1

    def _queued(self, fact: CallQueued, at: float) -> None:
        contact = self._open.get(fact.call_id)
        if contact is None:
            count = self._counts[fact.call_id] = self._counts.get(fact.call_id, 0) + 1
            name = fact.call_id if count == 1 else CallId(f"{fact.call_id}+{count}")
            contact = Contact(name, replace(fact, call_id=name), [Wait(_group(fact), at)])
            self._open[fact.call_id] = contact
            self._day.contacts.append(contact)
        elif fact.call_id in self._talking:
            self._talks(fact, at)
        else:
            wait = contact.waits[-1]
            wait.facts.append((at - wait.since, replace(fact, call_id=contact.call_id)))
            if fact.requirement.emergency:
                wait.group = _group(fact)

    def _connected(self, fact: CallConnected, at: float) -> None:
        if fact.call_id not in self._talking:
            wait = self._open[fact.call_id].waits[-1]
            wait.length_s = at - wait.since
            self._talking[fact.call_id] = (fact, at)
            self._ended.pop(fact.agent_id, None)

    def _waits(self, fact: CallFact, at: float) -> None:
        contact = self._open[fact.call_id]
        wait = contact.waits[-1]
        if isinstance(fact, CallerHungUp | CallFailed):
            wait.hung_up = True
        elif isinstance(fact, CallDequeued | CallBackChosen | CallEnded):
            wait.facts.append((at - wait.since, replace(fact, call_id=contact.call_id)))
        else:
            return
        wait.length_s = at - wait.since
        del self._open[fact.call_id]

    def _talks(self, fact: CallFact, at: float) -> None:
        connected, _since = self._talking[fact.call_id]
        match fact:
            case OfferFact() if fact.offer_id != connected.offer_id:
                pass  # about another agent
            case CallEscalated() | OfferFailed():
                self._asked[fact.call_id] = fact
            case CallQueued() if fact.requirement.emergency:
                self._asked[fact.call_id] = fact
            case CallReleased(requeued=True) if fact.call_id in self._asked:
                # Not before: who escalates and is a nurse stays with the caller.
                asked = self._asked[fact.call_id]
                contact = self._talk_ended(asked, at)
                lost = isinstance(asked, OfferFailed)
                contact.waits.append(Wait(contact.waits[-1].group if lost else _RED_FLAGS, at))
            case AgentHungUp() | CallerHungUp() | CallFailed() | CallEnded():
                self._talk_ended(fact, at)
                del self._open[fact.call_id]

    def _talk_ended(self, by: CallFact, at: float) -> Contact:
        connected, since = self._talking.pop(by.call_id)
        contact = self._open[by.call_id]
        talk = Talk(length_s=at - since, end=replace(by, call_id=contact.call_id))
        contact.talks.append(talk)
        self._ended[connected.agent_id] = (talk, at)
        self._asked.pop(by.call_id, None)
        return contact


_RED_FLAGS = "red flags"


def _group(fact: CallQueued) -> str:
    return _RED_FLAGS if fact.requirement.emergency else f"queue {fact.requirement.queue}"
