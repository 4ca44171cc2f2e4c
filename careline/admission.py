"""Where a call that wants an agent waits, and for whom: what stands between flow and distributor.

The flow asks for a queue. That queue may be closed, or not be there any more; its callers then wait
elsewhere, or leave a message. And a caller who rings again waits a little for whoever they spoke
with last, where the queue wants it so.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from acd import Distributor
from calls.facts import Fact
from calls.ids import AgentId, CallId, QueueId
from calls.private import Private
from calls.requirement import Requirement
from config.site import Site
from routing.openness import Openness

log = logging.getLogger(__name__)

_KEPT_CALLERS = 2_000
_KEPT_S = 7 * 86400.0
"""So many callers' last agents are remembered, and for so long, in memory only: after a restart
they are looked for in so much of the journal again. Who rings again with the same concern does so
within a week; see first-call resolution in docs/metrics.md."""


@dataclass(frozen=True, slots=True)
class Spoke:
    """A conversation.

    Attributes:
        agent_id: the agent.
        call_id: the call.
        shown_in: the call that showed the number, if it was an earlier one.
        at: when it began, seconds since the epoch.
    """

    agent_id: AgentId
    call_id: CallId
    shown_in: CallId
    at: float


class Admission:
    """Decides where calls wait.

    Args:
        site: the version of the site that the distributor has.
        distributor: knows who is on duty.
    """

    def __init__(self, site: Site, distributor: Distributor) -> None:
        self._site = site
        self._distributor = distributor
        self._openness = Openness(site.queue_hours(), never_closed=(self._nurse_queue,))
        self._last_agents: dict[str, Spoke] = {}
        self._unknown_queues: set[QueueId] = set()

    def publish(self, site: Site) -> None:
        """Go on with another version of the site."""
        self._site = site
        self._openness.publish(site.queue_hours(), never_closed=(self._nurse_queue,))

    def handle(self, fact: Fact, now: float) -> None:
        """Take a supervisor's word on a queue; any other fact changes nothing."""
        self._openness.handle(fact, now)

    def spoke(self, number: Private, spoke: Spoke) -> None:
        """Remember whom a caller has spoken with last."""
        if number:
            self._last_agents.pop(number.reveal(), None)
            self._last_agents[number.reveal()] = spoke
            if len(self._last_agents) > _KEPT_CALLERS:
                del self._last_agents[next(iter(self._last_agents))]

    def last_spoken(self, now: float) -> list[Spoke]:
        """The last conversation of each caller that still counts, the latest last."""
        return [each for each in self._last_agents.values() if now - each.at <= _KEPT_S]

    def admit(self, asked: Requirement, number: Private, now: float) -> Requirement | None:
        """What the call waits for.

        Args:
            asked: what the flow asked for.
            number: the caller's, if it is known.
            now: seconds since the epoch.

        Returns:
            The requirement, in a queue that is there and open; ``None`` where the queue that was
            asked for is closed and none takes its callers.
        """
        if asked.emergency:
            return asked
        queue_id = self._openness.destination(self._existing(asked.queue), now)
        if queue_id is None:
            return None
        last = self._last_agents.get(number.reveal()) if number and asked.agent is None else None
        wait_s = self._site.queues[queue_id].last_agent_wait_s
        if last is not None and wait_s > 0 and now - last.at <= _KEPT_S:
            return replace(asked, queue=queue_id, agent=last.agent_id, agent_wait_s=wait_s)
        return replace(asked, queue=queue_id)

    @property
    def openness(self) -> Openness:
        """Which queues are open and until when, to be read."""
        return self._openness

    def staffed(self, asked: Requirement, now: float) -> bool:
        """Whether somebody who could answer is signed in, and the queue is open."""
        admitted = self.admit(asked, Private(""), now)
        return admitted is not None and self._distributor.signed_in(admitted)

    @property
    def _nurse_queue(self) -> QueueId:
        return QueueId(self._site.rules.nurse_queue)

    def _existing(self, queue_id: QueueId) -> QueueId:
        """The queue, or the person queue for a call whose flow names one that is no more."""
        if queue_id in self._site.queues:
            return queue_id
        person_queue = QueueId(self._site.rules.person_queue)
        if queue_id not in self._unknown_queues:
            self._unknown_queues.add(queue_id)
            log.warning(
                "queue %s is not among the site's any more; its callers wait in %s",
                queue_id,
                person_queue,
            )
        return person_queue
