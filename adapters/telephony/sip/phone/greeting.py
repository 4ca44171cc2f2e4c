"""What an agent's softphone says to whoever calls."""

from __future__ import annotations

from adapters.telephony.media import Clip


def greeting_with_pause(clip: Clip, pause_s: float = 1.5) -> Clip:
    """A greeting that repeats with a pause when it is looped."""
    count = int(pause_s * 8000)
    # 0xFF and 0xD5 are digital silence in mu-law and A-law (ITU-T G.711).
    return Clip(pcmu=clip.pcmu + b"\xff" * count, pcma=clip.pcma + b"\xd5" * count)
