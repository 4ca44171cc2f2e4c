"""The whole site as one engine: every call's interpreter and the distributor, joined.

A fact goes to the engine it concerns. What one engine commands of another (``Enqueue``, ``Bridge``,
``ReturnToFlow``, ``EndCall``) becomes a fact at once and is handled within the same turn, depth
first, so that a red flag reaches a nurse's phone before anything else is done for the call. What
remains are commands for the line. The asyncio driver, the dry run and the tests share this class;
it holds no clock. It is a little longer than a module should be: every kind of fact and command
has its one place here, and two half tables would have to be read together.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush

from acd import Distributor
from calls.commands import (
    Bridge,
    Command,
    Dequeue,
    EndCall,
    Enqueue,
    OfferCall,
    OpenTask,
    ReturnToFlow,
    Say,
)
from calls.facts import (
    DERIVED,
    AgentFact,
    AgentKeyed,
    CallArrived,
    CallConnected,
    CallDequeued,
    CallEnded,
    CallerHungUp,
    CallEscalated,
    CallFact,
    CallFailed,
    CallQueued,
    CallReleased,
    CallResumed,
    Fact,
    OfferFact,
    PromptFinished,
    QueueUnstaffed,
    RecordingSealed,
    SitePublished,
    TimerFired,
)
from calls.faults import where
from calls.ids import CallId, QueueId
from calls.machine import IllegalFact
from calls.outcome import Outcome
from calls.ports import LineSnapshot
from careline.live_call import LiveCall
from careline.reconciliation import differences
from careline.rescue import Rescue
from config.site import Site
from ivr import Interpreter
from recordings.consent import ConsentRule

log = logging.getLogger(__name__)

DECISIONS = (OfferCall, OpenTask)
"""Commands that are kept in the journal beside the facts, as the record of what was decided."""


@dataclass(slots=True)
class Turn:
    """What one fact led to.

    Attributes:
        records: the fact, the facts that followed from it and the decisions, for the journal.
        commands: what the line has to do, in order.
    """

    records: list[Fact | Command] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something a person still has to do for a caller.

    Attributes:
        opened_at: seconds since the epoch.
        order: what was asked for.
    """

    opened_at: float
    order: OpenTask


class Switchboard:
    """A site's interpreters and distributor behind one ``handle``.

    Args:
        site: the loaded site. New calls begin with its entry flow.
        find_version: finds the site of a ``SitePublished``, which changes what new calls get;
            calls in progress keep their version. Queues and agents are the distributor's and stay
            as they are until a restart.
    """

    def __init__(
        self, site: Site, find_version: Callable[[str], Site | None] = lambda _version: None
    ) -> None:
        self.site = site
        self._find_version = find_version
        self.distributor = Distributor(
            site=site.id,
            queues=site.queues,
            agents=site.agents,
            nurse_queue=QueueId(site.rules.nurse_queue),
        )
        self.accepting = True
        self.tasks: list[Task] = []
        self.outcomes: dict[Outcome, int] = {}
        self.faults = 0
        self._calls: dict[CallId, LiveCall] = {}
        self._deadlines: list[tuple[float, CallId]] = []
        self._armed: dict[CallId, float] = {}

    # --- the engine -----------------------------------------------------------------------------

    def handle(self, fact: Fact, now: float) -> Turn:
        """Take in a fact and everything that follows from it.

        Args:
            fact: from a line, an agent or triage; never ``SpeechHeard``, which is assessed first.
            now: seconds since the epoch.
        """
        turn = Turn()
        self._run(fact, now, turn)
        return turn

    def tick(self, now: float) -> Turn:
        """Do what is due. An empty turn means that nothing was."""
        turn = Turn()
        due = self.next_deadline()
        if due is None or due > now:
            return turn
        turn.records.append(TimerFired(site=self.site.id))
        while self._deadlines and self._deadlines[0][0] <= now:
            at, call_id = heappop(self._deadlines)
            if self._armed.get(call_id) == at:
                del self._armed[call_id]
                self._spread(self._guarded(call_id, None, now), now, turn)
                self._arm(call_id)
        due = self.distributor.next_deadline()
        if due is not None and due <= now:
            self._spread(self.distributor.tick(now), now, turn)
        return turn

    def next_deadline(self) -> float | None:
        """When :meth:`tick` has something to do."""
        while self._deadlines and self._armed.get(self._deadlines[0][1]) != self._deadlines[0][0]:
            heappop(self._deadlines)
        mine = self._deadlines[0][0] if self._deadlines else None
        theirs = self.distributor.next_deadline()
        return min((at for at in (mine, theirs) if at is not None), default=None)

    # --- around the engine ----------------------------------------------------------------------

    def call(self, call_id: CallId) -> Interpreter | Rescue | None:
        """The engine of a live call."""
        live = self._calls.get(call_id)
        return live.engine if live else None

    @property
    def live_calls(self) -> Mapping[CallId, Interpreter | Rescue]:
        """Engines of all live calls, in order of arrival."""
        return {call_id: live.engine for call_id, live in self._calls.items()}

    def replay(
        self,
        records: Iterable[tuple[float, Fact | Command]],
        observer: Callable[[float, Turn], None] = lambda _now, _turn: None,
    ) -> int:
        """Come to where a journal left off; returns how many inputs were replayed.

        Derived facts and decisions are made again from the inputs, not read.

        Args:
            records: what the journal holds, in order, with the time of each.
            observer: told each turn.
        """
        count = 0
        for at, record in records:
            if isinstance(record, (Command, *DERIVED)):
                continue
            try:
                turn = self.tick(at) if isinstance(record, TimerFired) else self.handle(record, at)
                observer(at, turn)
            except IllegalFact:
                # The journal has a hole (its disk was full for a while): go on with what is left,
                # the comparison with the line's own picture mends the rest.
                self.faults += 1
            count += 1
        return count

    def turn_away(self, call_id: CallId, now: float) -> Turn:
        """Give up on a call that was let in a moment ago: the advice and the fallback number."""
        turn = Turn()
        if call_id in self._calls:
            self._spread([Dequeue(call_id=call_id)], now, turn)
            self._rescue(call_id, Outcome.REFUSED, now, turn)
        return turn

    def reconcile(self, picture: LineSnapshot, now: float) -> Turn:
        """Bring what we believe and what the line says together, after a restart of either.

        Calls the line no longer has fail (and become call-back tasks); calls we do not know arrive;
        all others are told to the line again from where they stand. Nobody's place or waiting
        time changes.
        """
        turn = Turn()
        known = tuple(self._calls)
        for difference in tuple(differences(self.site.id, self.distributor, known, picture)):
            if isinstance(difference, Fact):
                self._run(difference, now, turn)
            else:
                turn.commands.append(difference)
        return turn

    # --- one fact -------------------------------------------------------------------------------

    def _run(self, fact: Fact, now: float, turn: Turn) -> None:
        turn.records.append(fact)
        match fact:
            case CallArrived():
                self._arrive(fact, now, turn)
            case SitePublished(version=version):
                self.site = self._find_version(version) or self.site
            case AgentKeyed():
                self._keyed(fact, now, turn)
            case CallerHungUp() | CallFailed():
                self._spread(self.distributor.handle(fact, now), now, turn)
                if isinstance(fact, CallFailed):
                    self._promise_call_back(fact.call_id, now, turn)
                self._to_call(fact, now, turn)
            case CallEnded():
                self._spread(self.distributor.handle(fact, now), now, turn)
                self._ended(fact, turn)
            case CallConnected() | CallReleased():
                self._to_call(fact, now, turn)
            case CallEscalated():
                self._to_call(fact, now, turn)
                self._spread(self.distributor.handle(fact, now), now, turn)
            case RecordingSealed():
                pass
            case OfferFact() | AgentFact() | CallQueued() | CallDequeued():
                self._spread(self.distributor.handle(fact, now), now, turn)
            case CallFact():
                live = self._calls.get(fact.call_id)
                if live is not None and isinstance(fact, PromptFinished):
                    live.finished(fact)
                self._to_call(fact, now, turn)

    def _arrive(self, fact: CallArrived, now: float, turn: Turn) -> None:
        if fact.call_id in self._calls:
            return
        if not self.accepting:
            self._rescue(fact.call_id, Outcome.REFUSED, now, turn)
            return
        flow = self.site.flows[self.site.entry_flow]
        rules = self.site.rules
        engine = Interpreter(fact.call_id, flow, rules)
        self._calls[fact.call_id] = LiveCall(fact.call_id, engine, rules)
        self._to_call(fact, now, turn)

    def _to_call(self, fact: CallFact, now: float, turn: Turn) -> None:
        if fact.call_id in self._calls:
            self._spread(self._guarded(fact.call_id, fact, now), now, turn)
            self._arm(fact.call_id)

    def _guarded(self, call_id: CallId, fact: Fact | None, now: float) -> list[Command]:
        """Let the call's engine handle ``fact`` (or tick); a bug in it must not lose the caller."""
        live = self._calls.get(call_id)
        if live is None:
            return []
        try:
            if fact is None:
                return live.engine.tick(now)
            if isinstance(fact, CallResumed):
                return live.engine.resume(now)
            return live.engine.handle(fact, now)
        except Exception as error:
            # The outermost loop of a call: whatever went wrong, its caller still gets help.
            self.faults += 1
            log.error("call %s: its flow failed (%s); it is rescued", call_id, where(error))
            rescue = Rescue(call_id, self.site.rules, self.site.fallback_number, Outcome.ERROR)
            live.engine = rescue
            return [Dequeue(call_id=call_id), *rescue.start(now)]

    def _spread(self, commands: Iterable[Command], now: float, turn: Turn) -> None:
        """Turn commands between engines into facts, pass the others to the line.

        That nobody is there to answer is told last: what is said to it takes the place of what was
        to be said on entering the queue.
        """
        site = self.site.id
        unstaffed: QueueUnstaffed | None = None
        for command in commands:
            call_id = command.call_id
            match command:
                case Enqueue(requirement=requirement):
                    self._run(
                        CallQueued(site=site, call_id=call_id, requirement=requirement), now, turn
                    )
                    unstaffed = (
                        None
                        if requirement.emergency or self.distributor.staffed(requirement)
                        else QueueUnstaffed(site=site, call_id=call_id, queue=requirement.queue)
                    )
                case Dequeue():
                    self._run(CallDequeued(site=site, call_id=call_id), now, turn)
                case EndCall(outcome=outcome):
                    self._run(CallEnded(site=site, call_id=call_id, outcome=outcome), now, turn)
                case ReturnToFlow():
                    self._stop_recording(call_id, turn)
                    self._run(
                        CallReleased(
                            site=site,
                            call_id=call_id,
                            agent_id=command.agent_id,
                            requeued=command.requeued,
                            emergency=command.emergency,
                        ),
                        now,
                        turn,
                    )
                case Bridge():
                    turn.commands.append(command)
                    self._record(call_id, turn)
                    self._run(
                        CallConnected(
                            site=site,
                            call_id=call_id,
                            agent_id=command.agent_id,
                            offer_id=command.offer_id,
                        ),
                        now,
                        turn,
                    )
                case OpenTask():
                    turn.records.append(command)
                    self.tasks.append(Task(opened_at=now, order=command))
                case OfferCall():
                    turn.records.append(command)
                    turn.commands.append(command)
                case Say():
                    live = self._calls.get(call_id)
                    if live is not None:
                        live.said(command)
                    turn.commands.append(command)
                case _:
                    turn.commands.append(command)
        if unstaffed is not None:
            self._run(unstaffed, now, turn)

    # --- what the switchboard itself decides -----------------------------------------------------

    def _record(self, call_id: CallId, turn: Turn) -> None:
        live = self._calls.get(call_id)
        command = live and live.start_recording(ConsentRule(self.site.recording.consent))
        if command:
            turn.commands.append(command)

    def _stop_recording(self, call_id: CallId, turn: Turn) -> None:
        live = self._calls.get(call_id)
        command = live and live.stop_recording()
        if command:
            turn.commands.append(command)

    def _keyed(self, fact: AgentKeyed, now: float, turn: Turn) -> None:
        live = self._calls.get(fact.call_id)
        if live is None:
            return
        if live.keyed(fact.digits, self.site.features.escalate, now):
            self._run(
                CallEscalated(site=fact.site, call_id=fact.call_id, agent_id=fact.agent_id),
                now,
                turn,
            )

    def _promise_call_back(self, call_id: CallId, now: float, turn: Turn) -> None:
        """A caller whom the line lost, and nobody spoke with, is called back."""
        live = self._calls.get(call_id)
        if live is None or not isinstance(live.engine, Interpreter) or live.engine.was_connected:
            return
        if any(
            isinstance(record, OpenTask) and record.call_id == call_id for record in turn.records
        ):
            return
        order = OpenTask(call_id=call_id, kind="call-back", queue=self.site.rules.person_queue)
        self._spread([order], now, turn)

    def _rescue(self, call_id: CallId, outcome: Outcome, now: float, turn: Turn) -> None:
        rescue = Rescue(call_id, self.site.rules, self.site.fallback_number, outcome)
        self._calls[call_id] = LiveCall(call_id, rescue, self.site.rules)
        self._spread(rescue.start(now), now, turn)
        self._arm(call_id)

    def _ended(self, fact: CallEnded, turn: Turn) -> None:
        if fact.call_id not in self._calls:
            return
        self._stop_recording(fact.call_id, turn)
        self.outcomes[fact.outcome] = self.outcomes.get(fact.outcome, 0) + 1
        del self._calls[fact.call_id]
        self._armed.pop(fact.call_id, None)

    def _arm(self, call_id: CallId) -> None:
        live = self._calls.get(call_id)
        due = live.engine.next_deadline() if live else None
        if due is None:
            self._armed.pop(call_id, None)
        elif self._armed.get(call_id) != due:
            self._armed[call_id] = due
            heappush(self._deadlines, (due, call_id))
