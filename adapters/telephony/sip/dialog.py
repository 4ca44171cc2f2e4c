"""A dialog: what both sides must remember of each other (RFC 3261, 12).

aiosipua's dialog holds the tags, the route set and the counters and builds requests from them. Made
here is what it leaves out or gets wrong: a callee's route set in the order it came, URIs kept as
they stood (a tel URI is not a SIP URI), a target that follows re-INVITEs, an ACK with the INVITE's
number, strict routers, and where the packets go.
"""

from __future__ import annotations

from aiosipua.dialog import Dialog as DialogRecord
from aiosipua.dialog import DialogState
from aiosipua.message import SipRequest

from adapters.telephony.sip.address import (
    SIP_PORT,
    HostPort,
    Networks,
    checked,
    is_behind_nat,
)
from adapters.telephony.sip.errors import BadAddress, BadMessage
from adapters.telephony.sip.uri import name_addr, parse_uri
from adapters.telephony.sip.wire import LARGEST_CSEQ, Request, Response


def next_hop(uri: str, seen: HostPort, *, symmetric: bool, reachable: Networks) -> HostPort:
    """Where to send what is addressed to ``uri``.

    The address in the URI is taken where it can be right: an IP literal we may reach, and not one
    from behind a NAT. Otherwise packets go where the peer's own came from, so that a Contact can
    aim them neither at nothing nor at a stranger.

    Args:
        uri: of a Contact or a Route.
        seen: where the peer's packets come from, or where it wants replies.
        symmetric: whether the peer asked for replies to the port it sends from (RFC 3581).
        reachable: networks that may be sent to.
    """
    try:
        parts = parse_uri(uri)
        stated = checked(parts.host, parts.port or SIP_PORT)
    except (BadMessage, BadAddress):
        return seen
    if stated.host == seen.host:
        return seen if symmetric else stated
    if is_behind_nat(stated.host, seen.host) or stated.host not in reachable:
        return seen
    return stated


def contact_uri(message: Request | Response) -> str:
    """The URI of a message's Contact; empty when it has none that can be used."""
    for value in message.values("contact"):
        try:
            uri = name_addr(value).uri
            if parse_uri(uri).scheme == "sip":
                return uri
        except BadMessage:
            continue
    return ""


class Dialog:
    """One dialog, from the response that made it to its end.

    Args:
        record: aiosipua's part.
        seen: where the peer's packets come from.
        symmetric: as for :func:`next_hop`.
        reachable: as for :func:`next_hop`.
    """

    def __init__(
        self, record: DialogRecord, seen: HostPort, *, symmetric: bool, reachable: Networks
    ) -> None:
        self._record = record
        self._seen = seen
        self._symmetric = symmetric
        self._reachable = reachable

    @classmethod
    def from_invite(cls, invite: Request, local_tag: str, reachable: Networks) -> Dialog:
        """The dialog that our answer to their INVITE makes (12.1.1)."""
        record = DialogRecord(
            call_id=invite.call_id,
            local_tag=local_tag,
            remote_tag=invite.from_tag,
            local_uri=name_addr(invite.header("to")).uri,
            remote_uri=name_addr(invite.header("from")).uri,
            remote_target=contact_uri(invite),
            route_set=list(invite.values("record-route")),
            remote_cseq=invite.cseq,
            state=DialogState.CONFIRMED,
        )
        return cls(record, invite.reply_to, symmetric=invite.symmetric, reachable=reachable)

    @classmethod
    def from_success(cls, invite: SipRequest, success: Response, reachable: Networks) -> Dialog:
        """The dialog that their answer to our INVITE makes (12.1.2)."""
        record = DialogRecord(
            call_id=success.call_id,
            local_tag=success.from_tag,
            remote_tag=success.to_tag,
            local_uri=name_addr(invite.headers.get_first("from") or "").uri,
            remote_uri=name_addr(invite.headers.get_first("to") or "").uri,
            remote_target=contact_uri(success) or invite.uri,
            route_set=list(reversed(success.values("record-route"))),
            local_cseq=success.cseq,
            remote_cseq=-1,  # they may count from 0 (8.1.1.5)
            state=DialogState.CONFIRMED,
        )
        return cls(record, success.source, symmetric=False, reachable=reachable)

    @property
    def remote_tag(self) -> str:
        """Their tag."""
        return self._record.remote_tag

    @property
    def next_hop(self) -> HostPort:
        """Where our requests within the dialog go."""
        routes = self._record.route_set
        uri = _route_uri(routes[0]) if routes else self._record.remote_target
        return next_hop(uri, self._seen, symmetric=self._symmetric, reachable=self._reachable)

    def request(self, method: str, sent_by: HostPort) -> SipRequest:
        """Build a request with the next number (12.2.1.1), all but Contact and body.

        Args:
            method: anything but ACK and CANCEL.
            sent_by: our address for the Via.
        """
        request = self._record.create_request(method, via_host=sent_by.host, via_port=sent_by.port)
        routes = self._record.route_set
        if routes and ";lr" not in routes[0].lower():
            request.uri = _route_uri(routes[0])
            request.headers.remove("route")
            for route in [*routes[1:], f"<{self._record.remote_target}>"]:
                request.headers.append("Route", route)
        return request

    def ack(self, cseq: int, sent_by: HostPort) -> SipRequest:
        """Build the ACK of a success (13.2.2.4).

        Args:
            cseq: the INVITE's number.
            sent_by: our address for the Via.
        """
        counter = self._record.local_cseq
        ack = self.request("ACK", sent_by)
        self._record.local_cseq = counter
        ack.headers.set_single("CSeq", f"{cseq} ACK")
        return ack

    def skip_cseq(self) -> None:
        """A request was repeated with credentials and the next number."""
        self._record.next_cseq()

    def takes(self, request: Request) -> bool:
        """Whether a request of theirs is newer than the last one (12.2.2); notes it if so."""
        if not self._record.remote_cseq < request.cseq <= LARGEST_CSEQ:
            return False
        self._record.remote_cseq = request.cseq
        self._seen = request.reply_to
        self._symmetric = request.symmetric
        return True

    def retarget(self, message: Request | Response) -> None:
        """Follow the Contact of a re-INVITE, an UPDATE or their successes (12.2)."""
        self._record.remote_target = contact_uri(message) or self._record.remote_target


def _route_uri(route: str) -> str:
    try:
        return name_addr(route).uri
    except BadMessage:
        return ""
