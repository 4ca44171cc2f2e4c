"""What callers may want, and how they say it. ``intents.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from config.document import Document, Path, shown
from config.names import check_name
from config.parse import parse
from config.report import Report
from ivr.intents import Intent
from ivr.tokens import tokens
from ivr.wording import words_of

INTENTS = "intents.yaml"

PHRASES_AT_MOST = 200
"""Of one intent in one language, keywords and examples together."""
CHARACTERS_AT_MOST = 200
"""Of one phrase: people say less in one breath."""


def read_intents(
    document: Document, languages: tuple[str, ...], report: Report
) -> dict[str, Intent]:
    """Read the intents.

    Args:
        document: ``intents.yaml``.
        languages: those of the site; empty when they are not known.
        report: takes the mistakes; what cannot be understood is left out.

    Returns:
        The intents by id, in the order of the file.
    """
    intents = {}
    for name, raw in document.data.items():
        check_name(name, document, (name,), report)
        intent = parse(Intent, raw, document, (name,), report)
        if intent is not None:
            title = {language: " ".join(text.split()) for language, text in intent.title.items()}
            intents[name] = replace(intent, title=title)
    for name, intent in intents.items():
        _check_languages(name, intent, document, languages, report)
        _check_titles(name, intent, document, languages, report)
        for kind, lists in _lists(intent).items():
            for language, phrases in lists.items():
                _check_phrases(document, (name, kind, language), phrases, language, report)
        _check_number(name, intent, document, languages, report)
    _check_keywords(intents, document, report)
    _check_examples(intents, document, report)
    return intents


def _lists(intent: Intent) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    return {"keywords": intent.keywords, "examples": intent.examples}


def _check_languages(
    name: str, intent: Intent, document: Document, languages: tuple[str, ...], report: Report
) -> None:
    if not languages:
        return
    for kind, written in (("title", intent.title), *_lists(intent).items()):
        for language in written:
            if language not in languages:
                hint = report.nearest(language, languages)
                message = f"the site does not speak {shown(language)}{hint}"
                report.problem(document, (name, kind, language), message, key=True)


def _check_titles(
    name: str, intent: Intent, document: Document, languages: tuple[str, ...], report: Report
) -> None:
    for language, text in intent.title.items():
        if not tokens(text):
            found = f"there is no word in {shown(text)}" if text else "the title is empty"
            report.problem(document, (name, "title", language), found)
    for language in languages:
        if language not in intent.title:
            message = f"there is no title in {shown(language)}"
            report.problem(document, (name, "title"), message)


def _check_phrases(
    document: Document, path: Path, phrases: tuple[str, ...], language: str, report: Report
) -> None:
    for index, phrase in enumerate(phrases):
        place = (*path, index)
        if len(phrase) > CHARACTERS_AT_MOST:
            message = f"found {len(phrase)} characters, wanted at most {CHARACTERS_AT_MOST}"
            report.problem(document, place, message)
        elif not words_of(phrase, language):
            report.problem(document, place, f"there is no word in {shown(phrase)}")


def _check_number(
    name: str, intent: Intent, document: Document, languages: tuple[str, ...], report: Report
) -> None:
    """Enough to be recognised by, and no more than is learned in a moment."""
    lists = tuple(_lists(intent).values())
    if not any(phrases for written in lists for phrases in written.values()):
        message = "nothing leads here: there is no keyword and no example"
        report.problem(document, (name,), message, key=True)
        return
    for language in dict.fromkeys((*languages, *intent.keywords, *intent.examples)):
        keywords, examples = (len(written.get(language, ())) for written in lists)
        if keywords + examples > PHRASES_AT_MOST:
            kind = "examples" if examples else "keywords"
            message = f"found {keywords + examples} phrases, wanted at most {PHRASES_AT_MOST}"
            report.problem(document, (name, kind, language), message, key=True)
        elif not keywords + examples:
            message = f"nothing leads here in {shown(language)}: no keyword and no example"
            report.warning(document, (name,), message, key=True)


def _check_keywords(intents: Mapping[str, Intent], document: Document, report: Report) -> None:
    """A keyword decides, so it belongs to one intent."""
    owners: dict[tuple[str, tuple[str, ...]], str] = {}
    for name, intent in intents.items():
        for language, phrases in intent.keywords.items():
            for index, phrase in enumerate(phrases):
                words = words_of(phrase[:CHARACTERS_AT_MOST], language)
                owner = owners.setdefault((language, words), name)
                if words and owner != name:
                    message = f"{shown(phrase)} is a keyword of {shown(owner)} already"
                    report.problem(document, (name, "keywords", language, index), message)


def _check_examples(intents: Mapping[str, Intent], document: Document, report: Report) -> None:
    firsts: dict[tuple[str, tuple[str, ...]], Path] = {}
    for name, intent in intents.items():
        for language, phrases in intent.examples.items():
            for index, phrase in enumerate(phrases):
                place: Path = (name, "examples", language, index)
                words = words_of(phrase[:CHARACTERS_AT_MOST], language)
                first = firsts.setdefault((language, words), place)
                if words and first != place:
                    owner = "" if first[0] == name else f" under {shown(first[0])}"
                    message = f"{shown(phrase)} stands already{owner}, on line "
                    message += str(document.mark(first)[0])
                    report.warning(document, place, message)
