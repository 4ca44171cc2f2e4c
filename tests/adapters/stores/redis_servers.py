"""Real Redis servers for tests: each in a folder of its own, on a port of its own."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from adapters.stores.redis import Address, Lease, RedisJournal

DURABLE = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")


class RedisServer:
    """One ``redis-server``; survives its own death with what is in its folder.

    Args:
        folder: where it keeps its files.
        settings: beyond folder and port.
        password: that it wants of everybody.
    """

    def __init__(self, folder: Path, settings: Sequence[str] = DURABLE, password: str = "") -> None:
        program = shutil.which("redis-server")
        assert program, "install Debian's redis-server"
        self._program = program
        self.folder = folder
        self.port = free_port()
        self._settings = [*settings, *(("--requirepass", password) if password else ())]
        self._password = password or None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self, mode: Sequence[str] = ()) -> None:
        """Start it and return once it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        listens = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        conf = self.folder / "redis.conf"
        if not conf.exists():
            conf.write_text("")
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, str(conf), *mode, *listens, *self._settings],
                stdout=log,
                stderr=log,
            )
        with self.client() as client:
            client.ping()

    def client(self) -> redis.Redis:
        """A client that waits for a server that is only just starting."""
        starting = (redis.ConnectionError, redis.TimeoutError)
        retry = Retry(ConstantBackoff(0.02), 500, supported_errors=starting)
        return redis.Redis(port=self.port, password=self._password, retry=retry)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait()

    def files(self) -> bytes:
        """All that stands on the disk."""
        return b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


class Node:
    """A node of a site: its lease and, while it leads, its journal.

    Args:
        url: of the server.
        key_path: the site key, the same for all nodes.
        lease_url: where the lease is asked for, if by another way.
        settings: for the lease.
    """

    def __init__(
        self,
        url: str,
        key_path: Path,
        site: str = "main",
        lease_url: str | None = None,
        **settings: float,
    ) -> None:
        self.address = Address.parse(url)
        self.key_path = key_path
        self.site = site
        self.lease = Lease(Address.parse(lease_url or url), site, **settings)  # type: ignore[arg-type]
        self.journals: list[RedisJournal] = []

    async def lead(self, **settings: float) -> RedisJournal:
        await self.lease.wait()
        journal = await RedisJournal.open(
            self.address,
            self.site,
            lease=self.lease,
            key_path=self.key_path,
            **settings,  # type: ignore[arg-type]
        )
        self.journals.append(journal)
        return journal

    async def close(self) -> None:
        for journal in self.journals:
            await journal.close()
        await self.lease.close()


class Wire:
    """The network between a node and the server; loses an answer when it is told to.

    Args:
        port: the server's.
    """

    def __init__(self, port: int) -> None:
        self._server_port = port
        self.lose_answers = 0
        self.held = asyncio.Event()
        self._hold: asyncio.Event | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listener.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def hold_answers(self) -> None:
        """Keep what the server says from now on; ``held`` is set once there is something."""
        self._hold = asyncio.Event()

    def let_go(self) -> None:
        """Pass on what was kept."""
        assert self._hold is not None
        self._hold.set()
        self._hold = None

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        there, back = await asyncio.open_connection("127.0.0.1", self._server_port)
        asking = asyncio.create_task(self._pass_on(reader, back))
        try:
            while data := await there.read(65536):
                if self.lose_answers:
                    self.lose_answers -= 1
                    break
                if self._hold is not None:
                    self.held.set()
                    await self._hold.wait()
                writer.write(data)
        except (ConnectionError, asyncio.CancelledError):
            return
        finally:
            asking.cancel()
            await asyncio.wait([asking])
            self._tasks.discard(task)
            for stream in (writer, back):
                stream.close()

    @staticmethod
    async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)


async def until(is_so: Callable[[], object]) -> None:
    """Return once ``is_so()``: for what nobody tells of, such as the passing of a server's time."""
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
