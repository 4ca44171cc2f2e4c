"""Whom a red flag may have although they are not free: what of theirs may be cut short.

Never a conversation, never a call-back that is being dialled, and never the ring of another red
flag who is on the line.
"""

from __future__ import annotations

from enum import IntEnum

from acd.agent import Agent, Presence
from acd.offer import Offer
from acd.work import Work


class CutShort(IntEnum):
    """What a red flag would cut short, the least first."""

    RING = 0
    """The phone rings for a routine call."""
    HALF_PAIR = 1
    """They have answered for a call of two people, and the other has not."""
    CALL_BACK = 2
    """The phone rings to call back a red flag who dropped, and nobody is dialled yet."""


def cut_short(agent: Agent) -> CutShort | None:
    """What a red flag on the line would cut short; ``None`` if nothing may be, or nothing is."""
    most = None
    for offer in agent.offers:
        if offer.work is Work.WRAP_UP:
            continue
        what = _of(offer)
        if what is None:
            return None
        most = what if most is None else max(most, what)
    return most


def rings_with_all(agent: Agent) -> bool:
    """Whether the agent is rung where every nurse is.

    Also in wrap-up, at rest, on a break, or where something may be cut short.
    """
    if agent.presence is Presence.OUT or not agent.reachable or agent.leaving:
        return False
    if agent.pending is Presence.OUT and agent.offers:
        return False
    return agent.wrapping_up or cut_short(agent) is not None


def _of(offer: Offer) -> CutShort | None:
    visit = offer.visit
    if offer.ringing:
        if visit.lane.urgent:
            return None
        return CutShort.CALL_BACK if visit.lane.emergency else CutShort.RING
    if any(other.ringing for other in visit.offers):
        return CutShort.HALF_PAIR
    return None
