"""What the running application says of a call, waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np

from adapters.stores.recording_file import Recording, open_recording
from careline.control import NotRunning, request
from careline.demo.stage import Stage

PATIENCE_S = 90.0


async def story_of(stage: Stage, caller: str, wanted: Callable[[dict], object]) -> dict:
    """The last call of a number once it is as wanted."""
    found = {}
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                answer = await request(stage.state.control_socket, op="calls", caller=caller)
            except NotRunning:
                answer = {"calls": []}
            if answer["calls"]:
                found = answer["calls"][-1]
                if wanted(found):
                    return found
            await asyncio.sleep(0.2)


async def recording_of(stage: Stage, story: dict) -> Recording:
    """The call's only recording, opened as its owner would, once its end is sealed."""
    identity = (stage.state.identities / "records.identity").read_text()
    secret = next(line for line in identity.splitlines() if line.startswith("AGE-SECRET"))
    async with asyncio.timeout(PATIENCE_S):
        while True:
            for path in stage.state.vault.glob(f"{story['call']}-*.sealed"):
                recording = open_recording(path, secret)
                if not recording.report.findings:
                    return recording
            await asyncio.sleep(0.2)


async def eventually(condition: Callable[[], object], patience_s: float = 30.0) -> None:
    """Until it is so."""
    async with asyncio.timeout(patience_s):
        while True:
            if condition():
                return
            await asyncio.sleep(0.1)


def loudness(pcm: bytes) -> float:
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    return float(np.sqrt(np.mean(samples**2))) if samples.size else 0.0


def sounding_s(pcm: bytes) -> float:
    """For how many seconds there was a sound."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    frames = samples[: samples.size // 160 * 160].reshape(-1, 160)
    return float(np.sum(np.sqrt(np.mean(frames**2, axis=1)) > 200) * 0.02)


def strength(pcm: bytes, hz: float) -> float:
    """How much of a tone is in the sound, as its amplitude."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    time = np.arange(samples.size) / 8000
    return float(2 * np.abs(np.mean(samples * np.exp(-2j * np.pi * hz * time))))
