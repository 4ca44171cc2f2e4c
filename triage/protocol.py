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
``passed_out``        these words with nothing between them, as one of several alternatives
``(kill the lice)``   the same for any part of a phrase, with alternatives and optional words
``pain & <chest>``    in either order, near each other

A symptom is a *concept*. What only qualifies one is a *modifier*: how it began, how bad it is, who
has it. Rules name both alike, but no rule holds on modifiers alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from calls.verdict import Disposition

SAMPLE = "sample"
APPROVED = "approved"
DEFAULT_QUESTION = "triage-happening-now"
"""Prompt id of the question that is asked when a rule in doubt names none of its own."""
DANGER_QUESTION = "triage-danger"
"""Prompt id of the question when what no rule understood sounds urgent."""
CRISIS_QUESTION = "triage-safety"
"""Prompt id of the question when what no rule understood sounds like despair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordClass:
    """Words that can stand for each other in phrases, such as the names of a body part.

    Attributes:
        id: how phrases name it: ``<id>``.
        words: per language, its words; an entry may have several words or name other classes.
        heard: per language, other words that recognisers put in their place (``pleading`` for
            bleeding). A phrase found by one of these is worth a question, never more.
    """

    id: str
    words: Mapping[str, tuple[str, ...]]
    heard: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


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
    """

    id: str
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    variants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weak: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    readings: tuple[Reading, ...] = ()
    lasting: bool = False

    @property
    def background(self) -> bool:
        """Whether it holds in whatever tense or clause it is mentioned, unless it is negated."""
        return False


class Kind(Enum):
    """What a modifier tells of a symptom or of the patient."""

    ONSET = "onset"
    """How it began: suddenly."""
    SEVERITY = "severity"
    """How bad it is."""
    TREND = "trend"
    """Where it is going: worse."""
    DURATION = "duration"
    """How long it has lasted."""
    AGE = "age"
    SEX = "sex"
    PREGNANCY = "pregnancy"
    MEDICATION = "medication"
    """What they take."""
    CONDITION = "condition"
    """What they are known to have."""
    CIRCUMSTANCE = "circumstance"
    """What the words are about: an errand, an exercise, a test."""


_OF_THE_SYMPTOM = frozenset((Kind.ONSET, Kind.SEVERITY, Kind.TREND, Kind.DURATION))


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a patient's record must say for a modifier to hold without a word of it.

    Attributes:
        age_years_at_least: this old or older.
        age_years_below: younger than this.
        sex: ``female`` or ``male``.
        pregnant: whether they are known to be.
    """

    age_years_at_least: float | None = None
    age_years_below: float | None = None
    sex: str | None = None
    pregnant: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Modifier(Concept):
    """What qualifies a symptom: as a concept, but no rule holds on modifiers alone.

    Attributes:
        kind: what it tells. Who the patient is, what they take and what the words are about holds
            in whatever tense or clause it is mentioned, unless it is negated; onset, severity,
            trend and duration stand and fall with the time of what they qualify.
        record: what the patient's record may say instead of the caller.
    """

    kind: Kind
    record: Record | None = None

    @property
    def background(self) -> bool:
        """Whether it holds in whatever tense or clause it is mentioned, unless it is negated."""
        return self.kind not in _OF_THE_SYMPTOM


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
        ask_when: as ``unless``, but what they are said of is still worth a question: words that
            most say lightly and some do not ("he'll kill me if").
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
    ask_when: tuple[str, ...] = ()
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
        words: word classes, usable from every file.
        concepts: usable from every file.
        modifiers: usable from every file.
        rules: its rules.
        figures: per language, figures of speech (``dying to``): words that are part of one mean
            nothing else.
        exaggerations: per language, sayings that some callers mean (``he'll kill me if``): words
            that are part of one are worth a question.
        named: per language, names of conditions (``stroke``, ``overdose``): in a longer sentence a
            name counts where somebody is said to have it, not where it is talked about.
        by_sound: per language, words that are also known by their sound, misspelt or in pieces:
            ``sue a side``, ``diahrea``.
    """

    id: str
    title: str
    words: tuple[WordClass, ...] = ()
    concepts: tuple[Concept, ...] = ()
    modifiers: tuple[Modifier, ...] = ()
    rules: tuple[Rule, ...] = ()
    figures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exaggerations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    by_sound: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolSet:
    """All protocols of a site.

    Attributes:
        protocols: in the order of their file names.
        approved: ids of the rules that a named clinician approved as they are.
    """

    protocols: tuple[Protocol, ...] = ()
    approved: frozenset[str] = frozenset()

    @property
    def words(self) -> tuple[WordClass, ...]:
        """Word classes of all files."""
        return tuple(item for protocol in self.protocols for item in protocol.words)

    @property
    def concepts(self) -> tuple[Concept, ...]:
        """Concepts and modifiers of all files: all that a rule may name."""
        return tuple(
            item
            for protocol in self.protocols
            for item in (*protocol.concepts, *protocol.modifiers)
        )

    @property
    def by_sound(self) -> frozenset[str]:
        """The words of all files that are also known by their sound."""
        return _all_words(protocol.by_sound for protocol in self.protocols)

    @property
    def named(self) -> frozenset[str]:
        """The names of conditions of all files."""
        return _all_words(protocol.named for protocol in self.protocols)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Rules of all files."""
        return tuple(item for protocol in self.protocols for item in protocol.rules)

    @property
    def status(self) -> str:
        """``approved`` when every rule is, else ``sample``."""
        approved = self.protocols and not any(map(self.samples, self.protocols))
        return APPROVED if approved else SAMPLE

    def samples(self, protocol: Protocol) -> tuple[str, ...]:
        """Ids of a protocol's rules that nobody has approved as they are."""
        return tuple(rule.id for rule in protocol.rules if rule.id not in self.approved)

    @property
    def questions(self) -> tuple[str, ...]:
        """Prompt ids that the site must have: the rules' own questions and the engine's own."""
        named = {rule.question for rule in self.rules if rule.question is not None}
        return tuple(sorted(named | {DEFAULT_QUESTION, DANGER_QUESTION, CRISIS_QUESTION}))

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of this id, if there is one."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)


def _all_words(tables: Iterable[Mapping[str, tuple[str, ...]]]) -> frozenset[str]:
    return frozenset(word for table in tables for words in table.values() for word in words)


def alternatives(entry: str) -> tuple[str, ...]:
    """The concept ids that an entry of ``all`` offers: ``fever | chills`` -> two."""
    return tuple(part.strip() for part in entry.split("|"))


def references(rule: Rule, *fields: str) -> Iterator[tuple[str, str]]:
    """Every concept a rule names, as ``(field, concept id)``: for finding dangling ones.

    Args:
        rule: the rule.
        fields: ``all``, ``any``, ``unless``, ``ask_when``; without any, all four.
    """
    for field_name in fields or ("all", "any", "unless", "ask_when"):
        for entry in getattr(rule, field_name):
            for concept in alternatives(entry):
                yield field_name, concept
