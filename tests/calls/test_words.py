"""Facts and commands, all of them: values that cannot change and cannot be mixed up."""

import dataclasses
import inspect
import typing

import pytest

from calls import commands, facts
from calls.commands import Command
from calls.facts import DERIVED, Fact
from calls.private import Private


def all_of(module, base):
    found = [kind for _name, kind in inspect.getmembers(module, inspect.isclass)]
    return [kind for kind in found if issubclass(kind, base)]


FACTS = all_of(facts, Fact)
COMMANDS = all_of(commands, Command)
WORDS = [*FACTS, *COMMANDS]


def example(kind):
    """One of its kind; what stands in it does not matter here."""
    return kind(**{field.name: f"a {field.name}" for field in dataclasses.fields(kind)})


@pytest.mark.parametrize("kind", WORDS)
def test_what_was_said_cannot_be_changed_or_added_to(kind):
    one = example(kind)
    field = dataclasses.fields(kind)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(one, field, "another")
    assert not hasattr(one, "__dict__")


@pytest.mark.parametrize("kind", WORDS)
def test_fields_are_given_by_name(kind):
    count = len(dataclasses.fields(kind))
    with pytest.raises(TypeError):
        kind(*["x"] * count)


@pytest.mark.parametrize("kind", WORDS)
def test_what_says_the_same_is_equal_and_can_be_a_key(kind):
    assert {example(kind): 1}[example(kind)] == 1


@pytest.mark.parametrize("kind", WORDS)
def test_times_carry_their_unit(kind):
    numbers = [f.name for f in dataclasses.fields(kind) if f.type in ("float", "float | None")]
    assert [name for name in numbers if not name.endswith("_s")] == [
        name for name in numbers if name == "confidence"
    ]


@pytest.mark.parametrize("kind", FACTS)
def test_what_is_private_stands_where_the_journal_seals_it(kind):
    hints = typing.get_type_hints(kind)
    nested = [name for name, hint in hints.items() if Private in typing.get_args(hint)]
    assert not nested


def test_every_fact_about_a_call_or_an_agent_names_its_site():
    assert all(dataclasses.fields(kind)[0].name == "site" for kind in FACTS)


def test_facts_that_follow_from_others_are_facts_of_one_call():
    assert all(issubclass(kind, facts.CallFact) for kind in DERIVED)
    assert len(set(DERIVED)) == len(DERIVED)
