"""Recordings to be tested: their sound, their files, and what is said of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from adapters.stores.age_vault import AgeVault
from adapters.stores.identities import read_identity
from adapters.stores.recording_file import Recording, open_recording
from adapters.stores.sealing_writer import AgeWriter
from calls.ids import CallId
from recordings.chain import Finding
from recordings.segment import parse

SEGMENT = 40_000
"""Samples in a whole segment."""

CALL = CallId("c1")

OpenVault = Callable[..., AgeVault]
LimitFileSize = Callable[[int | None], None]


def sound(samples: int, seed: int) -> bytes:
    noise = np.random.default_rng(seed).integers(1, 2000, samples, dtype=np.int16)
    return noise.astype("<i2").tobytes()


def record(
    writer: AgeWriter, samples: int, seed: int = 1, frame: int = 1600
) -> tuple[bytes, bytes]:
    """Write noise, 200 ms at a time; what was written to the left and to the right."""
    left, right = sound(samples, seed), sound(samples, seed + 1000)
    for start in range(0, 2 * samples, 2 * frame):
        writer.write(left[start : start + 2 * frame], right[start : start + 2 * frame])
    return left, right


def sealed(vault: AgeVault, name: str, samples: int, seed: int = 1) -> tuple[bytes, bytes]:
    """A whole recording, on the disk."""
    writer = vault.create(name, CALL)
    heard = record(writer, samples, seed)
    writer.close()
    writer.sealed.result(timeout=60)
    return heard


def settled(vault: AgeVault) -> None:
    """Return once everything handed over so far was dealt with: the queue keeps its order."""
    marker = vault.create(f"marker-{os.urandom(4).hex()}", CallId("marker"))
    marker.close()
    marker.sealed.exception(timeout=60)


def opened(vault: AgeVault, name: str, keys: Path, identity: str = "records") -> Recording:
    return open_recording(vault.path_of(name), read_identity(keys / f"{identity}.identity"))


def flaws(findings: Iterable[Finding]) -> list[tuple[int, str]]:
    return [(finding.number, finding.flaw) for finding in findings]


def frames_of(path: Path) -> list[bytes]:
    """The segments of a file as bytes."""
    data, frames, offset = path.read_bytes(), [], 0
    while (read := parse(data, offset)) is not None:
        frames.append(data[offset : read[1]])
        offset = read[1]
    return frames
