"""The asyncio driver: one UDP socket, one timer, and the user agent between them.

The socket is read and written here rather than by an asyncio transport, because a transport closes
itself for good at the first address it cannot send to. Nothing closes this one but ``stop``.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import socket
from collections.abc import Mapping
from random import Random

from adapters.telephony.sip.address import HostPort, checked, is_ip_literal
from adapters.telephony.sip.call import CallListener, OutgoingCall
from adapters.telephony.sip.dialler import Ring
from adapters.telephony.sip.errors import BadAddress, CannotListen
from adapters.telephony.sip.handler import EndpointHandler
from adapters.telephony.sip.sdp import LocalMedia
from adapters.telephony.sip.settings import EndpointSettings
from adapters.telephony.sip.udp import listening_socket, unreachable
from adapters.telephony.sip.user_agent import UserAgent
from calls.faults import where
from calls.ids import AgentId

log = logging.getLogger(__name__)

_READS_PER_TURN = 64
_LARGEST_DATAGRAM = 65_535
_STOP_TIMEOUT_S = 2.0


class SipEndpoint:
    """A SIP user agent on one UDP socket.

    Args:
        settings: what it is set up with.
        handler: who owns it.
    """

    def __init__(self, settings: EndpointSettings, handler: EndpointHandler) -> None:
        self._settings = settings
        self._handler = handler
        self._loop: asyncio.AbstractEventLoop | None = None
        self._socket: socket.socket | None = None
        self._agent: UserAgent | None = None
        self._address: HostPort | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._soon: asyncio.Handle | None = None
        self._lookup: asyncio.Task[None] | None = None
        self._settled: asyncio.Event | None = None

    async def start(self) -> HostPort:
        """Open the socket, and register with the trunk if there is one.

        Returns:
            The address it listens on, with the port the system gave.

        Raises:
            CannotListen: the address is taken or not ours, or another one in the settings is none.
        """
        self._loop = asyncio.get_running_loop()
        self._socket = listening_socket(self._settings)
        host, port = self._socket.getsockname()[:2]
        self._address = HostPort(host, port)
        try:
            self._agent = UserAgent(
                self._settings,
                self._handler,
                sent_by=HostPort(self._settings.advertise or host, port),
                clock=self._loop.time,
                random=Random(secrets.randbits(64)),  # noqa: S311  (waits, not secrets)
                wake=self._on_wake,
                resolve=self._on_resolve,
            )
        except BadAddress as error:
            self._socket.close()
            raise CannotListen(str(error)) from None
        self._loop.add_reader(self._socket, self._on_readable)
        self._agent.start()
        self._flush()
        return self._address

    async def stop(self) -> None:
        """Hang up and unregister, wait at most two seconds for the answers, close the socket."""
        if self._loop is None or self._socket is None or self._agent is None:
            return
        self._agent.stop()
        self._flush()
        self._settled = asyncio.Event()
        if self._agent.pending:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_STOP_TIMEOUT_S):
                    await self._settled.wait()
        if self._lookup is not None:
            self._lookup.cancel()
            await asyncio.gather(self._lookup, return_exceptions=True)
        for handle in (self._timer, self._soon):
            if handle is not None:
                handle.cancel()
        self._loop.remove_reader(self._socket)
        self._socket.close()
        self._socket = None

    @property
    def address(self) -> HostPort:
        """Where it listens, once started."""
        assert self._address is not None, "start the endpoint first"
        return self._address

    def place_call(
        self,
        target: str,
        local: LocalMedia,
        listener: CallListener,
        *,
        ring_timeout_s: float = 30.0,
        caller: str = "",
        caller_name: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> OutgoingCall:
        """Place a call; returns at once, the listener hears the rest.

        Args:
            target: a SIP URI whose host is an IP literal, or a user to be dialled on the trunk.
            local: our side of the media.
            listener: told what happens.
            ring_timeout_s: without an answer for so long: CANCEL, and ``Failed``.
            caller: user part of From; the trunk's user when empty.
            caller_name: shown on the phone, for example the queue.
            headers: added to the INVITE, for example ``Alert-Info``.

        Raises:
            BadAddress: the target's host is no IP literal and there is no trunk to take it.
        """
        return self._running.place_call(
            target,
            local,
            listener,
            Ring(
                ring_timeout_s=ring_timeout_s,
                caller=caller,
                caller_name=caller_name,
                headers=headers or {},
            ),
        )

    def ring_agent(
        self,
        agent_id: AgentId,
        local: LocalMedia,
        listener: CallListener,
        *,
        ring_timeout_s: float = 15.0,
        caller: str = "",
        caller_name: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> OutgoingCall | None:
        """Call the agent's registered phone; ``None`` when it is not registered.

        A phone that answers with not a single packet, or that ICMP says is gone, counts as
        unregistered from then on, until it registers again.
        """
        return self._running.ring_agent(
            agent_id,
            local,
            listener,
            Ring(
                ring_timeout_s=ring_timeout_s,
                caller=caller,
                caller_name=caller_name,
                headers=headers or {},
            ),
        )

    def registered_agents(self) -> tuple[AgentId, ...]:
        """Agents whose phone can be rung, in the order they registered."""
        return self._running.registered_agents()

    def counters(self) -> Mapping[str, int]:
        """What was counted since the start: datagrams in and out, dropped by reason, calls."""
        return dict(self._running.counts)

    # --- socket and timer -----------------------------------------------------------------------

    @property
    def _running(self) -> UserAgent:
        assert self._agent is not None, "start the endpoint first"
        return self._agent

    def _on_readable(self) -> None:
        assert self._socket is not None
        agent = self._running
        for _ in range(_READS_PER_TURN):
            try:
                payload, sender = self._socket.recvfrom(_LARGEST_DATAGRAM)
            except BlockingIOError:
                break
            except OSError:
                # An ICMP error about something sent earlier; the error queue says about what.
                self._read_errors()
                continue
            try:
                agent.receive(payload, checked(sender[0].partition("%")[0], sender[1]))
            except BadAddress:
                agent.counts["bad-source"] += 1
            except Exception as error:
                # Here and below by kind and place: a message could quote a number.
                agent.counts["bugs"] += 1
                log.error("a datagram could not be handled: %s", where(error))
        self._flush()

    def _read_errors(self) -> None:
        assert self._socket is not None
        for destination in unreachable(self._socket):
            self._running.unreachable(destination)

    def _on_timer(self) -> None:
        self._timer = None
        try:
            self._running.handle_timer()
        except Exception as error:
            self._running.counts["bugs"] += 1
            log.error("a timer could not be handled: %s", where(error))
        self._flush()

    def _on_wake(self) -> None:
        """Send at once what an owner caused; tell owners what comes of it in the next turn."""
        self._transmit()
        if self._loop is not None and self._soon is None:
            self._soon = self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        agent = self._running
        self._transmit()
        while (delivery := agent.next_delivery()) is not None:
            try:
                delivery.run()
            except Exception as error:
                agent.counts["bugs"] += 1
                name = delivery.call.id if delivery.call is not None else "-"
                log.error("call %s: its owner failed; it is hung up: %s", name, where(error))
                if delivery.call is not None:
                    delivery.call.hang_up()
        self._transmit()
        self._arm()
        if self._settled is not None and not agent.pending:
            self._settled.set()

    def _transmit(self) -> None:
        agent = self._running
        for payload, destination in agent.outgoing():
            if self._socket is None:
                return
            try:
                self._socket.sendto(payload, destination)
            except BlockingIOError:
                agent.counts["send-buffer-full"] += 1
            except OSError:
                agent.counts["send-errors"] += 1
                self._read_errors()

    def _arm(self) -> None:
        assert self._loop is not None
        deadline = self._running.next_deadline()
        if self._timer is not None:
            if deadline is not None and self._timer.when() == deadline:
                return
            self._timer.cancel()
            self._timer = None
        if deadline is not None and self._socket is not None:
            self._timer = self._loop.call_at(deadline, self._on_timer)

    # --- names ----------------------------------------------------------------------------------

    def _on_resolve(self, host: str, port: int) -> None:
        assert self._loop is not None
        if is_ip_literal(host):
            address: HostPort | None = None
            with contextlib.suppress(BadAddress):
                address = checked(host, port)
            self._loop.call_soon(self._resolved, address)
            return
        self._lookup = self._loop.create_task(self._look_up(host, port))

    async def _look_up(self, host: str, port: int) -> None:
        assert self._loop is not None
        family = socket.AF_INET6 if ":" in self.address.host else socket.AF_INET
        try:
            found = await self._loop.getaddrinfo(host, port, family=family, type=socket.SOCK_DGRAM)
            address = checked(str(found[0][4][0]), port)
        except (OSError, UnicodeError, BadAddress):
            self._resolved(None)
            return
        self._resolved(address)

    def _resolved(self, address: HostPort | None) -> None:
        if self._socket is not None:
            self._running.trunk_resolved(address)
            self._flush()
