"""Words known by their sound, and the ordinary words that must not be taken for them."""

from __future__ import annotations

import pytest

from calls.verdict import Action, Disposition
from triage import ProtocolSet, TriageEngine
from triage.protocol import Concept, Protocol, Rule, WordClass
from triage.sound import BySound, skeleton

LISTED = ("seizure", "diabetic", "diarrhea", "suicidal", "anaphylaxis", "nebulizer", "pregnant")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("diarrhea", "diahrea"),
        ("phone", "fone"),
        ("knife", "nife"),
        ("seizure", "seesher"),
        ("asthma", "azma"),
        ("cell", "sell"),
    ],
)
def test_what_sounds_alike_has_one_skeleton(one, other):
    assert skeleton(one)[:2] == skeleton(other)[:2]
    assert set(skeleton(one)) & set("AEIOU") <= {"A"}


@pytest.mark.parametrize(
    ("said", "word", "certain"),
    [
        ("diahrea", "diarrhea", True),
        ("anaphalaxis", "anaphylaxis", True),
        ("suicidle", "suicidal", True),
        ("die a bettick", "diabetic", False),
        ("neb you lizer", "nebulizer", False),
    ],
)
def test_a_misspelling_is_certain_and_a_row_of_words_is_not(said, word, certain):
    found = BySound(LISTED).find(said.split(), known=frozenset())
    assert [(each.word, each.certain) for each in found] == [(word, certain)]
    assert (found[0].start, found[0].end) == (0, len(said.split()))


@pytest.mark.parametrize(
    "text",
    [
        "i need a pair of scissors",
        "what are the hours",
        "let me talk to my daughter",
        "does my insurance cover it",
        "the diary of a teacher",
        "see you on sunday",
        "i am out of pencils",
    ],
)
def test_ordinary_words_are_never_taken_for_another(text):
    assert BySound(LISTED).find(text.split(), known=frozenset()) == []


def test_a_word_that_phrases_know_stands_for_itself():
    assert BySound(LISTED).find(["diahrea"], known=frozenset(["diahrea"])) == []


def test_nothing_listed_finds_nothing():
    assert BySound(()).find(["diahrea"], known=frozenset()) == []


@pytest.fixture
def engine() -> TriageEngine:
    rule = Rule(
        id="fit",
        version=1,
        owner="o",
        citation="c",
        disposition=Disposition.NOW_911,
        all=("fit",),
    )
    protocol = Protocol(
        id="p",
        title="P",
        words=(WordClass(id="fit", words={"en": ("seizure",)}, heard={"en": ("seashore",)}),),
        concepts=(Concept(id="fit", phrases={"en": ("<fit>",)}),),
        rules=(rule,),
        by_sound={"en": ("seizure",)},
    )
    return TriageEngine(ProtocolSet(protocols=(protocol,)))


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("she is having a seizure", Action.CALL_911),
        ("she is having a seisure", Action.CALL_911),
        ("she is having a sea zure", Action.ASK),
        ("she is having a seashore", Action.ASK),
        ("she is having a seashore and a seizure", Action.CALL_911),
        ("she has no seashore", Action.CONTINUE),
    ],
)
def test_what_was_perhaps_misheard_is_asked_about(engine, text, action):
    assert engine.assess(text, "en").action is action
