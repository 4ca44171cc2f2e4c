"""What a measurement ran on."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from adapters.telephony.media import request_realtime_priority

_LIBRARIES = (
    "aiosipua",
    "cryptography",
    "moonshine-voice",
    "msgspec",
    "numpy",
    "pocketsphinx",
    "pydantic",
    "pyrage",
    "webrtcvad-wheels",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a reader needs to compare figures with their own.

    Attributes:
        cpu: the processor's name.
        cores: as many as may be used.
        memory_gb: of the machine.
        system: kernel and distribution.
        python: version.
        libraries: version by name.
        sipp: its version.
        realtime: whether real-time priority is granted, and what to do if not.
        load: the load average over a minute before the measurements began.
    """

    cpu: str
    cores: int
    memory_gb: float
    system: str
    python: str
    libraries: dict[str, str]
    sipp: str
    realtime: str
    load: float


def this_machine() -> Machine:
    """Ask the machine."""
    return Machine(
        cpu=_cpu(Path("/proc/cpuinfo").read_text()),
        cores=len(os.sched_getaffinity(0)),
        memory_gb=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9,
        system=f"{platform.system()} {platform.release()}, {_distribution()}",
        python=platform.python_version(),
        libraries=dict(_versions()),
        sipp=_sipp(),
        realtime=_realtime(),
        load=os.getloadavg()[0],
    )


def _cpu(cpuinfo: str) -> str:
    found = re.search(r"^model name\s*: (.+)$", cpuinfo, re.MULTILINE)
    return found.group(1) if found else platform.machine()


def _distribution() -> str:
    return platform.freedesktop_os_release().get("PRETTY_NAME", "unknown distribution")


def _versions() -> list[tuple[str, str]]:
    found = []
    for name in _LIBRARIES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            found.append((name, "not installed"))
    return found


def _sipp() -> str:
    program = shutil.which("sipp")
    if program is None:
        return "not installed"
    said = subprocess.run([program, "-v"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"SIPp (v[\w.-]+)", said)
    return found.group(1).rstrip(".") if found else "unknown"


def _realtime() -> str:
    """Ask in a process of its own: this one must keep its ordinary priority."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, request_realtime_priority().detail.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        detail = answer.read()
    os.waitpid(child, 0)
    return detail
