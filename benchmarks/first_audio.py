"""How long a caller waits from dialling to the first sound."""

from __future__ import annotations

from pathlib import Path

from benchmarks.audio import keep, quiet_room
from benchmarks.far_ends import FarEnds
from benchmarks.figure import Values
from benchmarks.percentile import percentile
from benchmarks.scene import Tell, running
from benchmarks.sipp import Load, Sipp

_RATE = 10
_HOLD_S = 4.0
_RECORDED_LATE_NS = 50_000_000
"""SIPp notes the time after it has sent; a quick answer can come before that."""


async def first_audio(folder: Path, tell: Tell, *, quick: bool) -> Values:
    """Ten new calls a second; from each INVITE to the first packet that can be heard."""
    calls = 30 if quick else 300
    quiet = keep(folder, "quiet", quiet_room())
    load = Load(calls=calls, rate=_RATE, hold_s=_HOLD_S)
    async with running(folder, "first-audio", tell) as stage, FarEnds(folder, quiet) as far:
        tell(f"first-audio: {calls} calls, {_RATE} a second")
        async with Sipp(folder, stage.address, load, far.port, trace=True) as sipp:
            failed = await sipp.done()
            begun = sipp.setups()
        streams = (await far.streams())["streams"]
    # A port serves several calls in turn: a call's stream is the first one after its INVITE.
    audible: list[float] = []
    packets: list[float] = []
    for setup in begun:
        mine = [s for s in streams if s["port"] == setup.media_port]
        mine = [s for s in mine if s["first_ns"] >= setup.invited_ns - _RECORDED_LATE_NS]
        if not mine:
            continue
        stream = min(mine, key=lambda s: int(s["first_ns"]))
        packets.append((stream["first_ns"] - setup.invited_ns) / 1e6)
        if stream["audible_ns"] is not None:
            audible.append((stream["audible_ns"] - setup.invited_ns) / 1e6)
    return {
        "first_audio_calls": len(audible),
        "first_audio_failed": failed + len(begun) - len(audible),
        "first_audio_p50_ms": percentile(audible, 50),
        "first_audio_p99_ms": percentile(audible, 99),
        "first_audio_worst_ms": max(audible),
        "first_packet_p99_ms": percentile(packets, 99),
    }
