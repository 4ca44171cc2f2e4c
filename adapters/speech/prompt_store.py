"""Prompts rendered ahead and kept by content hash, and recordings that replace them.

A prompt's file is named by the hash of everything that shapes its sound: voices, language, text.
A changed text is a new file, an unchanged one is never rendered again. Each file carries a hash of
its own content; one that does not fit (a crash, a bad disk) is rendered anew.

Private words are no prompts: they are rendered when they are said and kept nowhere, neither their
sound nor a hash of them, which a date of birth would not withstand.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from adapters.speech.pcm import AudioError, prompt_pcm, read_wav
from calls.commands import Utterance
from calls.ports import SpeechError, Synthesiser

_DIGEST_BYTES = hashlib.sha256().digest_size

_LIVE_TIMEOUT_S = 4.0
"""For the best voice and again for a quicker one: a caller waits in silence meanwhile. A sentence
takes 0.4 s, and 1 s on a machine that is very busy."""

Progress = Callable[[int, int], None]
"""Told ``(prompts ready, prompts in all)`` after each one."""


class VersionedSynthesiser(Synthesiser, Protocol):
    """A synthesiser that says what its sound depends on."""

    @property
    def version(self) -> str:
        """Changes whenever the same text would sound different."""
        ...

    @property
    def quicker(self) -> Synthesiser:
        """One that renders sooner and may sound worse."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Recordings:
    """Where a clinic puts its own recordings of prompts.

    Attributes:
        folder: holds ``PROMPT-ID.LANGUAGE.wav``, 16-bit PCM of any usual rate.
        texts: each prompt's texts by language, so that a text is known by its prompt's id.
    """

    folder: Path
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def path(self, text: str, language: str) -> Path | None:
        """The recording of this text, if there is one."""
        for prompt_id, texts in self.texts.items():
            # An id comes from configuration; one with a separator in it could leave the folder.
            if texts.get(language) == text and prompt_id == Path(prompt_id).name:
                path = self.folder / f"{prompt_id}.{language}.wav"
                if path.is_file():
                    return path
        return None


class PromptStore:
    """What a line plays for its words.

    Args:
        folder: where rendered prompts are kept; made when missing.
        synthesiser: renders what is not there yet.
        recordings: a clinic's own recordings; they go before any voice.
        at_once: how many prompts are rendered at the same time, the number of cores by default.
    """

    def __init__(
        self,
        folder: Path,
        synthesiser: VersionedSynthesiser,
        recordings: Recordings | None = None,
        *,
        at_once: int | None = None,
    ) -> None:
        self._folder = folder
        self._synthesiser = synthesiser
        self._recordings = recordings
        self._room = asyncio.Semaphore(at_once or len(os.sched_getaffinity(0)))
        self._under_way: dict[Path, asyncio.Task[bytes]] = {}
        self._problems: list[str] = []

    @property
    def problems(self) -> tuple[str, ...]:
        """Recordings that could not be used, in plain sentences for an operator."""
        return tuple(self._problems)

    async def prepare(
        self, utterances: Iterable[Utterance], progress: Progress | None = None
    ) -> tuple[str, ...]:
        """Have every one of these prompts ready, rendering what is missing on all cores.

        Args:
            utterances: what will be said; the same text twice counts once. Private ones are left
                out.
            progress: told after each prompt.

        Returns:
            A sentence for each prompt that could not be made; the others are ready. The line has
            a tone for those.
        """
        wanted = sorted({(each.text, each.language) for each in utterances if not each.private})
        failures: list[str] = []
        ready = 0

        async def one(text: str, language: str) -> None:
            nonlocal ready
            try:
                await self.get(text, language)
            except SpeechError as error:
                failures.append(f"prompt {text[:40]!r} ({language}): {error}")
            ready += 1
            if progress is not None:
                progress(ready, len(wanted))

        await asyncio.gather(*(one(text, language) for text, language in wanted))
        return tuple(sorted(failures))

    async def sound_of(self, utterance: Utterance) -> bytes:
        """What the line plays for an utterance, private or not.

        Raises:
            SpeechError: there is no sound for it, or for private words not soon enough. The message
                holds no words.
        """
        if utterance.private:
            return await self._live(utterance.text, utterance.language)
        return await self.get(utterance.text, utterance.language)

    async def get(self, text: str, language: str) -> bytes:
        """The sound of a text: the recording, the kept one, or rendered now and kept.

        Raises:
            SpeechError: there is none and it could not be rendered.
        """
        recording = self._recordings and self._recordings.path(text, language)
        if recording:
            try:
                return await asyncio.to_thread(_recorded, recording)
            except (OSError, AudioError) as error:
                problem = f"recording {recording.name} cannot be used, a voice stands in: {error}"
                if problem not in self._problems:
                    self._problems.append(problem)
        path = self._path(text, language)
        # Two calls that need the same words at once wait for one rendering.
        task = self._under_way.get(path)
        if task is None:
            task = self._under_way[path] = asyncio.create_task(self._kept(path, text, language))
            task.add_done_callback(lambda _: self._under_way.pop(path, None))
        return await asyncio.shield(task)

    async def _live(self, text: str, language: str) -> bytes:
        # While every core renders, callers would wait one for another: a quicker voice shortens it.
        voices = [self._synthesiser.quicker]
        if not self._room.locked():
            voices.insert(0, self._synthesiser)
        for voice in voices:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LIVE_TIMEOUT_S), self._room:
                    return await voice.render(text, language)
        raise SpeechError("private words were not rendered in time")

    async def close(self) -> None:
        """Wait for what is being rendered."""
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    def _path(self, text: str, language: str) -> Path:
        identity = "\0".join((self._synthesiser.version, language, text))
        return self._folder / f"{hashlib.sha256(identity.encode()).hexdigest()}.pcm"

    async def _kept(self, path: Path, text: str, language: str) -> bytes:
        kept = await asyncio.to_thread(_read, path)
        if kept is not None:
            return kept
        async with self._room:
            pcm = await self._synthesiser.render(text, language)
        with contextlib.suppress(OSError):
            # A full disk costs the next start some time, not this caller the prompt.
            await asyncio.to_thread(_write, path, pcm)
        return pcm


def _recorded(path: Path) -> bytes:
    pcm = prompt_pcm(*read_wav(path.read_bytes()))
    if not pcm:
        raise AudioError("it is silent")
    return pcm


def _read(path: Path) -> bytes | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    digest, pcm = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
    return pcm if pcm and hashlib.sha256(pcm).digest() == digest else None


def _write(path: Path, pcm: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(hashlib.sha256(pcm).digest() + pcm)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
