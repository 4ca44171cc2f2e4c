"""The directory as a source: who is nearest, and then the next."""

import json

import pytest

from adapters.lookups.providers import ProviderSource
from config.directory import Provider


def provider(key, zip_code="", *, specialty="cardiology", accepting=True, languages=("en",)):
    return Provider(
        id=key,
        name=f"Dr. {key.title()}",
        specialty=specialty,
        languages=languages,
        zip=zip_code,
        accepting=accepting,
        phone="+15185550101",
    )


DIRECTORY = ProviderSource(
    [
        provider("saratoga", "12866"),
        provider("albany", "12208", languages=("en", "es")),
        provider("troy", "12180"),
        provider("nowhere"),
        provider("here-but-full", "12180", accepting=False),
        provider("skin", "12110", specialty="Dermatology"),
    ]
)


def told(**given):
    answer = DIRECTORY.answer(given)
    return json.loads(answer.document.reveal()) if answer.outcome == "found" else answer


def in_order(**given):
    names = []
    while (answer := DIRECTORY.answer({**given, "skip": str(len(names))})).outcome == "found":
        names.append(json.loads(answer.document.reveal())["id"])
    assert answer.outcome == "not-found"
    return names


def test_the_nearest_who_takes_patients_comes_first():
    assert in_order(specialty="cardiology", zip="12180") == [
        "troy",
        "albany",
        "saratoga",
        "nowhere",
        "here-but-full",
    ]


def test_the_distance_is_that_on_the_map():
    assert told(specialty="cardiology", zip="12180")["miles"] == 0
    # Troy's City Hall and Saratoga Springs' are 26 miles apart by the straight line.
    assert told(specialty="cardiology", zip="12180", skip="2")["miles"] in range(23, 28)
    assert told(specialty="cardiology", zip="12180", skip="1")["miles"] in range(6, 10)
    assert "miles" not in told(specialty="cardiology", zip="12180", skip="3")


@pytest.mark.parametrize("zip_code", ["", "00000", "1218", "x", "１２１８０", "09001"])
def test_an_unknown_zip_code_gives_the_order_of_names_and_no_distance(zip_code):
    names = ["albany", "nowhere", "saratoga", "troy", "here-but-full"]
    assert in_order(specialty="cardiology", zip=zip_code) == names
    assert "miles" not in told(zip=zip_code)


def test_a_long_zip_code_is_that_of_its_area():
    assert told(specialty="cardiology", zip="12180-1234")["id"] == "troy"
    assert told(specialty="cardiology", zip="121801234")["id"] == "troy"


@pytest.mark.parametrize(
    "word", ["cardiology", "CARDIOLOGY", " heart  doctor", "Cardiólogo", "cardiologo"]
)
def test_a_specialty_is_known_by_what_callers_call_it(word):
    assert told(specialty=word)["count"] == 5


def test_the_count_is_of_all_who_fit_not_of_those_left():
    assert [told(specialty="cardiology", skip=skip)["count"] for skip in "01234"] == [5] * 5


@pytest.mark.parametrize(("language", "count"), [("es", 1), ("ES-us", 1), ("en", 6), ("", 6)])
def test_a_language_is_spoken_by_those_who_say_so(language, count):
    assert told(language=language)["count"] == count


@pytest.mark.parametrize(("accepting", "count"), [("true", 4), ("yes", 4), ("false", 5), ("", 5)])
def test_only_those_who_take_patients_when_asked_for(accepting, count):
    assert told(specialty="cardiology", accepting=accepting)["count"] == count


@pytest.mark.parametrize(
    "given", [{"skip": "-1"}, {"skip": "x"}, {"skip": "1.5"}, {"accepting": "x"}, {"name": "x"}]
)
def test_what_means_nothing_is_misconfigured(given):
    assert told(**given).reason == "misconfigured"


def test_nobody_left_is_not_found():
    for given in ({"specialty": "urology"}, {"skip": "6"}, {"language": "fr"}):
        assert told(**given).outcome == "not-found"


def test_what_is_told_holds_only_what_is_known():
    assert told(specialty="skin") == {
        "id": "skin",
        "count": 1,
        "languages": ["en"],
        "accepting": True,
        "name": "Dr. Skin",
        "specialty": "Dermatology",
        "zip": "12110",
        "phone": "+15185550101",
    }
