"""What a caller can do in a position: everything that makes a difference, once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from calls.facts import (
    CallFact,
    DigitsCollected,
    MessageRecorded,
    PromptFinished,
    WordsAssessed,
)
from calls.private import Private
from calls.verdict import CLEAR, Action, Disposition, Verdict
from ivr.flow import CallRules
from ivr.interpreter import Interpreter
from ivr.proving.world import CALL, Point, World
from ivr.states import State
from ivr.steps import AskStep, Collected, CollectStep, ConsentStep, SurveyStep


class Doing(Enum):
    """What kind of thing it is."""

    NOTHING = "is silent"
    LISTENS = "listens"
    KEY = "presses"
    WRONG_KEY = "presses, which fits nothing,"
    WORDS = "says"
    WRONG_WORDS = "says, which fits nothing,"
    UNCLEAR = "says what nobody can make out"
    SYMPTOM = "says what triage has to ask about"


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that a caller can do.

    Attributes:
        doing: what kind of thing.
        what: the keys, or the words; empty where there are none.
        fact: as the line reports it; ``None`` for letting time pass.
    """

    doing: Doing
    what: str = ""
    fact: CallFact | None = None


_KEYS = "123456780*#9"
_NONSENSE = ("purple elephant window", "zebra umbrella", "elefante violeta")

TYPED: Mapping[Collected, tuple[str, ...]] = {
    Collected.NAME: (),
    Collected.DATE_OF_BIRTH: ("03051960",),
    Collected.PHONE_NUMBER: ("5555550123",),
    Collected.NUMBER: (),
    Collected.DIGITS: (),
    Collected.ZIP_CODE: ("12207",),
    Collected.YES_NO: ("1", "2"),
}
"""What stands for a value that is typed."""

_SAID: Mapping[str, Mapping[Collected, tuple[str, ...]]] = {
    "en": {
        Collected.NAME: ("my name is maria lopez",),
        Collected.DATE_OF_BIRTH: ("march fifth nineteen sixty",),
        Collected.PHONE_NUMBER: ("five five five five five five oh one two three",),
        Collected.ZIP_CODE: ("one two two oh seven",),
        Collected.YES_NO: ("yes", "no"),
    },
    "es": {
        Collected.NAME: ("me llamo maria lopez",),
        Collected.DATE_OF_BIRTH: ("cinco de marzo de mil novecientos sesenta",),
        Collected.PHONE_NUMBER: ("cinco cinco cinco cinco cinco cinco cero uno dos tres",),
        Collected.ZIP_CODE: ("uno dos dos cero siete",),
        Collected.YES_NO: ("si", "no"),
    },
}
_YES_NO = {"en": ("yes", "no"), "es": ("si", "no")}


def inputs(point: Point, rules: CallRules, world: World) -> Iterator[Input]:
    """Everything that the caller can do now, each thing that makes a difference once."""
    call = point.call
    state, keys = call.state, rules.keys
    if state in (State.GREETING, State.PLAYING):
        yield Input(Doing.LISTENS, fact=_prompt_over(call))
        unheeded = {keys.slower, keys.louder} - {*_wishes(rules, world)}
        for key in _KEYS:
            if key not in unheeded:
                yield _key(call, key)
        return
    yield Input(Doing.NOTHING)
    if state is State.RECORDING:
        yield Input(Doing.WORDS, "a message", _message(call, point.recording_id))
        yield _key(call, keys.person)
        yield _key(call, keys.emergency)
        return
    everywhere = (keys.person, keys.repeat, keys.emergency)
    for key in (*everywhere, *_wishes(rules, world)):
        yield _key(call, key)
    right, wrong = _keys_of(call, rules, world)
    for typed in right:
        yield _key(call, typed)
    for typed in wrong:
        yield _key(call, typed, Doing.WRONG_KEY)
    if not call.hears_speech:
        return
    for words in _words_of(call, rules, world):
        yield _words(call, words)
    nonsense = next((each for each in _NONSENSE if not call.would_choose(each)), None)
    if nonsense is not None:
        yield _words(call, nonsense, Doing.WRONG_WORDS)
    yield Input(Doing.UNCLEAR, fact=_assessed(call, "mumble", 0.1))
    if world.triage_question is not None and state is not State.QUESTION:
        asks = Verdict(
            action=Action.ASK, disposition=Disposition.SAME_DAY, question=world.triage_question
        )
        yield Input(Doing.SYMPTOM, fact=_assessed(call, "i feel dizzy", 0.9, asks))


def _wishes(rules: CallRules, world: World) -> Iterator[str]:
    """The keys of wishes after which something else may follow.

    Louder words lead where the others lead. So do slower ones, with as much more time for all that
    is waited for, unless the flow asks how the call is spoken.
    """
    if rules.keys.slower is not None and world.asks_pace:
        yield rules.keys.slower
    if rules.keys.language is not None:
        yield rules.keys.language


def _meant_everywhere(rules: CallRules) -> Iterator[str]:
    keys = rules.keys
    for key in (keys.person, keys.repeat, keys.emergency, keys.slower, keys.louder, keys.language):
        if key is not None:
            yield key


def _wrong_key(fitting: Collection[str]) -> tuple[str, ...]:
    """One key that fits nothing, if there is one."""
    return tuple(key for key in _KEYS if key not in fitting)[:1]


def _keys_of(
    call: Interpreter, rules: CallRules, world: World
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What fits when it is pressed, and what does not."""
    step = call.asked
    if call.state in (State.QUESTION, State.CONSENT) or call.is_confirming:
        return ("1", "2"), ("5",)
    match step:
        case AskStep():
            right = tuple(each.digit for each in step.choices if each.digit is not None)
            return right, _wrong_key({*right, *_meant_everywhere(rules)})
        case CollectStep():
            return typed_values(step, world), ("#", "1") if step.what is not Collected.YES_NO else (
                "5",
            )
        case SurveyStep():
            return ("1", "5"), ("6",)
        case ConsentStep():
            return ("1", "2"), ("5",)
        case _:
            return (), ("5",)


def typed_values(step: CollectStep, world: World) -> tuple[str, ...]:
    """What stands for the values that can be typed at a step."""
    match step.what:
        case Collected.NUMBER:
            numbers = (step.minimum, *world.numbers, step.maximum)
            return tuple(
                dict.fromkeys(f"{n}#" for n in numbers if step.minimum <= n <= step.maximum)
            )
        case Collected.DIGITS:
            return ("12345678901234567890123456789012"[: step.digits or 4],)
        case Collected.DATE_OF_BIRTH:
            others = (each.strftime("%m%d%Y") for each in world.dates)
            return tuple(dict.fromkeys((*TYPED[step.what], *others)))
        case what:
            return TYPED[what]


def _words_of(call: Interpreter, rules: CallRules, world: World) -> tuple[str, ...]:
    language, step = call.language, call.asked
    yes_no = _YES_NO.get(language, ("yes", "no"))
    if call.state in (State.QUESTION, State.CONSENT) or call.is_confirming:
        return yes_no
    match step:
        case AskStep():
            return tuple(_phrases(step, rules, language))
        case CollectStep() if step.what in (Collected.NUMBER, Collected.DIGITS):
            said = typed_values(step, world)[0].rstrip("#")
            return (" ".join(said),)
        case CollectStep():
            return _SAID.get(language, _SAID["en"]).get(step.what, ())
        case ConsentStep():
            return yes_no
        case SurveyStep():
            return ("5", yes_no[0])
        case _:
            return ()


def _phrases(step: AskStep, rules: CallRules, language: str) -> Iterator[str]:
    """For each answer what chooses it; and two at once, where the line has to ask which."""
    named: list[str] = []
    for choice in step.choices:
        intent = rules.intents.get(choice.intent or "")
        keywords = () if intent is None else intent.keywords.get(language, ())
        examples = () if intent is None else intent.examples.get(language, ())
        for phrases in (choice.words.get(language, ()), keywords, examples):
            if phrases:
                yield phrases[0]
                break
        if keywords:
            named.append(keywords[0])
    for first, second in pairwise(named):
        yield f"{first} {second}"


def _key(call: Interpreter, keys: str, doing: Doing = Doing.KEY) -> Input:
    fact = DigitsCollected(site=call.site, call_id=CALL, digits=Private(keys))
    return Input(doing, keys, fact)


def _words(call: Interpreter, words: str, doing: Doing = Doing.WORDS) -> Input:
    return Input(doing, words, _assessed(call, words, 0.9))


def _assessed(
    call: Interpreter, words: str, confidence: float, verdict: Verdict = CLEAR
) -> WordsAssessed:
    return WordsAssessed(
        site=call.site,
        call_id=CALL,
        words=Private(words),
        confidence=confidence,
        verdict=verdict,
    )


def _message(call: Interpreter, recording_id: str) -> MessageRecorded:
    return MessageRecorded(site=call.site, call_id=CALL, recording_id=recording_id, duration_s=8.0)


def _prompt_over(call: Interpreter) -> PromptFinished:
    return PromptFinished(site=call.site, call_id=CALL, prompt_id=call.prompt_id or 0)
