"""The disk under a folder: its file system, and how often it makes something durable."""

from __future__ import annotations

import os
import time
from pathlib import Path

_IN_MEMORY = ("tmpfs", "ramfs")


class NotADisk(Exception):
    """Ops: what is written here does not outlive a power cut. The message says what to do."""


def file_system(folder: Path) -> str:
    """The file system that holds ``folder``, for example ``ext4 on /dev/sda1``.

    Raises:
        NotADisk: it is one in memory: writing there says nothing about durability.
    """
    found = ("", "unknown")
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        mount, kind = line.split(" - ")
        point, (name, source) = mount.split()[4], kind.split()[:2]
        if folder.resolve().is_relative_to(point) and len(point) >= len(found[0]):
            found = (point, name if name in _IN_MEMORY else f"{name} on {source}")
    if found[1] in _IN_MEMORY:
        raise NotADisk(f"{folder}: is in memory ({found[1]}); name one on a disk with --folder")
    return found[1]


def fsyncs_per_s(folder: Path, for_s: float) -> float:
    """How many pages of 4096 bytes, appended one by one, the disk makes durable in a second."""
    path = folder / "fsync"
    page = os.urandom(4096)
    with path.open("wb", buffering=0) as file:
        count = 0
        began = time.perf_counter()
        while (took := time.perf_counter() - began) < for_s:
            file.write(page)
            os.fdatasync(file.fileno())
            count += 1
    path.unlink()
    return count / took
