"""Bare responses, each with the headers that its status calls for (RFC 3261, 20 and 21)."""

from __future__ import annotations

import secrets
from random import Random

from aiosipua.message import SipResponse

from adapters.telephony.sip.session_timer import MIN_SESSION_S
from adapters.telephony.sip.wire import Request, response_to

ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE"
"""What a call of ours understands. REGISTER is for the endpoint as a whole."""

_SERVED_OPTIONS = frozenset({"timer", "100rel"})
"""What may be required of us. We have no PRACK: whoever requires reliable provisional responses
gets none but 100, which RFC 3262, 3 leaves to us.
"""


def requires(request: Request, option: str) -> bool:
    """Whether a request requires this extension."""
    return option in [value.strip().lower() for value in request.values("require")]


def unsupported(request: Request) -> list[str]:
    """Extensions that a request requires and that we do not have."""
    return [
        option
        for option in request.values("require")
        if option.strip().lower() not in _SERVED_OPTIONS
    ]


def refusal(
    request: Request,
    status: int,
    reason: str = "",
    *,
    to_tag: str,
    min_expires_s: int,
    random: Random,
) -> SipResponse:
    """Build a response that needs nothing but its status.

    Args:
        request: what it answers.
        status: 100-699; also 200, to a request that has no more to be said about it.
        reason: a phrase in place of the standard one.
        to_tag: ours; made up when empty.
        min_expires_s: shortest registration, for 423.
        random: for the wait that a 500 asks for.
    """
    response = response_to(request, status, reason, to_tag=to_tag or secrets.token_hex(6))
    put = response.headers.set_single
    if status in (405, 501) or request.method == "OPTIONS":
        put("Allow", f"{ALLOW}, REGISTER")
    if status == 415 or request.method == "OPTIONS":
        put("Accept", "application/sdp, application/dtmf-relay, application/dtmf")
        put("Accept-Encoding", "identity")
    if request.method == "OPTIONS":
        put("Supported", "timer")
    match status:
        case 420:
            put("Unsupported", ", ".join(unsupported(request)))
        case 422:
            put("Min-SE", str(MIN_SESSION_S))
        case 423:
            put("Min-Expires", str(min_expires_s))
        case 488:
            put("Warning", '305 careline "PCMU or PCMA at 8000 Hz over RTP/AVP"')
        case 500:
            put("Retry-After", str(random.randint(0, 10)))
        case 503:
            put("Retry-After", "10")
    return response
