"""Who could take which call now, and the choice between them.

The distributor keeps one invariant: whenever it is at rest, no call waits that an agent could take.
So a single event needs a single choice: an agent who becomes free looks at the heads of the lanes
they serve; a caller who begins to wait looks at the set of those who are free. Neither looks at all
callers or all agents.

**The reserve.** Of the nurses so many are kept free of routine calls as the site's rules say, as
long as one more is on duty (present and reachable): a single nurse takes every call. While no more
are free than that, routine calls pass nurses over. For breaks those count who have come to work,
also on a break: otherwise each break would lower what keeps the next nurse from hers.

**Kept for a pair.** Under load each agent who becomes free takes a call at once, and a call that
needs two people might never find both free. So for the first of those that are overdue one agent
who could be one of its two is kept, for a while, from routine calls that stand behind it.

It is longer than a module should be: the reserve and the one who is kept are conditions of every
choice, in both directions, and read apart from the choices they would hide what is chosen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from acd.agent import WHOLE, Agent, Presence
from acd.lane import ROUTINE, Lane
from acd.lanes import Lanes
from acd.models import Prefer
from acd.ready_row import ReadyRow
from acd.ringing import CutShort, cut_short
from acd.roster import Roster
from acd.rule import Rule
from acd.visit import Place, Visit
from calls.ids import AgentId
from calls.requirement import Requirement

_LAST: Place = (ROUTINE + 1, 0.0, 0)
"""Behind every call."""

_LOOK_BEHIND = 8
"""So many calls of a lane are looked at where the first could not be rung at an agent."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Agents for a call.

    Attributes:
        agents: one, or the two that the call needs.
        rule: why these.
    """

    agents: tuple[Agent, ...]
    rule: Rule


class Floor:
    """Every agent and every lane of a site, and who is free.

    Args:
        roster: the agents.
        lanes: the lanes.
        sizes: how much of an agent a call can take up, in the units of :data:`acd.agent.WHOLE`.
        keep_ready: how many nurses to keep free of routine calls.
    """

    __slots__ = (
        "_at_work_nurses",
        "_keep_ready",
        "_on_duty_nurses",
        "_room_for",
        "at_work",
        "breaks_due",
        "free_nurse_count",
        "held_back",
        "kept",
        "kept_behind",
        "kept_for",
        "lanes",
        "on_duty",
        "ready",
        "red_flags_rung",
        "roster",
        "urgent",
    )

    def __init__(self, roster: Roster, lanes: Lanes, sizes: Iterable[int], keep_ready: int) -> None:
        self.roster = roster
        self.lanes = lanes
        self._keep_ready = keep_ready
        self._room_for = dict.fromkeys(sorted({*sizes, WHOLE}), 0)
        self._on_duty_nurses = 0
        self._at_work_nurses = 0
        self.on_duty = 0
        """The set of those who are present, no matter how busy, and can be reached."""
        self.at_work = 0
        """The set of those who have come to work, present or on a break, and can be reached."""
        self.breaks_due = 0
        """The set of nurses who have nothing to do and whose break has not begun."""
        self.free_nurse_count = 0
        """How many nurses are free for a whole call."""
        self.red_flags_rung = 0
        """How many phones ring for a red flag."""
        self.urgent = 0
        """The set of nurses whom only a red flag may ring."""
        self.ready = ReadyRow()
        """Those who have room for something, longest ready first."""
        self.held_back = False
        """Whether a nurse may be free whom a routine call was kept from."""
        self.kept: Agent | None = None
        """Who is kept free for a call that needs two people."""
        self.kept_for: Visit | None = None
        """That call."""
        self.kept_behind: Place | None = None
        """Where that call stood when it was last looked at: it may have changed its queue since."""

    # --- where agents stand ---------------------------------------------------------------------

    def place(self, agent: Agent, room: int, *, urgent: bool) -> None:
        """Say what an agent can be given now.

        Args:
            agent: who.
            room: how much of them a routine call could have.
            urgent: a nurse whom a red flag may ring although no routine call may.
        """
        before = agent.room
        if room != before:
            self._make_room(agent, before, room)
        if urgent != agent.urgent:
            agent.urgent = urgent
            self.urgent ^= agent.bit

    def staffed(self, requirement: Requirement) -> bool:
        """Whether those at work could take such a call, now or after some waiting.

        Raises:
            KeyError: the queue does not exist.
        """
        return self.could_ever_take(self.lanes.at(requirement, 0.0, 0.0))

    def could_ever_take(self, lane: Lane) -> bool:
        """Whether those at work could take a call of this lane, or of one that time leads it to."""
        last = lane
        while last.next is not None:
            # Waiting only adds to those who may take a call.
            last = last.next
        if last.companion is None:
            return bool(last.able & self.at_work)
        return are_two(last.able & self.at_work, last.companion & self.at_work)

    def on_duty_for(self, requirement: Requirement) -> int:
        """How many agents who could take such a call are not out.

        Raises:
            KeyError: the queue does not exist.
        """
        able = self.lanes.at(requirement, 0.0, 0.0).able
        return sum(
            agent.presence is not Presence.OUT and not agent.leaving
            for agent in self.roster.members(able)
        )

    def free_count(self, requirement: Requirement) -> int:
        """How many agents could be offered such a call now.

        Raises:
            KeyError: the queue does not exist.
        """
        lane = self.lanes.at(requirement, 0.0, 0.0)
        return (lane.able & self._room_for[lane.units]).bit_count()

    def note_duty(self, agent: Agent) -> None:
        """The agent's presence has changed, or whether their phone can be rung."""
        reached = agent.reachable and not agent.leaving
        on_duty = reached and agent.presence is Presence.READY
        at_work = reached and agent.presence is not Presence.OUT
        if on_duty != bool(self.on_duty & agent.bit):
            self.on_duty ^= agent.bit
            self._on_duty_nurses += agent.nurse * (1 if on_duty else -1)
        if at_work != bool(self.at_work & agent.bit):
            self.at_work ^= agent.bit
            self._at_work_nurses += agent.nurse * (1 if at_work else -1)

    @property
    def spare_nurses(self) -> int:
        """How many free nurses routine calls may take; not positive when the reserve is reached."""
        return self.free_nurse_count - self.reserve

    @property
    def reserve(self) -> int:
        """How many nurses are to be kept free of routine calls now."""
        return max(0, min(self._keep_ready, self._on_duty_nurses - 1))

    @property
    def break_reserve(self) -> int:
        """How many other nurses must be free when one goes on a break now."""
        return max(0, min(self._keep_ready, self._at_work_nurses - 1))

    @property
    def red_flag_unanswered(self) -> bool:
        """Whether a red flag waits, or rings at somebody."""
        return self.lanes.red_flags > 0 or self.red_flags_rung > 0

    @property
    def breaks_may_begin(self) -> bool:
        """Whether a nurse's break waits that could begin now.

        Whom nothing keeps goes when she is settled; this is about those whom others keep.
        """
        if not self.breaks_due or self.red_flag_unanswered:
            return False
        return self.free_nurse_count >= self.break_reserve

    def spare_for(self, visit: Visit) -> int:
        """How many free nurses this routine call may take, but for one who is kept for another."""
        kept = self.kept
        one_less = kept is not None and kept.free_nurse and self.keeps_from(visit)
        return self.spare_nurses - one_less

    def keeps_from(self, visit: Visit) -> bool:
        """Whether this call may not have the agent who is kept: it stands behind the pair's."""
        return self.kept is not None and visit.place > self._kept_place

    @property
    def _kept_place(self) -> Place:
        """The place behind which calls may not have the agent who is kept."""
        pair = self.kept_for
        return pair.place if pair is not None and pair.waiting else _LAST

    def free_for(self, visit: Visit) -> int:
        """The set of agents whom this call could be given now, able or not."""
        lane = visit.lane
        free = self._room_for[lane.units]
        if lane.emergency:
            return free
        if self.kept is not None and self.keeps_from(visit):
            free &= ~self.kept.bit
        if self.spare_for(visit) <= 0:
            held = (lane.able | (lane.companion or 0)) & self.free_nurses
            if held:
                self.held_back = True
                free &= ~held
        return free

    @property
    def free_nurses(self) -> int:
        """The set of nurses who are free for a whole call."""
        return self._room_for[WHOLE] & self.roster.nurses

    def _make_room(self, agent: Agent, before: int, room: int) -> None:
        if not before:
            self.ready.add(agent)
        elif not room:
            self.ready.remove(agent)
        agent.room = room
        for units in self._room_for:
            if (units <= before) != (units <= room):
                self._room_for[units] ^= agent.bit
        if agent.nurse:
            self.free_nurse_count += (room == WHOLE) - (before == WHOLE)

    # --- an agent for a call --------------------------------------------------------------------

    def agents_for(self, visit: Visit) -> Choice | None:
        """The best agent, or the two, who are free for a call that waits.

        Those who have not been tried for it come first. For an emergency a nurse in wrap-up or at
        rest after a ring without answer comes before nobody at all.
        """
        lane = visit.lane
        free = self.free_for(visit)
        if lane.companion is not None:
            return self._pair(visit, free)
        tried = self._set_of(visit.tried)
        fresh = lane.able & free & ~tried
        if fresh:
            wanted = self._wanted(visit)
            if wanted is not None and fresh & wanted.bit:
                return Choice((wanted,), Rule.WANTED)
            return Choice((self._best(lane, fresh),), _rule_of(lane))
        if lane.urgent:
            fresh = lane.able & self.urgent & ~tried
            if fresh:
                return Choice((self._best(lane, fresh),), Rule.URGENT)
            free |= self.urgent
        again = lane.able & free
        if again:
            for agent_id in visit.tried:
                agent = self.roster.agents.get(agent_id)
                if agent is not None and again & agent.bit:
                    return Choice((agent,), Rule.TRIED_BEFORE)
        return None

    def could_take(self, visit: Visit) -> int:
        """The set of those who could be given a call now that needs one person."""
        lane = visit.lane
        return (self.free_for(visit) | (self.urgent if lane.urgent else 0)) & lane.able

    def _wanted(self, visit: Visit) -> Agent | None:
        wanted = visit.requirement.agent
        return None if wanted is None else self.roster.agents.get(wanted)

    def pairs_with(self, agent: Agent, visit: Visit) -> bool:
        """Whether the agent is one of the two who would take a call.

        Where two others would, the agent has only made them free for it: they are looked at with
        all that was kept from them, in its order.
        """
        choice = self._pair(visit, self.free_for(visit))
        return choice is not None and agent in choice.agents

    def _pair(self, visit: Visit, free: int) -> Choice | None:
        lane = visit.lane
        assert lane.companion is not None, "only a call that needs two people"
        tried = self._set_of(visit.tried)
        kept = self.free_nurses if self.spare_for(visit) < 2 else 0
        for open_to in (free & ~tried, free):
            first, second = lane.able & open_to, lane.companion & open_to
            while first and second:
                one = self._best(lane, first)
                others = second & ~one.bit
                if kept & one.bit and others & kept:
                    self.held_back = True
                    others &= ~kept
                if others:
                    return Choice((one, self._longest_ready(others)), Rule.PAIR)
                # The best first person leaves nobody who could be the second.
                first &= ~one.bit
        return None

    def to_be_taken_over(self, visit: Visit) -> Agent | None:
        """The agent from whom an offer should be taken back for this emergency, if any.

        Never an agent who speaks with somebody. Whoever is rung to call back a red flag comes last;
        then those not tried for it yet come first, then those who are only rung, then those who
        meet its wishes, then whoever was rung last, for they have waited least in vain.
        """
        best: Agent | None = None
        best_key = (False, False, 0, 0, 0)
        for tier_index, tier in enumerate(visit.lane.tiers):
            for agent in self.roster.members(tier):
                cut = cut_short(agent)
                if cut is None:
                    continue
                calls_back, tried = cut is CutShort.CALL_BACK, agent.config.id in visit.tried
                key = (calls_back, tried, int(cut), tier_index, -agent.offers[-1].seq)
                if best is None or key < best_key:
                    best, best_key = agent, key
        return best

    # --- a call for an agent --------------------------------------------------------------------

    def visit_for(self, agent: Agent, passed: Visit | None = None) -> Visit | None:
        """The call that an agent takes next, if one waits that they may be given now.

        Args:
            agent: who.
            passed: a call that lets another go first at this agent: another that has not failed to
                ring them is looked for, among the first few of each lane; for a red flag only
                another red flag.
        """
        room = agent.room
        routine = True
        if agent.free_nurse and self.spare_nurses <= 0:
            routine = False
            self.held_back = True
        urgent = agent.urgent
        last = None if self.kept is None else self._last_place_for(agent)
        best: Lane | None = None
        best_visit: Visit | None = None
        best_place: Place | None = None
        for lane in agent.lanes:
            place = lane.head
            assert place is not None, "somebody waits in it"
            if best_place is not None and place > best_place:
                continue
            if last is not None and place > last:
                continue
            fits = lane.units <= room and (routine or lane.emergency)
            if not fits and not (urgent and lane.urgent):
                continue
            found = None
            if lane.companion is not None or passed is not None:
                found = self._among_first(lane, agent, passed)
                if found is None:
                    continue
                place = found.place
                if best_place is not None and place > best_place:
                    continue
                if last is not None and place > last:
                    continue
            best, best_visit, best_place = lane, found, place
        return best_visit or (best.waiting.first if best is not None else None)

    def _among_first(self, lane: Lane, agent: Agent, passed: Visit | None) -> Visit | None:
        """The first call of a lane that the agent may be given: its head, or behind one passed."""
        if passed is None:
            head = lane.waiting.first
            return head if self.pairs_with(agent, head) else None
        if passed.lane.emergency and not lane.emergency:
            return None
        for visit in islice(lane.waiting, _LOOK_BEHIND):
            if not visit.lets_go_first(agent.config.id) and (
                lane.companion is None or self.pairs_with(agent, visit)
            ):
                return visit
        return None

    def _last_place_for(self, agent: Agent) -> Place | None:
        """The place behind which calls may not have the agent, for one is kept for a pair."""
        kept = self.kept
        if kept is None:
            return None
        if kept is agent:
            return self._kept_place
        if kept.free_nurse and agent.free_nurse and self.spare_nurses <= 1:
            # The nurse whom the reserve can spare is the one who is kept.
            self.held_back = True
            return self._kept_place
        return None

    # --- choosing -------------------------------------------------------------------------------

    def _best(self, lane: Lane, among: int) -> Agent:
        """The most wanted of a set that is not empty."""
        for tier in lane.tiers:
            hit = tier & among
            if hit:
                break
        if lane.queue.prefer is Prefer.SKILL and not lane.emergency:
            spared = (hit & -hit).bit_length() - 1
            hit &= self.roster.alike[spared]
        return self._longest_ready(hit)

    def _longest_ready(self, among: int) -> Agent:
        """Who of a set that is not empty has been ready for longest."""
        if not among & (among - 1):
            return self.roster.by_index[among.bit_length() - 1]
        first = self.ready.first_of(among)
        # Nurses in wrap-up or at rest may stand in no row.
        others = among & self.urgent
        if first is not None and not others:
            return first
        found = list(self.roster.members(others))
        if first is not None:
            found.append(first)
        return min(found, key=_ready_key)

    def _set_of(self, tried: tuple[AgentId, ...]) -> int:
        mask = 0
        for agent_id in tried:
            agent = self.roster.agents.get(agent_id)
            if agent is not None:
                mask |= agent.bit
        return mask


def are_two(able: int, companions: int) -> bool:
    """Whether one of each of two sets can be had at once: nobody is both."""
    return bool(able and companions) and (able | companions).bit_count() > 1


def _ready_key(agent: Agent) -> tuple[float, int]:
    return agent.ready_key


def _rule_of(lane: Lane) -> Rule:
    if lane.queue.prefer is Prefer.SKILL and not lane.emergency:
        return Rule.MOST_SKILLED
    return Rule.LONGEST_READY
