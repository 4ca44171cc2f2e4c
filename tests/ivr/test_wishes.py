"""What a caller may wish at every moment, by a key or in words that say nothing else."""

import pytest

from calls.commands import Enqueue, Listen, Say
from calls.facts import CallerHungUp, CallHeld, SpeechStarted
from calls.verdict import Action
from ivr import State
from ivr.everywhere import Wish, wish_in
from ivr.flow import Keys
from ivr.ladder import MOST_HEARD_AGAIN
from ivr.steps import AskStep, Choice
from tests.ivr import places

WISHING = {"keys": Keys(slower="6", louder="7", language="8")}


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("louder", Wish.LOUDER),
        ("Louder, please!", Wish.LOUDER),
        ("please slow down", Wish.SLOWER),
        ("más despacio por favor", Wish.SLOWER),
        ("I can't hear you", Wish.LOUDER),
        ("what?", Wish.REPEAT),
        ("uh, talk to a person please", Wish.PERSON),
        ("¿Habla español?", Wish.SPANISH),
        ("this is an emergency", Wish.EMERGENCY),
        ("please call me back", Wish.CALL_BACK),
        ("no, I want to talk to someone", Wish.PERSON),
        ("yes please call me back", Wish.CALL_BACK),
        ("you're talking too fast", Wish.SLOWER),
    ],
)
def test_a_wish_is_understood_with_a_please(words, wish):
    assert wish_in(words) is wish


@pytest.mark.parametrize(
    "words",
    [
        "the buzzing gets louder at night",
        "my heart beats slower again",
        "I was told to call back about my results",
        "is this an emergency or can it wait",
        "a person in my family has it",
        "my spanish teacher has it too",
        "again and again my knee gives way",
        "no emergency",
        "no english",
        "no operator",
        "no it is not an emergency",
        "no what",
        "",
        "please",
        "por favor",
        "!",
    ],
)
def test_a_story_in_which_such_words_stand_is_no_wish(words):
    assert wish_in(words) is None


@pytest.mark.parametrize("words", ["hello", "what?", "I can't hear you", "bueno"])
def test_who_cannot_hear_the_line_comes_to_a_person(scene, words):
    live = scene().to_menu()
    for _ in range(MOST_HEARD_AGAIN):
        live.speak(words)
        assert live.queues == []
    for _ in range(3):
        live.speak(words)
    assert live.queues == ["general"]


def test_the_repeat_key_may_be_pressed_as_often_as_a_caller_likes(scene):
    live = scene().to_menu()
    for _ in range(20):
        live.press("*")
    assert live.call.state is State.ANSWERING
    assert live.heard == ["menu en"]


@pytest.mark.parametrize("words", ["help me", "Help!", "ayúdeme por favor", "I need help"])
def test_who_cries_for_help_is_asked_whether_it_is_dangerous(scene, words):
    texts = {"triage-danger": "Are you in danger?"}
    live = scene(texts=texts).to_menu()
    live.speak(words)
    assert live.call.state is State.QUESTION
    assert live.heard == ["Are you in danger?"]
    live.speak("no")
    assert live.heard == ["menu en"]
    live.speak(words)
    assert live.queues == ["general"]


@pytest.mark.parametrize("words", ["purple elephants", "yes", "help with my bill please"])
def test_other_words_are_no_cry_for_help(scene, words):
    live = scene(texts={"triage-danger": "Are you in danger?"}).to_menu()
    live.speak(words)
    assert live.call.state is not State.QUESTION
    assert "Are you in danger?" not in live.heard


def test_who_cries_for_help_and_does_not_answer_comes_to_a_nurse(scene):
    live = scene(texts={"triage-danger": "Are you in danger?"}).to_menu()
    live.speak("help")
    for _ in range(2):
        live.finish()
        live.wait(5)
    assert live.in_lane


def test_where_the_site_has_no_such_question_help_is_a_person(scene):
    live = scene().to_menu()
    live.speak("help")
    assert live.queues == ["general"]


def test_who_changes_the_language_while_they_wait_is_answered_in_it(scene):
    live = scene(**WISHING).at("1")
    live.finish()
    [*_, before] = live.all(Enqueue)
    live.press("8")
    [*_, after] = live.all(Enqueue)
    assert before is not after
    assert before.requirement.queue == after.requirement.queue
    assert [each.skill for each in after.requirement.skills] == ["spanish"]


def test_slower_words_stay_slower(scene):
    live = scene().to_menu()
    live.speak("slow down")
    assert live.heard == ["menu en"]
    live.press("3")
    assert live.all(Say)[-1].slow


def test_words_get_louder_twice_and_no_more(scene):
    live = scene().to_menu()
    for _ in range(4):
        live.speak("louder")
    assert [say.louder for say in live.all(Say)[1:]] == [0, 1, 2, 2, 2]


@pytest.mark.parametrize(("key", "which"), [("6", "slow"), ("7", "louder")])
def test_a_site_may_give_wishes_keys(scene, key, which):
    steps = {"menu": AskStep(prompt="menu", choices=(Choice(digit="1", goto="bye"),))}
    live = scene(steps=steps, **WISHING).to_menu()
    live.press(key)
    assert getattr(live.all(Say)[-1], which)
    assert live.call.state is State.ANSWERING


def test_the_language_key_goes_through_all_languages_and_begins_anew(scene):
    live = scene(listen_languages=("en", "es"), **WISHING).to_menu()
    live.press("8")
    assert live.heard == ["menu es"]
    assert live.all(Listen)[-1].language == "es"
    live.press("8")
    assert live.heard == ["menu en"]


def test_a_caller_in_the_nurse_lane_may_still_ask_for_louder_words(scene):
    live = scene(**WISHING).to_menu()
    live.press("9")
    live.press("7")
    assert live.call.state is State.EMERGENCY
    assert live.all(Say)[-1].louder == 1
    assert live.heard[-1].startswith("nurse-wait")


@pytest.mark.parametrize("place", places.EVERYWHERE)
@pytest.mark.parametrize("words", ["emergency", "it's an emergency", "911", "es una emergencia"])
def test_an_emergency_that_is_named_calls_a_nurse_from_everywhere(scene, place, words):
    live = scene()
    place(live)
    commands = live.speak(words)
    assert isinstance(commands[0], Enqueue)
    assert commands[0].requirement.emergency
    assert live.call.acuity.action is Action.CALL_911


def test_an_emergency_that_is_named_on_hold_calls_a_nurse(scene):
    live = scene().at("1")
    live.connect()
    live.fact(CallHeld, agent_id="ana", offer_id="o1")
    live.speak("this is an emergency")
    assert live.in_lane
    assert live.call.acuity.action is Action.CALL_911


def test_an_emergency_that_was_named_last_before_the_line_dropped_is_called_back(scene):
    live = scene().to_menu()
    live.fact(SpeechStarted)
    live.fact(CallerHungUp)
    commands = live.speak("emergency")
    assert [each.kind for each in commands[:1]] == ["red-flag-call-back"]


PERSON_AT = [places.greeting, places.menu, places.said, places.transfer, places.farewell]


@pytest.mark.parametrize("place", PERSON_AT)
@pytest.mark.parametrize("words", ["I want to talk to someone", "operador por favor"])
def test_who_asks_for_a_person_in_words_comes_to_one_as_by_the_key(scene, place, words):
    live = scene()
    place(live)
    live.speak(words)
    assert live.queues == ["general"]
    assert live.call.state is State.WAITING


def test_who_asks_for_a_person_instead_of_answering_triage_comes_to_a_nurse(scene):
    live = scene()
    places.question(live)
    live.speak("I need help")
    assert live.in_lane


def test_a_person_is_asked_for_while_the_site_asks_for_consent(scene):
    live = scene(recording_question="may-we-record").to_menu()
    assert live.call.state is State.CONSENT
    live.speak("a person")
    assert live.queues == ["general"]
    assert live.call.recording_answer == "none"


def test_somebody_who_says_hello_during_the_greeting_does_not_begin_it_anew(scene):
    live = scene()
    live.arrive()
    before = live.prompt_id
    live.speak("hello")
    assert live.prompt_id == before


def test_a_message_is_not_cut_short_by_who_talks_of_a_person(scene):
    live = scene()
    places.message(live)
    live.speak("a person")
    assert live.call.state is State.RECORDING


def test_a_caller_who_asked_for_time_has_more_of_it_at_triages_question(scene, verdicts):
    live = scene().to_menu()
    live.speak("slow down")
    live.speak("I feel dizzy", verdicts["ask"])
    live.finish()
    live.wait(7)
    assert live.heard == ["breathing? en"]
    assert live.call._course.question.misses == 0
    live.wait(1)
    assert live.call._course.question.misses == 1
