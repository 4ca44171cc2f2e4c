"""What a caller said before the question that it answers.

"I need to refill my prescription", said at the symptom screen or during the greeting, answers the
menu that is still to come. Nobody should have to say it twice: words that triage found clear and
that fit nothing where they were said are offered to the next questions. Only to those: what was
meant two questions ago is not what is meant now.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from calls.private import Private
from ivr.steps import Choice
from ivr.tokens import tokens

QUESTIONS = 2
"""How many questions words are offered to after the one at which they were said."""

_UTTERANCES = 10
"""Utterances kept at most; a television is not listened to for ever."""


@dataclass(slots=True)
class _Utterance:
    words: Private
    ruled_out: bool
    questions_left: int


class WordsAhead:
    """One call's words that are still to be offered to a question."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: deque[_Utterance] = deque(maxlen=_UTTERANCES)

    def copied(self) -> WordsAhead:
        """The same, for a copy of the call."""
        twin = WordsAhead()
        if self._kept:
            twin._kept.extend(
                _Utterance(each.words, each.ruled_out, each.questions_left) for each in self._kept
            )
        return twin

    @property
    def stance(self) -> tuple[object, ...]:
        """All of it that makes a difference to what follows."""
        return tuple(
            (each.words.reveal(), each.ruled_out, each.questions_left) for each in self._kept
        )

    def keep(self, words: str, *, ruled_out: bool, questions: int = QUESTIONS) -> None:
        """Carry words along.

        Args:
            words: what was heard; triage has found it clear.
            ruled_out: triage found a symptom in it that does not count.
            questions: to how many questions they are offered.
        """
        if tokens(words):
            self._kept.append(_Utterance(Private(words), ruled_out, questions))

    def answer(self, fits: Callable[[str, bool], Choice | None]) -> Choice | None:
        """The choice of a question that carried words fit, the newest words first.

        Words that have answered, or have been offered to their last question, are forgotten.

        Args:
            fits: the choice that words surely choose, if any; told whether triage found a symptom
                in them that does not count.
        """
        for utterance in self._kept:
            utterance.questions_left -= 1
        chosen = None
        for utterance in reversed(self._kept):
            words = utterance.words.reveal()
            chosen = fits(words, utterance.ruled_out)
            if chosen is not None:
                utterance.questions_left = 0
                break
        left = (each for each in self._kept if each.questions_left > 0)
        self._kept = deque(left, maxlen=_UTTERANCES)
        return chosen

    def forget(self) -> None:
        """Carry nothing along any more."""
        self._kept.clear()
