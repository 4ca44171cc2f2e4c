"""A history told fact by fact, as the journal of a small clinic holds it."""

from __future__ import annotations

from datetime import UTC
from math import inf

from acd.metrics import Every, Metrics, Results, all_of
from acd.models import AgentConfig, QueueConfig
from calls.commands import Command, OfferCall, RecallOffer, ReleaseAgent
from calls.facts import (
    AgentHungUp,
    AgentOnBreak,
    AgentOut,
    AgentReady,
    CallArrived,
    CallConnected,
    CallEnded,
    CallerHungUp,
    CallFact,
    CallQueued,
    CallReleased,
    Fact,
    OfferAccepted,
    OfferFact,
    OfferRinging,
    PhoneRegistered,
)
from calls.ids import AgentId, CallId, OfferId, QueueId
from calls.outcome import Outcome
from calls.private import Private
from calls.requirement import Requirement, SkillNeed

SITE = "clinic"
TEN = 1_795_428_000.0
"""2026-11-23 10:00 UTC."""

NURSE_QUEUE = QueueId("nurse")

QUEUES = {
    QueueId(queue.id): queue
    for queue in (
        QueueConfig(
            id=NURSE_QUEUE,
            title="Nurse",
            skills=(SkillNeed(skill="nurse"),),
            service_level_s=10.0,
            wrap_up_s=60.0,
        ),
        QueueConfig(id=QueueId("billing"), title="Billing", skills=(SkillNeed(skill="billing"),)),
        QueueConfig(id=QueueId("chat"), title="Chat", at_once=3, wrap_up_s=10.0),
        QueueConfig(id=QueueId("plain"), title="No wrap-up", wrap_up_s=0.0),
    )
}
"""Service level 20 s, wrap-up 20 s and short abandon 5 s, where nothing else stands."""

AGENTS = {
    AgentId(agent.id): agent
    for agent in (
        AgentConfig(id=AgentId("ana"), name="Ana", skills={"nurse": 4}),
        AgentConfig(id=AgentId("bea"), name="Bea", skills={"nurse": 3}),
        AgentConfig(id=AgentId("cal"), name="Cal", skills={"billing": 3}),
    )
}


class History:
    """Records in the order of the journal, with times in seconds after ten o'clock."""

    def __init__(self) -> None:
        self.records: list[tuple[float, Fact | Command]] = []
        self.now = 0.0
        self._offers: dict[tuple[str, str], OfferId] = {}

    # --- telling --------------------------------------------------------------------------------

    def at(self, now: float) -> History:
        self.now = now
        return self

    def tell(self, *records: Fact | Command) -> History:
        self.records += [(TEN + self.now, record) for record in records]
        return self

    def signed_in(self, *agents: str) -> History:
        for agent in agents:
            who = {"site": SITE, "agent_id": AgentId(agent)}
            self.tell(PhoneRegistered(**who), AgentReady(**who))
        return self

    def ready(self, agent: str) -> History:
        return self.tell(AgentReady(site=SITE, agent_id=AgentId(agent)))

    def on_break(self, agent: str) -> History:
        return self.tell(AgentOnBreak(site=SITE, agent_id=AgentId(agent)))

    def out(self, agent: str) -> History:
        return self.tell(AgentOut(site=SITE, agent_id=AgentId(agent)))

    def arrive(self, call: str, number: str = "") -> History:
        return self.tell(
            CallArrived(
                site=SITE,
                call_id=CallId(call),
                caller=Private(number),
                dialled="",
                line="simulated",
            )
        )

    def queue(
        self,
        call: str,
        queue: str = "billing",
        *,
        emergency: bool = False,
        heard_ago_s: float = 0.0,
        companion: bool = False,
    ) -> History:
        return self.tell(
            CallQueued(
                site=SITE,
                call_id=CallId(call),
                requirement=Requirement(
                    queue=QueueId(queue),
                    emergency=emergency,
                    companion=(SkillNeed(skill="spanish"),) if companion else (),
                ),
                heard_ago_s=heard_ago_s,
            )
        )

    def offer(
        self, call: str, agent: str = "cal", queue: str = "billing", *, emergency: bool = False
    ) -> History:
        offer_id = OfferId(f"{call}/{len(self.records)}")
        self._offers[call, agent] = offer_id
        self.tell(
            OfferCall(
                call_id=CallId(call),
                offer_id=offer_id,
                agent_id=AgentId(agent),
                ring_timeout_s=15.0,
                emergency=emergency,
                queue=queue,
                rule="longest-ready",
                call_back="~" in call,
            )
        )
        return self.of(OfferRinging, call, agent)

    def of(self, kind: type[OfferFact], call: str, agent: str = "cal", **more: str) -> History:
        """A fact about the last offer of the call to the agent."""
        return self.tell(
            kind(
                site=SITE,
                call_id=CallId(call),
                offer_id=self._offers[call, agent],
                agent_id=AgentId(agent),
                **more,
            )
        )

    def let_go(self, call: str, agent: str = "cal") -> History:
        """The agent who was offered the call last, or has accepted it, is let go."""
        offer_id = self._offers[call, agent]
        accepted = any(
            isinstance(record, OfferAccepted) and record.offer_id == offer_id
            for _at, record in self.records
        )
        kind = ReleaseAgent if accepted else RecallOffer
        return self.tell(kind(call_id=CallId(call), offer_id=offer_id, agent_id=AgentId(agent)))

    def connect(self, call: str, agent: str = "cal") -> History:
        """The agent answers, and the two are bridged."""
        self.of(OfferAccepted, call, agent)
        return self.tell(
            CallConnected(
                site=SITE,
                call_id=CallId(call),
                agent_id=AgentId(agent),
                offer_id=self._offers[call, agent],
            )
        )

    def release(
        self, call: str, agent: str = "cal", *, requeued: bool = False, emergency: bool = False
    ) -> History:
        return self.tell(
            CallReleased(
                site=SITE,
                call_id=CallId(call),
                agent_id=AgentId(agent),
                requeued=requeued,
                emergency=emergency,
            )
        )

    def agent_hangs_up(self, call: str, agent: str = "cal") -> History:
        return self.of(AgentHungUp, call, agent).release(call, agent)

    def about(self, fact: type[CallFact], call: str, /, **more: object) -> History:
        return self.tell(fact(site=SITE, call_id=CallId(call), **more))

    def hang_up(self, call: str, outcome: Outcome = Outcome.HANDLED) -> History:
        self.about(CallerHungUp, call)
        return self.end(call, outcome)

    def end(self, call: str, outcome: Outcome) -> History:
        return self.about(CallEnded, call, outcome=outcome)

    def answered(
        self,
        call: str,
        *,
        after_s: float,
        agent: str = "cal",
        queue: str = "billing",
        talk_s: float = 100.0,
    ) -> History:
        """A whole call that begins now."""
        began = self.now
        self.arrive(call).queue(call, queue)
        self.offer(call, agent, queue)
        self.at(began + after_s).connect(call, agent)
        return self.at(began + after_s + talk_s).hang_up(call)

    def abandoned(self, call: str, *, after_s: float, queue: str = "billing") -> History:
        began = self.now
        self.arrive(call).queue(call, queue)
        return self.at(began + after_s).hang_up(call, Outcome.ABANDONED)

    # --- asking ---------------------------------------------------------------------------------

    def results(
        self,
        every: Every = Every.WHOLE,
        *,
        since: float = 0.0,
        until: float = inf,
        as_of: float = 0.0,
    ) -> Results:
        """What is counted, everything in order; times are seconds after ten."""
        metrics = metrics_of(every, since=TEN + since, until=TEN + until)
        for at, record in self.records:
            metrics.take(at, record)
        found = metrics.results(TEN + as_of)
        assert found.balanced
        return found

    def of_queue(self, queue: str = "billing", **options: float) -> dict[str, object]:
        return all_of(self.results(**options).by_queue()[QueueId(queue)])

    def of_agent(self, agent: str = "cal", **options: float) -> dict[str, object]:
        return all_of(self.results(**options).by_agent()[AgentId(agent)])

    def of_calls(self, **options: float) -> dict[str, object]:
        return all_of(self.results(**options).whole().calls)


def metrics_of(every: Every = Every.WHOLE, *, since: float = -inf, until: float = inf) -> Metrics:
    return Metrics(
        queues=QUEUES,
        agents=AGENTS,
        nurse_queue=NURSE_QUEUE,
        zone=UTC,
        every=every,
        since=since,
        until=until,
    )


def some(values: dict[str, object], *names: str) -> dict[str, object]:
    """Those of the measures."""
    return {name: values[name] for name in names}
