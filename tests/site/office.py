"""Who runs the site, and what is done to it while calls wait: versions, tasks, queues, its disk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from calls.commands import Command, HangUp, Say, Transfer
from calls.facts import AgentOnBreak, QueueOverridden, TaskClosed
from calls.ids import AgentId, CallId, QueueId
from tests.site.clinic import versions
from tests.site.driver import BrainProcess
from tests.site.faults import BrainCrash, Outage, Publication
from tests.site.invariants import Violation

if TYPE_CHECKING:
    from tests.site.world import World

_BY = AgentId("nora")
_CALL_BACK = "call-back"


class Office:
    """Supervisors, operators and a disk.

    Args:
        world: the clock, the chance and the brain.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = world.random
        self._refused: dict[CallId, bool] = {}

    def begin(self) -> None:
        """The day begins."""
        faults, later = self._world.faults, self._world.later
        for publication in faults.publications:
            later(publication.at_s, self._publish, publication)
        for outage in faults.outages:
            later(outage.at_s, self._disk_full, outage)
        self._later()

    # --- versions -------------------------------------------------------------------------------

    def _publish(self, publication: Publication) -> None:
        world = self._world
        before, after = world.site, versions()[publication.version]
        world.site = after
        brain = world.brain
        if brain is None:
            return  # whoever publishes sees that it was not taken in, and does it again
        counts = world.witness.counts
        snapshot = brain.board.distributor.snapshot()
        for queue in snapshot.queues:
            if queue.queue_id not in after.queues:
                counts["callers whose queue was removed"] += len(queue.waiting) + queue.talking
        for agent in snapshot.agents:
            if agent.call_ids and agent.agent_id not in after.agents:
                counts["agents removed with a call"] += 1
        if publication.crash is not None:
            counts["crashes at a publication"] += 1
            world.crash_next(publication.crash)
        brain.publish()
        world.wake()
        for agent_id in after.agents:
            if agent_id not in before.agents:
                world.people.joins(agent_id)

    # --- the disk -------------------------------------------------------------------------------

    def _disk_full(self, outage: Outage) -> None:
        world = self._world
        world.journal.full = True
        world.witness.counts["outages of the disk"] += 1
        world.later(outage.for_s, self._disk_free)
        if outage.crash is not None:
            world.later(outage.crash_after_s, self._crash, outage.crash)

    def _disk_free(self) -> None:
        self._world.journal.full = False

    def _crash(self, crash: BrainCrash) -> None:
        self._world.crash_next(crash)

    def turned_away(self, refused: Iterable[CallId], commands: Iterable[Command]) -> None:
        """Whoever rang while nothing could be written hears the advice at once.

        Args:
            refused: whose arrival could not be journaled.
            commands: what is done instead.

        Raises:
            Violation: somebody does not.
        """
        rules = self._world.site.rules
        advice = frozenset(rules.prompts[rules.advice_911].values())
        said = {
            command.call_id
            for command in commands
            if isinstance(command, Say)
            and any(utterance.text in advice for utterance in command.utterances)
        }
        brain = self._world.brain
        assert brain is not None
        for call_id in refused:
            if call_id not in brain.board.calls:
                continue  # they hung up before they were heard of
            if call_id not in said:
                raise Violation(f"{call_id} is turned away without the advice")
            self._refused.setdefault(call_id, False)
            self._world.witness.counts["callers turned away"] += 1

    def told_line(self, command: Command) -> None:
        """Whoever is turned away is handed to the fallback number before they are let go."""
        if command.call_id not in self._refused:
            return
        if isinstance(command, Transfer):
            if command.destination != self._world.site.fallback_number:
                raise Violation(f"{command.call_id} goes elsewhere than to the fallback number")
            self._refused[command.call_id] = True
        elif isinstance(command, HangUp) and not self._refused[command.call_id]:
            raise Violation(f"{command.call_id} is hung up on without the fallback number")

    def brain_died(self) -> None:
        """Those who were being turned away are callers like others for the next one."""
        self._refused.clear()

    # --- supervisors ----------------------------------------------------------------------------

    def _later(self) -> None:
        every_s = self._world.faults.office_every_s
        self._world.later(self._random.expovariate(1 / every_s), self._acts)

    def _acts(self) -> None:
        world, random = self._world, self._random
        if world.closing:
            return
        self._later()
        brain = world.brain
        if brain is None:
            return
        site, dice = world.site, random.random()
        if dice < 0.5:
            open_tasks = _open_tasks(brain)
            if open_tasks:
                call_id, kind = random.choice(open_tasks)
                done = TaskClosed(site=site.id, call_id=call_id, kind=kind, by=_BY, how="reached")
                brain.tell(done)
        elif dice < 0.75:
            queue = QueueId(random.choice(("front", "bills")))
            is_open = random.choice((True, False, None))
            for_s = random.choice((10.0, 200.0))
            brain.tell(QueueOverridden(site=site.id, queue=queue, open=is_open, for_s=for_s))
        else:
            agent_id = random.choice(tuple(site.agents))
            brain.tell(AgentOnBreak(site=site.id, agent_id=agent_id, approved=True))
            world.later(random.uniform(20.0, 300.0), world.people.signs_in, agent_id)
        world.wake()

    def close_all(self, brain: BrainProcess) -> None:
        """The day is over: what was left to be done is done."""
        site = self._world.site
        for call_id, kind in _open_tasks(brain):
            done = TaskClosed(site=site.id, call_id=call_id, kind=kind, by=_BY, how="done")
            brain.tell(done)


def _open_tasks(brain: BrainProcess) -> list[tuple[CallId, str]]:
    """What a person may close: tasks, and call-backs that were chosen."""
    listed = [(task.order.call_id, task.order.kind) for task in brain.board.tasks]
    chosen = [
        (task.call_id, _CALL_BACK)
        for task in brain.board.distributor.snapshot().tasks
        if not task.emergency
    ]
    return [*listed, *chosen]
