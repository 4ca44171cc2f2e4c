"""How long callers are ready to wait, from how long they did."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf

from calls.facts import CallFact


@dataclass(slots=True)
class Wait:
    """A stretch of waiting for an agent.

    Attributes:
        group: whose patience it tells of: the queue's callers, or red flags.
        since: when it began, seconds since the epoch.
        length_s: until it ended, or the journal did.
        hung_up: the caller left the line by it.
        facts: what else was told of the call meanwhile, each so long after the beginning.
        patience_s: how long the caller is ready to wait.
    """

    group: str
    since: float
    length_s: float = inf
    hung_up: bool = False
    facts: list[tuple[float, CallFact]] = field(default_factory=list)
    patience_s: float = inf


def give_patience(waits: Iterable[Wait]) -> None:
    """Say how long each caller is ready to wait.

    Of who hung up it is known. Of who was answered it is known that they would have waited longer;
    how much longer follows from those who waited as long and hung up later: the product-limit
    estimate (E. L. Kaplan, P. Meier, Nonparametric Estimation from Incomplete Observations, JASA
    53, 1958), read at evenly spread points instead of at random ones. Who outlasted all who hung up
    waits for ever.
    """
    groups: dict[str, list[Wait]] = {}
    for wait in waits:
        groups.setdefault(wait.group, []).append(wait)
    for group in groups.values():
        times, survival = _survival(group)
        answered = 0
        for wait in group:
            if wait.hung_up:
                wait.patience_s = wait.length_s
                continue
            answered += 1
            index = bisect_right(times, wait.length_s)
            left = survival[index - 1] if index else 1.0
            point = _spread(answered) * left
            wait.patience_s = next(
                (at for at, share in zip(times[index:], survival[index:], strict=True)
                 if share <= point),
                inf,
            )  # fmt: skip


def _survival(waits: list[Wait]) -> tuple[list[float], list[float]]:
    """After which waits callers hung up, and what share was left after each."""
    times: list[float] = []
    survival: list[float] = []
    left = 1.0
    at_risk = len(waits)
    for wait in sorted(waits, key=lambda each: (each.length_s, not each.hung_up)):
        if wait.hung_up:
            left *= 1.0 - 1.0 / at_risk
            times.append(wait.length_s)
            survival.append(left)
        at_risk -= 1
    return times, survival


def _spread(number: int) -> float:
    """The ``number``-th point of the van der Corput sequence in base 2: 1/2, 1/4, 3/4, 1/8, ..."""
    point, denominator = 0.0, 1.0
    while number:
        denominator *= 2.0
        number, bit = divmod(number, 2)
        point += bit / denominator
    return point
