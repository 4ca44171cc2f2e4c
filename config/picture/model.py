"""What stands in a picture of a flow, as plain data: boxes, ways between them, and frames."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

NURSE, PERSON = "!nurse", "!person"
"""The names of the two boxes that are no steps: where a red flag leads, and where a ladder ends."""


class Role(Enum):
    """Why a call takes a way."""

    CHOSEN = "chosen"
    """The flow's own course: an answer, a case, what follows."""
    FALLBACK = "fallback"
    """Nothing else fits: silence, a wrong answer, a lookup that failed."""
    RED_FLAG = "red flag"
    """A key stands for a red flag."""
    LADDER = "ladder"
    """The last attempt has failed, and a person is sought."""


class Mark(Enum):
    """What became of something from one version to the next."""

    SAME = "unchanged"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A box.

    Attributes:
        id: unique in the picture: the step's path, or :data:`NURSE` or :data:`PERSON`.
        kind: the step's, as files write it; ``nurse`` or ``person`` for these two.
        name: its first line.
        lines: what stands under the name, each a line of its own.
        told: everything about it, in lines, for whoever points at it.
        place: the file and line where it is written; empty where that is not known.
        frame: the id of the frame it stands in; empty for none.
        is_start: whether calls begin here.
        calls: how many have come here; ``None`` where that was not counted.
        mark: for a picture of two versions; else ``None``.
    """

    id: str
    kind: str
    name: str
    lines: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    place: str = ""
    frame: str = ""
    is_start: bool = False
    calls: int | None = None
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way from one box to another. There is at most one from each to each.

    Attributes:
        source: the id of the box it leaves.
        target: the id of the box it leads to.
        lines: what has to happen for it to be taken, one of these; empty where it always is.
        told: the same at full length.
        role: the first of :class:`Role` that any of them has.
        calls: how many have taken it; ``None`` where that was not counted.
        mark: for a picture of two versions; else ``None``.
    """

    source: str
    target: str
    lines: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    role: Role = Role.CHOSEN
    calls: int | None = None
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A frame around boxes: a flow that is shown inside another, or beside another.

    Attributes:
        id: unique in the picture, not empty.
        title: its heading.
        parent: the frame it stands in; empty for none.
    """

    id: str
    title: str
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture. Everything in it is in the order of the files.

    Attributes:
        title: its heading.
        notes: what stands under the heading, in lines.
        counted: what was counted, such as ``dialogues``; empty where nothing was.
        nodes: the boxes.
        ways: between them.
        frames: around them, outer ones first.
        everywhere: what leads to the nurse from every step, in lines.
        language: of what is said in it, such as ``en``.
    """

    title: str
    nodes: tuple[Node, ...]
    ways: tuple[Way, ...]
    notes: tuple[str, ...] = ()
    counted: str = ""
    frames: tuple[Frame, ...] = ()
    everywhere: tuple[str, ...] = ()
    language: str = "en"

    def node(self, node_id: str) -> Node:
        """A box by its id.

        Raises:
            KeyError: there is none.
        """
        for each in self.nodes:
            if each.id == node_id:
                return each
        raise KeyError(node_id)

    def way(self, source: str, target: str) -> Way:
        """A way by the boxes it joins.

        Raises:
            KeyError: there is none.
        """
        for each in self.ways:
            if (each.source, each.target) == (source, target):
                return each
        raise KeyError((source, target))
