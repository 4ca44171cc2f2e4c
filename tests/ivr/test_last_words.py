"""What a caller said last is heard, also when nobody is left to ask them about it."""

import pytest

from calls.commands import EndCall, OpenTask
from calls.facts import CallerHungUp, CallHeld, CallRetrieved, SpeechStarted


def tasks(live):
    return [each.kind for each in live.all(OpenTask)]


@pytest.fixture
def held(scene):
    """A caller whom an agent has put on hold: nobody listens."""
    live = scene().at("1")
    live.connect()
    live.fact(CallHeld, agent_id="ana", offer_id="o1")
    return live


@pytest.mark.parametrize("verdict", ["ask", "nurse", "911"])
def test_a_doubt_said_while_hanging_up_is_a_nurses_to_resolve(scene, verdicts, verdict):
    live = scene().to_menu()
    live.fact(SpeechStarted)
    live.fact(CallerHungUp)
    assert not live.all(EndCall)
    live.speak("I feel dizzy", verdicts[verdict])
    assert tasks(live) == ["red-flag-call-back"]
    assert len(live.all(EndCall)) == 1


@pytest.mark.parametrize("verdict", ["ask", "911"])
def test_what_is_said_on_hold_while_hanging_up_is_heard(held, verdicts, verdict):
    held.fact(SpeechStarted)
    held.fact(CallerHungUp)
    assert not held.all(EndCall)
    held.speak("my chest hurts", verdicts[verdict])
    assert tasks(held) == ["red-flag-call-back"]


def test_an_agent_who_listens_has_heard_it_themselves(held, verdicts):
    held.fact(CallRetrieved, agent_id="ana", offer_id="o1")
    held.fact(SpeechStarted)
    held.fact(CallerHungUp)
    assert len(held.all(EndCall)) == 1
    assert tasks(held) == []
