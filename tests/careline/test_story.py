"""What people read of a call: complete enough to follow it, and never anything private."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

import calls.commands
import calls.facts
from calls.commands import Command, OfferCall, RecallOffer
from calls.facts import CallArrived, CallQueued, DigitsCollected, Fact, WordsAssessed
from calls.ids import AgentId, CallId, OfferId
from calls.outcome import Outcome
from calls.private import Private
from calls.requirement import Requirement, SkillNeed
from calls.rung import Rung
from calls.verdict import Action, Disposition, Flag, Verdict
from careline.story import Weight, tell, weight

PLANTED = "zebedee 4815162342"

VERDICT = Verdict(
    action=Action.CALL_911,
    disposition=Disposition.NOW_911,
    flags=(
        Flag(
            rule="chest-pain",
            version=1,
            disposition=Disposition.NOW_911,
            concepts=("chest-pain",),
            spans=((0, 2),),
        ),
    ),
)


def value_for(field: dataclasses.Field[Any]) -> Any:
    """Something of the field's type; private where the type is."""
    if field.type == "Private":
        return Private(PLANTED)
    if field.type == "Verdict":
        return VERDICT
    if field.type == "Requirement":
        return Requirement(queue="billing")
    if field.type == "Rung":
        return Rung.ON_CALL
    if field.type == "bool | None":
        return None
    if field.type == "Outcome":
        return Outcome.HANDLED
    return {"bool": True, "float": 1.0, "int": 1, "tuple[str, ...]": ()}.get(str(field.type), "x")


def kinds(module: Any, base: type) -> Iterator[type]:
    for kind in vars(module).values():
        if isinstance(kind, type) and issubclass(kind, base):
            yield kind


def of(kind: type) -> Any:
    return kind(**{field.name: value_for(field) for field in dataclasses.fields(kind)})


EVERY_RECORD = sorted(
    {*kinds(calls.facts, Fact), *kinds(calls.commands, Command)}, key=lambda kind: kind.__name__
)


@pytest.mark.parametrize("kind", EVERY_RECORD)
def test_no_line_shows_a_private_value(kind):
    line = tell(of(kind))
    assert line is None or not any(word in line for word in PLANTED.split())


def test_the_planted_values_are_in_the_facts_that_were_told():
    private = [kind for kind in EVERY_RECORD if "Private" in kind.__annotations__.values()]
    assert {CallArrived, DigitsCollected, WordsAssessed} <= set(private)


@pytest.mark.parametrize(("digits", "said"), [("1", "presses 1 key"), ("153", "presses 3 keys")])
def test_keys_are_counted_and_not_named(digits, said):
    fact = DigitsCollected(site="s", call_id=CallId("c"), digits=Private(digits))
    assert tell(fact) == said


def test_a_red_flag_names_its_rule_and_stands_out():
    line = tell(of(WordsAssessed))
    assert line == "RED FLAG 911 (chest-pain)"
    assert weight(line) is Weight.URGENT


def test_an_offer_says_who_and_why():
    offer = OfferCall(
        call_id=CallId("c"),
        offer_id=OfferId("o"),
        agent_id=AgentId("grace"),
        ring_timeout_s=15,
        emergency=True,
        queue="nurse",
        rule="longest-ready",
    )
    assert tell(offer) == (
        "RED FLAG offered to grace: "
        "of all who were free for the call they had been ready for longest"
    )


def test_a_phone_that_is_stopped_is_told_of():
    recall = RecallOffer(call_id=CallId("c"), offer_id=OfferId("o"), agent_id=AgentId("grace"))
    assert tell(recall) == "grace is rung no more"
    assert weight("grace is rung no more") is Weight.ORDINARY


def test_an_emergency_stands_out_and_an_ordinary_wait_does_not():
    def queued(*, emergency: bool) -> str:
        need = (SkillNeed(skill="spanish"),)
        requirement = Requirement(queue="nurse", skills=need, emergency=emergency)
        return tell(CallQueued(site="s", call_id=CallId("c"), requirement=requirement)) or ""

    assert queued(emergency=True) == "EMERGENCY, queue nurse +spanish"
    assert weight(queued(emergency=True)) is Weight.URGENT
    assert weight(queued(emergency=False)) is Weight.ORDINARY


@pytest.mark.parametrize(
    "line",
    [
        "TASK opened for nurse: call-back",
        "chloe does not answer",
        "ben's phone is gone",
        "dev cannot be rung: unreachable",
        "ended: error",
    ],
)
def test_what_an_operator_should_look_at_stands_out(line):
    assert weight(line) is Weight.NOTABLE
