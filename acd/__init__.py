"""Automatic call distribution: queues, agents, offers, and the distributor between them. Pure."""

from __future__ import annotations

from acd.agent import PRESENCE, Presence
from acd.call_backs import CALL_BACK_TASK, RED_FLAG_TASK
from acd.distributor import Distributor
from acd.ladder import UNANSWERED_TASK
from acd.models import (
    AgentConfig,
    EmergencyRules,
    LadderStep,
    Overflow,
    Prefer,
    QueueConfig,
    Relaxation,
)
from acd.offers import RING_GRACE_S
from acd.rule import Rule
from acd.snapshot import AgentView, CallBackView, LiveOffer, QueueView, Snapshot, WaitingView
from acd.totals import DroppedFacts, OfferTotals, VisitTotals
from acd.work import CONNECTED, WORK, Work

__all__ = [
    "CALL_BACK_TASK",
    "CONNECTED",
    "PRESENCE",
    "RED_FLAG_TASK",
    "RING_GRACE_S",
    "UNANSWERED_TASK",
    "WORK",
    "AgentConfig",
    "AgentView",
    "CallBackView",
    "Distributor",
    "DroppedFacts",
    "EmergencyRules",
    "LadderStep",
    "LiveOffer",
    "OfferTotals",
    "Overflow",
    "Prefer",
    "Presence",
    "QueueConfig",
    "QueueView",
    "Relaxation",
    "Rule",
    "Snapshot",
    "VisitTotals",
    "WaitingView",
    "Work",
]
