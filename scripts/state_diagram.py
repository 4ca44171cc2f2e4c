"""Draws the machines of agents as Mermaid diagrams, from the tables that the code runs by.

``python scripts/state_diagram.py`` prints both, as docs/distributor.md has them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import Enum

from acd import PRESENCE, WORK
from calls.machine import Table


def diagram(table: Table[Enum]) -> str:
    """A table as a Mermaid state diagram; causes that lead the same way share an arrow."""
    return "\n".join(["```mermaid", "stateDiagram-v2", *_arrows(table), "```"])


def _arrows(table: Table[Enum]) -> Iterator[str]:
    names = {state: state.name.lower() for state in table}
    yield f"    [*] --> {names[next(iter(table))]}"
    for state, causes in table.items():
        by_target: dict[Enum, list[str]] = {}
        for cause, target in causes.items():
            by_target.setdefault(target, []).append(cause.__name__)
        for target, labels in by_target.items():
            if target is not state:
                yield f"    {names[state]} --> {names[target]} : {', '.join(labels)}"


if __name__ == "__main__":
    sys.stdout.write(f"{diagram(PRESENCE)}\n\n{diagram(WORK)}\n")
