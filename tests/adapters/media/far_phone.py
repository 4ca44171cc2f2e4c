"""The far end of a leg, on a real socket."""

import asyncio
import itertools
import socket

from adapters.telephony.media import (
    Clip,
)
from adapters.telephony.media.rtp import Packetiser, parse
from adapters.telephony.media.telephone_event import press

HOST = "127.0.0.1"
PATIENCE_S = 20
LOUD_PCM = b"\x10\x20" * 160
LOUD = Clip.from_pcm(LOUD_PCM * 50)


class Phone:
    """A far end: sends what it is told, hears what comes, both without waiting for the clock."""

    def __init__(self, to):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, 0))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]
        self.to = (HOST, to.local_port)
        self.stream = Packetiser(7, 0, 0)

    def say(self, frame=LOUD.pcmu[:160], payload=0):
        self.socket.sendto(self.stream.audio(payload, frame), self.to)

    def press(self, key):
        began = self.stream.timestamp
        for step in press(key):
            if step is not None:
                packet = self.stream.event(101, began, step.body, first=step.first)
                self.socket.sendto(packet, self.to)

    async def hear(self):
        async with asyncio.timeout(PATIENCE_S):
            return parse(await asyncio.get_running_loop().sock_recv(self.socket, 2048))

    async def hear_until(self, wanted):
        while not wanted(packet := await self.hear()):
            pass
        return packet

    async def keep_talking(self, *frames, payload=0):
        """A packet for each one that comes: as many as the line sends, in the line's time."""
        for frame in itertools.cycle(frames or [LOUD.pcmu[:160]]):
            await self.hear()
            self.say(frame, payload)


async def until(leg, condition):
    """Wait for a condition, looked at whenever the leg hears 20 ms; its sink is free after."""
    met = asyncio.get_running_loop().create_future()

    def look(pcm):
        if not met.done() and condition():
            met.set_result(None)

    leg.listen(look)
    async with asyncio.timeout(PATIENCE_S):
        await met
    leg.listen(None)
