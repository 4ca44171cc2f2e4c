"""What the metrics hold while they read: calls that are up, agents, and the cells they count in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from acd.metrics.agent import AgentTrack
from acd.metrics.call import Call, RedFlag
from acd.metrics.cells import AgentCell, CallCell, VisitCell
from acd.metrics.intervals import Intervals
from acd.metrics.repeats import Repeats
from acd.metrics.sheet import Sheet
from acd.models import AgentConfig, QueueConfig
from calls.ids import AgentId, CallId, QueueId

SITE: Final = ""
"""Whom the cells of calls are about: all of them are the site's."""

_NURSE = "nurse"
_SLACK = 64


class Books:
    """Calls, agents and cells.

    A queue or an agent that the configuration does not have (any more) is counted with the
    defaults: the journal is right about what happened.

    Args:
        queues: by id.
        agents: by id.
        nurse_queue: where every emergency waits.
        intervals: the window and how it is cut.

    Attributes:
        calls: those that are up, or whose caller is to be called back.
        agents: everybody any fact told of.
        visit_sheet: cells of the queues.
        agent_sheet: cells of the agents.
        call_sheet: cells of the site.
        repeats: who calls again.
        unreached: red flags whose calls ended without a nurse; somebody may call them back.
        nurse_queue: where every emergency waits.
        tells_recalls: a recall was read: from here on the journal tells of every one.
    """

    def __init__(
        self,
        queues: Mapping[QueueId, QueueConfig],
        agents: Mapping[AgentId, AgentConfig],
        nurse_queue: QueueId,
        intervals: Intervals,
    ) -> None:
        self.nurse_queue = nurse_queue
        self.calls: dict[CallId, Call] = {}
        self.agents: dict[AgentId, AgentTrack] = {}
        self.visit_sheet: Sheet[QueueId, VisitCell] = Sheet(VisitCell, intervals)
        self.agent_sheet: Sheet[AgentId, AgentCell] = Sheet(AgentCell, intervals)
        self.call_sheet: Sheet[str, CallCell] = Sheet(CallCell, intervals)
        self.repeats = Repeats()
        self.unreached: dict[CallId, RedFlag] = {}
        self.tells_recalls = False
        self._intervals = intervals
        self._queues = dict(queues)
        self._agent_configs = dict(agents)
        self._sweep_at = _SLACK

    def queue(self, queue_id: QueueId) -> QueueConfig:
        """A queue's settings."""
        return self._queues.get(queue_id) or QueueConfig(id=queue_id, title=queue_id)

    def agent(self, agent_id: AgentId, at: float) -> AgentTrack:
        """An agent, accounted for until ``at``."""
        track = self.agents.get(agent_id)
        if track is None:
            config = self._agent_configs.get(agent_id) or AgentConfig(id=agent_id, name=agent_id)
            track = self.agents[agent_id] = AgentTrack(config, self.agent_sheet, self._intervals)
        track.settle(at)
        return track

    def call(self, call_id: CallId) -> Call:
        """A call; one that no fact told of yet begins."""
        call = self.calls.get(call_id)
        if call is None:
            if len(self.calls) >= self._sweep_at:
                self._sweep()
            call = self.calls[call_id] = Call(id=call_id)
        return call

    def tell_recalls(self) -> None:
        """A recall was read: whatever rings and was not recalled until now rings on."""
        if not self.tells_recalls:
            self.tells_recalls = True
            for track in self.agents.values():
                for offer in track.offers.values():
                    offer.doubted = False

    def _sweep(self) -> None:
        """Forget calls that are over, but whose end stands in no fact: call-backs, mostly."""
        self.calls = {call_id: call for call_id, call in self.calls.items() if not call.over}
        self._sweep_at = 2 * len(self.calls) + _SLACK


def is_nurse(agent: AgentConfig) -> bool:
    """Whether the agent may take red flags."""
    return _NURSE in agent.skills
