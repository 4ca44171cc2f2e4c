"""Words in, verdict out. Pure, bounded, and never silent about what it left out.

Four steps: find the concepts that were said (:mod:`triage.hearing`), weigh each by its context
(:mod:`triage.context`), see which rules the remaining ones satisfy, and hear the second opinion
(:mod:`triage.seconding`), which may raise the verdict. The most urgent rule decides. A rule asks
its question instead of sounding the alarm when it holds only with something in doubt: a mention, a
weak word, a symptom that was said many turns ago, words of its ``ask_when``, or an ``unless`` that
was said of other words of the same utterance.
"""

from __future__ import annotations

import copy
import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from calls.facts import SpeechHeard
from calls.verdict import Action, Disposition, Flag, Suppression, Verdict, by_urgency, to_nurse
from triage.context import Context
from triage.explanation import Explanation, finding, span_of
from triage.hearing import Hearing
from triage.lexicon import Match
from triage.memory import CallMemory
from triage.mention import (
    Mention,
    best,
    less_sure,
    meant_ones,
    overlaps,
    standings,
    worth_a_question,
)
from triage.opinion import Opinion, SecondOpinion
from triage.protocol import (
    DEFAULT_QUESTION,
    Modifier,
    ProtocolSet,
    Rule,
    alternatives,
    references,
)
from triage.seconding import seconded, standing_words
from triage.standing import Standing
from triage.tokens import Utterance, fold, tokenise

LANGUAGES = frozenset(("en", "es"))
LOW_CONFIDENCE = 0.4
"""Below this a recogniser is not trusted to have heard a denial."""

STRANGE_LETTERS = 2
"""So many letters of a script that no phrase is written in make an utterance unclear."""
LAST_LATIN = "\N{LATIN SMALL LETTER Y WITH STROKE}"
"""The last letter before those of phonetics, Greek, Cyrillic, Arabic, Chinese and the rest."""
RECENT_TURNS = 10
"""For so many turns a symptom counts as just said; later it is worth a question."""

_ACTIONS = {
    Disposition.NOW_911: Action.CALL_911,
    Disposition.NOW_988: Action.CALL_988,
    Disposition.NURSE_NOW: Action.NURSE,
    Disposition.SAME_DAY: Action.CONTINUE,
    Disposition.ROUTINE: Action.CONTINUE,
}
_HIGHEST = (Action.CALL_911, Action.CALL_988)
_HIGHER = {
    Disposition.ROUTINE: Disposition.SAME_DAY,
    Disposition.SAME_DAY: Disposition.NURSE_NOW,
    Disposition.NURSE_NOW: Disposition.NOW_911,
}


class _Assessed(NamedTuple):
    """A verdict with what it came from."""

    verdict: Verdict
    said: Utterance
    mentions: list[Mention]
    opinion: Opinion | None

    @property
    def meant(self) -> frozenset[str]:
        """The concepts that a call remembers."""
        return frozenset(m.concept for m in self.mentions if m.standing is Standing.MEANT)


class TriageEngine:
    """Protocols, compiled. One engine serves all calls; it keeps nothing between utterances."""

    def __init__(self, protocols: ProtocolSet, second: SecondOpinion | None = None) -> None:
        """Compile.

        Args:
            protocols: the site's.
            second: the second opinion; without one the rules alone decide.

        Raises:
            PhraseError: a phrase cannot be read or names an unknown word class.
        """
        self._second = second
        self._offered: frozenset[tuple[str, ...]] = frozenset()
        self._concepts = {concept.id: concept for concept in protocols.concepts}
        self._rules = tuple(sorted(protocols.rules, key=lambda rule: -rule.disposition.urgency))
        self._alternatives = {
            rule.id: tuple(alternatives(entry) for entry in rule.all) for rule in self._rules
        }
        with _collector_at_rest():
            self._hearing = Hearing(protocols)
        self._naming: dict[str, list[int]] = {}
        for at, rule in enumerate(self._rules):
            for concept in {name for _, name in references(rule, "all", "any")}:
                self._naming.setdefault(concept, []).append(at)
        self._symptoms = frozenset(
            concept.id for concept in protocols.concepts if not isinstance(concept, Modifier)
        )
        self._on_record = tuple(
            (concept.id, concept.record)
            for concept in protocols.concepts
            if isinstance(concept, Modifier) and concept.record is not None
        )

    def offering(self, phrases: Iterable[str]) -> TriageEngine:
        """The same engine for a line that offers these phrases as answers to its questions.

        A caller who says one of them and nothing else does as they were told ("hours"): where no
        rule hears anything in it, the second opinion has no say.
        """
        twin = copy.copy(self)
        twin._offered = frozenset(tokenise(phrase).tokens for phrase in phrases)  # noqa: SLF001 - another of our own
        return twin

    def assess(
        self,
        words: str,
        language: str,
        *,
        confidence: float = 1.0,
        memory: CallMemory | None = None,
    ) -> Verdict:
        """What an utterance asks for.

        Args:
            words: what was said; any text will do.
            language: the language that was listened for. Phrases of all languages are looked for,
                for callers mix them; a language without protocols goes to a nurse.
            confidence: 0 to 1, of the recogniser.
            memory: what the call has brought so far; takes in this utterance as well.
        """
        assessed = self._assess(words, language, confidence, memory)
        if memory is not None:
            memory.note(assessed.meant)
        return assessed.verdict

    def assess_heard(self, heard: SpeechHeard, memory: CallMemory | None = None) -> Verdict:
        """The worse reading of what one or two recognisers heard of the same utterance.

        What either of them forbids is forbidden.
        """
        readings = [heard.words.reveal()]
        if heard.second and heard.second != heard.words:
            readings.append(heard.second.reveal())
        assessed = [
            self._assess(text, heard.language, heard.confidence, memory) for text in readings
        ]
        if memory is not None:
            memory.note(frozenset().union(*(each.meant for each in assessed)))
        verdicts = [each.verdict for each in assessed]
        # ``max`` keeps the first of equals: the best hypothesis.
        worst = max(verdicts, key=_severity)
        if not worst.may_call_back:
            return worst
        forbidding = [
            flag for verdict in verdicts for flag in verdict.flags if not flag.may_call_back
        ]
        return replace(worst, flags=by_urgency([*worst.flags, *forbidding]))

    def explain(
        self,
        words: str,
        language: str,
        *,
        confidence: float = 1.0,
        memory: CallMemory | None = None,
    ) -> Explanation:
        """As :meth:`assess`, with every mention and why it counted or did not."""
        assessed = self._assess(words, language, confidence, memory)
        if memory is not None:
            memory.note(assessed.meant)
        said = assessed.said
        return Explanation(
            verdict=assessed.verdict,
            findings=tuple(finding(said, mention) for mention in assessed.mentions),
            truncated=said.truncated,
            opinion=assessed.opinion,
        )

    def left_standing(self, words: str) -> tuple[str, ...]:
        """The folded words, without what was explained away: all that a second opinion sees."""
        said = tokenise(words)
        return standing_words(said, self._mentions(said))

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word form that some phrase knows."""
        return self._hearing.vocabulary

    # --- the steps ------------------------------------------------------------------------

    def _assess(
        self,
        words: str,
        language: str,
        confidence: float,
        memory: CallMemory | None,
    ) -> _Assessed:
        said = tokenise(words)
        mentions = self._mentions(said)
        if confidence < LOW_CONFIDENCE:
            mentions = [less_sure(mention) for mention in mentions]
        verdict = self._decide(said, mentions, memory or CallMemory())
        opinion = None
        # It cannot raise what is at the top already.
        heeds = verdict.action not in _HIGHEST and not self._only_answers(said, verdict)
        if self._second is not None and said.tokens and heeds:
            opinion = self._second.of(standing_words(said, mentions))
            verdict = seconded(verdict, opinion, self._second.weights)
        if not verdict.action.is_red_flag and not _readable(words, said, language):
            nurse = to_nurse("unclear")
            verdict = replace(nurse, flags=verdict.flags, suppressed=verdict.suppressed)
        return _Assessed(verdict, said, mentions, opinion)

    def _only_answers(self, said: Utterance, verdict: Verdict) -> bool:
        return verdict.action is Action.CONTINUE and said.tokens in self._offered

    def _mentions(self, said: Utterance) -> list[Mention]:
        if not said.tokens:
            return []
        heard = self._hearing.of(said)
        if not heard.sure and not heard.weak and not heard.misheard:
            return []
        context = Context(said, heard.sure + heard.weak + heard.misheard, heard.cues, heard.sayings)

        def judged(found: list[Match]) -> list[Mention]:
            return [context.judge(match, self._concepts[match.concept]) for match in found]

        mentions = judged(heard.sure)
        mentions += [worth_a_question(mention, "weak") for mention in judged(heard.weak)]
        mentions += [worth_a_question(mention, "misheard") for mention in judged(heard.misheard)]
        return best(mentions)

    def _earlier(self, memory: CallMemory) -> dict[str, Standing]:
        """What the record and earlier turns brought.

        Circumstances last, symptoms fade into a question.
        """
        earlier = {
            concept: Standing.MEANT
            if self._lasts(concept) or memory.turn - turn < RECENT_TURNS
            else Standing.IN_DOUBT
            for concept, turn in sorted(memory.concepts.items())
        }
        if memory.patient is not None:
            for modifier, record in self._on_record:
                if memory.patient.fits(record):
                    earlier[modifier] = Standing.MEANT
        return earlier

    def _lasts(self, concept: str) -> bool:
        # After new protocols were published a call may remember a concept that is no more.
        known = self._concepts.get(concept)
        return known is not None and known.background

    def _decide(self, said: Utterance, mentions: list[Mention], memory: CallMemory) -> Verdict:
        suppressed = tuple(
            Suppression(concept=m.concept, span=span_of(said, m), reason=m.reason)
            for m in mentions
            if m.standing is not Standing.MEANT
        )
        earlier = self._earlier(memory)
        meanings = [m for m in mentions if m.standing is not Standing.SUPPRESSED]
        whole = standings(meanings, earlier)
        flags: list[Flag] = []
        best: tuple[tuple[int, int], Action, Disposition, str | None] | None = None
        now = {mention.concept for mention in meanings}
        for rule in self._touched(now):
            counted, standing = meanings, whole
            held = self._held(rule, standing, now)
            if not held:
                continue
            unless = meant_ones(meanings, rule.unless)
            lightly = meant_ones(meanings, rule.ask_when)
            if unless or lightly:
                counted = [
                    worth_a_question(m, "said-lightly") if overlaps(m, lightly) else m
                    for m in meanings
                    if not overlaps(m, unless)
                ]
                standing = standings(counted, earlier)
                held = self._held(rule, standing, {mention.concept for mention in counted})
                if not held:
                    continue
            spoken = [mention for mention in counted if mention.concept in held]
            disposition = rule.disposition
            if rule.id in memory.rings_again_about:
                disposition = _HIGHER.get(disposition, disposition)
            sure = not rule.ask_first and all(standing[c] is Standing.MEANT for c in held)
            if (unless or lightly) and not any(mention.present for mention in spoken):
                sure = False
            action = _ACTIONS[disposition]
            question = None
            if action.is_red_flag and not sure:
                action, question = Action.ASK, rule.question or DEFAULT_QUESTION
            flags.append(_flag(said, rule, disposition, spoken))
            rank = action.urgency, disposition.urgency
            if best is None or rank > best[0]:
                best = (rank, action, disposition, question)
        if best is None:
            return Verdict(
                action=Action.CONTINUE, disposition=Disposition.ROUTINE, suppressed=suppressed
            )
        _, action, disposition, question = best
        return Verdict(
            action=action,
            disposition=disposition,
            flags=by_urgency(flags),
            suppressed=suppressed,
            question=question,
        )

    def _touched(self, concepts: Iterable[str]) -> list[Rule]:
        """The rules that name any of these concepts, in their order: no other can hold now."""
        numbers_of = {at for concept in concepts for at in self._naming.get(concept, ())}
        return [self._rules[at] for at in sorted(numbers_of)]

    def _held(self, rule: Rule, standing: Mapping[str, Standing], now: set[str]) -> tuple[str, ...]:
        """The concepts that satisfy the rule, one of them at least said ``now``; or none."""
        slots = []
        for options in self._alternatives[rule.id]:
            slot = [c for c in options if c in standing]
            if not slot:
                return ()
            slots.append(slot)
        anyone = [c for c in rule.any if c in standing]
        if rule.any and len(anyone) < rule.any_count:
            return ()

        def surest(concept: str) -> tuple[bool, bool]:
            return standing[concept] is not Standing.MEANT, concept not in now

        def newest(concept: str) -> tuple[bool, bool]:
            return concept not in now, standing[concept] is not Standing.MEANT

        for order in (surest, newest):
            held = [min(options, key=order) for options in slots]
            held += sorted(anyone, key=order)[: rule.any_count]
            if not now.isdisjoint(held) and not self._symptoms.isdisjoint(held):
                return tuple(dict.fromkeys(held))
        return ()


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Spare a quarter of the time of building what stays: there is no garbage in it to look for."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


# --- small steps --------------------------------------------------------------------------------


def _flag(said: Utterance, rule: Rule, disposition: Disposition, spoken: list[Mention]) -> Flag:
    return Flag(
        rule=rule.id,
        version=rule.version,
        disposition=disposition,
        concepts=tuple(mention.concept for mention in spoken),
        spans=tuple(span_of(said, mention) for mention in spoken),
        may_call_back=not rule.do_not_call_back,
    )


def _severity(verdict: Verdict) -> tuple[int, int]:
    return verdict.action.urgency, verdict.disposition.urgency


def _readable(words: str, said: Utterance, language: str) -> bool:
    """Whether silence about this utterance means that there was nothing in it."""
    if language.partition("-")[0] not in LANGUAGES or said.truncated:
        return False
    return sum(char.isalpha() and char > LAST_LATIN for char in fold(words)) < STRANGE_LETTERS
