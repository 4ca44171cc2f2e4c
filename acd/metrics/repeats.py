"""First-call resolution: who calls again within seven days.

A number is compared in memory only and stays wrapped, so that nothing can show it. One number may
be many people's (a household, an office), and one person may have many: the measure is what the
field can know, not what happened.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from acd.metrics.cells import Resolution
from calls.private import Private

REPEAT_WITHIN_S = 7 * 24 * 3600.0


@dataclass(slots=True, eq=False)
class _Matter:
    """A call that an agent answered, until it is known whether its caller called again."""

    caller: Private
    ended_at: float
    counts: tuple[Resolution, ...]
    repeated: bool = False


class Repeats:
    """Calls of the last seven days by who called.

    Args:
        within_s: a call later than this after the earlier one's end is a new matter.
    """

    __slots__ = ("_matters", "_open", "_within_s")

    def __init__(self, within_s: float = REPEAT_WITHIN_S) -> None:
        self._within_s = within_s
        self._matters: deque[_Matter] = deque()
        self._open: dict[Private, list[_Matter]] = {}

    def call(self, caller: Private, at: float) -> None:
        """Somebody calls: what they called about before was not resolved."""
        self.settle(at)
        for matter in self._open.pop(caller, ()):
            matter.repeated = True

    def ended(self, caller: Private, at: float, counts: tuple[Resolution, ...]) -> None:
        """A call that an agent answered is over.

        Args:
            caller: the number shown; empty when withheld or forgotten.
            at: when it ended.
            counts: where what becomes of it is counted.
        """
        self.settle(at)
        for count in counts:
            if caller:
                count.too_early += 1
            else:
                count.unknown += 1
        if caller:
            matter = _Matter(caller, at, counts)
            self._matters.append(matter)
            self._open.setdefault(caller, []).append(matter)

    def settle(self, at: float) -> None:
        """Decide about every call whose seven days are over at ``at``."""
        while self._matters and self._matters[0].ended_at + self._within_s < at:
            matter = self._matters.popleft()
            for count in matter.counts:
                count.too_early -= 1
                if matter.repeated:
                    count.repeated += 1
                else:
                    count.resolved += 1
            if not matter.repeated:
                of_caller = self._open[matter.caller]
                of_caller.remove(matter)
                if not of_caller:
                    del self._open[matter.caller]
