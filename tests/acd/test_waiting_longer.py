"""What is enough changes with the wait: lower levels, other queues' agents, and a deadline."""

import pytest

from acd import Overflow, Prefer, QueueConfig, Relaxation
from calls.facts import AgentHungUp
from calls.ids import QueueId
from calls.requirement import SkillNeed

SITE = "clinic"


def queues(**billing):
    needs = {"skills": (SkillNeed(skill="billing", level=3),), **billing}
    return {
        QueueId(queue.id): queue
        for queue in (
            QueueConfig(id=QueueId("nurse"), title="Nurse", skills=(SkillNeed(skill="nurse"),)),
            QueueConfig(id=QueueId("billing"), title="Billing", **needs),
            QueueConfig(id=QueueId("general"), title="General"),
            QueueConfig(
                id=QueueId("spanish"), title="Spanish", skills=(SkillNeed(skill="spanish"),)
            ),
        )
    }


def test_a_lower_level_is_enough_after_the_wait_and_not_sooner(site, offered):
    clinic = site(queues(relax=(Relaxation(after_s=60.0, level=1),)))
    clinic.on_duty("dot")
    assert offered(clinic.queue("one", "billing")) == []
    assert clinic.later(59.5) == []
    assert offered(clinic.later(0.5)) == [("one", "dot")]


def test_levels_fall_step_by_step(site, offered):
    steps = (Relaxation(after_s=10.0, level=3), Relaxation(after_s=20.0, level=1))
    clinic = site(queues(skills=(SkillNeed(skill="billing", level=5),), relax=steps))
    clinic.on_duty("dot", "cal")
    assert offered(clinic.queue("one", "billing")) == []
    commands = clinic.later(10)
    assert offered(commands) == [("one", "cal")]
    clinic.accept(commands)
    assert offered(clinic.queue("two", "billing")) == []
    assert offered(clinic.later(10)) == []
    assert offered(clinic.later(10)) == [("two", "dot")]


def test_the_skills_of_the_call_itself_are_relaxed_too(site, offered):
    clinic = site(queues(relax=(Relaxation(after_s=10.0, level=1),)))
    clinic.on_duty("dot")
    wants = SkillNeed(skill="spanish", level=5)
    assert offered(clinic.wants("one", "billing", wants)) == []
    assert offered(clinic.later(10)) == [("one", "dot")]


def test_who_has_not_the_skill_at_all_never_takes_the_call(site, offered):
    clinic = site(queues(relax=(Relaxation(after_s=10.0, level=1),)))
    clinic.on_duty("ana")
    clinic.queue("one", "billing")
    assert offered(clinic.later(3600)) == []


def test_the_agents_of_another_queue_help_after_the_wait(site, offered):
    to_spanish = (Overflow(after_s=30.0, to=QueueId("spanish")),)
    clinic = site(queues(overflow=to_spanish))
    clinic.on_duty("ana")
    clinic.queue("one", "billing")
    assert clinic.later(29.5) == []
    assert offered(clinic.later(0.5)) == [("one", "ana")]
    assert clinic.totals_of("billing").waiting == 1


def test_own_agents_come_before_those_who_help(site, offered):
    to_spanish = (Overflow(after_s=0.0, to=QueueId("spanish")),)
    clinic = site(queues(overflow=to_spanish))
    clinic.on_duty("ana", "cal")
    assert offered(clinic.queue("one", "billing")) == [("one", "cal")]
    assert offered(clinic.queue("two", "billing")) == [("two", "ana")]


def test_whoever_is_overdue_comes_before_all_who_are_not(site, offered):
    clinic = site(queues(deadline_s=40.0))
    clinic.queue("early", "general")
    clinic.later(1)
    clinic.queue("late", "billing")
    clinic.later(40)
    assert offered(clinic.on_duty("cal", "eli")) == [("late", "cal"), ("early", "eli")]


def test_until_the_deadline_the_longer_wait_counts(site, offered):
    clinic = site(queues(deadline_s=40.0))
    clinic.queue("early", "general")
    clinic.later(1)
    clinic.queue("late", "billing")
    clinic.later(38)
    assert offered(clinic.on_duty("cal", "eli")) == [("early", "cal"), ("late", "eli")]


def test_no_deadline_brings_a_routine_call_before_a_red_flag(site, offered):
    clinic = site(queues(deadline_s=1.0, skills=()))
    clinic.queue("late", "billing")
    clinic.later(600)
    clinic.queue("red", "nurse", emergency=True)
    assert offered(clinic.on_duty("bea")) == [("red", "bea")]


def test_a_caller_who_changes_their_wish_late_is_content_with_what_is_enough_by_then(site, offered):
    clinic = site(queues(relax=(Relaxation(after_s=60.0, level=1),)))
    clinic.queue("one", "billing")
    clinic.later(60)
    clinic.on_duty("dot")
    rung = clinic.distributor.live_offers()
    assert [offer.agent_id for offer in rung] == ["dot"]
    assert clinic.wants("one", "billing", SkillNeed(skill="spanish")) == []
    assert clinic.distributor.live_offers() == rung


def test_the_highest_level_is_preferred_where_the_queue_says_so(site, offered):
    needs = (SkillNeed(skill="nurse"),)
    clinic = site(queues(prefer=Prefer.SKILL, skills=needs))
    clinic.on_duty("fay", "bea", "ana")
    commands = clinic.queue("one", "billing")
    assert offered(commands) == [("one", "ana")]
    assert commands[0].rule == "most-skilled"
    assert offered(clinic.queue("two", "billing")) == [("two", "bea")]


def test_of_equal_levels_the_least_scarce_skills_are_spared_last(site, offered):
    needs = (SkillNeed(skill="nurse", level=1),)
    clinic = site(queues(prefer=Prefer.SKILL, skills=needs))
    clinic.on_duty("fay")
    assert offered(clinic.queue("one", "billing")) == [("one", "fay")]
    clinic = site(queues(prefer=Prefer.SKILL, skills=(SkillNeed(skill="spanish", preferred=True),)))
    clinic.on_duty("bea", "eli")
    assert offered(clinic.queue("one", "billing")) == [("one", "bea")]


def test_a_preferred_skill_is_preferred_and_not_needed(site, offered):
    clinic = site(queues())
    clinic.on_duty("eli", "dot")
    wish = SkillNeed(skill="spanish", preferred=True)
    assert offered(clinic.wants("one", "general", wish)) == [("one", "dot")]
    assert offered(clinic.wants("two", "general", wish)) == [("two", "eli")]


@pytest.mark.parametrize("waited_s", [0.0, 45.0])
def test_a_lost_conversation_goes_on_waiting_with_what_its_wait_had_brought(
    site, offered, waited_s
):
    clinic = site(queues(relax=(Relaxation(after_s=40.0, level=1),)))
    clinic.queue("one", "billing")
    clinic.later(waited_s)
    clinic.accept(clinic.on_duty("cal"))
    clinic.on_duty("dot")
    (live,) = clinic.distributor.live_offers()
    clinic.about(AgentHungUp, live)
    again = offered(clinic.queue("one", "billing"))
    assert again == []
    assert offered(clinic.later(40)) != []


@pytest.mark.parametrize("deadline", [{}, {"deadline_s": None}])
def test_no_queue_starves_beside_one_with_a_deadline_unless_it_is_said_so(site, offered, deadline):
    busy = QueueConfig(id=QueueId("busy"), title="Busy", deadline_s=60.0)
    quiet = QueueConfig(id=QueueId("quiet"), title="Quiet", **deadline)
    clinic = site({**queues(), busy.id: busy, quiet.id: quiet})
    clinic.on_duty("cal")
    clinic.connect("talk", "busy")
    clinic.queue("quiet", "quiet")
    served = []
    for n in range(12):
        # There is always somebody in the other queue who has waited for longer than its deadline.
        clinic.queue(f"busy-{n}", "busy")
        clinic.later(80)
        (live,) = clinic.distributor.live_offers()
        clinic.about(AgentHungUp, live)
        commands = clinic.later(20)
        served += [call for call, _ in offered(commands)]
        clinic.accept(commands)
    assert ("quiet" in served) is (not deadline)
