"""The whole site as one engine: every call's interpreter and the distributor, joined.

A fact goes to the engine it concerns. What one engine commands of another (``Enqueue``, ``Bridge``,
``ReturnToFlow``, ``EndCall``) becomes a fact at once and is handled within the same turn, depth
first, so that a red flag reaches a nurse's phone before anything else is done for the call. What
remains are commands for the line. The asyncio driver, the dry run and the tests share this class;
it holds no clock. It is a little longer than a module should be: every kind of fact and command
has its one place here, and two half tables would have to be read together.

A bug costs one call its flow and no other call anything: whatever fails while a call is handled,
its caller is given first aid (:mod:`careline.aid`), and the rest of the turn is done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping

from acd import RED_FLAG_TASK, Distributor
from acd.estimates import Estimates
from calls.commands import (
    AskPlace,
    Bridge,
    CallBack,
    ClimbLadder,
    Command,
    Dequeue,
    EndCall,
    Enqueue,
    KeepPlace,
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
    CallBackAnswered,
    CallBackChosen,
    CallBackMissed,
    CallBackOwed,
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
    IdentityConfirmed,
    LadderClimbed,
    OfferFact,
    PlaceTold,
    PromptFinished,
    QueueOverridden,
    QueueUnstaffed,
    RecordingSealed,
    SitePublished,
    TaskClosed,
    TimerFired,
)
from calls.faults import where
from calls.ids import CallId, QueueId
from calls.machine import IllegalFact
from calls.outcome import Outcome
from calls.ports import LineSnapshot
from calls.private import Private
from calls.requirement import Requirement
from careline.admission import Admission
from careline.aid import first_aid, was_advised
from careline.call_back_call import CallBackCall
from careline.deadlines import Deadlines
from careline.derived import derived
from careline.just_ended import JustEnded
from careline.live_call import CallEngine, LiveCall
from careline.owed import OwedNumbers
from careline.reconciliation import differences
from careline.rescue import CALL_BACK, Rescue
from careline.tasks import Tasks
from careline.turn import Turn
from config.site import Site
from ivr import Interpreter
from recordings.consent import ConsentRule
from routing.openness import Openness

log = logging.getLogger(__name__)

_KEPT_ENDED = 10_000
"""Calls that are remembered to be over, in case the line was not told."""

_AGAIN_AFTER_S = 1.0
"""How soon the distributor's deadlines are tried again after they failed."""


class Switchboard:
    """A site's interpreters and distributor behind one ``handle``.

    Args:
        site: the loaded site. New calls begin with its entry flow.
        find_version: finds the site of a ``SitePublished``, which changes what new calls get;
            calls in progress keep their version of the flow. Queues, agents and hours change for
            every call at once, and nobody loses their place by it.
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
            emergency=site.emergency,
        )
        self.accepting = True
        self.tasks = Tasks()
        self.estimates = Estimates()
        self.outcomes: dict[Outcome, int] = {}
        self.faults = 0
        self._admission = Admission(site, self.distributor)
        self._calls: dict[CallId, LiveCall] = {}
        self._ended: dict[CallId, None] = {}
        self._just_ended = JustEnded()
        self._deadlines = Deadlines()
        self._distributor_not_before = 0.0
        self._owed = OwedNumbers(self.distributor)

    # --- the engine -----------------------------------------------------------------------------

    def handle(self, fact: Fact, now: float) -> Turn:
        """Take in a fact and everything that follows from it. Never raises.

        Args:
            fact: from a line, an agent or triage; never ``SpeechHeard``, which is assessed first.
            now: seconds since the epoch.
        """
        turn = Turn()
        self._follow(fact, now, turn)
        return turn

    def tick(self, now: float) -> Turn:
        """Do what is due. An empty turn means that nothing was."""
        turn = Turn()
        due = self.next_deadline()
        if due is None or due > now:
            return turn
        turn.records.append(TimerFired(site=self.site.id))
        for call_id in self._deadlines.take_due(now):
            self._spread(self._guarded(call_id, None, now), now, turn)
            self._arm(call_id)
        due = self._distributor_due()
        if due is not None and due <= now:
            try:
                commands = self.distributor.tick(now)
            except Exception as error:
                self.faults += 1
                log.error("the distributor's deadlines failed (%s)", where(error))
                self._distributor_not_before = now + _AGAIN_AFTER_S
            else:
                self._spread(commands, now, turn)
        return turn

    def next_deadline(self) -> float | None:
        """When :meth:`tick` has something to do."""
        dues = (self._deadlines.next(), self._distributor_due())
        return min((at for at in dues if at is not None), default=None)

    # --- around the engine ----------------------------------------------------------------------

    def call(self, call_id: CallId) -> CallEngine | None:
        """The engine of a live call."""
        live = self._calls.get(call_id)
        return live.engine if live else None

    @property
    def live_calls(self) -> Mapping[CallId, CallEngine]:
        """Engines of all live calls, in order of arrival."""
        return {call_id: live.engine for call_id, live in self._calls.items()}

    @property
    def openness(self) -> Openness:
        """Which queues are open and until when, to be read."""
        return self._admission.openness

    def number_known(self, call_id: CallId) -> bool:
        """Whether the line has the number of a caller who is owed a call-back."""
        return bool(self._owed.of(call_id))

    def replay(
        self,
        records: Iterable[tuple[float, Fact | Command]],
        observer: Callable[[float, Turn], None] = lambda _now, _turn: None,
    ) -> int:
        """Come to where a journal left off; returns how many inputs were replayed.

        May be called again with what was written since, to follow a journal that grows.

        Derived facts and decisions are made again from the inputs, not read, but for one: a call
        that ended then is over now, also where it would go another way today (the site's queues or
        agents were changed, or the journal has a hole because its disk was full).

        Args:
            records: what the journal holds, in order, with the time of each.
            observer: told each turn.
        """
        count = 0
        ended = list(self._ended)
        for at, record in records:
            if isinstance(record, CallEnded):
                ended.append(record.call_id)
                if record.call_id in self._calls:
                    observer(at, self.handle(record, at))
            elif not isinstance(record, (Command, *DERIVED)) and record.site == self.site.id:
                turn = self.tick(at) if isinstance(record, TimerFired) else self.handle(record, at)
                observer(at, turn)
                count += 1
        self._ended = dict.fromkeys(ended[-_KEPT_ENDED:])
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

        Calls the line no longer has fail (and become call-back tasks); calls we do not know arrive,
        those that are over are hung up; all others are told to the line again from where they
        stand. Nobody's place or waiting time changes.
        """
        turn = Turn()
        known = tuple(self._calls)
        for difference in tuple(
            differences(self.site.id, self.distributor, known, self._ended, picture)
        ):
            if isinstance(difference, Fact):
                self._follow(difference, now, turn)
            elif isinstance(difference, Bridge):
                # The two are connected for us already; only the line has yet to do it.
                turn.commands.append(difference)
            else:
                self._spread([difference], now, turn)
        consent = ConsentRule(self.site.recording.consent)
        for up in picture.calls:
            live = self._calls.get(up.call_id)
            if live is not None:
                turn.commands += live.mend_recording(
                    up.recording_id,
                    now,
                    connected=self.distributor.connected(up.call_id),
                    rule=consent,
                )
        return turn

    # --- one fact -------------------------------------------------------------------------------

    def _follow(self, fact: Fact, now: float, turn: Turn) -> None:
        """Run a fact; whatever fails costs its own call the flow, and nothing else."""
        try:
            self._run(fact, now, turn)
        except Exception as error:
            # The outermost loop of a fact: its caller still gets help.
            self.faults += 1
            log.error("%s failed (%s)", type(fact).__name__, where(error))
            nothing_changed = isinstance(error, IllegalFact) and turn.records[-1] is fact
            if isinstance(fact, CallFact) and not (nothing_changed and isinstance(fact, OfferFact)):
                self._help(fact, now, turn)

    def _run(self, fact: Fact, now: float, turn: Turn) -> None:
        turn.records.append(fact)
        self.estimates.handle(fact, now)
        match fact:
            case CallArrived():
                self._arrive(fact, now, turn)
            case SitePublished():
                self._publish(fact, now, turn)
            case QueueOverridden():
                self._admission.handle(fact, now)
            case AgentKeyed():
                self._keyed(fact, now, turn)
            case TaskClosed():
                self._close_task(fact, now, turn)
            case CallBackAnswered():
                self._reached(fact, now, turn)
            case CallerHungUp() | CallFailed():
                try:
                    self._spread(self.distributor.handle(fact, now), now, turn)
                finally:
                    if isinstance(fact, CallFailed):
                        self._promise_call_back(fact.call_id, now, turn)
                    self._to_call(fact, now, turn)
            case CallEnded():
                try:
                    self._spread(self.distributor.handle(fact, now), now, turn)
                finally:
                    self._over(fact, turn)
            case CallConnected(agent_id=agent_id):
                live = self._calls.get(fact.call_id)
                if live is not None:
                    live.agents.add(agent_id)
                    self._admission.spoke_with(live.number, agent_id)
                self._to_call(fact, now, turn)
            case CallReleased() | LadderClimbed():
                self._to_call(fact, now, turn)
            case CallEscalated():
                self._to_call(fact, now, turn)
                self._spread(self.distributor.handle(fact, now), now, turn)
            case RecordingSealed():
                pass
            case CallBackMissed():
                answers = self.distributor.answers(fact.call_id)
                self._spread(self.distributor.handle(fact, now), now, turn)
                if answers is not None:
                    self._owed.let_go(answers)
            case OfferFact() | AgentFact() | CallQueued() | CallDequeued() | CallBackOwed():
                self._spread(self.distributor.handle(fact, now), now, turn)
            case CallBackChosen():
                self._owed.keep(self._calls.get(fact.call_id))
                self._spread(self.distributor.handle(fact, now), now, turn)
            case CallFact():
                live = self._calls.get(fact.call_id)
                if live is not None and isinstance(fact, PromptFinished):
                    live.finished(fact)
                self._to_call(fact, now, turn)

    def _arrive(self, fact: CallArrived, now: float, turn: Turn) -> None:
        if fact.call_id in self._calls or fact.call_id in self._ended:
            # Told twice, the second time maybe after the end: nobody is there any more.
            return
        if not self.accepting:
            self._rescue(fact.call_id, Outcome.REFUSED, now, turn)
            return
        flow = self.site.flows[self.site.entry_flow]
        rules = self.site.rules
        engine = Interpreter(fact.call_id, flow, rules)
        self._calls[fact.call_id] = LiveCall(fact.call_id, engine, rules, fact.caller)
        self._to_call(fact, now, turn)

    def _publish(self, fact: SitePublished, now: float, turn: Turn) -> None:
        """Begin to work by another version of the site, if it can be found."""
        site = self._find_version(fact.version)
        if site is None or site.id != self.site.id:
            return
        self.site = site
        self._admission.publish(site)
        commands = self.distributor.reconfigure(
            site.queues,
            site.agents,
            QueueId(site.rules.nurse_queue),
            site.emergency,
            QueueId(site.rules.person_queue),
            now,
        )
        self._spread(commands, now, turn)

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
            return self._first_aid(live, fact, now)

    def _spread(self, commands: Iterable[Command], now: float, turn: Turn) -> None:
        """Turn commands between engines into facts, pass the others to the line.

        That nobody is there to answer is told last: what is said to it takes the place of what was
        to be said on entering the queue.
        """
        unstaffed: QueueUnstaffed | None = None
        for command in commands:
            match command:
                case Enqueue():
                    unstaffed = self._enqueue(command, now, turn)
                case AskPlace(call_id=call_id):
                    self._follow(self._place(call_id, now), now, turn)
                case OpenTask():
                    turn.records.append(command)
                    self.tasks.open(command, now)
                    self._owe_call_back(command, now, turn)
                case OfferCall():
                    turn.records.append(command)
                    turn.commands.append(command)
                case CallBack():
                    turn.commands.append(self._owed.dialled(command, self.site.rules))
                case Bridge():
                    turn.commands.append(command)
                    self._record(command.call_id, turn)
                    self._follow(derived(command, self.site.id), now, turn)
                case ReturnToFlow():
                    self._stop_recording(command.call_id, turn)
                    self._follow(derived(command, self.site.id), now, turn)
                case Dequeue() | EndCall() | ClimbLadder() | KeepPlace():
                    self._follow(derived(command, self.site.id), now, turn)
                case Say():
                    live = self._calls.get(command.call_id)
                    if live is not None:
                        live.said(command)
                    turn.commands.append(command)
                case _:
                    turn.commands.append(command)
        if unstaffed is not None:
            self._follow(unstaffed, now, turn)

    def _enqueue(self, command: Enqueue, now: float, turn: Turn) -> QueueUnstaffed | None:
        """Queue the caller; what they are to be told if nobody could answer there."""
        site, call_id, asked = self.site.id, command.call_id, command.requirement
        live = self._calls.get(call_id)
        number = live.number if live is not None else Private("")
        nobody = QueueUnstaffed(site=site, call_id=call_id, queue=asked.queue)
        admitted = self._admission.admit(asked, number, now)
        if admitted is None:
            return nobody
        queued = CallQueued(
            site=site,
            call_id=call_id,
            requirement=admitted,
            heard_ago_s=command.heard_ago_s,
            advised_911=command.advised_911,
            may_call_back=command.may_call_back,
            number_known=bool(number),
        )
        self._follow(queued, now, turn)
        return None if asked.emergency or self.distributor.staffed(admitted) else nobody

    # --- what the switchboard itself decides -----------------------------------------------------

    def _place(self, call_id: CallId, now: float) -> PlaceTold:
        """What a caller who waits can be told; nothing while a phone rings for them."""
        site, distributor = self.site.id, self.distributor
        position = distributor.position(call_id)
        rings = any(offer.call_id == call_id for offer in distributor.live_offers())
        if position is None or rings or distributor.on_emergency_call(call_id):
            return PlaceTold(site=site, call_id=call_id, position=None)
        wait_s = self.estimates.wait_s(call_id, now)
        return PlaceTold(site=site, call_id=call_id, position=position, wait_s=wait_s)

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
            self._keyed_too_late(fact, now, turn)
            return
        features = self.site.features
        match live.keyed(fact.digits, (features.escalate, features.identity), now):
            case features.escalate:
                asked = CallEscalated(site=fact.site, call_id=fact.call_id, agent_id=fact.agent_id)
                self._run(asked, now, turn)
            case features.identity:
                confirmed = IdentityConfirmed(
                    site=fact.site,
                    call_id=fact.call_id,
                    offer_id=fact.offer_id,
                    agent_id=fact.agent_id,
                )
                self._run(confirmed, now, turn)

    def _keyed_too_late(self, fact: AgentKeyed, now: float, turn: Turn) -> None:
        """The agent wanted a nurse for a caller who has left meanwhile: she calls them back."""
        ended = self._just_ended.spoke_in(fact.call_id, fact.agent_id)
        escalate = self.site.features.escalate
        if ended is None or ended.keyed(fact.digits, (escalate,), now) is None:
            return
        if not self.tasks.of(fact.call_id, RED_FLAG_TASK):
            queue = self.site.rules.nurse_queue
            self._spread(
                [OpenTask(call_id=fact.call_id, kind=RED_FLAG_TASK, queue=queue)], now, turn
            )

    def _promise_call_back(self, call_id: CallId, now: float, turn: Turn) -> None:
        """A caller whom the line lost, and nobody spoke with, is called back."""
        live = self._calls.get(call_id)
        if live is None or live.engine.was_connected or self.tasks.of(call_id):
            return
        if isinstance(live.engine, Rescue) and not live.engine.let_in:
            return
        order = OpenTask(call_id=call_id, kind=CALL_BACK, queue=self.site.rules.person_queue)
        self._spread([order], now, turn)

    # --- call-backs -------------------------------------------------------------------------------

    def _owe_call_back(self, order: OpenTask, now: float, turn: Turn) -> None:
        """A task of a red flag who left is the distributor's as well, which finds them a nurse."""
        if order.kind != RED_FLAG_TASK:
            return
        live = self._calls.get(order.call_id) or self._just_ended.call(order.call_id)
        number_known = self._owed.keep(live)
        if self.distributor.call_back(order.call_id) is None:
            owed = CallBackOwed(
                site=self.site.id,
                call_id=order.call_id,
                requirement=Requirement(queue=QueueId(self.site.rules.nurse_queue), emergency=True),
                advised_911=live is not None and was_advised(live.engine),
                number_known=number_known,
            )
            self._follow(owed, now, turn)

    def _reached(self, fact: CallBackAnswered, now: float, turn: Turn) -> None:
        """Somebody who was called back is on the line: a call begins that we placed."""
        rules, call_id = self.site.rules, fact.call_id
        answers = self.distributor.answers(call_id)
        if answers is not None and call_id not in self._calls and call_id not in self._ended:
            emergency = self.distributor.on_emergency_call(call_id)
            engine = CallBackCall(call_id, rules, emergency=emergency)
            self._calls[call_id] = LiveCall(call_id, engine, rules, self._owed.of(answers))
            self._spread(engine.start(now), now, turn)
            self._arm(call_id)
        self._spread(self.distributor.handle(fact, now), now, turn)
        if answers is not None:
            self._owed.let_go(answers)

    def _close_task(self, fact: TaskClosed, now: float, turn: Turn) -> None:
        self.tasks.close(fact)
        self._spread(self.distributor.handle(fact, now), now, turn)
        self._owed.let_go(fact.call_id)

    # --- first aid ------------------------------------------------------------------------------

    def _rescue(self, call_id: CallId, outcome: Outcome, now: float, turn: Turn) -> None:
        """Advise a caller without ever asking the flow, and hand them over."""
        rescue = Rescue(call_id, self.site.rules, self.site.fallback_number, outcome)
        self._calls[call_id] = LiveCall(call_id, rescue, self.site.rules)
        self._spread(rescue.start(now), now, turn)
        self._arm(call_id)

    def _help(self, fact: CallFact, now: float, turn: Turn) -> None:
        """Something failed on the way from the fact to the call's engine, or back."""
        live = self._calls.get(fact.call_id)
        if live is not None:
            self._spread(self._first_aid(live, fact, now), now, turn)
            self._arm(fact.call_id)
        elif isinstance(fact, CallArrived):
            self._rescue(fact.call_id, Outcome.ERROR, now, turn)

    def _first_aid(self, live: LiveCall, fact: Fact | None, now: float) -> list[Command]:
        if isinstance(live.engine, Rescue):
            # What should have helped has failed as well: only what needs no distributor is left.
            connected = self.distributor.connected(live.call_id)
            live.engine = Rescue(
                live.call_id,
                live.rules,
                self.site.fallback_number,
                Outcome.ERROR,
                connected=connected,
            )
            return live.engine.start(now)
        return first_aid(
            live,
            fact,
            self.distributor,
            self.site.fallback_number,
            staffed=lambda asked: self._admission.staffed(asked, now),
            has_task=self.tasks.of(live.call_id),
            now=now,
        )

    def _over(self, fact: CallEnded, turn: Turn) -> None:
        if fact.call_id not in self._calls:
            return
        self._stop_recording(fact.call_id, turn)
        self.outcomes[fact.outcome] = self.outcomes.get(fact.outcome, 0) + 1
        self._just_ended.add(self._calls.pop(fact.call_id))
        self._deadlines.arm(fact.call_id, None)
        self._ended[fact.call_id] = None
        if len(self._ended) > _KEPT_ENDED:
            del self._ended[next(iter(self._ended))]

    def _arm(self, call_id: CallId) -> None:
        live = self._calls.get(call_id)
        self._deadlines.arm(call_id, live.engine.next_deadline() if live else None)

    def _distributor_due(self) -> float | None:
        due = self.distributor.next_deadline()
        return None if due is None else max(due, self._distributor_not_before)
