"""What can be wrong with triage protocols, each at its line; their examples are tried as well."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import replace

from config.approvals import APPROVALS, approved
from config.document import Document, Path, shown
from config.draft import PROTOCOLS, Draft
from config.report import Report
from triage import PhraseError
from triage import check_protocols as check_set
from triage.phrases import NUMBER, YEAR, parse
from triage.protocol import (
    Concept,
    Protocol,
    ProtocolSet,
    Rule,
    alternatives,
)

_CLASS = re.compile(r"<([^<>\s]*)>")
_PLACE = re.compile(r"([a-z_]+)(?:\[(\d+)\])?")
_MAX_READINGS = 1_000
"""Of one phrase: triage allows fewer, but writes them all out before it counts them."""
_MAX_READINGS_IN_ALL = 100_000
"""Of all phrases: more would take minutes to compile and slow down every utterance."""
_NAMED = 4
"""So many rules are named in a warning."""
_sound: deque[ProtocolSet] = deque(maxlen=4)
"""Found without a problem: most changes of a site leave its protocols alone, and trying a few
hundred examples is nine tenths of the work."""


def protocols_of(draft: Draft) -> ProtocolSet:
    """The draft's protocols, with what is approved of them."""
    protocols = ProtocolSet(protocols=tuple(draft.protocols.values()))
    return replace(protocols, approved=approved(protocols, draft.approvals))


def check_protocols(draft: Draft, report: Report) -> None:
    """Report protocols that are unsound, and warn of those that nobody has approved."""
    if draft.broken_protocols:
        return
    protocols = protocols_of(draft)
    _check_approvals(draft, protocols, report)
    if protocols in tuple(_sound):
        return
    before = report.problem_count
    _check_ids(draft, report)
    _check_phrases(draft, report)
    _check_concepts(draft, report)
    if report.problem_count == before:
        _check_rules(draft, protocols, report)
    if report.problem_count == before:
        _sound.append(protocols)


def _check_approvals(draft: Draft, protocols: ProtocolSet, report: Report) -> None:
    for file, protocol in draft.protocols.items():
        samples = protocols.samples(protocol)
        if samples:
            share = f"{len(samples)} of {len(protocol.rules)} rules"
            names = ", ".join(samples[:_NAMED]) + (", ..." if len(samples) > _NAMED else "")
            message = (
                f"{share} are samples ({names}): a clinician approves them with "
                f"`careline triage approve {protocol.id} --by NAME`"
            )
            report.warning(draft.documents[file], ("rules",), message)
    known = {rule.id for rule in protocols.rules}
    for rule in draft.approvals.keys() - known:
        message = f"there is no rule {shown(rule)} any more; delete the line"
        report.warning(draft.documents[APPROVALS], (rule,), message)


def _check_ids(draft: Draft, report: Report) -> None:
    seen: dict[tuple[str, str], str] = {}
    for file, protocol in draft.protocols.items():
        document = draft.documents[file]
        for kind in ("words", "concepts", "modifiers", "rules"):
            # Rules name concepts and modifiers alike, so they may not share a name.
            named = "concepts" if kind == "modifiers" else kind
            for index, item in enumerate(getattr(protocol, kind)):
                if (named, item.id) in seen:
                    message = f"{shown(item.id)} is defined already, in {seen[named, item.id]}"
                    report.problem(document, (kind, index, "id"), message)
                seen.setdefault((named, item.id), file)


def _check_phrases(draft: Draft, report: Report) -> None:
    known = {each.id for protocol in draft.protocols.values() for each in protocol.words}
    known |= {NUMBER.strip("<>"), YEAR.strip("<>")}
    in_all = 0
    for file, protocol in draft.protocols.items():
        document = draft.documents[file]
        for path, language, phrase in _phrases(protocol):
            for name in _CLASS.findall(phrase):
                report.reference(document, path, "word class", name, known)
            readings = _readings(phrase)
            in_all += readings
            if readings > _MAX_READINGS:
                message = "the phrase can be read in too many ways; write several phrases instead"
                report.problem(document, path, message)
                continue
            if in_all > _MAX_READINGS_IN_ALL:
                message = "the phrases up to here can be read in too many ways already"
                report.problem(document, path, message)
                return
            try:
                parse(phrase, language)
            except PhraseError as error:
                report.problem(document, path, str(error))


def _readings(phrase: str) -> int:
    """In how many ways a phrase can be read at most: orders, alternatives, optional words."""
    readings = math.factorial(min(phrase.count("&") + 1, 10))
    for word in phrase.split():
        ways = sum("_" in alternative for alternative in word.split("|")) + ("?" in word) + 1
        readings = min(readings * ways, _MAX_READINGS + 1)
    return min(readings, _MAX_READINGS + 1)


def _phrases(protocol: Protocol) -> Iterator[tuple[Path, str, str]]:
    """Every phrase of a protocol: its place, its language, its text."""
    yield from _by_language(("figures",), protocol.figures)
    yield from _by_language(("exaggerations",), protocol.exaggerations)
    for index, word_class in enumerate(protocol.words):
        yield from _by_language(("words", index, "words"), word_class.words)
    for kind, index, concept in _concepts(protocol):
        yield from _by_language((kind, index, "phrases"), concept.phrases)
        yield from _by_language((kind, index, "variants"), concept.variants)
        yield from _by_language((kind, index, "weak"), concept.weak)
        for number, reading in enumerate(concept.readings):
            path = (kind, index, "readings", number)
            yield from _by_language((*path, "subject"), reading.subject)
            yield from _by_language((*path, "unit"), reading.unit)


def _concepts(protocol: Protocol) -> Iterator[tuple[str, int, Concept]]:
    """Concepts and modifiers, with their place."""
    for index, concept in enumerate(protocol.concepts):
        yield "concepts", index, concept
    for index, modifier in enumerate(protocol.modifiers):
        yield "modifiers", index, modifier


def _by_language(
    path: Path, phrases: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[Path, str, str]]:
    for language, texts in phrases.items():
        for index, text in enumerate(texts):
            yield (*path, language, index), language, text


def _check_concepts(draft: Draft, report: Report) -> None:
    known = {each.id for protocol in draft.protocols.values() for _, _, each in _concepts(protocol)}
    for file, index, rule in _rules(draft):
        document = draft.documents[file]
        for field in ("all", "any", "unless", "ask_when"):
            for number, entry in enumerate(getattr(rule, field)):
                for concept in alternatives(entry) if field == "all" else (entry,):
                    path = ("rules", index, field, number)
                    report.reference(document, path, "concept", concept, known)


def _check_rules(draft: Draft, protocols: ProtocolSet, report: Report) -> None:
    """What triage itself has to say, the examples above all."""
    places = {rule.id: (file, index) for file, index, rule in _rules(draft)}
    for problem in check_set(protocols):
        if problem.rule in places:
            file, index = places[problem.rule]
            path: Path = ("rules", index, *_path(problem.where))
            report.problem(draft.documents[file], path, problem.message)
        else:
            # About the set as a whole: nothing better is known than its first file.
            first = next(iter(draft.protocols), None)
            document = draft.documents[first] if first else Document(file=f"{PROTOCOLS}/")
            report.problem(document, (), problem.message)


def _rules(draft: Draft) -> Iterator[tuple[str, int, Rule]]:
    for file, protocol in draft.protocols.items():
        for index, rule in enumerate(protocol.rules):
            yield file, index, rule


def _path(where: str) -> Path:
    """``examples.positive[1]`` as a path."""
    path: list[str | int] = []
    for name, index in _PLACE.findall(where):
        path.append(name)
        if index:
            path.append(int(index))
    return tuple(path)
