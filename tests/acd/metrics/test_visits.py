"""Visits to queues: how each ends, how long was waited, and what is in time."""

from __future__ import annotations

import pytest

from acd.metrics import Every
from calls.commands import OpenTask
from calls.facts import (
    CallBackAnswered,
    CallBackChosen,
    CallBackMissed,
    CallDequeued,
    CallEscalated,
    CallFailed,
    OfferAccepted,
    OfferFailed,
    TaskClosed,
    TransferFailed,
    TransferSucceeded,
)
from calls.ids import AgentId, CallId, QueueId
from calls.outcome import Outcome
from tests.acd.metrics.history import TEN, History, some

ENDS = ("offered", "answered", "abandoned", "short", "flowed_out", "called_back", "waiting")


def ends(values):
    return tuple(values[name] for name in ENDS)


@pytest.mark.parametrize(
    ("after_s", "in_time"), [(0.0, 1), (19.75, 1), (20.0, 1), (20.25, 0), (300.0, 0)]
)
def test_who_is_answered_at_the_threshold_exactly_is_answered_in_time(after_s, in_time):
    found = History().signed_in("cal").answered("a", after_s=after_s).of_queue()
    assert found["answered_in_time"] == in_time
    assert found["asa_s"] == found["wait_max_s"] == after_s


@pytest.mark.parametrize(
    ("after_s", "short", "within_t"), [(4.75, 1, 1), (5.0, 0, 1), (20.0, 0, 1), (20.25, 0, 0)]
)
def test_who_leaves_sooner_than_the_limit_is_a_short_abandon(after_s, short, within_t):
    found = History().abandoned("a", after_s=after_s).of_queue()
    assert some(found, "short", "abandoned", "abandoned_in_time", "abandoned_late") == {
        "short": short,
        "abandoned": 1 - short,
        "abandoned_in_time": within_t,
        "abandoned_late": 1 - within_t,
    }
    assert found["time_to_abandon_max_s"] == after_s


def day() -> History:
    """Ten visits to billing.

    Answered after 10, 20, 30 and 40 s; abandoned after 2, 12 and 50 s; one flows out, one is called
    back, one still waits.
    """
    history = History().signed_in("cal")
    for number, after_s in enumerate((10.0, 20.0, 30.0, 40.0)):
        history.at(1000.0 * number).answered(f"answered {number}", after_s=after_s)
    for number, after_s in enumerate((2.0, 12.0, 50.0)):
        history.at(4000.0 + 100 * number).abandoned(f"abandoned {number}", after_s=after_s)
    history.at(5000).arrive("out").queue("out").at(5060).about(CallDequeued, "out")
    history.end("out", Outcome.MESSAGE_TAKEN)
    history.at(6000).arrive("back").queue("back").at(6010).about(CallBackChosen, "back")
    history.hang_up("back", Outcome.CONTAINED)
    history.at(6600).offer("back~1").of(OfferAccepted, "back~1").at(6620)
    history.of(CallBackAnswered, "back~1").connect("back~1").at(6700).agent_hangs_up("back~1")
    return history.at(7000).arrive("waits").queue("waits").at(7033).signed_in("bea")


def test_every_definition_of_the_service_level():
    found = day().of_queue()
    assert ends(found) == (10, 4, 2, 1, 1, 1, 1)
    assert (found["answered_in_time"], found["abandoned_in_time"]) == (2, 2)
    assert found["service_level"] == 2 / 6
    assert found["service_level_of_offered"] == 2 / 10
    assert found["service_level_without_short"] == 2 / 9
    assert found["service_level_of_answered"] == 2 / 4
    assert found["service_level_abandons_met"] == 4 / 10
    assert found["service_level_abandons_ignored"] == 2 / 5


def test_waits_and_abandonment_of_the_day():
    found = day().of_queue()
    assert found["asa_s"] == 25.0
    assert [found[f"wait_{each}_s"] for each in ("p50", "p90", "p99", "max")] == [20, 40, 40, 40]
    assert [found[f"time_to_abandon_{each}_s"] for each in ("p50", "p90", "max")] == [12, 50, 50]
    assert found["abandonment"] == 3 / 10
    assert found["abandonment_without_short"] == 2 / 9
    assert found["longest_waiting_s"] == 33.0
    assert day().of_queue(as_of=7100.0)["longest_waiting_s"] == 100.0


def test_of_nothing_there_is_no_share():
    found = History().arrive("a").queue("a").of_queue()
    assert found["service_level"] is None
    assert found["service_level_of_offered"] == 0.0
    assert found["asa_s"] is found["aht_s"] is found["fcr"] is None


def test_a_call_counts_where_it_was_offered_also_when_it_ends_in_another_interval():
    history = History().signed_in("cal").at(890).answered("a", after_s=30.0, talk_s=1000.0)
    found = history.results(Every.QUARTER_HOUR, as_of=4000.0)
    first, second = (found.interval(TEN + start).visits for start in (0.0, 900.0))
    assert (first.offered, first.answered, first.handling.talk_s) == (1, 1, 1000.0)
    assert (second.offered, second.answered, second.handling.talk_s) == (0, 0, 0.0)


def test_what_was_offered_in_the_window_counts_with_all_that_became_of_it():
    history = History().signed_in("cal").at(50).answered("before", after_s=100.0)
    history.at(700).abandoned("within", after_s=300.0).at(1200).abandoned("after", after_s=9.0)
    found = history.of_queue(since=100.0, until=800.0)
    assert ends(found) == (1, 0, 1, 0, 0, 0, 0)
    assert history.of_calls(since=100.0, until=800.0)["arrived"] == 1


def test_a_caller_who_moves_to_another_queue_keeps_the_time_waited():
    history = History().signed_in("ana").arrive("a").queue("a").at(30).queue("a", "plain")
    history.at(40).offer("a", "ana", "plain").at(45).connect("a", "ana")
    assert ends(history.of_queue()) == (1, 0, 0, 0, 1, 0, 0)
    found = history.of_queue("plain")
    assert ends(found) == (1, 1, 0, 0, 0, 0, 0)
    assert found["asa_s"] == 45.0


def test_who_hangs_up_soon_after_moving_has_not_abandoned_shortly():
    history = History().arrive("a").queue("a").at(30).queue("a", "plain").at(31)
    found = history.hang_up("a", Outcome.ABANDONED).of_queue("plain")
    assert ends(found) == (1, 0, 1, 0, 0, 0, 0)


def test_a_caller_whose_agents_phone_is_lost_waits_again_and_each_wait_counts_by_itself():
    history = History().signed_in("cal").arrive("a").queue("a").offer("a").at(10).connect("a")
    history.at(310).of(OfferFailed, "a", reason="unreachable").release("a", requeued=True)
    history.at(315).offer("a").at(317).connect("a").at(400).hang_up("a")
    found = history.of_queue(as_of=1000.0)
    assert ends(found) == (2, 2, 0, 0, 0, 0, 0)
    assert (found["cut_off"], found["escalated"], found["returned"]) == (1, 0, 0)
    assert found["asa_s"] == (10 + 7) / 2
    assert found["answered_in_time"] == 2
    assert (found["handled"], found["talk_s"]) == (2, 300.0 + 83.0)


def test_who_was_cut_off_and_leaves_at_once_has_not_abandoned_shortly():
    history = History().signed_in("cal").arrive("a").queue("a").offer("a").at(10).connect("a")
    history.at(310).of(OfferFailed, "a", reason="unreachable").release("a", requeued=True)
    found = history.at(312).hang_up("a", Outcome.HANDLED).of_queue()
    assert ends(found) == (2, 1, 1, 0, 0, 0, 0)
    assert found["time_to_abandon_max_s"] == 2.0


def test_a_caller_who_is_escalated_while_they_wait_flows_on_to_the_nurses():
    history = History().signed_in("cal", "ana").arrive("a").queue("a").at(200)
    history.about(CallEscalated, "a", agent_id=AgentId("cal"))
    history.about(CallEscalated, "a", agent_id=AgentId("cal"))
    history.offer("a", "ana", "nurse", emergency=True).at(204).connect("a", "ana").at(300)
    history.hang_up("a")
    assert ends(history.of_queue()) == (1, 0, 0, 0, 1, 0, 0)
    assert ends(history.of_queue("nurse")) == (1, 1, 0, 0, 0, 0, 0)
    calls = history.of_calls()
    assert (calls["red_flags"], calls["reached"], calls["nurse_max_s"]) == (1, 1, 4.0)


def test_an_escalated_caller_waits_for_a_nurse_from_the_key_on():
    history = History().signed_in("cal", "ana").arrive("a").queue("a").offer("a")
    history.at(10).connect("a").at(200)
    history.about(CallEscalated, "a", agent_id=AgentId("cal"))
    history.release("a", requeued=True, emergency=True).offer("a", "ana", "nurse", emergency=True)
    history.at(204).connect("a", "ana").at(300).hang_up("a")
    billing, nurse = history.of_queue(), history.of_queue("nurse")
    assert (ends(billing), billing["escalated"]) == ((1, 1, 0, 0, 0, 0, 0), 1)
    assert ends(nurse) == (1, 1, 0, 0, 0, 0, 0)
    assert nurse["asa_s"] == 4.0
    calls = history.of_calls()
    assert (calls["red_flags"], calls["reached"], calls["nurse_max_s"]) == (1, 1, 4.0)
    assert calls["ended_handled"] == calls["emergencies_handled"] == 1


def test_an_emergency_that_the_flow_takes_out_and_brings_back_keeps_its_wait():
    history = History().arrive("a").queue("a", "nurse", emergency=True)
    history.at(30).about(CallDequeued, "a").at(50).queue("a", "billing").signed_in("ana")
    history.offer("a", "ana", "nurse", emergency=True).at(55).connect("a", "ana")
    found = history.of_queue("nurse")
    assert ends(found) == (2, 1, 0, 0, 1, 0, 0)
    assert found["asa_s"] == 55.0
    assert QueueId("billing") not in history.results().by_queue()


def test_an_emergency_does_not_become_routine_by_being_queued_again():
    history = History().arrive("a").queue("a", emergency=True).at(5).queue("a", "billing")
    assert list(history.results().by_queue()) == ["nurse"]


@pytest.mark.parametrize(
    ("outcome", "left"),
    [
        (Outcome.ABANDONED, True),
        (Outcome.ADVISED, True),
        (Outcome.ERROR, True),
        (Outcome.TRANSFERRED, False),
        (Outcome.MESSAGE_TAKEN, False),
    ],
)
def test_an_end_of_the_call_ends_the_visit_as_left_or_as_taken_elsewhere(outcome, left):
    found = History().arrive("a").queue("a").at(30).end("a", outcome).of_queue()
    assert (found["abandoned"], found["flowed_out"]) == (int(left), int(not left))


def test_a_lost_leg_is_an_abandoned_visit():
    history = History().arrive("a").queue("a").at(30).about(CallFailed, "a", reason="media-timeout")
    assert ends(history.end("a", Outcome.ERROR).of_queue()) == (1, 0, 1, 0, 0, 0, 0)


def test_a_caller_who_chose_a_call_back_waits_until_they_are_reached():
    history = History().signed_in("cal").arrive("a").queue("a").at(60).about(CallBackChosen, "a")
    history.hang_up("a", Outcome.CONTAINED)
    assert ends(history.of_queue(as_of=100.0)) == (1, 0, 0, 0, 0, 0, 1)
    history.at(500).offer("a~1").of(OfferAccepted, "a~1").at(530)
    history.of(CallBackMissed, "a~1", reason="busy")
    assert ends(history.of_queue()) == (1, 0, 0, 0, 0, 0, 1)
    history.at(1400).offer("a~2").of(OfferAccepted, "a~2").at(1420).of(CallBackAnswered, "a~2")
    history.connect("a~2").at(1500).agent_hangs_up("a~2").end("a~2", Outcome.HANDLED)
    found = history.of_queue(as_of=9000.0)
    assert ends(found) == (1, 0, 0, 0, 0, 1, 0)
    assert (found["handled"], found["talk_s"], found["asa_s"]) == (1, 80.0, None)
    assert history.of_calls()["live"] == 0


def test_a_call_back_whose_last_attempt_reached_nobody_flows_out():
    history = History().signed_in("cal").arrive("a").queue("a").at(60).about(CallBackChosen, "a")
    history.hang_up("a", Outcome.CONTAINED).offer("a~1").of(OfferAccepted, "a~1").at(90)
    history.of(CallBackMissed, "a~1", reason="busy")
    history.tell(OpenTask(call_id=CallId("a"), kind="call-back", queue="billing"))
    assert ends(history.of_queue()) == (1, 0, 0, 0, 1, 0, 0)


def test_a_phone_that_rings_for_a_caller_who_chooses_a_call_back_is_recalled():
    history = History().signed_in("cal").arrive("a").queue("a").offer("a").at(3)
    found = history.about(CallBackChosen, "a").of_agent()
    assert (found["recalled"], found["pending"]) == (1, 0)


def test_a_red_flag_who_is_called_back_is_a_conversation_of_no_visit():
    history = History().signed_in("ana").arrive("a").queue("a", emergency=True).at(20)
    history.hang_up("a", Outcome.ADVISED).offer("a~1", "ana", "nurse", emergency=True)
    history.of(OfferAccepted, "a~1", "ana").at(40).connect("a~1", "ana").at(100).hang_up("a~1")
    found = history.of_queue("nurse", as_of=500.0)
    assert ends(found) == (1, 0, 1, 0, 0, 0, 0)
    assert (found["handled"], found["talk_s"]) == (1, 60.0)
    assert history.of_calls()["not_reached"] == 1


def test_a_call_back_that_a_person_closes_flows_out():
    history = History().arrive("a").queue("a").about(CallBackChosen, "a")
    history.hang_up("a", Outcome.CONTAINED).at(4000)
    history.about(TaskClosed, "a", kind="call-back", by=AgentId("cal"), how="not-reached")
    assert ends(history.of_queue()) == (1, 0, 0, 0, 1, 0, 0)


def test_transfers_count_for_the_queue_the_caller_was_in_last_and_for_the_site():
    history = History().signed_in("cal").arrive("a").queue("a").offer("a").at(9).connect("a")
    history.at(50).agent_hangs_up("a").at(60).about(TransferFailed, "a", reason="busy")
    history.at(90).about(TransferSucceeded, "a").end("a", Outcome.TRANSFERRED)
    history.arrive("b").about(TransferSucceeded, "b").end("b", Outcome.TRANSFERRED)
    found, calls = history.of_queue(), history.of_calls()
    assert (found["transferred"], found["transfer_rate"], found["returned"]) == (1, 1.0, 1)
    assert (calls["transfers"], calls["transfers_failed"]) == (2, 1)


def test_a_transfer_that_is_told_twice_counts_once():
    history = History().signed_in("cal").arrive("a").queue("a").offer("a").at(9).connect("a")
    history.at(50).agent_hangs_up("a").at(60).about(TransferSucceeded, "a")
    history.about(TransferSucceeded, "a").end("a", Outcome.TRANSFERRED)
    found = history.of_queue()
    assert (found["transferred"], found["transfer_rate"]) == (1, 1.0)
    assert history.of_calls()["transfers"] == 1


def test_no_more_than_were_answered_are_transferred_in_a_queue():
    history = History().signed_in("cal").arrive("a").queue("a").offer("a").at(9).connect("a")
    history.at(50).hang_up("a")
    for call in ("b", "c", "d"):
        history.arrive(call).queue(call).at(60).about(CallDequeued, call)
        history.about(TransferSucceeded, call).end(call, Outcome.TRANSFERRED)
    found, calls = history.of_queue(), history.of_calls()
    assert (found["answered"], found["transferred"], found["transfer_rate"]) == (1, 0, 0.0)
    assert calls["transfers"] == 3


def test_callers_of_a_queue_that_is_taken_away_flow_out_of_it_into_the_one_that_offers_them():
    history = History().signed_in("cal").arrive("a").queue("a", "old").arrive("b").queue("b", "old")
    history.offer("a", queue="old").at(10).let_go("a").offer("a", queue="plain")
    history.at(15).connect("a").at(60).hang_up("a").at(70).hang_up("b", Outcome.ABANDONED)
    names = ("offered", "answered", "abandoned", "flowed_out", "waiting", "wait_max_s")
    old, plain = (some(history.of_queue(queue), *names) for queue in ("old", "plain"))
    assert list(old.values()) == [2, 0, 1, 1, 0, None]
    assert list(plain.values()) == [1, 1, 0, 0, 0, 15.0]


def test_who_is_to_be_called_back_from_a_queue_that_is_taken_away_flows_out_of_it_as_well():
    history = History().signed_in("cal").arrive("a").queue("a", "old").at(20)
    history.about(CallBackChosen, "a").end("a", Outcome.CONTAINED)
    history.at(100).offer("a~1", queue="plain").at(110).connect("a~1").at(150).hang_up("a~1")
    old, plain = (history.of_queue(queue) for queue in ("old", "plain"))
    assert (old["offered"], old["flowed_out"], old["called_back"]) == (1, 1, 0)
    assert (plain["offered"], plain["called_back"], plain["waiting"]) == (1, 1, 0)
