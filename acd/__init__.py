"""Automatic call distribution: queues, agents, offers, and the distributor between them. Pure."""

from __future__ import annotations

from acd.agent import PRESENCE, WORK, Presence, Work
from acd.distributor import Distributor
from acd.lifecycle import RED_FLAG_TASK
from acd.matching import RING_GRACE_S
from acd.models import AgentConfig, QueueConfig
from acd.snapshot import AgentView, LiveOffer, QueueView, Snapshot, WaitingView
from acd.totals import DroppedFacts, OfferTotals, VisitTotals

__all__ = [
    "PRESENCE",
    "RED_FLAG_TASK",
    "RING_GRACE_S",
    "WORK",
    "AgentConfig",
    "AgentView",
    "Distributor",
    "DroppedFacts",
    "LiveOffer",
    "OfferTotals",
    "Presence",
    "QueueConfig",
    "QueueView",
    "Snapshot",
    "VisitTotals",
    "WaitingView",
    "Work",
]
