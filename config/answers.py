"""Answers to what many callers ask: hours, parking, forms. ``answers.yaml``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from config.document import Document, Path, shown
from config.names import check_name
from config.parse import parse
from config.report import Report
from ivr.tokens import tokens

ANSWERS = "answers.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonAnswer:
    """One answer that the line knows by heart.

    Attributes:
        id: the key.
        title: what it is about, in each language, as a menu names it.
        text: what is said, in each language.
        keywords: words of the question, in each language; each alone leads here.
        examples: whole questions, in each language.
    """

    id: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_answers(
    document: Document, languages: Collection[str], report: Report
) -> dict[str, CommonAnswer]:
    """Read the answers.

    Args:
        document: ``answers.yaml``.
        languages: those of the site; empty when they are not known.
        report: takes the mistakes; what cannot be understood is left out.
    """
    answers = {}
    for name, raw in document.data.items():
        check_name(name, document, (name,), report)
        answer = parse(CommonAnswer, raw, document, (name,), report, given={"id": name})
        if answer is not None:
            answer = replace(answer, title=_tidy(answer.title), text=_tidy(answer.text))
            _check(answer, document, languages, report)
            answers[name] = answer
    _check_keywords(answers.values(), document, report)
    return answers


def _tidy(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: " ".join(text.split()) for language, text in texts.items()}


def _check(
    answer: CommonAnswer, document: Document, languages: Collection[str], report: Report
) -> None:
    name = answer.id
    for field_name in ("title", "text", "keywords", "examples"):
        written: Mapping[str, object] = getattr(answer, field_name)
        for language in written:
            if languages and language not in languages:
                hint = report.nearest(language, languages)
                message = f"the site does not speak {shown(language)}{hint}"
                report.problem(document, (name, field_name, language), message, key=True)
    for field_name, texts in (("title", answer.title), ("text", answer.text)):
        for language, text in texts.items():
            if not tokens(text):
                found = (
                    f"there is no word in {shown(text)}" if text else f"the {field_name} is empty"
                )
                report.problem(document, (name, field_name, language), found)
        for language in languages:
            if language not in texts:
                message = f"there is no {field_name} in {shown(language)}"
                report.problem(document, (name, field_name), message)
    for field_name, lists in (("keywords", answer.keywords), ("examples", answer.examples)):
        for language, texts_of in lists.items():
            _check_list(document, (name, field_name, language), texts_of, report)
    for language in languages:
        if not (answer.keywords.get(language) or answer.examples.get(language)):
            message = f"nothing leads here in {shown(language)}: no keyword and no example"
            report.warning(document, (name,), message, key=True)


def _check_list(document: Document, path: Path, texts: Iterable[str], report: Report) -> None:
    seen: set[str] = set()
    for index, text in enumerate(texts):
        if not tokens(text):
            found = f"there is no word in {shown(text)}" if text.strip() else "this is empty"
            report.problem(document, (*path, index), found)
        elif _folded(text) in seen:
            report.problem(document, (*path, index), f"{shown(text)} stands twice")
        seen.add(_folded(text))


def _check_keywords(answers: Iterable[CommonAnswer], document: Document, report: Report) -> None:
    taken: dict[tuple[str, str], str] = {}
    for answer in answers:
        for language, words in answer.keywords.items():
            for index, word in enumerate(words):
                owner = taken.setdefault((language, _folded(word)), answer.id)
                if owner != answer.id:
                    message = f"{shown(word)} leads to {shown(owner)} already"
                    report.problem(document, (answer.id, "keywords", language, index), message)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
