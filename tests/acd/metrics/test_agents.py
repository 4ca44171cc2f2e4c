"""Agents: what became of their offers, and what they spent their time with."""

from __future__ import annotations

import pytest

from acd.metrics import Doing, Every, Metrics
from acd.models import AgentConfig
from calls.facts import (
    AgentHungUp,
    CallBackChosen,
    CallBackMissed,
    CallHeld,
    CallRetrieved,
    ConsultBegan,
    ConsultEnded,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferUnanswered,
    PhoneUnregistered,
)
from calls.ids import AgentId
from tests.acd.metrics.history import NURSE_QUEUE, QUEUES, SITE, TEN, History, some

OFFERS = ("offers", "accepted", "declined", "unanswered", "failed", "recalled", "pending")


def offers(values):
    return tuple(values[name] for name in OFFERS)


def times(values):
    """What the agent's time went to, without what it did not."""
    return {
        name.removeprefix("time_").removesuffix("_s"): value
        for name, value in values.items()
        if name.startswith("time_") and value
    }


def talking(queue: str = "billing") -> History:
    """Cal is offered a call at 100 and talks from 105 on."""
    history = History().signed_in("cal").at(100).arrive("a").queue("a", queue)
    return history.offer("a", queue=queue).at(105).connect("a")


def test_a_conversation_is_talk_hold_consult_and_wrap_up():
    history = talking().at(165).of(CallHeld, "a").at(175).of(CallRetrieved, "a")
    history.at(205).of(CallHeld, "a").at(210).of(ConsultBegan, "a").at(230).of(ConsultEnded, "a")
    history.at(260).hang_up("a")
    found = history.of_agent(as_of=400.0)
    assert times(found) == {
        "available": 100.0 + 120.0,
        "ringing": 5.0,
        "talk": 60.0 + 30.0 + 30.0,
        "hold": 10.0 + 5.0,
        "consult": 20.0,
        "wrap_up": 20.0,
    }
    assert some(found, "handled", "talk_s", "hold_s", "consult_s", "wrap_up_s", "aht_s") == {
        "handled": 1,
        "talk_s": 120.0,
        "hold_s": 15.0,
        "consult_s": 20.0,
        "wrap_up_s": 20.0,
        "aht_s": 175.0,
    }
    assert history.of_queue(as_of=400.0)["aht_s"] == 175.0
    assert found["handling_s"] == 175.0
    assert found["occupancy"] == 175.0 / (175.0 + 220.0)
    assert found["ready_s"] == 400.0


def test_what_is_not_over_is_not_handled_yet():
    history = talking().at(205).hang_up("a")
    assert history.of_agent(as_of=224.0)["handled"] == 0
    assert history.of_agent(as_of=225.0)["handled"] == 1


def test_an_agent_who_is_ready_sooner_has_wrapped_up_for_less():
    found = talking().at(205).hang_up("a").at(212).ready("cal").of_agent(as_of=300.0)
    assert found["wrap_up_s"] == times(found)["wrap_up"] == 7.0


def test_a_queue_without_wrap_up_has_none():
    found = talking("plain").at(205).hang_up("a").of_agent(as_of=300.0)
    assert (found["handled"], found["wrap_up_s"]) == (1, 0.0)
    assert times(found) == {"available": 195.0, "ringing": 5.0, "talk": 100.0}


def test_a_red_flag_cuts_a_wrap_up_short():
    history = History().signed_in("ana").arrive("a").queue("a", "nurse").offer("a", "ana", "nurse")
    history.at(2).connect("a", "ana").at(50).hang_up("a")
    history.at(80).arrive("b").queue("b", emergency=True)
    history.offer("b", "ana", "nurse", emergency=True).at(84).connect("b", "ana")
    found = history.at(100).hang_up("b").of_agent("ana", as_of=500.0)
    assert found["wrap_up_s"] == 30.0 + 60.0
    assert times(found)["ringing"] == 2.0 + 4.0


def test_a_break_asked_for_while_busy_begins_after_the_wrap_up():
    found = talking().at(150).on_break("cal").at(205).hang_up("a").of_agent(as_of=325.0)
    assert times(found) == {
        "available": 100.0,
        "ringing": 5.0,
        "talk": 100.0,
        "wrap_up": 20.0,
        "break": 100.0,
    }


def test_a_break_asked_for_and_taken_back_while_busy_never_was():
    history = talking().at(150).on_break("cal").at(160).ready("cal").at(205).hang_up("a")
    assert "break" not in times(history.of_agent(as_of=325.0))


def test_going_home_while_it_rings_counts_once_the_offer_came_to_nothing():
    history = History().signed_in("cal").arrive("a").queue("a").offer("a").out("cal")
    history.at(15).of(OfferUnanswered, "a")
    assert times(history.of_agent(as_of=100.0)) == {"ringing": 15.0}


def test_time_without_a_phone_is_not_available():
    history = History().signed_in("cal").at(60)
    history.tell(PhoneUnregistered(site=SITE, agent_id=AgentId("cal")))
    found = history.at(100).signed_in("cal").of_agent(as_of=200.0)
    assert times(found) == {"available": 160.0, "unreachable": 40.0}
    assert found["occupancy"] == 0.0


def test_nobody_counts_before_they_sign_in_and_after_they_go_home():
    history = History().at(300).signed_in("cal").at(400).out("cal")
    assert times(history.of_agent(as_of=900.0)) == {"available": 100.0}


def rung(*outcomes: type) -> History:
    """Cal is offered a call every hundred seconds, with these ends after ten."""
    history = History().signed_in("cal")
    for number, outcome in enumerate(outcomes):
        call = f"call {number}"
        history.at(100.0 * number).arrive(call).queue(call).offer(call)
        history.at(100.0 * number + 10)
        if outcome is OfferAccepted:
            history.connect(call)
        elif outcome is OfferFailed:
            history.of(outcome, call, reason="unreachable")
        else:
            history.of(outcome, call)
    return history


def test_each_end_of_an_offer_is_counted_apart():
    history = rung(OfferDeclined, OfferUnanswered, OfferFailed, OfferUnanswered, OfferAccepted)
    found = history.of_agent()
    assert offers(found) == (5, 1, 1, 2, 1, 0, 0)
    assert found["rona_rate"] == 2 / 4


def test_a_ring_without_answer_is_followed_by_a_rest_that_is_not_available_time():
    history = rung(OfferUnanswered)
    assert times(history.of_agent(as_of=100.0)) == {
        "ringing": 10.0,
        "resting": 30.0,
        "available": 60.0,
    }
    history.at(25).ready("cal")
    assert times(history.of_agent(as_of=100.0)) == {
        "ringing": 10.0,
        "resting": 15.0,
        "available": 75.0,
    }


def test_an_offer_that_rings_is_pending():
    history = History().signed_in("cal").arrive("a").queue("a").offer("a")
    assert offers(history.of_agent(as_of=19.0)) == (1, 0, 0, 0, 0, 0, 1)


def test_an_offer_of_which_nothing_is_heard_has_failed():
    history = History().signed_in("cal").arrive("a").queue("a").offer("a")
    found = history.of_agent(as_of=100.0)
    assert offers(found) == (1, 0, 0, 0, 1, 0, 0)
    assert times(found) == {"ringing": 20.0, "available": 80.0}


@pytest.mark.parametrize("companion", [False, True])
def test_an_offer_that_has_failed_has_whatever_the_caller_needs_afterwards(companion):
    history = History().signed_in("cal").arrive("a").queue("a").offer("a")
    history.at(30).queue("a", "chat", companion=companion)
    assert offers(history.of_agent(as_of=100.0)) == (1, 0, 0, 0, 1, 0, 0)


def test_a_phone_that_is_gone_while_it_rings_has_failed():
    history = History().signed_in("cal").arrive("a").queue("a").offer("a").at(5)
    history.tell(PhoneUnregistered(site=SITE, agent_id=AgentId("cal")))
    assert offers(history.of_agent()) == (1, 0, 0, 0, 1, 0, 0)


def test_a_caller_who_leaves_while_it_rings_is_a_recall_and_nobodys_fault():
    history = History().signed_in("cal").arrive("a").queue("a").offer("a").at(7).hang_up("a")
    found = history.of_agent(as_of=50.0)
    assert offers(found) == (1, 0, 0, 0, 0, 1, 0)
    assert times(found) == {"ringing": 7.0, "available": 43.0}
    assert found["rona_rate"] is None


def test_a_red_flag_takes_the_phone_that_rings_for_a_routine_call():
    history = History().signed_in("ana").arrive("a").queue("a", "nurse").offer("a", "ana", "nurse")
    history.at(5).arrive("b").queue("b", emergency=True)
    history.offer("b", "ana", "nurse", emergency=True)
    assert offers(history.of_agent("ana")) == (2, 0, 0, 0, 0, 1, 1)


def test_of_all_nurses_who_are_rung_the_first_has_the_call_and_the_others_are_recalled():
    history = History().signed_in("ana", "bea").arrive("a").queue("a", emergency=True)
    history.offer("a", "ana", "nurse", emergency=True)
    history.offer("a", "bea", "nurse", emergency=True).at(4).connect("a", "bea")
    assert offers(history.of_agent("ana", as_of=10.0)) == (1, 0, 0, 0, 0, 1, 0)
    assert offers(history.of_agent("bea", as_of=10.0)) == (1, 1, 0, 0, 0, 0, 0)
    assert times(history.of_agent("ana", as_of=10.0)) == {"ringing": 4.0, "available": 6.0}


def test_a_call_that_needs_two_is_answered_once_and_handled_by_both():
    history = History().signed_in("ana", "cal").arrive("a").queue("a", "nurse", companion=True)
    history.offer("a", "ana", "nurse").offer("a", "cal", "nurse").at(3).connect("a", "ana")
    assert history.of_agent("cal")["pending"] == 1
    history.at(5).connect("a", "cal").at(90).of(AgentHungUp, "a", "cal").at(103)
    found = history.hang_up("a").of_queue("nurse", as_of=500.0)
    assert (found["answered"], found["handled"], found["asa_s"]) == (1, 2, 3.0)
    assert found["talk_s"] == 100.0 + 85.0
    assert history.of_agent("ana", as_of=500.0)["unknown_caller"] == 1
    assert history.of_agent("cal", as_of=500.0)["unknown_caller"] == 0


def test_an_agent_may_lead_three_conversations_that_take_a_third_each():
    history = History().signed_in("cal")
    for number in range(3):
        call = f"chat {number}"
        history.at(10.0 * number).arrive(call).queue(call, "chat").offer(call, queue="chat")
        history.connect(call)
    history.at(50).of(CallHeld, "chat 0").at(60).of(CallHeld, "chat 1").of(CallHeld, "chat 2")
    history.at(80).of(CallRetrieved, "chat 2").at(100)
    for number in range(3):
        history.hang_up(f"chat {number}")
    found = history.of_agent(as_of=200.0)
    assert offers(found) == (3, 3, 0, 0, 0, 0, 0)
    assert times(found) == {"talk": 80.0, "hold": 20.0, "wrap_up": 10.0, "available": 90.0}
    assert (found["handled"], found["talk_s"]) == (3, 50.0 + 50.0 + 60.0)


def test_a_call_back_that_reached_nobody_is_no_conversation_but_has_a_wrap_up():
    history = History().signed_in("cal").offer("a~1").at(4)
    history.of(OfferAccepted, "a~1").at(34).of(CallBackMissed, "a~1", reason="no-answer")
    found = history.of_agent(as_of=100.0)
    assert times(found) == {"ringing": 34.0, "wrap_up": 20.0, "available": 46.0}
    assert (found["accepted"], found["handled"], found["aht_s"]) == (1, 0, None)


def pair() -> History:
    """Ana has accepted a call for which cal is rung as well."""
    history = History().signed_in("ana", "cal").arrive("a").queue("a", "nurse", companion=True)
    history.offer("a", "ana", "nurse").offer("a", "cal", "nurse").at(3)
    return history.of(OfferAccepted, "a", "ana").at(5)


def test_of_two_whom_a_call_needs_the_other_is_let_go_when_one_declines():
    history = pair().of(OfferDeclined, "a", "cal").let_go("a", "ana")
    assert offers(history.of_agent("ana")) == (1, 1, 0, 0, 0, 0, 0)
    assert times(history.of_agent("ana", as_of=20.0)) == {"ringing": 5.0, "available": 15.0}


def test_of_two_of_whom_neither_is_heard_one_has_failed_and_the_other_is_let_go():
    history = History().signed_in("ana", "cal").arrive("a").queue("a", "nurse", companion=True)
    history.offer("a", "ana", "nurse").offer("a", "cal", "nurse").at(20).let_go("a", "ana")
    history.let_go("a", "cal")
    assert offers(history.of_agent("ana")) == (1, 0, 0, 0, 1, 0, 0)
    assert offers(history.of_agent("cal")) == (1, 0, 0, 0, 0, 1, 0)


def test_of_two_who_are_to_call_back_and_are_not_heard_one_has_failed_too():
    history = History().signed_in("ana", "cal").arrive("a").queue("a", "nurse", companion=True)
    history.about(CallBackChosen, "a").offer("a~1", "ana", "nurse").offer("a~1", "cal", "nurse")
    assert offers(history.of_agent("ana", as_of=20.0)) == (1, 0, 0, 0, 1, 0, 0)
    assert offers(history.of_agent("cal", as_of=20.0)) == (1, 0, 0, 0, 0, 1, 0)


def test_of_two_who_are_not_heard_the_first_has_failed_whoever_is_told_of_first():
    history = History().signed_in("ana", "cal").arrive("a").queue("a", "nurse", companion=True)
    history.offer("a", "ana", "nurse").offer("a", "cal", "nurse").at(20).on_break("cal")
    assert offers(history.of_agent("ana")) == (1, 0, 0, 0, 1, 0, 0)
    assert offers(history.of_agent("cal")) == (1, 0, 0, 0, 0, 1, 0)


def test_who_leaves_before_both_have_accepted_to_call_back_has_nothing_to_wrap_up():
    history = History().signed_in("ana", "cal").offer("a~1", "ana").offer("a~1").at(4)
    history.of(OfferAccepted, "a~1", "ana").at(9).of(AgentHungUp, "a~1", "ana").let_go("a~1")
    assert times(history.of_agent("ana", as_of=100.0)) == {"ringing": 9.0, "available": 91.0}


def test_two_who_call_somebody_back_in_vain_both_wrap_up():
    history = History().signed_in("ana", "cal").offer("a~1", "ana").offer("a~1").at(4)
    history.of(OfferAccepted, "a~1", "ana").of(OfferAccepted, "a~1").at(34)
    history.of(CallBackMissed, "a~1", "ana", reason="no-answer").let_go("a~1")
    for agent in ("ana", "cal"):
        found = times(history.of_agent(agent, as_of=100.0))
        assert found == {"ringing": 34.0, "wrap_up": 20.0, "available": 46.0}


def test_of_two_who_call_somebody_back_only_who_left_wraps_up():
    history = History().signed_in("ana", "cal").offer("a~1", "ana").offer("a~1").at(4)
    history.of(OfferAccepted, "a~1", "ana").of(OfferAccepted, "a~1").at(34)
    history.of(AgentHungUp, "a~1", "cal").let_go("a~1", "ana")
    assert times(history.of_agent("cal", as_of=100.0))["wrap_up"] == 20.0
    assert times(history.of_agent("ana", as_of=100.0)) == {"ringing": 34.0, "available": 66.0}


def test_a_caller_who_names_a_red_flag_while_a_clerk_is_rung_is_recalled_from_there():
    history = History().signed_in("cal", "ana").arrive("a").queue("a").offer("a")
    history.at(3).queue("a", emergency=True).let_go("a")
    assert offers(history.of_agent()) == (1, 0, 0, 0, 0, 1, 0)
    assert times(history.of_agent(as_of=20.0)) == {"ringing": 3.0, "available": 17.0}


def test_a_nurse_who_is_rung_for_a_caller_who_names_a_red_flag_goes_on_being_rung():
    history = History().signed_in("ana").arrive("a").queue("a", "nurse").offer("a", "ana", "nurse")
    found = history.at(3).queue("a", emergency=True).of_agent("ana")
    assert offers(found) == (1, 0, 0, 0, 0, 0, 1)


def test_where_no_recall_is_kept_a_changed_need_and_silence_are_one():
    history = History().signed_in("cal", "ana").arrive("a").queue("a").offer("a")
    history.at(3).queue("a", emergency=True)
    assert offers(history.of_agent(as_of=19.0)) == (1, 0, 0, 0, 0, 0, 1)
    assert offers(history.of_agent(as_of=20.0)) == (1, 0, 0, 0, 0, 1, 0)


def test_where_recalls_are_kept_silence_is_a_failure_whatever_the_caller_needed():
    history = History().signed_in("cal", "ana").arrive("z").queue("z").offer("z").let_go("z")
    history.arrive("a").queue("a").offer("a").at(3).queue("a", "chat")
    assert offers(history.of_agent(as_of=20.0)) == (2, 0, 0, 0, 1, 1, 0)


def test_where_no_release_is_kept_the_other_of_two_is_free_when_the_ring_would_be_over():
    history = pair().of(OfferDeclined, "a", "cal")
    assert times(history.of_agent("ana", as_of=50.0)) == {"ringing": 20.0, "available": 30.0}


def test_time_is_cut_where_intervals_meet_and_conversations_are_not():
    history = History().signed_in("cal").at(850).answered("a", after_s=10.0, talk_s=100.0)
    found = history.results(Every.QUARTER_HOUR, as_of=1800.0).by_agent
    first, second = (found(TEN + start)[AgentId("cal")] for start in (0.0, 900.0))
    assert sum(first.time.values()) == sum(second.time.values()) == 900.0
    assert [cell.handling.handled for cell in (first, second)] == [1, 0]
    assert first.handling.talk_s == 100.0
    talk = [cell.time[Doing.TALK] for cell in (first, second)]
    assert talk == [40.0, 60.0]


def test_an_agent_signed_in_before_the_window_counts_within_it():
    history = History().signed_in("cal").at(1000).on_break("cal")
    found = history.of_agent(since=600.0, until=1200.0, as_of=5000.0)
    assert times(found) == {"available": 400.0, "break": 200.0}


@pytest.mark.parametrize("rest_s", [0.0, 30.0])
def test_the_rest_is_the_one_configured(rest_s):
    agents = {AgentId("cal"): AgentConfig(id=AgentId("cal"), name="Cal", rona_rest_s=rest_s)}
    metrics = Metrics(queues=QUEUES, agents=agents, nurse_queue=NURSE_QUEUE)
    for at, record in rung(OfferUnanswered).records:
        metrics.take(at, record)
    (cell,) = metrics.results(TEN + 100).by_agent().values()
    assert cell.time.get(Doing.RESTING, 0.0) == rest_s


def test_an_agent_or_a_queue_that_is_configured_no_more_is_counted_all_the_same():
    history = History().signed_in("eve").answered("a", agent="eve", queue="old", after_s=20.0)
    assert history.of_agent("eve", as_of=500.0)["handled"] == 1
    assert history.of_queue("old")["answered_in_time"] == 1
