"""Somebody outside the clinic whom the line may ring."""

from __future__ import annotations

import asyncio

from adapters.telephony.media import MediaEngine
from adapters.telephony.sip import EndpointSettings, LocalMedia, SipEndpoint
from adapters.telephony.sip.agent_leg import apply_media
from adapters.telephony.sip.events import CallEvent
from adapters.telephony.sip.sdp import Direction
from tests.adapters.sip.line_house import tone


class OutsideParty:
    """Answers with a tone of 1100 Hz, or with ``status``; ``None`` lets it ring."""

    def __init__(self) -> None:
        self.status: int | None = 200
        self.calls = []
        self.keys = ""
        self._heard = bytearray()
        self._media = MediaEngine("127.0.0.1", 28000, 28999)
        self._legs = []
        self._endpoint = SipEndpoint(EndpointSettings(listen="127.0.0.1:0"), self)

    async def start(self) -> None:
        address = await self._endpoint.start()
        self.uri = f"sip:help@{address}"

    async def stop(self) -> None:
        await self._endpoint.stop()
        self._media.close()

    async def place(self, target: str) -> CallEvent:
        """Call somebody; the first that is told of it."""
        events: asyncio.Queue[CallEvent] = asyncio.Queue()
        self._endpoint.place_call(target, LocalMedia(port=29998), events.put_nowait)
        return await events.get()

    @property
    def heard(self) -> bytes:
        return bytes(self._heard)

    @property
    def over(self) -> bool:
        return bool(self.calls) and all(call.ended for call in self.calls)

    def hang_up(self) -> None:
        for call in self.calls:
            call.hang_up()

    def fall_silent(self) -> None:
        for leg in self._legs:
            leg.close()

    def press(self, keys: str) -> None:
        self._legs[-1].send_digits(keys)

    def hold(self, direction: Direction) -> None:
        local = LocalMedia(port=self._legs[-1].local_port, direction=direction)
        self.calls[-1].reoffer(local)

    def answer(self) -> None:
        call = self.calls[-1]
        leg = self._media.open()
        self._legs.append(leg)
        apply_media(leg, call.offer)
        leg.listen(self._hear)
        leg.on_digit(self._key)
        leg.play_music(tone(1100))
        call.answer(LocalMedia(port=leg.local_port))

    def incoming_call(self, call) -> None:
        self.calls.append(call)
        call.listen(lambda event: None)
        if self.status is None:
            call.ringing()
        elif self.status == 200:
            self.answer()
        else:
            call.reject(self.status)

    def phone_registered(self, agent_id) -> None:
        """No phones here."""

    def phone_unregistered(self, agent_id) -> None:
        """No phones here."""

    def trunk_changed(self, registered, detail) -> None:
        """No trunk here."""

    def _hear(self, frame: bytes) -> None:
        self._heard += frame

    def _key(self, key: str) -> None:
        self.keys += key
