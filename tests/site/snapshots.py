"""Restarts from a snapshot, held against those that read the whole journal.

A snapshot is taken as the product takes it and read as the product reads it. What comes of it has
to be the same switchboard, to the last deadline and the last detail of every call, that a replay of
every entry leads to. Behind a hole of the journal it is better than that: it knows what was never
written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from calls.ports import Entry
from calls.private import Private
from careline import checkpoint as checkpoints
from careline.checkpoint import Track, encode
from careline.live_call import LiveCall
from careline.notes import written
from careline.restart import Restart, restart
from careline.restoring import standing_of
from config.site import Site
from ivr import CallRules, Flow
from tests.site.board import Board
from tests.site.invariants import Violation
from tests.site.journal import TornJournal

if TYPE_CHECKING:
    from tests.site.world import World

_STATIC = (Flow, CallRules, Site)
"""What a call is made with and never changes."""


class Again(NamedTuple):
    """What a snapshot and the journal after it lead to; the last are how far lines were heard."""

    board: Board
    track: Track
    told: list[Entry]
    seen: dict[str, int]


class UpToSnapshot:
    """The journal as a restart reads it, but for what was written after the snapshot.

    Args:
        journal: the whole.
    """

    def __init__(self, journal: TornJournal) -> None:
        self._journal = journal
        snapshot = journal.latest_snapshot()
        self._until = snapshot[0] if snapshot else 0

    def latest_snapshot(self) -> tuple[int, bytes] | None:
        """See :meth:`calls.ports.Journal.latest_snapshot`."""
        return self._journal.latest_snapshot()

    def read(self, after: int = 0) -> Iterator[tuple[int, Entry]]:
        """See :meth:`calls.ports.Journal.read`."""
        for position in range(after, self._until):
            yield position + 1, self._journal.durable[position]


def whole_track(journal: TornJournal, world: World) -> Track:
    """Where calls began, from the first entry on."""
    track = Track(world.site.id, world.site.version)
    for index in range(len(journal.durable)):
        track.follow(index + 1, journal.durable[index])
    return track


def from_snapshot(journal: TornJournal, world: World) -> Again | None:
    """The switchboard of the latest snapshot with what was written since, and what that led to.

    ``None`` where there is no snapshot.

    Raises:
        Violation: there is one, and nothing can be made of it.
    """
    found = journal.latest_snapshot()
    if found is None:
        return None
    came: Restart = restart(
        UpToSnapshot(journal),  # type: ignore[arg-type]
        world.site,
        world.find_version,
        lambda _now, _turn: None,
    )
    if came.inputs:
        raise Violation("the snapshot was thrown away, and the whole journal read instead")
    board = came.switchboard
    # What is made of a snapshot is a switchboard of the product; it has no more in it than this.
    board.__class__ = Board
    assert isinstance(board, Board)
    position, _state = found
    seen = journal.seen(position)
    # Facts of calls that were not let in are known to it only.
    apart = came.seen.items() ^ seen.items()
    if any(epoch not in journal.dropped for epoch, _seq in apart):
        raise Violation("the snapshot knows of other facts of lines than the journal does")
    _board, told = world.replayed(board, position)
    for index in range(position, len(journal.durable)):
        came.track.follow(index + 1, journal.durable[index])
    for epoch, seq in journal.seen().items():
        came.seen[epoch] = max(came.seen.get(epoch, 0), seq)
    return Again(board, came.track, told, came.seen)


def take(board: Board, track: Track, seen: Mapping[str, int], now: float, shortest: int) -> bytes:
    """A snapshot; nothing where none can be taken now.

    Args:
        board: how everything stands.
        track: where in the journal calls began.
        seen: how far each run of a line was heard.
        now: seconds since the epoch.
        shortest: in place of the product's shortest stretch, for a day is shorter than that.
    """
    standing = standing_of(board, now)
    if standing is None:
        return b""
    usual = checkpoints.SHORTEST_STRETCH
    checkpoints.SHORTEST_STRETCH = shortest
    try:
        made = track.checkpoint(standing, seen)
    finally:
        checkpoints.SHORTEST_STRETCH = usual
    return b"" if made is None else encode(made)


def compare(one: Board, other: Board) -> None:
    """Hold two switchboards against each other.

    Raises:
        Violation: they differ; the message says where.
    """
    for name, mine, theirs in zip(_NAMES, _picture(one), _picture(other), strict=True):
        if mine != theirs:
            where, one_says, other_says = _difference(name, mine, theirs)
            raise Violation(f"{where}: {one_says} by a snapshot, {other_says} by the whole journal")


def _difference(where: str, mine: Any, theirs: Any) -> tuple[str, Any, Any]:
    """The first place in which two things differ."""
    if is_dataclass(mine) and type(mine) is type(theirs):
        pairs = [
            (f".{each.name}", getattr(mine, each.name), getattr(theirs, each.name))
            for each in fields(mine)
        ]
    elif isinstance(mine, dict) and isinstance(theirs, dict) and [*mine] == [*theirs]:
        pairs = [(f"[{key}]", mine[key], theirs[key]) for key in mine]
    elif isinstance(mine, list | tuple) and len(mine) == len(theirs):
        both = zip(mine, theirs, strict=True)
        pairs = [(f"[{index}]", *each) for index, each in enumerate(both)]
    else:
        return where, mine, theirs
    for name, one, other in pairs:
        if one != other:
            return _difference(where + name, one, other)
    return where, mine, theirs


_NAMES = (
    "the distributor",
    "deadlines",
    "tasks",
    "outcomes",
    "calls that are over",
    "overrides",
    "owed numbers",
    "notes",
    "estimates",
    "live calls",
    "calls just answered",
)


def _picture(board: Board) -> tuple[Any, ...]:
    return (
        board.distributor.state(),
        board.next_deadline(),
        tuple(board.tasks),
        board.calls.outcomes,
        sorted(board.calls.ended),
        dict(board.openness.overrides),
        {each: board.owed.of(each).reveal() for each in sorted(board.owed.shown_in)},
        {call_id: written(board.notes.of(call_id)).reveal() for call_id in sorted(board.notes)},
        board.estimates.state(),
        {call_id: _looked_into(call, set()) for call_id, call in board.calls.items()},
        {call_id: _of_ended(call) for call_id, call in board.calls.answered.items()},
    )


def _of_ended(call: LiveCall) -> Any:
    """What may still be asked of a call that is over; its engine takes in nothing any more."""
    held = {name: value for name, value in vars(call).items() if name != "engine"}
    return _looked_into(held, set())


def _looked_into(thing: Any, seen: set[int]) -> Any:
    """Everything that a thing holds, as values that can be compared."""
    if thing is None or isinstance(thing, str | int | float | Enum | type):
        return thing
    if isinstance(thing, Private):
        return thing.reveal()
    if isinstance(thing, _STATIC):
        return type(thing).__name__
    if id(thing) in seen or callable(thing):
        return "..."
    seen = seen | {id(thing)}
    if isinstance(thing, Mapping):
        return {key: _looked_into(value, seen) for key, value in thing.items()}
    if isinstance(thing, set | frozenset):
        return sorted(map(str, thing))
    if isinstance(thing, Collection):
        return [_looked_into(each, seen) for each in thing]
    names = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
    held = {name: getattr(thing, name) for name in names if hasattr(thing, name)}
    held |= getattr(thing, "__dict__", {})
    return {name: _looked_into(value, seen) for name, value in held.items()}
