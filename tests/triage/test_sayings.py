"""What protocols explain away, and what they leave a question of."""

from __future__ import annotations

import pytest

from calls.verdict import Action, Disposition
from tests.triage.rules import a_rule
from triage import Protocol, ProtocolSet, TriageEngine
from triage.protocol import Concept, Modifier


@pytest.fixture
def engine() -> TriageEngine:
    protocol = Protocol(
        id="p",
        title="P",
        concepts=(
            Concept(id="killing", phrases={"en": ("kill me", "kill us")}),
            Concept(id="choking", phrases={"en": ("choking",)}),
        ),
        modifiers=(
            Modifier(id="lightly", kind="circumstance", phrases={"en": ("kill me if",)}),
            Modifier(id="film", kind="circumstance", phrases={"en": ("film ~ kill us",)}),
        ),
        rules=(
            a_rule(
                "threat",
                Disposition.NOW_911,
                all=("killing",),
                unless=("film",),
                ask_when=("lightly",),
            ),
            a_rule("choking", Disposition.NOW_911, all=("choking",)),
        ),
        figures={"en": ("choking hazard",)},
        exaggerations={"en": ("choking us",)},
    )
    return TriageEngine(ProtocolSet(protocols=(protocol,)))


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("he wants to kill me", Action.CALL_911),
        ("he wants to kill me if he finds us", Action.ASK),
        ("in the film they kill us", Action.CONTINUE),
        ("he would kill us, he says he will kill me if i tell", Action.ASK),
        ("somebody is choking", Action.CALL_911),
        ("a choking hazard", Action.CONTINUE),
        ("the smoke is choking us", Action.ASK),
    ],
)
def test_some_sayings_mean_nothing_and_some_are_asked_about(engine, text, action):
    assert engine.assess(text, "en").action is action


def test_what_is_left_out_says_why(engine):
    [finding] = engine.explain("the smoke is choking us", "en").left_out
    assert (finding.concept, finding.reason) == ("choking", "exaggeration")
