"""A recogniser's process: ``python -m adapters.speech.worker``.

Standard input brings one line of JSON that names the engine, then utterances; standard output
brings one line of JSON for each. The process ends with its input, so it outlives no line.

======================================================  ==========================================
in                                                      out
======================================================  ==========================================
``{"engine": name, "options": {...}, "nice": n}``       ``{"remarks": [...]}`` or
                                                        ``{"unusable": reason}``
``{"bytes": n}`` and n bytes of PCM                     ``{"words": ..., "certainty": ...}`` or
                                                        ``{"failed": kind}``
======================================================  ==========================================
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any, BinaryIO

from adapters.speech.engines import Engine, EngineUnusable, load_engine

# Long after the pool has given an utterance up: a worker that hangs when its pool is gone.
_LAST_RESORT_S = 60


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Load the engine that the first line names and answer until the input ends."""
    line = source.readline()
    if not line:
        return
    head: dict[str, Any] = json.loads(line)
    os.nice(int(head["nice"]))
    try:
        engine = load_engine(head["engine"], head["options"])
    except EngineUnusable as error:
        _answer(sink, {"unusable": str(error)})
        return
    _answer(sink, {"remarks": list(engine.remarks)})
    while line := source.readline():
        request = json.loads(line)
        signal.alarm(_LAST_RESORT_S)
        _answer(sink, _heard(engine, source.read(request["bytes"])))
        signal.alarm(0)


def _heard(engine: Engine, pcm: bytes) -> dict[str, Any]:
    try:
        hypothesis = engine.transcribe(pcm)
    except Exception as error:  # the process's outermost loop; the pool counts it
        # The kind only: a message could quote what was said.
        return {"failed": type(error).__name__}
    return {"words": hypothesis.words, "certainty": hypothesis.certainty}


def _answer(sink: BinaryIO, answer: dict[str, Any]) -> None:
    sink.write(json.dumps(answer).encode() + b"\n")
    sink.flush()


def main() -> None:
    """Serve on a private copy of standard output: engines print to the real one."""
    with os.fdopen(os.dup(1), "wb") as sink:
        os.dup2(2, 1)
        serve(sys.stdin.buffer, sink)


if __name__ == "__main__":
    main()
