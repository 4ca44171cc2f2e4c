"""The directory, as YAML or as a table: every mistake at its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.directory import Provider, read_providers
from config.document import Document
from config.load import DEFAULT_CLINIC
from config.report import Report
from config.source import parse_document
from config.table import Table, parse_table, read_table
from config.zip_codes import miles_between, position_of

YAML = """\
hale:
  name: Dr. Hale
  specialty: primary care
  languages: [en, es]
  city: Troy
  state: NY
  zip: "12180"
  phone: "+15185550101"
  accepting: no
"""
CSV = """\
id,name,specialty,languages,city,state,zip,phone,accepting
hale,Dr. Hale,primary care,en; es,Troy,NY,12180,+15185550101,no
"""
HALE = Provider(
    id="hale",
    name="Dr. Hale",
    specialty="primary care",
    languages=("en", "es"),
    city="Troy",
    state="NY",
    zip="12180",
    phone="+15185550101",
    accepting=False,
)


def read(text, kind):
    parse, file = (parse_document, "p.yaml") if kind == "yaml" else (parse_table, "p.csv")
    document, problems = parse(file, text.encode())
    assert problems == []
    report = Report()
    providers = read_providers(document, report)
    return providers, [str(each) for each in report.problems], [str(e) for e in report.warnings]


@pytest.mark.parametrize(("text", "kind"), [(YAML, "yaml"), (CSV, "csv")])
def test_both_forms_mean_the_same(text, kind):
    assert read(text, kind) == ({"hale": HALE}, [], [])


def test_what_is_left_empty_in_a_table_is_as_if_it_were_not_written():
    providers, problems, _ = read("id,name,specialty,languages,accepting\na,A,x,,\n", "csv")
    assert providers["a"] == Provider(id="a", name="A", specialty="x")
    assert problems == []


@pytest.mark.parametrize(
    ("kind", "old", "new", "told"),
    [
        ("yaml", "Dr. Hale", "''", "2:9: hale.name: the name is empty"),
        ("yaml", "primary care", "' '", "3:14: hale.specialty: the specialty is empty"),
        ("yaml", "  name: Dr. Hale\n", "", "1:1: hale.name: 'name' is missing"),
        ("yaml", "[en, es]", "[en, xx]", "4:19: hale.languages[1]: unknown language 'xx'"),
        ("yaml", "[en, es]", "[en, en]", "4:19: hale.languages[1]: the language 'en' stands twice"),
        ("yaml", "[en, es]", "english", "4:14: hale.languages: found 'english', wanted a list"),
        ("yaml", '"12180"', "1218", "7:8: hale.zip: found '1218', wanted a ZIP code"),
        ("yaml", '"12180"', "１２１８０", "7:8: hale.zip: found '１２１８０', wanted a ZIP code"),
        ("yaml", "NY", "New York", "6:10: hale.state: found 'New York', wanted two letters"),
        ("yaml", "+15185550101", "555-0101", "8:10: hale.phone: this is no phone number"),
        ("yaml", "accepting: no", "accepting: maybe", "9:14: hale.accepting: found 'maybe'"),
        (
            "yaml",
            "accepting: no",
            "acepting: no",
            "9:3: hale.acepting: unknown key 'acepting'; did",
        ),
        ("yaml", "hale:", "Dr Hale:", "1:1: Dr Hale: 'Dr Hale' is no name"),
        ("yaml", "Troy", "T" * 301, "5:9: hale.city: this has 301 characters, wanted at most 300"),
        ("csv", "specialty,", "speciality,", "1:9: speciality: unknown column 'speciality'; did"),
        ("csv", "hale,Dr. Hale,", "hale,,", "2:6: hale.name: 'name' is missing"),
        ("csv", "en; es", "en; xx", "2:28: hale.languages[1]: unknown language 'xx'"),
        ("csv", "en; es", "en;", "2:28: hale.languages[1]: unknown language ''"),
        ("csv", ",12180,", ",1218,", "2:43: hale.zip: found '1218', wanted a ZIP code"),
        ("csv", "0101,no", "0101,maybe", "2:62: hale.accepting: found 'maybe', wanted yes or no"),
        ("csv", "hale,Dr", "Hale,Dr", "2:1: Hale: 'Hale' is no name"),
    ],
)
def test_a_mistake_is_told_at_its_line(kind, old, new, told):
    text = YAML if kind == "yaml" else CSV
    assert text.count(old) == 1
    _, problems, _ = read(text.replace(old, new), kind)
    assert problems[0].startswith(f"p.{kind}:{told}"), problems


@pytest.mark.parametrize("zip_code", ["00000", "09001"])
def test_a_zip_code_that_is_nowhere_is_a_warning(zip_code):
    providers, problems, warnings = read(YAML.replace("12180", zip_code), "yaml")
    assert (list(providers), problems) == (["hale"], [])
    assert warnings == [
        f"p.yaml:7:8: hale.zip: unknown ZIP code '{zip_code}': nobody can be told how far it is"
    ]


def test_the_sample_is_right_and_large_enough_to_choose_from():
    table, problems = read_table(DEFAULT_CLINIC, "providers.csv")
    report = Report()
    providers = read_providers(table, report).values()
    assert (problems, report.problems, report.warnings) == ([], [], [])
    assert len(providers) == 25
    assert len({each.specialty for each in providers}) >= 8
    assert len({each.zip for each in providers}) >= 8
    assert sum("es" in each.languages for each in providers) >= 5
    assert sum(not each.accepting for each in providers) >= 3
    # 555-0100 to 555-0199 belong to nobody.
    assert all(
        each.phone.startswith("+1518555010") or each.phone[:10] == "+151855501"
        for each in providers
    )


# --- positions ----------------------------------------------------------------------------------


def test_positions_and_distances_are_those_of_the_map():
    troy, buffalo = position_of("12180"), position_of("14202")
    assert (round(troy.latitude, 1), round(troy.longitude, 1)) == (42.7, -73.7)
    assert round(miles_between(troy, buffalo), -1) == 260
    assert miles_between(troy, troy) == 0


@pytest.mark.parametrize(
    "text", ["", "1218", "121800", "12180-1234", "abcde", "１２１８０", "00000"]
)
def test_what_is_no_zip_code_lies_nowhere(text):
    assert position_of(text) is None


# --- anything -----------------------------------------------------------------------------------

WORDS = st.text(max_size=8) | st.sampled_from(["en", "en;es", "12180", "00000", "yes", "NY", "+1"])
COLUMNS = st.sampled_from(
    ["name", "specialty", "languages", "zip", "state", "phone", "accepting", "x"]
)


@given(
    st.dictionaries(
        st.text(max_size=5),
        st.dictionaries(COLUMNS, WORDS | st.lists(WORDS, max_size=3)) | WORDS,
        max_size=4,
    ),
    st.sampled_from([Document, Table]),
)
def test_whatever_stands_in_the_file_there_are_providers_or_problems(data, kind):
    report = Report()
    providers = read_providers(kind(file="p", data=data), report)
    assert report.problems or providers.keys() == data.keys()
