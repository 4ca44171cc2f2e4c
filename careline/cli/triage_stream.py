"""``careline triage --jsonl``: JSON lines in, JSON lines out, on all processors.

Lines that come one at a time are answered one at a time; of a file, some are handed out together.
Answers are in the order of the lines. The turns of one call are answered by one process, which
remembers the call.
"""

from __future__ import annotations

import itertools
import json
import math
import multiprocessing
import os
import queue
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from io import BufferedIOBase
from multiprocessing.connection import Connection
from typing import TextIO

from calls.verdict import Verdict
from careline.heap import settle
from triage import CallMemory, TriageEngine

_KEPT_CALLS = 10_000
"""Of a longer stream's calls only so many are remembered."""
_TOGETHER = 32
"""So many lines are handed out together, if they have come together: a message costs time."""
_AHEAD = 8
"""So many such groups are read ahead of their answers; more would only take memory."""
_BLOCK = 65_536
"""Bytes read at once, at most."""
_MOST_PROCESSES = 8
_LOOK_EVERY_S = 0.2

_Answer = tuple[bool, str]
"""Whether a line could be read, and what is written of it."""
_Asked = queue.Queue[list[Connection] | None]
"""Who was asked for each of the lines handed out together; ``None`` ends them."""


class _BadLine(Exception):
    """Theirs: an input line is not what was asked for."""


def stream(
    engine: TriageEngine, source: BufferedIOBase, sink: TextIO, processes: int | None = None
) -> int:
    """One answer for each line, in order, without waiting for lines that have not come.

    Args:
        engine: answers.
        source: JSON lines.
        sink: takes JSON lines.
        processes: how many answer; as many as there are processors unless said otherwise.

    Returns:
        0; 1 when a line could not be read.
    """
    settle()
    count = min(os.cpu_count() or 1, _MOST_PROCESSES) if processes is None else processes
    if count < 2 or "fork" not in multiprocessing.get_all_start_methods():
        calls = _Calls()
        together = _as_they_come(source)
        return _write(([_line(engine, line, calls) for line in lines] for lines in together), sink)
    asked: _Asked = queue.Queue(_AHEAD)
    with _answering(engine, count) as pipes, ThreadPoolExecutor(1) as pool:
        writing = pool.submit(_write, _answers(asked), sink, asked)
        try:
            _ask(source, pipes, asked, writing)
        finally:
            _put(asked, None, writing)
        return writing.result()


def _write(
    answers: Iterator[list[_Answer]],
    sink: TextIO,
    asked: _Asked | None = None,
) -> int:
    status = 0
    for together in answers:
        for readable, answer in together:
            sink.write(answer + "\n")
            if not readable:
                status = 1
        if asked is None or asked.empty():
            sink.flush()
    sink.flush()
    return status


# --- several processes --------------------------------------------------------------------------


@contextmanager
def _answering(engine: TriageEngine, count: int) -> Iterator[list[Connection]]:
    """Processes that answer; they share the compiled engine."""
    fork = multiprocessing.get_context("fork")
    pipes: list[Connection] = []
    workers = []
    for _ in range(count):
        ours, theirs = fork.Pipe()
        worker = fork.Process(target=_work, args=(engine, theirs, [*pipes, ours]), daemon=True)
        worker.start()
        theirs.close()
        pipes.append(ours)
        workers.append(worker)
    try:
        yield pipes
    finally:
        for pipe in pipes:
            pipe.close()
        for worker in workers:
            worker.join()


def _work(engine: TriageEngine, pipe: Connection, others: list[Connection]) -> None:
    for other in others:
        other.close()  # else it would keep them open, and no process would see its end
    # Who interrupts the command still gets the answers to what was read.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    calls = _Calls()
    with suppress(EOFError, OSError):
        while True:
            pipe.send([_line(engine, line, calls) for line in pipe.recv()])


def _ask(
    source: BufferedIOBase, pipes: list[Connection], asked: _Asked, writing: Future[int]
) -> None:
    """Hand out the lines, until there are none or nobody takes the answers any more."""
    in_turn = itertools.cycle(pipes)
    for lines in _as_they_come(source):
        if writing.done():
            return
        calls = (_call_of(line) for line in lines)
        whom = [next(in_turn) if call is None else pipes[hash(call) % len(pipes)] for call in calls]
        _put(asked, whom, writing)
        for pipe in dict.fromkeys(whom):
            with suppress(OSError):  # it has ended; its lines are answered with an error
                pipe.send([line for line, its in zip(lines, whom, strict=True) if its is pipe])


def _as_they_come(source: BufferedIOBase) -> Iterator[list[bytes]]:
    """Lines; together, up to a number, those that are there already."""
    begun: list[bytes] = []
    while block := source.read1(_BLOCK):
        first, *lines = block.split(b"\n")
        begun.append(first)
        if lines:
            lines.insert(0, b"".join(begun))
            begun = [lines.pop()]
        yield from (lines[at : at + _TOGETHER] for at in range(0, len(lines), _TOGETHER))
    if last := b"".join(begun):
        yield [last]


def _put(asked: _Asked, whom: list[Connection] | None, writing: Future[int]) -> None:
    while not writing.done():
        with suppress(queue.Full):
            asked.put(whom, timeout=_LOOK_EVERY_S)
            return


def _call_of(line: bytes) -> object:
    """The call whose turn it is, if it says so."""
    if b'"call"' not in line:
        return None
    try:
        call = json.loads(line)["call"]
    except (ValueError, RecursionError, TypeError, KeyError):
        return None
    return call if _can_be_a_name(call) else None


def _answers(asked: _Asked) -> Iterator[list[_Answer]]:
    """The answers to the lines handed out together, in the order of the lines."""
    while (whom := asked.get()) is not None:
        told = {pipe: _answers_of(pipe) for pipe in dict.fromkeys(whom)}
        yield [next(told[pipe], _ENDED) for pipe in whom]


def _answers_of(pipe: Connection) -> Iterator[_Answer]:
    with suppress(EOFError, OSError):
        yield from pipe.recv()


_ENDED = (False, json.dumps({"id": None, "error": "the process that reads it has ended"}))


# --- one line -----------------------------------------------------------------------------------


def _line(engine: TriageEngine, line: bytes, calls: _Calls) -> _Answer:
    """Whether a line could be read, and its answer."""
    try:
        return True, json.dumps(_answer(engine, line, calls))
    except _BadLine as error:
        name, message = error.args
        return False, json.dumps({"id": name, "error": message})


class _Calls:
    """What each call has brought so far; of many calls those that spoke last."""

    def __init__(self) -> None:
        self._memories: dict[object, CallMemory] = {}

    def memory(self, call: object) -> CallMemory:
        """The memory of a call, begun where there is none."""
        memory = self._memories.pop(call, None) or CallMemory()
        self._memories[call] = memory
        if len(self._memories) > _KEPT_CALLS:
            del self._memories[next(iter(self._memories))]
        return memory


def _answer(engine: TriageEngine, line: bytes, calls: _Calls) -> dict[str, object]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        raise _BadLine(None, "not a JSON object") from None
    if not isinstance(asked, dict):
        raise _BadLine(None, "not a JSON object")
    name = asked.get("id")
    if not _can_be_a_name(name):
        raise _BadLine(None, "'id' is not a string or a number")
    text = asked.get("text")
    if not isinstance(text, str):
        raise _BadLine(name, "'text' is missing or not a string")
    language = asked.get("lang", "en")
    if not isinstance(language, str):
        raise _BadLine(name, "'lang' is not a string")
    confidence = asked.get("confidence", 1.0)
    if isinstance(confidence, bool) or not isinstance(confidence, int | float):
        raise _BadLine(name, "'confidence' is not a number")
    if not 0 <= confidence <= 1:
        raise _BadLine(name, "'confidence' is not within 0 and 1")
    call = asked.get("call")
    if not _can_be_a_name(call):
        raise _BadLine(name, "'call' is not a string or a number")
    memory = None if call is None else calls.memory(call)
    verdict = engine.assess(text, language, confidence=confidence, memory=memory)
    return {"id": name, **as_json(verdict)}


def _can_be_a_name(name: object) -> bool:
    """Whether it can be written back: JSON has no infinity, yet Python reads ``1e999`` as one."""
    if isinstance(name, float):
        return math.isfinite(name)
    return name is None or isinstance(name, str | int)


def as_json(verdict: Verdict) -> dict[str, object]:
    """A verdict as the stream writes it; holds no words."""
    return {
        "action": verdict.action.value,
        "disposition": verdict.disposition.value,
        "flags": [
            {
                "rule": flag.rule,
                "version": flag.version,
                "disposition": flag.disposition.value,
                "concepts": list(flag.concepts),
                "spans": [list(span) for span in flag.spans],
            }
            for flag in verdict.flags
        ],
        "suppressed": [
            {"concept": item.concept, "span": list(item.span), "reason": item.reason}
            for item in verdict.suppressed
        ],
    }
