"""Whose phone a red flag may ring although they are not free: what of theirs may be cut short.

Never a conversation, and never the ring of another red flag.
"""

from __future__ import annotations

from acd.agent import Agent, Presence
from acd.work import Work


def rings_for_routine(agent: Agent) -> bool:
    """Whether the agent is rung for routine calls, and speaks with nobody."""
    rung = False
    for offer in agent.offers:
        if offer.ringing and not offer.visit.lane.emergency:
            rung = True
        elif offer.work is not Work.WRAP_UP:
            return False
    return rung


def rings_with_all(agent: Agent) -> bool:
    """Whether the agent is rung where every nurse is.

    Also in wrap-up, at rest, on a break or while a routine call rings there.
    """
    if agent.presence is Presence.OUT or not agent.reachable or agent.leaving:
        return False
    if agent.pending is Presence.OUT and agent.offers:
        return False
    return all(
        offer.work is Work.WRAP_UP or (offer.ringing and not offer.visit.lane.emergency)
        for offer in agent.offers
    )
