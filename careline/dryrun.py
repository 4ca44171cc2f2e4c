"""The switchboard in virtual time with a simulated line: for ``talk`` and the tests.

Time moves only when it is told to, so that a dry run is the same every time. The engines are the
production ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from heapq import heappop, heappush

from adapters.telephony.simulated import SimulatedPhones
from calls.commands import LookUp
from calls.facts import Fact, LookedUp, PhoneRegistered, SpeechHeard
from calls.ports import Answer
from careline.gate import TriageGate, engine_of
from careline.switchboard import Switchboard
from careline.turn import Turn
from config.site import Site

LOOKUP_S = 0.3
"""How long a lookup takes."""

_NOBODY = Answer(outcome="failed", reason="misconfigured")


class DryRun:
    """A site whose clock stands still until it is advanced.

    Args:
        site: the loaded site.
        phones: callers and agents.
        now: where the clock starts, seconds since the epoch.
        observer: told each turn with its time.
        ask: answers what a flow asks elsewhere: a source, and what is given; a lookup fails where
            nobody answers.
    """

    def __init__(
        self,
        site: Site,
        phones: SimulatedPhones,
        now: float,
        observer: Callable[[float, Turn], None] = lambda _now, _turn: None,
        ask: Callable[[str, Mapping[str, str]], Answer] = lambda _source, _given: _NOBODY,
    ) -> None:
        self._ask = ask
        self.switchboard = Switchboard(site)
        self.phones = phones
        self.now = now
        self._gate = TriageGate(engine_of(site))
        self._observe = observer
        self._future: list[tuple[float, int, Fact]] = []
        self._count = 0
        self.tell(*(PhoneRegistered(site=site.id, agent_id=who) for who in phones.reachable()))

    def tell(self, *facts: Fact) -> None:
        """Let facts happen now, in this order."""
        for fact in facts:
            if isinstance(fact, SpeechHeard):
                again = self.switchboard.rings_again_about(fact.call_id, self.now)
                fact = self._gate.assess_now(fact, again)
            self._carry_out(self.switchboard.handle(fact, self.now))

    def next_event_at(self) -> float | None:
        """When something happens next by itself."""
        due = self.switchboard.next_deadline()
        future = self._future[0][0] if self._future else None
        return min((at for at in (due, future) if at is not None), default=None)

    def step(self) -> bool:
        """Go to the next thing that happens by itself; ``False`` when nothing ever will."""
        at = self.next_event_at()
        if at is None:
            return False
        self.now = max(self.now, at)
        if self._future and self._future[0][0] <= self.now:
            _at, _number, fact = heappop(self._future)
            if self.phones.still_true(fact):
                self.tell(fact)
        else:
            self._carry_out(self.switchboard.tick(self.now))
        return True

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass, with all that happens in them."""
        until = self.now + seconds
        while (at := self.next_event_at()) is not None and at <= until:
            self.step()
        self.now = until

    def take_over(self, switchboard: Switchboard, first: Turn) -> None:
        """Go on with another switchboard, as after a restart.

        Args:
            switchboard: what drives from now on.
            first: what it wants done first.
        """
        self.switchboard = switchboard
        self._carry_out(first)

    def close(self) -> None:
        """Let the gate's threads go."""
        self._gate.close()

    def _carry_out(self, turn: Turn) -> None:
        self._observe(self.now, turn)
        for command in turn.commands:
            self._later(self.phones.carry_out(command, self.now))
        for asked in turn.lookups:
            self._later([(LOOKUP_S, self._answered(asked))])

    def _answered(self, asked: LookUp) -> LookedUp:
        answer = self._ask(asked.source, json.loads(asked.given.reveal()))
        return LookedUp(
            site=self.switchboard.site.id,
            call_id=asked.call_id,
            lookup_id=asked.lookup_id,
            outcome=answer.outcome,
            answer=answer.document,
            reason=answer.reason,
        )

    def _later(self, facts: Iterable[tuple[float, Fact]]) -> None:
        for delay_s, fact in facts:
            self._count += 1
            heappush(self._future, (self.now + delay_s, self._count, fact))
