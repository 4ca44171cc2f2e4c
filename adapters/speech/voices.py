"""The machine's own voices, each run as a program for one prompt at a time.

==================  ==========================================  =====================
voice               Debian packages                             languages
==================  ==========================================  =====================
Festival slt HTS    festival, festvox-us-slt-hts                English (best understood)
flite slt           flite                                       English
espeak-ng           espeak-ng                                   Spanish, English
==================  ==========================================  =====================

Programs are started without a shell and never see text as an argument. Text and sound go through
files in memory (memfd_create(2)), which have no name and lie in no folder: words that hold
something of a caller's touch no disk, and a program that is killed leaves nothing behind. A pipe
would not do: flite opens what it writes more than once, others put the length in at the end.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.speech.pcm import AudioError, prompt_pcm, read_wav
from adapters.speech.speakable import speakable
from calls.ports import SpeechError

# How a program names its standard input and output; opened anew, a file in memory is at its start.
_READ, _WRITTEN = "/dev/stdin", "/dev/stdout"
_FESTIVAL_SLT = Path("/usr/share/festival/voices/us/cmu_us_slt_arctic_hts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A program that speaks one language.

    Attributes:
        name: part of a stored prompt's identity.
        language: for example ``en``.
        arguments: the program and its arguments; ``{text}`` and ``{wav}`` stand for what it reads
            and writes. Both are true files, though of no disk.
        packages: the Debian packages it comes from.
        ascii_only: whether accents and typographic signs must be taken off.
    """

    name: str
    language: str
    arguments: tuple[str, ...]
    packages: str
    ascii_only: bool


_FESTIVAL = Voice(
    name="festival-slt-hts",
    language="en",
    arguments=("text2wave", "-eval", "(voice_cmu_us_slt_arctic_hts)", "-o", "{wav}", "{text}"),
    packages="festival festvox-us-slt-hts",
    ascii_only=True,
)
_FLITE = Voice(
    name="flite-slt",
    language="en",
    arguments=("flite", "-voice", "slt", "-f", "{text}", "-o", "{wav}"),
    packages="flite",
    ascii_only=True,
)
_ESPEAK_EN = Voice(
    name="espeak-ng-en-us",
    language="en",
    arguments=("espeak-ng", "-v", "en-us", "-s", "155", "-f", "{text}", "-w", "{wav}"),
    packages="espeak-ng",
    ascii_only=False,
)
_ESPEAK_ES = Voice(
    name="espeak-ng-es-419",
    language="es",
    arguments=("espeak-ng", "-v", "es-419", "-s", "150", "-f", "{text}", "-w", "{wav}"),
    packages="espeak-ng",
    ascii_only=False,
)
KNOWN_VOICES = (_FESTIVAL, _FLITE, _ESPEAK_EN, _ESPEAK_ES)
"""Every voice there is an adapter for, for each language the best first, which is the slowest: a
sentence of 4 s takes Festival 0.36 s, flite 0.06 s and espeak-ng 0.01 s of a core."""


def detect_voices() -> dict[str, tuple[Voice, ...]]:
    """The voices that are installed, by language, the best first."""
    found: dict[str, list[Voice]] = {}
    for voice in KNOWN_VOICES:
        if shutil.which(voice.arguments[0]) is None:
            continue
        if voice is _FESTIVAL and not _FESTIVAL_SLT.is_dir():
            continue
        found.setdefault(voice.language, []).append(voice)
    return {language: tuple(voices) for language, voices in found.items()}


class VoiceSynthesiser:
    """Implements :class:`~calls.ports.Synthesiser` with installed voices.

    Args:
        voices: by language, the best first; what is installed when not given. A voice that fails
            is followed by the next.
        timeout_s: how long one voice may take for one prompt.
    """

    def __init__(
        self, voices: Mapping[str, Sequence[Voice]] | None = None, *, timeout_s: float = 20.0
    ) -> None:
        self._voices = dict(detect_voices() if voices is None else voices)
        self._timeout_s = timeout_s

    @property
    def languages(self) -> Sequence[str]:
        """What it can speak."""
        return tuple(sorted(self._voices))

    @property
    def version(self) -> str:
        """Names the voices and how their sound is treated: part of a stored prompt's identity."""
        names = [voice.name for voices in self._voices.values() for voice in voices]
        return "1:" + ",".join(names)

    @property
    def quicker(self) -> VoiceSynthesiser:
        """The same without the best voice of each language that has another."""
        rest = {language: voices[1:] or voices for language, voices in self._voices.items()}
        return VoiceSynthesiser(rest, timeout_s=self._timeout_s)

    async def render(self, text: str, language: str) -> bytes:
        """The words as telephone audio: 8 kHz, 200 to 3400 Hz, -20 dBov, no silence around it.

        Raises:
            SpeechError: no voice for this language (the message names the packages to install), a
                text that cannot be spoken, or every voice failed.
        """
        problems = []
        for voice in self._voices.get(language, ()):
            try:
                return await self._speak(voice, speakable(text, ascii_only=voice.ascii_only))
            except (OSError, AudioError, TimeoutError) as error:
                problems.append(f"{voice.name}: {type(error).__name__}")
        if problems:
            raise SpeechError(f"no voice could speak a prompt ({'; '.join(problems)})")
        packages = [voice.packages for voice in KNOWN_VOICES if voice.language == language]
        if not packages:
            raise SpeechError(f"there is no voice for language {language!r}")
        raise SpeechError(
            f"no voice for language {language!r} is installed: apt-get install {packages[0]}"
        )

    async def _speak(self, voice: Voice, text: str) -> bytes:
        arguments = [part.format(text=_READ, wav=_WRITTEN) for part in voice.arguments]
        with _in_memory() as words, _in_memory() as wav:
            os.write(words, f"{text}\n".encode())
            os.lseek(words, 0, os.SEEK_SET)
            await self._run(arguments, words, wav)
            return await asyncio.to_thread(_prompt_of, _content(wav))

    async def _run(self, arguments: Sequence[str], words: int, wav: int) -> None:
        process = await asyncio.create_subprocess_exec(
            *arguments, stdin=words, stdout=wav, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            async with asyncio.timeout(self._timeout_s):
                await process.wait()
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode:
            raise OSError(process.returncode, "voice failed")


@contextlib.contextmanager
def _in_memory() -> Iterator[int]:
    """The descriptor of a file that is gone when the last process has closed it."""
    descriptor = os.memfd_create("careline-voice")
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _content(descriptor: int) -> bytes:
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


def _prompt_of(wav: bytes) -> bytes:
    pcm = prompt_pcm(*read_wav(wav))
    if not pcm:
        raise AudioError("the voice said nothing")
    return pcm
