"""What is wrong with an expression is told in plain words and at its place."""

import pytest

from ivr.expressions import Expression, ExpressionError
from ivr.expressions.parser import DEEPEST, LONGEST, MOST_OPERATORS
from ivr.values import ValueKind

TEXT, NUMBER, YES_NO, DATE = ValueKind

KINDS = {
    "plan": TEXT,
    "patient-age": NUMBER,
    "balance": NUMBER,
    "new_patient": YES_NO,
    "call.date": DATE,
}


def failed(text):
    with pytest.raises(ExpressionError) as found:
        Expression(text)
    assert str(found.value) == found.value.message
    return found.value


A_VALUE = "a text in quotes, a number, a date, yes or no"
OPERAND = f"wanted a name, {A_VALUE}"
JOINED = "wanted 'and', 'or' or the end"
LIST = 'wanted a list in square brackets: ["a", "b"]'
STRAIGHT = "write straight quotes, \" or '"
UNQUOTED = "without quotes"
ORDERED = "compares numbers and dates"
SEVERAL = "to compare with several, write in [..., ...]"
LETTERS = "a name is of the letters a to z, digits, '_' and '-', a text stands in quotes"
CHAINED = "after a comparison; join two with 'and': 1 < x and x < 3"
NO_NUMBER = (
    "wanted a number (12.50, at most 12 digits before the point and 6 after it) "
    "or a date (2026-12-24)"
)


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", 0, 'nothing is written, wanted a condition: language == "es"'),
        (" \n ", 0, 'nothing is written, wanted a condition: language == "es"'),
        # Signs of other languages.
        ("a = 1", 2, "found '='; write == to compare"),
        ("a === 1", 2, "found '==='; write =="),
        ("a !== 1", 2, "found '!=='; write !="),
        ("a <> 1", 2, "found '<>'; write !="),
        ("a => 1", 2, "found '=>'; write >="),
        ("a =< 1", 2, "found '=<'; write <="),
        ("a ≠ 1", 2, "found '≠'; write !="),
        ("a ≤ 1", 2, "found '≤'; write <="),
        ("a ≥ 1", 2, "found '≥'; write >="),
        ("a && b", 2, "found '&&'; write 'and'"),
        ("a & b", 2, "found '&'; write 'and'"),
        ("a || b", 2, "found '||'; write 'or'"),
        ("a | b", 2, "found '|'; write 'or'"),
        ("!a", 0, "found '!'; write 'not'"),
        ("a == −3", 5, "found '−'; write -"),
        ("a == 2026–12–24", 9, "found '–'; write -"),
        ("a == “b”", 5, f"found '“'; {STRAIGHT}"),
        ("a == ‘b’", 5, f"found '‘'; {STRAIGHT}"),
        ("a == `b`", 5, f"found '`'; {STRAIGHT}"),
        ("a == «b»", 5, f"found '«'; {STRAIGHT}"),
        *(
            (
                f"a {sign} b",
                2,
                f"found '{sign}'; there is no arithmetic, and a date is written 2026-12-24",
            )
            for sign in "+*/%^"
        ),
        ("a - b", 2, "found '-'; there is no arithmetic, and no name begins with '-'"),
        ("a -b", 2, "found '-b'; there is no arithmetic, and no name begins with '-'"),
        ("{{a}}", 0, "found '{'; a name stands by itself, without braces"),
        ("${a}", 0, "found '$'; a name stands by itself, without braces"),
        ("a ? b", 2, "found '?', which means nothing here"),
        ("a\u200b", 1, "found the character U+200B, which means nothing here"),
        ("a\ud800", 1, "found the character U+D800, which means nothing here"),
        # Words.
        ("a AND b", 2, "found 'AND'; write 'and', in small letters"),
        ("Not a", 0, "found 'Not'; write 'not', in small letters"),
        ("a == True", 5, "found 'True'; write 'true', in small letters"),
        ("a == ES", 5, "found 'ES'; a name is in small letters, a text stands in quotes"),
        (
            "a == señor",
            5,
            f"found 'señor'; {LETTERS}",
        ),
        ("a..b", 0, "found 'a..b', wanted a name such as calendar.office.open"),
        ("a.", 0, "found 'a.', wanted a name such as calendar.office.open"),
        (".5", 0, "found '.5', wanted a name such as calendar.office.open"),
        ("plan == gold plus", 13, f"found 'plus', {JOINED}; a text stands in quotes"),
        # Literals.
        ('a == "b', 5, 'the text is not closed, its second " is missing'),
        ("a == 'b\"", 5, "the text is not closed, its second ' is missing"),
        ("a == 2026-02-30", 5, "there is no day 2026-02-30"),
        ("a == 12-24-2026", 5, f"found '12-24-2026', {NO_NUMBER}"),
        ("a == 24h", 5, f"found '24h', {NO_NUMBER}"),
        ("a == 12.", 5, f"found '12.', {NO_NUMBER}"),
        ("a == 1234567890123", 5, f"found '1234567890123', {NO_NUMBER}"),
        ("a == 1.1234567", 5, f"found '1.1234567', {NO_NUMBER}"),
        ("a == " + "9" * 50, 5, f"found '{'9' * 40}…', {NO_NUMBER}"),
        (
            "a == 02139",
            5,
            "found '02139'; a number begins with no 0, a text of digits stands in quotes",
        ),
        # What stands beside what.
        ("a ==", 4, f"found the end, {OPERAND}"),
        ("and a", 0, f"found 'and', {OPERAND}"),
        ("a or or b", 5, f"found 'or', {OPERAND}"),
        ("()", 1, f"found ')', {OPERAND}"),
        ("set", 0, f"found 'set', {OPERAND}"),
        ("a == not b", 5, "found 'not' in a comparison; put it in brackets: (not x)"),
        ('a == b "c\n"', 7, f'found "c\N{REPLACEMENT CHARACTER}", {JOINED}'),
        ("len(a)", 3, f"found '(', {JOINED}"),
        ("a, b", 1, f"found ',', {JOINED}"),
        ("a]", 1, f"found ']', {JOINED}"),
        ("a)", 1, "found ')', but no '(' is open"),
        ("((a)", 0, "the '(' is not closed, its ')' is missing"),
        ("(a 1)", 3, "found '1', wanted 'and', 'or' or ')'"),
        ("(a b)", 3, "found 'b', wanted 'and', 'or' or ')'; a text stands in quotes"),
        ("1 < x < 3", 6, f"found '<' {CHAINED}"),
        ("a == b in [1]", 7, f"found 'in' {CHAINED}"),
        ("a in [1] not in [2]", 9, f"found 'not' {CHAINED}"),
        ("a is set is set", 9, f"found 'is' {CHAINED}"),
        # 'is' and 'not'.
        ("plan is gold", 5, "found 'is'; write == to compare, or 'is set'"),
        ("plan is not 'x'", 5, "found 'is not'; write != to compare, or 'is not set'"),
        ("plan is", 5, "found 'is'; write == to compare, or 'is set'"),
        ("plan is in ['x']", 5, "found 'is in'; write 'in'"),
        ("plan is not in ['x']", 5, "found 'is not in'; write 'not in'"),
        ("1 == 1 and 'x' is set", 11, "only a name can stand before 'is set'"),
        ("(a == b) is not set", 1, "only a name can stand before 'is not set'"),
        ("a not set", 2, "found 'not' after a value, wanted 'not in [...]' or 'is not set'"),
        # Lists.
        ("a in 'b'", 5, f"found 'b', {LIST}"),
        ("a in ('b')", 5, f"found '(', {LIST}"),
        ("a in", 4, f"found the end, {LIST}"),
        ("a == ['b']", 5, "found '['; a list stands only after 'in'"),
        ("a in []", 6, f"found ']' in a list, wanted {A_VALUE}"),
        ("a in [1,]", 8, f"found ']' in a list, wanted {A_VALUE}"),
        ("a in [b]", 6, f"found 'b' in a list, wanted {A_VALUE}; a text stands in quotes"),
        ("a in [1 2]", 8, "found '2' in a list, wanted ',' or ']'"),
        ("a in [1", 5, "the '[' is not closed, its ']' is missing"),
        ("a in [1,", 5, "the '[' is not closed, its ']' is missing"),
        # What stands first is told first.
        ("a is gold = 3", 2, "found 'is'; write == to compare, or 'is set'"),
    ],
)
def test_what_is_no_expression_says_what_was_found_and_wanted_and_where(text, column, message):
    error = failed(text)
    assert (error.message, error.column) == (message, column)


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        (
            'patient-age == "65"',
            15,
            "\"65\" is a text, but 'patient-age' is a number; write 65, without quotes",
        ),
        (
            '"+65" == patient-age',
            0,
            "\"+65\" is a text, but 'patient-age' is a number; write 65, without quotes",
        ),
        ('patient-age == "old"', 15, "\"old\" is a text, but 'patient-age' is a number"),
        ("plan == 12", 8, "12 is a number, but 'plan' is a text; write \"12\""),
        ("plan != yes", 8, "yes is a yes-no value, but 'plan' is a text; write \"yes\""),
        (
            'new_patient == "YES"',
            15,
            "\"YES\" is a text, but 'new_patient' is a yes-no value; write yes, without quotes",
        ),
        (
            'call.date == "2026-1-1"',
            13,
            "\"2026-1-1\" is a text, but 'call.date' is a date",
        ),
        (
            'call.date == " 2026-01-01"',
            13,
            f"\" 2026-01-01\" is a text, but 'call.date' is a date; write 2026-01-01, {UNQUOTED}",
        ),
        ("plan == balance", 8, "'balance' is a number, but 'plan' is a text"),
        (
            "1 == (plan == 'x')",
            0,
            "1 is a number, but the part in brackets is a yes-no value",
        ),
        ('plan < "x"', 0, f"'plan' is a text, but '<' {ORDERED}"),
        (
            "balance >= new_patient",
            11,
            f"'new_patient' is a yes-no value, but '>=' {ORDERED}",
        ),
        (
            'call.date > "2026-12-24"',
            12,
            f"\"2026-12-24\" is a text, but '>' {ORDERED}; write 2026-12-24, without quotes",
        ),
        (
            'balance <= "9"',
            11,
            f"\"9\" is a text, but '<=' {ORDERED}; write 9, without quotes",
        ),
        ("unknown < plan", 10, f"'plan' is a text, but '<' {ORDERED}"),
        ("balance < call.date", 10, "'call.date' is a date, but 'balance' is a number"),
        ("yes and plan", 8, "'plan' is a text, but 'and' wants yes or no"),
        ("yes and 'x'", 8, "'x' is a text, but 'and' wants yes or no"),
        ("not balance", 4, "'balance' is a number, but 'not' wants yes or no"),
        ("unknown or 2026-01-01 == 1", 25, "1 is a number, but 2026-01-01 is a date"),
        (
            'plan == "gold" or "silver"',
            18,
            f"\"silver\" is a text, but 'or' wants yes or no; {SEVERAL}",
        ),
        ("plan in ['x', 3]", 14, "3 is a number, but 'plan' is a text; write \"3\""),
        ("unknown in [3, 'x']", 15, "'x' is a text, but 3 is a number"),
        (
            "balance not in ['1']",
            16,
            "'1' is a text, but 'balance' is a number; write 1, without quotes",
        ),
        ("(yes or (no and plan))", 16, "'plan' is a text, but 'and' wants yes or no"),
        # Two mistakes: the first.
        ("plan == 1 and balance == 'x'", 8, "1 is a number, but 'plan' is a text; write \"1\""),
    ],
)
def test_what_does_not_fit_together_says_why_and_where(text, column, message):
    expression = Expression(text)
    with pytest.raises(ExpressionError) as found:
        expression.kind(KINDS.get)
    assert (found.value.message, found.value.column) == (message, column)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("plan", TEXT),
        ("(balance)", NUMBER),
        ("call.date", DATE),
        ("new_patient", YES_NO),
        ("2026-01-01", DATE),
        ("'x'", TEXT),
        ("-1", NUMBER),
        ("plan is set", YES_NO),
        ("unknown", YES_NO),
        ("unknown and yes", YES_NO),
        ("not unknown", YES_NO),
        ("unknown == plan", YES_NO),
        ("balance == unknown", YES_NO),
        ("unknown < other-unknown", YES_NO),
        ("unknown in ['x', 'y']", YES_NO),
    ],
)
def test_a_name_that_is_not_known_fits_everything(text, kind):
    assert Expression(text).kind(KINDS.get) is kind


def test_the_kind_of_what_is_deep_is_found_at_once():
    asked = []

    def kind_of_name(name):
        asked.append(name)
        return YES_NO

    Expression("(" * DEEPEST + "a" + " == b)" * DEEPEST).kind(kind_of_name)
    assert len(asked) == DEEPEST + 1


@pytest.mark.parametrize(
    ("fits", "too_much", "column", "told"),
    [
        (
            "a".ljust(LONGEST),
            "a".ljust(LONGEST + 1),
            LONGEST,
            "found 501 characters, wanted at most 500",
        ),
        (
            "(" * DEEPEST + "a" + ")" * DEEPEST,
            "(" * 1000,
            LONGEST,
            "found 1000 characters, wanted at most 500",
        ),
        (
            "(" * DEEPEST + "a" + ")" * DEEPEST,
            "(" * LONGEST,
            DEEPEST,
            "brackets and 'not' are nested more than 20 deep; split the condition",
        ),
        (
            "not " * DEEPEST + "a",
            "not " * (DEEPEST + 1) + "a",
            4 * DEEPEST,
            "brackets and 'not' are nested more than 20 deep; split the condition",
        ),
        (
            "not (" * (DEEPEST // 2) + "a" + ")" * (DEEPEST // 2) + " or (not a)",
            "not (" * (DEEPEST // 2) + "not a" + ")" * (DEEPEST // 2),
            5 * DEEPEST // 2,
            "brackets and 'not' are nested more than 20 deep; split the condition",
        ),
        (
            "a" + " or a" * MOST_OPERATORS,
            "a" + " or a" * (MOST_OPERATORS + 1),
            2 + 5 * MOST_OPERATORS,
            "found more than 50 operators; split the condition",
        ),
        (
            "a" + " and a<1" * (MOST_OPERATORS // 2),
            "a" + " and a<1" * (MOST_OPERATORS // 2) + " or a",
            2 + 8 * (MOST_OPERATORS // 2),
            "found more than 50 operators; split the condition",
        ),
    ],
)
def test_an_expression_is_bounded_in_length_nesting_and_operators(fits, too_much, column, told):
    assert Expression(fits).holds({"a": True}.get) in (True, False)
    error = failed(too_much)
    assert (error.message, error.column) == (told, column)
