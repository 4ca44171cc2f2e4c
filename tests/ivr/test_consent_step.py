"""A flow's own question whether the call may be recorded: the last clear answer counts."""

import pytest

from ivr import State
from ivr.steps import ConsentStep


@pytest.fixture
def asked(scene):
    def begin(**rules):
        steps = {"ask": ConsentStep(prompt="may-we-record", next="menu")}
        return scene(start="ask", steps=steps, **rules).to_menu()

    return begin


@pytest.mark.parametrize(
    ("answer", "counts"),
    [("1", "yes"), ("2", "no"), ("yes", "yes"), ("no thank you", "no"), ("sí", "yes")],
)
def test_a_clear_answer_counts_and_the_flow_goes_on(asked, answer, counts):
    live = asked()
    (live.press if answer.isdigit() else live.speak)(answer)
    assert live.call.recording_answer == counts
    assert live.heard == ["menu en"]


@pytest.mark.parametrize("answer", ["5", "#", "maybe", "", "yes but my neighbour told me not to"])
def test_what_is_neither_a_yes_nor_a_no_holds_nobody_up(asked, answer):
    live = asked()
    (live.press if answer in {"5", "#"} else live.speak)(answer)
    assert live.call.recording_answer == "none"
    assert live.heard == ["menu en"]


def test_silence_holds_nobody_up(asked):
    live = asked()
    live.finish()
    live.wait(4)
    assert live.heard == ["menu en"]
    assert live.call.recording_answer == "none"


@pytest.mark.parametrize(("then", "counts"), [("1", "yes"), ("2", "no"), ("5", "no")])
def test_an_answer_given_before_stands_until_there_is_another(asked, then, counts):
    live = asked(recording_question="may-we-record")
    assert live.call.state is State.CONSENT
    live.press("2")
    live.press(then)
    assert live.call.recording_answer == counts


@pytest.mark.parametrize(("key", "queue"), [("0", "general"), ("9", "nurse")])
def test_keys_for_help_are_no_answer(asked, key, queue):
    live = asked()
    live.press(key)
    assert live.queues == [queue]
    assert live.call.recording_answer == "none"


def test_a_red_flag_is_no_answer(asked, verdicts):
    live = asked()
    live.speak("yes my chest hurts", verdicts["911"])
    assert live.in_lane
    assert live.call.recording_answer == "none"


def test_triages_no_is_no_refusal(asked, verdicts):
    live = asked()
    live.speak("I feel dizzy", verdicts["ask"])
    live.press("2")
    assert live.call.recording_answer == "none"
    assert live.heard == ["may-we-record en"]
