"""The line without telephones: what the model does with commands, and the port around it."""

from __future__ import annotations

import asyncio

import pytest

from adapters.telephony.simulated import Behaviour, Pickup, SimulatedLine, SimulatedPhones
from calls.commands import (
    Bridge,
    CancelTransfer,
    HangUp,
    Listen,
    OfferCall,
    RecallOffer,
    RecordMessage,
    ReleaseAgent,
    Say,
    StartRecording,
    StopListening,
    StopRecording,
    Transfer,
    Utterance,
)
from calls.facts import (
    AgentHungUp,
    CallerHungUp,
    DigitsCollected,
    Fact,
    MessageRecorded,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    OfferUnanswered,
    PromptFinished,
    RecordingSealed,
    SpeechHeard,
    SpeechStarted,
    TransferFailed,
    TransferSucceeded,
)
from calls.ids import AgentId, CallId, OfferId
from calls.ports import LineEvent

CALL, BEN, OFFER = CallId("one"), AgentId("ben"), OfferId("offer")


def phones(pickup: Pickup = Pickup.ANSWERS, after_s: float = 2.0) -> SimulatedPhones:
    made = SimulatedPhones("s", {BEN: Behaviour(pickup=pickup, after_s=after_s)})
    made.arrive(CALL, 100.0)
    return made


def say(prompt_id: int = 1, *, text: str = "x" * 30, barge_in: bool = True) -> Say:
    words = (Utterance(text=text, language="en"),)
    return Say(call_id=CALL, prompt_id=prompt_id, utterances=words, barge_in=barge_in)


def offer(agent_id: AgentId = BEN) -> OfferCall:
    return OfferCall(
        call_id=CALL,
        offer_id=OFFER,
        agent_id=agent_id,
        ring_timeout_s=15.0,
        emergency=False,
        queue="general",
        rule="",
    )


def bridge() -> Bridge:
    return Bridge(call_id=CALL, offer_id=OFFER, agent_id=BEN)


def what(facts: list[tuple[float, Fact]]) -> list[tuple[float, type[Fact]]]:
    return [(delay_s, type(fact)) for delay_s, fact in facts]


def test_a_prompt_takes_as_long_as_reading_it():
    assert what(phones().carry_out(say(text="x" * 150), 100.0)) == [(10.0, PromptFinished)]


def test_a_key_cuts_a_prompt_short_and_is_reported_after_it():
    line = phones()
    ((_delay, finished),) = line.carry_out(say(), 100.0)
    assert [type(fact) for fact in line.press(CALL, "1")] == [PromptFinished, DigitsCollected]
    assert not line.still_true(finished)


def test_a_prompt_without_barge_in_goes_on_and_the_key_is_reported():
    line = phones()
    ((_delay, finished),) = line.carry_out(say(barge_in=False), 100.0)
    assert [type(fact) for fact in line.press(CALL, "1")] == [DigitsCollected]
    assert line.still_true(finished)


def test_the_end_of_a_prompt_that_was_replaced_is_not_reported():
    line = phones()
    ((_delay, old),) = line.carry_out(say(1), 100.0)
    ((_delay, new),) = line.carry_out(say(2), 100.0)
    assert [line.still_true(fact) for fact in (old, new)] == [False, True]


def test_speech_is_started_and_then_heard_in_lower_case():
    started, heard = phones().speak(CALL, "Chest Pain", confidence=0.5, language="en")
    assert isinstance(started, SpeechStarted)
    assert isinstance(heard, SpeechHeard)
    assert (heard.words.reveal(), heard.confidence) == ("chest pain", 0.5)


def test_a_line_listens_between_the_commands_that_say_so():
    line = phones()
    assert line.listening(CALL) is None
    line.carry_out(Listen(call_id=CALL, language="en"), 100.0)
    assert line.listening(CALL) == "en"
    line.carry_out(StopListening(call_id=CALL), 100.0)
    assert line.listening(CALL) is None
    line.carry_out(Listen(call_id=CALL, language="en"), 100.0)
    line.carry_out(bridge(), 100.0)
    assert line.listening(CALL) is None


@pytest.mark.parametrize(
    ("pickup", "follows"),
    [
        (Pickup.ANSWERS, [(0.0, OfferRinging), (2.0, OfferAccepted)]),
        (Pickup.DECLINES, [(0.0, OfferRinging), (2.0, OfferDeclined)]),
        (Pickup.LETS_IT_RING, [(0.0, OfferRinging), (15.0, OfferUnanswered)]),
        (Pickup.UNREACHABLE, [(0.0, OfferFailed)]),
    ],
)
def test_an_agent_treats_an_offer_as_told(pickup, follows):
    assert what(phones(pickup).carry_out(offer(), 100.0)) == follows


def test_an_agent_slower_than_the_ring_timeout_does_not_answer():
    line = phones(after_s=20.0)
    assert what(line.carry_out(offer(), 100.0))[1] == (15.0, OfferUnanswered)


def test_an_agent_nobody_knows_cannot_be_rung():
    assert what(phones().carry_out(offer(AgentId("who")), 100.0)) == [(0.0, OfferFailed)]


def test_a_recalled_offer_is_not_accepted_any_more():
    line = phones()
    facts = [fact for _delay, fact in line.carry_out(offer(), 100.0)]
    line.carry_out(RecallOffer(call_id=CALL, offer_id=OFFER, agent_id=BEN), 101.0)
    assert not any(line.still_true(fact) for fact in facts)


def test_an_agent_hangs_up_once_and_only_when_connected():
    line = phones()
    assert line.agent_hangs_up(CALL, BEN) == []
    line.carry_out(offer(), 100.0)
    line.carry_out(bridge(), 102.0)
    assert [type(fact) for fact in line.agent_hangs_up(CALL, BEN)] == [AgentHungUp]
    assert line.agent_hangs_up(CALL, BEN) == []


def test_a_released_agent_is_not_connected():
    line = phones()
    line.carry_out(bridge(), 102.0)
    line.carry_out(ReleaseAgent(call_id=CALL, offer_id=OFFER, agent_id=BEN), 103.0)
    assert line.snapshot()[0].connected_offers == ()


def test_a_recording_is_as_long_as_it_ran_and_is_sealed_once():
    line = phones()
    line.carry_out(StartRecording(call_id=CALL, recording_id="r"), 100.0)
    assert line.snapshot()[0].recording_id == "r"
    stop = StopRecording(call_id=CALL, recording_id="r")
    ((_delay, sealed),) = line.carry_out(stop, 130.0)
    assert isinstance(sealed, RecordingSealed)
    assert sealed.duration_s == 30.0
    assert line.carry_out(stop, 131.0) == []


def message(recording_id: str = "m", max_s: float = 60.0) -> RecordMessage:
    return RecordMessage(call_id=CALL, recording_id=recording_id, max_s=max_s)


def lengths(line: SimulatedPhones, *facts: Fact) -> list[float]:
    """How long the messages are that are told of by these facts, as far as they still happen."""
    messages = [fact for fact in facts if isinstance(fact, MessageRecorded)]
    return [fact.duration_s for fact in messages if line.still_true(fact)]


def test_a_message_that_nothing_ends_is_told_of_once():
    line = phones()
    ((delay_s, fact),) = line.carry_out(message(), 100.0)
    assert delay_s == 10.0
    assert line.carry_out(message(), 101.0) == [], "told of twice it is one message"
    assert lengths(line, fact, fact) == [10.0]
    assert line.hang_up(CALL, 130.0) == [CallerHungUp(site="s", call_id=CALL)]


def test_a_message_is_never_longer_than_allowed():
    line = phones()
    ((delay_s, fact),) = line.carry_out(message(max_s=4.0), 100.0)
    assert (delay_s, lengths(line, fact)) == (4.0, [4.0])


def test_a_message_the_caller_ends_is_as_long_as_it_came_and_its_key_means_nothing_else():
    line = phones()
    ((_delay, whole),) = line.carry_out(message(), 100.0)
    before, recorded, after = line.press(CALL, "1#2", 103.0)
    assert isinstance(before, DigitsCollected)
    assert isinstance(after, DigitsCollected)
    assert (before.digits.reveal(), after.digits.reveal()) == ("1", "2")
    assert recorded == MessageRecorded(site="s", call_id=CALL, recording_id="m", duration_s=3.0)
    assert lengths(line, whole) == []
    assert [type(fact) for fact in line.press(CALL, "#", 104.0)] == [DigitsCollected]


@pytest.mark.parametrize(
    "command",
    [say(), message("n"), bridge(), StartRecording(call_id=CALL, recording_id="r")],
    ids=lambda command: type(command).__name__,
)
def test_a_message_that_is_cut_short_is_as_long_as_it_came(command):
    line = phones()
    ((_delay, whole),) = line.carry_out(message(), 100.0)
    (delay_s, cut_short), *_ = line.carry_out(command, 104.0)
    assert delay_s == 0.0
    assert lengths(line, whole, cut_short, whole) == [4.0]


@pytest.mark.parametrize("by_caller", [True, False])
def test_what_was_recorded_of_a_caller_who_is_gone_is_told_of(by_caller):
    line = phones()
    ((_delay, whole),) = line.carry_out(message(), 100.0)
    if by_caller:
        hung_up, recorded = line.hang_up(CALL, 105.0)
        assert isinstance(hung_up, CallerHungUp)
        assert isinstance(recorded, MessageRecorded)
        assert recorded.duration_s == 5.0
    else:
        ((_delay, recorded),) = line.carry_out(HangUp(call_id=CALL), 105.0)
        assert lengths(line, recorded) == [5.0]
    assert lengths(line, whole) == []


@pytest.mark.parametrize("by_caller", [True, False])
def test_a_conversation_that_ends_with_the_call_is_sealed(by_caller):
    line = phones()
    line.carry_out(StartRecording(call_id=CALL, recording_id="r"), 100.0)
    if by_caller:
        _hung_up, sealed = line.hang_up(CALL, 105.0)
    else:
        ((_delay, sealed),) = line.carry_out(HangUp(call_id=CALL), 105.0)
        assert line.still_true(sealed)
    assert sealed == RecordingSealed(site="s", call_id=CALL, recording_id="r", duration_s=5.0)


def test_a_recording_in_place_of_another_seals_the_first():
    line = phones()
    first = StartRecording(call_id=CALL, recording_id="r")
    assert line.carry_out(first, 100.0) == []
    assert line.carry_out(first, 101.0) == [], "told of twice it is one recording"
    ((_delay, sealed),) = line.carry_out(StartRecording(call_id=CALL, recording_id="q"), 107.0)
    assert sealed == RecordingSealed(site="s", call_id=CALL, recording_id="r", duration_s=7.0)
    assert line.snapshot()[0].recording_id == "q"


@pytest.mark.parametrize(("answers", "kind"), [(True, TransferSucceeded), (False, TransferFailed)])
def test_a_transfer_ends_as_the_outside_does(answers, kind):
    line = phones()
    line.outside_answers = answers
    ((_delay, fact),) = line.carry_out(Transfer(call_id=CALL, destination="+1"), 100.0)
    assert isinstance(fact, kind)
    assert line.still_true(fact)
    assert not line.still_true(fact), "it happens once"


def test_a_cancelled_transfer_hands_nobody_over():
    line = phones()
    ((_delay, fact),) = line.carry_out(Transfer(call_id=CALL, destination="+1"), 100.0)
    line.carry_out(CancelTransfer(call_id=CALL), 101.0)
    assert not line.still_true(fact)


@pytest.mark.parametrize("by_caller", [True, False])
def test_nothing_happens_to_a_caller_who_is_gone(by_caller):
    line = phones()
    facts = [
        fact for _delay, fact in (*line.carry_out(say(), 100.0), *line.carry_out(offer(), 100.0))
    ]
    if by_caller:
        assert [type(fact) for fact in line.hang_up(CALL)] == [CallerHungUp]
    else:
        line.carry_out(HangUp(call_id=CALL), 101.0)
    assert line.hang_up(CALL) == []
    assert line.press(CALL, "1") == line.speak(CALL, "hello") == []
    assert line.carry_out(say(2), 102.0) == []
    assert not any(line.still_true(fact) for fact in facts)
    assert line.snapshot() == ()


def test_only_agents_with_a_phone_are_reachable():
    assert phones().reachable() == (BEN,)
    assert phones(Pickup.UNREACHABLE).reachable() == ()


# --- the port -------------------------------------------------------------------------------------


async def take(line: SimulatedLine, count: int) -> list[LineEvent]:
    taken: list[LineEvent] = []
    async with asyncio.timeout(10):
        async for event in line.events():
            taken.append(event)
            if len(taken) == count:
                return taken
    raise AssertionError("the line ended")


async def test_events_are_numbered_and_sent_again_until_they_are_acknowledged():
    line = SimulatedLine(phones(), lambda: 100.0)
    line.report(*line.phones.press(CALL, "1"), *line.phones.press(CALL, "2"))
    assert [event.seq for event in await take(line, 2)] == [1, 2]
    await line.acknowledge("simulated", 1)
    line.report(*line.phones.press(CALL, "3"))
    assert [event.seq for event in await take(line, 2)] == [2, 3]


async def test_what_follows_from_a_command_is_reported():
    model = SimulatedPhones("s", {}, instant_prompts=True)
    model.arrive(CALL, 100.0)
    line = SimulatedLine(model, lambda: 100.0)
    await line.carry_out(say(7))
    (event,) = await take(line, 1)
    assert isinstance(event.fact, PromptFinished)
    assert event.fact.prompt_id == 7


async def test_a_snapshot_names_the_last_event_and_what_was_acknowledged():
    line = SimulatedLine(phones(), lambda: 100.0)
    line.report(*line.phones.press(CALL, "12"))
    picture = await line.snapshot()
    assert (picture.seq, picture.reachable) == (1, (BEN,))
    assert [call.call_id for call in picture.calls] == [CALL]


async def test_a_closed_line_reports_nothing_that_was_still_to_come():
    line = SimulatedLine(phones(), lambda: 100.0)
    await line.carry_out(offer())
    line.close()
    await asyncio.sleep(0)
    assert (await line.snapshot()).seq == 0
