"""Who waits in vain: calls that nobody who is at work could ever take."""

from __future__ import annotations

import pytest

from acd import AgentConfig, QueueConfig, Relaxation
from calls.facts import AgentOnBreak, AgentOut, PhoneUnregistered
from calls.ids import AgentId, QueueId
from calls.requirement import Requirement, SkillNeed

SITE = "clinic"
INTERPRETER = (SkillNeed(skill="spanish"),)
BILLING = QueueConfig(
    id=QueueId("billing"),
    title="Billing",
    skills=(SkillNeed(skill="billing", level=3),),
    relax=(Relaxation(after_s=60.0, level=1),),
)


def staffed(clinic, queue, **more):
    return clinic.distributor.staffed(Requirement(queue=QueueId(queue), **more))


@pytest.mark.parametrize("gone", [AgentOut, PhoneUnregistered])
def test_who_is_out_or_cannot_be_rung_staffs_nothing(clinic, gone):
    clinic.on_duty("cal")
    assert staffed(clinic, "billing")
    clinic.agents(gone, "cal")
    assert not staffed(clinic, "billing")


def test_who_is_on_a_break_comes_back(clinic):
    clinic.on_duty("cal")
    clinic.agents(AgentOnBreak, "cal")
    clinic.queue("one", "billing")
    assert staffed(clinic, "billing")
    assert clinic.distributor.without_staff() == []


def test_a_pair_is_staffed_by_two_people_only(clinic):
    clinic.on_duty("dot")
    assert not staffed(clinic, "billing", companion=INTERPRETER)
    clinic.on_duty("cal")
    assert staffed(clinic, "billing", companion=INTERPRETER)
    clinic.accept(clinic.queue("one"))
    clinic.wants("two", "billing", companion=INTERPRETER)
    assert clinic.distributor.without_staff() == []
    clinic.agents(PhoneUnregistered, "dot")
    assert clinic.distributor.without_staff() == ["two"]


def test_calls_that_nobody_at_work_could_ever_take_are_told_in_their_order(clinic):
    clinic.on_duty("bea", "cal")
    clinic.connect("talk", "nurse")
    clinic.connect("also", "billing")
    clinic.queue("one", "billing")
    clinic.later(1)
    clinic.queue("two", "billing")
    clinic.queue("three", "nurse")
    clinic.queue("red", "nurse", emergency=True)
    assert clinic.distributor.without_staff() == []
    clinic.agents(PhoneUnregistered, "cal")
    assert clinic.distributor.without_staff() == ["one", "two"]


def test_who_could_take_it_once_less_is_enough_staffs_it_now(site):
    agents = {AgentId("new"): AgentConfig(id=AgentId("new"), name="New", skills={"billing": 1})}
    nurse = QueueConfig(id=QueueId("nurse"), title="Nurse", skills=(SkillNeed(skill="nurse"),))
    clinic = site(queues={BILLING.id: BILLING, nurse.id: nurse}, agents=agents)
    clinic.on_duty("new")
    clinic.queue("one", "billing")
    assert clinic.distributor.without_staff() == []
    clinic.agents(PhoneUnregistered, "new")
    assert clinic.distributor.without_staff() == ["one"]
