"""A network in virtual time between user agents, and the owners that live on it."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from random import Random

import pytest

from adapters.telephony.sip.address import HostPort
from adapters.telephony.sip.events import CallEvent
from adapters.telephony.sip.settings import EndpointSettings
from adapters.telephony.sip.user_agent import UserAgent
from tests.adapters.sip.foreign_phone import ForeignPhone

LATENCY_S = 0.01


class Owner:
    """Keeps what it is told; answers nothing by itself."""

    def __init__(self):
        self.calls = []
        self.events: dict[str, list[CallEvent]] = {}
        self.registered = []
        self.trunk = []
        self.on_call: Callable = lambda call: None

    def incoming_call(self, call):
        self.calls.append(call)
        self.events[call.id] = []
        call.listen(self.events[call.id].append)
        self.on_call(call)

    def phone_registered(self, agent_id):
        self.registered.append((agent_id, True))

    def phone_unregistered(self, agent_id):
        self.registered.append((agent_id, False))

    def trunk_changed(self, registered, detail):
        self.trunk.append((registered, detail))


class Network:
    """Datagrams and timers in virtual time; loses, doubles and reorders as told.

    What is attached has ``receive(payload, source)``, ``handle_timer()``, ``next_deadline()`` and
    ``outgoing()``.
    """

    def __init__(self, seed: int = 1, loss: float = 0.0, chaos: bool = False):
        self.now = 0.0
        self.random = Random(seed)
        self.loss = loss
        self.chaos = chaos
        self.nodes: dict[HostPort, object] = {}
        self.wire: list = []
        self.sent: list[tuple[float, HostPort, HostPort, bytes]] = []
        self.drop: Callable[[bytes], bool] = lambda payload: False
        self._sequence = 0

    def attach(self, address: HostPort, node) -> None:
        self.nodes[address] = node

    def agent(self, port: int, timers=None, **settings) -> tuple[UserAgent, Owner]:
        owner = Owner()
        address = HostPort("127.0.0.1", port)
        agent = UserAgent(
            EndpointSettings(**settings),
            owner,
            sent_by=address,
            clock=lambda: self.now,
            random=Random(port),
            wake=lambda: None,
            resolve=lambda host, port: agent.trunk_resolved(HostPort(host, port)),
            timers=timers,
        )
        self.attach(address, agent)
        return agent, owner

    def put(self, payload: bytes, source: HostPort, destination: HostPort) -> None:
        self.sent.append((self.now, source, destination, payload))
        if self.drop(payload):
            return
        copies = 1
        if self.chaos and self.random.random() < 0.1:
            copies = 2
        for _ in range(copies):
            if self.random.random() < self.loss:
                continue
            delay = LATENCY_S
            if self.chaos:
                delay += self.random.random() * 0.4
            self._sequence += 1
            heapq.heappush(
                self.wire, (self.now + delay, self._sequence, payload, source, destination)
            )

    def settle(self) -> None:
        """Send and deliver what is due now."""
        for address, node in list(self.nodes.items()):
            while True:
                delivery = getattr(node, "next_delivery", lambda: None)()
                if delivery is None:
                    break
                delivery.run()
            for payload, destination in node.outgoing():
                self.put(payload, address, destination)

    def run(self, for_s: float = 1e9) -> None:
        """Let time pass; without an argument until nothing more would happen."""
        end = self.now + for_s
        self.settle()
        while True:
            deadlines = [node.next_deadline() for node in self.nodes.values()]
            at = min(
                [d for d in deadlines if d is not None] + [w[0] for w in self.wire[:1]],
                default=None,
            )
            if at is None or at > end:
                break
            self.now = max(self.now, at)
            if self.wire and self.wire[0][0] <= self.now:
                _, _, payload, source, destination = heapq.heappop(self.wire)
                node = self.nodes.get(destination)
                if node is not None:
                    node.receive(payload, source)
            for node in list(self.nodes.values()):
                deadline = node.next_deadline()
                if deadline is not None and deadline <= self.now:
                    node.handle_timer()
            self.settle()
        if for_s < 1e9:
            self.now = end


@pytest.fixture
def network():
    """A network that loses nothing."""
    return Network()


@pytest.fixture
def make_network():
    """A network that loses what it is told to."""
    return Network


@pytest.fixture
def bob(network):
    """A user agent of ours and its owner."""
    return network.agent(5072)


@pytest.fixture
def raw(network, bob):
    """A foreign phone that talks to it."""
    return ForeignPhone(network)
