"""Coming to where a journal left off: from its checkpoint, or from its start if it has none."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from calls.commands import OpenTask
from calls.facts import CallArrived, CallBackChosen, CallEnded, CallerNoted, WordsAssessed
from calls.ids import CallId
from calls.ports import Entry, Journal
from calls.private import Private
from careline import checkpoint as checkpoints
from careline.checkpoint import Checkpoint, CheckpointError, Track
from careline.notes import Note, read
from careline.restoring import restored
from careline.switchboard import Switchboard
from careline.turn import Turn
from config.site import Site

log = logging.getLogger(__name__)

Observer = Callable[[float, Turn], None]


@dataclass(slots=True)
class Restart:
    """What a journal led to.

    Attributes:
        switchboard: as it stood.
        track: where in the journal calls began.
        inputs: how many were replayed.
        latest: the latest time of any entry, seconds since the epoch.
        seen: how far each run of a line had been heard.
        said: what was said in calls that are not over.
    """

    switchboard: Switchboard
    track: Track
    inputs: int = 0
    latest: float = 0.0
    seen: dict[str, int] = field(default_factory=dict)
    said: dict[CallId, list[WordsAssessed]] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether the journal held nothing at all."""
        return self.track.position == 0


def restart(
    journal: Journal, site: Site, find_version: Callable[[str], Site | None], observer: Observer
) -> Restart:
    """Read a journal.

    Args:
        journal: whose.
        site: the version that is in force before the first entry.
        find_version: finds others.
        observer: told the turns again, and of what is before the checkpoint the last stretch.

    Raises:
        JournalError: it cannot be read.
    """
    came = _from_checkpoint(journal, site, find_version, observer)
    if came is None:
        came = Restart(Switchboard(site, find_version), Track(site.id, site.version))
    inputs = ((each.at, each.record) for each in _followed(journal, came, came.track.position))
    came.inputs = came.switchboard.replay(inputs, observer)
    return came


def _from_checkpoint(
    journal: Journal, site: Site, find_version: Callable[[str], Site | None], observer: Observer
) -> Restart | None:
    """How everything stood at the journal's checkpoint; ``None`` where there is none to use."""
    found = journal.latest_snapshot()
    if found is None:
        return None
    position, state = found
    try:
        checkpoint = checkpoints.decode(state)
        track = Track(checkpoint.site, checkpoint.stretch_version)
        came = Restart(Switchboard(site, find_version), track)
        came.switchboard = restored(
            checkpoint,
            _followed(journal, came, checkpoint.stretch_after, position),
            _numbers(journal, checkpoint),
            _notes(journal, checkpoint),
            find_version,
            observer,
        )
    except CheckpointError as error:
        log.warning("%s: the whole journal is read instead", error)
        return None
    came.track.recall(checkpoint, position)
    came.latest = max(came.latest, checkpoint.at)
    came.seen = dict(checkpoint.seen)
    return came


def _numbers(journal: Journal, checkpoint: Checkpoint) -> dict[CallId, Private]:
    """Numbers that were shown before the stretch; those that were forgotten are not there."""
    numbers = {}
    for call_id, after in checkpoint.arrivals.items():
        _position, entry = next(journal.read(after), (0, None))
        match entry and entry.record:
            case (
                CallArrived(caller=number) | CallBackChosen(number=number) | OpenTask(number=number)
            ):
                numbers[call_id] = number
    return numbers


def _notes(journal: Journal, checkpoint: Checkpoint) -> dict[CallId, Note]:
    """What is known of callers who have left; those that were forgotten are not there."""
    notes = {}
    for call_id, after in checkpoint.notes.items():
        _position, entry = next(journal.read(after), (0, None))
        match entry and entry.record:
            case CallerNoted(note=note):
                notes[call_id] = read(note)
    return notes


def _followed(
    journal: Journal, came: Restart, after: int, until: int | None = None
) -> Iterator[Entry]:
    """Entries, with what they leave behind noted."""
    for position, entry in journal.read(after):
        if until is not None and position > until:
            return
        came.track.follow(position, entry)
        came.latest = max(came.latest, entry.at)
        if entry.line_epoch:
            seen = came.seen.get(entry.line_epoch, 0)
            came.seen[entry.line_epoch] = max(seen, entry.line_seq)
        record = entry.record
        if isinstance(record, WordsAssessed):
            came.said.setdefault(record.call_id, []).append(record)
        elif isinstance(record, CallEnded):
            came.said.pop(record.call_id, None)
        yield entry
