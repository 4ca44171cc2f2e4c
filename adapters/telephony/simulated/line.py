"""The model behind the port, on an event loop."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

from adapters.telephony.simulated.phones import SimulatedPhones
from calls.commands import Command
from calls.facts import Fact
from calls.ports import LineEvent, LineSnapshot


class SimulatedLine:
    """The model behind the :class:`~calls.ports.Line` port, on the running event loop.

    Args:
        phones: the model.
        clock: gives seconds since the epoch.
        epoch: this run's name.
    """

    def __init__(
        self, phones: SimulatedPhones, clock: Callable[[], float], epoch: str = "simulated"
    ) -> None:
        self.phones = phones
        self._clock = clock
        self._epoch = epoch
        self._seq = 0
        self._acknowledged = 0
        self._unacknowledged: deque[LineEvent] = deque()
        self._news = asyncio.Event()
        self._timers: set[asyncio.TimerHandle] = set()
        self.carried_out: list[Command] = []

    def report(self, *facts: Fact) -> None:
        """Let something happen on the line."""
        for fact in facts:
            self._seq += 1
            self._unacknowledged.append(
                LineEvent(epoch=self._epoch, seq=self._seq, at=self._clock(), fact=fact)
            )
        self._news.set()

    async def carry_out(self, command: Command) -> None:
        """See :class:`~calls.ports.Line`."""
        self.carried_out.append(command)
        for delay_s, fact in self.phones.carry_out(command, self._clock()):
            self._later(delay_s, fact)

    async def events(self) -> AsyncIterator[LineEvent]:
        """See :class:`~calls.ports.Line`."""
        sent = 0
        while True:
            for event in [event for event in self._unacknowledged if event.seq > sent]:
                sent = event.seq
                yield event
            self._news.clear()
            if not any(event.seq > sent for event in self._unacknowledged):
                await self._news.wait()

    async def acknowledge(self, epoch: str, seq: int) -> None:
        """See :class:`~calls.ports.Line`."""
        if epoch != self._epoch:
            return
        self._acknowledged = max(self._acknowledged, seq)
        while self._unacknowledged and self._unacknowledged[0].seq <= seq:
            self._unacknowledged.popleft()

    async def snapshot(self) -> LineSnapshot:
        """See :class:`~calls.ports.Line`."""
        return LineSnapshot(
            epoch=self._epoch,
            calls=self.phones.snapshot(),
            reachable=self.phones.reachable(),
            seq=self._seq,
            acknowledged=self._acknowledged,
        )

    def close(self) -> None:
        """Cancel what has not happened yet."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def _later(self, delay_s: float, fact: Fact) -> None:
        def happen() -> None:
            self._timers.discard(handle)
            if self.phones.still_true(fact):
                self.report(fact)

        handle = asyncio.get_running_loop().call_later(delay_s, happen)
        self._timers.add(handle)
