"""Addresses that may be sent to, and networks that may send to us.

One datagram to port 0 or 99999 closes an asyncio UDP transport for good, and a name where an
address is wanted would block on a resolver. So nothing reaches a socket unless it went through
:func:`checked`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import NamedTuple

from adapters.telephony.sip.errors import BadAddress

SIP_PORT = 5060
_LARGEST_PORT = 65535


class HostPort(NamedTuple):
    """An IP literal (IPv6 without brackets) and a port from 1 to 65535."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{bracketed(self.host)}:{self.port}"


def bracketed(host: str) -> str:
    """The host as it stands in a URI or Via: IPv6 literals in brackets (RFC 3261, 19.1.1)."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def is_ip_literal(host: str) -> bool:
    """Whether ``host``, with or without brackets, is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(_bare(host))
    except ValueError:
        return False
    return True


def checked(host: str, port: int) -> HostPort:
    """The pair, if a datagram may be sent there.

    Raises:
        BadAddress: the host is no unicast IP literal or the port is outside 1-65535.
    """
    try:
        address = ipaddress.ip_address(_bare(host))
    except ValueError:
        raise BadAddress("the host is not an IP address") from None
    if address.is_unspecified or address.is_multicast:
        raise BadAddress("the host is not a unicast address")
    if address == ipaddress.IPv4Address("255.255.255.255"):
        raise BadAddress("the host is the broadcast address")
    if not 1 <= port <= _LARGEST_PORT:
        raise BadAddress("the port is outside 1-65535")
    return HostPort(str(address), port)


def parse_host_port(text: str, default_port: int = SIP_PORT) -> tuple[str, int]:
    """Split ``host``, ``host:port`` or ``[v6]:port``; the host may be a name.

    Raises:
        BadAddress: the text is empty or the port is no number from 0 to 65535.
    """
    host, port_text = text.strip(), ""
    if host.startswith("["):
        host, bracket, rest = host[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise BadAddress("an IPv6 address needs both brackets and a colon before the port")
        port_text = rest[1:]
    elif host.count(":") == 1:
        host, _, port_text = host.partition(":")
    if not host:
        raise BadAddress("there is no host")
    if not port_text:
        return host, default_port
    digits = port_text.isascii() and port_text.isdigit() and len(port_text) <= 5
    if not (digits and int(port_text) <= _LARGEST_PORT):
        raise BadAddress("the port is no number from 0 to 65535")
    return host, int(port_text)


class Networks:
    """A set of networks in CIDR notation.

    Args:
        networks: for example ``("127.0.0.0/8", "2001:db8::/32")``; a bare address is one host.

    Raises:
        BadAddress: one of them is not a network.
    """

    def __init__(self, networks: Iterable[str]) -> None:
        try:
            self._networks = tuple(ipaddress.ip_network(n, strict=False) for n in networks)
        except ValueError as error:
            raise BadAddress(f"not a network: {error}") from None

    def __contains__(self, host: str) -> bool:
        try:
            address = ipaddress.ip_address(_bare(host))
        except ValueError:
            return False
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return any(
            address.version == network.version and address in network for network in self._networks
        )


def is_behind_nat(stated: str, seen: str) -> bool:
    """Whether a peer that states one address and is seen at another must sit behind a NAT.

    A private address stated by a peer that reaches us from a public one cannot be reached by us.
    """
    try:
        stated_address = ipaddress.ip_address(_bare(stated))
        seen_address = ipaddress.ip_address(_bare(seen))
    except ValueError:
        return True
    if stated_address == seen_address:
        return False
    if stated_address.is_unspecified or stated_address.is_loopback != seen_address.is_loopback:
        return True
    return stated_address.is_private and not seen_address.is_private


def _bare(host: str) -> str:
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host
