"""What a call, a record and an earlier call add to what is said."""

from __future__ import annotations

import pytest

from calls.verdict import Action, Disposition
from tests.triage.rules import a_rule
from triage import CallMemory, Patient, ProtocolSet, TriageEngine
from triage.protocol import Concept, Kind, Modifier, Protocol, Record, Rule


@pytest.fixture
def engine() -> TriageEngine:
    protocol = Protocol(
        id="p",
        title="P",
        concepts=(
            Concept(id="fever", phrases={"en": ("fever",)}),
            Concept(id="chest", phrases={"en": ("chest hurt",)}),
        ),
        modifiers=(
            Modifier(
                id="newborn",
                kind=Kind.AGE,
                phrases={"en": ("newborn",)},
                record=Record(age_years_below=0.25),
            ),
            Modifier(id="older", kind=Kind.AGE, record=Record(age_years_at_least=65, sex="female")),
            Modifier(id="sudden", kind=Kind.ONSET, phrases={"en": ("suddenly",)}),
        ),
        rules=(
            _rule("newborn-fever", "newborn", "fever"),
            _rule("older-chest", "older", "chest"),
            _rule("sudden-chest", "sudden", "chest"),
        ),
    )
    return TriageEngine(ProtocolSet(protocols=(protocol,)))


def _rule(name: str, *concepts: str) -> Rule:
    return a_rule(name, Disposition.NURSE_NOW, all=concepts)


def _rules(engine, *turns, **memory) -> set[str]:
    remembered = CallMemory(**memory)
    verdicts = [engine.assess(text, "en", memory=remembered) for text in turns]
    return {flag.rule for flag in verdicts[-1].flags}


def test_a_modifier_alone_flags_nothing(engine):
    assert _rules(engine, "newborn") == set()
    assert _rules(engine, "my newborn has a fever") == {"newborn-fever"}


def test_mentions_add_up_over_turns(engine):
    assert _rules(engine, "she has a fever", "she is a newborn") == {"newborn-fever"}


@pytest.mark.parametrize(
    ("patient", "text", "rules"),
    [
        (Patient(age_years=0.1), "fever", {"newborn-fever"}),
        (Patient(age_years=0.25), "fever", set()),
        (Patient(), "fever", set()),
        (Patient(age_years=70, sex="female"), "my chest hurts", {"older-chest"}),
        (Patient(age_years=70, sex="male"), "my chest hurts", set()),
        (Patient(age_years=70), "my chest hurts", set()),
        (Patient(age_years=0.1), "hello", set()),
    ],
)
def test_the_record_says_what_the_caller_does_not(engine, patient, text, rules):
    assert _rules(engine, text, patient=patient) == rules


def test_who_rings_again_about_the_same_goes_one_level_up(engine):
    again = CallMemory(rings_again_about=frozenset(["newborn-fever"]))
    assert engine.assess("my newborn has a fever", "en", memory=again).action is Action.CALL_911
    other = CallMemory(rings_again_about=frozenset(["older-chest"]))
    assert engine.assess("my newborn has a fever", "en", memory=other).action is Action.NURSE


def test_onset_stands_and_falls_with_its_time(engine):
    assert _rules(engine, "suddenly my chest hurts") == {"sudden-chest"}
    assert _rules(engine, "two years ago suddenly my chest hurt") == set()
