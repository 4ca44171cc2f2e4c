"""Red flags: how long until a nurse, and who was not reached."""

from __future__ import annotations

from calls.facts import CallDequeued, OfferFailed, TransferSucceeded
from calls.outcome import Outcome
from tests.acd.metrics.history import History, some

SEARCHES = ("red_flags", "reached", "handed_out", "not_reached", "seeking")


def searches(history, **options):
    values = history.of_calls(**options)
    return tuple(values[name] for name in SEARCHES)


def raised(heard_ago_s: float = 0.0) -> History:
    history = History().signed_in("ana", "cal").at(100).arrive("a")
    return history.queue("a", "nurse", emergency=True, heard_ago_s=heard_ago_s)


def test_the_clock_to_the_nurse_runs_from_the_end_of_the_words():
    history = raised(heard_ago_s=1.5).offer("a", "ana", "nurse", emergency=True)
    history.at(104).connect("a", "ana")
    assert searches(history) == (1, 1, 0, 0, 0)
    assert history.of_calls()["nurse_p50_s"] == 5.5
    assert history.of_queue("nurse")["asa_s"] == 4.0


def test_words_that_follow_do_not_turn_the_clock_back():
    history = raised().at(110).queue("a", emergency=True, heard_ago_s=1.0)
    history.offer("a", "ana", "nurse", emergency=True).at(120).connect("a", "ana")
    assert searches(history) == (1, 1, 0, 0, 0)
    assert history.of_calls()["nurse_max_s"] == 20.0


def test_percentiles_of_the_time_to_the_nurse():
    history = History().signed_in("ana")
    for number in range(10):
        call = f"call {number}"
        history.at(1000.0 * number).arrive(call).queue(call, emergency=True)
        history.offer(call, "ana", "nurse", emergency=True)
        history.at(1000.0 * number + number + 1).connect(call, "ana")
        history.at(1000.0 * number + 100).hang_up(call)
    found = history.of_calls()
    assert [found[f"nurse_{each}_s"] for each in ("p50", "p90", "p99", "max")] == [5, 9, 10, 10]


def test_a_clerk_is_not_a_nurse():
    history = raised().offer("a", "cal", "nurse", emergency=True).at(104).connect("a", "cal")
    assert searches(history) == (1, 0, 0, 0, 1)


def test_who_drops_before_a_nurse_is_not_reached():
    history = raised().at(130).hang_up("a", Outcome.ADVISED)
    assert searches(history) == (1, 0, 0, 1, 0)
    found = history.of_calls()
    assert found["emergencies_advised"] == found["ended_advised"] == 1
    assert found["nurse_max_s"] is None


def test_who_is_handed_to_the_number_on_call_flows_out_and_is_neither_reached_nor_lost():
    history = raised().at(130).about(TransferSucceeded, "a").end("a", Outcome.TRANSFERRED)
    assert searches(history) == (1, 0, 1, 0, 0)
    assert history.of_queue("nurse")["flowed_out"] == 1
    assert history.of_calls()["emergencies_transferred"] == 1


def test_a_red_flag_that_the_flow_takes_out_of_the_queue_is_sought_for_still():
    history = raised().at(130).about(CallDequeued, "a")
    assert searches(history) == (1, 0, 0, 0, 1)
    assert history.of_queue("nurse")["flowed_out"] == 1


def test_a_red_flag_heard_by_the_nurse_who_speaks_with_the_caller_needs_no_other():
    history = History().signed_in("ana").arrive("a").queue("a", "nurse").offer("a", "ana", "nurse")
    history.at(5).connect("a", "ana").at(50).queue("a", "nurse", emergency=True)
    assert searches(history) == (0, 0, 0, 0, 0)


def test_words_heard_while_a_clerk_speaks_with_the_caller_start_the_clock():
    history = History().signed_in("cal", "ana").arrive("a").queue("a").offer("a")
    history.at(5).connect("a").at(60).queue("a", emergency=True, heard_ago_s=2.0)
    history.release("a", requeued=True, emergency=True).offer("a", "ana", "nurse", emergency=True)
    history.at(63).connect("a", "ana")
    assert history.of_calls()["nurse_max_s"] == 5.0
    assert history.of_queue()["escalated"] == 1


def test_who_was_reached_once_and_cut_off_counts_once():
    history = raised().offer("a", "ana", "nurse", emergency=True).at(104).connect("a", "ana")
    history.at(150).of(OfferFailed, "a", "ana", reason="unreachable")
    history.release("a", "ana", requeued=True, emergency=True).at(160).hang_up("a")
    assert searches(history) == (1, 1, 0, 0, 0)
    assert history.of_queue("nurse")["cut_off"] == 1


def test_a_red_flag_counts_where_its_words_ended():
    history = raised().at(2000).hang_up("a", Outcome.ADVISED)
    assert searches(history, since=0.0, until=150.0) == (1, 0, 0, 1, 0)
    assert searches(history, since=150.0) == (0, 0, 0, 0, 0)


def test_calls_without_a_red_flag_are_none():
    found = History().signed_in("cal").answered("a", after_s=5.0).of_calls()
    assert some(found, "arrived", "ended_handled", "red_flags", "emergencies_handled") == {
        "arrived": 1,
        "ended_handled": 1,
        "red_flags": 0,
        "emergencies_handled": 0,
    }
