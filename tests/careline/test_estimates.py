"""Estimating beside the brain: learned from its turns, told as facts, one at a time."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from multiprocessing import resource_tracker

import pytest

from acd import Distributor
from acd.handling import Known
from calls.facts import (
    AgentReady,
    CallConnected,
    CallerHungUp,
    CallQueued,
    PhoneRegistered,
    WaitEstimated,
)
from calls.ids import AgentId, CallId, OfferId, QueueId
from calls.requirement import Requirement
from careline.estimates import Estimator, estimate, setup_of, tells_waits
from careline.turn import Turn
from ivr.steps import QueueStep
from routing.erlang import wait_quantile_s
from tests.careline.driven import DrivenRig

BILLING = QueueId("billing")


@pytest.fixture
def state(clinic):
    """Ten callers wait for billing, where one clerk is ready and talks."""
    setup = setup_of(clinic)
    distributor = Distributor(
        clinic.id, setup.queues, setup.agents, setup.nurse_queue, setup.emergency
    )
    (clerk, *_) = [each.id for each in clinic.agents.values() if each.skills.get("billing", 0) >= 2]
    distributor.handle(PhoneRegistered(site=clinic.id, agent_id=clerk), 1000.0)
    distributor.handle(AgentReady(site=clinic.id, agent_id=clerk), 1000.0)
    for number in range(11):
        need = Requirement(queue=BILLING)
        queued = CallQueued(site=clinic.id, call_id=CallId(f"c{number}"), requirement=need)
        distributor.handle(queued, 1000.0 + number)
    return distributor.state()


def test_callers_are_told_by_simulation_where_their_queue_is_known(clinic, state):
    known = Known(talks_s={BILLING: (100.0,) * 20})
    (found,) = estimate(state, setup_of(clinic), known, (BILLING,), runs=3)
    assert (found.queue, found.by) == (BILLING, "simulation")
    waits = [each.p50_s for each in found.callers]
    # One conversation and one wrap-up each.
    assert [round(after - before) for before, after in pairwise(waits)] == [130] * 10
    assert found.p50_s == pytest.approx(waits[-1] + 130.0)


def test_where_a_queue_is_not_known_the_closed_form_takes_the_mean_of_all(clinic, state):
    known = Known(talks_s={BILLING: (100.0,) * 3, QueueId("refills"): (150.0,) * 2})
    (found,) = estimate(state, setup_of(clinic), known, (BILLING,), runs=3)
    assert found.by == "closed-form"
    assert [each.call_id for each in found.callers] == [f"c{number}" for number in range(11)]
    handling_s = 120.0 + clinic.queues[BILLING].wrap_up_s
    exact = wait_quantile_s(0.9, ahead=3, agents=1, handling_s=handling_s)
    assert found.callers[3].p90_s == pytest.approx(exact)


def test_where_nothing_is_known_nothing_is_estimated(clinic, state):
    assert estimate(state, setup_of(clinic), Known(), (BILLING,)) == []


class Counted(ThreadPoolExecutor):
    """Counts what it is asked for."""

    def __init__(self) -> None:
        super().__init__(max_workers=1)
        self.asked = 0

    def submit(self, *args, **kwargs):
        self.asked += 1
        return super().submit(*args, **kwargs)


class Busy:
    """A brain with callers who wait, and an estimator that has learned of earlier ones."""

    def __init__(self, site, pool) -> None:
        self.rig = DrivenRig(site)
        self.pools: list[Executor] = []

        def make() -> Executor:
            self.pools.append(pool())
            return self.pools[-1]

        self.estimator = Estimator(every_s=0.01, pool=make)
        self._learn(site.id)

    def _learn(self, site: str) -> None:
        for number in range(12):
            call_id = CallId(f"earlier-{number}")
            connected = CallConnected(
                site=site, call_id=call_id, agent_id=AgentId("ana"), offer_id=OfferId(f"{number}")
            )
            need = Requirement(queue=BILLING)
            queued = CallQueued(site=site, call_id=call_id, requirement=need)
            left = CallerHungUp(site=site, call_id=call_id)
            for at, fact in ((0.0, queued), (10.0, connected), (110.0, left)):
                self.estimator.observe(at, Turn(records=[fact]))

    def waits(self) -> None:
        need = Requirement(queue=BILLING)
        queued = CallQueued(site=self.rig.site.id, call_id=CallId("waits"), requirement=need)
        self.rig.brain.switchboard.handle(queued, self.rig.brain.now())

    @property
    def estimates(self) -> list[WaitEstimated]:
        return [each for each in self.rig.journaled if isinstance(each, WaitEstimated)]

    async def close(self) -> None:
        await self.estimator.stop()
        self.rig.close()


async def test_while_somebody_waits_estimates_are_journaled_again_and_again(clinic):
    busy = Busy(clinic, Counted)
    async with busy.rig.driving():
        busy.waits()
        busy.estimator.begin(busy.rig.brain)
        await busy.rig.until(lambda: len(busy.estimates) >= 2)
    await busy.close()
    assert len(busy.pools) == 1
    first = busy.estimates[0]
    assert (first.queue, first.by) == (BILLING, "simulation")
    assert [each.call_id for each in first.callers] == ["waits"]
    assert first.made_ago_s >= 0.0


async def test_while_nobody_waits_nothing_is_computed(clinic):
    busy = Busy(clinic, Counted)
    busy.estimator.begin(busy.rig.brain)
    busy.estimator.observe(200.0, Turn())
    await busy.close()
    assert busy.pools == []


async def test_a_site_whose_flows_tell_no_wait_estimates_none(clinic):
    silent = {
        name: replace(
            flow,
            steps={
                each: replace(step, say_wait=False) if isinstance(step, QueueStep) else step
                for each, step in flow.steps.items()
            },
        )
        for name, flow in clinic.flows.items()
    }
    site = replace(clinic, flows=silent)
    assert tells_waits(clinic)
    assert not tells_waits(site)
    busy = Busy(site, Counted)
    busy.waits()
    busy.estimator.begin(busy.rig.brain)
    await busy.close()
    assert busy.pools == []


class Broken(ThreadPoolExecutor):
    """Fails whatever it is asked for."""

    def submit(self, *args, **kwargs):
        raise RuntimeError("the process is gone")


async def test_a_process_that_fails_costs_estimates_only_and_another_is_made(clinic):
    busy = Busy(clinic, Broken)
    kinds = iter((Broken, Counted))
    made: list[Executor] = []

    def make() -> Executor:
        made.append(next(kinds)())
        return made[-1]

    busy.estimator._make_pool = make
    async with busy.rig.driving():
        busy.waits()
        busy.estimator.begin(busy.rig.brain)
        await busy.rig.until(lambda: bool(busy.estimates))
    await busy.close()
    assert [type(each) for each in made] == [Broken, Counted]


@pytest.fixture(scope="module")
def what_the_library_keeps():
    """The tracker that comes with the first process of its kind stays for the life of this one."""
    resource_tracker.ensure_running()


@pytest.mark.slow
async def test_what_another_process_computes_is_journaled_and_it_is_gone_afterwards(
    what_the_library_keeps, clinic
):
    busy = Busy(clinic, Counted)
    busy.estimator = Estimator(every_s=60.0)
    busy._learn(clinic.id)
    async with busy.rig.driving():
        busy.waits()
        busy.estimator.begin(busy.rig.brain)
        await busy.rig.until(lambda: bool(busy.estimates))
    await busy.close()
    assert busy.estimates[0].queue == BILLING
