"""A leg's own stream: keys, clips, bridged audio or silence, one packet per 20 ms.

No sockets, no clock.
"""

from __future__ import annotations

from collections import deque

from adapters.telephony.media.clip import Clip
from adapters.telephony.media.g711 import SAMPLES_PER_FRAME as FRAME
from adapters.telephony.media.g711 import Codec
from adapters.telephony.media.playlist import OnDone, Playlist, Post
from adapters.telephony.media.rtp import Packetiser
from adapters.telephony.media.telephone_event import KEYS, EventPacket, press
from adapters.telephony.media.tones import key_tone

Step = EventPacket | tuple[Clip, int] | None
"""What a key is in one 20 ms: a telephone-event, where its tone has come to, or silence."""


class Outbound:
    """What a leg sends.

    Args:
        packetiser: the stream.
        codec: what is sent.
        post: how ``on_done`` is called.

    Attributes:
        playlist: what plays.
        codec: may be changed between packets.
        dtmf_payload: telephone-event's payload type; ``None``: keys are sent as tones.
        sending: false on hold: clips and music run on unheard, keys wait.
    """

    __slots__ = (
        "_event_timestamp",
        "_keys",
        "_packetiser",
        "_post",
        "_steps",
        "codec",
        "dtmf_payload",
        "playlist",
        "sending",
    )

    def __init__(self, packetiser: Packetiser, codec: Codec, post: Post) -> None:
        self._packetiser = packetiser
        self._post = post
        self._keys: deque[str | OnDone] = deque()
        self._steps: deque[Step] = deque()
        self._event_timestamp = 0
        self.codec = codec
        self.dtmf_payload: int | None = None
        self.playlist = Playlist(post)
        self.sending = False

    def send_digits(self, digits: str, on_done: OnDone | None) -> None:
        """Put keys behind those that wait.

        Raises:
            ValueError: something else than ``0-9*#``; nothing was put there.
        """
        if not set(digits) <= set(KEYS):
            raise ValueError(f"{len(digits)} keys to send: wanted only 0-9, * and #")
        self._keys.extend(digits)
        if on_done is not None:
            self._keys.append(on_done)

    def stop(self) -> None:
        """End what plays and forget the keys that wait."""
        self.playlist.stop()
        waiting = [entry for entry in self._keys if not isinstance(entry, str)]
        self._keys.clear()
        self._steps.clear()
        for on_done in waiting:
            self._post(on_done, True)

    def packet(self, bridged: bytes | None) -> bytes | None:
        """This 20 ms's packet, or ``None`` on hold.

        Args:
            bridged: the other leg's frame in this leg's codec, sent when nothing else is.
        """
        own = self.playlist.frame(self.codec)
        if not self.sending:
            self._packetiser.pause()
            return None
        while self._keys and not self._steps:
            self._begin(self._keys.popleft())
        if self._steps:
            return self._key_packet(self._steps.popleft())
        frame = own or bridged or self.codec.silence
        return self._packetiser.audio(self.codec.payload, frame)

    def skip(self, frames: int) -> None:
        """Let time pass unsent: the wheel was held up."""
        self._packetiser.pause(frames)

    def _key_packet(self, step: Step) -> bytes:
        """One step of a key; a re-INVITE may have changed how keys go since it began."""
        frame = self.codec.silence
        match step:
            case EventPacket(first=first, body=body):
                if self.dtmf_payload is not None:
                    if first:
                        self._event_timestamp = self._packetiser.timestamp
                    return self._packetiser.event(
                        self.dtmf_payload, self._event_timestamp, body, first=first
                    )
            case (tone, at):
                frame = tone.encoded(self.codec)[at : at + FRAME]
        return self._packetiser.audio(self.codec.payload, frame)

    def _begin(self, entry: str | OnDone) -> None:
        """Lay out the next key, or say that those before it are sent."""
        if not isinstance(entry, str):
            self._post(entry, False)
        elif self.dtmf_payload is not None:
            self._steps.extend(press(entry))
        else:
            tone = key_tone(entry)
            self._steps.extend((tone, at) for at in range(0, len(tone.pcmu), FRAME))
