"""Those who are free, in the order in which they have been ready, searched by sets of agents.

The row is kept in short blocks, and each block knows the set of those in it. Who of a set has been
ready for longest is found by asking the blocks one after the other, then the agents of one block:
also where thousands are free and those at the front of the row are wanted by nobody.
"""

from __future__ import annotations

from bisect import bisect_right

from acd.agent import Agent
from acd.ranking import Key, Ranking

BLOCK = 128
"""So many agents are at most in a block. Among so few each is looked at as fast as each block is
of ten thousand agents."""


class _Block:
    """Some agents who stand next to each other in the row.

    Attributes:
        row: they, in order; never empty for long.
        members: the set of them.
    """

    __slots__ = ("members", "row")

    def __init__(self) -> None:
        self.row: Ranking[Agent] = Ranking()
        self.members = 0

    def add(self, agent: Agent) -> None:
        self.row.add(agent.ready_key, agent)
        self.members |= agent.bit

    def remove(self, agent: Agent) -> None:
        self.row.remove(agent.ready_key)
        self.members ^= agent.bit


class ReadyRow:
    """Agents by how long they have been ready, longest first."""

    __slots__ = ("_blocks", "_first_keys")

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._first_keys: list[Key] = []
        """Of each block, to find an agent's by."""

    def add(self, agent: Agent) -> None:
        """Put an agent in their place; who they are compared by must not change from now on."""
        blocks, first_keys = self._blocks, self._first_keys
        if not blocks:
            blocks.append(_Block())
            first_keys.append(agent.ready_key)
        at = self._at(agent)
        block = blocks[at]
        block.add(agent)
        first_keys[at] = block.row.first_key
        if len(block.row) > BLOCK:
            later = _Block()
            for each in list(block.row)[BLOCK // 2 :]:
                block.remove(each)
                later.add(each)
            blocks.insert(at + 1, later)
            first_keys.insert(at + 1, later.row.first_key)

    def remove(self, agent: Agent) -> None:
        """Take an agent out.

        Raises:
            KeyError: they are not in the row; nothing was changed.
        """
        if not self._blocks:
            raise KeyError(agent.ready_key)
        at = self._at(agent)
        block = self._blocks[at]
        block.remove(agent)
        if block.row:
            self._first_keys[at] = block.row.first_key
        else:
            del self._blocks[at], self._first_keys[at]

    def first_of(self, among: int) -> Agent | None:
        """Who of a set has been ready for longest; ``None`` if nobody of it is in the row."""
        for block in self._blocks:
            hit = block.members & among
            if hit:
                return next(agent for agent in block.row if agent.bit & hit)
        return None

    def _at(self, agent: Agent) -> int:
        """The place of the block that the agent belongs to."""
        return max(0, bisect_right(self._first_keys, agent.ready_key) - 1)
