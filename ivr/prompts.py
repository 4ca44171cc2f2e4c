"""Prompt ids to words, in a language. No missing text leaves a caller without the 911 advice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from calls.commands import Utterance
from ivr.collecting import speak
from ivr.flow import CallRules
from ivr.values import Value

Fill = Callable[[str], Value | None]
"""Gives the value that a name in a prompt stands for; ``None`` where there is none."""

BUILT_IN_ADVICE: Mapping[str, str] = {
    "en": "If this is a medical emergency, hang up and dial 9 1 1.",
    "es": "Si es una emergencia médica, cuelgue y marque el 9 1 1.",
}
"""Said where a site's own advice is missing or blank."""

PLACEHOLDER = re.compile(r"\{([a-z0-9_.-]+)(?::([a-z]+))?\}")
"""``{balance}`` or ``{balance:money}``: a value in a prompt, and how it is said."""

MANNERS = ("digits", "phone", "money", "spelled")
"""How a value in a prompt may be said, where not by its kind."""

_OF_DIGITS = (
    ("phone", re.compile(r"\+1[0-9]{10}", re.ASCII)),
    ("digits", re.compile(r"[0-9]+", re.ASCII)),
)

_PAUSE_S = 10.0
_S_PER_CHARACTER = 0.2
"""Three times as slow as speech: a deadline must never cut a prompt that still plays."""


def utterances(
    rules: CallRules, prompts: Iterable[str], language: str, fill: Fill | None = None
) -> tuple[Utterance, ...]:
    """What to say for these prompts: in ``language``, or else in the site's first.

    A prompt without any words is left out, except the 911 advice, which has words of its own.

    Args:
        rules: the site's.
        prompts: prompt ids.
        language: the call's.
        fill: for the values in prompts; what it gives is this caller's, and private.
    """
    said = [utterance(rules, prompt, language) for prompt in prompts]
    filled = [_filled(each, fill) for each in said if each is not None]
    return tuple([each for each in filled if each.text])


def utterance(rules: CallRules, prompt: str, language: str) -> Utterance | None:
    """One prompt's words, in ``language`` or else in the site's first; ``None`` if it has none."""
    found = rules.utterances
    if (prompt, language) not in found:
        found[prompt, language] = _utterance(rules, prompt, language)
    return found[prompt, language]


def _utterance(rules: CallRules, prompt: str, language: str) -> Utterance | None:
    texts = rules.prompts.get(prompt, {})
    spare = BUILT_IN_ADVICE if prompt == rules.advice_911 else {}
    for source, candidate in (
        (texts, language),
        (spare, language),
        *((texts, first) for first in rules.languages[:1]),
        (spare, "en"),
    ):
        if source.get(candidate, "").strip():
            return Utterance(text=source[candidate], language=candidate)
    return None


def _filled(words: Utterance, fill: Fill | None) -> Utterance:
    """The words with their values; one that is not set is left out, and so may be all."""
    if "{" not in words.text:
        return words

    def said(placeholder: re.Match[str]) -> str:
        value = fill(placeholder[1]) if fill is not None else None
        if value is None:
            return ""
        return speak(value, words.language, how=placeholder[2] or _manner_of(value))

    text = PLACEHOLDER.sub(said, words.text)
    return Utterance(text=" ".join(text.split()), language=words.language, private=True)


def _manner_of(value: Value) -> str | None:
    """How a text is said where the prompt leaves it open: one of digits alone, digit by digit."""
    if not isinstance(value, str):
        return None
    return next((how for how, text in _OF_DIGITS if text.fullmatch(value)), None)


def placeholders(text: str) -> tuple[tuple[str, str | None], ...]:
    """The names of values in a prompt's text, each with how it is said."""
    return tuple((each[1], each[2]) for each in PLACEHOLDER.finditer(text))


def greeting(rules: CallRules) -> tuple[Utterance, ...]:
    """The first words of every call: the advice in every language, then the recording notice."""
    return in_every_language(rules, rules.advice_911, rules.recording_notice)


def in_every_language(rules: CallRules, *prompts: str | None) -> tuple[Utterance, ...]:
    """Each prompt in every language of the site, nothing twice; ``None`` is left out."""
    said: list[Utterance] = []
    for prompt in prompts:
        for language in rules.languages:
            words = utterance(rules, prompt, language) if prompt is not None else None
            if words is not None and words not in said:
                said.append(words)
    return tuple(said)


def limit_s(said: Sequence[Utterance]) -> float:
    """After how many seconds a prompt is over even if the line never says so."""
    return _PAUSE_S + _S_PER_CHARACTER * sum(len(each.text) for each in said)
