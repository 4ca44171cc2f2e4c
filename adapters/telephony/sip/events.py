"""What happens to a call, as its owner is told.

A call tells its owner through one function, in order, on the event loop, and never after the call
is over. A call that *we* end (``reject``, ``cancel``, ``hang_up``) says nothing more. A call that
ends otherwise says so exactly once, with one of :data:`ENDINGS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from adapters.telephony.sip.sdp import RemoteMedia
from calls.private import Private


class FailureCause(Enum):
    """Why a call that we placed was not answered."""

    BUSY = "busy"
    """486 or 600: the phone is in use."""
    NO_ANSWER = "no-answer"
    """It rang for the whole ring time, or the far end says so (408, 480, 487)."""
    DECLINED = "declined"
    """603, or 403 from a phone: a person said no."""
    UNREACHABLE = "unreachable"
    """No such user or no way there: 404, 410, 484, 5xx, or the network says so."""
    TIMEOUT = "timeout"
    """Nothing at all came back, within the ring time or 64*T1 (timer B): it did not even ring."""
    NO_COMMON_CODEC = "no-common-codec"
    """488, 415, 606, or an answer that we cannot serve."""
    UNAUTHORISED = "unauthorised"
    """401 or 407 that we cannot or may not answer."""


class LostReason(Enum):
    """Why a call that was up is no longer."""

    NO_ACK = "no-ack"
    """Our 200 was never acknowledged within 64*T1 (RFC 3261, 13.3.1.4)."""
    NO_REPLY = "no-reply"
    """The far end no longer answers requests, or does not know the call (408, 481)."""
    MEDIA_REFUSED = "media-refused"
    """The far end's answer to our offer cannot be served."""
    SESSION_EXPIRED = "session-expired"
    """The far end promised to refresh the session and did not (RFC 4028)."""
    STOPPED = "stopped"
    """The endpoint was stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """Anything that happens to one call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(CallEvent):
    """A call we placed rings (180) or makes progress (181-183).

    Attributes:
        status: the provisional status.
        early_media: where the far end sends early media from, if it described any.
    """

    status: int
    early_media: RemoteMedia | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(CallEvent):
    """A call we placed was answered; the ACK has been sent.

    Attributes:
        remote: where our audio goes.
    """

    remote: RemoteMedia


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(CallEvent):
    """A call we placed was not answered. An ending.

    Attributes:
        cause: told apart as the distributor needs it.
        status: the final status, ``None`` when none came.
        retry_after_s: the far end's Retry-After, if it gave one.
    """

    cause: FailureCause
    status: int | None = None
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(CallEvent):
    """The caller gave up before we answered, or was left unanswered for 180 s. An ending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed(CallEvent):
    """The ACK for our answer arrived.

    Attributes:
        remote: where our audio goes. New knowledge only if the INVITE brought no offer.
    """

    remote: RemoteMedia


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaChanged(CallEvent):
    """Hold, resume, or a new address: a re-INVITE or UPDATE of either side was agreed on.

    Attributes:
        remote: where our audio goes from now on; ``remote.direction`` says whether it goes.
    """

    remote: RemoteMedia


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRefused(CallEvent):
    """Our re-INVITE was refused; the session goes on as it was.

    Attributes:
        status: the final status.
    """

    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPressed(CallEvent):
    """A digit by INFO (application/dtmf-relay or application/dtmf).

    Attributes:
        digit: one of ``0-9*#A-D``.
        duration_ms: how long it was held; 100 when the far end does not say.
    """

    digit: Private
    duration_ms: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class HungUp(CallEvent):
    """The far end sent BYE. An ending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost(CallEvent):
    """A call that was up broke. An ending; a BYE was sent where it could be of use.

    Attributes:
        reason: why.
    """

    reason: LostReason


ENDINGS = (Failed, Cancelled, HungUp, Lost)
"""The events that end a call."""
