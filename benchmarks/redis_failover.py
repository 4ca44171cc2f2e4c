"""How long callers are without a brain when the machine that leads dies.

``python -m benchmarks.redis_failover`` takes a few minutes and prints a table, ``--json`` one JSON
object; progress goes to standard error. What is measured is the test that also proves that nothing
is lost (``tests/site/nodes.py``); it runs in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

from benchmarks.figure import Figure, Goal, Section, Values
from benchmarks.percentile import percentile
from benchmarks.report import summary

TITLE = "Several machines"

SECTIONS = (
    Section(
        title="Three nodes, the one that leads is killed",
        about="Three nodes with a line each and simulated callers on all of them, one Redis with "
        "`appendfsync always`. The brain process that leads is killed with SIGKILL, again and "
        "again. Lines outlive it. Afterwards the journal is held against what every line was "
        "told: no fact, caller or place was lost and nobody offered twice, or there is no figure.",
        figures=(
            Figure(key="kills", title="kills"),
            Figure(key="failover_calls", title="calls meanwhile"),
            Figure(
                key="failover_p50_s",
                title="taken over, p50",
                unit="s",
                how="From the kill until both other lines had something that was told after it "
                "journaled and acknowledged by the next leader. Most of it is the lease: 2 s.",
            ),
            Figure(key="failover_p99_s", title="taken over, p99", unit="s", goal=Goal(limit=5.0)),
            Figure(key="failover_max_s", title="taken over, the longest", unit="s"),
            Figure(
                key="failover_own_p99_s",
                title="callers of the killed node, p99",
                unit="s",
                how="The same for the line of the node that was killed, whose brain is started "
                "again at once.",
            ),
        ),
    ),
)


def failover(kills: int, seed: int) -> Values:
    """Kill so many times and return the figures; ``problems`` says why there are none."""
    command = [sys.executable, "-m", "tests.site.nodes", "--json"]
    done = subprocess.run(
        [*command, "--kills", str(kills), "--seed", str(seed)],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    last = done.stdout.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
    if done.returncode:
        return {"failover_p99_s": None, "problems": last}
    found = json.loads(last[0])
    times = found["failover_s"]
    return {
        "kills": len(times),
        "failover_calls": found["calls"],
        "failover_p50_s": percentile(times, 50),
        "failover_p99_s": percentile(times, 99),
        "failover_max_s": max(times),
        "failover_own_p99_s": percentile(found["return_s"], 99),
        "failover_s": times,
        "problems": [],
    }


def main() -> int:
    """Read the command line, measure, print; 1 when it ended early."""
    parser = argparse.ArgumentParser(prog="benchmarks.redis_failover", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="fewer kills")
    parser.add_argument("--kills", type=int, help="so many")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    values = failover(options.kills or (5 if options.quick else 40), options.seed)
    print(json.dumps(values) if options.json else summary(SECTIONS, values))
    return 1 if values["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
