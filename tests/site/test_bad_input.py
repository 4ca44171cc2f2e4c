"""Facts that come twice or too late: what simulated days found, as the least that shows it."""

from __future__ import annotations

from calls.facts import CallArrived, CallEnded, CallerHungUp, Fact
from calls.ids import CallId
from calls.ports import LineSnapshot, LiveCall
from calls.private import Private
from careline.switchboard import Switchboard
from tests.site.clinic import MONDAY_10H, SITE, small_clinic

CALL = CallId("one")

ARRIVED = CallArrived(site=SITE, call_id=CALL, caller=Private(""), dialled="", line="simulated")


def ended(board: Switchboard) -> list[Fact]:
    arrival = board.handle(ARRIVED, MONDAY_10H)
    departure = board.handle(CallerHungUp(site=SITE, call_id=CALL), MONDAY_10H + 1)
    assert [type(record) for record in departure.records][-1] is CallEnded
    return [record for record in (*arrival.records, *departure.records) if isinstance(record, Fact)]


def test_an_arrival_that_is_told_again_after_the_end_begins_no_call() -> None:
    board = Switchboard(small_clinic())
    ended(board)
    assert not board.handle(ARRIVED, MONDAY_10H + 60).commands
    assert not board.live_calls


def test_a_journal_replayed_in_parts_remembers_every_call_that_is_over() -> None:
    written = ended(Switchboard(small_clinic()))
    follower = Switchboard(small_clinic())
    for record in (*written, ARRIVED):
        follower.replay([(MONDAY_10H, record)])
    assert not follower.live_calls
    up = LineSnapshot(
        epoch="same", calls=(LiveCall(call_id=CALL, arrived_at=MONDAY_10H),), reachable=()
    )
    (command,) = follower.reconcile(up, MONDAY_10H + 60).commands
    assert type(command).__name__ == "HangUp"
