"""The language in which a flow asks about a call: what is asked, and how it is built."""

import copy
import pickle
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime

import pytest
from pydantic import ConfigDict, TypeAdapter, ValidationError

from ivr.expressions import KEYWORDS, Expression, ExpressionError
from ivr.expressions.parser import parse
from ivr.values import ValueKind

TEXT, NUMBER, YES_NO, DATE = ValueKind

KINDS = {
    "plan": TEXT,
    "language": TEXT,
    "patient-age": NUMBER,
    "balance": NUMBER,
    "calendar.office.open": YES_NO,
    "new_patient": YES_NO,
    "call.date": DATE,
    "birth-date.2": DATE,
}
VALUES = {
    "plan": "Gold",
    "language": "es",
    "patient-age": 65,
    "balance": 12.5,
    "calendar.office.open": True,
    "new_patient": False,
    "call.date": date(2026, 12, 24),
}
"""The second date is not set."""


def holds(text):
    expression = Expression(text)
    answer = expression.holds(VALUES.get)
    assert Expression(f"({text}) == yes").holds(VALUES.get) is answer
    return answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('language == "es" and calendar.office.open', True),
        ('patient-age >= 65 or plan in ["gold", "silver"]', True),
        ("balance is set and not (balance <= 0)", True),
        ("call.date >= 2026-12-24", True),
        ("calendar.office.open", True),
        ("new_patient", False),
        ("yes", True),
        ("true", True),
        ("no", False),
        ("false", False),
        ("not new_patient", True),
        ("not not new_patient", False),
        ("patient-age == 65", True),
        ("patient-age == 65.0", True),
        ("patient-age == 66", False),
        ("patient-age != 65", False),
        ("patient-age != -65", True),
        ("patient-age < 65", False),
        ("patient-age < 65.5", True),
        ("patient-age <= 65", True),
        ("patient-age <= 64", False),
        ("patient-age > 65", False),
        ("patient-age > -3", True),
        ("patient-age >= 65", True),
        ("patient-age >= 66", False),
        ("65<=patient-age", True),
        ("patient-age in [64, 65]", True),
        ("patient-age not in [64, 65]", False),
        ("patient-age not in [64]", True),
        ("balance == 12.50", True),
        ("plan == 'gold'", True),
        ('plan == "GOLD"', True),
        ('plan != "gold"', False),
        ('plan == "gold "', False),
        ('"gold" == plan', True),
        ("plan in ['silver', 'gOLD']", True),
        ("plan not in ['silver', 'gOLD']", False),
        ("plan in ['silver']", False),
        ("plan == language", False),
        ('"STRASSE" == "straße"', True),
        ('"it\'s" == "IT\'S"', True),
        ("'\"' == '\"'", True),
        (r'"\" == "\"', True),
        ('"" == plan', False),
        ('" and " == " AND "', True),
        ("calendar.office.open == yes", True),
        ("calendar.office.open != yes", False),
        ("calendar.office.open in [no]", False),
        ("calendar.office.open == new_patient", False),
        ("calendar.office.open == (patient-age > 60)", True),
        ("call.date == 2026-12-24", True),
        ("call.date != 2026-12-24", False),
        ("call.date < 2026-12-25", True),
        ("call.date > 2026-12-24", False),
        ("call.date <= 2026-12-23", False),
        ("call.date in [2026-12-24, 2026-12-25]", True),
        ("call.date is set", True),
        ("call.date is not set", False),
        ("  call.date\tis\nnot\r\n set ", False),
    ],
)
def test_each_operator_means_what_it_says_for_each_kind(text, answer):
    assert holds(text) is answer
    assert Expression(text).kind(KINDS.get) is YES_NO


@pytest.mark.parametrize(
    ("text", "brackets"),
    [
        ("yes or no and no", "yes or (no and no)"),
        ("no and no or yes", "(no and no) or yes"),
        ("not yes or yes", "(not yes) or yes"),
        ("not no and no", "(not no) and no"),
        ("not 1 == 2", "not (1 == 2)"),
        ("not plan in ['gold']", "not (plan in ['gold'])"),
        ("not plan is set", "not (plan is set)"),
        ("1 == 2 or 1 == 1 and not 2 == 2", "(1 == 2) or ((1 == 1) and (not (2 == 2)))"),
    ],
)
def test_what_binds_tighter_comes_first(text, brackets):
    assert parse(text).tree == parse(brackets).tree


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("birth-date.2", False),
        ("not birth-date.2", True),
        ("birth-date.2 or no", False),
        ("birth-date.2 == 2026-12-24", False),
        ("birth-date.2 != 2026-12-24", True),
        ("2026-12-24 != birth-date.2", True),
        ("birth-date.2 < 2026-12-24", False),
        ("birth-date.2 <= 2026-12-24", False),
        ("birth-date.2 > 2026-12-24", False),
        ("birth-date.2 >= 2026-12-24", False),
        ("2026-12-24 < birth-date.2", False),
        ("birth-date.2 in [2026-12-24]", False),
        ("birth-date.2 not in [2026-12-24]", True),
        ("birth-date.2 == birth-date.2", False),
        ("birth-date.2 != birth-date.2", True),
        ("birth-date.2 is set", False),
        ("birth-date.2 is not set", True),
    ],
)
def test_what_is_not_set_is_unequal_to_everything_and_otherwise_no(text, answer):
    assert Expression(text).holds(VALUES.get) is answer


@pytest.mark.parametrize(
    "value", [3, "3", True, date(2026, 1, 3), datetime(2026, 1, 3, tzinfo=UTC)]
)
@pytest.mark.parametrize("sign", ["==", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize("other", ["4", '"4"', "no", "2026-01-04"])
def test_a_value_of_another_kind_than_was_checked_is_simply_no(value, sign, other):
    literal = parse(other).tree.value
    fits = type(value) is type(literal) and (
        sign in ("==", "!=") or not isinstance(value, (str, bool))
    )
    answer = Expression(f"x {sign} {other}").holds({"x": value}.get)
    assert answer is (sign in ("!=", "<", "<=") and fits)


@pytest.mark.parametrize("sign", ["==", "!=", "<", "<=", ">", ">="])
def test_what_is_no_value_at_all_is_not_compared(sign):
    midnight = datetime(2026, 1, 3, tzinfo=UTC)
    assert Expression(f"x {sign} x").holds({"x": midnight}.get) is False
    assert Expression(f"x {sign} 2026-01-03").holds({"x": midnight}.get) is False


@pytest.mark.parametrize("value", [0, 0.0, "", False])
def test_nothing_much_is_set_all_the_same(value):
    assert Expression("x is set").holds({"x": value}.get) is True
    assert Expression("x is not set").holds({"x": value}.get) is False


@pytest.mark.parametrize("word", ["in", "not in"])
def test_a_value_of_another_kind_than_the_list_is_neither_in_it_nor_not(word):
    expression = Expression(f"x {word} [1, 0]")
    for value in (True, "1", date(2026, 1, 3), datetime(2026, 1, 3, tzinfo=UTC), object()):
        assert expression.holds({"x": value}.get) is False
    assert expression.holds({"x": 7}.get) is (word == "not in")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plan", "Gold"),
        ("((plan))", "Gold"),
        ("patient-age", 65),
        ("birth-date.2", None),
        ('"Gold"', "Gold"),
        ("12.50", 12.5),
        ("-3", -3),
        ("-0.5", -0.5),
        ("2026-12-24", date(2026, 12, 24)),
        ("true", True),
        ("plan is set", True),
        ("not plan", True),
        ("plan and plan", False),
        ("birth-date.2 and yes", False),
    ],
)
def test_a_single_name_or_literal_is_its_value_and_anything_else_a_yes_or_no(text, value):
    found = Expression(text).value(VALUES.get)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("value", ["yes", 1, 1.0, "", date(2026, 1, 1)])
def test_only_a_yes_holds_by_itself(value):
    assert Expression("x").holds({"x": value}.get) is False
    assert Expression("x and yes").holds({"x": value}.get) is False
    assert Expression("x or no").holds({"x": value}.get) is False


def test_what_is_settled_is_not_asked_again():
    asked = []

    def value_of_name(name):
        asked.append(name)
        return VALUES[name]

    assert not Expression("new_patient and plan == 'x'").holds(value_of_name)
    assert Expression("calendar.office.open or plan == 'x'").holds(value_of_name)
    assert asked == ["new_patient", "calendar.office.open"]


def test_names_come_in_order_once_each_with_the_column_of_the_first_use():
    text = "b == a.c-1 or (not b) and a.c-1 in [1] and z is not set and 'q' == \"r\" and yes"
    assert Expression(text).names() == (("b", 0), ("a.c-1", 5), ("z", text.index("z")))
    assert Expression("yes").names() == ()


@pytest.mark.parametrize("word", sorted(KEYWORDS))
def test_a_word_of_the_language_is_a_name_only_as_a_part_of_one(word):
    assert Expression(f"lookup.{word} == 1").names() == ((f"lookup.{word}", 0),)
    assert Expression(f"{word}-1 == 1 or {word}.x").names() == (
        (f"{word}-1", 0),
        (f"{word}.x", 13 + len(word) - 2),
    )
    assert Expression("yes").names() == ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    when: Expression
    goto: str


CASE = TypeAdapter(tuple[Case], config=ConfigDict(extra="forbid"))


def test_it_is_a_field_of_what_pydantic_builds():
    (case,) = CASE.validate_python(({"when": {"text": "a == 1"}, "goto": "x"},))
    assert case == Case(when=Expression("a == 1"), goto="x")
    assert case.when.holds({"a": 1}.get)
    assert case.when.names() == (("a", 0),)


def test_a_wrong_text_is_a_value_error_of_pydantics_that_carries_ours():
    with pytest.raises(ValidationError) as found:
        CASE.validate_python(({"when": {"text": "a = 1"}, "goto": "x"},))
    (error,) = found.value.errors()
    assert error["type"] == "value_error"
    assert error["loc"] == (0, "when")
    assert error["msg"] == "Value error, found '='; write == to compare"
    assert isinstance(error["ctx"]["error"], ExpressionError)
    assert error["ctx"]["error"].column == 2


@pytest.mark.parametrize("written", [{"text": 3}, {"text": None}, {}, {"text": "a", "tree": "b"}])
def test_nothing_but_its_text_is_written(written):
    with pytest.raises(ValidationError):
        CASE.validate_python(({"when": written, "goto": "x"},))


def test_it_is_its_text_to_whoever_compares_prints_or_copies_it():
    one = Expression("a == 1")
    assert [each.name for each in fields(one)] == ["text"]
    assert repr(one) == "Expression(text='a == 1')"
    assert one == Expression("a == 1") != Expression("a  ==  1")
    assert hash(one) == hash(Expression("a == 1"))
    for other in (copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert other == one
        assert other.holds({"a": 1}.get)


def test_an_error_survives_the_way_from_another_process():
    with pytest.raises(ExpressionError) as failed:
        Expression("a = 1")
    error = pickle.loads(pickle.dumps(failed.value))
    assert (str(error), error.column) == ("found '='; write == to compare", 2)
