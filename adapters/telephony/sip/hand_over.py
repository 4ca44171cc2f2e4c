"""What the line does by itself with a caller whom nobody else serves: advise and hand over.

The 911 advice, then the fallback number; when nobody answers there, the advice again. A brain that
comes back meanwhile ends it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from adapters.telephony.sip.caller_leg import CallerLeg
from adapters.telephony.sip.outside import Dialler
from adapters.telephony.sip.outside_call import OutsideCall
from adapters.telephony.sip.standing import Standing
from calls.commands import Say, Utterance
from calls.facts import CallFailed

log = logging.getLogger(__name__)

ADVICE_PROMPT_ID = 2_000_000
"""Above every id that a brain gives."""

_RING_S = 30.0
_RESERVED_ATTEMPTS = 2
"""A reserved channel is one of few: it is given free for the next caller to hear the advice."""


class HandOver:
    """Advises callers and hands them over.

    Args:
        advice: the 911 advice in each language.
        fallback: where callers go, if anywhere.
        dialler: dials it.
        attended: whether a brain drives the line.
    """

    def __init__(
        self,
        advice: tuple[Utterance, ...],
        fallback: str | None,
        dialler: Dialler,
        attended: Callable[[], bool],
    ) -> None:
        self._advice = advice
        self._fallback = fallback
        self._dialler = dialler
        self._attended = attended

    def advise(self, leg: CallerLeg, then: Callable[[], None]) -> None:
        """Say the advice, not to be cut short; then what is given, unless a brain is back."""
        leg.say(
            Say(
                call_id=leg.call_id,
                prompt_id=ADVICE_PROMPT_ID,
                utterances=self._advice,
                barge_in=False,
            ),
            then,
        )

    def begin(self, leg: CallerLeg, attempt: int = 1) -> None:
        """Advise and hand over."""
        self.advise(leg, lambda: self._ring(leg, attempt))

    def _ring(self, leg: CallerLeg, attempt: int) -> None:
        reserved = leg.standing is Standing.RESERVED
        if self._fallback is None or (reserved and attempt > _RESERVED_ATTEMPTS):
            log.error("call %s: ended after the advice: nobody could be reached", leg.call_id)
            leg.lose("unattended")
            return
        leg.stop_dialling()
        leg.play_music()

        def answered() -> None:
            if leg.standing is Standing.DRIVEN:
                # Whoever answers there is not the clinic: the brain sees to a call-back.
                leg.report(CallFailed(site=leg.site, call_id=leg.call_id, reason="handed-over"))

        def failed(_reason: str) -> None:
            if leg.idle and (leg.standing is Standing.RESERVED or not self._attended()):
                self.begin(leg, attempt + 1)

        OutsideCall(leg, answered, failed, for_brain=False).dial(
            self._dialler, self._fallback, _RING_S
        )
