"""Where a mention stands: its clause, and the cues around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from triage.clauses import clauses
from triage.lexicon import Match
from triage.tokens import Utterance

_VAGUE = frozenset(("anything", "nothing", "something", "stuff", "things", "nada", "algo"))
_SOON = 4


class Surroundings:
    """One utterance: its words, its clauses, its cues and what its mentions take up.

    Args:
        said: the words.
        cues: what was found of each kind of :mod:`triage.cues`.
        mentions: what protocols found.
    """

    def __init__(
        self, said: Utterance, cues: Mapping[str, list[Match]], mentions: Iterable[Match]
    ) -> None:
        self.tokens = said.tokens
        self.breaks = said.breaks
        self.clauses = clauses(said)
        self._beginnings: dict[int, int] = {}
        for at, clause in enumerate(self.clauses):
            self._beginnings.setdefault(clause, at)
        self._cues = cues
        self.mentioned = frozenset(i for m in mentions for i in range(m.start, m.end))

    def cues(self, kind: str) -> Sequence[Match]:
        """All cues of a kind, wherever they stand."""
        return self._cues.get(kind, ())

    def near(self, kind: str, match: Match, *, before: bool = False) -> bool:
        """Whether a cue of this kind stands in the mention's clause and is not part of it."""
        return self.nearest(kind, match, before=before) is not None

    def nearest(self, kind: str, match: Match, *, before: bool = False) -> int | None:
        """How many tokens away the nearest such cue stands."""
        cues = self._cues.get(kind)
        if not cues:
            return None
        mine = {self.clauses[match.start], self.clauses[match.end - 1]}
        return min(
            (
                max(cue.start - match.end, match.start - cue.end, 0)
                for cue in cues
                if self.clauses[cue.start] in mine
                and cue.used.isdisjoint(match.used)
                and (not before or cue.start < match.start)
            ),
            default=None,
        )

    def follows(self, kind: str, match: Match) -> bool:
        """Whether a cue of this kind comes soon after the mention, in its clause."""
        return any(
            cue.start >= match.end - 1
            and cue.start - match.end <= _SOON
            and self.clauses[cue.start] == self.clauses[match.end - 1]
            and self.tokens[cue.start - 1] not in _VAGUE
            for cue in self.cues(kind)
        )

    def is_mentioned(self, start: int, end: int) -> bool:
        """Whether any of these tokens is part of a mention."""
        return any(at in self.mentioned for at in range(start, end))

    def beginning(self, match: Match) -> int:
        """The first token of the mention's clause."""
        return self._beginnings[self.clauses[match.start]]
