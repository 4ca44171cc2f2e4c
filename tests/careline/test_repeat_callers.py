"""Who rings again about the same within a day is one level more urgent."""

from __future__ import annotations

from calls.ids import CallId
from calls.private import Private
from calls.verdict import Action, Disposition, Flag, Verdict
from careline.repeat_callers import REMEMBERED_S, Alarm, RepeatCallers

ME, OTHER, HIDDEN = Private("+15550100"), Private("+15550101"), Private("")
FIRST, SECOND = CallId("first"), CallId("second")


def _verdict(*rules: str) -> Verdict:
    flags = tuple(Flag(rule=rule, version=1, disposition=Disposition.NURSE_NOW) for rule in rules)
    return Verdict(action=Action.NURSE, disposition=Disposition.NURSE_NOW, flags=flags)


def test_the_same_number_is_remembered_for_a_day():
    repeats = RepeatCallers()
    repeats.note(ME, FIRST, FIRST, _verdict("fever"), 100.0)
    assert repeats.rules(ME, SECOND, 100.0 + REMEMBERED_S) == {"fever"}
    assert repeats.rules(ME, SECOND, 101.0 + REMEMBERED_S) == frozenset()
    assert repeats.rules(OTHER, SECOND, 200.0) == frozenset()


def test_a_call_does_not_repeat_itself():
    repeats = RepeatCallers()
    repeats.note(ME, FIRST, FIRST, _verdict("fever"), 100.0)
    repeats.note(ME, FIRST, FIRST, _verdict("rash"), 150.0)
    assert repeats.rules(ME, FIRST, 200.0) == frozenset()
    assert repeats.rules(ME, SECOND, 200.0) == {"fever", "rash"}


def test_a_hidden_number_is_nobodys_and_the_second_opinion_no_rule():
    repeats = RepeatCallers()
    repeats.note(HIDDEN, FIRST, FIRST, _verdict("fever"), 100.0)
    repeats.note(ME, FIRST, FIRST, _verdict("second-opinion"), 100.0)
    assert repeats.rules(HIDDEN, SECOND, 100.0) == frozenset()
    assert repeats.rules(ME, SECOND, 100.0) == frozenset()
    assert repeats.alarms(100.0) == ()


def test_what_still_counts_goes_through_a_restart():
    repeats, again = RepeatCallers(), RepeatCallers()
    repeats.note(ME, FIRST, FIRST, _verdict("fever"), 100.0)
    repeats.note(OTHER, SECOND, SECOND, _verdict("rash"), 100.0 + REMEMBERED_S)
    [alarm] = repeats.alarms(200.0 + REMEMBERED_S)
    assert alarm == Alarm(
        call_id=SECOND, shown_in=SECOND, rules=frozenset(["rash"]), at=100.0 + REMEMBERED_S
    )
    again.recall(OTHER, alarm)
    assert again.rules(OTHER, FIRST, 200.0 + REMEMBERED_S) == {"rash"}
