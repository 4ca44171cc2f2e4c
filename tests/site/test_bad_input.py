"""Facts that come twice or too late: what simulated days found, as the least that shows it."""

from __future__ import annotations

from calls.facts import (
    AgentReady,
    CallArrived,
    CallEnded,
    CallerHungUp,
    DigitsCollected,
    Fact,
    OfferAccepted,
    PhoneRegistered,
    PromptFinished,
)
from calls.ids import AgentId, CallId
from calls.ports import LineSnapshot, LiveCall
from calls.private import Private
from careline.switchboard import Switchboard
from ivr import Interpreter
from tests.site.board import Board
from tests.site.clinic import MONDAY_10H, PAIR_KEY, SITE, small_clinic

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
    assert not board.calls


def test_a_journal_replayed_in_parts_remembers_every_call_that_is_over() -> None:
    written = ended(Switchboard(small_clinic()))
    follower = Switchboard(small_clinic())
    for record in (*written, ARRIVED):
        follower.replay([(MONDAY_10H, record)])
    assert not follower.calls
    up = LineSnapshot(
        epoch="same", calls=(LiveCall(call_id=CALL, arrived_at=MONDAY_10H),), reachable=()
    )
    (command,) = follower.reconcile(up, MONDAY_10H + 60).commands
    assert type(command).__name__ == "HangUp"


def test_the_second_of_two_people_joins_a_caller_who_speaks_with_the_first_already() -> None:
    board = Board(small_clinic())
    for name in ("abe", "eli"):
        agent = AgentId(name)
        board.handle(PhoneRegistered(site=SITE, agent_id=agent), MONDAY_10H)
        board.handle(AgentReady(site=SITE, agent_id=agent), MONDAY_10H)
    board.handle(ARRIVED, MONDAY_10H)
    said = DigitsCollected(site=SITE, call_id=CALL, digits=Private(PAIR_KEY))
    board.handle(said, MONDAY_10H)
    # A key cuts no greeting short: it counts once that is over.
    for prompt_id in (1, 2, 3):
        over = PromptFinished(site=SITE, call_id=CALL, prompt_id=prompt_id)
        board.handle(over, MONDAY_10H + 20)
    both = board.distributor.live_offers()
    assert len(both) == 2
    for offer in both:
        board.handle(
            OfferAccepted(
                site=SITE, call_id=CALL, offer_id=offer.offer_id, agent_id=offer.agent_id
            ),
            MONDAY_10H + 30,
        )
    assert board.distributor.connected(CALL)
    assert isinstance(board.calls[CALL].engine, Interpreter)
    assert board.faults == 0
