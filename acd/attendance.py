"""What agents and their phones do outside an offer: coming, going, resting, being reachable."""

from __future__ import annotations

from acd.agent import Agent, Presence, Work, presence_after
from acd.floor import Floor
from acd.matching import Matching
from calls.facts import (
    AgentFact,
    AgentOnBreak,
    AgentOut,
    AgentReady,
    PhoneRegistered,
    PhoneUnregistered,
)


class Attendance:
    """Takes in the agents' own facts.

    Attributes:
        unknown: facts about agents who are not in the configuration.
    """

    __slots__ = ("_floor", "_matching", "unknown")

    def __init__(self, floor: Floor, matching: Matching) -> None:
        self._floor = floor
        self._matching = matching
        self.unknown = 0

    def ready(self, fact: AgentReady) -> None:
        """The agent wants calls: ends a break, a rest and a wrap-up."""
        agent = self._agent(fact)
        if agent is None:
            return
        now = self._matching.now
        if agent.work is Work.WRAP_UP:
            agent.pending = None
            self._matching.end_wrap_up(agent, fact)
        elif agent.work is not Work.IDLE:
            agent.pending = None
        elif agent.presence is not Presence.READY:
            agent.rests_until = min(agent.rests_until, now)
            self._matching.be_present(agent, presence_after(agent.presence, fact))
            self._matching.settle(agent)
        elif agent.rests_until > now:
            agent.rests_until = now
            self._matching.settle(agent)

    def away(self, fact: AgentOnBreak | AgentOut) -> None:
        """The agent wants no calls: at once, or after the wrap-up of the one they have."""
        agent = self._agent(fact)
        if agent is None:
            return
        presence = presence_after(agent.presence, fact)
        if agent.work is not Work.IDLE:
            agent.pending = presence
        elif agent.presence is not presence:
            self._matching.be_present(agent, presence)
        self._matching.settle(agent)

    def phone_registered(self, fact: PhoneRegistered) -> None:
        """The agent can be rung."""
        agent = self._agent(fact)
        if agent is not None and not agent.reachable:
            agent.reachable = True
            self._matching.settle(agent)

    def phone_unregistered(self, fact: PhoneUnregistered) -> None:
        """The agent cannot be rung; a conversation that is up goes on."""
        agent = self._agent(fact)
        if agent is None or not agent.reachable:
            return
        agent.reachable = False
        if agent.being_offered:
            self._matching.phone_lost(agent)
        else:
            self._matching.settle(agent)

    def _agent(self, fact: AgentFact) -> Agent | None:
        agent = self._floor.agents.get(fact.agent_id)
        if agent is None:
            self.unknown += 1
        return agent
