"""One recording's file while it is written: whole segments or nothing, and never plaintext.

A segment that cannot be written (the disk is full) is cut away again, its time is remembered, and
silence of the same length stands for it as soon as something can be written: what comes later is
still at its right time.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyrage

from adapters.stores.folder import sync_folder
from calls.ids import CallId
from calls.ports import SAMPLE_RATE_HZ
from recordings.chain import BEGINNING, digest
from recordings.segment import Segment, SegmentHeader, serialise

SEGMENT_S = 5
SEGMENT_SAMPLES = SEGMENT_S * SAMPLE_RATE_HZ
SAMPLE_BYTES = 2


class SealedFile:
    """Used by one thread at a time.

    Args:
        path: a new file, mode 0600.
        recording_id: its name.
        call_id: whose it is.
        started_at_ms: milliseconds since the epoch.
        recipients: who can open it; all of them, each alone.

    Raises:
        OSError: the file cannot be made, or is there.
    """

    def __init__(
        self,
        path: Path,
        *,
        recording_id: str,
        call_id: CallId,
        started_at_ms: int,
        recipients: Sequence[pyrage.x25519.Recipient],
    ) -> None:
        self._recording_id = recording_id
        self._call_id = call_id
        self._started_at_ms = started_at_ms
        self._recipients = recipients
        self._segments = 0
        self._previous = BEGINNING
        self._length = 0
        self._silence_due = 0
        self._folder = path.parent
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def lose(self, samples: int) -> None:
        """Audio of this length is lost before the next segment: silence will stand for it."""
        self._silence_due += samples

    def add(self, left: bytes, right: bytes, *, final: bool = False) -> None:
        """Seal and write a segment, and before it the silence that is due.

        Args:
            left: 16-bit little-endian samples of the caller.
            right: as many of the agent.
            final: whether the recording ends with it.

        Raises:
            OSError: it is not written; silence of its length is now due.
        """
        self._silence_due += len(left) // SAMPLE_BYTES
        while (rest := self._silence_due - len(left) // SAMPLE_BYTES) > 0:
            samples = min(rest, SEGMENT_SAMPLES)
            self._write(bytes(2 * SAMPLE_BYTES * samples), samples=samples, silenced=samples)
        stereo = np.empty(len(left), dtype="<i2")
        stereo[0::2] = np.frombuffer(left, dtype="<i2")
        stereo[1::2] = np.frombuffer(right, dtype="<i2")
        self._write(stereo.tobytes(), samples=len(left) // SAMPLE_BYTES, silenced=0, final=final)

    def close(self) -> None:
        """Give the file back."""
        os.close(self._file)

    def _write(self, audio: bytes, *, samples: int, silenced: int, final: bool = False) -> None:
        header = SegmentHeader(
            recording_id=self._recording_id,
            call_id=self._call_id,
            started_at_ms=self._started_at_ms,
            number=self._segments + 1,
            samples=samples,
            silenced=silenced,
            final=final,
            previous=self._previous,
        )
        sealed = pyrage.encrypt(header.encode() + audio, self._recipients)
        frame = serialise(Segment(header=header, sealed=sealed))
        try:
            _write_all(self._file, frame, self._length)
            os.fdatasync(self._file)
            if not self._segments:
                sync_folder(self._folder)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._file, self._length)
            raise
        self._previous = digest(frame)
        self._length += len(frame)
        self._silence_due -= samples
        self._segments += 1


def _write_all(file: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(file, view, offset)
        view = view[written:]
        offset += written
