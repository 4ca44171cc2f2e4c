"""``docs/benchmarks.md`` from what the benchmarks measured. No clock, no file: text from values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.figure import Figure, Section, Values, judged, shown
from benchmarks.machine import Machine

_INTRODUCTION = """\
Written by `make bench`; do not edit. Every figure comes from the run named below, on the machine
named below, with everything on that machine: the line, its brain and its recognisers, and also
those who call, SIPp and the far ends of the audio, which took their share of the same cores. A
goal that was missed says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One benchmark's run.

    Attributes:
        title: of the benchmark.
        command: how to run it alone.
        sections: what its values mean.
        values: by key; without those that were not measured.
        took_s: how long it ran.
        problem: why it ended early; empty when it did not.
    """

    title: str
    command: str
    sections: Sequence[Section]
    values: Values
    took_s: float
    problem: str = ""


def report(results: Iterable[Result], machine: Machine, date: str, command: str) -> str:
    """The whole page.

    Args:
        results: in the order of the page.
        machine: what it ran on.
        date: when, as people write it.
        command: what was run.
    """
    every = list(results)
    parts = [
        "# Benchmarks",
        _INTRODUCTION,
        "## The goals",
        *_goals(every),
        "## The run",
        _run(machine, date, command),
    ]
    for result in every:
        parts += [f"## {result.title}", f"`{result.command}` took {_duration(result.took_s)}."]
        if result.problem:
            parts.append(f"**This run ended early: {result.problem}**")
        for section in result.sections:
            parts += _section(section, result.values)
    return "\n\n".join(parts) + "\n"


def summary(sections: Iterable[Section], values: Values) -> str:
    """A benchmark's results for a terminal: one line per figure that was measured."""
    lines = []
    for section in sections:
        figures = [f for f in section.figures if values.get(f.key) is not None]
        if figures:
            lines += ["", section.title]
        for figure in figures:
            value = values[figure.key]
            if isinstance(value, list):
                lines.append(f"  {figure.title}:{'' if value else ' none'}")
                lines += [f"    {_in_a_line(item)}" for item in value]
                continue
            goal = judged(figure, value)
            lines.append(
                f"  {figure.title:<52} {shown(value, figure.unit):>14}"
                f"{f'   ({goal})' if goal else ''}"
            )
    return "\n".join(lines)


def _goals(results: list[Result]) -> list[str]:
    """The verdict in a sentence, then each goal beside what was measured."""
    rows = []
    met = 0
    for result in results:
        for section in result.sections:
            for figure in section.figures:
                if figure.goal is None:
                    continue
                value = result.values.get(figure.key)
                met += isinstance(value, int | float) and figure.goal.met(value)
                title = f"{section.title}: {figure.title}"
                rows.append((title, shown(value, figure.unit), judged(figure, value)))
    return [f"{met} of {len(rows)} goals were met.", _table(("", "measured", "goal"), rows)]


def _run(machine: Machine, date: str, command: str) -> str:
    libraries = ", ".join(f"{name} {version}" for name, version in machine.libraries.items())
    rows = [
        ("date", date),
        ("command", f"`{command}`"),
        ("processor", f"{machine.cpu}, {machine.cores} cores"),
        ("memory", f"{machine.memory_gb:.0f} GB"),
        ("system", machine.system),
        ("Python", machine.python),
        ("libraries", libraries),
        ("SIPp", machine.sipp),
        ("priority", machine.realtime),
        ("load before the run", f"{machine.load:.2f}"),
    ]
    return _table(("", ""), rows)


def _section(section: Section, values: Values) -> list[str]:
    numbers = [f for f in section.figures if not isinstance(values.get(f.key), list)]
    rows = [
        (f.title, _emphasised(f, values.get(f.key)), judged(f, values.get(f.key)), f.how)
        for f in numbers
    ]
    parts = [f"### {section.title}", section.about]
    if rows:
        parts.append(_table(("", "measured", "goal", "how"), rows))
    for figure in section.figures:
        value = values.get(figure.key)
        if isinstance(value, list):
            parts += _list(figure, value)
    return parts


def _emphasised(figure: Figure, value: object) -> str:
    text = shown(value, figure.unit)
    return f"**{text}**" if figure.goal is not None else text


def _list(figure: Figure, value: list[object]) -> list[str]:
    heading = f"{figure.title}:"
    if not value:
        return [f"{heading} none."]
    if all(isinstance(item, dict) for item in value):
        items = [item for item in value if isinstance(item, dict)]
        names = list(items[0])
        rows = [[shown(item.get(name), "") for name in names] for item in items]
        return [heading, _table([name.replace("_", " ") for name in names], rows)]
    return [heading, "\n".join(f"- {item}" for item in value)]


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"


def _in_a_line(item: object) -> str:
    if isinstance(item, dict):
        return ", ".join(f"{name.replace('_', ' ')} {shown(v, '')}" for name, v in item.items())
    return str(item)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in lines)
