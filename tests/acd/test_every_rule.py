"""Thousands of random days with every rule on: the promises hold after every single fact.

As in :mod:`tests.acd.test_promises` a model of the world is kept beside the distributor, from the
facts it was told and the commands it gave. Here red flags climb the ladder and are called back,
nurses are kept ready, needs relax with time, agents are wanted, calls need two people, chats share
an agent. Each decision is judged at the moment it is made, by going through everybody.

``python -m tests.acd`` makes it a soak. It is long because it is one model: a Hypothesis machine is
one class, and its invariants read all that its rules have written.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from acd import RING_GRACE_S, Distributor, Presence, Work
from acd.offers import OUTAGE_S
from calls.commands import (
    Bridge,
    CallBack,
    ClimbLadder,
    HangUp,
    OfferCall,
    OpenTask,
    RecallOffer,
    ReleaseAgent,
    ReturnToFlow,
)
from calls.facts import (
    AgentHungUp,
    AgentOnBreak,
    AgentOut,
    AgentReady,
    CallBackAnswered,
    CallBackChosen,
    CallBackMissed,
    CallDequeued,
    CallEnded,
    CallerHungUp,
    CallEscalated,
    CallFailed,
    CallHeld,
    CallQueued,
    CallRetrieved,
    ConsultBegan,
    ConsultEnded,
    IdentityConfirmed,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    OfferUnanswered,
    PhoneRegistered,
    PhoneUnregistered,
    TaskClosed,
)
from calls.outcome import Outcome
from calls.requirement import Requirement
from calls.rung import Rung
from tests.acd.every_rule import (
    AGENTS,
    NURSE,
    NURSES,
    QUEUES,
    RULES,
    SITE,
    WHOLE,
    is_able,
    is_companion,
    need,
    place,
    preference,
    units,
)

CALLS = [f"call-{n}" for n in range(7)]
NOBODY = "zoe"
PAUSE_S, REST_S = 5.0, 30.0

calls = st.sampled_from(CALLS)
agents = st.sampled_from([*AGENTS, *AGENTS, NOBODY])
MOMENTS = [0.0, 0.5, 1.0, 3.0, 5.0, 8.0, 10.0, 20.0, 31.0, 50.0, 300.0, -20.0]
moments = st.sampled_from(MOMENTS)
SKILLS = [(), (), (), (need("spanish", 3),), (need("spanish", 4, preferred=True),)]
skills = st.sampled_from(SKILLS)
requirements = st.builds(
    Requirement,
    queue=st.sampled_from([*QUEUES, "chat", "chat", "advice"]),
    skills=skills,
    emergency=st.sampled_from([False, False, False, False, True]),
    companion=st.sampled_from([(), (), (), (need("spanish"),)]),
    agent=st.sampled_from([None, None, None, *AGENTS, NOBODY]),
    agent_wait_s=st.sampled_from([0.0, 10.0, 25.0, 70.0]),
)
OFFER_FACTS = [
    OfferRinging,
    *[OfferAccepted] * 5,
    OfferDeclined,
    OfferUnanswered,
    OfferFailed,
    *[AgentHungUp] * 3,
    CallHeld,
    CallRetrieved,
    ConsultBegan,
    ConsultEnded,
    *[CallBackAnswered] * 2,
    CallBackMissed,
    IdentityConfirmed,
]
AGENT_FACTS = [
    *[AgentReady] * 3,
    *[AgentOnBreak] * 2,
    "approved",
    AgentOut,
    *[PhoneRegistered] * 2,
    PhoneUnregistered,
]
TASK_KINDS = ["red-flag-call-back", "call-back", "red-flag-unanswered"]
ENDS = ["hung up", "lost", *Outcome]
SERVED = (Outcome.HANDLED, Outcome.TRANSFERRED)


@dataclass
class Caller:
    """What the model knows of a call: waiting, connected, or elsewhere with the flow."""

    requirement: Requirement
    queued_at: float
    since: float
    where: str = "waiting"
    alone_until: float | None = None
    advised_at: float | None = None
    may_call_back: bool = True
    number_known: bool = True
    ladder_from: float = 0.0
    rung: int = 0
    came_by: Task | None = None
    danger_since: float | None = None
    rests_until: float = 0.0
    rests: int = 0

    @property
    def red(self):
        return self.requirement.emergency


@dataclass
class Task:
    """Somebody who is to be called back."""

    requirement: Requirement
    queued_at: float
    since: float
    allowed: bool
    not_before: float
    attempts: int = 0
    rounds: int = 0
    active: bool = False
    reached: bool = False
    confirmed: bool = False

    @property
    def red(self):
        return self.requirement.emergency

    @property
    def limit(self):
        if self.red:
            return RULES.call_back_attempts
        return QUEUES[self.requirement.queue].call_back_attempts

    @property
    def every_s(self):
        if self.red:
            return RULES.call_back_every_s
        return QUEUES[self.requirement.queue].call_back_every_s


@dataclass
class Up:
    """An offer that the line knows: ringing, accepted or connected."""

    call: str
    agent: str
    at: float
    units: int
    wrap_up_s: float
    ring_s: float
    red: bool
    call_back: bool
    state: str = "ringing"
    beside: bool = False


@dataclass
class Person:
    """What the model knows of an agent beside their offers."""

    wraps: list = field(default_factory=list)
    pauses_until: float = 0.0
    rests_until: float = 0.0
    reachable: bool = False
    approved: bool = False


def stopped_for_red_flags(commands):
    """The offers that were recalled so that a red flag could have the agent: right before it."""
    stopped, recalls = set(), []
    for command in commands:
        if isinstance(command, RecallOffer):
            recalls.append(command)
            continue
        if isinstance(command, ReleaseAgent):
            recalls.append(command)
            continue
        if isinstance(command, OfferCall) and command.rule == "taken-over":
            for recall in reversed(recalls):
                if recall.agent_id != command.agent_id:
                    break
                stopped.add(recall.offer_id)
        recalls = []
    return stopped


class Days(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.distributor = Distributor(SITE, QUEUES, AGENTS, NURSE, RULES)
        self.distributor.watch(self.judge)
        self.now = 1000.0
        self.told = []
        self.decided = []
        self.callers = {}
        self.tasks = {}
        self.up = {}
        self.made = []
        self.people = {name: Person() for name in AGENTS}
        self.answered = 0
        self.called_back = 0
        self.judged = []
        self.climbed = {}
        self.lost = set()
        self.gave_way = set()
        self.failed = set()
        self.polite = []
        self.refused = []
        self.not_come = set()
        self.told_of = {}
        self.offered = {}
        self.kept_in = set()
        self.one_event = True
        self.broken = False

    # --- the world: facts in, commands out ------------------------------------------------------

    def tell(self, fact, tasks=()):
        """Hand over a fact; ``tasks`` are those it must open, and no others."""
        self.told.append((fact, self.now))
        self.broken = True
        commands = self.distributor.handle(fact, self.now)
        opened = self.take(commands)
        expected = list(tasks) + self.due_tasks()
        assert sorted(opened) == sorted(expected), (opened, expected)
        self.broken = False
        return commands

    def take(self, commands, *, one_event=True):
        """Carry out commands as a line would, and say which tasks were opened.

        Args:
            commands: what was decided.
            one_event: whether by a single fact, and not by all that fell due at one moment.
        """
        self.decided += commands
        self.one_event = one_event
        opened = []
        self.lost = set()
        self.gave_way = stopped_for_red_flags(commands)
        offered = [c for c in commands if isinstance(c, OfferCall)]
        judged = [(call, agent, rule) for call, chosen, rule in self.judged for agent in chosen]
        assert judged == [(c.call_id, c.agent_id, c.rule) for c in offered]
        self.judged = []
        for command in commands:
            match command:
                case OfferCall():
                    self.rung(command)
                case RecallOffer():
                    self.recalled(command)
                case ReleaseAgent():
                    self.released(command)
                case Bridge():
                    self.bridged(command)
                case ReturnToFlow():
                    self.returned(command)
                case OpenTask():
                    opened.append((command.call_id, command.kind, command.queue))
                case ClimbLadder():
                    self.climbed.setdefault(command.call_id, []).append(command.rung)
                case CallBack():
                    self.dialled(command)
                case HangUp():
                    assert "~" in command.call_id
                case _:
                    raise AssertionError(command)
        self.put_off_attempts(one_event=one_event)
        self.let_pairs_rest(one_event=one_event)
        self.who_could_not_be_rung_is_known()
        return opened

    def task_of(self, call):
        """The task that a call is the attempt under way of."""
        name, _, number = call.rpartition("~")
        task = self.tasks.get(name)
        if task is None or not task.active or task.rounds != int(number):
            return None
        return task

    def party(self, call):
        """The caller, or whoever is called back, before they are connected."""
        self.begin_attempts()
        caller = self.callers.get(call)
        if caller is not None:
            return caller
        task = self.task_of(call) if "~" in call else None
        assert task is not None, call
        return task

    def rung(self, command):
        assert command.offer_id not in self.made
        party = self.party(command.call_id)
        requirement = party.requirement
        assert command.emergency == party.red
        assert command.call_back == isinstance(party, Task)
        if isinstance(party, Caller):
            assert party.where == "waiting"
            assert party.rests_until <= self.now
            assert command.ask_number == (party.red and not party.number_known)
            self.told_of[command.offer_id] = (command.emergency, command.ask_number)
        else:
            assert party.allowed
            assert not party.reached
            assert self.now >= party.not_before
        queue = QUEUES[NURSE if party.red else requirement.queue]
        assert command.queue == queue.id
        assert command.ring_timeout_s == queue.ring_timeout_s
        person = self.people[command.agent_id]
        assert person.reachable
        if command.rule not in ("ring-all", "taken-over"):
            assert person.pauses_until <= self.now
        if party.red:
            person.wraps.clear()
        # Somebody else was found for it: it goes on, also when a red flag takes their phone from it
        # at this very moment.
        self.refused = [call for call in self.refused if call != command.call_id]
        self.not_come.discard(command.call_id)
        self.made.append(command.offer_id)
        self.up[command.offer_id] = Up(
            command.call_id,
            command.agent_id,
            self.now,
            units(requirement),
            queue.wrap_up_s,
            queue.ring_timeout_s,
            party.red,
            command.call_back,
        )
        self.offered[command.offer_id] = self.up[command.offer_id]
        assert self.load(command.agent_id) <= WHOLE

    def recalled(self, command):
        up = self.up.pop(command.offer_id)
        assert (up.call, up.agent, up.state) == (command.call_id, command.agent_id, "ringing")
        person = self.people[up.agent]
        gone = not person.reachable or up.at + up.ring_s + RING_GRACE_S == self.now
        # At the very moment at which the ring would have failed a red flag may take the phone.
        if command.offer_id in self.gave_way:
            # So is the other of two, if it was a call of two people.
            gone = False
            self.lost.add(up.call)
        if gone and up.call not in self.lost:
            if not up.red:
                # The other of two is let go for it.
                self.lost.add(up.call)
            self.came_to_nothing(up, failed=True)

    def came_to_nothing(self, up, unanswered=False, failed=False):
        """Nobody was connected by an offer: its agent has a moment's peace."""
        person = self.people[up.agent]
        person.pauses_until = self.now + PAUSE_S
        if unanswered:
            person.rests_until = self.now + REST_S
        if failed:
            self.failed.add((up.call, up.agent))
        if up.call_back and not unanswered:
            self.refused.append(up.call)
        self.not_come.add(up.call)
        caller = self.callers.get(up.call)
        if caller is not None and caller.where == "waiting":
            caller.alone_until = None

    def put_off_attempts(self, *, one_event):
        """An attempt that nobody else is rung for begins again later: nobody was dialled."""
        for call in self.refused:
            task = self.task_of(call)
            if task is None or any(up.call == call for up in self.up.values()):
                continue
            task.active = False
            task.not_before = self.now + REST_S
            tried = self.distributor._ledger.tasks[call.rpartition("~")[0]].tried
            fresh = [name for name in NURSES if name not in tried]
            free = [name for name in fresh if self.room(self.view(name))[0] == WHOLE]
            assert not (task.red and free and one_event)
        self.refused = []

    def let_pairs_rest(self, *, one_event):
        """A call of two people, one of whom did not come, rests unless others are rung at once."""
        for call in sorted(self.not_come):
            caller = self.callers.get(call)
            if caller is None or caller.red or caller.where != "waiting":
                continue
            if not caller.requirement.companion or any(up.call == call for up in self.up.values()):
                continue
            visit = self.distributor._ledger.get(call)
            assert not (one_event and self.could_be_rung(caller.requirement, visit)), call
            caller.rests_until = self.now + min(10.0 * 2**caller.rests, 120.0)
            caller.rests += 1
        self.not_come = set()

    def could_be_rung(self, requirement, visit):
        """Whether two who were not asked yet, and are no nurses, are free for a call."""
        size, waited = units(requirement), self.now - visit.since
        free = [
            name
            for name in AGENTS
            if name not in visit.tried
            and name not in NURSES
            and self.room(self.view(name))[0] >= size
        ]
        floor = self.distributor._floor
        if floor.kept is not None:
            return False
        first = [name for name in free if is_able(name, requirement, waited)]
        second = [name for name in free if is_companion(name, requirement)]
        return any(one != two for one in first for two in second)

    def who_could_not_be_rung_is_known(self):
        """A call lets one other go first for each time it could not be rung at an agent."""
        held = {v.call_id: v.failed for v in self.distributor._ledger if not v.answered}
        gone = {(call, name) for call, name in self.failed if name not in held.get(call, {name})}
        for _call, name in gone:
            assert name in {each for each, _passed in self.polite}
        for name, passed in self.polite:
            assert not passed or any(each == name for _call, each in gone)
        self.failed -= gone
        for call, names in held.items():
            assert {name for each, name in self.failed if each == call} == names, call
        elsewhere = {name for name, each in self.callers.items() if each.where == "elsewhere"}
        self.failed = {each for each in self.failed if each[0] in {*held, *elsewhere}}
        self.polite = []

    def released(self, command):
        up = self.up.pop(command.offer_id, None)
        if up is not None:
            assert (up.call, up.agent) == (command.call_id, command.agent_id)
            assert up.state != "ringing"
            if up.state == "connected":
                self.wrap(up)
            elif command.offer_id in self.gave_way:
                # The other of two is let go for it.
                self.lost.add(up.call)

    def wrap(self, up):
        if up.wrap_up_s:
            self.people[up.agent].wraps.append((self.now + up.wrap_up_s, up.units))

    def bridged(self, command):
        up = self.up[command.offer_id]
        assert (up.call, up.agent, up.state) == (command.call_id, command.agent_id, "accepted")
        up.state = "connected"
        wanted = self.party(up.call)
        requirement = wanted.requirement
        up.wrap_up_s = QUEUES[NURSE if wanted.red else requirement.queue].wrap_up_s
        sides = [other for other in self.up.values() if other.call == up.call]
        pair = bool(requirement.companion) and not requirement.emergency
        assert len(sides) == (2 if pair else 1)
        # Whoever had answered for a part of them keeps who turns out to need them whole.
        up.units = min(units(requirement), WHOLE - self.load(up.agent) + up.units)
        up.beside = units(requirement) > up.units
        assert all(side.state in ("accepted", "connected") for side in sides)
        if any(side.state == "accepted" for side in sides):
            return
        if isinstance(wanted, Caller):
            assert wanted.where == "waiting"
            wanted.where = "connected"
            self.answered += 1
            self.climbed.pop(up.call, None)
        else:
            name = up.call.rpartition("~")[0]
            wanted.active, wanted.reached = False, True
            self.callers[up.call] = Caller(
                requirement,
                wanted.queued_at,
                wanted.since,
                where="connected",
                came_by=wanted,
            )
            if not wanted.red:
                self.called_back += 1
                del self.tasks[name]

    def returned(self, command):
        caller = self.callers[command.call_id]
        assert caller.where == ("waiting" if command.requeued else "connected")
        if command.requeued:
            assert command.emergency == caller.red
        else:
            del self.callers[command.call_id]

    def dialled(self, command):
        task = self.task_of(command.call_id)
        assert task is not None
        assert task.allowed
        assert self.now >= task.not_before
        assert task.attempts < task.limit
        sides = [up for up in self.up.values() if up.call == command.call_id]
        assert sides
        assert all(up.state == "accepted" for up in sides)

    def due_tasks(self):
        """Ladders that reached their last rung: what each must have said, and the task it opens."""
        opened = []
        for name, caller in self.callers.items():
            if not (caller.red and caller.where == "waiting"):
                continue
            before = caller.rung
            steps = RULES.ladder
            while (
                caller.rung < len(steps)
                and caller.ladder_from + steps[caller.rung].after_s <= self.now
            ):
                caller.rung += 1
                if steps[caller.rung - 1].do is Rung.ADVISE:
                    opened.append((name, "red-flag-unanswered", NURSE))
                    if caller.advised_at is None:
                        caller.advised_at = self.now
                    caller.advised_at = self.now
            said = [step.do for step in steps[before : caller.rung] if step.do is not Rung.RING_ALL]
            assert self.climbed.pop(name, []) == said
        assert not self.climbed
        return opened

    # --- what agents have room for --------------------------------------------------------------

    def load(self, name):
        self.people[name].wraps = [w for w in self.people[name].wraps if w[0] > self.now]
        wrapping = sum(size for _, size in self.people[name].wraps)
        return wrapping + sum(up.units for up in self.up.values() if up.agent == name)

    def room(self, view):
        """How much of the agent a routine call could have, and whether only a red flag could."""
        person = self.people[view.agent_id]
        load = self.load(view.agent_id)
        away = (
            view.presence is not Presence.READY
            or not person.reachable
            or (view.pending is Presence.OUT and load > 0)
            or person.pauses_until > self.now
        )
        if away:
            return 0, False
        goes = view.pending is Presence.BREAK and load > 0
        rests = person.rests_until > self.now
        live = any(up.agent == view.agent_id for up in self.up.values())
        urgent = view.agent_id in NURSES and not live and (rests or load > 0)
        return 0 if rests or goes else WHOLE - load, urgent

    def kept(self):
        """Who is kept for a call of two people, and where that call stands."""
        floor = self.distributor._floor
        if floor.kept is None or not floor.kept_for.waiting:
            return None, None
        call, now = floor.kept_for, self.distributor._matching.now
        at = place(call.requirement, call.since, now - call.since)
        return floor.kept.config.id, (*at, call.seq)

    # --- each decision, at the moment it is made ------------------------------------------------

    def judge(self, visit, choice):
        """The call stands first of all that these agents may be given; nobody is better for it."""
        floor = self.distributor._floor
        now = self.distributor._matching.now
        folk = self.distributor._roster.agents
        names = [agent.config.id for agent in choice.agents]
        self.judged.append((visit.call_id, tuple(names), choice.rule.value))
        requirement, waited = visit.requirement, now - visit.since
        lane = visit.lane
        if visit.since + lane.next_after_s <= now:
            # At the very moment at which its needs change it may be given away as it stood before.
            waited -= 0.25
        rule_name = choice.rule.value
        red = requirement.emergency
        assert not visit.answered
        on_duty = sum(
            folk[name].presence is Presence.READY and folk[name].reachable for name in NURSES
        )
        free = [name for name in NURSES if folk[name].room == WHOLE]
        reserve = max(0, min(RULES.keep_ready, on_duty - 1))
        spare = len(free) - reserve

        kept, stands_at = self.kept()

        def may(name, call, emergency):
            """Whether the agent has the room, and they are not kept for something else."""
            agent = folk[name]
            if emergency and floor.urgent & agent.bit:
                return True
            if agent.room < units(call.requirement):
                return False
            behind = kept is not None and place_of(call) > stands_at
            left = spare - (behind and kept in free)
            return emergency or not ((behind and name == kept) or (name in free and left <= 0))

        def place_of(call):
            return (*place(call.requirement, call.since, now - call.since), call.seq)

        def pairs(call, waited_s):
            other = call.requirement
            first = [n for n in AGENTS if is_able(n, other, waited_s) and may(n, call, False)]
            second = [n for n in AGENTS if is_companion(n, other) and may(n, call, False)]
            behind = kept is not None and place_of(call) > stands_at
            left = max(spare - (behind and kept in free), 0)
            return [
                (one, two)
                for one in first
                for two in second
                if one != two and len({one, two}.intersection(free)) <= left
            ]

        if rule_name in ("ring-all", "taken-over"):
            assert red
            for agent in choice.agents:
                assert agent.nurse
                assert agent.reachable
                assert agent.presence is not Presence.OUT
                assert not any(offer.connected for offer in agent.offers)
            return
        assert not visit.offers
        pair = bool(requirement.companion) and not red
        if pair:
            assert tuple(names) in pairs(visit, waited)
            assert rule_name == "pair"
        else:
            (name,) = names
            assert is_able(name, requirement, waited)
            calm = red and visit.task is not None
            assert may(name, visit, red)
            assert not calm or folk[name].room == WHOLE
            self.judge_agent(visit, choice, folk, may, waited)
        # Whoever takes one of the nurses that the reserve can spare takes her from all the others.
        spent = free if not red and set(names).intersection(free) else []
        self.judge_order(visit, {*names, *spent}, folk, may, pairs, now)

    def judge_agent(self, visit, choice, folk, may, waited):
        """Of all who could take the call this is the best."""
        (agent,) = choice.agents
        requirement, rule_name = visit.requirement, choice.rule.value
        wanted = requirement.agent if requirement.agent in AGENTS else None
        alone = visit.lane.wanted is not None

        def key(name):
            return preference(name, requirement, waited, folk[name].ready_since)

        able = [
            name
            for name in AGENTS
            if is_able(name, requirement, waited)
            and may(name, visit, requirement.emergency)
            and (not alone or name == wanted)
            and (visit.task is None or folk[name].room)
        ]
        assert agent.config.id in able
        idle = [name for name in able if folk[name].room >= units(requirement)]
        fresh = [name for name in idle if name not in visit.tried]
        if rule_name == "first-free":
            return
        if rule_name == "wanted":
            assert agent.config.id == wanted
            assert wanted in fresh
        elif rule_name in ("longest-ready", "most-skilled"):
            assert wanted not in fresh
            assert agent.config.id == min(fresh, key=key)
        elif rule_name == "urgent":
            assert not fresh
            rest = [name for name in able if name not in visit.tried]
            assert agent.config.id == min(rest, key=key)
        else:
            assert rule_name == "tried-before"
            assert not [name for name in able if name not in visit.tried]
            assert agent.config.id == min(able, key=visit.tried.index)

    def judge_order(self, visit, names, folk, may, pairs, now):
        """No other call waits that one of these agents may be given and that stood before it.

        Args:
            visit: the one that was given away.
            names: whoever took it; where that is a free nurse, all nurses who are free.
        """
        mine = place(visit.requirement, visit.since, now - visit.since)
        chosen = self.judged[-1][1]
        passed = {name: [] for name in chosen}
        for other in self.distributor._ledger:
            if other is visit or other.answered or other.offers or not other.waiting:
                continue
            requirement = other.requirement
            # At the very moment at which needs change the call may stand before or after it.
            waited = now - other.since - 0.25
            if place(requirement, other.since, waited) >= mine:
                continue
            alone = other.lane.wanted
            if requirement.companion and not requirement.emergency:
                possible = [
                    pair
                    for pair in pairs(other, waited)
                    if set(pair).intersection(names) and alone in (None, pair[0])
                ]
                assert not possible, (other.call_id, possible)
                continue
            for name in names:
                calm = requirement.emergency and other.task is not None
                if (
                    is_able(name, requirement, waited)
                    and may(name, other, requirement.emergency)
                    and alone in (None, name)
                    and (not calm or folk[name].room == WHOLE)
                ):
                    # It could not be rung there, and lets one other call go first.
                    assert name in other.failed, (other.call_id, name)
                    assert visit.requirement.emergency >= requirement.emergency
                    if name in chosen:
                        passed[name].append(other.call_id)
        self.polite += passed.items()

    # --- time -----------------------------------------------------------------------------------

    @rule(seconds=moments)
    def time_passes(self, seconds):
        if seconds < 0:
            # The clock goes back: for the distributor it stands still.
            back = AgentReady(site=SITE, agent_id=NOBODY)
            self.told.append((back, self.now + seconds))
            assert self.distributor.handle(back, self.now + seconds) == []
            return
        end = self.now + seconds
        while (due := self.distributor.next_deadline()) is not None and due <= end:
            assert due >= self.now
            self.now = due
            opened = self.take(self.distributor.tick(due), one_event=False)
            kept = [row for row in opened if row[1] != "call-back"]
            assert sorted(kept) == sorted(self.due_tasks())
            self.all_promises()
        self.now = end
        assert self.distributor.tick(end) == []

    def begin_attempts(self):
        """Call-backs whose time has come wait for an agent from now on."""
        for name, task in self.tasks.items():
            can = task.allowed and not task.active and not task.reached
            if can and task.attempts < task.limit and task.not_before <= self.now:
                task.active = True
                task.rounds += 1
                while f"{name}~{task.rounds}" in self.callers:
                    # A conversation that an earlier call-back of that call led to.
                    task.rounds += 1

    # --- calls ----------------------------------------------------------------------------------

    def alone_until(self, requirement, since):
        """Until when the call waits for the agent it wants and for nobody else."""
        name = requirement.agent
        if requirement.emergency or name not in AGENTS or requirement.agent_wait_s <= 0:
            return None
        view = self.view(name)
        there = view.presence is Presence.READY and view.pending is None
        if not there or not self.people[name].reachable or not is_able(name, requirement, 0.0):
            return None
        until = since + requirement.agent_wait_s
        return until if until > self.now else None

    def view(self, name):
        return next(a for a in self.distributor.snapshot().agents if a.agent_id == name)

    @rule(
        call=calls,
        attempt=st.sampled_from([False] * 9 + [True]),
        requirement=requirements,
        heard_ago=st.sampled_from([0.0, 0.0, 2.0, 12.0]),
        advised=st.booleans(),
        may=st.sampled_from([True, True, True, False]),
        known=st.sampled_from([True, True, True, False]),
        again=st.booleans(),
    )
    def queued(self, call, attempt, requirement, heard_ago, advised, may, known, again):
        if attempt:
            call = self.an_attempt(call)
        red = requirement.emergency
        fact = CallQueued(
            site=SITE,
            call_id=call,
            requirement=requirement,
            heard_ago_s=heard_ago if red else 0.0,
            advised_911=advised and red,
            may_call_back=may,
            number_known=known,
        )
        fresh = call not in self.callers
        noted = self.after_queued(fact, self.now - fact.heard_ago_s)
        if noted is not None:
            if fact.advised_911:
                noted.advised_at = self.now
            noted.may_call_back &= may
            noted.number_known &= known
        nurses = [
            key
            for key, up in self.up.items()
            if red
            and up.call == call
            and up.state == "accepted"
            and not up.call_back
            and up.agent in NURSES
        ]
        self.tell(fact)
        if red and fresh and call in self.callers:
            self.nobody_rings_instead(call)
        if nurses:
            # Who is in danger is not taken from a nurse who has answered.
            assert [self.up[key].state for key in nurses if key in self.up] == ["connected"]
        if again:
            repeated = self.tell(fact)
            assert not [c for c in repeated if not isinstance(c, ClimbLadder)]

    def nobody_rings_instead(self, call):
        """Whoever begins to wait in danger has every nurse who speaks with nobody."""
        if self.callers[call].where != "waiting" or any(up.call == call for up in self.up.values()):
            return
        for name in NURSES:
            mine = [up for up in self.up.values() if up.agent == name]
            assert not mine or any(
                (up.red and not up.call_back) or not self.speaks_with_nobody(up) for up in mine
            ), name

    def after_queued(self, fact, heard):
        """What the model knows of a call that is queued; the caller if they are heard."""
        call, requirement = fact.call_id, fact.requirement
        red = requirement.emergency
        caller, task = self.callers.get(call), self.tasks.get(call)
        if self.task_of(call) is not None if "~" in call else False:
            return None
        if caller is None:
            if task is not None and not task.red:
                if not red:
                    # They are to be called back: that stands.
                    return None
                # Whoever is in danger is not left to be called back.
                del self.tasks[call]
            since = heard if red else self.now
            caller = self.callers[call] = Caller(requirement, self.now, since, ladder_from=since)
            caller.alone_until = self.alone_until(requirement, since)
            return caller
        if caller.where == "elsewhere":
            caller.where = "waiting"
            return caller
        if caller.where == "waiting":
            if caller.red and not red:
                return None
            if caller.requirement != requirement:
                if red and not caller.red:
                    caller.since = caller.ladder_from = heard
                    for up in self.up.values():
                        up.red = up.red or up.call == call
                caller.rests_until, caller.rests = 0.0, 0
                caller.requirement = requirement
                caller.alone_until = self.alone_until(requirement, caller.since)
            return caller
        if not red:
            return None
        if not self.with_nurse(call):
            return self.to_nurses(call, requirement, heard)
        return self.know_of_danger(caller, heard)

    def with_nurse(self, call):
        return any(up.agent in NURSES for up in self.up.values() if up.call == call)

    def know_of_danger(self, caller, since):
        """A nurse is with the caller: they stay together; nothing is news of a red flag."""
        if caller.red:
            return None
        if caller.danger_since is None:
            caller.danger_since = since
        return caller

    def an_attempt(self, call):
        names = [f"{name}~{task.rounds}" for name, task in self.tasks.items() if task.rounds]
        names += [name for name in self.callers if "~" in name]
        return names[0] if names else call

    def to_nurses(self, call, requirement, since):
        """A conversation is over, and the caller waits for a nurse."""
        before = self.cut_off(call)
        caller = self.callers[call] = Caller(
            replace(requirement, queue=NURSE, emergency=True), self.now, since, ladder_from=since
        )
        caller.may_call_back, caller.number_known = before.may_call_back, before.number_known
        caller.advised_at, caller.came_by = before.advised_at, before.came_by
        return caller

    def cut_off(self, call):
        for up in self.up.values():
            if up.call == call:
                self.people[up.agent].pauses_until = self.now + PAUSE_S
        return self.callers[call]

    @rule(call=calls, agent=agents, right=st.booleans(), attempt=st.booleans())
    def escalated(self, call, agent, right, attempt):
        if attempt:
            call = self.an_attempt(call)
        caller = self.callers.get(call)
        sides = [up.agent for up in self.up.values() if up.call == call]
        connected = caller is not None and caller.where == "connected"
        if right and connected:
            agent = sides[-1]
        nurse = agent in sides and agent in NURSES
        valid = connected and (nurse or not self.with_nurse(call))
        if valid:
            self.to_nurses(call, caller.requirement, self.now)
        elif connected:
            self.know_of_danger(caller, self.now)
        elif caller is not None and caller.where == "waiting" and not caller.red:
            caller.requirement = replace(caller.requirement, queue=NURSE, emergency=True)
            caller.since = caller.ladder_from = self.now
            caller.alone_until = None
            caller.rests_until = 0.0
        commands = self.tell(CallEscalated(site=SITE, call_id=call, agent_id=agent))
        assert len([c for c in commands if isinstance(c, ReturnToFlow)]) == valid

    @rule(call=calls, attempt=st.sampled_from([False] * 5 + [True]))
    def dequeued(self, call, attempt):
        if attempt:
            call = self.an_attempt(call)
        caller = self.callers.get(call)
        if caller is not None and caller.where == "waiting":
            if caller.red:
                caller.where, caller.alone_until = "elsewhere", None
            else:
                del self.callers[call]
        self.tell(CallDequeued(site=SITE, call_id=call))

    @rule(call=calls, attempt=st.sampled_from([False] * 5 + [True]), again=st.booleans())
    def call_back_chosen(self, call, attempt, again):
        if attempt:
            call = self.an_attempt(call)
        caller, opened = self.callers.get(call), []
        if (
            caller is not None
            and caller.where == "waiting"
            and not caller.red
            and caller.may_call_back
            and caller.number_known
            and call not in self.tasks
        ):
            del self.callers[call]
            promised = Task(caller.requirement, caller.queued_at, caller.since, True, self.now)
            if promised.limit:
                self.tasks[call] = promised
            else:
                # Nobody is called there: whether they are is for a person to say.
                opened = [(call, "call-back", caller.requirement.queue)]
        fact = CallBackChosen(site=SITE, call_id=call)
        self.tell(fact, opened)
        if again:
            assert self.tell(fact) == []

    @rule(
        call=calls,
        by=agents,
        kind=st.sampled_from(TASK_KINDS),
        again=st.booleans(),
    )
    def task_closed(self, call, by, kind, again):
        task = self.tasks.get(call)
        if task is not None and kind == ("red-flag-call-back" if task.red else "call-back"):
            del self.tasks[call]
        fact = TaskClosed(site=SITE, call_id=call, kind=kind, by=by, how="done")
        self.tell(fact)
        if again:
            assert self.tell(fact) == []

    @rule(
        call=calls,
        attempt=st.sampled_from([False] * 5 + [True]),
        how=st.sampled_from(ENDS),
        again=st.booleans(),
    )
    def gone(self, call, attempt, how, again):
        if attempt:
            call = self.an_attempt(call)
        caller = self.callers.get(call)
        if how == "hung up":
            fact = CallerHungUp(site=SITE, call_id=call)
        elif how == "lost":
            fact = CallFailed(site=SITE, call_id=call, reason="media-timeout")
        else:
            fact = CallEnded(site=SITE, call_id=call, outcome=how)
        missed = caller is not None and caller.red and caller.where != "connected"
        self.callers.pop(call, None)
        opened = []
        if missed and how not in SERVED and call not in self.tasks:
            after = self.now
            if caller.advised_at is not None:
                after = max(after, caller.advised_at + RULES.call_back_after_911_s)
            task = next((each for each in self.tasks.values() if each is caller.came_by), None)
            if task is not None:
                # One person, one task: they are called back again.
                task.reached = task.confirmed = False
                task.allowed = task.allowed and caller.may_call_back
                task.not_before = max(task.not_before, after)
                self.tell(fact)
                if again:
                    assert self.tell(fact) == []
                return
            opened = [(call, "red-flag-call-back", NURSE)]
            self.tasks[call] = Task(
                caller.requirement,
                caller.queued_at,
                caller.since,
                caller.may_call_back and caller.number_known,
                after,
            )
        self.tell(fact, opened)
        if again:
            assert self.tell(fact) == []

    # --- offers ---------------------------------------------------------------------------------

    @rule(
        data=st.data(),
        kind=st.sampled_from(OFFER_FACTS),
        over=st.integers(0, 7),
        right=st.integers(0, 7),
    )
    def offer_fact(self, data, kind, over, right):
        names = list(self.up) if self.up and over else self.made or ["call-0/77"]
        offer_id = data.draw(st.sampled_from(names))
        up = self.up.get(offer_id)
        call = up.call if up else offer_id.rpartition("/")[0]
        agent = up.agent if up else "ana"
        wrong = not right
        if wrong:
            agent = NOBODY
        more = {"reason": "no-answer"} if kind in (OfferFailed, CallBackMissed) else {}
        fact = kind(site=SITE, call_id=call, offer_id=offer_id, agent_id=agent, **more)
        opened = []
        if up is not None and not wrong:
            opened = self.after_offer_fact(offer_id, up, kind)
        commands = self.tell(fact, opened)
        if up is None and kind is OfferAccepted:
            assert [c.offer_id for c in commands if isinstance(c, ReleaseAgent)] == [offer_id]

    def after_offer_fact(self, offer_id, up, kind):
        """What the model knows after a fact about a live offer; the tasks that it opens."""
        task = self.task_of(up.call) if "~" in up.call else None
        sides = [other for other in self.up.values() if other.call == up.call]
        first = next(iter(sides)) is up
        if up.state == "ringing":
            if kind is OfferAccepted:
                up.state = "accepted"
            elif kind in (OfferDeclined, OfferUnanswered, OfferFailed):
                del self.up[offer_id]
                self.lost_early(up, kind is OfferUnanswered, kind is OfferFailed)
            return []
        if up.state == "accepted":
            dialling = task is not None and all(side.state == "accepted" for side in sides)
            if dialling and first and kind is CallBackMissed:
                return self.missed(offer_id, up, task, sides)
            if kind in (AgentHungUp, OfferFailed):
                del self.up[offer_id]
                self.people[up.agent].pauses_until = self.now + PAUSE_S
                if dialling:
                    # The other of two has nothing to wrap up; the one who left has.
                    self.wrap(up)
                    return self.in_vain(up, task)
                self.alone_no_more(up)
            return []
        if kind is IdentityConfirmed and self.callers[up.call].came_by is not None:
            self.callers[up.call].came_by.confirmed = True
        danger = kind is OfferFailed and self.in_danger_without(up, sides)
        if kind is AgentHungUp or (kind is OfferFailed and not first and not danger):
            del self.up[offer_id]
            self.wrap(up)
        elif kind is OfferFailed:
            del self.up[offer_id]
            self.wrap(up)
            before = self.cut_off(up.call)
            self.people[up.agent].pauses_until = self.now + PAUSE_S
            caller = self.callers[up.call] = replace(
                before,
                where="waiting",
                rung=0,
                ladder_from=self.now,
                danger_since=None,
                rests_until=0.0,
                rests=0,
            )
            if before.danger_since is not None:
                caller.requirement = replace(before.requirement, queue=NURSE, emergency=True)
                caller.since = before.danger_since
            caller.alone_until = self.alone_until(caller.requirement, caller.since)
        return []

    def in_danger_without(self, up, sides):
        """Whether a caller who is known to be in danger has no nurse but this one."""
        nurses = [side for side in sides if side is not up and side.agent in NURSES]
        return self.callers[up.call].danger_since is not None and not nurses

    def lost_early(self, up, unanswered, failed):
        self.came_to_nothing(up, unanswered, failed)

    def alone_no_more(self, up):
        """An agent who had answered left before the second of two did."""
        self.not_come.add(up.call)
        caller = self.callers.get(up.call)
        if caller is not None:
            caller.alone_until = None

    def missed(self, offer_id, up, task, sides):
        """A call-back reached nobody."""
        del self.up[offer_id]
        self.wrap(up)
        for side in sides:
            side.state = "connected"
        return self.in_vain(up, task)

    def in_vain(self, up, task):
        """Somebody was dialled, and nobody was connected."""
        task.active = False
        task.attempts += 1
        task.not_before = self.now + task.every_s
        if task.red or task.attempts < task.limit:
            return []
        name = up.call.rpartition("~")[0]
        del self.tasks[name]
        return [(name, "call-back", task.requirement.queue)]

    # --- agents ---------------------------------------------------------------------------------

    @initialize(names=st.sets(st.sampled_from(list(AGENTS)), min_size=2))
    def morning(self, names):
        for name in sorted(names):
            self.agent_fact(name, PhoneRegistered)
            self.agent_fact(name, AgentReady)

    @rule(agent=agents, kind=st.sampled_from(AGENT_FACTS))
    def agent_fact(self, agent, kind):
        person = self.people.get(agent, Person())
        if kind is PhoneRegistered:
            person.reachable = True
        elif kind is PhoneUnregistered:
            person.reachable = False
        elif kind is AgentReady:
            person.wraps.clear()
            person.rests_until = 0.0
        if kind in (AgentOut, AgentOnBreak, "approved", PhoneUnregistered):
            for caller in self.callers.values():
                if caller.requirement.agent == agent:
                    caller.alone_until = None
        pending = agent in AGENTS and self.view(agent).pending is Presence.BREAK
        still = kind is AgentOnBreak and pending and person.approved
        if kind in (AgentReady, AgentOut, AgentOnBreak, "approved"):
            person.approved = kind == "approved" or still
        if kind == "approved":
            fact = AgentOnBreak(site=SITE, agent_id=agent, approved=True)
        else:
            fact = kind(site=SITE, agent_id=agent)
        if agent in AGENTS:
            before = self.view(agent)
        self.asked = (agent, kind)
        self.tell(fact)
        self.asked = None
        if agent not in AGENTS:
            return
        after = self.view(agent)
        if kind is AgentReady:
            assert (after.presence, after.pending) == (Presence.READY, None)
        elif kind is AgentOut:
            gone = after.presence is Presence.OUT and after.pending is None
            assert gone or (after.pending is Presence.OUT and self.load(agent))
        elif kind in (AgentOnBreak, "approved"):
            gone = after.presence is Presence.BREAK and after.pending is None
            assert gone or after.pending is Presence.BREAK
            busy = bool(self.load(agent))
            if before.presence is not Presence.BREAK and (
                kind == "approved" or agent not in NURSES
            ):
                assert busy or gone
        else:
            assert after.presence is before.presence or after.pending is not before.pending

    # --- a copy goes on like the one it was taken from -------------------------------------------

    @rule(rarely=st.sampled_from([False] * 9 + [True]))
    def copied(self, rarely):
        if rarely:
            self.distributor.watch(None)
            self.distributor = copy.deepcopy(self.distributor)
            self.distributor.watch(self.judge)

    @rule(rarely=st.sampled_from([False] * 3 + [True]))
    def restored(self, rarely):
        if rarely:
            state, due = self.distributor.state(), self.distributor.next_deadline()
            self.distributor = Distributor.from_state(state, QUEUES, AGENTS, NURSE, RULES)
            self.distributor.watch(self.judge)
            assert self.distributor.state() == state
            assert self.distributor.next_deadline() == due

    @rule(rarely=st.sampled_from([False] * 3 + [True]))
    def published(self, rarely):
        """The same configuration once more changes nothing."""
        if rarely:
            commands = self.distributor.reconfigure(
                QUEUES, AGENTS, NURSE, RULES, "general", self.now
            )
            assert commands == []

    # --- the promises ---------------------------------------------------------------------------

    @invariant()
    def all_promises(self):
        self.begin_attempts()
        self.broken = True
        snapshot = self.distributor.snapshot()
        waiting = {view.call_id: view for queue in snapshot.queues for view in queue.waiting}
        views = {view.agent_id: view for view in snapshot.agents}
        for caller in self.callers.values():
            if caller.alone_until is not None and caller.alone_until <= self.now:
                caller.alone_until = None
        self.every_visit_ends_exactly_once(snapshot)
        self.everybody_who_waits_is_known(waiting)
        self.one_live_offer_group_a_call(snapshot)
        self.agents_stand_as_the_facts_left_them(views)
        self.nobody_waits_in_vain(waiting, views)
        self.red_flags_before_everything(waiting, views)
        self.everybody_who_waits_for_a_time_is_seen_to(waiting)
        self.breaks_wait_for_the_reserve(views)
        self.tasks_stay(snapshot)
        self.broken = False

    def every_visit_ends_exactly_once(self, snapshot):
        totals = [queue.totals for queue in snapshot.queues]
        assert all(each.balanced for each in totals)
        assert snapshot.offer_totals.balanced
        assert sum(each.answered for each in totals) == self.answered
        assert sum(each.called_back for each in totals) == self.called_back
        waits = sum(caller.where == "waiting" for caller in self.callers.values())
        waits += sum(not task.red for task in self.tasks.values())
        assert sum(each.waiting for each in totals) == waits

    def everybody_who_waits_is_known(self, waiting):
        known = {
            name: (caller.red, caller.queued_at, caller.since, False)
            for name, caller in self.callers.items()
            if caller.where == "waiting"
        }
        for name, task in self.tasks.items():
            if task.active:
                known[f"{name}~{task.rounds}"] = (task.red, task.queued_at, task.since, True)
        seen = {
            name: (view.emergency, view.queued_at, view.since, view.call_back)
            for name, view in waiting.items()
        }
        assert known == seen, (known, seen)
        for name in CALLS:
            caller = self.callers.get(name)
            red = caller is not None and caller.red
            assert self.distributor.on_emergency_call(name) == red

    def one_live_offer_group_a_call(self, snapshot):
        live = {offer.offer_id: offer for offer in snapshot.offers}
        assert {key: (offer.call_id, offer.agent_id) for key, offer in live.items()} == {
            key: (up.call, up.agent) for key, up in self.up.items()
        }
        groups = {}
        for key, up in self.up.items():
            groups.setdefault(up.call, []).append(up)
            ringing = live[key].state in (Work.RESERVED, Work.RINGING)
            assert ringing == (up.state == "ringing")
            caller = self.callers.get(up.call)
            if ringing and caller is not None:
                # The phone shows how it is now.
                told = (caller.red, caller.red and not caller.number_known)
                assert self.told_of[key] == told
        for call, group in groups.items():
            assert len({up.agent for up in group}) == len(group)
            party = self.callers.get(call) or self.task_of(call)
            if len(group) == 1:
                continue
            if party.red:
                assert all(up.state == "ringing" for up in group)
                assert party.rung >= 1
                assert all(up.agent in NURSES for up in group)
            else:
                assert len(group) == 2
                assert party.requirement.companion
                states = {up.state for up in group}
                assert "connected" not in states or states == {"connected"}
        for name in AGENTS:
            mine = [up for up in self.up.values() if up.agent == name]
            assert self.load(name) <= WHOLE
            # Only a nurse who had answered before they were in danger has other chats beside.
            assert not any(up.red and not up.beside for up in mine) or len(mine) == 1

    def agents_stand_as_the_facts_left_them(self, views):
        folk = self.distributor._roster.agents
        for name, view in views.items():
            assert view.reachable == self.people[name].reachable
            room, urgent = self.room(view)
            assert (folk[name].room, folk[name].used) == (room, self.load(name)), name
            assert bool(self.distributor._floor.urgent & folk[name].bit) == urgent, name

    def nobody_waits_in_vain(self, waiting, views):
        """No call waits that an agent, or two, could take now."""
        on_duty = sum(
            views[name].presence is Presence.READY and views[name].reachable for name in NURSES
        )
        rooms = {name: self.room(view) for name, view in views.items()}
        free = {name for name in NURSES if rooms[name][0] == WHOLE}
        spare_for_all = len(free) - max(0, min(RULES.keep_ready, on_duty - 1))
        kept, stands_at = self.one_is_kept_for_the_first_pair(waiting, views, rooms, free)
        for name, view in waiting.items():
            if view.offered_to or self.rests(name):
                continue
            behind = kept is not None and self.place_at_rest(name) > stands_at
            spare = spare_for_all - (behind and kept in free)
            party = self.callers.get(name) or self.task_of(name)
            requirement, waited = party.requirement, self.now - party.since
            size = units(requirement)
            alone = getattr(party, "alone_until", None)
            roomy = [
                each
                for each in AGENTS
                if rooms[each][0] >= size
                and (party.red or each not in free or spare > 0)
                and not (behind and each == kept)
            ]
            if party.red and isinstance(party, Caller):
                roomy += [each for each in AGENTS if rooms[each][1]]
            able = [
                each
                for each in roomy
                if is_able(each, requirement, waited)
                and (alone is None or each == requirement.agent)
            ]
            if requirement.companion and not party.red:
                seconds = [each for each in roomy if is_companion(each, requirement)]
                able = [
                    (one, two)
                    for one in able
                    for two in seconds
                    if one != two and len({one, two} & free) <= max(spare, 0)
                ]
            assert not able, (name, able)

    def rests(self, name):
        """Whether a call of two people, one of whom did not come, is offered to nobody."""
        caller = self.callers.get(name)
        return caller is not None and caller.rests_until > self.now

    def place_at_rest(self, name):
        party = self.callers.get(name) or self.task_of(name)
        at = place(party.requirement, party.since, self.now - party.since)
        return (*at, self.distributor._ledger.get(name).seq)

    def one_is_kept_for_the_first_pair(self, waiting, views, rooms, free):
        """Somebody is kept for the first overdue call of two, not for longer than it may be."""
        on_duty = [
            name
            for name, view in views.items()
            if view.presence is Presence.READY and view.reachable
        ]
        calls = []
        for name, view in waiting.items():
            party = self.callers.get(name) or self.task_of(name)
            waited = self.now - party.since
            requirement = party.requirement
            first = [each for each in on_duty if is_able(each, requirement, waited)]
            second = [each for each in on_duty if is_companion(each, requirement)]
            alone = getattr(party, "alone_until", None) is not None
            stands = not view.offered_to and not alone and not self.rests(name)
            if requirement.companion and not party.red and stands:
                overdue = place(requirement, party.since, waited)[0] == 1
                if overdue and first and second and len({*first, *second}) > 1:
                    calls.append((self.place_at_rest(name), name, {*first, *second}))
        floor, folk = self.distributor._floor, self.distributor._roster.agents
        ends = {name: folk[name].kept_until for name in AGENTS}
        until = {name: end for name, end in ends.items() if end is not None and end > self.now}
        if not calls:
            assert floor.kept is None
            assert not until
            return None, None
        at, name, able = min(calls)
        assert floor.kept_for.call_id == name
        requirement = floor.kept_for.requirement
        spare = floor.spare_nurses
        can = [
            each
            for each in able
            if rooms[each][0] >= units(requirement) and (each not in free or spare > 0)
        ]
        if floor.kept is None:
            assert all(ends[each] is not None and ends[each] <= self.now for each in can)
            return None, None
        kept = floor.kept.config.id
        assert kept in can
        assert list(until) == [kept]
        longest = max(queue.keep_for_pair_s for queue in QUEUES.values())
        assert until[kept] <= self.now + longest
        assert self.distributor.next_deadline() <= until[kept]
        return kept, at

    def red_flags_before_everything(self, waiting, views):
        live = [name for name, view in waiting.items() if view.emergency and not view.call_back]
        unoffered = [
            name
            for name, view in waiting.items()
            if view.emergency and not view.call_back and not view.offered_to
        ]
        alarm = [name for name in live if self.callers[name].rung >= 1]
        for name in NURSES:
            mine = [up for up in self.up.values() if up.agent == name]
            room, urgent = self.room(views[name])
            silent = all(not up.red and self.speaks_with_nobody(up) for up in mine)
            if unoffered or alarm:
                assert room != WHOLE
                assert not urgent
                if mine and silent:
                    # A routine call may ring on only beside a nurse who rings for the red flag.
                    assert not unoffered
            if views[name].presence is Presence.BREAK and self.people[name].reachable and not mine:
                assert all(name in self.distributor._ledger.get(red).tried for red in alarm)

    def speaks_with_nobody(self, up):
        """Whether an offer rings, or waits for the second of two to answer."""
        sides = [other.state for other in self.up.values() if other.call == up.call]
        return up.state == "ringing" or (up.state == "accepted" and "ringing" in sides)

    def everybody_who_waits_for_a_time_is_seen_to(self, waiting):
        times = [
            caller.alone_until
            for caller in self.callers.values()
            if caller.where == "waiting" and caller.alone_until is not None
        ]
        for name in waiting:
            party = self.callers.get(name) or self.task_of(name)
            if party.red and isinstance(party, Caller):
                times += [party.ladder_from + step.after_s for step in RULES.ladder[party.rung :]]
            elif not party.red:
                queue = QUEUES[party.requirement.queue]
                ages = [each.after_s for each in (*queue.relax, *queue.overflow)]
                ages += [] if queue.deadline_s is None else [queue.deadline_s]
                times += [party.since + age for age in ages]
                times += [getattr(party, "rests_until", 0.0)]
        for task in self.tasks.values():
            if task.allowed and not task.active and not task.reached and task.attempts < task.limit:
                times.append(task.not_before)
        for person in self.people.values():
            times += [until for until, _ in person.wraps]
        times += [
            up.at + up.ring_s + RING_GRACE_S for up in self.up.values() if up.state == "ringing"
        ]
        later = [time for time in times if time > self.now]
        deadline = self.distributor.next_deadline()
        if later:
            assert deadline is not None
            assert self.now < deadline <= min(later)
        assert deadline is None or deadline > self.now

    def breaks_wait_for_the_reserve(self, views):
        at_work = sum(
            views[name].presence is not Presence.OUT and views[name].reachable for name in NURSES
        )
        reserve = max(0, min(RULES.keep_ready, at_work - 1))
        free = {name for name in NURSES if self.room(views[name])[0] == WHOLE}
        for name, view in views.items():
            if view.pending is None or self.load(name):
                continue
            # Who is asked to stay is a nurse without whom too few would be free, or while a red
            # flag waits or rings.
            assert view.pending is Presence.BREAK
            assert name in NURSES
            assert view.reachable
            assert len(free - {name}) < reserve or self.red_flag_unanswered(), name
        rung = {name for up in self.offered.values() if not up.red for name in [up.agent]}
        began = [
            name
            for name in NURSES
            if views[name].presence is Presence.BREAK
            and views[name].reachable
            and name in self.kept_in
            and not self.people[name].approved
        ]
        for name in began:
            # What is free or was given a call at this very moment was enough to let them go.
            assert len((free | rung) & set(NURSES) - {name}) >= reserve, name
            assert not self.red_flag_unanswered() or not self.one_event, name
        self.kept_in = {
            name
            for name, view in views.items()
            if view.presence is Presence.READY and view.reachable
        }
        self.offered = {}

    def red_flag_unanswered(self):
        """Whether a red flag waits or rings, on the line or to be called back."""
        waits = [
            name for name, each in self.callers.items() if each.red and each.where == "waiting"
        ]
        waits += [
            f"{name}~{task.rounds}" for name, task in self.tasks.items() if task.red and task.active
        ]
        taken = {up.call for up in self.up.values() if up.state != "ringing"}
        return bool(set(waits) - taken)

    def tasks_stay(self, snapshot):
        """A red flag who dropped is somebody's duty until a person says that it is done."""
        seen = {view.call_id: view for view in snapshot.tasks}
        assert set(seen) == set(self.tasks)
        for name, task in self.tasks.items():
            view = seen[name]
            assert view.emergency == task.red
            assert view.allowed == task.allowed
            assert view.attempts == task.attempts
            assert view.reached == task.reached
            assert view.confirmed == task.confirmed
            under_way = f"{name}~{task.rounds}" if task.active else None
            assert (view.under_way == under_way) or task.reached

    def teardown(self):
        """Replayed without a single tick, the facts lead to the same decisions."""
        if self.broken:
            return
        replay = Distributor(SITE, QUEUES, AGENTS, NURSE, RULES)
        decided = []
        clock = 1000.0
        for fact, at in [*self.told, (None, self.now + 700.0)]:
            while at - clock > OUTAGE_S:
                # Longer than that nobody looked away: see OUTAGE_S.
                clock += OUTAGE_S
                decided += replay.tick(clock)
            clock = max(clock, at)
            decided += replay.handle(fact, at) if fact is not None else replay.tick(at)
        self.time_passes(700.0)
        assert len(decided) == len(self.decided)
        for mine, theirs in zip(decided, self.decided, strict=True):
            assert mine == theirs
        assert replay.snapshot() == self.distributor.snapshot()


TestEveryRule = Days.TestCase
TestEveryRule.settings = settings(
    max_examples=settings().max_examples * 2,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
