"""A switchboard out of a checkpoint and the stretch of the journal behind it, and the way there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from acd import Distributor
from acd.estimates import Estimates
from calls.commands import OpenTask
from calls.facts import (
    CallArrived,
    CallBackAnswered,
    CallBackChosen,
    CallConnected,
    Fact,
    SitePublished,
    TimerFired,
)
from calls.ids import CallId, QueueId
from calls.ports import Entry
from calls.private import Private
from careline.admission import Spoke
from careline.call_back_call import CallBackCall
from careline.checkpoint import Checkpoint, CheckpointError, Placed, Standing
from careline.live_call import LiveCall
from careline.notes import NOTHING, Note
from careline.rescue import Rescue
from careline.switchboard import Switchboard
from careline.turn import Turn
from config.site import Site


def standing_of(board: Switchboard, now: float) -> Standing | None:
    """How a switchboard stands, to be kept in a checkpoint.

    Args:
        board: between two turns.
        now: seconds since the epoch.

    Returns:
        ``None`` while new calls are turned away, a red flag cannot be seen, or a call is kept that
        was given first aid: only the whole journal brings such a call back.
    """
    kept = {**board.calls.answered, **board.calls}
    if (
        not board.accepting
        or board.hides
        or any(isinstance(each.engine, Rescue) for each in kept.values())
    ):
        return None
    spoken = board.admission.last_spoken(now)
    placed = {
        each.call_id: Placed(shown_in=each.shown_in, emergency=False)
        for each in spoken
        if each.shown_in != each.call_id
    }
    for call_id, call in kept.items():
        if isinstance(call.engine, CallBackCall):
            red_flag = call.engine.for_red_flag
            placed[call_id] = Placed(
                shown_in=call.shown_in, emergency=red_flag, answers=call.answers
            )
    return Standing(
        distributor=board.distributor.state(),
        estimates=board.estimates.state(),
        tasks=tuple(board.tasks),
        outcomes=board.calls.outcomes,
        ended=tuple(board.calls.ended),
        lost=tuple(board.calls.lost),
        calls=tuple(kept),
        placed=placed,
        owed=board.owed.shown_in,
        noted=tuple(board.notes),
        spoke_in=tuple(each.call_id for each in spoken),
        alarms=board.repeats.alarms(now),
        overrides=board.openness.overrides,
        look_for_staff_at=board.look_for_staff_at,
    )


def restored(
    checkpoint: Checkpoint,
    stretch: Iterable[Entry],
    numbers: Mapping[CallId, Private],
    notes: Mapping[CallId, Note],
    find_version: Callable[[str], Site | None],
    observer: Callable[[float, Turn], None] = lambda _now, _turn: None,
) -> Switchboard:
    """The switchboard as it stood when a checkpoint was taken.

    Args:
        checkpoint: it.
        stretch: the journal's entries after ``stretch_after``, up to the checkpoint's.
        numbers: of ``arrivals``, as far as they are still in the journal.
        notes: of ``notes``, as far as they are still in the journal.
        find_version: finds the site's versions.
        observer: told what the stretch holds, each record as a turn without commands.

    Raises:
        CheckpointError: it does not fit the journal, the site's versions or this software.
    """
    first, last = find_version(checkpoint.stretch_version), find_version(checkpoint.version)
    if first is None or last is None:
        raise CheckpointError("a version of the site that the checkpoint names was not kept")
    standing = checkpoint.standing
    board = Switchboard(first, find_version, _distributor(standing, last))
    for call_id, note in notes.items():
        board.notes.recall(call_id, note)
    known = dict(numbers)
    _bring_back(board, standing, stretch, known, find_version, observer)
    if {*board.calls, *board.calls.answered} != {*standing.calls}:
        raise CheckpointError("the calls of the checkpoint are not those of the journal")
    board.use(last)
    board.estimates = Estimates(standing.estimates)
    board.tasks.recall(standing.tasks)
    board.calls.outcomes = dict(standing.outcomes)
    board.calls.remember_ended(standing.ended)
    board.calls.remember_lost({each: known.get(each, Private("")) for each in standing.lost})
    board.openness.recall(standing.overrides)
    board.look_for_staff_at = standing.look_for_staff_at
    return board


def _distributor(standing: Standing, site: Site) -> Distributor:
    try:
        return Distributor.from_state(
            standing.distributor,
            site.queues,
            site.agents,
            QueueId(site.rules.nurse_queue),
            site.emergency,
        )
    except (KeyError, ValueError) as error:
        raise CheckpointError("the checkpoint is of another configuration") from error


def _bring_back(
    board: Switchboard,
    standing: Standing,
    stretch: Iterable[Entry],
    numbers: dict[CallId, Private],
    find_version: Callable[[str], Site | None],
    observer: Callable[[float, Turn], None],
) -> None:
    """Let the calls live again through what the journal says of them."""
    wanted = {*standing.calls}
    nobody = Private("")

    def number_in(call_id: CallId) -> tuple[Private, CallId]:
        placed = standing.placed.get(call_id)
        shown_in = call_id if placed is None else placed.shown_in
        return numbers.get(shown_in, nobody), shown_in

    for entry in stretch:
        record, at = entry.record, entry.at
        if isinstance(record, Fact) and record.site != board.site.id:
            continue
        match record:
            case CallArrived(call_id=call_id, caller=caller):
                numbers.setdefault(call_id, caller)
            case CallBackChosen(call_id=call_id, number=number) if number:
                numbers[call_id] = number
            case OpenTask(call_id=call_id, number=number) if number:
                numbers[call_id] = number
            case SitePublished(version=version):
                site = find_version(version)
                if site is not None and site.id == board.site.id:
                    board.use(site)
            case CallConnected(call_id=call_id, agent_id=agent_id):
                number, shown_in = number_in(call_id)
                board.admission.spoke(number, Spoke(agent_id, call_id, shown_in, at))
            case CallBackAnswered(call_id=call_id) if call_id in wanted:
                _begin_placed(board, standing, call_id, *number_in(call_id), at)
        if isinstance(record, TimerFired) or getattr(record, "call_id", None) in wanted:
            board.calls.recall(record, at)
        observer(at, Turn(records=[record]))
    for alarm in standing.alarms:
        board.repeats.recall(numbers.get(alarm.shown_in, nobody), alarm)
    for call_id, shown_in in standing.owed.items():
        board.owed.recall(call_id, numbers.get(shown_in, nobody), shown_in)


def _begin_placed(
    board: Switchboard,
    standing: Standing,
    call_id: CallId,
    number: Private,
    shown_in: CallId,
    at: float,
) -> None:
    placed = standing.placed.get(call_id)
    if placed is None or call_id in board.calls or call_id in board.calls.ended:
        return
    rules = board.site.rules
    engine = CallBackCall(call_id, rules, emergency=placed.emergency)
    known = NOTHING if placed.answers is None else board.notes.of(placed.answers)
    board.calls.begin(LiveCall(call_id, engine, rules, number, shown_in, placed.answers, known))
    engine.start(at)
    board.calls.arm(call_id)
