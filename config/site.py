"""A whole site, loaded and checked: what the composition root builds the line from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path

from acd.models import AgentConfig, EmergencyRules, QueueConfig
from calls.ids import AgentId, QueueId
from ivr.flow import CallRules, Flow
from routing.calendars import Calendar
from routing.openness import QueueHours
from triage.protocol import ProtocolSet


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureCodes:
    """Codes an agent dials or presses on their phone.

    Attributes:
        ready: dialled: I take calls.
        on_break: dialled: a break, after the call in progress.
        out: dialled: I have gone home.
        escalate: pressed during a call: this caller needs a nurse now.
        identity: pressed while somebody is called back: it is the person who had called.
    """

    ready: str = "*11"
    on_break: str = "*12"
    out: str = "*13"
    escalate: str = "*9"
    identity: str = "*8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """The provider that brings the clinic's calls.

    Attributes:
        registrar: host or host:port.
        user: the account.
        password_secret: name of the secret that holds the password.
        register: whether to register; some trunks know the address instead.
        expires_s: how long a registration is asked for.
    """

    registrar: str
    user: str
    password_secret: str
    register: bool = True
    expires_s: int = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class SipSettings:
    """The built-in SIP line.

    Attributes:
        listen: ``host:port`` for SIP over UDP; loopback unless said otherwise.
        advertise: the address that phones outside a NAT see; none means the listening address.
        media_ports: first and last UDP port of RTP.
        allow: networks whose INVITEs are accepted, CIDR. Agents' phones authenticate as well.
        trunk: the provider, if any.
        outbound: patterns of numbers or SIP URIs that may be dialled; nothing by default.
        capacity: calls at once; beyond it the reserved channels answer.
        reserved: channels kept for the advice and the fallback number when full.
    """

    listen: str = "127.0.0.1:5060"
    advertise: str | None = None
    media_ports: tuple[int, int] = (20000, 21999)
    allow: tuple[str, ...] = ("127.0.0.0/8",)
    trunk: Trunk | None = None
    outbound: tuple[str, ...] = ()
    capacity: int = 100
    reserved: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSettings:
    """The site's consent rule.

    Attributes:
        consent: ``announced``, ``asked`` or ``never``.
    """

    consent: str = "announced"


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
    features: FeatureCodes = FeatureCodes()
    fallback_number: str | None = None
    sip: SipSettings = SipSettings()
    recording: RecordingSettings = RecordingSettings()
    warnings: tuple[str, ...] = field(default=())

    def queue_hours(self) -> Mapping[QueueId, QueueHours]:
        """When each queue is open and who takes its callers meanwhile, for ``Openness``."""
        return {
            queue.id: QueueHours(
                calendar=None if queue.hours is None else self.calendars[queue.hours],
                when_closed=queue.when_closed,
            )
            for queue in self.queues.values()
        }
