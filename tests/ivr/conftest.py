"""One caller in virtual time, at a small clinic that speaks English and Spanish."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from calls.commands import Command, EndCall, Enqueue, Listen, Say
from calls.facts import (
    CallArrived,
    CallConnected,
    CallReleased,
    DigitsCollected,
    MessageRecorded,
    PromptFinished,
    QueueUnstaffed,
    WordsAssessed,
)
from calls.private import Private
from calls.requirement import SkillNeed
from calls.verdict import CLEAR, Action, Disposition, Flag, Verdict
from ivr import CallRules, Flow, Interpreter
from ivr.expressions import Expression
from ivr.steps import (
    AskStep,
    BranchStep,
    Case,
    Choice,
    HangUpStep,
    MessageStep,
    QueueStep,
    SayStep,
    SetStep,
    TransferStep,
)
from tests.ivr.value_asked import asked_for

SITE = "clinic"
CALL = "c1"

PROMPTS = (
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
    "notice",
    "may-we-record",
    "menu",
    "menu-again",
    "menu-silence",
    "menu-short",
    "language",
    "screen",
    "hours",
    "to-billing",
    "still-here",
    "to-lab",
    "leave-message",
    "on-call",
    "nothing-left",
    "thanks",
    "breathing?",
    "bleeding?",
)

RULES = CallRules(
    site=SITE,
    languages=("en", "es"),
    prompts={name: {"en": f"{name} en", "es": f"{name} es"} for name in PROMPTS},
    person_queue="general",
    nurse_queue="nurse",
    outside={"lab": "sip:lab@example.org", "doctor": "sip:doctor@example.org"},
    language_skills={"es": SkillNeed(skill="spanish")},
    screens={"self-harm": Flag(rule="self-harm", version=3, disposition=Disposition.NOW_988)},
)

STEPS = {
    "menu": AskStep(
        prompt="menu",
        choices=(
            Choice(digit="1", words={"en": ("appointment", "see a doctor")}, goto="scheduling"),
            Choice(digit="2", words={"en": ("bill", "billing"), "es": ("factura",)}, goto="pay"),
            Choice(digit="3", words={"en": ("opening hours",)}, goto="hours"),
            Choice(digit="4", goto="lab"),
            Choice(digit="5", words={"en": ("message",)}, goto="message"),
            Choice(digit="6", goto="screen"),
            Choice(digit="7", goto="spanish"),
            Choice(digit="8", goto="bye"),
        ),
        no_input_prompt="menu-silence",
        no_match_prompt="menu-again",
    ),
    "screen": AskStep(
        prompt="screen",
        choices=(
            Choice(digit="1", words={"en": ("chest pain",)}, red_flag="chest-pain"),
            Choice(digit="2", red_flag="self-harm"),
            Choice(digit="3", words={"en": ("appointment",)}, goto="scheduling"),
        ),
        silent_goto="menu",
    ),
    "scheduling": QueueStep(queue="scheduling", next="menu"),
    "pay": QueueStep(
        queue="billing", prompt="to-billing", comfort_prompt="still-here", comfort_every_s=30.0
    ),
    "hours": SayStep(prompt="hours", next="menu"),
    "lab": TransferStep(destination="lab", prompt="to-lab"),
    "message": MessageStep(prompt="leave-message", queue="billing", next="bye", max_s=60.0),
    "spanish": SetStep(values={"language": "es"}, next="menu"),
    "bye": HangUpStep(prompt="thanks"),
    "branch": BranchStep(
        cases=(Case(when=Expression("language == 'es'"), goto="pay"),), otherwise="bye"
    ),
}

CHEST_PAIN = Verdict(action=Action.CALL_911, disposition=Disposition.NOW_911)
DESPAIR = Verdict(action=Action.CALL_988, disposition=Disposition.NOW_988)
BITE = Verdict(action=Action.NURSE, disposition=Disposition.NURSE_NOW)
DIZZY = Verdict(action=Action.ASK, disposition=Disposition.SAME_DAY, question="breathing?")


class Scene:
    """A call and the little of the world around it that a test looks at."""

    def __init__(
        self,
        start: str = "menu",
        steps=None,
        now: float = 1000.0,
        texts=None,
        starts=None,
        kinds=None,
        **rules,
    ) -> None:
        if texts is not None:
            # English words, with a mark for Spanish.
            spoken = {name: {"en": text, "es": f"{text} (es)"} for name, text in texts.items()}
            rules["prompts"] = {**RULES.prompts, **spoken}
        self.rules = replace(RULES, **rules)
        flow = Flow(
            id="main",
            version="v1",
            start=start,
            steps={**STEPS, **(steps or {})},
            starts=starts or {},
            kinds=kinds or {},
        )
        self.call = Interpreter(CALL, flow, self.rules)
        self.now = now
        self.commands: list[Command] = []
        self.heard: list[str] = []
        self.prompt_id = 0

    def _done(self, commands: list[Command]) -> list[Command]:
        self.commands += commands
        for command in commands:
            if isinstance(command, Say):
                self.prompt_id = command.prompt_id
                self.heard = [each.text for each in command.utterances]
        return commands

    def fact(self, kind, **fields) -> list[Command]:
        return self._done(self.call.handle(kind(site=SITE, call_id=CALL, **fields), self.now))

    def arrive(self, number: str = "5551234") -> list[Command]:
        return self.fact(CallArrived, caller=Private(number), dialled="main", line="simulated")

    def finish(self, *, interrupted: bool = False) -> list[Command]:
        return self.fact(PromptFinished, prompt_id=self.prompt_id, interrupted=interrupted)

    def press(self, keys: str) -> list[Command]:
        return self.fact(DigitsCollected, digits=Private(keys))

    def speak(self, words: str, verdict: Verdict = CLEAR, confidence: float = 0.9):
        return self.fact(
            WordsAssessed, words=Private(words), confidence=confidence, verdict=verdict
        )

    def connect(self) -> list[Command]:
        return self.fact(CallConnected, agent_id="ana", offer_id="o1")

    def release(self, **how) -> list[Command]:
        return self.fact(CallReleased, agent_id="ana", **how)

    def unstaffed(self, queue: str) -> list[Command]:
        return self.fact(QueueUnstaffed, queue=queue)

    def recorded(self, duration_s: float, number: int = 1) -> list[Command]:
        return self.fact(
            MessageRecorded, recording_id=f"{CALL}-message-{number}", duration_s=duration_s
        )

    def wait(self, seconds: float) -> list[Command]:
        until = self.now + seconds
        done: list[Command] = []
        while (due := self.call.next_deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            done += self._done(self.call.tick(self.now))
        self.now = until
        return done

    def to_menu(self, **arrival: str) -> Scene:
        self.arrive(**arrival)
        self.finish()
        return self

    def at(self, keys: str, **arrival: str) -> Scene:
        self.to_menu(**arrival)
        self.press(keys)
        return self

    def all(self, kind):
        return [each for each in self.commands if isinstance(each, kind)]

    @property
    def queues(self) -> list[str]:
        return [each.requirement.queue for each in self.all(Enqueue)]

    @property
    def outcome(self):
        (end,) = self.all(EndCall)
        return end.outcome

    @property
    def in_lane(self) -> bool:
        """Whether a nurse was asked for, before all else that the last fact led to."""
        return bool(self.queues) and self.queues[-1] == self.rules.nurse_queue

    @property
    def listening(self) -> str:
        return self.all(Listen)[-1].language


@pytest.fixture
def scene():
    return Scene


@pytest.fixture
def asked(scene):
    """Brings a caller to a question for a value."""
    return partial(asked_for, scene)


@pytest.fixture
def steps():
    return STEPS


@pytest.fixture
def verdicts():
    return {"911": CHEST_PAIN, "988": DESPAIR, "nurse": BITE, "ask": DIZZY}
