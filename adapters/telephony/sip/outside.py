"""Handing a caller to somebody outside: a second call from the line, bridged once it is answered.

The caller stays on our line meanwhile, so that a transfer that fails leaves them with us.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from adapters.telephony.media import MediaEngine, MediaLeg, PortsExhausted
from adapters.telephony.sip.agent_leg import MEDIA_TIMEOUT_S, apply_media, on_hold
from adapters.telephony.sip.call import CallListener, OutgoingCall
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
from adapters.telephony.sip.sdp import LocalMedia, RemoteMedia

log = logging.getLogger(__name__)

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


class OutsideCall:
    """One attempt to connect a caller with the outside.

    Args:
        leg: the caller.
        on_answered: called before they are connected.
        on_failed: they are not connected; the reason is one of ``TransferFailed``'s.
        for_brain: whether the brain ordered it; otherwise the line does it by itself.
    """

    def __init__(
        self,
        leg: CallerLeg,
        on_answered: Callable[[], None],
        on_failed: Callable[[str], None],
        *,
        for_brain: bool,
    ) -> None:
        self.for_brain = for_brain
        self._leg = leg
        self._on_answered = on_answered
        self._on_failed = on_failed
        self._call: OutgoingCall | None = None
        self._media: MediaLeg | None = None
        self._over = False

    def dial(self, dialler: Dialler, destination: str, ring_timeout_s: float) -> None:
        """Dial, if the outbound plan permits it; what comes of it is told to the callbacks."""
        try:
            self._call, self._media = dialler.dial(destination, ring_timeout_s, self._hear)
        except NotDialled as error:
            self._explain(str(error))
            self._fail(error.reason)
            return
        self._leg.dialling = self

    def _explain(self, why: str) -> None:
        """Log why it cannot be dialled, once for each caller however often it is tried."""
        if why not in self._leg.outside_troubles:
            self._leg.outside_troubles.add(why)
            log.error(
                "call %s: the outside cannot be dialled: %s; the caller stays on the line, and "
                "one who waits for a nurse hears so while nurses are rung on; told once",
                self._leg.call_id,
                why,
            )

    def end(self) -> None:
        """Give up, or hang up; nothing is told."""
        self._over = True
        if self._call is not None:
            self._call.hang_up()
        if self._media is not None:
            self._media.close()

    def _fail(self, reason: str) -> None:
        self.end()
        if self._leg.dialling is self:
            self._leg.dialling = None
        self._on_failed(reason)

    def _hear(self, event: CallEvent) -> None:
        if self._over or self._media is None:
            return
        match event:
            case Answered(remote=remote):
                self._answered(self._media, remote)
            case MediaChanged(remote=remote):
                apply_media(self._media, remote)
                self._leg.outside_held(on_hold(remote))
            case Failed(cause=cause):
                self._fail(reason_of(cause))
            case HungUp() | Lost():
                self._left()

    def _answered(self, media: MediaLeg, remote: RemoteMedia) -> None:
        if not apply_media(media, remote):
            self._fail("unreachable")
            return
        media.on_media_timeout(MEDIA_TIMEOUT_S, self._left)
        self._on_answered()
        self._leg.connect_outside(media)

    def _left(self) -> None:
        self.end()
        self._leg.outside_left()
