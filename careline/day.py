"""How a day went: the few measures in which two days are compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from acd.metrics import Metrics, all_of
from acd.metrics.measures import Value
from calls.ids import QueueId
from config.site import Site

QUEUE_MEASURES = (
    "offered",
    "answered",
    "abandoned",
    "short",
    "flowed_out",
    "called_back",
    "waiting",
    "service_level",
    "asa_s",
    "wait_p90_s",
    "wait_max_s",
)
SITE_MEASURES = (
    "red_flags",
    "reached",
    "nurse_p50_s",
    "nurse_max_s",
    "reached_by_call_back",
    "nurse_or_call_back_max_s",
)
STAFF_MEASURES = ("occupancy", "rona_rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """How a day went.

    Attributes:
        queues: the measures of each queue, by their names in docs/metrics.md.
        total: those of all queues, of the site's red flags and of the agents.
    """

    queues: Mapping[QueueId, Mapping[str, Value]]
    total: Mapping[str, Value]

    def as_data(self) -> dict[str, object]:
        """For a program."""
        return {"queues": {str(name): dict(row) for name, row in self.queues.items()}} | {
            "total": dict(self.total)
        }


def metrics_of(site: Site) -> Metrics:
    """What counts a day at this site."""
    return Metrics(
        queues=site.queues,
        agents=site.agents,
        nurse_queue=QueueId(site.rules.nurse_queue),
        zone=site.zone,
    )


def measured(metrics: Metrics, until: float) -> Day:
    """The day as it was counted, with who waits at its end, seconds since the epoch."""
    results = metrics.results(as_of=until)
    whole = results.whole()
    visits, calls, agents = all_of(whole.visits), all_of(whole.calls), all_of(whole.agents)
    return Day(
        queues={
            queue_id: _only(all_of(cell), QUEUE_MEASURES)
            for queue_id, cell in sorted(results.by_queue().items())
        },
        total=_only(visits, QUEUE_MEASURES)
        | _only(calls, SITE_MEASURES)
        | _only(agents, STAFF_MEASURES),
    )


def _only(values: Mapping[str, Value], names: Iterable[str]) -> dict[str, Value]:
    return {
        name: round(value, 6) if isinstance(value := values[name], float) else value
        for name in names
    }
