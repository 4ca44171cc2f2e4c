"""First-call resolution: who calls again, and about whom nothing can be said."""

from __future__ import annotations

import gc

from calls.private import Private
from tests.acd.metrics.history import History, metrics_of

WEEK = 7 * 86400.0
NUMBER, OTHER = "+15555550104", "+15555550105"


def handled(history: History, call: str, at: float, number: str = NUMBER) -> History:
    """A call that ends ten seconds after ``at``."""
    history.at(at).arrive(call, number).queue(call).offer(call).connect(call)
    return history.at(at + 10).hang_up(call)


def resolution(history: History, as_of: float) -> tuple[object, ...]:
    found = history.of_queue(as_of=as_of)
    assert found["fcr"] == history.of_agent(as_of=as_of)["fcr"]
    names = ("resolved", "repeated", "too_early", "unknown_caller", "fcr")
    return tuple(found[name] for name in names)


def signed_in() -> History:
    return History().signed_in("cal")


def test_until_seven_days_are_over_nothing_is_said():
    history = handled(signed_in(), "a", 0.0)
    assert resolution(history, WEEK + 10.0) == (0, 0, 1, 0, None)
    assert resolution(history, WEEK + 10.1) == (1, 0, 0, 0, 1.0)


def test_a_call_within_seven_days_is_a_repeat():
    history = handled(signed_in(), "a", 0.0).at(WEEK + 10.0).arrive("b", NUMBER)
    assert resolution(history, 2 * WEEK) == (0, 1, 0, 0, 0.0)


def test_a_call_later_than_that_is_a_new_matter():
    history = handled(signed_in(), "a", 0.0).at(WEEK + 10.1).arrive("b", NUMBER)
    assert resolution(history, 2 * WEEK) == (1, 0, 0, 0, 1.0)


def test_each_call_is_judged_by_the_next():
    history = handled(handled(handled(signed_in(), "a", 0.0), "b", 1000.0), "c", 2000.0)
    handled(history, "d", 3000.0, OTHER)
    assert resolution(history, 2 * WEEK) == (2, 2, 0, 0, 0.5)


def test_a_withheld_number_is_left_out_and_counted_as_unknown():
    history = handled(handled(signed_in(), "a", 0.0, ""), "b", 100.0, "")
    assert resolution(history, 2 * WEEK) == (0, 0, 0, 2, None)


def test_only_calls_that_an_agent_answered_are_judged_but_any_call_is_a_repeat():
    history = handled(signed_in(), "a", 0.0).at(500).arrive("b", NUMBER).at(510).hang_up("b")
    assert resolution(history, 2 * WEEK) == (0, 1, 0, 0, 0.0)


def test_a_call_counts_for_the_queue_and_the_agent_who_spoke_with_the_caller_last():
    history = signed_in().signed_in("ana").arrive("a", NUMBER).queue("a").offer("a").connect("a")
    history.at(50).agent_hangs_up("a").queue("a", "nurse").offer("a", "ana", "nurse")
    history.connect("a", "ana").at(90).hang_up("a")
    assert history.of_queue("billing", as_of=2 * WEEK)["resolved"] == 0
    assert history.of_queue("nurse", as_of=2 * WEEK)["resolved"] == 1
    assert history.of_agent("ana", as_of=2 * WEEK)["resolved"] == 1


def test_a_call_counts_in_the_window_though_the_next_one_comes_after_it():
    history = handled(handled(signed_in(), "a", 0.0), "b", 86400.0)
    assert history.of_queue(since=0.0, until=3600.0, as_of=3 * WEEK)["repeated"] == 1
    assert history.of_queue(since=3600.0, as_of=3 * WEEK)["resolved"] == 1


def test_callers_of_more_than_seven_days_ago_take_no_memory():
    metrics = metrics_of()
    for number in range(50):
        history = handled(signed_in(), f"call {number}", number * 86400.0, f"+1{number}")
        for at, record in history.records:
            metrics.take(at, record)
    kept = metrics._books.repeats
    assert len(kept._matters) == len(kept._open) <= 8


def test_no_number_stands_in_any_repr():
    metrics = metrics_of()
    for at, record in handled(signed_in(), "a", 0.0).records:
        metrics.take(at, record)
    gc.collect()
    kept = metrics._books.repeats
    shown = repr([kept._matters, kept._open, metrics._books.calls])
    assert "Private(…)" in shown
    assert NUMBER not in shown
    assert all(isinstance(each, Private) for each in kept._open)
