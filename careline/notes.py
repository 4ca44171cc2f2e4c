"""What is known of callers to whom something is owed: where to call, what they gave and said.

While a call is live, its engine knows. When it ends and a person, or the line, still has something
to do for the caller, the journal gets it in one sealed record (:class:`~calls.facts.CallerNoted`),
and memory keeps it until the last of that is done. Whoever calls a patient back must not have to
ask them for everything again, and a nurse must know what the caller said when the line was cut.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date

import msgspec

from acd import Distributor
from calls.facts import CallerNoted
from calls.ids import CallId
from calls.private import Private
from calls.verdict import Verdict
from careline.tasks import Tasks
from ivr.values import Value

log = logging.getLogger(__name__)

KEPT_SAID = 20
"""Of a call's words of danger the latest so many are shown to a nurse."""


@dataclass(frozen=True, slots=True)
class Said:
    """Words in which triage found something.

    Attributes:
        at: when they were assessed, seconds since the epoch.
        words: what was heard.
        verdict: what triage made of it.
    """

    at: float
    words: Private
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is known of a caller.

    Attributes:
        number: where to call: the one that they gave for it, or the one that was shown; empty where
            none is known.
        told: what they were asked for and gave, by the variable's name; a date as in ISO 8601.
        said: words of danger, oldest first.
        advised_911: whether they were told to call 911, and may be doing so.
    """

    number: Private = Private("")
    told: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    said: tuple[Said, ...] = ()
    advised_911: bool = False

    def with_more(
        self,
        *,
        number: Private,
        told: Mapping[str, Value],
        said: tuple[Said, ...],
        advised_911: bool,
    ) -> Note:
        """This one, and what a later call has added to it."""
        return Note(
            number=number or self.number,
            told={**self.told, **{name: _written(value) for name, value in told.items()}},
            said=(*self.said, *said)[-KEPT_SAID:],
            advised_911=self.advised_911 or advised_911,
        )


NOTHING = Note()
"""Of a caller of whom nothing is known."""


def written(note: Note) -> Private:
    """A note as a fact has it: JSON."""
    return Private(msgspec.json.encode(note).decode())


def read(text: Private) -> Note:
    """The note that :func:`written` made ``text`` from.

    One that was forgotten, or that another version of the software wrote, is :data:`NOTHING`: that
    a note cannot be read must not keep a line from starting.
    """
    if not text:
        return NOTHING
    try:
        return msgspec.json.decode(text.reveal(), type=Note)
    except msgspec.MsgspecError as error:
        log.warning("what was known of a caller cannot be read (%s)", type(error).__name__)
        return NOTHING


class Notes:
    """The notes of the calls that are over, as long as anything is owed to their callers.

    Args:
        distributor: knows which call-backs are open.
        tasks: what people have to do.
    """

    def __init__(self, distributor: Distributor, tasks: Tasks) -> None:
        self._distributor = distributor
        self._tasks = tasks
        self._notes: dict[CallId, Note] = {}

    def __iter__(self) -> Iterator[CallId]:
        return iter(self._notes)

    def of(self, call_id: CallId) -> Note:
        """What is known of the caller of a call that is over."""
        return self._notes.get(call_id, NOTHING)

    def recall(self, call_id: CallId, note: Note) -> None:
        """Remember a note that was found in the journal again."""
        self._notes[call_id] = note

    def take(self, fact: CallerNoted) -> None:
        """Remember what was just noted."""
        self._notes[fact.call_id] = read(fact.note)

    def is_due(self, call_id: CallId) -> bool:
        """Whether something is owed to the caller."""
        return self._tasks.of(call_id) or self._distributor.call_back(call_id) is not None

    def let_go(self, needed: Set[CallId]) -> None:
        """Forget what nobody needs any more.

        Args:
            needed: calls whose callers have been called back, and may still be on the line.
        """
        self._notes = {
            call_id: note
            for call_id, note in self._notes.items()
            if call_id in needed or self.is_due(call_id)
        }


def _written(value: Value) -> str | int | float | bool:
    return value.isoformat() if isinstance(value, date) else value
