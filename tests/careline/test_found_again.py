"""Callers whom a cut-off machine kept on music are helped when it is back, and never hung up on."""

from __future__ import annotations

import pytest

from acd.metrics import Metrics
from calls.commands import HangUp, OfferCall, RecallOffer, ReleaseAgent, Say, Transfer
from calls.facts import (
    AgentHungUp,
    AgentReady,
    CallArrived,
    CallEnded,
    CallFailed,
    OfferFailed,
)
from calls.ids import AgentId, CallId, OfferId, QueueId
from calls.ports import LineSnapshot, LiveCall
from careline.switchboard import Switchboard
from careline.turn import Turn
from tests.careline.rig import CALL, OTHER, Rig

GRACE = AgentId("grace")


class CutOff:
    """One caller of one machine, which can be cut off from the rest of the site."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.board = rig.run.switchboard
        self.now = rig.run.now
        self.turns = list(rig.turns)

    def compare(self, **up: object) -> Turn:
        """The machine is back, and shows the caller."""
        call = LiveCall(call_id=CALL, arrived_at=self.now, **up)  # type: ignore[arg-type]
        picture = self._picture(calls=(call, *self._others()))
        return self._note(self.board.reconcile(picture, self.now))

    def lose_sight(self) -> Turn:
        """It is silent for a moment."""
        picture = self._picture(calls=self._others(), unseen=(CALL,))
        return self._note(self.board.reconcile(picture, self.now))

    def cut_off(self) -> Turn:
        """It is silent for so long that its caller is given up."""
        self.lose_sight()
        self.now += 15.0
        return self._note(self.board.reconcile(self._picture(), self.now))

    def tell(self, fact) -> Turn:
        return self._note(self.board.handle(fact, self.now))

    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while (due := self.board.next_deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            self._note(self.board.tick(self.now))
        self.now = until

    def replayed(self) -> Switchboard:
        again = Switchboard(self.rig.site)
        again.replay((at, record) for at, turn in self.turns for record in turn.records)
        return again

    def _others(self) -> tuple[LiveCall, ...]:
        others = [call_id for call_id in self.board.calls if call_id != CALL]
        return tuple(LiveCall(call_id=call_id, arrived_at=self.now) for call_id in others)

    def _picture(self, **shown: object) -> LineSnapshot:
        return LineSnapshot(
            epoch="", reachable=self.rig.phones.reachable(), **{"calls": (), **shown}
        )

    def _note(self, turn: Turn) -> Turn:
        self.turns.append((self.now, turn))
        return turn


@pytest.fixture
def rig(clinic):
    rig = Rig(clinic)
    yield rig
    rig.run.close()


def test_a_red_flag_who_is_there_after_all_is_a_nurses_at_once_in_their_old_place(rig):
    rig.arrive()
    rig.press("9")
    rig.run.advance(2)
    site = CutOff(rig)
    site.cut_off()
    assert site.board.distributor.call_back(CALL) is not None
    site.wait(20)
    site.tell(rig.phones.arrive(OTHER, site.now))
    for fact in rig.phones.press(OTHER, "9"):
        site.tell(fact)
    turn = site.compare()
    assert not [each for each in turn.commands if isinstance(each, HangUp)]
    assert [each for each in turn.commands if isinstance(each, Say)]
    assert site.board.distributor.on_emergency_call(CALL)
    assert [site.board.distributor.position(each) for each in (CALL, OTHER)] == [1, 2]
    assert not site.board.tasks.of(CALL), "nobody has to call them back"
    assert site.board.distributor.call_back(CALL) is None
    again = site.replayed()
    assert again.distributor.on_emergency_call(CALL)
    assert not again.tasks.of(CALL)
    ready = AgentReady(site=rig.site.id, agent_id=GRACE)
    (offer,) = [each for each in site.tell(ready).commands if isinstance(each, OfferCall)]
    assert (offer.call_id, offer.emergency, offer.call_back) == (CALL, True, False)


def red_flags(rig: Rig, *call_ids: CallId) -> CutOff:
    for call_id in call_ids:
        rig.arrive(call_id)
        rig.press("9", call_id)
        rig.run.advance(2)
    return CutOff(rig)


def test_no_nurse_is_kept_for_a_red_flag_who_cannot_be_seen(rig):
    site = red_flags(rig, CALL, OTHER)
    site.lose_sight()
    ready = AgentReady(site=rig.site.id, agent_id=GRACE)
    (offer,) = [each for each in site.tell(ready).commands if isinstance(each, OfferCall)]
    assert offer.call_id == OTHER
    assert repr(site.replayed().distributor.live_offers()) == repr(
        site.board.distributor.live_offers()
    )


def test_a_red_flag_who_is_seen_again_has_the_place_they_had(rig):
    site = red_flags(rig, CALL, OTHER)
    positions = [site.board.distributor.position(each) for each in (CALL, OTHER)]
    assert positions == [1, 2]
    waited_s = site.board.distributor.waited_s(CALL, site.now)
    site.lose_sight()
    site.wait(5)
    site.compare()
    for board in (site.board, site.replayed()):
        assert [board.distributor.position(each) for each in (CALL, OTHER)] == positions
        assert board.distributor.waited_s(CALL, site.now) == pytest.approx(waited_s + 5)


def test_a_red_flag_who_is_seen_no_more_is_called_back(rig):
    site = red_flags(rig, CALL)
    site.lose_sight()
    assert not site.board.tasks.of(CALL)
    site.cut_off()
    assert site.board.tasks.of(CALL, "red-flag-call-back")
    assert site.board.distributor.call_back(CALL) is not None


def test_a_phone_that_rings_for_a_red_flag_who_cannot_be_seen_rings_on(rig):
    site = red_flags(rig, CALL)
    site.tell(AgentReady(site=rig.site.id, agent_id=GRACE))
    (before,) = site.board.distributor.live_offers()
    assert not site.lose_sight().commands
    assert site.board.distributor.live_offers() == (before,)


def test_a_red_flag_who_drops_after_all_is_called_back(rig):
    rig.arrive()
    rig.press("9")
    rig.run.advance(2)
    site = CutOff(rig)
    site.cut_off()
    site.compare()
    site.cut_off()
    assert site.board.tasks.of(CALL, "red-flag-call-back")
    assert len(site.board.tasks) == 1


def test_who_was_not_in_danger_begins_anew_as_the_same_person(rig):
    rig.arrive()
    rig.run.advance(20)
    rig.press("0")
    rig.run.advance(2)
    site = CutOff(rig)
    site.cut_off()
    assert site.board.tasks.of(CALL)
    turn = site.compare()
    assert [each for each in turn.commands if isinstance(each, Say)]
    assert not [each for each in turn.commands if isinstance(each, HangUp | Transfer)]
    assert not site.board.tasks.of(CALL)
    first, again = [
        each for _at, turn in site.turns for each in turn.records if isinstance(each, CallArrived)
    ]
    assert again.caller == first.caller
    for board in (site.board, site.replayed()):
        assert list(board.calls) == [CALL]
        assert CALL not in board.calls.ended
    figures = Metrics(
        queues=rig.site.queues,
        agents=rig.site.agents,
        nurse_queue=QueueId(rig.site.rules.nurse_queue),
    )
    for at, turn in site.turns:
        for record in turn.records:
            figures.take(at, record)
    assert figures.balanced
    (cell,) = figures.results().calls.values()
    assert (cell.arrived, cell.live) == (2, 1), "it counts as two calls"
    # They are an ordinary caller from now on: unseen again they are given up again, once.
    ended = [each for each in site.cut_off().records if isinstance(each, CallFailed | CallEnded)]
    assert [type(each) for each in ended] == [CallFailed, CallEnded]


def test_a_conversation_that_nobody_saw_goes_on_to_its_end(rig):
    rig.ready("ben")
    rig.arrive()
    rig.run.advance(20)
    rig.press("0")
    rig.run.advance(5)
    (offer,) = rig.of(OfferCall)
    assert rig.run.switchboard.distributor.connected(CALL)
    site = CutOff(rig)
    site.cut_off()
    turn = site.compare(connected_offers=(offer.offer_id,))
    assert not [
        each for each in turn.commands if isinstance(each, HangUp | ReleaseAgent | RecallOffer)
    ]
    assert CALL not in site.board.calls
    named = {"site": rig.site.id, "call_id": CALL, "offer_id": offer.offer_id}
    assert site.tell(AgentHungUp(**named, agent_id=offer.agent_id)).commands == [
        HangUp(call_id=CALL)
    ]


def test_a_caller_whose_agents_phone_is_lost_then_is_helped(rig):
    rig.ready("ben")
    rig.arrive()
    rig.run.advance(20)
    rig.press("0")
    rig.run.advance(5)
    (offer,) = rig.of(OfferCall)
    site = CutOff(rig)
    site.cut_off()
    site.compare(connected_offers=(offer.offer_id,))
    named = {"site": rig.site.id, "call_id": CALL, "offer_id": offer.offer_id}
    failed = OfferFailed(**named, agent_id=offer.agent_id, reason="unreachable")
    assert [each for each in site.tell(failed).commands if isinstance(each, Say)]
    assert list(site.replayed().calls) == [CALL]


def test_a_phone_that_rings_for_a_caller_who_was_given_up_rings_no_more(rig):
    rig.arrive()
    site = CutOff(rig)
    site.cut_off()
    turn = site.compare(ringing_offers=(OfferId("one/7"),))
    (recalled,) = [each for each in turn.commands if isinstance(each, RecallOffer)]
    assert recalled.offer_id == "one/7"
    assert [each for each in turn.commands if isinstance(each, Say)]
