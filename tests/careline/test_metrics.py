"""The metrics of the whole site's journal: both identities after every record of random days."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from acd.metrics import Metrics
from adapters.telephony.simulated import Pickup
from calls.ids import QueueId
from careline.turn import Turn
from tests.acd.metrics.agreement import counted, decided
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
