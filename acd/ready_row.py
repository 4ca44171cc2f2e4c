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

    __slots__ = ("_blocks",)

    def __init__(self) -> None:
        self._blocks: list[_Block] = []

    def add(self, agent: Agent) -> None:
        """Put an agent in their place; who they are compared by must not change from now on."""
        blocks = self._blocks
        if not blocks:
            blocks.append(_Block())
        at = self._at(agent)
        block = blocks[at]
        block.add(agent)
        if len(block.row) > BLOCK:
            later = _Block()
            for each in list(block.row)[BLOCK // 2 :]:
                block.remove(each)
                later.add(each)
            blocks.insert(at + 1, later)

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
        if not block.row:
            del self._blocks[at]

    def first_of(self, among: int) -> Agent | None:
        """Who of a set has been ready for longest; ``None`` if nobody of it is in the row."""
        for block in self._blocks:
            hit = block.members & among
            if hit:
                return next(agent for agent in block.row if agent.bit & hit)
        return None

    def _at(self, agent: Agent) -> int:
        """The place of the block that the agent belongs to."""
        if len(self._blocks) == 1:
            return 0
        return max(0, bisect_right(self._blocks, agent.ready_key, key=_first_key) - 1)


def _first_key(block: _Block) -> Key:
    return block.row.first_key
