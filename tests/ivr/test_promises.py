"""Random callers on random flows: the promises hold after every single fact.

Callers press, speak, mumble, keep silent and hang up; the line loses, repeats and delays what it
reports; agents come and go; the brain is restarted. Whatever has happened, silence alone then
brings the call to help or to its end. A copy of the call, made at any moment, does the same under
the same facts; what is said to other copies changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from calls.commands import (
    CancelTransfer,
    Command,
    Dequeue,
    EndCall,
    Enqueue,
    HangUp,
    KeepPlace,
    LookUp,
    OpenTask,
    RecordMessage,
    Say,
    Transfer,
)
from calls.facts import (
    CallArrived,
    CallBackChosen,
    CallConnected,
    CallerHungUp,
    CallEscalated,
    CallFailed,
    CallReleased,
    DigitsCollected,
    LookedUp,
    MessageRecorded,
    PromptFinished,
    QueueUnstaffed,
    SpeechStarted,
    SpeechUnavailable,
    TransferFailed,
    TransferSucceeded,
    WordsAssessed,
)
from calls.outcome import Outcome
from calls.private import Private
from calls.requirement import SkillNeed
from calls.verdict import CLEAR, Action, Disposition, Verdict
from ivr import CallRules, Flow, Interpreter, State
from ivr.expressions import Expression
from ivr.states import MOVES, TABLE
from ivr.steps import (
    AskStep,
    BranchStep,
    CallBackStep,
    Case,
    Choice,
    Collected,
    CollectStep,
    ConsentStep,
    HangUpStep,
    LookupStep,
    MessageStep,
    QueueStep,
    ReturnStep,
    Saved,
    SayStep,
    SetStep,
    SubFlowStep,
    SurveyStep,
    TransferStep,
)
from ivr.values import ValueKind

SITE, CALL = "clinic", "c1"
NAMES = [f"s{n}" for n in range(8)]
WORDS = [
    *("billing", "appointment", "yes", "no", "chest pain", "", "what"),
    *("march fifth nineteen sixty", "my name is maria lopez", "four", "louder", "slow down"),
    *("in spanish", "speak to someone", "five five five eight six seven five three oh nine"),
]
VERDICTS = [
    CLEAR,
    CLEAR,
    CLEAR,
    Verdict(action=Action.CALL_911, disposition=Disposition.NOW_911),
    Verdict(action=Action.CALL_988, disposition=Disposition.NOW_988),
    Verdict(action=Action.NURSE, disposition=Disposition.NURSE_NOW),
    Verdict(action=Action.ASK, disposition=Disposition.SAME_DAY, question="q1"),
    Verdict(action=Action.ASK, disposition=Disposition.SAME_DAY, question="q2"),
    Verdict(action=Action.ASK, disposition=Disposition.SAME_DAY, question="missing"),
]
TEXTS = {
    name: {"en": name, "es": name}
    for name in (
        *("advice-911", "advice-988", "nurse-wait", "one-moment", "repeat-please", "digits-only"),
        *("goodbye", "nobody-here", "long-wait", "leave-message", "prompt", "q1", "q2"),
        *("still-waiting", "or-message", "again", "notice", "read-back"),
    )
}

CONDITIONS = [
    Expression(text)
    for text in (
        'language == "es"',
        "caller.number-known and call.hour >= 0",
        "birthday is set",
        "count > 3",
    )
]
names = st.sampled_from(NAMES)
maybe = st.none() | names
languages = st.sampled_from(["en", "es", "tlh"])
choices = st.builds(
    lambda digit, word, target, flag, values: Choice(
        digit=digit,
        words={"en": (word,), "es": (word,)},
        goto=None if flag else target,
        red_flag="rule" if flag else None,
        set=values,
    ),
    st.sampled_from("12345678#"),
    st.sampled_from(["billing", "appointment", "yes", "chest pain"]),
    names,
    st.booleans(),
    st.just({}) | st.builds(lambda language: {"language": language}, languages),
)
steps = st.one_of(
    st.builds(SayStep, prompt=st.just("prompt"), next=names),
    st.builds(
        AskStep,
        prompt=st.just("prompt"),
        choices=st.lists(choices, max_size=3).map(tuple),
        again_prompt=st.sampled_from([None, "again"]),
        attempts=st.integers(1, 3),
        otherwise=maybe,
        silent_goto=maybe,
    ),
    st.builds(
        BranchStep,
        cases=st.lists(
            st.builds(Case, when=st.sampled_from(CONDITIONS), goto=names), max_size=2
        ).map(tuple),
        otherwise=names,
    ),
    st.builds(
        SetStep, values=st.builds(lambda language: {"language": language}, languages), next=names
    ),
    st.builds(
        QueueStep,
        queue=st.sampled_from(["general", "billing"]),
        prompt=st.none() | st.just("prompt"),
        comfort_prompt=st.none() | st.just("prompt"),
        next=maybe,
    ),
    st.builds(
        QueueStep,
        queue=st.just("billing"),
        call_back=names,
        call_back_prompt=st.just("prompt"),
        call_back_after_s=st.sampled_from([0.0, 10.0]),
        next=maybe,
    ),
    st.builds(
        TransferStep,
        destination=st.sampled_from(["lab", "nowhere"]),
        prompt=st.just("prompt"),
        on_failure=maybe,
    ),
    st.builds(
        MessageStep,
        prompt=st.just("prompt"),
        queue=st.just("billing"),
        next=maybe,
        silent_goto=maybe,
    ),
    st.builds(HangUpStep, prompt=st.just("prompt")),
    st.builds(
        CollectStep,
        what=st.sampled_from(Collected),
        into=st.sampled_from(["birthday", "count"]),
        next=names,
        prompt=st.just("prompt"),
        read_back=st.booleans(),
        known=st.none() | st.just(Expression("caller.number")),
        digits=st.just(4),
        otherwise=maybe,
    ),
    st.builds(
        LookupStep,
        source=st.just("records"),
        given=st.just({"phone": Expression("caller.number")}),
        save=st.just({"count": Saved(at="n", kind=ValueKind.NUMBER)}),
        next=names,
        not_found=maybe,
        on_failure=names,
        prompt=st.none() | st.just("prompt"),
    ),
    st.builds(
        CallBackStep,
        queue=st.just("billing"),
        prompt=st.just("prompt"),
        no_number=names,
        number=st.none() | st.just(Expression("birthday")),
    ),
    st.builds(
        SurveyStep,
        prompt=st.just("prompt"),
        resolved_prompt=st.none() | st.just("prompt"),
        next=maybe,
    ),
    st.builds(ConsentStep, prompt=st.just("prompt"), next=names),
    st.builds(
        SubFlowStep,
        flow=st.sampled_from(["inner", "nowhere"]),
        next=names,
        given=st.just({"count": Expression("count")}),
        into=st.none() | st.just("count"),
    ),
    st.builds(ReturnStep, value=st.none() | st.just(Expression("count"))),
)
INNER = {
    "begin": AskStep(
        prompt="prompt", choices=(Choice(digit="1", goto="done"),), otherwise="nowhere"
    ),
    "done": ReturnStep(value=Expression("count")),
}
LIVE = [state for state in State if state not in (State.NEW, State.CLOSING, State.ENDED)]


class AnyCaller(RuleBasedStateMachine):
    """One call, until silence ends it."""

    @initialize(
        flow=st.lists(steps, min_size=5, max_size=8),
        listening=st.sampled_from([(), ("en",), ("en", "es")]),
        on_call=st.sampled_from([None, "doctor"]),
        recording_question=st.sampled_from([None, "prompt"]),
        recording_notice=st.sampled_from([None, "notice"]),
        number=st.sampled_from(["", "5551234"]),
    )
    def arrives(
        self, flow, listening, on_call, recording_question, recording_notice, number
    ) -> None:
        rules = CallRules(
            site=SITE,
            languages=("en", "es"),
            prompts=TEXTS,
            person_queue="general",
            nurse_queue="nurse",
            outside={"lab": "sip:lab@example.org", "doctor": "sip:doctor@example.org"},
            language_skills={"es": SkillNeed(skill="spanish")},
            listen_languages=listening,
            on_call=on_call,
            recording_question=recording_question,
            recording_notice=recording_notice,
            longest_wait_s=30.0,
        )
        # Names beyond the flow's length are steps that do not exist.
        named = dict(zip(NAMES, flow, strict=False))
        entered = [name for name, step in named.items() if isinstance(step, SubFlowStep)]
        linked = named | {
            f"{name}/{inner}": step for name in entered for inner, step in INNER.items()
        }
        flow_of_it = Flow(
            id="f",
            version="1",
            start="s0",
            steps=linked,
            starts={"inner": "begin"},
            kinds={"count": ValueKind.NUMBER},
        )
        self.call = Interpreter(CALL, flow_of_it, rules)
        self.twin: Interpreter | None = None
        self.lookups = 0
        self.keeps_place = False
        self.now = 0.0
        self.prompt_ids = [0]
        self.recordings: list[str] = []
        self.tasks: list[str] = []
        self.number = number
        self.ended = 0
        self.hung_up = 0
        self.queue: str | None = None
        self.emergency = False
        self.ringing_outside = False
        self.tell(CallArrived, caller=Private(number), dialled="main", line="simulated")

    # --- the world ------------------------------------------------------------------------------

    def tell(self, kind, **fields) -> list[Command]:
        fact = kind(site=SITE, call_id=CALL, **fields)
        return self.do(lambda call: call.handle(fact, self.now))

    def do(self, act: Callable[[Interpreter], list[Command]]) -> list[Command]:
        """Let something happen to the call, and to its copy, which does the same."""
        before = self.call.state
        commands = act(self.call)
        if self.twin is not None:
            assert act(self.twin) == commands
            assert self.twin.stance(self.now) == self.call.stance(self.now)
            assert self.twin.next_deadline() == self.call.next_deadline()
        self.check(before, commands)
        return commands

    def check(self, before: State, commands: list[Command]) -> None:
        assert self.ended == 0 or not commands, "nothing is done for a call that is over"
        for command in commands:
            match command:
                case Say(prompt_id=prompt_id):
                    assert prompt_id > self.prompt_ids[-1]
                    self.prompt_ids.append(prompt_id)
                case RecordMessage(recording_id=recording_id):
                    assert recording_id not in self.recordings
                    assert not self.emergency
                    self.recordings.append(recording_id)
                case Enqueue(requirement=requirement):
                    assert requirement.emergency or not self.emergency, "acuity only rises"
                    self.queue = requirement.queue
                    self.emergency = requirement.emergency
                case Dequeue():
                    assert not self.emergency or self.call.state in (State.CLOSING, State.ENDED)
                    self.queue = None
                case Transfer(destination=destination):
                    assert self.call.state is State.TRANSFERRING or "doctor" in destination
                    self.ringing_outside = True
                case CancelTransfer():
                    self.ringing_outside = False
                case OpenTask(kind=kind):
                    self.tasks.append(kind)
                case LookUp(lookup_id=lookup_id):
                    assert lookup_id >= self.lookups
                    self.lookups = lookup_id
                case KeepPlace():
                    assert not self.emergency
                    self.keeps_place = True
                case HangUp():
                    self.hung_up += 1
                case EndCall():
                    self.ended += 1
        if before is State.EMERGENCY:
            assert self.call.state in (
                State.EMERGENCY,
                State.CONNECTED,
                State.CLOSING,
                State.ENDED,
            )

    @rule(keys=st.text(alphabet="0123456789*#", min_size=1, max_size=4))
    def presses(self, keys) -> None:
        before, typing = self.call.state, self.call.takes_digits
        commands = self.tell(DigitsCollected, digits=Private(keys))
        if "9" in keys and before in LIVE and before is not State.CONNECTED and not typing:
            assert isinstance(commands[0], Enqueue)
            assert commands[0].requirement.emergency

    @rule()
    def begins_to_speak(self) -> None:
        self.tell(SpeechStarted)

    @rule(
        words=st.sampled_from(WORDS),
        verdict=st.sampled_from(VERDICTS),
        confidence=st.sampled_from([0.1, 0.9]),
    )
    def speaks(self, words, verdict, confidence) -> None:
        before, acuity = self.call.state, self.call.acuity.action.urgency
        with_nurse = before is State.CONNECTED and self.emergency
        commands = self.tell(
            WordsAssessed, words=Private(words), confidence=confidence, verdict=verdict
        )
        if verdict.action.is_red_flag and before in LIVE and not with_nurse:
            assert isinstance(commands[0], Enqueue)
            assert commands[0].requirement.emergency
            assert commands[0].requirement.queue == "nurse"
        assert self.call.acuity.action.urgency >= acuity

    @rule()
    def speech_fails(self) -> None:
        self.tell(SpeechUnavailable, reason="saturated")

    @rule(which=st.integers(0, 3), interrupted=st.booleans())
    def prompt_ends(self, which, interrupted) -> None:
        prompt_id = self.prompt_ids[max(0, len(self.prompt_ids) - 1 - which)]
        self.tell(PromptFinished, prompt_id=prompt_id, interrupted=interrupted)

    @rule(duration_s=st.sampled_from([0.0, 8.0]), which=st.integers(0, 2))
    def message_is_reported(self, duration_s, which) -> None:
        recording_id = self.recordings[-1 - which] if which < len(self.recordings) else "unknown"
        self.tell(MessageRecorded, recording_id=recording_id, duration_s=duration_s)

    @rule(
        outcome=st.sampled_from(["found", "not-found", "failed"]),
        answer=st.sampled_from(["", "[]", '{"n": 4}', '{"n": "x"}', "{", "[" * 100_000]),
        late=st.booleans(),
    )
    def lookup_answers(self, outcome, answer, late) -> None:
        self.tell(
            LookedUp,
            lookup_id=self.lookups - late,
            outcome=outcome,
            answer=Private(answer),
        )

    @precondition(lambda self: self.keeps_place)
    @rule()
    def place_is_kept(self) -> None:
        self.keeps_place = False
        if self.call.state is State.WAITING:
            self.tell(CallBackChosen)
            assert self.hung_up == 1
            assert "call-back" not in self.tasks, "one call-back is enough"

    @rule()
    def transfer_fails(self) -> None:
        self.tell(TransferFailed, reason="no-answer")

    @precondition(lambda self: self.ringing_outside)
    @rule()
    def transfer_succeeds(self) -> None:
        self.tell(TransferSucceeded)

    @precondition(lambda self: self.call.state in (State.WAITING, State.EMERGENCY))
    @rule()
    def agent_answers(self) -> None:
        self.tell(CallConnected, agent_id="ana", offer_id="o1")

    @rule(queue=st.sampled_from(["general", "billing", "nurse"]))
    def nobody_is_signed_in(self, queue) -> None:
        before = self.call.state
        self.tell(QueueUnstaffed, queue=queue)
        assert self.call.state in (before, State.PLAYING)

    @precondition(lambda self: self.call.state is State.CONNECTED)
    @rule(requeued=st.booleans(), emergency=st.booleans(), escalated=st.booleans())
    def agent_leaves(self, requeued, emergency, escalated) -> None:
        if escalated:
            self.tell(CallEscalated, agent_id="ana")
        # The distributor never lowers the acuity of a call that it holds.
        requeued = requeued or escalated or (self.emergency and emergency)
        emergency = requeued and (emergency or escalated or self.emergency)
        self.emergency = emergency
        self.tell(CallReleased, agent_id="ana", requeued=requeued, emergency=emergency)
        assert not requeued or self.call.state in (State.WAITING, State.EMERGENCY)

    @rule(seconds=st.sampled_from([0.5, 3.0, 6.0, 12.0, 40.0]))
    def time_passes(self, seconds) -> None:
        self.let_pass(seconds)

    @rule(seconds=st.sampled_from([1.0, 120.0]))
    def brain_restarts(self, seconds) -> None:
        before = self.call.state
        self.now += seconds
        self.do(lambda call: call.resume(self.now))
        assert self.call.state is before

    @rule(keys=st.text(alphabet="0123456789*#", max_size=4), seconds=st.sampled_from([0.0, 60.0]))
    def somebody_looks_ahead(self, keys, seconds) -> None:
        """What is said to a copy says nothing to the call; another one goes with it from here."""
        before = self.call.stance(self.now), self.call.next_deadline(), self.call.trail
        other = self.call.copied()
        if self.call.state in LIVE:
            digits = DigitsCollected(site=SITE, call_id=CALL, digits=Private(keys))
            other.handle(digits, self.now)
        other.tick(self.now + seconds)
        assert (self.call.stance(self.now), self.call.next_deadline(), self.call.trail) == before
        self.twin = self.call.copied()

    @rule(lost=st.booleans())
    def leaves(self, lost) -> None:
        if lost:
            self.tell(CallFailed, reason="media-timeout")
        else:
            self.tell(CallerHungUp)

    def let_pass(self, seconds: float) -> int:
        until, ticks = self.now + seconds, 0
        while (due := self.call.next_deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            self.do(lambda call: call.tick(self.now))
            ticks += 1
            assert ticks < 10_000, "deadlines follow each other for ever"
        self.now = until
        return ticks

    # --- the promises ---------------------------------------------------------------------------

    @invariant()
    def call_ends_exactly_once(self) -> None:
        assert self.ended <= 1
        assert (self.ended == 1) == (self.call.state is State.ENDED)
        assert (self.call.outcome is not None) == (self.ended == 1)
        assert self.hung_up <= 1

    @invariant()
    def whoever_began_a_message_is_not_lost(self) -> None:
        assert self.tasks.count("call-back") <= 1
        assert "call-back" not in self.tasks or self.number
        looked_after = (Outcome.HANDLED, Outcome.TRANSFERRED, Outcome.ERROR)
        red_flag = self.call.acuity.action.is_red_flag
        if self.ended and self.recordings and self.number and not red_flag:
            assert self.tasks or self.call.outcome in looked_after

    @invariant()
    def somebody_or_a_deadline_is_always_waited_for(self) -> None:
        without_deadline = (State.CONNECTED, State.ENDED, State.EMERGENCY)
        if self.call.state not in without_deadline:
            assert self.call.next_deadline() is not None

    def teardown(self) -> None:
        if not hasattr(self, "call"):
            return
        if self.call.state is State.CONNECTED:
            # The agent has finished; where a nurse was wanted, they were one.
            self.emergency = False
            self.tell(CallReleased, agent_id="ana", requeued=False)
        # Silence alone, on a line that reports nothing any more.
        self.let_pass(4 * 3600.0)
        assert self.call.state in (State.WAITING, State.EMERGENCY, State.ENDED)
        if self.call.state is not State.ENDED:
            assert self.queue is not None
            self.tell(CallerHungUp)
            self.let_pass(60.0)
        assert self.ended == 1


AnyCaller.TestCase.settings = settings(
    max_examples=settings().max_examples * 3 // 2, stateful_step_count=25
)
TestAnyCaller = AnyCaller.TestCase


def test_every_state_is_in_both_tables():
    assert set(TABLE) == set(MOVES) == set(State)


def test_every_state_of_a_live_call_can_end():
    for state in LIVE:
        assert TABLE[state][CallerHungUp] is State.CLOSING
        assert TABLE[state][CallFailed] is State.CLOSING
