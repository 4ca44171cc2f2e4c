"""Figures that would not be what they are called are not taken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.pyvoip import VERSION, _problem


def told(**said):
    return json.dumps({"version": VERSION, "realtime": True, **said}).encode()


@pytest.mark.parametrize(
    ("line", "realtime", "problem"),
    [
        (b"", False, "pyVoIP did not start"),
        (told(version="2.0"), False, f"this is pyVoIP 2.0, wanted {VERSION}"),
        (told(realtime=False), True, "real-time priority is not granted here"),
        (told(realtime=False), False, ""),
        (told(), True, ""),
    ],
)
def test_another_version_or_priority_than_the_figures_name_is_a_problem(line, realtime, problem):
    assert _problem(line, realtime=realtime) == problem


def test_the_version_that_is_measured_is_the_one_that_is_pinned():
    pins = Path(__file__).resolve().parents[2].joinpath("constraints.txt").read_text()
    assert f"pyvoip=={VERSION}" in pins.lower()
