"""The state folder: private, claimed by one line at a time, and clear about what is wrong."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from careline.state import StateFolder, StateInUse


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    made = StateFolder(tmp_path / "state")
    made.make()
    return made


def test_nobody_else_may_look_into_it(state):
    folders = [state.path, *(each for each in state.path.iterdir() if each.is_dir())]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


def test_making_it_again_changes_nothing_in_it(state):
    state.secrets.write_text("kept")
    state.make()
    assert state.secrets.read_text() == "kept"


def test_a_second_line_is_told_which_process_has_it(state):
    claim = state.claim()
    with pytest.raises(StateInUse, match=rf"process {os.getpid()}\); stop it first"):
        state.claim()
    os.close(claim)


def test_it_is_free_again_once_the_claim_is_closed(state):
    os.close(state.claim())
    os.close(state.claim())


def test_a_child_keeps_the_claim_of_a_killed_parent(state):
    code = "import sys; sys.stdin.read()"
    claim = state.claim()
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, pass_fds=(claim,))
    os.close(claim)
    # As after a kill: the process that is named in the lock is no more.
    state.lock.write_text("4194304999\n")
    try:
        with pytest.raises(StateInUse, match="still serves its callers"):
            state.claim()
    finally:
        child.communicate()
    os.close(state.claim())


def test_a_file_in_its_place_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="this is not a folder"):
        StateFolder(tmp_path / "file").make()


def test_a_path_no_socket_fits_into_is_refused_before_anything_is_started(tmp_path):
    with pytest.raises(OSError, match="too long for a socket"):
        StateFolder(tmp_path / ("x" * 120)).make()


def test_a_place_where_nothing_can_be_made_is_refused():
    with pytest.raises(OSError, match=r"No such file|denied|not permitted"):
        StateFolder(Path("/proc/careline")).make()
