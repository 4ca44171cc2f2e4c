"""What a line plays: prompts from the store, encoded once, and hold music.

Slow and louder words are made of the others, once for each way they are said, whatever voice or
recording they come from.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict

from adapters.speech.loudness import louder, usable_steps
from adapters.speech.prompt_store import PromptStore
from adapters.speech.stretch import slower
from adapters.telephony.media import Clip
from adapters.telephony.media.tones import beep, hold_music
from calls.commands import Say, Utterance
from calls.ports import SpeechError

log = logging.getLogger(__name__)

_KEPT_CLIPS = 1000
"""A clip of 5 s takes 80 kB in both codecs: 80 MB at most."""

_KEPT_ALTERED = 200
"""Slow or louder clips, so that one caller's wishes do not push out what every other needs."""

_Sound = tuple[Utterance, bool, int]
"""An utterance, whether it is slow, and how many steps louder."""


class PromptSounds:
    """Prompts as clips.

    Args:
        store: renders and keeps prompts.
    """

    def __init__(self, store: PromptStore) -> None:
        self._store = store
        self._plain = _Kept(_KEPT_CLIPS)
        self._altered = _Kept(_KEPT_ALTERED)
        self._beep = beep()
        self.music = hold_music()
        self.missing = 0

    def ready_clips(self, command: Say) -> list[Clip] | None:
        """The prompt's clips if all of them were played before, else ``None``.

        Private words never are: of them nothing is kept.
        """
        clips = [self._known(sound) for sound in _sounds(command)]
        ready = [clip for clip in clips if clip is not None]
        return ready if len(ready) == len(clips) else None

    async def clips(self, command: Say) -> list[Clip]:
        """The prompt's clips.

        What no voice can say is a beep, so that a caller never waits in silence for words that do
        not come.
        """
        return list(await asyncio.gather(*(self._clip(sound) for sound in _sounds(command))))

    def has(self, utterance: Utterance) -> bool:
        """Whether it can be said at once, in words."""
        return self._known((utterance, False, 0)) is not None

    async def load(self, utterance: Utterance) -> None:
        """Have an utterance ready before it is needed."""
        await self._clip((utterance, False, 0))

    def _known(self, sound: _Sound) -> Clip | None:
        return self._among(sound).get(sound)

    def _among(self, sound: _Sound) -> _Kept:
        _utterance, slow, steps = sound
        return self._altered if slow or steps else self._plain

    async def _clip(self, sound: _Sound) -> Clip:
        known = self._known(sound)
        if known is not None:
            return known
        utterance, slow, steps = sound
        try:
            pcm = await self._store.sound_of(utterance)
        except SpeechError as error:
            self.missing += 1
            log.error("a prompt cannot be said: %s", error)
            return self._beep
        if slow or steps:
            pcm = await asyncio.to_thread(_altered, pcm, slow, steps)
        clip = Clip.from_pcm(pcm)
        if not utterance.private:
            self._among(sound).put(sound, clip)
        return clip


class _Kept:
    """The clips that were played last, at most ``most``."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._clips: OrderedDict[_Sound, Clip] = OrderedDict()

    def get(self, sound: _Sound) -> Clip | None:
        clip = self._clips.get(sound)
        if clip is not None:
            self._clips.move_to_end(sound)
        return clip

    def put(self, sound: _Sound, clip: Clip) -> None:
        self._clips[sound] = clip
        while len(self._clips) > self._most:
            self._clips.popitem(last=False)


def _sounds(command: Say) -> list[_Sound]:
    steps = usable_steps(command.louder)
    return [(utterance, command.slow, steps) for utterance in command.utterances]


def _altered(pcm: bytes, slow: bool, steps: int) -> bytes:
    if slow:
        pcm = slower(pcm)
    return louder(pcm, steps) if steps else pcm
