"""Who may talk to us: allowed networks first, then digest for agents, with a brake on guessing.

A request from outside the allowed networks is dropped without an answer. A 403 would tell a
scanner that a line lives here, and would make us send to whatever address the source claims.

Guessing is braked for each user at each address, and for each address as a whole, whose known
phones the latter spares: one that was set up wrongly must not cost its neighbours behind the same
NAT their registration.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from adapters.telephony.sip.address import HostPort, Networks
from adapters.telephony.sip.digest import AttemptLimiter, DigestServer, Proof
from adapters.telephony.sip.errors import BadMessage
from adapters.telephony.sip.settings import EndpointSettings
from adapters.telephony.sip.uri import name_addr, parse_uri
from adapters.telephony.sip.wire import Request
from calls.ids import AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The request is not to be served.

    Attributes:
        status: 401 or 403.
        headers: to go with it.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = field(default=())


class Gate:
    """Decides for each request.

    Args:
        settings: of the endpoint.
    """

    def __init__(self, settings: EndpointSettings) -> None:
        self._settings = settings
        self.networks = Networks(settings.allow)
        self._digest = DigestServer(settings.realm, settings.agents, settings.digest_algorithms)
        self._by_host = AttemptLimiter(free=20)
        self._by_user = AttemptLimiter(free=5)
        self.trunk: HostPort | None = None

    def admits(self, source: HostPort) -> bool:
        """Whether requests from there are looked at at all; the trunk's always are."""
        return self.is_trunk(source) or source.host in self.networks

    def is_trunk(self, source: HostPort) -> bool:
        """Whether this is the trunk's address."""
        return self.trunk is not None and self.trunk.host == source.host

    def needs_proof(self, invite: Request) -> bool:
        """Whether this INVITE is for agents only, or claims to come from one.

        The trunk's callers are who they are: an agent called ``1001`` must not keep the extension
        1001 of another house out. As an agent they count only with proof.
        """
        if _user(invite.uri) in self._settings.feature_codes:
            return True
        claims = _user(name_addr(invite.header("from")).uri) in self._settings.agents
        return claims and not self.is_trunk(invite.source)

    def prove(self, request: Request, now: float) -> AgentId | Refused:
        """Which agent sent a request.

        Args:
            request: a REGISTER, or an INVITE that needs proof.
            now: seconds.
        """
        host = request.source.host
        claimed = self._digest.claimed_user(request)[:64]
        who = f"{host} {claimed}"
        wait_s = self._by_user.wait_s(who, now)
        if not self._by_user.is_known(who):
            wait_s = max(wait_s, self._by_host.wait_s(host, now))
        if claimed and wait_s > 0:
            # Not even checked: what is guessed in the meantime teaches nothing.
            return Refused(status=403, headers=(("Retry-After", str(int(wait_s) + 1)),))
        verdict = self._digest.check(request, now)
        match verdict.proof:
            case Proof.RIGHT:
                self._by_user.succeeded(who)
                return AgentId(verdict.user)
            case Proof.WRONG:
                self._by_host.failed(host, now)
                self._by_user.failed(who, now)
                return Refused(status=403)
            case _:
                stale = verdict.proof is Proof.STALE
                return Refused(
                    status=401,
                    headers=tuple(
                        ("WWW-Authenticate", challenge)
                        for challenge in self._digest.challenges(now, stale=stale)
                    ),
                )


def _user(uri: str) -> str:
    try:
        return parse_uri(uri).user
    except BadMessage:
        return ""
