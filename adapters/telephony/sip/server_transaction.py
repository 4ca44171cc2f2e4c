"""A server transaction: one request of theirs, handed up once, answered until it is heard.

RFC 3261, 17.2, with the Accepted state of RFC 6026, over an unreliable transport:

- INVITE: 100 Trying goes out at once; a copy of the INVITE gets the last provisional response
  again. A failure is repeated at T1, 2*T1, ... at most T2 (timer G) until its ACK or 64*T1 (timer
  H); then copies of the ACK are swallowed for T4 (timer I). A success is repeated in the same
  rhythm until the user says that its ACK came (13.3.1.4), and copies of the INVITE are swallowed
  for 64*T1 (timer L). No ACK by then is told to the user.
- Others: a copy gets the last response again, for 64*T1 after the final one (timer J).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto

from aiosipua.message import SipResponse

from adapters.telephony.sip.address import HostPort
from adapters.telephony.sip.timers import Timers
from adapters.telephony.sip.wire import Request, response_to

Transmit = Callable[[bytes, HostPort], None]


class ServerState(Enum):
    """Where a server transaction stands. ``PROCEEDING`` covers Trying for others than INVITE."""

    PROCEEDING = auto()
    ACCEPTED = auto()
    COMPLETED = auto()
    CONFIRMED = auto()
    TERMINATED = auto()


class Happening(Enum):
    """What may happen to a server transaction: the user answers, an ACK comes, time passes."""

    PROVISIONAL = auto()
    SUCCESS = auto()
    FAILURE = auto()
    ACK = auto()
    EXPIRED = auto()


_S, _H = ServerState, Happening
INVITE_TABLE: Mapping[ServerState, Mapping[Happening, ServerState]] = {
    _S.PROCEEDING: {
        _H.PROVISIONAL: _S.PROCEEDING,
        _H.SUCCESS: _S.ACCEPTED,
        _H.FAILURE: _S.COMPLETED,
    },
    _S.ACCEPTED: {_H.ACK: _S.ACCEPTED, _H.EXPIRED: _S.TERMINATED},
    _S.COMPLETED: {_H.ACK: _S.CONFIRMED, _H.EXPIRED: _S.TERMINATED},
    _S.CONFIRMED: {_H.EXPIRED: _S.TERMINATED},
    _S.TERMINATED: {},
}
OTHER_TABLE: Mapping[ServerState, Mapping[Happening, ServerState]] = {
    _S.PROCEEDING: {
        _H.PROVISIONAL: _S.PROCEEDING,
        _H.SUCCESS: _S.COMPLETED,
        _H.FAILURE: _S.COMPLETED,
    },
    _S.ACCEPTED: {},
    _S.COMPLETED: {_H.EXPIRED: _S.TERMINATED},
    _S.CONFIRMED: {},
    _S.TERMINATED: {},
}


class ServerTransaction:
    """One request. The layer calls the ``on_`` methods and reads the two times afterwards.

    Args:
        request: as it came.
        timers: how long things take.
        transmit: sends.

    Attributes:
        state: where it stands.
        repeat_at: when ``on_repeat`` is due, ``None`` for never.
        expire_at: when ``on_expire`` is due, ``None`` while the user has not answered.
        acknowledged: whether the ACK of our success came.
    """

    __slots__ = (
        "_interval",
        "_last",
        "_table",
        "_timers",
        "_transmit",
        "acknowledged",
        "expire_at",
        "is_invite",
        "repeat_at",
        "request",
        "state",
    )

    def __init__(self, request: Request, timers: Timers, transmit: Transmit) -> None:
        self.request = request
        self.is_invite = request.method == "INVITE"
        self._table = INVITE_TABLE if self.is_invite else OTHER_TABLE
        self._timers = timers
        self._transmit = transmit
        self.state = ServerState.PROCEEDING
        self.acknowledged = False
        self._last: bytes | None = None
        self._interval = timers.t1
        self.repeat_at: float | None = None
        self.expire_at: float | None = None
        if self.is_invite:
            self._send(bytes(response_to(request, 100)))

    @property
    def is_answered(self) -> bool:
        """Whether a final response was sent."""
        return self.state is not ServerState.PROCEEDING

    def respond(self, response: SipResponse, now: float) -> bool:
        """Send a response of the user's; returns whether it could still be sent."""
        happening = _happening(response.status_code)
        after = self._table[self.state].get(happening)
        if after is None:
            return False
        self.state = after
        self._send(bytes(response))
        if after is ServerState.PROCEEDING:
            return True
        if self.is_invite:
            self.repeat_at = now + self._timers.t1
        self.expire_at = now + self._timers.give_up
        return True

    def on_copy(self) -> None:
        """The request came again."""
        if self._last is not None and self.state is not ServerState.CONFIRMED:
            if self.state is ServerState.ACCEPTED and self.acknowledged:
                return
            self._transmit(self._last, self.request.reply_to)

    def on_ack(self, now: float) -> bool:
        """An ACK with our branch came; returns whether it is the user's business."""
        after = self._table[self.state].get(Happening.ACK)
        if after is None:
            return False
        self.state = after
        if after is ServerState.ACCEPTED:
            return True
        self.repeat_at = None
        self.expire_at = now + self._timers.t4
        return False

    def on_success_acknowledged(self) -> None:
        """The user says that the ACK of our 2xx came."""
        self.acknowledged = True
        self.repeat_at = None

    def on_repeat(self, now: float) -> None:
        """Timer G, or the repetition of a 2xx."""
        if self._last is not None:
            self._transmit(self._last, self.request.reply_to)
        self._interval = min(2 * self._interval, self._timers.t2)
        self.repeat_at = now + self._interval

    def on_expire(self) -> bool:
        """Timer H, I, J or L; returns whether the user must hear that no ACK came."""
        unacknowledged = self.state is ServerState.ACCEPTED and not self.acknowledged
        self.state = self._table[self.state][Happening.EXPIRED]
        return unacknowledged

    def _send(self, datagram: bytes) -> None:
        self._last = datagram
        self._transmit(datagram, self.request.reply_to)


def _happening(status: int) -> Happening:
    if status < 200:
        return Happening.PROVISIONAL
    return Happening.SUCCESS if status < 300 else Happening.FAILURE
