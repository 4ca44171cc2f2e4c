"""The calls that are not over, with their engines and deadlines, and those that ended last.

What reaches a call here is all that its engine ever learns. So the calls of a journal can be
brought back from what it says of them alone, without a distributor: see :meth:`LiveCalls.recall`.

A bug costs one call its flow and no other call anything: where an engine fails, its caller is given
first aid (:mod:`careline.aid`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from calls.commands import Command
from calls.facts import (
    AgentKeyed,
    CallArrived,
    CallBackChosen,
    CallBackForbidden,
    CallBackOwed,
    CallConnected,
    CallDequeued,
    CallEnded,
    CallerAdvised,
    CallerNoted,
    CallFact,
    CallFailed,
    CallHeld,
    CallQueued,
    CallResumed,
    CallRetrieved,
    CallUnseen,
    Fact,
    OfferFact,
    RecordingSealed,
    SurveyAnswered,
    TaskClosed,
    TaskRead,
    TimerFired,
    WordsAssessed,
)
from calls.faults import where
from calls.ids import AgentId, CallId
from calls.outcome import Outcome
from calls.private import Private
from careline.deadlines import Deadlines
from careline.live_call import LiveCall
from config.site import Site
from ivr import Interpreter
from recordings.consent import ConsentRule

log = logging.getLogger(__name__)

_KEPT_ENDED = 10_000
"""Calls that are remembered to be over, in case the line was not told."""

LOST = "line-restarted"
"""Why a call has failed that a line, or a whole node, no longer shows."""

_KEPT_ANSWERED = 200
"""Calls that are kept whole after their end."""

FirstAid = Callable[[LiveCall, Fact | None, float], list[Command]]
"""Takes a call from its failed engine; says what is to be done first."""

_NOT_FOR_ENGINES = (
    CallQueued,
    CallDequeued,
    CallUnseen,
    CallBackForbidden,
    CallBackOwed,
    CallerAdvised,
    CallerNoted,
    OfferFact,
    RecordingSealed,
    SurveyAnswered,
    TaskClosed,
    TaskRead,
)
"""Facts about a call that are the distributor's, or a person's."""


class LiveCalls(Mapping[CallId, LiveCall]):
    """Every call of a site that is not over, in order of arrival.

    Args:
        site: new calls begin with its entry flow.
        first_aid: for a call whose engine failed.

    Attributes:
        outcomes: how many calls ended how.
        faults: how often an engine failed.
    """

    def __init__(self, site: Site, first_aid: FirstAid) -> None:
        self._site = site
        self._first_aid = first_aid
        self.outcomes: dict[Outcome, int] = {}
        self.faults = 0
        self._calls: dict[CallId, LiveCall] = {}
        self._ended: dict[CallId, None] = {}
        self._lost: dict[CallId, Private] = {}
        self._answered: dict[CallId, LiveCall] = {}
        self._spoke: dict[AgentId, CallId] = {}
        self._deadlines = Deadlines()

    def __getitem__(self, call_id: CallId) -> LiveCall:
        return self._calls[call_id]

    def __iter__(self) -> Iterator[CallId]:
        return iter(self._calls)

    def __len__(self) -> int:
        return len(self._calls)

    def publish(self, site: Site) -> None:
        """Let new calls begin with another version; calls in progress keep theirs."""
        self._site = site

    # --- begin and end ----------------------------------------------------------------------------

    def arrive(self, fact: CallArrived, now: float) -> list[Command]:
        """Begin a call with the entry flow; what it does first."""
        rules, flow = self._site.rules, self._site.flows[self._site.entry_flow]
        engine = Interpreter(fact.call_id, flow, rules)
        self.begin(LiveCall(fact.call_id, engine, rules, fact.caller))
        return self.handle(fact, now)

    def may_arrive(self, call_id: CallId) -> bool:
        """Whether this is not a call that we know, unless it was only lost."""
        return call_id not in self._calls and (call_id not in self._ended or call_id in self._lost)

    def begin(self, call: LiveCall) -> None:
        """Take in a call, or put it in the place of one that failed; :meth:`arm` must follow."""
        self._ended.pop(call.call_id, None)
        self._lost.pop(call.call_id, None)
        self._calls[call.call_id] = call

    def end(self, fact: CallEnded) -> list[Command]:
        """A call is over; what is left to be done for it."""
        call = self._calls.pop(fact.call_id, None)
        if call is None:
            return []
        self.outcomes[fact.outcome] = self.outcomes.get(fact.outcome, 0) + 1
        self._deadlines.arm(fact.call_id, None)
        self.remember_ended([fact.call_id])
        if call.agents:
            # The agent and the caller are two legs. What the agent pressed while they spoke may be
            # heard of when the caller has gone, and a code's first key before, its last one after.
            self._answered[call.call_id] = call
            if len(self._answered) > _KEPT_ANSWERED:
                del self._answered[next(iter(self._answered))]
        return call.stop_recording()

    @property
    def ended(self) -> AbstractSet[CallId]:
        """Calls that are known to be over, the latest last."""
        return self._ended.keys()

    def remember_ended(self, call_ids: Iterable[CallId]) -> None:
        """These calls are over, also if nothing else is known of them."""
        for call_id in call_ids:
            self._ended.pop(call_id, None)
            self._ended[call_id] = None
        while len(self._ended) > _KEPT_ENDED:
            del self._ended[next(iter(self._ended))]

    @property
    def lost(self) -> Mapping[CallId, Private]:
        """Of the calls that are over those that a line showed no longer, with their numbers.

        Their callers may be there still: a node that was cut off shows them when it is back.
        """
        return self._lost

    def remember_lost(self, numbers: Mapping[CallId, Private]) -> None:
        """These calls are over because a line showed them no longer.

        Args:
            numbers: of the callers; empty where none is known.
        """
        for call_id, number in numbers.items():
            self._lose(call_id, number)

    def _lose(self, call_id: CallId, number: Private) -> None:
        self._lost[call_id] = number
        while len(self._lost) > _KEPT_ENDED:
            del self._lost[next(iter(self._lost))]

    @property
    def answered(self) -> Mapping[CallId, LiveCall]:
        """The calls that ended last of those in which an agent had spoken."""
        return self._answered

    # --- what happens to a call -------------------------------------------------------------------

    def handle(self, fact: CallFact, now: float) -> list[Command]:
        """Let a call's engine take in what happened; what it asks for."""
        call = self._calls.get(fact.call_id)
        if isinstance(fact, WordsAssessed):
            # Before the engine, which may fail on them, and also after the end.
            heard_in = call or self._answered.get(fact.call_id)
            if heard_in is not None:
                heard_in.heard(fact.words, fact.verdict, now)
        if isinstance(fact, CallerAdvised) and call is not None:
            call.advised_911 = True
        if call is None or (
            isinstance(fact, _NOT_FOR_ENGINES) and not isinstance(fact, CallHeld | CallRetrieved)
        ):
            return []
        if isinstance(fact, CallBackChosen) and not isinstance(call.engine, Interpreter):
            return []
        if isinstance(fact, CallFailed) and fact.reason == LOST:
            self._lose(fact.call_id, call.number)
        if isinstance(fact, CallConnected):
            self._spoke[fact.agent_id] = fact.call_id
        recording = call.follow(fact, ConsentRule(self._site.recording.consent))
        return [*recording, *self._guarded(call, fact, now)]

    def tick(self, call_id: CallId, now: float) -> list[Command]:
        """Let a call's engine do what is due."""
        call = self._calls.get(call_id)
        return [] if call is None else self._guarded(call, None, now)

    def keyed(self, fact: AgentKeyed, now: float) -> str | None:
        """Take in keys of an agent who has spoken with the caller.

        The last of them may come when either of the two has left already.

        Returns:
            The code that they complete: the site's ``escalate`` or ``identity``.
        """
        codes = self._site.features
        live = fact.call_id in self._calls
        call = self._calls.get(fact.call_id) or self._answered.get(fact.call_id)
        if call is None or fact.agent_id not in call.agents:
            return None
        wanted = (codes.escalate, codes.identity) if live else (codes.escalate,)
        return call.keyed(fact.digits, wanted, now)

    def spoke_last(self, agent_id: AgentId) -> CallId | None:
        """The call in which the agent spoke last; ``None`` where it is not known any more.

        However long ago: whoever asks for a nurse is told that one calls their last caller, and a
        call too many does less harm than one that was promised and never made.
        """
        call_id = self._spoke.get(agent_id)
        return call_id if call_id in self._calls or call_id in self._answered else None

    # --- deadlines --------------------------------------------------------------------------------

    def arm(self, call_id: CallId) -> None:
        """Look again when a call's engine has something to do."""
        call = self._calls.get(call_id)
        self._deadlines.arm(call_id, call.engine.next_deadline() if call else None)

    def next_deadline(self) -> float | None:
        """When some call has something to do."""
        return self._deadlines.next()

    def take_due(self, now: float) -> list[CallId]:
        """Calls whose time has come; each is to be ticked."""
        return self._deadlines.take_due(now)

    # --- from a journal ---------------------------------------------------------------------------

    def recall(self, record: Fact | Command, at: float) -> None:
        """Take in what a journal says of a call that was live; all that follows is there as well.

        Args:
            record: any that the journal holds, in order. Calls that we placed are begun by whoever
                knows whom they answer.
            at: its time, seconds since the epoch.
        """
        match record:
            case TimerFired():
                for call_id in self.take_due(at):
                    self.tick(call_id, at)
            case CallArrived(call_id=call_id) if not self.may_arrive(call_id):
                pass
            case CallArrived():
                self.arrive(record, at)
            case CallEnded():
                self.end(record)
            case AgentKeyed():
                self.keyed(record, at)
            case CallFact():
                self.handle(record, at)

    # --- inside -----------------------------------------------------------------------------------

    def _guarded(self, call: LiveCall, fact: CallFact | None, now: float) -> list[Command]:
        """Let an engine handle ``fact`` (or tick); a bug in it must not lose the caller."""
        try:
            if fact is None:
                commands = call.engine.tick(now)
            elif isinstance(fact, CallResumed):
                commands = call.engine.resume(now)
            else:
                commands = call.engine.handle(fact, now)
            call.said(commands)
        except Exception as error:
            # The outermost loop of a call: whatever went wrong, its caller still gets help.
            self.faults += 1
            log.error("call %s: its flow failed (%s); it is rescued", call.call_id, where(error))
            commands = self._first_aid(call, fact, now)
        self.arm(call.call_id)
        return commands
