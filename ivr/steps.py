"""The steps a flow is made of. Plain data: the interpreter gives them their meaning.

Prompts are named; their words stand in the site's prompts, one text per language. ``next`` and
``goto`` name steps of the same flow. Keys that mean the same everywhere (a person, repeat,
emergency) belong to the site and cannot be bound by a step.

The module is long because it is a list: every kind of step, to be looked up in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from calls.requirement import SkillNeed
from ivr.expressions import Expression
from ivr.values import ValueKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SayStep:
    """Say something and go on.

    Attributes:
        prompt: what to say.
        next: the step that follows.
        barge_in: whether a key or a word skips the rest of it.
    """

    prompt: str
    next: str
    barge_in: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer to a question. Exactly one of ``goto`` and ``red_flag`` is given.

    Attributes:
        digit: the key that chooses it.
        words: per language, phrases that choose it when one of them occurs in what was said.
        intent: a name from ``intents.yaml``: what was said in other words chooses it too. Where two
            intents are near, the line asks which one is meant.
        goto: the step that follows.
        red_flag: the id of the protocol rule this key stands for: a symptom screen by digits.
        set: variables to set when it is chosen.
    """

    digit: str | None = None
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    intent: str | None = None
    goto: str | None = None
    red_flag: str | None = None
    set: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskStep:
    """Ask for a key or a few words, both heard at once, the prompt interruptible.

    The ladder: silence or an answer that fits nothing repeats the question, in short if there are
    words for that; after ``attempts`` the call goes to ``otherwise``, or to a person when that is
    not given.

    Attributes:
        prompt: the question.
        again_prompt: the question in short, for a caller who has heard it: said when it is repeated
            after silence or an answer that did not fit. It should name every key, and that of a
            person. The key for repeating still says ``prompt``. If not given, ``prompt`` is said.
        choices: the answers.
        attempts: how often it is asked.
        no_input_s: seconds of silence, after the prompt, that count as no answer.
        otherwise: the step after the last attempt; a person if not given.
        no_input_prompt: said before the question is repeated after silence.
        no_match_prompt: said before the question is repeated after an answer that did not fit.
        silent_goto: for an optional question, such as the symptom screen: where silence goes at
            once, without a ladder. So do words that fit no choice here; they are carried along and
            offered to the next questions.
        words_goto: where words go at once that fit no choice here; they are carried along and
            offered to the next questions, such as the menu's. ``silent_goto`` if not given.
    """

    prompt: str
    choices: tuple[Choice, ...]
    again_prompt: str | None = None
    attempts: int = 3
    no_input_s: float = 5.0
    otherwise: str | None = None
    no_input_prompt: str | None = None
    no_match_prompt: str | None = None
    silent_goto: str | None = None
    words_goto: str | None = None


class Collected(Enum):
    """What a caller can be asked for, by keys and in words."""

    NAME = "name"
    DATE_OF_BIRTH = "date-of-birth"
    PHONE_NUMBER = "phone-number"
    NUMBER = "number"
    DIGITS = "digits"
    ZIP_CODE = "zip-code"
    YES_NO = "yes-no"

    @property
    def kind(self) -> ValueKind:
        """The kind of value that comes of it."""
        return _KINDS_COLLECTED.get(self, ValueKind.TEXT)


_KINDS_COLLECTED: Mapping[Collected, ValueKind] = {
    Collected.DATE_OF_BIRTH: ValueKind.DATE,
    Collected.NUMBER: ValueKind.NUMBER,
    Collected.YES_NO: ValueKind.YES_NO,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectStep:
    """Ask for a value, by keys and in words, read it back, and let the caller correct it.

    While digits are wanted, the keys for a person and for an emergency are digits like others; by
    themselves, with a pause behind them, they mean what they mean everywhere. The key for repeating
    takes back what was typed. ``#`` ends what was typed.

    Attributes:
        what: what is asked for.
        into: the variable that takes it.
        next: the step that follows.
        prompt: the question.
        again_prompt: the question in short, said when it is repeated; ``prompt`` if not given.
        read_back_prompt: reads the value back and asks whether it is right, by 1 and 2: its text
            holds ``{value}``. The site's ``read-back`` if not given.
        read_back: whether the value is read back at all; a yes or no never is.
        known: what may be known already, such as ``caller.number``: it is read back before the
            caller is asked.
        digits: for ``digits``, how many there are.
        minimum: the smallest number.
        maximum: the largest number.
        attempts: how often it is asked.
        no_input_s: seconds of silence, after the prompt, that count as no answer.
        inter_digit_s: seconds after a key that count as the end of what is typed.
        otherwise: the step after the last attempt; a person if not given.
        no_input_prompt: said before the question is repeated after silence.
        no_match_prompt: said before the question is repeated after what could not be understood.
    """

    what: Collected
    into: str
    next: str
    prompt: str
    again_prompt: str | None = None
    read_back_prompt: str | None = None
    read_back: bool = True
    known: Expression | None = None
    digits: int | None = None
    minimum: int = 0
    maximum: int = 999_999
    attempts: int = 3
    no_input_s: float = 7.0
    inter_digit_s: float = 3.0
    otherwise: str | None = None
    no_input_prompt: str | None = None
    no_match_prompt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One way out of a branch.

    Attributes:
        when: an expression, such as ``calendar.office.open`` or ``language == "es"``.
        goto: the step that follows where it holds.
    """

    when: Expression
    goto: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchStep:
    """Go on by the first case that holds.

    Attributes:
        cases: tried in order.
        otherwise: the step when none holds.
    """

    cases: tuple[Case, ...]
    otherwise: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStep:
    """Set variables. Setting ``language`` changes the call's language.

    Attributes:
        values: variable names to values, as they are written.
        compute: variable names to expressions, whose value they take.
        next: the step that follows.
    """

    next: str
    values: Mapping[str, str] = field(default_factory=dict)
    compute: Mapping[str, Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What of an answer goes into a variable.

    Attributes:
        at: where it stands in the answer, such as ``name.0.given``, see :mod:`calls.way`.
        kind: what it is; anything else found there counts as not there.
    """

    at: str
    kind: ValueKind = ValueKind.TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupStep:
    """Ask elsewhere: a patient's record, the directory of providers, anything that answers in JSON.

    A red flag, or the key for a person, does not wait for the answer.

    Attributes:
        source: a name from ``lookups.yaml``, or ``providers``.
        given: what to ask with: the source's names to expressions.
        save: variable names to places in the answer. One that is not there leaves the variable
            unset.
        next: the step that follows when something was found.
        not_found: the step when there is nothing of the kind; ``on_failure`` if not given.
        on_failure: the step when no answer came in time, or none that can be used.
        prompt: said meanwhile.
    """

    source: str
    next: str
    on_failure: str
    given: Mapping[str, Expression] = field(default_factory=dict)
    save: Mapping[str, Saved] = field(default_factory=dict)
    not_found: str | None = None
    prompt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStep:
    """Wait for an agent.

    Attributes:
        queue: the queue to wait in.
        skills: what this call needs beyond the queue's own skills; the call's language is added
            by the interpreter where it is not the site's first.
        companion: what a second person has to be able to do who joins the call, for example an
            interpreter. Both answer together, or the caller waits on.
        agent: who should take it; others do after ``agent_wait_s``.
        agent_wait_s: how long the caller waits for that agent alone.
        prompt: said on entering, before the music.
        comfort_prompt: said every ``comfort_every_s`` while waiting.
        comfort_every_s: seconds between comfort prompts.
        say_position: the caller is told their place, on entering and with each word of comfort.
        say_wait: the caller is told within what time they will be answered, at the same moments,
            while such estimates prove right.
        call_back: a step of the kind ``call-back`` that is offered to a caller who waits; they take
            the offer by key 2.
        call_back_prompt: the offer; it names the key.
        call_back_after_s: after how many seconds of waiting it is made.
        next: the step after the agent has left and the caller is still there; a farewell and
            hang-up if not given.
    """

    queue: str
    skills: tuple[SkillNeed, ...] = ()
    companion: tuple[SkillNeed, ...] = ()
    agent: str | None = None
    agent_wait_s: float = 60.0
    prompt: str | None = None
    comfort_prompt: str | None = None
    comfort_every_s: float = 45.0
    say_position: bool = False
    say_wait: bool = False
    call_back: str | None = None
    call_back_prompt: str | None = None
    call_back_after_s: float = 120.0
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackStep:
    """Keep the caller's place in a queue, hang up, and call them back when it is their turn.

    Attributes:
        queue: the queue in which they keep their place.
        prompt: the promise, and the good-bye. Said to the end; an agent who is free takes the call
            at once.
        no_number: the step for a caller whose number is not known.
        skills: as for a queue.
        number: where to call, if not at the number that the caller rings from.
    """

    queue: str
    prompt: str
    no_number: str
    skills: tuple[SkillNeed, ...] = ()
    number: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferStep:
    """Hand the caller to somebody outside.

    Attributes:
        destination: a name from the site's ``outside`` directory.
        prompt: says to whom and why.
        on_failure: the step when it does not succeed; a person if not given.
    """

    destination: str
    prompt: str
    on_failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageStep:
    """Take a message and open a task for the queue's people.

    A message without a word is asked for once more. Whoever says nothing then either, or hangs up
    without a word, is to be called back, where their number is known.

    Attributes:
        prompt: what to say before the beep.
        queue: whose people listen to it.
        max_s: the longest message.
        promised_s: within how long the prompt promises an answer.
        next: the step that follows; a farewell and hang-up if not given.
        silent_goto: the step that follows two messages without a word; ``next`` if not given.
    """

    prompt: str
    queue: str
    next: str | None = None
    silent_goto: str | None = None
    max_s: float = 120.0
    promised_s: float = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyStep:
    """Ask how it went, once the agent has left. Nobody is kept by it: silence ends it.

    Attributes:
        prompt: how satisfied the caller is, from 1 to 5, 5 the best.
        resolved_prompt: whether all was settled in this call, by 1 for yes and 2 for no.
        next: the step that follows; a farewell and hang-up if not given.
    """

    prompt: str
    resolved_prompt: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentStep:
    """Ask whether the call may be recorded, by 1 and 2. The last answer in a call counts.

    Attributes:
        prompt: the question.
        next: the step that follows, whatever the answer.
    """

    prompt: str
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersStep:
    """Let a caller ask for what stands in ``answers.yaml``, and say it.

    Attributes:
        prompt: the question; it names the keys, which are 1, 2, 3, ... in the order of ``answers``.
        answers: which of them; a key chooses one of the first ones, words any.
        next: the step after an answer was given.
        again_prompt: as for a question.
        otherwise: the step after the last attempt; a person if not given.
        other: the step behind the key after the last answer's, for any other question.
        no_input_prompt: as for a question.
        no_match_prompt: as for a question.
    """

    prompt: str
    answers: tuple[str, ...]
    next: str
    again_prompt: str | None = None
    otherwise: str | None = None
    other: str | None = None
    no_input_prompt: str | None = None
    no_match_prompt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubFlowStep:
    """Go through another flow, and come back with its result.

    Attributes:
        flow: the flow's name.
        next: the step that follows once it has returned.
        given: its arguments: their names to expressions.
        into: the variable that takes its result.
    """

    flow: str
    next: str
    given: Mapping[str, Expression] = field(default_factory=dict)
    into: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnStep:
    """Go back to the flow that this one was entered from.

    Attributes:
        value: the result.
    """

    value: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUpStep:
    """Say good-bye and end the call.

    Attributes:
        prompt: the last words.
    """

    prompt: str


Step = (
    SayStep
    | AskStep
    | CollectStep
    | BranchStep
    | SetStep
    | LookupStep
    | QueueStep
    | CallBackStep
    | TransferStep
    | MessageStep
    | SurveyStep
    | ConsentStep
    | AnswersStep
    | SubFlowStep
    | ReturnStep
    | HangUpStep
)

KINDS: Mapping[str, type] = {
    "say": SayStep,
    "ask": AskStep,
    "collect": CollectStep,
    "branch": BranchStep,
    "set": SetStep,
    "lookup": LookupStep,
    "queue": QueueStep,
    "call-back": CallBackStep,
    "transfer": TransferStep,
    "message": MessageStep,
    "survey": SurveyStep,
    "consent": ConsentStep,
    "answers": AnswersStep,
    "sub-flow": SubFlowStep,
    "return": ReturnStep,
    "hang-up": HangUpStep,
}
"""What ``kind:`` in a flow file may say."""
