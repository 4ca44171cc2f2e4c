"""What must hold of any history whatever: the sums agree, and parts make up the whole."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.metrics import Every, Metrics, Results, all_of
from acd.metrics.measures import AGENT_MEASURES, CALL_MEASURES, VISIT_MEASURES
from calls import facts
from calls.commands import OfferCall, OpenTask
from calls.ids import AgentId, CallId, OfferId
from calls.outcome import Outcome
from calls.private import Private
from calls.requirement import Requirement, SkillNeed
from tests.acd.metrics.history import AGENTS, QUEUES, SITE, TEN, metrics_of

CALLS = st.sampled_from([CallId(each) for each in ("one", "two", "three", "one~1", "two~2")])
WHO = st.sampled_from([*AGENTS, AgentId("eve")])
QUEUE = st.sampled_from([*QUEUES, "old"])

OFFER_FACTS = (
    facts.OfferRinging,
    facts.OfferAccepted,
    facts.OfferDeclined,
    facts.OfferUnanswered,
    facts.AgentHungUp,
    facts.CallHeld,
    facts.CallRetrieved,
    facts.ConsultBegan,
    facts.ConsultEnded,
    facts.CallBackAnswered,
)
CALL_FACTS = (
    facts.CallerHungUp,
    facts.CallDequeued,
    facts.CallBackChosen,
    facts.TransferSucceeded,
)
AGENT_FACTS = (
    facts.AgentReady,
    facts.AgentOnBreak,
    facts.AgentOut,
    facts.PhoneRegistered,
    facts.PhoneUnregistered,
)


@st.composite
def records(draw: st.DrawFn):
    """Any record, sensible at this moment or not, about one of a few calls and agents."""
    call_id, agent_id = draw(CALLS), draw(WHO)
    # Few ids, so that facts meet the offers that they are about.
    offer_id = OfferId(f"{call_id}/{agent_id}")
    call = {"site": SITE, "call_id": call_id}
    offer = {**call, "offer_id": offer_id, "agent_id": agent_id}
    requirement = Requirement(
        queue=draw(QUEUE),
        emergency=draw(st.booleans()),
        companion=draw(st.sampled_from(((), (SkillNeed(skill="spanish"),)))),
    )
    return draw(
        st.one_of(
            st.just(
                facts.CallArrived(
                    **call, caller=Private(draw(st.sampled_from("-12"))), dialled="", line="x"
                )
            ),
            st.just(facts.CallQueued(**call, requirement=requirement)),
            st.just(
                OfferCall(
                    call_id=call_id,
                    offer_id=offer_id,
                    agent_id=agent_id,
                    ring_timeout_s=15.0,
                    emergency=requirement.emergency,
                    queue=requirement.queue,
                    rule="",
                    call_back="~" in call_id,
                )
            ),
            st.just(facts.CallConnected(**call, agent_id=agent_id, offer_id=offer_id)),
            st.just(facts.OfferFailed(**offer, reason="unreachable")),
            st.just(facts.CallBackMissed(**offer, reason="busy")),
            st.sampled_from(OFFER_FACTS).map(lambda kind: kind(**offer)),
            st.sampled_from(CALL_FACTS).map(lambda kind: kind(**call)),
            st.sampled_from(AGENT_FACTS).map(lambda kind: kind(site=SITE, agent_id=agent_id)),
            st.builds(
                lambda requeued, emergency: facts.CallReleased(
                    **call, agent_id=agent_id, requeued=requeued, emergency=emergency
                ),
                st.booleans(),
                st.booleans(),
            ),
            st.sampled_from(Outcome).map(lambda outcome: facts.CallEnded(**call, outcome=outcome)),
            st.just(facts.CallFailed(**call, reason="media-timeout")),
            st.just(facts.CallBackOwed(**call, requirement=requirement)),
            st.just(facts.JournalHole(site=SITE, entries=3, turned_away=1, since_ago_s=9.0)),
            st.just(facts.TransferFailed(**call, reason="busy")),
            st.just(facts.TaskClosed(**call, kind="call-back", by=agent_id, how="done")),
            st.just(OpenTask(call_id=call_id, kind="call-back", queue="billing")),
        )
    )


STEPS = st.tuples(st.sampled_from((0.0, 0.0, 1.0, 7.5, 20.0, 400.0, 5000.0)), records())
HISTORIES = st.lists(STEPS, min_size=20, max_size=80).map(
    lambda steps: list(
        zip(
            accumulate((step[0] for step in steps), initial=TEN),
            (step[1] for step in steps),
            strict=False,
        )
    )
)


def read(history, every: Every = Every.WHOLE, **window: float) -> Metrics:
    metrics = metrics_of(every, **window)
    for at, record in history:
        metrics.take(at, record)
    return metrics


def the_same(one: Mapping[str, object], other: Mapping[str, object]) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        wanted = other[name]
        if wanted is not None:
            wanted = pytest.approx(wanted, rel=1e-6, abs=1e-5)
        assert value == wanted, name


def whole(results: Results) -> dict[str, object]:
    together = results.whole()
    return {
        f"{part} {name}": value
        for part in ("visits", "agents", "calls")
        for name, value in all_of(getattr(together, part)).items()
    }


@given(HISTORIES)
def test_the_sums_agree_after_every_record(history):
    metrics = metrics_of()
    for at, record in history:
        metrics.take(at, record)
        assert metrics.balanced, record
    assert metrics.results(TEN + 10**7).balanced


@given(HISTORIES)
def test_no_rate_is_more_than_all(history):
    results = read(history).results()
    for cells, measures in (
        (results.visits, VISIT_MEASURES),
        (results.agents, AGENT_MEASURES),
        (results.calls, CALL_MEASURES),
    ):
        rates = [each.name for each in measures if each.unit == "share"]
        for found in map(all_of, cells.values()):
            assert [name for name in rates if (found[name] or 0.0) > 1.0] == []


@given(HISTORIES, st.sampled_from(Every))
def test_intervals_sum_to_the_whole(history, every):
    the_same(whole(read(history, every).results()), whole(read(history).results()))


@given(HISTORIES, st.floats(0.0, 10_000.0))
def test_two_windows_sum_to_the_whole(history, after_s):
    cut = TEN + after_s
    before = read(history, until=cut).results()
    after = read(history, since=cut).results()
    everything = read(history).results().whole()
    for part in ("visits", "agents", "calls"):
        summed = getattr(before.whole(), part)
        summed.absorb(getattr(after.whole(), part))
        the_same(all_of(summed), all_of(getattr(everything, part)))


@given(HISTORIES)
def test_queues_and_agents_sum_to_the_whole(history):
    results = read(history, Every.HOUR).results()
    everything = results.whole()
    for parts, total in (
        (results.by_queue(), everything.visits),
        (results.by_agent(), everything.agents),
    ):
        summed = type(total)()
        for cell in parts.values():
            summed.absorb(cell)
        the_same(all_of(summed), all_of(total))


@given(HISTORIES, st.integers(0, 80))
def test_asking_in_between_changes_nothing(history, after):
    asked = metrics_of(Every.HALF_HOUR)
    for number, (at, record) in enumerate(history):
        asked.take(at, record)
        if number == after:
            asked.results()
    the_same(whole(asked.results()), whole(read(history, Every.HALF_HOUR).results()))


def renamed(history, mark: str):
    """The same history of other calls, callers and agents."""

    def other(record):
        fields = {name: getattr(record, name) for name in type(record).__dataclass_fields__}
        for name in ("call_id", "agent_id", "offer_id", "by"):
            if name in fields:
                fields[name] = f"{fields[name]}{mark}"
        if "caller" in fields:
            fields["caller"] = Private(f"{fields['caller'].reveal()}{mark}")
        return type(record)(**fields)

    return [(at, other(record)) for at, record in history]


@settings(max_examples=settings().max_examples // 2)
@given(HISTORIES, HISTORIES, st.randoms(use_true_random=False))
def test_the_order_of_what_happens_at_once_to_others_does_not_matter(one, another, random):
    another = renamed(another, "'")
    together = sorted([*one, *another], key=lambda each: each[0])
    shuffled = []
    left, right = list(one), list(another)
    while left and right:
        if left[0][0] == right[0][0]:
            first = left if random.random() < 0.5 else right
        else:
            first = left if left[0][0] < right[0][0] else right
        shuffled.append(first.pop(0))
    shuffled += [*left, *right]
    assert sorted(at for at, _ in shuffled) == [at for at, _ in shuffled]
    the_same(
        whole(read(together, Every.HOUR).results()), whole(read(shuffled, Every.HOUR).results())
    )


@given(HISTORIES)
def test_an_agents_time_is_never_counted_twice(history):
    results = read(history, Every.QUARTER_HOUR).results()
    for (_agent, start), cell in results.agents.items():
        assert sum(cell.time.values()) <= results.ends[start] - start + 1e-6


def test_of_an_empty_journal_everything_is_nothing():
    metrics = metrics_of(Every.DAY)
    results = metrics.results()
    assert metrics.balanced
    assert [*results.visits, *results.agents, *results.calls, *results.ends] == []
    together = results.whole()
    assert all_of(together.visits)["offered"] == all_of(together.calls)["arrived"] == 0
    assert all_of(together.visits)["service_level"] is None


def test_a_clock_that_goes_back_stands_still():
    metrics = metrics_of()
    call = {"site": SITE, "call_id": CallId("a")}
    metrics.take(TEN, facts.CallQueued(**call, requirement=Requirement(queue="billing")))
    metrics.take(TEN - 500, facts.CallerHungUp(**call))
    (cell,) = metrics.results().by_queue().values()
    assert (cell.short, cell.abandoned_after.longest_s) == (1, 0.0)


@settings(max_examples=settings().max_examples // 10)
@given(HISTORIES)
def test_calls_that_are_over_take_no_memory(history):
    metrics = metrics_of()
    for day in range(40):
        for at, record in renamed(history, f" {day}"):
            metrics.take(at + day * 1e6, record)
        for name in ("one", "two", "three", "one~1", "two~2"):
            call = {"site": SITE, "call_id": CallId(f"{name} {day}")}
            later = TEN + (day + 0.9) * 1e6
            metrics.take(later, facts.CallEnded(**call, outcome=Outcome.HANDLED))
            metrics.take(
                later, facts.TaskClosed(**call, kind="call-back", by=AgentId("ana"), how="done")
            )
            metrics.take(later, facts.CallerHungUp(**call))
    assert len(metrics._books.calls) < 80
