"""A value that is typed: where it ends, and what is typed before it is asked for."""

from dataclasses import replace

import pytest

from calls.commands import Say
from ivr import State
from ivr.expressions import Expression
from ivr.flow import Keys
from ivr.keypad import END_S
from ivr.steps import (
    AskStep,
    Choice,
    Collected,
    CollectStep,
    ConsentStep,
    HangUpStep,
    SayStep,
    SurveyStep,
)
from ivr.values import ValueKind
from tests.ivr.conftest import STEPS
from tests.ivr.value_asked import NOW, TEXTS, value_of


def test_the_pause_behind_the_last_key_ends_what_is_typed(asked):
    live = asked(Collected.DIGITS, inter_digit_s=2.0)
    live.press("12")
    live.wait(1.9)
    live.press("3")
    live.wait(1.9)
    assert live.heard == ["When were you born?"]
    live.wait(0.2)
    assert live.heard == ["I have one two three, is that right?"]


def test_whoever_types_slowly_is_not_cut_off_by_the_silence_that_a_finished_prompt_begins(asked):
    live = asked(inter_digit_s=10.0, no_input_s=4.0)
    live.press("0")
    live.finish(interrupted=True)
    live.wait(9)
    live.press("3051960")
    assert live.heard[0].startswith("I have March 5th")


def test_a_caller_who_asked_for_slower_words_is_given_longer_pauses(asked):
    live = asked(Collected.DIGITS, inter_digit_s=2.0, no_input_s=4.0)
    live.speak("slow down")
    live.finish()
    live.press("12")
    live.wait(2.9)
    assert value_of(live) is None
    assert live.all(Say)[-1].slow
    assert live.heard == ["When were you born?"]
    live.wait(0.2)
    assert live.heard[0].startswith("I have")


def test_the_repeat_key_takes_back_what_was_typed(asked):
    live = asked()
    live.press("0512*")
    assert live.heard == ["When were you born?"]
    live.press("03051960")
    assert live.heard[0].startswith("I have March 5th")


def test_the_end_key_alone_is_an_answer_that_fits_nothing(asked):
    live = asked()
    live.press("#")
    assert live.heard == ["That was no date.", "Your birthday?"]


def test_a_key_that_no_telephone_has_harms_nothing(asked):
    live = asked(Collected.NUMBER)
    live.press("A")
    assert live.heard[0] == "That was no date."
    live.press("7#")
    assert live.heard[0].startswith("I have 7")


def test_nought_with_a_pause_behind_it_is_for_a_person_and_ended_it_is_a_number(asked):
    live = asked(Collected.NUMBER, minimum=0, maximum=9)
    live.press("0")
    assert live.queues == []
    live.wait(3)
    assert live.queues == ["general"]
    live = asked(Collected.NUMBER, minimum=0, maximum=9)
    live.press("0#")
    assert live.heard == ["I have 0, is that right?"]


# --- digits ahead ---------------------------------------------------------------------------------


def ahead(scene, keys, *, rules=None, **step):
    """What was pressed during the greeting, before a number is asked for."""
    live = scene(
        start="it",
        steps={
            "it": CollectStep(
                what=step.pop("what", Collected.NUMBER),
                into="it",
                next="door",
                prompt="birthday?",
                **step,
            ),
            "door": AskStep(
                prompt="next?",
                choices=(
                    Choice(digit="1", goto="bye"),
                    Choice(digit="2", goto="menu"),
                ),
            ),
            "bye": HangUpStep(prompt="thanks"),
        },
        texts=TEXTS,
        now=NOW,
        kinds={"it": ValueKind.NUMBER},
        **(rules or {}),
    )
    live.arrive()
    live.press(keys)
    live.finish()
    live.wait(0)
    return live


def test_a_value_typed_during_the_greeting_is_taken_and_read_back(scene):
    live = ahead(scene, "42#")
    assert live.heard == ["I have 42, is that right?"]


def test_a_value_typed_whole_during_the_greeting_is_taken_at_once(scene):
    live = ahead(scene, "12345", what=Collected.ZIP_CODE)
    assert live.heard == ["I have one two three, four five, is that right?"]


def test_what_was_typed_ahead_goes_before_what_is_known(scene):
    live = ahead(scene, "42#", known=Expression("7"))
    assert live.heard == ["I have 42, is that right?"]
    live = ahead(scene, "4", known=Expression("7"))
    assert live.heard == ["When were you born?"]
    live.wait(3)
    assert live.heard == ["I have 4, is that right?"]
    live = ahead(scene, "", known=Expression("7"))
    assert live.heard == ["I have 7, is that right?"]


@pytest.mark.parametrize("pause_s", [0.3, 1.0])
def test_the_first_key_of_a_value_that_cuts_words_short_is_not_the_value(scene, pause_s):
    live = scene(
        start="intro",
        steps={
            "intro": SayStep(prompt="next?", next="it"),
            "it": CollectStep(
                what=Collected.NUMBER, into="it", next="bye", prompt="birthday?", read_back=False
            ),
            "bye": HangUpStep(prompt="thanks"),
        },
        texts=TEXTS,
        now=NOW,
        kinds={"it": ValueKind.NUMBER},
    ).to_menu()
    for key in "125":
        live.press(key)
        live.finish(interrupted=True)
        live.wait(pause_s)
    assert value_of(live) is None
    live.wait(3)
    assert value_of(live) == 125


@pytest.mark.parametrize("keys", ["2#45#", "2##45#"])
def test_an_end_key_behind_the_key_of_a_menu_does_not_keep_old_keys_for_later(scene, keys):
    live = scene(
        steps={
            "menu": AskStep(prompt="next?", choices=(Choice(digit="2", goto="it"),)),
            "it": CollectStep(what=Collected.NUMBER, into="it", next="bye", prompt="birthday?"),
            "bye": HangUpStep(prompt="thanks"),
        },
        texts=TEXTS,
        now=NOW,
        kinds={"it": ValueKind.NUMBER},
    )
    live.arrive()
    live.press(keys)
    live.finish()
    live.wait(0)
    assert live.heard == ["I have 45, is that right?"]
    assert live.call._course.keys_ahead == ""


@pytest.mark.parametrize(("kind", "answers"), [(ConsentStep, 1), (SurveyStep, 2)])
def test_keys_pressed_before_a_consent_or_a_survey_answer_no_later_question(scene, kind, answers):
    more = {"resolved_prompt": "next?"} if kind is SurveyStep else {}
    live = scene(
        start="intro",
        steps={
            "intro": SayStep(prompt="next?", next="asked"),
            "asked": kind(prompt="birthday?", next="menu", **more),
        },
        texts=TEXTS,
    ).to_menu()
    live.press("1")
    live.finish()
    for _ in range(answers):
        live.press("2")
    assert live.call.step == "menu"
    assert live.heard == ["menu en"]


def test_what_is_typed_behind_a_value_never_confirms_it_nor_answers_what_was_not_heard(scene):
    live = ahead(scene, "42#12")
    assert live.heard == ["I have 42, is that right?"]
    live.press("1")
    assert value_of(live) == 42
    assert live.heard == ["Which door?"]


def test_what_is_typed_behind_a_value_that_is_not_read_back_answers_the_next_question(scene):
    live = ahead(scene, "42#1", read_back=False)
    assert live.call.step == "bye"


@pytest.mark.parametrize("keys", ["#", "##", "#1", "4#", "#4#"])
@pytest.mark.parametrize("what", list(Collected))
def test_end_keys_during_the_greeting_harm_nothing(scene, keys, what):
    live = ahead(scene, keys, what=what)
    assert live.call.state in (State.ANSWERING, State.LEAVING)


# --- the end key behind what was typed ------------------------------------------------------------


IN_BOTH = {"keys": Keys(slower="4", louder="7", language="#"), "listen_languages": ("en", "es")}
"""The key that ends what is typed is the one for another language too."""


def languages(live):
    return {live.listening, live.call.language}


@pytest.mark.parametrize("pause_s", [0, END_S - 0.1])
def test_the_end_key_behind_a_value_that_is_complete_already_ends_it_and_nothing_else(
    asked, pause_s
):
    live = asked(rules=IN_BOTH)
    live.press("03051960")
    live.wait(pause_s)
    assert live.press("#") == []
    assert languages(live) == {"en"}
    live.press("1")
    assert live.heard == ["You said March 5th, 1960."]


def test_the_end_key_behind_a_mistake_costs_no_second_attempt(asked):
    live = asked(attempts=2, rules=IN_BOTH)
    live.press("45454545#")
    assert live.heard == ["That was no date.", "Your birthday?"]


def test_the_end_key_by_itself_is_still_for_another_language(asked):
    live = asked(rules=IN_BOTH)
    live.press("03051960")
    live.wait(END_S)
    live.press("#")
    assert languages(live) == {"es"}


def test_the_second_end_key_is_for_another_language(asked):
    live = asked(rules=IN_BOTH)
    live.press("03051960##")
    assert languages(live) == {"es"}


def test_the_end_key_behind_an_answer_of_a_menu_ends_it_and_nothing_else(scene):
    live = scene(**IN_BOTH).to_menu()
    live.press("6#")
    assert live.call.step == "screen"
    assert languages(live) == {"en"}


def test_the_end_key_behind_a_wish_is_a_wish_of_its_own(scene):
    live = scene(steps={"menu": replace(STEPS["menu"], choices=())}, **IN_BOTH).to_menu()
    live.press("7#")
    assert languages(live) == {"es"}


def test_the_end_key_behind_the_emergency_key_leaves_the_language(scene):
    live = scene(**IN_BOTH).to_menu()
    live.press("9#")
    assert live.in_lane
    assert languages(live) == {"en"}


def test_ahead_of_a_value_the_end_key_tells_where_it_ends(scene):
    live = ahead(scene, "52#1", read_back=False, rules=IN_BOTH)
    assert value_of(live) == 52
    assert live.call.step == "bye"
    assert languages(live) == {"en"}
