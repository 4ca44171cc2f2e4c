"""The steps a flow is made of. Plain data: the interpreter gives them their meaning.

Prompts are named; their words stand in the site's prompts, one text per language. ``next`` and
``goto`` name steps. Keys that mean the same everywhere (a person, repeat, emergency) belong to the
site and cannot be bound by a step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from calls.requirement import SkillNeed


@dataclass(frozen=True, slots=True, kw_only=True)
class SayStep:
    """Say something and go on.

    Attributes:
        prompt: what to say.
        next: the step that follows.
    """

    prompt: str
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer to a question. Exactly one of ``goto`` and ``red_flag`` is given.

    Attributes:
        digit: the key that chooses it.
        words: per language, phrases that choose it when one of them occurs in what was said.
        goto: the step that follows.
        red_flag: the id of the protocol rule this key stands for: a symptom screen by digits.
        set: variables to set when it is chosen.
    """

    digit: str | None = None
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One way out of a branch: exactly one of the two tests is given.

    Attributes:
        calendar: true while this calendar is open (``is: open``) or closed (``is: closed``).
        variable: true while this variable, or ``language``, equals ``equals``.
        equals: ``open`` or ``closed`` for a calendar, else the value to compare with.
        goto: the step that follows.
    """

    equals: str
    goto: str
    calendar: str | None = None
    variable: str | None = None


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
        values: variable names to values.
        next: the step that follows.
    """

    values: Mapping[str, str]
    next: str


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
    next: str | None = None


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
class HangUpStep:
    """Say good-bye and end the call.

    Attributes:
        prompt: the last words.
    """

    prompt: str


Step = (
    SayStep | AskStep | BranchStep | SetStep | QueueStep | TransferStep | MessageStep | HangUpStep
)

KINDS: Mapping[str, type] = {
    "say": SayStep,
    "ask": AskStep,
    "branch": BranchStep,
    "set": SetStep,
    "queue": QueueStep,
    "transfer": TransferStep,
    "message": MessageStep,
    "hang-up": HangUpStep,
}
"""What ``kind:`` in a flow file may say."""
