"""Red flags who drop are called back, and stay a duty until a person says it is done."""

from __future__ import annotations

import pytest

from acd import RED_FLAG_TASK
from adapters.telephony.simulated import Person, Reached
from calls.commands import Bridge, CallBack, OfferCall, Say
from calls.facts import CallBackAnswered, CallEnded, TaskClosed
from calls.ids import AgentId
from calls.outcome import Outcome
from calls.ports import LineSnapshot
from careline.switchboard import Switchboard
from tests.careline.rig import CALL, Rig

AFTER_911_S = 600.0
NUMBER = "+12025550123"
ATTEMPT = f"{CALL}~1"


@pytest.fixture
def rig(clinic):
    rig = Rig(clinic)
    yield rig
    rig.run.close()


def dropped(rig: Rig, number: str = NUMBER) -> None:
    """A caller presses the emergency key, is told to call 911, and is gone before any answer."""
    rig.run.tell(rig.phones.arrive(CALL, rig.run.now, caller=number))
    rig.press("9")
    rig.run.advance(1)
    rig.run.tell(*rig.phones.hang_up(CALL, rig.run.now))
    rig.run.advance(1)


def confirm(rig: Rig, bridge: Bridge) -> None:
    rig.keyed(bridge, rig.site.features.identity)


def test_a_red_flag_who_drops_is_called_back_by_a_nurse_but_not_while_they_may_speak_with_911(rig):
    rig.ready("grace")
    dropped(rig)
    rig.turns.clear()
    rig.run.advance(AFTER_911_S - 10)
    assert not rig.of(OfferCall)
    rig.run.advance(20)
    (offer,) = rig.of(OfferCall)
    assert (offer.call_id, offer.agent_id, offer.call_back) == (ATTEMPT, "grace", True)
    (dialled,) = rig.of(CallBack)
    assert dialled.answers == CALL
    assert dialled.destination.reveal() == NUMBER
    (bridge,) = rig.of(Bridge)
    assert bridge.call_id == ATTEMPT


def advised_at(rig: Rig) -> list[float]:
    return [
        at
        for at, turn in rig.turns
        for command in turn.commands
        if isinstance(command, Say) and command.advises_911
    ]


def offered_at(rig: Rig) -> list[float]:
    return [at for at, turn in rig.turns if any(isinstance(c, OfferCall) for c in turn.commands)]


def test_the_time_they_may_speak_with_911_begins_with_the_last_advice_that_they_heard(rig):
    rig.phones.outside_answers = False
    rig.run.tell(rig.phones.arrive(CALL, rig.run.now, caller=NUMBER))
    rig.press("9")
    rig.run.advance(800)
    rig.run.tell(*rig.phones.hang_up(CALL, rig.run.now))
    told = advised_at(rig)
    assert told[-1] - told[0] > AFTER_911_S
    rig.ready("grace")
    rig.run.advance(2 * AFTER_911_S)
    assert offered_at(rig)[0] == pytest.approx(told[-1] + AFTER_911_S, abs=1)


def test_the_advice_counts_also_where_a_failure_gave_it(rig, monkeypatch):
    rig.run.tell(rig.phones.arrive(CALL, rig.run.now, caller=NUMBER))
    rig.run.advance(1)

    def broken(_fact, _now):
        raise RuntimeError("a bug")

    monkeypatch.setattr(rig.run.switchboard.calls[CALL].engine, "handle", broken, raising=False)
    rig.press("9")
    rig.run.advance(1)
    rig.run.tell(*rig.phones.hang_up(CALL, rig.run.now))
    (told,) = advised_at(rig)
    rig.ready("grace")
    rig.run.advance(2 * AFTER_911_S)
    assert offered_at(rig)[0] == pytest.approx(told + AFTER_911_S, abs=1)


def test_what_is_said_to_whoever_answers_tells_nothing_of_the_call(rig):
    rig.ready("grace")
    dropped(rig)
    rig.run.advance(AFTER_911_S + 20)
    (dialled,) = rig.of(CallBack)
    prompt = rig.site.rules.prompts["call-back"]
    assert [each.text for each in dialled.utterances] == [prompt["en"], prompt["es"]]


def test_the_task_stays_until_a_person_closes_it(rig):
    rig.ready("grace")
    dropped(rig)
    rig.run.advance(AFTER_911_S + 20)
    board = rig.run.switchboard
    confirm(rig, rig.of(Bridge)[-1])
    rig.run.tell(*rig.phones.agent_hangs_up(ATTEMPT, AgentId("grace")))
    rig.run.advance(3600)
    assert [r.outcome for r in rig.records if isinstance(r, CallEnded)][-1] is Outcome.HANDLED
    view = board.distributor.call_back(CALL)
    assert (view.reached, view.confirmed) == (True, True)
    assert [task.order.kind for task in board.tasks] == [RED_FLAG_TASK]
    assert len(rig.of(CallBack)) == 1
    rig.run.tell(
        TaskClosed(
            site=rig.site.id,
            call_id=CALL,
            kind=RED_FLAG_TASK,
            by=AgentId("grace"),
            how="reached",
        )
    )
    assert not list(board.tasks)
    assert board.distributor.call_back(CALL) is None


def test_where_no_number_is_known_the_nurse_is_told_to_ask_and_nobody_is_dialled(rig):
    rig.run.tell(rig.phones.arrive(CALL, rig.run.now))
    rig.press("9")
    rig.ready("grace")
    (offer,) = rig.of(OfferCall)
    assert offer.ask_number
    rig.run.tell(*rig.phones.hang_up(CALL, rig.run.now))
    rig.run.advance(7200)
    assert not rig.of(CallBack)
    assert [task.order.kind for task in rig.run.switchboard.tasks] == [RED_FLAG_TASK]


def test_nobody_reached_is_tried_again_and_then_left_to_a_person(rig):
    rig.phones.person = Person(reached=Reached.PRESSES_NOTHING)
    rig.ready("grace")
    dropped(rig)
    rig.run.advance(7200)
    assert len(rig.of(CallBack)) == rig.site.emergency.call_back_attempts
    assert rig.run.switchboard.distributor.call_back(CALL) is not None
    assert not rig.run.switchboard.calls


def test_a_restart_in_the_middle_of_a_call_back_goes_on_with_it(rig):
    rig.ready("grace")
    dropped(rig)
    rig.run.advance(AFTER_911_S + 3)
    reborn = Switchboard(rig.site)
    reborn.replay([(at, record) for at, turn in rig.turns for record in turn.records])
    picture = LineSnapshot(
        epoch="same", calls=rig.phones.snapshot(), reachable=rig.phones.reachable()
    )
    rig.run.take_over(reborn, reborn.reconcile(picture, rig.run.now))
    rig.run.advance(30)
    assert [bridge.call_id for bridge in rig.of(Bridge)] == [ATTEMPT]
    assert not reborn.faults


def test_an_attempt_named_like_one_that_is_over_is_a_call_and_no_answer_told_again_is(rig):
    rig.ready("grace")
    dropped(rig)
    board = rig.run.switchboard
    board.calls.remember_ended([ATTEMPT])
    rig.run.advance(AFTER_911_S + 20)
    assert ATTEMPT in board.calls
    engine = board.calls[ATTEMPT].engine
    (answered,) = (r for r in rig.records if isinstance(r, CallBackAnswered))
    rig.run.tell(answered)
    assert board.calls[ATTEMPT].engine is engine
    rig.run.tell(*rig.phones.agent_hangs_up(ATTEMPT, AgentId("grace")))
    rig.run.advance(60)
    assert ATTEMPT in board.calls.ended
    rig.run.tell(answered)
    assert ATTEMPT not in board.calls
    assert not board.faults


def test_the_line_never_says_what_a_caller_said(rig):
    rig.ready("grace")
    rig.arrive()
    rig.say("i want to end my life")
    rig.run.advance(120)
    texts = {text for each in rig.site.rules.prompts.values() for text in each.values()}
    said = {utterance.text for command in rig.of(Say) for utterance in command.utterances}
    assert said <= texts
