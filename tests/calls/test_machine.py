"""Tables of states, and what happens when a table has no answer."""

from enum import Enum

import pytest

from calls.machine import IllegalFact, Table, successor


class Door(Enum):
    OPEN = "open"
    SHUT = "shut"


class Push:
    pass


class HardPush(Push):
    pass


TABLE: Table[Door] = {Door.OPEN: {Push: Door.SHUT}, Door.SHUT: {}}


def test_the_state_that_follows_stands_in_the_table():
    assert successor(TABLE, "the door", Door.OPEN, Push()) is Door.SHUT


def test_a_fact_without_an_entry_is_illegal_and_named_with_machine_and_state():
    with pytest.raises(IllegalFact, match="the door: Push is illegal in state SHUT") as caught:
        successor(TABLE, "the door", Door.SHUT, Push())
    error = caught.value
    assert (error.machine, error.state, error.fact_type) == ("the door", Door.SHUT, Push)
    # The table's own KeyError would only confuse.
    assert error.__suppress_context__


def test_a_state_without_an_entry_is_illegal_too():
    with pytest.raises(IllegalFact):
        successor({}, "the door", Door.OPEN, Push())


def test_a_fact_is_looked_up_by_its_exact_type():
    with pytest.raises(IllegalFact):
        successor(TABLE, "the door", Door.OPEN, HardPush())
