"""How evenly the media engine sends, and what that costs, by itself: no signalling, no brain.

``python -m benchmarks.pacing`` does every job with 100 calls and prints one JSON object; ``--job``
does one of them. What it reports is the engine's own count, from inside. The far ends are
a second process on loopback that sends 20 ms of audio to every leg 50 times a second and takes
what comes back.

Jobs: ``prompts`` plays to every caller, ``listen`` hands every caller's audio to a sink as well,
``bridge`` connects the calls in pairs, ``record`` records those pairs in stereo too, ``inband``
looks for key tones in every caller's audio.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import select
import socket
import struct
import subprocess
import sys
import time

from adapters.telephony.media import MediaEngine, request_realtime_priority
from adapters.telephony.media.g711 import PCMU
from adapters.telephony.media.tones import hold_music
from benchmarks.figure import Figure, Section, Values

_HOST = "127.0.0.1"
_HEADER = struct.Struct("!BBHII")
_JOBS = ("prompts", "listen", "bridge", "record", "inband")
_SLOTS = 10

TITLE = "The media engine alone"
SECTIONS = (
    Section(
        title="100 legs, no signalling, no brain",
        about="One process with the line's media engine and nothing else; a second one is the far "
        "end of all legs and sends audio to each. 10 s a job: prompts plays to every caller, "
        "listen hands every caller's audio on as well, bridge connects the legs in pairs, record "
        "records those pairs too, inband looks for key tones in the audio. Pacing is the engine's "
        "own count, from when a packet was due to when it was sent.",
        figures=(Figure(key="engine_jobs", title="The jobs"),),
    ),
)


def far_ends(ports: list[int], seconds: float) -> None:
    """Be the far end of every port: send and take audio; print the ports, then the count."""
    request_realtime_priority(9)
    poll = select.epoll()
    ends = []
    for port in ports:
        end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        end.bind((_HOST, 0))
        end.connect((_HOST, port))
        end.setblocking(False)
        poll.register(end.fileno(), select.EPOLLIN)
        ends.append(end)
    by_descriptor = {end.fileno(): end for end in ends}
    print(json.dumps([end.getsockname()[1] for end in ends]), flush=True)
    sys.stdin.readline()
    audio = hold_music().encoded(PCMU)
    start = time.monotonic()
    taken = tick = 0
    while (now := time.monotonic()) < start + seconds:
        due = start + tick * 0.02 / _SLOTS
        if now < due:
            time.sleep(due - now)
        for descriptor, _ in poll.poll(0):
            taken += len(by_descriptor[descriptor].recv(2048)) > 0
        round_, slot = divmod(tick, _SLOTS)
        frame = audio[round_ * 160 % len(audio) :][:160]
        packet = _HEADER.pack(0x80, 0, round_ & 0xFFFF, round_ * 160, 1) + frame
        for end in ends[slot::_SLOTS]:
            end.send(packet)
        tick += 1
    print(taken, flush=True)


async def measure(calls: int, seconds: float, job: str) -> Values:
    """Run ``calls`` calls with audio both ways for ``seconds`` and count."""
    engine = MediaEngine(_HOST, 20000, 59999)
    legs = [engine.open() for _ in range(calls)]
    command = [sys.executable, "-m", "benchmarks.pacing", "--far-ends"]
    far = await asyncio.create_subprocess_exec(
        *command,
        json.dumps([leg.local_port for leg in legs]),
        "--seconds",
        str(seconds + 1),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert far.stdin is not None
    assert far.stdout is not None
    ports = json.loads(await far.stdout.readline())
    music = hold_music()
    heard = 0

    def count(pcm: bytes, other: bytes = b"") -> None:
        nonlocal heard
        heard += len(pcm) + len(other)

    for leg, port in zip(legs, ports, strict=True):
        dtmf_payload = None if job == "inband" else 101
        leg.start(_HOST, port, payload=0, dtmf_payload=dtmf_payload)
        if job in ("bridge", "record"):
            continue
        leg.play_music(music)
        if job == "listen":
            leg.listen(count)
    if job in ("bridge", "record"):
        for caller, agent in zip(legs[::2], legs[1::2], strict=False):
            caller.connect(agent)
            if job == "record":
                caller.record(count)
    far.stdin.write(b"\n")
    await asyncio.sleep(0.5)
    used, began = time.process_time(), time.monotonic()
    await asyncio.sleep(seconds)
    core = (time.process_time() - used) / (time.monotonic() - began)
    sent = sum(leg.counters.sent for leg in legs)
    received = sum(leg.counters.received for leg in legs)
    concealed = sum(leg.counters.concealed for leg in legs)
    pacing = engine.pacing()
    far.stdin.close()
    await far.wait()
    engine.close()
    return {
        "job": job,
        "calls": calls,
        "seconds": seconds,
        "core_pct": round(100 * core, 1),
        "pacing_error_p50_ms": round(1000 * pacing.quantile_s(0.5), 2),
        "pacing_error_p99_ms": round(1000 * pacing.quantile_s(0.99), 2),
        "pacing_error_worst_ms": round(1000 * pacing.worst_s, 2),
        "sent": sent,
        "received": received,
        "concealed": concealed,
        "failures": engine.failures,
    }


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="benchmarks.pacing", description=__doc__)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--job", choices=_JOBS, help="this one only")
    parser.add_argument("--json", action="store_true", help="as every benchmark; the only form")
    parser.add_argument("--quick", action="store_true", help="2 seconds a job, rougher figures")
    parser.add_argument("--far-ends", metavar="PORTS", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.far_ends is not None:
        far_ends(json.loads(options.far_ends), options.seconds)
        return
    priority = request_realtime_priority()
    seconds = 2.0 if options.quick else options.seconds
    jobs = [options.job] if options.job else _JOBS
    result: Values = {
        "engine_jobs": [asyncio.run(measure(options.calls, seconds, job)) for job in jobs],
        "realtime": priority.granted,
        "load_1min": os.getloadavg()[0],
        "python": platform.python_version(),
        "cores": os.cpu_count(),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
