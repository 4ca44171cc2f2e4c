"""Calls placed by SIPp, a load generator that was not written here.

SIPp does the signalling; the SDP it offers names the port of the far end (see ``far_end``), which
carries the audio both ways and times it.
"""

from __future__ import annotations

import asyncio
import csv
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

HOST = "127.0.0.1"

_HEADERS = """Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:+1555{group:02d}[call_number]@[local_ip]:[local_port]>;tag={group}-[call_number]
To: <sip:clinic@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
Contact: <sip:caller@[local_ip]:[local_port]>
Max-Forwards: 70
"""
_SDP = """v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio {port} RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
"""
_KEY = "Signal={key}\nDuration=160\n"
_KEY_AFTER_MS = 2000

_MARK = re.compile(r"^-{20,} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+)$", re.MULTILINE)
_CALL_ID = re.compile(r"^Call-ID: *(\S+)", re.MULTILINE)
_AUDIO = re.compile(r"^m=audio (\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What SIPp is to do.

    Attributes:
        calls: how many.
        rate: new ones per second.
        hold_s: how long each lasts.
        key: pressed by every caller after two seconds (SIP INFO), if any.
        group: tells the callers of several loads apart; two digits of their number.
    """

    calls: int
    rate: int
    hold_s: float
    key: str = ""
    group: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """One call's beginning, by SIPp's own record.

    Attributes:
        invited_ns: when the INVITE was sent, ns since the epoch.
        media_port: of the other side, by its answer.
    """

    invited_ns: int
    media_port: int


class SippMissing(Exception):
    """Ops: SIPp is not installed."""


class SippFailed(Exception):
    """Ops: SIPp could not do its work."""


def scenario(load: Load, media_port: int) -> str:
    """The scenario in SIPp's XML.

    Args:
        load: the calls.
        media_port: where the audio should go, on the same machine.
    """
    headers = _HEADERS.format(group=load.group)
    steps = [
        _send("INVITE", 1, headers, "application/sdp", _SDP.format(port=media_port)),
        '<recv response="100" optional="true"/>',
        '<recv response="180" optional="true"/>',
        '<recv response="183" optional="true"/>',
        '<recv response="200"/>',
        _send("ACK", 1, headers, again=False),
    ]
    last = 1
    hold_ms = int(load.hold_s * 1000)
    if load.key:
        steps += [
            f'<pause milliseconds="{_KEY_AFTER_MS}"/>',
            _send("INFO", 2, headers, "application/dtmf-relay", _KEY.format(key=load.key)),
            '<recv response="200"/>',
        ]
        last = 2
        hold_ms -= _KEY_AFTER_MS
    steps += [
        f'<pause milliseconds="{hold_ms}"/>',
        _send("BYE", last + 1, headers),
        '<recv response="200"/>',
    ]
    body = "\n".join(steps)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="load">\n{body}\n</scenario>\n'


def setups(messages: str) -> Iterator[Setup]:
    """Read SIPp's record of its messages.

    Args:
        messages: what ``-trace_msg`` wrote.

    Yields:
        Each call that was answered with audio, by the first INVITE and the first answer.
    """
    invited: dict[str, int] = {}
    marks = list(_MARK.finditer(messages))
    ends = [mark.start() for mark in marks[1:]] + [len(messages)]
    for mark, end in zip(marks, ends, strict=True):
        message = messages[mark.end() : end].replace("\r", "")
        call = _CALL_ID.search(message)
        if call is None:
            continue
        at = datetime.fromisoformat(mark.group(1)).astimezone()
        if "message sent" in message and "\nINVITE " in message:
            invited.setdefault(call.group(1), int(at.timestamp() * 1e6) * 1000)
            continue
        audio = _AUDIO.search(message)
        if audio is not None and "\nSIP/2.0 200 " in message and call.group(1) in invited:
            yield Setup(invited_ns=invited.pop(call.group(1)), media_port=int(audio.group(1)))


def free_ports(count: int) -> list[int]:
    """So many different UDP ports that nobody has now."""
    with ExitStack() as stack:
        probes = [
            stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            for _ in range(count)
        ]
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]


class Sipp:
    """One run of SIPp; an asynchronous context manager that ends it.

    Args:
        folder: for its files.
        target: ``host:port``.
        load: what it is to do.
        media_port: of the far end.
        port: where it sends from; a free one when not given.
        trace: keep its messages, for :meth:`setups`.
    """

    def __init__(
        self,
        folder: Path,
        target: str,
        load: Load,
        media_port: int,
        *,
        port: int | None = None,
        trace: bool = False,
    ) -> None:
        program = shutil.which("sipp")
        if program is None:
            raise SippMissing("SIPp is not here: apt-get install sip-tester")
        self._program = program
        self._target = target
        self._load = load
        self._name = f"load-{load.group}"
        self._folder = folder
        self._trace = trace
        self._port = port or free_ports(1)[0]
        self._process: asyncio.subprocess.Process | None = None
        (folder / f"{self._name}.xml").write_text(scenario(load, media_port))

    async def __aenter__(self) -> Sipp:
        """Start calling."""
        load = self._load
        limit_s = load.calls / load.rate + load.hold_s + 30
        trace = ("-trace_msg", "-message_file", f"{self._name}.messages") if self._trace else ()
        self._process = await asyncio.create_subprocess_exec(
            self._program,
            self._target,
            *("-sf", f"{self._name}.xml", "-i", HOST, "-mi", HOST, "-p", str(self._port)),
            *("-m", str(load.calls), "-l", str(load.calls), "-r", str(load.rate)),
            *("-timeout", f"{limit_s:.0f}", "-nostdin", *trace),
            *("-trace_stat", "-fd", "1", "-stf", f"{self._name}.csv"),
            cwd=self._folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        return self

    async def __aexit__(self, *_error: object) -> None:
        """End it, whatever it still does."""
        process = self._process
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._process is not None and self._process.returncode is not None

    async def done(self) -> int:
        """Wait until every call has ended; how many of them failed.

        Raises:
            SippFailed: SIPp itself gave up; the message is its own.
        """
        assert self._process is not None
        _, said = await self._process.communicate()
        # 0: every call went well, 1: some did not, 97: its time was up. Anything else is its own.
        if self._process.returncode not in (0, 1, 97):
            words = " ".join(said.decode(errors="replace").strip().splitlines()[-1:])
            raise SippFailed(f"SIPp ended with {self._process.returncode}: {words}")
        rows = (self._folder / f"{self._name}.csv").read_text().splitlines()
        last = list(csv.DictReader(rows, delimiter=";"))[-1]
        return self._load.calls - int(last["SuccessfulCall(C)"])

    def setups(self) -> list[Setup]:
        """The beginnings of all calls that were answered; needs ``trace``."""
        path = self._folder / f"{self._name}.messages"
        return list(setups(path.read_text(errors="replace")))


def _send(
    method: str, cseq: int, headers: str, kind: str = "", body: str = "", *, again: bool = True
) -> str:
    content = f"Content-Type: {kind}\nContent-Length: [len]\n\n{body}" if body else ""
    message = (
        f"{method} sip:clinic@[remote_ip]:[remote_port] SIP/2.0\n{headers}"
        f"CSeq: {cseq} {method}\n{content or 'Content-Length: 0'}\n"
    )
    retransmit = ' retrans="500"' if again else ""
    return f"<send{retransmit}><![CDATA[\n{message}\n]]></send>"
