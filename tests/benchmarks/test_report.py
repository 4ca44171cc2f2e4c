"""The page: every figure beside its goal, and honest about misses."""

from __future__ import annotations

import pytest

from benchmarks.figure import Figure, Goal, Section, judged, shown
from benchmarks.line import _ALWAYS
from benchmarks.line_figures import SECTIONS
from benchmarks.machine import Machine
from benchmarks.report import Result, report, summary

MACHINE = Machine(
    cpu="A processor",
    cores=2,
    memory_gb=8.0,
    system="Linux 6.1",
    python="3.11.2",
    libraries={"aiosipua": "0.7.1"},
    sipp="v3.6.1",
    realtime="granted",
    load=0.1,
)
FAST = Figure(key="fast_ms", title="speed", unit="ms", how="By a clock.", goal=Goal(limit=5.0))
MANY = Figure(key="many", title="calls held", goal=Goal(limit=100, at_least=True))
STEPS = Figure(key="steps", title="The steps")
NAMES = Figure(key="names", title="The names")
SECTION = Section(title="Speed", about="Ran it.", figures=(FAST, MANY, STEPS, NAMES))


def page(problem="", **values):
    result = Result(
        title="Thing",
        command="python -m thing",
        sections=[SECTION],
        values=values,
        took_s=90.0,
        problem=problem,
    )
    return report([result], MACHINE, "2026-03-01", "make bench")


def test_a_goal_that_was_met_and_one_that_was_missed_both_say_so():
    text = page(fast_ms=7.25, many=100)
    assert "| speed | **7.25 ms** | at most 5.00 ms: MISSED | By a clock. |" in text
    assert "| calls held | **100** | at least 100: met |  |" in text
    assert "1 of 2 goals were met." in text
    goals = text.partition("## The goals")[2].partition("## The run")[0]
    assert "| Speed: speed | 7.25 ms | at most 5.00 ms: MISSED |" in goals
    assert "| Speed: calls held | 100 | at least 100: met |" in goals


def test_what_was_not_measured_is_not_passed_off_as_met():
    text = page(many=120)
    assert "**not measured**" in text
    assert "1 of 2 goals were met." in text
    assert "| Speed: speed | not measured | at most 5.00 ms |" in text


def test_a_run_that_ended_early_says_why():
    assert "**This run ended early: exit code 2**" in page(problem="exit code 2")


def test_the_machine_the_date_and_the_command_are_there():
    text = page(fast_ms=1.0)
    for wanted in ("A processor, 2 cores", "Linux 6.1", "aiosipua 0.7.1", "2026-03-01"):
        assert wanted in text
    assert "`python -m thing` took 90 seconds." in text
    assert "`make bench`" in text


def test_steps_become_a_table_and_names_a_list():
    text = page(steps=[{"calls": 100, "p99_ms": 1.234}], names=["one", "two"])
    assert "| calls | p99 ms |" in text
    assert "| 100 | 1.23 |" in text
    assert "- one\n- two" in text


def test_an_empty_list_is_said_in_words():
    assert "The names: none." in page(names=[])


def test_a_cell_cannot_break_the_table():
    broken = Figure(key="x", title="a|b")
    result = Result(
        title="T",
        command="c",
        sections=[Section(title="S", about="A", figures=(broken,))],
        values={"x": 1},
        took_s=1.0,
    )
    assert "| a/b | 1 |" in report([result], MACHINE, "today", "make bench")


def test_a_terminal_shows_only_what_was_measured():
    text = summary([SECTION], {"fast_ms": 4.0, "names": ["one"]})
    assert "speed" in text
    assert "at most 5.00 ms: met" in text
    assert "calls held" not in text
    assert "    one" in text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "ms", "not measured"),
        (0.123, "s", "0.12 s"),
        (12.34, "ms", "12.3 ms"),
        (123.4, "ms", "123 ms"),
        (7, "", "7"),
    ],
)
def test_numbers_are_rounded_to_what_they_can_bear(value, unit, text):
    assert shown(value, unit) == text


def test_a_bound_itself_meets_the_goal():
    assert judged(FAST, 5.0).endswith("met")
    assert judged(MANY, 100).endswith("met")
    assert judged(MANY, 99).endswith("MISSED")


def test_what_the_line_always_reports_is_explained_in_the_page():
    keys = [figure.key for section in SECTIONS for figure in section.figures]
    assert set(_ALWAYS) <= set(keys)
    assert len(keys) == len(set(keys))
