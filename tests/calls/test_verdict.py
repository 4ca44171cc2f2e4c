"""What triage may say, and what counts as a red flag."""

from hypothesis import given
from hypothesis import strategies as st

from calls.verdict import CLEAR, Action, Disposition, to_nurse


def test_actions_rise_in_urgency_from_nothing_to_911():
    rising = sorted(Action, key=lambda action: action.urgency)
    assert rising == [
        Action.CONTINUE,
        Action.ASK,
        Action.NURSE,
        Action.CALL_988,
        Action.CALL_911,
    ]
    assert [action.urgency for action in rising] == [0, 1, 2, 3, 4]


@given(st.sampled_from(Action), st.sampled_from(Action))
def test_whatever_is_more_urgent_than_a_red_flag_is_one(one, other):
    if one.is_red_flag and other.urgency >= one.urgency:
        assert other.is_red_flag


def test_a_question_and_nothing_at_all_are_no_red_flags():
    assert [action for action in Action if not action.is_red_flag] == [Action.ASK, Action.CONTINUE]


def test_nothing_found_is_the_least_that_can_be_said():
    assert CLEAR.action.urgency == 0
    assert CLEAR.disposition is Disposition.ROUTINE
    assert not CLEAR.flags


def test_where_triage_cannot_say_a_nurse_must_and_the_reason_is_kept():
    verdict = to_nurse("timed-out")
    assert verdict.action.is_red_flag
    assert (verdict.disposition, verdict.reason) == (Disposition.NURSE_NOW, "timed-out")
