from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.speech.common_words import COMMON_WORDS
from adapters.speech.domain import build_domain, read_dictionary
from adapters.speech.everyday import EVERYDAY_PHRASES, EVERYDAY_WORDS, contracted
from adapters.speech.transcript import plain_words

WORDS = ("chest", "pain", "i", "have", "my", "arm", "i've")
SAID = {word: ["AA"] for word in WORDS}


def probabilities(arpa: str) -> tuple[dict[str, float], dict[str, float], dict[tuple, float]]:
    """Unigrams, back-off weights and bigrams of an ARPA file."""
    unigrams, backoffs, bigrams = {}, {}, {}
    ones, twos = arpa.split("\\1-grams:")[1].split("\\2-grams:")
    for line in ones.strip().splitlines():
        value, word, *backoff = line.split()
        unigrams[word] = 0.0 if value == "-99.0000" else 10 ** float(value)
        backoffs[word] = 10 ** float(backoff[0]) if backoff else 1.0
    for line in twos.partition("\\end\\")[0].strip().splitlines():
        value, first, second = line.split()
        bigrams[first, second] = 10 ** float(value)
    return unigrams, backoffs, bigrams


@settings(max_examples=settings().max_examples * 3 // 10)
@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)))
def test_after_every_word_the_probabilities_of_what_follows_add_up_to_one(phrases):
    unigrams, backoffs, bigrams = probabilities(build_domain(phrases, (), SAID).arpa)
    assert sum(unigrams.values()) == pytest.approx(1, abs=0.01)
    seen = defaultdict(dict)
    for (first, second), value in bigrams.items():
        seen[first][second] = value
    for first in {"<s>", *seen}:
        total = sum(
            seen[first].get(word, backoffs[first] * unigrams[word])
            for word in unigrams
            if word != "<s>"
        )
        assert total == pytest.approx(1, abs=0.02)


def test_a_phrase_of_the_site_makes_its_words_likely_together():
    said = {**SAID, "frobnicate": ["F R AA"]}
    unigrams, _, bigrams = probabilities(build_domain(["my frobnicate"] * 3, (), said).arpa)
    assert bigrams["my", "frobnicate"] > unigrams["frobnicate"]
    assert ("my", "chest") in bigrams


def test_a_plain_answer_is_likelier_than_a_word_that_any_phrase_may_begin_with():
    said = {**SAID, **{word: ["AA"] for word in ("yes", "no", "yeah", "nope", "el")}}
    _, _, bigrams = probabilities(build_domain(["el"], (), said).arpa)
    for answer in ("yes", "no", "yeah", "nope"):
        assert bigrams["<s>", answer] > 10 * bigrams["<s>", "el"]
        assert bigrams[answer, "</s>"] > 0.5


def test_words_without_a_pronunciation_are_left_out_and_named():
    domain = build_domain(["my xylograph pain"], ["qwert"], SAID)
    assert "qwert" in domain.missing
    assert "xylograph" in domain.missing
    assert "xylograph" not in domain.arpa
    assert ("my", "pain") not in probabilities(domain.arpa)[2]


def test_every_pronunciation_of_a_word_is_listened_for():
    domain = build_domain([], [], {"i": ["AY", "IH"]})
    assert domain.dictionary == "i AY\ni(2) IH\n"
    assert domain.words == 1


def test_a_domain_without_a_single_known_word_is_refused():
    with pytest.raises(ValueError, match="pronunciation"):
        build_domain(["chest pain"], [], {})


def test_a_dictionary_is_read_with_its_variants():
    text = ";;; remark\na AH\na(2) EY\nchest CH EH S T\n"
    assert read_dictionary(text) == {"a": ["AH", "EY"], "chest": ["CH EH S T"]}


def test_people_are_expected_to_say_i_am_as_im_too():
    assert contracted("i am sure it is not") == "i'm sure it's not"
    assert contracted("miami am") == "miami am"


def test_the_built_in_phrases_are_plain_words():
    for phrase in (*EVERYDAY_PHRASES, *EVERYDAY_WORDS, *COMMON_WORDS):
        assert plain_words(phrase) == phrase


def test_words_that_are_no_symptom_may_be_said_too_and_none_of_them_is_missed():
    domain = build_domain([], [], {**SAID, "holiday": ["HH AA"]})
    unigrams, _, _ = probabilities(domain.arpa)
    assert 0 < unigrams["holiday"] < unigrams["chest"]
    assert "guitar" in COMMON_WORDS
    assert "guitar" not in domain.missing
