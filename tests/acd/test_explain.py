"""Explanations: each reason is true of the agent it is given for, and the best is always chosen.

It is long because the judge of a decision goes through every reason there is, in one place.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd import AgentConfig, Distributor, Presence, QueueConfig, Rule, Work
from acd.passed_over import COULD_NOT, Ahead, Barrier, PassedOver, Why
from calls.commands import Bridge, CallBack, OfferCall, RecallOffer, ReleaseAgent
from calls.facts import (
    AgentHungUp,
    AgentOnBreak,
    AgentOut,
    AgentReady,
    CallBackAnswered,
    CallBackMissed,
    CallDequeued,
    CallerHungUp,
    CallEscalated,
    CallHeld,
    CallQueued,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    OfferUnanswered,
    PhoneRegistered,
    PhoneUnregistered,
)
from calls.requirement import Requirement, SkillNeed
from tests.acd.conftest import QUEUES as SMALL
from tests.acd.every_rule import (
    AGENTS,
    NURSE,
    NURSES,
    ORDER,
    QUEUES,
    RULES,
    SCARCITY,
    SITE,
    WHOLE,
    has,
    is_able,
    is_companion,
    need,
    place,
    preference,
    units,
)

# --- every decision of a random day ---------------------------------------------------------------

FATES = [OfferRinging, *[OfferAccepted] * 4, OfferDeclined, OfferUnanswered, OfferFailed, None]
requirements = st.builds(
    Requirement,
    queue=st.sampled_from([*QUEUES, "chat", "billing"]),
    skills=st.sampled_from(
        [(), (), (need("spanish", 3),), (need("spanish", 4, preferred=True),)],
    ),
    emergency=st.sampled_from([False, False, False, True]),
    companion=st.sampled_from([(), (), (), (need("spanish"),)]),
    agent=st.sampled_from([None, None, *AGENTS]),
    agent_wait_s=st.sampled_from([0.0, 15.0]),
)
steps = st.one_of(
    st.tuples(st.just("queue"), requirements),
    st.tuples(st.just("queue"), requirements),
    st.tuples(st.just("offer"), st.sampled_from(FATES), st.integers(0, 7)),
    st.tuples(st.just("offer"), st.sampled_from(FATES), st.integers(0, 7)),
    st.tuples(st.just("end"), st.booleans(), st.integers(0, 7)),
    st.tuples(
        st.just("agent"),
        st.sampled_from(
            [*[AgentReady] * 3, AgentOnBreak, AgentOut, PhoneRegistered, PhoneUnregistered]
        ),
        st.sampled_from(list(AGENTS)),
    ),
    st.tuples(st.just("leave"), st.sampled_from([CallerHungUp, CallDequeued]), st.integers(0, 30)),
    st.tuples(st.just("escalate"), st.integers(0, 7)),
    st.tuples(st.just("hold"), st.integers(0, 7)),
    st.tuples(st.just("wait"), st.sampled_from([0.0, 1.0, 3.0, 5.0, 12.0, 31.0, 60.0])),
)


@dataclass
class Day:
    """A site with every rule on, and a line that only keeps account of offers."""

    distributor: Distributor = field(
        default_factory=lambda: Distributor(SITE, QUEUES, AGENTS, NURSE, RULES)
    )
    now: float = 1000.0
    ringing: dict = field(default_factory=dict)
    accepted: dict = field(default_factory=dict)
    calls: int = 0
    decisions: list = field(default_factory=list)

    def __post_init__(self):
        self.distributor.watch(self.witness)
        for name in AGENTS:
            self.tell(PhoneRegistered(site=SITE, agent_id=name))
            self.tell(AgentReady(site=SITE, agent_id=name))
            self.now += 1.0

    def witness(self, visit, choice):
        before = self.distributor.state()
        told = self.distributor.explain(visit, choice)
        assert self.distributor.state() == before
        self.decisions.append(told)
        rooms = {name: each.room for name, each in self.distributor._roster.agents.items()}
        floor = self.distributor._floor
        kept = floor.kept.config.id if floor.keeps_from(visit) else None
        Judge(before, visit, told, rooms, kept).judge()

    def tell(self, fact):
        self.take(self.distributor.handle(fact, self.now))

    def take(self, commands):
        for command in commands:
            match command:
                case OfferCall():
                    self.ringing[command.offer_id] = command
                case RecallOffer() | ReleaseAgent():
                    self.ringing.pop(command.offer_id, None)
                    self.accepted.pop(command.offer_id, None)
                case CallBack() | Bridge():
                    pass

    def step(self, step):
        match step:
            case ("queue", requirement):
                self.calls += 1
                call = f"call-{self.calls}"
                self.tell(CallQueued(site=SITE, call_id=call, requirement=requirement))
            case ("offer", None, n) if self.accepted:
                offer = self.pick(self.accepted, n)
                kind = CallBackAnswered if n % 2 else CallBackMissed
                more = {} if n % 2 else {"reason": "busy"}
                if offer.call_back:
                    self.about(kind, offer, **more)
            case ("offer", kind, n) if self.ringing and kind is not None:
                offer = self.pick(self.ringing, n)
                if kind is not OfferRinging:
                    del self.ringing[offer.offer_id]
                if kind is OfferAccepted:
                    self.accepted[offer.offer_id] = offer
                self.about(kind, offer)
            case ("end", by_agent, n) if self.accepted:
                offer = self.pick(self.accepted, n)
                if by_agent:
                    self.accepted.pop(offer.offer_id)
                    self.about(AgentHungUp, offer)
                else:
                    self.tell(CallerHungUp(site=SITE, call_id=offer.call_id))
            case ("agent", kind, name):
                self.tell(kind(site=SITE, agent_id=name))
            case ("leave", kind, n):
                self.tell(kind(site=SITE, call_id=f"call-{n}"))
            case ("escalate", n) if self.accepted:
                offer = self.pick(self.accepted, n)
                self.tell(CallEscalated(site=SITE, call_id=offer.call_id, agent_id=offer.agent_id))
            case ("hold", n) if self.accepted:
                self.about(CallHeld, self.pick(self.accepted, n))
            case ("wait", seconds):
                self.now += seconds
                self.take(self.distributor.tick(self.now))

    def about(self, kind, offer, **more):
        if kind is OfferFailed:
            more["reason"] = "unreachable"
        self.tell(
            kind(
                site=SITE,
                call_id=offer.call_id,
                offer_id=offer.offer_id,
                agent_id=offer.agent_id,
                **more,
            )
        )

    @staticmethod
    def pick(offers, n):
        return list(offers.values())[n % len(offers)]


class Judge:
    """Checks an explanation against the state as plain values and the rules written again."""

    def __init__(self, state, visit, told, rooms, kept):
        self.state = state
        self.place = visit.place
        # Who is kept free for a call of two people that stands before this one.
        self.kept = kept
        # Of several agents who come free at once, one is looked at after the other.
        self.rooms = rooms
        self.told = told
        self.requirement = visit.requirement
        self.tried = visit.tried
        self.waited = told.at - visit.since
        self.folk = {each.agent_id: each for each in state.agents}
        self.offers = {name: [] for name in AGENTS}
        for offer in state.offers:
            self.offers[offer.agent_id].append(offer)

    def judge(self):
        told = self.told
        passed = {each.agent_id: each for each in told.passed_over}
        assert sorted([*passed, *told.agents]) == sorted(AGENTS)
        for each in told.passed_over:
            assert each.sentence()
            assert self.is_true(each), (each, told.rule, told.agents, self.tried)
        left = [name for name, each in passed.items() if each.why not in COULD_NOT]
        if told.rule in (Rule.LONGEST_READY, Rule.MOST_SKILLED, Rule.URGENT):
            (chosen,) = told.agents
            fresh = [name for name in left if name not in self.tried]
            assert all(self.key(chosen) < self.key(name) for name in fresh)
            assert all(self.decided(passed[name], chosen) for name in fresh)
            assert all(passed[name].why is Why.TRIED_BEFORE for name in left if name in self.tried)
        elif told.rule is Rule.TRIED_BEFORE:
            (chosen,) = told.agents
            order = [name for name in self.tried if name in (*left, chosen)]
            assert sorted(order) == sorted([*left, chosen])
            assert order[0] == chosen
        elif told.rule is Rule.WANTED:
            assert told.agents == (self.requirement.agent,)
        elif told.rule is Rule.FIRST_FREE:
            assert not left
        self.judge_order()

    def judge_order(self):
        told = self.told
        ringing = {o.call_id for o in self.state.offers if o.work is not Work.WRAP_UP}
        others = [
            each.call_id
            for each in self.state.visits
            if not each.answered and each.call_id != told.call_id
            and (each.waiting or each.call_id in ringing or each.rests_until is not None)
        ]  # fmt: skip
        assert len(told.ahead) + told.behind == len(others)
        for each in told.ahead:
            assert each.call_id in others
            assert each.sentence()
            assert self.stood_in_the_way(each), each

    def stood_in_the_way(self, ahead):
        other = next(each for each in self.state.visits if each.call_id == ahead.call_id)
        agent = self.told.agents[0]
        waited = self.told.at - other.since
        # At the very moment at which needs change the call may stand before or after it.
        unable = any(
            not is_able(agent, other.requirement, at) for at in (waited, max(0.0, waited - 0.25))
        )
        match ahead.barrier:
            case Barrier.OFFERED:
                return not other.waiting and other.rests_until is None
            case Barrier.RESTS:
                needs_two = other.requirement.companion and not other.requirement.emergency
                return bool(needs_two) and other.rests_until >= self.told.at
            case Barrier.ANOTHER_WANTED:
                return other.alone and other.requirement.agent != agent
            case Barrier.LACKS_SKILL:
                return unable and AGENTS[agent].skills.get(ahead.need.skill, 0) == ahead.has
            case Barrier.RED_FLAGS_ONLY:
                urgent = other.requirement.emergency and other.task is None
                return not urgent
            case Barrier.LETS_GO_FIRST:
                taker = next(
                    each for each in self.state.visits if each.call_id == self.told.call_id
                )
                both = other.requirement.emergency <= taker.requirement.emergency
                return agent in other.failed and both and not unable
            case Barrier.NO_ROOM:
                return units(other.requirement) > self.rooms[agent] > 0
            case Barrier.NO_SECOND:
                red_flag_is_rung_for = self.told.rule in (Rule.RING_ALL, Rule.TAKEN_OVER)
                return bool(other.requirement.companion) or red_flag_is_rung_for

    def decided(self, each, chosen):
        """Whether the reason is the first in which the two differ."""
        mine, theirs = self.key(each.agent_id), self.key(chosen)
        first = next(place for place in range(len(mine)) if mine[place] != theirs[place])
        return (
            each.why
            in (
                {Why.OTHER_QUEUE},
                {Why.FEWER_WISHES},
                {Why.LESS_SKILLED},
                {Why.SCARCER_SKILLS},
                {Why.READY_LATER},
                {Why.SCARCER_SKILLS},
                {Why.LISTED_LATER},
            )[first]
        )

    def key(self, name):
        return preference(name, self.requirement, self.waited, self.folk[name].ready_since)

    def used(self, name):
        return sum(offer.units for offer in self.offers[name])

    def is_true(self, each):
        agent, offers = self.folk[each.agent_id], self.offers[each.agent_id]
        name, skills = each.agent_id, AGENTS[each.agent_id].skills
        chosen = self.told.agents[0]
        used, size = self.used(name), units(self.requirement)
        match each.why:
            case Why.OUT:
                return agent.presence is Presence.OUT
            case Why.ON_BREAK:
                return agent.presence is Presence.BREAK
            case Why.NO_PHONE:
                return not agent.reachable
            case Why.LACKS_SKILL:
                # At the very moment at which needs change either may hold.
                able = all(
                    is_able(name, self.requirement, max(0.0, at))
                    for at in (self.waited, self.waited - 0.25)
                )
                second = self.told.companion and is_companion(name, self.requirement)
                lacks = skills.get(each.need.skill, 0) < each.need.level
                return not able and not second and lacks
            case Why.ANOTHER_WANTED:
                return self.told.agents[0] == self.requirement.agent
            case Why.GOING:
                return agent.pending is not None and bool(offers)
            case Why.PAUSING:
                if agent.rests_until > agent.pauses_until and not self.requirement.emergency:
                    return False  # the rest lasts longer
                return agent.pauses_until == self.told.at + each.for_s > self.told.at
            case Why.RESTING:
                return agent.rests_until == self.told.at + each.for_s > self.told.at
            case Why.BUSY:
                return used == WHOLE and each.work in {offer.work for offer in offers}
            case Why.NO_ROOM:
                return 0 < used < WHOLE and used + size > WHOLE
            case Why.RESERVE:
                return self.is_kept(name)
            case Why.KEPT_FOR_PAIR:
                return name == self.kept and self.is_kept_for_pair(agent)
            case Why.JUST_FREED:
                peace = max(agent.pauses_until, agent.rests_until)
                return used + size <= WHOLE and peace <= self.told.at
            case Why.RUNG_TOO:
                return name in NURSES and not any(map(self.is_spoken, offers))
            case Why.CALLS_BACK:
                return name in NURSES and any(
                    self.visit(offer).task and self.visit(offer).requirement.emergency
                    for offer in offers
                )
            case Why.HALF_PAIR:
                halves = [o for o in offers if o.work is Work.TALKING and not self.is_spoken(o)]
                return bool(halves) and not any(map(self.is_spoken, offers))
            case Why.RUNG_EARLIER:
                rings = [o for o in offers if o.work in (Work.RESERVED, Work.RINGING)]
                return bool(rings) and all(o.work is Work.WRAP_UP for o in offers if o not in rings)
            case Why.TRIED_BEFORE:
                return name in self.tried
            case Why.NOT_ASKED_FOR:
                return chosen == self.requirement.agent != name
            case Why.OTHER_QUEUE:
                queue = QUEUES[self.requirement.queue]
                return not has(name, (*queue.skills, *self.requirement.skills), self.level())
            case Why.FEWER_WISHES:
                return skills.get(each.need.skill, 0) == each.has < each.need.level
            case Why.LESS_SKILLED:
                return each.has < each.best
            case Why.SCARCER_SKILLS:
                return any(SCARCITY[name] > SCARCITY[other] for other in self.told.agents)
            case Why.READY_LATER:
                return any(
                    agent.ready_since - self.folk[other].ready_since == each.for_s
                    for other in self.told.agents
                )
            case Why.LISTED_LATER:
                return any(
                    (agent.ready_since, ORDER[name]) > (self.folk[other].ready_since, ORDER[other])
                    for other in self.told.agents
                )
        raise AssertionError(each)

    def visit(self, offer):
        return next(each for each in self.state.visits if each.call_id == offer.call_id)

    def is_spoken(self, offer):
        """Whether the agent speaks with somebody, and does not wait for the second of two."""
        sides = [each.work for each in self.state.offers if each.call_id == offer.call_id]
        rings = Work.RESERVED in sides or Work.RINGING in sides
        return offer.work in (Work.TALKING, Work.HOLD, Work.CONSULT) and not rings

    def level(self):
        levels = [each.level for each in self.told.needs if not each.preferred]
        return max(levels, default=5)

    def is_kept_for_pair(self, agent):
        """Whether an overdue call of two people stands before, and the agent could be one."""
        assert self.told.at < agent.kept_until <= self.told.at + 120.0
        for other in self.state.visits:
            waited = self.told.at - other.since
            requirement = other.requirement
            overdue = place(requirement, other.since, waited)
            may_be_one = is_able(agent.agent_id, requirement, waited) or is_companion(
                agent.agent_id, requirement
            )
            if other.waiting and requirement.companion and overdue[0] == 1 and may_be_one:
                return (*overdue, other.seq) < self.place
        return False

    def is_kept(self, name):
        """Whether a nurse was one of those who are kept ready, before or after this decision."""
        on_duty = [
            each
            for each in NURSES
            if self.folk[each].presence is Presence.READY and self.folk[each].reachable
        ]
        reserve = max(0, min(RULES.keep_ready, len(on_duty) - 1))
        free = sum(self.rooms[each] == WHOLE for each in NURSES if each != self.kept)
        one_more = self.told.rule in (Rule.FIRST_FREE, Rule.PAIR)
        return name in NURSES and not self.requirement.emergency and free <= reserve + one_more


@settings(max_examples=settings().max_examples * 6)
@given(day=st.lists(steps, min_size=12, max_size=50))
def test_the_chosen_is_the_best_of_those_not_excluded_and_every_exclusion_is_true(day):
    site = Day()
    for step in day:
        site.step(step)


# --- by example -----------------------------------------------------------------------------------


def told(clinic, facts):
    """The explanations of what ``facts`` led to."""
    found = []
    clinic.distributor.watch(
        lambda visit, choice: found.append(clinic.distributor.explain(visit, choice))
    )
    facts()
    return found


def reasons(explanation):
    return {each.agent_id: each.sentence() for each in explanation.passed_over}


def test_each_agent_is_told_of_with_their_own_reason(clinic):
    clinic.on_duty("cal", "dot", "eli")
    clinic.connect("first", "billing")
    clinic.tell(AgentOnBreak(site=SITE, agent_id="dot"))
    clinic.tell(PhoneRegistered(site=SITE, agent_id="ana"))
    clinic.tell(AgentReady(site=SITE, agent_id="fay"))
    (explanation,) = told(clinic, lambda: clinic.queue("call", "billing"))
    assert explanation.agents == ("eli",)
    assert reasons(explanation) == {
        "ana": "was not signed in",
        "bea": "was not signed in",
        "cal": "was talking",
        "dot": "was on a break",
        "fay": "had no phone that could be rung",
    }
    assert explanation.sentence() == (
        "offered to eli: of all who were free for the call they had been ready for longest; it "
        "had waited 0 s in billing (routine), no call stood before it and 0 behind"
    )


def test_of_several_it_is_told_in_the_plural():
    billing = need("billing", 3)
    for why, one, several in (
        (Why.OUT, "was not signed in", "were not signed in"),
        (Why.LACKS_SKILL, "has billing at level 1, not 3", "have billing at level 1, not 3"),
        (
            Why.FEWER_WISHES,
            "does not meet a wish: has billing at level 1, not 3",
            "do not meet a wish: have billing at level 1, not 3",
        ),
        (
            Why.SCARCER_SKILLS,
            "has skills that are scarcer, and is spared for them",
            "have skills that are scarcer, and are spared for them",
        ),
    ):
        each = PassedOver(agent_id="ana", why=why, need=billing, has=1)
        assert (each.sentence(), each.sentence(several=True)) == (one, several)
    ahead = Ahead(call_id="call", barrier=Barrier.LACKS_SKILL, need=billing, has=0)
    assert ahead.sentence() == "needs billing at level 3; they lack billing at level 3"
    assert ahead.sentence(several=True).startswith("need billing at level 3; they lack")


@pytest.mark.parametrize("several", [False, True])
def test_every_reason_is_a_sentence_whose_verbs_are_in_place(several):
    told = [PassedOver(agent_id="ana", why=why, has=1, best=2) for why in Why]
    before = [Ahead(call_id="call", barrier=barrier) for barrier in Barrier]
    for each in (*told, *before):
        assert "{" not in each.sentence(several=several)


def test_a_missing_level_is_told_with_the_level_that_is_there(changed_queues):
    queues = changed_queues(skills=(need("billing", 3),))
    distributor = Distributor(SITE, queues, AGENTS, NURSE, RULES)
    found = []
    distributor.watch(lambda visit, choice: found.append(distributor.explain(visit, choice)))
    for name in ("cal", "dot"):
        distributor.handle(PhoneRegistered(site=SITE, agent_id=name), 1.0)
        distributor.handle(AgentReady(site=SITE, agent_id=name), 1.0)
    requirement = Requirement(queue="general")
    distributor.handle(CallQueued(site=SITE, call_id="call", requirement=requirement), 2.0)
    assert reasons(found[0])["dot"] == "has billing at level 1, not 3"


def test_the_calls_before_are_told_with_what_they_lacked(clinic):
    clinic.on_duty("bea")
    clinic.queue("talks")
    clinic.queue("money", "billing")
    clinic.later(5.0)
    clinic.queue("next")
    clinic.queue("after")
    (offer,) = clinic.distributor.live_offers()
    explanations = told(
        clinic,
        lambda: (
            clinic.tell(
                OfferAccepted(site=SITE, call_id="talks", offer_id=offer.offer_id, agent_id="bea")
            ),
            clinic.tell(CallerHungUp(site=SITE, call_id="talks")),
            clinic.later(60.0),
        ),
    )
    explanation = next(each for each in explanations if each.call_id == "next")
    assert explanation.rule is Rule.FIRST_FREE
    assert [(each.call_id, each.sentence()) for each in explanation.ahead] == [
        ("money", "needs billing; they lack billing")
    ]
    assert explanation.behind == 1


def test_who_stays_until_the_end_of_a_conversation_is_told_as_leaving(clinic, agents):
    clinic.on_duty("cal", "eli")
    clinic.connect("first", "billing")
    remaining = {name: each for name, each in agents.items() if name != "cal"}
    clinic.distributor.reconfigure(
        clinic.distributor._queues, remaining, "nurse", RULES, "general", clinic.now
    )
    (explanation,) = told(clinic, lambda: clinic.queue("call", "billing"))
    assert reasons(explanation)["cal"] == (
        "is not of the site any more and finishes what they are doing"
    )


def test_agents_alike_who_came_at_the_same_moment_are_told_apart_by_the_list(clinic):
    for name in ("cal", "eli"):
        clinic.tell(PhoneRegistered(site=SITE, agent_id=name))
        clinic.tell(AgentReady(site=SITE, agent_id=name))
    (explanation,) = told(clinic, lambda: clinic.queue("call", "billing"))
    assert explanation.agents == ("cal",)
    assert {each.agent_id: each.why for each in explanation.passed_over}["eli"] is Why.LISTED_LATER


def interpreted(needs, **skills):
    """How a call that needs an interpreter as well is explained; agents came in this order."""
    queues = {
        name: QueueConfig(id=name, title=name, skills=needs if name == "help" else (need("nurse"),))
        for name in ("help", NURSE)
    }
    folk = {name: AgentConfig(id=name, name=name, skills=each) for name, each in skills.items()}
    distributor = Distributor(SITE, queues, folk, NURSE, RULES)
    found = []
    distributor.watch(lambda visit, choice: found.append(distributor.explain(visit, choice)))
    for at, name in enumerate(folk):
        distributor.handle(PhoneRegistered(site=SITE, agent_id=name), float(at))
        distributor.handle(AgentReady(site=SITE, agent_id=name), float(at))
    requirement = Requirement(queue="help", companion=(need("spanish"),))
    distributor.handle(CallQueued(site=SITE, call_id="call", requirement=requirement), 9.0)
    return found[0]


def test_a_nurse_is_kept_free_where_a_clerk_can_be_the_second_person():
    explanation = interpreted(
        (need("nurse", 4),),
        ana={"nurse": 5},
        bea={"nurse": 2, "spanish": 3},
        cal={"spanish": 3},
    )
    assert explanation.agents == ("ana", "cal")
    assert explanation.companion == (need("spanish"),)
    assert {each.agent_id: each.why for each in explanation.passed_over} == {"bea": Why.RESERVE}


def test_a_nurse_is_kept_free_where_the_second_person_has_to_be_one():
    explanation = interpreted((), ana={"nurse": 5}, bea={"nurse": 2, "spanish": 3}, cal={})
    assert explanation.agents == ("cal", "bea")
    assert {each.agent_id: each.why for each in explanation.passed_over} == {"ana": Why.RESERVE}


def test_nothing_is_explained_unless_somebody_watches(clinic):
    found = told(clinic, lambda: None)
    clinic.distributor.watch(None)
    clinic.on_duty("cal")
    clinic.queue("call", "billing")
    assert found == []


def test_who_wraps_up_one_chat_and_is_rung_for_another_was_rung_earlier(site, the_offer):
    chat = QueueConfig(id="chat", title="Chat", skills=(need("nurse"),), at_once=3)
    clinic = site(queues={**SMALL, "chat": chat})
    clinic.on_duty("ana", "bea")
    first = the_offer(clinic.queue("one", "chat", "spanish"))
    clinic.about(OfferAccepted, first)
    clinic.about(AgentHungUp, first)
    assert the_offer(clinic.queue("two", "chat", "spanish")).agent_id == "ana"
    assert the_offer(clinic.queue("three", "nurse")).agent_id == "bea"
    told = []
    clinic.distributor.watch(
        lambda visit, choice: told.append(clinic.distributor.explain(visit, choice))
    )
    clinic.queue("red", "nurse", emergency=True)
    assert (told[0].rule, told[0].agents) == (Rule.TAKEN_OVER, ("bea",))
    assert {each.agent_id: each.why for each in told[0].passed_over}["ana"] is Why.RUNG_EARLIER


def test_a_call_back_is_told_as_one_and_not_as_a_wait_on_the_line(clinic):
    clinic.on_duty("ana")
    red_flag = Requirement(queue="nurse", emergency=True)
    clinic.tell(CallQueued(site=SITE, call_id="red", requirement=red_flag))
    drops = CallerHungUp(site=SITE, call_id="red")
    clinic.later(25.0)
    found = told(clinic, lambda: (clinic.tell(drops), clinic.later(600.0)))
    assert found[0].call_back
    assert found[0].sentence() == (
        "call-back offered to ana: they became free, and this call came first of all that they may "
        "take; its place was that of a caller who began to wait 25 s before, in nurse "
        "(emergency), no call stood before it and 0 behind"
    )


def test_who_was_at_something_that_could_be_cut_short_too_is_told_what(clinic):
    clinic.on_duty("ana")
    red_flag = Requirement(queue="nurse", emergency=True)
    clinic.tell(CallQueued(site=SITE, call_id="dropped", requirement=red_flag))
    clinic.tell(CallerHungUp(site=SITE, call_id="dropped"))
    assert clinic.agent("ana").call_ids == ("dropped~1",)
    clinic.on_duty("bea", "cal")
    pair = clinic.wants("pair", "nurse", companion=(SkillNeed(skill="billing"),))
    clinic.about(OfferAccepted, next(each for each in pair if each.agent_id == "bea"))
    clinic.on_duty("fay")
    clinic.queue("one", "nurse")
    (found,) = told(clinic, lambda: clinic.queue("red", "nurse", emergency=True))
    assert (found.agents, found.rule) == (("fay",), Rule.TAKEN_OVER)
    why = {each.agent_id: (each.why, each.sentence()) for each in found.passed_over}
    assert why["ana"] == (
        Why.CALLS_BACK,
        "was being rung to call back a red flag who had dropped",
    )
    assert why["bea"] == (
        Why.HALF_PAIR,
        "had answered for a call of two people, and waited for the other",
    )


def test_a_call_of_two_people_that_rests_is_told_as_such(clinic):
    clinic.on_duty("bea", "cal")
    pair = clinic.wants("pair", "nurse", companion=(SkillNeed(skill="billing"),))
    clinic.about(OfferDeclined, next(each for each in pair if each.agent_id == "cal"))
    clinic.later(1)
    (found,) = told(clinic, lambda: clinic.queue("one", "nurse"))
    (ahead,) = found.ahead
    assert (ahead.call_id, ahead.barrier) == ("pair", Barrier.RESTS)
    assert ahead.sentence() == (
        "needs two people, one of whom did not come, and is offered again later"
    )
