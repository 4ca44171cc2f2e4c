"""What a caller's leg tells the brain, in the brain's words."""

from __future__ import annotations

from collections.abc import Callable

from calls.commands import Bridge, Say
from calls.facts import (
    CallerHungUp,
    CallFailed,
    DigitsCollected,
    Fact,
    MessageRecorded,
    OfferFailed,
    PromptFinished,
    RecordingSealed,
    SpeechHeard,
    SpeechStarted,
    SpeechUnavailable,
)
from calls.ids import CallId
from calls.ports import Heard
from calls.private import Private


class LegFacts:
    """The facts of one call.

    Args:
        site: the site's id.
        call_id: the call.
        report: takes each fact that is told; :meth:`hung_up` and :meth:`failed` are only made.
    """

    def __init__(self, site: str, call_id: CallId, report: Callable[[Fact], None]) -> None:
        self._site = site
        self._call_id = call_id
        self._report = report

    def hung_up(self) -> Fact:
        """The caller hung up."""
        return CallerHungUp(site=self._site, call_id=self._call_id)

    def failed(self, reason: str) -> Fact:
        """The caller was lost."""
        return CallFailed(site=self._site, call_id=self._call_id, reason=reason)

    def agent_left(self, command: Bridge) -> None:
        """The agent to be connected is there no more; the caller has spoken with nobody."""
        self._report(
            OfferFailed(
                site=self._site,
                call_id=self._call_id,
                offer_id=command.offer_id,
                agent_id=command.agent_id,
                reason="unreachable",
            )
        )

    def said(self, command: Say, interrupted: bool) -> None:
        """A prompt is over."""
        self._report(
            PromptFinished(
                site=self._site,
                call_id=self._call_id,
                prompt_id=command.prompt_id,
                interrupted=interrupted,
            )
        )

    def key(self, digit: str) -> None:
        """The caller pressed a key."""
        self._report(DigitsCollected(site=self._site, call_id=self._call_id, digits=Private(digit)))

    def speech_started(self) -> None:
        """The caller began to speak."""
        self._report(SpeechStarted(site=self._site, call_id=self._call_id))

    def heard(self, language: str, heard: Heard, ended_ago_s: float) -> None:
        """The caller said something, and it was understood."""
        self._report(
            SpeechHeard(
                site=self._site,
                call_id=self._call_id,
                words=Private(heard.words),
                confidence=heard.confidence,
                second=Private(heard.second),
                language=language,
                ended_ago_s=ended_ago_s,
            )
        )

    def speech_unavailable(self, reason: str) -> None:
        """The caller cannot be understood."""
        self._report(SpeechUnavailable(site=self._site, call_id=self._call_id, reason=reason))

    def sealed(self, recording_id: str, duration_s: float) -> None:
        """A conversation is kept."""
        self._report(
            RecordingSealed(
                site=self._site,
                call_id=self._call_id,
                recording_id=recording_id,
                duration_s=duration_s,
            )
        )

    def message_recorded(self, recording_id: str, duration_s: float) -> None:
        """A message is kept, or there is none."""
        self._report(
            MessageRecorded(
                site=self._site,
                call_id=self._call_id,
                recording_id=recording_id,
                duration_s=duration_s,
            )
        )
