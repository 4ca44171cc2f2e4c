import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.speech.confidence import confidence, plausibility
from adapters.speech.engines import Hypothesis
from adapters.speech.transcript import agreement, plain_words, word_errors

TEXT = st.lists(st.sampled_from(["i", "have", "chest", "pain", "no", "you"]), max_size=12).map(
    " ".join
)


def of(first: str, second: str | None = None, audio_s: float = 2.0) -> float:
    other = None if second is None else Hypothesis(words=second)
    return confidence(Hypothesis(words=first), other, audio_s)


def test_the_more_two_listeners_agree_the_surer_the_words():
    said = "i have chest pain"
    assert of(said, said) == 1.0
    assert of(said, said) > of(said, "i have just pain") > of(said, "where is my bill")


def test_two_that_disagree_are_trusted_less_than_one_alone():
    assert of("i have chest pain", "where is my bill") < of("i have chest pain")


@pytest.mark.parametrize("words", ["you", "thank you"])
def test_what_engines_make_of_noise_is_not_trusted_unless_both_heard_it(words):
    assert of(words) < 0.4
    assert of(words, "") < 0.4
    assert of(words, words, audio_s=0.8) == 1.0


def test_more_words_than_anybody_can_say_are_not_trusted():
    assert plausibility("one two three four five six seven eight", 1.0) < 0.4
    assert of("no no no no no no no no", "no", audio_s=3.0) < 0.4


def test_nothing_heard_is_nothing_to_rely_on():
    assert of("", "") == 0.0


@given(TEXT, TEXT, st.floats(0, 6), st.none() | st.floats(0, 1))
def test_confidence_is_always_between_0_and_1(first, second, audio_s, certainty):
    one = Hypothesis(words=first, certainty=certainty)
    for other in (None, Hypothesis(words=second)):
        assert 0.0 <= confidence(one, other, audio_s) <= 1.0


@given(TEXT, TEXT)
def test_agreement_is_the_same_either_way_and_whole_only_for_the_same_words(one, other):
    assert agreement(one, other) == agreement(other, one)
    assert (agreement(one, other) == 1.0) == (one == other)


@pytest.mark.parametrize(
    ("wanted", "found", "errors"),
    [("a b c", "a b c", 0), ("a b c", "a c", 1), ("a b", "a x b y", 2), ("", "a", 1)],
)
def test_word_errors_count_what_must_be_changed(wanted, found, errors):
    assert word_errors(wanted.split(), found.split()) == errors


def test_transcripts_become_plain_words():
    assert plain_words("I don\u2019t have chest-pain; 3 o'clock!") == (
        "i don't have chest pain 3 o'clock"
    )
