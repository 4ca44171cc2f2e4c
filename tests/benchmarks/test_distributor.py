"""The distributor's benchmark measures what it says: the same day each time, every rule in it."""

from __future__ import annotations

import pytest

from benchmarks.busy_day import record
from benchmarks.busy_site import SKILLS, busy_site
from benchmarks.distributor import Replay, kernel, memory, told
from benchmarks.distributor_figures import ALWAYS, SECTIONS
from calls.facts import CallArrived

LIVES = 7000

EVERY_RULE = (
    "rule longest-ready",
    "rule most-skilled",
    "rule wanted",
    "rule first-free",
    "rule urgent",
    "rule ring-all",
    "rule pair",
    "class emergency",
    "class overdue",
    "class routine",
    "head start",
    "relaxed",
    "overflow",
    "preferred skill",
    "wanted agent",
    "companion",
    "chat",
    "red flag",
    "rung on-call",
    "rung advise",
    "call-back",
    "abandoned",
    "transferred",
    "queued again",
    "deferred break",
)

EVERY_FACT = (
    "AgentHungUp",
    "AgentOnBreak",
    "AgentOut",
    "AgentReady",
    "CallBackAnswered",
    "CallBackChosen",
    "CallBackMissed",
    "CallDequeued",
    "CallEnded",
    "CallEscalated",
    "CallHeld",
    "CallQueued",
    "CallRetrieved",
    "CallerHungUp",
    "ConsultBegan",
    "ConsultEnded",
    "IdentityConfirmed",
    "OfferAccepted",
    "OfferDeclined",
    "OfferFailed",
    "OfferRinging",
    "OfferUnanswered",
    "PhoneRegistered",
    "PhoneUnregistered",
)


@pytest.fixture(scope="module")
def site():
    return busy_site(200)


@pytest.fixture(scope="module")
def day(site):
    return record(site, waiting=400, lives=LIVES)


@pytest.mark.parametrize("what", [*EVERY_RULE, *EVERY_FACT])
def test_every_rule_and_every_fact_is_in_the_day(day, what):
    assert day.counts[what] > 0


def test_the_same_seed_makes_the_same_day_and_another_one_another():
    site = busy_site(50)
    one, same, other = (record(site, waiting=60, lives=200, seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one.inputs != other.inputs


def test_a_new_distributor_decides_the_same(site, day):
    distributor = site.distributor()
    told(distributor, day.inputs[: day.begin])
    assert told(distributor, day.inputs[day.begin :]) == day.commands
    assert distributor.totals.balanced
    assert distributor.offer_totals.balanced


def test_a_replay_of_another_day_is_noticed():
    replay = Replay(busy_site(40), record(busy_site(50), waiting=60, lives=200))
    with pytest.raises(AssertionError, match="other decisions"):
        replay.us_per_input()


def test_as_many_callers_wait_as_were_asked_for_and_agents_are_busy(site, day):
    assert day.waiting == pytest.approx(400, rel=0.05)
    assert day.talking > len(site.agents) / 2


def test_a_life_is_whole_and_has_the_inputs_of_one(day):
    assert day.lives == LIVES
    assert day.counts["OfferAccepted"] + day.counts["abandoned"] > 0.9 * LIVES
    assert 5 < (len(day.inputs) - day.begin) / day.lives < 12


def test_only_facts_that_concern_the_distributor_are_inputs(site, day):
    kinds = set(site.distributor().kinds)
    assert {type(fact) for fact, _at in day.inputs if fact is not None} <= kinds
    assert CallArrived not in kinds
    assert any(fact is None for fact, _at in day.inputs)


def test_time_never_goes_back_in_a_day(day):
    times = [at for _fact, at in day.inputs]
    assert times == sorted(times)


@pytest.mark.parametrize("agents", [100, 1000])
def test_there_are_sixty_skills_and_somebody_has_each(agents):
    site = busy_site(agents)
    assert len(set(SKILLS)) == 60
    assert {skill for agent in site.agents.values() for skill in agent.skills} == set(SKILLS)


def test_the_rules_follow_the_wait():
    few, many = busy_site(100), busy_site(1000)
    assert few.pace == 10 * many.pace
    for queue_id, queue in few.queues.items():
        times = [each.after_s for each in many.queues[queue_id].relax]
        assert [each.after_s for each in queue.relax] == [10 * after_s for after_s in times]


def test_every_figure_of_the_kernel_is_explained_in_the_page():
    values = kernel(lambda _line: None, sizes=(50, 60, 70), waiting=50, lives=100, repeats=1)
    keys = [figure.key for section in SECTIONS for figure in section.figures]
    assert set(values) <= set(keys)
    assert [each["agents"] for each in values["sizes"]] == [50, 60, 70]
    assert values["inputs_per_s"] > 0
    assert values["decision_p50_ms"] <= values["decision_p99_ms"] <= values["decision_worst_ms"]


@pytest.mark.alone
def test_memory_is_that_of_what_waits():
    values = memory(agents=50, calls=300)
    assert set(values) == {"bytes_per_waiting_call", "bytes_per_agent"}
    # A call has at least its own id and its visit; and nothing that grows with the calls.
    assert 200 < values["bytes_per_waiting_call"] < 5000
    assert values["bytes_per_agent"] > 200


def test_what_is_always_reported_is_explained_in_the_page():
    keys = [figure.key for section in SECTIONS for figure in section.figures]
    assert set(ALWAYS) <= set(keys)
    assert len(keys) == len(set(keys))


def test_requirements_name_queues_and_skills_that_are_there(site, day):
    for fact, _at in day.inputs:
        requirement = getattr(fact, "requirement", None)
        if requirement is not None:
            assert requirement.queue in site.queues
            assert {need.skill for need in (*requirement.skills, *requirement.companion)} <= set(
                SKILLS
            )
