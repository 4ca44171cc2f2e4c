"""The even UDP ports of a range, handed out in turn and taken back."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections import deque

from adapters.telephony.media.errors import PortsExhausted

_EXPEDITED_FORWARDING = 46 << 2
"""Voice goes first in routers that look at it (DSCP EF, RFC 4594 section 4.1)."""

_TAKEN_ELSEWHERE = {errno.EADDRINUSE, errno.EACCES}


class PortPool:
    """Binds sockets to the even ports of a range.

    A port that was given back goes to the end of the row: packets that were still under way to
    the call before must not reach the next one.

    Args:
        host: the IP literal to bind to.
        first: the range's first port.
        last: the range's last port.

    Raises:
        ValueError: the host is no IP literal, or the range has no even port from 1024 to 65535.
    """

    def __init__(self, host: str, first: int, last: int) -> None:
        address = ipaddress.ip_address(host)
        if not 1024 <= first <= last <= 65535:
            raise ValueError(f"media ports {first}-{last}: wanted first <= last, within 1024-65535")
        self._free = deque(range(first + first % 2, last + 1, 2))
        if not self._free:
            raise ValueError(f"media ports {first}-{last}: no even port, which RTP needs")
        self._host = host
        self._range = f"{first}-{last}"
        self.ip_version = address.version

    def bind(self) -> tuple[socket.socket, int]:
        """A non-blocking UDP socket on a free port, and the port.

        Raises:
            PortsExhausted: all are in use, here or by other programs.
            OSError: no socket can be had at all (too many open files, the host is not here).
        """
        for _ in range(len(self._free)):
            port = self._free.popleft()
            try:
                return self._endpoint(port), port
            except OSError as error:
                self._free.append(port)
                if error.errno not in _TAKEN_ELSEWHERE:
                    raise
        raise PortsExhausted(f"no even UDP port of {self._range} is free on {self._host}")

    def _endpoint(self, port: int) -> socket.socket:
        family = socket.AF_INET if self.ip_version == 4 else socket.AF_INET6
        endpoint = socket.socket(family, socket.SOCK_DGRAM)
        try:
            endpoint.setblocking(False)
            self._mark(endpoint)
            endpoint.bind((self._host, port))
        except OSError:
            endpoint.close()
            raise
        return endpoint

    def _mark(self, endpoint: socket.socket) -> None:
        if self.ip_version == 4:
            endpoint.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, _EXPEDITED_FORWARDING)
        else:
            endpoint.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, _EXPEDITED_FORWARDING)

    def release(self, port: int) -> None:
        """Take a port back once its socket is closed."""
        self._free.append(port)
