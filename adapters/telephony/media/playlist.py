"""What a leg says by itself: clips one after the other, or music round and round."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adapters.telephony.media.clip import Clip
from adapters.telephony.media.g711 import SAMPLES_PER_FRAME as FRAME
from adapters.telephony.media.g711 import Codec

OnDone = Callable[[bool], None]
"""Called once, with whether playing was interrupted."""

Post = Callable[..., None]
"""``post(callback, *arguments)`` calls it later, from the event loop, and contains its failure."""


class Playlist:
    """The frames that play now. No sockets, no clock: one :meth:`frame` per 20 ms.

    Args:
        post: how ``on_done`` is called.
    """

    __slots__ = ("_at", "_clips", "_index", "_looped", "_on_done", "_post")

    def __init__(self, post: Post) -> None:
        self._post = post
        self._clips: tuple[Clip, ...] = ()
        self._index = 0
        self._at = 0
        self._looped = False
        self._on_done: OnDone | None = None

    @property
    def playing(self) -> bool:
        """Whether clips, not music, are playing."""
        return bool(self._clips) and not self._looped

    def play(self, clips: Sequence[Clip], on_done: OnDone | None) -> None:
        """Begin with these in place of what plays; without a single frame it is done at once."""
        self.stop()
        self._clips = tuple(clip for clip in clips if clip.pcmu)
        self._looped = False
        self._on_done = on_done
        if not self._clips:
            self._finish(interrupted=False)

    def play_music(self, clip: Clip) -> None:
        """Begin with this, over and over, in place of what plays."""
        self.stop()
        if clip.pcmu:
            self._clips = (clip,)
            self._looped = True

    def stop(self) -> None:
        """Nothing plays any more."""
        if self._clips:
            self._finish(interrupted=True)

    def frame(self, codec: Codec) -> bytes | None:
        """The next 20 ms, or ``None`` when nothing plays."""
        if not self._clips:
            return None
        encoded = self._clips[self._index].encoded(codec)
        frame = encoded[self._at : self._at + FRAME]
        self._at += FRAME
        if self._at >= len(encoded):
            self._at = 0
            if not self._looped:
                self._index += 1
                if self._index == len(self._clips):
                    self._finish(interrupted=False)
        return frame

    def _finish(self, *, interrupted: bool) -> None:
        on_done, self._on_done = self._on_done, None
        self._clips = ()
        self._index = self._at = 0
        if on_done is not None:
            self._post(on_done, interrupted)
