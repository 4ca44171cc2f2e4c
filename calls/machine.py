"""State machines as data: an Enum of states and one table ``{state: {FactType: next state}}``.

A machine is a table; this module is the whole interpreter of such tables. A fact for which the
table has no entry is illegal in that state: :class:`IllegalFact` is raised and nothing changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

State = TypeVar("State", bound=Enum)

Table = Mapping[State, Mapping[type, State]]


class IllegalFact(Exception):
    """Ours: a fact reached a machine in a state that has no answer to it. Nothing was changed."""

    def __init__(self, machine: str, state: Enum, fact: object) -> None:
        super().__init__(f"{machine}: {type(fact).__name__} is illegal in state {state.name}")
        self.machine = machine
        self.state = state
        self.fact_type = type(fact)


def successor(table: Table[State], machine: str, state: State, fact: object) -> State:
    """The state that follows ``state`` on ``fact``.

    Args:
        table: the machine's transitions.
        machine: what to call the machine in an error, for example ``"agent ana"``.
        state: where it stands.
        fact: what happened; looked up by its exact type.

    Raises:
        IllegalFact: the table has no entry for it.
    """
    try:
        return table[state][type(fact)]
    except KeyError:
        raise IllegalFact(machine, state, fact) from None
