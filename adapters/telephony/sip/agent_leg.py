"""One offer as the SIP line carries it out: the call to an agent's phone."""

from __future__ import annotations

from typing import Any, Protocol

from adapters.telephony.media import Clip, MediaAddressError, MediaLeg
from adapters.telephony.media.tones import pause
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
    CallHeld,
    CallRetrieved,
    Fact,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    OfferUnanswered,
)
from calls.ids import OfferId

MEDIA_TIMEOUT_S = 60.0
"""A far end of whom nothing was heard for so long, although they should send, is gone."""

KEYS = frozenset("0123456789*#")
"""The keys of a telephone; SIP INFO knows four more, which mean nothing here."""

_RINGING = (180, 183)
"""183 brings a ring-back tone in place of the word; the phone rings all the same."""

_BEFORE_MUSIC_S = 0.3
"""An agent who is bridged at once hears no scrap of music first."""


class AgentLegOwner(Protocol):
    """Who holds the agent's leg: the caller's leg it was rung for, or the call-back."""

    @property
    def offers(self) -> dict[OfferId, AgentLeg]:
        """Its agents' legs, this one among them."""
        ...

    def report(self, fact: Fact) -> None:
        """A fact for the brain."""
        ...

    def agent_answered(self, leg: AgentLeg) -> None:
        """The agent is there; the acceptance was reported."""
        ...

    def agent_held(self) -> None:
        """An agent who is connected put the call on hold, or took it off."""
        ...

    def agent_gone(self, leg: AgentLeg) -> None:
        """The leg is over by itself; forget it. Called before it is reported."""
        ...


def apply_media(leg: MediaLeg, remote: RemoteMedia) -> bool:
    """Send and receive as agreed; ``False`` when the far end's address cannot be used."""
    try:
        leg.start(
            remote.host,
            remote.port,
            payload=remote.payload,
            dtmf_payload=remote.dtmf_payload,
            send=remote.direction.sends,
            receive=remote.direction.receives,
        )
    except MediaAddressError:
        return False
    return True


def on_hold(remote: RemoteMedia) -> bool:
    """Whether the far end does not listen: it put us on hold (RFC 3264, 8.4)."""
    return remote.direction in (Direction.RECVONLY, Direction.INACTIVE)


class AgentLeg:
    """From the first ring to the end of the agent's side.

    Args:
        order: the offer.
        site: the site's id.
        media: an open leg, owned from now on.
        owner: told what happens.
        music: what the agent hears until they are connected.

    Attributes:
        owner: may be changed: a call-back that was answered is a caller's leg from then on.
        answered: the agent has answered.
        connected: the agent talks with the caller; see :meth:`connect`.
        held: the agent put the call on hold.
    """

    def __init__(
        self, order: OfferCall, site: str, media: MediaLeg, owner: AgentLegOwner, music: Clip
    ) -> None:
        self.order = order
        self.media = media
        self.owner = owner
        self.answered = False
        self.connected = False
        self.held = False
        self._music = music
        self._call: OutgoingCall | None = None
        self._rang = False
        self._over = False
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
        self._gone(OfferFailed(**self._names, reason=reason))

    def hear(self, event: CallEvent) -> None:
        """What happens to the INVITE and the dialog."""
        if self._over:
            return
        match event:
            case Progress(status=status) if status in _RINGING and not self._rang:
                self._rang = True
                self.owner.report(OfferRinging(**self._names))
            case Answered(remote=remote):
                self._answered(remote)
            case MediaChanged(remote=remote):
                apply_media(self.media, remote)
                self._hold(on_hold(remote))
            case KeyPressed(digit=digit):
                self._keyed(digit.reveal())
            case Failed(cause=cause):
                self._gone(self._failure(cause))
            case HungUp() if self.connected or (self.answered and self.order.call_back):
                self._gone(AgentHungUp(**self._names))
            case HungUp() | Lost():
                # Nobody spoke with the caller, or the phone was lost: they keep their place.
                self._gone(OfferFailed(**self._names, reason="unreachable"))

    def connect(self) -> None:
        """From now on the agent talks with the caller; who joins whom is the owner's to do."""
        self.connected = True
        if self.held:
            self._report_hold()

    def end(self) -> None:
        """Stop ringing or hang up, and free the media; nothing is reported."""
        self._over = True
        self.connected = False
        if self._call is not None:
            self._call.hang_up()
        self.media.close()

    def _answered(self, remote: RemoteMedia) -> None:
        if not apply_media(self.media, remote):
            self._hang_up(OfferFailed(**self._names, reason="no-common-codec"))
            return
        self.answered = True
        self.held = on_hold(remote)
        self.media.on_media_timeout(
            MEDIA_TIMEOUT_S,
            lambda: self._hang_up(OfferFailed(**self._names, reason="unreachable")),
        )
        self.owner.report(OfferAccepted(**self._names))
        self.owner.agent_answered(self)
        if not self.connected:
            self.media.play([pause(_BEFORE_MUSIC_S)], self._wait)

    def _wait(self, interrupted: bool) -> None:
        """Music until the bridge, however long that takes."""
        if not interrupted and not self.connected:
            self.media.play_music(self._music)

    def _hold(self, held: bool) -> None:
        if held == self.held:
            return
        self.held = held
        if self.connected:
            self._report_hold()
            self.owner.agent_held()

    def _report_hold(self) -> None:
        kind = CallHeld if self.held else CallRetrieved
        self.owner.report(kind(**self._names))

    def _hang_up(self, fact: Fact) -> None:
        if not self._over and self._call is not None:
            self._call.hang_up()
            self._gone(fact)

    def _gone(self, fact: Fact) -> None:
        self._over = True
        self.connected = False
        self.media.close()
        self.owner.agent_gone(self)
        self.owner.report(fact)

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
        if self.connected and digit in KEYS:
            self.owner.report(AgentKeyed(**self._names, digits=digit))
