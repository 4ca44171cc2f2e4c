"""``make bench``: run every benchmark and write ``docs/benchmarks.md``."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from benchmarks.machine import this_machine
from benchmarks.report import Result, report

MODULES = ("line", "pacing", "journal", "restart", "distributor", "triage", "flows")
"""Each takes ``--json`` and ``--quick``, and has ``TITLE`` and ``SECTIONS``."""

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def run(name: str, *, quick: bool) -> Result:
    """Run one benchmark in a process of its own; its progress goes to the terminal."""
    command = [sys.executable, "-m", f"benchmarks.{name}", "--json"]
    module = import_module(f"benchmarks.{name}")
    began = time.monotonic()
    done = subprocess.run(
        [*command, *(["--quick"] if quick else [])], stdout=subprocess.PIPE, text=True, check=False
    )
    values = json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {}
    problem = "; ".join(values.get("problems", ()))
    if done.returncode and not problem:
        problem = f"exit code {done.returncode}"
    return Result(
        title=module.TITLE,
        command=f"python -m benchmarks.{name} --json",
        sections=module.SECTIONS,
        values=values,
        took_s=time.monotonic() - began,
        problem=problem,
    )


def main() -> int:
    """Run them all; 1 when one of them ended early."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer calls; writes no page")
    options = parser.parse_args()
    machine = this_machine()
    date = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    results = [run(name, quick=options.quick) for name in MODULES]
    command = "python -m benchmarks --quick" if options.quick else "make bench"
    page = report(results, machine, date, command)
    if options.quick:
        print(page)
    else:
        PAGE.write_text(page)
        print(f"written: {PAGE}")
    return any(result.problem for result in results)


if __name__ == "__main__":
    sys.exit(main())
