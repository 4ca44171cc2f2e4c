"""The media loop's end of a recording, and the thread that seals.

``write`` only gathers; every five seconds it hands a segment to the thread, which encrypts it and
writes it. The audio of a segment that finds too many others waiting is dropped and becomes silence
of the same length: a slow disk must cost audio, never a call.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from adapters.stores.sealed_file import SAMPLE_BYTES, SEGMENT_SAMPLES, SealedFile
from calls.ports import SAMPLE_RATE_HZ, VaultError

log = logging.getLogger(__name__)

SEGMENT_BYTES = SEGMENT_SAMPLES * SAMPLE_BYTES


@dataclass(slots=True)
class _Job:
    """A segment to be sealed; ``lost`` samples of silence come before it."""

    writer: AgeWriter
    left: bytes = field(repr=False)
    right: bytes = field(repr=False)
    lost: int
    final: bool


class AgeWriter:
    """One recording while it is written. A :class:`~calls.ports.SealedWriter`.

    Its methods are for the media loop and never wait for the disk.

    Attributes:
        sealed: see :attr:`calls.ports.SealedWriter.sealed`. Cannot be cancelled.
    """

    def __init__(self, file: SealedFile, thread: SealingThread) -> None:
        self.sealed: Future[None] = Future()
        self.sealed.set_running_or_notify_cancel()
        self._file = file
        self._thread = thread
        self._left = bytearray()
        self._right = bytearray()
        self._samples = 0
        self._lost = 0
        self._closed = False

    def write(self, left: bytes, right: bytes) -> None:
        """See :meth:`calls.ports.SealedWriter.write`. After the close it does nothing.

        Raises:
            ValueError: ours: unequal lengths, or half a sample.
        """
        if len(left) != len(right) or len(left) % SAMPLE_BYTES:
            raise ValueError("left and right must be equally many whole samples")
        if self._closed:
            return
        self._samples += len(left) // SAMPLE_BYTES
        self._left += left
        self._right += right
        while len(self._left) >= SEGMENT_BYTES:
            self._hand_over(SEGMENT_BYTES)

    def close(self) -> float:
        """See :meth:`calls.ports.SealedWriter.close`. Returns at once; see :attr:`sealed`."""
        if not self._closed:
            self._closed = True
            self._hand_over(len(self._left), final=True)
        return self._samples / SAMPLE_RATE_HZ

    def _hand_over(self, length: int, *, final: bool = False) -> None:
        job = _Job(self, bytes(self._left[:length]), bytes(self._right[:length]), self._lost, final)
        del self._left[:length], self._right[:length]
        if not length:  # a recording's end, without audio, waits for no room
            self._thread.take_always(job)
            return
        if self._thread.take(job):
            self._lost = 0
            return
        self._lost += length // SAMPLE_BYTES
        if final:
            self._thread.take_always(_Job(self, b"", b"", self._lost, final=True))

    def seal(self, job: _Job) -> None:
        """Write a segment. On the sealing thread only.

        Raises:
            OSError: it could not be written; the file remembers its length.
        """
        try:
            self._file.lose(job.lost)
            self._file.add(job.left, job.right, final=job.final)
        finally:
            if job.final:
                self._file.close()


class SealingThread:
    """Seals the segments of all recordings, one after the other.

    When segments begin to fail, and when they are written again, the log says so, once.

    Args:
        most_waiting: segments that may wait; a full queue costs audio.
        explain: turns a failure into a line for the operator.
    """

    def __init__(self, *, most_waiting: int, explain: Callable[[Exception], VaultError]) -> None:
        self._most_waiting = most_waiting
        self._explain = explain
        self._failing = False
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="recording-sealer", daemon=True)
        self._thread.start()

    def take(self, job: _Job) -> bool:
        """Queue a segment; ``False`` if too many wait already. Never blocks."""
        if self._jobs.qsize() >= self._most_waiting:
            return False
        self._jobs.put(job)
        return True

    def take_always(self, job: _Job) -> None:
        """Queue the end of a recording, which holds no audio, however many wait."""
        self._jobs.put(job)

    def stop(self) -> None:
        """Seal what waits, then end. Blocks."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            problem = self._seal(job)
            if not job.final:
                continue
            if problem is None:
                job.writer.sealed.set_result(None)
            else:
                job.writer.sealed.set_exception(problem)

    def _seal(self, job: _Job) -> VaultError | None:
        """Whatever goes wrong with one recording, the thread goes on for the others."""
        if job.lost:
            log.warning(
                "recordings: the disk is too slow; silence stands for %.0f s of a conversation",
                job.lost / SAMPLE_RATE_HZ,
            )
        try:
            job.writer.seal(job)
        except Exception as error:
            problem = self._explain(error)
            if not self._failing:
                log.error("%s", problem)
            self._failing = True
            return problem
        if self._failing:
            log.warning("recordings are written again")
        self._failing = False
        return None
