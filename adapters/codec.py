"""Facts, commands, line events and snapshots as JSON bytes, and back.

A record is one JSON object: its class name as ``type``, then its fields under their own names::

    {"type": "DigitsCollected", "site": "main", "call_id": "c1", "digits": "4"}

A field typed :class:`~calls.private.Private` is its text. The journal takes a record apart with
:func:`split` so that it can seal those fields by themselves, and puts it together with
:func:`join`.

A field that has a default may be missing, so that what an earlier version wrote can still be read.
A field or a type that is not known is an error: dropping it in silence would change a replay.

Error messages name types, fields and paths, never values: a value can be what a caller said.
"""

from __future__ import annotations

import dataclasses
import math
import re
import typing
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, TypeVar

import msgspec

from calls import commands, facts
from calls.commands import Command, Utterance
from calls.facts import Fact
from calls.ports import LineEvent, LineSnapshot
from calls.private import Private

Record = Fact | Command

TAG = "type"
"""The name under which a record's class stands beside its fields."""

_T = TypeVar("_T")


class CodecError(Exception):
    """Theirs: bytes that are no record; ours: a record that JSON cannot hold. Holds no values."""


def encode(record: Record) -> bytes:
    """A fact or a command as JSON.

    Raises:
        CodecError: it holds what JSON cannot: a number that is not finite, half a surrogate pair.
    """
    return _dump(_to_plain(record))


def decode(data: bytes) -> Record:
    """The fact or command that :func:`encode` made ``data`` from.

    Raises:
        CodecError: ``data`` is anything else.
    """
    return _from_plain(_load(data))


def split(record: Record) -> tuple[dict[str, Any], dict[str, str]]:
    """Take a record apart for sealing.

    Returns:
        What may stand in the clear, ``type`` included, and the text of the fields that may not.
        An optional private field that holds ``None`` stands in the clear: that nothing was given
        is a state, not an identity, and it outlives the call's key.

    Raises:
        CodecError: a number in it is not finite, or it holds private words for a caller: such words
            are said and never kept, sealed or not.
    """
    _refuse_private_words(record, _kind(record))
    clear = _to_plain(record)
    private = {
        name: clear.pop(name) for name in _PRIVATE_FIELDS[type(record)] if clear[name] is not None
    }
    return clear, private


def join(clear: Mapping[str, Any], private: Mapping[str, str] | None) -> Record:
    """Put together what :func:`split` took apart.

    Args:
        clear: the part in the clear.
        private: the sealed part, or ``None`` when the call's key was deleted; its fields are then
            empty.

    Raises:
        CodecError: the parts are not those of a record.
    """
    kind = _record_class(clear)
    missing = [name for name in _PRIVATE_FIELDS[kind] if name not in clear]
    if private is None:
        private = dict.fromkeys(missing, "")
    elif sorted(private) != sorted(missing):
        raise CodecError(f"{kind.__name__}: the sealed part does not fit the clear part")
    return _from_plain({**clear, **private})


def dump(record: Record) -> tuple[bytes, bytes | None]:
    """Both parts from :func:`split` as JSON; ``None`` where nothing is private.

    Raises:
        CodecError: as :func:`split` and :func:`encode`.
    """
    kind = _kind(record)
    _refuse_private_words(record, kind)
    names = _PRIVATE_FIELDS[kind]
    sealed = None
    if names:
        plain = _builtins(record)
        private = {name: plain.pop(name)["value"] for name in names if plain[name] is not None}
        clear = _dump({TAG: kind.__name__, **plain})
        sealed = _dump(private) if private else None
    else:
        clear = _HEADS[kind] + _guard(lambda: _encoder.encode(record), kind.__name__)[1:]
    if b"null" in clear:  # a number that is not finite is written as null, without a word
        _finite(_builtins(record), kind.__name__)
    return clear, sealed


def load(name: str, clear: bytes, private: bytes | None, *, forgotten: bool) -> Record:
    """The record that :func:`dump` made both parts from.

    Args:
        name: of the record's class.
        clear: the part in the clear.
        private: the part that was sealed, if there is one.
        forgotten: the call's key was deleted; private fields are empty then.

    Raises:
        CodecError: the parts are not those of such a record.
    """
    kind = KINDS.get(name)
    if kind is not None and private is None and not _PRIVATE_FIELDS[kind]:
        try:
            record: Record = _decoders[kind].decode(clear)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            pass  # what is wrong is found, and said without values, below
        else:
            # Written again it is the same: so it held nothing that is not known.
            if _HEADS[kind] + _encoder.encode(record)[1:] == clear:
                return record
    plain = _load(clear)
    if plain.get(TAG) != name:
        raise CodecError("the record is of another type than was said")
    sealed = _load(private) if private is not None else {}
    return join(plain, None if forgotten else sealed)


def dump_fields(fields: Mapping[str, Any]) -> bytes:
    """A part from :func:`split` as JSON.

    Raises:
        CodecError: as :func:`encode`.
    """
    return _dump(fields)


def load_fields(data: bytes) -> dict[str, Any]:
    """The part that :func:`dump_fields` made ``data`` from.

    Raises:
        CodecError: ``data`` is no JSON object.
    """
    return _load(data)


def encode_event(event: LineEvent) -> bytes:
    """A line event as JSON, its fact as :func:`encode` writes it under ``fact``.

    Raises:
        CodecError: as :func:`encode`.
    """
    return _dump(
        {
            "epoch": event.epoch,
            "seq": event.seq,
            "at": _finite(event.at, "LineEvent"),
            "fact": _to_plain(event.fact),
        }
    )


def decode_event(data: bytes) -> LineEvent:
    """The line event that :func:`encode_event` made ``data`` from.

    Raises:
        CodecError: ``data`` is anything else.
    """
    plain = _load(data)
    inner = plain.pop("fact", None)
    if not isinstance(inner, dict):
        raise CodecError("LineEvent: field 'fact' is missing or is no object")
    fact = _from_plain(inner)
    if not isinstance(fact, Fact):
        raise CodecError(f"LineEvent: {type(fact).__name__} is a command, a fact was wanted")
    envelope = _convert(plain, _Envelope)
    return LineEvent(epoch=envelope.epoch, seq=envelope.seq, at=envelope.at, fact=fact)


def encode_snapshot(snapshot: LineSnapshot) -> bytes:
    """A line snapshot as JSON.

    Raises:
        CodecError: as :func:`encode`.
    """
    plain = _builtins(snapshot)
    _finite(plain, "LineSnapshot")
    return _dump(plain)


def decode_snapshot(data: bytes) -> LineSnapshot:
    """The snapshot that :func:`encode_snapshot` made ``data`` from.

    Raises:
        CodecError: ``data`` is anything else.
    """
    return _convert(_load(data), LineSnapshot)


# --- which classes, and which of their fields are private ---------------------------------------


def _leaves(module: ModuleType, base: type[Record]) -> dict[str, type[Record]]:
    """The classes of ``module`` that are records themselves and not a base of others."""
    family = [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type)
        and issubclass(thing, base)
        and thing.__module__ == module.__name__
    ]
    return {
        kind.__name__: kind
        for kind in family
        if not any(other is not kind and issubclass(other, kind) for other in family)
    }


def _private_fields(kind: type[Record]) -> tuple[str, ...]:
    """The names of the top-level fields typed ``Private`` or ``Private | None``.

    Raises:
        TypeError: private text lies deeper, where the journal would not seal it, or a field has
            the tag's name.
    """
    names = []
    for name, hint in typing.get_type_hints(kind).items():
        if name == TAG:
            raise TypeError(f"{kind.__name__}.{name}: this name tells the record's class")
        if hint is Private or set(typing.get_args(hint)) == {Private, type(None)}:
            names.append(name)
        elif _mentions_private(hint):
            raise TypeError(f"{kind.__name__}.{name}: Private belongs at the top level of a record")
    return tuple(names)


def _mentions_private(hint: object) -> bool:
    if hint is Private:
        return True
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return any(_mentions_private(inner) for inner in typing.get_type_hints(hint).values())
    return any(_mentions_private(argument) for argument in typing.get_args(hint))


KINDS: Mapping[str, type[Record]] = {**_leaves(facts, Fact), **_leaves(commands, Command)}
"""Every record class by its name."""

_PRIVATE_FIELDS: Mapping[type[Record], tuple[str, ...]] = {
    kind: _private_fields(kind) for kind in KINDS.values()
}

_SPOKEN_FIELDS: Mapping[type[Record], tuple[str, ...]] = {
    kind: tuple(
        name
        for name, hint in typing.get_type_hints(kind).items()
        if Utterance in typing.get_args(hint)
    )
    for kind in KINDS.values()
}
"""The names of the fields that hold what is said."""

_HEADS: Mapping[type[Record], bytes] = {
    kind: b'{"%s":"%s"%s' % (TAG.encode(), name.encode(), b"," if dataclasses.fields(kind) else b"")
    for name, kind in KINDS.items()
}
"""How the JSON of a record begins."""

_encoder = msgspec.json.Encoder()


_decoders: Mapping[type[Record], msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(kind) for kind in KINDS.values()
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Envelope:
    """A line event without its fact."""

    epoch: str
    seq: int
    at: float


# --- between objects, plain JSON values and bytes -----------------------------------------------


def _kind(record: Record) -> type[Record]:
    kind = type(record)
    if KINDS.get(kind.__name__) is not kind:
        raise CodecError(f"{kind.__name__} is not a kind of record")
    return kind


def _refuse_private_words(record: Record, kind: type[Record]) -> None:
    for name in _SPOKEN_FIELDS[kind]:
        if any(utterance.private for utterance in getattr(record, name)):
            raise CodecError(f"{kind.__name__}: private words are not kept")


def _to_plain(record: Record) -> dict[str, Any]:
    kind = _kind(record)
    name = kind.__name__
    plain = _builtins(record)
    for field in _PRIVATE_FIELDS[kind]:
        if plain[field] is not None:
            plain[field] = plain[field]["value"]
    _finite(plain, name)
    return {TAG: name, **plain}


def _from_plain(plain: dict[str, Any]) -> Record:
    kind = _record_class(plain)
    fields = {name: value for name, value in plain.items() if name != TAG}
    for name in _PRIVATE_FIELDS[kind]:
        if fields.get(name) is not None:
            fields[name] = {"value": fields[name]}
    return _convert(fields, kind)


def _record_class(plain: Mapping[str, Any]) -> type[Record]:
    name = plain.get(TAG)
    if not isinstance(name, str):
        raise CodecError(f"field {TAG!r} is missing or is no text")
    kind = KINDS.get(name)
    if kind is None:
        raise CodecError(f"unknown type {_shown(name)}")
    return kind


def _convert(plain: dict[str, Any], kind: type[_T]) -> _T:
    result = _guard(lambda: msgspec.convert(plain, kind), kind.__name__)
    known = _builtins(result)
    unknown = _unknown(plain, known) if plain != known else None
    if unknown is not None:
        raise CodecError(f"{kind.__name__}: unknown field {_shown(unknown)}")
    return result


def _unknown(found: object, known: object) -> str | None:
    """The first field in ``found`` that the object made from it does not have."""
    if isinstance(found, dict) and isinstance(known, dict):
        for name, value in found.items():
            if name not in known:
                return str(name)
            deeper = _unknown(value, known[name])
            if deeper is not None:
                return deeper
    elif isinstance(found, list | tuple) and isinstance(known, list | tuple):
        for one, other in zip(found, known, strict=True):
            deeper = _unknown(one, other)
            if deeper is not None:
                return deeper
    return None


def _finite(plain: _T, where: str) -> _T:
    """``plain`` itself, once no number in it is infinite or not a number (RFC 8259, section 6)."""
    if isinstance(plain, float):
        if not math.isfinite(plain):
            raise CodecError(f"{where}: a number is not finite")
    elif isinstance(plain, dict):
        for value in plain.values():
            _finite(value, where)
    elif isinstance(plain, list | tuple):
        for value in plain:
            _finite(value, where)
    return plain


def _builtins(thing: object) -> dict[str, Any]:
    plain: dict[str, Any] = _guard(lambda: msgspec.to_builtins(thing), type(thing).__name__)
    return plain


def _dump(plain: Mapping[str, Any]) -> bytes:
    return _guard(lambda: msgspec.json.encode(plain), str(plain.get(TAG, "object")))


def _load(data: bytes) -> dict[str, Any]:
    plain = _guard(lambda: msgspec.json.decode(data), "input")
    if not isinstance(plain, dict):
        raise CodecError("input: a JSON object was wanted")
    return plain


_PATH = re.compile(r" - at `(\$[\w.\[\]]*)`$")
_PLAIN_NAME = re.compile(r"[A-Za-z_]{1,40}")


def _guard(work: Callable[[], _T], where: str) -> _T:
    """Do ``work``; whatever msgspec raises becomes a :class:`CodecError` without values."""
    try:
        return work()
    except msgspec.ValidationError as error:
        found = _PATH.search(str(error))
        at = f" at {found[1]}" if found else ""
        reason = f"{where}: a value is missing or has the wrong type{at}"
    except (msgspec.MsgspecError, UnicodeError):
        reason = f"{where}: not valid JSON in UTF-8"
    except RecursionError:
        reason = f"{where}: nested too deeply"
    except (TypeError, ValueError, OverflowError, AttributeError):
        reason = f"{where}: holds what JSON cannot"
    raise CodecError(reason)


def _shown(name: str) -> str:
    """A name from outside, if it can be shown: it could be a value in the wrong place."""
    return repr(name) if _PLAIN_NAME.fullmatch(name) else "(not shown: not a plain name)"
