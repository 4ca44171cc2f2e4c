"""Questions of the flow: keys, words, silence and the ladder."""

from dataclasses import replace

import pytest

from calls.commands import Listen, PlayMusic, Say, StopListening
from calls.facts import SpeechStarted, SpeechUnavailable
from calls.verdict import CLEAR, Suppression
from ivr import State
from ivr.expressions import Expression
from ivr.steps import AskStep, BranchStep, Case, Choice, SayStep, SetStep


def test_key_chooses_while_the_prompt_still_plays(scene):
    call = scene().at("2")
    assert call.queues == ["billing"]


def test_words_choose(scene):
    call = scene().to_menu()
    call.speak("hello I'd like to see a doctor please")
    assert call.queues == ["scheduling"]


def test_silence_climbs_the_ladder_to_a_person(scene):
    call = scene().to_menu()
    call.finish()
    call.wait(5)
    assert call.heard == ["menu-silence en", "menu en"]
    call.finish()
    call.wait(5)
    call.finish()
    call.wait(5)
    assert call.queues == ["general"]
    assert call.heard == ["one-moment en", "one-moment es"]


def test_silence_is_measured_from_the_end_of_the_prompt(scene):
    call = scene().to_menu()
    call.wait(4.9)
    call.finish()
    call.wait(4.9)
    assert call.heard == ["menu en"]
    call.wait(0.2)
    assert call.heard == ["menu-silence en", "menu en"]


def test_answers_that_fit_nothing_climb_the_same_ladder(scene):
    call = scene().to_menu()
    call.press("#")
    assert call.heard == ["menu-again en", "menu en"]
    call.speak("what a lovely day")
    call.speak("")
    assert call.queues == ["general"]


@pytest.fixture
def short(scene, steps):
    menu = replace(steps["menu"], again_prompt="menu-short")
    return scene(steps={"menu": menu}).to_menu()


def test_question_is_repeated_in_short_where_there_are_words_for_it(short):
    assert short.heard == ["menu en"]
    short.speak("what a lovely day")
    assert short.heard == ["menu-again en", "menu-short en"]
    short.finish()
    short.wait(5)
    assert short.heard == ["menu-silence en", "menu-short en"]


def test_short_question_climbs_the_same_ladder(short):
    for _ in range(3):
        short.finish()
        short.wait(5)
    assert short.queues == ["general"]


def test_repeat_key_says_the_whole_question_after_the_short_one(short):
    short.press("#")
    short.press("*")
    assert short.heard == ["menu en"]


@pytest.mark.parametrize(("key", "queue"), [("0", "general"), ("9", "nurse"), ("2", "billing")])
def test_every_key_works_while_the_short_question_plays(short, key, queue):
    short.press("#")
    short.press(key)
    assert short.queues == [queue]


def test_red_flag_is_heard_in_the_answer_to_the_short_question(short, verdicts):
    short.press("#")
    first, *_ = short.speak("my chest hurts", verdicts["911"])
    assert first.requirement.emergency


def test_short_question_is_put_in_the_language_of_the_call(short):
    short.press("7")
    short.speak("que bonito dia")
    assert short.heard == ["menu-again es", "menu-short es"]


def test_silence_after_unclear_words_is_followed_by_the_short_question(short):
    short.speak("mumble", confidence=0.1)
    short.finish()
    short.wait(5)
    assert short.heard == ["menu-silence en", "menu-short en"]


def test_last_rung_goes_where_the_step_says(scene):
    ask = AskStep(prompt="menu", choices=(), attempts=1, otherwise="pay")
    call = scene(start="once", steps={"once": ask}).to_menu()
    call.speak("anything")
    assert call.queues == ["billing"]


def test_silence_alone_passes_an_optional_question(scene):
    call = scene(start="screen").to_menu()
    call.finish()
    call.wait(5)
    assert call.call.step == "menu"


def test_keys_typed_blindly_use_up_one_attempt_only(scene):
    call = scene(start="screen").to_menu()
    call.press("7451")
    assert call.call.state is State.ANSWERING
    assert call.heard == ["screen en"]
    assert call.queues == []


def test_person_key_counts_even_behind_keys_that_fit_nothing(scene):
    call = scene(start="screen").to_menu()
    call.press("70")
    assert call.queues == ["general"]


def test_burst_of_keys_walks_through_questions(scene):
    call = scene().at("63")
    assert call.queues == ["scheduling"]


def test_repeat_key_says_the_question_again_and_costs_nothing(scene):
    call = scene().to_menu()
    for _ in range(10):
        call.press("*")
        assert call.heard == ["menu en"]
    assert call.call.state is State.ANSWERING


def test_silence_stands_still_while_the_caller_speaks(scene):
    call = scene().to_menu()
    call.finish()
    call.wait(4)
    call.fact(SpeechStarted)
    call.wait(6)
    assert call.heard == ["menu en"]
    call.speak("billing")
    assert call.queues == ["billing"]


def test_speech_that_began_during_the_prompt_holds_the_silence_off_too(scene):
    call = scene().to_menu()
    call.fact(SpeechStarted)
    call.finish()
    call.wait(7)
    assert call.heard == ["menu en"]


def test_speech_that_began_before_the_question_holds_the_silence_off_too(scene):
    call = scene()
    call.arrive()
    call.fact(SpeechStarted)
    call.finish()
    call.finish()
    call.wait(7)
    assert call.heard == ["menu en"]


def test_noise_that_comes_to_nothing_during_the_prompt_does_not_hold_the_silence_off(scene):
    call = scene().to_menu()
    call.fact(SpeechStarted)
    call.wait(9)
    call.finish()
    call.wait(5)
    assert call.heard == ["menu-silence en", "menu en"]


def test_end_of_the_prompt_told_twice_does_not_measure_silence_anew(scene):
    call = scene().to_menu()
    call.finish()
    call.wait(4)
    call.finish()
    call.wait(1)
    assert call.heard == ["menu-silence en", "menu en"]


def test_noise_without_words_cannot_hold_off_help(scene):
    call = scene().to_menu()
    for _ in range(60):
        call.fact(SpeechStarted)
        call.finish()
        call.wait(2)
    assert call.queues == ["general"]


def test_unclear_words_are_asked_for_once_more_then_go_to_a_nurse(scene):
    call = scene().to_menu()
    call.speak("mumble appointment", confidence=0.2)
    assert call.heard == ["repeat-please en"]
    call.speak("mumble", confidence=0.2)
    assert call.queues == ["nurse"]
    assert call.call.acuity.reason == "low-confidence"


def test_clear_words_after_unclear_ones_go_on(scene):
    call = scene().to_menu()
    call.speak("mumble", confidence=0.2)
    call.speak("an appointment")
    assert call.queues == ["scheduling"]


def test_noise_without_words_is_no_reason_for_a_nurse(scene):
    call = scene().to_menu()
    call.speak("", confidence=0.0)
    call.speak("", confidence=0.0)
    assert call.queues == []


def test_speech_that_fails_is_announced_once_and_keys_go_on(scene):
    call = scene().to_menu()
    call.fact(SpeechUnavailable, reason="saturated")
    assert call.heard == ["digits-only en", "menu en"]
    assert call.fact(SpeechUnavailable, reason="saturated") == []
    call.press("2")
    assert call.queues == ["billing"]


def test_caller_who_can_only_speak_comes_to_a_person_when_speech_fails(scene):
    call = scene().to_menu()
    for _ in range(4):
        call.fact(SpeechStarted)
        call.fact(SpeechUnavailable, reason="saturated")
    assert call.queues == ["general"]


def test_failure_of_speech_during_the_greeting_is_told_with_the_first_question(scene):
    call = scene()
    call.arrive()
    assert call.fact(SpeechUnavailable, reason="missing") == []
    call.finish()
    assert call.heard == ["digits-only en", "menu en"]


def test_language_changes_what_is_said_and_listened_for(scene):
    call = scene(listen_languages=("en", "es")).at("7")
    assert call.heard == ["menu es"]
    assert call.listening == "es"
    call.speak("la factura")
    assert call.queues == ["billing"]


def test_language_nobody_understands_goes_on_with_digits_only(scene):
    call = scene().at("7")
    assert call.all(StopListening)
    assert call.heard == ["digits-only es", "menu es"]
    call.press("7")
    assert call.heard == ["menu es"]
    call.press("2")
    (need,) = call.commands[-2].requirement.skills
    assert need.skill == "spanish"


@pytest.mark.parametrize("chosen", [True, False], ids=["by-answer", "by-the-flow"])
def test_line_listens_for_the_new_language_before_anything_is_said_in_it(scene, chosen):
    spanish = {"language": "es"}
    steps = {
        "ask": AskStep(prompt="menu", choices=(Choice(digit="1", goto="hours", set=spanish),)),
        "set": SetStep(values=spanish, next="hours"),
    }
    call = scene(start="ask" if chosen else "set", steps=steps)
    call.arrive()
    commands = call.finish()
    if chosen:
        commands = call.press("1")
    assert [type(each) for each in commands] == [StopListening, Say]
    assert call.heard == ["hours es"]


def test_unknown_language_leaves_the_call_in_its_own(scene):
    steps = {"klingon": SetStep(values={"language": "tlh"}, next="menu")}
    call = scene(start="klingon", steps=steps).to_menu()
    assert call.call.language == "en"


def test_recogniser_is_told_what_is_likely(scene):
    call = scene().to_menu()
    assert "opening hours" in call.all(Listen)[-1].hints


@pytest.mark.parametrize(("language", "step"), [("es", "pay"), ("en", "bye")])
def test_branch_follows_the_language(scene, language, step):
    steps = {"set": SetStep(values={"language": language}, next="branch")}
    call = scene(start="set", steps=steps).to_menu()
    assert call.call.step == step


def test_branch_follows_what_was_chosen(scene):
    steps = {
        "who": AskStep(
            prompt="menu", choices=(Choice(digit="1", goto="fork", set={"patient": "new"}),)
        ),
        "fork": BranchStep(
            cases=(Case(when=Expression("patient == 'new'"), goto="pay"),), otherwise="bye"
        ),
    }
    call = scene(start="who", steps=steps).at("1")
    assert call.queues == ["billing"]


def test_key_skips_what_is_only_said(scene):
    call = scene().at("3")
    assert call.all(Say)[-1].barge_in
    call.press("2")
    call.finish()
    assert call.queues == ["billing"]


@pytest.mark.parametrize(
    "steps",
    [
        {"a": SetStep(values={"x": "1"}, next="b"), "b": SetStep(values={"x": "2"}, next="a")},
        {"a": BranchStep(cases=(), otherwise="a")},
        {"a": SetStep(values={}, next="nowhere")},
    ],
    ids=["settings", "branch", "dangling"],
)
def test_flow_that_runs_in_circles_or_nowhere_ends_at_a_person(scene, steps):
    call = scene(start="a", steps=steps).to_menu()
    assert call.queues == ["general"]


def test_circle_of_prompts_and_silent_questions_ends_at_a_person(scene):
    steps = {
        "a": SayStep(prompt="hours", next="b"),
        "b": AskStep(prompt="screen", choices=(), silent_goto="a"),
    }
    call = scene(start="a", steps=steps).to_menu()
    call.wait(3600)
    assert call.queues == ["general"]


def test_answering_caller_may_walk_in_circles_as_long_as_they_like(scene):
    call = scene().to_menu()
    for _ in range(100):
        call.press("3")
        call.finish()
    assert call.call.step == "menu"
    assert call.queues == []


def test_repeat_key_says_again_what_is_only_said(scene):
    call = scene().at("3")
    call.heard = []
    call.press("*")
    assert call.heard == ["hours en"]


def test_queue_without_words_plays_music_at_once(scene):
    call = scene().at("1")
    assert isinstance(call.commands[-1], PlayMusic)


def test_symptom_that_triage_ruled_out_does_not_choose_the_screen(scene):
    suppressed = (Suppression(concept="chest-pain", span=(1, 3), reason="negated"),)
    denied = replace(CLEAR, suppressed=suppressed)
    call = scene(start="screen").to_menu()
    call.speak("no chest pain", denied)
    assert call.queues == []
    call.speak("no chest pain I need an appointment", denied)
    assert call.queues == ["scheduling"]


def test_an_utterance_without_end_is_answered_by_its_beginning(scene):
    call = scene().to_menu()
    call.speak("see a doctor " + "and so on and on " * 100_000)
    assert call.call.step == "scheduling"
