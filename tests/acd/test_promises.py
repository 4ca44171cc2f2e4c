"""Thousands of random days at the clinic: the promises hold after every single fact.

A model of what the line and the callers know is kept beside the distributor, from the commands it
gives alone. Facts come late, twice, in the wrong order, in the wrong name and about nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from acd import (
    RING_GRACE_S,
    AgentConfig,
    Distributor,
    EmergencyRules,
    Presence,
    QueueConfig,
    Work,
)
from calls.commands import Bridge, OfferCall, OpenTask, RecallOffer, ReleaseAgent, ReturnToFlow
from calls.facts import (
    AgentHungUp,
    AgentOnBreak,
    AgentOut,
    AgentReady,
    CallDequeued,
    CallEnded,
    CallerHungUp,
    CallEscalated,
    CallFailed,
    CallQueued,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    OfferUnanswered,
    PhoneRegistered,
    PhoneUnregistered,
)
from calls.outcome import Outcome
from calls.requirement import Requirement, SkillNeed
from routing.skills import meets

SITE = "clinic"
QUEUES = {
    "nurse": QueueConfig(
        id="nurse", title="Nurse", skills=(SkillNeed(skill="nurse"),), wrap_up_s=8.0
    ),
    "billing": QueueConfig(
        id="billing", title="Billing", skills=(SkillNeed(skill="billing"),), wrap_up_s=0.0
    ),
    "general": QueueConfig(id="general", title="General"),
    "first": QueueConfig(id="first", title="First", head_start_s=600.0, ring_timeout_s=7.0),
}
SKILLS = {
    "ana": {"nurse": 4, "spanish": 5},
    "bea": {"nurse": 3, "billing": 2},
    "cal": {"billing": 3},
    "dot": {"billing": 1, "spanish": 3},
}
AGENTS = {
    name: AgentConfig(id=name, name=name.title(), skills=skills) for name, skills in SKILLS.items()
}
CALLS = [f"call-{n}" for n in range(7)]
NOBODY = "zoe"
PLAIN = EmergencyRules(keep_ready=0, ladder=())

calls = st.sampled_from(CALLS)
agents = st.sampled_from([*AGENTS, *AGENTS, NOBODY])
moments = st.sampled_from([0.0, 0.0, 0.5, 1.0, 3.0, 5.0, 8.0, 20.0, 31.0])
requirements = st.builds(
    Requirement,
    queue=st.sampled_from(list(QUEUES)),
    skills=st.sampled_from([(), (), (SkillNeed(skill="spanish"),)]),
    emergency=st.sampled_from([False, False, False, True]),
)
OFFER_FACTS = st.sampled_from(
    [
        OfferRinging,
        *[OfferAccepted] * 2,
        OfferDeclined,
        OfferUnanswered,
        OfferFailed,
        *[AgentHungUp] * 2,
    ]
)


@dataclass
class Caller:
    """What the model knows of a caller: waiting, connected, or elsewhere."""

    requirement: Requirement
    red: bool
    where: str = "waiting"
    agent: str = ""
    danger: bool = False


class Days(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.distributor = Distributor(SITE, QUEUES, AGENTS, "nurse", PLAIN)
        self.now = 1000.0
        self.told = []
        self.decided = []
        self.callers = {}
        self.up = {}
        self.made = []
        self.cut_off = set()
        self.tasks = set()
        self.failed = set()
        self.silent_at = {}

    # --- the world ---------------------------------------------------------------------------

    def tell(self, fact, tasks=()):
        """Hand over a fact; ``tasks`` are the calls that must leave a task, and no others."""
        self.told.append((fact, self.now))
        commands = self.distributor.handle(fact, self.now)
        self.take(commands)
        found = [c.call_id for c in commands if isinstance(c, OpenTask)]
        assert found == list(tasks)
        self.check_order(commands)
        return commands

    def take(self, commands):
        """Carry out commands as a line would."""
        self.decided += commands
        for command in commands:
            if isinstance(command, OfferCall):
                self.ring(command)
            elif isinstance(command, RecallOffer):
                assert self.up.pop(command.offer_id) == (
                    command.call_id,
                    command.agent_id,
                    "ringing",
                )
                silent = self.distributor.state().now >= self.silent_at[command.offer_id]
                if silent or not self.agent(command.agent_id).reachable:
                    # Nothing was heard of that phone, or it is gone.
                    self.failed.add((command.call_id, command.agent_id))
            elif isinstance(command, ReleaseAgent):
                self.up.pop(command.offer_id, None)
            elif isinstance(command, Bridge):
                assert self.up[command.offer_id] == (command.call_id, command.agent_id, "ringing")
                self.up[command.offer_id] = (command.call_id, command.agent_id, "connected")
                caller = self.callers[command.call_id]
                assert caller.where == "waiting"
                caller.where, caller.agent = "connected", command.agent_id
            elif isinstance(command, ReturnToFlow):
                if command.requeued:
                    self.cut_off.add(command.agent_id)
                    assert command.emergency == self.callers[command.call_id].red
                else:
                    assert self.callers.pop(command.call_id).agent == command.agent_id

    def ring(self, command):
        caller = self.callers[command.call_id]
        assert command.offer_id not in self.made
        assert caller.where == "waiting"
        assert command.emergency == caller.red
        assert self.can_take(command.agent_id, caller)
        assert command.rule
        agent = self.agent(command.agent_id)
        assert agent.reachable
        assert agent.presence is Presence.READY
        for call_id, agent_id, _ in self.up.values():
            assert call_id != command.call_id
            assert agent_id != command.agent_id
        self.made.append(command.offer_id)
        ring_s = command.ring_timeout_s + RING_GRACE_S
        self.silent_at[command.offer_id] = self.distributor.state().now + ring_s
        self.cut_off.discard(command.agent_id)
        self.up[command.offer_id] = (command.call_id, command.agent_id, "ringing")

    def agent(self, name):
        return next(a for a in self.distributor.snapshot().agents if a.agent_id == name)

    @staticmethod
    def can_take(name, caller):
        if caller.red:
            return "nurse" in SKILLS[name]
        queue = QUEUES[caller.requirement.queue]
        return meets(SKILLS[name], (*queue.skills, *caller.requirement.skills))

    def waiting(self):
        return [view for queue in self.distributor.snapshot().queues for view in queue.waiting]

    def check_order(self, commands):
        """The one call that was offered stood before every other the same agent could take."""
        offers = [c for c in commands if isinstance(c, OfferCall)]
        if len(offers) != 1 or any(isinstance(c, RecallOffer) for c in commands):
            return
        views = {view.call_id: view for view in self.waiting()}

        def place(view):
            start = 0.0 if view.emergency else QUEUES[view.queue].head_start_s
            return (not view.emergency, view.since - start)

        mine = views[offers[0].call_id]
        for view in views.values():
            caller = self.callers[view.call_id]
            if not view.offered_to and self.can_take(offers[0].agent_id, caller):
                first = (view.call_id, offers[0].agent_id)
                if first in self.failed and place(view) < place(mine):
                    # It could not be rung there: it lets one other go first.
                    assert view.emergency <= mine.emergency
                    self.failed.remove(first)
                else:
                    assert place(mine) <= place(view)

    # --- what can happen ---------------------------------------------------------------------

    @initialize(names=st.sets(st.sampled_from(list(AGENTS)), min_size=1))
    def morning(self, names):
        for name in sorted(names):
            self.tell(PhoneRegistered(site=SITE, agent_id=name))
            self.tell(AgentReady(site=SITE, agent_id=name))

    @rule(seconds=moments)
    def time_passes(self, seconds):
        self.now += seconds
        while (due := self.distributor.next_deadline()) is not None and due <= self.now:
            self.take(self.distributor.tick(due))

    @rule(call=calls, requirement=requirements)
    def queued(self, call, requirement):
        caller = self.callers.get(call)
        if caller is None:
            self.callers[call] = Caller(requirement, requirement.emergency)
        elif caller.where == "elsewhere":
            caller.where, caller.requirement = "waiting", requirement
        elif caller.where == "waiting":
            if not caller.red or requirement.emergency:
                caller.requirement = requirement
            caller.red = caller.red or requirement.emergency
        elif requirement.emergency and "nurse" not in SKILLS[caller.agent]:
            self.callers[call] = Caller(requirement, red=True)
        elif requirement.emergency:
            caller.danger = True
        self.tell(CallQueued(site=SITE, call_id=call, requirement=requirement, number_known=False))

    @rule(call=calls, agent=agents, right=st.booleans())
    def escalated(self, call, agent, right):
        caller = self.callers.get(call)
        connected = caller is not None and caller.where == "connected"
        if right and connected:
            agent = caller.agent
        moves = connected and (agent == caller.agent or "nurse" not in SKILLS[caller.agent])
        if moves:
            self.callers[call] = Caller(caller.requirement, red=True)
        elif connected:
            caller.danger = True
        elif caller is not None and caller.where == "waiting":
            caller.red = True
        commands = self.tell(CallEscalated(site=SITE, call_id=call, agent_id=agent))
        back = [c for c in commands if isinstance(c, ReturnToFlow)]
        assert len(back) == moves

    @rule(call=calls)
    def dequeued(self, call):
        caller = self.callers.get(call)
        if caller is not None and caller.where == "waiting":
            if caller.red:
                caller.where = "elsewhere"
            else:
                del self.callers[call]
        self.tell(CallDequeued(site=SITE, call_id=call))

    @rule(
        call=calls,
        how=st.sampled_from(["hung up", "lost", *Outcome]),
        again=st.booleans(),
    )
    def gone(self, call, how, again):
        caller = self.callers.get(call)
        if how == "hung up":
            fact = CallerHungUp(site=SITE, call_id=call)
        elif how == "lost":
            fact = CallFailed(site=SITE, call_id=call, reason="media-timeout")
        else:
            fact = CallEnded(site=SITE, call_id=call, outcome=how)
        served = how in (Outcome.HANDLED, Outcome.TRANSFERRED)
        missed = caller is not None and caller.red and caller.where != "connected"
        self.callers.pop(call, None)
        # A second drop is what the open task is about already.
        opened = missed and not served and call not in self.tasks
        self.tell(fact, tasks=[call] if opened else [])
        self.tasks |= {call} if opened else set()
        if again:
            assert self.tell(fact) == []

    @rule(data=st.data(), kind=OFFER_FACTS, over=st.integers(0, 5), right=st.integers(0, 5))
    def offer_fact(self, data, kind, over, right):
        names = list(self.up) if self.up and over else self.made or ["call-0/77"]
        offer_id = data.draw(st.sampled_from(names))
        call, agent, state = self.up.get(offer_id, (offer_id.rpartition("/")[0], "ana", "over"))
        wrong = not right
        if wrong:
            agent = NOBODY
        elif state == "ringing":
            if kind in (OfferDeclined, OfferUnanswered, OfferFailed):
                del self.up[offer_id]
                if kind is OfferFailed:
                    self.failed.add((call, agent))
        elif state == "connected":
            if kind is AgentHungUp:
                del self.up[offer_id]
            elif kind is OfferFailed:
                del self.up[offer_id]
                caller = self.callers[call]
                self.callers[call] = Caller(caller.requirement, caller.red or caller.danger)
        more = {"reason": "unreachable"} if kind is OfferFailed else {}
        fact = kind(site=SITE, call_id=call, offer_id=offer_id, agent_id=agent, **more)
        commands = self.tell(fact)
        bridged = [c for c in commands if isinstance(c, Bridge)]
        assert len(bridged) == (kind is OfferAccepted and state == "ringing" and not wrong)
        if state == "over" and kind is OfferAccepted:
            assert [c.offer_id for c in commands if isinstance(c, ReleaseAgent)] == [offer_id]

    @rule(
        agent=agents,
        kind=st.sampled_from(
            [AgentReady, AgentReady, AgentOnBreak, AgentOut, PhoneRegistered, PhoneUnregistered]
        ),
    )
    def agent_fact(self, agent, kind):
        self.tell(kind(site=SITE, agent_id=agent))

    # --- the promises ------------------------------------------------------------------------

    @invariant()
    def every_visit_ends_exactly_once(self):
        snapshot = self.distributor.snapshot()
        assert self.distributor.totals.balanced
        assert all(queue.totals.balanced for queue in snapshot.queues)
        assert snapshot.offer_totals.balanced
        bridges = sum(isinstance(command, Bridge) for command in self.decided)
        assert self.distributor.totals.answered == bridges
        waiting = {view.call_id for view in self.waiting()}
        assert waiting == {c for c, caller in self.callers.items() if caller.where == "waiting"}

    @invariant()
    def the_line_and_the_distributor_agree_on_every_offer(self):
        live = self.distributor.live_offers()
        assert {offer.offer_id: (offer.call_id, offer.agent_id) for offer in live} == {
            offer_id: (call_id, agent_id) for offer_id, (call_id, agent_id, _) in self.up.items()
        }
        for offer in live:
            connected = self.up[offer.offer_id][2] == "connected"
            assert (offer.state is Work.TALKING) == connected

    @invariant()
    def one_offer_a_caller_and_one_call_an_agent(self):
        live = self.distributor.live_offers()
        assert len({offer.call_id for offer in live}) == len(live)
        assert len({offer.agent_id for offer in live}) == len(live)
        busy = (Work.RESERVED, Work.RINGING, Work.TALKING)
        working = {a.agent_id: a.call_ids for a in self.distributor.snapshot().agents}
        by_offer = {offer.agent_id: (offer.call_id,) for offer in live}
        assert {name: calls for name, calls in working.items() if calls} == by_offer
        for agent in self.distributor.snapshot().agents:
            assert (agent.work in busy) == (agent.agent_id in by_offer)

    @invariant()
    def nobody_waits_whom_a_free_agent_could_take(self):
        free = [a.agent_id for a in self.distributor.snapshot().agents if a.available]
        for view in self.waiting():
            if not view.offered_to:
                caller = self.callers[view.call_id]
                assert not [name for name in free if self.can_take(name, caller)]

    @invariant()
    def no_nurse_is_free_or_writes_or_rings_for_routine_while_a_red_flag_waits(self):
        views = {view.call_id: view for view in self.waiting()}
        unoffered = [v for v in views.values() if v.emergency and not v.offered_to]
        for agent in self.distributor.snapshot().agents:
            if not unoffered or "nurse" not in SKILLS[agent.agent_id]:
                continue
            assert not agent.available
            if agent.work is Work.WRAP_UP and agent.pending is None and agent.reachable:
                # Only one whose last conversation was cut off is left alone for a while.
                assert agent.agent_id in self.cut_off
            assert all(call not in views or views[call].emergency for call in agent.call_ids)

    @invariant()
    def a_red_flag_stays_one(self):
        for call in CALLS:
            caller = self.callers.get(call)
            assert self.distributor.on_emergency_call(call) == (caller is not None and caller.red)

    @invariant()
    def an_idle_agent_with_a_phone_who_is_ready_is_available_or_has_a_deadline(self):
        for agent in self.distributor.snapshot().agents:
            if agent.presence is Presence.READY and agent.reachable and agent.work is Work.IDLE:
                assert agent.available or self.distributor.next_deadline() is not None

    def teardown(self):
        """Replayed without a single tick, the facts lead to the same decisions."""
        replay = Distributor(SITE, QUEUES, AGENTS, "nurse", PLAIN)
        decided = []
        for fact, at in self.told:
            decided += replay.handle(fact, at)
        late = self.now + 100.0
        decided += replay.tick(late)
        # Deadline by deadline: an offer is judged by what its agent was when it was made.
        self.time_passes(100.0)
        assert decided == self.decided
        assert replay.snapshot() == self.distributor.snapshot()


TestPromises = Days.TestCase
TestPromises.settings = settings(
    max_examples=settings().max_examples * 3 // 2, stateful_step_count=40
)
