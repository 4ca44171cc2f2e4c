"""The numbers of callers who are owed a call-back: they outlive their call, and no longer.

They are kept in memory only. A replay finds them again in the journal, where they are sealed.
"""

from __future__ import annotations

from dataclasses import replace

from acd import Distributor
from calls.commands import CallBack, Utterance
from calls.ids import CallId
from calls.private import Private
from careline.live_call import LiveCall
from ivr import CallRules


class OwedNumbers:
    """Whom to dial for which call.

    Args:
        distributor: knows which call-backs are open.
    """

    def __init__(self, distributor: Distributor) -> None:
        self._distributor = distributor
        self._numbers: dict[CallId, tuple[Private, CallId]] = {}

    @property
    def shown_in(self) -> dict[CallId, CallId]:
        """By call that is answered, the one that showed the number."""
        return {call_id: shown_in for call_id, (_number, shown_in) in self._numbers.items()}

    def recall(self, call_id: CallId, number: Private, shown_in: CallId) -> None:
        """Remember a number that was found in the journal again."""
        self._numbers[call_id] = (number, shown_in)

    def keep(self, call: LiveCall | None, given: Private = Private("")) -> bool:
        """Remember a live call's number; whether there is one.

        Args:
            call: the call.
            given: what the caller gave instead of the number that was shown.
        """
        if call is not None and given:
            self._numbers[call.call_id] = (given, call.call_id)
            return True
        if call is None or not call.number:
            return False
        self._numbers[call.call_id] = (call.number, call.shown_in)
        return True

    def of(self, call_id: CallId) -> Private:
        """The number that answers a call; empty where none is known."""
        number, _shown_in = self._numbers.get(call_id, (Private(""), call_id))
        return number

    def let_go(self, call_id: CallId) -> None:
        """Forget the number, unless the call-back is still open."""
        if self._distributor.call_back(call_id) is None:
            self._numbers.pop(call_id, None)

    def dialled(self, command: CallBack, rules: CallRules) -> CallBack:
        """The command with the number in it, and with what is said to whoever answers."""
        texts = rules.prompts[rules.call_back]
        return replace(
            command,
            destination=self.of(command.answers),
            utterances=tuple(
                Utterance(text=texts[language], language=language) for language in rules.languages
            ),
        )
