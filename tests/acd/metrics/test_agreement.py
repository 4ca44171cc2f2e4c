"""The metrics, which know the facts alone, agree with the distributor, which decided."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acd import Distributor
from acd.metrics import Metrics
from acd.models import AgentConfig, Overflow, QueueConfig, Relaxation
from calls import facts
from calls.commands import (
    Bridge,
    Command,
    OfferCall,
    OpenTask,
    RecallOffer,
    ReleaseAgent,
    ReturnToFlow,
)
from calls.facts import Fact
from calls.ids import AgentId, CallId, QueueId
from calls.outcome import Outcome
from calls.requirement import Requirement, SkillNeed
from tests.acd.metrics.agreement import counted, decided
from tests.acd.metrics.history import NURSE_QUEUE, SITE, TEN

QUEUES = {
    QueueId(queue.id): queue
    for queue in (
        QueueConfig(id=NURSE_QUEUE, title="Nurse", skills=(SkillNeed(skill="nurse"),)),
        QueueConfig(
            id=QueueId("billing"),
            title="Billing",
            skills=(SkillNeed(skill="billing", level=2),),
            relax=(Relaxation(after_s=60.0, level=1),),
            overflow=(Overflow(after_s=90.0, to=QueueId("general")),),
        ),
        QueueConfig(id=QueueId("general"), title="General", wrap_up_s=0.0, call_back_attempts=1),
        QueueConfig(id=QueueId("chat"), title="Chat", at_once=3),
    )
}
AGENTS = {
    AgentId(name): AgentConfig(id=AgentId(name), name=name, skills=skills)
    for name, skills in {
        "ana": {"nurse": 4, "spanish": 3},
        "bea": {"nurse": 2},
        "cal": {"billing": 3},
        "dot": {"billing": 1, "spanish": 2},
    }.items()
}

CALLS = st.integers(0, 4)
WHO = st.sampled_from(list(AGENTS))
ANY = st.integers(0, 7)
QUEUED = st.tuples(
    st.just("queue"),
    CALLS,
    st.sampled_from(list(QUEUES)),
    st.sampled_from((False, False, True)),
    st.sampled_from(((), (), (), (SkillNeed(skill="spanish"),))),
)
ACTIONS = st.one_of(
    QUEUED,
    QUEUED,
    st.tuples(st.sampled_from(("hang up", "lose", "dequeue", "call back", "escalate")), CALLS),
    st.tuples(st.just("end"), CALLS, st.sampled_from(Outcome)),
    *[st.tuples(st.sampled_from(("accept", "accept", "ring out", "decline", "fail")), ANY)] * 3,
    st.tuples(st.sampled_from(("agent hangs up", "hold", "retrieve", "reached", "missed")), ANY),
    st.tuples(st.sampled_from(("ready", "ready", "break", "out", "gone", "back")), WHO),
    st.tuples(st.just("close"), CALLS),
    st.tuples(st.just("wait"), st.sampled_from((0.25, 3.0, 12.0, 30.0, 120.0, 1000.0))),
)

ABOUT_OFFERS = {
    "accept": facts.OfferAccepted,
    "ring out": facts.OfferUnanswered,
    "decline": facts.OfferDeclined,
    "agent hangs up": facts.AgentHungUp,
    "hold": facts.CallHeld,
    "retrieve": facts.CallRetrieved,
    "reached": facts.CallBackAnswered,
}
ABOUT_CALLS = {
    "hang up": facts.CallerHungUp,
    "dequeue": facts.CallDequeued,
    "call back": facts.CallBackChosen,
}
ABOUT_AGENTS = {
    "ready": facts.AgentReady,
    "break": facts.AgentOnBreak,
    "out": facts.AgentOut,
    "gone": facts.PhoneUnregistered,
    "back": facts.PhoneRegistered,
}


class Floor:
    """A distributor, and the metrics of what a journal would hold of it."""

    def __init__(self) -> None:
        self.now = TEN
        self.distributor = Distributor(SITE, QUEUES, AGENTS, NURSE_QUEUE)
        self.metrics = Metrics(queues=QUEUES, agents=AGENTS, nurse_queue=NURSE_QUEUE)
        self.connected: dict[CallId, AgentId] = {}
        self.kept: dict[int, int] = {}
        for agent_id in AGENTS:
            self.tell(facts.PhoneRegistered(site=SITE, agent_id=agent_id))
            self.tell(facts.AgentReady(site=SITE, agent_id=agent_id))

    def tell(self, fact: Fact) -> None:
        self.keep(fact)
        self.spread(self.distributor.handle(fact, self.now))

    def keep(self, record: Fact | Command) -> None:
        self.metrics.take(self.now, record)
        assert self.metrics.balanced, record

    def spread(self, commands: list[Command]) -> None:
        for command in commands:
            call = {"site": SITE, "call_id": command.call_id}
            match command:
                case OfferCall() | OpenTask() | RecallOffer() | ReleaseAgent():
                    self.keep(command)
                case Bridge(agent_id=agent_id, offer_id=offer_id):
                    self.connected[command.call_id] = agent_id
                    self.keep(facts.CallConnected(**call, agent_id=agent_id, offer_id=offer_id))
                case ReturnToFlow(agent_id=who, requeued=requeued, emergency=emergency):
                    self.keep(
                        facts.CallReleased(
                            **call, agent_id=who, requeued=requeued, emergency=emergency
                        )
                    )

    def act(self, action: tuple) -> None:
        match action:
            case ("wait", float(seconds)):
                until = self.now + seconds
                while (due := self.distributor.next_deadline()) is not None and due <= until:
                    self.now = max(self.now, due)
                    self.spread(self.distributor.tick(self.now))
                    self.agree()
                self.now = until
            case ("queue", int(number), queue, bool(emergency), companion):
                requirement = Requirement(queue=queue, emergency=emergency, companion=companion)
                self.tell(facts.CallQueued(**self.call(number), requirement=requirement))
            case ("end", int(number), outcome):
                self.tell(facts.CallEnded(**self.call(number), outcome=outcome))
                self.kept[number] = self.kept.get(number, 0) + 1
            case ("lose", int(number)):
                self.tell(facts.CallFailed(**self.call(number), reason="media-timeout"))
                self.kept[number] = self.kept.get(number, 0) + 1
            case ("escalate", int(number)):
                who = self.connected.get(self.call(number)["call_id"], AgentId("cal"))
                self.tell(facts.CallEscalated(**self.call(number), agent_id=who))
            case ("close", int(number)):
                for kind in ("call-back", "red-flag-call-back"):
                    for call in (self.call(number), self.call(number, ago=1)):
                        self.tell(
                            facts.TaskClosed(**call, kind=kind, by=AgentId("ana"), how="done")
                        )
            case (str(what), int(number)) if what in ABOUT_CALLS:
                self.tell(ABOUT_CALLS[what](**self.call(number)))
                # A call's id is never used again: who has left calls as another call.
                self.kept[number] = self.kept.get(number, 0) + (what != "dequeue")
            case (str(what), int(number)):
                self.about_offer(what, number)
            case (str(what), str(who)):
                self.tell(ABOUT_AGENTS[what](site=SITE, agent_id=AgentId(who)))

    def about_offer(self, what: str, number: int) -> None:
        live = self.distributor.live_offers()
        if not live:
            return
        offer = live[number % len(live)]
        names = {
            "site": SITE,
            "call_id": offer.call_id,
            "offer_id": offer.offer_id,
            "agent_id": offer.agent_id,
        }
        if what == "fail":
            self.tell(facts.OfferFailed(**names, reason="unreachable"))
        elif what == "missed":
            self.tell(facts.CallBackMissed(**names, reason="busy"))
        else:
            self.tell(ABOUT_OFFERS[what](**names))

    def call(self, number: int, *, ago: int = 0) -> dict[str, object]:
        times = self.kept.get(number, 0) - ago
        return {"site": SITE, "call_id": CallId(f"call {number}.{times}")}

    def agree(self) -> None:
        assert counted(self.metrics, self.now) == decided(self.distributor)


@settings(
    max_examples=settings().max_examples * 3 // 2,
    suppress_health_check=[HealthCheck.too_slow],
    deadline=None,
)
@given(st.lists(ACTIONS, min_size=20, max_size=70))
def test_visits_and_offers_are_counted_as_the_distributor_counts_them(actions):
    floor = Floor()
    for action in actions:
        floor.act(action)
        floor.agree()


def test_a_pair_whose_caller_became_a_red_flag_is_no_pair_any_more() -> None:
    floor = Floor()
    pair = ("queue", 1, "billing", False, (SkillNeed(skill="spanish"),))
    for action in (pair, ("accept", 0), ("accept", 1), ("escalate", 1), ("wait", 120.0)):
        floor.act(action)
        floor.agree()
