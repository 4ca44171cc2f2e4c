"""A brain that is one of several: it stops at once when another leads, and leaves what it cannot
see as it is."""

from __future__ import annotations

import pytest

from adapters.stores.memory import MemoryJournal
from calls.commands import OfferCall
from calls.facts import CallEnded, CallFailed, CallQueued, CallResumed, OfferFailed, OfferRinging
from calls.ports import (
    Entry,
    JournalError,
    LeaseLostError,
    LineRun,
    LineSnapshot,
)
from tests.careline.driven import CALL, DrivenRig
from tests.careline.rig import OTHER, Rig


class FencedJournal(MemoryJournal):
    """Of a node that leads until it is told that another one does."""

    fenced = False

    async def append(self, entries: list[Entry]) -> int:
        if self.fenced:
            raise LeaseLostError("another node leads")
        return await super().append(entries)


async def test_who_leads_no_more_acknowledges_nothing_and_commands_nothing(clinic):
    rig = DrivenRig(clinic)
    rig.journal = FencedJournal()
    rig.new_brain()
    async with rig.driving():
        rig.line.report(rig.phones.arrive(CALL, rig.clock()))
        await rig.until(lambda: bool(rig.line.carried_out) and rig.line._acknowledged == 1)
        done = len(rig.line.carried_out)
        rig.journal.fenced = True
        rig.line.report(*rig.phones.press(CALL, "0"))
        with pytest.raises(LeaseLostError):
            await rig.driven
    assert len(rig.line.carried_out) == done
    assert rig.line._acknowledged == 1
    assert rig.brain.journal_problem is None, "the journal is well; it is somebody else's"
    rig.close()


def test_losing_the_lease_is_an_error_of_the_journal_for_all_others():
    assert issubclass(LeaseLostError, JournalError)


def test_what_cannot_be_seen_now_stays_as_it_is(clinic):
    rig = Rig(clinic)
    rig.ready("ben")
    for call_id in (CALL, OTHER):
        rig.arrive(call_id)
        rig.press("0", call_id)
    rig.run.advance(0.5)
    assert any(isinstance(record, OfferRinging) for record in rig.records)
    board = rig.run.switchboard
    before = board.distributor.snapshot().queues, board.distributor.live_offers()
    nobody = LineSnapshot(
        epoch="", calls=(), reachable=rig.phones.reachable(), unseen=(CALL, OTHER)
    )
    turn = board.reconcile(nobody, rig.run.now)
    decided = CallFailed, CallEnded, CallQueued, CallResumed, OfferFailed, OfferCall
    assert not [record for record in turn.records if isinstance(record, decided)]
    assert not turn.commands
    after = board.distributor.snapshot().queues, board.distributor.live_offers()
    assert repr(after) == repr(before)
    rig.run.close()


def test_a_picture_of_several_lines_knows_how_far_each_has_come():
    mine = LineSnapshot(
        epoch="a",
        calls=(),
        reachable=(),
        seq=3,
        acknowledged=2,
        others=(LineRun(epoch="b", seq=7, acknowledged=7),),
    )
    assert mine.runs == (
        LineRun(epoch="a", seq=3, acknowledged=2),
        LineRun(epoch="b", seq=7, acknowledged=7),
    )
    assert mine.run("b") == LineRun(epoch="b", seq=7, acknowledged=7)
    assert mine.run("c") is None
