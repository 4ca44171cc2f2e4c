"""A small clinic in virtual time: three nurses, one of whom speaks Spanish, and three clerks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from acd import AgentConfig, Distributor, EmergencyRules, QueueConfig, VisitTotals
from calls.commands import Command, OfferCall
from calls.facts import (
    AgentFact,
    AgentReady,
    CallQueued,
    Fact,
    OfferAccepted,
    OfferFact,
    PhoneRegistered,
)
from calls.ids import AgentId, CallId, QueueId
from calls.requirement import Requirement, SkillNeed

SITE = "clinic"
NURSE_QUEUE = QueueId("nurse")
PLAIN = EmergencyRules(keep_ready=0, ladder=())

QUEUES = {
    QueueId(queue.id): queue
    for queue in (
        QueueConfig(id=NURSE_QUEUE, title="Nurse", skills=(SkillNeed(skill="nurse"),)),
        QueueConfig(
            id=QueueId("billing"),
            title="Billing",
            skills=(SkillNeed(skill="billing"),),
        ),
        QueueConfig(id=QueueId("general"), title="General"),
        QueueConfig(id=QueueId("complaints"), title="Complaints", head_start_s=600.0),
    )
}

AGENTS = {
    AgentId(agent.id): agent
    for agent in (
        AgentConfig(id=AgentId("ana"), name="Ana", skills={"nurse": 4, "spanish": 5}),
        AgentConfig(id=AgentId("bea"), name="Bea", skills={"nurse": 3}),
        AgentConfig(id=AgentId("cal"), name="Cal", skills={"billing": 3}),
        AgentConfig(id=AgentId("dot"), name="Dot", skills={"billing": 1, "spanish": 3}),
        AgentConfig(id=AgentId("eli"), name="Eli", skills={"billing": 3}),
        AgentConfig(id=AgentId("fay"), name="Fay", skills={"nurse": 2}),
    )
}


class Clinic:
    """Drives a distributor as a driver would, and keeps what was decided."""

    def __init__(
        self,
        queues: Mapping[QueueId, QueueConfig] = QUEUES,
        agents: Mapping[AgentId, AgentConfig] = AGENTS,
        rules: EmergencyRules = PLAIN,
    ) -> None:
        self.distributor = Distributor(SITE, queues, agents, NURSE_QUEUE, rules)
        self.now = 1000.0

    def tell(self, fact: Fact) -> list[Command]:
        return self.distributor.handle(fact, self.now)

    def totals_of(self, queue: str) -> VisitTotals:
        """Visits to one queue so far."""
        views = {view.queue_id: view for view in self.distributor.snapshot().queues}
        return views[QueueId(queue)].totals

    def later(self, seconds: float) -> list[Command]:
        self.now += seconds
        return self.distributor.tick(self.now)

    def on_duty(self, *names: str) -> list[Command]:
        out = []
        for name in names:
            out += self.tell(PhoneRegistered(site=SITE, agent_id=AgentId(name)))
            self.now += 1.0
            out += self.tell(AgentReady(site=SITE, agent_id=AgentId(name)))
        return out

    def queue(
        self, call: str, queue: str = "general", *skills: str, emergency: bool = False
    ) -> list[Command]:
        requirement = Requirement(
            queue=QueueId(queue),
            skills=tuple(SkillNeed(skill=skill) for skill in skills),
            emergency=emergency,
        )
        return self.tell(
            CallQueued(site=SITE, call_id=CallId(call), requirement=requirement, number_known=False)
        )

    def about(self, kind: type[OfferFact], offer: OfferCall, **more: str) -> list[Command]:
        """Tell a fact about an offer."""
        return self.tell(
            kind(
                site=SITE,
                call_id=offer.call_id,
                offer_id=offer.offer_id,
                agent_id=offer.agent_id,
                **more,
            )
        )

    def connect(self, call: str, queue: str = "general") -> OfferCall:
        """Queue a call and let whoever is rung accept it."""
        offer = the_offer(self.queue(call, queue))
        self.about(OfferAccepted, offer)
        return offer

    def agents(self, kind: type[AgentFact], *names: str, **more: bool) -> list[Command]:
        """Tell a fact about each of some agents."""
        out = []
        for name in names:
            out += self.tell(kind(site=SITE, agent_id=AgentId(name), **more))
        return out

    def wants(self, call: str, queue: str, *skills: SkillNeed, **more: Any) -> list[Command]:
        """Queue a call with all that a requirement or the fact can say."""
        said = {key: more.pop(key) for key in ("emergency", "companion", "agent") if key in more}
        if "agent_wait_s" in more:
            said["agent_wait_s"] = more.pop("agent_wait_s")
        requirement = Requirement(queue=QueueId(queue), skills=skills, **said)
        return self.tell(
            CallQueued(site=SITE, call_id=CallId(call), requirement=requirement, **more)
        )

    def accept(self, commands: list[Command]) -> list[Command]:
        """Let whoever is rung by these commands accept."""
        out = []
        for command in commands:
            if isinstance(command, OfferCall):
                out += self.about(OfferAccepted, command)
        return out

    def agent(self, name: str):
        return next(a for a in self.distributor.snapshot().agents if a.agent_id == name)


def the_offer(commands: list[Command]) -> OfferCall:
    """The only offer among the commands."""
    (offer,) = [command for command in commands if isinstance(command, OfferCall)]
    return offer


def offered(commands: list[Command]) -> list[tuple[str, str]]:
    """Which call was offered to whom, in order."""
    return [(c.call_id, c.agent_id) for c in commands if isinstance(c, OfferCall)]


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


@pytest.fixture
def site():
    """Makes a clinic of one's own."""
    return Clinic


@pytest.fixture(name="the_offer")
def the_offer_fixture():
    return the_offer


@pytest.fixture(name="offered")
def offered_fixture():
    return offered


@pytest.fixture
def changed_queues():
    """The clinic's queues with some fields replaced in all of them."""

    def change(**fields):
        return {queue_id: replace(queue, **fields) for queue_id, queue in QUEUES.items()}

    return change


@pytest.fixture
def agents():
    return AGENTS
