"""The user agent without its socket: calls, registrar and trunk over one stack.

Datagrams and time go in; datagrams, a deadline and deliveries to the owners come out. The clock is
a function so that the owners of calls need not pass the time along; in tests it is virtual.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable
from functools import partial
from random import Random

from adapters.telephony.sip.access import Gate, Refused
from adapters.telephony.sip.address import HostPort, parse_host_port
from adapters.telephony.sip.arrival import vet
from adapters.telephony.sip.call import CallListener, OutgoingCall
from adapters.telephony.sip.dialler import Ring, Route, make_invite, new_call_id, new_tag, route
from adapters.telephony.sip.errors import BadAddress, BadMessage
from adapters.telephony.sip.events import LostReason
from adapters.telephony.sip.glance import answered_request, dialog_meant, is_response
from adapters.telephony.sip.handler import EndpointHandler
from adapters.telephony.sip.incoming import IncomingSession
from adapters.telephony.sip.outgoing import OutgoingSession
from adapters.telephony.sip.refusal import unsupported
from adapters.telephony.sip.registrar import Binding, Registrar
from adapters.telephony.sip.registration import TrunkRegistration
from adapters.telephony.sip.sdp import LocalMedia
from adapters.telephony.sip.session import Session
from adapters.telephony.sip.settings import EndpointSettings
from adapters.telephony.sip.stack import Delivery, Silence, Stack
from adapters.telephony.sip.timers import Timers
from adapters.telephony.sip.transaction_events import (
    AckMissing,
    AckReceived,
    CancelReceived,
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
from adapters.telephony.sip.trunk_address import TrunkAddress
from adapters.telephony.sip.uri import name_addr, parse_uri
from adapters.telephony.sip.wire import Request, Response, response_to
from calls.ids import AgentId

_IN_DIALOG_ONLY = frozenset({"BYE", "INFO", "UPDATE"})
_KNOWN_ELSEWHERE = frozenset({"REFER", "SUBSCRIBE", "NOTIFY", "MESSAGE", "PUBLISH", "PRACK"})


class UserAgent:
    """See the module.

    Args:
        settings: of the endpoint.
        owner: told of calls, phones and the trunk.
        sent_by: our address as the far side knows it.
        clock: seconds, never going back.
        random: for waits and identifiers that need not be secret.
        wake: called when there may be something to send or an earlier deadline.
        resolve: asked to look up ``(host, port)`` of the trunk; answers by ``trunk_resolved``.
        timers: of the transactions.

    Raises:
        BadAddress: a network or the trunk's registrar in the settings is none.
    """

    def __init__(
        self,
        settings: EndpointSettings,
        owner: EndpointHandler,
        *,
        sent_by: HostPort,
        clock: Callable[[], float],
        random: Random,
        wake: Callable[[], None],
        resolve: Callable[[str, int], None],
        timers: Timers | None = None,
    ) -> None:
        self._settings = settings
        self._owner = owner
        self._clock = clock
        self._resolve = resolve
        self._gate = Gate(settings)
        self._stack = Stack(
            settings,
            self._gate,
            sent_by=sent_by,
            clock=clock,
            random=random,
            wake=wake,
            timers=timers,
        )
        self._registrar = Registrar(
            self._gate.networks, settings.min_expires_s, settings.max_expires_s
        )
        self._sessions: dict[tuple[str, str], Session] = {}
        self._invites: dict[ServerKey, IncomingSession] = {}
        self._trunk = self._make_trunk()
        self.counts: Counter[str] = self._stack.counts

    # --- driven by the endpoint -----------------------------------------------------------------

    def start(self) -> None:
        """Look the trunk up and register with it, if there is one."""
        if self._trunk is not None:
            self._trunk.start()

    def stop(self) -> None:
        """End all calls, and unregister."""
        for session in list(self._sessions.values()):
            session.lose(LostReason.STOPPED)
        if self._trunk is not None:
            self._trunk.stop()

    def receive(self, payload: bytes, source: HostPort) -> None:
        """Take a datagram in; raises for nothing in it."""
        self.counts["datagrams-in"] += 1
        if not self._gate.admits(source) and not self._is_expected(payload):
            self.counts["not-allowed"] += 1
            return
        self._take(self._stack.layer.receive(payload, source, self._clock()))

    def _is_expected(self, payload: bytes) -> bool:
        """Whether it belongs to what we began: nobody else can know our branches and tags."""
        if is_response(payload):
            return self._stack.layer.awaits(answered_request(payload))
        return dialog_meant(payload) in self._sessions

    def unreachable(self, destination: HostPort) -> None:
        """The network says that nothing arrives there."""
        self.counts["unreachable"] += 1
        self._take(self._stack.layer.unreachable(destination))

    def handle_timer(self) -> None:
        """Do all that is due."""
        now = self._clock()
        self._take(self._stack.layer.handle_timer(now))
        while (action := self._stack.timers.pop_due(now)) is not None:
            action()
        for agent_id in self._registrar.expire(now):
            self._notify(partial(self._owner.phone_unregistered, agent_id))

    def next_deadline(self) -> float | None:
        """When :meth:`handle_timer` has something to do."""
        deadlines = (
            self._stack.layer.next_deadline(),
            self._stack.timers.next(),
            self._registrar.next_deadline(),
        )
        return min((at for at in deadlines if at is not None), default=None)

    def outgoing(self) -> list[Datagram]:
        """Datagrams to be sent now."""
        out = self._stack.layer.outgoing()
        self.counts["datagrams-out"] += len(out)
        return out

    def next_delivery(self) -> Delivery | None:
        """The next thing to tell an owner."""
        deliveries = self._stack.deliveries
        return deliveries.popleft() if deliveries else None

    def trunk_resolved(self, address: HostPort | None) -> None:
        """The answer to ``resolve``."""
        self._gate.trunk = address or self._gate.trunk
        if self._trunk is not None:
            self._trunk.resolved(address)

    @property
    def pending(self) -> int:
        """Requests of ours without a final response: what a stop should wait for."""
        return self._stack.layer.pending_requests()

    @property
    def leftovers(self) -> int:
        """Calls, transactions, deadlines and deliveries that are still held."""
        return len(self._sessions) + len(self._invites) + len(self._stack)

    # --- told by the owner ----------------------------------------------------------------------

    def place_call(
        self, target: str, local: LocalMedia, listener: CallListener, ring: Ring
    ) -> OutgoingCall:
        """See ``endpoint.SipEndpoint.place_call``."""
        way = route(target, self._settings.trunk, self._gate.trunk)
        return self._place(way, local, listener, ring)

    def ring_agent(
        self, agent_id: AgentId, local: LocalMedia, listener: CallListener, ring: Ring
    ) -> OutgoingCall | None:
        """See ``endpoint.SipEndpoint.ring_agent``."""
        binding = self._registrar.binding(agent_id)
        if binding is None:
            return None
        way = Route(uri=binding.uri, destination=binding.destination)
        dead = partial(self._on_dead_phone, agent_id, binding)
        return self._place(way, local, listener, ring, dead)

    def _place(
        self,
        way: Route,
        local: LocalMedia,
        listener: CallListener,
        ring: Ring,
        on_dead: Callable[[], None] = lambda: None,
    ) -> OutgoingCall:
        invite = make_invite(way, ring, self._stack.sent_by)
        call = OutgoingSession(
            self._stack,
            invite,
            way.destination,
            name=new_tag(),
            local=local,
            on_retired=self._forget,
            on_dead=on_dead,
        )
        call.listen(listener)
        self.counts["calls-out"] += 1
        self._sessions[call.call_id, call.local_tag] = call
        call.place(ring.ring_timeout_s)
        return call

    def _on_dead_phone(self, agent_id: AgentId, binding: Binding) -> None:
        """It did not answer a single packet: ring it no more until it registers again."""
        if self._registrar.drop(agent_id, binding):
            self._notify(partial(self._owner.phone_unregistered, agent_id))

    def registered_agents(self) -> tuple[AgentId, ...]:
        """See ``endpoint.SipEndpoint.registered_agents``."""
        return self._registrar.agents()

    # --- what the transactions tell -------------------------------------------------------------

    def _take(self, events: list[Event]) -> None:
        for event in events:
            match event:
                case RequestReceived(key=key, request=request):
                    try:
                        self._on_request(key, request)
                    except Exception:
                        # A bug. Left unanswered, the request would be held for good.
                        self._stack.refuse(key, request, 500)
                        raise
                case CancelReceived(key=key, invite=invite, request=request):
                    self._on_cancel(key, invite, request)
                case AckReceived(request=request):
                    session = self._sessions.get((request.call_id, request.to_tag))
                    if session is not None:
                        session.on_ack(request)
                case AckMissing(key=key):
                    for session in list(self._sessions.values()):
                        session.on_ack_missing(key)
                case ResponseReceived(key=key, response=response):
                    self._stack.heard(key, response)
                case NoResponse(key=key):
                    self._stack.settled(key, Silence.NO_RESPONSE)
                case Unreachable(key=key):
                    self._stack.settled(key, Silence.UNREACHABLE)
                case Finished(key=key):
                    self._stack.settled(key)
                case StrayResponse(response=response):
                    self._on_stray(response)

    def _on_stray(self, response: Response) -> None:
        """A success whose transaction is over must still be acknowledged (13.2.2.4)."""
        session = self._sessions.get((response.call_id, response.from_tag))
        if (
            isinstance(session, OutgoingSession)
            and response.cseq_method == "INVITE"
            and 200 <= response.status < 300
        ):
            session.on_success(response)

    def _on_cancel(self, key: ServerKey, invite: ServerKey | None, request: Request) -> None:
        session = self._invites.get(invite) if invite is not None else None
        tag = session.local_tag if session is not None else ""
        self._stack.refuse(key, request, 200 if invite is not None else 481, to_tag=tag)
        if session is not None:
            session.on_cancel()

    def _on_request(self, key: ServerKey, request: Request) -> None:
        if unsupported(request):
            self._stack.refuse(key, request, 420)
        elif request.to_tag:
            session = self._sessions.get((request.call_id, request.to_tag))
            if session is None:
                self._stack.refuse(key, request, 481)
            else:
                session.on_request(key, request)
        elif request.method == "INVITE":
            self._on_invite(key, request)
        elif request.method == "REGISTER":
            self._on_register(key, request)
        elif request.method == "OPTIONS":
            self._stack.refuse(key, request, 200)
        elif request.method in _IN_DIALOG_ONLY:
            self._stack.refuse(key, request, 481)
        else:
            self._stack.refuse(key, request, 405 if request.method in _KNOWN_ELSEWHERE else 501)

    def _on_invite(self, key: ServerKey, invite: Request) -> None:
        agent_id: AgentId | None = None
        if self._gate.needs_proof(invite):
            proof = self._gate.prove(invite, self._clock())
            if isinstance(proof, Refused):
                self._stack.refuse(key, invite, proof.status, headers=proof.headers)
                return
            agent_id = proof
        from_trunk = self._gate.is_trunk(invite.source)
        try:
            arrival = vet(invite, from_trunk=from_trunk)
        except BadMessage as error:
            self._stack.refuse(key, invite, error.status, str(error))
            return
        call = IncomingSession(
            self._stack,
            key,
            invite,
            arrival,
            local_tag=new_tag(),
            name=new_tag(),
            agent_id=agent_id,
            from_trunk=from_trunk,
            on_retired=self._forget,
        )
        self.counts["calls-in"] += 1
        self._sessions[call.call_id, call.local_tag] = call
        self._invites[key] = call
        self._stack.tell(call, lambda: self._owner.incoming_call(call))

    def _forget(self, call: Session) -> None:
        self._sessions.pop((call.call_id, call.local_tag), None)
        if isinstance(call, IncomingSession):
            self._invites.pop(call.key, None)

    def _on_register(self, key: ServerKey, request: Request) -> None:
        proof = self._gate.prove(request, self._clock())
        if isinstance(proof, Refused):
            self._stack.refuse(key, request, proof.status, headers=proof.headers)
            return
        try:
            if parse_uri(name_addr(request.header("to")).uri).user != proof:
                self._stack.refuse(key, request, 403)
                return
            registered = self._registrar.register(proof, request, self._clock())
        except BadMessage as error:
            self._stack.refuse(key, request, error.status, str(error))
            return
        response = response_to(request, 200, to_tag=secrets.token_hex(6))
        for contact in registered.contacts:
            response.headers.append("Contact", contact)
        self._stack.respond(key, response)
        if registered.appeared:
            self._notify(partial(self._owner.phone_registered, proof))
        if registered.vanished:
            self._notify(partial(self._owner.phone_unregistered, proof))

    def _notify(self, run: Callable[[], None]) -> None:
        self._stack.tell(None, run)

    # --- the trunk ------------------------------------------------------------------------------

    def _make_trunk(self) -> TrunkRegistration | TrunkAddress | None:
        trunk, stack, look_up = self._settings.trunk, self._stack, self._look_trunk_up
        if trunk is None:
            return None
        try:
            parse_host_port(trunk.registrar)
        except BadAddress as error:
            raise BadAddress(f"trunk: {trunk.registrar}: {error}") from None

        def tell(up: bool, detail: str) -> None:
            self._notify(lambda: self._owner.trunk_changed(up, detail))

        if not trunk.register:
            return TrunkAddress(stack, trunk, resolve=look_up, on_change=tell)
        return TrunkRegistration(
            stack,
            trunk,
            tag=new_tag(),
            call_id=new_call_id(stack.sent_by),
            resolve=look_up,
            on_change=tell,
        )

    def _look_trunk_up(self) -> None:
        assert self._settings.trunk is not None
        self._resolve(*parse_host_port(self._settings.trunk.registrar))
