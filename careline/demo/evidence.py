"""Proof that caller and agent heard each other: in what the caller heard, and in the recording."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from adapters.stores.identities import read_identity
from adapters.stores.recording_file import open_recording
from calls.ports import SAMPLE_RATE_HZ
from careline.sound import likeness, sounding_s

_SAMPLE_S = 0.4
_ALIKE = 0.6
"""Half a second of a voice through the line and back is above 0.9, other speech below 0.4."""
_CALLER_SPOKE_S = 0.3


def hears(pcm: bytes, voice: bytes) -> bool:
    """Whether some stretch of ``voice`` can be heard in ``pcm``, both mono PCM."""
    length = int(SAMPLE_RATE_HZ * _SAMPLE_S) * 2
    stretches = [voice[at : at + length] for at in range(0, len(voice) - length + 1, length)]
    return any(
        sounding_s(stretch) > _SAMPLE_S / 2 and likeness(pcm, stretch) >= _ALIKE
        for stretch in stretches
    )


def recording_problems(sealed: Path, identity: Path, agent_voice: bytes) -> Iterator[str]:
    """What is wrong with a sealed recording, opened with the identity that may listen.

    Args:
        sealed: the file in the vault.
        identity: the file of an identity that it is sealed to.
        agent_voice: what the agent said, as PCM.
    """
    recording = open_recording(sealed, read_identity(identity))
    for finding in recording.report.findings:
        yield f"the recording is flawed: {finding.flaw}"
    if sounding_s(recording.left) < _CALLER_SPOKE_S:
        yield "the caller cannot be heard in the recording (left)"
    if not hears(recording.right, agent_voice):
        yield "the agent cannot be heard in the recording (right)"
