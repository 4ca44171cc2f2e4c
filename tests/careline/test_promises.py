"""DESIGN's promises over the whole site, in virtual time, with crashes at any instant."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.telephony.simulated import Behaviour, Pickup, SimulatedPhones
from calls.commands import Bridge, Command, OfferCall
from calls.facts import (
    AgentOnBreak,
    AgentReady,
    CallArrived,
    CallEnded,
    Fact,
    TransferSucceeded,
    WordsAssessed,
)
from calls.ids import AgentId, CallId
from calls.ports import LineSnapshot
from careline.dryrun import DryRun
from careline.switchboard import Switchboard
from careline.turn import Turn
from config.load import DEFAULT_CLINIC, load_site
from config.site import Site

MONDAY_10H = 1_795_446_000.0
AGENTS = [AgentId(name) for name in ("grace", "elena", "lucia", "ben", "fiona", "mateo")]
WORDS = (
    "i have shortness of breath and a sharp pain in my left arm",
    "i need an appointment",
    "my bill is wrong",
    "i want to end my life",
    "no",
    "",
)

WHO = st.integers(0, 2)

ACTIONS = st.one_of(
    st.tuples(st.just("arrive"), WHO),
    st.tuples(st.just("press"), WHO, st.sampled_from("0123459*#")),
    st.tuples(st.just("say"), WHO, st.sampled_from(WORDS)),
    st.tuples(st.just("hang up"), WHO),
    st.tuples(st.just("agent hangs up"), WHO),
    st.tuples(st.just("ready"), st.sampled_from(AGENTS)),
    st.tuples(st.just("break"), st.sampled_from(AGENTS)),
    st.tuples(st.just("wait"), st.sampled_from((0.5, 3.0, 12.0, 60.0))),
    st.tuples(st.just("crash"), st.just(0)),
)


@cache
def clinic() -> Site:
    """No fixture: Hypothesis would write the whole clinic out when an example fails."""
    return load_site(DEFAULT_CLINIC)


class World:
    """A site whose brain may be killed between any two facts."""

    def __init__(self, site: Site, pickups: list[Pickup]) -> None:
        self.site = site
        self.records: list[tuple[float, Fact | Command]] = []
        self.bridged: dict[CallId, AgentId] = {}
        behaviours = {
            agent: Behaviour(pickup=pickup, after_s=2.0)
            for agent, pickup in zip(AGENTS, pickups, strict=True)
        }
        self.phones = SimulatedPhones(site.id, behaviours)
        self.run = DryRun(site, self.phones, MONDAY_10H, self._observe)
        self.calls = 0
        self.callers: dict[int, CallId] = {}

    def act(self, action: tuple) -> None:
        match action:
            case ("arrive", int(who)) if who not in self.callers:
                self.calls += 1
                self.callers[who] = CallId(f"call-{self.calls}")
                self.run.tell(self.phones.arrive(self.callers[who], self.run.now))
            case ("press", int(who), str(key)) if who in self.callers:
                self.run.tell(*self.phones.press(self.callers[who], key, self.run.now))
            case ("say", int(who), str(words)) if who in self.callers:
                self.run.tell(*self.phones.speak(self.callers[who], words))
            case ("hang up", int(who)) if who in self.callers:
                self.run.tell(*self.phones.hang_up(self.callers.pop(who), self.run.now))
            case ("agent hangs up", int(who)) if who in self.callers:
                call_id = self.callers[who]
                if call_id in self.bridged:
                    self.run.tell(*self.phones.agent_hangs_up(call_id, self.bridged[call_id]))
            case ("ready", agent):
                self.run.tell(AgentReady(site=self.site.id, agent_id=agent))
            case ("break", agent):
                self.run.tell(AgentOnBreak(site=self.site.id, agent_id=agent))
            case ("wait", float(seconds)):
                self.run.advance(seconds)
            case ("crash", _):
                self._crash()

    def finish(self, linger_s: float) -> None:
        self.run.advance(linger_s)
        for call_id in self.callers.values():
            self.run.tell(*self.phones.hang_up(call_id, self.run.now))
        self.run.advance(1000)
        self.run.close()

    def _crash(self) -> None:
        reborn = Switchboard(self.site)
        before = self.run.switchboard
        reborn.replay(self.records)
        assert list(reborn.calls) == list(before.calls)
        for call_id in before.calls:
            assert reborn.distributor.waited_s(call_id, self.run.now) == (
                before.distributor.waited_s(call_id, self.run.now)
            )
            assert reborn.distributor.position(call_id) == before.distributor.position(call_id)
        assert reborn.distributor.live_offers() == before.distributor.live_offers()
        picture = LineSnapshot(
            epoch="e", calls=self.phones.snapshot(), reachable=self.phones.reachable()
        )
        self.run.take_over(reborn, reborn.reconcile(picture, self.run.now))

    def _observe(self, now: float, turn: Turn) -> None:
        self.records += [(now, record) for record in turn.records]
        for command in turn.commands:
            if isinstance(command, Bridge):
                self.bridged[command.call_id] = command.agent_id


@settings(max_examples=settings().max_examples * 2 // 5)
@given(
    pickups=st.lists(st.sampled_from(list(Pickup)), min_size=len(AGENTS), max_size=len(AGENTS)),
    actions=st.lists(ACTIONS, min_size=30, max_size=80),
)
def test_whatever_happens_every_call_ends_once_and_a_restart_changes_nobodys_place(
    pickups, actions
):
    world = World(clinic(), pickups)
    for action in actions:
        world.act(action)
    world.finish(linger_s=30.0)
    board = world.run.switchboard
    arrived = [r.call_id for _at, r in world.records if isinstance(r, CallArrived)]
    ended = [r.call_id for _at, r in world.records if isinstance(r, CallEnded)]
    assert sorted(arrived) == sorted(ended)
    assert len(set(ended)) == len(ended) == world.calls
    assert board.faults == 0
    assert not board.calls
    assert board.distributor.totals.balanced
    assert board.distributor.totals.waiting == 0
    assert not board.distributor.live_offers()


@settings(max_examples=settings().max_examples * 2 // 5)
@given(
    pickups=st.lists(st.sampled_from(list(Pickup)), min_size=len(AGENTS), max_size=len(AGENTS)),
    actions=st.lists(ACTIONS, min_size=20, max_size=60),
)
def test_a_red_flag_is_offered_to_nurses_only_and_ends_with_a_nurse_or_a_task(pickups, actions):
    world = World(clinic(), pickups)
    for action in actions:
        world.act(action)
    # Nobody lingers: who was flagged last leaves before anybody answered.
    world.finish(linger_s=0.0)
    nurses = {AgentId("grace"), AgentId("elena")}
    flagged = {
        record.call_id
        for _at, record in world.records
        if isinstance(record, WordsAssessed) and record.verdict.action.is_red_flag
    }
    offered = [r for _at, r in world.records if isinstance(r, OfferCall) and r.emergency]
    assert {offer.agent_id for offer in offered} <= nurses
    for call_id in flagged:
        met_nurse = world.bridged.get(call_id) in nurses
        task = any(task.order.call_id == call_id for task in world.run.switchboard.tasks)
        transferred = any(
            isinstance(r, TransferSucceeded) and r.call_id == call_id for _at, r in world.records
        )
        assert met_nurse or task or transferred
