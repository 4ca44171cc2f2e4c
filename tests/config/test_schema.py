"""The schemas say what the loader says, and explain every key."""

import json
import re

import jsonschema
import pytest
import yaml

from config.load import DEFAULT_CLINIC
from config.schema import attributes, schemas
from config.shapes import SiteFile
from ivr.steps import KINDS, AskStep

SCHEMAS = schemas()
KIND_OF_FOLDER = {
    "dialogues": "dialogues",
    "flows": "flow",
    "protocols": "protocol",
    "shared": "shared",
}
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def as_an_editor_reads(path):
    """YAML 1.2, as editors do: dates stay text."""
    loader = type("Editor", (yaml.CSafeLoader,), {})
    loader.yaml_implicit_resolvers = {
        first: [each for each in resolvers if each[0] != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }
    return yaml.load(path.read_text(), Loader=loader)


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_one(name):
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])
    json.dumps(SCHEMAS[name])


@pytest.mark.parametrize("path", sorted(DEFAULT_CLINIC.rglob("*.yaml")), ids=lambda path: path.name)
def test_the_sample_clinic_satisfies_the_schemas(path):
    schema = SCHEMAS[KIND_OF_FOLDER.get(path.parent.name, path.stem)]
    errors = jsonschema.Draft202012Validator(schema).iter_errors(as_an_editor_reads(path))
    assert [f"{each.json_path}: {each.message}" for each in errors] == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("queues", {"billing": {"title": "Billing", "priorty": 2}}),
        ("queues", {"billing": {"title": "Billing", "head_start_s": 90000}}),
        ("queues", {"billing": {}}),
        ("agents", {"ana": {"name": "Ana", "id": "ana"}}),
        ("agents", {"ana": {"name": "Ana", "skills": {"nurse": 9}}}),
        ("flow", {"start": "a", "steps": {"a": {"kind": "sing", "prompt": "b"}}}),
        ("flow", {"start": "a", "steps": {"a": {"kind": "hang-up"}}}),
        ("flow", {"start": "a", "include": {"a": "b"}}),
        ("flow", {"start": "a", "snippets": {"a": "b"}}),
        ("flow", {"start": "a", "steps": {"a": {"use": "b", "kind": "sing"}}}),
        ("flow", {"start": "a", "steps": {"a": {"use": "b", "promt": "b"}}}),
        ("flow", {"start": "a", "steps": {"a": {"use": {"b": "c"}}}}),
        ("flow", {"steps": {"a": {"use": "b"}}}),
        ("flow", {"start": "a", "use": "b"}),
        ("shared", {"start": "a", "steps": {"a": {"use": "b"}}}),
        ("queues", {"billing": {"title": "Billing", "use": "b"}}),
        ("calendars", {"office": {"week": {"monday": "08:00-17:00"}}}),
        ("calendars", {"office": {"week": {}, "public_holidays": {"state": "NY"}}}),
        ("queues", {"billing": {"title": "Billing", "relax": [{"after_s": 60, "level": "some"}]}}),
        ("queues", {"billing": {"title": "Billing", "relax": [{"after_s": 60}]}}),
        ("queues", {"billing": {"title": "Billing", "prefer": "best"}}),
        ("queues", {"billing": {"title": "Billing", "overflow": [{"after_s": 60, "queue": "a"}]}}),
    ],
)
def test_what_the_loader_refuses_a_schema_refuses(name, data):
    assert not jsonschema.Draft202012Validator(SCHEMAS[name]).is_valid(data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("queues", {"a": {"title": "A", "skills": ["billing", {"skill": "b", "preferred": True}]}}),
        ("queues", {"a": {"title": "A", "relax": [{"after_s": 60, "level": "any"}]}}),
        ("queues", {"a": {"title": "A", "relax": [{"after_s": 60, "level": 2}]}}),
        ("calendars", {"a": {"week": {}, "public_holidays": "US"}}),
        ("calendars", {"a": {"week": {}, "public_holidays": {"country": "US"}}}),
    ],
)
def test_a_schema_takes_the_short_forms_too(name, data):
    assert jsonschema.Draft202012Validator(SCHEMAS[name]).is_valid(data)


CHOICES = [{"digit": "1", "goto": "b"}, {"use": "back"}, {"use": ["c", "d"], "goto": "b"}]
CASES = [{"use": "open", "goto": "b"}, {"when": "calendar.c.open", "goto": "b"}]


@pytest.mark.parametrize(
    "step",
    [
        {"use": "a"},
        {"use": ["a", "b"], "kind": "ask", "attempts": 2},
        {"use": "a", "prompt": "b", "choices": CHOICES},
        {"kind": "ask", "prompt": "b", "choices": CHOICES},
        {"kind": "ask", "prompt": "b", "choices": [{"words": {"use": "greetings"}, "goto": "b"}]},
        {"kind": "ask", "prompt": "b", "choices": [{"words": {"en": ["hi", {"use": "more"}]}}]},
        {"kind": "branch", "cases": CASES, "otherwise": "b"},
        {
            "kind": "queue",
            "queue": "q",
            "skills": ["nurse", {"use": "a"}, {"level": 2, "use": "b"}],
        },
    ],
)
@pytest.mark.parametrize("name", ["flow", "shared"])
def test_use_may_stand_anywhere_within_a_step(name, step):
    data = {"include": ["x", "y"], "snippets": {"a": {"kind": "ask"}, "b": [{"digit": "1"}]}}
    data |= {"steps": {"s": step}} | ({"start": "s"} if name == "flow" else {})
    errors = jsonschema.Draft202012Validator(SCHEMAS[name]).iter_errors(data)
    assert [f"{each.json_path}: {each.message}" for each in errors] == []


def test_a_flow_may_include_one_file_and_no_steps_of_its_own():
    validator = jsonschema.Draft202012Validator(SCHEMAS["flow"])
    assert validator.is_valid({"start": "a", "include": "all"})


def test_the_emergency_ladder_is_described():
    rules = SCHEMAS["site"]["properties"]["emergency"]["properties"]
    rung = rules["ladder"]["items"]["properties"]
    assert rung["do"]["enum"] == ["ring-all", "on-call", "advise"]
    assert all(each.get("description") for each in (*rules.values(), *rung.values()))


def objects(schema):
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            yield schema
        for each in schema.values():
            yield from objects(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from objects(each)


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_object_takes_unknown_keys(name):
    found = list(objects(SCHEMAS[name]))
    # A mapping by name may say `use` beside its names.
    closed = [each for each in found if each["properties"].keys() != {"use"}]
    assert all(each["additionalProperties"] is False for each in closed)
    assert found or name == "prompts"


def test_every_key_of_the_site_is_explained_in_the_words_of_the_docstring():
    properties = SCHEMAS["site"]["properties"]
    assert all(each.get("description") for each in properties.values())
    assert properties["title"]["description"] == "the clinic's name."


def test_descriptions_over_several_lines_are_put_together():
    words = attributes(AskStep)["silent_goto"]
    assert words.startswith("for an optional question, such as the symptom screen: where silence")
    assert words.endswith("offered to the next questions.")
    assert "attempts" in attributes(AskStep)
    assert len(attributes(SiteFile)) == len(SCHEMAS["site"]["properties"])


def test_a_step_is_one_of_its_kinds():
    steps = SCHEMAS["flow"]["properties"]["steps"]["additionalProperties"]["oneOf"]
    *kinds, using = steps
    assert [each["properties"]["kind"]["const"] for each in kinds] == list(KINDS)
    assert using["properties"]["kind"]["enum"] == list(KINDS)
    assert using["required"] == ["use"]
