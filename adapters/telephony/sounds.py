"""What a line plays: prompts from the store, encoded once, and hold music."""

from __future__ import annotations

import logging
from collections import OrderedDict

from adapters.speech.prompt_store import PromptStore
from adapters.telephony.media import Clip
from adapters.telephony.media.tones import beep, hold_music
from calls.commands import Say, Utterance
from calls.ports import SpeechError

log = logging.getLogger(__name__)

_KEPT_CLIPS = 1000
"""A clip of 5 s takes 80 kB in both codecs: 80 MB at most."""


class PromptSounds:
    """Prompts as clips.

    Args:
        store: renders and keeps prompts.
    """

    def __init__(self, store: PromptStore) -> None:
        self._store = store
        self._clips: OrderedDict[Utterance, Clip] = OrderedDict()
        self._beep = beep()
        self.music = hold_music()
        self.missing = 0

    def ready_clips(self, command: Say) -> list[Clip] | None:
        """The prompt's clips if all of them were played before, else ``None``."""
        clips = [self._clips.get(utterance) for utterance in command.utterances]
        ready = [clip for clip in clips if clip is not None]
        if len(ready) < len(clips):
            return None
        for utterance in command.utterances:
            self._clips.move_to_end(utterance)
        return ready

    async def clips(self, command: Say) -> list[Clip]:
        """The prompt's clips.

        What no voice can say is a beep, so that a caller never waits in silence for words that do
        not come.
        """
        return [await self._clip(utterance) for utterance in command.utterances]

    def has(self, utterance: Utterance) -> bool:
        """Whether it can be said at once, in words."""
        return utterance in self._clips

    async def load(self, utterance: Utterance) -> None:
        """Have an utterance ready before it is needed."""
        await self._clip(utterance)

    async def _clip(self, utterance: Utterance) -> Clip:
        known = self._clips.get(utterance)
        if known is not None:
            return known
        try:
            pcm = await self._store.get(utterance.text, utterance.language)
        except SpeechError as error:
            self.missing += 1
            log.error("a prompt cannot be said: %s", error)
            return self._beep
        clip = Clip.from_pcm(pcm)
        self._clips[utterance] = clip
        while len(self._clips) > _KEPT_CLIPS:
            self._clips.popitem(last=False)
        return clip
