"""How often a question was put, and whether it is put again."""

from __future__ import annotations

MOST_HEARD_AGAIN = 3
"""So often a question is said again to who says "what?"; then it counts as an answer that does not
fit."""


class Ladder:
    """The attempts of one question. Silence and answers that fit nothing use the same attempts.

    An answer that was heard too badly to be trusted does not: it is asked for once more, and the
    second one goes to a nurse, since what cannot be understood may be a red flag.

    Args:
        attempts: how often the question is put.
    """

    __slots__ = ("_asked_to_repeat", "_heard_again", "_left")

    def __init__(self, attempts: int) -> None:
        self._left = attempts - 1
        self._asked_to_repeat = False
        self._heard_again = 0

    def copied(self) -> Ladder:
        """The same, for a copy of the call."""
        twin = Ladder(1)
        twin._left, twin._asked_to_repeat = self._left, self._asked_to_repeat
        twin._heard_again = self._heard_again
        return twin

    @property
    def stance(self) -> tuple[object, ...]:
        """All of it that makes a difference to what follows."""
        return (self._left, self._asked_to_repeat, self._heard_again)

    def put_again(self) -> bool:
        """Use an attempt; whether there was one left."""
        self._left -= 1
        return self._left >= 0

    def hear_again(self) -> bool:
        """Whether to say the question again to who asks for it in words: a few times."""
        self._heard_again += 1
        return self._heard_again <= MOST_HEARD_AGAIN

    def ask_to_repeat(self) -> bool:
        """Whether to ask for clearer words: the first time only."""
        first = not self._asked_to_repeat
        self._asked_to_repeat = True
        return first
