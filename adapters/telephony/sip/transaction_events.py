"""What comes out of the transaction layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from adapters.telephony.sip.address import HostPort
from adapters.telephony.sip.wire import Request, Response


class Datagram(NamedTuple):
    """Bytes and where they go."""

    payload: bytes
    destination: HostPort


class ClientKey(NamedTuple):
    """Names a client transaction (17.1.3)."""

    branch: str
    method: str


class ServerKey(NamedTuple):
    """Names a server transaction (17.2.3).

    The source is part of it, so that nobody can speak for another by repeating a branch.
    """

    branch: str
    sent_by: str
    host: str
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReceived:
    """A new request, other than ACK and CANCEL. It must be answered through ``respond``."""

    key: ServerKey
    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelReceived:
    """A CANCEL. It must be answered, too.

    Attributes:
        key: of the CANCEL itself.
        invite: of the INVITE it means; ``None`` when there is none (481).
        request: the CANCEL.
    """

    key: ServerKey
    invite: ServerKey | None
    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class AckReceived:
    """An ACK of a success; it may come several times, and for dialogs long gone."""

    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class AckMissing:
    """Nobody acknowledged our success within 64*T1."""

    key: ServerKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseReceived:
    """A response to a request of ours; a 2xx to an INVITE comes each time it is repeated."""

    key: ClientKey
    response: Response


@dataclass(frozen=True, slots=True, kw_only=True)
class NoResponse:
    """A request of ours has no final response (timer B or F): as if 408 had come."""

    key: ClientKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """The network says that a request of ours cannot arrive: as if 503 had come."""

    key: ClientKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A request of ours was answered and nothing more can come of it."""

    key: ClientKey


@dataclass(frozen=True, slots=True, kw_only=True)
class StrayResponse:
    """A response to nothing we know, for example a 2xx after its transaction ended."""

    response: Response


Event = (
    RequestReceived
    | CancelReceived
    | AckReceived
    | AckMissing
    | ResponseReceived
    | NoResponse
    | Unreachable
    | Finished
    | StrayResponse
)
