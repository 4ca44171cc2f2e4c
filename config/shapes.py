"""The shapes of files that are not themselves the dataclasses of another room.

Queues, agents, steps and protocols are written just as :mod:`acd.models`, :mod:`ivr.steps` and
:mod:`triage.protocol` define them; what stands here is translated on the way in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from acd.models import EmergencyRules
from calls.requirement import SkillNeed
from config.settings import FeatureCodes, RecordingSettings, SipSettings
from ivr.flow import Keys
from ivr.intents import MARGIN
from ivr.steps import Step
from ivr.values import ValueKind


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
        language_skills: for a language, the skill its agents need: a name, or a skill and a level;
            none for the default language.
        keys: the keys that mean the same at every moment of a call.
        features: codes that agents dial on their phones.
        outside: people and places outside the line: a name, and a number or SIP URI.
        on_call: name in ``outside`` that is called when no nurse answers.
        emergency: how nurses are kept ready for red flags, and what happens until one answers.
        nurse_wait_every_s: seconds between words of comfort while waiting for a nurse.
        fallback_number: number or SIP URI where callers go when the line itself cannot go on.
        intent_margin: where the best intent fits this little better than the second (0 to 1), the
            line asks which one is meant.
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
    language_skills: Mapping[str, SkillNeed] = field(default_factory=dict)
    keys: Keys = field(default_factory=Keys)
    features: FeatureCodes = field(default_factory=FeatureCodes)
    outside: Mapping[str, str] = field(default_factory=dict)
    on_call: str | None = None
    emergency: EmergencyRules = field(default_factory=EmergencyRules)
    nurse_wait_every_s: float = 20.0
    fallback_number: str | None = None
    intent_margin: float = MARGIN
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
class PublicHolidays:
    """The public holidays on which a calendar is closed, with the days they are observed on.

    Attributes:
        country: the country's code (ISO 3166-1), for example ``US``.
        subdivision: the code of the state or province (ISO 3166-2), for its own holidays as well,
            for example ``NY``.
        open_on: names of those on which the clinic is open all the same.
    """

    country: str
    subdivision: str | None = None
    open_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFile:
    """One calendar of ``calendars.yaml``.

    A day is a date such as ``2026-12-25``, a day of every year such as ``december 25``, ``last
    monday of may`` or ``day after fourth thursday of november``, or several, as in ``2026-12-24 to
    2026-12-26``. With ``, observed`` behind it, a day of every year that falls on a weekend is
    observed on the Friday before or the Monday after as well.

    Attributes:
        week: for ``monday`` to ``sunday``, opening hours such as ``08:00-17:30``, or past midnight
            ``22:00-06:00``; a day that is left out is closed.
        zone: time zone, where it is not the site's own.
        public_holidays: the country, or the country and the state, whose public holidays are
            closed.
        holidays: other days that are closed, with their names.
        special: days with hours of their own; they win over the week and all holidays. Where two
            lines fit one day, a date wins over days of every year, else the first one.
        closes_early: days on which it closes at this time of day; what is closed stays closed.
    """

    week: Mapping[str, tuple[str, ...]]
    zone: str | None = None
    public_holidays: PublicHolidays | None = None
    holidays: Mapping[str, str] = field(default_factory=dict)
    special: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    closes_early: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFile:
    """One flow, a file in ``flows/``; the file's name is the flow's.

    Attributes:
        start: the first step: after the 911 advice, or where another flow enters this one.
        steps: the steps by name; ``kind`` says what each does.
        arguments: for a flow that others enter, what it is given: names, and the kind of each.
        include: files in ``shared/``, without ``.yaml``, whose steps and snippets this flow takes
            over.
        snippets: keys, or items of a list, that ``use`` puts in wherever it stands in a step.
    """

    start: str
    steps: Mapping[str, Step]
    arguments: Mapping[str, ValueKind] = field(default_factory=dict)
    include: tuple[str, ...] = ()
    snippets: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFile:
    """What flows share, a file in ``shared/``; flows name it under ``include``.

    Attributes:
        include: other files in ``shared/``, without ``.yaml``, that belong to this one.
        steps: steps that become steps of each flow that includes this file.
        snippets: keys, or items of a list, that ``use`` puts in wherever it stands in a step.
    """

    include: tuple[str, ...] = ()
    steps: Mapping[str, Step] = field(default_factory=dict)
    snippets: Mapping[str, object] = field(default_factory=dict)


_AS_EXPRESSION = 'write it as an expression: when: calendar.office.open, when: language == "es"'

MOVED: Mapping[tuple[str, str], str] = {
    ("Case", "calendar"): _AS_EXPRESSION,
    ("Case", "variable"): _AS_EXPRESSION,
    ("Case", "equals"): _AS_EXPRESSION,
    ("SiteFile", "on_call_after_s"): (
        "it is a rung of the emergency ladder now: "
        "emergency: {ladder: [{after_s: 30, do: on-call}]}"
    ),
    ("CommonAnswer", "digit"): (
        "leave it out: the keys follow the order of 'answers' in the step that offers them"
    ),
    ("QueueConfig", "priority"): (
        "head_start_s says now how much longer its callers count as having waited"
    ),
}
"""Keys that were, by the name of their class, and what to write instead."""
