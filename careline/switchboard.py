"""The whole site as one engine: every call's interpreter and the distributor, joined.

A fact goes to the engine it concerns. What one engine commands of another (``Enqueue``, ``Bridge``,
``ReturnToFlow``, ``EndCall``) becomes a fact at once and is handled within the same turn, depth
first, so that a red flag reaches a nurse's phone before anything else is done for the call. What
remains are commands for the line. The asyncio driver, the dry run and the tests share this class;
it holds no clock. It is longer than a module should be: every kind of fact and command has its one
place here, and whatever one of them brings about runs through the same two methods; two half tables
would have to be read together.

A bug costs one call its flow and no other call anything: whatever fails while a call is handled,
its caller is given first aid (:mod:`careline.aid`), and the rest of the turn is done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

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
    LookUp,
    OfferCall,
    OpenTask,
    RecallOffer,
    RecordAnswer,
    ReleaseAgent,
    ReturnToFlow,
    Say,
)
from calls.facts import (
    DERIVED,
    AgentFact,
    AgentHungUp,
    AgentKeyed,
    CallArrived,
    CallBackAnswered,
    CallBackChosen,
    CallBackForbidden,
    CallBackMissed,
    CallBackOwed,
    CallConnected,
    CallDequeued,
    CallEnded,
    CallerAdvised,
    CallerHungUp,
    CallerNoted,
    CallEscalated,
    CallFact,
    CallFailed,
    CallHeld,
    CallQueued,
    CallResumed,
    CallRetrieved,
    CallUnseen,
    Fact,
    IdentityConfirmed,
    OfferFact,
    OfferFailed,
    PlaceTold,
    QueueOverridden,
    QueueUnstaffed,
    RecordingSealed,
    SitePublished,
    SurveyAnswered,
    TaskClosed,
    TaskRead,
    TimerFired,
    WordsAssessed,
)
from calls.faults import where
from calls.ids import CallId, QueueId
from calls.machine import IllegalFact
from calls.outcome import Outcome
from calls.ports import LineSnapshot
from calls.private import Private
from calls.requirement import Requirement
from careline.admission import Admission, Spoke
from careline.aid import first_aid
from careline.derived import derived
from careline.live_call import LiveCall
from careline.live_calls import LiveCalls
from careline.notes import Note, Notes
from careline.out_of_sight import OutOfSight
from careline.owed import OwedNumbers
from careline.promises import Promises
from careline.reconciliation import differences
from careline.repeat_callers import RepeatCallers
from careline.rescue import Rescue
from careline.tasks import Tasks
from careline.turn import Turn
from config.site import Site
from ivr import Interpreter
from recordings.consent import ConsentRule
from routing.openness import Openness

log = logging.getLogger(__name__)

_COLLEAGUE_COMES_WITHIN_S = 60.0
"""Agents relieve each other, and phones come back: only after so long whoever waits is told that
nobody is there."""

_AGAIN_AFTER_S = 1.0
"""How soon the distributor's deadlines are tried again after they failed."""


class Switchboard:
    """A site's interpreters and distributor behind one ``handle``.

    Args:
        site: the loaded site. New calls begin with its entry flow.
        find_version: finds the site of a ``SitePublished``, which changes what new calls get;
            calls in progress keep their version of the flow. Queues, agents and hours change for
            every call at once, and nobody loses their place by it.
        distributor: one to go on with, if not a new one.

    Attributes:
        site: the version in force.
        accepting: whether new calls are let in.
        distributor: who takes which call.
        calls: those that are not over.
        tasks: what people have to do.
        estimates: what callers who wait can be told.
        admission: where calls wait.
        owed: whom to call back.
        notes: what is known of callers who have left and to whom something is owed.
        repeats: who rang with a red flag within the last day.
        look_for_staff_at: when it is seen to whoever waits for people who have gone home, seconds
            since the epoch; ``None`` while nobody has.
    """

    def __init__(
        self,
        site: Site,
        find_version: Callable[[str], Site | None] = lambda _version: None,
        distributor: Distributor | None = None,
    ) -> None:
        self.site = site
        self._find_version = find_version
        self.distributor = distributor or Distributor(
            site=site.id,
            queues=site.queues,
            agents=site.agents,
            nurse_queue=QueueId(site.rules.nurse_queue),
            emergency=site.emergency,
        )
        self.accepting = True
        self.look_for_staff_at: float | None = None
        self._departures = self.distributor.departures
        self.tasks = Tasks()
        self.estimates = Estimates()
        self.calls = LiveCalls(site, self._first_aid)
        self._faults = 0
        self.admission = Admission(site, self.distributor)
        self._distributor_not_before = 0.0
        self.owed = OwedNumbers(self.distributor)
        self.notes = Notes(self.distributor, self.tasks)
        self._promises = Promises(
            site.id, self.calls, self.distributor, self.tasks, self.owed, self.notes
        )
        self.repeats = RepeatCallers()
        self._out_of_sight = OutOfSight(self.calls, self.distributor, self.tasks)

    # --- the engine -----------------------------------------------------------------------------

    def handle(self, fact: Fact, now: float) -> Turn:
        """Take in a fact and everything that follows from it. Never raises.

        Args:
            fact: from a line, an agent or triage; never ``SpeechHeard``, which is assessed first.
            now: seconds since the epoch.
        """
        turn = Turn()
        self._follow(fact, now, turn)
        self._note_departures(now)
        return turn

    def tick(self, now: float) -> Turn:
        """Do what is due. An empty turn means that nothing was."""
        turn = Turn()
        due = self.next_deadline()
        if due is None or due > now:
            return turn
        turn.records.append(TimerFired(site=self.site.id))
        # All calls before anything that one of them asks for is done: so a journal, which says what
        # was done but not which call was ticked when, tells all that their engines went through.
        asked = [self.calls.tick(call_id, now) for call_id in self.calls.take_due(now)]
        for commands in asked:
            self._spread(commands, now, turn)
        due = self._distributor_due()
        if due is not None and due <= now:
            try:
                commands = self.distributor.tick(now)
            except Exception as error:
                self._faults += 1
                log.error("the distributor's deadlines failed (%s)", where(error))
                self._distributor_not_before = now + _AGAIN_AFTER_S
            else:
                self._spread(commands, now, turn)
        if self.look_for_staff_at is not None and self.look_for_staff_at <= now:
            self.look_for_staff_at = None
            self._tell_the_forsaken(now, turn)
        self._note_departures(now)
        return turn

    def next_deadline(self) -> float | None:
        """When :meth:`tick` has something to do."""
        dues = (self.calls.next_deadline(), self._distributor_due(), self.look_for_staff_at)
        return min((at for at in dues if at is not None), default=None)

    # --- around the engine ----------------------------------------------------------------------

    def use(self, site: Site) -> None:
        """Let new calls begin with a version of the site; the distributor goes on as it was."""
        self.site = site
        self.calls.publish(site)
        self.admission.publish(site)

    @property
    def hides(self) -> bool:
        """Whether a red flag who waits cannot be seen now."""
        return bool(self._out_of_sight)

    @property
    def faults(self) -> int:
        """How often something failed, and somebody was given first aid."""
        return self._faults + self.calls.faults

    @property
    def openness(self) -> Openness:
        """Which queues are open and until when, to be read."""
        return self.admission.openness

    def rings_again_about(self, call_id: CallId, now: float) -> frozenset[str]:
        """The triage rules that matched in other calls of this caller within the last day."""
        live = self.calls.get(call_id)
        number = Private("") if live is None else live.number
        return self.repeats.rules(number, call_id, now)

    def known_of(self, call_id: CallId) -> Note:
        """What is known of a caller who is there, or to whom something is owed."""
        return self._promises.known_of(call_id)

    def number_known(self, call_id: CallId) -> bool:
        """Whether the line has the number of a caller who is owed a call-back."""
        return bool(self.owed.of(call_id))

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
        ended = []
        for at, record in records:
            if isinstance(record, CallEnded):
                ended.append(record.call_id)
                if record.call_id in self.calls:
                    observer(at, self.handle(record, at))
            elif not isinstance(record, (Command, *DERIVED)) and record.site == self.site.id:
                turn = self.tick(at) if isinstance(record, TimerFired) else self.handle(record, at)
                observer(at, turn)
                count += 1
        self.calls.remember_ended(each for each in ended if each not in self.calls)
        return count

    def turn_away(self, call_id: CallId, now: float) -> Turn:
        """Give up on a call that was let in a moment ago: the advice and the fallback number."""
        turn = Turn()
        if call_id in self.calls:
            self._spread([Dequeue(call_id=call_id)], now, turn)
            self._rescue(call_id, Outcome.REFUSED, now, turn)
        return turn

    def reconcile(self, picture: LineSnapshot, now: float) -> Turn:
        """Bring what we believe and what the line says together, after a restart of either.

        Calls the line no longer has fail (and become call-back tasks); calls we do not know arrive,
        those that are over are hung up; all others are told to the line again from where they
        stand. Nobody's place or waiting time changes. Callers whom we had given up, and who are
        there after all, begin anew; a red flag among them is a nurse's at once.
        """
        turn = Turn()
        known, lost = tuple(self.calls), dict(self.calls.lost)
        self._out_of_sight.look(picture)
        for difference in tuple(
            differences(self.site.id, self.distributor, known, self.calls.ended, lost, picture)
        ):
            if isinstance(difference, CallArrived) and difference.call_id in lost:
                self._carry(self._out_of_sight.found(difference), now, turn)
            elif isinstance(difference, Bridge | RecallOffer | ReleaseAgent):
                # For us it is so already, and in the journal; only the line has yet to do it.
                turn.commands.append(difference)
            else:
                self._carry([difference], now, turn)
            # After each fact, as a replay of them does.
            self._note_departures(now)
        consent = ConsentRule(self.site.recording.consent)
        for up in picture.calls:
            live = self.calls.get(up.call_id)
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
            self._faults += 1
            log.error("%s failed (%s)", type(fact).__name__, where(error))
            nothing_changed = isinstance(error, IllegalFact) and turn.records[-1] is fact
            if isinstance(fact, CallFact) and not (nothing_changed and isinstance(fact, OfferFact)):
                self._help(fact, now, turn)

    def _run(self, fact: Fact, now: float, turn: Turn) -> None:
        turn.records.append(fact)
        self.estimates.handle(fact, now)
        if isinstance(fact, WordsAssessed):
            self._note_alarm(fact, now)
        match fact:
            case CallArrived():
                self._arrive(fact, now, turn)
            case SitePublished():
                self._publish(fact, now, turn)
            case QueueOverridden():
                self.admission.handle(fact, now)
            case AgentKeyed():
                self._keyed(fact, now, turn)
            case TaskClosed():
                self.tasks.close(fact)
                self._spread(self.distributor.handle(fact, now), now, turn)
                self._promises.let_go(fact.call_id)
            case CallBackAnswered():
                self._reached(fact, now, turn)
            case CallerHungUp() | CallFailed():
                try:
                    self._spread(self.distributor.handle(fact, now), now, turn)
                finally:
                    if isinstance(fact, CallFailed):
                        self._spread(self._promises.lost(fact.call_id, self.site.rules), now, turn)
                    self._to_call(fact, now, turn)
            case CallEnded():
                try:
                    self._spread(self.distributor.handle(fact, now), now, turn)
                finally:
                    self._out_of_sight.ended(fact.call_id)
                    live = self.calls.get(fact.call_id)
                    turn.commands += self.calls.end(fact)
                    if live is not None:
                        self._carry(self._promises.ended(live), now, turn)
            case CallConnected():
                live = self.calls.get(fact.call_id)
                if live is not None:
                    spoke = Spoke(fact.agent_id, fact.call_id, live.shown_in, now)
                    self.admission.spoke(live.number, spoke)
                self._to_call(fact, now, turn)
            case CallEscalated():
                self._to_call(fact, now, turn)
                self._spread(self.distributor.handle(fact, now), now, turn)
            case CallerNoted():
                self.notes.take(fact)
            case RecordingSealed() | SurveyAnswered() | TaskRead():
                pass
            case CallBackMissed():
                answers = self.distributor.answers(fact.call_id)
                self._spread(self.distributor.handle(fact, now), now, turn)
                if answers is not None:
                    self._promises.let_go(answers)
            case CallBackForbidden():
                self._spread(self.distributor.handle(fact, now), now, turn)
                self.tasks.forbid_call_back(fact.call_id)
            case WordsAssessed() if not fact.verdict.may_call_back:
                forbidden = CallBackForbidden(site=fact.site, call_id=fact.call_id)
                self._follow(forbidden, now, turn)
                self._to_call(fact, now, turn)
            case AgentHungUp() | OfferFailed() if self._out_of_sight.speaks_apart(fact.call_id):
                self._carry(self._out_of_sight.spoken(fact), now, turn)
            case CallerAdvised() | CallHeld() | CallRetrieved():
                self._to_call(fact, now, turn)
                self._spread(self.distributor.handle(fact, now), now, turn)
            case OfferFact() | AgentFact() | CallQueued() | CallDequeued() | CallBackOwed():
                self._spread(self.distributor.handle(fact, now), now, turn)
            case CallBackChosen():
                self._promises.chosen(fact)
                self._spread(self.distributor.handle(fact, now), now, turn)
                self._to_call(fact, now, turn)
            case CallUnseen():
                self._carry(self._out_of_sight.hide(fact), now, turn)
            case CallResumed():
                nurse_queue = QueueId(self.site.rules.nurse_queue)
                self._carry(self._out_of_sight.show(fact, nurse_queue), now, turn)
                self._to_call(fact, now, turn)
            case CallFact():
                self._to_call(fact, now, turn)

    def _note_alarm(self, fact: WordsAssessed, now: float) -> None:
        live = self.calls.get(fact.call_id)
        if live is not None:
            self.repeats.note(live.number, fact.call_id, live.shown_in, fact.verdict, now)

    def _arrive(self, fact: CallArrived, now: float, turn: Turn) -> None:
        if not self.calls.may_arrive(fact.call_id):
            # Told twice, the second time maybe after the end: nobody is there any more.
            return
        sought = self.distributor.call_back(fact.call_id)
        if not self.accepting:
            self._rescue(fact.call_id, Outcome.REFUSED, now, turn)
        elif sought is not None and sought.emergency:
            self._to_nurse_again(fact, now - sought.queued_at, now, turn)
        else:
            self._spread(self.calls.arrive(fact, now), now, turn)

    def _to_nurse_again(self, fact: CallArrived, waited_s: float, now: float, turn: Turn) -> None:
        """A red flag who was to be called back is on the line: a nurse's, in their old place."""
        rules = self.site.rules
        outside = rules.outside.get(rules.on_call or "", self.site.fallback_number)
        rescue = Rescue(fact.call_id, rules, outside, Outcome.ERROR, patience_s=None)
        need = Requirement(queue=QueueId(rules.nurse_queue), emergency=True)
        enqueue = Enqueue(call_id=fact.call_id, requirement=need, heard_ago_s=max(0.0, waited_s))
        call = LiveCall(fact.call_id, rescue, rules, fact.caller)
        self._begin(call, [enqueue, *rescue.start(now)], now, turn)

    def _publish(self, fact: SitePublished, now: float, turn: Turn) -> None:
        """Begin to work by another version of the site, if it can be found."""
        site = self._find_version(fact.version)
        if site is None or site.id != self.site.id:
            return
        self.use(site)
        commands = self.distributor.reconfigure(
            site.queues,
            site.agents,
            QueueId(site.rules.nurse_queue),
            site.emergency,
            QueueId(site.rules.person_queue),
            now,
        )
        self._spread(commands, now, turn)

    def _carry(self, things: Iterable[Fact | Command], now: float, turn: Turn) -> None:
        """Carry out what somebody else decided, each before the next is asked for."""
        for each in things:
            if isinstance(each, Fact):
                self._follow(each, now, turn)
            else:
                self._spread([each], now, turn)

    def _to_call(self, fact: CallFact, now: float, turn: Turn) -> None:
        self._spread(self.calls.handle(fact, now), now, turn)

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
                    turn.records.append(opened := self._promises.opened(command, now))
                    self._carry(self._promises.after_opening(opened, self.site.rules), now, turn)
                case OfferCall() | RecallOffer() | ReleaseAgent():
                    turn.records.append(command)
                    turn.commands.append(command)
                case CallBack():
                    turn.commands.append(self.owed.dialled(command, self.site.rules))
                case Bridge():
                    turn.commands.append(command)
                    self._follow(derived(command, self.site.id), now, turn)
                case Say(advises_911=True, call_id=call_id):
                    turn.commands.append(command)
                    self._follow(CallerAdvised(site=self.site.id, call_id=call_id), now, turn)
                case LookUp():
                    turn.lookups.append(command)
                case KeepPlace(call_id=call_id) if not self.distributor.may_keep_place(call_id):
                    pass  # They wait on: nobody is let go whose place is not kept.
                case ReturnToFlow() | Dequeue() | EndCall() | ClimbLadder() | KeepPlace():
                    self._follow(derived(command, self.site.id), now, turn)
                case RecordAnswer():
                    self._follow(derived(command, self.site.id), now, turn)
                case _:
                    turn.commands.append(command)
        if unstaffed is not None:
            self._follow(unstaffed, now, turn)

    def _enqueue(self, command: Enqueue, now: float, turn: Turn) -> QueueUnstaffed | None:
        """Queue the caller; what they are to be told if nobody could answer there."""
        site, call_id, asked = self.site.id, command.call_id, command.requirement
        live = self.calls.get(call_id)
        number = live.number if live is not None else Private("")
        nobody = QueueUnstaffed(site=site, call_id=call_id, queue=asked.queue)
        admitted = self.admission.admit(asked, number, now)
        if admitted is None:
            return nobody
        queued = CallQueued(
            site=site,
            call_id=call_id,
            requirement=admitted,
            heard_ago_s=command.heard_ago_s,
            advised_911=command.advised_911 or (live is not None and live.advised_911),
            may_call_back=command.may_call_back and (live is None or live.may_call_back),
            number_known=bool(number) or command.number_given,
        )
        self._follow(queued, now, turn)
        if asked.emergency or self.distributor.staffed(admitted):
            return None
        if not self.distributor.signed_in(admitted):
            return nobody
        # Their phones are not there, or one of two people is not: it may be so for a moment only,
        # as after a start of the line.
        self._look_for_staff(now)
        return None

    # --- nobody is there any more -----------------------------------------------------------------

    def _note_departures(self, now: float) -> None:
        """Somebody has gone home: look a little later for whom nobody is there any more."""
        departures = self.distributor.departures
        if departures != self._departures:
            self._departures = departures
            self._look_for_staff(now)

    def _look_for_staff(self, now: float) -> None:
        if self.look_for_staff_at is None:
            self.look_for_staff_at = now + _COLLEAGUE_COMES_WITHIN_S

    def _tell_the_forsaken(self, now: float, turn: Turn) -> None:
        """Whoever waits for people who have all gone home may leave a message at once."""
        try:
            forsaken = self.distributor.without_staff()
        except Exception as error:
            self._faults += 1
            log.error("who waits for nobody could not be found out (%s)", where(error))
            return
        for call_id in forsaken:
            live = self.calls.get(call_id)
            queue = live.engine.waits_in if live and isinstance(live.engine, Interpreter) else None
            if queue is not None:
                nobody = QueueUnstaffed(site=self.site.id, call_id=call_id, queue=QueueId(queue))
                self._follow(nobody, now, turn)

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

    def _keyed(self, fact: AgentKeyed, now: float, turn: Turn) -> None:
        """An agent's code: a nurse for the caller, or they are who they say they are."""
        code, features = self.calls.keyed(fact, now), self.site.features
        if code == features.escalate and fact.call_id in self.calls:
            asked = CallEscalated(site=fact.site, call_id=fact.call_id, agent_id=fact.agent_id)
            self._run(asked, now, turn)
        elif code == features.escalate and not self.tasks.of(fact.call_id, RED_FLAG_TASK):
            # The caller has left meanwhile: a nurse calls them back.
            queue = self.site.rules.nurse_queue
            order = OpenTask(call_id=fact.call_id, kind=RED_FLAG_TASK, queue=queue)
            self._spread([order], now, turn)
        elif code == features.identity:
            confirmed = IdentityConfirmed(
                site=fact.site,
                call_id=fact.call_id,
                offer_id=fact.offer_id,
                agent_id=fact.agent_id,
            )
            self._run(confirmed, now, turn)

    def _reached(self, fact: CallBackAnswered, now: float, turn: Turn) -> None:
        """Somebody who was called back is on the line."""
        # None also where they had answered before: what is told twice begins no second call.
        answers = self.distributor.answers(fact.call_id)
        begun = answers and self._promises.reached(fact, answers, self.site.rules, now)
        if begun:
            self._begin(*begun, now, turn)
        self._spread(self.distributor.handle(fact, now), now, turn)
        if answers is not None:
            self._promises.let_go(answers)

    # --- first aid ------------------------------------------------------------------------------

    def _rescue(self, call_id: CallId, outcome: Outcome, now: float, turn: Turn) -> None:
        """Advise a caller without ever asking the flow, and hand them over."""
        rescue = Rescue(call_id, self.site.rules, self.site.fallback_number, outcome)
        call = LiveCall(call_id, rescue, self.site.rules)
        self._begin(call, rescue.start(now), now, turn)

    def _begin(self, call: LiveCall, first: list[Command], now: float, turn: Turn) -> None:
        """Begin a call otherwise than with the entry flow."""
        self.calls.begin(call)
        self._spread(first, now, turn)
        self.calls.arm(call.call_id)

    def _help(self, fact: CallFact, now: float, turn: Turn) -> None:
        """Something failed on the way from the fact to the call's engine, or back."""
        live = self.calls.get(fact.call_id)
        if live is not None:
            self._spread(self._first_aid(live, fact, now), now, turn)
            self.calls.arm(fact.call_id)
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
            staffed=lambda asked: self.admission.staffed(asked, now),
            has_task=self.tasks.of(live.call_id),
            now=now,
        )

    def _distributor_due(self) -> float | None:
        due = self.distributor.next_deadline()
        return None if due is None else max(due, self._distributor_not_before)
