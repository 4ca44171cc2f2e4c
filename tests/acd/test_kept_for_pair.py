"""An overdue call that needs two people does not wait until both happen to be free at once."""

import pytest

from acd import Distributor, EmergencyRules, QueueConfig
from acd.passed_over import Why
from calls.commands import OfferCall
from calls.facts import AgentOnBreak, AgentOut, AgentReady, CallerHungUp, PhoneUnregistered
from calls.ids import CallId, QueueId
from calls.requirement import SkillNeed

SITE = "clinic"
SPANISH = (SkillNeed(skill="spanish"),)
QUEUES = {
    QueueId(queue.id): queue
    for queue in (
        QueueConfig(
            id=QueueId("nurse"),
            title="Nurse",
            skills=(SkillNeed(skill="nurse"),),
            deadline_s=60.0,
            keep_for_pair_s=90.0,
            wrap_up_s=0.0,
        ),
        QueueConfig(
            id=QueueId("sooner"),
            title="Sooner",
            skills=(SkillNeed(skill="nurse"),),
            head_start_s=30.0,
            deadline_s=60.0,
        ),
        QueueConfig(id=QueueId("general"), title="General", wrap_up_s=0.0),
        QueueConfig(id=QueueId("later"), title="Later", keep_for_pair_s=0.0, deadline_s=10.0),
    )
}


@pytest.fixture
def clinic(site, agents):
    """Bea, a nurse, and dot, the interpreter, are both on a call; a pair's deadline has passed."""
    folk = {name: agents[name] for name in ("ana", "bea", "cal", "dot", "fay")}
    clinic = site(QUEUES, folk, EmergencyRules(keep_ready=0, ladder=()))
    clinic.on_duty("bea")
    clinic.accept(clinic.queue("bea's", "nurse"))
    clinic.on_duty("dot")
    clinic.accept(clinic.queue("dot's"))
    clinic.wants("pair", "nurse", companion=SPANISH)
    clinic.later(1)
    return clinic


def ends(clinic, call):
    return clinic.tell(CallerHungUp(site=SITE, call_id=CallId(call)))


def test_who_comes_free_first_is_kept_until_the_other_is(clinic, offered):
    clinic.later(60)
    clinic.queue("next")
    assert offered(ends(clinic, "bea's")) == []
    assert offered(clinic.queue("one more", "nurse")) == []
    assert offered(ends(clinic, "dot's")) == [("pair", "bea"), ("pair", "dot")]


def test_a_pair_that_is_not_overdue_keeps_nobody(clinic, offered):
    clinic.later(30)
    clinic.queue("next")
    assert offered(ends(clinic, "bea's")) == [("next", "bea")]


def test_a_queue_may_keep_nobody(clinic, offered):
    ends(clinic, "pair")
    clinic.wants("two", "later", companion=SPANISH)
    clinic.later(60)
    clinic.queue("next")
    assert offered(ends(clinic, "bea's")) == [("next", "bea")]


def test_who_is_free_already_is_kept_from_the_moment_the_deadline_passes(clinic, offered):
    ends(clinic, "bea's")
    clinic.later(58.5)
    assert offered(clinic.later(0.5)) == []
    assert offered(clinic.queue("next")) == []
    assert offered(ends(clinic, "dot's")) == [("pair", "bea"), ("pair", "dot")]


def test_nobody_is_kept_idle_for_longer_than_the_queue_says(clinic, offered):
    clinic.later(60)
    ends(clinic, "bea's")
    clinic.queue("next")
    assert offered(clinic.later(89.5)) == []
    assert offered(clinic.later(0.5)) == [("next", "bea")]


def test_after_one_the_next_who_comes_free_is_kept(clinic, offered):
    clinic.later(60)
    ends(clinic, "bea's")
    clinic.queue("next")
    clinic.accept(clinic.later(90))
    clinic.queue("third")
    assert offered(ends(clinic, "dot's")) == []
    assert offered(ends(clinic, "next")) == [("pair", "bea"), ("pair", "dot")]


def test_who_was_kept_in_vain_and_had_nothing_else_to_do_is_not_kept_on(clinic, offered):
    clinic.later(60)
    ends(clinic, "bea's")
    clinic.later(90)
    assert offered(clinic.queue("next")) == [("next", "bea")]


def test_who_is_kept_takes_what_stands_before_the_pair_once_it_has_changed_its_queue(
    clinic, offered
):
    ends(clinic, "pair")
    clinic.queue("single", "nurse")
    clinic.later(10)
    clinic.wants("two", "sooner", companion=SPANISH)
    clinic.later(60)
    assert offered(ends(clinic, "bea's")) == []
    commands = clinic.wants("two", "nurse", companion=SPANISH)
    assert offered(commands) == [("single", "bea")]


def test_only_one_of_a_kind_is_kept(clinic, offered):
    clinic.later(60)
    ends(clinic, "bea's")
    clinic.queue("next")
    assert offered(clinic.on_duty("fay")) == [("next", "fay")]
    assert offered(clinic.queue("third")) == []


def test_only_the_first_pair_keeps_somebody(clinic, offered):
    clinic.wants("second pair", "nurse", companion=SPANISH)
    clinic.later(61)
    ends(clinic, "bea's")
    clinic.queue("next")
    assert offered(clinic.on_duty("fay")) == [("next", "fay")]


def test_who_is_kept_for_one_pair_is_not_kept_anew_for_the_next(clinic, offered):
    clinic.wants("second pair", "nurse", companion=SPANISH)
    clinic.later(61)
    ends(clinic, "bea's")
    clinic.queue("next")
    clinic.later(50)
    assert offered(ends(clinic, "pair")) == []
    assert offered(clinic.later(39.5)) == []
    assert offered(clinic.later(0.5)) == [("next", "bea")]


def test_calls_that_stand_before_the_pair_are_given_all_the_same(clinic, offered):
    clinic.queue("first", "nurse")
    ends(clinic, "pair")
    clinic.wants("pair", "nurse", companion=SPANISH)
    clinic.later(61)
    assert offered(ends(clinic, "bea's")) == [("first", "bea")]


def test_a_red_flag_has_the_nurse_who_is_kept(clinic, offered):
    clinic.later(60)
    ends(clinic, "bea's")
    assert offered(clinic.queue("red", "nurse", emergency=True)) == [("red", "bea")]


def test_whoever_cannot_be_one_of_the_two_is_not_kept(clinic, offered):
    clinic.later(60)
    clinic.on_duty("cal")
    assert offered(clinic.queue("next")) == [("next", "cal")]


def test_when_the_pair_leaves_whoever_was_kept_takes_the_next_call(clinic, offered):
    clinic.later(60)
    ends(clinic, "bea's")
    clinic.queue("next")
    assert offered(ends(clinic, "pair")) == [("next", "bea")]


@pytest.mark.parametrize("leave", [AgentOut, PhoneUnregistered])
def test_while_no_interpreter_is_on_duty_nobody_is_kept(clinic, offered, leave):
    clinic.later(60)
    ends(clinic, "bea's")
    clinic.queue("next")
    gone = clinic.agents(leave, "dot")
    if leave is AgentOut:
        # She goes home after her call.
        gone += ends(clinic, "dot's")
    assert offered(gone) == [("next", "bea")]


def test_whoever_is_kept_and_goes_on_a_break_leaves_it_to_another(clinic, offered):
    clinic.later(60)
    ends(clinic, "bea's")
    clinic.queue("next")
    clinic.agents(AgentOnBreak, "bea")
    clinic.wants("for fay", "nurse")
    assert offered(clinic.on_duty("fay")) == []
    assert offered(clinic.agents(AgentReady, "bea")) == [("next", "bea")]


def test_the_nurse_who_is_kept_is_not_the_one_who_is_kept_ready(site, agents, offered):
    folk = {name: agents[name] for name in ("bea", "dot", "fay")}
    clinic = site(QUEUES, folk, EmergencyRules(keep_ready=1, ladder=()))
    clinic.on_duty("dot")
    clinic.accept(clinic.queue("dot's"))
    clinic.on_duty("bea", "fay")
    clinic.wants("pair", "nurse", companion=SPANISH)
    clinic.later(60)
    assert offered(clinic.queue("next", "nurse")) == []
    assert offered(ends(clinic, "dot's")) == [("pair", "bea"), ("pair", "dot")]


def test_of_two_free_nurses_one_is_kept_for_the_pair_and_one_kept_ready(site, agents, offered):
    folk = {name: agents[name] for name in ("bea", "dot", "fay")}
    clinic = site(QUEUES, folk, EmergencyRules(keep_ready=1, ladder=()))
    clinic.on_duty("bea")
    clinic.accept(clinic.queue("bea's", "nurse"))
    clinic.on_duty("dot")
    clinic.accept(clinic.queue("dot's"))
    clinic.on_duty("fay")
    clinic.wants("pair", "nurse", companion=SPANISH)
    clinic.later(61)
    clinic.queue("next", "nurse")
    assert offered(ends(clinic, "bea's")) == []
    assert offered(ends(clinic, "dot's")) == [("pair", "fay"), ("pair", "dot")]


def test_a_copy_keeps_whom_the_original_keeps(clinic, agents, offered):
    clinic.later(60)
    ends(clinic, "bea's")
    clinic.queue("next")
    clinic.later(30)
    folk = {name: agents[name] for name in ("ana", "bea", "cal", "dot", "fay")}
    rules = EmergencyRules(keep_ready=0, ladder=())
    state = clinic.distributor.state()
    clinic.distributor = Distributor.from_state(state, QUEUES, folk, QueueId("nurse"), rules)
    assert clinic.distributor.state() == state
    assert offered(clinic.later(59.5)) == []
    assert offered(clinic.later(0.5)) == [("next", "bea")]


def test_another_configuration_may_end_it(clinic, agents, offered):
    clinic.later(60)
    ends(clinic, "bea's")
    clinic.queue("next")
    queues = {name: QueueConfig(id=name, title=name) for name in QUEUES}
    rules = EmergencyRules(keep_ready=0, ladder=())
    nurse, general = QueueId("nurse"), QueueId("general")
    folk = {name: agents[name] for name in ("ana", "bea", "cal", "dot", "fay")}
    commands = clinic.distributor.reconfigure(queues, folk, nurse, rules, general, clinic.now)
    assert offered(commands) == [("next", "bea")]


def test_a_pair_is_not_starved_by_single_calls(clinic, offered):
    """Under load each of the two always has a next call, and they never come free together."""
    served = []
    clinic.later(30)
    talking = {"bea": "bea's", "dot": "dot's"}
    for n in range(8):
        clinic.queue(f"nurse-{n}", "nurse")
        clinic.queue(f"general-{n}")
        clinic.later(40)
        who = ("bea", "dot")[n % 2]
        commands = ends(clinic, talking[who])
        clinic.accept(commands)
        served += offered(commands)
        talking.update({agent: call for call, agent in offered(commands)})
    assert ("pair", "bea") in served
    assert ("pair", "dot") in served


def test_it_is_told_who_was_kept(clinic):
    clinic.later(60)
    ends(clinic, "bea's")
    found = []
    distributor = clinic.distributor
    distributor.watch(lambda visit, choice: found.append(distributor.explain(visit, choice)))
    clinic.on_duty("cal")
    (offer,) = [c for c in clinic.queue("next") if isinstance(c, OfferCall)]
    assert offer.agent_id == "cal"
    (told,) = [each for each in found[0].passed_over if each.agent_id == "bea"]
    assert told.why is Why.KEPT_FOR_PAIR
    assert told.sentence() == "was kept for a call of two people, which stood first"
