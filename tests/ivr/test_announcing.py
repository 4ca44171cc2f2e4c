"""What callers who wait are told of their place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calls.commands import AskPlace, PlayMusic, Say
from calls.facts import PlaceTold
from ivr.announcing import POSITION_PROMPTS, WAIT_PROMPTS, position_prompt, wait_prompt
from ivr.steps import QueueStep

STEP = QueueStep(
    queue="billing",
    prompt="to-billing",
    comfort_prompt="still-here",
    comfort_every_s=30.0,
    say_position=True,
    say_wait=True,
    next="menu",
)


@pytest.fixture
def waiting(scene):
    """A caller who waits at a step of one's own, with what they were told on entering."""

    def at(step=STEP, **rules):
        prompts = dict(scene().rules.prompts)
        for name in (*POSITION_PROMPTS, *WAIT_PROMPTS):
            prompts[name] = {"en": f"{name} en", "es": f"{name} es"}
        rules = {"languages": ("en",), "recording_notice": None, **rules}
        call = scene(start="pay", steps={"pay": step}, prompts=prompts, **rules)
        return call.to_menu()

    return at


def place(call, position, wait_s=None):
    return call.fact(PlaceTold, position=position, wait_s=wait_s)


def comfort(call):
    """Let the next word of comfort be said; the place is asked for with it."""
    call.finish()
    commands = call.wait(30)
    assert [type(each) for each in commands] == [Say, AskPlace]


def test_place_and_wait_follow_the_words_on_entering(waiting):
    call = waiting()
    assert isinstance(call.commands[-1], AskPlace)
    place(call, 3, 250.0)
    assert call.heard == ["to-billing en", "position-3 en", "wait-5 en"]


def test_place_and_wait_follow_each_word_of_comfort(waiting):
    call = waiting()
    comfort(call)
    place(call, 2, 100.0)
    assert call.heard == ["still-here en", "position-2 en", "wait-2 en"]
    assert isinstance(call.finish()[-1], PlayMusic)


def test_where_nothing_is_known_nothing_is_added(waiting):
    call = waiting()
    assert place(call, None) == []
    assert call.heard == ["to-billing en"]


def test_a_place_never_gets_worse_aloud(waiting):
    call = waiting()
    told = []
    for position in (4, 5, 4, 3, 9, 3, 2):
        place(call, position, 700.0)
        told.append(call.heard[1:])
        comfort(call)
    assert [each[0] for each in told] == [
        f"{prompt} en"
        for prompt in (
            "position-4",
            "wait-15",
            "position-4",
            "position-3",
            "wait-15",
            "position-3",
            "position-2",
        )
    ]
    assert all(each[-1] == "wait-15 en" for each in told)


def test_another_queue_has_places_of_its_own(waiting):
    call = waiting()
    place(call, 1)
    call.press("0")
    assert call.call.state.name == "WAITING"
    # The person queue tells none, and a place told late says nothing there.
    assert place(call, 7) == []


def test_after_an_agent_a_new_wait_begins(waiting):
    call = waiting()
    place(call, 1)
    call.connect()
    call.release(requeued=True)
    comfort(call)
    place(call, 6)
    assert call.heard == ["still-here en", "position-6 en"]


def test_a_step_says_only_what_it_is_asked_to_say(waiting):
    for step, heard in (
        (replace(STEP, say_wait=False), ["to-billing en", "position-3 en"]),
        (replace(STEP, say_position=False), ["to-billing en", "wait-5 en"]),
    ):
        call = waiting(step)
        place(call, 3, 250.0)
        assert call.heard == heard
    call = waiting(replace(STEP, say_wait=False, say_position=False))
    assert not call.all(AskPlace)
    assert place(call, 3, 250.0) == []


def test_a_step_without_words_of_its_own_tells_the_place_over_the_music(waiting):
    call = waiting(replace(STEP, prompt=None, comfort_prompt=None))
    place(call, 3, 250.0)
    assert call.heard == ["position-3 en", "wait-5 en"]
    call.finish()
    assert call.wait(30)
    assert call.heard == ["still-waiting en"]


def test_a_place_told_late_disturbs_no_conversation(waiting):
    call = waiting()
    call.connect()
    assert place(call, 1, 60.0) == []


def test_the_recording_notice_is_owed_until_it_was_heard_with_the_place(waiting):
    call = waiting(recording_notice="notice")
    place(call, 2)
    assert call.heard[-1] == "position-2 en"


def test_every_place_and_every_wait_has_a_prompt():
    assert [position_prompt(n) for n in (1, 10, 11, 400)] == [
        "position-1",
        "position-10",
        "position-more",
        "position-more",
    ]
    waits = (0.0, 120.0, 121.0, 300.0, 301.0, 601.0, 901.0, 1201.0, 1800.0, 1801.0, 3600.0)
    assert [wait_prompt(each).removeprefix("wait-") for each in waits] == [
        *("2", "2", "5", "5", "10", "15", "20", "30", "30", "more", "more")
    ]
