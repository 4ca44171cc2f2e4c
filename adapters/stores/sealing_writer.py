"""The media loop's end of a recording, and the thread that seals.

``write`` only gathers; every five seconds it hands a segment to the thread, which encrypts it and
writes it. The audio of a segment that finds too many others waiting is dropped and becomes silence
of the same length: a slow disk must cost audio, never a call.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

from adapters.stores.sealed_file import SAMPLE_BYTES, SEGMENT_SAMPLES, SealedFile
from calls.ports import SAMPLE_RATE_HZ, VaultError

SEGMENT_BYTES = SEGMENT_SAMPLES * SAMPLE_BYTES


@dataclass(slots=True)
class _Job:
    """A segment to be sealed; ``lost`` samples of silence come before it."""

    writer: AgeWriter
    left: bytes
    right: bytes
    lost: int
    final: bool


class AgeWriter:
    """One recording while it is written. A :class:`~calls.ports.SealedWriter`.

    Its methods are for the media loop and never wait for the disk.

    Attributes:
        sealed: done once the recording was closed and its end is on the disk and in the
            manifest; fails with :class:`~calls.ports.VaultError` if it is not. Await it
            (``asyncio.wrap_future``) before anybody is told that the recording is sealed.
        error: what last went wrong, ``None`` while nothing did. The call goes on regardless, and
            so does the recording, with silence for what was lost.
    """

    def __init__(
        self, file: SealedFile, thread: SealingThread, finish: Callable[[SealedFile], None]
    ) -> None:
        self.sealed: Future[None] = Future()
        self.error: VaultError | None = None
        self._file = file
        self._thread = thread
        self._finish = finish
        self._left = bytearray()
        self._right = bytearray()
        self._samples = 0
        self._lost = 0
        self._closed = False
        self._entered = False

    @property
    def duration_s(self) -> float:
        """How long the recording is by now, silence for what was lost included."""
        return self._samples / SAMPLE_RATE_HZ

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
        return self.duration_s

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
        self._file.lose(job.lost)
        self._file.add(job.left, job.right, final=job.final)

    def finish(self) -> None:
        """The last segment was dealt with. On the sealing thread only.

        Raises:
            OSError: the recording could not be entered into the manifest.
        """
        self._file.close()
        self._finish(self._file)
        self._entered = True

    def settle(self) -> None:
        """Tell who waits for it how it ended. On the sealing thread only."""
        if self._file.ended and self._entered:
            self.sealed.set_result(None)
        else:
            self.sealed.set_exception(self.error or VaultError("the recording has no end"))


class SealingThread:
    """Seals the segments of all recordings, one after the other.

    Args:
        most_waiting: segments that may wait; a full queue costs audio.
        on_error: told of every failure, on this thread; must neither block nor raise.
        explain: turns a failure into a line for the operator.

    Attributes:
        failures: segments and manifest entries that could not be written.
        overflows: segments whose audio was dropped because too many others waited.
    """

    def __init__(
        self,
        *,
        most_waiting: int,
        on_error: Callable[[VaultError], None],
        explain: Callable[[Exception], VaultError],
    ) -> None:
        self.failures = 0
        self.overflows = 0
        self._most_waiting = most_waiting
        self._on_error = on_error
        self._explain = explain
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="recording-sealer", daemon=True)
        self._thread.start()

    def take(self, job: _Job) -> bool:
        """Queue a segment; ``False`` if too many wait already. Never blocks."""
        if self._jobs.qsize() >= self._most_waiting:
            self.overflows += 1
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
            self._attempt(job.writer, partial(job.writer.seal, job))
            if job.final:
                self._attempt(job.writer, job.writer.finish)
                job.writer.settle()

    def _attempt(self, writer: AgeWriter, work: Callable[[], None]) -> None:
        """Whatever goes wrong with one recording, the thread goes on for the others."""
        try:
            work()
        except Exception as error:
            self.failures += 1
            writer.error = self._explain(error)
            self._on_error(writer.error)
