"""A whole site, loaded and checked: what the composition root builds the line from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path

from acd.models import AgentConfig, EmergencyRules, QueueConfig
from calls.ids import AgentId, QueueId
from config.answers import CommonAnswer
from config.directory import Provider
from config.lookups import PROVIDERS_SOURCE, LookupSource
from config.settings import FeatureCodes, RecordingSettings, SipSettings
from config.table import Table
from ivr.flow import CallRules, Flow
from ivr.steps import AskStep
from routing.calendars import Calendar
from routing.openness import QueueHours
from triage.protocol import ProtocolSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything a clinic's line is made of.

    Attributes:
        id: short name, stands in every fact.
        title: the clinic's name.
        folder: where it was loaded from.
        version: hash of everything it means, see :mod:`config.versions`.
        entry_flow: the flow that a call begins with.
        flows: by id.
        rules: what holds for every flow.
        queues: by id, in the order of the file.
        agents: by id, in the order of the file.
        protocols: the triage protocols.
        calendars: by name.
        zone: the local time zone.
        emergency: how nurses are kept ready for red flags, and the ladder until one answers.
        features: agents' codes.
        fallback_number: where callers go when the line itself cannot go on; may be ``None``,
            then they hear the advice only.
        sip: the SIP line.
        recording: the consent rule.
        lookups: where flows may ask, by name.
        tables: of the lookups that are files, by the lookup's name.
        providers: of care, by id.
        answers: to common questions, by name.
        warnings: things that are allowed and should be looked at.
    """

    id: str
    title: str
    folder: Path
    version: str
    entry_flow: str
    flows: Mapping[str, Flow]
    rules: CallRules
    queues: Mapping[QueueId, QueueConfig]
    agents: Mapping[AgentId, AgentConfig]
    protocols: ProtocolSet
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    zone: tzinfo = UTC
    emergency: EmergencyRules = field(default_factory=EmergencyRules)
    features: FeatureCodes = field(default_factory=FeatureCodes)
    fallback_number: str | None = None
    sip: SipSettings = field(default_factory=SipSettings)
    recording: RecordingSettings = field(default_factory=RecordingSettings)
    lookups: Mapping[str, LookupSource] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    providers: Mapping[str, Provider] = field(default_factory=dict)
    answers: Mapping[str, CommonAnswer] = field(default_factory=dict)
    warnings: tuple[str, ...] = field(default=())

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of all that flows may ask."""
        return (*self.lookups, *((PROVIDERS_SOURCE,) if self.providers else ()))

    @property
    def offered(self) -> frozenset[str]:
        """The words that its questions offer as answers, but for those that raise a red flag."""
        asked = (
            step
            for flow in self.flows.values()
            for step in flow.steps.values()
            if isinstance(step, AskStep)
        )
        return frozenset(
            phrase
            for step in asked
            for choice in step.choices
            if choice.red_flag is None
            for phrases in choice.words.values()
            for phrase in phrases
        )

    def queue_hours(self) -> Mapping[QueueId, QueueHours]:
        """When each queue is open and who takes its callers meanwhile, for ``Openness``."""
        return {
            queue.id: QueueHours(
                calendar=None if queue.hours is None else self.calendars[queue.hours],
                when_closed=queue.when_closed,
            )
            for queue in self.queues.values()
        }
