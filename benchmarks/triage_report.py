"""``make triage-report``: how well triage does on the development set, by half and by slice.

``python -m benchmarks.triage_report`` prints the tables; ``--write`` puts the first into
docs/triage.md as well; ``--misses`` lists the utterances of the tuning half that came out wrong
(never those of the held-out half: whoever reads them has lost them).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.accuracy import (
    Accuracy,
    Judged,
    Share,
    accuracy,
    alarmed,
    by_slice,
    caught,
    direct,
    share,
)
from benchmarks.utterances import EMERGENCY, HARMLESS, URGENT, read
from config.load import DEFAULT_CLINIC, load_site
from config.opinion import second_opinion
from triage import TriageEngine

PAGE = Path(__file__).parent.parent / "docs" / "triage.md"
BEGIN, END = "<!-- figures: make triage-report -->", "<!-- end of figures -->"

GOALS = {
    "emergencies_caught": ("911 and 988: flagged or asked", ">=", 95.0),
    "emergencies_direct": ("911 and 988: given that at once", ">=", 80.0),
    "nurse_caught": ("nurse: flagged or asked", ">=", 90.0),
    "false_alarms": ("harmless: sent to 911, 988 or a nurse", "<=", 5.0),
    "false_alarms_and_questions": ("harmless: sent on or asked", "<=", 10.0),
}
"""What each figure is called, and what it should be, in percent."""


def judge(name: str, engine: TriageEngine) -> list[Judged]:
    """What triage makes of every utterance of a set."""
    return [Judged(each, engine.assess(each.text, each.lang).action) for each in read(name)]


def figures(columns: dict[str, Accuracy]) -> Iterator[str]:
    """The goals as a table, a column for each set or way of judging it."""
    yield "| | goal | " + " | ".join(columns) + " |"
    yield "|---" * (2 + len(columns)) + "|"
    for key, (title, sign, limit) in GOALS.items():
        shares = [getattr(each, key) for each in columns.values()]
        cells = " | ".join(_cell(each, sign, limit) for each in shares)
        word = "at least" if sign == ">=" else "at most"
        yield f"| {title} | {word} {limit:.0f} % | {cells} |"


def _cell(found: Share, sign: str, limit: float) -> str:
    met = found.pct >= limit if sign == ">=" else found.pct <= limit
    return f"{str(found).strip()}{'' if met else ' MISSED'}"


def slices(judged: Sequence[Judged]) -> Iterator[str]:
    """Sensitivity or false alarms for each slice, with 95 % confidence intervals."""
    urgent = [each for each in judged if each.said.label in URGENT]
    harmless = [each for each in judged if each.said.label in HARMLESS]
    yield f"{'urgent':24} {'n':>4}  {'flagged or asked':22} {'911/988 at once':22}"
    for name, those in by_slice(urgent).items():
        emergencies = [each for each in those if each.said.label in EMERGENCY]
        at_once = str(share(emergencies, direct)) if emergencies else ""
        yield f"{name:24} {len(those):4}  {share(those, caught)!s:22} {at_once:22}"
    yield ""
    yield f"{'harmless':24} {'n':>4}  {'sent on':22} {'sent on or asked':22}"
    for name, those in by_slice(harmless).items():
        yield f"{name:24} {len(those):4}  {share(those, alarmed)!s:22} {share(those, caught)!s:22}"


def main() -> int:
    """Print; 1 where a goal is missed on the held-out half."""
    parser = argparse.ArgumentParser(prog="benchmarks.triage_report", description=__doc__)
    parser.add_argument("--write", action="store_true", help="into docs/triage.md as well")
    parser.add_argument("--misses", action="store_true", help="list what came out wrong")
    options = parser.parse_args()
    protocols = load_site(DEFAULT_CLINIC).protocols
    engine = TriageEngine(protocols, second_opinion())
    tuning, held_out = judge("tuning", engine), judge("held_out", engine)
    later = judge("later", engine)
    by_rules = judge("held_out", TriageEngine(protocols))
    table = list(
        figures(
            {
                f"held out ({len(held_out)})": accuracy(held_out),
                f"tuning ({len(tuning)})": accuracy(tuning),
                f"written later ({len(later)})": accuracy(later),
                "held out, rules alone": accuracy(by_rules),
            }
        )
    )
    print("\n".join(table), "", "The held-out half by slice:", "", sep="\n")
    print("\n".join(slices(held_out)), "", "The tuning half by slice:", "", sep="\n")
    print("\n".join(slices(tuning)))
    if options.misses:
        for each in tuning:
            if caught(each) is not (each.said.label in URGENT):
                print(f"{each.said.label:10} {each.action.value:9} {each.said.text}")
    if options.write:
        page = PAGE.read_text(encoding="utf-8")
        before, after = page.split(BEGIN)[0], page.split(END)[1]
        PAGE.write_text("\n".join([before + BEGIN, *table, END + after]), encoding="utf-8")
    found = accuracy(held_out)
    return int(any("MISSED" in _cell(getattr(found, k), s, g) for k, (_, s, g) in GOALS.items()))


if __name__ == "__main__":
    sys.exit(main())
