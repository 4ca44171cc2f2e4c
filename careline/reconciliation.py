"""What has to happen when what the brain believes and what the line says differ.

The two meet again after a restart of either. The line is right about what is up; the brain is right
about everything else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from acd import Distributor, Work
from calls.commands import Bridge, Command, HangUp, RecallOffer, ReleaseAgent
from calls.facts import (
    CallArrived,
    CallFailed,
    CallResumed,
    Fact,
    OfferFailed,
    PhoneRegistered,
    PhoneUnregistered,
)
from calls.ids import AgentId, CallId
from calls.ports import LineSnapshot
from calls.private import Private


def differences(
    site: str,
    distributor: Distributor,
    known: Collection[CallId],
    ended: Collection[CallId],
    picture: LineSnapshot,
) -> Iterator[Fact | Command]:
    """The facts to take in and the commands to give, in order.

    A call the line no longer has failed; one we do not know (the journal could not be written when
    it came) arrives; one that is over (we ended before the line was told) is hung up; every other
    is told to the line again from where it stands. An offer the line no longer has failed, one we
    no longer have is recalled.

    Args:
        site: the site's id.
        distributor: knows offers and phones.
        known: the calls we know.
        ended: calls that are over.
        picture: what the line says is up.
    """
    up = {call.call_id: call for call in picture.calls}
    for call_id in known:
        if call_id not in up:
            yield CallFailed(site=site, call_id=call_id, reason="line-restarted")
    yield from _phones(site, distributor, picture)
    ours = {offer.offer_id: offer for offer in distributor.live_offers() if offer.call_id in up}
    theirs = {
        offer_id
        for call in picture.calls
        for offer_id in (*call.ringing_offers, call.connected_offer)
    }
    for offer in ours.values():
        if offer.offer_id not in theirs:
            # Also where we took them to be talking: nobody reported the end of a conversation, and
            # a caller who waits again in front has lost less than one who is bid goodbye.
            yield OfferFailed(
                site=site,
                call_id=offer.call_id,
                offer_id=offer.offer_id,
                agent_id=offer.agent_id,
                reason="unreachable",
            )
    for call_id, call in up.items():
        if call_id in ended:
            yield HangUp(call_id=call_id)
            continue
        for offer_id in call.ringing_offers:
            offered = ours.get(offer_id)
            if offered is None:
                yield RecallOffer(call_id=call_id, offer_id=offer_id, agent_id=_UNKNOWN)
            elif offered.state is Work.TALKING:
                yield Bridge(call_id=call_id, offer_id=offer_id, agent_id=offered.agent_id)
        if call.connected_offer in ours:
            continue
        if call.connected_offer is not None:
            yield ReleaseAgent(call_id=call_id, offer_id=call.connected_offer, agent_id=_UNKNOWN)
        if call_id in known:
            yield CallResumed(site=site, call_id=call_id)
        else:
            yield CallArrived(
                site=site, call_id=call_id, caller=Private(""), dialled="", line="unknown"
            )


_UNKNOWN = AgentId("")
"""Whoever it was: the line knows the offer by its id."""


def _phones(site: str, distributor: Distributor, picture: LineSnapshot) -> Iterator[Fact]:
    reachable = set(picture.reachable)
    for agent in distributor.snapshot().agents:
        if agent.reachable != (agent.agent_id in reachable):
            kind = PhoneUnregistered if agent.reachable else PhoneRegistered
            yield kind(site=site, agent_id=agent.agent_id)
