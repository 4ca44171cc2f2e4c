"""baresip as an agent's phone: a foreign stack registers, dials a feature code and is rung."""

from __future__ import annotations

import asyncio
import shutil
import wave

import pytest

from adapters.telephony.sip import Direction, EndpointSettings, LocalMedia, SipEndpoint
from adapters.telephony.sip.events import Answered, Confirmed, MediaChanged
from calls.ids import AgentId
from calls.private import Private

pytestmark = pytest.mark.alone

ANA = AgentId("ana")
CONFIG = """
sip_listen 127.0.0.1:0
net_interface 127.0.0.1
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
audio_source aufile,{folder}/in.wav
audio_player aufile,{folder}/out.wav
audio_alert aufile,{folder}/alert.wav
module_app account.so
module_app menu.so
"""


class Handler:
    """Answers every call; what happens can be waited for."""

    def __init__(self):
        self.happened = asyncio.Queue()

    def incoming_call(self, call):
        call.listen(self.happened.put_nowait)
        self.happened.put_nowait(call)
        call.answer(LocalMedia(port=40000))

    def phone_registered(self, agent_id):
        self.happened.put_nowait(("registered", agent_id))

    def phone_unregistered(self, agent_id):
        self.happened.put_nowait(("unregistered", agent_id))

    def trunk_changed(self, registered, detail):
        """No trunk here."""


async def next_of(queue):
    async with asyncio.timeout(15.0):
        return await queue.get()


async def start_baresip(folder, port, *arguments):
    program = shutil.which("baresip")
    assert program, "install Debian's baresip"
    (folder / "accounts").write_text(
        f"<sip:ana@127.0.0.1:{port};transport=udp>;auth_pass=secret;regint=60;answermode=auto\n"
    )
    (folder / "contacts").write_text("")
    (folder / "config").write_text(CONFIG.format(folder=folder))
    with wave.open(str(folder / "in.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\x00\x10" * 80_000)
    return await asyncio.create_subprocess_exec(
        program,
        *("-f", str(folder), "-t", "30"),
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def test_baresip_registers_proves_who_it_is_and_is_rung(tmp_path):
    handler = Handler()
    settings = EndpointSettings(
        listen="127.0.0.1:0",
        agents={ANA: Private("secret")},
        feature_codes=frozenset({"*11"}),
    )
    endpoint = SipEndpoint(settings, handler)
    address = await endpoint.start()
    phone = await start_baresip(tmp_path, address.port, "-e", f"/dial sip:*11@{address}")
    try:
        first, second = await next_of(handler.happened), await next_of(handler.happened)
        registration, feature = (first, second) if isinstance(first, tuple) else (second, first)
        assert registration == ("registered", ANA)
        assert feature.agent_id == ANA
        assert feature.dialled == Private("*11")
        assert isinstance(await next_of(handler.happened), Confirmed)
        feature.hang_up()

        heard = asyncio.Queue()
        call = endpoint.ring_agent(ANA, LocalMedia(port=40002), heard.put_nowait)
        event = await next_of(heard)
        while not isinstance(event, Answered):
            event = await next_of(heard)
        call.reoffer(LocalMedia(port=40002, direction=Direction.SENDONLY))
        held = await next_of(heard)
        assert isinstance(held, MediaChanged)
        assert held.remote.direction is Direction.SENDONLY
        call.hang_up()
    finally:
        phone.terminate()
        await phone.wait()
    assert await next_of(handler.happened) == ("unregistered", ANA)
    await endpoint.stop()
    assert endpoint.counters().get("bugs", 0) == 0
