"""The line without telephones: people who are called back."""

from __future__ import annotations

import pytest

from adapters.telephony.simulated import Behaviour, Person, Pickup, Reached, SimulatedPhones
from calls.commands import (
    Bridge,
    CallBack,
    HangUp,
    OfferCall,
    RecallOffer,
    ReleaseAgent,
    Say,
    Utterance,
)
from calls.facts import (
    AgentHungUp,
    CallBackAnswered,
    CallBackMissed,
    CallerHungUp,
    DigitsCollected,
    Fact,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    PromptFinished,
)
from calls.ids import AgentId, CallId, OfferId
from calls.ports import LiveCall
from calls.private import Private

CALL, EARLIER = CallId("one"), CallId("earlier")
ANA, BEN = AgentId("ana"), AgentId("ben")
O1, O2 = OfferId("o1"), OfferId("o2")
WORDS = (Utterance(text="x" * 75, language="en"),)  # five seconds


def phones(person: Person | None = None, pickup: Pickup = Pickup.ANSWERS) -> SimulatedPhones:
    behaviour = Behaviour(pickup=pickup)
    return SimulatedPhones("s", {ANA: behaviour, BEN: behaviour}, person=person)


def offer(offer_id: OfferId = O1, agent_id: AgentId = ANA, *, call_back: bool = True) -> OfferCall:
    return OfferCall(
        call_id=CALL,
        offer_id=offer_id,
        agent_id=agent_id,
        ring_timeout_s=15.0,
        emergency=False,
        queue="general",
        rule="",
        call_back=call_back,
    )


def call_back(offer_id: OfferId = O1, destination: str = "+15550100") -> CallBack:
    return CallBack(
        call_id=CALL,
        answers=EARLIER,
        offer_id=offer_id,
        agent_id=ANA,
        destination=Private(destination),
        utterances=WORDS,
        ring_timeout_s=30.0,
    )


def happen(line: SimulatedPhones, follows: list[tuple[float, Fact]]) -> list[Fact]:
    """What of it still happens."""
    return [fact for _delay, fact in follows if line.still_true(fact)]


def accepted(line: SimulatedPhones, offer_id: OfferId = O1, agent_id: AgentId = ANA) -> None:
    facts = happen(line, line.carry_out(offer(offer_id, agent_id), 100.0))
    assert [type(fact) for fact in facts] == [OfferRinging, OfferAccepted]


def there(line: SimulatedPhones) -> None:
    accepted(line)
    ((_delay, answered),) = line.carry_out(call_back(), 103.0)
    assert isinstance(answered, CallBackAnswered)
    assert line.still_true(answered)
    assert not line.still_true(answered), "it happens once"


def test_an_offer_of_a_call_back_needs_no_caller_and_is_in_the_picture():
    line = phones()
    line.carry_out(offer(), 100.0)
    assert line.snapshot() == (
        LiveCall(call_id=CALL, arrived_at=100.0, ringing_offers=(O1,), call_back=True),
    )
    assert line.carry_out(offer(), 101.0) == [], "told twice it is one offer"
    assert phones().carry_out(offer(call_back=False), 100.0) == []


@pytest.mark.parametrize(
    ("reached", "kind", "reason", "after_s"),
    [
        (Reached.PRESSES, CallBackAnswered, None, 8.0),
        (Reached.PRESSES_NOTHING, CallBackMissed, "not-confirmed", 24.0),
        (Reached.BUSY, CallBackMissed, "busy", 0.0),
        (Reached.NO_ANSWER, CallBackMissed, "no-answer", 30.0),
    ],
)
def test_a_person_treats_a_call_back_as_told(reached, kind, reason, after_s):
    line = phones(Person(reached=reached, after_s=5.0))
    accepted(line)
    ((delay_s, fact),) = line.carry_out(call_back(), 103.0)
    assert (delay_s, type(fact), getattr(fact, "reason", None)) == (after_s, kind, reason)
    assert (fact.call_id, fact.offer_id, fact.agent_id) == (CALL, O1, ANA)
    assert line.still_true(fact)
    assert not line.still_true(fact), "it happens once"
    assert line.snapshot()[0].ringing_offers == (O1,)
    assert line.carry_out(call_back(), 140.0) == [], "told twice the person is called once"


def test_a_person_slower_than_the_ring_timeout_does_not_answer():
    line = phones(Person(after_s=30.0))
    accepted(line)
    ((delay_s, fact),) = line.carry_out(call_back(), 103.0)
    assert (delay_s, fact.reason) == (30.0, "no-answer")


def test_nobody_is_called_without_a_number():
    line = phones()
    accepted(line)
    ((_delay, fact),) = line.carry_out(call_back(destination=""), 103.0)
    assert fact.reason == "not-permitted"


def test_who_was_reached_is_a_caller_like_any_other():
    line = phones()
    there(line)
    (picture,) = line.snapshot()
    assert (picture.call_back, picture.ringing_offers) == (False, (O1,))
    line.carry_out(Bridge(call_id=CALL, offer_id=O1, agent_id=ANA), 112.0)
    assert line.snapshot()[0].connected_offers == (O1,)
    assert [type(fact) for fact in line.press(CALL, "4")] == [DigitsCollected]
    ((_delay, said),) = line.carry_out(Say(call_id=CALL, prompt_id=1, utterances=WORDS), 113.0)
    assert isinstance(said, PromptFinished)
    assert [type(fact) for fact in line.hang_up(CALL)] == [CallerHungUp]
    assert line.snapshot() == ()


def test_another_agent_may_be_offered_who_was_reached():
    line = phones()
    there(line)
    line.carry_out(RecallOffer(call_id=CALL, offer_id=O1, agent_id=ANA), 112.0)
    accepted(line, O2, BEN)
    assert line.snapshot()[0].ringing_offers == (O2,)


def test_a_person_who_hangs_up_without_a_key_was_missed():
    line = phones()
    accepted(line)
    ((_delay, answered),) = line.carry_out(call_back(), 103.0)
    (missed,) = line.hang_up(CALL, 109.0)
    assert isinstance(missed, CallBackMissed)
    assert missed.reason == "not-confirmed"
    assert not line.still_true(answered)
    assert line.hang_up(CALL, 110.0) == []


def test_an_agent_who_hangs_up_ends_the_attempt():
    line = phones()
    assert line.agent_hangs_up(CALL, ANA) == []
    accepted(line)
    assert line.agent_hangs_up(CALL, BEN) == []
    ((_delay, answered),) = line.carry_out(call_back(), 103.0)
    (gone,) = line.agent_hangs_up(CALL, ANA)
    assert gone == AgentHungUp(site="s", call_id=CALL, offer_id=O1, agent_id=ANA)
    assert not line.still_true(answered)
    assert line.snapshot() == ()


@pytest.mark.parametrize(
    "command",
    [
        HangUp(call_id=CALL),
        RecallOffer(call_id=CALL, offer_id=O1, agent_id=ANA),
        ReleaseAgent(call_id=CALL, offer_id=O1, agent_id=ANA),
    ],
    ids=lambda command: type(command).__name__,
)
def test_what_the_brain_ends_does_not_happen(command):
    line = phones()
    accepted(line)
    ((_delay, answered),) = line.carry_out(call_back(), 103.0)
    assert line.carry_out(command, 104.0) == []
    assert not line.still_true(answered)
    assert line.snapshot() == ()


def test_of_two_agents_the_one_who_stays_keeps_the_call():
    line = phones()
    accepted(line)
    accepted(line, O2, BEN)
    ((_delay, answered),) = line.carry_out(call_back(), 103.0)
    line.carry_out(RecallOffer(call_id=CALL, offer_id=O2, agent_id=BEN), 104.0)
    assert line.snapshot()[0].ringing_offers == (O1,)
    assert line.still_true(answered)


@pytest.mark.parametrize(
    ("pickup", "kind"), [(Pickup.DECLINES, OfferDeclined), (Pickup.UNREACHABLE, OfferFailed)]
)
def test_an_offer_that_is_not_accepted_leaves_no_call(pickup, kind):
    line = phones(pickup=pickup)
    facts = happen(line, line.carry_out(offer(), 100.0))
    assert isinstance(facts[-1], kind)
    assert line.snapshot() == ()
    assert line.carry_out(call_back(), 103.0) == []


def test_nobody_is_called_for_an_agent_who_has_not_answered():
    line = phones()
    line.carry_out(offer(), 100.0)
    assert line.carry_out(call_back(), 101.0) == []
