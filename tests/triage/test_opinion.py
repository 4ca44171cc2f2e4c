"""The second opinion: raises, never lowers, and never gives 911 alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.verdict import Action, Disposition
from tests.triage.rules import a_rule
from triage import SECOND_OPINION, ProtocolSet, TriageEngine
from triage.opinion import (
    HIDDEN,
    OpinionError,
    SecondOpinion,
    Weights,
    distinct,
    dump,
    parse_weights,
    pieces,
    word_features,
)
from triage.protocol import Concept, Protocol, Rule

WEIGHTS = Weights(
    version=3,
    ask_at=0.5,
    nurse_at=0.9,
    second_at=0.8,
    bias=(-4.0, -4.0, -4.0),
    rows={
        "collapsed": (14.0, 0.0, 0.0),
        "goodbye": (0.0, 14.0, 0.0),
        "odd": (0.0, 0.0, 4.5),
        "dreadful": (0.0, 0.0, 12.0),
        "cough": (0.0, 0.0, 3.0),
        "~<brea": (1.0, 0.0, 1.0),
    },
)


def _rule(name: str, disposition: Disposition) -> Rule:
    return a_rule(name, disposition, all=(name,))


@pytest.fixture
def engine() -> TriageEngine:
    protocol = Protocol(
        id="p",
        title="P",
        concepts=(
            Concept(id="cough", phrases={"en": ("cough",)}),
            Concept(id="fit", phrases={"en": ("fit",)}),
        ),
        rules=(_rule("cough", Disposition.NURSE_NOW), _rule("fit", Disposition.NOW_911)),
    )
    return TriageEngine(ProtocolSet(protocols=(protocol,)), SecondOpinion(WEIGHTS))


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("hello", Action.CONTINUE),
        ("odd", Action.ASK),
        ("dreadful", Action.NURSE),
        ("collapsed", Action.NURSE),
        ("cough", Action.NURSE),
        ("cough collapsed", Action.CALL_911),
        ("cough goodbye", Action.CALL_988),
        ("fit", Action.CALL_911),
        ("fit dreadful", Action.CALL_911),
        ("no cough", Action.CONTINUE),
    ],
)
def test_it_raises_and_gives_911_only_beside_a_rule(engine, text, action):
    assert engine.assess(text, "en").action is action


def test_what_it_raises_says_so(engine):
    [flag] = engine.assess("dreadful", "en").flags
    assert (flag.rule, flag.version) == (SECOND_OPINION, 3)
    verdict = engine.assess("cough collapsed", "en")
    assert [flag.rule for flag in verdict.flags] == [SECOND_OPINION, "cough"]
    explained = engine.explain("odd", "en")
    assert explained.opinion is not None
    assert explained.opinion.nurse == pytest.approx(explained.opinion.urgent, abs=0.1)


def test_despair_is_asked_about_in_its_own_words(engine):
    verdict = engine.assess("well goodbye then dear old", "en")
    assert verdict.action is Action.ASK
    assert verdict.question == "triage-safety"


def test_words_that_were_explained_away_are_hidden_from_it(engine):
    assert engine.left_standing("hello no cough") == ("hello", "no", HIDDEN)
    assert engine.left_standing("hello cough") == ("hello", "cough")


def test_it_has_no_say_where_the_caller_says_what_the_line_offers(engine):
    line = engine.offering(("Odd", "dreadful hours", "cough", "an odd fit"))
    assert line.assess("odd.", "en").action is Action.CONTINUE
    assert line.assess("dreadful hours", "en").action is Action.CONTINUE
    assert (
        line.assess("odd odd and dreadful", "en").action
        is engine.assess("odd odd and dreadful", "en").action
    )
    assert engine.assess("odd", "en").action is Action.ASK


def test_what_a_rule_hears_in_an_offered_answer_counts_with_the_second_opinion(engine):
    line = engine.offering(("cough collapsed", "an odd fit"))
    assert line.assess("cough collapsed", "en").action is Action.CALL_911
    assert line.assess("an odd fit", "en").action is Action.CALL_911


@given(st.text(max_size=60))
def test_it_never_lowers(text):
    rules = Protocol(
        id="p",
        title="P",
        concepts=(Concept(id="fit", phrases={"en": ("a", "fit")}),),
        rules=(_rule("fit", Disposition.NURSE_NOW),),
    )
    protocols = ProtocolSet(protocols=(rules,))
    alone = TriageEngine(protocols).assess(text, "en").action
    both = TriageEngine(protocols, SecondOpinion(WEIGHTS)).assess(text, "en").action
    assert both.urgency >= alone.urgency


@pytest.mark.parametrize(
    "answer",
    [
        "no she's okay now",
        "no i'm fine",
        "no that was last year",
        "yes right now",
        "no no",
        "just the appointment please",
        "no ya se le pasó",
        "sí ahorita",
    ],
)
def test_an_answer_to_a_question_is_no_alarm_of_its_own(on_the_line, answer):
    assert on_the_line.assess(answer, "en").action is Action.CONTINUE


def test_features_are_words_pairs_and_numbers_by_size():
    found = word_features(("sugar", "is", "four", "eighty"))
    assert list(found) == ["sugar", "is", "#450", "sugar is", "is #450", "sugar _ #450"]
    assert pieces("arm") == ("~<ar", "~arm", "~rm>", "~<arm", "~arm>", "~<arm>")
    assert distinct(("a", HIDDEN, "b", "a")) == ("a", "b")


def test_weights_are_read_as_they_were_written():
    assert parse_weights(dump(WEIGHTS)) == WEIGHTS


@pytest.mark.parametrize(
    "text",
    ["", "something else", "careline second opinion\nversion\tx", "careline second opinion\n"],
)
def test_a_broken_file_of_weights_says_so(text):
    with pytest.raises(OpinionError):
        parse_weights(text)
