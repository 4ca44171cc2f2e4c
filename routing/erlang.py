"""How long callers wait, in closed form: the Erlang models of a single queue.

All models assume Poisson arrivals, exponentially distributed handling times and agents who are
alike. Erlang C callers wait for ever; Erlang A callers hang up after an exponentially distributed
patience. Sources: A. K. Erlang, "Solution of some problems in the theory of probabilities of
significance in automatic telephone exchanges" (1917); C. Palm, "Research on telephone traffic
carried by full availability groups" (1957); for the density of the offered wait S. Zeltyn and
A. Mandelbaum, "Call centers with impatient customers: many-server asymptotics of the M/M/n+G
queue", Queueing Systems 51 (2005).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_SIMPSON_STEPS = 1000
_NEGLIGIBLE = 1e-17
_LOG_NEGLIGIBLE = math.log(_NEGLIGIBLE)
_LARGE = 1e200


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueForecast:
    """What an Erlang model says of a queue.

    Attributes:
        wait_probability: share of callers who wait at all.
        abandon_probability: share of callers who hang up before they are answered.
        mean_wait_s: mean time in the queue over all callers, those who hang up included.
        service_level: share of all callers who are answered within the acceptable wait.
    """

    wait_probability: float
    abandon_probability: float
    mean_wait_s: float
    service_level: float


def erlang_b(load: float, agents: int) -> float:
    """The share of calls that find all agents busy when nobody may wait.

    Args:
        load: offered load in erlang: arrivals per second times mean handling time in seconds.
        agents: how many there are.

    Raises:
        ValueError: a negative load or number of agents.
    """
    if load < 0 or agents < 0:
        raise ValueError(f"load and agents must not be negative, found {load} and {agents}")
    if load == 0:
        return 0.0 if agents else 1.0
    # The inverse grows by 1 + n / load * inverse: stable for any size, unlike factorials.
    inverse = 1.0
    for n in range(1, agents + 1):
        inverse = 1.0 + inverse * n / load
    return 1.0 / inverse


def erlang_c(load: float, agents: int) -> float:
    """The share of callers who wait, when all wait until they are answered.

    Args:
        load: offered load in erlang.
        agents: how many there are.

    Returns:
        1.0 when the load is at least the number of agents: such a queue grows without end.

    Raises:
        ValueError: a negative load or number of agents.
    """
    blocked = erlang_b(load, agents)
    if load >= agents:
        return 1.0
    return blocked / (1.0 - load / agents * (1.0 - blocked))


def patient_queue(
    *, arrivals_per_s: float, handling_s: float, agents: int, acceptable_wait_s: float
) -> QueueForecast:
    """Erlang C: callers never hang up.

    Args:
        arrivals_per_s: mean rate of calls.
        handling_s: mean time an agent is busy with a call.
        agents: how many there are.
        acceptable_wait_s: the wait that counts as answered in time.

    Returns:
        The forecast; the mean wait is infinite when the load is at least the number of agents.

    Raises:
        ValueError: a negative argument, or a handling time of 0.
    """
    if handling_s <= 0 or acceptable_wait_s < 0:
        raise ValueError("the handling time must be positive, the acceptable wait not negative")
    load = arrivals_per_s * handling_s
    waits = erlang_c(load, agents)
    if load >= agents:
        return QueueForecast(
            wait_probability=1.0,
            abandon_probability=0.0,
            mean_wait_s=math.inf,
            service_level=0.0,
        )
    drain_per_s = (agents - load) / handling_s
    return QueueForecast(
        wait_probability=waits,
        abandon_probability=0.0,
        mean_wait_s=waits / drain_per_s,
        service_level=1.0 - waits * math.exp(-drain_per_s * acceptable_wait_s),
    )


def impatient_queue(
    *,
    arrivals_per_s: float,
    handling_s: float,
    agents: int,
    patience_s: float,
    acceptable_wait_s: float,
) -> QueueForecast:
    """Erlang A: callers hang up after an exponentially distributed patience.

    Args:
        arrivals_per_s: mean rate of calls, more than 0.
        handling_s: mean time an agent is busy with a call.
        agents: how many there are, at least 1.
        patience_s: mean patience.
        acceptable_wait_s: the wait that counts as answered in time.

    Raises:
        ValueError: an argument outside its range.
    """
    if arrivals_per_s <= 0 or handling_s <= 0 or patience_s <= 0 or agents < 1:
        raise ValueError("arrivals, handling time, patience and agents must be positive")
    if acceptable_wait_s < 0:
        raise ValueError("the acceptable wait must not be negative")
    load = arrivals_per_s * handling_s
    leave_per_s = 1.0 / patience_s
    # Weights of the states relative to "all agents busy, nobody waits"; downwards, then upwards.
    free_weight = 0.0
    weight = 1.0
    for busy in range(agents, 0, -1):
        weight *= busy / load
        free_weight += weight
    if math.isinf(free_weight):
        # So many more agents than load that nobody ever waits, for all that numbers can tell.
        return QueueForecast(
            wait_probability=0.0, abandon_probability=0.0, mean_wait_s=0.0, service_level=1.0
        )
    weight, waiting, busy_weight, queue_weight = 1.0, 0, 1.0, 0.0
    log_unit = 0.0
    leaving_per_s = agents / handling_s
    while weight > _NEGLIGIBLE * busy_weight or leaving_per_s < arrivals_per_s:
        waiting += 1
        leaving_per_s += leave_per_s
        weight *= arrivals_per_s / leaving_per_s
        busy_weight += weight
        queue_weight += waiting * weight
        if busy_weight > _LARGE:
            # Patient callers at a hopeless load: carry on in a larger unit before it overflows.
            log_unit += math.log(_LARGE)
            free_weight, busy_weight, queue_weight, weight = (
                part / _LARGE for part in (free_weight, busy_weight, queue_weight, weight)
            )
    total = free_weight + busy_weight
    mean_wait_s = queue_weight / total / arrivals_per_s
    # One agent free, from where arrivals begin to find all busy: agents / load in these weights.
    log_last_free = math.log(agents / load) - math.log(total) - log_unit

    def log_density(wait_s: float) -> float:
        left = -math.expm1(-leave_per_s * wait_s)
        return arrivals_per_s * patience_s * left - wait_s * (agents / handling_s + leave_per_s)

    def answered_after(wait_s: float) -> float:
        return arrivals_per_s * math.exp(log_last_free + log_density(wait_s))

    # The logarithm is concave: beyond its peak and far below it nobody is answered any more, and
    # steps over a longer stretch would only be coarser.
    peak_s = max(0.0, patience_s * math.log(arrivals_per_s / (agents / handling_s + leave_per_s)))
    reach_s = handling_s / agents
    while log_density(peak_s + reach_s) - log_density(peak_s) > _LOG_NEGLIGIBLE:
        reach_s *= 2.0
    longest_s = min(acceptable_wait_s, peak_s + reach_s)
    step = longest_s / _SIMPSON_STEPS
    area = answered_after(0.0) + answered_after(longest_s)
    for i in range(1, _SIMPSON_STEPS):
        area += (4.0 if i % 2 else 2.0) * answered_after(i * step)
    return QueueForecast(
        wait_probability=busy_weight / total,
        abandon_probability=leave_per_s * mean_wait_s,
        mean_wait_s=mean_wait_s,
        service_level=free_weight / total + area * step / 3.0,
    )


def estimated_wait_s(*, ahead: int, agents: int, handling_s: float) -> float:
    """What a caller who joins now can be told: the time until the queue ahead has drained.

    With all agents busy the next one is free after ``handling_s / agents`` on average, and so on
    for each caller ahead; hang-ups are left out, so the estimate errs on the long side.

    Args:
        ahead: callers who wait and stand before this one.
        agents: agents on duty for the queue, all taken to be busy.
        handling_s: mean time an agent is busy with a call.

    Returns:
        Seconds; infinite when nobody is on duty.
    """
    if agents <= 0:
        return math.inf
    return (ahead + 1) * handling_s / agents


def wait_quantile_s(share: float, *, ahead: int, agents: int, handling_s: float) -> float:
    """Within which time a caller who joins now is answered with a given probability.

    With exponential handling times and all agents busy the queue ahead drains as a Poisson process,
    so the wait is Erlang distributed with ``ahead + 1`` phases; :func:`estimated_wait_s` is its
    mean, and the same holds of what is left out.

    Args:
        share: the probability, more than 0 and less than 1.
        ahead: as for :func:`estimated_wait_s`.
        agents: as for :func:`estimated_wait_s`.
        handling_s: as for :func:`estimated_wait_s`.

    Returns:
        Seconds; infinite when nobody is on duty.

    Raises:
        ValueError: ``share`` is not between 0 and 1.
    """
    if not 0.0 < share < 1.0:
        raise ValueError(f"wanted a share between 0 and 1, found {share}")
    mean_s = estimated_wait_s(ahead=ahead, agents=agents, handling_s=handling_s)
    if math.isinf(mean_s) or mean_s <= 0.0:
        return mean_s
    phases = ahead + 1
    low, high = 0.0, 1.0
    while _erlang_share(high * phases, phases) < share:
        high *= 2.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if _erlang_share(middle * phases, phases) < share:
            low = middle
        else:
            high = middle
    return high * mean_s


_HALVINGS = 40


def _erlang_share(drained: float, phases: int) -> float:
    """The probability that a Poisson number of mean ``drained`` is at least ``phases``."""
    log_term = -drained
    fewer = math.exp(log_term)
    for n in range(1, phases):
        log_term += math.log(drained / n)
        fewer += math.exp(log_term)
    return 1.0 - fewer
