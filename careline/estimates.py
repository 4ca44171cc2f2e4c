"""Estimates callers' waits beside the brain: on another core, now and then, while somebody waits.

The brain's loop hands over a copy of the distributor's state and goes on. What comes back is told
to the brain like any other fact, is journaled, and decides what waiting callers hear from then on.
It is learned from the turns, so a restart that replays the journal knows what was known before.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import random
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from statistics import fmean

from acd import Presence
from acd.draws import ENOUGH
from acd.estimates import CLOSED_FORM, SIMULATION
from acd.forecast import HORIZON_S, RUNS, Setup, forecast
from acd.handling import Handling, Known
from acd.state import DistributorState, VisitState
from calls.facts import CallerWait, WaitEstimated
from calls.faults import where
from calls.ids import QueueId
from careline.brain import Brain
from careline.turn import Turn
from config.site import Site
from ivr.steps import QueueStep
from routing.erlang import wait_quantile_s
from routing.skills import meets

log = logging.getLogger(__name__)

EVERY_S = 10.0
"""How long after one estimate the next begins."""

_NICENESS = 10


class Estimator:
    """Learns from a brain's turns, and estimates while somebody waits.

    Nothing is computed for a site none of whose flows tells a wait.

    Args:
        every_s: seconds between the end of one estimate and the beginning of the next.
        pool: makes what computes; it is asked for one thing at a time.
    """

    def __init__(
        self, every_s: float = EVERY_S, pool: Callable[[], Executor] | None = None
    ) -> None:
        self._every_s = every_s
        self._make_pool = pool or _process
        self._pool: Executor | None = None
        self._handling = Handling()
        self._brain: Brain | None = None
        self._running: asyncio.Task[None] | None = None
        self._again: asyncio.TimerHandle | None = None

    def observe(self, now: float, turn: Turn) -> None:
        """Learn from a turn, and estimate if it is time."""
        for record in turn.records:
            self._handling.handle(record, now)
        self._consider()

    def begin(self, brain: Brain) -> None:
        """Estimate from now on, for this brain. Its loop must run."""
        self._brain = brain
        self._consider()

    async def stop(self) -> None:
        """Estimate no more, and let the process go."""
        self._brain = None
        if self._again is not None:
            self._again.cancel()
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await self._drop_pool()

    # --- inside -----------------------------------------------------------------------------------

    def _consider(self) -> None:
        brain = self._brain
        if brain is None or self._running is not None or self._again is not None:
            return
        site = brain.switchboard.site
        waiting = brain.switchboard.estimates.waiting
        queues = tuple(queue for queue in waiting if queue in site.queues)
        if queues and tells_waits(site):
            self._running = asyncio.create_task(self._run(brain, site, queues))

    async def _run(self, brain: Brain, site: Site, queues: tuple[QueueId, ...]) -> None:
        loop = asyncio.get_running_loop()
        try:
            if self._pool is None:
                # On a thread: beginning a process takes longer than a loop may stand still.
                self._pool = await asyncio.to_thread(self._make_pool)
            state = brain.switchboard.distributor.state()
            state = replace(state, now=max(brain.now(), state.now))
            known = self._handling.known(state.now)
            found = await loop.run_in_executor(
                self._pool, estimate, state, setup_of(site), known, queues
            )
            for each in found:
                brain.tell(replace(each, made_ago_s=max(0.0, brain.now() - state.now)))
        except Exception as error:
            # Without estimates callers hear none; nothing else depends on them.
            log.error("waits cannot be estimated (%s)", where(error))
            await self._drop_pool()
        finally:
            self._running = None
            if self._brain is not None:
                self._again = loop.call_later(self._every_s, self._next)

    def _next(self) -> None:
        self._again = None
        self._consider()

    async def _drop_pool(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)


def estimate(
    state: DistributorState,
    setup: Setup,
    known: Known,
    queues: Sequence[QueueId],
    runs: int = RUNS,
) -> list[WaitEstimated]:
    """How long the callers of some queues will wait, and who would join them.

    The distributor is run forward. For a queue of which too few conversations are known the closed
    form takes its place, with the mean of all conversations; where none is known at all nothing is
    estimated.

    Args:
        state: where the distributor stands.
        setup: its configuration.
        known: what was learned.
        queues: for which.
        runs: how often the distributor is run forward.
    """
    if not any(known.talks_s.values()):
        return []
    # The same state gives the same estimates, so that a doubtful one can be looked into.
    chance = random.Random(state.entered)  # noqa: S311 - nothing here is secret
    foreseen = forecast(state, setup, known, chance.random, newcomers=queues, runs=runs)
    found = []
    for queue in queues:
        waiting = _waiting(state, queue)
        if len(known.talks_s.get(queue, ())) < ENOUGH:
            found.append(_closed_form(state, setup, known, queue, waiting))
            continue
        newcomer = foreseen.newcomers[queue]
        found.append(
            WaitEstimated(
                site=state.site,
                queue=queue,
                by=SIMULATION,
                p50_s=newcomer.p50_s,
                p90_s=newcomer.p90_s,
                callers=tuple(
                    CallerWait(
                        call_id=visit.call_id,
                        p50_s=foreseen.callers[visit.call_id].p50_s,
                        p90_s=foreseen.callers[visit.call_id].p90_s,
                    )
                    for visit in waiting
                ),
            )
        )
    return found


def _waiting(state: DistributorState, queue: QueueId) -> list[VisitState]:
    """The callers of a queue, first come first."""
    visits = [
        visit
        for visit in state.visits
        if visit.requirement.queue == queue
        and not (visit.answered or visit.requirement.emergency or visit.task)
    ]
    return sorted(visits, key=lambda visit: (visit.since, visit.seq))


def _closed_form(
    state: DistributorState,
    setup: Setup,
    known: Known,
    queue: QueueId,
    waiting: Sequence[VisitState],
) -> WaitEstimated:
    config = setup.queues[queue]
    agents = sum(
        each.presence is Presence.READY
        and each.reachable
        and each.agent_id in setup.agents
        and meets(setup.agents[each.agent_id].skills, config.skills)
        for each in state.agents
    )
    talks_s = [talk_s for talks in known.talks_s.values() for talk_s in talks]
    handling_s = fmean(talks_s) + config.wrap_up_s

    def within(share: float, ahead: int) -> float:
        wait_s = wait_quantile_s(share, ahead=ahead, agents=agents, handling_s=handling_s)
        return min(HORIZON_S, wait_s)

    return WaitEstimated(
        site=state.site,
        queue=queue,
        by=CLOSED_FORM,
        p50_s=within(0.5, len(waiting)),
        p90_s=within(0.9, len(waiting)),
        callers=tuple(
            CallerWait(call_id=visit.call_id, p50_s=within(0.5, ahead), p90_s=within(0.9, ahead))
            for ahead, visit in enumerate(waiting)
        ),
    )


def setup_of(site: Site) -> Setup:
    """The configuration of the site's distributor."""
    return Setup(
        queues=site.queues,
        agents=site.agents,
        nurse_queue=QueueId(site.rules.nurse_queue),
        emergency=site.emergency,
    )


def tells_waits(site: Site) -> bool:
    """Whether some flow of the site tells callers how long they will wait."""
    return any(
        isinstance(step, QueueStep) and step.say_wait
        for flow in site.flows.values()
        for step in flow.steps.values()
    )


# --- the process ---------------------------------------------------------------------------------


def _process() -> Executor:
    _begin_tracker()
    pool = ProcessPoolExecutor(
        max_workers=1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_stand_back,
    )
    # It begins its process with the first thing that it is asked for.
    pool.submit(os.getpid)
    return pool


def _begin_tracker() -> None:
    """Begin the process that cleans up after this one, should this one be killed.

    It would tell of what it cleaned on the standard error of the line, where only what somebody has
    to do belongs.
    """
    before = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = "ignore::UserWarning:multiprocessing.resource_tracker"
    try:
        resource_tracker.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = before


def _stand_back() -> None:
    """In the process: leave the cores to the calls, and end with the brain, however it ends."""
    os.nice(_NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None, "this runs in a child"

    def end_with_it() -> None:
        wait([parent.sentinel])
        os._exit(0)

    threading.Thread(target=end_with_it, daemon=True).start()
