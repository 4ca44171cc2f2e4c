"""Getting a deleted key out of the append-only file too.

Redis overwrites a value in memory and appends the command; what it was before stands in the file
until the file is rewritten. So a call counts as forgotten only once a rewrite that began after the
deletion has ended.
"""

from __future__ import annotations

import asyncio

from adapters.stores.redis.server import RefusedError, Server
from calls.ports import JournalError

LOOK_S = 0.05
"""The server does not tell that a rewrite has ended; it must be asked."""

PURGE_TIMEOUT_S = 300.0


class Purge:
    """Rewrites the append-only file; all that ask while one runs share the next.

    Args:
        server: where.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._lock = asyncio.Lock()
        self._begun = 0
        self._done = 0

    async def run(self) -> None:
        """Return once a rewrite that began after this was called has ended.

        Raises:
            JournalError: it did not.
        """
        begun_before = self._begun
        async with self._lock:
            if self._done > begun_before:
                return
            self._begun += 1
            number = self._begun
            try:
                async with asyncio.timeout(PURGE_TIMEOUT_S):
                    await self._rewrite()
            except TimeoutError:
                raise self._unfinished("it takes too long") from None
            self._done = number

    async def _rewrite(self) -> None:
        state = await self._server.info("persistence")
        if state.get("aof_enabled") == "0":
            return
        await self._ended(state)  # one that runs already may have begun too early
        while True:
            try:
                await self._server.rewrite()
                break
            except RefusedError:
                state = await self._server.info("persistence")
                if not _is_running(state):
                    raise
                await self._ended(state)  # somebody else's began in between
        state = await self._ended(await self._server.info("persistence"))
        if state.get("aof_last_bgrewrite_status") != "ok":
            raise self._unfinished("see the server's log")

    async def _ended(self, state: dict[str, str]) -> dict[str, str]:
        while _is_running(state):
            await asyncio.sleep(LOOK_S)
            state = await self._server.info("persistence")
        return state

    def _unfinished(self, reason: str) -> JournalError:
        return JournalError(
            f"{self._server.shown}: the key is deleted, but the append-only file could not be "
            f"rewritten and may hold a copy ({reason}); ask again"
        )


def _is_running(state: dict[str, str]) -> bool:
    names = ("aof_rewrite_in_progress", "aof_rewrite_scheduled")
    return any(state.get(name) == "1" for name in names)
