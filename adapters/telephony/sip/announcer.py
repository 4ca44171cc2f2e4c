"""What the line says to one caller: one prompt at a time, and music where there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from adapters.telephony.media import Clip, MediaLeg
from adapters.telephony.sip.background import Background
from calls.commands import Say


class Sounds(Protocol):
    """Where a leg gets what it plays."""

    @property
    def music(self) -> Clip:
        """Hold music."""
        ...

    async def clips(self, command: Say) -> list[Clip]:
        """The utterances of a prompt as slow and loud as it asks, ready to be sent.

        A tone where one could not be made.
        """
        ...

    def ready_clips(self, command: Say) -> list[Clip] | None:
        """The same without waiting; ``None`` when something has to be read or rendered first."""
        ...


class Announcer:
    """Plays to one caller.

    Args:
        media: the caller's leg.
        sounds: prompts and music.
        background: renders what is not ready.
        audible: whether the leg knows where to send; otherwise prompts wait for :meth:`begin`.
        on_said: told of a prompt that is over, and whether it was cut short. Of one that something
            else took the place of, nothing is told.
    """

    def __init__(
        self,
        media: MediaLeg,
        sounds: Sounds,
        background: Background,
        *,
        audible: bool,
        on_said: Callable[[Say, bool], None],
    ) -> None:
        self._media = media
        self._sounds = sounds
        self._background = background
        self._audible = audible
        self._on_said = on_said
        self._saying: Say | None = None
        self._then: Callable[[], None] | None = None
        self._waiting: list[Clip] | None = None
        self._music_next = False
        self._music = False

    @property
    def saying(self) -> Say | None:
        """The prompt that plays, or is about to."""
        return self._saying

    @property
    def sounding(self) -> bool:
        """Whether the caller hears a prompt or music, and an echo of it may come back."""
        return self._media.playing or self._music

    def begin(self) -> None:
        """From now on the leg knows where to send."""
        self._audible = True
        if self._waiting is not None and self._saying is not None:
            self._play(self._saying, self._waiting)

    def say(self, command: Say, then: Callable[[], None] | None = None) -> None:
        """Play a prompt in place of whatever plays.

        Args:
            command: what to say.
            then: called at its end in place of ``on_said``.
        """
        self._hush()
        self._saying = command
        self._then = then
        clips = self._sounds.ready_clips(command)
        if clips is not None:
            self._play(command, clips)
        else:
            self._media.stop_playing()
            self._background.start(self._render_and_play(command))

    def play_music(self) -> None:
        """Music, after the prompt that still plays."""
        if self._saying is not None:
            self._music_next = True
        else:
            self.start_music()

    def start_music(self) -> None:
        """Music at once; a prompt that still plays no longer counts."""
        self._hush()
        self._music = True
        self._media.play_music(self._sounds.music)

    def interrupt(self) -> None:
        """The caller did something: cut the prompt short, if it may be."""
        if self._saying is not None and self._saying.barge_in:
            self._said(self._saying, interrupted=True)

    def forget_what_follows(self) -> None:
        """Nothing follows the prompt any more where ``then`` would have."""
        if self._then is not None:
            self._then = _nothing

    def leave(self) -> None:
        """Something else takes the leg: what plays no longer counts."""
        self._hush()
        self._music = False

    def _hush(self) -> None:
        self._saying = self._then = self._waiting = None
        self._music_next = False

    def _play(self, command: Say, clips: list[Clip]) -> None:
        self._music = False
        if self._audible:
            self._waiting = None
            self._media.play(clips, lambda _interrupted: self._said(command))
        else:
            # It would play unheard, and its end be told: the advice must not be lost that way.
            self._waiting = clips

    async def _render_and_play(self, command: Say) -> None:
        clips = await self._sounds.clips(command)
        if self._saying is command:
            self._play(command, clips)

    def _said(self, command: Say, *, interrupted: bool = False) -> None:
        """A prompt is over, unless it stopped counting before."""
        if self._saying is not command:
            return
        then, music_next = self._then, self._music_next
        self._hush()
        if interrupted:
            self._media.stop_playing()
        if music_next:
            self.start_music()
        if then is not None:
            then()
        else:
            self._on_said(command, interrupted)


def _nothing() -> None:
    """What follows words of the line's own once a brain is back."""
