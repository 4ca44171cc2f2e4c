"""Ten thousand mutated datagrams and RTP garbage against the running application."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import socket
from pathlib import Path
from random import Random

import pytest

from adapters.telephony.sip.address import HostPort
from adapters.telephony.sip.phone import CallerPhone
from adapters.telephony.sip.wire import Unusable, read
from tests.adapters.sip.test_fuzz import mutate, seeds
from tests.e2e.story import eventually, loudness, story_of

pytestmark = pytest.mark.alone

SEED = 20250301
NUMBER = "+15555550193"
AT_ONCE = 25
_STATUS = re.compile(rb"SIP/2\.0 (\d{3}) ")
_CALL_ID = re.compile(rb"^(?:Call-ID|i)\s*:\s*(\S+)", re.MULTILINE | re.IGNORECASE)


def line_process() -> int:
    """The line's process id: a child of ours, by its command line."""
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((path / "stat").read_text().rpartition(") ")[2].split()[1])
            if (
                parent == os.getpid()
                and b"careline.processes.line" in (path / "cmdline").read_bytes()
            ):
                return int(path.name)
    raise AssertionError("the line process is not there")


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 2**20


class Attacker:
    """A UDP socket that keeps what comes back."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self.target = (host, int(port))
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.replies: list[bytes] = []
        asyncio.get_running_loop().add_reader(self.socket, self._read)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.socket)
        self.socket.close()

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionError):
            while True:
                self.replies.append(self.socket.recv(65535))

    async def send(self, datagrams: list[bytes]) -> None:
        """In small bursts, so that the kernel drops none before the line has seen it."""
        for number, datagram in enumerate(datagrams, 1):
            with contextlib.suppress(BlockingIOError, ConnectionError):
                self.socket.sendto(datagram, self.target)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0.02)


def mutations(random: Random, count: int) -> list[bytes]:
    return [mutate(random, random.choice(list(seeds("", number)))) for number in range(count)]


def broken_requests(random: Random, count: int, port: int) -> dict[bytes, bytes]:
    """Requests that cannot be served and whose sender can be told so, by their Call-ID."""
    found: dict[bytes, bytes] = {}
    here = HostPort("127.0.0.1", port)
    number = 0
    while len(found) < count:
        number += 1
        payload = random.choice(list(seeds("", number))).replace(
            b"Call-ID: fuzz", b"Call-ID: broken%d-" % number
        )
        payload = mutate(random, payload.replace(b"127.0.0.1:5090", b"127.0.0.1:%d" % port))
        reading = read(payload, here)
        if isinstance(reading, Unusable) and reading.reply is not None and reading.reply_to == here:
            call_id = _CALL_ID.search(reading.reply)
            if call_id is not None:
                found[call_id[1]] = payload
    return found


async def served(stage) -> None:
    """A caller is answered, hears the advice and has a key understood."""
    caller = CallerPhone(stage.engine, NUMBER)
    try:
        await caller.dial(stage.uri)
        assert await caller.wait_for_pause()
        await caller.press("1")
        await story_of(
            stage, NUMBER, lambda story: any("presses" in line for _at, line in story["lines"])
        )
        assert loudness(caller.heard) > 200
    finally:
        await caller.hang_up()
    await story_of(stage, NUMBER, lambda story: story["outcome"] is not None)


async def all_calls_over(stage) -> None:
    async with asyncio.timeout(150):
        while True:
            if not (await stage.status())["calls"]:
                return
            await asyncio.sleep(0.5)


async def test_ten_thousand_mutated_datagrams_leave_the_line_as_it_was(start_stage):
    random = Random(SEED)
    async with start_stage() as stage:
        pid = line_process()
        await served(stage)
        await stage.speech_ready.wait()
        attacker = Attacker(stage.address)
        try:
            await attacker.send(mutations(random, 2000))
            await all_calls_over(stage)
            before = descriptors(pid), resident_mb(pid)
            await attacker.send(mutations(random, 10_000))
            assert line_process() == pid
            await all_calls_over(stage)
            assert any(_STATUS.match(reply) for reply in attacker.replies)
            attacker.replies.clear()
            broken = broken_requests(random, 200, attacker.socket.getsockname()[1])
            await attacker.send(list(broken.values()))
            await eventually(lambda: set(broken) <= set(by_call_id(attacker.replies)))
            answers = by_call_id(attacker.replies)
            assert all(400 <= answers[call_id] < 600 for call_id in broken)
        finally:
            attacker.close()
        await served(stage)
        after = descriptors(pid), resident_mb(pid)
        assert line_process() == pid
        assert (await stage.status())["faults"] == 0
        log = stage.state.log.read_text()
    assert after[0] == before[0]
    # The first floods warm the allocator up by 8 MB; what was kept of each datagram would show.
    assert after[1] - before[1] < 16
    assert "Traceback" not in log


def by_call_id(replies: list[bytes]) -> dict[bytes, int]:
    answers = {}
    for reply in replies:
        status, call_id = _STATUS.match(reply), _CALL_ID.search(reply)
        if status and call_id:
            answers[call_id[1]] = int(status[1])
    return answers


async def test_rtp_garbage_costs_a_call_nothing_and_leaves_nothing(start_stage):
    random = Random(SEED)
    async with start_stage("fiona") as stage:
        pid = line_process()
        await served(stage)
        before = descriptors(pid)
        caller = CallerPhone(stage.engine, NUMBER)
        try:
            await caller.dial(stage.uri)
            port = caller._call.remote.port
            attacker = Attacker(f"127.0.0.1:{port}")
            try:
                garbage = [rtp_garbage(random) for _ in range(10_000)]
                await attacker.send(garbage[:5000])
                for key in "153":
                    await caller.press(key)
                await attacker.send(garbage[5000:])
                story = await story_of(stage, NUMBER, lambda story: story["answered_by"])
                assert story["answered_by"] == ["fiona"]
                mark = len(caller.heard)
                await caller.wait(3.0)
                assert loudness(caller.heard[mark:]) > 200
                assert not caller.over
            finally:
                attacker.close()
        finally:
            await caller.hang_up()
        await story_of(stage, NUMBER, lambda story: story["outcome"] == "handled")
        assert line_process() == pid
        assert descriptors(pid) == before
        assert "Traceback" not in stage.state.log.read_text()


def rtp_garbage(random: Random) -> bytes:
    """Noise, and packets that look like audio, keys or control with something wrong."""
    size = random.choice((0, 1, 4, 11, 12, 13, 16, 172, 400, 1500))
    noise = bytearray(random.randbytes(size))
    if size >= 12 and random.random() < 0.7:
        noise[0] = random.choice((0x80, 0x90, 0xA0, 0x8F, 0xB7))
        noise[1] = random.choice((0, 8, 13, 96, 101, 0x80 | 101, 200, 201))
    return bytes(noise)
