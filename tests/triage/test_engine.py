"""Verdicts: what they hold, and what decides between readings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.facts import SpeechHeard
from calls.ids import CallId
from calls.private import Private
from calls.verdict import Action, Disposition
from triage import CallMemory, Standing
from triage.engine import RECENT_TURNS
from triage.tokens import MAX_TOKENS, tokenise


def _heard(words: str, second: str = "", *, confidence: float = 0.9, language: str = "en"):
    return SpeechHeard(
        site="clinic",
        call_id=CallId("c1"),
        words=Private(words),
        confidence=confidence,
        second=Private(second),
        language=language,
    )


@pytest.mark.parametrize(
    ("text", "action", "rule"),
    [
        (
            "shortness of breath and a sharp pain in my left arm",
            Action.CALL_911,
            "breathing-trouble",
        ),
        ("a spider bite that is getting redder and swelling", Action.NURSE, "bite-inflamed"),
        ("my son swallowed a bottle of kills", Action.CALL_911, "poison"),
        ("i don't want to live anymore", Action.CALL_988, "self-harm"),
        ("i feel dizzy", Action.ASK, "near-faint"),
        ("i have a slight fever", Action.CONTINUE, "fever-simple"),
    ],
)
def test_the_most_urgent_rule_decides(engine, text, action, rule):
    verdict = engine.assess(text, "en")
    assert verdict.action is action
    assert rule in [flag.rule for flag in verdict.flags]


def test_flags_come_most_urgent_first(engine):
    verdict = engine.assess("my leg is swollen and i can't breathe", "en")
    ranks = [list(Disposition).index(flag.disposition) for flag in verdict.flags]
    assert ranks == sorted(ranks)


def test_spans_point_at_the_words_that_were_said(engine):
    text = "hello, um, I can't breathe!"
    verdict = engine.assess(text, "en")
    flag = next(flag for flag in verdict.flags if flag.rule == "breathing-trouble")
    first, end = flag.spans[0]
    assert text.split()[first:end] == ["can't", "breathe!"]


def test_an_explanation_quotes_what_matched_and_what_was_left_out(engine):
    explanation = engine.explain("no chest pain but i can't breathe", "en")
    by_concept = {finding.concept: finding for finding in explanation.findings}
    denied = by_concept["chest-pain"]
    assert (denied.standing, denied.reason) == (Standing.SUPPRESSED, "negated")
    assert denied.words.reveal() == "chest pain"
    assert by_concept["breathing-trouble"].words.reveal() == "can't breathe"


def test_neither_a_verdict_nor_an_explanation_shows_words(engine):
    explanation = engine.explain("my chest hurts", "en")
    assert "hurts" not in repr(explanation)
    assert "hurts" not in repr(tokenise("my chest hurts"))


def test_the_worse_of_two_readings_counts(engine):
    assert engine.assess_heard(_heard("my chest pain", "my test plan")).action is Action.CALL_911
    assert engine.assess_heard(_heard("my test plan", "my chest pain")).action is Action.CALL_911
    assert engine.assess_heard(_heard("my test plan", "my best plan")).action is Action.CONTINUE
    assert engine.assess_heard(_heard("my chest pain")).action is Action.CALL_911


def test_a_denial_that_was_hardly_heard_is_asked_about(engine):
    text = "no chest pain"
    assert engine.assess(text, "en", confidence=0.9).action is Action.CONTINUE
    assert engine.assess(text, "en", confidence=0.2).action is Action.ASK
    assert engine.assess_heard(_heard(text, confidence=0.2)).action is Action.ASK


def test_a_language_without_protocols_goes_to_a_nurse(engine):
    verdict = engine.assess("ich brauche einen termin", "de")
    assert (verdict.action, verdict.reason) == (Action.NURSE, "unclear")
    assert engine.assess("胸が痛いです", "en").action is Action.NURSE
    assert engine.assess("i need an appointment", "en-US").action is Action.CONTINUE


def test_more_than_is_read_goes_to_a_nurse_unless_it_already_alarms(engine):
    assert engine.assess("please hold " * 6000, "en").action is Action.NURSE
    assert engine.assess("my chest hurts " * 6000, "en").action is Action.CALL_911
    assert len(tokenise("one two three " * 6000).tokens) <= MAX_TOKENS


def test_a_later_turn_adds_to_an_earlier_one(engine):
    memory = CallMemory()
    first = engine.assess("i'm pregnant and need an appointment", "en", memory=memory)
    second = engine.assess("oh and i'm bleeding", "en", memory=memory)
    assert first.action is Action.CONTINUE
    assert "pregnancy-bleeding" in [flag.rule for flag in second.flags]
    assert memory.turn == 2


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("my husband beats me and i'm scared", False),
        ("he has a knife and he's threatening us", False),
        ("my chest hurts and my boyfriend hit me", False),
        ("my chest hurts", True),
    ],
)
def test_who_speaks_of_violence_at_home_must_not_be_called_back(engine, text, may):
    assert engine.assess(text, "en").may_call_back is may


def test_what_only_one_of_two_recognisers_heard_forbids_a_call_back(engine):
    verdict = engine.assess_heard(_heard("my chest hurts so bad", "my boyfriend hit me"))
    assert verdict.action is Action.CALL_911
    assert [flag.rule for flag in verdict.flags if not flag.may_call_back] == ["violence"]
    assert not verdict.may_call_back


def test_another_way_to_say_what_was_said_before_sounds_again(engine):
    memory = CallMemory()
    engine.assess("i can't breathe", "en", memory=memory)
    assert engine.assess("i'm gasping", "en", memory=memory).action is Action.CALL_911


@pytest.mark.parametrize(
    ("errand", "alarm", "rule"),
    [
        ("i'm confused about my bill", "my mother is suddenly confused", "confusion"),
        ("i need my epipen prescription renewed", "my throat is closing", "anaphylaxis"),
        ("it's my seizure medicine", "now he is having a seizure", "seizure"),
    ],
)
def test_an_errand_of_an_earlier_turn_explains_no_alarm_away(engine, errand, alarm, rule):
    memory = CallMemory()
    assert engine.assess(errand, "en", memory=memory).action is not Action.CALL_911
    verdict = engine.assess(alarm, "en", memory=memory)
    assert verdict.action is Action.CALL_911
    assert rule in [flag.rule for flag in verdict.flags]


def test_a_symptom_of_long_ago_adds_to_a_new_one_as_a_question_only(engine):
    memory = CallMemory()
    engine.assess("my neck is stiff", "en", memory=memory)
    for _ in range(RECENT_TURNS):
        engine.assess("do you take my insurance", "en", memory=memory)
    late = engine.assess("i have a fever", "en", memory=memory)
    soon = CallMemory()
    engine.assess("my neck is stiff", "en", memory=soon)
    assert engine.assess("i have a fever", "en", memory=soon).action is Action.CALL_911
    assert late.action is Action.ASK


def test_a_circumstance_holds_for_the_whole_call(engine):
    memory = CallMemory()
    engine.assess("i'm pregnant", "en", memory=memory)
    for _ in range(2 * RECENT_TURNS):
        engine.assess("do you take my insurance", "en", memory=memory)
    assert engine.assess("i'm spotting", "en", memory=memory).action is Action.NURSE


@pytest.mark.parametrize(
    "text",
    [
        "she's been puking and she's woozy",
        "he ran into a pole and he's dazed",
        "my uncle slid out of his chair",
        "something is really wrong with my neck",
    ],
)
def test_what_no_rule_understands_but_sounds_bad_is_asked_about(on_the_line, text):
    assert on_the_line.assess(text, "en").action.urgency >= Action.ASK.urgency


def test_an_alarm_after_many_beginnings_like_it_is_heard(engine):
    talk = " ".join(f"i can't find my {thing}" for thing in "abcdefghijklmnopqrstuvw")
    assert engine.assess(f"{talk} i can't breathe", "en").action is Action.CALL_911


def test_more_than_is_read_goes_to_a_nurse_with_what_was_found(engine):
    verdict = engine.assess("i have no chest pain " + "and so on " * MAX_TOKENS, "en")
    assert (verdict.action, verdict.reason) == (Action.NURSE, "unclear")
    assert "chest-pain" in [item.concept for item in verdict.suppressed]
    without_a_space = ",".join(["so", "then"] * MAX_TOKENS)
    assert engine.assess(without_a_space, "en").reason == "unclear"


def test_a_question_about_text_that_cannot_all_be_read_is_a_nurse(engine):
    assert engine.assess("i feel dizzy", "en").action is Action.ASK
    assert engine.assess("i feel dizzy 胸痛", "en").action is Action.NURSE
    assert engine.assess("needs a refill, боль в груди", "en").reason == "unclear"
    assert engine.assess("crème brûlée, straße, ångström", "en").action is Action.CONTINUE


def test_an_earlier_alarm_does_not_sound_again_without_new_words(engine):
    memory = CallMemory()
    engine.assess("my chest hurts", "en", memory=memory)
    assert engine.assess("i need an appointment", "en", memory=memory).action is Action.CONTINUE


def test_the_second_listener_fills_the_memory_as_well(engine):
    memory = CallMemory()
    engine.assess_heard(_heard("i am president", "i am pregnant"), memory)
    assert "pregnant" in memory.concepts


def test_who_rings_again_about_the_same_goes_one_level_up(engine):
    text = "a spider bite that is getting redder"
    memory = CallMemory(rings_again_about=frozenset(("bite-inflamed",)))
    assert engine.assess(text, "en").disposition is Disposition.NURSE_NOW
    assert engine.assess(text, "en", memory=memory).disposition is Disposition.NOW_911


@pytest.mark.parametrize(
    ("text", "alarms"),
    [
        ("my sugar is four eighty", True),
        ("my sugar is 480", True),
        ("my sugar is one twenty", False),
        ("his sugar is forty two", True),
        ("my fever is a hundred and four", True),
        ("my temperature is ninety eight point six", False),
        ("my blood pressure is two hundred over one ten", True),
        ("my blood pressure is 120 over 80", False),
        ("my oxygen is eighty five", True),
        ("my oxygen is ninety eight", False),
        ("my three week old has a fever", True),
        ("my three year old needs shots", False),
    ],
)
def test_numbers_decide(engine, text, alarms):
    assert engine.assess(text, "en").action.is_red_flag is alarms


@pytest.mark.parametrize("text", ["", " ", "\x00", "🤒🤒", "...", "\ud800", "'", "²", "﷽" * 200])
def test_text_without_words_is_answered(engine, text):
    assert engine.assess(text, "en").flags == ()


_COMMON = (
    "no not never my chest pain hurts can breathe and or but if had last year now sugar is four",
    "hundred 480 bleeding stroke dad i mean wait kill myself to , . baby weeks old él niño 🤕",
)
_WORDS = st.sampled_from([word for line in _COMMON for word in line.split()])


@settings(max_examples=settings().max_examples * 4)
@given(st.one_of(st.text(max_size=300), st.lists(_WORDS, max_size=60).map(" ".join)))
def test_whatever_is_said_is_answered_with_spans_inside_it_and_always_the_same(engine, text):
    verdict = engine.assess(text, "en")
    words = len(text.split())
    for span in [s for flag in verdict.flags for s in flag.spans]:
        assert 0 <= span[0] < span[1] <= words
    for item in verdict.suppressed:
        assert 0 <= item.span[0] < item.span[1] <= words
    assert (verdict.question is not None) == (verdict.action is Action.ASK)
    assert engine.assess(text, "en") == verdict


@given(st.lists(_WORDS, max_size=30).map(" ".join))
def test_words_after_a_red_flag_sentence_never_silence_it(engine, text):
    verdict = engine.assess(f"{text}. i can't breathe.", "en")
    assert verdict.action.urgency >= Action.ASK.urgency
