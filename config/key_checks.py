"""Whether prompts and choices agree on the keys: one that no prompt names, one that leads nowhere.

Callers find a key by what they are told alone. A key that means something everywhere may be named
in every prompt, and need not be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import fields

from config.document import Path, shown
from config.draft import PROMPTS, Draft, FlowDraft
from config.flow_checks import announced
from config.keys_named import keys_named
from config.linking import free_keys
from config.report import Report
from ivr.collection import NO_KEY, YES_KEY
from ivr.flow import READ_BACK_PROMPTS, Keys
from ivr.steps import AnswersStep, AskStep, CollectStep, Step

_QUESTION_FIELDS = ("prompt", "again_prompt")


def check_keys(draft: Draft, report: Report) -> None:
    """Warn of keys that a question takes and its words do not name, and of the opposite."""
    if not draft.documents[PROMPTS].readable:
        return
    everywhere = {str(getattr(draft.site.keys, field.name)) for field in fields(Keys)}
    for flow in draft.flows.values():
        for name, step in flow.steps.items():
            _check_question(flow, name, step, everywhere, draft, report)
            for prompt in _read_backs(step):
                _check_read_back(prompt, everywhere, draft, report)


def _check_question(
    flow: FlowDraft,
    name: str,
    step: Step,
    everywhere: Set[str],
    draft: Draft,
    report: Report,
) -> None:
    keys = _keys_of(step, draft)
    if not keys:
        return
    for field in _QUESTION_FIELDS:
        prompt = getattr(step, field)
        if prompt is None:
            continue
        lacking: dict[str, list[str]] = {}
        surplus: dict[str, list[str]] = {}
        for language, (perhaps, surely) in _named(draft.prompts.get(prompt, {})):
            for key in keys.keys() - perhaps:
                lacking.setdefault(key, []).append(language)
            for key in surely - keys.keys() - everywhere:
                surplus.setdefault(key, []).append(language)
        for key, languages in sorted(lacking.items()):
            message = f"the prompt {shown(prompt)} names no key {key} in {_and(languages)}"
            report.warning(flow.document, ("steps", name, *keys[key]), message)
        for key, languages in sorted(surplus.items()):
            message = (
                f"the prompt {shown(prompt)} names key {key} in {_and(languages)}, "
                "which no choice has"
            )
            report.warning(flow.document, ("steps", name, field), message)


def _check_read_back(prompt: str, everywhere: Set[str], draft: Draft, report: Report) -> None:
    """A value that is read back is right by one key and wrong by the other; there is no third."""
    document = draft.documents[PROMPTS]
    for language, (perhaps, surely) in _named(draft.prompts.get(prompt, {})):
        for key in sorted({YES_KEY, NO_KEY} - perhaps):
            meaning = "right" if key == YES_KEY else "wrong"
            message = f"this names no key {key}, by which callers say that the value is {meaning}"
            report.warning(document, (prompt, language), message)
        for key in sorted(surely - {YES_KEY, NO_KEY} - everywhere):
            message = f"this names key {key}; a value is right by {YES_KEY} and wrong by {NO_KEY}"
            report.warning(document, (prompt, language), message)


def _keys_of(step: Step, draft: Draft) -> dict[str, Path]:
    """The keys by which a question is answered, and where in the step each is written."""
    match step:
        case AskStep():
            return {
                choice.digit: ("choices", index, "digit")
                for index, choice in enumerate(step.choices)
                if choice.digit is not None
            }
        case AnswersStep():
            places: list[Path] = [("answers", index) for index in range(len(step.answers))]
            if step.other is not None:
                places.append(("other",))
            return dict(zip(free_keys(draft), places, strict=False))
        case _:
            return {}


def _read_backs(step: Step) -> Iterator[str]:
    if isinstance(step, CollectStep):
        yield from (prompt for prompt in announced(step) if prompt in READ_BACK_PROMPTS)
        if step.read_back_prompt is not None:
            yield step.read_back_prompt


def _named(
    texts: Mapping[str, str],
) -> Iterator[tuple[str, tuple[frozenset[str], frozenset[str]]]]:
    for language, text in texts.items():
        found = keys_named(text, language)
        if found is not None:
            yield language, found


def _and(languages: Collection[str]) -> str:
    return " and ".join(shown(language) for language in languages)
