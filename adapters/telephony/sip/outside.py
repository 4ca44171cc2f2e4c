"""Dialling somebody outside, if the site's plan permits it."""

from __future__ import annotations

from adapters.telephony.media import MediaEngine, MediaLeg, PortsExhausted
from adapters.telephony.sip.call import CallListener, OutgoingCall
from adapters.telephony.sip.endpoint import SipEndpoint
from adapters.telephony.sip.errors import SipError
from adapters.telephony.sip.events import FailureCause
from adapters.telephony.sip.outbound import OutboundPlan
from adapters.telephony.sip.sdp import LocalMedia

_REASONS = {
    FailureCause.BUSY: "busy",
    FailureCause.DECLINED: "refused",
    FailureCause.NO_ANSWER: "no-answer",
}


class NotDialled(Exception):
    """Ops: nothing was dialled. The message says what to change, and names no number.

    Attributes:
        reason: ``not-permitted`` or ``unreachable``.
    """

    def __init__(self, reason: str, why: str) -> None:
        super().__init__(why)
        self.reason = reason


def reason_of(cause: FailureCause) -> str:
    """Why nobody answered, in the word that facts use."""
    return _REASONS.get(cause, "unreachable")


class Dialler:
    """Dials outside, what the site's plan permits.

    Args:
        endpoint: places the call.
        media: gives it a leg.
        plan: what may be dialled.
    """

    def __init__(self, endpoint: SipEndpoint, media: MediaEngine, plan: OutboundPlan) -> None:
        self._endpoint = endpoint
        self._media = media
        self._plan = plan

    def dial(
        self, destination: str, ring_timeout_s: float, listener: CallListener
    ) -> tuple[OutgoingCall, MediaLeg]:
        """Place a call; the listener hears what comes of it.

        Args:
            destination: a number or a SIP URI.
            ring_timeout_s: without an answer for so long it is given up.
            listener: told what happens.

        Returns:
            The call and the leg that it will have; both are the caller's to end.

        Raises:
            NotDialled: it may not be dialled, or cannot be.
        """
        if not self._plan.permits(destination):
            raise NotDialled(
                "not-permitted", "the outbound plan does not permit it (sip.outbound in site.yaml)"
            )
        try:
            media = self._media.open()
        except (PortsExhausted, OSError) as error:
            raise NotDialled("unreachable", str(error)) from None
        try:
            local = LocalMedia(port=media.local_port)
            call = self._endpoint.place_call(
                destination, local, listener, ring_timeout_s=ring_timeout_s
            )
        except SipError as error:
            media.close()
            raise NotDialled("unreachable", f"{error} (sip.trunk in site.yaml)") from None
        return call, media
