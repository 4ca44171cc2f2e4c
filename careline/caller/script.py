"""What a scripted caller does and what should come of it, from YAML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from calls.outcome import Outcome
from config.document import Document
from config.errors import ConfigError
from config.parse import parse
from config.report import Report
from config.source import read_document

_NUMBER = re.compile(r"\+?[0-9]{3,15}")
_KEYS = re.compile(r"[0-9*#]+")
_ACTIONS = ("listen", "say", "press", "wait", "stay", "until")
_LONGEST_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptStep:
    """One thing the caller does. Exactly one is given.

    Attributes:
        listen: until the line has spoken and paused, at most so many seconds.
        say: speak these words.
        press: press these keys.
        wait: do nothing for so many seconds.
        stay: stay on the line until an agent answers, at most so many seconds.
        until: stay until this stands in the call's timeline, at most two minutes.
    """

    listen: float | None = None
    say: str | None = None
    press: str | None = None
    wait: float | None = None
    stay: float | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What should come of the call.

    Attributes:
        answered_by: one of these agents talks with the caller; empty: nobody must.
        within_s: and does so within so many seconds of the arrival.
        hears_s: after the answer something can be heard for at least so many seconds.
        outcome: how the call ends, see the glossary.
        told: what each must occur in the call's timeline.
    """

    answered_by: tuple[str, ...] = ()
    within_s: float | None = None
    hears_s: float | None = None
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
        _check(script, document, report)
    if script is None or report.problems:
        raise ConfigError(report.problems)
    return script


def _check(script: Script, document: Document, report: Report) -> None:
    if not _NUMBER.fullmatch(script.caller):
        report.problem(document, ("caller",), "wanted a phone number: 3 to 15 digits, perhaps a +")
    if not script.steps:
        report.problem(document, ("steps",), "wanted at least one step")
    for index, step in enumerate(script.steps):
        _check_step(step, document, ("steps", index), report)
    wish = script.expect
    for name, seconds in (("within_s", wish.within_s), ("hears_s", wish.hears_s)):
        _check_seconds(seconds, document, ("expect", name), report)
    if wish.outcome is not None:
        outcomes = [outcome.value for outcome in Outcome]
        report.reference(document, ("expect", "outcome"), "outcome", wish.outcome, outcomes)


def _check_step(
    step: ScriptStep, document: Document, place: tuple[str | int, ...], report: Report
) -> None:
    given = [name for name in _ACTIONS if getattr(step, name) is not None]
    if len(given) != 1:
        found = " and ".join(given) or "nothing"
        report.problem(
            document, place, f"found {found}, wanted exactly one of {', '.join(_ACTIONS)}"
        )
        return
    place = (*place, given[0])
    if step.press is not None and not _KEYS.fullmatch(step.press):
        report.problem(document, place, "wanted keys: 0-9, * and #")
    elif not (step.say or step.until or "-").strip():
        report.problem(document, place, "wanted words")
    for seconds in (step.listen, step.wait, step.stay):
        _check_seconds(seconds, document, place, report)


def _check_seconds(
    seconds: float | None, document: Document, place: tuple[str | int, ...], report: Report
) -> None:
    if seconds is not None and not 0 < seconds <= _LONGEST_S:
        report.problem(document, place, f"wanted seconds above 0, at most {_LONGEST_S:.0f}")
