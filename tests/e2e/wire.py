"""What arrives at a foreign telephone, read from the loopback interface itself."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections import defaultdict
from collections.abc import Iterator

import pytest

from adapters.telephony.media.g711 import PCMA, PCMU

_ETH_P_ALL = 3
_PACKET_OUTGOING = 4
_CODECS = {0: PCMU, 8: PCMA}


class Wire:
    """Audio by the UDP port it was sent to."""

    def __init__(self) -> None:
        self._audio: dict[int, bytearray] = defaultdict(bytearray)
        self.packets: dict[int, int] = defaultdict(int)

    def pcm(self, port: int) -> bytes:
        return bytes(self._audio[port])

    def take(self, frame: bytes) -> None:
        ip = frame[14:]
        if len(ip) < 40 or ip[0] >> 4 != 4 or ip[9] != socket.IPPROTO_UDP:
            return
        udp = ip[(ip[0] & 15) * 4 :]
        (port,) = struct.unpack_from("!H", udp, 2)
        rtp = udp[8:]
        codec = _CODECS.get(rtp[1] & 0x7F) if len(rtp) > 12 and rtp[0] == 0x80 else None
        if codec is not None:
            self._audio[port] += codec.decode(rtp[12:])
            self.packets[port] += 1


@contextlib.contextmanager
def listening() -> Iterator[Wire]:
    """Read the loopback interface; the test fails where that is not permitted."""
    try:
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ALL))
    except PermissionError:
        pytest.fail(
            "SIPp's pcap play and this test's look at the wire need root (or cap_net_raw): run "
            "the tests as root, or leave this one out with --deselect"
        )
    tap.bind(("lo", 0))
    tap.setblocking(False)
    tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    wire = Wire()

    def read() -> None:
        for _ in range(256):
            try:
                frame, address = tap.recvfrom(65535)
            except BlockingIOError:
                return
            if address[2] != _PACKET_OUTGOING:  # each packet passes the interface twice
                wire.take(frame)

    loop = asyncio.get_running_loop()
    loop.add_reader(tap, read)
    try:
        yield wire
    finally:
        loop.remove_reader(tap)
        tap.close()
