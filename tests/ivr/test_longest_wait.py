"""Who has waited long is offered a message and keeps the place."""

from calls.commands import (
    Dequeue,
    OpenTask,
    PlayMusic,
    Say,
)
from calls.outcome import Outcome
from ivr import State


def said(call):
    return {each.text for command in call.all(Say) for each in command.utterances}


def long_waiting(scene, **rules):
    call = scene(longest_wait_s=900.0, **rules).at("1")
    call.wait(900)
    return call


def test_after_the_longest_wait_a_message_is_offered_and_silence_keeps_the_place(scene):
    call = long_waiting(scene)
    assert call.heard == ["long-wait en"]
    assert isinstance(call.finish()[-1], PlayMusic)
    call.wait(3600)
    assert not call.all(Dequeue)
    assert call.call.state is State.WAITING
    assert call.queues == ["scheduling"]


def test_message_is_offered_again_after_each_third_of_the_longest_wait(scene):
    call = long_waiting(scene)
    call.finish()
    assert call.wait(299) == []
    call.wait(1)
    assert call.heard == ["long-wait en"]


def test_the_longest_wait_of_the_queue_counts_and_not_the_sites(scene):
    call = scene(longest_wait_s=900.0, longest_waits={"scheduling": 300.0}).at("1")
    assert call.wait(299) == []
    call.wait(1)
    assert call.heard == ["long-wait en"]
    call.finish()
    assert call.wait(99) == []
    call.wait(1)
    assert call.heard == ["long-wait en"]


def test_who_changes_to_a_more_patient_queue_keeps_the_time_they_have_waited(scene):
    call = scene(longest_wait_s=900.0, longest_waits={"scheduling": 300.0}).at("1")
    call.wait(200)
    call.press("0")
    call.finish()
    call.wait(699)
    assert "long-wait en" not in said(call)
    call.wait(1)
    assert "long-wait en" in said(call)


def test_once_a_message_was_offered_each_word_of_comfort_tells_of_it(scene):
    call = scene(longest_wait_s=100.0).at("2")
    call.finish()
    call.wait(31)
    assert call.heard == ["still-here en"]
    call.finish()
    call.wait(70)
    assert call.heard == ["long-wait en"]
    call.finish()
    call.wait(30)
    assert call.heard == ["still-here en", "or-message en"]
    call.press("1")
    assert call.heard == ["leave-message en"]


def test_comfort_after_an_agent_offers_nothing_that_no_key_does(scene):
    call = scene(longest_wait_s=100.0).at("2")
    call.finish()
    call.wait(110)
    call.connect()
    call.release(requeued=True)
    call.press("*")
    assert call.heard == ["still-here en"]
    assert call.press("1") == []


def test_message_instead_of_waiting_is_for_the_people_of_the_queue(scene):
    call = long_waiting(scene)
    assert [type(each) for each in call.press("1")] == [Dequeue, Say]
    assert call.heard == ["leave-message en"]
    call.finish()
    call.recorded(5.0)
    (task,) = call.all(OpenTask)
    assert task.queue == "scheduling"
    call.finish()
    assert call.outcome is Outcome.MESSAGE_TAKEN


def test_wait_begins_anew_after_a_message(scene):
    call = long_waiting(scene)
    call.press("1")
    call.press("0")
    call.finish()
    assert call.heard == ["one-moment en"]
    assert call.press("1") == []
    assert call.call.state is State.WAITING


def test_no_other_key_gives_up_the_place(scene):
    call = long_waiting(scene)
    assert call.press("2345678#") == []
    assert call.call.state is State.WAITING


def test_key_of_the_message_means_nothing_before_it_was_offered(scene):
    call = scene().at("1")
    call.wait(890)
    assert call.press("1") == []


def test_repeat_key_says_the_offer_again(scene):
    call = long_waiting(scene)
    call.finish()
    call.heard = []
    call.press("*")
    assert call.heard == ["long-wait en"]


def test_message_is_not_offered_in_the_middle_of_a_word_of_comfort(scene):
    call = scene(longest_wait_s=60.0).at("2")
    call.finish()
    call.wait(59)
    call.press("*")
    assert call.heard == ["still-here en"]
    assert call.wait(2) == []
    assert [type(each) for each in call.finish()] == [Say]
    assert call.heard == ["long-wait en"]


def test_changing_the_queue_does_not_begin_the_longest_wait_anew(scene):
    call = scene().at("1")
    call.wait(600)
    call.press("0")
    call.finish()
    call.wait(300)
    assert call.heard == ["long-wait en"]


def test_a_question_of_triage_in_the_queue_does_not_either(scene, verdicts):
    call = scene().at("1")
    call.wait(898)
    call.speak("I feel dizzy", verdicts["ask"])
    call.wait(4)
    call.press("2")
    assert call.heard == ["long-wait en"]


def test_longest_wait_begins_anew_after_an_agent(scene):
    call = scene().at("1")
    call.wait(600)
    call.connect()
    call.release(requeued=True)
    call.wait(600)
    assert call.heard != ["long-wait en"]
    call.wait(300)
    assert call.heard == ["long-wait en"]


def test_red_flag_is_never_offered_a_message(scene):
    call = scene(longest_wait_s=60.0).at("1")
    call.wait(90)
    call.commands.clear()
    call.press("9")
    call.wait(3600)
    assert call.heard[-1] == "nurse-wait en"
    assert not {"long-wait en", "or-message en"} & said(call)
    assert call.press("1") == []
