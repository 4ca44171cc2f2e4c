"""baresip, a telephone that was not written here, told what to do by a test."""

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

CONFIG = """
sip_listen 127.0.0.1:{port}
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
async def baresip(folder: Path, account: str, port: int = 0) -> AsyncIterator[Baresip]:
    """A baresip with one account, listening on ``port``."""
    program = shutil.which("baresip")
    assert program, "install Debian's baresip"
    folder.mkdir()
    control = free_port()
    (folder / "accounts").write_text(account + "\n")
    (folder / "contacts").write_text("")
    (folder / "config").write_text(CONFIG.format(folder=folder, control=control, port=port))
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
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
