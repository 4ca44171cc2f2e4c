"""A call takes an agent whole, a chat a third; nobody is ever given more than they have."""

import pytest

from acd import AgentConfig, EmergencyRules, Prefer, QueueConfig
from calls.commands import Bridge, RecallOffer
from calls.facts import (
    AgentHungUp,
    AgentOut,
    AgentReady,
    CallerHungUp,
    OfferAccepted,
    OfferFailed,
    PhoneUnregistered,
)
from calls.ids import AgentId, CallId, QueueId
from calls.requirement import SkillNeed

SITE = "clinic"
QUEUES = {
    QueueId(queue.id): queue
    for queue in (
        QueueConfig(id=QueueId("nurse"), title="Nurse", skills=(SkillNeed(skill="nurse"),)),
        QueueConfig(id=QueueId("general"), title="General"),
        QueueConfig(id=QueueId("chat"), title="Chat", at_once=3, skills=(SkillNeed(skill="chat"),)),
        QueueConfig(
            id=QueueId("sooner"),
            title="Sooner",
            at_once=3,
            skills=(SkillNeed(skill="chat"),),
            head_start_s=60.0,
            wrap_up_s=0.0,
        ),
    )
}
AGENTS = {
    AgentId(name): AgentConfig(id=AgentId(name), name=name, skills=skills)
    for name, skills in (
        ("amy", {"nurse": 1, "chat": 1}),
        ("bob", {"nurse": 1, "chat": 2}),
        ("cyd", {"chat": 1}),
    )
}


@pytest.fixture
def clinic(site):
    return site(QUEUES, AGENTS)


def chats(clinic, *calls):
    out = []
    for call in calls:
        commands = clinic.queue(call, "chat")
        clinic.accept(commands)
        out += commands
    return [command for command in out if hasattr(command, "offer_id")]


def test_an_agent_leads_three_chats_and_not_a_fourth(clinic, offered):
    clinic.on_duty("cyd")
    assert len([c for c in chats(clinic, "a", "b", "c") if hasattr(c, "rule")]) == 3
    assert offered(clinic.queue("d", "chat")) == []


def test_who_is_ready_after_several_chats_takes_the_call_that_stands_first(clinic, offered):
    clinic.on_duty("cyd")
    chats(clinic, "a", "b", "c")
    for call in ("a", "b", "c"):
        clinic.tell(CallerHungUp(site=SITE, call_id=CallId(call)))
    clinic.queue("call")
    clinic.later(1)
    clinic.queue("d", "chat")
    assert offered(clinic.agents(AgentReady, "cyd")) == [("call", "cyd")]


@pytest.mark.parametrize("how", ["her phone is lost", "a red flag takes her"])
def test_chats_that_rang_at_one_agent_go_on_to_another_in_their_order(clinic, offered, how):
    clinic.on_duty("cyd")
    chats(clinic, "a", "b")
    clinic.accept(clinic.queue("c", "sooner"))
    clinic.on_duty("amy")
    assert offered(clinic.queue("one", "chat")) == [("one", "amy")]
    assert offered(clinic.queue("two", "sooner")) == [("two", "amy")]
    clinic.tell(CallerHungUp(site=SITE, call_id=CallId("c")))
    if how == "her phone is lost":
        commands = clinic.agents(PhoneUnregistered, "amy")
    else:
        commands = clinic.queue("red", "nurse", emergency=True)
    assert offered(commands)[-1] == ("two", "cyd")


def test_who_chats_is_given_no_call(clinic, offered):
    clinic.on_duty("cyd")
    chats(clinic, "a")
    assert offered(clinic.queue("call")) == []


def test_who_is_on_a_call_is_given_no_chat(clinic, offered):
    clinic.on_duty("cyd")
    clinic.accept(clinic.queue("call"))
    assert offered(clinic.queue("a", "chat")) == []


def test_the_end_of_one_chat_makes_room_for_the_next(clinic, offered):
    clinic.on_duty("cyd")
    clinic.accept(clinic.queue("a", "chat"))
    chats(clinic, "b", "c")
    clinic.queue("d", "chat")
    clinic.tell(CallerHungUp(site=SITE, call_id=CallId("a")))
    assert offered(clinic.later(20)) == [("d", "cyd")]


def test_a_call_waits_until_the_last_chat_is_wrapped_up(clinic, offered):
    clinic.on_duty("cyd")
    chats(clinic, "a", "b")
    clinic.queue("call")
    clinic.tell(CallerHungUp(site=SITE, call_id=CallId("a")))
    assert offered(clinic.later(20)) == []
    clinic.tell(CallerHungUp(site=SITE, call_id=CallId("b")))
    assert offered(clinic.later(20)) == [("call", "cyd")]


def test_a_nurse_who_wraps_up_chats_is_rung_for_a_red_flag(clinic, offered):
    clinic.on_duty("amy")
    chats(clinic, "a", "b")
    clinic.tell(CallerHungUp(site=SITE, call_id=CallId("a")))
    assert offered(clinic.queue("red", "nurse", emergency=True)) == []
    clinic.tell(CallerHungUp(site=SITE, call_id=CallId("b")))
    assert clinic.agent("amy").call_ids == ("red",)


def test_a_nurse_whose_phone_rings_for_several_chats_is_rung_for_a_red_flag(clinic, offered):
    clinic.on_duty("amy")
    clinic.queue("a", "chat")
    clinic.queue("b", "chat")
    commands = clinic.queue("red", "nurse", emergency=True)
    assert [c.call_id for c in commands if isinstance(c, RecallOffer)] == ["a", "b"]
    assert offered(commands) == [("red", "amy")]


def test_a_nurse_in_a_chat_is_not_taken_from_it(clinic, offered):
    clinic.on_duty("amy")
    chats(clinic, "a")
    clinic.queue("b", "chat")
    assert offered(clinic.queue("red", "nurse", emergency=True)) == []


def test_ready_ends_every_wrap_up_and_a_red_flag_comes_at_once(clinic, offered):
    clinic.on_duty("amy")
    chats(clinic, "a", "b")
    clinic.agents(AgentOut, "amy")
    for call in ("a", "b"):
        clinic.tell(CallerHungUp(site=SITE, call_id=CallId(call)))
    assert offered(clinic.queue("red", "nurse", emergency=True)) == []
    assert offered(clinic.agents(AgentReady, "amy")) == [("red", "amy")]
    assert clinic.later(60) != []


def test_a_nurse_who_chats_already_costs_the_reserve_nothing_more(site, offered):
    clinic = site(QUEUES, AGENTS, EmergencyRules(keep_ready=1, ladder=()))
    clinic.on_duty("amy", "bob")
    assert offered(clinic.queue("a", "chat")) == [("a", "amy")]
    assert offered(clinic.queue("b", "chat")) == [("b", "amy")]
    assert offered(clinic.queue("c", "chat")) == [("c", "amy")]
    assert offered(clinic.queue("d", "chat")) == []


def test_chats_that_were_held_back_fill_the_nurse_who_begins_to_chat(site, offered):
    clinic = site(QUEUES, AGENTS, EmergencyRules(keep_ready=2, ladder=()))
    clinic.on_duty("amy", "bob")
    assert offered(clinic.queue("a", "chat")) == [("a", "amy")]
    commands = clinic.queue("b", "nurse")
    assert offered(commands) == []
    assert offered(clinic.queue("c", "chat")) == [("c", "amy")]


def test_a_red_flag_takes_a_nurse_whole_also_where_the_nurses_chat(site, offered):
    queues = {
        QueueId("nurse"): QueueConfig(
            id=QueueId("nurse"), title="Nurse", at_once=3, skills=(SkillNeed(skill="nurse"),)
        )
    }
    clinic = site(queues, AGENTS)
    clinic.on_duty("amy")
    assert offered(clinic.queue("one", "nurse", emergency=True)) == [("one", "amy")]
    assert offered(clinic.queue("two", "nurse", emergency=True)) == []


def test_a_ring_for_a_chat_does_not_become_a_ring_for_a_call_beside_other_chats(clinic, offered):
    clinic.on_duty("cyd")
    chats(clinic, "a", "b")
    assert offered(clinic.queue("c", "chat")) == [("c", "cyd")]
    commands = clinic.queue("c", "general")
    assert [c.call_id for c in commands if isinstance(c, RecallOffer)] == ["c"]
    assert offered(commands) == []


def test_an_agent_hanging_up_one_chat_keeps_the_others(clinic):
    clinic.on_duty("cyd")
    first = clinic.queue("a", "chat")
    clinic.accept(first)
    chats(clinic, "b")
    clinic.about(AgentHungUp, first[0])
    assert clinic.agent("cyd").call_ids == ("b",)
    assert clinic.agent("cyd").work.value == "talking"


def test_who_was_cut_off_from_a_chat_is_not_given_it_back_at_once(clinic, offered):
    clinic.on_duty("cyd")
    (lost,) = clinic.queue("a", "chat")
    clinic.accept([lost])
    clinic.queue("b", "nurse")
    assert offered(clinic.about(OfferFailed, lost, reason="media-timeout")) == []
    assert offered(clinic.later(4.9)) == []
    assert offered(clinic.later(0.1)) == [("a", "cyd")]


def test_a_nurse_who_chats_keeps_who_turns_out_to_be_in_danger_and_is_given_no_more(
    clinic, offered
):
    clinic.on_duty("amy", "cyd")
    chats(clinic, "a", "b")
    pair = clinic.wants("c", "chat", companion=(SkillNeed(skill="nurse"),))
    assert offered(pair) == [("c", "cyd"), ("c", "amy")]
    clinic.about(OfferAccepted, pair[1])
    commands = clinic.queue("c", "chat", emergency=True)
    assert [c.agent_id for c in commands if isinstance(c, Bridge)] == ["amy"]
    assert [c.agent_id for c in commands if isinstance(c, RecallOffer)] == ["cyd"]
    assert offered(clinic.queue("d", "chat")) == [("d", "cyd")]


def test_the_most_skilled_leads_the_chat(site, offered):
    queues = {**QUEUES}
    queues[QueueId("chat")] = QueueConfig(
        id=QueueId("chat"),
        title="Chat",
        at_once=3,
        prefer=Prefer.SKILL,
        skills=(SkillNeed(skill="chat"),),
    )
    clinic = site(queues, AGENTS)
    clinic.on_duty("amy", "bob", "cyd")
    assert offered(clinic.queue("a", "chat")) == [("a", "bob")]
    assert offered(clinic.queue("b", "chat")) == [("b", "bob")]


def test_a_nurse_whose_conversation_ends_while_a_chat_rings_is_a_red_flags_at_once(site, offered):
    queues = {
        QueueId("nurse"): QueueConfig(id=QueueId("nurse"), title="Nurse"),
        QueueId("chat"): QueueConfig(id=QueueId("chat"), title="Chat", at_once=2),
    }
    agents = {AgentId("bea"): AgentConfig(id=AgentId("bea"), name="Bea", skills={"nurse": 1})}
    clinic = site(queues, agents)
    clinic.on_duty("bea")
    spoken = clinic.connect("first", "chat")
    assert offered(clinic.queue("second", "chat")) == [("second", "bea")]
    assert offered(clinic.queue("red", "nurse", emergency=True)) == []
    commands = clinic.about(AgentHungUp, spoken)
    assert [c.call_id for c in commands if isinstance(c, RecallOffer)] == ["second"]
    assert offered(commands) == [("red", "bea")]
