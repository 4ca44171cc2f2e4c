"""Where agents' phones are (RFC 3261, 10.3), kept in memory: a restart is healed by the refreshes.

An agent may register several phones; the one that registered last is rung. A binding says where
packets go, too: to its Contact where that is in the allowed networks, and to the address it came
from when it is not, sits behind a NAT or asks for symmetric replies (RFC 3581).
"""

from __future__ import annotations

from dataclasses import dataclass

from adapters.telephony.sip.address import HostPort, Networks
from adapters.telephony.sip.dialog import next_hop
from adapters.telephony.sip.errors import BadMessage
from adapters.telephony.sip.uri import name_addr, parse_uri
from adapters.telephony.sip.wire import Request
from calls.ids import AgentId

MAX_BINDINGS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One phone of an agent.

    Attributes:
        uri: its Contact: what an INVITE to it asks for.
        destination: where that INVITE is sent.
        expires_at: seconds of the caller's clock.
        call_id: of the REGISTER.
        cseq: of the REGISTER.
    """

    uri: str
    destination: HostPort
    expires_at: float
    call_id: str
    cseq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A REGISTER was served.

    Attributes:
        contacts: values of Contact for the 200.
        appeared: the agent had no phone before and has one now.
        vanished: the agent had one and has none now.
    """

    contacts: tuple[str, ...]
    appeared: bool = False
    vanished: bool = False


class IntervalTooBriefError(BadMessage):
    """The expiry asked for is shorter than we allow: 423 with Min-Expires."""

    def __init__(self) -> None:
        super().__init__("Interval Too Brief", 423)


class Registrar:
    """All bindings.

    Args:
        networks: where phones may be.
        min_expires_s: shortest registration.
        max_expires_s: longest; asked for more, this much is given.
    """

    def __init__(self, networks: Networks, min_expires_s: int, max_expires_s: int) -> None:
        self._networks = networks
        self._min_expires_s = min_expires_s
        self._max_expires_s = max_expires_s
        self._bindings: dict[AgentId, list[Binding]] = {}

    def register(self, agent_id: AgentId, request: Request, now: float) -> Registered:
        """Serve a REGISTER of an agent who proved to be this agent.

        Args:
            agent_id: whose phone it is.
            request: the REGISTER.
            now: seconds.

        Raises:
            BadMessage: with the status that answers it; nothing was changed.
        """
        bindings = list(self._bindings.get(agent_id, []))
        had = bool(bindings)
        for value in request.values("contact"):
            if value.strip() == "*":
                if request.header("expires").strip() != "0" or len(request.values("contact")) > 1:
                    raise BadMessage("Contact * Needs Expires 0")
                for binding in bindings:
                    _check_order(binding, request)
                bindings = []
                break
            bindings = self._bind(bindings, value, request, now)
        if bindings:
            self._bindings[agent_id] = bindings
        else:
            self._bindings.pop(agent_id, None)
        return Registered(
            contacts=tuple(f"<{b.uri}>;expires={round(b.expires_at - now)}" for b in bindings),
            appeared=not had and bool(bindings),
            vanished=had and not bindings,
        )

    def _bind(
        self, bindings: list[Binding], value: str, request: Request, now: float
    ) -> list[Binding]:
        contact = name_addr(value)
        uri = parse_uri(contact.uri)
        if uri.scheme != "sip":
            raise BadMessage("Contact Must Be A SIP URI")
        others = []
        for binding in bindings:
            if binding.uri == contact.uri:
                _check_order(binding, request)
            else:
                others.append(binding)
        expires_s = self._expires_s(contact.params.get("expires"), request)
        if expires_s == 0:
            return others
        destination = next_hop(
            contact.uri, request.reply_to, symmetric=request.symmetric, reachable=self._networks
        )
        binding = Binding(
            uri=contact.uri,
            destination=destination,
            expires_at=now + expires_s,
            call_id=request.call_id,
            cseq=request.cseq,
        )
        return [*others, binding][-MAX_BINDINGS:]

    def _expires_s(self, of_contact: str | None, request: Request) -> int:
        text = (of_contact or request.header("expires")).strip()
        if not text:
            return self._max_expires_s
        if not (text.isascii() and text.isdigit()):
            raise BadMessage("Bad Expires")
        expires_s = int(text[:10])
        if 0 < expires_s < self._min_expires_s:
            raise IntervalTooBriefError
        return min(expires_s, self._max_expires_s)

    def binding(self, agent_id: AgentId) -> Binding | None:
        """The phone to ring; ``None`` when there is none."""
        bindings = self._bindings.get(agent_id)
        return bindings[-1] if bindings else None

    def drop(self, agent_id: AgentId, binding: Binding) -> bool:
        """Forget a phone that is dead; returns whether the agent has none left by that.

        A phone that has registered again since then is kept.
        """
        bindings = self._bindings.get(agent_id, [])
        if binding not in bindings:
            return False
        bindings.remove(binding)
        if bindings:
            return False
        del self._bindings[agent_id]
        return True

    def agents(self) -> tuple[AgentId, ...]:
        """Agents who have a phone, in the order they registered."""
        return tuple(self._bindings)

    def expire(self, now: float) -> tuple[AgentId, ...]:
        """Forget what has run out; returns the agents who have no phone any more."""
        vanished = []
        for agent_id in list(self._bindings):
            left = [b for b in self._bindings[agent_id] if b.expires_at > now]
            if left:
                self._bindings[agent_id] = left
            else:
                del self._bindings[agent_id]
                vanished.append(agent_id)
        return tuple(vanished)

    def next_deadline(self) -> float | None:
        """When :meth:`expire` has something to do."""
        return min((b.expires_at for bs in self._bindings.values() for b in bs), default=None)


def _check_order(binding: Binding, request: Request) -> None:
    """An older REGISTER of the same phone must not undo a newer one (10.3, step 7)."""
    if binding.call_id == request.call_id and request.cseq <= binding.cseq:
        raise BadMessage("CSeq Out Of Order", 500)
