"""The line process: what keeps it from starting is one clear line and exit code 2."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from careline.demo.stage import open_all_day
from careline.state import StateFolder
from config.load import DEFAULT_CLINIC, load_site
from config.secrets import ensure_agent_secrets

pytestmark = pytest.mark.slow


@pytest.fixture
def state(tmp_path):
    folder = StateFolder(tmp_path / "state")
    folder.make()
    ensure_agent_secrets(folder.secrets, load_site(DEFAULT_CLINIC).agents)
    return folder


def fatal_of(state, *arguments: str, path: str | None = None) -> list[str]:
    """Start the process, which must end by itself, and read why."""
    clinic = state.path.parent / "clinic"
    if not clinic.exists():
        open_all_day(DEFAULT_CLINIC, clinic)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "careline.processes.line"),
            *("--config", str(clinic), "--state", str(state.path), *arguments),
        ],
        stdin=subprocess.PIPE,
        capture_output=True,
        timeout=280,
        env={**os.environ, "PATH": path if path is not None else os.environ["PATH"]},
        check=False,
    )
    assert done.returncode == 2, done.stderr.decode()
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert not done.stderr
    return [line["message"] for line in said if line["event"] == "fatal"]


def test_without_any_voice_the_line_does_not_start_and_says_what_to_install(state, tmp_path):
    empty = tmp_path / "bin"
    empty.mkdir()
    (message,) = fatal_of(state, "--listen", "127.0.0.1:0", path=str(empty))
    assert message.startswith("the line cannot speak: no voice for language 'en'")
    assert "apt-get install" in message


def test_a_taken_port_is_one_line(state):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        (message,) = fatal_of(state, "--listen", f"127.0.0.1:{port}")
    assert str(port) in message


def test_a_log_that_cannot_be_written_is_one_line(state):
    state.log.mkdir()
    (message,) = fatal_of(state)
    assert message.startswith(str(Path(state.log)))
