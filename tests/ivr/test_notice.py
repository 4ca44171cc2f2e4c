"""The recording notice, where the greeting that holds it was cut short."""

import pytest

from calls.commands import Enqueue, Say


@pytest.fixture
def red_flag(scene, verdicts):
    call = scene(recording_notice="notice")
    call.arrive()
    call.speak("my chest hurts", verdicts["911"])
    return call


def test_notice_that_a_red_flag_cut_short_is_said_after_the_help(red_flag):
    assert red_flag.heard == ["advice-911 en", "nurse-wait en", "notice en"]


def test_nurse_is_asked_for_before_the_notice_and_her_answer_cuts_it_short(scene, verdicts):
    call = scene(recording_notice="notice")
    call.arrive()
    commands = call.speak("my chest hurts", verdicts["911"])
    assert isinstance(commands[0], Enqueue)
    call.connect()
    assert call.finish() == []


def test_notice_is_said_once(red_flag):
    red_flag.finish()
    for _ in range(2):
        red_flag.wait(20)
        assert red_flag.heard == ["nurse-wait en"]
        red_flag.finish()


def test_notice_that_an_answer_cut_short_is_still_owed_when_the_caller_waits_again(red_flag):
    red_flag.connect()
    red_flag.finish()
    red_flag.release(requeued=True)
    assert red_flag.heard == ["nurse-wait en", "notice en"]


def test_notice_heard_whole_in_the_greeting_is_not_said_again(scene, verdicts):
    call = scene(recording_notice="notice").to_menu()
    call.speak("my chest hurts", verdicts["911"])
    assert call.heard == ["advice-911 en", "nurse-wait en"]


def test_site_without_a_notice_says_none(scene, verdicts):
    call = scene()
    call.arrive()
    call.speak("my chest hurts", verdicts["911"])
    assert call.heard == ["advice-911 en", "nurse-wait en"]


def test_caller_who_may_not_understand_the_notice_is_not_held_to_it(scene):
    call = scene(recording_notice="notice")
    call.arrive()
    call.press("9")
    call.wait(300)
    said = [each.text for command in call.all(Say)[1:] for each in command.utterances]
    assert not {"notice en", "notice es"} & set(said)


def test_notice_is_owed_to_a_routine_caller_too_until_they_have_heard_it_whole(scene):
    call = scene(recording_notice="notice", languages=("en",))
    call.arrive()
    call.press("0")
    assert call.heard == ["one-moment en", "notice en"]
    call.finish(interrupted=True)
    call.wait(45)
    assert call.heard == ["still-waiting en", "notice en"]
    call.finish()
    call.wait(45)
    assert call.heard == ["still-waiting en"]


def test_restart_says_a_notice_that_was_being_said_again_and_counts_it(red_flag):
    red_flag.heard = []
    red_flag._done(red_flag.call.resume(red_flag.now))
    assert red_flag.heard == ["advice-911 en", "nurse-wait en", "notice en"]
    red_flag.finish()
    red_flag.wait(20)
    assert red_flag.heard == ["nurse-wait en"]
