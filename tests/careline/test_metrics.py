"""The metrics of the whole site's journal: both identities after every record of random days."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from acd.metrics import Metrics
from adapters.telephony.simulated import Pickup
from calls.facts import PhoneRegistered, SitePublished
from calls.ids import CallId, QueueId
from careline.day import metrics_of
from careline.switchboard import Switchboard
from careline.turn import Turn
from tests.acd.metrics.agreement import counted, decided
from tests.careline.rig import Rig
from tests.careline.test_promises import ACTIONS, AGENTS, World, clinic


class CountedWorld(World):
    """A site whose journal is counted while it is written."""

    def __init__(self, pickups: list[Pickup]) -> None:
        site = clinic()
        self.metrics = Metrics(
            queues=site.queues,
            agents=site.agents,
            nurse_queue=QueueId(site.rules.nurse_queue),
        )
        super().__init__(site, pickups)
        for agent in AGENTS:
            self.act(("ready", agent))

    def _observe(self, now: float, turn: Turn) -> None:
        super()._observe(now, turn)
        for record in turn.records:
            self.metrics.take(now, record)
            assert self.metrics.balanced, record

    def agree(self) -> None:
        assert counted(self.metrics, self.run.now) == decided(self.run.switchboard.distributor)


@settings(max_examples=settings().max_examples * 2 // 5)
@given(
    pickups=st.lists(st.sampled_from(list(Pickup)), min_size=len(AGENTS), max_size=len(AGENTS)),
    actions=st.lists(ACTIONS, min_size=20, max_size=60),
)
def test_the_sums_agree_after_every_record_and_with_the_distributor(pickups, actions):
    world = CountedWorld(pickups)
    try:
        for action in actions:
            world.act(action)
            world.agree()
        world.finish(linger_s=30.0)
    finally:
        world.run.close()
    calls = world.metrics.results(world.run.now).whole().calls
    assert calls.arrived == world.calls
    assert calls.live == 0
    assert calls.ended == world.run.switchboard.calls.outcomes


def test_the_sums_agree_when_a_publication_takes_away_a_queue_in_which_callers_wait():
    site = clinic()
    less = replace(
        site,
        version="f" * 64,
        queues={name: queue for name, queue in site.queues.items() if name != "billing"},
    )
    rig = Rig(site, fiona=Pickup.LETS_IT_RING)
    rig.run.take_over(Switchboard(site, {less.version: less}.get), Turn())
    for agent in site.agents:
        rig.run.tell(PhoneRegistered(site=site.id, agent_id=agent))
    rig.ready("fiona")
    for call in ("one", "two"):
        rig.arrive(CallId(call))
        rig.run.advance(2)
        rig.press("1532", CallId(call))
        rig.run.advance(16)
    rig.run.tell(SitePublished(site=site.id, version=less.version))
    rig.ready()
    rig.run.advance(60)
    rig.run.close()
    metrics = metrics_of(less)
    for at, turn in rig.turns:
        for record in turn.records:
            metrics.take(at, record)
            assert metrics.balanced, record
    queues = metrics.results(rig.run.now).by_queue()
    gone, person = queues[QueueId("billing")], queues[QueueId(less.rules.person_queue)]
    assert (gone.offered, gone.flowed_out, gone.answered, gone.waiting.count) == (2, 2, 0, 0)
    assert (person.offered, person.answered) == (2, 2)
    assert person.answered_after.longest_s > 10.0, "they have waited since they joined the first"
