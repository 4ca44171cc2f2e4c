"""The production distributor in virtual time, on SimPy.

The driver does what the line's driver does: hand over facts, carry out commands, arm one timer. A
call is a small record, and each thing that will happen to it a ``Timeout`` with a callback; there
is no process per call, which makes it several times faster. A caller's patience and handling time
are drawn as they ring, so that they do not depend on what the distributor decides; a patience that
is no longer needed runs out unheard.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from simpy import Environment
from simpy.events import Event, Timeout

from acd import Distributor
from calls.commands import Bridge, Command, OfferCall
from calls.facts import AgentReady, CallerHungUp, CallQueued, Fact, OfferAccepted, PhoneRegistered
from calls.ids import CallId
from simulations.distributions import Exponential
from simulations.results import QueueResult
from simulations.scenario import Scenario, Traffic
from simulations.streams import stream

_SITE = "simulation"


class _Source:
    """Where one kind of call comes from, and what is measured of it."""

    __slots__ = ("acceptable_wait_s", "handling_s", "next_in_s", "patience_s", "result", "traffic")

    def __init__(
        self, traffic: Traffic, acceptable_wait_s: float, seed: int, replication: int
    ) -> None:
        between = Exponential(mean_s=3600.0 / traffic.calls_per_hour)
        name = traffic.name
        self.traffic = traffic
        self.acceptable_wait_s = acceptable_wait_s
        self.result = QueueResult()
        self.next_in_s = between.sampler(stream(seed, replication, f"{name}/arrivals"))
        self.handling_s = traffic.handling.sampler(stream(seed, replication, f"{name}/handling"))
        self.patience_s = (
            traffic.patience.sampler(stream(seed, replication, f"{name}/patience"))
            if traffic.patience is not None
            else None
        )


@dataclass(slots=True, eq=False)
class _Caller:
    call_id: CallId
    source: _Source
    rang_at: float
    handling_s: float
    measured: bool
    answered: bool = False


def simulate(scenario: Scenario, *, seed: int, replication: int = 0) -> dict[str, QueueResult]:
    """Run a scenario once.

    Args:
        scenario: what to run.
        seed: of the experiment; the same seed and replication give the same result.
        replication: which of the independent runs under that seed.

    Returns:
        What was measured, by the name of the traffic.
    """
    run = _Run(scenario, seed, replication)
    run.env.run(until=scenario.warm_up_s + scenario.duration_s)
    run.break_off()
    return {source.traffic.name: source.result for source in run.sources}


class _Run:
    def __init__(self, scenario: Scenario, seed: int, replication: int) -> None:
        self.env = Environment()
        self.sources = [
            _Source(
                traffic,
                scenario.queue_of(traffic).service_level_s,
                seed,
                replication,
            )
            for traffic in scenario.traffic
        ]
        self._scenario = scenario
        self._distributor = Distributor(
            _SITE, scenario.queues, scenario.agents, scenario.nurse_queue
        )
        self._callers: dict[CallId, _Caller] = {}
        self._rung = 0
        self._armed: float | None = None
        for agent_id in scenario.agents:
            self._tell(PhoneRegistered(site=_SITE, agent_id=agent_id))
            self._tell(AgentReady(site=_SITE, agent_id=agent_id))
        for source in self.sources:
            self._after(source.next_in_s(), partial(self._arrival, source))

    def break_off(self) -> None:
        """The measured time is over: who waits still has waited until now."""
        for caller in self._callers.values():
            if caller.measured and not caller.answered:
                caller.source.result.waited_s += self.env.now - caller.rang_at

    def _after(self, delay_s: float, do: Callable[[Event], None]) -> None:
        Timeout(self.env, delay_s).callbacks.append(do)

    def _tell(self, fact: Fact) -> None:
        self._carry_out(self._distributor.handle(fact, self.env.now))
        self._arm()

    def _carry_out(self, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, OfferCall):
                self._tell(
                    OfferAccepted(
                        site=_SITE,
                        call_id=command.call_id,
                        offer_id=command.offer_id,
                        agent_id=command.agent_id,
                    )
                )
            elif isinstance(command, Bridge):
                self._answered(self._callers[command.call_id])

    def _arm(self) -> None:
        deadline = self._distributor.next_deadline()
        if deadline is not None and (self._armed is None or deadline < self._armed):
            self._armed = deadline
            self._after(max(0.0, deadline - self.env.now), partial(self._deadline, deadline))

    def _deadline(self, deadline: float, _: Event) -> None:
        if deadline == self._armed:
            self._armed = None
        # The sum of the times may fall short of the deadline by a rounding: then it is armed anew.
        self._carry_out(self._distributor.tick(self.env.now))
        self._arm()

    def _arrival(self, source: _Source, _: Event) -> None:
        now = self.env.now
        self._rung += 1
        caller = _Caller(
            call_id=CallId(f"call-{self._rung}"),
            source=source,
            rang_at=now,
            handling_s=source.handling_s(),
            measured=now >= self._scenario.warm_up_s,
        )
        patience_s = source.patience_s() if source.patience_s is not None else None
        self._callers[caller.call_id] = caller
        if caller.measured:
            source.result.offered += 1
        self._tell(
            CallQueued(
                site=_SITE,
                call_id=caller.call_id,
                requirement=source.traffic.requirement,
                # Nobody who hung up is called back here.
                number_known=False,
            )
        )
        if not caller.answered:
            if caller.measured:
                source.result.delayed += 1
            if patience_s is not None:
                self._after(patience_s, partial(self._patience_over, caller))
        self._after(source.next_in_s(), partial(self._arrival, source))

    def _answered(self, caller: _Caller) -> None:
        caller.answered = True
        if caller.measured:
            waited_s = self.env.now - caller.rang_at
            result = caller.source.result
            result.answered += 1
            result.waited_s += waited_s
            result.in_time += waited_s <= caller.source.acceptable_wait_s
        self._after(caller.handling_s, partial(self._gone, caller))

    def _patience_over(self, caller: _Caller, event: Event) -> None:
        if caller.answered:
            return
        if caller.measured:
            caller.source.result.abandoned += 1
            caller.source.result.waited_s += self.env.now - caller.rang_at
        self._gone(caller, event)

    def _gone(self, caller: _Caller, _: Event) -> None:
        del self._callers[caller.call_id]
        self._tell(CallerHungUp(site=_SITE, call_id=caller.call_id))
