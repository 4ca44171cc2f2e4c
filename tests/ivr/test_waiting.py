"""In a queue, with an agent, and after."""

import pytest

from calls.commands import (
    Dequeue,
    Enqueue,
    HangUp,
    Listen,
    PlayMusic,
    Say,
    StopListening,
)
from calls.facts import SpeechUnavailable
from calls.machine import IllegalFact
from calls.outcome import Outcome
from calls.requirement import SkillNeed
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


def test_a_step_asks_for_a_second_person_and_for_one_agent_alone_at_first(scene):
    interpreter = SkillNeed(skill="interpreter", level=2)
    step = QueueStep(queue="desk", companion=(interpreter,), agent="ana", agent_wait_s=30.0)
    call = scene(start="desk", steps={"desk": step}).to_menu()
    wanted = call.all(Enqueue)[-1].requirement
    assert wanted.companion == (interpreter,)
    assert (wanted.agent, wanted.agent_wait_s) == ("ana", 30.0)


def test_a_step_that_asks_for_nobody_makes_nobody_wait(scene):
    wanted = scene().at("1").all(Enqueue)[-1].requirement
    assert (wanted.companion, wanted.agent, wanted.agent_wait_s) == ((), None, 0.0)


def test_a_language_is_asked_for_at_its_level(scene):
    call = scene(language_skills={"es": SkillNeed(skill="spanish", level=3)}).at("7")
    call.press("1")
    assert call.all(Enqueue)[-1].requirement.skills == (SkillNeed(skill="spanish", level=3),)


def test_first_language_needs_no_skill(scene):
    call = scene(language_skills={"en": SkillNeed(skill="english")}).at("1")
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
