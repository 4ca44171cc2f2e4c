"""A gate in a process of its own: started, heard, and ended when nobody waits any more."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Callable, Sequence

from careline.publishing import GivenUp, Progress
from careline.state import StateFolder
from config.site import Site

_LOOK_EVERY_S = 0.2
_MAX_LINE = 1_000_000


class EndedEarly(Exception):
    """Ours: the process of a gate ended without a finding."""


def apart(name: str, state: StateFolder) -> Callable[[Site, Progress], Sequence[str]]:
    """What a gate finds, looked for in a process of its own.

    Args:
        name: of the gate, see :mod:`careline.processes.gate`.
        state: the line's state folder.
    """

    def find(site: Site, progress: Progress) -> Sequence[str]:
        arguments = ("--gate", name, "--site", str(site.folder), "--state", str(state.path))
        # Not through a shell; the process ends by itself once its standard input does.
        with subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "careline.processes.gate", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                return _heard(process, progress)
            finally:
                process.kill()

    return find


def _heard(process: subprocess.Popen[bytes], progress: Progress) -> Sequence[str]:
    """What it finds; its progress is passed on.

    Raises:
        GivenUp: nobody waits any more.
        EndedEarly: it ended without a finding.
    """
    assert process.stdout is not None
    pending = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if progress.given_up:
                raise GivenUp
            if not selector.select(_LOOK_EVERY_S):
                continue
            read = os.read(process.stdout.fileno(), 65536)
            if not read or len(pending) > _MAX_LINE:
                raise EndedEarly
            *lines, pending = (pending + read).split(b"\n")
            for line in lines:
                told = json.loads(line)
                if "problems" in told:
                    return [str(each) for each in told["problems"]]
                progress(int(told["done"]), int(told["of"]))
