"""A hundred calls with audio both ways: how evenly the line sends, and what that costs."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from adapters.telephony.sip.phone import AgentBehaviour
from benchmarks.audio import keep, quiet_room
from benchmarks.cpu import CpuMeter
from benchmarks.far_ends import FarEnds
from benchmarks.figure import Values
from benchmarks.grid import Pacing
from benchmarks.pyvoip import PyVoip, PyVoipMissing
from benchmarks.scene import Backstage, Tell, running
from benchmarks.sipp import Load, Sipp
from careline.demo.stage import Stage

CALLS = 100
GOAL_MS = 5.0
_RATE = 20
_ASK_FOR_A_PERSON = 20
"""So many callers press 0: as many as there are agents for are connected, the others wait."""

_SETTLE_S = 15.0
"""Until the advice is over and those who pressed 0 are with their agents."""

_GREETING_S = 5.0
_RAMP_TIMEOUT_S = 40.0
_HIGHEST = 800
_FOREVER_S = 400.0


class TooFewCalls(Exception):
    """Theirs or ours: not all calls came up, so that there is nothing to compare."""


async def line_under_load(folder: Path, tell: Tell, *, quick: bool) -> Values:
    """The line with its sample clinic, full to its capacity.

    Raises:
        TooFewCalls: not all calls were there.
    """
    seconds = 8.0 if quick else 30.0
    quiet = keep(folder, "quiet", quiet_room())
    hold_s = CALLS / _RATE + _SETTLE_S + seconds + 10
    async with running(folder, "load", tell) as stage, FarEnds(folder, quiet) as far:
        await _everybody_ready(stage)
        loads = (
            Load(calls=_ASK_FOR_A_PERSON, rate=_RATE, hold_s=hold_s, key="0", group=10),
            Load(calls=CALLS - _ASK_FOR_A_PERSON, rate=_RATE, hold_s=hold_s, group=11),
        )
        tell(f"load: {CALLS} calls")
        async with (
            Sipp(folder, stage.address, loads[0], far.port) as first,
            Sipp(folder, stage.address, loads[1], far.port) as second,
        ):
            if not await far.until(CALLS, _RAMP_TIMEOUT_S):
                raise TooFewCalls(f"{CALLS} calls did not all come up")
            await asyncio.sleep(_SETTLE_S)
            meter = CpuMeter(Backstage(stage).pids())
            pace = await far.pace(seconds)
            used = meter.percent()
            talking = [a for a in (await stage.status())["agents"] if a["work"] == "talking"]
            failed = await first.done() + await second.done()
    return {
        "calls": pace.streams,
        "calls_with_an_agent": len(talking),
        "calls_failed": failed,
        **_paced("", pace),
        "core_pct": used["line"],
        "brain_core_pct": used["brain"],
        "recognisers_core_pct": used["recognisers"],
    }


async def pyvoip_under_load(folder: Path, tell: Tell, *, quick: bool) -> Values:
    """The same calls to pyVoIP, as it is and with the priority that the line has.

    What cannot be measured stays without a value, and ``tell`` hears why.
    """
    seconds = 8.0 if quick else 30.0
    values: Values = {}
    load = Load(calls=CALLS, rate=_RATE, hold_s=CALLS / _RATE + _GREETING_S + seconds + 10)
    for prefix, realtime in (("pyvoip_", False), ("pyvoip_realtime_", True)):
        tell(f"pyVoIP: {CALLS} calls{', with real-time priority' if realtime else ''}")
        try:
            values |= await _pyvoip(folder, load, prefix, tell, seconds, realtime=realtime)
        except (PyVoipMissing, ValueError) as error:
            tell(f"pyVoIP: {error}")
    return values


async def _pyvoip(
    folder: Path,
    load: Load,
    prefix: str,
    tell: Tell,
    seconds: float,
    *,
    realtime: bool,
) -> Values:
    async with (
        FarEnds(folder, keep(folder, "quiet", quiet_room())) as far,
        PyVoip(folder, realtime=realtime) as other,
        Sipp(folder, other.target, load, far.port, port=other.caller_port) as sipp,
    ):
        if not await far.until(load.calls, _RAMP_TIMEOUT_S):
            tell(f"pyVoIP: {load.calls} calls did not all come up; those that did are measured")
            if sipp.over:
                await sipp.done()
        await asyncio.sleep(_GREETING_S)
        meter = CpuMeter({"pyvoip": [other.pid]})
        pace = await far.pace(seconds)
        used = meter.percent()["pyvoip"]
        await sipp.done()
    return _paced(prefix, pace) | {f"{prefix}calls": pace.streams, f"{prefix}core_pct": used}


async def highest(folder: Path, tell: Tell, *, quick: bool) -> Values:
    """Add 100 calls at a time until the line no longer holds the goal.

    A step that fails is measured once more before it counts: one disturbance is no limit.
    """
    seconds = 5.0 if quick else 10.0
    quiet = keep(folder, "quiet", quiet_room())
    steps: list[dict[str, Any]] = []
    most = 300 if quick else _HIGHEST
    held = 0
    why = f"no more than {most} were tried"
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(
            running(folder, "highest", tell, capacity=_HIGHEST + CALLS)
        )
        far = await stack.enter_async_context(FarEnds(folder, quiet))
        await _everybody_ready(stage)
        backstage = Backstage(stage)
        for calls in range(CALLS, most + 1, CALLS):
            tell(f"highest: {calls} calls")
            key = "0" if calls == CALLS else ""
            load = Load(calls=CALLS, rate=_RATE, hold_s=_FOREVER_S, key=key, group=calls // CALLS)
            await stack.enter_async_context(Sipp(folder, stage.address, load, far.port))
            up = await far.until(calls, _RAMP_TIMEOUT_S)
            await asyncio.sleep(_GREETING_S)
            for _attempt in range(2):
                meter = CpuMeter(backstage.pids())
                pace = await far.pace(seconds)
                used = meter.percent()
                good = up and pace.streams == calls and pace.p99_ms <= GOAL_MS
                if good:
                    break
            steps.append(
                {
                    "calls": pace.streams,
                    "p99_ms": pace.p99_ms,
                    "worst_ms": pace.worst_ms,
                    "missing_packets": pace.missing,
                    "line_core_pct": used["line"],
                    "brain_core_pct": used["brain"],
                }
            )
            if not good:
                came = pace.streams
                late = f"p99 was {pace.p99_ms:.1f} ms with {calls}"
                why = late if came == calls else f"{came} of {calls} calls were there"
                break
            held = calls
    return {"highest_calls": held, "highest_calls_ended": why, "highest_calls_steps": steps}


async def _everybody_ready(stage: Stage) -> None:
    """Every agent at a phone, who answers at once and leaves the end to the caller."""
    await stage.seat(behaviour=AgentBehaviour(after_s=0.2))
    await stage.ready(*stage.site.agents)


def _paced(prefix: str, pace: Pacing) -> Values:
    return {
        f"{prefix}pacing_error_p50_ms": pace.p50_ms,
        f"{prefix}pacing_error_p99_ms": pace.p99_ms,
        f"{prefix}pacing_error_worst_ms": pace.worst_ms,
        f"{prefix}drift_p99_ms": pace.drift_p99_ms,
        f"{prefix}interval_p99_ms": pace.interval_p99_ms,
        f"{prefix}slowest_packets_per_s": pace.slowest_packets_per_s,
        f"{prefix}missing_packets": pace.missing,
    }
