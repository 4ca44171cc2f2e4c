"""An agent's screen: words of danger and why, for nurses only."""

from __future__ import annotations

import json

import pytest

from calls.ids import AgentId
from careline.agent_requests import nurses_of
from careline.screen import screen_data
from tests.careline.rig import CALL, Rig

NURSE, CLERK = AgentId("grace"), AgentId("ben")
WORDS = "no fever but i have crushing chest pain"


def _screen(rig: Rig, agent: AgentId) -> dict:
    return screen_data(rig.run.switchboard, agent, rig.run.now)


def _come_to(rig: Rig, step: str) -> None:
    """Wait until the caller is at a step of the flow."""
    for _second in range(120):
        if rig.run.switchboard.calls[CALL].engine.trail[-1:] == (step,):
            return
        rig.run.advance(1)
    pytest.fail(f"the caller never came to {step}")


def test_a_nurse_sees_the_words_the_rule_its_source_and_what_was_left_out(clinic):
    rig = Rig(clinic)
    rig.ready("grace")
    rig.arrive()
    rig.run.advance(30)
    rig.say(WORDS)
    [call] = _screen(rig, NURSE)["calls"]
    assert call["call"] == CALL
    [said] = call["said"]
    assert said["words"] == WORDS
    [flag] = [flag for flag in said["flags"] if flag["rule"] == "chest-pain"]
    assert flag["disposition"] == "911-now"
    assert "Heart" in flag["citation"]
    assert flag["words"] == ["crushing chest"]
    assert {"concept": "fever", "words": "fever", "reason": "negated"} in said["left_out"]
    rig.run.close()


def test_an_agent_without_clinical_rights_never_sees_words_or_rules(clinic):
    assert NURSE in nurses_of(clinic)
    assert CLERK not in nurses_of(clinic)
    rig = Rig(clinic)
    rig.ready("ben")
    rig.arrive()
    rig.press("15")
    rig.run.advance(5)
    rig.say("no chest pain at all")
    rig.press("0")
    rig.run.advance(1)
    shown = _screen(rig, CLERK)
    assert [call["call"] for call in shown["calls"]] == [CALL]
    assert all("said" not in call for call in shown["calls"])
    assert not {"chest", "pain", "chest-pain", "negated"} & set(
        json.dumps(shown).replace('"', " ").split()
    )
    rig.run.close()


def test_who_has_no_call_has_an_empty_screen(clinic):
    rig = Rig(clinic)
    rig.ready("grace")
    assert _screen(rig, NURSE)["calls"] == []
    rig.run.close()


def test_what_a_caller_was_asked_for_and_gave_is_shown_to_who_speaks_with_them_and_not_before(
    clinic,
):
    rig = Rig(clinic)
    rig.ready("ben")
    rig.arrive()
    rig.press("15411")
    _come_to(rig, "register/name")
    rig.say("my name is maria lopez")
    rig.run.advance(1)
    rig.press("1")
    _come_to(rig, "register/birth-date")
    rig.press("03051960#")
    rig.run.advance(1)
    rig.press("1")
    _come_to(rig, "register/phone")
    rig.press("0")
    for _second in range(120):
        if calls := _screen(rig, CLERK)["calls"]:
            break
        rig.run.advance(1)
    [ringing] = calls
    assert "queue" in ringing
    assert "told" not in ringing
    rig.run.advance(30)
    [call] = _screen(rig, CLERK)["calls"]
    assert call["told"] == {"name": "Maria Lopez", "birth-date": "1960-03-05"}
    assert "lopez" not in str(rig.turns).lower()
    rig.run.close()
