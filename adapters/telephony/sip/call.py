"""A call as its owner holds it: what may be told to it, and what it says (``events``).

All methods return at once and may be called from the event loop only; what becomes of them is told
through the owner's listener. The events of a call come in order. A listener may call any method of
the call from within.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from adapters.telephony.sip.address import HostPort
from adapters.telephony.sip.events import CallEvent
from adapters.telephony.sip.sdp import LocalMedia, RemoteMedia
from calls.ids import AgentId
from calls.private import Private

CallListener = Callable[[CallEvent], None]


class Call(Protocol):
    """What both kinds of call have in common once they are up."""

    @property
    def id(self) -> str:
        """Unique for the life of the endpoint; holds nothing of the caller. Fit for a log."""
        ...

    @property
    def ended(self) -> bool:
        """Whether it is over, whoever ended it."""
        ...

    @property
    def remote(self) -> RemoteMedia | None:
        """What is agreed on at present."""
        ...

    def listen(self, listener: CallListener) -> None:
        """Tell this function, and no other, what happens from now on."""
        ...

    def hang_up(self) -> None:
        """End it in whatever state it is: BYE, CANCEL or 480. No event follows. Twice is once."""
        ...

    def reoffer(self, local: LocalMedia) -> None:
        """Send a re-INVITE: hold, resume, or another port.

        ``MediaChanged`` or ``OfferRefused`` follows. Glare (491) is tried again by itself.

        Raises:
            WrongState: the call is not up, or an offer of ours is open.
        """
        ...


class IncomingCall(Call, Protocol):
    """A call that somebody placed to us. It must be answered, rejected or hung up.

    Until it is told anything, the far end has heard 100 Trying.
    """

    @property
    def source(self) -> HostPort:
        """Where the INVITE came from."""
        ...

    @property
    def caller(self) -> Private:
        """The user part of the caller's From (P-Asserted-Identity from the trunk) or nothing."""
        ...

    @property
    def dialled(self) -> Private:
        """The user part of the Request-URI; may be empty."""
        ...

    @property
    def agent_id(self) -> AgentId | None:
        """The agent who placed it, proved by digest; ``None`` for everybody else."""
        ...

    @property
    def from_trunk(self) -> bool:
        """Whether it came from the trunk's address."""
        ...

    @property
    def offer(self) -> RemoteMedia | None:
        """The INVITE's offer as we would agree on it, the codec by *its* order.

        ``None`` when it brought none: then ``Confirmed`` says where audio goes.
        """
        ...

    def ringing(self) -> None:
        """Send 180, unless the caller takes only what it can acknowledge (RFC 3262)."""
        ...

    def answer(self, local: LocalMedia) -> None:
        """Send 200 with our session description, again and again until the ACK.

        ``Confirmed`` follows, or ``Lost`` after 64*T1, or ``Cancelled`` if the caller was quicker.

        Raises:
            WrongState: it was answered already. (A call that has ended ignores this.)
        """
        ...

    def reject(self, status: int, *, retry_after_s: int | None = None, reason: str = "") -> None:
        """Send a final response from 300 to 699. No event follows.

        Args:
            status: for example 486, 503, 603.
            retry_after_s: Retry-After, in seconds.
            reason: a phrase in place of the standard one.

        Raises:
            WrongState: it was answered already. (A call that has ended ignores this.)
        """
        ...


class OutgoingCall(Call, Protocol):
    """A call that we place: ``Progress`` any number of times, then ``Answered`` or ``Failed``."""

    def cancel(self) -> None:
        """Give up before the answer; after it, hang up. No event follows. Twice is once.

        An answer that crosses our CANCEL is acknowledged and hung up at once.
        """
        ...
