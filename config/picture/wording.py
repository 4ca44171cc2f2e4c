"""What a box says of its step: in a few lines, and at full length."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from calls.ids import QueueId
from calls.requirement import SkillNeed
from config.flow_checks import prompts_of
from config.site import Site
from ivr.steps import (
    AskStep,
    CallBackStep,
    Choice,
    CollectStep,
    LookupStep,
    MessageStep,
    QueueStep,
    ReturnStep,
    SetStep,
    Step,
    SubFlowStep,
    TransferStep,
)

LINE_CHARACTERS = 34
_SAID_LINES = 3
_LONGEST_PHRASE = 28
_DAY_S, _HOUR_S, _MINUTE_S = 86400, 3600, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How a site's steps are told.

    Attributes:
        site: whose.
        language: of what is said.
    """

    site: Site
    language: str

    def lines(self, step: Step) -> tuple[str, ...]:
        """What stands under a step's name: what it is about, then the first words that it says."""
        prompt = getattr(step, "prompt", None)
        said = [] if prompt is None else _quoted(self._text(prompt))
        return (*(line for fact in self._facts(step) for line in _wrapped(fact)), *said)

    def told(self, step: Step) -> Iterator[str]:
        """All that a step says, in every language, and what it is about."""
        yield from self._facts(step)
        for field, prompt in prompts_of(step).items():
            yield f"{field.replace('_', ' ')}: {prompt}"
            for language, text in self.site.rules.prompts.get(prompt, {}).items():
                yield f"{language}: {text}"

    def choice(self, choice: Choice) -> str:
        """An answer in short: its key, and the first words that choose it."""
        phrase = self._phrase(choice)
        if choice.digit is None:
            return phrase or "in words"
        return f"{choice.digit} · {phrase}" if phrase else f"key {choice.digit}"

    def choice_told(self, choice: Choice) -> str:
        """An answer with everything that chooses it."""
        told = [] if choice.digit is None else [f"key {choice.digit}"]
        if choice.intent is not None:
            told.append(f"intent {choice.intent}")
        told += [f"{language}: {', '.join(each)}" for language, each in choice.words.items()]
        told += [f"sets {name} = {value}" for name, value in choice.set.items()]
        return "; ".join(told)

    # --- inside -----------------------------------------------------------------------------------

    def _phrase(self, choice: Choice) -> str:
        if choice.red_flag is not None:
            return choice.red_flag.replace("-", " ")
        if choice.intent is not None:
            intent = self.site.rules.intents.get(choice.intent)
            title = "" if intent is None else intent.title.get(self.language, "")
            return _short(title or choice.intent)
        words = choice.words.get(self.language, ())
        if not words and choice.digit is None:
            words = next(filter(None, choice.words.values()), ())
        return f"“{_short(words[0])}”" if words else ""

    def _text(self, prompt: str) -> str:
        texts = self.site.rules.prompts.get(prompt, {})
        return texts.get(self.language) or next(iter(texts.values()), "")

    def _facts(self, step: Step) -> Iterator[str]:
        """What a step is about, without what it says."""
        match step:
            case QueueStep():
                yield self._queue(step.queue)
                queue = self.site.queues.get(QueueId(step.queue))
                needed = (*(() if queue is None else queue.skills), *step.skills)
                if needed:
                    yield f"skills: {_skills(needed)}"
                if step.companion:
                    yield f"and somebody with {_skills(step.companion)}"
                if step.agent is not None:
                    yield f"first {step.agent}"
            case CallBackStep():
                yield self._queue(step.queue)
                if step.skills:
                    yield f"skills: {_skills(step.skills)}"
            case TransferStep():
                yield f"to {step.destination}"
            case MessageStep():
                yield f"for {step.queue}, answered within {_lasting(step.promised_s)}"
            case CollectStep():
                yield f"{step.what.value.replace('-', ' ')} → {step.into}"
            case LookupStep():
                yield f"asks {step.source}"
                if step.save:
                    yield f"→ {', '.join(step.save)}"
            case SetStep():
                yield from (f"{name} = {value}" for name, value in step.values.items())
                yield from (f"{name} = {each.text}" for name, each in step.compute.items())
            case SubFlowStep():
                yield f"the flow {step.flow}"
                if step.into is not None:
                    yield f"→ {step.into}"
            case ReturnStep() if step.value is not None:
                yield step.value.text
            case _:
                return

    def _queue(self, name: str) -> str:
        queue = self.site.queues.get(QueueId(name))
        title = "" if queue is None or queue.title.casefold() == name else f": {queue.title}"
        return f"queue {name}{title}"


def answers_of(name: str, step: AskStep) -> list[Choice]:
    """What a question answers itself, which a file writes as a step of the kind ``answers``."""
    return [choice for choice in step.choices if (choice.goto or "").startswith(f"{name}:")]


def _skills(needs: Iterable[SkillNeed]) -> str:
    """What somebody has to be able to do; of a skill that is asked for twice the higher level."""
    wanted: dict[tuple[str, bool], int] = {}
    for need in needs:
        key = (need.skill, need.preferred)
        wanted[key] = max(need.level, wanted.get(key, 1))
    return ", ".join(
        f"{skill}{f' {level}' if level > 1 else ''}{' (preferred)' if preferred else ''}"
        for (skill, preferred), level in wanted.items()
    )


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, LINE_CHARACTERS, max_lines=_SAID_LINES, placeholder=" …")


def _quoted(text: str) -> list[str]:
    return _wrapped(f"“{text}”") if text else []


def _short(phrase: str) -> str:
    if len(phrase) <= _LONGEST_PHRASE:
        return phrase
    return f"{phrase[:_LONGEST_PHRASE].rstrip()}…"


def _lasting(seconds: float) -> str:
    for unit_s, unit in ((_DAY_S, "day"), (_HOUR_S, "hour"), (_MINUTE_S, "minute")):
        if seconds >= unit_s and seconds % unit_s == 0:
            number = round(seconds / unit_s)
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return f"{seconds:g} s"
