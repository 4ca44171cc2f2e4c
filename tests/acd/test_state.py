"""A distributor can be taken down and built up again at any moment, also under other rules."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import settings

from acd import AgentConfig, Distributor, EmergencyRules, Presence, QueueConfig, Work
from calls.commands import OfferCall, RecallOffer
from calls.facts import AgentHungUp, OfferAccepted
from calls.ids import AgentId, QueueId
from tests.acd.conftest import AGENTS, NURSE_QUEUE, PLAIN, QUEUES, SITE
from tests.acd.test_promises import AGENTS as MODEL_AGENTS
from tests.acd.test_promises import PLAIN as MODEL_RULES
from tests.acd.test_promises import QUEUES as MODEL_QUEUES
from tests.acd.test_promises import Days


class TakenDownEveryTime(Days):
    """Before every fact the distributor is replaced by one that was built up from its state."""

    def tell(self, fact, tasks=()):
        twin = Distributor.from_state(
            self.distributor.state(), MODEL_QUEUES, MODEL_AGENTS, "nurse", MODEL_RULES
        )
        assert twin.state() == self.distributor.state()
        assert twin.snapshot() == self.distributor.snapshot()
        assert twin.next_deadline() == self.distributor.next_deadline()
        self.distributor = twin
        return super().tell(fact, tasks)


TestTakenDownEveryTime = TakenDownEveryTime.TestCase
TestTakenDownEveryTime.settings = settings(
    max_examples=settings().max_examples * 3 // 5, stateful_step_count=40
)


def reconfigured(clinic, queues=QUEUES, agents=AGENTS, rules=PLAIN):
    return clinic.distributor.reconfigure(
        queues, agents, NURSE_QUEUE, rules, QueueId("general"), clinic.now
    )


def without(mapping, *names):
    return {key: value for key, value in mapping.items() if key not in names}


def test_the_same_configuration_again_changes_nothing(clinic):
    clinic.on_duty("cal", "eli")
    clinic.connect("one")
    clinic.queue("two")
    clinic.queue("three")
    before = clinic.distributor.state()
    assert reconfigured(clinic) == []
    assert clinic.distributor.state() == before


def test_callers_of_a_queue_that_is_no_more_keep_their_place_in_the_person_queue(clinic, offered):
    clinic.queue("early", "complaints")
    clinic.later(5)
    clinic.queue("late", "general")
    reconfigured(clinic, queues=without(QUEUES, "complaints"))
    assert clinic.distributor.waited_s("early", clinic.now) == 5.0
    assert offered(clinic.on_duty("cal", "eli")) == [("early", "cal"), ("late", "eli")]
    assert clinic.distributor.totals.balanced


def test_an_agent_who_is_no_more_finishes_the_call_and_gets_no_other(clinic, offered):
    clinic.on_duty("cal")
    offer = clinic.connect("one")
    clinic.queue("two")
    reconfigured(clinic, agents=without(AGENTS, "cal"))
    assert clinic.agent("cal").work is Work.TALKING
    clinic.about(AgentHungUp, offer)
    assert offered(clinic.later(60)) == []
    reconfigured(clinic, agents=without(AGENTS, "cal"))
    assert "cal" not in [agent.agent_id for agent in clinic.distributor.snapshot().agents]


def test_a_ring_at_an_agent_who_may_not_take_the_call_any_more_is_recalled(clinic, offered):
    clinic.on_duty("cal")
    first = clinic.queue("one", "billing")
    clinic.on_duty("eli")
    cal = AGENTS[AgentId("cal")]
    commands = reconfigured(clinic, agents={**AGENTS, AgentId("cal"): replace(cal, skills={})})
    assert [type(command) for command in commands] == [RecallOffer, OfferCall]
    assert offered(commands) == [("one", "eli")]
    assert offered(first) == [("one", "cal")]


def test_who_waits_for_an_agent_who_may_not_take_the_call_any_more_waits_for_all(site, offered):
    billing = replace(QUEUES[QueueId("billing")], deadline_s=20.0)
    queues = {**QUEUES, billing.id: billing}
    clinic = site(queues)
    clinic.on_duty("cal")
    clinic.connect("one")
    clinic.wants("two", "billing", agent=AgentId("cal"), agent_wait_s=60.0)
    clinic.later(30)
    cal = replace(AGENTS[AgentId("cal")], skills={})
    assert reconfigured(clinic, queues=queues, agents={**AGENTS, cal.id: cal}) == []
    assert offered(clinic.on_duty("eli")) == [("two", "eli")]


def test_somebody_who_may_take_the_call_now_does(clinic, offered):
    clinic.on_duty("ana")
    clinic.queue("one", "billing")
    ana = AGENTS[AgentId("ana")]
    skilled = replace(ana, skills={**ana.skills, "billing": 1})
    commands = reconfigured(clinic, agents={**AGENTS, AgentId("ana"): skilled})
    assert offered(commands) == [("one", "ana")]


def test_who_is_on_duty_stays_on_duty_and_who_is_new_is_out(clinic):
    clinic.on_duty("cal")
    new = AgentConfig(id=AgentId("gus"), name="Gus", skills={"billing": 2})
    reconfigured(clinic, agents={**AGENTS, new.id: new})
    assert clinic.agent("cal").presence is Presence.READY
    assert clinic.agent("cal").reachable
    assert clinic.agent("gus").presence is Presence.OUT


def test_an_offer_made_before_is_answered_after(clinic, the_offer):
    clinic.on_duty("cal")
    offer = the_offer(clinic.queue("one"))
    slower = QueueConfig(id=QueueId("general"), title="General", wrap_up_s=300.0)
    reconfigured(clinic, queues={**QUEUES, slower.id: slower})
    (bridge,) = clinic.about(OfferAccepted, offer)
    assert bridge.offer_id == offer.offer_id
    clinic.about(AgentHungUp, offer)
    assert clinic.distributor.next_deadline() == clinic.now + 300.0


def test_the_ladder_of_a_red_flag_goes_on_under_the_new_rules(clinic):
    clinic.queue("red", "nurse", emergency=True)
    clinic.later(7)
    reconfigured(clinic, rules=EmergencyRules())
    assert clinic.distributor.next_deadline() == clinic.now + 3.0


def test_a_configuration_without_its_queues_is_refused_and_changes_nothing(clinic):
    clinic.queue("one", "billing")
    before = clinic.distributor.state()
    for missing in (NURSE_QUEUE, QueueId("general")):
        try:
            reconfigured(clinic, queues=without(QUEUES, missing))
        except ValueError:
            assert clinic.distributor.state() == before
        else:
            raise AssertionError("it was taken")


def test_a_state_holds_the_site(clinic):
    assert clinic.distributor.state().site == SITE


def test_after_a_long_outage_offers_are_made_now_and_not_back_then(clinic, offered):
    """A clock that jumps by decades must not ring every phone for all that time."""
    clinic.on_duty("cal", "eli")
    clinic.queue("one")
    clinic.now += 50 * 365 * 86400
    commands = clinic.distributor.tick(clinic.now)
    assert len(offered(commands)) == 1
    assert clinic.distributor.next_deadline() > clinic.now
