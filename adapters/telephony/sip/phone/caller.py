"""A caller's softphone."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

import numpy as np

from adapters.telephony.media import Clip, MediaEngine, MediaLeg
from adapters.telephony.sip.agent_leg import apply_media
from adapters.telephony.sip.call import IncomingCall, OutgoingCall
from adapters.telephony.sip.endpoint import SipEndpoint
from adapters.telephony.sip.events import (
    Answered,
    CallEvent,
    Failed,
    HungUp,
    Lost,
    MediaChanged,
)
from adapters.telephony.sip.phone.pause import Pause
from adapters.telephony.sip.phone.problem import PhoneProblem
from adapters.telephony.sip.sdp import Direction, LocalMedia
from adapters.telephony.sip.settings import EndpointSettings
from calls.ids import AgentId
from calls.ports import SAMPLE_RATE_HZ

_SOUND_RMS = 200.0
"""About -44 dBov: louder than this, somebody speaks or music plays."""


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
        self._missed_s = 0.0
        self._quiet_s = math.inf
        self._pause: Pause | None = None

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
            async with asyncio.timeout(seconds):
                await self._over.wait()
        except TimeoutError:
            return

    async def wait_for_pause(self, *, quiet_s: float = 0.8, timeout_s: float = 60.0) -> bool:
        """Until the far end has spoken and then paused; ``False`` when it did not in time."""
        pause = asyncio.Event()
        self._pause = Pause(quiet_s, pause)
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
        """Everything the far end sent, as PCM: what came after 10 s begins at 10 s.

        What was sent while this process could not keep up is silence.
        """
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
        assert self._leg is not None
        missed_s = self._leg.counters.skipped_s
        if missed_s > self._missed_s:
            self._heard += bytes(2 * round((missed_s - self._missed_s) * SAMPLE_RATE_HZ))
            self._missed_s = missed_s
        self._heard += frame
        samples = np.frombuffer(frame, dtype="<i2").astype(np.float64)
        length_s = len(samples) / SAMPLE_RATE_HZ
        sounding = float(np.sqrt(np.mean(samples**2))) > _SOUND_RMS
        self._quiet_s = 0.0 if sounding else self._quiet_s + length_s
        if self._pause is not None:
            self._pause.hear(sounding, length_s)
