"""A line that starts quickly (its prompts are rendered once), and an operator at a terminal."""

from __future__ import annotations

import fcntl
import functools
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

import pytest

from careline.publishing import TRIAGE, Gate
from careline.state import StateFolder
from config.site import Site
from tests.careline.rig import Rig
from tests.careline.small_site import Line, small_folder
from tests.config.conftest import Folder

_PATIENCE_S = 90.0
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


@pytest.fixture
def rig(clinic: Site) -> Iterator[Rig]:
    """The sample clinic on a Monday morning."""
    made = Rig(clinic)
    yield made
    made.run.close()


@pytest.fixture
def state(rendered: Path, tmp_path: Path) -> StateFolder:
    """A state folder in which a line starts at once."""
    made = StateFolder(tmp_path / "state")
    made.make()
    shutil.copytree(rendered, made.prompts, dirs_exist_ok=True)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """The folder of the small clinic."""
    return small_folder(tmp_path / "site")


@pytest.fixture
def start(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Line]]:
    """Starts what publishes the small clinic; no line is connected, so nobody waits for one."""
    made: list[Line] = []
    monkeypatch.setattr("careline.publisher.HANDLED_WITHIN_S", 0.0)

    def line(*gates: Gate) -> Line:
        made.append(Line(folder.path, tmp_path / "versions", gates or (TRIAGE,)))
        return made[-1]

    yield line
    for each in made:
        each.gate.close()


@pytest.fixture
def full_disk() -> Iterator[TextIO]:
    """A file to which nothing more can be written."""
    with Path("/dev/full").open("w") as full:
        yield full


def _log_in(terminal: int) -> None:
    # Whoever runs the tests under nohup ignores what a terminal that closes sends, and a child
    # inherits that.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    os.login_tty(terminal)


class Operator:
    """``careline run`` in a terminal of its own.

    Args:
        state: the state folder.
        arguments: more of the command line.
    """

    def __init__(self, state: StateFolder, *arguments: str) -> None:
        self.state = state
        self.shown = ""
        self._read_up_to = 0
        self.terminal, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 300, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "careline", "run", "--state", str(state.path),
             "--listen", "127.0.0.1:0", *arguments],
            preexec_fn=functools.partial(_log_in, inside),
            pass_fds=(inside,),
        )  # fmt: skip
        os.close(inside)

    @property
    def uri(self) -> str:
        """Where to call; once :meth:`until` saw the welcome."""
        found = re.search(r"answers at +(sip:\S+)", self.shown)
        assert found, self.shown
        return found[1]

    def until(self, text: str) -> str:
        """What is shown up to and with ``text``, from where the last one ended."""
        give_up_at = time.monotonic() + _PATIENCE_S
        while (at := self.shown.find(text, self._read_up_to)) < 0:
            left_s = give_up_at - time.monotonic()
            if not select.select([self.terminal], [], [], max(0.0, left_s))[0]:
                raise AssertionError(f"{text!r} is not shown:\n{self.shown}")
            try:
                more = os.read(self.terminal, 65536)
            except OSError:
                more = b""
            if not more:
                raise AssertionError(f"it ended before it showed {text!r}:\n{self.shown}")
            self.shown += _ESCAPES.sub("", more.decode(errors="replace"))
        begin, self._read_up_to = self._read_up_to, at + len(text)
        return self.shown[begin : self._read_up_to]

    def press(self, keys: str) -> None:
        """Press keys."""
        os.write(self.terminal, keys.encode())

    def close_terminal(self) -> None:
        """As when its window is closed."""
        if self.terminal >= 0:
            os.close(self.terminal)
            self.terminal = -1

    def ended(self) -> int:
        """The exit code, once all its processes are gone."""
        code = self.process.wait(_PATIENCE_S)
        assert nothing_runs(self.state)
        return code


def nothing_runs(state: StateFolder, *, wait_s: float = _PATIENCE_S) -> bool:
    """Whether no process of a line is left: each holds the folder's lock while it lives."""
    done = subprocess.run(["flock", "-w", str(wait_s), str(state.lock), "true"], check=False)
    return done.returncode == 0


@pytest.fixture
def operate(state: StateFolder) -> Iterator[Callable[..., Operator]]:
    """Starts ``careline run`` in a terminal; whatever is left of it is killed."""
    made: list[Operator] = []

    def start(*arguments: str) -> Operator:
        made.append(Operator(state, *arguments))
        return made[-1]

    yield start
    for operator in made:
        operator.close_terminal()
        operator.process.kill()
        operator.process.wait()
        # Its children end by themselves: the line at once, for it has no callers.
        assert nothing_runs(state)
