"""What a staffing would do to callers: the production distributor under assumed traffic."""

from __future__ import annotations

from simulations.distributions import Distribution, Exponential, Lognormal
from simulations.driver import simulate
from simulations.results import Interval, QueueResult, confidence
from simulations.scenario import Scenario, Traffic
from simulations.streams import stream

__all__ = [
    "Distribution",
    "Exponential",
    "Interval",
    "Lognormal",
    "QueueResult",
    "Scenario",
    "Traffic",
    "confidence",
    "simulate",
    "stream",
]
