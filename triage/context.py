"""What a mention is worth: meant, in doubt, or not meant, and why.

The theory. A caller's words count unless something close by says that they do not, and each reason
lowers its own mention only:

* a denial lowers what it reaches across words that carry no meaning ("no signs of a stroke"), or
  along a list joined by "or". "Can't" and "won't" are complaints and never deny;
* the past lowers what stands in its clause, unless the clause also says that it goes on;
* general talk, figures of speech and things named after a condition lower what is part of them;
  general talk about something that the caller calls theirs ("for my chest pain") only leaves a
  question;
* a relative is the patient, unless the past or "runs in the family" says otherwise;
* words of different clauses with much between them may have met by chance: a question.

What was lowered is raised again when the caller takes it back ("but today it hurts bad").
In doubt means: worth a question, never silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from triage.clauses import clauses
from triage.lexicon import Match
from triage.protocol import Concept
from triage.tokens import COMMA, STOP, Utterance
from triage.vocabulary import (
    AFTER_ANSWER_NO,
    COMPLAINT_VERBS,
    CONTRAST,
    DENIAL_REACHES_ACROSS,
    DENIALS,
    LITTLE_WORDS,
    NOT_ONLY,
    PERSONAL_CUES,
    POSSESSIVES,
    SUBJECT_PRONOUNS,
    TOPIC_NOUNS,
)

_LIST_WORDS = frozenset(("or", "nor", "ni", "o"))
_LIST_REACH = 14
_LIST_CONTENT = 5
_RESOLVED_REACH = 12
_CORRECTION_REACH = 8
_REINSTATED_REACH = 30
_FAR_APART = 6
_NEW_SUBJECT = SUBJECT_PRONOUNS | POSSESSIVES | {"it", "there"}
_VAGUE = frozenset(("anything", "nothing", "something", "stuff", "things", "nada", "algo"))
_OWNERS = POSSESSIVES | {"this", "these", "este", "esta"}
_NO_BEFORE = frozenset(("oh", "ay", "hell", "yes"))
_SPANISH_COMPLAINTS = frozenset(["puedo", "puede", "pueden", "podia", "quiero", "quiere", "se"])


class Standing(Enum):
    """What a mention is worth."""

    MEANT = "meant"
    IN_DOUBT = "in-doubt"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Mention:
    """A concept that was said.

    Attributes:
        concept: its id.
        start: first word.
        end: one past the last word.
        standing: what it is worth.
        reason: why it is worth less than its words; empty when meant.
        present: the caller says that it goes on ("right now", "is having").
    """

    concept: str
    start: int
    end: int
    standing: Standing
    reason: str = ""
    present: bool = False


class Context:
    """Everything around the mentions of one utterance."""

    def __init__(
        self,
        said: Utterance,
        mentions: Iterable[Match],
        cues: Mapping[str, list[Match]],
        figures: Iterable[Match],
    ) -> None:
        self._tokens = said.tokens
        self._breaks = said.breaks
        self._clauses = clauses(said)
        self._cues = cues
        self._figures = frozenset(word for figure in figures for word in figure.used)
        self._mentioned: set[int] = set()
        said_by_mentions: set[int] = set()
        for match in mentions:
            self._mentioned.update(range(match.start, match.end))
            if not self._far_apart(match):
                said_by_mentions |= match.used
        self._denials = tuple(
            at
            for at, word in enumerate(self._tokens)
            if at not in said_by_mentions and self._denies(at, word)
        )

    def judge(self, match: Match, concept: Concept) -> Mention:
        """What this mention is worth."""
        standing, reason = self._weigh(match, concept)
        if standing is not Standing.MEANT and reason in _TAKEN_BACK and self._reinstated(match):
            standing, reason = Standing.MEANT, ""
        present = self._near("present", match)
        return Mention(match.concept, match.start, match.end, standing, reason, present)

    def _weigh(self, match: Match, concept: Concept) -> tuple[Standing, str]:
        if len(self._figures & match.used) * 2 >= len(match.used):
            return Standing.SUPPRESSED, "figure-of-speech"
        denied = self._denied(match)
        if denied is not None:
            return denied, "negated"
        if concept.background:
            return Standing.MEANT, ""
        if self._far_apart(match):
            return Standing.IN_DOUBT, "far-apart"
        if self._topic(match):
            return Standing.SUPPRESSED, "topic"
        if self._resolved(match):
            return (Standing.MEANT, "") if concept.lasting else (Standing.IN_DOUBT, "resolved")
        present = self._near("present", match)
        if self._near("family", match) and not present:
            return Standing.SUPPRESSED, "family-history"
        if self._near("past", match) and not present:
            return Standing.SUPPRESSED, "past"
        if self._near("hypothetical", match, before=True) and not present:
            # "do you have something for my chest pain" asks in general and says who has it.
            standing = Standing.IN_DOUBT if self._owned(match) else Standing.SUPPRESSED
            return standing, "hypothetical"
        if self._corrected(match):
            return Standing.IN_DOUBT, "corrected"
        if self._near("doubt", match, before=True) and not present:
            return Standing.IN_DOUBT, "hypothetical"
        if concept.lasting or present:
            return Standing.MEANT, ""
        if self._near("recent", match):
            return Standing.IN_DOUBT, "past"
        if self._plain_past(match):
            if self._cues.get("errand"):
                relative = self._near("relative", match)
                return Standing.SUPPRESSED, "family-history" if relative else "past"
            return Standing.IN_DOUBT, "past"
        return Standing.MEANT, ""

    # --- denial ---------------------------------------------------------------------------------

    def _denies(self, at: int, word: str) -> bool:
        following = self._tokens[at + 1] if at + 1 < len(self._tokens) else ""
        before = self._tokens[at - 1] if at else ""
        if word == "not":
            return before not in COMPLAINT_VERBS and following not in NOT_ONLY
        if word == "no":
            if before in _NO_BEFORE or following in AFTER_ANSWER_NO:
                return False
            if following in _SPANISH_COMPLAINTS:
                return False
            return at + 1 < len(self._tokens) and not self._breaks[at + 1]
        return word in DENIALS

    def _denied(self, match: Match) -> Standing | None:
        for at in reversed(self._denials):
            if at >= match.start:
                continue
            if match.start - at > _LIST_REACH:
                return None
            reach = self._reach(at, match)
            if reach is not None:
                return reach
        return None

    def _reach(self, at: int, match: Match) -> Standing | None:
        """Whether the denial at ``at`` reaches the mention, and how surely."""
        listed = self._list_goes_on(at, match)
        content = 0
        doubtful = False
        for i in range(at + 1, match.start + 1):
            if self._breaks[i] == STOP or (self._breaks[i] == COMMA and not listed):
                return None
            if i == match.start:
                break
            word = self._tokens[i]
            if i in match.used:
                continue
            if word in CONTRAST or word in ("until", "hasta", "not"):
                return None
            if word in _NEW_SUBJECT and i > at + 1:
                return None
            if word in ("and", "y"):
                if self._clauses[i] != self._clauses[at]:
                    return None
                doubtful = doubtful or not listed
            elif i not in self._mentioned and word not in DENIAL_REACHES_ACROSS:
                content += 1
        if content > (_LIST_CONTENT if listed else 0):
            return None
        if content and self._clauses[at] != self._clauses[match.start]:
            return None
        if self._tokens[at] in ("never", "nunca", "not") and self._cue_after("unusual", match):
            return None
        until = match.end < len(self._tokens) and self._tokens[match.end] in ("until", "hasta")
        if until:
            return None
        return Standing.IN_DOUBT if doubtful else Standing.SUPPRESSED

    def _list_goes_on(self, at: int, match: Match) -> bool:
        stop = min(match.end + 6, len(self._tokens))
        return any(
            self._tokens[i] in _LIST_WORDS and self._clauses[i] == self._clauses[at]
            for i in range(at + 1, stop)
        )

    # --- time -----------------------------------------------------------------------------------

    def _near(self, kind: str, match: Match, *, before: bool = False) -> bool:
        """Whether a cue of this kind stands in the mention's clause and is not part of it."""
        mine = {self._clauses[match.start], self._clauses[match.end - 1]}
        return any(
            self._clauses[cue.start] in mine
            and cue.used.isdisjoint(match.used)
            and (not before or cue.start < match.start)
            for cue in self._cues.get(kind, ())
        )

    def _cue_after(self, kind: str, match: Match) -> bool:
        return any(
            cue.start >= match.end - 1
            and cue.start - match.end <= 4
            and self._clauses[cue.start] == self._clauses[match.end - 1]
            and self._tokens[cue.start - 1] not in _VAGUE
            for cue in self._cues.get(kind, ())
        )

    def _resolved(self, match: Match) -> bool:
        if self._cues.get("returning"):
            return False
        return any(
            0 <= cue.start - match.end + 1 <= _RESOLVED_REACH
            and not cue.used & match.used
            and not (self._mentioned & set(range(match.end, cue.start)))
            and not any(self._tokens[i] == "not" for i in range(match.end, cue.end))
            for cue in self._cues.get("resolved", ())
        )

    def _plain_past(self, match: Match) -> bool:
        """A bare "had" or "was" before the mention, without "have" before it."""
        if self._cue_after("unusual", match):
            return False
        for i in range(match.start - 1, max(match.start - 5, -1), -1):
            word = self._tokens[i]
            if word in ("had", "tuvo", "tuve", "tenia", "was"):
                return i == 0 or self._tokens[i - 1] not in ("have", "has", "just", "i_have")
            if word not in LITTLE_WORDS and i not in self._mentioned:
                return False
        return False

    def _far_apart(self, match: Match) -> bool:
        """Words of different clauses with much between them: chance may have put them together."""
        between = match.end - match.start - len(match.used)
        return between >= _FAR_APART and self._clauses[match.start] != self._clauses[match.end - 1]

    # --- whether --------------------------------------------------------------------------------

    def _topic(self, match: Match) -> bool:
        if match.end >= len(self._tokens) or self._breaks[match.end]:
            return False
        if self._tokens[match.end] not in TOPIC_NOUNS:
            return False
        clause = self._clauses[match.start]
        return not any(
            word in PERSONAL_CUES and self._clauses[i] == clause and i not in match.used
            for i, word in enumerate(self._tokens[: match.start])
        )

    def _owned(self, match: Match) -> bool:
        """Whether someone's name for it stands right before: "my", "his", "this"."""
        return match.start > 0 and self._tokens[match.start - 1] in _OWNERS

    def _corrected(self, match: Match) -> bool:
        return any(
            0 <= cue.start - match.end <= _CORRECTION_REACH
            for cue in self._cues.get("correction", ())
        )

    def _reinstated(self, match: Match) -> bool:
        return any(
            0 <= cue.start - match.end <= _REINSTATED_REACH
            and cue.used.isdisjoint(match.used)
            and not (self._denials and any(match.end <= d < cue.end for d in self._denials))
            for cue in self._cues.get("reinstated", ())
        )


_TAKEN_BACK = frozenset(("negated", "past", "resolved", "corrected"))
