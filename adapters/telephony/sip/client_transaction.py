"""A client transaction: one request of ours until nothing more can come of it.

RFC 3261, 17.1, with the Accepted state of RFC 6026, over an unreliable transport. As there:

- INVITE: repeated at T1, 2*T1, 4*T1, ... until anything comes back (timer A) or 64*T1 are over
  (timer B). A failure is acknowledged here, once for each copy of it, for timer D. A success is
  handed up, each copy and each fork of it, for timer M; its ACK is the user's.
- Others: repeated at T1, 2*T1, ... at most T2 (timer E) until a final response or 64*T1 (timer F);
  copies of the final response are swallowed for T4 (timer K).

A CANCEL asked for before anything came back waits for the first provisional response (9.1), and
when the INVITE then has no final response within 64*T1 it is given up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto

from aiosipua.message import SipRequest

from adapters.telephony.sip.address import HostPort
from adapters.telephony.sip.timers import Timers
from adapters.telephony.sip.wire import Response

Transmit = Callable[[bytes, HostPort], None]


class ClientState(Enum):
    """Where a client transaction stands. ``CALLING`` is called Trying for others than INVITE."""

    CALLING = auto()
    PROCEEDING = auto()
    ACCEPTED = auto()
    COMPLETED = auto()
    TERMINATED = auto()


class Arrival(Enum):
    """What may come to a client transaction."""

    PROVISIONAL = auto()
    SUCCESS = auto()
    FAILURE = auto()
    EXPIRED = auto()


_S, _A = ClientState, Arrival
INVITE_TABLE: Mapping[ClientState, Mapping[Arrival, ClientState]] = {
    _S.CALLING: {
        _A.PROVISIONAL: _S.PROCEEDING,
        _A.SUCCESS: _S.ACCEPTED,
        _A.FAILURE: _S.COMPLETED,
        _A.EXPIRED: _S.TERMINATED,
    },
    _S.PROCEEDING: {
        _A.PROVISIONAL: _S.PROCEEDING,
        _A.SUCCESS: _S.ACCEPTED,
        _A.FAILURE: _S.COMPLETED,
        _A.EXPIRED: _S.TERMINATED,
    },
    _S.ACCEPTED: {_A.SUCCESS: _S.ACCEPTED, _A.EXPIRED: _S.TERMINATED},
    _S.COMPLETED: {_A.FAILURE: _S.COMPLETED, _A.EXPIRED: _S.TERMINATED},
    _S.TERMINATED: {},
}
OTHER_TABLE: Mapping[ClientState, Mapping[Arrival, ClientState]] = {
    _S.CALLING: {
        _A.PROVISIONAL: _S.PROCEEDING,
        _A.SUCCESS: _S.COMPLETED,
        _A.FAILURE: _S.COMPLETED,
        _A.EXPIRED: _S.TERMINATED,
    },
    _S.PROCEEDING: {
        _A.PROVISIONAL: _S.PROCEEDING,
        _A.SUCCESS: _S.COMPLETED,
        _A.FAILURE: _S.COMPLETED,
        _A.EXPIRED: _S.TERMINATED,
    },
    _S.ACCEPTED: {},
    _S.COMPLETED: {_A.EXPIRED: _S.TERMINATED},
    _S.TERMINATED: {},
}


class ClientTransaction:
    """One request. The layer calls the ``on_`` methods and reads the two times afterwards.

    Args:
        request: complete, with its top Via.
        destination: where it goes.
        timers: how long things take.
        transmit: sends.
        now: seconds.

    Attributes:
        state: where it stands.
        repeat_at: when ``on_repeat`` is due, ``None`` for never.
        expire_at: when ``on_expire`` is due.
    """

    __slots__ = (
        "_interval",
        "_table",
        "_timers",
        "_transmit",
        "cancel_requested",
        "datagram",
        "destination",
        "expire_at",
        "is_invite",
        "repeat_at",
        "request",
        "state",
    )

    def __init__(
        self,
        request: SipRequest,
        destination: HostPort,
        timers: Timers,
        transmit: Transmit,
        now: float,
    ) -> None:
        self.request = request
        self.datagram = bytes(request)
        self.destination = destination
        self.is_invite = request.method == "INVITE"
        self._table = INVITE_TABLE if self.is_invite else OTHER_TABLE
        self._timers = timers
        self._transmit = transmit
        self.state = ClientState.CALLING
        self.cancel_requested = False
        self._interval = timers.t1
        self.repeat_at: float | None = now + timers.t1
        self.expire_at: float = now + timers.give_up
        transmit(self.datagram, destination)

    @property
    def is_answered(self) -> bool:
        """Whether a final response came."""
        return self.state not in (ClientState.CALLING, ClientState.PROCEEDING)

    def on_response(self, response: Response, now: float) -> bool:
        """Take a response in; returns whether the user is to see it."""
        before = self.state
        arrival = _arrival(response.status)
        after = self._table[before].get(arrival)
        if after is None:
            return False
        self.state = after
        if after is ClientState.PROCEEDING:
            self._proceed(before, now)
            return True
        if after is ClientState.ACCEPTED:
            if before is not after:
                self._linger(now + self._timers.give_up)
            return True
        if self.is_invite:
            self._transmit(bytes(failure_ack(self.request, response)), self.destination)
        if before is after:
            return False
        self._linger(now + (self._timers.absorb_failure if self.is_invite else self._timers.t4))
        return True

    def on_repeat(self, now: float) -> None:
        """Timer A or E."""
        self._transmit(self.datagram, self.destination)
        self._interval *= 2
        if not self.is_invite:
            provisional = self.state is ClientState.PROCEEDING
            self._interval = (
                self._timers.t2 if provisional else min(self._interval, self._timers.t2)
            )
        self.repeat_at = now + self._interval

    def on_expire(self) -> bool:
        """Timer B, D, F, K or M; returns whether the user must hear that nothing came."""
        unanswered = not self.is_answered
        self.state = self._table[self.state][Arrival.EXPIRED]
        return unanswered

    def limit(self, expire_at: float) -> None:
        """Wait for a final response, which has not come, no longer than this (9.1)."""
        self.expire_at = expire_at

    def _proceed(self, before: ClientState, now: float) -> None:
        if self.is_invite:
            self.repeat_at = None
            if not self.cancel_requested:
                self.expire_at = now + self._timers.proceeding
        elif before is ClientState.CALLING:
            self._interval = self._timers.t2

    def _linger(self, until: float) -> None:
        self.repeat_at = None
        self.expire_at = until


def _arrival(status: int) -> Arrival:
    if status < 200:
        return Arrival.PROVISIONAL
    return Arrival.SUCCESS if status < 300 else Arrival.FAILURE


def failure_ack(invite: SipRequest, response: Response) -> SipRequest:
    """The ACK of a failure, which belongs to the INVITE's transaction (17.1.1.3)."""
    ack = SipRequest(method="ACK", uri=invite.uri)
    ack.headers.append("Via", invite.headers.get("via")[0])
    for name in ("Route", "From", "Call-ID"):
        for value in invite.headers.get(name):
            ack.headers.append(name, value)
    ack.headers.set_single("To", response.header("to"))
    ack.headers.set_single("CSeq", f"{response.cseq} ACK")
    ack.headers.set_single("Max-Forwards", "70")
    return ack


def cancel_for(invite: SipRequest) -> SipRequest:
    """The CANCEL of a request of ours (9.1)."""
    cancel = SipRequest(method="CANCEL", uri=invite.uri)
    cancel.headers.append("Via", invite.headers.get("via")[0])
    for name in ("Route", "From", "To", "Call-ID"):
        for value in invite.headers.get(name):
            cancel.headers.append(name, value)
    sequence = (invite.headers.get_first("cseq") or "0").split()[0]
    cancel.headers.set_single("CSeq", f"{sequence} CANCEL")
    cancel.headers.set_single("Max-Forwards", "70")
    return cancel
