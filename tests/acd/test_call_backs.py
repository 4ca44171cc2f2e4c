"""Calling back: the place is kept, attempts are few and spaced, a red flag stays a duty."""

from dataclasses import replace

import pytest

from acd import Distributor
from calls.commands import Bridge, HangUp, OfferCall, RecallOffer
from calls.facts import (
    AgentHungUp,
    CallBackAnswered,
    CallBackChosen,
    CallBackMissed,
    CallBackOwed,
    CallDequeued,
    CallEnded,
    CallFailed,
    IdentityConfirmed,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferUnanswered,
)
from calls.ids import CallId, QueueId
from calls.outcome import Outcome
from calls.requirement import Requirement
from tests.acd.calling_back import (
    QUEUES,
    RULES,
    SITE,
    chosen,
    closed,
    dialled,
    drops,
    only,
    task,
    tasks,
)
from tests.acd.conftest import AGENTS


@pytest.fixture
def clinic(site):
    return site(queues=QUEUES, rules=RULES)


# --- chosen by the caller -----------------------------------------------------------------------


def test_where_nobody_is_to_be_called_a_person_has_the_task_and_nobody_is_rung(site):
    never = {key: replace(queue, call_back_attempts=0) for key, queue in QUEUES.items()}
    clinic = site(queues=never, rules=RULES)
    clinic.wants("one", "general")
    assert tasks(chosen(clinic)) == [("one", "call-back")]
    assert clinic.distributor.totals.flowed_out == 1
    assert clinic.on_duty("cal") == []


def test_a_red_flag_who_drops_where_nobody_is_to_be_called_stays_a_task(site):
    clinic = site(queues=QUEUES, rules=replace(RULES, call_back_attempts=0))
    clinic.wants("red", "nurse", emergency=True)
    assert tasks(drops(clinic)) == [("red", "red-flag-call-back")]
    assert clinic.on_duty("ana") == []
    assert task(clinic).attempts == 0
    assert clinic.later(3600) == []


def test_the_next_call_back_of_a_call_is_not_taken_for_the_one_that_goes_on(clinic, offered):
    clinic.wants("one", "general")
    chosen(clinic)
    offer, _ = dialled(clinic, clinic.on_duty("cal"))
    clinic.about(CallBackAnswered, offer)
    clinic.wants("one", "general")
    chosen(clinic)
    assert offered(clinic.on_duty("dot")) == [("one~2", "dot")]
    assert clinic.agent("cal").work.value == "talking"
    assert [each.call_id for each in clinic.distributor.snapshot().offers] == ["one~1", "one~2"]


def test_a_caller_who_chooses_a_call_back_keeps_their_place(clinic, offered):
    clinic.wants("one", "general")
    clinic.later(5)
    clinic.wants("two", "general")
    assert chosen(clinic) == []
    assert clinic.distributor.position("two") == 2
    commands = clinic.on_duty("cal")
    assert offered(commands) == [("one~1", "cal")]
    offer = only(OfferCall, commands)
    assert offer.call_back
    assert clinic.distributor.totals.waiting == 2


def test_the_number_is_dialled_once_an_agent_has_accepted(clinic):
    clinic.wants("one", "general")
    chosen(clinic)
    offer, dial = dialled(clinic, clinic.on_duty("cal"))
    assert (dial.call_id, dial.answers, dial.agent_id) == ("one~1", "one", "cal")
    bridge = only(Bridge, clinic.about(CallBackAnswered, offer))
    assert (bridge.call_id, bridge.agent_id) == ("one~1", "cal")
    assert clinic.distributor.totals.called_back == 1
    assert clinic.distributor.snapshot().tasks == ()


def test_the_ring_for_a_caller_who_chooses_a_call_back_stops(clinic, offered):
    clinic.on_duty("cal")
    clinic.wants("one", "general")
    commands = chosen(clinic)
    assert only(RecallOffer, commands).call_id == "one"
    assert offered(commands) == [("one~1", "cal")]


@pytest.mark.parametrize("why", [{"may_call_back": False}, {"number_known": False}])
def test_who_cannot_be_called_back_keeps_waiting(clinic, offered, why):
    clinic.wants("one", "general", **why)
    assert chosen(clinic) == []
    assert offered(clinic.on_duty("cal")) == [("one", "cal")]


def test_a_red_flag_is_not_left_to_be_called_back(clinic, offered):
    clinic.queue("red", "nurse", emergency=True)
    assert chosen(clinic, "red") == []
    assert offered(clinic.on_duty("bea")) == [("red", "bea")]


def test_a_missed_attempt_keeps_the_place_and_is_made_again_after_a_while(clinic, offered):
    clinic.wants("one", "general")
    chosen(clinic)
    offer, _dial = dialled(clinic, clinic.on_duty("cal"))
    assert offered(clinic.about(CallBackMissed, offer, reason="busy")) == []
    clinic.later(50)
    clinic.wants("two", "nurse")
    assert offered(clinic.later(49.5)) == []
    assert offered(clinic.later(0.5)) == [("one~2", "cal")]


def test_after_the_last_attempt_a_person_is_told(clinic):
    clinic.wants("one", "general")
    chosen(clinic)
    offer, _dial = dialled(clinic, clinic.on_duty("cal"))
    assert tasks(clinic.about(CallBackMissed, offer, reason="busy")) == []
    offer, _dial = dialled(clinic, clinic.later(100))
    commands = clinic.about(CallBackMissed, offer, reason="no-answer")
    assert tasks(commands) == [("one", "call-back")]
    assert clinic.distributor.totals.flowed_out == 1
    assert [c for c in clinic.later(3600) if isinstance(c, OfferCall)] == []


def test_an_agent_who_hangs_up_while_it_dials_leaves_the_next_attempt_to_another(clinic, offered):
    clinic.wants("one", "general")
    chosen(clinic)
    offer, _dial = dialled(clinic, clinic.on_duty("cal"))
    clinic.on_duty("eli")
    commands = clinic.about(AgentHungUp, offer)
    assert only(HangUp, commands).call_id == "one~1"
    assert offered(commands) == []
    assert task(clinic).attempts == 1
    assert offered(clinic.later(99.5)) == []
    assert offered(clinic.later(0.5)) == [("one~2", "eli")]


@pytest.mark.parametrize("how", [AgentHungUp, OfferFailed])
def test_whoever_was_dialled_is_not_dialled_more_often_because_agents_left(clinic, how):
    more = {"reason": "unreachable"} if how is OfferFailed else {}
    clinic.wants("one", "general")
    chosen(clinic)
    offer, _dial = dialled(clinic, clinic.on_duty("cal"))
    assert tasks(clinic.about(how, offer, **more)) == []
    offer, _dial = dialled(clinic, clinic.later(100))
    assert tasks(clinic.about(how, offer, **more)) == [("one", "call-back")]
    assert clinic.distributor.totals.flowed_out == 1
    assert [c for c in clinic.later(3600) if isinstance(c, OfferCall)] == []


def test_a_red_flag_is_not_dialled_sooner_because_a_nurse_left(clinic, offered):
    clinic.wants("red", "nurse", emergency=True)
    drops(clinic)
    offer, _dial = dialled(clinic, clinic.on_duty("bea"))
    clinic.on_duty("fay")
    assert offered(clinic.about(AgentHungUp, offer)) == []
    assert offered(clinic.later(299.5)) == []
    offer, _dial = dialled(clinic, clinic.later(0.5))
    clinic.about(AgentHungUp, offer)
    assert offered(clinic.later(3600)) == []
    assert task(clinic).attempts == 2


def test_a_caller_to_be_called_back_who_is_in_danger_goes_to_a_nurse(clinic, offered):
    clinic.wants("one", "general")
    chosen(clinic)
    clinic.queue("one", "nurse", emergency=True)
    assert clinic.distributor.snapshot().tasks == ()
    assert offered(clinic.on_duty("bea")) == [("one", "bea")]
    assert clinic.distributor.totals.balanced


def test_a_late_word_of_the_flow_does_not_undo_a_promised_call_back(clinic, offered):
    clinic.wants("one", "general")
    chosen(clinic)
    assert clinic.wants("one", "general") == []
    assert drops(clinic, "one") == []
    assert offered(clinic.on_duty("cal")) == [("one~1", "cal")]


@pytest.mark.parametrize(
    "fact",
    [
        CallEnded(site=SITE, call_id=CallId("one~1"), outcome=Outcome.ERROR),
        CallFailed(site=SITE, call_id=CallId("one~1"), reason="line-restarted"),
        CallDequeued(site=SITE, call_id=CallId("one~1")),
        CallBackChosen(site=SITE, call_id=CallId("one~1")),
    ],
)
def test_nothing_about_a_call_that_is_not_up_yet_ends_the_attempt(clinic, offered, fact):
    clinic.wants("one", "general")
    chosen(clinic)
    assert clinic.tell(fact) == []
    assert clinic.wants("one~1", "nurse", emergency=True) == []
    assert offered(clinic.on_duty("cal")) == [("one~1", "cal")]


def test_a_call_back_that_nobody_needs_any_more_is_closed_by_a_person(clinic):
    clinic.wants("one", "general")
    chosen(clinic)
    dialled(clinic, clinic.on_duty("cal"))
    assert closed(clinic, "one") == []
    commands = closed(clinic, "one", "call-back")
    assert only(HangUp, commands).call_id == "one~1"
    assert clinic.agent("cal").work.value == "idle"
    assert closed(clinic, "one", "call-back") == []
    assert clinic.distributor.totals.flowed_out == 1


# --- red flags who dropped ----------------------------------------------------------------------


def test_a_red_flag_who_dropped_is_called_back_before_everybody(clinic, offered):
    clinic.wants("red", "nurse", emergency=True)
    clinic.wants("early", "nurse")
    assert tasks(drops(clinic)) == [("red", "red-flag-call-back")]
    assert offered(clinic.on_duty("bea")) == [("red~1", "bea")]


def test_the_task_of_a_red_flag_stays_until_a_person_closes_it(clinic):
    clinic.wants("red", "nurse", emergency=True)
    drops(clinic)
    offer, _dial = dialled(clinic, clinic.on_duty("bea"))
    clinic.about(CallBackAnswered, offer)
    clinic.about(IdentityConfirmed, offer)
    drops(clinic, "red~1")
    view = task(clinic)
    assert (view.reached, view.confirmed, view.under_way) == (True, True, None)
    assert [c for c in clinic.later(3600) if isinstance(c, OfferCall)] == []
    assert closed(clinic, kind="call-back") == []
    assert clinic.distributor.snapshot().tasks != ()
    assert closed(clinic) == []
    assert clinic.distributor.snapshot().tasks == ()


def test_attempts_are_limited_and_spaced_and_the_task_outlives_them(clinic, offered):
    clinic.wants("red", "nurse", emergency=True)
    drops(clinic)
    offer, _dial = dialled(clinic, clinic.on_duty("bea"))
    clinic.about(CallBackMissed, offer, reason="no-answer")
    assert offered(clinic.later(299.5)) == []
    offer, _dial = dialled(clinic, clinic.later(0.5))
    assert tasks(clinic.about(CallBackMissed, offer, reason="no-answer")) == []
    assert offered(clinic.later(3600)) == []
    assert task(clinic).attempts == 2


def test_a_call_back_that_is_chosen_does_not_take_the_place_of_that_of_a_red_flag(clinic, offered):
    clinic.wants("red", "nurse", emergency=True)
    drops(clinic)
    clinic.wants("red", "general")
    assert chosen(clinic, "red") == []
    assert task(clinic).emergency
    assert clinic.distributor.position("red") == 1
    assert offered(clinic.on_duty("bea")) == [("red~1", "bea")]


def test_whoever_was_told_to_call_911_is_left_alone_for_ten_minutes(clinic, offered):
    clinic.on_duty("bea")
    clinic.accept(clinic.queue("busy", "nurse"))
    clinic.wants("red", "nurse", emergency=True, advised_911=True)
    drops(clinic)
    drops(clinic, "busy")
    assert offered(clinic.later(599.5)) == []
    assert offered(clinic.later(0.5)) == [("red~1", "bea")]


def test_the_ten_minutes_run_from_the_advice_and_not_from_the_words(clinic, offered):
    clinic.wants("red", "nurse", emergency=True)
    clinic.later(40)
    clinic.wants("red", "nurse", emergency=True, advised_911=True, heard_ago_s=0.0)
    drops(clinic)
    clinic.on_duty("bea")
    assert offered(clinic.later(598)) == []
    assert offered(clinic.later(1)) == [("red~1", "bea")]


def test_the_advice_of_the_ladder_counts_too(clinic, offered):
    clinic.wants("red", "nurse", emergency=True)
    clinic.later(60)
    drops(clinic)
    clinic.on_duty("bea")
    assert offered(clinic.later(598)) == []
    assert offered(clinic.later(1)) == [("red~1", "bea")]


@pytest.mark.parametrize("why", [{"may_call_back": False}, {"number_known": False}])
@pytest.mark.parametrize("elsewhere", [False, True])
def test_who_must_not_or_cannot_be_called_is_left_to_a_person(clinic, offered, why, elsewhere):
    clinic.wants("red", "nurse", emergency=True, **why)
    if elsewhere:
        clinic.tell(CallDequeued(site=SITE, call_id=CallId("red")))
        clinic.wants("red", "nurse", emergency=True)
    assert tasks(drops(clinic)) == [("red", "red-flag-call-back")]
    assert offered(clinic.on_duty("bea")) == []
    assert offered(clinic.later(3600)) == []
    assert not task(clinic).allowed


def test_the_nurse_is_told_to_ask_for_a_number_where_none_is_known(clinic):
    clinic.on_duty("bea")
    assert only(
        OfferCall, clinic.wants("red", "nurse", emergency=True, number_known=False)
    ).ask_number
    assert not only(OfferCall, clinic.on_duty("ana") + clinic.later(10)).call_back


def test_a_call_back_does_not_call_a_nurse_out_of_wrap_up(clinic, offered):
    clinic.on_duty("bea")
    clinic.accept(clinic.queue("one", "nurse"))
    clinic.wants("red", "nurse", emergency=True)
    drops(clinic)
    assert offered(drops(clinic, "one")) == []
    assert offered(clinic.later(20)) == [("red~1", "bea")]


def test_a_nurse_who_declines_a_call_back_is_not_asked_again_at_once(clinic, offered):
    clinic.wants("red", "nurse", emergency=True)
    drops(clinic)
    offer = only(OfferCall, clinic.on_duty("bea"))
    assert offered(clinic.about(OfferDeclined, offer)) == []
    assert offered(clinic.later(29.5)) == []
    assert offered(clinic.later(0.5)) == [("red~2", "bea")]


@pytest.mark.parametrize(("kind", "more"), [(OfferDeclined, {}), (OfferFailed, {"reason": "x"})])
def test_who_cannot_take_a_call_back_is_there_for_callers_on_the_line(clinic, offered, kind, more):
    clinic.wants("one", "general")
    clinic.wants("red", "nurse", emergency=True)
    drops(clinic)
    offer = only(OfferCall, clinic.on_duty("bea"))
    assert offer.call_id == "red~1"
    assert offered(clinic.about(kind, offer, **more)) == []
    assert offered(clinic.later(5)) == [("one", "bea")]
    task = clinic.distributor.call_back("red")
    assert (task.attempts, task.under_way, task.next_at) == (0, None, clinic.now + 25)


def test_a_call_back_that_a_nurse_declines_goes_to_another_at_once(clinic, offered):
    clinic.wants("red", "nurse", emergency=True)
    drops(clinic)
    offer = only(OfferCall, clinic.on_duty("bea"))
    clinic.on_duty("ana")
    commands = clinic.about(OfferDeclined, offer)
    assert offered(commands) == [("red~1", "ana")]
    assert offered(clinic.about(OfferDeclined, only(OfferCall, commands))) == []
    assert offered(clinic.later(30)) == [("red~2", "bea")]


def test_a_call_back_that_rings_unanswered_rests_the_nurse_as_any_call_does(clinic, offered):
    clinic.wants("red", "nurse", emergency=True)
    drops(clinic)
    offer = only(OfferCall, clinic.on_duty("bea"))
    assert offered(clinic.about(OfferUnanswered, offer)) == []
    clinic.wants("one", "general")
    assert offered(clinic.later(29.5)) == []
    assert offered(clinic.later(0.5)) == [("red~1", "bea")]


def test_who_was_called_back_is_a_caller_like_any_other(clinic):
    clinic.wants("one", "general")
    chosen(clinic)
    offer = only(OfferCall, clinic.on_duty("bea"))
    clinic.about(OfferAccepted, offer)
    clinic.about(CallBackAnswered, offer)
    state = clinic.distributor.state()
    again = Distributor.from_state(state, QUEUES, AGENTS, QueueId("nurse"), RULES)
    assert again.state() == state
    dropped = clinic.distributor.dropped
    clinic.about(IdentityConfirmed, offer)
    assert clinic.distributor.dropped.late == dropped.late + 1
    clinic.distributor = again
    clinic.about(IdentityConfirmed, offer)
    assert again.dropped.late == dropped.late + 1


def test_a_red_flag_who_drops_twice_leaves_one_task(clinic):
    clinic.wants("red", "nurse", emergency=True)
    assert tasks(drops(clinic)) == [("red", "red-flag-call-back")]
    clinic.wants("red", "nurse", emergency=True)
    assert tasks(drops(clinic)) == []
    assert clinic.distributor.totals.balanced
    assert task(clinic).call_id == "red"


@pytest.mark.parametrize("allowed", [True, False])
def test_a_red_flag_understood_after_a_call_back_was_chosen_goes_to_a_nurse(
    clinic, offered, allowed
):
    clinic.wants("one", "general")
    chosen(clinic)
    assert offered(clinic.on_duty("cal")) == [("one~1", "cal")]
    owed = CallBackOwed(
        site=SITE,
        call_id=CallId("one"),
        requirement=Requirement(queue=QueueId("nurse"), emergency=True),
        may_call_back=allowed,
    )
    assert [(c.call_id, c.agent_id) for c in clinic.tell(owed) if isinstance(c, RecallOffer)] == [
        ("one~1", "cal")
    ]
    assert task(clinic).emergency
    assert task(clinic).allowed is allowed
    assert offered(clinic.on_duty("bea")) == ([("one~1", "bea")] if allowed else [])
    assert clinic.distributor.totals.balanced


def test_a_red_flag_understood_when_the_caller_had_left_is_called_back(clinic, offered):
    owed = CallBackOwed(
        site=SITE,
        call_id=CallId("red"),
        requirement=Requirement(queue=QueueId("general"), emergency=True),
        advised_911=True,
    )
    clinic.on_duty("bea")
    clinic.tell(owed)
    clinic.tell(owed)
    assert offered(clinic.later(599.5)) == []
    assert offered(clinic.later(0.5)) == [("red~1", "bea")]
    assert task(clinic).emergency
