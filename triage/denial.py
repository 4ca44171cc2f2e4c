"""What a denial reaches. "Can't" and "won't" are complaints and never deny."""

from __future__ import annotations

from triage.lexicon import Match
from triage.standing import Standing
from triage.surroundings import Surroundings
from triage.tokens import COMMA, STOP
from triage.vocabulary import (
    AFTER_ANSWER_NO,
    COMPLAINT_VERBS,
    CONTRAST,
    DENIAL_REACHES_ACROSS,
    DENIALS,
    NOT_ONLY,
    POSSESSIVES,
    SUBJECT_PRONOUNS,
)

_LIST_WORDS = frozenset(("or", "nor", "ni", "o"))
_LIST_REACH = 14
_LIST_CONTENT = 5
_ANSWER_REACH = 5
_NOT_DENIED_PAST = frozenset(("until", "hasta", "not", "if", "whether", "si"))
"""A denial does not reach past these: "I don't know if he had a stroke"."""
_NEW_SUBJECT = SUBJECT_PRONOUNS | POSSESSIVES | {"it", "there"}
_CLITICS = frozenset(("me", "se", "le", "nos", "les", "te", "lo", "la"))
_WISHES = frozenset(("quiero", "quiere"))
_COPULAS = frozenset(("es", "era", "fue", "esta", "estoy", "estaba"))
_NO_BEFORE = frozenset(("oh", "ay", "hell", "yes"))
_PARTICIPLE = ("ado", "ido", "isto", "icho", "echo", "uesto")
_AFTER_NO_SE = frozenset(("me", "le", "nos", "les", "esta", "estan", "estaba"))
_SPANISH_COMPLAINTS = frozenset(["puedo", "puede", "pueden", "podia", "quiero", "quiere", "se"])


class Denials:
    """The denials of one utterance.

    Args:
        around: the utterance.
    """

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._tokens, self._breaks = around.tokens, around.breaks
        self._clauses = around.clauses
        self.places = tuple(at for at, word in enumerate(self._tokens) if self._denies(at, word))

    def of(self, match: Match) -> Standing | None:
        """How surely the mention is denied; ``None`` when it is not."""
        if self._answered(match) or self._not_done(match):
            return Standing.SUPPRESSED
        if self._not_wished(match):
            listed = "ni" in self._tokens[match.end : match.end + 1]
            return Standing.SUPPRESSED if listed else Standing.IN_DOUBT
        for at in reversed(self.places):
            if at >= match.start or at in match.used:
                continue  # the "not" of "not breathing" is part of what is said
            if match.start - at > _LIST_REACH:
                return None
            reach = self._reach(at, match)
            if reach is not None:
                return reach
        return None

    def _answered(self, match: Match) -> bool:
        """The caller answers a question of their own: "am i suicidal? no i'm not"."""
        return any(
            0 <= cue.start - match.end <= _ANSWER_REACH
            and not self._around.is_mentioned(match.end, cue.start)
            for cue in self._around.cues("answered-no")
        )

    def _not_done(self, match: Match) -> bool:
        """Spanish "no se" right before it: "no se pegó en la cabeza", "no se me hincha la boca".

        "No se mueve" is a complaint, and its "no" is part of what is said.
        """
        at = match.start
        while at and self._tokens[at - 1] in _AFTER_NO_SE:
            at -= 1
        return self._tokens[max(at - 2, 0) : at] == ("no", "se") and at - 2 not in match.used

    def _not_wished(self, match: Match) -> bool:
        """Spanish "no quiero morirme", which is also an answer and a wish: "no. Quiero morirme".

        Only "ni nada de eso" behind it leaves no doubt.
        "No quiero vivir" is a complaint, and its "no" is part of what is said.
        """
        at = match.start
        return (
            self._tokens[max(at - 1, 0) : at] == ("no",)
            and not self._breaks[at]
            and not _WISHES.isdisjoint(self._tokens[at : at + 2])
        )

    def _denies(self, at: int, word: str) -> bool:
        following = self._tokens[at + 1] if at + 1 < len(self._tokens) else ""
        before = self._tokens[at - 1] if at else ""
        if word == "not":
            # "frostbite or not my toes are black"
            return before not in COMPLAINT_VERBS and before != "or" and following not in NOT_ONLY
        if word == "no":
            if self._has_done(at + 1):
                return True
            if before in _NO_BEFORE or following in AFTER_ANSWER_NO:
                return False
            if following in _SPANISH_COMPLAINTS:
                return False
            return at + 1 < len(self._tokens) and not self._breaks[at + 1]
        return word in DENIALS

    def _has_done(self, at: int) -> bool:
        """Spanish "he vomitado", which begins like English "he"."""
        spoken = self._tokens[at : at + 2]
        return len(spoken) == 2 and spoken[0] == "he" and spoken[1].endswith(_PARTICIPLE)

    def _reach(self, at: int, match: Match) -> Standing | None:
        """Whether the denial at ``at`` reaches the mention, and how surely."""
        listed = self._list_goes_on(at, match)
        content = 0
        doubtful = False
        for i in range(at + 1, match.start + 1):
            if self._breaks[i] == STOP or (self._breaks[i] == COMMA and not listed):
                return None
            word = self._tokens[i]
            if i == match.start:
                if word in SUBJECT_PRONOUNS and i > at + 1:
                    return None  # "does not look right he is floppy"
                if word == "no" and _SPANISH_COMPLAINTS.intersection(self._tokens[i + 1 : i + 2]):
                    return None  # "no habla inglés no puede hablar"
                if word in _CLITICS and not _COPULAS.isdisjoint(self._tokens[at + 1 : i]):
                    return None  # "no es broma me quiero morir"
                break
            if i in match.used:
                continue
            if word in CONTRAST or word in _NOT_DENIED_PAST:
                return None
            if word in _NEW_SUBJECT and i > at + 1 and not self._has_done(i):
                return None
            if word in ("and", "y"):
                if self._clauses[i] != self._clauses[at]:
                    return None
                doubtful = doubtful or not listed
            elif i not in self._around.mentioned and word not in DENIAL_REACHES_ACROSS:
                content += 1
        if content > (_LIST_CONTENT if listed else 0):
            return None
        if content and self._clauses[at] != self._clauses[match.start]:
            return None
        if self._tokens[at] in ("never", "nunca", "not") and self._around.follows("unusual", match):
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
