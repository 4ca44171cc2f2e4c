"""Proof that caller and agent heard each other: in what the caller heard, and in the recording."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from adapters.stores.identities import read_identity
from adapters.stores.recording_file import open_recording
from calls.ports import SAMPLE_RATE_HZ
from careline.sound import likeness, sounding_s

IDENTITY = "records.identity"
"""Who may listen, in the state folder's identities."""

_SAMPLE_S = 0.4
_ALIKE = 0.7
"""Words of a voice through the line and back are above 0.9, other words of it below 0.6."""
_CALLER_SPOKE_S = 0.3


def distinct_stretches(voice: bytes, others: Iterable[bytes]) -> list[bytes]:
    """Stretches of what one agent says that occur in nothing the others say: their name.

    Args:
        voice: mono PCM.
        others: what all others say.
    """
    length = int(SAMPLE_RATE_HZ * _SAMPLE_S) * 2
    stretches = (voice[at : at + length] for at in range(0, len(voice) - length + 1, length // 2))
    said_by_others = list(others)
    return [
        stretch
        for stretch in stretches
        if sounding_s(stretch) > _SAMPLE_S / 2
        and all(likeness(other, stretch) < _ALIKE for other in said_by_others)
    ]


def hears(pcm: bytes, stretches: Iterable[bytes]) -> bool:
    """Whether one of the stretches can be heard in mono PCM."""
    return any(likeness(pcm, stretch) >= _ALIKE for stretch in stretches)


def recording_problems(sealed: Path, identity: Path, agent_voice: Iterable[bytes]) -> Iterator[str]:
    """What is wrong with a sealed recording, opened with the identity that may listen.

    Args:
        sealed: the file in the vault.
        identity: the file of an identity that it is sealed to.
        agent_voice: stretches of what the agent said.
    """
    recording = open_recording(sealed, read_identity(identity))
    for finding in recording.report.findings:
        yield f"the recording is flawed: {finding.flaw}"
    if sounding_s(recording.left) < _CALLER_SPOKE_S:
        yield "the caller cannot be heard in the recording (left)"
    if not hears(recording.right, agent_voice):
        yield "the agent cannot be heard in the recording (right)"
