"""docs/metrics.md is the table of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from acd.metrics import AGENT_MEASURES, CALL_MEASURES, VISIT_MEASURES

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "metrics.md").read_text()
SECTIONS = {
    "Queues": VISIT_MEASURES,
    "Agents": AGENT_MEASURES,
    "Calls and red flags": CALL_MEASURES,
}


def rows(heading: str) -> list[tuple[list[str], str]]:
    """The names and the formula of each row."""
    section = DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]
    return [(re.findall(r"`(\w+)`", names), formula.strip()) for names, formula in lines]


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_measure_is_documented_in_the_order_of_the_report(heading):
    named = [name for names, _formula in rows(heading) for name in names]
    assert named == [measure.name for measure in SECTIONS[heading]]


@pytest.mark.parametrize("heading", SECTIONS)
def test_the_formulas_are_those_that_are_computed(heading):
    computed = {measure.name: measure.formula for measure in SECTIONS[heading]}
    alone = [(names[0], formula) for names, formula in rows(heading) if len(names) == 1]
    assert alone
    assert [(name, computed[name]) for name, _ in alone] == alone


@pytest.mark.parametrize("heading", SECTIONS)
def test_names_are_unique_and_tell_their_unit(heading):
    measures = SECTIONS[heading]
    assert len({measure.name for measure in measures}) == len(measures)
    assert {measure.unit for measure in measures} <= {"1", "s", "share"}
    assert all(measure.name.endswith("_s") == (measure.unit == "s") for measure in measures)


@pytest.mark.parametrize("heading", SECTIONS)
def test_a_formula_names_only_measures_above_it(heading):
    above: set[str] = set()
    for measure in SECTIONS[heading]:
        if " / " in measure.formula or " + " in measure.formula:
            assert set(re.findall(r"[a-z]\w+", measure.formula)) <= above, measure.name
        above.add(measure.name)
