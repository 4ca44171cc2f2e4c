"""What agents and their phones do outside an offer: coming, going, resting, being reachable."""

from __future__ import annotations

from acd.agent import Agent, Presence, presence_after
from acd.matching import Matching
from acd.roster import Roster
from acd.totals import DropCount
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

    Args:
        roster: the agents.
        matching: finds calls for those who come.
        drops: counts facts about agents who are not in the configuration.
    """

    __slots__ = ("_drops", "_matching", "_roster")

    def __init__(self, roster: Roster, matching: Matching, drops: DropCount) -> None:
        self._roster = roster
        self._matching = matching
        self._drops = drops

    def ready(self, fact: AgentReady) -> None:
        """The agent wants calls: ends a break, a rest and a wrap-up."""
        agent = self._agent(fact)
        if agent is None:
            return
        self._matching.standing.ask(agent, None)
        agent.rests_until = min(agent.rests_until, self._matching.now)
        if agent.presence is not Presence.READY:
            self._matching.standing.be_present(agent, presence_after(agent.presence, fact))
        self._matching.end_wrap_ups(agent, fact)
        self._matching.settle(agent)

    def away(self, fact: AgentOnBreak | AgentOut) -> None:
        """The agent wants no calls: at once, or after the wrap-up of the one they have."""
        agent = self._agent(fact)
        if agent is None:
            return
        presence = presence_after(agent.presence, fact)
        if agent.presence is presence:
            self._matching.standing.ask(agent, None)
        else:
            approved = isinstance(fact, AgentOnBreak) and fact.approved
            approved |= agent.pending is presence and agent.approved
            self._matching.standing.ask(agent, presence, approved=approved)
        self._matching.settle(agent)
        self._matching.stop_waiting_for(agent)

    def phone_registered(self, fact: PhoneRegistered) -> None:
        """The agent can be rung."""
        agent = self._agent(fact)
        if agent is not None and not agent.reachable:
            self._matching.standing.reach(agent, reachable=True)
            self._matching.settle(agent)

    def phone_unregistered(self, fact: PhoneUnregistered) -> None:
        """The agent cannot be rung; a conversation that is up goes on."""
        agent = self._agent(fact)
        if agent is None or not agent.reachable:
            return
        self._matching.standing.reach(agent, reachable=False)
        for offer in sorted(agent.offers, key=lambda each: each.visit.place):
            if offer.ringing:
                self._matching.phone_lost(offer)
        self._matching.settle(agent)
        self._matching.stop_waiting_for(agent)

    def _agent(self, fact: AgentFact) -> Agent | None:
        agent = self._roster.agents.get(fact.agent_id)
        if agent is None:
            self._drops.unknown += 1
        return agent
