"""What clinical staff write: words, concepts and rules. Plain data, filled from YAML.

One YAML file is one :class:`Protocol`; mapping keys are the field names below. All files of a site
together are its :class:`ProtocolSet`: word classes and concepts may be used from any file.

Phrases are written in a small language (:mod:`triage.phrases` reads it):

``short of breath``   these words in this order; little words between them do not matter, and
                      inflection is understood (``breathe`` also stands for ``breathing``)
``left!``             this very word, not inflected
``pain|ache``         either
``sharp?``            may be missing
``<chest>``           any entry of the word class ``chest``; ``<number>`` is any number and
                      ``<year>`` one that can be a year
``swell ~ face``      up to a few other words may stand between
``pain & <chest>``    in either order, near each other
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from calls.verdict import Disposition

SAMPLE = "sample"
APPROVED = "approved"
DEFAULT_QUESTION = "triage-happening-now"
"""Prompt id of the question that is asked when a rule in doubt names none of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordClass:
    """Words that can stand for each other in phrases, such as the names of a body part.

    Attributes:
        id: how phrases name it: ``<id>``.
        words: per language, its words; an entry may have several words or name other classes.
    """

    id: str
    words: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A number that makes a concept: ``my sugar is 480``, ``three weeks old``.

    Attributes:
        subject: per language, what is measured; the number stands near it. Empty when the unit
            alone says it.
        unit: per language, what follows the number directly. Empty when any unit or none will do.
        at_least: the smallest number that counts.
        at_most: the largest number that counts.
    """

    subject: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unit: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One thing a caller can mean, in all the ways they say it.

    Attributes:
        id: how rules name it.
        phrases: per language, how people say it.
        variants: per language, what recognisers make of it (``chess pain``).
        weak: per language, words that can mean it and mostly do not (``over those`` for an
            overdose): worth a question, never more.
        readings: numbers that mean it.
        lasting: it counts although it is over by now: a faint, a seizure, an overdose.
        background: it is a circumstance (pregnant, diabetic, an infant, drunk), which holds in
            whatever tense or clause it is mentioned, unless it is negated.
    """

    id: str
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    variants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weak: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    readings: tuple[Reading, ...] = ()
    lasting: bool = False
    background: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Utterances that must hold before a rule may be published.

    Attributes:
        positive: the rule flags or asks.
        negative: the rule stays silent (others may speak).
    """

    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which concepts together ask for which disposition.

    Attributes:
        id: stands in verdicts, journals and flows.
        version: 1, 2, 3, ...: raised with every change of meaning.
        owner: who answers for it.
        citation: the public guidance it is written from.
        disposition: what it asks for.
        all: every one must be meant; an entry may offer alternatives: ``fever | chills``.
        any: at least ``any_count`` of these must be meant, when there are any.
        any_count: how many of ``any``.
        unless: concepts that explain a mention away when they are said of the same words
            (``confused`` within ``confused about my bill``). Said elsewhere in the utterance, they
            leave a question. What earlier turns brought explains nothing away.
        question: prompt id of the yes/no question that settles a match in doubt.
        ask_first: ask that question even when the match is not in doubt.
        do_not_call_back: the line must not ring a caller of whom this was understood, even in
            doubt: somebody else who answers could put them in danger, as with violence at home.
            A person decides what is done for them.
        examples: what must hold.
    """

    id: str
    version: int
    owner: str
    citation: str
    disposition: Disposition
    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    any_count: int = 1
    unless: tuple[str, ...] = ()
    question: str | None = None
    ask_first: bool = False
    do_not_call_back: bool = False
    examples: Examples = Examples()


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """One file of protocols.

    Attributes:
        id: its name.
        title: what people call it.
        status: ``sample`` until a named clinician approves this version, then ``approved``.
        approved_by: that clinician.
        words: word classes, usable from every file.
        concepts: usable from every file.
        rules: its rules.
        figures: per language, figures of speech (``dying to``): words that are part of one mean
            nothing else.
    """

    id: str
    title: str
    status: str = SAMPLE
    approved_by: str | None = None
    words: tuple[WordClass, ...] = ()
    concepts: tuple[Concept, ...] = ()
    rules: tuple[Rule, ...] = ()
    figures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolSet:
    """All protocols of a site.

    Attributes:
        protocols: in the order of their file names.
    """

    protocols: tuple[Protocol, ...] = ()

    @property
    def words(self) -> tuple[WordClass, ...]:
        """Word classes of all files."""
        return tuple(item for protocol in self.protocols for item in protocol.words)

    @property
    def concepts(self) -> tuple[Concept, ...]:
        """Concepts of all files."""
        return tuple(item for protocol in self.protocols for item in protocol.concepts)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Rules of all files."""
        return tuple(item for protocol in self.protocols for item in protocol.rules)

    @property
    def status(self) -> str:
        """``approved`` when every file is, else ``sample``."""
        approved = self.protocols and all(p.status == APPROVED for p in self.protocols)
        return APPROVED if approved else SAMPLE

    @property
    def questions(self) -> tuple[str, ...]:
        """Prompt ids that the site must have: the rules' own questions and the default one."""
        named = {rule.question for rule in self.rules if rule.question is not None}
        return tuple(sorted(named | {DEFAULT_QUESTION}))

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of this id, if there is one."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)


def alternatives(entry: str) -> tuple[str, ...]:
    """The concept ids that an entry of ``all`` offers: ``fever | chills`` -> two."""
    return tuple(part.strip() for part in entry.split("|"))


def references(rule: Rule) -> Iterator[tuple[str, str]]:
    """Every concept a rule names, as ``(field, concept id)``: for finding dangling ones."""
    for entry in rule.all:
        for concept in alternatives(entry):
            yield "all", concept
    for concept in rule.any:
        yield "any", concept
    for concept in rule.unless:
        yield "unless", concept
