"""The transaction layer (RFC 3261, 17; RFC 6026): datagrams and time in, events and datagrams out.

It has no socket and no clock. A driver hands it every datagram and calls ``handle_timer`` when
``next_deadline`` is reached; after either it sends what ``outgoing`` returns. Each request of the
far end comes out once, however often it came in; each request of ours ends in a final response,
``NoResponse`` or ``Unreachable``.
"""

from __future__ import annotations

import secrets
from collections import Counter

from aiosipua.message import SipRequest, SipResponse

from adapters.telephony.sip.address import HostPort
from adapters.telephony.sip.client_transaction import (
    ClientState,
    ClientTransaction,
    cancel_for,
)
from adapters.telephony.sip.deadlines import Deadline, Deadlines
from adapters.telephony.sip.server_transaction import ServerTransaction
from adapters.telephony.sip.timers import Timers
from adapters.telephony.sip.transaction_events import (
    AckMissing,
    AckReceived,
    CancelReceived,
    ClientKey,
    Datagram,
    Event,
    Finished,
    NoResponse,
    RequestReceived,
    ResponseReceived,
    ServerKey,
    StrayResponse,
    Unreachable,
)
from adapters.telephony.sip.wire import (
    MAGIC_COOKIE,
    Request,
    Response,
    Unusable,
    read,
    response_to,
)

_Either = ClientTransaction | ServerTransaction


def new_branch() -> str:
    """A branch that no other transaction has (8.1.1.7)."""
    return MAGIC_COOKIE + secrets.token_hex(10)


class _Slot:
    """A transaction with its two deadlines, so that the heap holds at most one of each."""

    __slots__ = ("expire", "key", "repeat", "transaction")

    def __init__(self, key: ClientKey | ServerKey, transaction: _Either) -> None:
        self.key = key
        self.transaction = transaction
        self.repeat: Deadline[tuple[_Slot, bool]] | None = None
        self.expire: Deadline[tuple[_Slot, bool]] | None = None


class TransactionLayer:
    """All transactions of one socket.

    Args:
        timers: how long things take.
        capacity: server transactions at once; a request beyond it gets 503 and is forgotten, so
            that a flood costs no memory.
    """

    def __init__(self, timers: Timers | None = None, *, capacity: int = 20_000) -> None:
        self._timers = timers or Timers()
        self._capacity = capacity
        self._clients: dict[ClientKey, _Slot] = {}
        self._servers: dict[ServerKey, _Slot] = {}
        self._merge: dict[tuple[str, str, int, str], ServerKey] = {}
        self._deadlines: Deadlines[tuple[_Slot, bool]] = Deadlines()
        self._outgoing: list[Datagram] = []
        self.counts: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._clients) + len(self._servers)

    def pending_requests(self) -> int:
        """Requests of ours that have no final response yet."""
        return sum(
            isinstance(slot.transaction, ClientTransaction) and not slot.transaction.is_answered
            for slot in self._clients.values()
        )

    def awaits(self, key: ClientKey) -> bool:
        """Whether a response to this request of ours may still come."""
        return key in self._clients

    # --- in -------------------------------------------------------------------------------------

    def receive(self, payload: bytes, source: HostPort, now: float) -> list[Event]:
        """Take a datagram in.

        Args:
            payload: whatever came.
            source: where it came from.
            now: seconds.

        Returns:
            What the user must see; never raises for anything in ``payload``.
        """
        message = read(payload, source)
        if isinstance(message, Response):
            return self._receive_response(message, now)
        if isinstance(message, Unusable):
            self.counts["unusable"] += 1
            if message.reply is not None and message.reply_to is not None:
                self.transmit(message.reply, message.reply_to)
            return []
        if message.method == "ACK":
            return self._receive_ack(message, now)
        return self._receive_request(message, now)

    def handle_timer(self, now: float) -> list[Event]:
        """Do all that is due at ``now``."""
        events: list[Event] = []
        while (due := self._deadlines.pop_due(now)) is not None:
            slot, is_repeat = due
            if is_repeat:
                slot.repeat = None
                slot.transaction.on_repeat(now)
                self._arm(slot)
            else:
                slot.expire = None
                events.extend(self._expire(slot))
        return events

    def next_deadline(self) -> float | None:
        """When ``handle_timer`` has something to do; ``None`` for never."""
        return self._deadlines.next()

    def unreachable(self, destination: HostPort) -> list[Event]:
        """The network said that ``destination`` cannot be reached: end what waits for it (8.1.3.1).

        Only requests that have heard nothing yet are ended: one stray ICMP error must not cost a
        call that is up.
        """
        events: list[Event] = []
        for key, slot in list(self._clients.items()):
            transaction = slot.transaction
            if transaction.state is ClientState.CALLING and _goes_to(slot, destination):
                self._drop(slot)
                events.append(Unreachable(key=key))
        return events

    # --- out ------------------------------------------------------------------------------------

    def send_request(self, request: SipRequest, destination: HostPort, now: float) -> ClientKey:
        """Start a client transaction. The request's top Via needs a branch of its own.

        Args:
            request: complete; not ACK.
            destination: where it goes.
            now: seconds.
        """
        branch = request.via[0].branch or ""
        key = ClientKey(branch, request.method)
        transaction = ClientTransaction(request, destination, self._timers, self.transmit, now)
        slot = self._clients[key] = _Slot(key, transaction)
        self._arm(slot)
        return key

    def cancel(self, key: ClientKey, now: float) -> None:
        """Take an INVITE of ours back, now or as soon as that is allowed (9.1).

        A final response, ``NoResponse`` or, in a race, a success still follows.
        """
        slot = self._clients.get(key)
        if slot is None or not isinstance(slot.transaction, ClientTransaction):
            return
        transaction = slot.transaction
        if transaction.cancel_requested or transaction.is_answered:
            return
        transaction.cancel_requested = True
        if transaction.state is ClientState.PROCEEDING:
            self._send_cancel(slot, transaction, now)

    def respond(self, key: ServerKey, response: SipResponse, now: float) -> bool:
        """Answer a request of theirs; returns ``False`` when it is too late for this response."""
        slot = self._servers.get(key)
        if slot is None or not isinstance(slot.transaction, ServerTransaction):
            return False
        sent = slot.transaction.respond(response, now)
        self._arm(slot)
        return sent

    def acknowledged(self, key: ServerKey) -> None:
        """The user has seen the ACK of our success: repeat it no more."""
        slot = self._servers.get(key)
        if slot is not None and isinstance(slot.transaction, ServerTransaction):
            slot.transaction.on_success_acknowledged()
            self._arm(slot)

    def transmit(self, payload: bytes, destination: HostPort) -> None:
        """Send without a transaction: the ACK of a success."""
        self._outgoing.append(Datagram(payload, destination))

    def outgoing(self) -> list[Datagram]:
        """What is to be sent now; each is returned once."""
        out, self._outgoing = self._outgoing, []
        return out

    # --- within ---------------------------------------------------------------------------------

    def _receive_response(self, response: Response, now: float) -> list[Event]:
        key = ClientKey(response.branch, response.cseq_method)
        slot = self._clients.get(key)
        if slot is None or not isinstance(slot.transaction, ClientTransaction):
            self.counts["stray-response"] += 1
            return [StrayResponse(response=response)]
        transaction = slot.transaction
        first = transaction.state is ClientState.CALLING
        hand_up = transaction.on_response(response, now)
        if first and transaction.state is ClientState.PROCEEDING and transaction.cancel_requested:
            self._send_cancel(slot, transaction, now)
        self._arm(slot)
        return [ResponseReceived(key=key, response=response)] if hand_up else []

    def _send_cancel(self, slot: _Slot, transaction: ClientTransaction, now: float) -> None:
        transaction.limit(now + self._timers.give_up)
        self._arm(slot)
        self.send_request(cancel_for(transaction.request), transaction.destination, now)

    def _receive_ack(self, request: Request, now: float) -> list[Event]:
        slot = self._servers.get(_server_key(request, "INVITE"))
        if slot is None or not isinstance(slot.transaction, ServerTransaction):
            return [AckReceived(request=request)]
        hand_up = slot.transaction.on_ack(now)
        self._arm(slot)
        return [AckReceived(request=request)] if hand_up else []

    def _receive_request(self, request: Request, now: float) -> list[Event]:
        key = _server_key(request, request.method)
        slot = self._servers.get(key)
        if slot is not None and isinstance(slot.transaction, ServerTransaction):
            self.counts["copies"] += 1
            slot.transaction.on_copy()
            return []
        if len(self._servers) >= self._capacity:
            self.counts["flooded"] += 1
            response = response_to(request, 503, to_tag="flooded")
            response.headers.set_single("Retry-After", "10")
            self.transmit(bytes(response), request.reply_to)
            return []
        transaction = ServerTransaction(request, self._timers, self.transmit)
        self._servers[key] = _Slot(key, transaction)
        if request.method == "CANCEL":
            invite = _server_key(request, "INVITE")
            known = invite if invite in self._servers else None
            return [CancelReceived(key=key, invite=known, request=request)]
        if not request.to_tag:
            origin = (request.call_id, request.from_tag, request.cseq, request.method)
            if self._merge.setdefault(origin, key) != key:
                # The same request by another way (8.2.2.2).
                self.respond(key, response_to(request, 482, to_tag="merged"), now)
                return []
        return [RequestReceived(key=key, request=request)]

    def _expire(self, slot: _Slot) -> list[Event]:
        told = slot.transaction.on_expire()
        key = slot.key
        self._drop(slot)
        if isinstance(key, ClientKey):
            return [NoResponse(key=key) if told else Finished(key=key)]
        return [AckMissing(key=key)] if told else []

    def _drop(self, slot: _Slot) -> None:
        for deadline in (slot.repeat, slot.expire):
            if deadline is not None:
                deadline.cancel()
        if isinstance(slot.key, ClientKey):
            self._clients.pop(slot.key, None)
            return
        self._servers.pop(slot.key, None)
        if isinstance(slot.transaction, ServerTransaction):
            request = slot.transaction.request
            origin = (request.call_id, request.from_tag, request.cseq, request.method)
            if self._merge.get(origin) == slot.key:
                del self._merge[origin]

    def _arm(self, slot: _Slot) -> None:
        transaction = slot.transaction
        slot.repeat = self._rearm(slot, slot.repeat, transaction.repeat_at, is_repeat=True)
        slot.expire = self._rearm(slot, slot.expire, transaction.expire_at, is_repeat=False)

    def _rearm(
        self,
        slot: _Slot,
        deadline: Deadline[tuple[_Slot, bool]] | None,
        at: float | None,
        *,
        is_repeat: bool,
    ) -> Deadline[tuple[_Slot, bool]] | None:
        if deadline is not None:
            if deadline.at == at:
                return deadline
            deadline.cancel()
        return None if at is None else self._deadlines.set(at, (slot, is_repeat))


def _goes_to(slot: _Slot, destination: HostPort) -> bool:
    transaction = slot.transaction
    return isinstance(transaction, ClientTransaction) and transaction.destination == destination


def _server_key(request: Request, method: str) -> ServerKey:
    branch = request.branch
    if not branch.startswith(MAGIC_COOKIE):
        # RFC 2543: what else is the same in an INVITE, its ACK and its CANCEL (17.2.3).
        branch = f"{branch}|{request.call_id}|{request.from_tag}|{request.cseq}"
    return ServerKey(branch, request.sent_by, request.source.host, method)
