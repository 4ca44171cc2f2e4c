"""One deadline for each call, the earliest first, each taken once."""

from __future__ import annotations

from calls.ids import CallId
from careline.deadlines import Deadlines

ONE, TWO = CallId("one"), CallId("two")


def test_the_earliest_comes_first_and_none_before_its_time():
    deadlines = Deadlines()
    deadlines.arm(ONE, 20.0)
    deadlines.arm(TWO, 10.0)
    assert deadlines.next() == 10.0
    assert deadlines.take_due(9.9) == []
    assert deadlines.take_due(20.0) == [TWO, ONE]
    assert deadlines.next() is None


def test_a_new_deadline_takes_the_place_of_the_old():
    deadlines = Deadlines()
    for at in (10.0, 30.0, 20.0):
        deadlines.arm(ONE, at)
    assert deadlines.take_due(19.0) == []
    assert deadlines.take_due(30.0) == [ONE]
    deadlines.arm(ONE, 40.0)
    deadlines.arm(ONE, None)
    assert deadlines.next() is None


def test_a_deadline_that_is_armed_again_for_the_past_waits_for_the_next_turn():
    deadlines = Deadlines()
    deadlines.arm(ONE, 10.0)
    assert deadlines.take_due(10.0) == [ONE]
    deadlines.arm(ONE, 10.0)
    assert deadlines.take_due(10.0) == [ONE]
    assert deadlines.take_due(10.0) == []
