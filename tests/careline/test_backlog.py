"""What cannot be journaled at once is not lost, and is not acknowledged as if it were kept."""

from __future__ import annotations

from itertools import pairwise

import pytest

from adapters.stores.memory import MemoryJournal
from calls.commands import Bridge, Say
from calls.facts import AgentReady, CallArrived, CallConnected, JournalHole
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
    backlog = Backlog("main", journal, lambda position, _entry: followed.append(position))
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
    backlog = Backlog("main", journal, lambda _position, _entry: None)
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
    backlog = Backlog("main", journal, lambda _position, _entry: None)
    await journal.append([entry(1, "run")])
    with pytest.raises(DuplicateEventError):
        await journal.append([entry(1, "run")])
    backlog.leave([entry(1, "run"), entry(2, "run")], now=1.0)
    await backlog.write([entry(3, "run")])
    assert kept(journal) == [entry(1, "run"), entry(2, "run"), entry(3, "run")]


async def test_memory_does_not_grow_for_ever_and_what_is_given_up_leaves_a_mark(
    journal, monkeypatch
):
    monkeypatch.setattr(backlogs, "MOST_ENTRIES", 3)
    backlog = Backlog("main", journal, lambda _position, _entry: None)
    for number in range(4):
        backlog.leave([entry(number)], now=1.0)
    assert len(backlog) == 1
    backlog.leave([entry(5)], now=1.0)
    await backlog.write([entry(6)])
    hole = JournalHole(site="main", entries=4, turned_away=0, since_ago_s=3.0)
    assert kept(journal) == [Entry(at=3.0, record=hole), entry(5), entry(6)]


async def test_what_is_given_up_time_and_again_is_one_hole(journal, monkeypatch):
    monkeypatch.setattr(backlogs, "MOST_ENTRIES", 3)
    backlog = Backlog("main", journal, lambda _position, _entry: None)
    for number in range(10):
        backlog.leave([entry(number)], now=1.0)
    await backlog.write()
    (first, *rest) = kept(journal)
    # Four, then three more with the mark of the four.
    assert first.record == JournalHole(site="main", entries=10, turned_away=0, since_ago_s=9.0)
    assert (first.at, rest) == (9.0, [])


async def test_calls_that_were_turned_away_are_told_by_their_number_when_the_journal_goes_on(
    journal,
):
    backlog = Backlog("main", journal, lambda _position, _entry: None)
    backlog.turned_away(2, now=10.0)
    backlog.leave([entry(11)], now=11.0)
    backlog.turned_away(1, now=15.0)
    backlog.leave([entry(20)], now=20.0)
    assert backlog.due_at == 20.0 + AGAIN_AFTER_S
    journal.outage = "the disk is full"
    with pytest.raises(JournalError):
        await backlog.write()
    journal.outage = None
    await backlog.write([entry(30)])
    hole = JournalHole(site="main", entries=0, turned_away=3, since_ago_s=10.0)
    assert kept(journal) == [entry(11), entry(20), Entry(at=20.0, record=hole), entry(30)]
    await backlog.write([entry(31)])
    assert sum(isinstance(each.record, JournalHole) for each in kept(journal)) == 1
    assert backlog.due_at is None


async def test_of_calls_turned_away_it_is_told_also_when_nothing_else_happened(journal):
    backlog = Backlog("main", journal, lambda _position, _entry: None)
    backlog.turned_away(1, now=10.0)
    backlog.leave([], now=10.0)
    assert backlog.is_due(10.0 + AGAIN_AFTER_S)
    await backlog.write()
    (only,) = kept(journal)
    assert isinstance(only.record, JournalHole)
    assert backlog.due_at is None


@pytest.mark.slow
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
    (hole,) = [r for r in rig.journaled if isinstance(r, JournalHole)]
    assert (hole.entries, hole.turned_away) == (0, 1)
    rig.new_brain()
    assert rig.brain.switchboard.distributor.connected(CALL)
    rig.close()


async def test_behind_a_hole_the_journal_says_so_and_another_brain_takes_over(clinic, monkeypatch):
    monkeypatch.setattr(backlogs, "MOST_ENTRIES", 3)
    rig = DrivenRig(clinic)
    async with rig.driving():
        rig.line.report(rig.phones.arrive(CALL, rig.clock()))
        await rig.until(lambda: bool(rig.commands(Say)))
        rig.journal.outage = "out of reach"
        for agent in ("ben", "grace", "fiona", "mateo"):
            rig.brain.tell(AgentReady(site=clinic.id, agent_id=AgentId(agent)))
        rig.line.report(rig.phones.arrive(REFUSED, rig.clock()))
        await rig.until(lambda: REFUSED in rig.brain.switchboard.calls)
        rig.journal.outage = None
        await rig.until(lambda: any(isinstance(r, JournalHole) for r in rig.journaled))
        await rig.until(lambda: rig.brain.journal_problem is None)
    holes = [each for each in rig.journaled if isinstance(each, JournalHole)]
    assert sum(each.entries for each in holes) >= 4
    assert sum(each.turned_away for each in holes) == 1
    assert sum(isinstance(each, AgentReady) for each in rig.journaled) < 4
    rig.new_brain()
    assert CALL in rig.brain.switchboard.calls
    assert REFUSED not in rig.brain.switchboard.calls
    rig.close()
