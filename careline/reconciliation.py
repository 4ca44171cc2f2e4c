"""What has to happen when what the brain believes and what the line says differ.

The two meet again after a restart of either. The line is right about what is up; the brain is right
about everything else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet

from acd import Distributor
from acd.snapshot import LiveOffer
from acd.work import OFFERED
from calls.commands import Bridge, CallBack, Command, HangUp, RecallOffer, ReleaseAgent
from calls.facts import (
    CallArrived,
    CallFailed,
    CallResumed,
    CallUnseen,
    Fact,
    OfferAccepted,
    OfferFailed,
    PhoneRegistered,
    PhoneUnregistered,
)
from calls.ids import AgentId, CallId, OfferId
from calls.ports import LineSnapshot, LiveCall
from calls.private import Private
from careline.live_calls import LOST


def differences(
    site: str,
    distributor: Distributor,
    known: Collection[CallId],
    ended: AbstractSet[CallId],
    lost: Mapping[CallId, Private],
    picture: LineSnapshot,
) -> Iterator[Fact | Command]:
    """The facts to take in and the commands to give, in order.

    What is up and should not be comes first, so that no phone is busy with it when it is rung anew.
    A call the line no longer has failed; one we do not know (the journal could not be written when
    it came) arrives; one that is over (we ended before the line was told) is hung up; every other
    is told to the line again from where it stands; one that cannot be seen now keeps its place. A
    call that we took to be lost arrives again, but whoever speaks with an agent there goes on
    speaking. An offer the line no longer has failed, one we no longer have is recalled.

    Args:
        site: the site's id.
        distributor: knows offers and phones.
        known: the calls we know.
        ended: calls that are over.
        lost: those of them that a line once showed no longer, with their numbers.
        picture: what the line says is up.
    """
    over = ended - lost.keys() - set(known)
    up = {call.call_id: call for call in picture.calls}
    ours = {offer.offer_id: offer for offer in distributor.live_offers()}
    for call in picture.calls:
        if call.call_id not in lost or not call.connected_offers:
            yield from _too_much(site, call, ours, over)
    for call_id in known:
        if call_id in picture.unseen:
            yield CallUnseen(site=site, call_id=call_id)
        elif call_id not in up:
            yield CallFailed(site=site, call_id=call_id, reason=LOST)
    yield from _phones(site, distributor, picture)
    yield from _lost_offers(site, ours, known, picture)
    for call_id, call in up.items():
        if call_id in over or call.call_back:
            continue
        if any(offer_id in ours for offer_id in call.connected_offers):
            continue
        if call_id in known:
            yield CallResumed(site=site, call_id=call_id)
        elif call_id in lost:
            if not call.connected_offers:
                yield found_again(site, call_id, lost[call_id])
        elif distributor.answers(call_id) is None:
            yield found_again(site, call_id, Private(""))
        elif not any(offer_id in ours for offer_id in call.ringing_offers):
            # Somebody called back of whom the journal does not tell: they will be called again.
            yield HangUp(call_id=call_id)


def found_again(site: str, call_id: CallId, number: Private) -> CallArrived:
    """Somebody is on a line whose call we do not know, or know as over."""
    return CallArrived(site=site, call_id=call_id, caller=number, dialled="", line="unknown")


def _too_much(
    site: str, call: LiveCall, ours: Mapping[OfferId, LiveOffer], over: Collection[CallId]
) -> Iterator[Fact | Command]:
    """Ends what the line has and we do not; brings what we are about to do to where it should be.

    Args:
        site: the site's id.
        call: as the line has it.
        ours: our live offers.
        over: calls of which nothing is left to be done.
    """
    call_id = call.call_id
    live = (*call.ringing_offers, *call.connected_offers)
    nobody_calls_back = call.call_back and not any(offer_id in ours for offer_id in live)
    if nobody_calls_back or call_id in over:
        yield HangUp(call_id=call_id)
        return
    for offer_id in call.connected_offers:
        offer = ours.get(offer_id)
        if offer is None:
            yield ReleaseAgent(call_id=call_id, offer_id=offer_id, agent_id=_UNKNOWN)
        elif offer.state in OFFERED and not call.call_back:
            # They speak already: behind a hole of the journal the same offer was made again.
            yield OfferAccepted(
                site=site, call_id=call_id, offer_id=offer_id, agent_id=offer.agent_id
            )
    for offer_id in call.ringing_offers:
        offer = ours.get(offer_id)
        if offer is None:
            yield RecallOffer(call_id=call_id, offer_id=offer_id, agent_id=_UNKNOWN)
        elif offer.bridged:
            yield Bridge(call_id=call_id, offer_id=offer_id, agent_id=offer.agent_id)
        elif offer.dials is not None:
            yield CallBack(
                call_id=call_id, answers=offer.dials, offer_id=offer_id, agent_id=offer.agent_id
            )


def _lost_offers(
    site: str, ours: Mapping[OfferId, LiveOffer], known: Collection[CallId], picture: LineSnapshot
) -> Iterator[Fact]:
    """Offers that the line no longer has.

    Also where we took them to be talking: nobody reported the end of a conversation, and a caller
    who waits again in front has lost less than one who is bid goodbye. The offers of a call that
    the line no longer has ended with the call; an attempt to call back has no call of ours yet.
    """
    up = {call.call_id for call in picture.calls}
    theirs = {
        offer_id
        for call in picture.calls
        for offer_id in (*call.ringing_offers, *call.connected_offers)
    }
    for offer in ours.values():
        ended_with_the_call = offer.call_id in known and offer.call_id not in up
        if offer.call_id in picture.unseen:
            continue
        if offer.offer_id not in theirs and not ended_with_the_call:
            yield OfferFailed(
                site=site,
                call_id=offer.call_id,
                offer_id=offer.offer_id,
                agent_id=offer.agent_id,
                reason="unreachable",
            )


_UNKNOWN = AgentId("")
"""Whoever it was: the line knows the offer by its id."""


def _phones(site: str, distributor: Distributor, picture: LineSnapshot) -> Iterator[Fact]:
    reachable = set(picture.reachable)
    for agent in distributor.snapshot().agents:
        if agent.reachable != (agent.agent_id in reachable):
            kind = PhoneUnregistered if agent.reachable else PhoneRegistered
            yield kind(site=site, agent_id=agent.agent_id)
