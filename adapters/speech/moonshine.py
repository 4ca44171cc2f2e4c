"""Moonshine tiny-en, called through its C interface.

The wheel ``moonshine-voice`` holds library and model. Its Python package is not imported: it asks
for a download client and takes audio as a list of Python floats. The structures below mirror those
of ``moonshine-c-api.h``, header version 20000.
"""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from adapters.speech.engines import EngineUnusable, Hypothesis
from adapters.speech.pcm import resample, to_samples
from adapters.speech.transcript import plain_words
from calls.ports import SAMPLE_RATE_HZ

_HEADER_VERSION = 20000
_ARCH_TINY = 0
_MODEL_RATE_HZ = 16000
_OPTIONS = {
    # The utterance is cut already; the library's own detector would only drop soft beginnings.
    b"vad_threshold": b"0.0",
    b"identify_speakers": b"false",
    b"return_audio_data": b"false",
}
# Without silence after it, the last consonant is often lost ("hurts" becomes "her").
_LEAD_S, _TAIL_S = 0.1, 0.25


class _Line(ctypes.Structure):
    _fields_ = (
        ("text", ctypes.c_char_p),
        ("audio_data", ctypes.POINTER(ctypes.c_float)),
        ("audio_data_count", ctypes.c_size_t),
        ("start_time", ctypes.c_float),
        ("duration", ctypes.c_float),
        ("id", ctypes.c_uint64),
        ("is_complete", ctypes.c_int8),
        ("is_updated", ctypes.c_int8),
        ("is_new", ctypes.c_int8),
        ("has_text_changed", ctypes.c_int8),
        ("has_speaker_id", ctypes.c_int8),
        ("speaker_id", ctypes.c_uint64),
        ("speaker_index", ctypes.c_uint32),
        ("last_transcription_latency_ms", ctypes.c_uint32),
    )


class _Transcript(ctypes.Structure):
    _fields_ = (("lines", ctypes.POINTER(_Line)), ("line_count", ctypes.c_uint64))


class _Option(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char_p), ("value", ctypes.c_char_p))


class MoonshineEngine:
    """Loads in 0.2 s and holds 0.2 GB; the library keeps about 1 MB more of each utterance.

    Raises:
        EngineUnusable: the wheel is missing or its library does not load.
    """

    remarks: Sequence[str] = ()

    def __init__(self) -> None:
        folder = _package_folder()
        try:
            self._library = ctypes.CDLL(str(folder / "libmoonshine.so"))
        except OSError as error:
            raise EngineUnusable(
                "Moonshine's library does not load here (it needs glibc 2.34 or later on x86-64)"
            ) from error
        load = self._library.moonshine_load_transcriber_from_files
        load.restype = ctypes.c_int32
        load.argtypes = [
            ctypes.c_char_p,
            ctypes.c_uint32,
            ctypes.POINTER(_Option),
            ctypes.c_uint64,
            ctypes.c_int32,
        ]
        self._transcribe = self._library.moonshine_transcribe_without_streaming
        self._transcribe.restype = ctypes.c_int32
        self._transcribe.argtypes = [
            ctypes.c_int32,
            ctypes.POINTER(ctypes.c_float),
            ctypes.c_uint64,
            ctypes.c_int32,
            ctypes.c_uint32,
            ctypes.POINTER(ctypes.POINTER(_Transcript)),
        ]
        options = (_Option * len(_OPTIONS))(*(_Option(*pair) for pair in _OPTIONS.items()))
        model = str(folder / "assets" / "tiny-en").encode()
        self._handle = load(model, _ARCH_TINY, options, len(options), _HEADER_VERSION)
        if self._handle < 0:
            raise EngineUnusable(
                f"Moonshine's model does not load (error {self._handle}); "
                "install moonshine-voice 0.0.49 again"
            )

    def transcribe(self, pcm: bytes) -> Hypothesis:
        """Understand one utterance; the engine gives no certainty.

        Raises:
            RuntimeError: the library failed.
        """
        wide = resample(to_samples(pcm), SAMPLE_RATE_HZ, _MODEL_RATE_HZ)
        silence = [np.zeros(int(seconds * _MODEL_RATE_HZ)) for seconds in (_LEAD_S, _TAIL_S)]
        audio = np.concatenate([silence[0], wide, silence[1]]).astype(np.float32)
        found = ctypes.POINTER(_Transcript)()
        status = self._transcribe(
            self._handle,
            audio.ctypes.data_as(ctypes.POINTER(ctypes.c_float)),
            len(audio),
            _MODEL_RATE_HZ,
            0,
            ctypes.byref(found),
        )
        if status != 0:
            raise RuntimeError(f"Moonshine failed with error {status}")
        if not found:
            return Hypothesis(words="")
        transcript = found.contents
        texts = [transcript.lines[i].text or b"" for i in range(transcript.line_count)]
        return Hypothesis(words=plain_words(b" ".join(texts).decode("utf-8", errors="replace")))


def _package_folder() -> Path:
    # Finding a top-level package does not import it.
    spec = importlib.util.find_spec("moonshine_voice")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    if not folders:
        raise EngineUnusable("install the Python package moonshine-voice 0.0.49 (--no-deps)")
    folder = Path(folders[0])
    if not (folder / "assets" / "tiny-en" / "encoder_model.ort").is_file():
        raise EngineUnusable(
            "this moonshine-voice holds no model; install 0.0.49, later releases dropped it"
        )
    return folder
