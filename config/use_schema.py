"""Schemas of what stands within steps, where ``use`` may stand for keys or items.

See :mod:`config.snippets`. A mapping that uses a snippet need not have the keys it would need.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from config.snippets import USE

Schema: TypeAlias = dict[str, Any]

_NAME: Schema = {"type": "string", "minLength": 1}
NAMES: Schema = {"anyOf": [_NAME, {"type": "array", "items": _NAME}]}
"""One name, or several."""
_USE: Schema = {**NAMES, "description": "snippets whose keys are put in; keys beside it win."}
_USED_ITEM: Schema = {
    "type": "object",
    "description": "The items of a snippet that is a list.",
    "properties": {USE: _USE},
    "required": [USE],
    "additionalProperties": False,
}
SNIPPETS: Schema = {
    "type": "object",
    "additionalProperties": {"type": ["object", "array"]},
}


def steps_with_use(kinds: Iterable[Schema]) -> Schema:
    """A step: one of its kinds, or one that uses a snippet and need not be whole.

    Args:
        kinds: the schema of each kind, with its ``kind`` as a constant.
    """
    whole = [{**each, "properties": _each(each["properties"])} for each in kinds]
    names: Schema = {"enum": [each["properties"]["kind"]["const"] for each in whole]}
    found: dict[str, list[Schema]] = {"kind": [names]}
    for each in whole:
        for key, schema in each["properties"].items():
            known = found.setdefault(key, [])
            if key != "kind" and _bare(schema) not in map(_bare, known):
                known.append(schema)
    parts = {key: each[0] if len(each) == 1 else {"anyOf": each} for key, each in found.items()}
    used = {
        "type": "object",
        "description": "A step that uses snippets.",
        "properties": {**parts, USE: _USE},
        "required": [USE],
        "additionalProperties": False,
    }
    return {"oneOf": [*whole, used]}


def _each(schemas: Schema) -> Schema:
    return {key: with_use(schema) for key, schema in schemas.items()}


def with_use(schema: Schema) -> Schema:
    """The schema of a value in which ``use`` may stand."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [with_use(each) for each in schema["anyOf"]]}
    if "items" in schema:
        items = with_use(schema["items"])
        if schema["items"].get("type") != "object":
            items = {"anyOf": [items, _USED_ITEM]}
        return {**schema, "items": items}
    if "properties" in schema:
        used = {**schema, "properties": {**_each(schema["properties"]), USE: _USE}}
        if required := used.pop("required", []):
            used["anyOf"] = [{"required": required}, {"required": [USE]}]
        return used
    if isinstance(schema.get("additionalProperties"), dict):
        inner = with_use(schema["additionalProperties"])
        return {**schema, "properties": {USE: _USE}, "additionalProperties": inner}
    return schema


def _bare(schema: Schema) -> Schema:
    """Without the words, which differ from kind to kind."""
    return {key: value for key, value in schema.items() if key != "description"}
