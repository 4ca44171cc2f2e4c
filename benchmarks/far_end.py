"""The far end of many calls: takes the line's audio, notes when each packet came, talks back.

A process of its own with one socket, which every call's SDP names. The kernel stamps each packet
as it arrives (SO_TIMESTAMPNS), so that lateness of this process does not count as the line's.
Every stream that arrives is answered from the same socket with 20 ms of audio 50 times a second;
the first ``--talkers`` of them with speech, the others with the quiet of a room.

It is told what to do by lines on standard input: ``begin``, ``end FILE``, ``streams``; each of the
last two is answered by one line of JSON. It ends with its input, or after ``--seconds``.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import socket
import struct
import time
from array import array
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
FIELDS = 4
"""Numbers of one packet in a file: arrival in ns, stream, sequence number, timestamp."""

_SO_TIMESTAMPNS = 35  # include/uapi/asm-generic/socket.h; the socket module does not name it
_TIMESPEC = struct.Struct("@qq")
_HEADER = struct.Struct("!BBHII")
_FRAME = 160
_SLOTS = 10
_SLOT_S = 0.020 / _SLOTS
_RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024
_GONE_S = 2.0
_PRIORITY = 9
"""One below the line's: where both want a core, the line goes first."""

# Peaks of -45 dBov and more: mu-law codes (inverted) from the 20th interval up. G.711, table 2.
_AUDIBLE = bytes(int((~code & 0x7F) >= 20) for code in range(256))
_AUDIBLE_SAMPLES = 8


@dataclass(slots=True, eq=False)
class _Stream:
    number: int
    remote: tuple[str, int]
    ssrc: int
    audio: bytes
    first_ns: int
    audible_ns: int | None = None
    last_ns: int = 0
    received: int = 0
    sequence: int = 0

    def packet(self) -> bytes:
        at = self.sequence * _FRAME % len(self.audio)
        self.sequence += 1
        return (
            _HEADER.pack(
                0x80, 0, self.sequence & 0xFFFF, self.sequence * _FRAME & 0xFFFFFFFF, self.number
            )
            + self.audio[at : at + _FRAME]
        )


class FarEnd:
    """Both directions of every call.

    Args:
        quiet: mu-law of somebody who listens; whole frames.
        speech: mu-law of people who talk, each on their own track.
        talkers: how many of the streams talk; the first that arrive.
    """

    def __init__(self, quiet: bytes, speech: list[bytes], talkers: int) -> None:
        self._quiet = quiet
        self._speech = speech
        self._talkers = talkers
        self._streams: dict[tuple[str, int], _Stream] = {}
        self._ended: list[_Stream] = []
        self._slots: list[list[_Stream]] = [[] for _ in range(_SLOTS)]
        self._records: array[int] | None = None
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.bind((HOST, 0))
        self._socket.setblocking(False)

    @property
    def port(self) -> int:
        """What every call's SDP names."""
        port: int = self._socket.getsockname()[1]
        return port

    def run(self, seconds: float) -> None:
        """Serve until standard input ends."""
        commands = select.poll()
        commands.register(0, select.POLLIN)
        start = time.monotonic()
        tick = 0
        while (now := time.monotonic()) < start + seconds:
            due = start + tick * _SLOT_S
            if now < due:
                time.sleep(due - now)
            self._receive()
            self._send(tick % _SLOTS)
            tick += 1
            if tick % _SLOTS == 0 and commands.poll(0):
                lines = os.read(0, 4096).decode().splitlines()
                if not lines or not all(self._obey(line) for line in lines):
                    return
            if tick % (_SLOTS * 50) == 0:
                self._forget_gone()

    def _obey(self, line: str) -> bool:
        match line.split():
            case ["begin"]:
                self._records = array("q")
            case ["end", path]:
                records, self._records = self._records or array("q"), None
                with Path(path).open("wb") as file:
                    records.tofile(file)
                _tell(packets=len(records) // FIELDS)
            case ["streams"]:
                every = [*self._ended, *self._streams.values()]
                _tell(
                    live=len(self._streams),
                    streams=[
                        {"port": s.remote[1], "first_ns": s.first_ns, "audible_ns": s.audible_ns}
                        for s in every
                    ],
                )
            case _:
                return False
        return True

    def _receive(self) -> None:
        records = self._records
        while True:
            try:
                data, marks, _flags, source = self._socket.recvmsg(2048, 64)
            except BlockingIOError:
                return
            except OSError:
                continue  # An ICMP error about a call that ended.
            if len(data) < _HEADER.size or not marks:
                continue
            seconds, nanoseconds = _TIMESPEC.unpack_from(marks[0][2])
            at = seconds * 1_000_000_000 + nanoseconds
            _first, _second, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
            stream = self._streams.get(source)
            if stream is None or stream.ssrc != ssrc:
                stream = self._begin(source, ssrc, at)
            stream.last_ns = at
            stream.received += 1
            if stream.audible_ns is None and _is_audible(data[12:]):
                stream.audible_ns = at
            if records is not None:
                records.extend((at, stream.number, sequence, timestamp))

    def _begin(self, source: tuple[str, int], ssrc: int, at: int) -> _Stream:
        if source in self._streams:
            self._end(self._streams[source])
        number = len(self._streams) + len(self._ended) + 1
        talks = number <= self._talkers
        audio = self._speech[(number - 1) % len(self._speech)] if talks else self._quiet
        stream = _Stream(number, source, ssrc, audio, at)
        self._streams[source] = stream
        min(self._slots, key=len).append(stream)
        return stream

    def _send(self, slot: int) -> None:
        for stream in self._slots[slot]:
            try:
                self._socket.sendto(stream.packet(), stream.remote)
            except OSError:
                continue  # The call ended and its port is closed.

    def _forget_gone(self) -> None:
        """End the streams of calls that are over."""
        now = time.time_ns()
        for stream in list(self._streams.values()):
            if now - stream.last_ns > _GONE_S * 1e9:
                self._end(stream)

    def _end(self, stream: _Stream) -> None:
        del self._streams[stream.remote]
        self._ended.append(stream)
        for slot in self._slots:
            if stream in slot:
                slot.remove(stream)


def _is_audible(payload: bytes) -> bool:
    return payload.translate(_AUDIBLE).count(1) >= _AUDIBLE_SAMPLES


def _tell(**fields: object) -> None:
    print(json.dumps(fields), flush=True)


def _ask_for_priority() -> bool:
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_PRIORITY))
    except OSError:
        return False
    return True


def main() -> None:
    """Read the command line, tell the port, serve."""
    parser = argparse.ArgumentParser(prog="benchmarks.far_end", description=__doc__)
    parser.add_argument("--quiet", type=Path, required=True, help="mu-law audio")
    parser.add_argument("--speech", type=Path, nargs="*", default=[], help="mu-law audio")
    parser.add_argument("--talkers", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=600)
    options = parser.parse_args()
    end = FarEnd(
        options.quiet.read_bytes(),
        [path.read_bytes() for path in options.speech],
        options.talkers if options.speech else 0,
    )
    _tell(port=end.port, realtime=_ask_for_priority())
    end.run(options.seconds)


if __name__ == "__main__":
    main()
