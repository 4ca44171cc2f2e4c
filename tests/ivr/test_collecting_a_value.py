"""A value that is asked for: typed or said, read back, corrected; and the ways out of it."""

from datetime import date

import pytest

from calls.commands import Enqueue, Listen, Say
from calls.facts import SpeechStarted, SpeechUnavailable
from calls.private import Private
from calls.verdict import Action
from ivr import State
from ivr.expressions import Expression
from ivr.steps import Collected
from tests.ivr.value_asked import value_of

# --- typed and said -------------------------------------------------------------------------------


TYPED = [
    (Collected.DATE_OF_BIRTH, {}, "03051960", date(1960, 3, 5)),
    (Collected.PHONE_NUMBER, {}, "5558675309", "+15558675309"),
    (Collected.PHONE_NUMBER, {}, "15558675309", "+15558675309"),
    (Collected.NUMBER, {}, "42#", 42),
    (Collected.NUMBER, {"maximum": 10}, "10", 10),
    (Collected.DIGITS, {"digits": 4}, "0042", "0042"),
    (Collected.DIGITS, {}, "90210#", "90210"),
    (Collected.ZIP_CODE, {}, "12207", "12207"),
]
SAID = [
    (Collected.DATE_OF_BIRTH, {}, "march fifth nineteen sixty", date(1960, 3, 5)),
    (Collected.PHONE_NUMBER, {}, "five five five eight six seven five three oh nine", None),
    (Collected.NUMBER, {}, "forty two", 42),
    (Collected.DIGITS, {"digits": 4}, "zero zero four two", "0042"),
    (Collected.ZIP_CODE, {}, "one two two oh seven", "12207"),
    (Collected.NAME, {}, "my name is maria lopez", "Maria Lopez"),
]


@pytest.mark.parametrize(("what", "more", "keys", "value"), TYPED)
def test_a_typed_value_is_read_back_and_taken_once_confirmed(asked, what, more, keys, value):
    live = asked(what, **more)
    live.press(keys)
    assert live.heard[0].startswith("I have")
    assert value_of(live) is None
    live.press("1")
    assert value_of(live) == value
    assert live.heard[0].startswith("You said")


@pytest.mark.parametrize(("what", "more", "words", "value"), SAID)
def test_a_said_value_is_read_back_and_taken_once_confirmed(asked, what, more, words, value):
    live = asked(what, **more)
    live.speak(words)
    assert live.heard[0].startswith("I have")
    live.speak("yes that is right")
    assert value_of(live) == (value or "+15558675309")


@pytest.mark.parametrize("answer", ["1", "yes"])
def test_a_yes_or_no_is_never_read_back(asked, answer):
    live = asked(Collected.YES_NO)
    (live.press if answer == "1" else live.speak)(answer)
    assert value_of(live) is True


def test_where_nothing_is_to_be_read_back_the_value_is_taken_at_once(asked):
    live = asked(read_back=False)
    live.press("03051960")
    assert value_of(live) == date(1960, 3, 5)


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_a_value_that_is_read_back_is_private_and_nothing_else_is(asked, answer):
    live = asked()
    live.press("03051960")
    assert [each.private for each in live.all(Say)[-1].utterances] == [True]
    assert all(not each.private for say in live.all(Say)[:-1] for each in say.utterances)
    live.speak(answer)
    assert "1960" not in "".join(map(repr, live.commands))


# --- reading back ---------------------------------------------------------------------------------


def test_a_no_asks_again_in_short_and_without_a_word_of_blame(asked):
    live = asked()
    live.press("03051960")
    live.press("2")
    assert live.heard == ["Your birthday?"]
    assert value_of(live) is None


def test_silence_at_the_reading_back_reads_back_once_more_and_then_asks_again(asked):
    live = asked()
    live.press("03051960")
    live.finish()
    live.wait(6)
    assert live.heard[0].startswith("I have March 5th")
    live.finish()
    live.wait(6)
    assert live.heard == ["I heard nothing.", "Your birthday?"]


def test_who_says_neither_yes_nor_no_twice_is_not_told_that_nothing_was_heard(asked):
    live = asked()
    live.press("03051960")
    for _ in range(2):
        live.speak("purple elephants")
    assert live.heard == ["That was no date.", "Your birthday?"]


@pytest.mark.parametrize("words", ["no the sixth of march nineteen sixty", "march sixth 1960"])
def test_who_corrects_a_value_is_read_the_new_one(asked, words):
    live = asked()
    live.press("03051960")
    live.speak(words)
    assert live.heard == ["I have March 6th, 1960, is that right?"]
    live.speak("yes")
    assert value_of(live) == date(1960, 3, 6)


def test_the_same_value_said_again_without_a_yes_is_read_back_once_more(asked):
    live = asked()
    live.press("03051960")
    live.speak("march fifth nineteen sixty")
    assert live.heard[0].startswith("I have March 5th")
    assert value_of(live) is None


def test_what_is_known_is_offered_before_anything_is_asked(asked):
    live = asked(Collected.PHONE_NUMBER, known=Expression("caller.number"), number="+15558675309")
    assert live.heard[0].startswith("I have five five five")
    live.press("1")
    assert value_of(live) == "+15558675309"


def test_what_is_known_is_no_attempt_of_a_caller_who_has_another_number(asked):
    live = asked(
        Collected.PHONE_NUMBER,
        known=Expression("caller.number"),
        number="+15558675309",
        attempts=1,
    )
    live.press("2")
    assert live.heard == ["When were you born?"]
    live.press("2125550199")
    assert live.heard[0].startswith("I have two one two")


@pytest.mark.parametrize("known", ["anonymous", "12", ""])
def test_what_is_known_and_no_number_is_not_offered(asked, known):
    live = asked(Collected.PHONE_NUMBER, known=Expression("caller.number"), number=known)
    assert live.heard == ["When were you born?"]


@pytest.mark.parametrize(("words", "value"), [("one", 5), ("uno", 5), ("two", None)])
def test_who_says_the_key_at_the_reading_back_has_pressed_it(asked, words, value):
    live = asked(Collected.NUMBER, maximum=9)
    live.press("5")
    live.speak(words)
    assert value_of(live) == value


def test_noise_while_a_value_is_typed_leads_nobody_to_a_nurse(asked):
    live = asked()
    live.press("0305")
    for _ in range(3):
        live.speak("mumble", confidence=0.1)
    assert live.queues == []
    live.press("1960")
    assert live.heard[0].startswith("I have March 5th")


def test_what_is_collected_stands_in_no_repr(asked):
    live = asked()
    live.press("0305")
    assert "0305" not in repr(live.call._course.collection)
    live.press("1960")
    assert "1960" not in repr(live.call._course.collection)


def test_where_nothing_is_known_the_question_is_put(asked):
    live = asked(Collected.PHONE_NUMBER, known=Expression("caller.number"), number="")
    assert live.heard == ["When were you born?"]


# --- too many attempts ----------------------------------------------------------------------------


def test_after_the_last_attempt_a_person_is_sought(asked):
    live = asked(attempts=2)
    for _ in range(2):
        live.finish()
        live.wait(7)
    assert live.queues == ["general"]


def test_after_the_last_attempt_the_flow_may_go_elsewhere(asked):
    live = asked(attempts=1, otherwise="bye")
    live.speak("purple elephants")
    assert live.call.step == "bye"


def test_who_says_no_to_every_reading_back_comes_to_a_person(asked):
    live = asked(attempts=3)
    for _ in range(3):
        live.press("03051960")
        live.press("2")
    assert live.queues == ["general"]


# --- help -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", [each for each in Collected if each is not Collected.YES_NO])
def test_a_lone_emergency_key_with_a_pause_is_an_emergency(asked, what):
    live = asked(what, digits=4, maximum=8)
    live.press("9")
    live.wait(3)
    assert live.in_lane


@pytest.mark.parametrize("what", [each for each in Collected if each is not Collected.YES_NO])
def test_a_lone_person_key_with_a_pause_leads_to_a_person(asked, what):
    live = asked(what, digits=4, minimum=1)
    live.press("0")
    live.wait(3)
    assert live.queues == ["general"]


@pytest.mark.parametrize("what", [Collected.YES_NO])
def test_at_a_yes_or_no_the_keys_mean_at_once_what_they_mean_everywhere(asked, what):
    live = asked(what)
    live.press("9")
    assert live.in_lane
    other = asked(what)
    other.press("0")
    assert other.queues == ["general"]


LENGTHS = [
    (Collected.DATE_OF_BIRTH, {}),
    (Collected.PHONE_NUMBER, {}),
    (Collected.ZIP_CODE, {}),
    (Collected.NAME, {}),
    (Collected.DIGITS, {}),
    *((Collected.DIGITS, {"digits": digits}) for digits in (1, 2, 3, 4, 6, 9)),
    *((Collected.NUMBER, {"maximum": maximum}) for maximum in (1, 5, 9, 10, 95, 99, 999, 99_999)),
]


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize(("dialled", "action"), [("911", "CALL_911"), ("988", "CALL_988")])
@pytest.mark.parametrize(("what", "more"), LENGTHS)
def test_911_and_988_are_understood_however_few_digits_are_wanted(
    asked, what, more, dialled, action, apart
):
    live = asked(what, **more)
    for keys in dialled if apart else [dialled]:
        live.press(keys)
        live.wait(0.5)
    live.wait(3)
    assert live.in_lane
    assert live.call.acuity.action is Action[action]


@pytest.mark.parametrize("keys", ["911911", "9111", "9911"])
def test_911_dialled_twice_or_with_a_finger_that_slips_is_911(asked, keys):
    live = asked()
    live.press(keys)
    live.wait(3)
    assert live.in_lane


def test_a_value_of_nine_is_still_a_value_where_it_is_one(asked):
    live = asked(Collected.NUMBER, maximum=10)
    live.press("9")
    live.wait(3)
    assert live.heard == ["I have 9, is that right?"]
    live.press("1")
    assert value_of(live) == 9


@pytest.mark.parametrize("what", list(Collected))
@pytest.mark.parametrize(
    ("words", "action"),
    [
        ("nine one one", "CALL_911"),
        ("call 911", "CALL_911"),
        ("emergency", "CALL_911"),
    ],
)
def test_911_is_understood_in_words(asked, what, words, action):
    live = asked(what, digits=3)
    live.speak(words)
    assert live.in_lane
    assert live.call.acuity.action is Action[action]


@pytest.mark.parametrize("what", list(Collected))
def test_988_is_understood_in_words(asked, what):
    live = asked(what, digits=3)
    live.speak("nine eight eight")
    assert live.in_lane
    assert live.call.acuity.action is Action.CALL_988


@pytest.mark.parametrize("where", ["typing", "reading back", "nothing yet"])
def test_a_red_flag_interrupts_a_value_wherever_it_is(asked, verdicts, where):
    live = asked()
    live.press({"typing": "0305", "reading back": "03051960", "nothing yet": "1"}[where])
    commands = live.speak("my chest hurts", verdicts["911"])
    assert isinstance(commands[0], Enqueue)
    assert live.in_lane
    live.wait(30)
    assert live.call.state is State.EMERGENCY


@pytest.mark.parametrize(("keys", "reached"), [("0", "general"), ("9", "nurse")])
def test_keys_for_help_work_while_a_value_is_read_back(asked, keys, reached):
    live = asked()
    live.press("03051960")
    live.press(keys)
    assert live.queues == [reached]


# --- in the middle --------------------------------------------------------------------------------


def test_triages_no_leads_back_to_the_question_and_the_date_is_typed_anew(asked, verdicts):
    live = asked()
    live.press("0305")
    live.speak("I feel dizzy", verdicts["ask"])
    assert live.call.state is State.QUESTION
    live.press("2")
    assert live.heard == ["When were you born?"]
    live.press("03051960")
    assert live.heard == ["I have March 5th, 1960, is that right?"]


def test_triages_no_leads_back_to_the_reading_back_with_what_was_said(asked, verdicts):
    live = asked()
    live.press("03051960")
    live.speak("I feel dizzy", verdicts["ask"])
    live.press("2")
    assert live.heard == ["I have March 5th, 1960, is that right?"]
    live.press("1")
    assert value_of(live) == date(1960, 3, 5)


@pytest.mark.parametrize("again", ["repeat that", "louder"])
def test_whoever_asks_in_words_to_hear_it_again_types_anew(asked, again):
    live = asked()
    live.press("0305")
    live.speak(again)
    assert live.heard == ["When were you born?"]
    live.wait(3.1)
    assert live.heard == ["When were you born?"]
    live.press("03051960")
    assert live.heard == ["I have March 5th, 1960, is that right?"]


def test_a_restart_in_the_middle_of_typing_asks_anew_and_costs_no_attempt(asked):
    live = asked(attempts=1)
    live.press("0305")
    live.now += 60
    live._done(live.call.resume(live.now))
    live.wait(1)
    assert live.heard == ["When were you born?"]
    live.press("03051960")
    assert live.heard == ["I have March 5th, 1960, is that right?"]


@pytest.mark.parametrize("words", ["", "and then she said to him"])
def test_voices_in_the_room_do_not_wipe_out_what_is_being_typed(asked, words):
    live = asked()
    live.press("0305")
    live.speak(words)
    live.press("1960")
    assert live.heard == ["I have March 5th, 1960, is that right?"]


def test_a_date_that_is_said_replaces_what_was_typed(asked):
    live = asked()
    live.press("12")
    live.speak("march fifth nineteen sixty")
    assert live.heard == ["I have March 5th, 1960, is that right?"]
    live.wait(3.5)
    assert live.heard == ["I have March 5th, 1960, is that right?"]


def test_words_too_badly_heard_are_asked_for_once_more_and_then_go_to_a_nurse(asked):
    live = asked()
    live.speak("mumble", confidence=0.1)
    assert live.heard == ["repeat-please en"]
    live.speak("mumble", confidence=0.1)
    assert live.in_lane


def test_a_name_that_nobody_can_hear_leads_to_a_person(asked):
    live = asked(Collected.NAME, attempts=2)
    live.fact(SpeechStarted)
    live.fact(SpeechUnavailable, reason="saturated")
    assert live.heard == ["digits-only en", "When were you born?"]
    for _ in range(2):
        live.fact(SpeechStarted)
        live.fact(SpeechUnavailable, reason="saturated")
    assert live.queues == ["general"]


def test_another_language_asks_the_question_in_it_and_listens_in_it(asked):
    live = asked(rules={"listen_languages": ("en", "es")})
    live.press("0305")
    live.speak("spanish please")
    assert live.heard == ["When were you born? (es)"]
    assert live.all(Listen)[-1].language == "es"
    live.speak("cinco de marzo de mil novecientos sesenta")
    assert live.heard == ["I have 5 de marzo de 1960, is that right? (es)"]


def test_another_language_at_the_reading_back_reads_back_in_it(asked):
    live = asked(rules={"listen_languages": ("en", "es")})
    live.press("03051960")
    live.speak("en español")
    assert live.heard == ["I have 5 de marzo de 1960, is that right? (es)"]


def test_blind_typing_at_a_yes_or_no_costs_one_attempt(asked):
    live = asked(Collected.YES_NO, attempts=2)
    live.press("5555")
    assert live.call.state is State.ANSWERING
    assert live.queues == []


def test_what_is_typed_stands_in_no_repr(asked):
    live = asked()
    live.press("0305")
    assert "0305" not in repr(Private("0305"))
    assert "0305" not in repr(live.commands)
