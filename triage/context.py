"""What a mention is worth: meant, in doubt, or not meant, and why.

The theory. A caller's words count unless something close by says that they do not, and each reason
lowers its own mention only:

* a denial lowers what it reaches across words that carry no meaning ("no signs of a stroke"), or
  along a list joined by "or". "Can't" and "won't" are complaints and never deny
  (:mod:`triage.denial`);
* the past lowers what stands in its clause, unless the clause says that it goes on, or a word for
  now stands nearer;
* what a pet has is no patient's; a pet that bit somebody is another matter;
* a saying that some mean ("he'll kill me if") leaves a question;
* general talk, figures of speech and things named after a condition lower what is part of them;
  general talk about something that the caller calls theirs ("for my chest pain") only leaves a
  question, and so does a question that is about nobody ("do seizures hurt");
* a relative is the patient, unless the past or "runs in the family" says otherwise;
* words of different clauses with much between them may have met by chance: a question, and none
  when a sentence ended between them;
* the bare name of a condition, with nobody who has it, is a question, and in talk about papers
  nothing.

What was lowered is raised again when the caller takes it back ("but today it hurts bad").
In doubt means: worth a question, never silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import NamedTuple

from triage.denial import Denials
from triage.lexicon import Match
from triage.mention import Mention
from triage.protocol import Concept
from triage.sound import sounds_alike
from triage.standing import Standing
from triage.surroundings import Surroundings
from triage.tokens import STOP, Utterance
from triage.vocabulary import (
    ANYBODY,
    BEFORE_BLOOD_THINGS,
    BITES,
    BLOOD_THINGS,
    DATED,
    HAVING,
    LITTLE_WORDS,
    NAME_GIVERS,
    NAMED_AFTER,
    NAMED_THINGS,
    NOT_OF,
    OPENERS,
    PEOPLE,
    PERSONAL_CUES,
    PERSONS,
    POSSESSIVES,
    PREPOSITIONS,
    PRESENT_VERBS,
    QUESTION_WORDS,
    SOMEBODY,
    SUBJECT_PRONOUNS,
    TOPIC_NOUNS,
)

_RESOLVED_REACH = 12
_CORRECTION_REACH = 8
_REPEATED_REACH = 2
_HAVE = frozenset(("have", "has", "having", "got", "tengo", "tiene"))
_CITED_REACH = 3
_REPORTED_REACH = 5
_REPHRASED_REACH = 3
_REINSTATED_REACH = 30
_FAR_APART = 3
_TOPIC_REACH = 3
_VERB_REACH = 2
_AGAIN_REACH = 2
_FEW_WORDS = 5
_DATED_REACH = 4
_HAVING_REACH = 5
_LINKS = frozenset(
    ("is", "was", "just", "it", "then", "and", "keeps", "keep", "has", "had", "a", "been", "went")
) | frozenset(("died", "having", "got", "like", "about", "all", "se", "le", "dio", "un", "una"))
"""What stands between a thing and what it "has"."""
_OWNERS = POSSESSIVES | {"this", "these", "este", "esta"}
_NOT_IN_A_NAME = SUBJECT_PRONOUNS | POSSESSIVES | PREPOSITIONS | {"it", "is", "are", "was", "the"}
_NEVER_OF_DESPAIR = frozenset(("hypothetical", "named"))
"""Words of suicide are not left out for these; they are asked about."""
_IN_GENERAL = frozenset(("hypothetical", "question", "named"))
_TAKEN_BACK = frozenset(("negated", "past", "resolved", "corrected", "cited", "hypothetical"))


class Sayings(NamedTuple):
    """What is often said without being meant.

    Attributes:
        figures: words of an utterance that are figures of speech.
        exaggerations: its words that some callers mean and most do not.
        named: folded names of conditions, which many only talk about.
        crises: concepts of self-harm and violence, which are never only talk.
        despair: those of suicide, which are never left out as talk.
    """

    figures: Iterable[Match] = ()
    exaggerations: Iterable[Match] = ()
    named: Set[str] = frozenset()
    crises: Set[str] = frozenset()
    despair: Set[str] = frozenset()


class Context:
    """Everything around the mentions of one utterance."""

    def __init__(
        self,
        said: Utterance,
        mentions: Iterable[Match],
        cues: Mapping[str, list[Match]],
        sayings: Sayings,
    ) -> None:
        self._sayings = sayings
        mentions = tuple(mentions)
        # "he is fine now" is no word for now of what he had.
        over = frozenset(at for cue in cues.get("resolved", ()) for at in cue.used)
        present = [cue for cue in cues.get("present", ()) if cue.used.isdisjoint(over)]
        cues = {**cues, "present": present}
        for kind in ("present", "ongoing"):
            cues[kind] = [cue for cue in cues.get(kind, ()) if _close_enough(said, cue, mentions)]
        self._around = Surroundings(said, cues, mentions)
        self._tokens, self._breaks = said.tokens, said.breaks
        self._figures = frozenset(at for saying in sayings.figures for at in saying.used)
        self._exaggerations = frozenset(
            at for saying in sayings.exaggerations for at in saying.used
        )
        self._denials = Denials(self._around)
        self._judged: dict[
            tuple[int, int, frozenset[int], bool, bool, bool], tuple[Standing, str, bool]
        ] = {}

    def judge(self, match: Match, concept: Concept) -> Mention:
        """What this mention is worth."""
        # The same words are often a mention of several concepts.
        crisis = concept.id in self._sayings.crises
        key = (match.start, match.end, match.used, concept.lasting, concept.background, crisis)
        known = self._judged.get(key)
        if known is None:
            present = self._around.near("present", match)
            standing, reason = self._weigh(match, concept, present=present)
            despair = concept.id in self._sayings.despair
            if despair and standing is Standing.SUPPRESSED and reason in _NEVER_OF_DESPAIR:
                standing = Standing.IN_DOUBT
            if standing is Standing.IN_DOUBT and not present and not crisis:
                standing = self._for_two_reasons(match, reason)
            if standing is not Standing.MEANT and reason in _TAKEN_BACK and self._reinstated(match):
                standing, reason = Standing.MEANT, ""
            known = self._judged[key] = standing, reason, present
        return Mention(match.concept, match.start, match.end, *known)

    def _for_two_reasons(self, match: Match, reason: str) -> Standing:
        """What is only asked or said in general, and the caller says what for: nobody has it.

        Nor when an exaggeration is about an errand. Never so for words of a crisis: who means them
        often says that they do not.
        """
        around = self._around
        if around.near("ongoing", match):
            return Standing.IN_DOUBT
        in_general = reason in _IN_GENERAL and around.cues("in-general")
        about_an_errand = reason == "exaggeration" and around.cues("errand")
        return Standing.SUPPRESSED if in_general or about_an_errand else Standing.IN_DOUBT

    def _weigh(self, match: Match, concept: Concept, *, present: bool) -> tuple[Standing, str]:
        around = self._around
        if not concept.background and _mostly(match, self._figures):
            return Standing.SUPPRESSED, "figure-of-speech"
        denied = self._denials.of(match)
        if denied is not None:
            return denied, "negated"
        if concept.background:
            return Standing.MEANT, ""
        far = self._far_apart(match)
        if far is Standing.SUPPRESSED:
            return far, "far-apart"
        if self._topic(match):
            # "i have chest pain medicine is not helping", "throwing up blood tests were fine":
            # without pauses the thing named may be another.
            had = match.start > 0 and self._tokens[match.start - 1] in _HAVE
            blood = len(match.used) > 1 and self._tokens[match.end - 1] == "blood"
            return Standing.IN_DOUBT if had or blood else Standing.SUPPRESSED, "topic"
        named = self._in_a_name(match)
        if named is not None:
            return named, "topic"
        animal = self._animal(match)
        if animal is not None:
            return animal, "animal"
        if self._cited(match):
            return Standing.IN_DOUBT, "cited"
        ongoing = around.near("ongoing", match)
        if around.near("family", match) and not present:
            return Standing.SUPPRESSED, "family-history"
        if not ongoing and self._long_past(match):
            return Standing.SUPPRESSED, "past"
        if self._resolved(match):
            lasts = concept.lasting and (present or around.near("recent", match))
            return (Standing.MEANT, "") if lasts else (Standing.IN_DOUBT, "resolved")
        if around.near("hypothetical", match, before=True):
            # "do you have something for my chest pain" asks in general and says who has it.
            doubt = present or ongoing or self._owned(match)
            return Standing.IN_DOUBT if doubt else Standing.SUPPRESSED, "hypothetical"
        if self._corrected(match):
            return Standing.IN_DOUBT, "corrected"
        if around.near("doubt", match, before=True) and not ongoing:
            return Standing.IN_DOUBT, "hypothetical"
        if not present and self._about_nobody(match):
            return Standing.IN_DOUBT, "question"
        if _mostly(match, self._exaggerations):
            return Standing.IN_DOUBT, "exaggeration"
        if self._of_a_thing(match):
            return Standing.IN_DOUBT, "thing"
        if self._joking():
            return Standing.IN_DOUBT, "joking"
        if not present and self._only_named(match):
            errand = bool(around.cues("errand"))
            return Standing.SUPPRESSED if errand else Standing.IN_DOUBT, "named"
        if far is not None:
            return far, "far-apart"
        if present:
            return Standing.MEANT, ""
        if concept.lasting:
            crisis = concept.id in self._sayings.crises
            over = around.cues("paperwork") and not around.near("recent", match) and not crisis
            return (Standing.IN_DOUBT, "past") if over else (Standing.MEANT, "")
        if around.near("recent", match):
            return Standing.IN_DOUBT, "past"
        if self._plain_past(match):
            if around.cues("errand"):
                relative = around.near("relative", match)
                return Standing.SUPPRESSED, "family-history" if relative else "past"
            return Standing.IN_DOUBT, "past"
        return Standing.MEANT, ""

    # --- when -----------------------------------------------------------------------------------

    def _long_past(self, match: Match) -> bool:
        """A word for long ago stands with it, and no word for now stands nearer."""
        past = self._around.nearest("past", match)
        if past is None:
            return self._dated_after(match)
        now = self._around.nearest("present", match)
        if now is not None and now < past:
            return False
        # "surgery last month and is throwing up blood", "hurts since the fall in may and is
        # swollen": a present verb that is as near.
        nearest = max(match.start - max(past, _VERB_REACH), 0)
        return PRESENT_VERBS.isdisjoint(self._tokens[nearest : match.end])

    def _dated_after(self, match: Match) -> bool:
        """The next clause says when: "she broke her hip, that was two winters ago"."""
        following = self._around.clauses[match.end - 1] + 1
        return any(
            self._around.clauses[cue.start] == following
            and not DATED.isdisjoint(self._tokens[max(cue.start - _DATED_REACH, 0) : cue.start])
            for cue in self._around.cues("past")
        )

    def _resolved(self, match: Match) -> bool:
        if self._around.cues("returning"):
            return False
        return any(
            0 <= cue.start - match.end + 1 <= _RESOLVED_REACH
            and not cue.used & match.used
            and not self._around.is_mentioned(match.end, cue.start)
            and not any(self._tokens[i] == "not" for i in range(match.end, cue.end))
            for cue in self._around.cues("resolved")
        )

    def _plain_past(self, match: Match) -> bool:
        """A bare "had" or "was" before the mention, without "have" before it."""
        if self._around.follows("unusual", match):
            return False
        for i in range(match.start - 1, max(match.start - 5, -1), -1):
            word = self._tokens[i]
            if word in ("had", "tuvo", "tuve", "tenia", "was"):
                return i == 0 or self._tokens[i - 1] not in ("have", "has", "just", "i_have")
            if word not in LITTLE_WORDS and i not in self._around.mentioned:
                return False
        return False

    def _reinstated(self, match: Match) -> bool:
        return any(
            0 <= cue.start - match.end <= _REINSTATED_REACH
            and cue.used.isdisjoint(match.used)
            and not any(match.end <= denial < cue.end for denial in self._denials.places)
            for cue in self._around.cues("reinstated")
        )

    # --- who ------------------------------------------------------------------------------------

    def _animal(self, match: Match) -> Standing | None:
        """A pet has it: nobody else stands between them, and it bit nobody."""
        if not BITES.isdisjoint(self._tokens):
            return None
        for animal in self._around.cues("animal"):
            if not animal.end <= match.start or animal.start < self._around.beginning(match):
                continue
            if not NOT_OF.isdisjoint(self._tokens[max(animal.start - 2, 0) : animal.start]):
                continue  # "fell off a horse", "a hot dog", "like a horse"
            between = self._tokens[animal.end : match.end]
            if not PEOPLE.isdisjoint(between):
                continue
            # "walking the dog his chest hurts": the animal must be what the clause is about.
            before = [
                word
                for word in self._tokens[self._around.beginning(match) : animal.start]
                if word not in POSSESSIVES
            ]
            others = PEOPLE.isdisjoint(before) and PERSONS.isdisjoint(self._tokens[match.end :])
            return Standing.SUPPRESSED if others else Standing.IN_DOUBT
        return None

    def _of_a_thing(self, match: Match) -> bool:
        """A machine or a paper has it, and nothing but small words stands between."""
        return any(
            thing.end <= match.start
            and self._around.beginning(match) <= thing.start
            and NOT_OF.isdisjoint(self._tokens[max(thing.start - 2, 0) : thing.start])
            and all(word in _LINKS for word in self._tokens[thing.end : match.start])
            for thing in self._around.cues("thing")
        )

    def _owned(self, match: Match) -> bool:
        """Whether someone's name for it stands right before: "my", "his", "this"."""
        return match.start > 0 and self._tokens[match.start - 1] in _OWNERS

    # --- whether --------------------------------------------------------------------------------

    def _joking(self) -> bool:
        """Somebody laughs, and does not say that they do not."""
        return any(
            not cue.start or self._tokens[cue.start - 1] not in ("not", "no")
            for cue in self._around.cues("joking")
        )

    def _far_apart(self, match: Match) -> Standing | None:
        """Words of different clauses with much between them: chance may have put them together.

        The end of a sentence between them says so plainly; without one they are worth a question.
        """
        between = match.end - match.start - len(match.used)
        clauses = self._around.clauses
        if clauses[match.start] == clauses[match.end - 1]:
            return None
        if STOP in self._breaks[match.start + 1 : match.end]:
            return Standing.SUPPRESSED
        return Standing.IN_DOUBT if between >= _FAR_APART else None

    def _topic(self, match: Match) -> bool:
        """A thing named after it: "stroke center", "suicide loss support group"."""
        beginning = self._around.beginning(match)
        before = range(beginning, match.start)
        if any(self._tokens[i] in PERSONAL_CUES and i not in match.used for i in before):
            return False
        for at in range(match.end, min(match.end + _TOPIC_REACH, len(self._tokens))):
            word = self._tokens[at]
            if self._breaks[at] or word in _NOT_IN_A_NAME:
                return False
            if word in TOPIC_NOUNS:
                return at == match.end or self._tokens[at - 1] in NAMED_AFTER
        return False

    def _in_a_name(self, match: Match) -> Standing | None:
        """A word of it belongs to the next one: "my blood sugar", "foot clinic", "cough syrup".

        Without punctuation the next one may as well begin something else, "coughing up blood,
        pressure is dropping": then it is worth a question.
        """
        for at in sorted(match.used):
            behind = at + 1
            if behind == len(self._tokens) or behind in match.used or self._breaks[behind]:
                continue
            word, following = self._tokens[at], self._tokens[behind]
            if word == "blood" and following in BLOOD_THINGS:
                whole = at > 0 and self._tokens[at - 1] in BEFORE_BLOOD_THINGS
                return Standing.SUPPRESSED if whole else Standing.IN_DOUBT
            if word in NAME_GIVERS and following in NAMED_THINGS:
                errand = self._around.cues("errand")
                return Standing.SUPPRESSED if errand else Standing.IN_DOUBT
        return None

    def _cited(self, match: Match) -> bool:
        """Said only to say that it was not said: "i never said overdose".

        Or told before and taken back now: "I told your nurse he was choking, but he is fine".
        """
        if any(0 <= match.start - cue.end <= _CITED_REACH for cue in self._around.cues("cited")):
            return True
        reported = any(
            0 <= match.start - cue.end <= _REPORTED_REACH for cue in self._around.cues("reported")
        )
        return reported and any(cue.start >= match.end for cue in self._around.cues("reversed"))

    def _corrected(self, match: Match) -> bool:
        """Taken back: "no wait", "it's a stroke no not stroke, stool"."""
        words = self._tokens[match.start : match.end]
        if self._rephrased(match):
            return True
        return any(
            0 <= cue.start - match.end <= _CORRECTION_REACH
            for cue in self._around.cues("correction")
        ) or any(
            0 <= denial - match.end <= _REPEATED_REACH
            and self._tokens[denial + 1 : denial + 1 + len(words)] == words
            for denial in self._denials.places
        )

    def _rephrased(self, match: Match) -> bool:
        """A word that sounds alike takes its place: "unconscious, I mean unconscionable"."""
        said = [self._tokens[at] for at in match.used if self._tokens[at] not in LITTLE_WORDS]
        return any(
            sounds_alike(said_instead, word)
            for cue in self._around.cues("rephrased")
            if 0 <= cue.start - match.end <= _REPHRASED_REACH
            for said_instead in self._tokens[cue.end : cue.end + _REPHRASED_REACH]
            for word in said
        )

    def _only_named(self, match: Match) -> bool:
        """The name of a condition that nobody is said to have: "the bill says stroke"."""
        if len(self._tokens) <= _FEW_WORDS:
            return False
        content = [self._tokens[i] for i in match.used if self._tokens[i] not in LITTLE_WORDS]
        if not content or not all(word in self._sayings.named for word in content):
            return False
        before = range(max(match.start - _HAVING_REACH, 0), match.start)
        clause = self._around.clauses[match.start]
        return not any(
            self._tokens[i] in HAVING and self._around.clauses[i] == clause for i in before
        )

    def _about_nobody(self, match: Match) -> bool:
        """A question whose clause names no one who could have it: "do seizures hurt"."""
        at = self._around.beginning(match)
        while at < match.start and self._tokens[at] in OPENERS:
            at += 1
        if self._tokens[at] not in QUESTION_WORDS:
            return False
        clause = self._around.clauses[match.start]
        return not any(
            word in SOMEBODY and word not in ANYBODY and self._around.clauses[i] == clause
            for i, word in enumerate(self._tokens)
        )


def _close_enough(said: Utterance, cue: Match, mentions: Iterable[Match]) -> bool:
    """Whether "again" is said of a mention, not of "what time is my visit again"."""
    if said.tokens[cue.start : cue.end] != ("again",):
        return True
    return any(
        cue.start - each.end <= _AGAIN_REACH and each.start - cue.end <= _AGAIN_REACH
        for each in mentions
    )


def _mostly(match: Match, saying: Set[int]) -> bool:
    """Half of what a mention says is part of a saying."""
    return len(saying & match.used) * 2 >= len(match.used)
