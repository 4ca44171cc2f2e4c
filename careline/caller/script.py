"""What a scripted caller does and what should come of it, from YAML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from config.errors import ConfigError
from config.parse import parse
from config.report import Report
from config.source import read_document

_NUMBER = re.compile(r"\+?[0-9]{3,15}")
_KEYS = re.compile(r"[0-9*#]+")
_ACTIONS = ("listen", "say", "press", "wait", "stay")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptStep:
    """One thing the caller does. Exactly one is given.

    Attributes:
        listen: until the line has spoken and paused, at most so many seconds.
        say: speak these words.
        press: press these keys.
        wait: do nothing for so many seconds.
        stay: stay on the line until an agent answers, at most so many seconds.
    """

    listen: float | None = None
    say: str | None = None
    press: str | None = None
    wait: float | None = None
    stay: float | None = None

    @property
    def action(self) -> str:
        """Which of them it is."""
        return next(name for name in _ACTIONS if getattr(self, name) is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What should come of the call.

    Attributes:
        answered_by: one of these agents talks with the caller; empty: nobody must.
        within_s: and does so within so many seconds of the arrival.
        outcome: how the call ends, see the glossary.
        told: what each must occur in the call's timeline.
    """

    answered_by: tuple[str, ...] = ()
    within_s: float | None = None
    outcome: str | None = None
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One call.

    Attributes:
        title: what it shows.
        caller: the number that is shown to the clinic.
        steps: what the caller does, in order; then they hang up.
        expect: what should come of it.
        language: in which the caller speaks.
    """

    title: str
    caller: str
    steps: tuple[ScriptStep, ...]
    expect: Expectation = field(default_factory=Expectation)
    language: str = "en"


def read_script(path: Path) -> Script:
    """Read a script.

    Raises:
        ConfigError: every mistake in it, each with its line.
    """
    report = Report()
    document, problems = read_document(path.parent, path.name)
    for problem in problems:
        report.add(problem)
    script = None if problems else parse(Script, document.data, document, (), report)
    if script is not None:
        if not _NUMBER.fullmatch(script.caller):
            report.problem(document, ("caller",), "wanted a phone number: digits, perhaps after +")
        for index, step in enumerate(script.steps):
            given = [name for name in _ACTIONS if getattr(step, name) is not None]
            place = ("steps", index)
            if len(given) != 1:
                report.problem(document, place, f"wanted exactly one of {', '.join(_ACTIONS)}")
            elif step.press is not None and not _KEYS.fullmatch(step.press):
                report.problem(document, (*place, "press"), "wanted keys: 0-9, * and #")
    if script is None or report.problems:
        raise ConfigError(report.problems)
    return script
