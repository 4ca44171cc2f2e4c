"""The line's media: all legs on one paced wheel in the event loop.

Beside a timer per leg, a reader or a transport per socket, each measured: one timer for all, and
one look at all sockets per slot by an epoll of its own, costs less than half of what a timer and a
transport per leg do. The engine wakes 500 times a second while a leg is open, whatever the number
of legs, and not at all without one.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import select
import socket
from collections.abc import Callable

from adapters.telephony.media.counters import PacingError
from adapters.telephony.media.leg import MediaLeg
from adapters.telephony.media.ports import PortPool
from adapters.telephony.media.rtp import Packetiser
from adapters.telephony.media.wheel import SLOT_S, SLOTS, Wheel

_log = logging.getLogger(__name__)


class MediaEngine:
    """Every RTP leg of one line process, paced by one wheel in the running event loop.

    Args:
        bind_host: the IP literal of the interface to receive on.
        first_port: the range's first UDP port; RTP takes the even ones.
        last_port: the range's last UDP port.

    Raises:
        ValueError: the host is no IP literal, or the range has no even port from 1024 to 65535.
    """

    def __init__(self, bind_host: str, first_port: int, last_port: int) -> None:
        self._ports = PortPool(bind_host, first_port, last_port)
        self._legs: dict[int, MediaLeg] = {}
        self._poll: select.epoll | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wheel: Wheel[MediaLeg] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closed_pacing = PacingError()
        self._failures = 0

    def open(self) -> MediaLeg:
        """A new leg on a free even port. Call it inside the running event loop.

        Raises:
            PortsExhausted: no port of the range can be bound.
            OSError: no socket can be had at all (too many open files, the host is not here).
        """
        endpoint, port = self._ports.bind()
        try:
            wheel, poll = self._wheel, self._poll
            if wheel is None or poll is None:
                wheel, poll = self._begin()
            poll.register(endpoint.fileno(), select.EPOLLIN)
        except OSError:
            endpoint.close()
            self._ports.release(port)
            if not self._legs:
                self._end()
            raise
        stream = Packetiser(secrets.randbits(32), secrets.randbits(16), secrets.randbits(32))
        leg = MediaLeg(endpoint, port, self._ports.ip_version, stream, self)
        self._legs[endpoint.fileno()] = leg
        wheel.join(leg)
        return leg

    def close(self) -> None:
        """Close every leg and stop the wheel."""
        for leg in list(self._legs.values()):
            leg.close()

    @property
    def open_legs(self) -> int:
        """Legs that are open now."""
        return len(self._legs)

    @property
    def failures(self) -> int:
        """Ticks of a leg and callbacks that raised; each was contained and logged without data."""
        return self._failures

    def pacing(self) -> PacingError:
        """The pacing error of all legs since the start, closed ones included."""
        total = PacingError()
        total.merge(self._closed_pacing)
        for leg in self._legs.values():
            total.merge(leg.counters.pacing)
        return total

    # --- for the legs -------------------------------------------------------------------------

    def now(self) -> float:
        """The clock of the wheel, in seconds."""
        assert self._loop is not None
        return self._loop.time()

    def post(self, leg: MediaLeg, callback: Callable[..., None], *arguments: object) -> None:
        """Call it from the event loop, soon; what it raises is counted for ``leg``."""
        assert self._loop is not None
        self._loop.call_soon(self._call, leg, callback, arguments)

    def failed(self, leg: MediaLeg, error: Exception) -> None:
        """Count what a leg's work raised; log the first only, for it may come 50 times a second."""
        self._failures += 1
        leg.counters.failures += 1
        if leg.counters.failures == 1:
            # The kind only: a message could hold what a caller said or pressed.
            _log.error("media port %d: %s", leg.local_port, type(error).__name__)

    def forget(self, leg: MediaLeg, endpoint: socket.socket) -> None:
        """Close a leg's socket and take its port back."""
        assert self._poll is not None
        assert self._wheel is not None
        del self._legs[endpoint.fileno()]
        self._poll.unregister(endpoint.fileno())
        endpoint.close()
        self._ports.release(leg.local_port)
        self._wheel.leave(leg)
        self._closed_pacing.merge(leg.counters.pacing)
        if not self._legs:
            self._end()

    # --- the driver ---------------------------------------------------------------------------

    def _begin(self) -> tuple[Wheel[MediaLeg], select.epoll]:
        self._loop = asyncio.get_running_loop()
        self._poll = poll = select.epoll()
        wheel: Wheel[MediaLeg] = Wheel(self._loop.time() + SLOT_S)
        self._wheel = wheel
        self._timer = self._loop.call_at(wheel.due, self._turn, wheel)
        return wheel, poll

    def _end(self) -> None:
        if self._poll is not None:
            self._poll.close()
        if self._timer is not None:
            self._timer.cancel()
        self._poll = self._wheel = self._timer = None

    def _turn(self, wheel: Wheel[MediaLeg]) -> None:
        """Serve what is due, one round at most, so that signalling has its turn however late."""
        assert self._loop is not None
        try:
            for _ in range(SLOTS):
                turn = wheel.take(self._loop.time())
                if turn is None or self._wheel is not wheel:
                    break
                self._receive(turn.round_)
                for leg in turn.members:
                    try:
                        leg.tick(turn.round_, turn.due)
                    except Exception as error:
                        self.failed(leg, error)
        finally:
            if self._wheel is wheel:
                self._timer = self._loop.call_at(wheel.due, self._turn, wheel)

    def _receive(self, round_: int) -> None:
        """One datagram from each socket that has any: a flooded one takes no more than its turn."""
        if self._poll is None:
            return
        for descriptor, _ in self._poll.poll(0):
            leg = self._legs.get(descriptor)
            if leg is None:
                continue
            try:
                leg.read(round_)
            except Exception as error:
                self.failed(leg, error)

    def _call(
        self, leg: MediaLeg, callback: Callable[..., None], arguments: tuple[object, ...]
    ) -> None:
        try:
            callback(*arguments)
        except Exception as error:
            self.failed(leg, error)
