"""One ordinary call as the journal sees it, from the ring to the sealed recording."""

from __future__ import annotations

from calls.commands import Command, OfferCall
from calls.facts import (
    CallArrived,
    CallConnected,
    CallEnded,
    CallerHungUp,
    CallQueued,
    DigitsCollected,
    Fact,
    OfferAccepted,
    OfferRinging,
    RecordingSealed,
)
from calls.ids import AgentId, CallId, OfferId, QueueId
from calls.outcome import Outcome
from calls.ports import Entry
from calls.private import Private
from calls.requirement import Requirement, SkillNeed

_SITE = "main"
_EPOCH = "run-1"
_QUEUE = QueueId("billing")

RECORDS_A_CALL = 10
APPENDS_A_CALL = 6


def life(number: int) -> list[list[Entry]]:
    """The entries of one call, as they come together: a fact and what followed from it.

    Args:
        number: of the call; no two calls of a journal have the same.
    """
    call, offer, agent = CallId(f"call-{number:08}"), OfferId(f"offer-{number:08}"), AgentId("ana")
    caller = Private(f"613555{number % 10_000:04}")
    turns: list[list[Fact | Command]] = [
        [CallArrived(site=_SITE, call_id=call, caller=caller, dialled="100", line="sip")],
        [
            DigitsCollected(site=_SITE, call_id=call, digits=Private("2")),
            CallQueued(
                site=_SITE,
                call_id=call,
                requirement=Requirement(queue=_QUEUE, skills=(SkillNeed(skill="en"),)),
            ),
            OfferCall(
                call_id=call,
                offer_id=offer,
                agent_id=agent,
                ring_timeout_s=20.0,
                emergency=False,
                queue=_QUEUE,
                rule="longest ready",
            ),
        ],
        [OfferRinging(site=_SITE, call_id=call, offer_id=offer, agent_id=agent)],
        [
            OfferAccepted(site=_SITE, call_id=call, offer_id=offer, agent_id=agent),
            CallConnected(site=_SITE, call_id=call, agent_id=agent, offer_id=offer),
        ],
        [
            CallerHungUp(site=_SITE, call_id=call),
            CallEnded(site=_SITE, call_id=call, outcome=Outcome.HANDLED),
        ],
        [RecordingSealed(site=_SITE, call_id=call, recording_id=f"rec-{call}", duration_s=184.5)],
    ]
    entries = []
    for place, turn in enumerate(turns):
        at = 1_700_000_000.0 + number + place / 8
        first, *rest = turn  # the fact that came from the line
        seq = number * APPENDS_A_CALL + place + 1
        entries.append(
            [
                Entry(at=at, record=first, line_epoch=_EPOCH, line_seq=seq),
                *(Entry(at=at, record=record) for record in rest),
            ]
        )
    return entries
