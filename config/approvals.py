"""Who signed which version of a triage rule. ``approvals.yaml`` is written by ``triage approve``.

A rule is approved with the hash of everything it means: the rule itself and every concept, modifier
and word class that it leads to. Whoever changes any of these changes the hash, and the rule is a
sample again until a clinician has looked at it anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from config.digest import digest
from config.source import read_document
from triage.protocol import Concept, Examples, ProtocolSet, Rule, WordClass, references

APPROVALS = "approvals.yaml"

_CLASS = re.compile(r"<([a-z0-9-]+)>")
_SHORT = 16
"""Hexadecimal digits of a hash that are kept: enough that no two versions ever share them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A clinician's signature under one version of one rule.

    Attributes:
        version: the rule's version number, for people to read.
        hash: of everything it meant (:func:`rule_hashes`).
        by: the clinician.
        day: when, as ``2026-11-23``.
    """

    version: int
    hash: str
    by: str
    day: str


def rule_hashes(protocols: ProtocolSet) -> dict[str, str]:
    """For each rule, by id, a hash of everything that decides what it means."""
    classes = {each.id: each for each in protocols.words}
    concepts = {each.id: each for each in protocols.concepts}
    of_class: dict[str, str] = {}
    of_concept = {name: _concept_hash(each, classes, of_class) for name, each in concepts.items()}
    return {rule.id: _rule_hash(rule, of_concept) for rule in protocols.rules}


def approved(protocols: ProtocolSet, approvals: Mapping[str, Approval]) -> frozenset[str]:
    """Ids of the rules that are as they were when a clinician approved them."""
    if not approvals:
        return frozenset()
    hashes = rule_hashes(protocols)
    return frozenset(
        rule for rule, approval in approvals.items() if hashes.get(rule) == approval.hash
    )


def read_approvals(folder: Path) -> dict[str, Approval]:
    """The approvals of a site that loads."""
    document, _ = read_document(folder, APPROVALS)
    return {
        rule: Approval(
            version=int(str(entry["version"])),
            hash=str(entry["hash"]),
            by=str(entry["by"]),
            day=str(entry["day"]),
        )
        for rule, entry in document.data.items()
        if isinstance(entry, dict)
    }


def written(approvals: Mapping[str, Approval]) -> str:
    """``approvals.yaml`` as text."""
    lines = [
        "# Written by `careline triage approve`. A rule that was changed since is a sample again."
    ]
    for rule, approval in sorted(approvals.items()):
        by = approval.by.replace("\\", "\\\\").replace('"', '\\"')
        lines.append(
            f"{rule}: {{version: {approval.version}, hash: {approval.hash}, "
            f'by: "{by}", day: {approval.day}}}'
        )
    return "\n".join(lines) + "\n"


def _rule_hash(rule: Rule, of_concept: Mapping[str, str]) -> str:
    named = sorted({concept for _, concept in references(rule)})
    # Its examples hold it to its meaning; they are no part of it.
    meaning = replace(rule, examples=Examples())
    return digest([meaning, [of_concept.get(each, "") for each in named]])[:_SHORT]


def _concept_hash(concept: Concept, classes: Mapping[str, WordClass], known: dict[str, str]) -> str:
    tables = [concept.phrases, concept.variants, concept.weak]
    for reading in concept.readings:
        tables += [reading.subject, reading.unit]
    return digest([concept, _class_hashes(tables, classes, known)])


def _class_hashes(
    tables: Iterable[Mapping[str, tuple[str, ...]]],
    classes: Mapping[str, WordClass],
    known: dict[str, str],
) -> list[str]:
    named = {
        name
        for table in tables
        for texts in table.values()
        for text in texts
        for name in _CLASS.findall(text)
    }
    return [_class_hash(name, classes, known) for name in sorted(named)]


def _class_hash(name: str, classes: Mapping[str, WordClass], known: dict[str, str]) -> str:
    if name not in known:
        known[name] = ""  # should a class name itself, it is not followed for ever
        word_class = classes.get(name)
        if word_class is not None:
            inner = _class_hashes([word_class.words], classes, known)
            known[name] = digest([word_class, inner])
    return known[name]
