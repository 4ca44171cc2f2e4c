"""What a caller gave and said is there for whoever calls them back, also after a restart."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import date

import pytest

from acd import RED_FLAG_TASK
from calls.commands import Bridge, OpenTask
from calls.facts import CallBackChosen, CallerNoted, CallFailed, TaskClosed, TaskRead
from calls.ids import AgentId, CallId
from calls.private import Private
from calls.verdict import to_nurse
from careline import checkpoint as checkpoints
from careline.call_log import CallLog
from careline.notes import NOTHING, Note, Said, read, written
from careline.refusal import Refused
from careline.restart import Restart
from careline.restoring import standing_of
from careline.screen import screen_data
from careline.task_requests import reading, task_data
from tests.careline.rig import CALL, OTHER, Rig
from tests.careline.test_checkpoint import came_back, go_on, journal_of, with_checkpoint

NURSE, CLERK = AgentId("grace"), AgentId("ben")
NUMBER = "+12025550123"
GIVEN = "+12025550188"
WORDS = "i have crushing chest pain"
TOLD = {"name": "Maria Lopez", "birth-date": "1960-03-05"}


@pytest.fixture
def rig(clinic):
    """A line that may dial patients, and whose checkpoints keep as little as they can."""
    rig = Rig(replace(clinic, sip=replace(clinic.sip, outbound=("+1??????????",))))
    yield rig
    rig.run.close()


@pytest.fixture(autouse=True)
def no_longer_stretch_than_needed(monkeypatch):
    monkeypatch.setattr(checkpoints, "SHORTEST_STRETCH", 0)


def registers(rig: Rig, call_id: CallId = CALL) -> None:
    """A new patient gives name and date of birth."""
    rig.run.tell(rig.phones.arrive(call_id, rig.run.now, caller=NUMBER))
    rig.press("15411", call_id)
    comes_to(rig, "register/name", call_id)
    rig.say("my name is maria lopez", call_id)
    rig.run.advance(1)
    rig.press("1", call_id)
    comes_to(rig, "register/birth-date", call_id)
    rig.press("03051960#", call_id)
    rig.run.advance(1)
    rig.press("1", call_id)
    comes_to(rig, "register/phone", call_id)


def comes_to(rig: Rig, step: str, call_id: CallId) -> None:
    for _second in range(120):
        if rig.run.switchboard.calls[call_id].engine.trail[-1:] == (step,):
            return
        rig.run.advance(1)
    pytest.fail(f"the caller never came to {step}")


def drops_with_a_red_flag(rig: Rig) -> None:
    registers(rig)
    rig.say(WORDS)
    rig.run.tell(*rig.phones.hang_up(CALL, rig.run.now))
    rig.run.advance(1)
    assert CALL not in rig.run.switchboard.calls


def wants_a_call_back(rig: Rig, number: str = "") -> None:
    """The fact is told by hand: only a checkpoint, which reads it, brings it back."""
    rig.on_break("ben")
    registers(rig)
    rig.press("0")
    rig.run.advance(1)
    rig.run.tell(CallBackChosen(site=rig.site.id, call_id=CALL, number=Private(number)))
    rig.run.advance(30)
    assert CALL not in rig.run.switchboard.calls


def known(rig: Rig, by: str = "grace", call: str = CALL, kind: str | None = None) -> dict:
    """What the agent reads."""
    board = rig.run.switchboard
    fact, data = reading(board, CallLog(), call, kind, by, rig.run.now)
    assert fact == TaskRead(site=rig.site.id, call_id=call, kind=data["kind"], by=AgentId(by))
    return data


def restarts(rig: Rig, *, from_checkpoint: bool) -> Restart:
    journal = with_checkpoint(rig) if from_checkpoint else journal_of(rig)
    came = came_back(rig, journal)
    go_on(rig, came)
    return came


def test_a_nurse_reads_whom_to_call_what_they_gave_and_what_they_said(rig):
    drops_with_a_red_flag(rig)
    data = known(rig)
    assert data["kind"] == RED_FLAG_TASK
    assert data["number"] == NUMBER
    assert data["told"] == TOLD
    (said,) = data["said"]
    assert said["words"] == WORDS
    assert [flag["rule"] for flag in said["flags"]] == ["chest-pain"]


def test_words_of_danger_are_for_nurses_only(rig):
    drops_with_a_red_flag(rig)
    data = known(rig, "ben")
    assert (data["number"], data["told"]) == (NUMBER, TOLD)
    assert not {"said", "advised_911"} & data.keys()


def test_the_list_has_none_of_it(rig):
    drops_with_a_red_flag(rig)
    listed = str(task_data(rig.run.switchboard, rig.run.now))
    assert not [secret for secret in (NUMBER, "Lopez", "1960", "crushing") if secret in listed]


@pytest.mark.parametrize("from_checkpoint", [False, True])
def test_a_restart_loses_nothing_of_it(rig, from_checkpoint):
    drops_with_a_red_flag(rig)
    before = known(rig)
    restarts(rig, from_checkpoint=from_checkpoint)
    assert known(rig) == before


def test_it_outlives_a_second_restart_without_being_written_again(rig):
    drops_with_a_red_flag(rig)
    assert len([each for each in rig.records if isinstance(each, CallerNoted)]) == 1
    journal = with_checkpoint(rig)
    first = came_back(rig, journal)
    standing = standing_of(first.switchboard, rig.run.now)
    assert standing is not None
    again = first.track.checkpoint(standing, {})
    assert again is not None
    asyncio.run(journal.keep_snapshot(first.track.position, checkpoints.encode(again)))
    second = came_back(rig, journal)
    assert second.inputs == 0
    assert second.switchboard.known_of(CALL).told == TOLD


def test_nothing_of_it_is_in_a_checkpoint(rig):
    drops_with_a_red_flag(rig)
    rig.run.switchboard._spread(
        [OpenTask(call_id=CALL, kind="call-back", queue="general", number=Private(GIVEN))],
        rig.run.now,
        rig.turns[-1][1],
    )
    _position, data = with_checkpoint(rig).latest_snapshot()
    for secret in (NUMBER, GIVEN, "Lopez", "1960", "crushing"):
        assert secret.encode() not in data
    assert CALL.encode() in data


def test_what_was_forgotten_is_not_known_after_a_restart(rig):
    drops_with_a_red_flag(rig)
    journal = with_checkpoint(rig)
    assert asyncio.run(journal.forget(CALL))
    came = came_back(rig, journal)
    assert came.switchboard.known_of(CALL) == NOTHING
    assert came.switchboard.tasks.of(CALL, RED_FLAG_TASK)


def test_when_the_last_task_is_closed_nothing_is_kept(rig):
    drops_with_a_red_flag(rig)
    message = OpenTask(call_id=CALL, kind="message", queue="general")
    rig.run.switchboard.tasks.open(message, rig.run.now)
    closed = TaskClosed(
        site=rig.site.id, call_id=CALL, kind=RED_FLAG_TASK, by=NURSE, how="not-needed"
    )
    rig.run.tell(closed)
    assert known(rig, kind="message")["told"] == TOLD
    rig.run.tell(replace(closed, kind="message", how="done"))
    assert list(rig.run.switchboard.notes) == []
    with pytest.raises(Refused, match="there is no call"):
        known(rig)


def test_nothing_is_noted_of_callers_to_whom_nothing_is_owed(rig):
    registers(rig)
    rig.run.tell(*rig.phones.hang_up(CALL, rig.run.now))
    rig.run.advance(60)
    assert CALL not in rig.run.switchboard.calls
    assert not [each for each in rig.records if isinstance(each, CallerNoted)]


@pytest.mark.parametrize("restarted", [False, True])
def test_who_calls_back_sees_what_the_caller_had_given(rig, restarted):
    wants_a_call_back(rig)
    rig.ready("ben")
    for _second in range(300):
        if rig.of(Bridge):
            break
        rig.run.advance(1)
    if restarted:
        restarts(rig, from_checkpoint=True)
    (shown,) = screen_data(rig.run.switchboard, CLERK, rig.run.now)["calls"]
    assert shown["call"] != CALL
    assert shown["told"] == TOLD


def test_a_nurse_who_calls_a_red_flag_back_sees_what_they_said(rig):
    drops_with_a_red_flag(rig)
    rig.ready("grace")
    seen = []
    for _second in range(1500):
        seen += [
            each["said"][0]["words"]
            for each in screen_data(rig.run.switchboard, NURSE, rig.run.now)["calls"]
            if each["said"]
        ]
        if rig.of(Bridge):
            break
        rig.run.advance(1)
    assert rig.of(Bridge)
    assert set(seen) == {WORDS}


@pytest.mark.parametrize("restarted", [False, True])
def test_where_another_number_was_given_it_is_the_one_to_call(rig, restarted):
    wants_a_call_back(rig, GIVEN)
    if restarted:
        restarts(rig, from_checkpoint=True)
    assert known(rig)["number"] == GIVEN
    assert rig.run.switchboard.owed.of(CALL).reveal() == GIVEN


def test_what_a_later_call_adds_stands_behind_what_was_known():
    said = tuple(Said(float(at), Private(str(at)), to_nurse("digit")) for at in range(20))
    before = Note(
        number=Private(NUMBER), told={"name": "Ann", "card": "7"}, said=said, advised_911=True
    )
    after = before.with_more(
        number=Private(""),
        told={"card": "8", "born": date(1960, 3, 5)},
        said=(Said(99.0, Private("99"), to_nurse("digit")),),
        advised_911=False,
    )
    assert after.number.reveal() == NUMBER
    assert after.told == {"name": "Ann", "card": "8", "born": "1960-03-05"}
    assert [each.at for each in after.said] == [*map(float, range(1, 20)), 99.0]
    assert after.advised_911
    moved = before.with_more(number=Private(GIVEN), told={}, said=(), advised_911=False)
    assert moved.number.reveal() == GIVEN


def test_who_is_lost_and_has_a_task_already_gets_no_second_one(rig):
    registers(rig)
    rig.press("9")
    rig.run.advance(1)
    board = rig.run.switchboard
    board.tasks.open(OpenTask(call_id=CALL, kind=RED_FLAG_TASK, queue="nurse"), rig.run.now)
    rig.run.tell(CallFailed(site=rig.site.id, call_id=CALL, reason="transport"))
    rig.run.advance(30)
    assert {task.order.kind for task in board.tasks} == {RED_FLAG_TASK}


def test_who_has_spoken_with_an_agent_and_is_lost_is_owed_nothing(rig):
    rig.ready("ben")
    registers(rig)
    rig.press("0")
    rig.run.advance(30)
    assert rig.of(Bridge)
    rig.run.tell(CallFailed(site=rig.site.id, call_id=CALL, reason="transport"))
    rig.run.advance(30)
    assert len(rig.run.switchboard.tasks) == 0
    assert list(rig.run.switchboard.notes) == []


def test_who_is_lost_before_anybody_spoke_with_them_is_owed_a_call_with_what_they_gave(rig):
    rig.on_break("ben")
    registers(rig)
    rig.press("0")
    rig.run.advance(1)
    rig.run.tell(CallFailed(site=rig.site.id, call_id=CALL, reason="transport"))
    rig.run.advance(30)
    data = known(rig, "ben")
    assert (data["kind"], data["number"], data["told"]) == ("call-back", NUMBER, TOLD)


def test_a_nurse_asked_for_when_the_caller_has_left_knows_what_they_gave(rig):
    rig.ready("ben")
    registers(rig)
    rig.press("0")
    rig.run.advance(30)
    (bridge,) = rig.of(Bridge)
    rig.run.tell(*rig.phones.hang_up(CALL, rig.run.now))
    rig.run.advance(1)
    assert CALL not in rig.run.switchboard.calls
    rig.keyed(bridge, rig.site.features.escalate)
    data = known(rig)
    assert (data["kind"], data["number"], data["told"]) == (RED_FLAG_TASK, NUMBER, TOLD)


def test_a_call_that_goes_on_is_read_as_it_stands(rig):
    registers(rig, OTHER)
    rig.run.switchboard.tasks.open(
        OpenTask(call_id=OTHER, kind="call-back", queue="general"), rig.run.now
    )
    assert known(rig, call=OTHER)["told"] == TOLD


def test_a_note_is_read_as_it_was_written():
    verdict = to_nurse("digit")
    note = Note(
        number=Private(NUMBER),
        told={"name": "Maria", "count": 2, "share": 0.5, "new": True},
        said=(Said(12.5, Private(WORDS), verdict),),
        advised_911=True,
    )
    assert read(written(note)) == note
    assert NUMBER not in repr(note)
    assert WORDS not in repr(note)


@pytest.mark.parametrize("text", ["{", "[]", '{"told": 1}', '{"said": [{"at": "x"}]}', "\x00"])
def test_a_note_that_cannot_be_read_stops_nothing_and_shows_nothing(text, caplog):
    with caplog.at_level(logging.WARNING):
        assert read(Private(text)) == NOTHING
    assert "cannot be read" in caplog.text
    assert text not in caplog.text


def test_a_note_that_was_forgotten_is_none(caplog):
    assert read(Private("")) == NOTHING
    assert not caplog.text
