"""What is the same in every flow: its names, their kinds, and what they stand for."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from ivr import names
from ivr.expressions import Expression
from ivr.names import kind_of_name, known_names, value_of
from ivr.steps import BranchStep, Case
from ivr.values import ValueKind, kind_of
from routing.calendars import Calendar

MONDAY_14_32 = datetime(2026, 11, 23, 19, 32, tzinfo=UTC).timestamp()
ALBANY = ZoneInfo("America/New_York")
VALUES = {
    "language": "en",
    "caller.number": "5551234",
    "caller.number-known": True,
    "call.dialled": "main",
    "call.date": date(2026, 11, 23),
    "call.weekday": "monday",
    "call.hour": 14,
    "call.minute": 32,
    "call.hears-speech": True,
    "call.slow": False,
    "calendar.office.open": False,
    "calendar.office.holiday": False,
}
OFFICE = Calendar(name="office", zone=ALBANY, week={})
UNSET = {"caller.number", "call.dialled"}


@pytest.fixture
def course(scene):
    live = scene(now=MONDAY_14_32, zone=ALBANY, calendars={"office": OFFICE})
    return live.to_menu().call._course


def test_the_table_of_names_and_what_they_stand_for_agree(course):
    listed = known_names(course.rules.calendars)
    assert sorted(listed) == sorted(VALUES)
    for name in listed:
        value = value_of(course, name, MONDAY_14_32, "")
        assert value == VALUES[name], name
        assert kind_of(value) is kind_of_name(name), name


def test_only_what_a_line_may_hide_is_ever_unset(scene):
    course = scene().call._course
    for name in known_names({}):
        assert (value_of(course, name, 0.0, "") is None) == (name in UNSET), name


@pytest.mark.parametrize("scope", ["", "find", "find/deeper"])
def test_they_are_the_same_in_every_flow(course, scope):
    assert value_of(course, "call.hour", MONDAY_14_32, scope) == 14
    assert value_of(course, "language", MONDAY_14_32, scope) == "en"


@pytest.mark.parametrize("name", ["zip", "call", "calendar", "calendar.office", "call.year", ""])
def test_any_other_name_is_a_variable(course, name):
    assert kind_of_name(name) is None
    assert value_of(course, name, MONDAY_14_32, "") is None


def test_a_calendar_that_is_not_there_is_neither_open_nor_on_holiday(course):
    assert value_of(course, "calendar.lab.open", MONDAY_14_32, "") is False
    assert value_of(course, "calendar.lab.holiday", MONDAY_14_32, "") is False


def test_a_variable_belongs_to_its_flow(course):
    course.set_variable("zip", "12207", "find")
    assert value_of(course, "zip", 0.0, "find") == "12207"
    assert value_of(course, "zip", 0.0, "") is None
    assert value_of(course, "zip", 0.0, "find/deeper") is None


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('language == "en"', True),
        ('language == "es"', False),
        ("caller.number is set", True),
        ("caller.number-known", True),
        ('call.dialled == "main"', True),
        ('call.weekday in ["saturday", "sunday"]', False),
        ("call.hour >= 9 and call.hour < 17", True),
        ("call.minute == 32", True),
        ("call.hears-speech", True),
        ("call.slow", False),
        ("not calendar.office.open", True),
        ("calendar.office.holiday", False),
        ("zip is set", False),
    ],
)
def test_a_branch_may_ask_every_one_of_them(scene, text, holds):
    fork = BranchStep(cases=(Case(when=Expression(text), goto="hours"),), otherwise="bye")
    live = scene(
        start="fork",
        steps={"fork": fork},
        now=MONDAY_14_32,
        zone=ALBANY,
        calendars={"office": OFFICE},
    ).to_menu()
    assert live.call.step == ("hours" if holds else "bye")


def test_the_language_is_set_like_a_variable_and_only_to_one_that_is_spoken(course):
    course.set_variable(names.LANGUAGE, "es", "find")
    assert course.voice.language == "es"
    for value in ("tlh", None, 5):
        course.set_variable(names.LANGUAGE, value, "")
        assert course.voice.language == "es"
    assert names.LANGUAGE not in course.variables


def test_slow_and_speech_are_told_as_they_change(scene):
    live = scene().to_menu()
    live.speak("slow down")
    assert value_of(live.call._course, "call.slow", 0.0, "") is True
    live.call._course.voice.speech_failed = True
    assert value_of(live.call._course, "call.hears-speech", 0.0, "") is False


@pytest.mark.parametrize("kind", ValueKind)
def test_a_value_a_file_sets_has_the_kind_its_variable_has(scene, kind):
    texts = {
        ValueKind.TEXT: ("12", "12"),
        ValueKind.NUMBER: ("12", 12),
        ValueKind.YES_NO: ("yes", True),
        ValueKind.DATE: ("2026-11-23", date(2026, 11, 23)),
    }
    text, value = texts[kind]
    course = scene(kinds={"x": kind}).call._course
    course.set_variables({"x": text})
    assert course.variables["x"] == value
    if kind is not ValueKind.TEXT:
        course.set_variables({"x": "neither"})
        assert "x" not in course.variables
