"""Reading a sealed recording: checking it without an identity, and listening with one.

Whatever is wrong with a file is reported beside what can still be read of it.
"""

from __future__ import annotations

import io
import os
import wave
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyrage

from adapters.stores.identities import parse_identity, read_identity
from calls.ids import CallId
from calls.ports import SAMPLE_RATE_HZ, VaultError
from recordings import chain
from recordings.chain import Finding, Flaw
from recordings.segment import MAGIC, Segment, SegmentError, open_payload, parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a file says of itself, and what is wrong with it.

    Attributes:
        recording_id: what most segments say; empty when there is none.
        call_id: what most segments say; empty when there is none.
        started_at: seconds since the epoch; 0 when there is no segment.
        segments: how many were found.
        duration_s: of the segments found.
        silenced_s: how much of it is silence in place of audio that was lost.
        findings: everything that is wrong; none for a whole recording. A crash while it was
            written leaves ``truncated`` and nothing else.
    """

    recording_id: str
    call_id: CallId
    started_at: float
    segments: int
    duration_s: float
    silenced_s: float
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """An opened recording.

    Attributes:
        left: the caller, 16-bit little-endian PCM at 8 kHz.
        right: the agent, as long.
        report: what was found, among it each segment that could not be opened.
    """

    left: bytes = field(repr=False)
    right: bytes = field(repr=False)
    report: Report

    def wav(self) -> bytes:
        """Both channels as a WAV file."""
        stereo = np.empty(len(self.left), dtype="<i2")
        stereo[0::2] = np.frombuffer(self.left, dtype="<i2")
        stereo[1::2] = np.frombuffer(self.right, dtype="<i2")
        made = io.BytesIO()
        with wave.open(made, "wb") as out:
            out.setnchannels(2)
            out.setsampwidth(2)
            out.setframerate(SAMPLE_RATE_HZ)
            out.writeframes(stereo.tobytes())
        return made.getvalue()


def read_report(path: Path) -> Report:
    """Check a recording without an identity: order, gaps, edits, its end.

    Raises:
        VaultError: the file cannot be read.
    """
    return _examine(_read(path))[1]


def open_recording(path: Path, identity: str) -> Recording:
    """Open a recording as far as it can be opened.

    Args:
        path: the sealed file.
        identity: the secret text of either identity (``AGE-SECRET-KEY-1...``).

    Raises:
        VaultError: the file cannot be read, or nothing in it opens with this identity.
    """
    key = parse_identity(identity, "identity")
    segments, report = _examine(_read(path))
    findings = set(report.findings)
    audio = []
    for segment in segments:
        try:
            payload = pyrage.decrypt(segment.sealed, [key])
            audio.append(open_payload(segment.header, payload))
        except (pyrage.DecryptError, SegmentError):
            findings.add(Finding(segment.header.number, Flaw.EDITED.value))
    if segments and not audio:
        raise VaultError(
            f"{path}: no segment opens with this identity; it is sealed to others, or damaged"
        )
    stereo = np.frombuffer(b"".join(audio), dtype="<i2")
    return Recording(
        left=stereo[0::2].tobytes(),
        right=stereo[1::2].tobytes(),
        report=replace(report, findings=tuple(sorted(findings))),
    )


def export_wav(path: Path, identity_file: Path, out: Path) -> Report:
    """Write a recording as a WAV file in the clear, for its owner to read only (mode 0600).

    Args:
        path: the sealed file.
        identity_file: ``records.identity`` or ``recovery.identity``.
        out: a new file.

    Raises:
        VaultError: the recording cannot be opened, or ``out`` cannot be written.
    """
    recording = open_recording(path, read_identity(identity_file))
    try:
        file = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(file, "wb") as stream:
                stream.write(recording.wav())
        except OSError:
            with suppress(OSError):
                out.unlink()
            raise
    except OSError as error:
        raise VaultError(f"{out}: cannot be written ({error.strerror})") from None
    return recording.report


def _examine(data: bytes) -> tuple[list[Segment], Report]:
    """The segments in the order of their numbers, each once, and what is wrong with them."""
    found, findings = _segments(data)
    # What most of them say: one that was put in front must not make strangers of the rest.
    names = Counter(_name(segment) for segment in found).most_common(1)
    own = names[0][0] if names else ("", "", 0)
    ours = []
    for segment in found:
        if _name(segment) == own:
            ours.append(segment)
        else:
            findings.add(Finding(segment.header.number, Flaw.FOREIGN.value))
    findings.update(chain.check(segment.link() for segment in ours))
    by_number: dict[int, Segment] = {}
    for segment in ours:
        by_number.setdefault(segment.header.number, segment)
    ordered = [by_number[number] for number in sorted(by_number)]
    findings.update(_end(ordered))
    samples = sum(segment.header.samples for segment in ordered)
    silenced = sum(segment.header.silenced for segment in ordered)
    return ordered, Report(
        recording_id=own[0],
        call_id=CallId(own[1]),
        started_at=own[2] / 1000,
        segments=len(ordered),
        duration_s=samples / SAMPLE_RATE_HZ,
        silenced_s=silenced / SAMPLE_RATE_HZ,
        findings=tuple(sorted(findings)),
    )


def _name(segment: Segment) -> tuple[str, str, int]:
    """Which recording it says it belongs to."""
    header = segment.header
    return header.recording_id, header.call_id, header.started_at_ms


def _segments(data: bytes) -> tuple[list[Segment], set[Finding]]:
    """All segments in a file, and where there are bytes that are none.

    After such bytes the search goes on at the next mark, so that one damaged length does not cost
    the rest. A segment that is cut off at the very end is what a crash leaves: no flaw by itself.
    """
    found: list[Segment] = []
    findings: set[Finding] = set()
    offset = 0
    while offset < len(data):
        cut_off = False
        try:
            read = parse(data, offset)
            cut_off = read is None
        except SegmentError:
            read = None
        if read is not None:
            segment, offset = read
            found.append(segment)
            continue
        following = _next_whole(data, offset + 1)
        if following is None and cut_off:
            break
        findings.add(Finding(found[-1].header.number if found else 0, Flaw.UNREADABLE.value))
        if following is None:
            break
        offset = following
    return found, findings


def _next_whole(data: bytes, offset: int) -> int | None:
    """Where the next whole segment begins."""
    while (offset := data.find(MAGIC, offset)) >= 0:
        try:
            if parse(data, offset) is not None:
                return offset
        except SegmentError:
            pass
        offset += 1
    return None


def _end(ordered: list[Segment]) -> set[Finding]:
    finals = [segment.header.number for segment in ordered if segment.header.final]
    if not finals:
        last = ordered[-1].header.number if ordered else 0
        return {Finding(last, Flaw.TRUNCATED.value)}
    return {
        Finding(segment.header.number, Flaw.BEYOND_END.value)
        for segment in ordered
        if segment.header.number > finals[0]
    }


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise VaultError(f"{path}: the recording cannot be read ({error.strerror})") from None
