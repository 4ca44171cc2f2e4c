"""In a queue, with an agent, and after."""

import pytest

from calls.commands import (
    Dequeue,
    Enqueue,
    HangUp,
    Listen,
    OpenTask,
    PlayMusic,
    RecordMessage,
    Say,
    StopListening,
)
from calls.facts import SpeechUnavailable
from calls.machine import IllegalFact
from calls.outcome import Outcome
from ivr import State
from ivr.steps import QueueStep


def said(call):
    return {each.text for command in call.all(Say) for each in command.utterances}


def test_caller_is_queued_before_anything_is_said(scene):
    call = scene().to_menu()
    assert [type(each) for each in call.press("2")] == [Enqueue, Listen, Say]


def test_comfort_comes_again_and_again_between_music(scene):
    call = scene().at("2")
    assert isinstance(call.finish()[-1], PlayMusic)
    for _ in range(3):
        call.wait(29)
        call.wait(1)
        assert call.heard == ["still-here en"]
        assert isinstance(call.finish()[-1], PlayMusic)


def test_queue_without_comfort_leaves_the_caller_with_music(scene):
    call = scene().at("1")
    assert call.wait(899) == []


def test_person_key_in_the_queue_changes_it_and_keeps_the_visit(scene):
    call = scene().at("2")
    call.press("0")
    assert call.queues == ["billing", "general"]
    assert call.heard == ["one-moment en"]
    assert not call.all(Dequeue)


def test_person_key_while_waiting_for_a_person_comforts(scene):
    call = scene().at("0")
    call.finish()
    call.press("0")
    assert call.queues == ["general"]
    assert call.heard == ["still-waiting en", "still-waiting es"]


def test_caller_who_waits_for_a_person_is_comforted_in_other_words_than_at_first(scene):
    call = scene().at("60")
    assert call.heard == ["one-moment en"]
    for _ in range(3):
        call.finish()
        call.wait(45)
        assert call.heard == ["still-waiting en"]


def test_repeat_key_in_a_queue_without_comfort_says_what_the_caller_can_do(scene):
    call = scene().at("1")
    call.press("*")
    assert call.heard == ["still-waiting en"]


def test_repeat_key_in_the_queue_comforts(scene):
    call = scene().at("2")
    call.finish()
    call.press("*")
    assert call.heard == ["still-here en"]


def test_word_of_comfort_that_was_asked_for_is_not_cut_short_by_the_next(scene):
    call = scene().at("2")
    call.finish()
    call.wait(29)
    call.press("*")
    assert call.wait(2) == []


def test_other_keys_in_the_queue_change_nothing(scene):
    call = scene().at("2")
    assert call.press("12345678#") == []


def test_routine_call_needs_an_agent_who_speaks_its_language(scene):
    call = scene().at("7")
    call.press("1")
    (need,) = call.all(Enqueue)[-1].requirement.skills
    assert need.skill == "spanish"
    assert not call.all(Enqueue)[-1].requirement.emergency


def test_first_language_needs_no_skill(scene):
    call = scene(language_skills={"en": "english"}).at("1")
    assert call.all(Enqueue)[-1].requirement.skills == ()


def test_unclear_words_in_the_queue_are_asked_for_once_and_no_more(scene):
    call = scene().at("1")
    call.speak("static", confidence=0.1)
    assert call.heard == ["repeat-please en"]
    call.finish()
    assert call.speak("static", confidence=0.1) == []
    assert call.call.state is State.WAITING


def test_noise_in_the_queue_disturbs_nobody(scene):
    call = scene().at("1")
    assert call.speak("", confidence=0.0) == []
    assert call.speak("you too bye") == []


def test_failure_of_speech_in_the_queue_is_told_once(scene):
    call = scene().at("1")
    call.fact(SpeechUnavailable, reason="saturated")
    assert call.heard == ["digits-only en"]
    assert call.fact(SpeechUnavailable, reason="saturated") == []


def test_agent_listens_instead_of_the_line(scene):
    call = scene().at("1")
    assert [type(each) for each in call.connect()] == [StopListening]
    assert call.call.was_connected
    assert call.press("0129*#") == []
    assert call.call.next_deadline() is None


def test_lost_agent_phone_brings_the_caller_back_to_the_music(scene):
    call = scene().at("1")
    call.connect()
    assert [type(each) for each in call.release(requeued=True)] == [Listen, PlayMusic]
    assert call.call.state is State.WAITING
    assert call.queues == ["scheduling"]


def test_flow_goes_on_after_the_agent(scene):
    call = scene().at("1")
    call.connect()
    assert isinstance(call.release()[0], Listen)
    assert call.heard == ["menu en"]
    assert call.call.state is State.ANSWERING


def test_caller_whose_agent_has_finished_cannot_be_answered_from_the_queue(scene, verdicts):
    call = scene().at("1")
    call.connect()
    call.release()
    call.speak("I feel dizzy", verdicts["ask"])
    with pytest.raises(IllegalFact):
        call.connect()


def test_queue_without_a_next_step_says_goodbye_and_hangs_up(scene):
    call = scene().at("2")
    call.connect()
    call.release()
    assert call.heard == ["goodbye en"]
    call.finish()
    assert call.all(HangUp)
    assert call.outcome is Outcome.HANDLED


def test_key_pressed_ahead_of_an_agent_answers_nothing_after(scene):
    call = scene()
    call.arrive()
    call.press("12")
    call.finish()
    assert call.queues == ["scheduling"]
    call.connect()
    call.release()
    assert call.heard == ["menu en"]


def test_flow_may_lead_from_agent_to_agent_as_long_as_they_answer(scene):
    call = scene(start="desk", steps={"desk": QueueStep(queue="desk", next="desk")}).to_menu()
    for _ in range(40):
        call.connect()
        call.release()
    assert set(call.queues) == {"desk"}


def test_caller_who_comes_back_to_the_menu_may_queue_again(scene):
    call = scene().at("1")
    call.connect()
    call.release()
    call.press("2")
    call.connect()
    assert call.queues == ["scheduling", "billing"]


# --- nobody is signed in ------------------------------------------------------------------------


def test_caller_whom_nobody_could_answer_is_told_so_and_leaves_a_message(scene):
    call = scene(message_promised_s=7200.0).at("2")
    commands = call.unstaffed("billing")
    assert [type(each) for each in commands] == [Dequeue, Say]
    assert call.heard == ["nobody-here en", "leave-message en"]
    call.finish()
    assert call.all(RecordMessage)
    call.recorded(8.0)
    (task,) = call.all(OpenTask)
    assert (task.kind, task.queue, task.promised_s) == ("message", "billing", 7200.0)
    assert call.heard == ["goodbye en"]
    call.finish()
    assert call.all(HangUp)
    assert call.outcome is Outcome.MESSAGE_TAKEN


def test_silent_caller_whom_nobody_could_answer_is_asked_twice_and_called_back(scene):
    call = scene(message_promised_s=7200.0).at("2")
    call.unstaffed("billing")
    for number in (1, 2):
        call.finish()
        call.recorded(0.0, number=number)
    assert call.heard == ["goodbye en"]
    call.finish()
    (task,) = call.all(OpenTask)
    assert (task.kind, task.queue, task.promised_s) == ("call-back", "billing", 7200.0)


def test_spanish_caller_hears_in_spanish_that_nobody_is_here(scene):
    call = scene().at("72")
    call.unstaffed("billing")
    assert call.heard == ["nobody-here es", "leave-message es"]


def test_person_may_be_asked_for_instead_of_the_message_for_somebody_else(scene):
    call = scene().at("2")
    call.unstaffed("billing")
    call.press("0")
    assert call.queues == ["billing", "general"]
    call.connect()
    assert call.call.state is State.CONNECTED


@pytest.mark.parametrize("finished", [0, 1], ids=["told", "recording"])
def test_person_key_where_no_person_is_does_not_go_round(scene, finished):
    call = scene().at("0")
    call.unstaffed("general")
    for _ in range(finished):
        call.finish()
    before = call.call.state
    for _ in range(5):
        assert call.press("0") == []
    assert call.call.state is before
    assert call.queues == ["general"]


def test_person_key_after_the_message_does_not_go_round_either(scene):
    call = scene().at("0")
    call.unstaffed("general")
    call.finish()
    call.recorded(4.0)
    assert call.press("0") == []
    call.finish()
    assert call.outcome is Outcome.MESSAGE_TAKEN


def test_person_asked_for_in_vain_costs_a_waiting_caller_nothing(scene):
    call = scene().at("2")
    call.press("0")
    call.unstaffed("general")
    assert call.queues == ["billing", "general", "billing"]
    assert not call.all(Dequeue)
    call.press("0")
    assert call.queues == ["billing", "general", "billing"]
    assert call.heard == ["still-here en"]


def test_person_may_be_asked_for_anew_after_an_agent(scene):
    call = scene().at("1")
    call.press("0")
    call.unstaffed("general")
    call.connect()
    call.release()
    call.press("1")
    call.press("0")
    assert call.queues == ["scheduling", "general", "scheduling", "scheduling", "general"]


def test_caller_comes_to_a_message_when_their_queue_has_emptied_meanwhile(scene):
    call = scene().at("2")
    call.press("0")
    call.unstaffed("general")
    call.unstaffed("billing")
    assert call.heard == ["nobody-here en", "leave-message en"]


def test_news_of_a_queue_the_caller_has_left_changes_nothing(scene):
    call = scene().at("2")
    assert call.unstaffed("general") == []
    call.connect()
    assert call.unstaffed("billing") == []


@pytest.mark.parametrize("finished", [0, 1, 2], ids=["told", "recording", "farewell"])
def test_red_flag_interrupts_the_message_of_a_caller_whom_nobody_could_answer(
    scene, verdicts, finished
):
    call = scene().at("2")
    call.unstaffed("billing")
    if finished:
        call.finish()
    if finished == 2:
        call.recorded(3.0)
    first, *_ = call.speak("my chest hurts", verdicts["911"])
    assert first.requirement.emergency
    assert call.heard == ["advice-911 en", "nurse-wait en"]


def test_emergency_key_works_where_nobody_is_signed_in(scene):
    call = scene().at("2")
    call.unstaffed("billing")
    assert call.press("9")[0].requirement.emergency


def test_caller_who_was_taken_out_of_the_queue_cannot_be_answered_from_it(scene, verdicts):
    call = scene().at("2")
    call.unstaffed("billing")
    call.speak("I feel dizzy", verdicts["ask"])
    with pytest.raises(IllegalFact):
        call.connect()


def test_red_flag_never_comes_to_a_message_whoever_is_signed_in(scene):
    call = scene().at("9")
    assert call.unstaffed("nurse") == []
    assert call.call.state is State.EMERGENCY


# --- the longest wait ---------------------------------------------------------------------------


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
