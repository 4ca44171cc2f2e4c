"""Who should take a call: skills, calendars, opening hours, wait estimates. Pure functions."""

from __future__ import annotations

from routing.calendars import Calendar
from routing.erlang import (
    QueueForecast,
    erlang_b,
    erlang_c,
    estimated_wait_s,
    impatient_queue,
    patient_queue,
    wait_quantile_s,
)
from routing.openness import Openness, Override, QueueHours
from routing.skills import meets

__all__ = [
    "Calendar",
    "Openness",
    "Override",
    "QueueForecast",
    "QueueHours",
    "erlang_b",
    "erlang_c",
    "estimated_wait_s",
    "impatient_queue",
    "meets",
    "patient_queue",
    "wait_quantile_s",
]
