"""Whatever is written: trees at random are read as they were printed, and mean what they say."""

import operator
from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st

from ivr.expressions import KEYWORDS, Expression, ExpressionError
from ivr.expressions.parser import LONGEST, MOST_OPERATORS, parse
from ivr.expressions.tree import (
    And,
    Comparison,
    Literal,
    Membership,
    Name,
    Not,
    Operator,
    Or,
    Presence,
)
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
_PIECES = [
    *sorted(KEYWORDS),
    *("==", "!=", "<", "<=", ">", ">=", "(", ")", "[", "]", ",", "=", "!", "&&", "-", "."),
    *("a", "plan", "calendar.office.open", "3", "-2.5", "007", "2026-12-24", "2026-99-99"),
    *("'x'", '"y"', "'", '"', "“", "AND", "É", "\x00", "\ud800", "\u0303", "²", "\n", "x" * 60),
]


def raised(act):
    try:
        act()
    except ExpressionError as error:
        return error
    return None


@given(
    st.one_of(
        st.text(max_size=60),
        st.text(st.characters(exclude_categories=())),
        st.lists(st.sampled_from(_PIECES), max_size=30).map(" ".join),
        st.lists(st.sampled_from(_PIECES), max_size=12).map("".join),
    )
)
def test_any_text_is_an_expression_or_an_expression_error(text):
    error = raised(lambda: Expression(text))
    if error is None:
        expression = Expression(text)
        assert all(text.startswith(name, column) for name, column in expression.names())
        assert expression.holds({"a": True}.get) in (True, False)
        error = raised(lambda: expression.kind(KINDS.get))
    assert error is None or 0 <= error.column <= len(text)
    assert error is None or error.message.isprintable()


def literal(value):
    match value:
        case bool():
            written = "yes" if value else "no"
        case str():
            written = f"'{value}'" if '"' in value else f'"{value}"'
        case float():
            written = f"{value:.2f}"
        case _:
            written = str(value)
    return Literal(value, written, 0)


_TEXTS = st.sampled_from(["gold", "Gold", "it's", 'a "b"', "", "ß", "SS", " and ", "2"])
_NUMBERS = st.one_of(
    st.integers(-3, 3), st.integers(-300, 300).map(lambda n: n / 100), st.just(10**12 - 1)
)
_DATES = st.dates(date(2026, 12, 23), date(2026, 12, 26))
_OF_KIND = {TEXT: _TEXTS, NUMBER: _NUMBERS, YES_NO: st.booleans(), DATE: _DATES}
_NAMES = {kind: [name for name in KINDS if KINDS[name] is kind] for kind in ValueKind}
_LITERALS = {kind: values.map(literal) for kind, values in _OF_KIND.items()}


def names(kind):
    return st.builds(Name, st.sampled_from(_NAMES[kind]), st.just(0))


def comparisons(kind, one):
    signs = list(Operator) if kind in (NUMBER, DATE) else [Operator.EQUAL, Operator.UNEQUAL]
    values = st.lists(_LITERALS[kind], min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Comparison, one, st.sampled_from(signs), one, st.just(0)),
        st.builds(Membership, one, values, st.booleans(), st.just(0)),
    )


def joined(part):
    parts = st.lists(part, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(And, parts, st.just(0)),
        st.builds(Or, parts, st.just(0)),
        st.builds(Not, part, st.just(0)),
    )


def conditions(depth):
    """Trees of fitting kinds: what is joined or compared is less deep, by one or by more."""
    if not depth:
        return st.one_of(
            names(YES_NO),
            _LITERALS[YES_NO],
            st.builds(Presence, st.one_of(*map(names, ValueKind)), st.booleans(), st.just(0)),
            *(comparisons(kind, st.one_of(names(kind), _LITERALS[kind])) for kind in ValueKind),
        )
    lower = st.sampled_from([conditions(each) for each in range(depth)]).flatmap(lambda each: each)
    return st.one_of(joined(lower), comparisons(YES_NO, lower))


_CALLS = st.fixed_dictionaries({}, optional={name: _OF_KIND[kind] for name, kind in KINDS.items()})

_TIGHTNESS = {Or: 0, And: 1, Not: 2, Comparison: 3, Membership: 3, Presence: 3, Name: 4, Literal: 4}


def printed(node, tighter_than=-1):
    """A tree as text, with no more brackets than it needs."""
    match node:
        case Or():
            text = " or ".join(printed(part, 0) for part in node.parts)
        case And():
            text = " and ".join(printed(part, 1) for part in node.parts)
        case Not():
            text = f"not {printed(node.of, 1)}"
        case Comparison():
            text = f"{printed(node.left, 3)} {node.operator.value} {printed(node.right, 3)}"
        case Membership():
            word = "not in" if node.negated else "in"
            values = ", ".join(each.written for each in node.values)
            text = f"{printed(node.of, 3)} {word} [{values}]"
        case Presence():
            text = f"{node.of.name} is {'not ' if node.negated else ''}set"
        case Name():
            text = node.name
        case Literal():
            text = node.written
    return text if _TIGHTNESS[type(node)] > tighter_than else f"({text})"


_PYTHON = {
    Operator.EQUAL: operator.eq,
    Operator.UNEQUAL: operator.ne,
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.MORE: operator.gt,
    Operator.AT_LEAST: operator.ge,
}


def plain(value):
    return value.casefold() if isinstance(value, str) else value


def meant(node, values):
    """What a tree of fitting kinds means, said in Python."""
    match node:
        case Or():
            return any(meant(part, values) for part in node.parts)
        case And():
            return all(meant(part, values) for part in node.parts)
        case Not():
            return not meant(node.of, values)
        case Comparison():
            left, right = plain(meant(node.left, values)), plain(meant(node.right, values))
            if None in (left, right):
                return node.operator is Operator.UNEQUAL
            return _PYTHON[node.operator](left, right)
        case Membership():
            found = [
                each for each in node.values if plain(each.value) == plain(meant(node.of, values))
            ]
            return bool(found) is not node.negated
        case Presence():
            return (node.of.name in values) is not node.negated
        case Name():
            return values.get(node.name)
        case Literal():
            return node.value


def assume_bounded(text):
    assume(len(text) <= LONGEST)
    assume(text.count(" ") <= MOST_OPERATORS)


@given(conditions(3))
def test_the_printed_form_of_a_tree_is_read_as_that_tree(tree):
    text = printed(tree)
    assume_bounded(text)
    found = parse(text).tree
    assert found == tree
    assert printed(found) == text
    assert Expression(text).kind(KINDS.get) is YES_NO


@given(conditions(3), _CALLS)
def test_an_expression_means_what_python_says_it_means(tree, values):
    text = printed(tree)
    assume_bounded(text)
    assert Expression(text).holds(values.get) is bool(meant(tree, values))


_PYTHONS_TOO = st.recursive(
    st.sampled_from(["a", "b", "yes", "no", "n == 3", "n<3", "n not in [3,4]", "t in ['x','y']"]),
    lambda inner: st.one_of(
        inner.map("not {}".format),
        inner.map("({})".format),
        st.lists(inner, min_size=2, max_size=3).map(" and ".join),
        st.lists(inner, min_size=2, max_size=3).map(" or ".join),
    ),
    max_leaves=12,
)


@given(
    _PYTHONS_TOO,
    st.fixed_dictionaries(
        {"a": st.booleans(), "b": st.booleans(), "n": st.integers(2, 4), "t": st.sampled_from("xz")}
    ),
)
def test_what_is_also_python_binds_as_it_does_there(text, values):
    assume_bounded(text)
    python = eval(text, {"yes": True, "no": False}, values)
    assert Expression(text).holds(values.get) is python


_ANYTHING = st.one_of(
    *_OF_KIND.values(),
    st.none(),
    st.datetimes(),
    st.floats(),
    st.complex_numbers(),
    st.binary(max_size=2),
    st.just([]),
    st.builds(object),
)


def misfits(depth):
    """Trees of whatever kinds."""
    if not depth:
        return st.one_of(*map(names, ValueKind), *_LITERALS.values())
    lower = st.sampled_from([misfits(each) for each in range(depth)]).flatmap(lambda each: each)
    values = st.lists(st.one_of(*_LITERALS.values()), min_size=1, max_size=3).map(tuple)
    return st.one_of(
        joined(lower),
        st.builds(Comparison, lower, st.sampled_from(Operator), lower, st.just(0)),
        st.builds(Membership, lower, values, st.booleans(), st.just(0)),
    )


@given(misfits(2), st.fixed_dictionaries(dict.fromkeys(KINDS, _ANYTHING)))
def test_no_value_of_whatever_kind_raises(tree, values):
    text = printed(tree)
    assume_bounded(text)
    expression = Expression(text)
    assert expression.holds(values.get) in (True, False)
    if not isinstance(tree, (Name, Literal)):
        assert expression.value(values.get) is expression.holds(values.get)
