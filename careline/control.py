"""The local control socket: what is going on, and requests from the command line.

One JSON object a line in each direction, over a Unix socket that only its owner may open. Requests
have an ``op``; answers have ``ok`` and either data or an ``error`` that a person can act on. What
takes longer, ``publish`` and ``roll-back``, tells how far it is before it answers, in lines without
``ok``; whoever leaves meanwhile calls it off. This is the asking end;
:mod:`careline.control_server` answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

_MAX_ANSWER_BYTES = 2**24
_ANSWER_TIMEOUT_S = 10.0
_WHAT_CAME = "; `careline versions` tells what came of it"


class NotRunning(Exception):
    """Ops: no line is running for this state folder, or another machine leads its site."""


async def request(path: Path, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON values
    """One request to a running line.

    Args:
        path: the control socket.
        fields: the request.

    Raises:
        NotRunning: nobody listens at ``path``, or nobody answers; or another machine leads the
            site, and what is asked only that one can tell or do.
    """
    reader, writer = await _connect(path)
    try:
        async with asyncio.timeout(_ANSWER_TIMEOUT_S):
            await write_line(writer, fields)
            answer = await reader.readline()
    except TimeoutError as error:
        raise NotRunning(f"the line did not answer within {_ANSWER_TIMEOUT_S:.0f} s") from error
    except ConnectionError as error:
        raise NotRunning("the line went away while it was asked") from error
    finally:
        writer.close()
    if not answer.endswith(b"\n"):
        raise NotRunning("the line went away while it was asked")
    result: dict[str, Any] = json.loads(answer)
    if result.get("leads") is False:
        raise NotRunning(result["error"])
    return result


async def request_told(
    path: Path,
    told: Callable[[dict[str, Any]], None],
    **fields: Any,  # noqa: ANN401 - JSON values
) -> dict[str, Any]:
    """One request that takes its time.

    Args:
        path: the control socket.
        told: how far it is, see :class:`careline.publishing.GateNews`.
        fields: the request.

    Returns:
        The answer.

    Raises:
        NotRunning: as for :func:`request`.
    """
    reader, writer = await _connect(path)
    silent_s = _ANSWER_TIMEOUT_S
    try:
        await write_line(writer, fields)
        while True:
            async with asyncio.timeout(silent_s):
                line = await reader.readline()
            if not line.endswith(b"\n"):
                raise NotRunning(f"the line went away while it was asked{_WHAT_CAME}")
            said: dict[str, Any] = json.loads(line)
            if "ok" in said:
                break
            silent_s = _ANSWER_TIMEOUT_S + said["within_s"]
            told(said)
    except TimeoutError as error:
        # It may have passed every gate: then it is done, whoever gives up waiting.
        why = f"the line did not answer within {silent_s:.0f} s{_WHAT_CAME}"
        raise NotRunning(why) from error
    except ConnectionError as error:
        raise NotRunning(f"the line went away while it was asked{_WHAT_CAME}") from error
    finally:
        writer.close()
    if said.get("leads") is False:
        raise NotRunning(said["error"])
    return said


@asynccontextmanager
async def watching(path: Path) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """The live view's lines from now on, until the line goes away.

    What happens after this was entered is not missed.

    Raises:
        NotRunning: nobody listens at ``path``.
    """
    reader, writer = await _connect(path)
    try:
        await write_line(writer, {"op": "watch"})
        await reader.readline()
        yield _events(reader)
    except ConnectionError as error:
        raise NotRunning("the line went away while it was watched") from error
    finally:
        writer.close()


async def _events(reader: asyncio.StreamReader) -> AsyncIterator[dict[str, Any]]:
    with contextlib.suppress(ConnectionError):
        # What a line that is killed leaves without an end is none of its events.
        while (line := await reader.readline()).endswith(b"\n"):
            yield json.loads(line)


async def _connect(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        return await asyncio.open_unix_connection(path, limit=_MAX_ANSWER_BYTES)
    except PermissionError as error:
        raise NotRunning(f"{path.parent}: the line belongs to another user") from error
    except OSError as error:
        raise NotRunning(
            f"no line is running with {path.parent}; start it with `careline run`, "
            "or name its folder with --state"
        ) from error


async def write_line(writer: asyncio.StreamWriter, answer: dict[str, Any]) -> None:
    """Send one object; both ends write alike."""
    writer.write(json.dumps(answer).encode() + b"\n")
    await writer.drain()
