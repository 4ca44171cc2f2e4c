"""What ``site.yaml`` says of phones, the SIP line and recording."""

from __future__ import annotations

from dataclasses import dataclass


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
        consent: ``announced``, ``asked`` at the beginning of each call, ``in-flow`` where a step of
            the kind ``consent`` asks, or ``never``.
    """

    consent: str = "announced"
