"""Prompt ids to words, in a language. No missing text leaves a caller without the 911 advice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from calls.commands import Utterance
from ivr.flow import CallRules

BUILT_IN_ADVICE: Mapping[str, str] = {
    "en": "If this is a medical emergency, hang up and dial 9 1 1.",
    "es": "Si es una emergencia médica, cuelgue y marque el 9 1 1.",
}
"""Said where a site's own advice is missing or blank."""

_PAUSE_S = 10.0
_S_PER_CHARACTER = 0.2
"""Three times as slow as speech: a deadline must never cut a prompt that still plays."""


def utterances(rules: CallRules, prompts: Iterable[str], language: str) -> tuple[Utterance, ...]:
    """What to say for these prompts: in ``language``, or else in the site's first.

    A prompt without any words is left out, except the 911 advice, which has words of its own.
    """
    said = (utterance(rules, prompt, language) for prompt in prompts)
    return tuple(each for each in said if each is not None)


def utterance(rules: CallRules, prompt: str, language: str) -> Utterance | None:
    """One prompt's words, in ``language`` or else in the site's first; ``None`` if it has none."""
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
