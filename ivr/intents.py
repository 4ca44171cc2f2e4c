"""What a caller wants, of what a question offers, by their own words.

"I was wondering if I could come in some time next week about my knee" asks for an appointment.
First come keywords, which decide wherever they are said; then the likeness to sentences that others
have said (:mod:`ivr.likeness`). A wrong guess costs a patient a transfer, a question three seconds:
where two intents are near, or one is likely but not sure, the line asks; where nothing fits, it
says so.

Only words that triage has passed come here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from ivr.likeness import HIDDEN, Likeness
from ivr.wording import heard, words_of

SURE = 0.85
"""From this score on, an intent is taken without asking."""
MARGIN = 0.5
"""So far ahead of the second an intent has to be; nearer ones are asked about both."""

_LEAST = 0.25
"""A score below this is not worth asking about."""
_LEAST_SECOND = 0.1
"""A second below this is not worth naming beside a first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Something callers want.

    Attributes:
        title: per language, how the line names it when it asks: "an appointment".
        keywords: per language, phrases that decide wherever they are said.
        examples: per language, whole sentences that mean it.
    """

    title: Mapping[str, str]
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Sureness(Enum):
    """What to do with what was understood."""

    SURE = "sure"
    """Take it."""
    UNSURE = "unsure"
    """One is likely: ask whether it is meant."""
    TORN = "torn"
    """Two are near: ask which."""
    NONE = "none"
    """Nothing fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """What was understood.

    Attributes:
        sureness: whether to take it or to ask.
        best: the likeliest intent; ``None`` where nothing fits.
        second: the other intent where two are near, else ``None``.
        score: how likely ``best`` is, 0 to 1; 1 where a keyword decided.
        margin: how far the next likely is behind, 0 to 1.
    """

    sureness: Sureness
    best: str | None = None
    second: str | None = None
    score: float = 0.0
    margin: float = 0.0


_NOTHING = Understanding(sureness=Sureness.NONE)


@dataclass(frozen=True, slots=True)
class _Learned:
    """One language: the intents that have each keyword, the longest keyword, the likeness."""

    keywords: Mapping[tuple[str, ...], tuple[str, ...]]
    longest: int
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class _Question:
    """What is offered, and how sure one has to be.

    Attributes:
        offered: intents, each with the answer that it leads to.
        sure: as for :meth:`IntentModel.understand`.
        margin: likewise.
    """

    offered: Mapping[str, str]
    sure: float
    margin: float


class IntentModel:
    """Understands what callers want. Learns a language when it is first asked about it.

    Args:
        intents: by id. They are compared in this order, so the same site always answers the same.
    """

    def __init__(self, intents: Mapping[str, Intent]) -> None:
        self._intents = dict(intents)
        self._learned: dict[str, _Learned] = {}

    def learn(self, language: str) -> None:
        """Learn a language now: it takes a part of a second, too long while somebody waits."""
        if language in self._learned:
            return
        keywords: dict[tuple[str, ...], tuple[str, ...]] = {}
        sentences: dict[str, list[tuple[str, ...]]] = {}
        for name, intent in self._intents.items():
            phrases = [words_of(each, language) for each in intent.keywords.get(language, ())]
            for words in filter(None, phrases):
                keywords[words] = tuple(dict.fromkeys((*keywords.get(words, ()), name)))
            examples = (words_of(each, language) for each in intent.examples.get(language, ()))
            sentences[name] = [*phrases, *examples]
        longest = max(map(len, keywords), default=0)
        self._learned[language] = _Learned(keywords, longest, Likeness(sentences))

    def understand(
        self,
        words: str,
        candidates: Sequence[str],
        language: str,
        *,
        sure: float = SURE,
        margin: float = MARGIN,
        leads_to: Mapping[str, str] | None = None,
    ) -> Understanding:
        """What the words ask for.

        A keyword decides, the longest first, unless another candidate has one of the same length or
        the rest of the words are sure of another: then it is asked which. What a caller turns down
        ("I don't need an appointment") is never taken without asking. The intents that are not
        offered compete as well: whoever asks for something else is not taken for a candidate.

        Args:
            words: what was heard; triage has found it clear.
            candidates: ids of the intents that the question offers.
            language: whose keywords and examples count.
            sure: the least score of an intent that is taken without asking.
            margin: how far ahead of the second it has to be.
            leads_to: for candidates that lead to the same answer, a name of that answer; their
                scores count together, and it is never asked which of them. Each leads to an answer
                of its own where nothing is given.

        Raises:
            KeyError: a candidate that the site does not know.
        """
        for name in candidates:
            if name not in self._intents:
                raise KeyError(name)
        self.learn(language)
        learned = self._learned[language]
        answers = leads_to or {}
        offered = {name: answers.get(name, name) for name in candidates}
        question = _Question(offered, sure, margin)
        said, turned = heard(words, language)
        if not said or not offered:
            return _NOTHING
        whole = _judged(said, question, learned)
        hidden = {
            place
            for denied in turned
            if not _has_keyword_over(denied.at, said, question, learned)
            for place in range(denied.at, denied.until)
        }
        if not hidden:
            return whole
        standing = tuple(HIDDEN if at in hidden else word for at, word in enumerate(said))
        rest = _judged(standing, question, learned)
        if rest.sureness is not Sureness.NONE:
            return rest
        return _asked(whole)

    def hints(self, candidates: Sequence[str], language: str) -> tuple[str, ...]:
        """The keywords of the candidates, each once, for a recogniser."""
        phrases = (
            phrase
            for name in candidates
            for phrase in self._intents[name].keywords.get(language, ())
        )
        return tuple(dict.fromkeys(phrases))


def _judged(words: Sequence[str], question: _Question, learned: _Learned) -> Understanding:
    """What these words ask for, nothing of them turned down."""
    scores = learned.likeness.of(words)
    alike = _by_likeness(scores, question)
    named = _named(words, question, learned)
    elsewhere = _named(words, None, learned)
    if not named.intents:
        return _asked(alike) if elsewhere.intents else alike
    # All that speak for themselves: the keywords, and what the rest of the words are sure of.
    claims = dict.fromkeys(named.intents)
    if alike.sureness is Sureness.SURE and alike.best is not None:
        if len(claims) > 1 and alike.best in claims:
            return alike
        claims[alike.best] = None
    (best, score), *others = _ranked(scores, {name: question.offered[name] for name in claims})
    if others:
        second, behind = others[0]
        return Understanding(
            sureness=Sureness.TORN, best=best, second=second, score=score, margin=score - behind
        )
    decided = Understanding(sureness=Sureness.SURE, best=best, score=1.0, margin=1.0)
    return _asked(decided) if elsewhere.length > named.length else decided


@dataclass(frozen=True, slots=True)
class _Named:
    """The intents whose keywords were said, only the longest, and how many words these have."""

    intents: tuple[str, ...]
    length: int


def _named(words: Sequence[str], question: _Question | None, learned: _Learned) -> _Named:
    """By a keyword of what the question offers; of any intent where no question is given."""
    for length in range(min(learned.longest, len(words)), 0, -1):
        found = dict.fromkeys(
            name
            for at in range(len(words) - length + 1)
            for name in learned.keywords.get(tuple(words[at : at + length]), ())
            if question is None or name in question.offered
        )
        if found:
            return _Named(tuple(found), length)
    return _Named((), 0)


def _has_keyword_over(
    denial: int, words: Sequence[str], question: _Question, learned: _Learned
) -> bool:
    """Whether a denial is part of a keyword: "don't need my appointment" is a cancellation."""
    return any(
        name in question.offered
        for length in range(1, learned.longest + 1)
        for at in range(max(denial - length + 1, 0), denial + 1)
        for name in learned.keywords.get(tuple(words[at : at + length]), ())
    )


def _by_likeness(scores: Mapping[str, float], question: _Question) -> Understanding:
    ranked = _ranked(scores, question.offered)
    best, score = ranked[0]
    second, behind = ranked[1] if len(ranked) > 1 else (None, 0.0)
    if score < _LEAST:
        return _NOTHING
    ahead = score - behind
    if score >= question.sure and ahead >= question.margin:
        sureness, second = Sureness.SURE, None
    elif behind >= _LEAST_SECOND and ahead < question.margin:
        sureness = Sureness.TORN
    else:
        sureness, second = Sureness.UNSURE, None
    return Understanding(sureness=sureness, best=best, second=second, score=score, margin=ahead)


def _asked(understood: Understanding) -> Understanding:
    """The same, but never taken without asking."""
    if understood.sureness is not Sureness.SURE:
        return understood
    return replace(understood, sureness=Sureness.UNSURE)


def _ranked(scores: Mapping[str, float], offered: Mapping[str, str]) -> list[tuple[str, float]]:
    """For each answer its likeliest intent and the score of all its intents, the highest first.

    Of equal ones the one that is offered first comes first.
    """
    sums: dict[str, float] = {}
    likeliest: dict[str, str] = {}
    for name, answer in offered.items():
        score = scores.get(name, 0.0)
        sums[answer] = sums.get(answer, 0.0) + score
        if answer not in likeliest or score > scores.get(likeliest[answer], 0.0):
            likeliest[answer] = name
    ranked = sorted(sums, key=lambda answer: -sums[answer])
    return [(likeliest[answer], min(sums[answer], 1.0)) for answer in ranked]
