"""What differs between two versions of a site, by meaning: layout and comments do not count.

Everything a site is made of is walked, field by field, as it was loaded: what a later release adds
to a site is compared without a word here. Names in a path are those of the files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass, replace
from datetime import date
from enum import Enum
from typing import Any, TypeGuard, TypeVar

from config.linking import ANSWER
from config.site import Site
from config.table import Table
from ivr.expressions import Expression
from ivr.flow import CallRules, Flow
from ivr.steps import KINDS
from triage.protocol import ProtocolSet

T = TypeVar("T")

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = frozenset({"week", "special"})
"""Fields whose values are opening hours, in minutes after midnight."""
_DATES_SHOWN = 3
_KIND_OF = {step: kind for kind, step in KINDS.items()}
_NOUNS = {
    "steps": "step",
    "choices": "choice",
    "cases": "case",
    "protocols": "protocol",
    "rules": "rule",
    "concepts": "concept",
    "modifiers": "modifier",
    "tables": "table",
}
"""How a path names one of several things; others by the field that holds them."""

_SECTIONS = frozenset({"flows", "rules", "queues", "agents", "protocols", "calendars"})
_NO_MEANING: Mapping[type, frozenset[str]] = {
    Site: _SECTIONS | {"version", "folder", "warnings"},
    # Of these the first three are sections, and the others follow from queues, rules and site.
    CallRules: frozenset(
        {"prompts", "calendars", "intents", "longest_waits", "screens", "site", "zone"}
    ),
    # The others follow from the steps.
    Flow: frozenset({"version", "starts", "kinds"}),
    ProtocolSet: frozenset({"protocols"}),
}
"""Fields that are compared elsewhere, or mean nothing by themselves."""


class Kind(Enum):
    """What became of something."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference.

    Attributes:
        path: the way to it, from the outside in, such as ``flows main``, ``step menu``,
            ``choice 2``, ``goto``.
        kind: what became of it.
        before: what it was, in words; ``None`` where there was nothing.
        after: what it is, in words; ``None`` where there is nothing.
    """

    path: tuple[str, ...]
    kind: Kind
    before: str | None
    after: str | None

    @property
    def where(self) -> str:
        """The path in one line."""
        return " / ".join(self.path)

    def __str__(self) -> str:
        match self.kind:
            case Kind.ADDED:
                return f"{self.where}: added{_said(self.after)}"
            case Kind.REMOVED:
                return f"{self.where}: removed{_said(self.before)}"
            case _:
                return f"{self.where}: {self.before or 'nothing'} -> {self.after or 'nothing'}"


def differences(a: Site, b: Site) -> list[Difference]:
    """What has changed from one version of a site to another.

    Args:
        a: the earlier one.
        b: the later one.

    Returns:
        Flows first, then prompts, queues, agents, calendars, protocols and the settings of the
        site; empty if and only if both mean the same.
    """
    return [
        *_named((), "flows", _as_written(a.flows), _as_written(b.flows)),
        *_named((), "prompt", _own(a.rules.prompts), _own(b.rules.prompts)),
        *_named((), "intent", _own(a.rules.intents), _own(b.rules.intents)),
        *_named((), "queue", a.queues, b.queues),
        *_named((), "agent", a.agents, b.agents),
        *_named((), "calendar", a.calendars, b.calendars),
        *_sequence((), "protocols", a.protocols.protocols, b.protocols.protocols),
        *_parts(("protocols",), a.protocols, b.protocols),
        *_parts(("site",), a, b),
        *_parts(("site",), a.rules, b.rules),
    ]


def _as_written(flows: Mapping[str, Flow]) -> dict[str, Flow]:
    """The flows without the steps of those that they enter, which are compared there."""
    return {
        name: replace(
            flow, steps={path: step for path, step in flow.steps.items() if "/" not in path}
        )
        for name, flow in flows.items()
    }


def _own(named: Mapping[str, T]) -> dict[str, T]:
    """Without what answers add: they are compared themselves."""
    return {name: value for name, value in named.items() if not name.startswith(ANSWER)}


# --- the walk -------------------------------------------------------------------------------------


def _compared(path: tuple[str, ...], field: str, a: object, b: object) -> Iterator[Difference]:
    """The differences of two values of one field."""
    if a == b:
        return
    if isinstance(a, Table) and isinstance(b, Table):
        # A table may be about patients: how many rows are others is told, never what they hold.
        if a.data != b.data:
            yield Difference(path=path, kind=Kind.CHANGED, before=_rows(a), after=_rows(b, since=a))
    elif is_dataclass(a) and type(a) is type(b) and not isinstance(a, Expression):
        yield from _parts(path, a, b)
    elif isinstance(a, Mapping) and isinstance(b, Mapping):
        yield from _mapping(path, field, a, b)
    elif isinstance(a, frozenset | set) and isinstance(b, frozenset | set):
        yield from _members(path, sorted(map(str, a)), sorted(map(str, b)))
    elif _are_texts(a) and _are_texts(b):
        yield from _members(path, a, b)  # type: ignore[arg-type]
    elif _are_parts(a) and _are_parts(b):
        yield from _sequence(path[:-1], field, a, b)  # type: ignore[arg-type]
    else:
        yield Difference(
            path=path, kind=Kind.CHANGED, before=_words(a, field), after=_words(b, field)
        )


def _parts(path: tuple[str, ...], a: object, b: object) -> Iterator[Difference]:
    """Those of two dataclasses of one type."""
    for each in _meaning(a):
        before, after = getattr(a, each.name), getattr(b, each.name)
        yield from _compared((*path, each.name), each.name, before, after)


def _mapping(
    path: tuple[str, ...], field: str, a: Mapping[Any, Any], b: Mapping[Any, Any]
) -> Iterator[Difference]:
    if any(isinstance(key, date) for key in (*a, *b)):
        yield from _dates(path, field, a, b)
    elif any(is_dataclass(value) for value in (*a.values(), *b.values())):
        yield from _named(path[:-1], _NOUNS.get(field, field), a, b)
    else:
        for key in _either(a, b):
            here = (*path, _key_words(key, field))
            yield from _one(here, field, a.get(key, _ABSENT), b.get(key, _ABSENT))


def _named(
    path: tuple[str, ...], noun: str, a: Mapping[Any, Any], b: Mapping[Any, Any]
) -> Iterator[Difference]:
    """Those of things that have names."""
    for key in _either(a, b):
        here = (*path, f"{noun} {key}")
        yield from _one(here, noun, a.get(key, _ABSENT), b.get(key, _ABSENT))


def _one(path: tuple[str, ...], field: str, a: object, b: object) -> Iterator[Difference]:
    """Those of something that may be in one version only."""
    if a is _ABSENT and isinstance(b, Mapping) and b:
        yield from _mapping(path, field, {}, b)
    elif b is _ABSENT and isinstance(a, Mapping) and a:
        yield from _mapping(path, field, a, {})
    elif a is _ABSENT:
        yield Difference(path=path, kind=Kind.ADDED, before=None, after=_words(b, field))
    elif b is _ABSENT:
        yield Difference(path=path, kind=Kind.REMOVED, before=_words(a, field), after=None)
    else:
        yield from _compared(path, field, a, b)


def _dates(
    path: tuple[str, ...], field: str, a: Mapping[date, Any], b: Mapping[date, Any]
) -> Iterator[Difference]:
    """Those of days: one for all that changed alike, for a day of every year is thirty dates."""
    alike: dict[tuple[object, object], list[date]] = {}
    for day in sorted({*a, *b}):
        before, after = a.get(day, _ABSENT), b.get(day, _ABSENT)
        if before != after:
            alike.setdefault((before, after), []).append(day)
    for (before, after), days in alike.items():
        shown = ", ".join(day.isoformat() for day in days[:_DATES_SHOWN])
        more = len(days) - _DATES_SHOWN
        here = (*path, f"{shown} and {more} more" if more > 0 else shown)
        yield from _one(here, field, before, after)


def _sequence(
    path: tuple[str, ...], field: str, a: Sequence[object], b: Sequence[object]
) -> Iterator[Difference]:
    """Those of things in an order: matched by what tells them apart, else by their places."""
    keys_a, keys_b = _keys(a), _keys(b)
    if len(set(keys_a)) < len(a) or len(set(keys_b)) < len(b):
        keys_a, keys_b = ([f"({at})" for at in range(1, len(each) + 1)] for each in (a, b))
    before, after = dict(zip(keys_a, a, strict=True)), dict(zip(keys_b, b, strict=True))
    yield from _named(path, _NOUNS.get(field, field), before, after)
    order_a = [key for key in before if key in after]
    order_b = [key for key in after if key in before]
    if order_a != order_b:
        yield Difference(
            path=(*path, field, "order"),
            kind=Kind.CHANGED,
            before=", ".join(order_a),
            after=", ".join(order_b),
        )


def _members(path: tuple[str, ...], a: Sequence[str], b: Sequence[str]) -> Iterator[Difference]:
    """Those of lists of words or phrases."""
    gone, come = Counter(a) - Counter(b), Counter(b) - Counter(a)
    if not gone and not come:
        yield Difference(
            path=(*path, "order"), kind=Kind.CHANGED, before=", ".join(a), after=", ".join(b)
        )
    for member in gone.elements():
        yield Difference(path=path, kind=Kind.REMOVED, before=member, after=None)
    for member in come.elements():
        yield Difference(path=path, kind=Kind.ADDED, before=None, after=member)


_ABSENT = object()


def _either(a: Iterable[Any], b: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys((*a, *b)))


def _are_texts(value: object) -> bool:
    return isinstance(value, tuple | list) and all(isinstance(each, str) for each in value)


def _are_parts(value: object) -> bool:
    return isinstance(value, tuple | list) and all(is_dataclass(each) for each in value)


def _keys(values: Sequence[object]) -> list[str]:
    """What tells parts apart: an id, a key, a skill; else the place among those without."""
    found: list[str] = []
    nameless = 0
    for value in values:
        names = (getattr(value, each, None) for each in ("id", "digit", "skill"))
        key = next((name for name in names if isinstance(name, str)), None)
        if key is None:
            nameless += 1
            key = f"({nameless})"
        found.append(key)
    return found


def _meaning(value: Any) -> list[Field[Any]]:  # noqa: ANN401 - any dataclass
    unread = _NO_MEANING.get(type(value), frozenset())
    return [each for each in fields(value) if each.compare and each.name not in unread]


# --- in words -------------------------------------------------------------------------------------


def _said(words: str | None) -> str:
    return f": {words}" if words else ""


def _key_words(key: object, field: str) -> str:
    if field == "week" and isinstance(key, int):
        return _WEEKDAYS[key % 7]
    return str(key)


def _words(value: object, field: str = "") -> str | None:
    """A value as somebody would say it; ``None`` for nothing."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, Table):
        return _rows(value)
    if is_dataclass(value) and not isinstance(value, type):
        return _summary(value)
    if isinstance(value, Mapping):
        inner = (f"{_key_words(key, field)}: {_words(each)}" for key, each in value.items())
        return "; ".join(inner) or "none"
    if isinstance(value, tuple | list):
        if field in _HOURS:
            return ", ".join(_hours(each) for each in value) or "closed"
        return ", ".join(str(_words(each)) for each in value) or "none"
    if isinstance(value, frozenset | set):
        return ", ".join(sorted(map(str, value))) or "none"
    return str(value)


def _rows(table: Table, since: Table | None = None) -> str:
    """How many rows a table has, and how many of them are not as they were in an earlier one."""
    rows = table.data
    told = _counted(len(rows), "row")
    if since is None:
        return told
    new, gone = len(rows.keys() - since.data.keys()), len(since.data.keys() - rows.keys())
    changed = sum(rows[each] != since.data[each] for each in rows.keys() & since.data.keys())
    return f"{told} ({new} new, {gone} gone, {changed} changed)"


def _hours(minutes: tuple[int, int]) -> str:
    begin, end = minutes
    next_day = " next day" if end > 24 * 60 else ""
    return f"{_clock(begin)}-{_clock(end if not next_day else end - 24 * 60)}{next_day}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _summary(value: object) -> str:
    """What something new or gone is, in a line: what it says beyond its defaults."""
    kind = _KIND_OF.get(type(value))
    said = [kind] if kind else []
    for each in _meaning(value):
        held = getattr(value, each.name)
        if each.name == "id" or _is_default(each, held):
            continue
        if _is_large(held):
            said.append(_counted(len(held), _NOUNS.get(each.name, each.name)))
        else:
            said.append(f"{each.name} {_words(held, each.name)}")
    return ", ".join(said)


def _is_large(held: object) -> TypeGuard[Sized]:
    """Whether how many there are says more than what they are."""
    if isinstance(held, Mapping):
        return not all(isinstance(each, str | int | float) for each in held.values())
    return _are_parts(held)


def _counted(number: int, noun: str) -> str:
    plain = noun if noun.endswith("s") or number == 1 else f"{noun}s"
    return f"{number} {plain}"


def _is_default(field: Field[Any], held: object) -> bool:
    if field.default is not MISSING:
        return bool(held == field.default)
    return field.default_factory is not MISSING and bool(held == field.default_factory())
