"""Triage: how fast it is and how often it is right, with all protocols of the sample clinic.

``python -m benchmarks.triage`` takes a minute and prints a table, ``--json`` one JSON object.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import chain, cycle, islice

from benchmarks.accuracy import accuracy
from benchmarks.figure import Figure, Goal, Section, Values
from benchmarks.percentile import percentile
from benchmarks.report import summary
from benchmarks.triage_report import judge
from benchmarks.utterances import Utterance, read
from config.load import DEFAULT_CLINIC, load_site
from config.opinion import second_opinion
from triage import TriageEngine

TITLE = "Triage"

_WORDS = 140
_LONG = 1_000
_REPEATS = 5

_STARTUP = """
import time
began = time.perf_counter()
from config.load import DEFAULT_CLINIC, load_site
from config.opinion import second_opinion
from triage import TriageEngine
site = load_site(DEFAULT_CLINIC)
ready = time.perf_counter()
TriageEngine(site.protocols, second_opinion())
print(time.perf_counter() - ready)
"""

SECTIONS = (
    Section(
        title="How fast triage is",
        about="The sample clinic's protocols and the second opinion, one process, one thread.",
        figures=(
            Figure(
                key="p99_ms_140_words",
                title="An utterance of 140 words (p99)",
                unit="ms",
                how=f"{_LONG} utterances of the development set, several put together to 140 words "
                "each, every one assessed once.",
                goal=Goal(limit=5.0),
            ),
            Figure(key="p50_ms_140_words", title="The same (p50)", unit="ms"),
            Figure(
                key="utterances_per_s",
                title="`careline triage --jsonl`",
                unit="utterances/s",
                how="The development set through the command's stream, without the start of the "
                f"process; median of {_REPEATS}.",
                goal=Goal(limit=2_000, at_least=True),
            ),
            Figure(
                key="startup_s",
                title="Start: rules compiled, weights read",
                unit="s",
                how="In a new process, after the site's files were read and checked; median of "
                f"{_REPEATS}.",
                goal=Goal(limit=1.0),
            ),
        ),
    ),
    Section(
        title="How often triage is right",
        about="On the held-out half of the development set, which nobody looked at while rules and "
        "second opinion were made. The table by slice: `make triage-report`.",
        figures=(
            Figure(key="held_out", title="Utterances"),
            Figure(
                key="emergencies_caught_pct",
                title="911 and 988: flagged or asked",
                unit="%",
                goal=Goal(limit=95, at_least=True),
            ),
            Figure(
                key="emergencies_direct_pct",
                title="911 and 988: given that at once",
                unit="%",
                goal=Goal(limit=80, at_least=True),
            ),
            Figure(
                key="nurse_caught_pct",
                title="Nurse: flagged or asked",
                unit="%",
                goal=Goal(limit=90, at_least=True),
            ),
            Figure(
                key="false_alarms_pct",
                title="Harmless: sent to 911, 988 or a nurse",
                unit="%",
                goal=Goal(limit=5),
            ),
            Figure(
                key="false_alarms_and_questions_pct",
                title="Harmless: sent on or asked",
                unit="%",
                goal=Goal(limit=10),
            ),
        ),
    ),
)


def long_texts(said: Sequence[Utterance], count: int) -> list[str]:
    """Texts of exactly :data:`_WORDS` words, of utterances put together."""
    words = chain.from_iterable(each.text.split() for each in cycle(said))
    return [" ".join(islice(words, _WORDS)) for _ in range(count)]


def each_ms(engine: TriageEngine, texts: Sequence[str]) -> list[float]:
    """How long each of them takes."""
    took = []
    for text in texts:
        began = time.perf_counter()
        engine.assess(text, "en")
        took.append(1e3 * (time.perf_counter() - began))
    return took


def per_s(engine: TriageEngine, said: Sequence[Utterance]) -> float:
    """Utterances a second through the command's stream."""
    from careline.cli.triage_stream import stream

    lines = [
        json.dumps({"id": each.id, "text": each.text, "lang": each.lang}).encode() + b"\n"
        for each in said
    ]
    source = io.BytesIO(b"".join(lines))
    began = time.perf_counter()
    stream(engine, source, io.StringIO())
    return len(lines) / (time.perf_counter() - began)


def startup_s() -> float:
    """From protocols that are read to an engine that can assess."""
    command = [sys.executable, "-c", _STARTUP]
    return float(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def measure(*, quick: bool) -> Values:
    """Everything."""
    repeats = 1 if quick else _REPEATS
    engine = TriageEngine(load_site(DEFAULT_CLINIC).protocols, second_opinion())
    said = (*read("tuning"), *read("held_out"))
    took = each_ms(engine, long_texts(said, _LONG // 10 if quick else _LONG))
    found = accuracy(judge("held_out", engine))
    return {
        "p99_ms_140_words": percentile(took, 99),
        "p50_ms_140_words": percentile(took, 50),
        "utterances_per_s": statistics.median(per_s(engine, said) for _ in range(repeats)),
        "startup_s": statistics.median(startup_s() for _ in range(repeats)),
        "held_out": len(read("held_out")),
        "emergencies_caught_pct": found.emergencies_caught.pct,
        "emergencies_direct_pct": found.emergencies_direct.pct,
        "nurse_caught_pct": found.nurse_caught.pct,
        "false_alarms_pct": found.false_alarms.pct,
        "false_alarms_and_questions_pct": found.false_alarms_and_questions.pct,
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.triage", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--quick", action="store_true", help="fewer repeats")
    options = parser.parse_args()
    values = measure(quick=options.quick)
    print(json.dumps(values) if options.json else summary(SECTIONS, values))
    return 0


if __name__ == "__main__":
    sys.exit(main())
