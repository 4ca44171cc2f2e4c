"""First aid for a caller whose flow has failed: what they need, whatever they were doing.

A caller who speaks with an agent goes on speaking. A red flag is a nurse's at once. Whoever waits
keeps their place, whoever does not gets one where somebody is signed in to answer. All the others
hear the advice and are handed over; and who has left already becomes a task.
"""

from __future__ import annotations

from collections.abc import Callable

from acd import RED_FLAG_TASK, Distributor
from calls.commands import Command, EndCall, Enqueue, OpenTask
from calls.facts import (
    CallerHungUp,
    CallEscalated,
    CallFailed,
    DigitsCollected,
    Fact,
    TransferSucceeded,
    WordsAssessed,
)
from calls.ids import QueueId
from calls.outcome import Outcome
from calls.requirement import Requirement
from careline.live_call import CallEngine, LiveCall
from careline.rescue import CALL_BACK, Rescue
from ivr import Interpreter, State


def first_aid(
    call: LiveCall,
    fact: Fact | None,
    distributor: Distributor,
    fallback: str | None,
    *,
    staffed: Callable[[Requirement], bool],
    has_task: bool,
    now: float,
) -> list[Command]:
    """Take the call from its failed engine; what is to be done first.

    Args:
        call: gets a rescue as its engine.
        fact: what the engine failed on; ``None`` for a deadline.
        distributor: knows whether they wait or speak with an agent.
        fallback: the site's number for when the line cannot go on; a red flag goes to the nurse on
            call instead, where the site has one.
        staffed: whether somebody is signed in who could answer a requirement.
        has_task: whether a person has this caller on a list already.
        now: seconds since the epoch.
    """
    call_id, failed, rules = call.call_id, call.engine, call.rules
    urgent = _is_urgent(call, fact, distributor)
    if _has_left(failed, fact):
        return _after_leaving(call, fact, urgent=urgent, has_task=has_task)
    need: Requirement | None = None
    patience_s: float | None = 0.0
    connected = distributor.connected(call_id)
    if urgent:
        need, patience_s = Requirement(queue=QueueId(rules.nurse_queue), emergency=True), None
        fallback = rules.outside.get(rules.on_call or "", fallback)
    elif distributor.position(call_id) is not None:
        patience_s = rules.longest_wait_s
    elif not connected:
        person = Requirement(queue=QueueId(rules.person_queue))
        if staffed(person):
            need, patience_s = person, rules.longest_wait_s
    rescue = Rescue(
        call_id, rules, fallback, Outcome.ERROR, patience_s=patience_s, connected=connected
    )
    call.engine = rescue
    queued = [] if need is None else [Enqueue(call_id=call_id, requirement=need)]
    return [*queued, *rescue.start(now)]


def _is_urgent(call: LiveCall, fact: Fact | None, distributor: Distributor) -> bool:
    """Whether anything says that this caller is a nurse's. The failed engine is not asked twice."""
    match fact:
        case WordsAssessed(verdict=verdict) if verdict.action.is_red_flag:
            return True
        case DigitsCollected(digits=digits) if call.rules.keys.emergency in digits.reveal():
            return True
        case CallEscalated():
            return True
    failed = call.engine
    return distributor.on_emergency_call(call.call_id) or (
        isinstance(failed, Interpreter) and failed.acuity.action.is_red_flag
    )


def _has_left(failed: CallEngine, fact: Fact | None) -> bool:
    return isinstance(fact, CallerHungUp | CallFailed | TransferSucceeded) or (
        isinstance(failed, Interpreter) and failed.state in (State.CLOSING, State.ENDED)
    )


def _after_leaving(
    call: LiveCall, fact: Fact | None, *, urgent: bool, has_task: bool
) -> list[Command]:
    """The call is over; what may have been lost with it is a person's to find out."""
    served = call.engine.was_connected
    if isinstance(fact, TransferSucceeded):
        outcome = Outcome.TRANSFERRED
    else:
        outcome = Outcome.HANDLED if served else Outcome.ERROR
    end = EndCall(call_id=call.call_id, outcome=outcome)
    if has_task or outcome is Outcome.TRANSFERRED or (served and not urgent):
        return [end]
    kind, queue = (
        (RED_FLAG_TASK, call.rules.nurse_queue) if urgent else (CALL_BACK, call.rules.person_queue)
    )
    return [OpenTask(call_id=call.call_id, kind=kind, queue=queue), end]
