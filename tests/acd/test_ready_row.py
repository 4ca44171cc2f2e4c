"""The row of those who are free: whoever of a set has been ready for longest, however many are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd import AgentConfig
from acd.agent import Agent
from acd.ready_row import BLOCK, ReadyRow


def crowd(ready_since):
    """Agents who have been ready since these times."""
    agents = []
    for index, since in enumerate(ready_since):
        agents.append(Agent(AgentConfig(id=f"agent-{index}", name=""), index))
        agents[-1].ready_since = float(since)
    return agents


def longest(agents, among):
    there = [agent for agent in agents if agent.bit & among]
    return min(there, key=lambda agent: agent.ready_key, default=None)


@given(
    since=st.lists(st.integers(0, 50), min_size=1, max_size=3 * BLOCK),
    steps=st.lists(st.integers(0, 3 * BLOCK - 1), min_size=1, max_size=60),
    among=st.lists(st.integers(0, 3 * BLOCK - 1), min_size=1, max_size=8),
)
def test_the_first_of_a_set_is_who_has_been_ready_for_longest(since, steps, among):
    agents, row = crowd(since), ReadyRow()
    for agent in agents:
        row.add(agent)
    there = list(agents)
    wanted = sum(1 << index for index in set(among))
    for step in steps:
        agent = agents[step % len(agents)]
        if agent in there:
            row.remove(agent)
            there.remove(agent)
        else:
            row.add(agent)
            there.append(agent)
        assert row.first_of(wanted) is longest(there, wanted)


@pytest.mark.parametrize("backwards", [False, True])
def test_thousands_stand_in_order(backwards):
    agents, row = crowd(range(3000)), ReadyRow()
    for agent in reversed(agents) if backwards else agents:
        row.add(agent)
    left = (1 << len(agents)) - 1
    for agent in agents:
        assert row.first_of(left) is agent
        left ^= agent.bit
    for agent in agents[::2]:
        row.remove(agent)
    assert [row.first_of(agent.bit) for agent in agents[::2]] == [None] * 1500
    assert row.first_of(sum(agent.bit for agent in agents)) is agents[1]


def test_whoever_is_not_in_the_row_cannot_be_taken_out():
    agents, row = crowd([1, 2]), ReadyRow()
    with pytest.raises(KeyError):
        row.remove(agents[0])
    row.add(agents[0])
    with pytest.raises(KeyError):
        row.remove(agents[1])
    assert row.first_of(3) is agents[0]
    assert row.first_of(agents[1].bit) is None
