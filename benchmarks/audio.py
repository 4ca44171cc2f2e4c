"""What the callers of a measurement send: the quiet of a room, or synthesised speech."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from adapters.speech import Voice, VoiceSynthesiser, detect_voices
from adapters.telephony.media import Clip
from calls.ports import SAMPLE_RATE_HZ, SpeechError

_QUIET_S = 20
_QUIET_RMS = 10.0
"""About -70 dBov: a quiet room through a telephone, well below what counts as a voice."""

_VOICED_DBOV = -40.0
"""Speech is brought to -20 dBov, so this is the last that a listener would call speech."""

ROOM_DB = 30.0
"""How far below the voice the noise of a lived-in room is; a quiet one gives 40."""
KITCHEN_DB = 20.0
"""The same for a call from a kitchen at work or from a car."""

_BLOCK = SAMPLE_RATE_HZ // 100
_PAUSE_S = 2.0

_FLITE_RMS = Voice(
    name="flite-rms",
    language="en",
    arguments=("flite", "-voice", "rms", "-f", "{text}", "-o", "{wav}"),
    packages="flite",
    ascii_only=True,
)


def quiet_room() -> bytes:
    """Mu-law of somebody who listens: 20 s of faint noise, the same in every run."""
    noise = np.random.default_rng(911).normal(0.0, _QUIET_RMS, _QUIET_S * SAMPLE_RATE_HZ)
    return Clip.from_pcm(noise.astype("<i2").tobytes()).pcmu


def callers_voices() -> dict[str, VoiceSynthesiser]:
    """Two people who call, a woman and a man, each by the name of their voice.

    Raises:
        SpeechError: one of the two voices is not installed.
    """
    found = [voice for voice in detect_voices().get("en", ()) if voice.name.startswith("festival")]
    if not found:
        raise SpeechError("apt-get install festival festvox-us-slt-hts flite")
    return {voice.name: VoiceSynthesiser({"en": (voice,)}) for voice in (found[0], _FLITE_RMS)}


def on_a_noisy_line(pcm: bytes, below_db: float) -> bytes:
    """Speech with the hiss of a bad line under it, the same in every run.

    Args:
        pcm: 8 kHz, 16 bit, mono.
        below_db: how far below the voice the hiss is.
    """
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    loud = samples[np.abs(samples) > np.abs(samples).max(initial=0.0) / 10]
    level = float(np.sqrt(np.mean(loud**2))) if loud.size else 0.0
    hiss = level * 10 ** (-below_db / 20)
    noise = np.random.default_rng(len(pcm)).normal(0.0, hiss, samples.size)
    return np.clip(samples + noise, -32768, 32767).astype("<i2").tobytes()


def silent_end_s(pcm: bytes) -> float:
    """Seconds after the last voiced 10 ms of an utterance.

    Args:
        pcm: 8 kHz, 16 bit, mono.

    Raises:
        ValueError: there is no voice in it.
    """
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    samples = np.concatenate((samples, np.zeros(-len(samples) % _BLOCK)))
    rms = np.sqrt(np.mean(samples.reshape(-1, _BLOCK) ** 2, axis=1))
    voiced = np.flatnonzero(rms > 32768 * 10 ** (_VOICED_DBOV / 20))
    if not len(voiced):
        raise ValueError("there is no voice in this audio")
    return float(len(rms) - 1 - voiced[-1]) * _BLOCK / SAMPLE_RATE_HZ


async def talk(
    sentences: Sequence[str], synthesiser: VoiceSynthesiser, *, pause_s: float = _PAUSE_S
) -> bytes:
    """Mu-law of somebody who says these sentences with pauses between.

    Raises:
        SpeechError: they cannot be spoken.
    """
    pause = b"\xff" * int(pause_s * SAMPLE_RATE_HZ)
    spoken = [Clip.from_pcm(await synthesiser.render(text, "en")).pcmu for text in sentences]
    return b"".join(clip + pause for clip in spoken)


def keep(folder: Path, name: str, pcmu: bytes) -> Path:
    """Write mu-law where another process reads it."""
    path = folder / f"{name}.ul"
    path.write_bytes(pcmu)
    return path
