"""Why a call was offered to whom it was, for every agent and call that came into question.

Nothing here is kept while calls are served: a decision is explained from how everything stood when
it was made, which is shown to :meth:`acd.Distributor.watch` and comes again in every replay. It
only looks; nothing is changed by it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from acd.agent import WHOLE, Agent, Presence
from acd.ahead import free_for, lacking, others
from acd.floor import Choice, Floor
from acd.lane import EMERGENCY, OVERDUE, ROUTINE
from acd.models import Prefer
from acd.passed_over import Ahead, PassedOver, Why
from acd.ringing import CutShort, cut_short, rings_with_all
from acd.rule import Rule
from acd.visit import Visit
from calls.ids import AgentId, CallId, QueueId
from calls.requirement import SkillNeed
from routing.skills import meets


class CallClass(Enum):
    """The class of a call in the order of all calls."""

    EMERGENCY = "emergency"
    OVERDUE = "overdue"
    ROUTINE = "routine"


_CLASSES = {
    EMERGENCY: CallClass.EMERGENCY,
    OVERDUE: CallClass.OVERDUE,
    ROUTINE: CallClass.ROUTINE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One decision.

    Attributes:
        at: when it was made, seconds since the epoch.
        call_id: the call that was offered; an attempt to call back has an id of its own.
        queue: where it stood.
        agents: to whom it was offered: one agent, or the two that it needs.
        rule: what decided.
        call_class: emergency, overdue or routine.
        waited_s: how long the caller had waited, earlier queues included; for a call-back, how long
            it is since they began to wait.
        needs: what an agent had to be able to do then, after what waiting had relaxed.
        companion: what the second person had to be able to do, for a call that needs two.
        passed_over: every other agent of the site, in the order of the configuration, with why.
        ahead: calls that stood before it, in their order, with why they did not get the agent.
        behind: how many calls stood behind it.
        call_back: nobody was on the line: the agent was to call somebody back.
    """

    at: float
    call_id: CallId
    queue: QueueId
    agents: tuple[AgentId, ...]
    rule: Rule
    call_class: CallClass
    waited_s: float
    needs: tuple[SkillNeed, ...]
    companion: tuple[SkillNeed, ...]
    passed_over: tuple[PassedOver, ...]
    ahead: tuple[Ahead, ...]
    behind: int
    call_back: bool = False

    def sentence(self) -> str:
        """The decision for a person to read."""
        whom = " and ".join(self.agents)
        place = {0: "no call stood before it", 1: "1 call stood before it"}.get(
            len(self.ahead), f"{len(self.ahead)} calls stood before it"
        )
        what, waited = "offered", f"it had waited {self.waited_s:.0f} s in"
        if self.call_back:
            what = "call-back offered"
            waited = (
                f"its place was that of a caller who began to wait {self.waited_s:.0f} s before, in"
            )
        return (
            f"{what} to {whom}: {self.rule.sentence}; {waited} {self.queue} "
            f"({self.call_class.value}), {place} and {self.behind} behind"
        )


def explain(floor: Floor, visit: Visit, choice: Choice, now: float) -> Explanation:
    """Explain a decision before it is carried out.

    Args:
        floor: as it stood when the decision was made.
        visit: the call.
        choice: whom it is offered to.
        now: the time of the decision, seconds since the epoch.
    """
    lane = visit.lane
    decision = _Decision(floor, visit, choice, now)
    ahead, behind = others(floor, visit, choice)
    return Explanation(
        at=now,
        call_id=visit.call_id,
        queue=lane.queue.id,
        agents=tuple(agent.config.id for agent in choice.agents),
        rule=choice.rule,
        call_class=_CLASSES[lane.call_class],
        waited_s=max(0.0, now - visit.queued_at),
        needs=tuple(dict.fromkeys(lane.needs)),
        companion=visit.requirement.companion if lane.companion is not None else (),
        passed_over=tuple(
            decision.why_not(agent)
            for agent in floor.roster.agents.values()
            if agent not in choice.agents
        ),
        ahead=ahead,
        behind=behind,
        call_back=visit.dialled,
    )


class _Decision:
    """A decision about a call, to be asked about each agent."""

    def __init__(self, floor: Floor, visit: Visit, choice: Choice, now: float) -> None:
        self._floor = floor
        self._visit = visit
        self._lane = visit.lane
        self._rule = choice.rule
        self._chosen = choice.agents
        self._now = now
        self._tried = frozenset(visit.tried)
        self._free = free_for(floor, visit)
        self._spare = floor.spare_for(visit)

    def why_not(self, agent: Agent) -> PassedOver:
        """Why the agent was not chosen; the first reason that holds."""
        lane = self._lane
        if self._rule is Rule.RING_ALL and lane.able & agent.bit and self._is_rung_too(agent):
            return _over(agent, Why.RUNG_TOO)
        reason = self._away(agent) or self._unable(agent)
        if reason is None and self._rule is Rule.TAKEN_OVER and cut_short(agent) is not None:
            return self._not_cut_short(agent)
        reason = reason or self._not_free(agent)
        if reason is not None:
            return reason
        return self._came_after(agent, Why.JUST_FREED)

    # --- the agent could not be given it ----------------------------------------------------------

    def _away(self, agent: Agent) -> PassedOver | None:
        if agent.leaving:
            return _over(agent, Why.LEAVING)
        if agent.presence is Presence.OUT:
            return _over(agent, Why.OUT)
        if agent.presence is Presence.BREAK:
            return _over(agent, Why.ON_BREAK)
        if not agent.reachable:
            return _over(agent, Why.NO_PHONE)
        return None

    def _unable(self, agent: Agent) -> PassedOver | None:
        lane = self._lane
        if (lane.able | (lane.companion or 0)) & agent.bit:
            return None
        if lane.wanted is not None:
            return _over(agent, Why.ANOTHER_WANTED)
        need = lacking(agent, lane.needs)
        return PassedOver(
            agent_id=agent.config.id,
            why=Why.LACKS_SKILL,
            need=need,
            has=agent.config.skills.get(need.skill, 0) if need is not None else None,
        )

    def _not_free(self, agent: Agent) -> PassedOver | None:
        """Why nothing of this kind could be given to an agent who is there."""
        lane, floor, now = self._lane, self._floor, self._now
        if agent.pending is not None and agent.used:
            return _over(agent, Why.GOING)
        if agent.rests_until > agent.pauses_until > now and not lane.urgent:
            # Both hold, and it is the rest that lasts. A red flag waits for the pause alone.
            return self._resting(agent)
        if agent.pauses_until > now:
            return PassedOver(
                agent_id=agent.config.id, why=Why.PAUSING, for_s=agent.pauses_until - now
            )
        if self._free & agent.bit:
            return None
        if agent.room >= lane.units:
            kept = agent is floor.kept and floor.keeps_from(self._visit)
            return _over(agent, Why.KEPT_FOR_PAIR if kept else Why.RESERVE)
        if lane.urgent and floor.urgent & agent.bit:
            return None
        return self._occupied(agent)

    def _occupied(self, agent: Agent) -> PassedOver:
        if agent.used and WHOLE - agent.used < self._lane.units:
            why = Why.NO_ROOM if agent.used < WHOLE else Why.BUSY
            return PassedOver(agent_id=agent.config.id, why=why, work=agent.work)
        if agent.rests_until > self._now:
            return self._resting(agent)
        return _over(agent, Why.JUST_FREED)

    def _resting(self, agent: Agent) -> PassedOver:
        return PassedOver(
            agent_id=agent.config.id, why=Why.RESTING, for_s=agent.rests_until - self._now
        )

    def _is_rung_too(self, agent: Agent) -> bool:
        """Whether the agent is rung as well, or was a moment ago, where every nurse is."""
        rung = any(offer.visit is self._visit for offer in agent.offers)
        return rung or rings_with_all(agent)

    # --- somebody else came before them -----------------------------------------------------------

    def _not_cut_short(self, agent: Agent) -> PassedOver:
        """Why what another did was cut short for a red flag, and not what they did."""
        tried = agent.config.id in self._tried and self._chosen[0].config.id not in self._tried
        match cut_short(agent):
            case CutShort.CALL_BACK:
                return _over(agent, Why.CALLS_BACK)
            case CutShort.HALF_PAIR if not tried:
                return _over(agent, Why.HALF_PAIR)
            case _:
                return self._came_after(agent, Why.RUNG_EARLIER)

    def _came_after(self, agent: Agent, otherwise: Why) -> PassedOver:
        """Why somebody else was chosen before an agent who could have been.

        Args:
            agent: who was not.
            otherwise: the reason where neither what they can do nor their place decided.
        """
        lane = self._lane
        chosen = self._rival(agent)
        tried = agent.config.id in self._tried
        if self._rule is Rule.FIRST_FREE:
            # With the agent who became free there is one nurse more than is to be kept ready.
            kept = agent.nurse and not lane.emergency and self._spare <= 1
            return _over(agent, Why.RESERVE if kept else Why.JUST_FREED)
        if tried and (chosen.config.id not in self._tried or self._rule is Rule.TRIED_BEFORE):
            return _over(agent, Why.TRIED_BEFORE)
        if not self._free & agent.bit and self._free & chosen.bit:
            # Only a red flag may ring them, and somebody was free for it.
            return self._occupied(agent)
        if self._rule is Rule.WANTED:
            return _over(agent, Why.NOT_ASKED_FOR)
        if chosen is not self._chosen[0]:
            both_nurses = agent.nurse and self._chosen[0].nurse
            if both_nurses and self._spare < len(self._chosen):
                return _over(agent, Why.RESERVE)
            return self._in_order(agent, chosen)
        if self._rule is Rule.PAIR and self._key(agent) < self._key(chosen):
            # With them as the first, only another nurse could have been the second.
            return _over(agent, Why.RESERVE)
        if self._tier(agent) > self._tier(chosen):
            return self._less_wanted(agent, chosen)
        if otherwise is Why.RUNG_EARLIER:
            return _over(agent, otherwise)
        if self._spares() and not self._floor.roster.alike[chosen.index] & agent.bit:
            return _over(agent, Why.SCARCER_SKILLS)
        return self._in_order(agent, chosen)

    def _rival(self, agent: Agent) -> Agent:
        """Whom of those chosen the agent could have been chosen instead of."""
        first = self._lane.able & agent.bit
        return self._chosen[0] if first or len(self._chosen) == 1 else self._chosen[1]

    def _tier(self, agent: Agent) -> int:
        return next(i for i, tier in enumerate(self._lane.tiers) if tier & agent.bit)

    def _key(self, agent: Agent) -> tuple[int, int, float, int]:
        """The place among all who could take the call: the smallest is best."""
        alike = self._floor.roster.alike[agent.index]
        spared = (alike & -alike).bit_length() if self._spares() else 0
        return (self._tier(agent), spared, *agent.ready_key)

    def _spares(self) -> bool:
        return self._lane.queue.prefer is Prefer.SKILL and not self._lane.emergency

    def _in_order(self, agent: Agent, chosen: Agent) -> PassedOver:
        """They were as good, and their turn came later."""
        later_s = agent.ready_since - chosen.ready_since
        if later_s > 0:
            return PassedOver(agent_id=agent.config.id, why=Why.READY_LATER, for_s=later_s)
        alike = self._floor.roster.alike[chosen.index] & agent.bit
        return _over(agent, Why.LISTED_LATER if alike else Why.SCARCER_SKILLS)

    def _less_wanted(self, agent: Agent, chosen: Agent) -> PassedOver:
        own = self._floor.roster.able(self._lane.needs)
        if own & chosen.bit and not own & agent.bit:
            return _over(agent, Why.OTHER_QUEUE)
        if not own & chosen.bit:
            # Both help out, and the chosen one's queue is asked sooner.
            return _over(agent, Why.OTHER_QUEUE)
        missed = [wish for wish in self._wishes() if not meets(agent.config.skills, (wish,))]
        met = [wish for wish in missed if meets(chosen.config.skills, (wish,))]
        if len(missed) > sum(not meets(chosen.config.skills, (w,)) for w in self._wishes()):
            wish = met[0]
            return PassedOver(
                agent_id=agent.config.id,
                why=Why.FEWER_WISHES,
                need=wish,
                has=agent.config.skills.get(wish.skill, 0),
            )
        return PassedOver(
            agent_id=agent.config.id,
            why=Why.LESS_SKILLED,
            has=self._levels(agent),
            best=self._levels(chosen),
        )

    def _wishes(self) -> tuple[SkillNeed, ...]:
        """What an agent should be able to do as well, as needs."""
        wished = [need for need in self._lane.needs if need.preferred]
        if self._lane.emergency:
            wished = [*self._visit.requirement.skills, *wished]
        return tuple(replace(wish, preferred=False) for wish in wished)

    def _levels(self, agent: Agent) -> int:
        return sum(agent.config.skills.get(need.skill, 0) for need in self._lane.needs)


def _over(agent: Agent, why: Why) -> PassedOver:
    return PassedOver(agent_id=agent.config.id, why=why)
