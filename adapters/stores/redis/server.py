"""Running scripts on the server, and what is known of one that was not answered."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    NoScriptError,
    RedisError,
    ResponseError,
)

from adapters.stores.redis.address import Address, close
from adapters.stores.redis.failure import explained, passes
from calls.ports import JournalError

TIMEOUT_S = 1.0

Argument = str | bytes | int


class RefusedError(JournalError):
    """The server was not asked, or said no: nothing was done.

    Attributes:
        passes: it may be done in a moment, with nobody doing anything about it.
    """

    def __init__(self, message: str, *, passes: bool = False) -> None:
        super().__init__(message)
        self.passes = passes


class UnansweredError(JournalError):
    """The server was asked and did not answer: it is done or not, now or a little later."""


@dataclass(frozen=True, slots=True)
class Script:
    """A Lua script, which the server runs whole with nothing between.

    The first line ``#!lua`` lets the server refuse a script that may write *before* it begins when
    it cannot write (Redis 7, "Scripting with Lua", script flags): so none is done by half.
    """

    text: str = field(repr=False)

    @property
    def sha(self) -> str:
        """By which the server knows it."""
        return hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


class Server:
    """Connections to one address, opened when they are wanted.

    Args:
        address: where.
        timeout_s: for connecting, and for each answer.
        replicas: how many replicas must have a change before it counts as answered.
    """

    def __init__(
        self, address: Address, *, timeout_s: float = TIMEOUT_S, replicas: int = 0
    ) -> None:
        self.shown = address.shown
        self._timeout_s = timeout_s
        self._replicas = replicas
        self._client = address.client(timeout_s)

    async def run(
        self,
        script: Script,
        keys: Sequence[str],
        arguments: Sequence[Argument],
        *,
        within_s: float | None = None,
        replicated: bool = True,
    ) -> list[Any]:
        """Run a script.

        Args:
            script: which.
            keys: the keys that it touches.
            arguments: what it is told.
            within_s: shorter than the server's own time-out if need be.
            replicated: wait for the replicas too.

        Returns:
            What the script returned.

        Raises:
            RefusedError: nothing was done.
            UnansweredError: it is not known whether it was done.
        """
        rest: list[Argument] = [len(keys), *keys, *arguments]
        try:
            reply = await self._ask(["EVALSHA", script.sha, *rest], within_s, wait=replicated)
        except NoScriptError:  # the server has not seen it since it was started
            reply = await self._ask(["EVAL", script.text, *rest], within_s, wait=replicated)
        if not isinstance(reply, list):
            raise UnansweredError(f"{self.shown}: this is no Redis server; check the address")
        return reply

    async def info(self, *sections: str) -> dict[str, str]:
        """What the server tells of itself.

        Raises:
            JournalError: it does not.
        """
        text = await self._ask(["INFO", *sections], None, wait=False)
        lines = text.decode(errors="replace").splitlines() if isinstance(text, bytes) else []
        return {name: value for name, _, value in (line.partition(":") for line in lines)}

    async def setting(self, name: str) -> str:
        """One of the server's settings; empty where this user may not ask.

        Raises:
            UnansweredError: it did not answer.
        """
        try:
            found = await self._ask(["CONFIG", "GET", name], None, wait=False)
        except RefusedError:
            return ""
        if isinstance(found, list) and len(found) == 2 and isinstance(found[1], bytes):
            return found[1].decode(errors="replace")
        return ""

    async def read_stream(
        self, stream: str, within_s: float, most: int
    ) -> list[tuple[bytes, dict[bytes, bytes]]]:
        """The first entries of a stream; waits for one where there is none.

        Args:
            stream: its key.
            within_s: how long to wait; less than the server's own time-out.
            most: entries.

        Raises:
            JournalError: it did not answer.
        """
        command: list[Argument] = ["XREAD", "COUNT", most, "BLOCK", int(within_s * 1000)]
        reply = await self._ask([*command, "STREAMS", stream, "0"], None, wait=False)
        if not isinstance(reply, list) or not reply:
            return []
        ((_, entries),) = reply
        return [(name, dict(zip(parts[::2], parts[1::2], strict=True))) for name, parts in entries]

    async def rewrite(self) -> None:
        """Have the append-only file rewritten; returns when that is begun or scheduled.

        Raises:
            RefusedError: it is not; one may be under way.
            UnansweredError: it did not answer.
        """
        await self._ask(["BGREWRITEAOF"], None, wait=False)

    async def close(self) -> None:
        """Close every connection."""
        await close(self._client)

    async def _ask(self, command: list[Argument], within_s: float | None, *, wait: bool) -> object:
        """:meth:`_answer`, and end if that was cancelled.

        A sentinel is asked through ``asyncio.wait_for``, which before Python 3.12 can swallow a
        cancellation (python/cpython#86296).
        """
        task = asyncio.current_task()
        assert task is not None
        before = task.cancelling()
        try:
            return await self._answer(command, within_s, wait=wait)
        finally:
            if task.cancelling() > before:
                raise asyncio.CancelledError

    async def _answer(
        self, command: list[Argument], within_s: float | None, *, wait: bool
    ) -> object:
        """Send a command and read its answer, both within the limit.

        Raises:
            NoScriptError: the server does not know the script.
            RefusedError: nothing was done.
            UnansweredError: it is not known.
        """
        limit = self._timeout_s if within_s is None else min(self._timeout_s, within_s)
        pool = self._client.connection_pool
        try:
            async with asyncio.timeout(limit):
                connection = await pool.get_connection()
        except (RedisError, OSError) as error:
            raise self._refused(error) from None
        answered, reached = False, 0
        try:
            async with asyncio.timeout(limit):
                await connection.send_command(*command)
                reply = await connection.read_response()
                if wait and self._replicas:
                    await connection.send_command("WAIT", self._replicas, int(limit * 500) + 1)
                    reached = int(await connection.read_response())
                answered = True
        except NoScriptError:
            answered = True
            raise
        except (BusyLoadingError, AuthenticationError, ResponseError) as error:
            answered = isinstance(error, ResponseError)
            raise self._refused(error) from None
        except (RedisError, OSError) as error:
            raise UnansweredError(str(explained(error, self.shown))) from None
        finally:
            if not answered:  # else a late answer would be taken for that of the next command
                await connection.disconnect(nowait=True)
            await pool.release(connection)
        if wait and self._replicas and reached < self._replicas:
            raise UnansweredError(
                f"{self.shown}: only {reached} of {self._replicas} replicas have it; "
                "check that they run and follow"
            )
        return reply

    def _refused(self, error: Exception) -> RefusedError:
        return RefusedError(str(explained(error, self.shown)), passes=passes(error))
