"""What a caller says, presses and is appears nowhere a person or a file reader could see it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from careline.control import request

pytestmark = pytest.mark.alone

NUMBER = "+15557318642"
DIGITS = "7775558886"
WORDS = "my name is Zebedee Quibble and I have a question about the bill for my knee"
LEAKS = (NUMBER.strip("+"), DIGITS, "zebedee", "quibble", "a question about", "my knee")

SCRIPT = f"""\
title: planted
caller: "{NUMBER}"
steps:
  - wait: 2
  - press: "15"
  - wait: 17
  - say: {WORDS}
  - wait: 6
  - press: "{DIGITS}"
  - say: {WORDS}
  - wait: 4
  - press: "9"
  - wait: 3
expect:
  answered_by: [nobody]
"""


def leaks_in(text: str) -> list[str]:
    return [leak for leak in LEAKS if leak in text.lower()]


def leaks_on_disk(folder: Path) -> list[tuple[str, str]]:
    found = []
    for path in folder.rglob("*"):
        # Kept versions of the site hold the clinic's own words, which may be a caller's as well.
        if path.is_file() and "versions" not in path.relative_to(folder).parts:
            content = path.read_bytes().lower()
            found += [(path.name, leak) for leak in LEAKS if leak.encode() in content]
    return found


def test_a_whole_run_shows_and_keeps_nothing_private_in_the_clear(operate, tmp_path):
    """The planted values go in by real SIP; terminal, log, errors, journal and vault are read."""
    operator = operate()
    operator.until("q stop")
    if "speech is understood now" not in operator.shown:
        operator.until("speech is understood now")
    script = tmp_path / "script.yaml"
    script.write_text(SCRIPT)
    caller = subprocess.run(
        [sys.executable, "-m", "careline", "call", str(script), "--to", operator.uri,
         "--state", str(operator.state.path)],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert caller.returncode == 1, caller.stderr
    assert "NOT AS EXPECTED: wanted an answer by nobody" in caller.stdout
    assert leaks_in(caller.stderr) == []
    operator.until("ended: ")
    operator.press("s")
    operator.until("waiting ")
    status = asyncio.run(request(operator.state.control_socket, op="status"))
    assert leaks_in(str(status)) == []
    operator.press("q")
    operator.until("stopped")
    assert operator.ended() == 0
    assert "says something" in operator.shown or "RED FLAG" in operator.shown
    assert "presses 1 key" in operator.shown
    assert leaks_in(operator.shown) == []
    assert leaks_on_disk(operator.state.path) == []


def test_the_planted_values_would_be_found(tmp_path):
    (tmp_path / "log").write_text(f"heard {WORDS} from {NUMBER} pressing {DIGITS}")
    assert {leak for _file, leak in leaks_on_disk(tmp_path)} == set(LEAKS)
