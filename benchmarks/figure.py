"""What a benchmark measures: a name, a unit, how it is measured, and what was hoped for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Values = dict[str, Any]
"""A benchmark's results, as its JSON object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a figure should be.

    Attributes:
        limit: the bound itself still meets the goal.
        at_least: whether more is better.
    """

    limit: float
    at_least: bool = False

    def met(self, value: float) -> bool:
        """Whether a result is good enough."""
        return value >= self.limit if self.at_least else value <= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number, or a list that stands behind one.

    Attributes:
        key: in the JSON object.
        title: for people.
        unit: after the number; may be empty.
        how: how it is measured, in a sentence or two.
        goal: none for a figure that is there for information.
    """

    key: str
    title: str
    unit: str = ""
    how: str = ""
    goal: Goal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Figures that belong together.

    Attributes:
        title: the heading.
        about: what was done, for all of its figures.
        figures: in the order of the report.
    """

    title: str
    about: str
    figures: tuple[Figure, ...]


def shown(value: object, unit: str) -> str:
    """A result as people read it; numbers are rounded to what their size can bear."""
    if value is None:
        return "not measured"
    if isinstance(value, float):
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
        value = f"{value:.{digits}f}"
    return f"{value} {unit}".rstrip()


def judged(figure: Figure, value: object) -> str:
    """The goal and whether it was met; empty for a figure without one."""
    goal = figure.goal
    if goal is None:
        return ""
    wanted = f"{'at least' if goal.at_least else 'at most'} {shown(goal.limit, figure.unit)}"
    if not isinstance(value, int | float):
        return wanted
    return f"{wanted}: {'met' if goal.met(value) else 'MISSED'}"
