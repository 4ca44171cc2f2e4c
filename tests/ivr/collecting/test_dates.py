"""Dates of birth, said and keyed in."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.collecting import date_from_keys, date_in, speak_date
from ivr.collecting.counting import number_words
from ivr.collecting.dates import MONTHS

TODAY = date(2026, 11, 23)
MARCH_5 = date(1960, 3, 5)

ORDINALS = """
    first,second,third,fourth,fifth,sixth,seventh,eighth,ninth,tenth,eleventh,twelfth,thirteenth,
    fourteenth,fifteenth,sixteenth,seventeenth,eighteenth,nineteenth,twentieth,twenty first,
    twenty second,twenty third,twenty fourth,twenty fifth,twenty sixth,twenty seventh,
    twenty eighth,twenty ninth,thirtieth,thirty first
    """.replace("\n", "").split(",")

born = st.dates(date(1905, 1, 1), TODAY)


@pytest.mark.parametrize(
    "words",
    [
        "march fifth nineteen sixty",
        "it's uh march the fifth nineteen sixty",
        "march the fifth um of nineteen sixty",
        "the fifth of march 1960",
        "fifth of march in the year nineteen sixty",
        "5 march 1960",
        "march five sixty",
        "march 5 60",
        "march 5th, 1960",
        "mar 5 1960",
        "saturday march fifth nineteen sixty thank you",
        "no it's march fifth nineteen sixty",
        "march oh five nineteen sixty",
        "march fifth one nine six oh",
        "march fifth nineteen six zero",
        "oh three oh five nineteen sixty",
        "zero three zero five one nine six zero",
        "three five nineteen sixty",
        "three slash five slash sixty",
        "3/5/1960",
        "3-5-60",
        "03 05 1960",
        "3 5 19 60",
        "03051960",
        "030560",
        "1960-03-05",
    ],
)
def test_a_date_is_understood_in_the_usual_orders(words):
    assert date_in(words, "en", today=TODAY) == MARCH_5


@pytest.mark.parametrize(
    "words",
    [
        "cinco de marzo de mil novecientos sesenta",
        "sí es el cinco de marzo de mil novecientos sesenta",
        "este pues el 5 de marzo del 60",
        "cinco de marzo del año mil novecientos sesenta",
        "marzo cinco de mil novecientos sesenta",
        "marzo cinco mil novecientos sesenta",
        "cinco de marzo de diecinueve sesenta",
        "cinco de marzo del sesenta",
        "5 de 3 de 1960",
        "cinco del tres del sesenta",
        "cinco tres mil novecientos sesenta",
        "cero cinco cero tres uno nueve seis cero",
        "05 03 1960",
        "5/3/60",
        "05031960",
        "1960-03-05",
    ],
)
def test_a_spanish_date_has_the_day_first(words):
    assert date_in(words, "es", today=TODAY) == MARCH_5


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("march fifth nineteen oh five", date(1905, 3, 5)),
        ("march fifth nineteen hundred and five", date(1905, 3, 5)),
        ("march fifth two thousand", date(2000, 3, 5)),
        ("march fifth two thousand and one", date(2001, 3, 5)),
        ("march fifth two thousand one", date(2001, 3, 5)),
        ("march fifth twenty oh one", date(2001, 3, 5)),
        ("march fifth twenty ten", date(2010, 3, 5)),
        ("march fifth twenty twenty", date(2020, 3, 5)),
        ("march fifth oh one", date(2001, 3, 5)),
        ("march twenty second two thousand two", date(2002, 3, 22)),
        ("march twenty two thousand two", date(2002, 3, 20)),
        ("march thirteenth nineteen thirty", date(1930, 3, 13)),
        ("march thirtieth nineteen thirteen", date(1913, 3, 30)),
        ("february twenty ninth two thousand", date(2000, 2, 29)),
    ],
)
def test_years_are_understood_as_people_say_them(words, expected):
    assert date_in(words, "en", today=TODAY) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("el primero de enero del dos mil uno", date(2001, 1, 1)),
        ("el uno de enero de dos mil", date(2000, 1, 1)),
        ("1ro de enero de 2001", date(2001, 1, 1)),
        ("dos de mayo de dos mil diez", date(2010, 5, 2)),
        ("treinta y uno de diciembre de mil novecientos noventa y nueve", date(1999, 12, 31)),
        ("veintiuno de setiembre del noventa y nueve", date(1999, 9, 21)),
        ("trece de junio de mil novecientos treinta", date(1930, 6, 13)),
    ],
)
def test_spanish_days_and_years_are_understood_as_people_say_them(words, expected):
    assert date_in(words, "es", today=TODAY) == expected


@pytest.mark.parametrize(
    "words",
    [
        "",
        "march",
        "march fifth",
        "nineteen sixty",
        "fifth of the month nineteen sixty",
        "march nineteen sixty",
        "march twenty ten",
        "march twenty twenty one",
        "one two one nine six zero",
        "one one one nine six zero",
        "one two five nineteen sixty",
        "three twenty five six",
        "march fifth nineteen sixty or sixty one",
        "march or april fifth nineteen sixty",
        "march fifth april nineteen sixty",
        "not march fifth nineteen sixty",
        "march fifth nineteen sixty at two",
        "march fifth my son is nineteen sixty",
        "march fifth nineteen five",
        "may i say march fifth nineteen sixty",
        "march fifth 960",
        "march fifth nineteen sixty " + "five " * 60,
        "fünfter märz 1960",
    ],
)
def test_doubt_is_no_date(words):
    assert date_in(words, "en", today=TODAY) is None


@pytest.mark.parametrize(
    "words",
    [
        "marzo diecinueve sesenta",
        "marzo de mil novecientos sesenta",
        "cinco de marzo o abril de mil novecientos sesenta",
        "dos dos mil uno",
        "13 de 13 de 1960",
    ],
)
def test_doubt_in_spanish_is_no_date(words):
    assert date_in(words, "es", today=TODAY) is None


@pytest.mark.parametrize(
    "words",
    [
        "february twenty ninth nineteen ninety nine",
        "february thirtieth two thousand",
        "april thirty first nineteen sixty",
        "april 31 1960",
        "4 31 1960",
        "13 13 1960",
        "march zero nineteen sixty",
        "december fifth twenty twenty six",
        "november 24 2026",
        "march fifth twenty sixty",
        "november 22 1901",
        "march fifth eighteen sixty",
        "march fifth 0060",
    ],
)
def test_a_day_that_is_none_or_not_a_birthday_of_anybody_alive_is_no_date(words):
    assert date_in(words, "en", today=TODAY) is None


def test_the_first_and_the_last_possible_birthday_are_dates():
    assert date_in("november 23 2026", "en", today=TODAY) == TODAY
    assert date_in("november 23 1901", "en", today=TODAY) == date(1901, 11, 23)


def test_a_short_year_is_the_latest_not_after_today():
    assert date_in("november 23 26", "en", today=TODAY) == TODAY
    assert date_in("november 24 26", "en", today=TODAY) == date(1926, 11, 24)
    assert date_in("march 5 27", "en", today=TODAY) == date(1927, 3, 5)
    assert date_in("february 29 24", "en", today=TODAY) == date(2024, 2, 29)
    assert date_in("february 29 26", "en", today=TODAY) is None


def test_without_a_name_the_other_order_is_taken_only_where_the_month_would_be_none():
    assert date_in("twenty five three nineteen sixty", "en", today=TODAY) == date(1960, 3, 25)
    assert date_in("3 25 1960", "es", today=TODAY) == date(1960, 3, 25)
    # The 11th of December is to come. It does not turn into the 12th of November.
    assert date_in("12 11 2026", "en", today=TODAY) is None


def test_figures_without_end_are_no_date():
    assert date_in("march fifth " + "2" * 5000, "en", today=TODAY) is None
    assert date_in("5" * 5000 + " 5 60", "en", today=TODAY) is None
    assert date_in("march " + "5" * 5000 + "th 60", "en", today=TODAY) is None


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("march fifth nineteen", "en"),
        ("march fifth one nine", "en"),
        ("march fifth twenty", "en"),
        ("march 5 19", "en"),
        ("march fifth two thousand and", "en"),
        ("cinco de marzo de diecinueve", "es"),
        ("cinco de marzo de mil novecientos noventa y", "es"),
    ],
)
def test_a_date_whose_end_was_not_heard_is_none(words, language):
    assert date_in(words, language, today=TODAY) is None


def test_half_of_a_date_is_none_where_a_long_answer_is_cut():
    words = "word " * 56 + "march fifth two thousand"
    assert date_in(words, "en", today=TODAY) == date(2000, 3, 5)
    assert date_in(f"{words} one", "en", today=TODAY) is None


def test_other_languages_have_no_dates():
    assert date_in("03 05 1960", "fr", today=TODAY) is None


@pytest.mark.parametrize(
    ("keys", "language", "expected"),
    [
        ("03051960", "en", MARCH_5),
        ("05031960", "es", MARCH_5),
        ("030560", "en", MARCH_5),
        ("050360", "es", MARCH_5),
        ("25031960", "en", date(1960, 3, 25)),
        ("03251960", "es", date(1960, 3, 25)),
        ("02292000", "en", date(2000, 2, 29)),
        ("02291999", "en", None),
        ("04311960", "en", None),
        ("13131960", "en", None),
        ("00051960", "en", None),
        ("03001960", "en", None),
        ("12112026", "en", None),
        ("03051860", "en", None),
        ("0305196", "en", None),
        ("", "en", None),
        ("03*51960", "en", None),
        ("٠٣٠٥١٩٦٠", "en", None),
        ("03051960\n", "en", None),
    ],
)
def test_keys_are_in_the_order_of_the_language(keys, language, expected):
    assert date_from_keys(keys, language, today=TODAY) == expected


def english_years(year: int) -> list[str]:
    century, rest = divmod(year, 100)
    words = number_words(rest, "en")
    if year < 2000:
        long = f"nineteen hundred and {words}" if rest else "nineteen hundred"
    else:
        long = f"two thousand and {words}" if rest else "two thousand"
    short = f"{number_words(century, 'en')} {'oh ' if rest < 10 else ''}{words}"
    return [str(year), long, long.replace(" and", ""), *([short] if rest else [])]


def english(value: date) -> list[str]:
    month, ordinal = MONTHS["en"][value.month - 1], ORDINALS[value.day - 1]
    day = number_words(value.day, "en")
    return [
        form
        for year in english_years(value.year)
        for form in (
            f"{month} {ordinal} {year}",
            f"{month} the {ordinal} {year}",
            f"um the {ordinal} of {month} {year} please",
            f"{month} {day} {year}",
            f"{month} {value.day} {year}",
        )
    ]


def spanish(value: date) -> list[str]:
    month, day = MONTHS["es"][value.month - 1], number_words(value.day, "es")
    years = (str(value.year), number_words(value.year, "es"))
    return [
        form
        for year in years
        for form in (
            f"{day} de {month} de {year}",
            f"sí es el {day} de {month} del {year}",
            f"{value.day} de {month} del año {year}",
            f"{value.day} de {value.month} de {year}",
            f"{month} {day} de {year}",
            *((f"el primero de {month} de {year}",) if value.day == 1 else ()),
        )
    ]


@given(born)
def test_a_date_is_understood_however_it_is_said(value):
    assert {form for form in english(value) if date_in(form, "en", today=TODAY) != value} == set()
    assert {form for form in spanish(value) if date_in(form, "es", today=TODAY) != value} == set()


@given(born)
def test_a_date_that_is_spoken_is_understood_again(value):
    for language in ("en", "es"):
        assert date_in(speak_date(value, language), language, today=TODAY) == value


@given(born)
def test_a_date_in_figures_is_understood_in_the_order_of_the_language(value):
    keys = {"en": value.strftime("%m%d%Y"), "es": value.strftime("%d%m%Y")}
    for language, digits in keys.items():
        one_by_one = " ".join(number_words(int(digit), language) for digit in digits)
        parted = f"{digits[:2]}/{digits[2:4]}/{digits[4:]}"
        assert date_from_keys(digits, language, today=TODAY) == value
        for words in (digits, one_by_one, parted, value.isoformat()):
            assert date_in(words, language, today=TODAY) == value


@given(st.dates(TODAY - timedelta(days=36_500), TODAY))
def test_a_date_with_a_short_year_is_understood(value):
    short = value.year % 100
    years = {
        language: f"{zero if short < 10 else ''}{number_words(short, language)}"
        for language, zero in (("en", "oh "), ("es", "cero "))
    }
    month = MONTHS["en"][value.month - 1]
    assert date_in(value.strftime("%m/%d/%y"), "en", today=TODAY) == value
    said = None if short in (19, 20) else value
    words = f"{month} {ORDINALS[value.day - 1]} {years['en']}"
    assert date_in(words, "en", today=TODAY) == said
    words = f"{value.day} de {MONTHS['es'][value.month - 1]} del {years['es']}"
    assert date_in(words, "es", today=TODAY) == said


@given(born, st.data())
def test_numbers_alone_are_never_taken_for_another_date(value, data):
    year = data.draw(st.sampled_from(english_years(value.year)))
    words = f"{number_words(value.month, 'en')} {number_words(value.day, 'en')} {year}"
    assert date_in(words, "en", today=TODAY) in (None, value)
    spoken = " ".join(number_words(part, "es") for part in (value.day, value.month, value.year))
    assert date_in(spoken, "es", today=TODAY) in (None, value)


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("march 6 1960 no wait march 5 1960", "en"),
        ("march sixth nineteen sixty no march fifth nineteen sixty", "en"),
        ("march sixth 1960 i mean march fifth 1960", "en"),
        ("march sixth 1960 sorry it's march fifth 1960 thank you", "en"),
        ("march 4 1960 no march 6 1960 no march 5 1960", "en"),
        ("3/6/1960 no 3/5/1960", "en"),
        ("oh no march fifth 1960", "en"),
        ("oh sorry march fifth 1960", "en"),
        ("seis de marzo de 1960 perdón cinco de marzo de 1960", "es"),
        ("seis de marzo de 1960 digo cinco de marzo de 1960", "es"),
        ("seis de marzo de 1960 no espere cinco de marzo de 1960", "es"),
        ("seis de marzo de 1960 sorry cinco de marzo de 1960", "es"),
    ],
)
def test_of_two_whole_dates_the_one_behind_the_correction_counts(words, language):
    assert date_in(words, language, today=TODAY) == MARCH_5


@pytest.mark.parametrize(
    "words",
    [
        "march 5 1960 no",
        "march 5 1960 no wait",
        "march 5 1960 no that's my son",
        "march 5 1960 no wait march 6",
        "march 5 1960 no march 1960",
        "march 5 1960 no 61",
        "march 5 no march 6 1960",
        "march 5 1960 march 6 1960",
        "twenty sorry five march 1960",
        "march fifth nineteen no sixty",
        "not march 5 1960 no march 6 1960",
    ],
)
def test_a_date_that_is_taken_back_or_half_corrected_is_none(words):
    assert date_in(words, "en", today=TODAY) is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("cinco de marzo de mil novecientos sesenta y un", date(1961, 3, 5)),
        ("treinta y un de diciembre de mil novecientos sesenta", date(1960, 12, 31)),
        ("cinco de marzo de mil nuevecientos sesenta", MARCH_5),
        ("veinti cinco de marzo de mil novecientos sesenta", date(1960, 3, 25)),
        ("dieci nueve de marzo de mil novecientas sesenta", date(1960, 3, 19)),
    ],
)
def test_a_spanish_date_is_read_to_its_end(words, expected):
    assert date_in(words, "es", today=TODAY) == expected


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("march fifth nineteen sixty something", "en"),
        ("march fifth nineteen sixty or so", "en"),
        ("march fifth nineteen sixty ate", "en"),
        ("march fifth two thousand for", "en"),
        ("march fifth two thousand and something", "en"),
        ("around march fifth nineteen sixty", "en"),
        ("the year twenty five march ten", "en"),
        ("hold on a second march nineteen sixty", "en"),
        ("wait one second march nineteen sixty", "en"),
        ("veinte five march 1960", "en"),
        ("cinco de marzo de mil novecientos sesenta y pico", "es"),
        ("cinco de marzo del sesenta y tantos", "es"),
        ("cinco de marzo del sesenta y gracias", "es"),
        ("cinco de marzo de dos mil un momento", "es"),
        ("cinco de marzo del sesenta o algo así", "es"),
        ("y cinco de marzo del sesenta", "es"),
        ("un segundo marzo de 1960", "es"),
        ("twenty cinco de marzo de 1960", "es"),
    ],
)
def test_a_date_of_which_a_part_may_not_have_been_understood_is_none(words, language):
    assert date_in(words, language, today=TODAY) is None


def test_what_follows_a_whole_date_is_no_doubt():
    for words in (
        "march fifth nineteen sixty and my name is bob",
        "the second of march nineteen sixty i think",
    ):
        assert date_in(words, "en", today=TODAY) is not None
