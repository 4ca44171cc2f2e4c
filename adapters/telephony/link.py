"""The socket between the line process and the brain process.

The line is the server: it outlives the brain. It numbers its facts, keeps those that are not
acknowledged, and sends them again to the next brain, so that a brain killed at any instant loses
none. Frames are a 4-byte big-endian length and a JSON object; the socket is a Unix socket that only
its owner may open.

One brain at a time: a new one takes the place of the old, because an old one that still held the
socket would have been dead for all the new one knows.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Protocol

import msgspec

from adapters.codec import CodecError, decode, encode
from calls.commands import Command
from calls.facts import Fact
from calls.ids import AgentId
from calls.ports import LineEvent, LineSnapshot, LineUnavailable, LiveCall

log = logging.getLogger(__name__)

_MAX_FRAME_BYTES = 16 * 1024 * 1024
_SNAPSHOT_TIMEOUT_S = 10.0
_CLOSE_TIMEOUT_S = 1.0


class LineHost(Protocol):
    """What lives in the line process: legs and media, told what to do and asked what is up."""

    def carry_out(self, command: Command) -> None:
        """Begin to do a command; what follows is reported as facts. Never raises."""
        ...

    def live_calls(self) -> tuple[LiveCall, ...]:
        """The callers' legs that are up."""
        ...

    def reachable(self) -> tuple[AgentId, ...]:
        """Agents whose phone can be rung."""
        ...

    def driven(self) -> None:
        """A brain is here."""
        ...

    def undriven(self) -> None:
        """The brain is gone: keep every caller on music until one is back."""
        ...


async def _read_frame(reader: asyncio.StreamReader) -> dict[str, Any]:
    size = int.from_bytes(await reader.readexactly(4), "big")
    if size > _MAX_FRAME_BYTES:
        raise CodecError(f"a frame of {size} bytes is larger than {_MAX_FRAME_BYTES}")
    try:
        frame = msgspec.json.decode(await reader.readexactly(size))
    except msgspec.DecodeError as error:
        raise CodecError("a frame is not JSON") from error
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        raise CodecError("a frame is not an object with a type")
    return frame


def _write_frame(writer: asyncio.StreamWriter, frame: dict[str, Any]) -> None:
    body = msgspec.json.encode(frame)
    writer.write(len(body).to_bytes(4, "big") + body)


def _private_socket(path: Path) -> socket.socket:
    """A socket that nobody else can open, not even in the moment after it was made."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    umask = os.umask(0o177)
    try:
        listener.bind(str(path))
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(umask)
    return listener


def _raw(record: Fact | Command) -> msgspec.Raw:
    return msgspec.Raw(encode(record))


class LineServer:
    """The line's end of the socket.

    Args:
        host: the line.
        clock: gives seconds since the epoch.
        stall_s: a brain that acknowledges nothing for so long, although it should, is cut off: to
            callers a brain that hangs is no better than one that died.

    Attributes:
        epoch: names this run of the line process.
        refused_frames: connections that sent something else than our frames.
        stalls: brains that were cut off.
    """

    def __init__(
        self, host: LineHost, clock: Callable[[], float], *, stall_s: float = 20.0
    ) -> None:
        self._host = host
        self._clock = clock
        self._stall_s = stall_s
        self._stall_timer: asyncio.TimerHandle | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self.stalls = 0
        self.epoch = uuid.uuid4().hex
        self._seq = 0
        self._acknowledged = 0
        self._unacknowledged: deque[LineEvent] = deque()
        self._writer: asyncio.StreamWriter | None = None
        self._server: asyncio.Server | None = None
        self.refused_frames = 0

    async def start(self, path: Path) -> None:
        """Listen at ``path``; an older socket file there is replaced.

        Raises:
            OSError: the socket cannot be made there.
        """
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        self._server = await asyncio.start_unix_server(self._serve, sock=_private_socket(path))

    async def stop(self) -> None:
        """Close the socket and send the brain away. The legs are the host's affair."""
        if self._server is not None:
            self._server.close()
        serving = list(self._serving)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()
        self._server = None

    def report(self, fact: Fact) -> None:
        """Number a fact and send it; it is kept until it is acknowledged."""
        self._seq += 1
        event = LineEvent(epoch=self.epoch, seq=self._seq, at=self._clock(), fact=fact)
        self._unacknowledged.append(event)
        if self._writer is not None:
            self._send_event(self._writer, event)
            if self._stall_timer is None:
                self._expect_progress()

    @property
    def has_brain(self) -> bool:
        """Whether somebody drives the line."""
        return self._writer is not None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        if self._writer is not None:
            self._writer.close()
        self._writer = writer
        _write_frame(writer, {"type": "hello", "epoch": self.epoch})
        for event in self._unacknowledged:
            self._send_event(writer, event)
        self._expect_progress()
        self._host.driven()
        try:
            while True:
                self._take(await _read_frame(reader), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except CodecError as error:
            self.refused_frames += 1
            log.error("the brain sent something that cannot be read: %s", error)
        finally:
            self._serving.discard(task)
            writer.transport.abort()
            if self._writer is writer:
                self._writer = None
                self._expect_progress()
                self._host.undriven()

    def _expect_progress(self) -> None:
        """Wait anew for the next acknowledgement, if one is owed."""
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None
        if self._writer is not None and self._unacknowledged:
            loop = asyncio.get_running_loop()
            self._stall_timer = loop.call_later(self._stall_s, self._stalled, self._writer)

    def _stalled(self, writer: asyncio.StreamWriter) -> None:
        self._stall_timer = None
        self.stalls += 1
        log.error("the brain took nothing in for %g s and is cut off", self._stall_s)
        writer.transport.abort()

    def _take(self, frame: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        match frame:
            case {"type": "command", "command": raw}:
                record = decode(msgspec.json.encode(raw))
                if not isinstance(record, Command):
                    raise CodecError("a fact was sent in place of a command")
                self._host.carry_out(record)
            case {"type": "acknowledge", "epoch": str(epoch), "seq": int(seq)}:
                if epoch != self.epoch:
                    return
                self._acknowledged = max(self._acknowledged, seq)
                while self._unacknowledged and self._unacknowledged[0].seq <= seq:
                    self._unacknowledged.popleft()
                self._expect_progress()
            case {"type": "snapshot"}:
                self._send_snapshot(writer)
            case _:
                raise CodecError("a frame of unknown type")

    def _send_snapshot(self, writer: asyncio.StreamWriter) -> None:
        _write_frame(
            writer,
            {
                "type": "snapshot",
                "snapshot": LineSnapshot(
                    epoch=self.epoch,
                    calls=self._host.live_calls(),
                    reachable=self._host.reachable(),
                    seq=self._seq,
                    acknowledged=self._acknowledged,
                ),
            },
        )

    def _send_event(self, writer: asyncio.StreamWriter, event: LineEvent) -> None:
        if writer.transport.is_closing():
            return  # the next brain is told
        _write_frame(
            writer,
            {"type": "event", "seq": event.seq, "at": event.at, "fact": _raw(event.fact)},
        )


class LineClient:
    """The brain's end: the :class:`~calls.ports.Line` port over the socket.

    Use as ``client = await LineClient.connect(path)``.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._events: asyncio.Queue[LineEvent | None] = asyncio.Queue()
        self._snapshots: deque[asyncio.Future[LineSnapshot]] = deque()
        self._epoch = ""
        self._gone = False
        self._task = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, path: Path) -> LineClient:
        """Reach the line process.

        Raises:
            LineUnavailable: nobody listens at ``path``.
        """
        try:
            reader, writer = await asyncio.open_unix_connection(path)
        except OSError as error:
            raise LineUnavailable(f"no line process listens at {path}") from error
        return cls(reader, writer)

    async def carry_out(self, command: Command) -> None:
        """See :class:`~calls.ports.Line`."""
        await self._send({"type": "command", "command": _raw(command)})

    async def events(self) -> AsyncIterator[LineEvent]:
        """See :class:`~calls.ports.Line`; ends when the line process is gone."""
        while (event := await self._events.get()) is not None:
            yield event
        self._events.put_nowait(None)

    async def acknowledge(self, epoch: str, seq: int) -> None:
        """See :class:`~calls.ports.Line`."""
        await self._send({"type": "acknowledge", "epoch": epoch, "seq": seq})

    async def snapshot(self) -> LineSnapshot:
        """See :class:`~calls.ports.Line`."""
        wanted: asyncio.Future[LineSnapshot] = asyncio.get_running_loop().create_future()
        self._snapshots.append(wanted)
        await self._send({"type": "snapshot"})
        try:
            async with asyncio.timeout(_SNAPSHOT_TIMEOUT_S):
                return await wanted
        except TimeoutError as error:
            raise LineUnavailable("the line process does not answer") from error

    async def close(self) -> None:
        """Leave the line; it keeps its callers on music. One that hangs is not waited for."""
        self._task.cancel()
        self._writer.close()
        try:
            await asyncio.gather(self._task, return_exceptions=True)
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await self._writer.wait_closed()
        except (ConnectionError, TimeoutError):
            pass
        finally:
            self._writer.transport.abort()

    async def _send(self, frame: dict[str, Any]) -> None:
        if self._gone:
            raise LineUnavailable("the line process is gone")
        try:
            _write_frame(self._writer, frame)
            await self._writer.drain()
        except ConnectionError as error:
            raise LineUnavailable("the line process is gone") from error

    async def _read(self) -> None:
        try:
            while True:
                self._take(await _read_frame(self._reader))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except CodecError as error:
            log.error("the line process sent something that cannot be read: %s", error)
        finally:
            self._gone = True
            self._events.put_nowait(None)
            for waiting in self._snapshots:
                if not waiting.done():
                    waiting.set_exception(LineUnavailable("the line process is gone"))
                    waiting.exception()  # Nobody may be waiting any more: that is no error.

    def _take(self, frame: dict[str, Any]) -> None:
        match frame:
            case {"type": "hello", "epoch": str(epoch)}:
                self._epoch = epoch
            case {"type": "snapshot", "snapshot": snapshot}:
                try:
                    picture = msgspec.convert(snapshot, LineSnapshot)
                except msgspec.ValidationError as error:
                    raise CodecError("a snapshot has another shape") from error
                if self._snapshots:
                    waiting = self._snapshots.popleft()
                    if not waiting.done():
                        waiting.set_result(picture)
            case {"type": "event", "seq": int(seq), "at": float(at), "fact": raw}:
                fact = decode(msgspec.json.encode(raw))
                if not isinstance(fact, Fact):
                    raise CodecError("a command was sent in place of a fact")
                self._events.put_nowait(LineEvent(epoch=self._epoch, seq=seq, at=at, fact=fact))
            case _:
                raise CodecError("a frame of unknown type")
