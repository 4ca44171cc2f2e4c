"""JSON Schema (draft 2020-12) of every file of a site, for editors.

Made from the same dataclasses and ranges that the loader uses; the descriptions are those of their
docstrings. A schema cannot see from one file into another, so ``careline check`` stays the judge.
"""

from __future__ import annotations

import functools
import inspect
import re
import typing
from collections.abc import Mapping
from dataclasses import is_dataclass
from enum import Enum
from typing import Any, TypeAlias

from acd.models import AgentConfig, QueueConfig
from config.answers import CommonAnswer
from config.dialogues import Dialogue
from config.directory import Provider
from config.lookups import LookupSource
from config.ranges import FILLED, RANGES, WORDS
from config.shapes import CalendarFile, FlowFile, SharedFile, SiteFile
from config.shorthand import NUMBERS, WORD_FOR
from config.typing_of import field_types, is_mapping, required_fields, without_none
from config.use_schema import NAMES, SNIPPETS, steps_with_use
from ivr.expressions import Expression
from ivr.intents import Intent
from ivr.steps import KINDS
from triage.protocol import Protocol

Schema: TypeAlias = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_FROM_KEY: Mapping[type, frozenset[str]] = dict.fromkeys(
    (QueueConfig, AgentConfig, LookupSource, Provider, CommonAnswer, Dialogue), frozenset({"id"})
)
_ATTRIBUTE = re.compile(r"(\w+): (.*)")


def schemas() -> Mapping[str, Schema]:
    """The schemas by the name of the file they are for, without ``.yaml``."""
    return {
        "site": _file(SiteFile),
        "queues": _names(_of_class(QueueConfig), "The queues by name."),
        "agents": _names(_of_class(AgentConfig), "The agents by name."),
        "calendars": _names(_of_class(CalendarFile), "The calendars by name."),
        "prompts": _names(
            _names({"type": "string", "minLength": 1}, "The words in each language."),
            "What the line says, by the prompt's name.",
        ),
        "intents": _names(_of_class(Intent), "What callers may want, by name."),
        "answers": _names(_of_class(CommonAnswer), "Answers to common questions, by name."),
        "lookups": _names(_of_class(LookupSource), "Where flows may ask, by name."),
        "providers": _names(_of_class(Provider), "Providers of care, by name."),
        "dialogues": _names(_of_class(Dialogue), "Calls to be held as they are written, by name."),
        "flow": _with_snippets(_file(FlowFile)),
        "shared": _with_snippets(_file(SharedFile)),
        "protocol": _file(Protocol),
    }


def _file(cls: type) -> Schema:
    return {"$schema": DIALECT, **_of_class(cls)}


def _with_snippets(schema: Schema) -> Schema:
    """A file that may include others and hold snippets."""
    parts = schema["properties"]
    parts["include"] = {**NAMES, "description": parts["include"]["description"]}
    parts["snippets"] = {**SNIPPETS, "description": parts["snippets"]["description"]}
    # A flow may take all its steps over from others.
    return {**schema, "required": [each for each in schema["required"] if each != "steps"]}


def _names(inner: Schema, description: str) -> Schema:
    return {
        "$schema": DIALECT,
        "description": description,
        "type": "object",
        "additionalProperties": {key: value for key, value in inner.items() if key != "$schema"},
    }


def _of_class(cls: type, kind: str | None = None) -> Schema:
    """A dataclass as an object schema; a step of a flow has its ``kind`` as well."""
    words = attributes(cls)
    left_out = _FROM_KEY.get(cls, frozenset())
    properties: Schema = {} if kind is None else {"kind": {"const": kind}}
    for name, of in field_types(cls).items():
        if name in left_out:
            continue
        schema = _of_type(of, RANGES.get((cls, name)), WORDS.get((cls, name)))
        if (cls, name) in NUMBERS:
            schema = {"anyOf": [schema, {"enum": list(NUMBERS[cls, name])}]}
        if (cls, name) in FILLED:
            schema["minLength"] = 1
        if name in words:
            schema["description"] = words[name]
        properties[name] = schema
    required: list[object] = [] if kind is None else ["kind"]
    required += [each for each in field_types(cls) if each in required_fields(cls) - left_out]
    return {
        "type": "object",
        "description": _summary(cls),
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _of_type(
    kind: object, limits: tuple[float, float] | None, words: tuple[str, ...] | None
) -> Schema:
    kind = without_none(kind)
    arguments = typing.get_args(kind)
    if kind is bool:
        return {"type": "boolean"}
    if kind is int or kind is float:
        schema: Schema = {"type": "integer" if kind is int else "number"}
        if limits is not None:
            schema |= {"minimum": limits[0], "maximum": limits[1]}
        return schema
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": [each.value for each in kind]}
    if kind is Expression:
        return {"type": ["string", "number", "boolean"]}
    if isinstance(kind, type) and is_dataclass(kind):
        whole = _of_class(kind)
        if kind in WORD_FOR:
            return {"anyOf": [{"type": "string", "minLength": 1}, whole]}
        return whole
    if typing.get_origin(kind) is tuple:
        schema = {"type": "array", "items": _of_type(arguments[0], limits, words)}
        if arguments[-1] is not Ellipsis:
            schema |= {"minItems": len(arguments), "maxItems": len(arguments)}
        return schema
    if is_mapping(kind):
        inner = _of_type(arguments[1], limits, words)
        return {"type": "object", "additionalProperties": inner}
    if arguments:
        return steps_with_use(_of_class(step, name) for name, step in KINDS.items())
    return {"type": "string"} if words is None else {"enum": list(words)}


def _summary(cls: type) -> str:
    return (inspect.getdoc(cls) or "").split("\n\n")[0].replace("\n", " ")


@functools.cache
def attributes(cls: type) -> Mapping[str, str]:
    """The ``Attributes:`` section of a class's docstring, by name."""
    _, _, section = (inspect.getdoc(cls) or "").partition("Attributes:\n")
    words: dict[str, str] = {}
    name = ""
    for line in section.splitlines():
        text = line.strip()
        if not text or not line.startswith("    "):
            break
        if not line.startswith("     ") and (match := _ATTRIBUTE.fullmatch(text)):
            name = match[1]
            words[name] = match[2]
        elif name:
            words[name] += " " + text
    return words
