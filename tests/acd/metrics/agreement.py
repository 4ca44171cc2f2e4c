"""What the metrics, which know the journal alone, and the distributor have to agree on."""

from __future__ import annotations

from acd import Distributor
from acd.metrics import Metrics


def counted(metrics: Metrics, now: float) -> dict[str, object]:
    """By the metrics: how visits and offers ended, which offers are open, and who talks."""
    whole = metrics.results(now).whole()
    visits, agents = whole.visits, whole.agents
    tracks = metrics._books.agents.values()
    return {
        "offered": visits.offered,
        "answered": visits.answered,
        "abandoned": visits.abandoned,
        "short": visits.short,
        "flowed out": visits.flowed_out,
        "called back": visits.called_back,
        "waiting": visits.waiting.count,
        "offers": agents.offers,
        "accepted": agents.accepted,
        "declined": agents.declined,
        "unanswered": agents.unanswered,
        "failed": agents.failed,
        "recalled": agents.recalled,
        "pending": agents.pending,
        "not connected": {offer_id for agent in tracks for offer_id in agent.offers},
        "connected": {offer_id for agent in tracks for offer_id in agent.legs},
    }


def decided(distributor: Distributor) -> dict[str, object]:
    """The same by the distributor."""
    visits, offers, live = distributor.totals, distributor.offer_totals, distributor.live_offers()
    return {
        "offered": visits.entered,
        "answered": visits.answered,
        "abandoned": visits.abandoned,
        "short": visits.short,
        "flowed out": visits.flowed_out,
        "called back": visits.called_back,
        "waiting": visits.waiting,
        "offers": offers.made,
        "accepted": offers.accepted,
        "declined": offers.declined,
        "unanswered": offers.unanswered,
        "failed": offers.failed,
        "recalled": offers.recalled,
        "pending": offers.pending,
        "not connected": {offer.offer_id for offer in live if not offer.bridged},
        "connected": {offer.offer_id for offer in live if offer.bridged},
    }
