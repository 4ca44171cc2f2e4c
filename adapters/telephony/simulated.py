"""A line without telephones: callers and agents as a model, for dry runs, tests and ``talk``.

:class:`SimulatedPhones` is pure: commands in, facts with their delays out. :class:`SimulatedLine`
puts it behind the :class:`~calls.ports.Line` port on an event loop.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

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
from calls.ports import LineEvent, LineSnapshot, LiveCall
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
    recording: tuple[str, float] | None = None
    prompt_id: int | None = None
    barge_in: bool = True
    listening: str | None = None
    dialling: bool = False
    outside: bool = False


Delayed = tuple[float, Fact]
"""A fact and in how many seconds it happens."""


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

    # --- callers --------------------------------------------------------------------------------

    def arrive(self, call_id: CallId, now: float, *, caller: str = "", dialled: str = "") -> Fact:
        """A caller rings."""
        self._legs[call_id] = _Leg(self.site, now)
        return CallArrived(
            site=self.site,
            call_id=call_id,
            caller=Private(caller),
            dialled=dialled,
            line="simulated",
        )

    def press(self, call_id: CallId, digits: str) -> list[Fact]:
        """The caller presses keys; a prompt that plays is cut short."""
        pressed = DigitsCollected(site=self.site, call_id=call_id, digits=Private(digits))
        return [*self._interrupt(call_id), pressed] if call_id in self._legs else []

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

    def hang_up(self, call_id: CallId) -> list[Fact]:
        """The caller hangs up."""
        if self._legs.pop(call_id, None) is None:
            return []
        return [CallerHungUp(site=self.site, call_id=call_id)]

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
                recording_id=leg.recording[0] if leg.recording else None,
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
        leg = self._legs.get(command.call_id)
        if leg is None:
            return []
        match command:
            case Say():
                return self._say(command, leg)
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
            case Listen(language=language):
                leg.listening = language
            case StopListening():
                leg.listening = None
            case ReleaseAgent(offer_id=offer_id):
                leg.ringing.pop(offer_id, None)
                if leg.connected == offer_id:
                    leg.connected = None
            case StartRecording(recording_id=recording_id):
                leg.recording = (recording_id, now)
            case StopRecording(recording_id=recording_id):
                return self._seal(command.call_id, leg, recording_id, now)
            case RecordMessage(recording_id=recording_id, max_s=max_s):
                length_s = min(10.0, max_s)
                return [
                    (
                        length_s,
                        MessageRecorded(
                            site=self.site,
                            call_id=command.call_id,
                            recording_id=recording_id,
                            duration_s=length_s,
                        ),
                    )
                ]
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
        return []

    def still_true(self, fact: Fact) -> bool:
        """Whether a delayed fact still happens, now that its time has come."""
        if not isinstance(fact, CallFact):
            return True
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

    def _seal(self, call_id: CallId, leg: _Leg, recording_id: str, now: float) -> list[Delayed]:
        if leg.recording is None or leg.recording[0] != recording_id:
            return []
        started_at = leg.recording[1]
        leg.recording = None
        return [
            (
                0.0,
                RecordingSealed(
                    site=self.site,
                    call_id=call_id,
                    recording_id=recording_id,
                    duration_s=now - started_at,
                ),
            )
        ]


class SimulatedLine:
    """The model behind the :class:`~calls.ports.Line` port, on the running event loop.

    Args:
        phones: the model.
        clock: gives seconds since the epoch.
        epoch: this run's name.
    """

    def __init__(
        self, phones: SimulatedPhones, clock: Callable[[], float], epoch: str = "simulated"
    ) -> None:
        self.phones = phones
        self._clock = clock
        self._epoch = epoch
        self._seq = 0
        self._acknowledged = 0
        self._unacknowledged: deque[LineEvent] = deque()
        self._news = asyncio.Event()
        self._timers: set[asyncio.TimerHandle] = set()
        self.carried_out: list[Command] = []

    def report(self, *facts: Fact) -> None:
        """Let something happen on the line."""
        for fact in facts:
            self._seq += 1
            self._unacknowledged.append(
                LineEvent(epoch=self._epoch, seq=self._seq, at=self._clock(), fact=fact)
            )
        self._news.set()

    async def carry_out(self, command: Command) -> None:
        """See :class:`~calls.ports.Line`."""
        self.carried_out.append(command)
        for delay_s, fact in self.phones.carry_out(command, self._clock()):
            self._later(delay_s, fact)

    async def events(self) -> AsyncIterator[LineEvent]:
        """See :class:`~calls.ports.Line`."""
        sent = 0
        while True:
            for event in [event for event in self._unacknowledged if event.seq > sent]:
                sent = event.seq
                yield event
            self._news.clear()
            if not any(event.seq > sent for event in self._unacknowledged):
                await self._news.wait()

    async def acknowledge(self, seq: int) -> None:
        """See :class:`~calls.ports.Line`."""
        self._acknowledged = max(self._acknowledged, seq)
        while self._unacknowledged and self._unacknowledged[0].seq <= seq:
            self._unacknowledged.popleft()

    async def snapshot(self) -> LineSnapshot:
        """See :class:`~calls.ports.Line`."""
        return LineSnapshot(
            epoch=self._epoch,
            calls=self.phones.snapshot(),
            reachable=self.phones.reachable(),
            seq=self._seq,
            acknowledged=self._acknowledged,
        )

    def close(self) -> None:
        """Cancel what has not happened yet."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def _later(self, delay_s: float, fact: Fact) -> None:
        def happen() -> None:
            self._timers.discard(handle)
            if self.phones.still_true(fact):
                self.report(fact)

        handle = asyncio.get_running_loop().call_later(delay_s, happen)
        self._timers.add(handle)
