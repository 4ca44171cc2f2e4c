"""What the caller hears and what the line listens for: the commands for both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

from calls.commands import Command, Listen, PlayMusic, Say, StopListening, Utterance
from calls.ids import CallId
from ivr import prompts
from ivr.flow import CallRules
from ivr.timers import Timer, Timers
from ivr.values import Value

MOST_LOUDER = 2
"""So many times 6 dB; more would distort."""

SLOW = 1.5
"""How much longer everything is waited for with a caller who needs more time."""


class Voice:
    """One call's prompts, one at a time, and its listening language.

    Args:
        call_id: the call.
        rules: the site's rules.
        timers: the call's; each prompt sets :attr:`Timer.PROMPT`, so that a line that loses the
            end of a prompt never traps a caller.
        look: gives the value that a name in a prompt stands for at a time.

    Attributes:
        language: the call's.
        language_known: whether the caller is known to understand it: they have chosen it, or have
            answered in it.
        playing: whether a prompt plays.
        speech_failed: whether speech could not be used.
        slow: the caller has asked for slower words.
        louder: how often they have asked for more sound, at most :data:`MOST_LOUDER`.
    """

    __slots__ = (
        "_advises",
        "_announced",
        "_announces",
        "_call_id",
        "_digits_only_told",
        "_listening",
        "_look",
        "_prompt_id",
        "_rules",
        "_said",
        "_timers",
        "language",
        "language_known",
        "louder",
        "playing",
        "slow",
        "speech_failed",
    )

    def __init__(
        self,
        call_id: CallId,
        rules: CallRules,
        timers: Timers,
        look: Callable[[str, float], Value | None] = lambda _name, _now: None,
    ) -> None:
        self._call_id = call_id
        self._rules = rules
        self._timers = timers
        self._look = look
        self._prompt_id = 0
        self._said: tuple[tuple[Utterance, ...], bool] = ((), True)
        self._listening: tuple[str, tuple[str, ...]] | None = None
        self._digits_only_told = False
        self._announces = False
        self._advises = False
        self._announced = rules.recording_notice is None
        self.language = rules.languages[0] if rules.languages else "en"
        self.language_known = len(rules.languages) < 2
        self.playing = False
        self.speech_failed = False
        self.slow = False
        self.louder = 0

    def copied(self, timers: Timers, look: Callable[[str, float], Value | None]) -> Voice:
        """The same, for a copy of the call."""
        twin = Voice(self._call_id, self._rules, timers, look)
        twin._prompt_id, twin._said = self._prompt_id, self._said
        twin._listening, twin._digits_only_told = self._listening, self._digits_only_told
        twin._announces, twin._advises = self._announces, self._advises
        twin._announced, twin.playing = self._announced, self.playing
        twin.language, twin.language_known = self.language, self.language_known
        twin.speech_failed, twin.slow, twin.louder = self.speech_failed, self.slow, self.louder
        return twin

    @property
    def stance(self) -> tuple[object, ...]:
        """All of it that makes a difference to where the call goes, not to what is only said."""
        return (
            self.language,
            self.language_known,
            self.playing,
            self.speech_failed,
            self.slow,
            self._said[1] if self.playing else None,
        )

    def patient_s(self, seconds: float) -> float:
        """How long to wait where ``seconds`` are enough for most callers."""
        return seconds * SLOW if self.slow else seconds

    # --- what the caller hears ------------------------------------------------------------------

    def greet(self, now: float) -> list[Command]:
        """The words that begin every call; neither key nor noise cuts them short."""
        return self._say(prompts.greeting(self._rules), False, now, announces=True)

    def ask_consent(self, now: float) -> list[Command]:
        """The question whether the call may be recorded, in every language."""
        question = prompts.in_every_language(self._rules, self._rules.recording_question)
        return self._say(question, True, now)

    def say(self, now: float, *names: str | None, barge_in: bool = True) -> list[Command]:
        """These prompts one after the other in the call's language; ``None`` is left out."""
        return self._say_in((self.language,), names, barge_in, now)

    def tell(self, now: float, *names: str | None, barge_in: bool = True) -> list[Command]:
        """Say what every caller has to understand, outside the flow's own prompts.

        Until it is known which language the caller understands it is said in each of the site's: a
        caller who asks for help during the greeting has not been asked yet.
        """
        known = self.language_known
        languages = (self.language,) if known else self._rules.languages
        return self._say_in(languages, names, barge_in, now)

    def add(self, now: float, *names: str) -> list[Command]:
        """Say these prompts after what was about to be said, or by themselves over music."""
        before, barge_in = self._said if self.playing else ((), True)
        announces, advises = self.playing and self._announces, self.playing and self._advises
        languages = (self.language,) if self.language_known else self._rules.languages
        added = [self._words(names, language, now) for language in languages]
        said = (*before, *chain(*added))
        return self._say(said, barge_in, now, announces=announces, advises=advises)

    def notice(self) -> str | None:
        """The recording notice, where its caller has not heard it whole; else ``None``.

        A caller who may not understand it is not told: what they have not agreed to is not done.
        """
        owed = self.language_known and not self._announced
        return self._rules.recording_notice if owed else None

    def again(self, now: float) -> list[Command]:
        """What was said last, from its beginning."""
        return self._say(*self._said, now, announces=self._announces, advises=self._advises)

    def music(self) -> list[Command]:
        """Music in place of any prompt."""
        self.hush()
        return [PlayMusic(call_id=self._call_id)]

    def finished(self, *, whole: bool) -> None:
        """What plays has come to its end.

        Args:
            whole: the caller has not cut it short.
        """
        self._announced = self._announced or (self._announces and whole)
        self.hush()

    def hush(self) -> None:
        """No prompt plays any more."""
        self.playing = False
        self._timers.cancel(Timer.PROMPT)

    @property
    def prompt_id(self) -> int | None:
        """The prompt that plays; ``None`` while none does."""
        return self._prompt_id if self.playing else None

    def is_current(self, prompt_id: int) -> bool:
        """Whether the end of ``prompt_id`` is the end of what plays now, not of something older."""
        return self.playing and prompt_id == self._prompt_id

    def has(self, prompt: str | None) -> bool:
        """Whether there are words for a prompt."""
        return prompt is not None and bool(
            prompts.utterances(self._rules, (prompt,), self.language)
        )

    def _say_in(
        self, languages: Sequence[str], names: Sequence[str | None], barge_in: bool, now: float
    ) -> list[Command]:
        named = [name for name in names if name is not None]
        said = [self._words(named, language, now) for language in languages]
        announces = self._rules.recording_notice in named
        advises = self._rules.advice_911 in named
        return self._say(tuple(chain(*said)), barge_in, now, announces=announces, advises=advises)

    def _words(self, names: Sequence[str], language: str, now: float) -> tuple[Utterance, ...]:
        return prompts.utterances(self._rules, names, language, lambda name: self._look(name, now))

    def _say(
        self,
        said: tuple[Utterance, ...],
        barge_in: bool,
        now: float,
        *,
        announces: bool = False,
        advises: bool = False,
    ) -> list[Command]:
        self._prompt_id += 1
        self._said = (said, barge_in)
        self._announces, self._advises = announces, advises
        self.playing = True
        self._timers.set(Timer.PROMPT, now + self.patient_s(prompts.limit_s(said)))
        return [
            Say(
                call_id=self._call_id,
                prompt_id=self._prompt_id,
                utterances=said,
                barge_in=barge_in,
                advises_911=advises,
                slow=self.slow,
                louder=self.louder,
            )
        ]

    # --- what the line listens for --------------------------------------------------------------

    @property
    def is_understood(self) -> bool:
        """Whether a recogniser understands the call's language."""
        return self.language in self._rules.listen_languages

    def listen(self, hints: tuple[str, ...] | None = None, *, anew: bool = False) -> list[Command]:
        """Hear speech in the call's language, or hear none where no recogniser understands it.

        Args:
            hints: phrases that are likely now; as before if not given.
            anew: tell the line even what it has been told before.
        """
        told = self._listening
        if hints is None:
            hints = told[1] if told is not None and told[0] == self.language else ()
        wanted = (self.language, hints) if self.is_understood else None
        self._listening = wanted
        if wanted == told and not anew:
            return []
        if wanted is None:
            return [StopListening(call_id=self._call_id)]
        return [Listen(call_id=self._call_id, language=self.language, hints=hints)]

    def stop_listening(self) -> list[Command]:
        """Hear no speech: an agent listens now."""
        self._listening = None
        return [StopListening(call_id=self._call_id)]

    def digits_only(self) -> str | None:
        """The prompt that says so where keys alone work, once in a call; else ``None``."""
        if self._digits_only_told or (self.is_understood and not self.speech_failed):
            return None
        self._digits_only_told = True
        return self._rules.digits_only
