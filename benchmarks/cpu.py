"""CPU time of other processes, from ``/proc`` (proc(5))."""

from __future__ import annotations

import os
import time
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


def parse_stat(text: str) -> tuple[int, float]:
    """Parent and CPU seconds (user and system, all threads) from ``/proc/PID/stat``."""
    # The program's name stands in parentheses and may hold anything, parentheses too.
    fields = text[text.rindex(")") + 2 :].split()
    return int(fields[1]), (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def children(pid: int) -> list[int]:
    """The processes that ``pid`` started and that still run."""
    found = []
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                parent, _cpu_s = parse_stat((folder / "stat").read_text())
            except OSError:
                continue
            if parent == pid:
                found.append(int(folder.name))
    return found


def module_child(pid: int, module: str, argument: str) -> int:
    """The child of ``pid`` that runs a Python module with a certain argument.

    Raises:
        LookupError: there is none.
    """
    for child in children(pid):
        words = (_PROC / str(child) / "cmdline").read_bytes().decode(errors="replace").split("\0")
        if module in words and argument in words:
            return child
    raise LookupError(f"no child process runs {module}")


class CpuMeter:
    """Shares of one core, from construction until it is read.

    Args:
        pids: by name; a group of processes counts as one.
    """

    def __init__(self, pids: dict[str, list[int]]) -> None:
        self._pids = pids
        self._began = time.monotonic()
        self._before = self._used()

    def percent(self) -> dict[str, float]:
        """By name, in percent of one core, since the meter was made."""
        elapsed = time.monotonic() - self._began
        used = self._used()
        return {name: 100 * (used[name] - self._before[name]) / elapsed for name in used}

    def _used(self) -> dict[str, float]:
        return {
            name: sum(parse_stat((_PROC / str(pid) / "stat").read_text())[1] for pid in pids)
            for name, pids in self._pids.items()
        }
