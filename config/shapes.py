"""The shapes of files that are not themselves the dataclasses of another room.

Queues, agents, steps and protocols are written just as :mod:`acd.models`, :mod:`ivr.steps` and
:mod:`triage.protocol` define them; what stands here is translated on the way in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.site import FeatureCodes, RecordingSettings, SipSettings
from ivr.flow import Keys
from ivr.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFile:
    """``site.yaml``.

    Attributes:
        id: short name of the site, stands in every record.
        title: the clinic's name.
        time_zone: where the clinic is, for example ``America/New_York``.
        languages: the languages callers are spoken to in; the first is the default.
        entry_flow: the flow every call begins with, a file in ``flows/``.
        person_queue: the queue that 0, and the end of every question nobody answers, lead to.
        nurse_queue: the queue for red flags.
        listen_languages: languages in which callers may speak; in the others they press keys.
        language_skills: for a language, the skill its agents need; none for the default one.
        keys: the keys that mean the same at every moment of a call.
        features: codes that agents dial on their phones.
        outside: people and places outside the line: a name, and a number or SIP URI.
        on_call: name in ``outside`` that is called when no nurse answers.
        on_call_after_s: seconds a red flag waits for a nurse before ``on_call`` is called.
        nurse_wait_every_s: seconds between words of comfort while waiting for a nurse.
        fallback_number: number or SIP URI where callers go when the line itself cannot go on.
        low_confidence: speech understood with less confidence (0 to 1) is asked for again.
        short_abandon_s: hanging up within this many seconds counts as a short abandon.
        max_call_questions: how many triage questions one caller is asked at most.
        longest_wait_s: callers who have waited this long in a queue are offered to leave a message,
            again after each third of it; they keep their place. Red flags are never offered one.
        message_promised_s: within how long the prompt ``leave-message`` promises an answer.
        recording: whether calls are recorded.
        recording_notice: the prompt that announces the recording, where it is announced.
        recording_question: the prompt that asks for consent, where callers are asked; 1 is yes and
            2 is no. It is said in every language.
        sip: the built-in SIP line.
    """

    id: str
    title: str
    time_zone: str
    languages: tuple[str, ...]
    entry_flow: str
    person_queue: str
    nurse_queue: str
    listen_languages: tuple[str, ...] = ("en",)
    language_skills: Mapping[str, str] = field(default_factory=dict)
    keys: Keys = field(default_factory=Keys)
    features: FeatureCodes = field(default_factory=FeatureCodes)
    outside: Mapping[str, str] = field(default_factory=dict)
    on_call: str | None = None
    on_call_after_s: float = 30.0
    nurse_wait_every_s: float = 20.0
    fallback_number: str | None = None
    low_confidence: float = 0.4
    short_abandon_s: float = 5.0
    max_call_questions: int = 2
    longest_wait_s: float = 900.0
    message_promised_s: float = 86400.0
    recording: RecordingSettings = field(default_factory=RecordingSettings)
    recording_notice: str = "recording-notice"
    recording_question: str = "recording-question"
    sip: SipSettings = field(default_factory=SipSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFile:
    """One calendar of ``calendars.yaml``.

    Attributes:
        week: for ``monday`` to ``sunday``, opening hours such as ``08:00-17:30``; a day that is
            left out is closed.
        zone: time zone, where it is not the site's own.
        holidays: dates such as ``2026-12-25`` that are closed, with their names.
        special: dates with hours of their own; they win over the week and the holidays.
    """

    week: Mapping[str, tuple[str, ...]]
    zone: str | None = None
    holidays: Mapping[str, str] = field(default_factory=dict)
    special: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFile:
    """One flow, a file in ``flows/``; the file's name is the flow's.

    Attributes:
        start: the first step after the 911 advice.
        steps: the steps by name; ``kind`` says what each does.
    """

    start: str
    steps: Mapping[str, Step]
