"""Where an utterance begins and ends, found in 20 ms frames. No clock, no I/O: feed and read.

A frame is *voiced* when a voice activity detector says so and its level is above a gate. The gate
follows the noise of the line, and while a prompt plays it also stays above what could be the
prompt's own echo. Then::

    QUIET --(enough voiced frames close together)--> SPEAKING      SpeechStart
    SPEAKING --(pause_ms without voice)------------> SPEAKING      UtterancePause: worth a guess
    SPEAKING --(voice again)-----------------------> SPEAKING      UtteranceResume: guess is void
    SPEAKING --(end_silence_ms without voice)------> QUIET         UtteranceEnd
    SPEAKING --(max_utterance_ms)------------------> SPEAKING      UtteranceEnd(cut=True)

The pause exists for speed: a recogniser that starts at the pause has its answer when the end is
confirmed. The audio of a pause and of the end that follows it are the same, so is their text.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from adapters.speech.pcm import FRAME_BYTES, FRAME_MS, SILENCE_DBOV, frame_level_dbov
from calls.ports import SAMPLE_RATE_HZ, SpeechError

VoiceDetector = Callable[[bytes], bool]
"""Says of one frame of PCM whether there is a voice in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointerSettings:
    """When speech is speech and when it is over.

    Attributes:
        start_voiced_ms: voice needed before anything counts as speech; a burst shorter than
            150 ms (a click, a cough cut short) never has as much, "no" and "yes" do.
        start_window_ms: the stretch in which that much voice has to lie.
        resume_voiced_ms: voice that ends a silence; a click does not.
        resume_window_ms: the stretch in which that much voice has to lie.
        pre_roll_ms: audio kept from before the first voiced frame. Long, because who begins softly
            while a prompt is played is taken for its echo: with 200 ms "my son swallowed" lost its
            first two words.
        pause_ms: silence after which the utterance so far is worth recognising.
        end_silence_ms: silence that ends an utterance.
        max_utterance_ms: the longest utterance; a recogniser takes no more than 6 s.
        overlap_ms: audio that both halves of a cut utterance hold. A second, because two-word
            symptoms take up to a second and either half must be able to hold one whole.
        gate_dbov: nothing quieter is voice, whatever the noise.
        noise_margin_db: how far voice stands above the noise of the line.
        echo_loss_db: how much quieter a prompt's echo comes back, at least.
        echo_tail_ms: for how long after it was played an echo can come back.
        aggressiveness: of the voice detector, 0 (lets much pass) to 3.
    """

    start_voiced_ms: int = 200
    start_window_ms: int = 300
    resume_voiced_ms: int = 60
    resume_window_ms: int = 100
    pre_roll_ms: int = 600
    pause_ms: int = 240
    end_silence_ms: int = 560
    max_utterance_ms: int = 6000
    overlap_ms: int = 1000
    gate_dbov: float = -50.0
    noise_margin_db: float = 6.0
    echo_loss_db: float = 12.0
    echo_tail_ms: int = 300
    aggressiveness: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechEvent:
    """Anything found in the audio."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStart(SpeechEvent):
    """The caller speaks: barge-in and no-input timers act on this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UtterancePause(SpeechEvent):
    """A short silence; if it lasts, ``pcm`` is the whole utterance.

    Attributes:
        pcm: the utterance so far.
    """

    pcm: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class UtteranceResume(SpeechEvent):
    """The caller went on: what was made of the last pause is void."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UtteranceEnd(SpeechEvent):
    """An utterance is complete.

    Attributes:
        pcm: all of it; the same as that of a pause which was not followed by a resume.
        ended_ago_ms: silence heard since the last voice.
        cut: it was ended by its length and the caller speaks on.
    """

    pcm: bytes
    ended_ago_ms: int
    cut: bool = False


class _State(Enum):
    QUIET = auto()
    SPEAKING = auto()


class Endpointer:
    """Finds the utterances of one caller.

    Args:
        settings: when speech is speech.
        detector: stands in for the voice detector; the default is WebRTC's.

    Raises:
        SpeechError: the voice detector is not installed.
    """

    def __init__(
        self, settings: EndpointerSettings | None = None, detector: VoiceDetector | None = None
    ) -> None:
        self._settings = s = settings or EndpointerSettings()
        self._detect = detector or webrtc_detector(s.aggressiveness)
        self._noise_dbov = s.gate_dbov - s.noise_margin_db
        self._echo: deque[float] = deque(maxlen=max(1, s.echo_tail_ms // FRAME_MS))
        self._recent: deque[bool] = deque(maxlen=s.start_window_ms // FRAME_MS)
        self._lately: deque[bool] = deque(maxlen=s.resume_window_ms // FRAME_MS)
        self._before: deque[bytes] = deque(maxlen=(s.pre_roll_ms + s.start_window_ms) // FRAME_MS)
        self._reset()

    def _reset(self) -> None:
        self._state = _State.QUIET
        self._frames: list[bytes] = []
        self._quiet_ms = 0
        self._paused: bytes | None = None
        self._recent.clear()
        self._lately.clear()

    @property
    def speaking(self) -> bool:
        """Whether an utterance is under way."""
        return self._state is _State.SPEAKING

    def push(self, frame: bytes, playing_dbov: float | None = None) -> list[SpeechEvent]:
        """Take in the next 20 ms.

        Args:
            frame: 320 bytes of PCM; a lost packet is a frame of zeros.
            playing_dbov: level of what is played to the caller now, ``None`` when nothing is.

        Returns:
            What was found, in order.

        Raises:
            ValueError: the frame has another length.
        """
        if len(frame) != FRAME_BYTES:
            raise ValueError(f"a frame has {FRAME_BYTES} bytes, not {len(frame)}")
        self._echo.append(SILENCE_DBOV if playing_dbov is None else playing_dbov)
        voiced = self._is_voiced(frame)
        if self._state is _State.QUIET:
            return self._quiet(frame, voiced)
        return self._speaking(frame, voiced)

    def flush(self) -> list[SpeechEvent]:
        """End now: the call is bridged, or listening stops. Ends an utterance under way."""
        if self._state is _State.QUIET:
            self._reset()
            self._before.clear()
            return []
        return [self._end(cut=False)]

    def _is_voiced(self, frame: bytes) -> bool:
        s = self._settings
        level = frame_level_dbov(frame)
        gate = max(
            s.gate_dbov,
            self._noise_dbov + s.noise_margin_db,
            max(self._echo) - s.echo_loss_db,
        )
        # The detector is fed every frame, those too quiet for a voice as well: it learns from them
        # what quiet is. Without them it missed the first soft words on a quiet line.
        voiced = self._detect(frame) and level > gate
        if level > SILENCE_DBOV and not voiced:
            # Noise is believed at once when it falls and slowly when it rises (20 dB in 2 s).
            self._noise_dbov = min(level, self._noise_dbov + 0.2)
        return voiced

    def _quiet(self, frame: bytes, voiced: bool) -> list[SpeechEvent]:
        s = self._settings
        self._before.append(frame)
        self._recent.append(voiced)
        if self._recent.count(True) * FRAME_MS < s.start_voiced_ms:
            return []
        since_first = len(self._recent) - list(self._recent).index(True)
        self._frames = list(self._before)[-(since_first + s.pre_roll_ms // FRAME_MS) :]
        self._before.clear()
        self._state = _State.SPEAKING
        return [SpeechStart()]

    def _speaking(self, frame: bytes, voiced: bool) -> list[SpeechEvent]:
        s = self._settings
        self._frames.append(frame)
        self._lately.append(voiced)
        # Until voice has lasted, a voiced frame within a silence is a click: the silence goes on.
        if voiced and self._lately.count(True) * FRAME_MS >= s.resume_voiced_ms:
            self._quiet_ms = 0
        elif not voiced or self._quiet_ms:
            self._quiet_ms += FRAME_MS
        if self._quiet_ms == 0 and self._paused is not None:
            self._paused = None
            return [UtteranceResume(), *self._cut_when_long()]
        if self._quiet_ms >= s.end_silence_ms:
            return [self._end(cut=False)]
        if self._quiet_ms == s.pause_ms and self._paused is None:
            self._paused = b"".join(self._frames)
            return [UtterancePause(pcm=self._paused)]
        return self._cut_when_long()

    def _cut_when_long(self) -> list[SpeechEvent]:
        if len(self._frames) * FRAME_MS < self._settings.max_utterance_ms:
            return []
        return [self._end(cut=True)]

    def _end(self, *, cut: bool) -> UtteranceEnd:
        pcm = self._paused if self._paused is not None else b"".join(self._frames)
        # An utterance that grows too long within a pause is simply over.
        cut = cut and self._paused is None
        event = UtteranceEnd(pcm=pcm, ended_ago_ms=self._quiet_ms, cut=cut)
        tail = self._frames[-(self._settings.overlap_ms // FRAME_MS) :]
        quiet_ms = self._quiet_ms
        self._reset()
        self._before.clear()
        if cut:
            self._state, self._frames, self._quiet_ms = _State.SPEAKING, tail, quiet_ms
        return event


def webrtc_detector(aggressiveness: int) -> VoiceDetector:
    """WebRTC's Gaussian mixture detector at 8 kHz; it costs 0.03 % of a core per caller.

    Raises:
        SpeechError: it is not installed.
    """
    try:
        import webrtcvad
    except ImportError as error:
        raise SpeechError(
            "no voice detector: install the Python package webrtcvad-wheels"
        ) from error
    vad = webrtcvad.Vad(aggressiveness)

    def detect(frame: bytes) -> bool:
        return bool(vad.is_speech(frame, SAMPLE_RATE_HZ))

    return detect
