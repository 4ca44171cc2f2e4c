"""One offer as the SIP line carries it out: the call to an agent's phone."""

from __future__ import annotations

from typing import Any, Protocol

from adapters.telephony.media import MediaAddressError, MediaLeg
from adapters.telephony.sip.call import OutgoingCall
from adapters.telephony.sip.events import (
    Answered,
    CallEvent,
    Failed,
    FailureCause,
    HungUp,
    KeyPressed,
    Lost,
    MediaChanged,
    Progress,
)
from adapters.telephony.sip.sdp import Direction, RemoteMedia
from calls.commands import OfferCall
from calls.facts import (
    AgentHungUp,
    AgentKeyed,
    Fact,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    OfferUnanswered,
)

_RINGING = 180


class AgentLegOwner(Protocol):
    """Who holds the agent's leg: the caller's leg it was rung for."""

    def report(self, fact: Fact) -> None:
        """A fact for the brain."""
        ...

    def agent_gone(self, leg: AgentLeg) -> None:
        """The leg is over by itself; forget it."""
        ...


def apply_media(leg: MediaLeg, remote: RemoteMedia) -> bool:
    """Send and receive as agreed; ``False`` when the far end's address cannot be used."""
    try:
        leg.start(
            remote.host,
            remote.port,
            payload=remote.payload,
            dtmf_payload=remote.dtmf_payload,
            send=remote.direction in (Direction.SENDRECV, Direction.SENDONLY),
            receive=remote.direction in (Direction.SENDRECV, Direction.RECVONLY),
        )
    except MediaAddressError:
        return False
    return True


class AgentLeg:
    """From the first ring to the end of the agent's side.

    Args:
        order: the offer.
        site: the site's id.
        media: an open leg, owned from now on.
        owner: told what happens.
    """

    def __init__(self, order: OfferCall, site: str, media: MediaLeg, owner: AgentLegOwner) -> None:
        self.order = order
        self.media = media
        self.answered = False
        self.connected = False
        self._owner = owner
        self._call: OutgoingCall | None = None
        self._rang = False
        self._names: dict[str, Any] = {
            "site": site,
            "call_id": order.call_id,
            "offer_id": order.offer_id,
            "agent_id": order.agent_id,
        }
        media.on_digit(self._keyed)

    def rung(self, call: OutgoingCall) -> None:
        """The INVITE is on its way."""
        self._call = call

    def not_rung(self, reason: str) -> None:
        """There is no phone to ring; nothing was sent."""
        self.media.close()
        self._owner.agent_gone(self)
        self._owner.report(OfferFailed(**self._names, reason=reason))

    def hear(self, event: CallEvent) -> None:
        """What happens to the INVITE and the dialog."""
        match event:
            case Progress(status=status) if status == _RINGING and not self._rang:
                self._rang = True
                self._owner.report(OfferRinging(**self._names))
            case Answered(remote=remote):
                if not apply_media(self.media, remote):
                    self.end()
                    self._owner.agent_gone(self)
                    self._owner.report(OfferFailed(**self._names, reason="no-common-codec"))
                    return
                self.answered = True
                self._owner.report(OfferAccepted(**self._names))
            case MediaChanged(remote=remote):
                apply_media(self.media, remote)
            case KeyPressed(digit=digit):
                self._keyed(digit.reveal())
            case Failed(cause=cause):
                self.media.close()
                self._owner.agent_gone(self)
                self._owner.report(self._failure(cause))
            case HungUp() | Lost():
                self.media.close()
                self._owner.agent_gone(self)
                self._owner.report(AgentHungUp(**self._names))

    def end(self) -> None:
        """Stop ringing or hang up, and free the media; nothing is reported."""
        if self._call is not None:
            self._call.hang_up()
        self.media.close()

    def _failure(self, cause: FailureCause) -> Fact:
        match cause:
            case FailureCause.BUSY | FailureCause.DECLINED:
                return OfferDeclined(**self._names)
            case FailureCause.NO_ANSWER:
                return OfferUnanswered(**self._names)
            case FailureCause.NO_COMMON_CODEC:
                return OfferFailed(**self._names, reason="no-common-codec")
            case _:
                return OfferFailed(**self._names, reason="unreachable")

    def _keyed(self, digit: str) -> None:
        if self.connected:
            self._owner.report(AgentKeyed(**self._names, digits=digit))
