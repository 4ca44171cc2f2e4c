"""A task told in one line: how long it is open, and how far the line's own attempts have come."""

from __future__ import annotations

import io
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from careline.cli.task import say_tasks
from careline.task_requests import MUST_NOT_RING
from careline.terminal import Terminal
from tests.careline.rig import MONDAY_10H

NEW_YORK = ZoneInfo("America/New_York")


def lines(*tasks: dict[str, Any], lead: str = "") -> list[str]:
    out = io.StringIO()
    say_tasks(Terminal(out), list(tasks), NEW_YORK, lead)
    return out.getvalue().splitlines()


def task(call: str = "3f9a0c11d2e4f560", **changed: Any) -> dict[str, Any]:
    return {
        "call": call,
        "kind": "red-flag-call-back",
        "queue": "nurse",
        "urgent": True,
        "opened_at": MONDAY_10H,
        "age_s": 720.0,
        "promised_until": None,
        "recording": None,
        "do_not_call_back": None,
        **changed,
    }


def called(**changed: Any) -> dict[str, Any]:
    state = {
        "permitted": True,
        "attempts": 0,
        "next_at": None,
        "under_way": None,
        "reached": False,
        "confirmed": False,
        **changed,
    }
    return task(call_back=state, number_known=True)


def test_the_status_shows_tasks_with_the_call_they_are_closed_by():
    (line,) = lines(task(), lead="  task    ")
    assert line == "  task    3f9a0c  red-flag-call-back for nurse, open for 12 min"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"attempts": 1, "under_way": "x~2"}, "called once in vain, a call-back is under way"),
        ({"attempts": 2}, "called 2 times in vain, the line itself will not call"),
        ({"reached": True}, "reached, identity not confirmed"),
        ({"reached": True, "confirmed": True}, "reached, identity confirmed"),
    ],
)
def test_a_call_back_tells_how_far_it_is(state, said):
    (line,) = lines(called(**state))
    assert line.endswith(f"open for 12 min, {said}")


def test_the_next_call_back_is_told_with_its_time():
    (line,) = lines(called(next_at=MONDAY_10H + 900))
    assert line.endswith(", next call-back at 10:15")


def test_where_no_number_is_known_the_line_ends_with_it():
    (line,) = lines(task(number_known=False))
    assert line.endswith(", no number is known")


def test_where_the_number_may_not_be_dialled_a_person_is_asked_to():
    (line,) = lines(called(next_at=None) | {"number_permitted": False})
    assert line.endswith(
        "open for 12 min, the line itself will not call, "
        "sip.outbound in site.yaml does not permit the number: somebody has to call"
    )
    (line,) = lines(called(next_at=MONDAY_10H) | {"number_permitted": True})
    assert "sip.outbound" not in line


def test_a_call_back_that_is_forbidden_is_told_with_the_reason():
    (line,) = lines(task(do_not_call_back=MUST_NOT_RING))
    assert "the line must not ring them: " in line
    assert "could put them in danger" in line


def test_a_promise_that_was_not_kept_is_overdue():
    kept, late = lines(task(promised_until=MONDAY_10H + 721), task(promised_until=MONDAY_10H + 719))
    assert ", promised by " in kept
    assert ", overdue since " in late


def test_two_calls_that_begin_alike_are_told_apart_and_one_call_twice_is_not():
    assert [line.split()[0] for line in lines(task("abcdef12"), task("abcdef34"))] == [
        "abcdef1",
        "abcdef3",
    ]
    assert [line.split()[0] for line in lines(task("abcdef12"), task("abcdef12"))] == ["abcdef"] * 2
    assert [line.split()[0] for line in lines(task("abcdef"), task("abcdef~1"))] == [
        "abcdef",
        "abcdef~",
    ]
