"""An agent's desk phone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from adapters.telephony.media import Clip, MediaEngine, MediaLeg
from adapters.telephony.sip.agent_leg import apply_media
from adapters.telephony.sip.call import IncomingCall
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
from adapters.telephony.sip.phone.behaviour import AgentBehaviour, Pickup
from adapters.telephony.sip.phone.problem import PhoneProblem
from adapters.telephony.sip.sdp import Direction, LocalMedia
from adapters.telephony.sip.settings import EndpointSettings, TrunkSettings
from calls.ids import AgentId
from calls.private import Private


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
            async with asyncio.timeout(timeout_s):
                await self._registered.wait()
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
            async with asyncio.timeout(timeout_s):
                failure = await over
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
