"""The line without telephones: agents who hold, and two agents on one call."""

from __future__ import annotations

from adapters.telephony.simulated import Behaviour, SimulatedPhones
from calls.commands import Bridge, OfferCall, ReleaseAgent
from calls.facts import AgentHungUp, CallHeld, CallRetrieved
from calls.ids import AgentId, CallId, OfferId

CALL, ANA, BEN = CallId("one"), AgentId("ana"), AgentId("ben")
O1, O2 = OfferId("o1"), OfferId("o2")


def phones(**behaviour) -> SimulatedPhones:
    line = SimulatedPhones("s", {ANA: Behaviour(**behaviour), BEN: Behaviour()})
    line.arrive(CALL, 100.0)
    return line


def offer(offer_id: OfferId, agent_id: AgentId) -> OfferCall:
    return OfferCall(
        call_id=CALL,
        offer_id=offer_id,
        agent_id=agent_id,
        ring_timeout_s=15.0,
        emergency=False,
        queue="general",
        rule="",
    )


def bridge(line: SimulatedPhones, offer_id: OfferId = O1, agent_id: AgentId = ANA):
    command = Bridge(call_id=CALL, offer_id=offer_id, agent_id=agent_id)
    return line.carry_out(command, 105.0)


def test_an_agent_holds_and_retrieves_while_connected_and_each_is_told_once():
    line = phones()
    assert line.agent_holds(CALL, ANA) == []
    bridge(line)
    (held,) = line.agent_holds(CALL, ANA)
    assert held == CallHeld(site="s", call_id=CALL, offer_id=O1, agent_id=ANA)
    assert line.agent_holds(CALL, ANA) == []
    assert line.agent_holds(CALL, BEN) == []
    (retrieved,) = line.agent_retrieves(CALL, ANA)
    assert retrieved == CallRetrieved(site="s", call_id=CALL, offer_id=O1, agent_id=ANA)
    assert line.agent_retrieves(CALL, ANA) == []


def test_an_agent_may_be_one_who_holds():
    line = phones(holds_after_s=30.0, holds_for_s=60.0)
    follows = bridge(line)
    assert [(delay_s, type(fact)) for delay_s, fact in follows] == [
        (30.0, CallHeld),
        (90.0, CallRetrieved),
    ]
    assert all(line.still_true(fact) for _delay, fact in follows)
    assert bridge(line) == [], "told twice it is one bridge"


def test_an_agent_who_is_gone_holds_nobody():
    line = phones(holds_after_s=30.0)
    (_delay, held), (_later, retrieved) = bridge(line)
    assert line.still_true(held)
    line.agent_hangs_up(CALL, ANA)
    assert not line.still_true(retrieved)
    assert not line.still_true(held)


def test_two_agents_join_one_call_and_each_leaves_alone():
    line = phones()
    line.carry_out(offer(O1, ANA), 100.0)
    line.carry_out(offer(O2, BEN), 100.0)
    assert line.snapshot()[0].ringing_offers == (O1, O2)
    bridge(line)
    assert line.snapshot()[0].ringing_offers == (O2,)
    bridge(line, O2, BEN)
    assert line.snapshot()[0].connected_offers == (O1, O2)
    assert line.agent_hangs_up(CALL, ANA) == [
        AgentHungUp(site="s", call_id=CALL, offer_id=O1, agent_id=ANA)
    ]
    assert line.snapshot()[0].connected_offers == (O2,)
    line.carry_out(ReleaseAgent(call_id=CALL, offer_id=O2, agent_id=BEN), 110.0)
    assert line.snapshot()[0].connected_offers == ()


def test_an_offer_told_twice_rings_once():
    line = phones()
    assert line.carry_out(offer(O1, ANA), 100.0)
    assert line.carry_out(offer(O1, ANA), 101.0) == []
