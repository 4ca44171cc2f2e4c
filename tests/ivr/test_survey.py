"""How it went, asked once the agent has left: nobody is kept by it."""

import pytest

from calls.commands import HangUp, RecordAnswer
from calls.facts import CallerHungUp
from calls.outcome import Outcome
from ivr import State
from ivr.steps import QueueStep, SayStep, SurveyStep

TEXTS = {"how?": "From 1 to 5?", "settled?": "Was it settled?"}


@pytest.fixture
def surveyed(scene):
    """A caller who is asked how it went."""

    def begin(**step):
        step = {"prompt": "how?", "resolved_prompt": "settled?", **step}
        live = scene(
            start="wait",
            steps={
                "wait": QueueStep(queue="billing", next="survey"),
                "survey": SurveyStep(**step),
                "hours": SayStep(prompt="hours", next="bye"),
            },
            texts=TEXTS,
        ).to_menu()
        live.connect()
        live.release()
        assert live.heard == ["From 1 to 5?"]
        return live

    return begin


def answers(live):
    return [(each.question, each.score) for each in live.all(RecordAnswer)]


@pytest.mark.parametrize("score", ["1", "2", "3", "4", "5"])
def test_each_score_is_taken_by_its_key(surveyed, score):
    live = surveyed()
    live.press(score)
    assert answers(live) == [("satisfaction", int(score))]
    assert live.heard == ["Was it settled?"]


@pytest.mark.parametrize(("key", "score"), [("1", 1), ("2", 0)])
def test_whether_it_was_settled_is_taken_by_key(surveyed, key, score):
    live = surveyed()
    live.press("5")
    live.press(key)
    assert answers(live) == [("satisfaction", 5), ("resolved", score)]
    assert live.heard == ["goodbye en"]


@pytest.mark.parametrize(("words", "score"), [("four", 4), ("I would say five", 5)])
def test_a_score_may_be_said(surveyed, words, score):
    live = surveyed()
    live.speak(words)
    assert answers(live) == [("satisfaction", score)]
    live.speak("yes it was")
    assert answers(live)[1:] == [("resolved", 1)]


@pytest.mark.parametrize("how", ["6", "7", "#", "seven", "purple elephants", ""])
def test_what_is_no_score_is_asked_for_once_more_and_then_left(surveyed, how):
    live = surveyed()
    for _ in range(2):
        (live.press if how in {"6", "7", "#"} else live.speak)(how)
    assert answers(live) == []
    assert live.heard == ["Was it settled?"]


def test_silence_ends_it(surveyed):
    live = surveyed()
    for _ in range(4):
        live.finish()
        live.wait(5)
    assert answers(live) == []
    assert live.heard == ["goodbye en"]
    live.finish()
    assert len(live.all(HangUp)) == 1
    assert live.outcome is Outcome.HANDLED


def test_a_line_that_reports_nothing_ends_it_too(surveyed):
    live = surveyed()
    live.wait(600)
    assert live.outcome is Outcome.HANDLED


def test_without_the_second_question_it_ends_after_the_first(surveyed):
    live = surveyed(resolved_prompt=None, next="hours")
    live.press("4")
    assert live.call.step == "hours"


def test_who_hangs_up_during_it_was_served(surveyed):
    live = surveyed()
    live.press("5")
    live.fact(CallerHungUp)
    assert live.outcome is Outcome.HANDLED
    assert answers(live) == [("satisfaction", 5)]


@pytest.mark.parametrize(("key", "queue"), [("0", "general"), ("9", "nurse")])
def test_keys_for_help_work_during_it(surveyed, key, queue):
    live = surveyed()
    live.press(key)
    assert live.queues[-1] == queue


def test_a_red_flag_during_it_calls_a_nurse_and_is_no_score(surveyed, verdicts):
    live = surveyed()
    live.speak("five and my chest hurts", verdicts["911"])
    assert live.in_lane
    assert answers(live) == []
    live.fact(CallerHungUp)
    assert live.outcome is Outcome.HANDLED


def test_triages_no_leads_back_to_the_question_that_was_asked(surveyed, verdicts):
    live = surveyed()
    live.press("5")
    live.speak("I feel dizzy", verdicts["ask"])
    live.press("2")
    assert live.heard == ["Was it settled?"]
    live.press("2")
    assert answers(live) == [("satisfaction", 5), ("resolved", 0)]


@pytest.mark.parametrize("key", ["*"])
def test_it_can_be_heard_again(surveyed, key):
    live = surveyed()
    live.press(key)
    assert live.heard == ["From 1 to 5?"]
    assert live.call.state is State.ANSWERING


def test_a_second_survey_asks_from_the_beginning(surveyed):
    live = surveyed(next="wait")
    live.press("5")
    live.press("1")
    live.connect()
    live.release()
    assert live.heard == ["From 1 to 5?"]
