"""The measures of a site, from the facts of its journal alone. Pure. See docs/metrics.md."""

from __future__ import annotations

from acd.metrics.cells import AgentCell, CallCell, Doing, Resolution, Survey, VisitCell
from acd.metrics.intervals import Every
from acd.metrics.measures import (
    AGENT_MEASURES,
    CALL_MEASURES,
    SERVICE_LEVELS,
    VISIT_MEASURES,
    Measure,
    all_of,
)
from acd.metrics.metrics import Metrics
from acd.metrics.results import Results, Slice

__all__ = [
    "AGENT_MEASURES",
    "CALL_MEASURES",
    "SERVICE_LEVELS",
    "VISIT_MEASURES",
    "AgentCell",
    "CallCell",
    "Doing",
    "Every",
    "Measure",
    "Metrics",
    "Resolution",
    "Results",
    "Slice",
    "Survey",
    "VisitCell",
    "all_of",
]
