"""baresip, which was not written here, as a caller and as an agent's phone."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import socket
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from adapters.telephony.sip.phone import CallerPhone
from config.secrets import agent_secret, read_secrets
from tests.e2e.story import eventually, loudness, recording_of, sounding_s, story_of, strength

pytestmark = pytest.mark.slow

NUMBER = "+15555550192"
CONFIG = """
sip_listen 127.0.0.1:0
net_interface 127.0.0.1
rtp_ports 35000-35999
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
audio_source aufile,{folder}/silence.wav
audio_player aubridge,nowhere
audio_alert aufile,{folder}/alert.wav
snd_path {folder}
ctrl_tcp_listen 127.0.0.1:{control}
module_app account.so
module_app ctrl_tcp.so
module_app menu.so
"""


def write_sound(path: Path, samples: np.ndarray) -> None:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(samples.astype("<i2").tobytes())


def tone(hz: float, seconds: float) -> np.ndarray:
    return 6000 * np.sin(2 * np.pi * hz * np.arange(int(seconds * 8000)) / 8000)


def has_tone(pcm: bytes) -> bool:
    """Whether the last three seconds are the tone that baresip plays."""
    return len(pcm) > 48000 and strength(pcm[-48000:], 700) > 4000


def read_sound(path: Path) -> bytes:
    """A WAV file's samples, also while its writer has not closed it."""
    data = path.read_bytes()
    samples = data[data.index(b"data") + 8 :]
    return samples[: len(samples) & ~1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Baresip:
    """A running baresip, told what to do over its control socket."""

    def __init__(self, folder: Path, reader, writer) -> None:
        self.folder = folder
        self._reader = reader
        self._writer = writer
        self.events: list[dict] = []
        self._news = asyncio.Condition()

    def tell(self, command: str, params: str = "") -> None:
        body = json.dumps({"command": command, "params": params}).encode()
        self._writer.write(b"%d:%s," % (len(body), body))

    async def listen(self) -> None:
        """Netstrings of JSON, events and answers."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                size = int((await self._reader.readuntil(b":"))[:-1])
                event = json.loads((await self._reader.readexactly(size + 1))[:-1])
                async with self._news:
                    self.events.append(event)
                    self._news.notify_all()

    async def until(self, kind: str) -> dict:
        def found():
            return next((event for event in self.events if event.get("type") == kind), None)

        async with asyncio.timeout(60), self._news:
            await self._news.wait_for(found)
        return found()

    @property
    def heard(self) -> bytes:
        """What its decoder gave, by all its calls, one after the other."""
        return b"".join(read_sound(path) for path in sorted(self.folder.glob("dump-*-dec.wav")))


@contextlib.asynccontextmanager
async def baresip(folder: Path, account: str) -> AsyncIterator[Baresip]:
    program = shutil.which("baresip")
    assert program, "install Debian's baresip"
    folder.mkdir()
    control = free_port()
    (folder / "accounts").write_text(account + "\n")
    (folder / "contacts").write_text("")
    (folder / "config").write_text(CONFIG.format(folder=folder, control=control))
    write_sound(folder / "silence.wav", np.zeros(8000 * 120))
    write_sound(folder / "tone.wav", tone(700, 60))
    write_sound(folder / "alert.wav", np.zeros(8000))
    process = await asyncio.create_subprocess_exec(
        program,
        *("-f", str(folder)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    writer = None
    listening = None
    try:
        async with asyncio.timeout(15):
            while writer is None:
                try:
                    reader, writer = await asyncio.open_connection("127.0.0.1", control)
                except ConnectionError:
                    await asyncio.sleep(0.1)
        phone = Baresip(folder, reader, writer)
        listening = asyncio.create_task(phone.listen())
        yield phone
    finally:
        if writer is not None:
            writer.close()
            await listening
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()


async def test_baresip_calls_hears_prompts_presses_keys_and_reaches_an_agent(tmp_path, start_stage):
    async with start_stage("fiona") as stage:
        account = f"<sip:{NUMBER}@127.0.0.1;transport=udp>;regint=0;audio_codecs=PCMU"
        async with baresip(tmp_path / "baresip", account) as phone:
            phone.tell("dial", stage.uri)
            await phone.until("CALL_ESTABLISHED")
            phone.tell("sndcode", "153")
            story = await story_of(stage, NUMBER, lambda story: story["answered_by"])
            assert story["answered_by"] == ["fiona"]
            assert any("billing" in line for _at, line in story["lines"])
            phone.tell("ausrc", f"aufile,{phone.folder}/tone.wav")
            agent = stage.phones["fiona"]
            await eventually(lambda: has_tone(agent.heard))
            phone.tell("hangup")
            story = await story_of(stage, NUMBER, lambda story: story["outcome"] is not None)
        assert story["outcome"] == "handled"
        assert sounding_s(phone.heard) > 10
        recording = await recording_of(stage, story)
        assert strength(recording.left[-48000:], 700) > 3000
        assert sounding_s(recording.right) > 1


async def test_baresip_is_an_agents_phone_registers_by_digest_and_answers(tmp_path, start_stage):
    async with start_stage() as stage:
        password = read_secrets(stage.state.secrets).secret(agent_secret("fiona")).reveal()
        account = (
            f"<sip:fiona@{stage.address};transport=udp>;auth_pass={password};regint=60;"
            "answermode=auto;audio_codecs=PCMA"
        )
        async with baresip(tmp_path / "baresip", account) as phone:
            await phone.until("REGISTER_OK")
            phone.tell("dial", f"sip:*11@{stage.address}")
            await phone.until("CALL_CLOSED")
            await stage_says_ready(stage, "fiona")
            caller = CallerPhone(stage.engine, NUMBER)
            try:
                await caller.dial(stage.uri)
                await caller.wait(2)
                for key in "153":
                    await caller.press(key)
                story = await story_of(stage, NUMBER, lambda story: story["answered_by"])
                assert story["answered_by"] == ["fiona"]
                phone.tell("ausrc", f"aufile,{phone.folder}/tone.wav")
                await eventually(lambda: has_tone(caller.heard))
            finally:
                await caller.hang_up()
            story = await story_of(stage, NUMBER, lambda story: story["outcome"] is not None)
        assert story["outcome"] == "handled"
        recording = await recording_of(stage, story)
        assert strength(recording.right[-48000:], 700) > 3000
        assert loudness(recording.left) < 200


async def stage_says_ready(stage, agent: str) -> None:
    async with asyncio.timeout(15):
        while True:
            agents = (await stage.status())["agents"]
            if any(a["agent"] == agent and a["presence"] == "ready" for a in agents):
                return
            await asyncio.sleep(0.1)
