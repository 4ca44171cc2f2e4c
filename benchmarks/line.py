"""The line under load, from outside: real SIP calls with audio into the whole application.

``python -m benchmarks.line`` takes about fifty minutes and prints a table, ``--json`` one JSON
object; progress goes to standard error. All traffic is on loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from adapters.telephony.sip.phone import PhoneProblem
from benchmarks import first_audio, load, nurse_ring, spoken_requests
from benchmarks.figure import Values
from benchmarks.line_figures import SECTIONS
from benchmarks.report import summary
from benchmarks.scene import Tell
from benchmarks.sipp import SippFailed, SippMissing
from calls.ports import SpeechError
from careline.processes.supervisor import ChildCannotStart

TITLE = "The line"

PARTS: dict[str, Callable[..., Awaitable[Values]]] = {
    "load": load.line_under_load,
    "pyvoip": load.pyvoip_under_load,
    "highest": load.highest,
    "first-audio": first_audio.first_audio,
    "nurse-ring": nurse_ring.idle,
    "nurse-ring-busy": nurse_ring.busy,
    "requests": spoken_requests.requests,
    "requests-in-noise": spoken_requests.requests_in_noise,
}
_CONTAINED = (load.TooFewCalls, PhoneProblem, SippFailed, TimeoutError, ValueError)
"""What ends one part and leaves the others."""

_ALWAYS = (
    "calls",
    "pacing_error_p99_ms",
    "core_pct",
    "pyvoip_pacing_error_p99_ms",
    "first_audio_p99_ms",
    "nurse_ring_p95_s",
)
"""In the JSON object even where they were not measured (``null``)."""


async def measure(parts: list[str], folder: Path, tell: Tell, *, quick: bool) -> Values:
    """Measure these parts, one after the other; ``problems`` says of parts that ended early why."""
    running = asyncio.current_task()
    assert running is not None
    # The calls and the processes of a part end before this one does.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    values: Values = dict.fromkeys(_ALWAYS)
    values["problems"] = []
    for part in parts:
        try:
            values |= await PARTS[part](folder, tell, quick=quick)
        except _CONTAINED as error:
            values["problems"].append(f"{part}: {type(error).__name__} {error}".rstrip())
            tell(values["problems"][-1])
    return values


def main() -> int:
    """Read the command line, measure, print.

    Returns:
        1 when a part ended early, 2 when something that is needed is missing.
    """
    parser = argparse.ArgumentParser(prog="benchmarks.line", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--only", metavar="PART,...", help=f"of {', '.join(PARTS)}; the others stay null"
    )
    parser.add_argument("--quick", action="store_true", help="fewer calls, rougher figures")
    options = parser.parse_args()
    parts = options.only.split(",") if options.only else list(PARTS)
    if unknown := [part for part in parts if part not in PARTS]:
        parser.error(f"{', '.join(unknown)}: wanted some of {', '.join(PARTS)}")
    began = time.monotonic()

    def tell(line: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {line}", file=sys.stderr, flush=True)

    try:
        with tempfile.TemporaryDirectory(
            prefix="careline-bench-", ignore_cleanup_errors=True
        ) as folder:
            values = asyncio.run(measure(parts, Path(folder), tell, quick=options.quick))
    except (ChildCannotStart, SippMissing, SpeechError) as error:
        print(error, file=sys.stderr)
        return 2
    except (asyncio.CancelledError, KeyboardInterrupt):
        print("interrupted", file=sys.stderr)
        return 1
    print(json.dumps(values) if options.json else summary(SECTIONS, values))
    return 1 if values["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
