"""What differs between two versions is told by meaning, all of it, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, tzinfo
from enum import Enum
from typing import Any

import pytest

from calls.requirement import SkillNeed
from config.diff import Difference, Kind, differences
from config.load import load_site
from config.site import Site
from config.versions import site_version
from ivr.flow import CallRules, Flow

BYE = "bye: {en: See you., es: Hasta luego.}"


@pytest.fixture
def told(site):
    """Loads the site before and after a change of one file; what differs, as it reads."""

    def compare(file: str, old: str, new: str) -> list[str]:
        before = load_site(site.path)
        site.replace(file, old, new)
        return [str(each) for each in differences(before, load_site(site.path))]

    return compare


def test_the_same_site_does_not_differ(site):
    assert differences(load_site(site.path), load_site(site.path)) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "wanted"),
    [
        ("flows/main.yaml", "when: calendar.office.open, goto: menu}\n    otherwise: bye",
         "when: not calendar.office.open, goto: bye}\n    otherwise: menu",
         [("flows main / step hours / case (1) / when: "
          "calendar.office.open -> not calendar.office.open"),
          "flows main / step hours / case (1) / goto: menu -> bye",
          "flows main / step hours / otherwise: bye -> menu"]),
        ("flows/main.yaml", "set: {language: es}, goto: doctor}",
         "set: {language: en}, goto: doctor}",
         ["flows main / step menu / choice 3 / set / language: es -> en"]),
        ("flows/main.yaml", '- {digit: "3", set: {language: es}, goto: doctor}\n',
         '- {digit: "3", set: {language: es}, goto: bye}\n      - {digit: "5", goto: doctor}\n',
         ["flows main / step menu / choice 3 / goto: doctor -> bye",
          "flows main / step menu / choice 5: added: digit 5, goto doctor"]),
        ("flows/main.yaml", "words: {en: [front desk]}", "words: {en: [front desk, clerk]}",
         ["flows main / step menu / choice (1) / words / en: added: clerk"]),
        ("flows/main.yaml", '- {digit: "2", red_flag: chest}', '- {digit: "4", red_flag: chest}',
         ["flows main / step menu / choice 2: removed: digit 2, red_flag chest",
          "flows main / step menu / choice 4: added: digit 4, red_flag chest"]),
        ("flows/main.yaml", "    prompt: menu\n", "    prompt: menu\n    attempts: 2\n",
         ["flows main / step menu / attempts: 3 -> 2"]),
        ("flows/main.yaml", "    prompt: menu\n", "    prompt: menu\n    otherwise: bye\n",
         ["flows main / step menu / otherwise: nothing -> bye"]),
        ("flows/main.yaml", "    kind: queue\n    queue: general\n",
         "    kind: say\n    prompt: bye\n    next: bye\n",
         ["flows main / step general: queue, queue general -> say, prompt bye, next bye"]),
        ("prompts.yaml", "See you.", "See you soon.",
         ["prompt bye / en: See you. -> See you soon."]),
        ("queues.yaml", "title: Everything", "title: All\n  deadline_s: never",
         ["queue general / title: Everything -> All",
          "queue general / deadline_s: 600 -> nothing"]),
        ("queues.yaml", "skills: [{skill: general}]", "skills: [{skill: general, level: 2}]",
         ["queue general / skills general / level: 1 -> 2"]),
        ("agents.yaml", "spanish: 5", "spanish: 4", ["agent ana / skills / spanish: 5 -> 4"]),
        ("agents.yaml", "{general: 3, spanish: 2}", "{general: 3, spanish: 2, nurse: 1}",
         ["agent bo / skills / nurse: added: 1"]),
        ("agents.yaml", "bo:\n", "cy:\n  name: Cy\n  skills: {nurse: 1}\nbo:\n",
         ["agent cy: added: name Cy, skills nurse: 1"]),
        ("calendars.yaml", "monday: [08:00-12:00, 13:00-17:30]",
         "monday: [08:00-12:00]\n    friday: [22:00-06:00]",
         ["calendar office / week / monday: 08:00-12:00, 13:00-17:30 -> 08:00-12:00",
          "calendar office / week / friday: added: 22:00-06:00 next day"]),
        ("calendars.yaml", "Christmas Day", "Christmas",
         ["calendar office / holidays / 2026-12-25: Christmas Day -> Christmas"]),
        ("calendars.yaml", "2026-12-24: [08:00-12:00]", "2026-12-24: [09:00-12:00]",
         ["calendar office / special / 2026-12-24: 08:00-12:00 -> 09:00-12:00"]),
        ("protocols/heart.yaml", "- my bill is wrong", "- my bill is right",
         ["protocol heart / rule chest / examples / negative: removed: my bill is wrong",
          "protocol heart / rule chest / examples / negative: added: my bill is right"]),
        ("protocols/heart.yaml", "title: Heart", "title: The heart",
         ["protocol heart / title: Heart -> The heart"]),
        ("approvals.yaml", "1dbfe4d5c979a8f1", "1dbfe4d5c979a8f2",
         ["protocols / approved: removed: chest"]),
        ("site.yaml", "title: Small Clinic", "title: Smaller",
         ["site / title: Small Clinic -> Smaller"]),
        ("site.yaml", "    user: small\n", "    user: large\n",
         ["site / sip / trunk / user: small -> large"]),
        ("site.yaml", 'doctor: "+12025550143"', 'doctor: "+12025550144"',
         ["site / outside / doctor: +12025550143 -> +12025550144"]),
        ("site.yaml", "languages: [en, es]\nlanguage_skills: {es: spanish}",
         "languages: [es, en]\nlanguage_skills: {es: {skill: spanish, level: 2}}",
         ["site / languages / order: en, es -> es, en",
          "site / language_skills es / level: 1 -> 2"]),
    ],
)  # fmt: skip
def test_a_change_is_told_where_it_is_and_as_what(told, file, old, new, wanted):
    assert told(file, old, new) == wanted


def test_a_rule_is_told_when_it_comes_and_when_it_goes(site):
    before = load_site(site.path)
    text = (site.path / "protocols/heart.yaml").read_text()
    rule = text[text.index("  - id: chest\n    version") :]
    site.write("protocols/heart.yaml", text + rule.replace("id: chest\n", "id: heart\n"))
    after = load_site(site.path)
    (added,) = differences(before, after)
    assert added.where == "protocol heart / rule heart"
    assert (added.kind, added.before) == (Kind.ADDED, None)
    assert added.after.startswith("version 1, owner Dr. Lee, ")
    (removed,) = differences(after, before)
    assert (removed.kind, removed.before, removed.after) == (Kind.REMOVED, added.after, None)


def test_a_flow_and_a_prompt_that_are_new_are_told(site):
    before = load_site(site.path)
    site.write("flows/night.yaml", "start: bye\nsteps: {bye: {kind: hang-up, prompt: gone}}\n")
    site.replace("prompts.yaml", BYE, f"{BYE}\ngone: {{en: Closed., es: Cerrado.}}")
    assert [str(each) for each in differences(before, load_site(site.path))] == [
        "flows night: added: start bye, 1 step",
        "prompt gone / en: added: Closed.",
        "prompt gone / es: added: Cerrado.",
    ]


def test_comments_layout_and_the_order_of_named_things_make_no_difference(site):
    before = load_site(site.path)
    text = (site.path / "queues.yaml").read_text()
    general, nurse = text.split("nurse:\n")
    site.write("queues.yaml", f"# a remark\nnurse:\n{nurse}\n\n{general}")
    assert differences(before, load_site(site.path)) == []


def test_choices_in_another_order_are_that(told):
    assert told(
        "flows/main.yaml",
        '      - {digit: "2", red_flag: chest}\n      - {digit: "3", set: {language: es}, '
        "goto: doctor}\n",
        '      - {digit: "3", set: {language: es}, goto: doctor}\n      - {digit: "2", '
        "red_flag: chest}\n",
    ) == ["flows main / step menu / choices / order: 1, 2, 3, (1) -> 1, 3, 2, (1)"]


def test_a_day_of_every_year_is_one_difference_and_not_thirty(told):
    (only,) = told("calendars.yaml", "2026-12-25: Christmas", "december 25: Christmas")
    assert only.startswith("calendar office / holidays / ")
    assert " more: added: Christmas Day" in only


def test_numbers_are_told_without_rounding(site):
    before = load_site(site.path)
    queues = dict(before.queues)
    queues["general"] = replace(queues["general"], deadline_s=1234567.0, wrap_up_s=0.25)
    assert [str(each) for each in differences(before, replace(before, queues=queues))] == [
        "queue general / deadline_s: 600 -> 1234567",
        "queue general / wrap_up_s: 20 -> 0.25",
    ]


def test_things_of_one_name_are_told_by_their_places(site):
    def queues(*levels: int) -> Site:
        needs = tuple(SkillNeed(skill="general", level=level) for level in levels)
        general = replace(before.queues["general"], skills=needs)
        return replace(before, queues={**before.queues, "general": general})

    before = load_site(site.path)
    assert [str(each) for each in differences(queues(1, 2), queues(1, 3, 1))] == [
        "queue general / skills (2) / level: 2 -> 3",
        "queue general / skills (3): added: skill general",
    ]


# --- nothing is overlooked ------------------------------------------------------------------------

_UNREAD = {
    Site: {"version", "folder", "warnings", "calendars"},
    CallRules: {"site", "calendars", "screens", "longest_waits", "zone"},
    Flow: {"version", "starts", "kinds"},
}
"""What follows from something else, or means nothing, by the words of the attributes."""


def changes(value: Any) -> Iterator[Any]:
    """The value with each single thing in it changed, one at a time."""
    if is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            if each.compare and each.name not in _UNREAD.get(type(value), ()):
                for other in changes(getattr(value, each.name)):
                    yield replace(value, **{each.name: other})
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield {name: held for name, held in value.items() if name != key}
            for other in changes(inner):
                yield {**value, key: other}
    elif isinstance(value, tuple):
        for at, inner in enumerate(value):
            yield value[:at] + value[at + 1 :]
            for other in changes(inner):
                yield (*value[:at], other, *value[at + 1 :])
        if len(set(map(repr, value))) > 1:
            yield value[::-1]
    elif isinstance(value, frozenset):
        yield value | {"another"}
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, Enum):
        yield from (each for each in type(value) if each is not value)
    elif isinstance(value, int | float):
        yield value + 1
    elif isinstance(value, str):
        yield f"{value} "
    elif value is None:
        yield "something"
    else:
        assert isinstance(value, date | tzinfo)


def test_whatever_changes_what_a_site_means_is_told(site):
    before = load_site(site.path)
    was = site_version(before)
    overlooked = [
        after
        for after in changes(before)
        if bool(differences(before, after)) is not (site_version(after) != was)
    ]
    assert not overlooked


def test_every_difference_of_two_unlike_sites_can_be_told(site, clinic):
    small = load_site(site.path)
    both = [*differences(small, clinic), *differences(clinic, small)]
    assert all(isinstance(each, Difference) and str(each) and each.where for each in both)
    assert all("object at 0x" not in str(each) for each in both)
    seen = {each.path[0].split()[0] for each in both}
    assert seen >= {"flows", "prompt", "queue", "agent", "calendar", "protocol", "site"}


def test_there_and_back_is_the_same_the_other_way_round(site, clinic):
    small = load_site(site.path)
    there = {(each.path, each.before, each.after) for each in differences(small, clinic)}
    back = {(each.path, each.after, each.before) for each in differences(clinic, small)}
    assert there == back


# --- tables ---------------------------------------------------------------------------------------

SOURCE = "patients:\n  file: patients.csv\n"
ROWS = "id,phone,last_name\np-1,+15185550101,Okafor\np-2,+15185550102,Lindqvist\n"
HELD = ("p-1", "p-2", "p-3", "5185550", "Okafor", "Lindqvist", "Marsh")


@pytest.fixture
def told_of_tables(site):
    """Loads a site with one table and with another; what differs, as it reads."""

    def compare(old: str | None, new: str | None) -> list[str]:
        loaded = []
        for rows in (old, new):
            (site.path / "lookups.yaml").unlink(missing_ok=True)
            if rows is not None:
                site.write("lookups.yaml", SOURCE)
                site.write("patients.csv", rows)
            loaded.append(load_site(site.path))
        found = [str(each) for each in differences(*loaded)]
        assert not [held for held in HELD for line in found if held in line]
        return found

    return compare


def test_of_patients_tables_numbers_of_rows_are_told_and_nothing_that_stands_in_them(
    told_of_tables,
):
    changed = "id,phone,last_name\np-1,+15185550101,Marsh\np-3,+15185550103,Marsh\n"
    assert told_of_tables(ROWS, changed) == [
        "site / table patients: 2 rows -> 2 rows (1 new, 1 gone, 1 changed)"
    ]
    assert told_of_tables(None, ROWS)[-1] == "site / table patients: added: 2 rows"
    assert told_of_tables(ROWS, None)[-1] == "site / table patients: removed: 2 rows"


def test_a_table_whose_rows_only_moved_does_not_differ(told_of_tables):
    head, first, second = ROWS.splitlines()
    assert told_of_tables(ROWS, f"{head}\n\n{second}\n{first}\n") == []
