"""What a SIP endpoint is set up with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from calls.ids import AgentId
from calls.private import Private


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkSettings:
    """The provider that brings the clinic's calls and takes those we place outside.

    Attributes:
        registrar: ``host`` or ``host:port``; a name is resolved before each registration.
        user: the account, also the user of our Contact.
        password: answers the provider's challenges.
        register: whether to register; some providers know our address instead.
        expires_s: how long a registration is asked for.
    """

    registrar: str
    user: str
    password: Private
    register: bool = True
    expires_s: int = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSettings:
    """One SIP endpoint.

    Attributes:
        listen: ``host:port`` of its UDP socket; port 0 takes a free one.
        advertise: the address (no port) that the far side reaches us at when we sit behind a
            NAT; none means the listening address. It must be given when ``listen`` is 0.0.0.0.
        allow: networks, CIDR. A request from anywhere else is dropped without an answer, so that
            a scanner learns nothing and a forged source gets no traffic from us.
        realm: of our digest challenges.
        agents: the password of each agent's phone; the agent's id is the user it registers as.
        digest_algorithms: what agents' phones are challenged with, ``SHA-256`` or ``MD5``, the
            preferred one first. Phones built on older stacks (Debian 12's baresip is one) do not
            even register when SHA-256 is among several, so it is for sites whose phones have it.
        feature_codes: users in a Request-URI that only an authenticated agent may call.
        trunk: the provider, if any.
        user_agent: what we call ourselves in User-Agent and Server.
        min_expires_s: registrations shorter than this get 423 (RFC 3261, 10.3).
        max_expires_s: registrations longer than this are shortened, so that a line that was
            restarted finds its phones again within minutes.
    """

    listen: str = "127.0.0.1:5060"
    advertise: str | None = None
    allow: tuple[str, ...] = ("127.0.0.0/8",)
    realm: str = "careline"
    agents: Mapping[AgentId, Private] = field(default_factory=dict)
    digest_algorithms: tuple[str, ...] = ("MD5",)
    feature_codes: frozenset[str] = frozenset()
    trunk: TrunkSettings | None = None
    user_agent: str = "Careline"
    min_expires_s: int = 60
    max_expires_s: int = 300
