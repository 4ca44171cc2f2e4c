"""What is a caller's own in a prompt: in their words, private, left out where it is not set."""

from datetime import date

import pytest

from calls.commands import Say
from calls.facts import TransferFailed
from calls.private import Private
from ivr.prompts import placeholders, utterances
from ivr.steps import MessageStep, SayStep, SetStep, TransferStep


def said(scene, text, language="en", **values):
    live = scene(
        start="tell",
        steps={"tell": SayStep(prompt="told", next="menu")},
        texts={"told": text},
    )
    live.call._course.variables.update(values)
    live.call._course.voice.language = language
    live.to_menu()
    (utterance,) = live.all(Say)[-1].utterances
    return utterance


@pytest.mark.parametrize(
    ("text", "value", "words"),
    [
        ("You owe {x:money}.", 12.5, "You owe 12 dollars and 50 cents."),
        ("You owe {x}.", 12, "You owe 12."),
        ("Born {x}?", date(1960, 3, 5), "Born March 5th, 1960?"),
        (
            "At {x}.",
            "+15558675309",
            "At five five five, eight six seven, five three zero nine.",
        ),
        ("Code {x}.", "0042", "Code zero zero four, two."),
        ("Code {x:digits}.", "42", "Code four two."),
        ("For {x}.", "Maria Lopez", "For Maria Lopez."),
        ("{x} {x}", "a", "a a"),
    ],
)
def test_a_value_is_said_as_what_it_is(scene, text, value, words):
    assert said(scene, text, x=value).text == words


def test_a_value_is_said_in_the_call_s_language(scene):
    assert said(scene, "El {x}.", "es", x=date(1960, 3, 5)).text == "El 5 de marzo de 1960. (es)"


def test_a_prompt_with_a_value_is_private_and_its_neighbours_are_not(scene):
    assert said(scene, "Hello {x}.", x="Maria").private
    assert not said(scene, "Hello.", x="Maria").private


def test_a_value_stands_in_no_repr(scene):
    assert "Maria" not in repr(said(scene, "Hello {x}.", x="Maria"))
    assert "Maria" not in repr(Private("Maria"))


def test_a_value_that_is_not_set_is_left_out(scene):
    assert said(scene, "Hello {x}, welcome.").text == "Hello , welcome."


def test_a_prompt_of_nothing_but_a_value_that_is_not_set_says_nothing_and_goes_on(scene):
    live = scene(
        start="tell",
        steps={"tell": SayStep(prompt="told", next="menu")},
        texts={"told": "{x}"},
    )
    live.to_menu()
    assert live.all(Say)[-1].utterances == ()
    live.wait(11)
    assert live.call.step == "menu"


@pytest.mark.parametrize("text", ["{", "{}", "{{x}}", "{X}", "{x:}", "a { b } c", "{x y}"])
def test_braces_that_are_no_value_harm_nothing(scene, text):
    said(scene, f"Hello {text}.", x="Maria")


def test_a_value_is_never_read_for_more_values(scene):
    assert "secret" not in said(scene, "Hello {x}.", x="{y}", y="secret").text


def test_placeholders_are_named_with_how_they_are_said():
    assert placeholders("{a} {b.c-d:money} {a}") == (("a", None), ("b.c-d", "money"), ("a", None))


def test_without_a_call_no_value_is_known(scene):
    rules = scene(texts={"told": "Hello {x}."}).rules
    (utterance,) = utterances(rules, ("told",), "en")
    assert utterance.text == "Hello ."
    assert utterance.private


def test_the_value_that_is_read_back_is_nobody_s_elsewhere(scene):
    live = scene(start="tell", steps={"tell": SayStep(prompt="told", next="menu")})
    live.call._course.collection.pending = "secret"
    assert live.call._course.value("value", 0.0) is None


# --- nobody presses ahead of somebody who answers -------------------------------------------------


@pytest.mark.parametrize("kind", ["message", "transfer"])
def test_digits_pressed_during_words_before_a_person_or_a_beep_are_forgotten(scene, kind):
    steps = {
        "begin": SetStep(values={}, next=kind),
        "message": MessageStep(prompt="leave-message", queue="billing", next="menu"),
        "transfer": TransferStep(destination="lab", prompt="to-lab", on_failure="menu"),
    }
    live = scene(start="begin", steps=steps)
    live.arrive()
    live.press("3")
    live.finish()
    live.press("8")
    live.speak("opening hours")
    live.finish()
    if kind == "message":
        live.recorded(8.0)
    else:
        live.fact(TransferFailed, reason="no-answer")
    assert live.call.step == "menu"
    assert live.heard == ["menu en"]
