"""What the command line may ask about tasks: what is to be done, for whom, and that it is done."""

from __future__ import annotations

from typing import Any

from acd import RED_FLAG_TASK, CallBackView
from calls.facts import TaskClosed, TaskRead
from calls.ids import CallId
from careline.agent_requests import agent_named, nurses_of
from careline.call_log import CallLog
from careline.duties import Duty, duties
from careline.refusal import Refused, did_you_mean
from careline.screen import danger_data
from careline.switchboard import Switchboard
from config.outbound import permits

HOWS = ("reached", "not-reached", "help-was-there", "not-needed", "done")
"""How a task may be closed, as in :class:`~calls.facts.TaskClosed`."""


MUST_NOT_RING = (
    "the line must not ring them: somebody else who answers could put them in danger, "
    "so a rule of the triage protocol forbids it"
)
"""What a person reads where a rule of the protocol says ``do_not_call_back``."""


def task_data(board: Switchboard, now: float) -> list[dict[str, Any]]:
    """What is to be done, for the answer; red flags first.

    Args:
        board: the site.
        now: seconds since the epoch.
    """
    return [_data(duty, board, now) for duty in duties(board)]


def closing(
    board: Switchboard, calls: CallLog, call: str, kind: str | None, by: str, how: str
) -> TaskClosed:
    """A person says that a task is done.

    Args:
        board: the site.
        calls: the last calls.
        call: the call's id, or how it begins.
        kind: of the task, where the call has several.
        by: the agent who answers for it.
        how: one of :data:`HOWS`.

    Raises:
        Refused: there is no such agent, call or task, or it cannot be closed like that.
    """
    agent_id = agent_named(board.site, by)
    if how not in HOWS:
        raise Refused(f"'{how}' is none of {', '.join(HOWS)}")
    everything = duties(board)
    call_id = _call(board, calls, everything, call)
    duty = _one(call_id, [each for each in everything if each.call_id == call_id], kind)
    if duty.kind == RED_FLAG_TASK:
        _check_red_flag(board, duty, how)
    return TaskClosed(site=board.site.id, call_id=call_id, kind=duty.kind, by=agent_id, how=how)


def reading(
    board: Switchboard, calls: CallLog, call: str, kind: str | None, by: str, now: float
) -> tuple[TaskRead, dict[str, Any]]:
    """A person reads what is known of a caller for whom something is to be done.

    The words of danger are in it for whoever has clinical rights, as on their screen.

    Args:
        board: the site.
        calls: the last calls.
        call: the call's id, or how it begins.
        kind: of the task, where the call has several.
        by: the agent who reads.
        now: seconds since the epoch.

    Returns:
        That they have read it, for the journal; and what is known, which is a patient record.

    Raises:
        Refused: there is no such agent, call or task.
    """
    agent_id = agent_named(board.site, by)
    everything = duties(board)
    call_id = _call(board, calls, everything, call)
    duty = _one(call_id, [each for each in everything if each.call_id == call_id], kind)
    known = board.known_of(call_id)
    data = _data(duty, board, now)
    data |= {"number": known.number.reveal() or None, "told": dict(known.told)}
    if agent_id in nurses_of(board.site):
        data |= danger_data(known, board.site, now)
    read = TaskRead(site=board.site.id, call_id=call_id, kind=duty.kind, by=agent_id)
    return read, data


def _call(board: Switchboard, calls: CallLog, everything: list[Duty], typed: str) -> CallId:
    """The call that is meant, which has something to be done."""
    with_duty = {duty.call_id: None for duty in everything}
    begun = [call_id for call_id in with_duty if call_id.startswith(typed)]
    if CallId(typed) in with_duty:
        return CallId(typed)
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise Refused(f"'{typed}' begins {len(begun)} calls: {', '.join(begun)}; type more of it")
    if calls.begins(typed) or any(each.startswith(typed) for each in board.calls):
        raise Refused(f"for call '{typed}' nothing is to be done")
    near = did_you_mean(typed, {call_id[: max(1, len(typed))] for call_id in with_duty})
    raise Refused(f"there is no call '{typed}'{near or '; `careline task` lists what is open'}")


def _one(call_id: CallId, of_call: list[Duty], kind: str | None) -> Duty:
    """The task of a call that is meant."""
    kinds = {duty.kind: duty for duty in of_call}
    if kind is None and len(kinds) > 1:
        raise Refused(f"call {call_id} has {' and '.join(kinds)}: say which with --kind")
    if kind is None:
        return of_call[0]
    if kind not in kinds:
        has = " and ".join(kinds)
        raise Refused(f"call {call_id} has no {kind}; it has {has}")
    return kinds[kind]


def _check_red_flag(board: Switchboard, duty: Duty, how: str) -> None:
    """Refuse what does not say whether the caller has been helped."""
    others = [each for each in HOWS if each not in ("reached", "done")]
    if how == "done":
        ways = ", ".join(("reached", *others[:-1]))
        raise Refused(f"a red flag is not done with: say {ways} or {others[-1]}")
    if how == "reached" and (duty.call_back is None or not duty.call_back.confirmed):
        raise Refused(
            f"nobody has confirmed that it was the caller who was reached: the nurse presses "
            f"{board.site.features.identity} while they speak; without it say "
            f"{', '.join(others[:-1])} or {others[-1]}"
        )


def _tries_again(board: Switchboard, view: CallBackView) -> bool:
    """Whether the line will dial. The last attempt of a routine call-back closes it."""
    left = not view.emergency or view.attempts < board.site.emergency.call_back_attempts
    return view.allowed and left


def _data(duty: Duty, board: Switchboard, now: float) -> dict[str, Any]:
    data: dict[str, Any] = {
        "call": duty.call_id,
        "kind": duty.kind,
        "queue": duty.queue,
        "urgent": duty.urgent,
        "opened_at": duty.opened_at,
        "age_s": now - duty.opened_at,
        "promised_until": duty.promised_until,
        "recording": duty.recording_id,
        "do_not_call_back": None if duty.may_call_back else MUST_NOT_RING,
    }
    if duty.is_call_back:
        data["number_known"] = bool(board.known_of(duty.call_id).number)
    if duty.call_back is not None:
        view = duty.call_back
        number = board.owed.of(duty.call_id)
        may_dial = not number or permits(board.site.sip.outbound, number.reveal())
        data["number_permitted"] = may_dial
        goes_on = not (view.reached or view.under_way) and may_dial and _tries_again(board, view)
        data["call_back"] = {
            "permitted": view.allowed,
            "attempts": view.attempts,
            "next_at": view.next_at if goes_on else None,
            "under_way": view.under_way if may_dial else None,
            "reached": view.reached,
            "confirmed": view.confirmed,
        }
    return data
