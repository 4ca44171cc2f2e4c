"""Callers' legs and agents' phones as a model. Pure: commands in, facts with their delays out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from adapters.telephony.simulated.recordings import Delayed, SimulatedRecordings
from calls.commands import (
    Bridge,
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
    CallerHungUp,
    CallFact,
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
from calls.ports import LiveCall
from calls.private import Private

_CHARACTERS_PER_S = 15.0
"""How fast a prompt is spoken: about 150 words a minute."""


class Pickup(Enum):
    """What an agent does when their phone rings."""

    ANSWERS = "answers"
    DECLINES = "declines"
    LETS_IT_RING = "lets it ring"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How an agent treats offers.

    Attributes:
        pickup: what they do.
        after_s: seconds of ringing until they do it.
    """

    pickup: Pickup = Pickup.ANSWERS
    after_s: float = 2.0


@dataclass(slots=True)
class _Leg:
    """A caller, as the simulated line sees it."""

    site: str
    arrived_at: float
    connected: OfferId | None = None
    ringing: dict[OfferId, AgentId] = field(default_factory=dict)
    prompt_id: int | None = None
    barge_in: bool = True
    listening: str | None = None
    dialling: bool = False
    outside: bool = False


class SimulatedPhones:
    """The model: what callers' legs and agents' phones do with commands.

    Args:
        site: the site's id.
        agents: how each agent treats offers; an agent who is missing is unreachable.
        instant_prompts: whether prompts take no time (a person reads them in a terminal).
        outside_answers: whether transfers to the outside are answered.
    """

    def __init__(
        self,
        site: str,
        agents: Mapping[AgentId, Behaviour],
        *,
        instant_prompts: bool = False,
        outside_answers: bool = True,
    ) -> None:
        self.site = site
        self.agents = dict(agents)
        self.outside_answers = outside_answers
        self._instant_prompts = instant_prompts
        self._legs: dict[CallId, _Leg] = {}
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

        Args:
            call_id: the caller's call.
            now: seconds since the epoch; the time of the last command when not given.
        """
        if self._legs.pop(call_id, None) is None:
            return []
        kept = self._recordings.end(call_id, self._now if now is None else now)
        return [CallerHungUp(site=self.site, call_id=call_id), *kept]

    def agent_hangs_up(self, call_id: CallId, agent_id: AgentId) -> list[Fact]:
        """The agent who is connected with the caller hangs up."""
        leg = self._legs.get(call_id)
        if leg is None or leg.connected is None:
            return []
        offer_id, leg.connected = leg.connected, None
        return [AgentHungUp(site=self.site, call_id=call_id, offer_id=offer_id, agent_id=agent_id)]

    def snapshot(self) -> tuple[LiveCall, ...]:
        """The legs that are up."""
        return tuple(
            LiveCall(
                call_id=call_id,
                arrived_at=leg.arrived_at,
                connected_offer=leg.connected,
                ringing_offers=tuple(leg.ringing),
                recording_id=self._recordings.conversation(call_id),
            )
            for call_id, leg in self._legs.items()
            if not leg.outside
        )

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
        if leg is None:
            return []
        match command:
            case Say():
                ended = recordings.end_message(command.call_id, now)
                return [*recordings.to_come(ended), *self._say(command, leg)]
            case OfferCall():
                return self._offer(command, leg)
            case RecallOffer(offer_id=offer_id):
                leg.ringing.pop(offer_id, None)
            case Bridge(offer_id=offer_id):
                leg.ringing.pop(offer_id, None)
                leg.connected = offer_id
                leg.prompt_id = None
                leg.listening = None
                leg.dialling = False
                return recordings.to_come(recordings.end_message(command.call_id, now))
            case Listen(language=language):
                leg.listening = language
            case StopListening():
                leg.listening = None
            case ReleaseAgent(offer_id=offer_id):
                leg.ringing.pop(offer_id, None)
                if leg.connected == offer_id:
                    leg.connected = None
            case StartRecording(recording_id=recording_id):
                return recordings.start(command.call_id, recording_id, now)
            case StopRecording(recording_id=recording_id):
                return recordings.stop(command.call_id, recording_id, now)
            case RecordMessage():
                leg.prompt_id = None
                return recordings.take_message(command, now)
            case Transfer():
                leg.dialling = True
                if not self.outside_answers:
                    return [
                        (
                            2.0,
                            TransferFailed(
                                site=self.site, call_id=command.call_id, reason="no-answer"
                            ),
                        )
                    ]
                return [(2.0, TransferSucceeded(site=self.site, call_id=command.call_id))]
            case CancelTransfer():
                leg.dialling = False
            case HangUp():
                del self._legs[command.call_id]
                return recordings.to_come(recordings.end(command.call_id, now))
        return []

    def still_true(self, fact: Fact) -> bool:
        """Whether a delayed fact still happens, now that its time has come."""
        if not isinstance(fact, CallFact):
            return True
        if isinstance(fact, MessageRecorded):
            return self._recordings.still_true(fact)
        leg = self._legs.get(fact.call_id)
        if leg is None:
            return isinstance(fact, CallerHungUp | RecordingSealed)
        match fact:
            case PromptFinished(prompt_id=prompt_id):
                if leg.prompt_id != prompt_id:
                    return False
                leg.prompt_id = None
            case OfferRinging() | OfferAccepted():
                return fact.offer_id in leg.ringing
            case TransferSucceeded() | TransferFailed():
                was_dialling, leg.dialling = leg.dialling, False
                leg.outside = was_dialling and isinstance(fact, TransferSucceeded)
                return was_dialling
            case OfferDeclined() | OfferUnanswered() | OfferFailed():
                return leg.ringing.pop(fact.offer_id, None) is not None
        return True

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
        characters = sum(len(utterance.text) for utterance in command.utterances)
        duration_s = 0.0 if self._instant_prompts else characters / _CHARACTERS_PER_S
        return [
            (
                duration_s,
                PromptFinished(
                    site=self.site, call_id=command.call_id, prompt_id=command.prompt_id
                ),
            )
        ]

    def _offer(self, command: OfferCall, leg: _Leg) -> list[Delayed]:
        leg.ringing[command.offer_id] = command.agent_id
        behaviour = self.agents.get(command.agent_id, Behaviour(pickup=Pickup.UNREACHABLE))
        names: dict[str, Any] = {
            "site": self.site,
            "call_id": command.call_id,
            "offer_id": command.offer_id,
            "agent_id": command.agent_id,
        }
        if behaviour.pickup is Pickup.UNREACHABLE:
            return [(0.0, OfferFailed(**names, reason="unreachable"))]
        rings: list[Delayed] = [(0.0, OfferRinging(**names))]
        if behaviour.pickup is Pickup.ANSWERS and behaviour.after_s < command.ring_timeout_s:
            rings.append((behaviour.after_s, OfferAccepted(**names)))
        elif behaviour.pickup is Pickup.DECLINES and behaviour.after_s < command.ring_timeout_s:
            rings.append((behaviour.after_s, OfferDeclined(**names)))
        else:
            rings.append((command.ring_timeout_s, OfferUnanswered(**names)))
        return rings
