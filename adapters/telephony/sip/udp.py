"""The endpoint's UDP socket, and what ICMP says of datagrams sent through it."""

from __future__ import annotations

import errno
import socket
import sys

from adapters.telephony.sip.address import HostPort, is_ip_literal, parse_host_port
from adapters.telephony.sip.errors import BadAddress, CannotListen
from adapters.telephony.sip.settings import EndpointSettings

_RECEIVE_BUFFER_BYTES = 1 << 20
_IP_RECVERR = 11  # linux/in.h; Python does not name it
_IPV6_RECVERR = 25

_REMEDIES = {
    errno.EADDRINUSE: "is another line running here?",
    errno.EADDRNOTAVAIL: "this machine has no such address; give one of its own",
    errno.EACCES: "ports below 1024 are for programs with the right to them; give a higher one",
}


def listening_socket(settings: EndpointSettings) -> socket.socket:
    """Open the endpoint's socket.

    Args:
        settings: of the endpoint.

    Raises:
        CannotListen: the message says what to change.
    """
    try:
        host, port = parse_host_port(settings.listen)
    except BadAddress as error:
        raise CannotListen(f"listen: {settings.listen}: {error}") from None
    if not is_ip_literal(host):
        raise CannotListen(f"listen: {settings.listen}: give an IP address in place of the name")
    if settings.advertise is None and host in ("0.0.0.0", "::"):  # noqa: S104  (refused here)
        raise CannotListen(
            f"listen: {settings.listen}: also give `advertise`, the address phones reach it at"
        )
    if settings.advertise is not None and not is_ip_literal(settings.advertise):
        raise CannotListen(f"advertise: {settings.advertise}: give an IP address")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_DGRAM)
    try:
        listening.setblocking(False)  # noqa: FBT003 RUF100
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)
        if sys.platform.startswith("linux"):
            if family == socket.AF_INET6:
                listening.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
            else:
                listening.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        remedy = _REMEDIES.get(error.errno or 0, "")
        problem = f"{error.strerror}; {remedy}" if remedy else error.strerror
        raise CannotListen(f"listen: {settings.listen}: {problem}") from None
    return listening


def unreachable(listening: socket.socket) -> list[HostPort]:
    """Destinations that ICMP says cannot be reached, since the last time it was asked.

    Linux keeps such errors in a queue beside the socket; elsewhere nothing is learnt.
    """
    found: list[HostPort] = []
    while sys.platform.startswith("linux"):
        try:
            destination = listening.recvmsg(1, 512, socket.MSG_ERRQUEUE)[3]
        except OSError:
            break
        if destination:
            found.append(HostPort(destination[0], destination[1]))
    return found
