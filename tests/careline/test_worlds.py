"""No time of the year, and no end of a lookup, that makes a difference to a flow is passed over."""

import json
from datetime import UTC, datetime
from itertools import product

import pytest

from calls.way import value_at
from careline import worlds as under_test
from careline.moments import moments
from careline.proving import prove
from careline.worlds import worlds
from config.load import DEFAULT_CLINIC, load_site
from tests.careline.small_site import NOW
from tests.config.conftest import SMALL

FLOW = "flows/main.yaml"
CALENDARS = "calendars.yaml"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
BRANCH = """\
start: {start}
steps:
{before}  hours:
    kind: branch
    cases:
      - {{when: {when}, goto: bye}}
    otherwise: menu
  menu:
    kind: ask
    prompt: menu
    choices:
      - {{digit: "1", words: {{en: [desk]}}, goto: general}}
  general: {{kind: queue, queue: general}}
  bye: {{kind: hang-up, prompt: bye}}
"""
LOOKUP = """\
start: ask
steps:
  ask:
    kind: lookup
    source: visits
    given: {name: '"x"'}
    save: SAVE
    next: known
    on_failure: general
  known:
    kind: branch
    cases:
      - {when: WHEN, goto: general}
    otherwise: general
  general: {kind: queue, queue: general}
"""
SOURCE = "visits:\n  url: https://x.example.org/a?n={name}\n"


def asking(folder, when, before=""):
    """The small site with a flow that hangs up at some times."""
    start = "note" if before else "hours"
    folder.write(FLOW, BRANCH.format(start=start, before=before, when=when))
    return load_site(folder.path)


def noting(values):
    return f"  note: {{kind: set, {values}, next: hours}}\n"


def calendar(name, *hours):
    week = "".join(f"    {day}: [{', '.join(hours)}]\n" for day in DAYS)
    return f"{name}:\n  week:\n{week}"


def worlds_of(site, now=NOW):
    flow = site.flows[site.entry_flow]
    return [world for world, _ in worlds(site, flow, site.rules, now)]


# --- callers --------------------------------------------------------------------------------------


TYPED = """\
  born:
    {kind: collect, what: date-of-birth, into: it, read_back: false, prompt: menu, next: hours}
"""


@pytest.mark.parametrize(
    "when",
    ["not caller.number-known", 'call.dialled == "+12025550111"', "caller.number is not set"],
)
def test_callers_of_whom_something_else_is_known_than_of_most_are_looked_at(folder, when):
    proof = prove(asking(folder, when), NOW, processes=1)
    assert proof.failures
    assert proof.unreached == ()


@pytest.mark.parametrize("when", ["it >= 2008-01-01", "it == 1931-05-06", "it < 1931-05-06"])
def test_a_date_that_callers_are_asked_for_is_typed_on_both_sides_of_those_told_apart(folder, when):
    text = BRANCH.format(start="born", before=TYPED, when=when)
    folder.write(FLOW, text)
    proof = prove(load_site(folder.path), NOW, processes=1)
    assert proof.holds
    assert proof.unreached == ()


def test_what_follows_a_second_conversation_is_looked_at(folder):
    folder.write(
        FLOW,
        """\
start: first
steps:
  first: {kind: queue, queue: general, next: second}
  second: {kind: queue, queue: general, next: menu}
  menu:
    kind: ask
    prompt: menu
    silent_goto: bye
    otherwise: menu
    choices: [{digit: "1", words: {en: [desk]}, goto: first}]
  bye: {kind: hang-up, prompt: bye}
""",
    )
    failed = {each.caller.name for each in prove(load_site(folder.path), NOW, processes=1).failures}
    assert "wrong keys" in failed


# --- times ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "when",
    [
        'call.hour == 12 and call.weekday == "monday"',
        "call.minute < 15",
        "call.minute == 59",
        "call.hour == 3 and call.minute < 5",
        "call.hour == 8 and call.minute < 5 and calendar.office.open",
        'call.hour >= 18 and language == "en"',
        'call.weekday == "Sunday" and language == "es"',
        'call.date == 2027-03-01 and language == "en"',
        "call.hour == call.minute",
    ],
)
def test_callers_who_are_hung_up_on_at_some_times_only_are_found(folder, when):
    proof = prove(asking(folder, when), NOW, processes=1)
    assert not proof.holds
    assert proof.failures
    assert proof.unreached == ()


@pytest.mark.parametrize(
    ("values", "when"),
    [
        ("compute: {late: call.hour}", "late >= 18"),
        ("compute: {late: call.hour >= 18}", "late"),
        ("compute: {past: call.minute}", "past < 15"),
        ("compute: {end: 18}", "call.hour >= end"),
        ("values: {day: sunday}", "call.weekday == day"),
        ("compute: {last: 2027-03-01}", "call.date > last"),
    ],
)
def test_what_is_computed_from_a_time_or_compared_with_a_variable_tells_times_apart(
    folder, values, when
):
    proof = prove(asking(folder, when, noting(values)), NOW, processes=1)
    assert proof.failures
    assert proof.unreached == ()


@pytest.mark.parametrize("hours", ["12:00-13:00", "12:10-12:20", "00:05-00:25", "23:50-24:00"])
def test_what_is_open_for_less_than_an_hour_has_a_world_that_begins_with_it(folder, hours):
    folder.write(CALENDARS, SMALL[CALENDARS] + calendar("lunch", hours))
    site = asking(folder, "calendar.lunch.open")
    assert prove(site, NOW, processes=1).failures
    opening = hours.partition("-")[0]
    assert any(f"{opening}, open: lunch, en" in world.name for world in worlds_of(site))


def test_what_opens_and_closes_every_hour_has_worlds(folder):
    folder.write(
        CALENDARS,
        calendar("office", *(f"{hour:02}:00-{hour + 1:02}:00" for hour in range(0, 24, 2))),
    )
    assert prove(asking(folder, "not calendar.office.open"), NOW, processes=1).failures


def test_a_time_at_which_nothing_changes_soon_is_taken_where_there_is_one(folder):
    folder.write(CALENDARS, SMALL[CALENDARS] + calendar("lunch", "12:00-13:00"))
    site = asking(folder, "calendar.lunch.open")
    found = [when for when, _ in moments(site, site.flows["main"], NOW)]
    assert sum("12:00, open: lunch" in when for when in found) == 1
    assert all(":30" in when for when in found if "lunch" not in when)
    # Of what makes no difference to the flow the lasting moment is taken.
    assert [world.name for world in worlds_of(site) if "lunch" not in world.name] == [
        name for name in (world.name for world in worlds_of(site)) if ":30" in name
    ]


def test_the_parts_of_a_question_about_the_time_are_not_told_apart(folder):
    without = asking(folder, "calendar.office.open")
    few = len(moments(without, without.flows["main"], NOW))
    site = asking(folder, "call.hour >= 8 and call.hour < 18 and call.weekday != 'sunday'")
    assert few < len(moments(site, site.flows["main"], NOW)) <= 2 * few


def test_a_time_is_compared_with_what_it_can_meet_only(folder):
    few = 'call.hour >= 18 and language == "en"'
    site = asking(folder, few)
    without = moments(site, site.flows["main"], NOW)
    site = asking(folder, few, noting("compute: {a: 2, b: 9, c: 10, d: 14}"))
    assert moments(site, site.flows["main"], NOW) == without


def test_the_sample_clinic_is_held_at_few_times():
    clinic = load_site(DEFAULT_CLINIC)
    assert len(worlds_of(clinic)) == 12


def test_a_holiday_of_another_time_zone_is_told_by_its_name(folder):
    folder.write(
        CALENDARS,
        SMALL[CALENDARS]
        + "far:\n  zone: Pacific/Auckland\n  week: {monday: [08:00-12:00]}\n"
        + "  holidays: {2027-02-01: Far Day}\n",
    )
    site = asking(folder, "calendar.far.holiday")
    assert any("(Far Day)" in world.name for world in worlds_of(site))


def test_too_many_worlds_are_told_and_not_passed_over(folder, monkeypatch):
    site = asking(folder, "call.minute < 15")
    every = len(worlds_of(site))
    monkeypatch.setattr(under_test, "MOST_WORLDS", every)
    assert prove(site, NOW, processes=1).problem == ""
    monkeypatch.setattr(under_test, "MOST_WORLDS", every - 1)
    proof = prove(site, NOW, processes=1)
    assert proof.problem.startswith(f"over {every - 1} worlds: the flow tells too many times")
    assert proof.problems() == [proof.problem]
    assert not proof.holds


# --- lookups --------------------------------------------------------------------------------------


def looking_up(folder, save, when):
    folder.write(FLOW, LOOKUP.replace("SAVE", save).replace("WHEN", when))
    folder.write("lookups.yaml", SOURCE)
    return load_site(folder.path)


def found_at(world, *ways):
    """What stands at some ways in each document that is found."""
    return {
        tuple(value_at(json.loads(end.document), way) for way in ways)
        for end in world.lookups["visits"]
        if end.outcome == "found"
    }


def test_the_only_record_and_those_at_positions_stand_where_ways_look_for_them(folder):
    site = looking_up(
        folder,
        "{a: {at: entry.only.name}, b: {at: entry.1.name}, c: {at: '2.999'}}",
        'a is set or b == "x" or c is set',
    )
    found = found_at(worlds_of(site)[0], "entry.only.name", "entry.1.name", "2.999")
    assert found == {*product(("something", "x", None), repeat=3)}


def test_of_a_way_and_one_that_goes_on_from_it_either_is_found(folder):
    site = looking_up(folder, "{a: {at: p}, b: {at: p.name}}", 'a == "x"')
    proof = prove(site, NOW, processes=1)
    assert proof.holds
    found = found_at(worlds_of(site)[0], "p.name")
    assert found == {("something",), (None,)}
    labels = [end.label for end in worlds_of(site)[0].lookups["visits"]]
    assert "p is not there, p.name is something" in labels
    assert "p is x, p.name is not there" in labels
    assert not any(label.count(" is not there") == 0 and "p.name is" in label for label in labels)


def test_a_way_is_found_though_nothing_asks_for_its_beginning_which_may_be_missing(folder):
    site = looking_up(folder, "{a: {at: p}, b: {at: p.name}}", 'b == "x"')
    assert ("x",) in found_at(worlds_of(site)[0], "p.name")


def test_a_date_that_is_compared_with_today_is_before_today_and_after_at_any_time(folder):
    site = looking_up(folder, "{visit: {at: day, kind: date}}", "visit >= call.date")
    later = datetime(2031, 5, 1, tzinfo=UTC).timestamp()
    for world in worlds_of(site, later):
        today = datetime.fromtimestamp(world.at, site.zone).date().isoformat()
        found = {each for (each,) in found_at(world, "day") if each is not None}
        assert min(found) < today < max(found)
        assert today in found
