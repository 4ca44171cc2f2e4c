"""Unlucky histories, one after the other: no red flag is lost on the way, nobody else either."""

from __future__ import annotations

import pytest

from adapters.telephony.simulated import Pickup
from calls.commands import (
    Bridge,
    CancelTransfer,
    OfferCall,
    RecallOffer,
    ReleaseAgent,
    Say,
    Transfer,
)
from calls.facts import (
    AgentKeyed,
    CallQueued,
    Fact,
    OfferAccepted,
    OfferFailed,
    WordsAssessed,
)
from calls.outcome import Outcome
from calls.ports import LineSnapshot, LiveCall
from calls.private import Private
from calls.verdict import Action, Disposition, Verdict
from careline.switchboard import Switchboard
from ivr import State
from tests.careline.rig import CALL, OTHER, SUNDAY_10H, Rig

ON_CALL_AFTER_S = 30.0
"""As the sample clinic's ladder says."""
RED = Verdict(action=Action.CALL_911, disposition=Disposition.NOW_911)


def understood(rig: Rig, verdict: Verdict = RED) -> None:
    """Triage's verdict on what was said a moment ago."""
    rig.run.tell(
        WordsAssessed(
            site=rig.site.id, call_id=CALL, words=Private("x"), confidence=0.9, verdict=verdict
        )
    )


def restarted(rig: Rig, *meanwhile: Fact, **changed: object) -> None:
    """The brain is killed and comes back.

    It is told what happened meanwhile and finds the line as it stands, but for what is given.
    """
    reborn = Switchboard(rig.site)
    reborn.replay([(at, record) for at, turn in rig.turns for record in turn.records])
    for fact in meanwhile:
        rig.run.take_over(reborn, reborn.handle(fact, rig.run.now))
    calls = rig.phones.snapshot()
    if changed:
        calls = tuple(
            LiveCall(call_id=each.call_id, arrived_at=each.arrived_at, **changed) for each in calls
        )
    picture = LineSnapshot(epoch="same", calls=calls, reachable=rig.phones.reachable())
    rig.run.take_over(reborn, reborn.reconcile(picture, rig.run.now))


def with_clerk(rig: Rig, *others: str) -> Bridge:
    """A caller who speaks with Ben."""
    rig.ready("ben", *others)
    rig.arrive()
    rig.press("0")
    rig.run.advance(5)
    (bridge,) = rig.of(Bridge)
    assert bridge.agent_id == "ben"
    return bridge


def test_a_red_flag_understood_as_a_clerk_answers_waits_in_the_nurse_lane_and_is_advised(rig):
    with_clerk(rig)
    rig.turns.clear()
    understood(rig)
    assert [command.agent_id for command in rig.of(ReleaseAgent)] == ["ben"]
    assert rig.run.switchboard.calls[CALL].engine.state is State.EMERGENCY
    said = [each.text for command in rig.of(Say) for each in command.utterances]
    assert rig.site.rules.prompts[rig.site.rules.advice_911]["en"] in said
    # No offer of a message ever: the on-call number is rung, and a nurse as soon as there is one.
    rig.run.advance(ON_CALL_AFTER_S - 1)
    rig.ready("grace")
    rig.run.advance(5)
    assert [command.agent_id for command in rig.of(Bridge)] == ["grace"]


def test_an_agent_who_leaves_before_they_are_connected_costs_the_caller_no_place(rig):
    rig.on_break("ben")
    rig.arrive()
    rig.press("0")
    rig.run.advance(30)
    rig.arrive(OTHER)
    rig.press("0", OTHER)
    rig.ready("ben")
    (offer,) = rig.of(OfferCall)
    names = {
        "site": rig.site.id,
        "call_id": CALL,
        "offer_id": offer.offer_id,
        "agent_id": offer.agent_id,
    }
    rig.run.tell(OfferAccepted(**names), OfferFailed(**names, reason="unreachable"))
    distributor = rig.run.switchboard.distributor
    assert distributor.position(CALL) == 1
    assert distributor.waited_s(CALL, rig.run.now) == pytest.approx(30, abs=0.01)
    assert rig.run.switchboard.calls[CALL].engine.state is State.WAITING


@pytest.mark.parametrize("red", [False, True])
def test_a_conversation_that_only_the_brain_remembers_puts_its_caller_in_front_again(rig, red):
    if red:
        rig.ready("grace")
        rig.arrive()
        rig.press("9")
        rig.run.advance(5)
    else:
        with_clerk(rig)
    restarted(rig, connected_offers=())
    state = rig.run.switchboard.calls[CALL].engine.state
    assert state is (State.EMERGENCY if red else State.WAITING)
    assert rig.run.switchboard.distributor.position(CALL) == 1


def test_a_caller_who_hangs_up_while_it_rings_and_the_brain_is_away_frees_the_agent(clinic):
    rig = Rig(clinic, ben=Pickup.LETS_IT_RING)
    rig.ready("ben")
    rig.arrive()
    rig.press("0")
    rig.run.advance(13)
    (offer,) = rig.of(OfferCall)
    restarted(rig, *rig.phones.hang_up(CALL))
    assert [command.offer_id for command in rig.of(RecallOffer)] == [offer.offer_id]
    assert not rig.run.switchboard.calls
    assert rig.outcomes() == [Outcome.ABANDONED]
    rig.arrive(OTHER)
    rig.press("0", OTHER)
    assert [command.agent_id for command in rig.of(OfferCall)] == ["ben", "ben"]
    rig.run.close()


def test_a_key_for_escalation_pressed_as_the_agent_leaves_still_brings_a_nurse(rig):
    bridge = with_clerk(rig)
    keyed = {
        "site": rig.site.id,
        "call_id": CALL,
        "offer_id": bridge.offer_id,
        "agent_id": bridge.agent_id,
    }
    rig.run.tell(AgentKeyed(**keyed, digits="*"))
    rig.run.tell(*rig.phones.agent_hangs_up(CALL, bridge.agent_id))
    rig.run.tell(AgentKeyed(**keyed, digits="9"))
    assert [r.requirement.emergency for r in rig.records if isinstance(r, CallQueued)][-1]
    rig.ready("grace")
    rig.run.advance(5)
    assert [command.agent_id for command in rig.of(Bridge)] == ["ben", "grace"]


def test_a_decline_a_ring_without_answer_and_an_escalation_end_with_a_nurse(clinic):
    rig = Rig(clinic, ruth=Pickup.DECLINES, hannah=Pickup.LETS_IT_RING, elena=Pickup.DECLINES)
    rig.ready("ruth", "hannah", "ben", "elena", "grace")
    rig.arrive()
    rig.press("0")
    rig.run.advance(40)
    assert [command.agent_id for command in rig.of(OfferCall)] == ["ruth", "hannah", "ben"]
    (bridge,) = rig.of(Bridge)
    for digit in "*9":
        rig.run.tell(
            AgentKeyed(
                site=clinic.id,
                call_id=CALL,
                offer_id=bridge.offer_id,
                agent_id=bridge.agent_id,
                digits=digit,
            )
        )
    rig.run.advance(20)
    offers = [command.agent_id for command in rig.of(OfferCall) if command.emergency]
    assert offers == ["elena", "grace"]
    assert rig.of(Bridge)[-1].agent_id == "grace"
    rig.run.close()


def test_an_agent_who_goes_home_while_it_rings_passes_the_caller_on(clinic):
    rig = Rig(clinic, ruth=Pickup.LETS_IT_RING)
    rig.ready("ruth", "ben")
    rig.arrive()
    rig.press("0")
    rig.out("ruth")
    rig.run.advance(30)
    assert [command.agent_id for command in rig.of(Bridge)] == ["ben"]
    rig.run.tell(*rig.phones.hang_up(CALL))
    rig.run.advance(60)
    rig.out("ben")
    rig.arrive(OTHER)
    rig.press("0", OTHER)
    assert len(rig.of(OfferCall)) == 2
    rig.run.close()


def test_the_first_nurse_to_sign_in_takes_a_red_flag_from_the_number_that_is_rung_outside(clinic):
    rig = Rig(clinic, SUNDAY_10H)
    rig.phones.outside_answers = False
    rig.arrive()
    rig.press("9")
    rig.run.advance(ON_CALL_AFTER_S + 1)
    assert len(rig.of(Transfer)) == 1
    rig.ready("grace")
    rig.run.advance(2.5)
    kinds = [type(command) for command in rig.commands]
    assert kinds.index(OfferCall) > kinds.index(Transfer)
    assert [command.agent_id for command in rig.of(Bridge)] == ["grace"]
    rig.run.advance(120)
    assert len(rig.of(Transfer)) == 1
    assert rig.run.switchboard.calls[CALL].engine.state is State.CONNECTED
    rig.run.close()


@pytest.mark.parametrize("by", ["key", "words"])
def test_a_caller_who_feels_worse_on_hold_is_a_nurses(clinic, by):
    rig = Rig(clinic)
    rig.ready("ben", "grace")
    rig.arrive()
    rig.press("0")
    rig.run.advance(20)
    (talking,) = rig.of(Bridge)
    rig.run.tell(*rig.phones.agent_holds(CALL, talking.agent_id))
    rig.run.advance(30)
    if by == "key":
        rig.press("9")
    else:
        assert rig.phones.listening(CALL)
        rig.say("i have crushing chest pain")
    rig.run.advance(10)
    bridges = [command.agent_id for command in rig.of(Bridge)]
    assert bridges == [talking.agent_id, "grace"]
    rig.run.close()


def test_a_voicemail_at_the_number_on_call_does_not_take_a_red_flag_from_the_nurses(clinic):
    rig = Rig(clinic, SUNDAY_10H)
    rig.phones.outside_confirms = False
    rig.arrive()
    rig.press("9")
    rig.run.advance(ON_CALL_AFTER_S + 60)
    assert rig.of(Transfer)
    assert rig.run.switchboard.tasks.of(CALL)
    rig.ready("grace")
    rig.run.advance(2.5)
    assert [command.agent_id for command in rig.of(Bridge)] == ["grace"]
    rig.run.close()


def test_an_outside_party_who_answers_first_calls_the_nurses_phone_off(clinic):
    rig = Rig(clinic, SUNDAY_10H, grace=Pickup.LETS_IT_RING)
    rig.arrive()
    rig.press("9")
    rig.run.advance(ON_CALL_AFTER_S)
    assert len(rig.of(Transfer)) == 1
    rig.ready("grace")
    (offer,) = rig.of(OfferCall)
    rig.run.advance(5)
    assert [command.offer_id for command in rig.of(RecallOffer)] == [offer.offer_id]
    assert not rig.of(CancelTransfer)
    assert not rig.run.switchboard.tasks
    assert len(rig.outcomes()) == 1
    rig.run.close()
