"""Which queues are open: by calendar, by a supervisor's word, and who takes whose callers."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.facts import QueueOverridden, TimerFired
from routing.calendars import Calendar
from routing.openness import Openness, QueueHours

UTC = ZoneInfo("UTC")
HOUR = 3600.0


def hours(start, until):
    return Calendar(
        name="hours", zone=UTC, week=dict.fromkeys(range(7), ((start * 60, until * 60),))
    )


SITE = {
    "scheduling": QueueHours(calendar=hours(8, 18), when_closed="general"),
    "refills": QueueHours(calendar=hours(9, 16), when_closed="scheduling"),
    "general": QueueHours(calendar=hours(8, 20)),
    "nurse": QueueHours(),
}


def at(hour, day=5):
    return (datetime(2026, 1, day, tzinfo=UTC) + timedelta(hours=hour)).timestamp()


def overridden(queue, is_open, for_s=HOUR):
    return QueueOverridden(site="site", queue=queue, open=is_open, for_s=for_s)


@pytest.fixture
def openness():
    return Openness(SITE, never_closed={"nurse"})


def test_a_queue_is_open_when_its_calendar_says(openness):
    assert [openness.is_open("refills", at(hour)) for hour in (8, 9, 15, 16)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_queue_without_hours_or_without_a_name_is_open(openness):
    assert openness.is_open("nurse", at(3))
    assert openness.is_open("new", at(3))


@pytest.mark.parametrize(
    ("hour", "where"),
    [(10, "refills"), (17, "scheduling"), (19, "general"), (21, None)],
)
def test_callers_go_to_the_first_queue_that_is_open(openness, hour, where):
    assert openness.destination("refills", at(hour)) == where


def test_a_supervisor_opens_and_closes_for_a_while(openness):
    openness.handle(overridden("refills", True), at(17))
    openness.handle(overridden("scheduling", False), at(17))
    assert openness.is_open("refills", at(17.9))
    assert openness.destination("scheduling", at(17.9)) == "general"
    assert not openness.is_open("refills", at(18))
    openness.handle(overridden("general", False), at(18))
    assert openness.destination("scheduling", at(18)) is None


def test_the_last_word_counts_and_none_gives_the_queue_back(openness):
    openness.handle(overridden("refills", True, 8 * HOUR), at(17))
    openness.handle(overridden("refills", False), at(17.5))
    assert not openness.is_open("refills", at(17.6))
    openness.handle(overridden("refills", True), at(17.7))
    openness.handle(overridden("refills", None, 0.0), at(17.8))
    assert not openness.is_open("refills", at(17.9))
    assert openness.overrides == {}


@pytest.mark.parametrize("for_s", [0.0, -5.0, float("nan")])
def test_a_word_for_no_time_takes_back_the_one_before(openness, for_s):
    openness.handle(overridden("refills", True), at(17))
    openness.handle(overridden("refills", True, for_s), at(17))
    assert not openness.is_open("refills", at(17))


def test_other_facts_change_nothing(openness):
    before = openness.next_change(at(10))
    openness.handle(TimerFired(site="site"), at(10))
    assert openness.next_change(at(10)) == before


def test_the_nurses_are_never_closed(openness):
    openness.handle(overridden("nurse", False), at(10))
    assert openness.is_open("nurse", at(10))
    assert openness.destination("nurse", at(10)) == "nurse"


def test_queues_that_lead_round_end_in_a_message_when_all_are_closed():
    round_about = Openness(
        {
            "day": QueueHours(calendar=hours(8, 12), when_closed="late"),
            "late": QueueHours(calendar=hours(14, 18), when_closed="day"),
        }
    )
    assert round_about.destination("day", at(13)) is None
    assert round_about.destination("day", at(15)) == "late"
    assert round_about.destination("late", at(9)) == "day"


def test_the_next_change_is_that_of_any_queue(openness):
    assert openness.next_change(at(3)) == at(8)
    assert openness.next_change(at(8)) == at(9)
    assert openness.next_change(at(16.5)) == at(18)
    openness.handle(overridden("refills", True), at(16.5))
    assert openness.next_change(at(16.5)) == at(17.5)


def test_an_override_that_ends_as_the_calendar_goes_on_changes_nothing(openness):
    only = Openness({"refills": SITE["refills"]})
    only.handle(overridden("refills", True), at(10))
    assert only.next_change(at(10)) == at(16)
    only.handle(overridden("refills", True, 10 * HOUR), at(10))
    assert only.next_change(at(10)) == at(20)


@pytest.mark.parametrize("for_s", [float("inf"), 1e300, 1e12])
def test_an_override_without_an_end_is_no_change_in_sight(for_s):
    only = Openness({"refills": SITE["refills"]})
    only.handle(overridden("refills", False, for_s), at(10))
    assert only.next_change(at(10)) is None
    assert not only.is_open("refills", at(10, day=30))


def test_a_word_stays_when_the_site_changes_and_counts_for_a_queue_that_comes(openness):
    openness.handle(overridden("evening", False), at(10))
    openness.handle(overridden("refills", False), at(10))
    openness.publish({**SITE, "evening": QueueHours()}, never_closed={"nurse"})
    assert not openness.is_open("evening", at(10.5))
    assert not openness.is_open("refills", at(10.5))
    assert openness.is_open("evening", at(11))
    assert openness.next_change(at(10.5)) == at(11)


def test_a_queue_that_the_site_lost_is_open(openness):
    openness.publish({}, never_closed={"nurse"})
    assert openness.destination("refills", at(3)) == "refills"


QUEUES = ["scheduling", "refills", "general", "nurse", "new"]
words = st.lists(
    st.tuples(
        st.integers(0, 6 * 60).map(lambda number: number * 60.0),
        st.sampled_from(QUEUES),
        st.sampled_from([True, False, None]),
        st.integers(0, 300).map(lambda number: number * 60.0),
    ),
    min_size=1,
    max_size=8,
)


@given(words, st.integers(0, 23))
def test_between_two_changes_no_answer_changes(said, hour):
    openness, now = Openness(SITE, never_closed={"nurse"}), at(hour)
    for later, queue, is_open, for_s in said:
        now += later
        openness.handle(overridden(queue, is_open, for_s), now)
    change = openness.next_change(now)
    assert change is not None
    assert change > now

    def answers(moment):
        return [(openness.is_open(q, moment), openness.destination(q, moment)) for q in QUEUES]

    seen = answers(now)
    moment = now
    while moment < change:
        assert answers(moment) == seen
        moment += 60
    assert answers(change) != seen


@given(words)
def test_a_snapshot_or_a_replay_answers_as_the_first_did(said):
    first, replayed, now = Openness(SITE), Openness(SITE), at(6)
    facts = []
    for later, queue, is_open, for_s in said:
        now += later
        facts.append((overridden(queue, is_open, for_s), now))
    for fact, when in facts:
        first.handle(fact, when)
        first.next_change(when)
    for fact, when in facts:
        replayed.handle(fact, when)
    restored = Openness(SITE)
    restored.recall(first.overrides)
    for other in (replayed, restored):
        assert other.next_change(now) == first.next_change(now)
        for queue in QUEUES:
            assert other.destination(queue, now) == first.destination(queue, now)
