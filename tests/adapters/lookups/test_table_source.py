"""A table as a source: one row, or none."""

import json

import pytest

from adapters.lookups.table import TableSource
from config.table import parse_table

PATIENTS = """\
id,phone,birth_date,name,city
p1,+15555550101,1958-03-14,Ann Lee,Troy
p2,(555) 555-0102,1991-07-02,Bo  Díaz,Albany
p3,+15555550103,1987-11-23,Mía,Troy
p4,+15555550103,2019-04-22,Luz,Troy
p5,,1970-01-01,Zed,
p6,+525555550106,1970-01-01,Eva,Cohoes
"""


@pytest.fixture
def table():
    return TableSource(parse_table("patients.csv", PATIENTS.encode())[0])


def row(answer):
    assert answer.outcome == "found", answer
    return json.loads(answer.document.reveal())


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"id": "p1"}, "p1"),
        ({"phone": "+15555550101"}, "p1"),
        ({"phone": "5555550101"}, "p1"),
        ({"phone": "1-555-555-0102"}, "p2"),
        ({"phone": "+1 (555) 555 0102", "birth_date": "1991-07-02"}, "p2"),
        ({"name": "ANN  lee"}, "p1"),
        ({"name": "bo di\u0301az"}, "p2"),
        ({"phone": "+15555550103", "birth_date": "2019-04-22"}, "p4"),
        ({"phone": "+525555550106"}, "p6"),
    ],
)
def test_the_row_in_which_everything_fits_is_found(table, given, found):
    assert row(table.answer(given))["id"] == found


def test_a_row_comes_with_all_its_columns(table):
    assert row(table.answer({"id": "p5"})) == {
        "id": "p5",
        "phone": "",
        "birth_date": "1970-01-01",
        "name": "Zed",
        "city": "",
    }


@pytest.mark.parametrize(
    "given",
    [
        {"phone": "+15555550103"},
        {"city": "Troy"},
        {"birth_date": "1970-01-01"},
    ],
)
def test_where_several_fit_none_is_read_out(table, given):
    assert table.answer(given).outcome == "not-found"


@pytest.mark.parametrize(
    "given",
    [
        {"phone": ""},
        {"phone": "anonymous"},
        {"phone": "550101"},
        {"phone": "", "birth_date": "1970-01-01"},
        {"city": "", "birth_date": "1970-01-01"},
        {"name": " "},
        {"phone": "+15555550101", "birth_date": "1991-07-02"},
        {"phone": "+15555550106"},
        {"name": "Mia"},
    ],
)
def test_what_is_empty_short_or_somebody_elses_fits_nothing(table, given):
    assert table.answer(given).outcome == "not-found"


@pytest.mark.parametrize("given", [{}, {"email": "x"}, {"id": "p1", "email": ""}])
def test_a_column_that_is_not_there_is_misconfigured(table, given):
    assert table.answer(given).reason == "misconfigured"


def test_a_row_that_is_too_large_is_told_as_that():
    table = parse_table("a.csv", f"id,text\na,{'x' * 70_000}\n".encode())[0]
    assert TableSource(table).answer({"id": "a"}).reason == "too-large"
