"""Softphones on the real SIP and media stack: a caller, and an agent's desk phone.

They are what ``careline call``, the demo and the benchmarks talk through: real datagrams, real
audio, no shortcut into the line. Both stand in one module, long as it is, because they are the two
ends of the same call and share what a softphone is.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np

from adapters.telephony.media import Clip, MediaEngine, MediaLeg
from adapters.telephony.sip.agent_leg import apply_media
from adapters.telephony.sip.call import IncomingCall, OutgoingCall
from adapters.telephony.sip.endpoint import SipEndpoint
from adapters.telephony.sip.events import (
    Answered,
    CallEvent,
    Cancelled,
    Confirmed,
    Failed,
    HungUp,
    Lost,
    MediaChanged,
)
from adapters.telephony.sip.sdp import Direction, LocalMedia
from adapters.telephony.sip.settings import EndpointSettings, TrunkSettings
from calls.ids import AgentId
from calls.ports import SAMPLE_RATE_HZ
from calls.private import Private

_SOUND_RMS = 200.0
"""About -44 dBov: louder than this, somebody speaks or music plays."""


class PhoneProblem(Exception):
    """Theirs: the far end refused or did not answer. The message says which."""


class _Handler:
    """Somebody who is not called and not registered with."""

    def incoming_call(self, call: IncomingCall) -> None:
        """Nobody calls a caller."""
        call.reject(480)

    def phone_registered(self, agent_id: AgentId) -> None:
        """Nobody registers here."""

    def phone_unregistered(self, agent_id: AgentId) -> None:
        """Nobody registers here."""

    def trunk_changed(self, registered: bool, detail: str) -> None:
        """There is no trunk."""


class CallerPhone:
    """Places one call: speaks, presses, listens.

    Args:
        engine: media for this process.
        number: what the far end sees as the caller.
    """

    def __init__(self, engine: MediaEngine, number: str = "") -> None:
        self._engine = engine
        self._number = number
        self._endpoint = SipEndpoint(EndpointSettings(listen="127.0.0.1:0"), _Handler())
        self._leg: MediaLeg | None = None
        self._call: OutgoingCall | None = None
        self._answered = asyncio.Event()
        self._over = asyncio.Event()
        self._failure: str | None = None
        self._heard = bytearray()
        self._quiet_s = math.inf
        self._pause: _Pause | None = None

    async def dial(self, target: str, *, timeout_s: float = 30.0) -> None:
        """Call ``target`` and wait for the answer.

        Args:
            target: a SIP URI whose host is an IP literal.
            timeout_s: how long to wait.

        Raises:
            PhoneProblem: refused, or no answer in time.
        """
        await self._endpoint.start()
        self._leg = self._engine.open()
        self._leg.listen(self._hear)
        self._call = self._endpoint.place_call(
            target,
            LocalMedia(port=self._leg.local_port),
            self._event,
            ring_timeout_s=timeout_s,
            caller=self._number,
        )
        await self._answered.wait()
        if self._failure is not None:
            raise PhoneProblem(self._failure)

    async def speak(self, clip: Clip) -> None:
        """Say something; returns when it was said or the call is over."""
        await self._play(lambda leg, done: leg.play([clip], done))

    async def press(self, digits: str) -> None:
        """Press keys; returns when they were sent or the call is over."""
        await self._play(lambda leg, done: leg.send_digits(digits, done))

    def hold(self, direction: Direction) -> None:
        """Put the far end on hold, or take it off.

        Args:
            direction: what this phone does from now on; ``SENDRECV`` takes it off hold.
        """
        if self._call is not None and self._leg is not None:
            self._call.reoffer(LocalMedia(port=self._leg.local_port, direction=direction))

    async def wait(self, seconds: float) -> None:
        """Stay on the line; returns early when the far end hangs up."""
        try:
            await asyncio.wait_for(self._over.wait(), seconds)
        except TimeoutError:
            return

    async def wait_for_pause(self, *, quiet_s: float = 0.8, timeout_s: float = 60.0) -> bool:
        """Until the far end has spoken and then paused; ``False`` when it did not in time."""
        pause = asyncio.Event()
        self._pause = _Pause(quiet_s, pause)
        try:
            return await self._unless_over(pause, timeout_s)
        finally:
            self._pause = None

    @property
    def over(self) -> bool:
        """Whether the far end hung up or the call failed."""
        return self._over.is_set()

    @property
    def heard(self) -> bytes:
        """Everything the far end sent, as PCM."""
        return bytes(self._heard)

    @property
    def sounding(self) -> bool:
        """Whether the far end is making a sound now."""
        return self._quiet_s < 0.1

    async def hang_up(self) -> None:
        """End the call and the phone."""
        if self._call is not None:
            self._call.hang_up()
        if self._leg is not None:
            self._leg.close()
        self._over.set()
        await self._endpoint.stop()

    async def _play(self, start: Callable[[MediaLeg, Callable[[bool], None]], None]) -> None:
        if self._leg is None or self.over:
            return
        done = asyncio.Event()
        start(self._leg, lambda _interrupted: done.set())
        await self._unless_over(done, None)

    async def _unless_over(self, event: asyncio.Event, timeout_s: float | None) -> bool:
        """Wait for it, but not beyond the end of the call; whether it came."""
        waits = [asyncio.create_task(which.wait()) for which in (event, self._over)]
        try:
            await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        return event.is_set()

    def _event(self, event: CallEvent) -> None:
        assert self._leg is not None
        match event:
            case Answered(remote=remote) | MediaChanged(remote=remote):
                if not apply_media(self._leg, remote):
                    self._failure = "the far end's media address cannot be used"
                self._answered.set()
            case Failed(cause=cause, status=status):
                self._failure = f"not answered: {cause.value} ({status or 'no reply'})"
                self._answered.set()
                self._over.set()
            case HungUp() | Lost():
                self._over.set()

    def _hear(self, frame: bytes) -> None:
        self._heard += frame
        samples = np.frombuffer(frame, dtype="<i2").astype(np.float64)
        length_s = len(samples) / SAMPLE_RATE_HZ
        sounding = float(np.sqrt(np.mean(samples**2))) > _SOUND_RMS
        self._quiet_s = 0.0 if sounding else self._quiet_s + length_s
        if self._pause is not None:
            self._pause.hear(sounding, length_s)


class _Pause:
    """Waits until somebody has spoken for a moment and then been quiet for a while."""

    _SPOKE_S = 0.2

    def __init__(self, quiet_s: float, paused: asyncio.Event) -> None:
        self._wanted_s = quiet_s
        self._paused = paused
        self._spoke_s = 0.0
        self._quiet_s = 0.0

    def hear(self, sounding: bool, length_s: float) -> None:
        """One more stretch of what the far end sends."""
        if sounding:
            self._spoke_s += length_s
            self._quiet_s = 0.0
            return
        self._quiet_s += length_s
        if self._spoke_s >= self._SPOKE_S and self._quiet_s >= self._wanted_s:
            self._paused.set()


class Pickup(Enum):
    """What an agent's phone does when it rings."""

    ANSWERS = "answers"
    DECLINES = "declines"
    BUSY = "busy"
    """At once, as a phone does whose line is taken."""
    RINGS = "rings"


@dataclass(slots=True)
class AgentBehaviour:
    """How the agent at the phone treats calls. May be changed while the phone is up.

    Attributes:
        pickup: what they do.
        after_s: seconds of ringing until they do it.
        talk_s: how long they talk before they hang up; ``None`` leaves it to the caller.
    """

    pickup: Pickup = Pickup.ANSWERS
    after_s: float = 1.0
    talk_s: float | None = None


class AgentPhone:
    """An agent's desk phone: registers, dials feature codes, answers as told.

    Args:
        engine: media for this process.
        agent_id: who it belongs to; also the user it registers as.
        password: the phone's secret.
        registrar: ``host:port`` of the line.
        greeting: said to whoever calls, over and over with a pause in the clip.
        behaviour: how calls are treated.
    """

    def __init__(
        self,
        engine: MediaEngine,
        agent_id: AgentId,
        password: Private,
        registrar: str,
        greeting: Clip,
        behaviour: AgentBehaviour | None = None,
    ) -> None:
        self.agent_id = agent_id
        self.behaviour = behaviour or AgentBehaviour()
        self.rang: list[float] = []
        self._engine = engine
        self._registrar = registrar
        self._greeting = greeting
        self._registered = asyncio.Event()
        self._detail = "nothing came back"
        self._heard = bytearray()
        self._timers: set[asyncio.TimerHandle] = set()
        self._live: dict[str, tuple[IncomingCall, MediaLeg | None]] = {}
        self._endpoint = SipEndpoint(
            EndpointSettings(
                listen="127.0.0.1:0",
                trunk=TrunkSettings(registrar=registrar, user=agent_id, password=password),
            ),
            self,
        )

    async def start(self, *, timeout_s: float = 10.0) -> None:
        """Register with the line.

        Raises:
            PhoneProblem: the line did not accept it in time.
        """
        await self._endpoint.start()
        try:
            await asyncio.wait_for(self._registered.wait(), timeout_s)
        except TimeoutError as error:
            await self.stop()
            raise PhoneProblem(f"{self.agent_id} cannot register: {self._detail}") from error

    async def stop(self) -> None:
        """Hang up and unregister."""
        for timer in self._timers:
            timer.cancel()
        for call, leg in list(self._live.values()):
            call.hang_up()
            if leg is not None:
                leg.close()
        self._live.clear()
        await self._endpoint.stop()

    async def dial_code(self, code: str, *, timeout_s: float = 10.0) -> None:
        """Dial a feature code and listen to its confirmation.

        Raises:
            PhoneProblem: it was refused.
        """
        leg = self._engine.open()
        over: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()

        def hear(event: CallEvent) -> None:
            match event:
                case Answered(remote=remote):
                    apply_media(leg, remote)
                case Failed(cause=cause) if not over.done():
                    over.set_result(cause.value)
                case HungUp() | Lost() if not over.done():
                    over.set_result(None)

        call = self._endpoint.place_call(
            f"sip:{code}@{self._registrar}", LocalMedia(port=leg.local_port), hear
        )
        try:
            failure = await asyncio.wait_for(over, timeout_s)
        except TimeoutError:
            failure = None  # A long confirmation: the code was taken with the answer.
        finally:
            call.hang_up()
            leg.close()
        if failure is not None:
            raise PhoneProblem(f"{self.agent_id} cannot dial {code}: {failure}")

    async def press(self, digits: str) -> None:
        """Press keys in the call that is up; nothing when none is."""
        for _call, leg in self._live.values():
            if leg is not None:
                leg.send_digits(digits)

    def hold(self, direction: Direction) -> None:
        """Put the call that is up on hold, or take it off.

        Args:
            direction: what the phone does from now on; ``SENDRECV`` takes it off hold.
        """
        for call, leg in self._live.values():
            if leg is not None:
                call.reoffer(LocalMedia(port=leg.local_port, direction=direction))

    @property
    def heard(self) -> bytes:
        """Everything the far end of answered calls sent, as PCM."""
        return bytes(self._heard)

    @property
    def talking(self) -> bool:
        """Whether a call was answered and is up."""
        return any(leg is not None for _call, leg in self._live.values())

    def hang_up(self) -> None:
        """End whatever is up."""
        for call, _leg in list(self._live.values()):
            call.hang_up()
            self._forget(call)

    # --- EndpointHandler ------------------------------------------------------------------------

    def incoming_call(self, call: IncomingCall) -> None:
        """It rings."""
        if self.behaviour.pickup is Pickup.BUSY:
            call.reject(486)
            return
        self.rang.append(asyncio.get_running_loop().time())
        self._live[call.id] = (call, None)
        call.listen(lambda event: self._event(call, event))
        call.ringing()
        match self.behaviour.pickup:
            case Pickup.ANSWERS:
                self._later(self.behaviour.after_s, lambda: self._answer(call))
            case Pickup.DECLINES:
                self._later(self.behaviour.after_s, lambda: self._decline(call))
            case _:
                pass

    def phone_registered(self, agent_id: AgentId) -> None:
        """Nobody registers with a phone."""

    def phone_unregistered(self, agent_id: AgentId) -> None:
        """Nobody registers with a phone."""

    def trunk_changed(self, registered: bool, detail: str) -> None:
        """The line took or dropped the registration."""
        self._detail = detail
        if registered:
            self._registered.set()

    # --- one call -------------------------------------------------------------------------------

    def _answer(self, call: IncomingCall) -> None:
        if call.ended or call.id not in self._live:
            return
        leg = self._engine.open()
        leg.listen(self._hear)
        if call.offer is not None:
            apply_media(leg, call.offer)
        call.answer(LocalMedia(port=leg.local_port))
        self._live[call.id] = (call, leg)
        leg.play_music(self._greeting)
        if self.behaviour.talk_s is not None:
            self._later(self.behaviour.talk_s, lambda: self._end(call))

    def _decline(self, call: IncomingCall) -> None:
        if not call.ended:
            call.reject(603)
        self._forget(call)

    def _end(self, call: IncomingCall) -> None:
        call.hang_up()
        self._forget(call)

    def _event(self, call: IncomingCall, event: CallEvent) -> None:
        match event:
            case Confirmed(remote=remote) | MediaChanged(remote=remote):
                leg = self._live.get(call.id, (call, None))[1]
                if leg is not None:
                    apply_media(leg, remote)
            case HungUp() | Cancelled() | Lost():
                self._forget(call)

    def _hear(self, frame: bytes) -> None:
        self._heard += frame

    def _forget(self, call: IncomingCall) -> None:
        _call, leg = self._live.pop(call.id, (call, None))
        if leg is not None:
            leg.close()

    def _later(self, delay_s: float, action: Callable[[], None]) -> None:
        def act() -> None:
            self._timers.discard(timer)
            action()

        timer = asyncio.get_running_loop().call_later(delay_s, act)
        self._timers.add(timer)


def greeting_with_pause(clip: Clip, pause_s: float = 1.5) -> Clip:
    """A greeting that repeats with a pause when it is looped."""
    count = int(pause_s * 8000)
    # 0xFF and 0xD5 are digital silence in mu-law and A-law (ITU-T G.711).
    return Clip(pcmu=clip.pcmu + b"\xff" * count, pcma=clip.pcma + b"\xd5" * count)
