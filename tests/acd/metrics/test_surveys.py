"""What callers say in a survey, by the queue of their last agent and for the site."""

from __future__ import annotations

import pytest

from acd.metrics import Every, all_of
from calls.facts import SurveyAnswered
from tests.acd.metrics.history import TEN, History


def said(history: History, call: str, question: str, score: int) -> History:
    return history.about(SurveyAnswered, call, question=question, score=score)


def asked(history: History, call: str, rated: int | None, settled: int | None) -> History:
    """A call with an agent who lets the caller go; then the survey."""
    history.at(history.now + 100).arrive(call).queue(call).offer(call).connect(call)
    history.at(history.now + 60).agent_hangs_up(call)
    if rated is not None:
        said(history, call, "satisfaction", rated)
    if settled is not None:
        said(history, call, "resolved", settled)
    return history.at(history.now + 1).hang_up(call).ready("cal")


def survey(found: object) -> tuple[object, ...]:
    names = ("csat_answers", "csat_points", "csat", "settled", "unsettled", "fcr_of_callers")
    return tuple(found[name] for name in names)  # type: ignore[index]


def of_site(history: History) -> tuple[object, ...]:
    return survey(history.of_calls())


def test_ratings_are_averaged_and_counted_for_the_queue_and_the_site():
    history = History().signed_in("cal")
    for call, rated, settled in (("a", 5, 1), ("b", 2, 0), ("c", 3, 1), ("d", None, 1)):
        asked(history, call, rated, settled)
    wanted = (3, 10, pytest.approx(10 / 3), 3, 1, 0.75)
    assert survey(history.of_queue("billing")) == wanted
    assert of_site(history) == wanted


def test_who_says_nothing_is_no_answer_and_no_average():
    history = asked(History().signed_in("cal"), "a", None, None)
    assert survey(history.of_queue("billing")) == (0, 0, None, 0, 0, None)


def test_the_answer_is_of_the_agent_who_spoke_last():
    history = History().signed_in("cal", "ana").at(0).arrive("a")
    history.queue("a").offer("a").connect("a").at(60).agent_hangs_up("a")
    history.at(61).queue("a", "nurse").offer("a", "ana", "nurse").connect("a", "ana")
    history.at(90).agent_hangs_up("a", "ana")
    said(history.at(95), "a", "satisfaction", 4).at(100).hang_up("a")
    assert survey(history.of_queue("billing"))[0] == 0
    assert survey(history.of_queue("nurse"))[:3] == (1, 4, 4.0)


def test_whom_nobody_answered_is_counted_for_the_site_alone():
    history = said(History().signed_in("cal").arrive("a").queue("a"), "a", "satisfaction", 1)
    assert survey(history.of_queue("billing"))[0] == 0
    assert of_site(history)[:3] == (1, 1, 1.0)


def test_an_answer_counts_where_the_call_was_offered_and_arrived():
    history = History().signed_in("cal").at(1790).arrive("a").queue("a").offer("a").connect("a")
    history.at(1900).agent_hangs_up("a")
    said(history, "a", "satisfaction", 5).at(1910).hang_up("a")
    results = history.results(Every.HALF_HOUR)
    assert survey(all_of(results.interval(TEN).visits))[0] == 1
    assert survey(all_of(results.interval(TEN).calls))[0] == 1


def test_an_answer_of_a_call_that_is_not_known_is_passed_over():
    assert of_site(said(History().signed_in("cal"), "a", "satisfaction", 5))[0] == 0
