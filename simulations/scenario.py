"""What is simulated: a site's own queues and agents under an assumed traffic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from acd import AgentConfig, QueueConfig
from calls.ids import AgentId, QueueId
from calls.requirement import Requirement
from simulations.distributions import Distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """One kind of call: Poisson arrivals at a steady rate.

    Attributes:
        name: names its random numbers; unique within a scenario.
        requirement: what each of its calls needs.
        calls_per_hour: the mean rate, more than 0.
        handling: how long an agent talks.
        patience: how long a caller waits before hanging up; ``None`` for ever.
    """

    name: str
    requirement: Requirement
    calls_per_hour: float
    handling: Distribution
    patience: Distribution | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A stretch of time at a site. Every agent is ready from the first moment and answers at once.

    Attributes:
        queues: by id, as the distributor takes them; their wrap-up times count.
        agents: by id.
        nurse_queue: where emergencies wait.
        traffic: the kinds of call.
        duration_s: how long is measured.
        warm_up_s: how long the site runs before, so that it is not measured empty.

    Raises:
        ValueError: two kinds of call with one name, a rate of 0 or less, or a queue that is not
            among the queues.
    """

    queues: Mapping[QueueId, QueueConfig]
    agents: Mapping[AgentId, AgentConfig]
    nurse_queue: QueueId
    traffic: tuple[Traffic, ...]
    duration_s: float
    warm_up_s: float = 0.0

    def __post_init__(self) -> None:
        names = [traffic.name for traffic in self.traffic]
        for traffic in self.traffic:
            if names.count(traffic.name) > 1:
                raise ValueError(f"traffic {traffic.name!r}: the name stands there more than once")
            if not traffic.calls_per_hour > 0:
                raise ValueError(
                    f"traffic {traffic.name!r}: {traffic.calls_per_hour} calls per hour, "
                    "wanted more than 0"
                )
            if self._queue_id(traffic) not in self.queues:
                raise ValueError(
                    f"traffic {traffic.name!r}: queue {self._queue_id(traffic)!r} is not among "
                    "the queues"
                )

    def queue_of(self, traffic: Traffic) -> QueueConfig:
        """The queue where this kind of call waits; emergencies always for a nurse."""
        return self.queues[self._queue_id(traffic)]

    def _queue_id(self, traffic: Traffic) -> QueueId:
        needed = traffic.requirement
        return self.nurse_queue if needed.emergency else needed.queue
