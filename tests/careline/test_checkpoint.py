"""A start from a checkpoint comes to the same as one that reads the whole journal."""

from __future__ import annotations

import asyncio
import logging

import msgspec
import pytest

from acd import RED_FLAG_TASK
from adapters.stores.memory import MemoryJournal
from calls.commands import Bridge, CallBack, OfferCall
from calls.facts import CallFailed, CallQueued, QueueOverridden
from calls.ids import CallId, QueueId
from calls.ports import Entry, JournalError, LineSnapshot
from careline import checkpoint as checkpoints
from careline.brain import Brain
from careline.checkpoint import Track
from careline.gate import TriageGate, engine_of
from careline.live_calls import LOST
from careline.restart import Restart, restart
from careline.restoring import standing_of
from tests.careline.driven import DrivenRig
from tests.careline.rig import CALL, OTHER, Rig

NUMBER = "+12025550123"
WORDS = "my bill is wrong and i would like a refund"


@pytest.fixture(autouse=True)
def no_longer_stretch_than_needed(monkeypatch):
    monkeypatch.setattr(checkpoints, "SHORTEST_STRETCH", 0)


def journal_of(rig: Rig) -> MemoryJournal:
    journal = MemoryJournal()
    entries = [Entry(at=at, record=each) for at, turn in rig.turns for each in turn.records]
    asyncio.run(journal.append(entries))
    return journal


def with_checkpoint(rig: Rig) -> MemoryJournal:
    """The rig's journal so far, with a checkpoint after its last entry."""
    journal = journal_of(rig)
    track = Track(rig.site.id, rig.site.version)
    for position, entry in journal.read():
        track.follow(position, entry)
    standing = standing_of(rig.run.switchboard, rig.run.now)
    assert standing is not None
    kept = track.checkpoint(standing, {"line": 7})
    assert kept is not None
    asyncio.run(journal.keep_snapshot(track.position, checkpoints.encode(kept)))
    return journal


def came_back(rig: Rig, journal: MemoryJournal) -> Restart:
    versions = {rig.site.version: rig.site}
    return restart(journal, rig.site, versions.get, lambda _now, _turn: None)


def to_billing(rig: Rig, call_id: CallId) -> None:
    rig.run.tell(rig.phones.arrive(call_id, rig.run.now, caller=NUMBER))
    rig.press("1", call_id)
    rig.run.advance(20)
    rig.say(WORDS, call_id)
    rig.run.advance(20)
    rig.press("53", call_id)
    rig.run.advance(30)


def go_on(rig: Rig, came: Restart) -> None:
    picture = LineSnapshot(
        epoch="same", calls=rig.phones.snapshot(), reachable=rig.phones.reachable()
    )
    rig.run.take_over(came.switchboard, came.switchboard.reconcile(picture, rig.run.now))


def busy(rig: Rig) -> None:
    """One has left and is owed a call-back, one speaks with an agent, one waits."""
    gone = CallId("gone")
    rig.run.tell(rig.phones.arrive(gone, rig.run.now, caller="+12025550199"))
    rig.press("9", gone)
    rig.run.advance(1)
    rig.run.tell(*rig.phones.hang_up(gone, rig.run.now))
    rig.ready("fiona")
    for call_id in (CALL, OTHER):
        to_billing(rig, call_id)


def test_nothing_is_replayed_and_everything_stands_as_it_did(rig):
    busy(rig)
    board = rig.run.switchboard
    came = came_back(rig, with_checkpoint(rig))
    assert came.inputs == 0
    assert came.seen == {"line": 7}
    assert standing_of(came.switchboard, rig.run.now) == standing_of(board, rig.run.now)
    assert list(came.switchboard.calls) == list(board.calls) != []
    assert came.switchboard.next_deadline() == board.next_deadline()
    assert len(came.switchboard.tasks) == len(board.tasks) == 1


def test_what_happens_then_is_what_would_have_happened(clinic):
    records = []
    for from_checkpoint in (False, True):
        rig = Rig(clinic)
        busy(rig)
        journal = with_checkpoint(rig) if from_checkpoint else journal_of(rig)
        go_on(rig, came_back(rig, journal))
        before = len(rig.turns)
        rig.ready("grace")
        for call_id in tuple(rig.run.switchboard.calls):
            rig.run.tell(*rig.phones.press(call_id, "0"))
        rig.run.advance(1200)
        records.append([turn.records for _at, turn in rig.turns[before:] if turn.records])
        rig.run.close()
    assert records[0] == records[1]
    assert any(isinstance(each, OfferCall) for turn in records[1] for each in turn)


def test_nothing_private_is_in_it(rig):
    busy(rig)
    _position, data = with_checkpoint(rig).latest_snapshot()
    for secret in (NUMBER, "5550199", "refund"):
        assert secret.encode() not in data
    assert CALL.encode() in data


def test_a_number_that_is_owed_a_call_back_is_found_again_however_old(rig):
    busy(rig)
    for number in range(30):
        call_id = CallId(f"later-{number}")
        rig.run.tell(rig.phones.arrive(call_id, rig.run.now))
        rig.run.tell(*rig.phones.hang_up(call_id, rig.run.now))
    for call_id in (CALL, OTHER):
        rig.run.tell(*rig.phones.hang_up(call_id, rig.run.now))
    rig.run.advance(1)
    came = came_back(rig, with_checkpoint(rig))
    assert came.track.position > 60
    go_on(rig, came)
    rig.ready("grace")
    rig.run.advance(1200)
    assert [each.destination.reveal() for each in rig.of(CallBack)] == ["+12025550199"]
    assert rig.of(Bridge)[-1].call_id == "gone~1"


def test_a_caller_who_is_found_again_after_a_restart_has_their_number(rig):
    rig.ready("fiona")
    to_billing(rig, CALL)
    rig.run.tell(CallFailed(site=rig.site.id, call_id=CALL, reason=LOST))
    assert [each.reveal() for each in rig.run.switchboard.calls.lost.values()] == [NUMBER]
    came = came_back(rig, with_checkpoint(rig))
    assert came.inputs == 0
    assert [each.reveal() for each in came.switchboard.calls.lost.values()] == [NUMBER]


def test_a_number_that_was_forgotten_meanwhile_is_not_found_again(rig):
    busy(rig)
    journal = with_checkpoint(rig)
    assert asyncio.run(journal.forget(CallId("gone")))
    came = came_back(rig, journal)
    assert not came.switchboard.number_known(CallId("gone"))
    assert came.switchboard.tasks.of(CallId("gone"), RED_FLAG_TASK)


def test_whom_a_caller_spoke_with_last_is_remembered(rig):
    rig.ready("fiona", "hannah")
    to_billing(rig, CALL)
    (spoke,) = rig.of(Bridge)
    rig.run.tell(*rig.phones.agent_hangs_up(CALL, spoke.agent_id))
    rig.run.advance(600)
    assert CALL not in rig.run.switchboard.calls
    go_on(rig, came_back(rig, with_checkpoint(rig)))
    to_billing(rig, OTHER)
    (queued,) = [r for r in rig.records if isinstance(r, CallQueued) and r.call_id == OTHER]
    assert queued.requirement.agent == spoke.agent_id


def test_what_supervisors_said_on_queues_holds(rig):
    closed = QueueOverridden(site=rig.site.id, queue=QueueId("billing"), open=False, for_s=3600.0)
    rig.run.tell(closed)
    assert not rig.run.switchboard.openness.is_open(QueueId("billing"), rig.run.now)
    came = came_back(rig, with_checkpoint(rig))
    assert came.inputs == 0
    assert not came.switchboard.openness.is_open(QueueId("billing"), rig.run.now)


def test_what_was_said_in_calls_that_go_on_is_remembered(rig):
    busy(rig)
    came = came_back(rig, with_checkpoint(rig))
    assert {words.words.reveal() for said in came.said.values() for words in said} == {WORDS}


@pytest.mark.parametrize("damage", [b"", b"\x93\x01", b"\x92\x63\xc0", b"{}"])
def test_a_checkpoint_that_cannot_be_read_costs_time_and_nothing_else(rig, caplog, damage):
    busy(rig)
    journal = with_checkpoint(rig)
    position, data = journal.latest_snapshot()
    asyncio.run(journal.keep_snapshot(position, damage and damage + data[3:]))
    with caplog.at_level(logging.WARNING):
        came = came_back(rig, journal)
    assert "the whole journal is read" in caplog.text
    assert came.inputs > 0
    assert list(came.switchboard.calls) == list(rig.run.switchboard.calls)


def test_one_of_an_earlier_software_which_may_hold_a_number_is_not_gone_on_from(rig, caplog):
    busy(rig)
    journal = with_checkpoint(rig)
    position, data = journal.latest_snapshot()
    envelope = msgspec.msgpack.decode(data)
    asyncio.run(journal.keep_snapshot(position, msgspec.msgpack.encode({**envelope, "format": 2})))
    with caplog.at_level(logging.WARNING):
        came = came_back(rig, journal)
    assert "format 2, not 3" in caplog.text
    assert came.inputs > 0
    assert list(came.switchboard.calls) == list(rig.run.switchboard.calls)


def test_a_checkpoint_of_a_version_that_was_not_kept_is_not_used(rig, caplog):
    busy(rig)
    journal = with_checkpoint(rig)
    with caplog.at_level(logging.WARNING):
        came = restart(journal, rig.site, {}.get, lambda _now, _turn: None)
    assert "was not kept" in caplog.text
    assert list(came.switchboard.calls) == list(rig.run.switchboard.calls)


def test_no_checkpoint_is_taken_while_a_call_is_given_first_aid(rig, monkeypatch):
    busy(rig)
    engine = rig.run.switchboard.calls[OTHER].engine
    monkeypatch.setattr(engine, "handle", None)
    rig.press("7", OTHER)
    assert rig.run.switchboard.faults
    assert standing_of(rig.run.switchboard, rig.run.now) is None


async def test_the_brain_keeps_one_now_and_then_and_begins_from_it(clinic, monkeypatch):
    monkeypatch.setattr("careline.intake.CHECKPOINT_EVERY", 20)
    rig = DrivenRig(clinic)
    async with rig.driving():
        for number in range(12):
            call_id = CallId(f"call-{number}")
            rig.line.report(rig.phones.arrive(call_id, rig.clock()))
            await rig.until(lambda call_id=call_id: call_id in rig.brain.switchboard.calls)
    position, _data = rig.journal.latest_snapshot()
    assert position >= 20
    again = Brain(clinic, rig.journal, TriageGate(engine_of(clinic)))
    inputs = again.restore()
    assert inputs < 20
    assert again.live_calls == 12
    again._gate.close()
    rig.close()


async def test_a_checkpoint_that_cannot_be_kept_stops_nothing(clinic, monkeypatch, caplog):
    monkeypatch.setattr("careline.intake.CHECKPOINT_EVERY", 1)
    rig = DrivenRig(clinic)

    async def full(_position: int, _state: bytes) -> None:
        raise JournalError("memory: no space is left")

    rig.journal.keep_snapshot = full
    async with rig.driving():
        rig.line.report(rig.phones.arrive(CALL, rig.clock()))
        await rig.until(lambda: CALL in rig.brain.switchboard.calls)
        rig.line.report(*rig.phones.press(CALL, "9"))
        await rig.until(lambda: any(isinstance(r, CallQueued) for r in rig.journaled))
    assert "no space is left" in caplog.text
    assert rig.journal.latest_snapshot() is None
    assert rig.brain.journal_problem is None
    rig.close()
