"""What cannot be journaled at once is not lost, and is not acknowledged as if it were kept."""

from __future__ import annotations

from itertools import pairwise

import pytest

from adapters.stores.memory import MemoryJournal
from calls.commands import Bridge, Say
from calls.facts import AgentReady, CallArrived, CallConnected
from calls.ids import AgentId, CallId
from calls.ports import DuplicateEventError, Entry, JournalError
from careline import backlog as backlogs
from careline.backlog import AGAIN_AFTER_S, UNACKNOWLEDGED_S, Backlog
from tests.careline.driven import CALL, DrivenRig

REFUSED = CallId("refused")


def entry(number: int, epoch: str = "") -> Entry:
    ready = AgentReady(site="main", agent_id=AgentId(f"a{number}"))
    return Entry(at=float(number), record=ready, line_epoch=epoch, line_seq=number if epoch else 0)


def kept(journal: MemoryJournal) -> list[Entry]:
    return [each for _position, each in journal.read()]


@pytest.fixture
def journal() -> MemoryJournal:
    return MemoryJournal()


async def test_what_could_not_be_written_is_written_first(journal):
    followed: list[int] = []
    backlog = Backlog(journal, lambda position, _entry: followed.append(position))
    await backlog.write([entry(1)])
    journal.outage = "the disk is full"
    for number in (2, 3):
        with pytest.raises(JournalError):
            await backlog.write([entry(number)])
        backlog.leave([entry(number)], now=100.0)
    assert backlog.due_at == 100.0 + AGAIN_AFTER_S
    assert len(backlog) == 2
    journal.outage = None
    await backlog.write([entry(4)])
    assert kept(journal) == [entry(1), entry(2), entry(3), entry(4)]
    assert followed == [1, 2, 3, 4]
    assert (len(backlog), backlog.due_at) == (0, None)


async def test_a_line_is_told_at_once_of_what_is_kept_and_of_the_rest_after_a_while(journal):
    backlog = Backlog(journal, lambda _position, _entry: None)
    backlog.owe({"run": 1})
    assert backlog.take_told(100.0) == {"run": 1}
    backlog.leave([entry(2)], now=100.0)
    backlog.owe({"run": 3})
    backlog.owe({"run": 2})
    assert backlog.take_told(100.0 + UNACKNOWLEDGED_S - 0.1) == {}
    await backlog.write()
    assert backlog.take_told(100.0 + UNACKNOWLEDGED_S - 0.1) == {"run": 3}
    backlog.leave([entry(4)], now=200.0)
    backlog.owe({"run": 4})
    assert backlog.take_told(200.0 + UNACKNOWLEDGED_S) == {"run": 4}
    assert backlog.take_told(200.0 + UNACKNOWLEDGED_S) == {}


async def test_what_was_kept_although_the_journal_said_no_holds_nothing_up(journal):
    backlog = Backlog(journal, lambda _position, _entry: None)
    await journal.append([entry(1, "run")])
    with pytest.raises(DuplicateEventError):
        await journal.append([entry(1, "run")])
    backlog.leave([entry(1, "run"), entry(2, "run")], now=1.0)
    await backlog.write([entry(3, "run")])
    assert kept(journal) == [entry(1, "run"), entry(2, "run"), entry(3, "run")]


async def test_memory_does_not_grow_for_ever(journal, monkeypatch):
    monkeypatch.setattr(backlogs, "MOST_ENTRIES", 3)
    backlog = Backlog(journal, lambda _position, _entry: None)
    for number in range(4):
        backlog.leave([entry(number)], now=1.0)
    assert len(backlog) == 0
    backlog.leave([entry(5)], now=1.0)
    await backlog.write()
    assert kept(journal) == [entry(5)]


async def test_a_passing_outage_leaves_no_hole_in_the_journal(clinic):
    rig = DrivenRig(clinic)
    async with rig.driving():
        rig.line.report(rig.phones.arrive(CALL, rig.clock()))
        rig.brain.tell(AgentReady(site=clinic.id, agent_id=AgentId("ben")))
        await rig.until(lambda: bool(rig.commands(Say)))
        before = rig.line._acknowledged
        rig.journal.outage = "out of reach"
        rig.line.report(*rig.phones.press(CALL, "0"))
        await rig.until(lambda: bool(rig.commands(Bridge)))
        assert rig.line._acknowledged == before, "the line is not told to forget what is not kept"
        rig.line.report(rig.phones.arrive(REFUSED, rig.clock()))
        await rig.until(lambda: REFUSED in rig.brain.switchboard.calls)
        rig.journal.outage = None
        # Nothing happens that would have it written.
        await rig.until(lambda: any(isinstance(r, CallConnected) for r in rig.journaled))
        await rig.until(lambda: rig.brain.journal_problem is None)
    entries = kept(rig.journal)
    numbers = [each.line_seq for each in entries if each.line_epoch]
    assert all(one < other for one, other in pairwise(numbers))
    arrived = [r.call_id for r in rig.journaled if isinstance(r, CallArrived)]
    assert arrived == [CALL], "who was turned away is not let in by a later brain"
    rig.new_brain()
    assert rig.brain.switchboard.distributor.connected(CALL)
    rig.close()
