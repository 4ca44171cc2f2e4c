"""Waits foretold by running the distributor forward: exact where nothing is left to chance."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from heapq import heappop, heappush
from itertools import count

import pytest

from acd import AgentConfig, Distributor, EmergencyRules, QueueConfig
from acd.forecast import Setup, forecast
from acd.handling import Arrivals, Known, Ring
from calls.commands import Bridge, OfferCall
from calls.facts import AgentReady, CallerHungUp, CallQueued, OfferAccepted, PhoneRegistered
from calls.ids import AgentId, CallId, QueueId
from calls.requirement import Requirement, SkillNeed
from routing.erlang import wait_quantile_s

SITE = "clinic"
DESK, VIP, NURSE = QueueId("desk"), QueueId("vip"), QueueId("nurse")
QUEUES = {
    queue.id: queue
    for queue in (
        QueueConfig(id=DESK, title="Desk", wrap_up_s=20.0),
        QueueConfig(id=VIP, title="Complaints", wrap_up_s=20.0, head_start_s=600.0),
        QueueConfig(id=NURSE, title="Nurse", skills=(SkillNeed(skill="nurse"),)),
    )
}


def setup(agents: int, nurses: int = 0, **changes) -> Setup:
    people = {
        AgentId(f"a{n}"): AgentConfig(
            id=AgentId(f"a{n}"), name="A", skills={"nurse": 1} if n < nurses else {}
        )
        for n in range(agents)
    }
    queues = {queue_id: replace(queue, **changes) for queue_id, queue in QUEUES.items()}
    return Setup(queues=queues, agents=people, nurse_queue=NURSE, emergency=EmergencyRules())


class World:
    """What really happens: every conversation takes as long as every other, and so does a ring."""

    def __init__(self, setup: Setup, talk_s: float, ring_s: float = 0.0) -> None:
        self.setup, self.talk_s, self.ring_s = setup, talk_s, ring_s
        self.now = 1000.0
        self.distributor = Distributor(
            SITE, setup.queues, setup.agents, setup.nurse_queue, setup.emergency
        )
        self.heap = []
        self.count = count()
        self.answered_at = {}
        for agent_id in setup.agents:
            self.tell(PhoneRegistered(site=SITE, agent_id=agent_id))
            self.tell(AgentReady(site=SITE, agent_id=agent_id))

    def tell(self, fact) -> None:
        self.do(self.distributor.handle(fact, self.now))

    def do(self, commands) -> None:
        for command in commands:
            if isinstance(command, OfferCall):
                accepted = OfferAccepted(
                    site=SITE,
                    call_id=command.call_id,
                    offer_id=command.offer_id,
                    agent_id=command.agent_id,
                )
                heappush(self.heap, (self.now + self.ring_s, next(self.count), accepted))
            elif isinstance(command, Bridge):
                self.answered_at[command.call_id] = self.now
                over = CallerHungUp(site=SITE, call_id=command.call_id)
                heappush(self.heap, (self.now + self.talk_s, next(self.count), over))

    def queue(self, call: str, queue: QueueId = DESK, *, emergency: bool = False) -> None:
        need = Requirement(queue=queue, emergency=emergency)
        self.tell(CallQueued(site=SITE, call_id=CallId(call), requirement=need, number_known=False))

    def advance(self, seconds: float) -> None:
        until = self.now + seconds
        while True:
            due = self.distributor.next_deadline()
            at = self.heap[0][0] if self.heap else math.inf
            if min(at, due or math.inf) > until:
                break
            self.now = min(at, due or math.inf)
            if due is not None and due <= at:
                self.do(self.distributor.tick(self.now))
            else:
                self.tell(heappop(self.heap)[2])
        self.now = until

    def known(self, **more) -> Known:
        return Known(
            talks_s={DESK: (self.talk_s,) * 20},
            rings=(Ring(self.ring_s, answered=True),),
            **more,
        )

    def forecast(self, known: Known | None = None, runs: int = 5, seed: int = 1, newcomers=()):
        state = replace(self.distributor.state(), now=self.now)
        chance = random.Random(seed)
        return forecast(
            state,
            self.setup,
            known or self.known(),
            chance.random,
            runs=runs,
            newcomers=newcomers,
        )


def test_where_nothing_is_left_to_chance_the_forecast_is_what_then_happens():
    world = World(setup(3), talk_s=100.0, ring_s=4.0)
    for number in range(9):
        world.queue(f"c{number}")
        world.advance(7.0)
    foretold, asked_at = world.forecast(), world.now
    assert len(foretold.callers) == 6
    world.advance(2000.0)
    for call_id, wait in foretold.callers.items():
        assert wait.p50_s == wait.p90_s == pytest.approx(world.answered_at[call_id] - asked_at)


def test_time_that_a_conversation_has_taken_already_is_not_waited_for_again():
    world = World(setup(1), talk_s=100.0)
    world.queue("talks")
    world.advance(60.0)
    world.queue("waits")
    assert world.forecast().callers[CallId("waits")].p50_s == pytest.approx(40.0 + 20.0)


def test_a_call_that_is_ringing_is_answered_when_the_ring_is_over():
    world = World(setup(1), talk_s=100.0, ring_s=10.0)
    world.queue("rings")
    world.advance(4.0)
    assert world.forecast().callers[CallId("rings")].p90_s == pytest.approx(6.0)


def test_a_newcomer_is_told_what_then_happens_to_a_call_that_joins():
    world = World(setup(2), talk_s=100.0, ring_s=3.0)
    for number in range(5):
        world.queue(f"c{number}")
    world.advance(30.0)
    foretold = world.forecast(newcomers=(DESK,)).newcomers[DESK]
    joined_at = world.now
    world.queue("joins")
    world.advance(2000.0)
    assert foretold.p50_s == pytest.approx(world.answered_at[CallId("joins")] - joined_at)


def test_asking_for_newcomers_changes_nobody_s_wait():
    world = World(setup(2), talk_s=100.0)
    for number in range(6):
        world.queue(f"c{number}")
    world.queue("first", VIP)
    alone, asked = world.forecast(), world.forecast(newcomers=(DESK, VIP))
    assert alone.callers == asked.callers
    assert asked.newcomers[VIP].p50_s < asked.newcomers[DESK].p50_s


def test_a_caller_who_gives_up_is_waited_for_by_nobody_and_is_told_the_wait_of_the_patient():
    world = World(setup(1), talk_s=100.0)
    for number in range(3):
        world.queue(f"c{number}")
    at_once = world.known(patience_s={DESK: 1e-6})
    waits = world.forecast(at_once).callers
    assert waits[CallId("c1")].p50_s == waits[CallId("c2")].p50_s == pytest.approx(120.0)
    patient = world.forecast().callers
    assert patient[CallId("c2")].p50_s == pytest.approx(240.0)


def test_calls_that_may_yet_come_with_more_right_make_the_wait_longer_and_others_do_not():
    world = World(setup(1), talk_s=100.0)
    for number in range(4):
        world.queue(f"c{number}")
    last = CallId("c3")
    quiet = world.forecast(runs=40).callers[last].p50_s
    for queue, emergency, longer in ((DESK, False, False), (VIP, False, True)):
        rate = Arrivals(queue=queue, emergency=emergency, per_s=1 / 150)
        busy = world.forecast(world.known(arrivals=(rate,)), runs=40).callers[last].p50_s
        assert (busy > quiet) is longer


def test_red_flags_yet_to_come_take_a_nurse_from_those_who_wait():
    world = World(setup(1, nurses=1), talk_s=100.0)
    for number in range(4):
        world.queue(f"c{number}")
    rate = Arrivals(queue=NURSE, emergency=True, per_s=1 / 150)
    busy = world.forecast(world.known(arrivals=(rate,)), runs=40).callers[CallId("c3")]
    assert busy.p50_s > world.forecast().callers[CallId("c3")].p50_s


def test_the_nurse_who_is_kept_ready_is_no_help_to_whoever_waits():
    world = World(setup(3, nurses=2), talk_s=100.0)
    world.queue("talks")
    world.queue("talks too")
    world.queue("waits")
    wait = world.forecast().callers[CallId("waits")]
    assert wait.p50_s == pytest.approx(120.0)


def test_where_nobody_is_left_to_answer_no_run_answers():
    world = World(setup(1), talk_s=100.0)
    state = Distributor(SITE, world.setup.queues, world.setup.agents, NURSE).state()
    found = forecast(
        state, world.setup, world.known(), random.Random(1).random, newcomers=(DESK,), runs=5
    )
    assert found.newcomers[DESK].unanswered == 5
    assert found.newcomers[DESK].p50_s == found.newcomers[DESK].p90_s == 3600.0


def test_rings_in_vain_make_the_wait_longer():
    world = World(setup(2), talk_s=100.0)
    for number in range(4):
        world.queue(f"c{number}")
    vain = replace(world.known(), rings=(Ring(0.0, answered=True), Ring(15.0, answered=False)))
    wait = world.forecast(vain, runs=60).callers[CallId("c3")]
    assert wait.p90_s > world.forecast().callers[CallId("c3")].p90_s


def test_agents_who_ask_for_the_next_call_early_make_the_wait_shorter():
    world = World(setup(1), talk_s=100.0)
    for number in range(3):
        world.queue(f"c{number}")
    early = world.known(wrap_ups_s={DESK: (5.0,)})
    assert world.forecast(early).callers[CallId("c2")].p50_s == pytest.approx(2 * 105.0)


def test_the_same_chance_gives_the_same_forecast_and_the_state_is_left_alone():
    world = World(setup(2), talk_s=100.0)
    for number in range(6):
        world.queue(f"c{number}")
    spread = replace(world.known(), talks_s={DESK: tuple(float(n) for n in range(10, 200))})
    before = world.distributor.state()
    assert world.forecast(spread, runs=20) == world.forecast(spread, runs=20)
    assert world.forecast(spread, runs=20, seed=2) != world.forecast(spread, runs=20)
    assert world.distributor.state() == before


def test_without_a_single_known_conversation_nothing_can_be_foretold():
    world = World(setup(1), talk_s=100.0)
    world.queue("talks")
    world.queue("waits")
    with pytest.raises(ValueError, match="no conversation"):
        world.forecast(Known())


# --- against the closed forms ---------------------------------------------------------------------

EXPONENTIAL = tuple(-180.0 * math.log(1.0 - (n + 0.5) / 2000) for n in range(2000))


def busy(agents: int, waiting: int) -> World:
    world = World(setup(agents, wrap_up_s=0.0), talk_s=100.0)
    for number in range(agents + waiting):
        world.queue(f"c{number}")
    return world


@pytest.mark.parametrize(
    ("agents", "ahead"),
    [(5, 0), (5, 8), pytest.param(12, 20, marks=pytest.mark.slow)],
)
def test_with_handling_times_without_memory_it_agrees_with_erlang_c(agents, ahead):
    world = busy(agents, ahead)
    known = Known(talks_s={DESK: EXPONENTIAL})
    wait = world.forecast(known, runs=1500, newcomers=(DESK,)).newcomers[DESK]
    for share, found in ((0.5, wait.p50_s), (0.9, wait.p90_s)):
        exact = wait_quantile_s(share, ahead=ahead, agents=agents, handling_s=180.0)
        assert found == pytest.approx(exact, rel=0.09)


def test_with_callers_who_give_up_it_agrees_with_erlang_a():
    """With all agents busy n + k / theta leave per handling time while k wait before the caller."""
    agents, ahead, patience_s = 5, 8, 240.0
    world = busy(agents, ahead)
    known = Known(talks_s={DESK: EXPONENTIAL}, patience_s={DESK: patience_s})
    wait = world.forecast(known, runs=1500, newcomers=(DESK,)).newcomers[DESK]
    rates = [agents / 180.0 + before / patience_s for before in range(ahead + 1)]
    chance = random.Random(3)
    exact = sorted(sum(chance.expovariate(rate) for rate in rates) for _ in range(20_000))
    assert wait.p50_s == pytest.approx(exact[10_000], rel=0.09)
    assert wait.p90_s == pytest.approx(exact[18_000], rel=0.09)
