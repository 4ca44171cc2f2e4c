"""Whether a protocol set is sound: its references hold and its examples come out as written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from triage.engine import TriageEngine
from triage.phrases import PhraseError
from triage.protocol import Modifier, ProtocolSet, references

EXAMPLES_WANTED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that keeps a protocol set from being published.

    Attributes:
        rule: the rule's id; empty when it is about the whole set.
        where: the place within it, for example ``examples.positive[1]``.
        message: what is wrong.
    """

    rule: str
    where: str
    message: str


def check_protocols(protocols: ProtocolSet) -> list[Problem]:
    """References that dangle, ids that repeat, examples that are missing; then the examples.

    Examples are tried only once everything else is right.
    """
    problems = list(_structure(protocols))
    return problems or check_examples(protocols)


def check_examples(protocols: ProtocolSet) -> list[Problem]:
    """Examples that do not come out as written. Each is read in every language of the phrases."""
    try:
        engine = TriageEngine(protocols)
    except PhraseError as error:
        return [Problem(rule="", where="phrases", message=str(error))]
    problems: list[Problem] = []
    for rule in protocols.rules:
        for kind, texts, wanted in (
            ("positive", rule.examples.positive, True),
            ("negative", rule.examples.negative, False),
        ):
            for number, text in enumerate(texts):
                flagged = any(flag.rule == rule.id for flag in engine.assess(text, "en").flags)
                if flagged is not wanted:
                    found = "flagged" if flagged else "not flagged"
                    problems.append(
                        Problem(
                            rule=rule.id,
                            where=f"examples.{kind}[{number}]",
                            message=f"this {kind} example is {found}",
                        )
                    )
    return problems


def _structure(protocols: ProtocolSet) -> Iterator[Problem]:
    known = {concept.id for concept in protocols.concepts}
    modifiers = {each.id for each in protocols.concepts if isinstance(each, Modifier)}
    for kind, ids in (
        ("concept", [concept.id for concept in protocols.concepts]),
        ("rule", [rule.id for rule in protocols.rules]),
    ):
        for name, count in Counter(ids).items():
            if count > 1:
                yield Problem(rule="", where=kind, message=f"{kind} '{name}' is defined twice")
    for rule in protocols.rules:
        for place, concept in references(rule):
            if concept not in known:
                yield Problem(rule=rule.id, where=place, message=f"unknown concept '{concept}'")
        named = {concept for _, concept in references(rule, "all", "any")}
        if named and named <= modifiers:
            message = "no rule holds on modifiers alone; name a concept as well"
            yield Problem(rule=rule.id, where="all" if rule.all else "any", message=message)
        if not rule.all and not rule.any:
            yield Problem(rule=rule.id, where="all", message="the rule wants no concept at all")
        for kind, texts in (
            ("positive", rule.examples.positive),
            ("negative", rule.examples.negative),
        ):
            if len(texts) < EXAMPLES_WANTED:
                yield Problem(
                    rule=rule.id,
                    where=f"examples.{kind}",
                    message=f"{len(texts)} given, at least {EXAMPLES_WANTED} wanted",
                )
