"""Red flags: how long until a nurse, and who was not reached."""

from __future__ import annotations

from acd import RED_FLAG_TASK
from calls.facts import (
    CallBackOwed,
    CallDequeued,
    JournalHole,
    OfferFailed,
    TaskClosed,
    TransferSucceeded,
)
from calls.outcome import Outcome
from calls.requirement import Requirement
from tests.acd.metrics.history import SITE, History, some

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


BOTH_WAYS = ("not_reached", "reached_by_call_back", "never_reached")


def dropped(heard_ago_s: float = 1.0) -> History:
    """A red flag hangs up after half a minute, at 130 s."""
    return raised(heard_ago_s).at(130).hang_up("a", Outcome.ADVISED)


def called_back(history: History, agent: str = "ana", at: float = 730.0) -> History:
    history.at(at - 10).offer("a~1", agent, "nurse", emergency=True)
    return history.at(at).connect("a~1", agent)


def test_who_was_called_back_by_a_nurse_is_counted_and_so_is_the_time_it_took():
    found = called_back(dropped()).of_calls()
    assert [found[name] for name in BOTH_WAYS] == [1, 1, 0]
    assert found["nurse_max_s"] is None
    assert [found[f"nurse_or_call_back_{each}_s"] for each in ("p50", "p99", "max")] == [631.0] * 3


def test_the_worst_case_is_among_those_who_were_called_back():
    history = called_back(dropped())
    history.at(1000).arrive("b").queue("b", "nurse", emergency=True)
    history.offer("b", "bea", "nurse", emergency=True).at(1002).connect("b", "bea")
    found = history.of_calls()
    assert (found["nurse_p50_s"], found["nurse_max_s"]) == (2.0, 2.0)
    assert (found["nurse_or_call_back_p50_s"], found["nurse_or_call_back_max_s"]) == (2.0, 631.0)


def test_who_is_called_back_by_a_clerk_in_vain_or_never_is_never_reached():
    for history in (dropped(), called_back(dropped(), "cal")):
        found = history.of_calls()
        assert [found[name] for name in BOTH_WAYS] == [1, 0, 1]
        assert found["nurse_or_call_back_max_s"] is None


def test_who_speaks_with_a_nurse_twice_is_reached_once():
    history = called_back(dropped()).agent_hangs_up("a~1", "ana")
    history.at(900).offer("a~2", "ana", "nurse", emergency=True).at(910).connect("a~2", "ana")
    found = history.of_calls()
    assert [found[name] for name in BOTH_WAYS] == [1, 1, 0]
    assert found["nurse_or_call_back_max_s"] == 631.0


def test_whose_task_a_person_closed_is_not_sought_any_more():
    history = dropped().at(300)
    history.about(TaskClosed, "a", kind=RED_FLAG_TASK, by="ana", how="reached")
    found = called_back(history).of_calls()
    assert [found[name] for name in BOTH_WAYS] == [1, 0, 1]


def test_words_understood_when_the_caller_had_left_count_from_then_to_the_call_back():
    history = History().signed_in("ana").at(100).arrive("a").hang_up("a", Outcome.ABANDONED)
    need = Requirement(queue="nurse", emergency=True)
    found = called_back(history.at(102).about(CallBackOwed, "a", requirement=need)).of_calls()
    assert [found[name] for name in BOTH_WAYS] == [1, 1, 0]
    assert found["nurse_or_call_back_max_s"] == 628.0


def test_what_the_journal_misses_is_counted_where_it_is_missed():
    hole = JournalHole(site=SITE, entries=7, turned_away=2, since_ago_s=60.0)
    history = dropped().at(2000).tell(hole, hole)
    assert some(history.of_calls(since=1900.0), "turned_away", "entries_lost") == {
        "turned_away": 4,
        "entries_lost": 14,
    }
    assert history.of_calls(until=1900.0)["turned_away"] == 0
