"""Where a call goes, and the INVITE that asks for it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from aiosipua.message import SipRequest

from adapters.telephony.sip.address import (
    SIP_PORT,
    HostPort,
    bracketed,
    checked,
    is_ip_literal,
    parse_host_port,
)
from adapters.telephony.sip.errors import BadAddress, BadMessage
from adapters.telephony.sip.settings import TrunkSettings
from adapters.telephony.sip.transaction import new_branch
from adapters.telephony.sip.uri import parse_uri
from adapters.telephony.sip.wire import via_value

_UNSAFE_IN_URI = frozenset(' <>"\r\n\t')
_UNSAFE_IN_USER = _UNSAFE_IN_URI | frozenset("@;?:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a call goes.

    Attributes:
        uri: the Request-URI.
        destination: where the INVITE is sent.
        trunk: the provider, if it takes the call.
    """

    uri: str
    destination: HostPort
    trunk: TrunkSettings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """How a call is to be placed.

    Attributes:
        ring_timeout_s: without an answer for so long it is cancelled.
        caller: user part of From; the trunk's user when empty.
        caller_name: shown on the phone.
        headers: added to the INVITE.
    """

    ring_timeout_s: float
    caller: str
    caller_name: str
    headers: Mapping[str, str]


def route(target: str, trunk: TrunkSettings | None, trunk_address: HostPort | None) -> Route:
    """Find the way to a target.

    Args:
        target: a SIP URI whose host is an IP literal, or anything else for the trunk.
        trunk: the provider, if any.
        trunk_address: where it is, once that is known.

    Raises:
        BadAddress: there is none.
    """
    if not target or any(character in _UNSAFE_IN_URI for character in target):
        raise BadAddress("the target is no SIP URI and no number")
    if not target.lower().startswith(("sip:", "sips:")):
        if any(character in _UNSAFE_IN_USER for character in target):
            raise BadAddress("the target is no SIP URI and no number")
        if trunk is None or trunk_address is None:
            raise BadAddress("a number can be dialled on a trunk only, and none is known")
        uri = f"sip:{target}@{registrar_host(trunk)}"
        return Route(uri=uri, destination=trunk_address, trunk=trunk)
    try:
        parts = parse_uri(target)
    except BadMessage:
        raise BadAddress("the target is no SIP URI") from None
    if parts.scheme != "sip":
        raise BadAddress("the target asks for a transport that we do not have")
    if is_ip_literal(parts.host):
        destination = checked(parts.host, parts.port or SIP_PORT)
        ours = trunk_address is not None and destination.host == trunk_address.host
        return Route(uri=target, destination=destination, trunk=trunk if ours else None)
    if trunk is None or trunk_address is None:
        raise BadAddress("the target's host is a name, and there is no trunk to take it")
    return Route(uri=target, destination=trunk_address, trunk=trunk)


def registrar_host(trunk: TrunkSettings) -> str:
    """The trunk's registrar as it stands in a URI."""
    host, port = parse_host_port(trunk.registrar)
    return bracketed(host) if port == SIP_PORT else f"{bracketed(host)}:{port}"


def make_invite(way: Route, ring: Ring, sent_by: HostPort) -> SipRequest:
    """Build an INVITE, all but Contact and body.

    Args:
        way: where it goes.
        ring: how it is to be placed.
        sent_by: our address.

    Raises:
        BadAddress: the caller is no user part.
    """
    user = ring.caller or (way.trunk.user if way.trunk is not None else "")
    if any(character in _UNSAFE_IN_USER for character in user):
        raise BadAddress("the caller is no user part of a SIP URI")
    host = registrar_host(way.trunk) if way.trunk is not None else str(sent_by)
    who = f"<sip:{user}@{host}>" if user else f"<sip:{host}>"
    shown = "".join(c for c in ring.caller_name if c.isprintable() and c not in '"\\')
    invite = SipRequest(method="INVITE", uri=way.uri)
    put = invite.headers.set_single
    put("Via", via_value(sent_by, new_branch()))
    put("Max-Forwards", "70")
    put("From", f'"{shown}" {who};tag={new_tag()}' if shown else f"{who};tag={new_tag()}")
    put("To", f"<{way.uri}>")
    put("Call-ID", new_call_id(sent_by))
    put("CSeq", "1 INVITE")
    for name, value in ring.headers.items():
        put(name, value)
    return invite


def new_tag() -> str:
    """A tag that nobody guesses (19.3)."""
    return secrets.token_hex(8)


def new_call_id(sent_by: HostPort) -> str:
    """A Call-ID that no other call has (8.1.1.4)."""
    return f"{secrets.token_hex(12)}@{bracketed(sent_by.host)}"
