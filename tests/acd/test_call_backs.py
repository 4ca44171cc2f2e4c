"""Calling back: the place is kept, attempts are few and spaced, a red flag stays a duty."""

import pytest

from acd import Distributor, EmergencyRules, QueueConfig
from calls.commands import Bridge, CallBack, HangUp, OfferCall, OpenTask, RecallOffer
from calls.facts import (
    AgentHungUp,
    CallBackAnswered,
    CallBackChosen,
    CallBackForbidden,
    CallBackMissed,
    CallBackOwed,
    CallDequeued,
    CallEnded,
    CallerHungUp,
    CallFailed,
    IdentityConfirmed,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferUnanswered,
    TaskClosed,
)
from calls.ids import AgentId, CallId, QueueId
from calls.outcome import Outcome
from calls.requirement import Requirement, SkillNeed
from tests.acd.conftest import AGENTS

SITE = "clinic"
RULES = EmergencyRules(
    keep_ready=0, call_back_attempts=2, call_back_every_s=300.0, call_back_after_911_s=600.0
)
QUEUES = {
    QueueId("nurse"): QueueConfig(
        id=QueueId("nurse"), title="Nurse", skills=(SkillNeed(skill="nurse"),)
    ),
    QueueId("general"): QueueConfig(
        id=QueueId("general"), title="General", call_back_attempts=2, call_back_every_s=100.0
    ),
}


@pytest.fixture
def clinic(site):
    return site(queues=QUEUES, rules=RULES)


def chosen(clinic, call="one"):
    return clinic.tell(CallBackChosen(site=SITE, call_id=CallId(call)))


def drops(clinic, call="red"):
    return clinic.tell(CallerHungUp(site=SITE, call_id=CallId(call)))


def closed(clinic, call="red", kind="red-flag-call-back"):
    return clinic.tell(
        TaskClosed(site=SITE, call_id=CallId(call), kind=kind, by=AgentId("bea"), how="done")
    )


def tasks(commands):
    return [(c.call_id, c.kind) for c in commands if isinstance(c, OpenTask)]


def only(kind, commands):
    (command,) = [c for c in commands if isinstance(c, kind)]
    return command


def dialled(clinic, commands):
    """Let the agent who is rung accept; the offer and the dialling."""
    offer = only(OfferCall, commands)
    return offer, only(CallBack, clinic.about(OfferAccepted, offer))


def task(clinic):
    (view,) = clinic.distributor.snapshot().tasks
    return view


# --- chosen by the caller -----------------------------------------------------------------------


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


# --- must not be called back ---------------------------------------------------------------------


def forbidden(clinic, call="red"):
    return clinic.tell(CallBackForbidden(site=SITE, call_id=CallId(call)))


@pytest.mark.parametrize("elsewhere", [False, True])
def test_who_must_not_be_called_any_more_is_not_when_they_drop(clinic, offered, elsewhere):
    clinic.wants("red", "nurse", emergency=True)
    if elsewhere:
        clinic.tell(CallDequeued(site=SITE, call_id=CallId("red")))
    forbidden(clinic)
    assert tasks(drops(clinic)) == [("red", "red-flag-call-back")]
    assert offered(clinic.on_duty("bea")) == []
    assert offered(clinic.later(3600)) == []


def test_who_must_not_be_called_any_more_keeps_the_nurse_they_speak_with(clinic):
    offer = only(OfferCall, [*clinic.on_duty("bea"), *clinic.wants("red", "nurse", emergency=True)])
    clinic.about(OfferAccepted, offer)
    assert forbidden(clinic) == []
    assert clinic.distributor.connected(CallId("red"))


def test_an_agreed_call_back_that_is_forbidden_is_never_begun(clinic, offered):
    clinic.wants("red", "nurse", emergency=True, advised_911=True)
    drops(clinic)
    assert forbidden(clinic) == []
    assert offered(clinic.on_duty("bea")) == []
    assert offered(clinic.later(3600)) == []
    assert (task(clinic).allowed, task(clinic).under_way) == (False, None)


def test_the_ring_for_a_call_back_that_is_forbidden_stops(clinic, offered):
    clinic.wants("red", "nurse", emergency=True)
    drops(clinic)
    offer = only(OfferCall, clinic.on_duty("bea"))
    assert only(RecallOffer, forbidden(clinic)).offer_id == offer.offer_id
    assert offered(clinic.later(3600)) == []


def test_dialling_for_a_call_back_that_is_forbidden_stops(clinic, offered):
    clinic.wants("red", "nurse", emergency=True)
    drops(clinic)
    dialled(clinic, clinic.on_duty("bea"))
    commands = forbidden(clinic)
    assert only(HangUp, commands).call_id == "red~1"
    assert offered(commands + clinic.later(3600)) == []
    assert task(clinic).under_way is None


def test_a_chosen_call_back_that_is_forbidden_becomes_a_persons(clinic, offered):
    clinic.wants("one", "general")
    chosen(clinic)
    assert tasks(forbidden(clinic, "one")) == [("one", "call-back")]
    assert offered(clinic.on_duty("cal")) == []
    assert clinic.distributor.snapshot().tasks == ()
    assert clinic.distributor.totals.flowed_out == 1
    assert clinic.distributor.totals.balanced


def test_forbidding_what_nobody_agreed_changes_nothing(clinic):
    assert forbidden(clinic, "nobody") == []
    assert clinic.distributor.snapshot().tasks == ()


# --- reached, and lost again ---------------------------------------------------------------------


def cut_off(clinic):
    """A red flag is called back, and the nurse's phone is lost while they speak."""
    clinic.wants("red", "nurse", emergency=True)
    drops(clinic)
    offer, _dial = dialled(clinic, clinic.on_duty("bea"))
    clinic.about(CallBackAnswered, offer)
    clinic.about(OfferFailed, offer, reason="unreachable")
    return clinic


def test_who_was_called_back_and_is_lost_again_is_one_task_and_is_called_again(clinic, offered):
    cut_off(clinic)
    assert tasks(drops(clinic, "red~1")) == []
    assert (task(clinic).call_id, task(clinic).reached) == ("red", False)
    assert offered(clinic.later(60)) == [("red~2", "bea")]


def test_the_nurse_of_one_called_back_and_cut_off_says_that_it_is_the_caller(clinic):
    cut_off(clinic)
    offer = only(OfferCall, clinic.later(5))
    clinic.about(OfferAccepted, offer)
    clinic.about(IdentityConfirmed, offer)
    assert task(clinic).confirmed


def test_who_said_who_they_are_has_to_say_it_again_in_the_next_call(clinic):
    clinic.wants("red", "nurse", emergency=True)
    drops(clinic)
    offer, _dial = dialled(clinic, clinic.on_duty("bea"))
    clinic.about(CallBackAnswered, offer)
    clinic.about(IdentityConfirmed, offer)
    clinic.about(OfferFailed, offer, reason="unreachable")
    drops(clinic, "red~1")
    assert not task(clinic).confirmed


def test_a_closed_call_back_whose_caller_is_lost_again_is_a_new_task(clinic):
    cut_off(clinic)
    closed(clinic)
    assert tasks(drops(clinic, "red~1")) == [("red~1", "red-flag-call-back")]


def test_who_came_by_which_call_back_survives_a_restart(clinic, agents):
    cut_off(clinic)
    before = clinic.distributor.state()
    assert [each.came_by for each in before.visits] == ["red"]
    again = Distributor.from_state(before, QUEUES, agents, QueueId("nurse"), RULES)
    assert again.state() == before
    gone = CallerHungUp(site=SITE, call_id=CallId("red~1"))
    assert tasks(again.handle(gone, before.now)) == []
