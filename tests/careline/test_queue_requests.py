"""A supervisor's word on a queue, and how the queues stand."""

from __future__ import annotations

import math

import pytest

from calls.ids import QueueId
from careline.queue_requests import override, queue_data
from careline.refusal import Refused
from tests.careline.rig import CALL, MONDAY_10H, OTHER, Rig

HOUR = 3600.0
UNTIL_17H = 7 * HOUR
"""The refill team of the sample clinic works until 17:00 on a Monday."""


@pytest.fixture
def rig(clinic):
    rig = Rig(clinic)
    yield rig
    rig.run.close()


def stands(rig: Rig, queue: str) -> dict:
    (data,) = queue_data(rig.run.switchboard, rig.run.now, QueueId(queue))
    return data


def say(rig: Rig, queue: str, word: str, for_s: float | None = None) -> None:
    rig.run.tell(override(rig.site, queue, word, for_s, rig.run.now))


def test_every_queue_is_listed_in_the_order_of_the_configuration(rig):
    found = queue_data(rig.run.switchboard, rig.run.now)
    assert [each["queue"] for each in found] == list(rig.site.queues)


def test_a_queue_shows_its_hours_its_callers_and_its_people(rig):
    rig.ready("ben")
    rig.arrive(CALL)
    rig.press("0", CALL)
    rig.run.advance(5)
    rig.arrive(OTHER)
    rig.press("0", OTHER)
    rig.run.advance(40)
    general = stands(rig, "general")
    assert (general["open"], general["until"], general["by_hand"]) == (True, None, False)
    assert (general["waiting"], general["on_duty"], general["free"]) == (1, 1, 0)
    assert general["longest_wait_s"] == pytest.approx(40, abs=10)
    refills = stands(rig, "refills")
    assert (refills["open"], refills["until"]) == (True, MONDAY_10H + UNTIL_17H)
    assert (refills["waiting"], refills["longest_wait_s"]) == (0, None)


def test_a_word_holds_until_the_calendar_changes(rig):
    fact = override(rig.site, "refills", "closed", None, MONDAY_10H)
    assert (fact.open, fact.for_s) == (False, UNTIL_17H)


def test_a_word_on_a_queue_without_hours_holds_a_day(rig):
    assert override(rig.site, "billing", "closed", None, MONDAY_10H).for_s == 24 * HOUR


def test_a_word_never_holds_longer_than_a_day_unless_that_is_said(rig):
    saturday = MONDAY_10H + 5 * 24 * HOUR
    assert override(rig.site, "refills", "open", None, saturday).for_s == 24 * HOUR
    assert override(rig.site, "refills", "open", 40 * HOUR, saturday).for_s == 40 * HOUR


def test_a_closed_queue_tells_where_its_callers_go_and_the_calendar_takes_it_back(rig):
    say(rig, "refills", "closed", 2 * HOUR)
    closed = stands(rig, "refills")
    assert (closed["open"], closed["by_hand"]) == (False, True)
    assert closed["until"] == pytest.approx(rig.run.now + 2 * HOUR, abs=1)
    assert closed["callers_go_to"] == "general"
    say(rig, "refills", "calendar")
    again = stands(rig, "refills")
    assert (again["open"], again["by_hand"], again["until"]) == (
        True,
        False,
        MONDAY_10H + UNTIL_17H,
    )


def test_callers_who_wait_in_a_queue_that_is_closed_wait_on(rig):
    rig.on_break("ben")
    rig.arrive()
    rig.press("0")
    rig.run.advance(1)
    say(rig, "general", "closed")
    general = stands(rig, "general")
    assert (general["open"], general["callers_go_to"], general["waiting"]) == (False, None, 1)


@pytest.mark.parametrize(
    ("queue", "word", "for_s", "error"),
    [
        ("nurse", "closed", None, "nurse is the nurse queue: .* it is never closed"),
        ("nurse", "open", HOUR, "nurse is the nurse queue: it is always open"),
        ("biling", "closed", None, r"there is no queue 'biling'; did you mean 'billing'\?"),
        ("billing", "shut", None, "'shut' is none of open, closed, calendar"),
        ("billing", "closed", 0.0, "longer than nothing"),
        ("billing", "closed", math.inf, "at most a year"),
        ("billing", "closed", math.nan, "at most a year"),
    ],
)
def test_what_cannot_be_said_is_told(rig, queue, word, for_s, error):
    with pytest.raises(Refused, match=error):
        override(rig.site, queue, word, for_s, rig.run.now)


def test_who_is_to_be_called_back_does_not_count_as_waiting_on_the_line(rig):
    rig.run.tell(rig.phones.arrive(CALL, rig.run.now, caller="+12025550123"))
    rig.press("9")
    rig.run.advance(1)
    rig.run.tell(*rig.phones.hang_up(CALL, rig.run.now))
    rig.run.advance(700)
    nurse = stands(rig, "nurse")
    assert (nurse["waiting"], nurse["call_backs"]) == (0, 1)
