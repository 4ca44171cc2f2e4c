"""Which node leads: a lease with a time-to-live, and an epoch that grows with each acquisition.

The lease alone keeps nobody from writing: a holder that was paused wakes up and believes. So every
write names the epoch and the holder of its lease, and the server compares them with those it gave
out last (the fence). The lease only decides when somebody else may try.

Theory: C. Gray and D. Cheriton, "Leases: an efficient fault-tolerant mechanism for distributed
file cache consistency" (1989); the growing number that the storage checks is Chubby's *sequencer*
(M. Burrows, 2006, section 2.4).
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from typing import Any

from adapters.stores.redis.address import Address
from adapters.stores.redis.names import Names
from adapters.stores.redis.scripts import ACQUIRE, RELEASE, RENEW
from adapters.stores.redis.server import Argument, Script, Server
from calls.ports import JournalError, LeaseLostError

log = logging.getLogger(__name__)

TTL_S = 2.0
RENEWAL_S = 0.5
DRIFT = 0.1
"""Part of the time-to-live by which the holder gives up before the server does: clocks differ."""

LEAST_PAUSE_S = 0.02


def suspend_aware_clock() -> float:
    """Seconds that never go back and also pass while the machine is suspended."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Lease:
    """The right to lead one site.

    Args:
        address: where the journal is.
        site: the site's id.
        ttl_s: how long the server keeps others out after the last renewal.
        renewal_s: how often it is renewed, and how often one that waits looks.
        clock: monotonic seconds.

    Attributes:
        lost: set once a lease that was held is not held any more; cleared by an acquisition.
    """

    def __init__(
        self,
        address: Address,
        site: str,
        *,
        ttl_s: float = TTL_S,
        renewal_s: float = RENEWAL_S,
        clock: Callable[[], float] = suspend_aware_clock,
    ) -> None:
        if not 0 < renewal_s < ttl_s * (1 - DRIFT):
            raise ValueError("a lease must be renewed before it ends")
        self.lost = asyncio.Event()
        self._names = Names(site)
        self._ttl_s = ttl_s
        self._ttl_ms = max(1, round(ttl_s * 1000))
        self._renewal_s = renewal_s
        self._clock = clock
        self._server = Server(address, timeout_s=renewal_s)
        self._shown = address.shown
        # Kept until an acquisition was answered: if it was done and the answer lost, asking again
        # under the same name finds it done.
        self._candidate = secrets.token_hex(16)
        self._holder = ""
        self._epoch = 0
        self._deadline = 0.0
        self._is_held = False
        self._is_unreleased = False
        self._renewal: asyncio.Task[None] | None = None

    @property
    def epoch(self) -> int:
        """Of the last acquisition; 0 before the first."""
        return self._epoch

    @property
    def holder(self) -> str:
        """A random name, new with each acquisition."""
        return self._holder

    @property
    def held(self) -> bool:
        """Whether this node leads now, by its own, early deadline."""
        if self._is_held and self._clock() >= self._deadline:
            self.lose()
        return self._is_held

    def remaining_s(self) -> float:
        """How long it is held without another renewal; 0 once it is not."""
        return self._deadline - self._clock() if self.held else 0.0

    async def acquire(self) -> bool:
        """Try once.

        Returns:
            Whether it is held now. It is then renewed until it is lost or released.

        Raises:
            JournalError: the server cannot be asked or refuses.
        """
        acquired, _ = await self._try()
        return acquired

    async def wait(self) -> None:
        """Return once it is held, however long that takes. An outage of the server is waited out.

        It is told of in the log once, not with every try.
        """
        problem = ""
        while True:
            pause_s = self._renewal_s
            try:
                acquired, left_s = await self._try()
                if acquired:
                    return
                pause_s, problem = min(max(left_s, LEAST_PAUSE_S), pause_s), ""
            except JournalError as error:
                if str(error) != problem:
                    problem = str(error)
                    log.warning("%s; the lease is tried again", problem)
            await asyncio.sleep(pause_s)

    def require(self) -> None:
        """Go on only while this node leads.

        Raises:
            LeaseLostError: it does not.
        """
        if not self.held:
            raise LeaseLostError(
                f"{self._shown}: this node does not lead any more; it must read the journal anew "
                "once it leads again"
            )

    def lose(self) -> None:
        """Lead no more, at once: the deadline has passed, or somebody else was let in."""
        if self._is_held:
            self._is_held = False
            self.lost.set()

    async def release(self) -> None:
        """Let the next one in now. Without the server it simply runs out."""
        self.lose()
        await self._stop_renewal()
        # Also after it was lost: it may still be this node's that keeps the others out.
        is_unreleased, self._is_unreleased = self._is_unreleased, False
        if is_unreleased:
            try:
                await self._run(RELEASE, self._epoch, self._holder)
            except JournalError as error:
                log.warning("%s; the lease ends by itself", error)

    async def close(self) -> None:
        """Release it and close the connections."""
        await self.release()
        await self._stop_renewal()
        await self._server.close()

    async def _try(self) -> tuple[bool, float]:
        """Whether it is held now; else after how many seconds the other's ends."""
        if self.held:
            return True, 0.0
        await self._stop_renewal()
        began = self._clock()
        epoch, left_ms = await self._run(ACQUIRE, self._candidate, self._ttl_ms)
        if not epoch:
            return False, max(left_ms, 0) / 1000
        self._epoch, self._holder = epoch, self._candidate
        self._candidate = secrets.token_hex(16)
        self._deadline = began + self._ttl_s * (1 - DRIFT)
        if self._clock() >= self._deadline:  # the answer took longer than the lease lasts
            return False, 0.0
        self._is_held = True
        self._is_unreleased = True
        self.lost.clear()
        self._renewal = asyncio.create_task(self._renew(), name="lease-renewal")
        return True, 0.0

    async def _renew(self) -> None:
        pause_s = self._renewal_s
        while self.held:
            await asyncio.sleep(min(pause_s, self.remaining_s()))
            began = self._clock()
            if began >= self._deadline:
                continue
            try:
                renewed = await self._run(RENEW, self._epoch, self._holder, self._ttl_ms)
            except JournalError:
                pause_s = LEAST_PAUSE_S  # whether it could be renewed in time is seen above
                continue
            pause_s = self._renewal_s
            if not renewed[0]:
                self.lose()
            elif self.held:
                self._deadline = began + self._ttl_s * (1 - DRIFT)

    async def _run(self, script: Script, *arguments: Argument) -> list[Any]:
        keys = (self._names.lease, self._names.fence)
        limit_s = self.remaining_s() if self._is_held else None
        return await self._server.run(script, keys, arguments, within_s=limit_s)

    async def _stop_renewal(self) -> None:
        renewal, self._renewal = self._renewal, None
        if renewal is not None:
            renewal.cancel()
            await asyncio.wait([renewal])
