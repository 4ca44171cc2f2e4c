"""A published flow and the rules of the site it runs under. Immutable: a call keeps its version.

A flow is linked: the steps of the flows that it enters stand in it as well, once for each place
from which they are entered, under the path that leads there. ``find/zip`` is the step ``zip`` of
the flow that the step ``find`` enters. So where a call stands says by itself where it returns to,
and whoever looks at a linked flow, the prover for one, sees all that can happen in a call.
Variables are named in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from calls.commands import Utterance
from calls.requirement import SkillNeed
from calls.verdict import Flag
from ivr.intents import MARGIN, Intent, IntentModel
from ivr.steps import Step
from ivr.values import ValueKind
from routing.calendars import Calendar


def scope_of(path: str | None) -> str:
    """Where a step's own names are looked for: ``find`` for ``find/zip``, nothing for ``menu``."""
    return path.rpartition("/")[0] if path else ""


def within(scope: str, name: str) -> str:
    """The path of a step, or of a variable, that is called ``name`` in a scope."""
    return f"{scope}/{name}" if scope else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One version of one call flow, linked.

    Attributes:
        id: the flow's name.
        version: hash of everything the flow means, prompts included.
        start: the first step after the 911 advice.
        steps: by path.
        starts: the first steps of the flows that it enters, by the flows' names.
        kinds: the kinds of its variables, by path; text where one is not named.
    """

    id: str
    version: str
    start: str
    steps: Mapping[str, Step]
    starts: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, ValueKind] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Keys that mean the same at every prompt, on hold and in the queue.

    Attributes:
        person: for a person.
        repeat: says again what was said last.
        emergency: for a nurse, at once.
        slower: speaks more slowly from here on, and waits longer; no key if not given.
        louder: speaks louder from here on; no key if not given.
        language: goes on in the next of the site's languages; no key if not given.
    """

    person: str = "0"
    repeat: str = "*"
    emergency: str = "9"
    slower: str | None = None
    louder: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRules:
    """What holds for every flow of a site and cannot be changed by one.

    Attributes:
        site: the site's id.
        languages: the site's languages, the first is the default.
        prompts: prompt id to texts by language; holds every id named below and in the flow.
        calendars: by name.
        outside: destinations outside the line, name to SIP URI or number.
        keys: the keys of every prompt.
        person_queue: where 0 and the end of a ladder lead.
        nurse_queue: the emergency lane.
        language_skills: language to what an agent needs for it; a language without an entry needs
            nothing.
        listen_languages: languages that a recogniser understands; elsewhere digits only.
        advice_911: prompt id of the advice that begins every call, said in every language.
        advice_988: prompt id of the crisis-line advice.
        nurse_wait: prompt id, said on entering the emergency lane.
        nurse_wait_every_s: seconds until it is said again.
        one_moment: prompt id, said before a person is sought by key or ladder.
        still_waiting: prompt id, said now and then to a caller who waits for that person, with what
            they can do meanwhile.
        repeat_please: prompt id, after an utterance of low confidence.
        digits_only: prompt id, said when speech cannot be used.
        goodbye: prompt id, the last words where a flow gives none.
        nobody_here: prompt id, said where nobody is signed in who could answer, before
            ``leave_message``.
        long_wait: prompt id, offers a message by key 1 to a caller who has waited long.
        or_message: prompt id, tells of that offer again, after each word of comfort that follows.
        leave_message: prompt id, said before the beep of a message that no step of the flow takes.
        on_call_asked: prompt id, said to whoever answers the number on call; the caller is theirs
            once they press 1, for a voicemail answers too.
        call_back: prompt id, said to somebody who is called back; who presses 1 is connected. It
            names nothing that the call was about, for anybody may have answered.
        message_promised_s: within how long ``leave_message`` promises an answer.
        longest_wait_s: seconds in routine queues after which ``long_wait`` is said; again after
            each third of it.
        longest_waits: queue to its own longest wait, where that is not the site's.
        recording_notice: prompt id of the consent announcement, ``None`` where nothing is
            announced. Said after the advice.
        recording_question: prompt id of the question for consent, ``None`` where nobody is asked.
            Put once in every language, after the advice.
        on_call: name in ``outside`` of the number that is called when no nurse answers, if any.
        on_call_again_s: seconds after which it is tried again when it was not answered.
        low_confidence: utterances below this are asked once more, then go to a nurse.
        short_abandon_s: hanging up sooner than this counts as a short abandon.
        max_call_questions: how many triage questions one call is asked at most.
        screens: protocol rule id to the flag that a key of a symptom screen raises; a rule that is
            not listed is treated as 911.
        zone: the site's time zone, for ``call.date`` and the like.
        intents: what callers may want, by name.
        intent_margin: how much better than the second the best intent has to fit (0 to 1) for the
            line not to ask which one is meant.
        read_back: prompt id, reads a collected value back.
        mean_one: prompt id, asks whether ``{first}`` is meant, by 1 for yes and 2 for no.
        mean_two: prompt id, asks which of ``{first}`` and ``{second}`` is meant, by 1 and 2, and 3
            for neither.
    """

    site: str
    languages: tuple[str, ...]
    prompts: Mapping[str, Mapping[str, str]]
    person_queue: str
    nurse_queue: str
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    outside: Mapping[str, str] = field(default_factory=dict)
    keys: Keys = Keys()
    language_skills: Mapping[str, SkillNeed] = field(default_factory=dict)
    listen_languages: tuple[str, ...] = ("en",)
    advice_911: str = "advice-911"
    advice_988: str = "advice-988"
    nurse_wait: str = "nurse-wait"
    nurse_wait_every_s: float = 20.0
    one_moment: str = "one-moment"
    still_waiting: str = "still-waiting"
    repeat_please: str = "repeat-please"
    digits_only: str = "digits-only"
    goodbye: str = "goodbye"
    nobody_here: str = "nobody-here"
    long_wait: str = "long-wait"
    or_message: str = "or-message"
    leave_message: str = "leave-message"
    on_call_asked: str = "on-call"
    call_back: str = "call-back"
    message_promised_s: float = 86400.0
    longest_wait_s: float = 900.0
    longest_waits: Mapping[str, float] = field(default_factory=dict)
    recording_notice: str | None = None
    recording_question: str | None = None
    on_call: str | None = None
    on_call_again_s: float = 30.0
    low_confidence: float = 0.4
    short_abandon_s: float = 5.0
    max_call_questions: int = 2
    screens: Mapping[str, Flag] = field(default_factory=dict)
    zone: tzinfo = UTC
    intents: Mapping[str, Intent] = field(default_factory=dict)
    intent_margin: float = MARGIN
    read_back: str = "read-back"
    mean_one: str = "mean-one"
    mean_two: str = "mean-two"
    intent_model: IntentModel = field(init=False, repr=False, compare=False)
    utterances: dict[tuple[str, str], Utterance | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What :func:`ivr.prompts.utterance` has found so far, by prompt id and language."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "intent_model", IntentModel(self.intents))


READ_BACK_PROMPTS = ("read-back",)
"""Prompt ids that a site needs whose flows read values back."""

INTENT_PROMPTS = ("mean-one", "mean-two")
"""Prompt ids that a site needs whose flows choose by intent."""

ALWAYS_PROMPTS = (
    "advice-911",
    "advice-988",
    "nurse-wait",
    "one-moment",
    "still-waiting",
    "repeat-please",
    "digits-only",
    "goodbye",
    "nobody-here",
    "long-wait",
    "or-message",
    "leave-message",
    "on-call",
    "call-back",
    "agent-ready",
    "agent-break",
    "agent-out",
)
"""Prompt ids that every site must have in each of its languages."""

AGENT_ESCALATED = "agent-escalated"
"""What an agent hears who asks for a nurse when the caller has gone; ``one-moment`` without it."""
