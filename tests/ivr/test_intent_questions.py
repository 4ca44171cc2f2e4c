"""Answers that stand for what callers want: taken when sure, asked about when not."""

import pytest

from ivr.intents import Intent, IntentModel, Sureness, Understanding
from ivr.steps import AskStep, Choice, HangUpStep

TEXTS = {
    "mean-one": "Do you mean {first}?",
    "mean-two": "{first} or {second}?",
    "which?": "What can we do for you?",
}
INTENTS = {
    "visit": Intent(
        title={"en": "an appointment", "es": "una cita"},
        keywords={"en": ("appointment",), "es": ("cita",)},
        examples={"en": ("i would like to see the doctor next week", "book me a visit")},
    ),
    "refill": Intent(
        title={"en": "a refill", "es": "una receta"},
        keywords={"en": ("refill",), "es": ("receta",)},
        examples={"en": ("i am running out of my pills", "renew my prescription")},
    ),
    "results": Intent(
        title={"en": "your results"},
        keywords={"en": ("results",)},
        examples={"en": ("what came out of my blood test",)},
    ),
}
STEPS = {
    "which": AskStep(
        prompt="which?",
        choices=tuple(
            Choice(digit=str(n), intent=name, goto=name) for n, name in enumerate(INTENTS, start=1)
        ),
        no_match_prompt="menu-again",
        no_input_prompt="menu-silence",
    ),
    **{name: HangUpStep(prompt="thanks") for name in INTENTS},
}


@pytest.fixture
def asked(scene):
    def begin(**rules):
        rules = {"intents": INTENTS, **rules}
        return scene(start="which", steps=STEPS, texts=TEXTS, **rules).to_menu()

    return begin


@pytest.fixture
def torn(asked):
    """A caller who named two things at once."""
    live = asked()
    live.speak("an appointment and a refill")
    assert live.heard == ["an appointment or a refill?"]
    return live


@pytest.fixture
def unsure(asked, monkeypatch):
    """A caller of whom the line believes one thing, and is not sure."""
    live = asked()
    likely = Understanding(sureness=Sureness.UNSURE, best="refill", score=0.5)
    monkeypatch.setattr(IntentModel, "understand", lambda *_args, **_more: likely)
    live.speak("something about pills")
    monkeypatch.undo()
    assert live.heard == ["Do you mean a refill?"]
    return live


def test_what_is_surely_wanted_is_taken_without_a_question(asked):
    live = asked()
    live.speak("I was wondering about an appointment for my knee")
    assert live.call.step == "visit"


def test_a_key_needs_no_words(asked):
    live = asked()
    live.press("2")
    assert live.call.step == "refill"


@pytest.mark.parametrize(
    ("answer", "step"),
    [
        ("1", "visit"),
        ("2", "refill"),
        ("the first one", "visit"),
        ("the second", "refill"),
        ("the second one", "refill"),
        ("la segunda", "refill"),
        ("the refill please", "refill"),
        ("appointment", "visit"),
        ("primero", "visit"),
    ],
)
def test_of_two_things_one_is_chosen_by_key_place_or_name(torn, answer, step):
    (torn.press if answer.isdigit() else torn.speak)(answer)
    assert torn.call.step == step


@pytest.mark.parametrize(
    "answer",
    [
        "first or second",
        "purple elephants",
        "one moment",
        "I need to see someone first",
        "los dos son buenos",
    ],
)
def test_what_is_neither_of_two_things_asks_the_question_again(torn, answer):
    torn.speak(answer)
    assert torn.heard == ["menu-again en", "What can we do for you?"]
    torn.press("3")
    assert torn.call.step == "results"


@pytest.mark.parametrize(
    "answer",
    [
        "3",
        "neither",
        "no",
        "neither one",
        "not the first one",
        "I don't want either one",
        "none of those two",
        "ninguna de las dos",
        "no not the second one",
        "no not the refill",
        "not an appointment",
        "no quiero una cita",
    ],
)
def test_who_means_neither_was_understood_and_hears_the_question_again(torn, answer):
    (torn.press if answer.isdigit() else torn.speak)(answer)
    assert torn.heard == ["What can we do for you?"]
    torn.press("3")
    assert torn.call.step == "results"


def test_silence_at_two_things_asks_the_question_again(torn):
    torn.finish()
    torn.wait(5)
    assert torn.heard == ["menu-silence en", "What can we do for you?"]


@pytest.mark.parametrize(
    ("answer", "step"), [("1", "refill"), ("yes", "refill"), ("sí claro", "refill")]
)
def test_one_thing_is_taken_with_a_yes(unsure, answer, step):
    (unsure.press if answer.isdigit() else unsure.speak)(answer)
    assert unsure.call.step == step


@pytest.mark.parametrize("answer", ["no idea", "3", "refill"])
def test_one_thing_is_not_taken_without_a_yes(unsure, answer):
    (unsure.press if answer.isdigit() else unsure.speak)(answer)
    assert unsure.call.step == "which"
    assert unsure.heard == ["menu-again en", "What can we do for you?"]


@pytest.mark.parametrize("answer", ["2", "no", "that's not right", "no that's not it"])
def test_who_says_no_to_one_thing_hears_the_question_again_without_a_word_of_blame(unsure, answer):
    (unsure.press if answer.isdigit() else unsure.speak)(answer)
    assert unsure.call.step == "which"
    assert unsure.heard == ["What can we do for you?"]


def test_whoever_is_torn_for_ever_comes_to_a_person(asked):
    live = asked()
    for _ in range(3):
        live.speak("an appointment and a refill")
        live.press("3")
    assert live.queues == ["general"]


@pytest.mark.parametrize(("key", "queue"), [("0", "general"), ("9", "nurse")])
def test_keys_for_help_work_where_it_is_asked_which_is_meant(torn, key, queue):
    torn.press(key)
    assert torn.queues == [queue]
    assert not torn.call.is_confirming


def test_the_question_which_is_meant_can_be_heard_again(torn):
    torn.press("*")
    assert torn.heard == ["an appointment or a refill?"]
    torn.speak("what?")
    assert torn.heard == ["an appointment or a refill?"]
    torn.press("2")
    assert torn.call.step == "refill"


def test_triages_no_leads_back_to_which_is_meant(torn, verdicts):
    torn.speak("I feel dizzy", verdicts["ask"])
    assert not torn.call.is_confirming
    torn.press("2")
    assert torn.heard == ["an appointment or a refill?"]
    torn.press("1")
    assert torn.call.step == "visit"


def test_a_red_flag_where_it_is_asked_which_is_meant_calls_a_nurse(torn, verdicts):
    torn.speak("the second my chest hurts", verdicts["911"])
    assert torn.in_lane


def test_words_too_badly_heard_keep_the_question_which_is_meant(torn):
    torn.speak("second", confidence=0.1)
    assert torn.heard == ["repeat-please en"]
    torn.speak("second")
    assert torn.call.step == "refill"


def test_titles_are_named_in_the_call_s_language_or_else_in_any(asked):
    live = asked(listen_languages=("en", "es"))
    live.speak("spanish please")
    live.speak("una cita y una receta")
    assert live.heard == ["una cita or una receta? (es)"]


def test_words_said_ahead_choose_only_what_they_surely_mean(scene):
    live = scene(start="which", steps=STEPS, texts=TEXTS, intents=INTENTS)
    live.arrive()
    live.speak("a refill")
    live.finish()
    assert live.call.step == "refill"
    other = scene(start="which", steps=STEPS, texts=TEXTS, intents=INTENTS)
    other.arrive()
    other.speak("an appointment and a refill")
    other.finish()
    assert other.heard == ["What can we do for you?"]
