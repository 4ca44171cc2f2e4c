"""Looking an INVITE over before anybody hears of it."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.telephony.sip import session_timer
from adapters.telephony.sip.body import session_description
from adapters.telephony.sip.dialog import contact_uri
from adapters.telephony.sip.errors import BadMessage, BadSdp, NoCommonCodec
from adapters.telephony.sip.sdp import PCMA, PCMU, RemoteMedia, read_offer
from adapters.telephony.sip.uri import name_addr, parse_uri
from adapters.telephony.sip.wire import Request
from calls.private import Private


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What an INVITE asks for.

    Attributes:
        caller: the user part of who calls; empty when withheld, or when it cannot be read.
        dialled: the user part of who is called.
        offer: what its offer comes to; ``None`` when it brings none.
    """

    caller: Private
    dialled: Private
    offer: RemoteMedia | None


def vet(invite: Request, *, from_trunk: bool) -> Arrival:
    """Look an INVITE outside a dialog over.

    Args:
        invite: the INVITE.
        from_trunk: whether P-Asserted-Identity may be believed (RFC 3325).

    Raises:
        BadMessage: it cannot be served; with the status that answers it.
    """
    dialled = parse_uri(invite.uri)
    if dialled.scheme not in ("sip", "tel"):
        raise BadMessage("Unsupported URI Scheme", 416)
    name_addr(invite.header("to"))
    if not contact_uri(invite):
        raise BadMessage("Missing Contact")
    timer = session_timer.asked_for(invite)
    if timer is not None and timer.interval_s < session_timer.MIN_SESSION_S:
        raise BadMessage("Session Interval Too Small", 422)
    return Arrival(
        caller=_caller(invite, from_trunk=from_trunk),
        dialled=Private(dialled.user),
        offer=_offer(invite),
    )


def _caller(invite: Request, *, from_trunk: bool) -> Private:
    """Who calls. Nobody is refused for a name that makes no sense."""
    values = [invite.header("p-asserted-identity")] if from_trunk else []
    for value in (*values, invite.header("from")):
        try:
            caller = parse_uri(name_addr(value).uri)
        except BadMessage:
            continue
        withheld = caller.user.lower() == "anonymous" or caller.host.lower() == "anonymous.invalid"
        return Private("" if withheld else caller.user)
    return Private("")


def _offer(invite: Request) -> RemoteMedia | None:
    body = session_description(invite)
    if not body:
        return None
    try:
        return read_offer(body, (PCMU, PCMA), invite.source.host)
    except BadSdp as error:
        raise BadMessage(str(error)) from None
    except NoCommonCodec:
        raise BadMessage("Not Acceptable Here", 488) from None
