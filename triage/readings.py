"""Numbers that mean something: "my sugar is 480", "three weeks old"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from triage.lexicon import Match, Phrase
from triage.numbers import Number
from triage.protocol import Concept, Reading
from triage.tokens import STOP, Utterance

PREFIX = "reading:"
"""Begins the name under which the lexicon finds a subject or a unit."""

_BEFORE = 8
"""Tokens between what is measured and a number that follows it."""
_AFTER = 3
"""The same when the number comes first: "480 is my sugar"."""


class Readings:
    """The readings of all concepts."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        self._readings = [
            (concept.id, reading, f"{PREFIX}{concept.id}:{count}")
            for concept in concepts
            for count, reading in enumerate(concept.readings)
        ]

    @property
    def phrases(self) -> list[Phrase]:
        """Subjects and units, for the lexicon to look for."""
        return [
            phrase for _, reading, key in self._readings for phrase in _phrases_of(reading, key)
        ]

    def find(
        self,
        said: Utterance,
        spoken: tuple[Number, ...],
        measured: Mapping[str, list[Match]],
    ) -> list[Match]:
        """Concepts that numbers mean.

        Args:
            said: the utterance.
            spoken: its numbers.
            measured: the subjects and units that the lexicon found, by name.
        """
        found: list[Match] = []
        for concept, reading, key in self._readings:
            for number in spoken:
                if reading.at_least is not None and number.value < reading.at_least:
                    continue
                if reading.at_most is not None and number.value > reading.at_most:
                    continue
                place = _measured(said, reading, key, number, measured)
                if place is not None:
                    start, end, subject = place
                    # The number says it, however far its subject stands ahead.
                    used = frozenset(range(start, end)) - subject
                    found.append(Match(concept, start, end, used))
        return found


def _phrases_of(reading: Reading, key: str) -> list[Phrase]:
    return [
        Phrase(f"{key}:{part}", text, language)
        for part, table in (("subject", reading.subject), ("unit", reading.unit))
        for language, texts in table.items()
        for text in texts
    ]


def _measured(
    said: Utterance,
    reading: Reading,
    key: str,
    number: Number,
    measured: Mapping[str, list[Match]],
) -> tuple[int, int, frozenset[int]] | None:
    """Where the number stands with its subject and unit, and the subject's words, if it does."""
    start, end = number.start, number.end
    subject: frozenset[int] = frozenset()
    if reading.unit:
        unit = next(
            (u for u in measured.get(f"{key}:unit", ()) if u.start == end),
            None,
        )
        if unit is None:
            return None
        end = unit.end
    if reading.subject:
        near = [
            s
            for s in measured.get(f"{key}:subject", ())
            if (0 <= start - s.end <= _BEFORE or 0 <= s.start - end <= _AFTER)
            and not any(
                pause == STOP for pause in said.breaks[min(s.start, start) + 1 : max(s.end, end)]
            )
        ]
        if not near:
            return None
        start = min(start, near[-1].start)
        end = max(end, near[-1].end)
        subject = near[-1].used
    return start, end, subject
