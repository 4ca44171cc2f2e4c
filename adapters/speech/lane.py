"""One engine's worker processes and the queue before them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.speech.engines import EngineUnusable, Hypothesis
from adapters.speech.pcm import duration_s

log = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parents[2]
_START_TIMEOUT_S = 60.0
_FIRST_RETRY_S, _LAST_RETRY_S = 0.5, 30.0
_FIRST_GUESS_RTF = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSpec:
    """Which engine a worker runs.

    Attributes:
        engine: ``moonshine``, ``pocketsphinx`` or ``tones``.
        options: for the engine; only what JSON can carry.
    """

    engine: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class LaneCounts:
    """What happened in one lane since it started; numbers only."""

    answered: int = 0
    failed: int = 0
    hung: int = 0
    died: int = 0
    restarts: int = 0
    renewed: int = 0


class WorkerLost(Exception):
    """Theirs: the worker that had the utterance hung or died."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Job:
    pcm: bytes
    audio_s: float
    answer: asyncio.Future[Hypothesis]


class _Process:
    """A running worker; its pipes are closed and it is reaped by :meth:`end`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.remarks: tuple[str, ...] = ()

    @classmethod
    async def start(cls, spec: EngineSpec, nice: int) -> _Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "adapters.speech.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # What an engine prints may hold what a caller said.
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
        )
        worker = cls(process)
        try:
            async with asyncio.timeout(_START_TIMEOUT_S):
                ready = await worker.ask(
                    {"engine": spec.engine, "options": dict(spec.options), "nice": nice}
                )
        except (TimeoutError, WorkerLost):
            await worker.end()
            raise EngineUnusable(f"the {spec.engine} worker does not start") from None
        except BaseException:
            await worker.end()
            raise
        if "unusable" in ready:
            await worker.end()
            raise EngineUnusable(str(ready["unusable"]))
        worker.remarks = tuple(ready.get("remarks", ()))
        return worker

    async def ask(self, head: Mapping[str, Any], body: bytes = b"") -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(head).encode() + b"\n" + body)
            await self._process.stdin.drain()
            answer = json.loads(await self._process.stdout.readline())
        except (ConnectionError, ValueError):
            # Not chained: the error of a line that is cut off or no JSON quotes what was said.
            raise WorkerLost from None
        if not isinstance(answer, dict):
            raise WorkerLost
        return answer

    async def end(self) -> None:
        """Kill and reap the worker; a cancellation meanwhile waits until that is done."""
        reaping = asyncio.ensure_future(self._reap())
        try:
            await asyncio.shield(reaping)
        except asyncio.CancelledError:
            await reaping
            raise

    async def _reap(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        # Both pipes to their ends, or the transport stays open behind the dead process.
        self._process.stdin.close()
        await self._process.stdout.read()
        await self._process.wait()


class Lane:
    """Utterances for one engine, first come, first served.

    Args:
        spec: the engine.
        workers: how many processes.
        nice: how far the workers stand back behind the line's media (``nice(2)``).
        hang_timeout_s: a worker that has had an utterance for this long is killed.
        renew_after: utterances after which a worker is replaced as soon as none waits; after
            twice as many it is in any case. An engine that keeps a little of each would fill the
            memory in a few days.
    """

    def __init__(
        self,
        spec: EngineSpec,
        *,
        workers: int,
        nice: int,
        hang_timeout_s: float,
        renew_after: int,
    ) -> None:
        self.spec = spec
        self.counts = LaneCounts()
        self.remarks: tuple[str, ...] = ()
        self.unusable = f"{spec.engine} has not been started"
        self._workers = workers
        self._nice = nice
        self._hang_timeout_s = hang_timeout_s
        self._renew_after = renew_after
        self._jobs: deque[_Job] = deque()
        self._arrived = asyncio.Event()
        self._running = 0
        self._running_s = 0.0
        self._rtf = _FIRST_GUESS_RTF
        self._slots: list[asyncio.Task[None]] = []

    @property
    def available(self) -> bool:
        """Whether an utterance given now has a worker to expect."""
        return not self.unusable

    @property
    def real_time_factor(self) -> float:
        """Seconds of work for a second of audio, as lately measured."""
        return self._rtf

    @property
    def expected_wait_s(self) -> float:
        """How long an utterance given now would wait for a worker, about."""
        waiting = sum(job.audio_s for job in self._jobs) + self._running_s
        return waiting * self._rtf / self._workers

    async def start(self) -> None:
        """Start every worker; returns when the first is ready or all have failed.

        Whether it worked stands in :attr:`available` and :attr:`unusable`.
        """
        if self._slots:
            return
        first = asyncio.get_running_loop().create_future()
        tried = [0]

        def started(problem: str) -> None:
            tried[0] += 1
            if not first.done() and (not problem or tried[0] == self._workers):
                first.set_result(None)

        self._slots = [asyncio.create_task(self._serve(started)) for _ in range(self._workers)]
        await first

    async def close(self) -> None:
        """End every worker; utterances that wait are lost."""
        for slot in self._slots:
            slot.cancel()
        await asyncio.gather(*self._slots, return_exceptions=True)
        self._slots = []
        self.unusable = f"{self.spec.engine} is closed"
        self._lose_waiting()

    def _lose_waiting(self) -> None:
        while self._jobs:
            job = self._jobs.popleft()
            if not job.answer.done():
                job.answer.set_exception(WorkerLost())

    def submit(self, pcm: bytes) -> asyncio.Future[Hypothesis]:
        """Queue one utterance; it counts in :attr:`expected_wait_s` from now on.

        Returns:
            The answer, or :class:`WorkerLost`. Cancelled while it waits, it costs nothing more.
        """
        answer: asyncio.Future[Hypothesis] = asyncio.get_running_loop().create_future()
        job = _Job(pcm=pcm, audio_s=duration_s(pcm), answer=answer)
        self._jobs.append(job)
        answer.add_done_callback(lambda _: self._jobs.remove(job) if job in self._jobs else None)
        self._arrived.set()
        return answer

    async def _serve(self, started: Callable[[str], None]) -> None:
        retry_s = _FIRST_RETRY_S
        while True:
            try:
                process = await _Process.start(self.spec, self._nice)
            except (EngineUnusable, OSError) as error:
                if not self._running:
                    self.unusable = str(error)
                    self._lose_waiting()
                started(str(error))
                await asyncio.sleep(retry_s)
                retry_s = min(2 * retry_s, _LAST_RETRY_S)
                continue
            retry_s = _FIRST_RETRY_S
            self.unusable = ""
            self.remarks = process.remarks
            started("")
            self._running += 1
            served = 0
            try:
                while not (old := self._is_old(served)) and await self._one(process):
                    served += 1
            finally:
                self._running -= 1
                await process.end()
            if old:
                self.counts.renewed += 1
            else:
                self.counts.restarts += 1
                log.warning("restarting a %s worker", self.spec.engine)

    def _is_old(self, served: int) -> bool:
        return served >= self._renew_after * (2 if self._jobs else 1)

    async def _one(self, process: _Process) -> bool:
        """Serve the next utterance; ``False`` when the worker is of no more use."""
        while not self._jobs:
            self._arrived.clear()
            await self._arrived.wait()
        job = self._jobs.popleft()
        loop = asyncio.get_running_loop()
        began = loop.time()
        self._running_s += job.audio_s
        try:
            async with asyncio.timeout(self._hang_timeout_s):
                answer = await process.ask({"bytes": len(job.pcm)}, job.pcm)
            found = None if "failed" in answer else _hypothesis(answer)
        except TimeoutError:
            self.counts.hung += 1
            return self._lost(job)
        except WorkerLost:
            self.counts.died += 1
            return self._lost(job)
        except BaseException:
            self._lost(job)
            raise
        finally:
            self._running_s -= job.audio_s
        if found is None:
            self.counts.failed += 1
            self._lost(job)
            return True
        self.counts.answered += 1
        # Short utterances say little about speed; a tenth of the way follows the machine's load.
        if job.audio_s >= 0.5:
            measured = (loop.time() - began) / job.audio_s
            self._rtf += 0.1 * (min(3.0, measured) - self._rtf)
        if not job.answer.done():
            job.answer.set_result(found)
        return True

    @staticmethod
    def _lost(job: _Job) -> bool:
        if not job.answer.done():
            job.answer.set_exception(WorkerLost())
        return False


def _hypothesis(answer: Mapping[str, Any]) -> Hypothesis:
    words, certainty = answer.get("words"), answer.get("certainty")
    if not isinstance(words, str) or not isinstance(certainty, float | int | None):
        raise WorkerLost
    return Hypothesis(words=words, certainty=certainty)
