"""A caller who waits may be called back instead: offered, promised, and never lost over it."""

import pytest

from calls.commands import Dequeue, EndCall, Enqueue, HangUp, KeepPlace, OpenTask, Say
from calls.facts import (
    CallBackChosen,
    CallerHungUp,
    PlaceTold,
    SpeechStarted,
    SpeechUnavailable,
)
from calls.outcome import Outcome
from calls.verdict import Action, Disposition, Flag, Verdict
from ivr import State
from ivr.expressions import Expression
from ivr.steps import AskStep, CallBackStep, Choice, QueueStep

TEXTS = {"offer": "Press 2 to be called back.", "promise": "We call you back. Good-bye."}
UNSAFE = Verdict(
    action=Action.CONTINUE,
    disposition=Disposition.SAME_DAY,
    flags=(
        Flag(rule="violence", version=1, disposition=Disposition.SAME_DAY, may_call_back=False),
    ),
)


@pytest.fixture
def waiting(scene):
    """A caller who waits in a queue that offers call-backs after two minutes."""

    def begin(*, queue="scheduling", number="5551234", given=None, no_number="bye", **rules):
        steps = {
            "menu": AskStep(prompt="menu", choices=(Choice(digit="1", goto="wait"),)),
            "wait": QueueStep(
                queue=queue,
                call_back="back",
                call_back_prompt="offer",
                call_back_after_s=120.0,
            ),
            "back": CallBackStep(queue=queue, prompt="promise", no_number=no_number, number=given),
        }
        return scene(steps=steps, texts=TEXTS, **rules).at("1", number=number)

    return begin


@pytest.fixture
def promised(waiting):
    """A caller who has taken the offer and is being told what will happen."""

    def begin(**how):
        live = waiting(**how)
        live.wait(120)
        live.press("2")
        assert live.heard == ["We call you back. Good-bye."]
        live.commands.clear()
        return live

    return begin


# --- the offer ------------------------------------------------------------------------------------


def test_a_call_back_is_offered_once_the_wait_is_long_enough(waiting):
    live = waiting()
    live.wait(119)
    assert "Press 2 to be called back." not in live.heard
    live.wait(1)
    assert live.heard == ["Press 2 to be called back."]
    live.finish()
    live.heard.clear()
    live.wait(300)
    assert live.heard == []


def test_before_the_offer_its_key_and_its_words_mean_nothing(waiting):
    live = waiting()
    live.press("2")
    live.speak("call me back")
    assert live.all(KeepPlace) == []
    assert live.call.waits_in == "scheduling"


def test_a_withheld_number_is_offered_nothing(waiting):
    live = waiting(number="")
    live.wait(600)
    assert all("Press 2" not in each.text for say in live.all(Say) for each in say.utterances)


def test_who_must_not_be_called_back_is_offered_nothing(waiting):
    live = waiting()
    live.speak("he must not know that I called", UNSAFE)
    live.wait(600)
    assert all("Press 2" not in each.text for say in live.all(Say) for each in say.utterances)


def test_a_red_flag_is_offered_no_call_back(waiting, verdicts):
    live = waiting()
    live.speak("my chest hurts", verdicts["911"])
    live.wait(600)
    live.press("2")
    assert live.all(KeepPlace) == []
    assert live.call.state is State.EMERGENCY


def test_an_offer_waits_for_the_end_of_what_is_being_said(waiting):
    live = waiting()
    live.wait(110)
    live.press("*")
    before = live.heard
    live.wait(10)
    assert live.heard == before
    live.finish()
    assert live.heard == ["Press 2 to be called back."]


# --- the promise ----------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["call me back", "please call me back", "llámeme por favor"])
def test_the_offer_is_taken_in_words_too(waiting, words):
    live = waiting()
    live.wait(120)
    live.speak(words)
    assert live.heard == ["We call you back. Good-bye."]


def test_the_place_is_kept_once_the_promise_was_heard_and_then_the_line_hangs_up(promised):
    live = promised()
    assert live.all(KeepPlace) == []
    live.finish()
    assert len(live.all(KeepPlace)) == 1
    assert live.all(HangUp) == []
    live.fact(CallBackChosen)
    assert len(live.all(HangUp)) == 1
    assert live.outcome is Outcome.MESSAGE_TAKEN


def test_a_promise_is_not_cut_short_by_a_key_or_a_word(promised):
    live = promised()
    live.press("5")
    assert live.heard == ["We call you back. Good-bye."]
    live.press("*")
    assert all(not say.barge_in for say in live.all(Say))


def test_an_agent_who_is_free_takes_the_call_during_the_promise(promised):
    live = promised()
    live.connect()
    live.finish()
    live.fact(CallBackChosen)
    assert live.all(KeepPlace) == []
    assert live.all(HangUp) == []
    assert live.call.state is State.CONNECTED


def test_where_the_place_is_not_kept_the_caller_waits_on_and_is_not_promised_again(promised):
    live = promised()
    live.finish()
    live.heard.clear()
    live.press("*")
    live.wait(1800)
    assert live.call.waits_in == "scheduling"
    assert "We call you back. Good-bye." not in live.heard
    assert live.all(HangUp) == []


@pytest.mark.parametrize("where", ["promise", "offer"])
def test_a_red_flag_during_promise_and_offer_calls_a_nurse_and_keeps_no_place(
    waiting, verdicts, where
):
    live = waiting()
    live.wait(120)
    if where == "promise":
        live.press("2")
    live.speak("my chest hurts", verdicts["911"])
    live.finish()
    live.wait(60)
    assert live.in_lane
    assert live.all(KeepPlace) == []
    live.fact(CallBackChosen)
    assert live.call.state is State.EMERGENCY


@pytest.mark.parametrize("queue", ["scheduling", "general"])
def test_who_would_rather_have_a_person_now_waits_on(promised, queue):
    live = promised(queue=queue)
    live.press("0")
    live.finish()
    live.wait(60)
    assert live.all(KeepPlace) == []
    assert live.all(HangUp) == []
    assert live.call.waits_in == "general"


def test_whom_no_person_can_answer_waits_on_where_they_were_without_the_promise(promised):
    live = promised()
    live.press("0")
    live.heard.clear()
    live.unstaffed("general")
    assert live.call.waits_in == "scheduling"
    assert live.heard == []


def test_a_promise_in_a_queue_where_nobody_is_leads_to_a_message(promised):
    live = promised()
    live.unstaffed("scheduling")
    live.finish()
    assert live.call.state is State.RECORDING
    assert live.all(KeepPlace) == []
    assert len(live.all(Dequeue)) == 1


# --- nobody is lost over it -----------------------------------------------------------------------


def test_who_hangs_up_while_they_are_promised_a_call_is_called(promised):
    live = promised()
    live.wait(2)
    commands = live.fact(CallerHungUp)
    (task,) = (each for each in commands if isinstance(each, OpenTask))
    assert (task.kind, task.queue) == ("call-back", "scheduling")
    assert len(live.all(EndCall)) == 1


@pytest.mark.parametrize("caller", ["", "5551234"])
def test_who_gave_a_number_and_hangs_up_during_the_promise_is_called_there(waiting, caller):
    live = waiting(given=Expression("call.dialled"), number=caller)
    live.wait(120)
    live.press("2")
    (task,) = (each for each in live.fact(CallerHungUp) if isinstance(each, OpenTask))
    assert task.kind == "call-back"
    assert task.number.reveal() == "main"
    assert "main" not in repr(task)


def test_who_hangs_up_while_they_are_promised_a_call_is_not_called_where_it_is_not_safe(promised):
    live = promised()
    live.speak("he must not know that I called", UNSAFE)
    assert not any(isinstance(each, OpenTask) for each in live.fact(CallerHungUp))


def test_who_hangs_up_while_they_only_wait_is_owed_nothing(waiting):
    live = waiting()
    live.wait(130)
    assert not any(isinstance(each, OpenTask) for each in live.fact(CallerHungUp))


def test_who_cannot_be_made_out_during_the_promise_is_asked_again_before_they_are_let_go(promised):
    live = promised()
    live.speak("mumble", confidence=0.1)
    assert live.heard == ["repeat-please en", "We call you back. Good-bye."]
    assert live.all(Say)[-1].barge_in is False


def test_lost_speech_during_the_promise_does_not_take_its_place(promised):
    live = promised()
    live.fact(SpeechUnavailable, reason="saturated")
    assert live.heard == ["digits-only en", "We call you back. Good-bye."]


def test_who_speaks_as_the_promise_ends_is_heard_out(promised, verdicts):
    live = promised()
    live.fact(SpeechStarted)
    live.finish()
    assert live.all(KeepPlace) == []
    live.speak("and my chest hurts", verdicts["911"])
    live.wait(60)
    assert live.in_lane
    assert live.all(KeepPlace) == []


@pytest.mark.parametrize("how", ["words", "nothing", "no speech"])
def test_who_was_heard_out_is_let_go(promised, how):
    live = promised()
    live.fact(SpeechStarted)
    live.finish()
    if how == "words":
        live.speak("thank you good bye")
    elif how == "no speech":
        live.fact(SpeechUnavailable, reason="saturated")
        live.finish()
    live.wait(9)
    assert len(live.all(KeepPlace)) == 1


def test_a_red_flag_said_as_the_line_hangs_up_is_called_back_by_a_nurse(promised, verdicts):
    live = promised()
    live.finish()
    live.fact(SpeechStarted)
    live.fact(CallBackChosen)
    assert live.all(EndCall) == []
    live.speak("and my chest hurts", verdicts["911"])
    assert [each.kind for each in live.all(OpenTask)] == ["red-flag-call-back"]
    assert len(live.all(EndCall)) == 1


def test_triages_no_leads_back_to_the_promise(promised, verdicts):
    live = promised()
    live.speak("I feel dizzy", verdicts["ask"])
    live.press("2")
    assert live.heard == ["We call you back. Good-bye."]
    live.finish()
    assert len(live.all(KeepPlace)) == 1


def test_a_restart_during_the_promise_says_it_again(promised):
    live = promised()
    live.now += 30
    live._done(live.call.resume(live.now))
    assert live.heard == ["We call you back. Good-bye."]
    live.finish()
    assert len(live.all(KeepPlace)) == 1


def test_news_of_their_place_leaves_the_promise_whole(promised):
    live = promised()
    live.fact(PlaceTold, position=2)
    live.finish()
    assert len(live.all(KeepPlace)) == 1


# --- a number of their own ------------------------------------------------------------------------


def test_who_gave_another_number_is_called_there(waiting):
    live = waiting(given=Expression("call.dialled"))
    live.wait(120)
    live.press("2")
    assert live.all(Enqueue)[-1].number_given
    live.finish()
    assert live.all(KeepPlace)[-1].number.reveal() == "main"


@pytest.mark.parametrize("no_number", ["bye", "menu", "wait", "nowhere"])
def test_who_waits_and_cannot_be_called_back_after_all_waits_on(waiting, no_number):
    live = waiting(given=Expression("phone"), no_number=no_number)
    live.wait(120)
    live.press("2")
    assert live.call.waits_in == "scheduling"
    assert live.all(Dequeue) == []
    live.wait(60)
    assert live.call.waits_in == "scheduling"


def test_a_flow_that_leads_to_a_call_back_without_a_number_goes_where_it_says(scene):
    back = CallBackStep(queue="billing", prompt="promise", no_number="hours")
    live = scene(start="back", steps={"back": back}, texts=TEXTS).to_menu(number="")
    assert live.heard == ["hours en"]
    assert live.queues == []
