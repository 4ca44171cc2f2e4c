"""One number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.collecting import number_in, speak_number
from ivr.collecting.counting import number_words


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("one hundred and twenty three", 123),
        ("um it's one hundred uh twenty three i think", 123),
        ("twelve", 12),
        ("12", 12),
        ("007", 7),
        ("1,234", 1234),
        ("fifteen", 15),
        ("fifty", 50),
        ("fifty one", 51),
        ("zero", 0),
        ("a hundred thousand", 100_000),
        ("fifteen hundred", 1500),
        ("two thousand and one", 2001),
        ("2 thousand", 2000),
        ("nine hundred ninety nine thousand nine hundred and ninety nine", 999_999),
        ("five yes five", 5),
        ("i have two kids", 2),
    ],
)
def test_a_number_is_understood_among_other_words(words, number):
    assert number_in(words, "en") == number


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("ciento veintitrés", 123),
        ("mil doscientos", 1200),
        ("dos mil diez", 2010),
        ("mil novecientos noventa y nueve", 1999),
        ("treinta y un mil", 31_000),
        ("ciento veintiún mil quinientos", 121_500),
        ("cien mil", 100_000),
        ("diez y seis", 16),
        ("este pues son doce", 12),
        ("12", 12),
    ],
)
def test_a_spanish_number_too(words, number):
    assert number_in(words, "es") == number


@pytest.mark.parametrize(
    "words",
    [
        "",
        "hello",
        "a dozen",
        "two dozen",
        "five or six",
        "five five",
        "five point five",
        "5.5",
        "12.0",
        "-5",
        "minus five",
        "not five",
        "five and a half",
        "double five",
        "twenty first",
        "5th",
        "12mg",
        "5 on the 7th",
        "twenty hundred",
        "5²",
        "5½",
        "3:30",
        "50%",
        "twenty ten",
        "one million",
        "five million",
        "1000000",
        "1,234,567",
        "one moment",
        "this one",
        "to",
        "oh",
        "five " + "word " * 100,
    ],
)
def test_doubt_is_no_number(words):
    assert number_in(words, "en") is None


@pytest.mark.parametrize(
    "words",
    [
        "un momento",
        "una",
        "media docena",
        "cinco y medio",
        "dos coma cinco",
        "menos dos",
        "once o doce",
    ],
)
def test_doubt_in_spanish_is_no_number(words):
    assert number_in(words, "es") is None


def test_figures_without_end_are_no_number():
    assert number_in("9" * 5000, "en") is None


@pytest.mark.parametrize(
    ("words", "language"), [("one hundred and", "en"), ("treinta y", "es"), ("five and uh", "en")]
)
def test_a_number_whose_end_was_not_heard_is_none(words, language):
    assert number_in(words, language) is None


def test_half_of_a_number_is_none_where_a_long_answer_is_cut():
    assert number_in("word " * 59 + "fifty", "en") == 50
    assert number_in("word " * 59 + "fifty one", "en") is None
    assert number_in("um " * 3331 + "fifty one", "en") is None


@given(st.integers(0, 999_999), st.sampled_from(["en", "es"]))
def test_numbers_that_are_spoken_are_understood_again(number, language):
    assert number_in(speak_number(number, language), language) == number
    assert number_in(number_words(number, language), language) == number
    assert number_in(f"{number:,}", language) == number


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("tengo treinta y un años", 31),
        ("cuarenta y una pastillas", 41),
        ("ciento un", 101),
        ("ciento una", 101),
        ("mil una", 1001),
        ("ciento un mil", 101_000),
        ("veintiún", 21),
        ("veintiuna", 21),
        ("doscientas cinco", 205),
        ("doscientas treinta y una", 231),
        ("quinientas veinte pastillas", 520),
        ("mil doscientas", 1200),
        ("dos mil trescientas", 2300),
        ("sietecientos cinco", 705),
        ("nuevecientos", 900),
        ("veinti cinco", 25),
        ("dieci seis", 16),
        ("ciento venticinco", 125),
        ("ventinueve", 29),
    ],
)
def test_a_spanish_number_is_read_to_its_end(words, number):
    assert number_in(words, "es") == number


@given(st.integers(1, 9), st.integers(0, 99))
def test_what_is_counted_may_be_feminine(hundreds, rest):
    masculine = number_words(hundreds * 100 + rest, "es")
    feminine = masculine.replace("cientos", "cientas").replace("quinientos", "quinientas")
    for words in (feminine, feminine.removesuffix("o") + "a" * feminine.endswith("uno")):
        if words == feminine or words.endswith("una"):
            assert number_in(f"{words} pastillas", "es") == hundreds * 100 + rest


@pytest.mark.parametrize(
    "words",
    [
        "treinta y un momento",
        "cien un momento",
        "ciento un segundo",
        "cinco una",
        "treinta y tantos",
        "cuarenta y pico",
        "cinco mil y pico",
        "treinta y mi esposa",
        "veinti",
        "veinti personas cinco",
        "y cinco",
        "siento veinte",
        "dos cientos cinco",
    ],
)
def test_a_spanish_number_that_may_go_on_is_none(words):
    assert number_in(words, "es") is None


@pytest.mark.parametrize(
    "words",
    [
        "twenty for",
        "thirty to please",
        "forty ate",
        "thirty tree",
        "for hundred",
        "won hundred five",
        "to thousand",
        "five oh",
        "five aught",
        "two hundred and some people",
    ],
)
def test_a_number_that_was_half_understood_is_none(words):
    assert number_in(words, "en") is None


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("a couple hundred", "en"),
        ("a few thousand", "en"),
        ("several hundred", "en"),
        ("some hundred", "en"),
        ("twenty something", "en"),
        ("twenty odd", "en"),
        ("fifty ish", "en"),
        ("five or so", "en"),
        ("about ten", "en"),
        ("around ten", "en"),
        ("maybe five", "en"),
        ("at least two", "en"),
        ("more than three", "en"),
        ("up to five", "en"),
        ("below five", "en"),
        ("all but two", "en"),
        ("none of the five", "en"),
        ("i don't have two", "en"),
        ("two thirds", "en"),
        ("two fifths", "en"),
        ("three quarters", "en"),
        ("two halves", "en"),
        ("one hundredth", "en"),
        ("5 k", "en"),
        ("5+", "en"),
        ("~5", "en"),
        ("every two weeks", "en"),
        ("two each", "en"),
        ("un par de cientos", "es"),
        ("un par dos", "es"),
        ("unos cinco", "es"),
        ("unas veinte", "es"),
        ("pocas veinte", "es"),
        ("varios cien", "es"),
        ("como dos", "es"),
        ("más de cinco", "es"),
        ("hasta cinco", "es"),
        ("cinco más o menos", "es"),
        ("dos o algo así", "es"),
        ("dos tercios", "es"),
        ("tres cuartos", "es"),
        ("dos medias", "es"),
        ("no tengo dos", "es"),
        ("cada dos días", "es"),
    ],
)
def test_about_so_many_and_parts_of_one_are_no_number(words, language):
    assert number_in(words, language) is None


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("me and my two kids", "en"),
        ("me my two kids", "en"),
        ("myself plus two", "en"),
        ("two and my wife", "en"),
        ("my wife two kids", "en"),
        ("two with me", "en"),
        ("two and a baby", "en"),
        ("three besides me", "en"),
        ("two more", "en"),
        ("two others", "en"),
        ("two adults two kids", "en"),
        ("2 adults 2 kids", "en"),
        ("one of my two kids", "en"),
        ("yo y mis dos hijos", "es"),
        ("yo mis dos hijos", "es"),
        ("mi esposo dos hijos", "es"),
        ("dos con mi hija", "es"),
        ("dos más", "es"),
        ("otros dos", "es"),
        ("dos adultos dos niños", "es"),
    ],
)
def test_what_is_to_be_added_up_is_no_number(words, language):
    assert number_in(words, language) is None


@pytest.mark.parametrize(
    ("words", "language", "number"),
    [
        ("the two of us", "en", 2),
        ("let me see two", "en", 2),
        ("three including me", "en", 3),
        ("five out of five", "en", 5),
        ("i said five just five", "en", 5),
        ("dos nada más", "es", 2),
        ("dos no más", "es", 2),
        ("dos dije dos", "es", 2),
    ],
)
def test_small_talk_is_no_doubt(words, language, number):
    assert number_in(words, language) == number


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("just me", "en"),
        ("only me please", "en"),
        ("it's just for me", "en"),
        ("just myself", "en"),
        ("solo yo", "es"),
        ("nada más yo", "es"),
        ("nomás yo", "es"),
        ("sólo para mí", "es"),
        ("just me", "es"),
    ],
)
def test_who_is_alone_is_one(words, language):
    assert number_in(words, language) == 1


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("me", "en"),
        ("not just me", "en"),
        ("just me and", "en"),
        ("just me and my wife", "en"),
        ("just me my wife", "en"),
        ("just call me", "en"),
        ("solo mi", "es"),
        ("no solo yo", "es"),
        ("solo yo y mi esposa", "es"),
        ("just me", "fr"),
    ],
)
def test_who_may_not_be_alone_is_not_one(words, language):
    assert number_in(words, language) is None


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("five no", "en"),
        ("five no wait", "en"),
        ("five sorry", "en"),
        ("five no six", "en"),
        ("twenty no five", "en"),
        ("cinco no seis", "es"),
        ("cinco lo siento", "es"),
        ("veinte perdón cinco", "es"),
    ],
)
def test_a_number_that_is_taken_back_is_none(words, language):
    assert number_in(words, language) is None


@pytest.mark.parametrize(
    ("words", "language"), [("no five", "en"), ("sorry five", "en"), ("no perdón cinco", "es")]
)
def test_a_number_behind_a_correction_alone_counts(words, language):
    assert number_in(words, language) == 5


@pytest.mark.parametrize("words", ["no one", "there is no one", "no one else"])
def test_no_one_is_not_one(words):
    assert number_in(words, "en") is None


@pytest.mark.parametrize(
    ("words", "language"),
    [("veinte five", "en"), ("siete five", "en"), ("twenty cinco", "es"), ("treinta and 5", "en")],
)
def test_a_number_in_two_languages_is_none(words, language):
    assert number_in(words, language) is None
