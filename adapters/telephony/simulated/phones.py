"""Callers' legs and agents' phones as a model. Pure: commands in, facts with their delays out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.telephony.simulated.behaviour import Behaviour, Person, Pickup
from adapters.telephony.simulated.call_backs import SimulatedCallBacks
from adapters.telephony.simulated.offers import Ringing, happens, holds, ring
from adapters.telephony.simulated.recordings import Delayed, SimulatedRecordings
from calls.commands import (
    Bridge,
    CallBack,
    CancelTransfer,
    Command,
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
)
from calls.facts import (
    AgentHungUp,
    CallArrived,
    CallBackAnswered,
    CallerHungUp,
    CallFact,
    CallHeld,
    CallRetrieved,
    DigitsCollected,
    Fact,
    MessageRecorded,
    OfferFact,
    PromptFinished,
    RecordingSealed,
    SpeechHeard,
    SpeechStarted,
    TransferFailed,
    TransferSucceeded,
)
from calls.ids import AgentId, CallId, OfferId
from calls.ports import LiveCall
from calls.private import Private

_CHARACTERS_PER_S = 15.0
"""How fast a prompt is spoken: about 150 words a minute."""


@dataclass(slots=True)
class _Leg:
    """A caller, as the simulated line sees it."""

    site: str
    arrived_at: float
    connected: dict[OfferId, AgentId] = field(default_factory=dict)
    held: set[OfferId] = field(default_factory=set)
    ringing: Ringing = field(default_factory=dict)
    prompt_id: int | None = None
    barge_in: bool = True
    listening: str | None = None
    dialling: bool = False
    outside: bool = False

    def leave(self, offer_id: OfferId) -> None:
        """An agent is gone."""
        self.ringing.pop(offer_id, None)
        self.connected.pop(offer_id, None)
        self.held.discard(offer_id)

    def hold(self, offer_id: OfferId, *, held: bool) -> bool:
        """A connected agent holds or retrieves; whether that changed anything."""
        if offer_id not in self.connected or (offer_id in self.held) == held:
            return False
        if held:
            self.held.add(offer_id)
        else:
            self.held.discard(offer_id)
        return True


class SimulatedPhones:
    """The model: what callers' legs and agents' phones do with commands.

    Args:
        site: the site's id.
        agents: how each agent treats offers; an agent who is missing is unreachable.
        instant_prompts: whether prompts take no time (a person reads them in a terminal).
        outside_answers: whether transfers to the outside are answered.
        outside_confirms: whether whoever answers there presses the key, where they are asked to; a
            voicemail does not.
        person: how whoever is called back treats that.

    Attributes:
        agents: may be changed, as may ``outside_answers``, ``outside_confirms`` and ``person``.
    """

    def __init__(
        self,
        site: str,
        agents: Mapping[AgentId, Behaviour],
        *,
        instant_prompts: bool = False,
        outside_answers: bool = True,
        outside_confirms: bool = True,
        person: Person | None = None,
    ) -> None:
        self.site = site
        self.agents = dict(agents)
        self.outside_answers = outside_answers
        self.outside_confirms = outside_confirms
        self.person = person or Person()
        self._instant_prompts = instant_prompts
        self._legs: dict[CallId, _Leg] = {}
        self._call_backs = SimulatedCallBacks(site)
        self._rung: set[tuple[CallId, OfferId]] = set()
        self._recordings = SimulatedRecordings(site)
        self._now = 0.0

    # --- callers --------------------------------------------------------------------------------

    def arrive(self, call_id: CallId, now: float, *, caller: str = "", dialled: str = "") -> Fact:
        """A caller rings."""
        self._now = now
        self._legs[call_id] = _Leg(self.site, now)
        return CallArrived(
            site=self.site,
            call_id=call_id,
            caller=Private(caller),
            dialled=dialled,
            line="simulated",
        )

    def press(self, call_id: CallId, digits: str, now: float | None = None) -> list[Fact]:
        """The caller presses keys; a prompt that plays is cut short, and ``#`` ends a message.

        Args:
            call_id: the caller's call.
            digits: the keys.
            now: seconds since the epoch; the time of the last command when not given.
        """
        leg = self._legs.get(call_id)
        if leg is None:
            return []
        facts = self._interrupt(call_id)
        if self._recordings.takes_message(call_id) and "#" in digits:
            before, _, digits = digits.partition("#")
            facts += self._pressed(call_id, before)
            facts += self._recordings.end_message(call_id, self._now if now is None else now)
        return [*facts, *self._pressed(call_id, digits)]

    def speak(
        self, call_id: CallId, words: str, *, confidence: float = 0.9, language: str = "en"
    ) -> list[Fact]:
        """The caller says something and a recogniser understands it as ``words``.

        Whether the line listens at all is :meth:`listening`'s to say; an utterance may end just
        before a line is told to stop.
        """
        if call_id not in self._legs:
            return []
        return [
            *self._interrupt(call_id),
            SpeechStarted(site=self.site, call_id=call_id),
            SpeechHeard(
                site=self.site,
                call_id=call_id,
                words=Private(words.lower()),
                confidence=confidence,
                language=language,
            ),
        ]

    def listening(self, call_id: CallId) -> str | None:
        """The language that is listened for; ``None`` while nothing is heard."""
        leg = self._legs.get(call_id)
        return leg.listening if leg else None

    def hang_up(self, call_id: CallId, now: float | None = None) -> list[Fact]:
        """The caller hangs up; what was being recorded of them is kept.

        So does somebody who is being called back, without pressing the key.

        Args:
            call_id: the caller's call.
            now: seconds since the epoch; the time of the last command when not given.
        """
        if self._legs.pop(call_id, None) is None:
            return self._call_backs.person_hangs_up(call_id)
        kept = self._recordings.end(call_id, self._now if now is None else now)
        return [CallerHungUp(site=self.site, call_id=call_id), *kept]

    def agent_hangs_up(self, call_id: CallId, agent_id: AgentId) -> list[Fact]:
        """An agent hangs up who is connected with the caller, or waits for a call-back."""
        leg = self._legs.get(call_id)
        offer_id = _offer_of(agent_id, leg)
        if leg is None or offer_id is None:
            return self._call_backs.agent_hangs_up(call_id, agent_id)
        leg.leave(offer_id)
        return [AgentHungUp(site=self.site, call_id=call_id, offer_id=offer_id, agent_id=agent_id)]

    def agent_holds(self, call_id: CallId, agent_id: AgentId) -> list[Fact]:
        """A connected agent puts the caller on hold."""
        return self._hold(call_id, agent_id, held=True)

    def agent_retrieves(self, call_id: CallId, agent_id: AgentId) -> list[Fact]:
        """A connected agent takes the caller back from hold."""
        return self._hold(call_id, agent_id, held=False)

    def snapshot(self) -> tuple[LiveCall, ...]:
        """The calls that are up."""
        callers = tuple(
            LiveCall(
                call_id=call_id,
                arrived_at=leg.arrived_at,
                connected_offers=tuple(leg.connected),
                ringing_offers=tuple(leg.ringing),
                recording_id=self._recordings.conversation(call_id),
            )
            for call_id, leg in self._legs.items()
            if not leg.outside
        )
        return callers + self._call_backs.pictures()

    def reachable(self) -> tuple[AgentId, ...]:
        """Agents whose phone can be rung."""
        return tuple(
            agent_id
            for agent_id, behaviour in self.agents.items()
            if behaviour.pickup is not Pickup.UNREACHABLE
        )

    # --- commands -------------------------------------------------------------------------------

    def carry_out(self, command: Command, now: float) -> list[Delayed]:
        """Do a command; what follows from it happens after the given delays."""
        self._now = now
        recordings = self._recordings
        leg = self._legs.get(command.call_id)
        if isinstance(command, OfferCall):
            return self._offer(command, leg)
        if leg is None:
            words_s = self._length_s(command) if isinstance(command, CallBack) else 0.0
            return self._call_backs.carry_out(command, self.person, words_s)
        match command:
            case Say():
                ended = recordings.end_message(command.call_id, now)
                return [*recordings.to_come(ended), *self._say(command, leg)]
            case RecallOffer(offer_id=offer_id) | ReleaseAgent(offer_id=offer_id):
                leg.leave(offer_id)
            case Bridge():
                ended = recordings.end_message(command.call_id, now)
                return [*recordings.to_come(ended), *self._bridge(command, leg)]
            case Listen(language=language):
                leg.listening = language
            case StopListening():
                leg.listening = None
            case StartRecording(recording_id=recording_id):
                return recordings.start(command.call_id, recording_id, now)
            case StopRecording(recording_id=recording_id):
                return recordings.stop(command.call_id, recording_id, now)
            case RecordMessage():
                leg.prompt_id = None
                return recordings.take_message(command, now)
            case Transfer():
                leg.dialling = True
                return [self._outside(command)]
            case CancelTransfer():
                leg.dialling = False
            case HangUp():
                del self._legs[command.call_id]
                return recordings.to_come(recordings.end(command.call_id, now))
        return []

    def _outside(self, command: Transfer) -> tuple[float, Fact]:
        """What comes of ringing somebody outside, and after how many seconds."""
        site, call_id = self.site, command.call_id
        if not self.outside_answers:
            return 2.0, TransferFailed(site=site, call_id=call_id, reason="no-answer")
        if command.utterances and not self.outside_confirms:
            return 20.0, TransferFailed(site=site, call_id=call_id, reason="not-confirmed")
        return 2.0, TransferSucceeded(site=site, call_id=call_id)

    def still_true(self, fact: Fact) -> bool:
        """Whether a delayed fact still happens, now that its time has come."""
        if not isinstance(fact, CallFact):
            return True
        if isinstance(fact, MessageRecorded):
            return self._recordings.still_true(fact)
        if isinstance(fact, OfferFact):
            return self._happens(fact)
        leg = self._legs.get(fact.call_id)
        if leg is None:
            return isinstance(fact, CallerHungUp | RecordingSealed)
        match fact:
            case PromptFinished(prompt_id=prompt_id):
                if leg.prompt_id != prompt_id:
                    return False
                leg.prompt_id = None
            case TransferSucceeded() | TransferFailed():
                was_dialling, leg.dialling = leg.dialling, False
                leg.outside = was_dialling and isinstance(fact, TransferSucceeded)
                return was_dialling
        return True

    # --- inside ---------------------------------------------------------------------------------

    def _happens(self, fact: OfferFact) -> bool:
        """Whether something still happens to an offer."""
        leg = self._legs.get(fact.call_id)
        if leg is not None:
            if isinstance(fact, CallHeld | CallRetrieved):
                return leg.hold(fact.offer_id, held=isinstance(fact, CallHeld))
            if happens(fact, leg.ringing):
                return True
        call = self._call_backs.happens(fact)
        if call is not None and isinstance(fact, CallBackAnswered):
            self._legs[fact.call_id] = _Leg(self.site, self._now, ringing=call.ringing)
        return call is not None

    def _hold(self, call_id: CallId, agent_id: AgentId, *, held: bool) -> list[Fact]:
        leg = self._legs.get(call_id)
        offer_id = _offer_of(agent_id, leg)
        if leg is None or offer_id is None or not leg.hold(offer_id, held=held):
            return []
        kind = CallHeld if held else CallRetrieved
        return [kind(site=self.site, call_id=call_id, offer_id=offer_id, agent_id=agent_id)]

    def _bridge(self, command: Bridge, leg: _Leg) -> list[Delayed]:
        if command.offer_id in leg.connected:
            return []
        leg.ringing.pop(command.offer_id, None)
        leg.connected[command.offer_id] = command.agent_id
        leg.prompt_id = None
        leg.listening = None
        leg.dialling = False
        return holds(self.site, command, self._behaviour(command.agent_id))

    def _behaviour(self, agent_id: AgentId) -> Behaviour:
        return self.agents.get(agent_id, Behaviour(pickup=Pickup.UNREACHABLE))

    def _pressed(self, call_id: CallId, digits: str) -> list[Fact]:
        if not digits:
            return []
        return [DigitsCollected(site=self.site, call_id=call_id, digits=Private(digits))]

    def _interrupt(self, call_id: CallId) -> list[Fact]:
        leg = self._legs.get(call_id)
        if leg is None or leg.prompt_id is None or not leg.barge_in:
            return []
        prompt_id, leg.prompt_id = leg.prompt_id, None
        return [
            PromptFinished(site=self.site, call_id=call_id, prompt_id=prompt_id, interrupted=True)
        ]

    def _say(self, command: Say, leg: _Leg) -> list[Delayed]:
        leg.prompt_id = command.prompt_id
        leg.barge_in = command.barge_in
        return [
            (
                self._length_s(command),
                PromptFinished(
                    site=self.site, call_id=command.call_id, prompt_id=command.prompt_id
                ),
            )
        ]

    def _length_s(self, command: Say | CallBack) -> float:
        """How long the words take."""
        characters = sum(len(utterance.text) for utterance in command.utterances)
        return 0.0 if self._instant_prompts else characters / _CHARACTERS_PER_S

    def _offer(self, command: OfferCall, leg: _Leg | None) -> list[Delayed]:
        offer = (command.call_id, command.offer_id)
        if offer in self._rung:
            return []
        behaviour = self._behaviour(command.agent_id)
        if leg is not None:
            self._rung.add(offer)
            return ring(self.site, command, behaviour, leg.ringing)
        if not command.call_back and command.call_id not in self._call_backs:
            return []
        self._rung.add(offer)
        return self._call_backs.offer(command, behaviour, self._now)


def _offer_of(agent_id: AgentId, leg: _Leg | None) -> OfferId | None:
    """The offer by which an agent is connected."""
    if leg is None:
        return None
    return next((offer for offer, agent in leg.connected.items() if agent == agent_id), None)
