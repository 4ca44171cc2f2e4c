"""Handing a caller to somebody outside: a second call from the line, bridged once it is answered.

The caller stays on our line meanwhile, so that a transfer that fails leaves them with us.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from adapters.telephony.media import MediaEngine, PortsExhausted
from adapters.telephony.sip.agent_leg import apply_media
from adapters.telephony.sip.call import OutgoingCall
from adapters.telephony.sip.caller_leg import CallerLeg
from adapters.telephony.sip.endpoint import SipEndpoint
from adapters.telephony.sip.errors import SipError
from adapters.telephony.sip.events import (
    Answered,
    CallEvent,
    Failed,
    FailureCause,
    HungUp,
    Lost,
    MediaChanged,
)
from adapters.telephony.sip.outbound import OutboundPlan
from adapters.telephony.sip.sdp import LocalMedia

log = logging.getLogger(__name__)

_REASONS = {
    FailureCause.BUSY: "busy",
    FailureCause.DECLINED: "refused",
    FailureCause.NO_ANSWER: "no-answer",
}


class OutsideCall:
    """One attempt to connect a caller with the outside.

    Args:
        leg: the caller.
        on_answered: they are connected.
        on_failed: they are not; the reason is one of ``TransferFailed``'s.
    """

    def __init__(
        self,
        leg: CallerLeg,
        on_answered: Callable[[], None],
        on_failed: Callable[[str], None],
    ) -> None:
        self._leg = leg
        self._on_answered = on_answered
        self._on_failed = on_failed
        self._call: OutgoingCall | None = None
        self._over = False

    def dial(
        self,
        endpoint: SipEndpoint,
        engine: MediaEngine,
        plan: OutboundPlan,
        destination: str,
        ring_timeout_s: float,
    ) -> None:
        """Dial, if the outbound plan permits it; what comes of it is told to the callbacks."""
        if not plan.permits(destination):
            log.error("call %s: the outbound plan does not permit it", self._leg.call_id)
            self._fail("not-permitted")
            return
        try:
            self._media = engine.open()
        except PortsExhausted as error:
            log.error("call %s cannot be transferred: %s", self._leg.call_id, error)
            self._fail("unreachable")
            return
        try:
            self._call = endpoint.place_call(
                destination,
                LocalMedia(port=self._media.local_port),
                self._hear,
                ring_timeout_s=ring_timeout_s,
            )
        except SipError as error:
            log.error("call %s cannot be transferred: %s", self._leg.call_id, error)
            self._media.close()
            self._fail("unreachable")
            return
        self._leg.dialling = self

    def end(self) -> None:
        """Give up, or hang up; nothing is told."""
        self._over = True
        if self._call is not None:
            self._call.hang_up()
            self._media.close()

    def _fail(self, reason: str) -> None:
        if not self._over:
            self._over = True
            self._on_failed(reason)

    def _hear(self, event: CallEvent) -> None:
        match event:
            case Answered(remote=remote):
                if self._over or not apply_media(self._media, remote):
                    self.end()
                    return
                self._leg.connect_outside(self._media)
                self._on_answered()
            case MediaChanged(remote=remote):
                apply_media(self._media, remote)
            case Failed(cause=cause):
                self._media.close()
                self._leg.dialling = None
                self._fail(_REASONS.get(cause, "unreachable"))
            case HungUp() | Lost():
                self._media.close()
                self._leg.outside_left()
