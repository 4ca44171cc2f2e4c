"""Words said before the question they answer: nobody has to say it twice."""

from dataclasses import replace

import pytest

from calls.commands import Say
from calls.verdict import CLEAR, Suppression
from ivr.ahead import WordsAhead
from ivr.expressions import Expression
from ivr.steps import AskStep, BranchStep, Case, Choice, SayStep, SetStep

LANGUAGE = AskStep(
    prompt="language",
    choices=(
        Choice(digit="1", words={"en": ("english",)}, goto="screen"),
        Choice(digit="2", words={"en": ("spanish",)}, set={"language": "es"}, goto="screen"),
    ),
    silent_goto="screen",
)
SCREEN = AskStep(
    prompt="screen",
    choices=(
        Choice(digit="1", words={"en": ("chest pain",)}, red_flag="chest-pain"),
        Choice(digit="5", words={"en": ("none",)}, goto="desk"),
        Choice(digit="6", words={"en": ("go back",)}, goto="language"),
    ),
    attempts=1,
    silent_goto="hours",
    otherwise="hours",
)
STEPS = {
    "language": LANGUAGE,
    "screen": SCREEN,
    "hours": BranchStep(
        cases=(Case(when=Expression("language == 'es'"), goto="desk"),), otherwise="welcome"
    ),
    "welcome": SayStep(prompt="hours", next="set"),
    "set": SetStep(values={"seen": "yes"}, next="menu"),
    "desk": AskStep(prompt="menu-again", choices=(Choice(digit="1", goto="scheduling"),)),
}


@pytest.fixture
def opening(scene):
    return lambda start="language": scene(start=start, steps=STEPS)


def silent(call, seconds=5):
    call.finish()
    call.wait(seconds)


def test_words_for_the_menu_said_at_the_screen_reach_it(opening):
    call = opening("screen").to_menu()
    call.speak("I need an appointment")
    assert call.heard == ["hours en"]
    call.finish()
    assert call.queues == ["scheduling"]


def test_words_at_the_language_question_still_let_the_screen_be_heard(opening):
    call = opening().to_menu()
    call.speak("I have a question about billing")
    assert call.heard == ["screen en"]
    silent(call)
    call.finish()
    assert call.queues == ["billing"]


def test_silent_caller_hears_every_question(opening):
    call = opening().to_menu()
    silent(call)
    assert call.heard == ["screen en"]
    silent(call)
    call.finish()
    assert call.heard == ["menu en"]


def test_words_said_during_the_greeting_reach_the_menu_without_being_said_again(opening):
    call = opening()
    call.arrive()
    assert call.speak("I need an appointment please") == []
    assert call.speak("thank you") == []
    call.finish()
    for _ in range(2):
        silent(call, 10)
    call.finish()
    assert call.queues == ["scheduling"]


def test_words_said_during_the_greeting_answer_the_first_question(opening):
    call = opening()
    call.arrive()
    call.speak("Spanish")
    call.finish()
    assert call.heard == ["digits-only es", "screen es"]


def test_first_question_is_put_whatever_was_said_during_the_greeting(scene):
    call = scene(start="language", steps=STEPS)
    call.arrive()
    call.speak("if this is a medical question")
    call.finish()
    assert call.heard == ["language en"]


def test_first_question_that_is_no_optional_one_is_answered_too(scene):
    call = scene()
    call.arrive()
    call.speak("billing")
    call.finish()
    assert call.queues == ["billing"]


def test_carried_words_that_fit_nothing_cost_no_attempt(scene):
    call = scene(start="screen").to_menu()
    call.speak("what a lovely day")
    assert call.heard == ["menu en"]
    call.speak("anything")
    assert call.heard == ["menu-again en", "menu en"]


def test_keys_come_before_carried_words(opening):
    call = opening()
    call.arrive()
    call.speak("billing")
    call.press("151")
    call.finish()
    assert call.queues == ["scheduling"]


def test_words_are_forgotten_after_the_second_question_they_are_carried_to(opening):
    call = opening().to_menu()
    call.speak("an appointment")
    call.press("6")
    assert call.heard == ["language en"]
    call.press("1")
    silent(call)
    call.finish()
    assert call.heard == ["menu en"]


def test_words_are_offered_to_no_question_after_a_queue(scene):
    call = scene(start="language", steps=STEPS).to_menu()
    call.speak("billing")
    call.press("0")
    call.connect()
    assert call.queues == ["general"]


def test_words_said_ahead_of_an_agent_answer_nothing_after(scene):
    call = scene(start="screen")
    call.arrive()
    call.speak("billing")
    call.press("3")
    call.finish()
    call.connect()
    call.release()
    assert call.heard == ["menu en"]
    assert call.queues == ["scheduling"]


def test_words_in_another_language_are_not_carried_into_this_one(scene):
    call = scene(start="language", steps=STEPS, listen_languages=("en", "es"))
    call.arrive()
    call.speak("la factura")
    call.press("2")
    call.finish()
    assert call.call.language == "es"
    assert call.heard == ["screen es"]


def test_change_of_language_forgets_what_was_said_in_the_other(scene):
    ask = AskStep(
        prompt="language",
        choices=(Choice(digit="2", set={"language": "es"}, goto="menu"),),
    )
    call = scene(start="ask", steps={"ask": ask}, listen_languages=("en", "es"))
    call.arrive()
    call.speak("la factura")
    call.press("2")
    call.finish()
    assert call.heard == ["menu es"]
    assert call.queues == []


def test_words_that_have_answered_answer_nothing_more():
    ahead = WordsAhead()
    ahead.keep("english please", ruled_out=False)

    def english(words: str, _ruled_out: bool) -> Choice | None:
        return LANGUAGE.choices[0] if "english" in words else None

    assert ahead.answer(english) is LANGUAGE.choices[0]
    assert ahead.answer(english) is None


def test_words_that_fit_two_answers_of_an_optional_question_are_asked_for_again(opening):
    call = opening().to_menu()
    call.speak("English or Spanish")
    assert len(call.all(Say)) == 3
    assert call.heard == ["language en"]


def test_noise_without_words_is_carried_nowhere(opening):
    call = opening().to_menu()
    call.speak("")
    assert call.call.step == "language"


def test_words_that_triage_asked_about_are_not_carried(scene, verdicts):
    call = scene()
    call.arrive()
    call.speak("dizzy at my appointment", verdicts["ask"])
    call.press("2")
    call.finish()
    assert call.queues == []


def test_unclear_words_are_not_carried(scene):
    call = scene()
    call.arrive()
    call.speak("appointment", confidence=0.1)
    call.finish()
    assert call.queues == []


def test_carried_symptom_that_triage_ruled_out_does_not_choose_the_screen(opening):
    denied = replace(
        CLEAR, suppressed=(Suppression(concept="chest-pain", span=(1, 3), reason="negated"),)
    )
    call = opening().to_menu()
    call.speak("no chest pain just an appointment", denied)
    assert call.heard == ["screen en"]
    silent(call)
    call.finish()
    assert call.queues == ["scheduling"]


def test_red_flag_forgets_what_was_carried(scene, verdicts):
    call = scene(start="language", steps=STEPS).to_menu()
    call.speak("billing")
    call.speak("my chest", verdicts["911"])
    call.connect()
    call.release()
    assert call.queues == ["nurse"]


def test_caller_who_only_talks_past_the_questions_comes_to_a_person(scene):
    steps = {
        "a": AskStep(prompt="screen", choices=(), silent_goto="b"),
        "b": AskStep(prompt="menu", choices=(), silent_goto="a"),
    }
    call = scene(start="a", steps=steps).to_menu()
    for _ in range(40):
        call.speak("blah")
    assert call.queues == ["general"]


def test_what_is_carried_is_bounded_and_never_shown():
    ahead = WordsAhead()
    for number in range(100):
        ahead.keep(f"refill{number}", ruled_out=False)
    assert len(ahead._kept) == 10
    assert "refill" not in repr(ahead._kept)


def test_words_that_cut_short_what_is_only_said_answer_the_next_question(scene):
    live = scene(start="hours").to_menu()
    live.speak("billing please")
    live.finish(interrupted=True)
    assert live.queues == ["billing"]


# --- other words lead elsewhere than silence -----------------------------------------------------


ANYTHING_ELSE = AskStep(
    prompt="still-here",
    choices=(Choice(digit="2", words={"en": ("no", "that is all")}, goto="bye"),),
    silent_goto="pay",
    words_goto="menu",
)


@pytest.fixture
def anything_else(scene):
    return lambda **more: scene(
        start="else", steps={"else": replace(ANYTHING_ELSE, **more)}
    ).to_menu()


@pytest.mark.parametrize("words", ["no but I need an appointment", "no I have to see a doctor"])
def test_who_says_what_they_still_need_is_served_where_that_is_asked(anything_else, words):
    live = anything_else()
    live.speak(words)
    assert live.queues == ["scheduling"]


def test_other_words_that_fit_nothing_there_either_hear_that_question(anything_else):
    live = anything_else()
    live.speak("purple elephants")
    assert live.heard == ["menu en"]


@pytest.mark.parametrize("silent_goto", ["pay", None])
def test_silence_and_a_plain_no_lead_where_they_did(anything_else, silent_goto):
    live = anything_else(silent_goto=silent_goto)
    live.speak("no thank you")
    assert live.heard == ["thanks en"]
    live = anything_else(silent_goto=silent_goto, otherwise="pay")
    for _ in range(3):
        silent(live)
    assert live.queues == ["billing"]
