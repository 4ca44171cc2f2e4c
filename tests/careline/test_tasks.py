"""What people still have to do is listed, and closed only as what it truly came to."""

from __future__ import annotations

import json
from contextlib import closing as closed
from dataclasses import replace

import pytest

from acd import CALL_BACK_TASK, RED_FLAG_TASK
from adapters.telephony.simulated import Person, Reached
from calls.commands import Bridge, OpenTask
from calls.facts import CallBackChosen, TaskClosed
from calls.ids import CallId
from careline.call_log import CallLog
from careline.refusal import Refused
from careline.task_requests import closing, task_data
from tests.careline.rig import CALL, OTHER, Rig

NUMBER = "+12025550123"
AFTER_911_S = 600.0
OTHERS = "not-reached, help-was-there or not-needed"


@pytest.fixture
def rig(clinic):
    """A line that may dial patients."""
    rig = Rig(replace(clinic, sip=replace(clinic.sip, outbound=("+1??????????",))))
    yield rig
    rig.run.close()


@pytest.fixture
def calls(rig) -> CallLog:
    return CallLog()


def dropped(rig: Rig, number: str = NUMBER) -> None:
    """A red flag is gone before any answer."""
    rig.run.tell(rig.phones.arrive(CALL, rig.run.now, caller=number))
    rig.press("9")
    rig.run.advance(1)
    rig.run.tell(*rig.phones.hang_up(CALL, rig.run.now))
    rig.run.advance(1)


def chosen(rig: Rig, call_id: CallId = OTHER) -> None:
    """A caller who waits prefers to be called back."""
    rig.on_break("ben")
    rig.run.tell(rig.phones.arrive(call_id, rig.run.now, caller=NUMBER))
    rig.press("0", call_id)
    rig.run.advance(1)
    rig.run.tell(CallBackChosen(site=rig.site.id, call_id=call_id))


def message(rig: Rig, call_id: CallId = CALL) -> None:
    order = OpenTask(call_id=call_id, kind="message", queue="general", promised_s=3600.0)
    rig.run.switchboard.tasks.open(order, rig.run.now)


def confirmed(rig: Rig) -> None:
    (bridge,) = rig.of(Bridge)
    rig.keyed(bridge, rig.site.features.identity)


def listed(rig: Rig) -> list[dict]:
    return task_data(rig.run.switchboard, rig.run.now)


def close(rig: Rig, calls: CallLog, call: str, how: str = "done", **more: str | None) -> TaskClosed:
    asked = {"kind": None, "by": "grace", **more}
    fact = closing(rig.run.switchboard, calls, call, how=how, **asked)
    rig.run.tell(fact)
    return fact


def refused(rig: Rig, calls: CallLog, call: str, how: str = "done", **more: str | None) -> str:
    with pytest.raises(Refused) as refusal:
        close(rig, calls, call, how, **more)
    return str(refusal.value)


def test_red_flags_come_first_then_whatever_is_open_for_longest(rig):
    message(rig, CallId("older"))
    rig.run.advance(60)
    message(rig, CallId("newer"))
    rig.run.advance(60)
    dropped(rig)
    found = [(task["call"], task["urgent"]) for task in listed(rig)]
    assert found == [(CALL, True), ("older", False), ("newer", False)]


def test_a_red_flag_is_listed_with_when_it_will_be_called_and_that_there_is_a_number(rig):
    dropped(rig)
    (task,) = listed(rig)
    assert (task["kind"], task["queue"], task["number_known"]) == (RED_FLAG_TASK, "nurse", True)
    assert task["call_back"]["attempts"] == 0
    assert task["call_back"]["next_at"] == pytest.approx(rig.run.now + AFTER_911_S, abs=10)
    assert task["promised_until"] is None


def test_without_a_number_the_list_says_so_and_that_nobody_will_be_dialled(rig):
    dropped(rig, number="")
    (task,) = listed(rig)
    assert task["number_known"] is False
    assert (task["call_back"]["permitted"], task["call_back"]["next_at"]) == (False, None)


def test_where_the_number_may_not_be_dialled_no_call_back_is_announced(clinic):
    rig = Rig(clinic)
    with closed(rig.run):
        dropped(rig)
        (task,) = listed(rig)
        assert (task["number_known"], task["number_permitted"]) == (True, False)
        assert task["call_back"]["next_at"] is None
        rig.ready("grace")
        rig.run.advance(AFTER_911_S)
        assert rig.run.switchboard.distributor.call_back(CALL).under_way is not None
        (task,) = listed(rig)
        assert task["call_back"]["under_way"] is None


def test_where_it_may_be_dialled_the_list_says_so(rig):
    dropped(rig)
    (task,) = listed(rig)
    assert task["number_permitted"] is True


def test_after_the_last_attempt_no_other_is_announced(rig):
    rig.phones.person = Person(reached=Reached.PRESSES_NOTHING)
    rig.ready("grace")
    dropped(rig)
    seen: dict[int, set[bool]] = {}
    for _minute in range(120):
        rig.run.advance(60)
        (task,) = listed(rig)
        if task["call_back"]["under_way"] is None:
            announced = task["call_back"]["next_at"] is not None
            seen.setdefault(task["call_back"]["attempts"], set()).add(announced)
    limit = rig.site.emergency.call_back_attempts
    assert seen == {attempts: {attempts < limit} for attempts in range(limit + 1)}


def test_no_number_is_in_the_list(rig):
    dropped(rig)
    chosen(rig)
    assert NUMBER.strip("+") not in json.dumps(listed(rig))


def test_what_was_promised_is_listed_with_its_time(rig):
    opened = rig.run.now
    message(rig)
    rig.run.advance(30)
    (task,) = listed(rig)
    assert task["promised_until"] == opened + 3600
    assert task["age_s"] == pytest.approx(30)
    assert "number_known" not in task


def test_a_red_flag_is_closed_as_reached_only_after_the_identity_was_confirmed(rig, calls):
    rig.ready("grace")
    dropped(rig)
    rig.run.advance(AFTER_911_S + 20)
    assert listed(rig)[0]["call_back"]["reached"]
    error = refused(rig, calls, CALL, "reached")
    assert rig.site.features.identity in error
    assert error.endswith(f"without it say {OTHERS}")
    confirmed(rig)
    close(rig, calls, CALL, "reached")
    assert listed(rig) == []


def test_a_red_flag_is_not_just_done(rig, calls):
    dropped(rig)
    assert refused(rig, calls, CALL, "done").endswith(f": say reached, {OTHERS}")
    assert len(listed(rig)) == 1


@pytest.mark.parametrize("how", ["not-reached", "help-was-there", "not-needed"])
def test_a_red_flag_can_be_closed_unconfirmed_as_anything_else(rig, calls, how):
    dropped(rig)
    fact = close(rig, calls, CALL, how)
    assert (fact.kind, fact.by, fact.how) == (RED_FLAG_TASK, "grace", how)
    assert listed(rig) == []
    assert rig.run.switchboard.distributor.call_back(CALL) is None


def test_a_call_back_that_a_caller_chose_is_listed_and_can_be_closed(rig, calls):
    chosen(rig)
    (task,) = listed(rig)
    assert (task["call"], task["kind"], task["queue"]) == (OTHER, CALL_BACK_TASK, "general")
    assert task["number_known"]
    close(rig, calls, OTHER, "reached", by="ben", kind="call-back")
    assert listed(rig) == []
    rig.ready("ben")
    rig.run.advance(600)
    assert not [each for each in rig.of(Bridge) if each.call_id.startswith(OTHER)]


def test_the_beginning_of_a_call_is_enough_where_no_other_begins_so(rig, calls):
    message(rig, CallId("abc1"))
    message(rig, CallId("abd2"))
    assert refused(rig, calls, "ab") == "'ab' begins 2 calls: abc1, abd2; type more of it"
    assert close(rig, calls, "abc").call_id == "abc1"


def test_a_call_whose_id_begins_another_is_meant_by_its_whole_id(rig, calls):
    message(rig, CallId("abc"))
    message(rig, CallId("abc~1"))
    assert close(rig, calls, "abc").call_id == "abc"


def test_of_several_tasks_the_kind_says_which(rig, calls):
    dropped(rig)
    message(rig)
    assert refused(rig, calls, CALL) == (
        f"call {CALL} has {RED_FLAG_TASK} and message: say which with --kind"
    )
    assert refused(rig, calls, CALL, kind="mesage") == (
        f"call {CALL} has no mesage; it has {RED_FLAG_TASK} and message"
    )
    close(rig, calls, CALL, kind="message")
    assert [task["kind"] for task in listed(rig)] == [RED_FLAG_TASK]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"call": "one", "by": "grac"}, "there is no agent 'grac'; did you mean 'grace'?"),
        ({"call": "onne"}, "there is no call 'onne'; did you mean 'one'?"),
        ({"call": "xyz"}, "there is no call 'xyz'; `careline task` lists what is open"),
        (
            {"call": "one", "how": "gone"},
            "'gone' is none of reached, not-reached, help-was-there, not-needed, done",
        ),
    ],
)
def test_what_cannot_be_closed_is_told_with_what_can(rig, calls, asked, error):
    message(rig)
    assert refused(rig, calls, **asked) == error


def test_a_call_with_nothing_to_be_done_is_told_apart_from_one_that_is_not_there(rig, calls):
    rig.arrive()
    assert refused(rig, calls, "on") == "for call 'on' nothing is to be done"
    for at, turn in rig.turns:
        calls.observe(at, turn)
    rig.run.tell(*rig.phones.hang_up(CALL, rig.run.now))
    assert refused(rig, calls, "one") == "for call 'one' nothing is to be done"
