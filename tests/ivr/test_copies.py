"""A copy of a call: it stands where the call stands, and goes its own way."""

import gc
from collections import deque
from weakref import ref

import pytest

from ivr.ahead import WordsAhead
from ivr.course import Collection, Course, Lookup, Question
from ivr.emergency import Lane
from ivr.hearing import Hearing
from ivr.ladder import Ladder
from ivr.ledger import Ledger
from ivr.messages import Messages
from ivr.outside import Outside
from ivr.timers import Timers
from ivr.turn import Turn
from ivr.voice import Voice
from ivr.waiting import Wait
from tests.ivr.places import EVERYWHERE

PARTS = (
    *(Course, Hearing, Timers, Voice, Turn, Lane, Outside, Messages, WordsAhead, Ledger, Ladder),
    *(Wait, Question, Collection, Lookup),
)

ANEW = {"_course", "_timers", "_look"}
"""What a part of a call knows of the rest of it: the copy's own."""

SITE = {"_rules", "rules", "flow"}


def parts_of(call):
    return [*inner(call._course), *inner(call._hearing)]


def inner(part):
    """A part of a call and all that it is made of, with the names of its attributes."""
    names = sorted([*getattr(part, "__dict__", ()), *getattr(type(part), "__slots__", ())])
    yield part, names
    for name in names:
        value = getattr(part, name)
        if name not in ANEW and isinstance(value, PARTS):
            yield from inner(value)


@pytest.fixture
def call(scene):
    """A call of which nothing is as it was in the beginning."""
    live = scene()
    live.arrive()
    live.speak("i have a bill")
    course = live.call._course
    course.question = Question("verdict", "back", "misses")
    for part, names in parts_of(live.call):
        for name in names:
            value = getattr(part, name)
            if isinstance(value, set):
                value.add("more")
            elif isinstance(value, dict):
                value["more"] = 1.0
            elif isinstance(value, list):
                value.append("more")
            elif isinstance(value, deque):
                value.extend(value.copy() or ["more"])
            elif name not in ANEW | SITE and not isinstance(value, PARTS):
                setattr(part, name, object())
    return live.call


def test_a_copy_has_everything_that_the_call_has_and_shares_nothing_that_changes(call):
    twin = call.copied()
    pairs = list(zip(parts_of(call), parts_of(twin), strict=True))
    assert {type(one) for (one, _), _ in pairs} == set(PARTS)
    for (one, names), (other, other_names) in pairs:
        assert one is not other
        assert names == other_names
        for name in names:
            mine, others = getattr(one, name), getattr(other, name)
            where = f"{type(one).__name__}.{name}"
            if name in ANEW:
                assert mine is not others, where
            elif isinstance(mine, set | dict | list | deque):
                assert mine is not others, where
                assert len(mine) == len(others), where
            elif not isinstance(mine, PARTS):
                assert mine is others, where


@pytest.mark.parametrize("place", EVERYWHERE)
def test_what_is_said_to_a_copy_says_nothing_to_the_call(scene, place):
    live, other = scene(), scene()
    place(live)
    place(other)
    twin = live.call.copied()
    assert twin.stance(live.now) == live.call.stance(live.now) == other.call.stance(live.now)
    before = twin.trail
    original, live.call = live.call, twin
    live.press("9")
    live.wait(600)
    assert original.stance(other.now) == other.call.stance(other.now)
    assert (original.trail, original.next_deadline()) == (before, other.call.next_deadline())
    live.call = original
    live.now = other.now
    assert live.wait(600) == other.wait(600)


def test_a_call_is_gone_when_nobody_holds_it(scene):
    live = scene().to_menu()
    held = ref(live.call._course)
    twin = live.call.copied()
    copied = ref(twin._course)
    gc.disable()
    try:
        del twin
        assert copied() is None
        live.call = None
        assert held() is None
    finally:
        gc.enable()
