"""From datagram to message and back: what aiosipua reads, checked before anybody relies on it.

aiosipua keeps the headers apart and is lenient; RFC 3261 is not. Here a datagram becomes a
:class:`Request` or a :class:`Response` whose fields are checked, or :class:`Unusable` with the
status that answers it. Nothing else comes out and nothing is raised, whatever the bytes.
"""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import dataclass

from aiosipua.headers import CaseInsensitiveDict, parse_via, stringify_via
from aiosipua.message import SipMessage, SipRequest, SipResponse

from adapters.telephony.sip.address import SIP_PORT, HostPort, bracketed, checked
from adapters.telephony.sip.errors import BadAddress, BadMessage
from adapters.telephony.sip.statuses import REASONS
from adapters.telephony.sip.uri import name_addr

# It warns of each body that disagrees with its Content-Length: that is for the far end to mend,
# and a way to fill our log.
logging.getLogger("aiosipua.message").setLevel(logging.ERROR)

MAX_DATAGRAM_BYTES = 16384
MAX_BODY_BYTES = 8192
MAGIC_COOKIE = "z9hG4bK"
LARGEST_CSEQ = 2**31 - 1

_TOKEN = r"[A-Za-z0-9\-.!%*_+`'~]{1,64}"  # noqa: S105  (the token of RFC 3261, 25.1)
_REQUEST_LINE = re.compile(rf"({_TOKEN}) (\S{{1,1024}}) (SIP/\d{{1,3}}\.\d{{1,3}})", re.ASCII)
_STATUS_LINE = re.compile(r"SIP/2\.0 ([1-6]\d\d)(?: [^\r\n]*)?", re.ASCII)
_CSEQ = re.compile(rf"(\d{{1,10}})[ \t]+({_TOKEN})", re.ASCII)
_VIA = re.compile(rf"SIP\s*/\s*2\.0\s*/\s*{_TOKEN}\s+\S.*", re.ASCII | re.DOTALL)
_SINGLE_HEADERS = ("from", "to", "call-id", "cseq")
_STAND_IN = b"STANDIN sip:standin.invalid SIP/2.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    """What is read of requests and responses in the same way.

    Attributes:
        message: all of it.
    """

    message: SipRequest | SipResponse

    @property
    def body(self) -> bytes:
        """The body, trimmed to Content-Length."""
        return self.message.body

    @property
    def content_type(self) -> str:
        """The body's media type, lower case and without parameters; empty when not given."""
        return self.header("content-type").partition(";")[0].strip().lower()

    def header(self, name: str) -> str:
        """First value of a header; empty when there is none."""
        return self.message.headers.get_first(name) or ""

    def values(self, name: str) -> list[str]:
        """All values of a header that may be a list."""
        return self.message.headers.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(_Message):
    """A request that may be relied on.

    Attributes:
        message: all of it; its top Via carries ``received`` and ``rport``.
        method: upper or lower case as sent: methods are case-sensitive.
        uri: the Request-URI.
        source: where it came from.
        reply_to: where its responses go (RFC 3261, 18.2.2; RFC 3581).
        symmetric: whether its sender asked for replies to the port it sent from.
        branch: of the top Via; empty when it has none.
        sent_by: of the top Via.
        call_id: as sent.
        from_tag: empty when there is none (RFC 2543).
        to_tag: empty outside a dialog.
        cseq: the number.
    """

    message: SipRequest
    method: str
    uri: str
    source: HostPort
    reply_to: HostPort
    symmetric: bool
    branch: str
    sent_by: str
    call_id: str
    from_tag: str
    to_tag: str
    cseq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(_Message):
    """A response that may be relied on.

    Attributes:
        message: all of it.
        status: 100-699.
        source: where it came from.
        branch: of the top Via.
        call_id: as sent.
        from_tag: ours.
        to_tag: empty in a 100.
        cseq: the number.
        cseq_method: the method it answers.
    """

    message: SipResponse
    status: int
    source: HostPort
    branch: str
    call_id: str
    from_tag: str
    to_tag: str
    cseq: int
    cseq_method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """A datagram that nothing can be done with.

    Attributes:
        why: fit for a log.
        reply: the datagram that tells the far end; ``None`` when it would not help.
        reply_to: where that goes.
    """

    why: str
    reply: bytes | None = None
    reply_to: HostPort | None = None


def read(datagram: bytes, source: HostPort) -> Request | Response | Unusable:
    """Read one datagram.

    Args:
        datagram: as it came from the socket.
        source: where it came from.
    """
    # What lies beyond the limit is not looked at: a sender is told of it by the headers before it.
    start_line, newline, rest = datagram[:MAX_DATAGRAM_BYTES].partition(b"\n")
    if not newline or not start_line.strip():
        return Unusable(why="keep-alive" if not datagram.strip() else "not SIP")
    line = start_line.rstrip(b"\r").decode("utf-8", errors="replace")
    try:
        # With a line of our own: aiosipua would refuse all of a request for its first line, and
        # then there were no headers to answer by.
        headers = SipMessage.parse(_STAND_IN + b"\r\n" + rest)
    except Exception:  # noqa: BLE001 RUF100  (a vendor's parser on hostile bytes)
        return Unusable(why="headers cannot be read")
    if line.startswith("SIP/"):
        if len(datagram) > MAX_DATAGRAM_BYTES:
            return Unusable(why="response too large")
        return _read_response(line, headers, source)
    return _read_request(line, headers, source, len(datagram))


def _read_response(
    line: str, message: SipRequest | SipResponse, source: HostPort
) -> Response | Unusable:
    status = _STATUS_LINE.fullmatch(line)
    if status is None:
        return Unusable(why="bad status line")
    try:
        branch = parse_via(_only_via(message)).branch or ""
        sequence, method = _cseq(message)
        call_id, from_tag, to_tag = _identity(message)
    except (BadMessage, ValueError):
        return Unusable(why="bad response")
    response = SipResponse(
        headers=message.headers,
        body=message.body,
        status_code=int(status.group(1)),
        reason_phrase=line[12:],
    )
    return Response(
        message=response,
        status=response.status_code,
        source=source,
        branch=branch,
        call_id=call_id,
        from_tag=from_tag,
        to_tag=to_tag,
        cseq=sequence,
        cseq_method=method,
    )


def _read_request(
    line: str, message: SipRequest | SipResponse, source: HostPort, size: int
) -> Request | Unusable:
    vias = message.headers.get("via")
    if not vias or _VIA.fullmatch(vias[0]) is None:
        return Unusable(why="no Via to answer by")
    reply_to = source
    try:
        via = parse_via(vias[0])
        symmetric = "rport" in via.params
        via.received = source.host
        if symmetric:
            via.rport = str(source.port)
        else:
            # A port that cannot be sent to is told so at the port it was sent from.
            reply_to = checked(source.host, SIP_PORT if via.port is None else via.port)
        vias[0] = stringify_via(via)
        method, uri = _request_line(line)
        _check_sizes(message, size)
        sequence = _sequence(message, method)
        call_id, from_tag, to_tag = _identity(message)
        _check_max_forwards(message)
    except BadAddress:
        return _refusal(message, 400, "Bad Via Port", reply_to, line)
    except BadMessage as error:
        return _refusal(message, error.status, str(error), reply_to, line)
    except ValueError:
        return _refusal(message, 400, "Bad Header", reply_to, line)
    request = SipRequest(headers=message.headers, body=message.body, method=method, uri=uri)
    return Request(
        message=request,
        method=method,
        uri=uri,
        source=source,
        reply_to=reply_to,
        symmetric=symmetric,
        branch=via.branch or "",
        sent_by=f"{via.host.lower()}:{via.port or SIP_PORT}",
        call_id=call_id,
        from_tag=from_tag,
        to_tag=to_tag,
        cseq=sequence,
    )


def _request_line(line: str) -> tuple[str, str]:
    match = _REQUEST_LINE.fullmatch(line)
    if match is None:
        raise BadMessage("Bad Request-Line")
    method, uri, version = match.groups()
    if version != "SIP/2.0":
        raise BadMessage("Version Not Supported", 505)
    return method, uri


def _sequence(message: SipMessage, method: str) -> int:
    sequence, cseq_method = _cseq(message)
    if cseq_method != method:
        raise BadMessage("CSeq Does Not Match Method")
    return sequence


def _check_max_forwards(message: SipMessage) -> None:
    value = message.headers.get_first("max-forwards")
    if value is not None and not (value.isascii() and value.isdigit() and len(value) <= 3):
        raise BadMessage("Bad Max-Forwards")


def _only_via(message: SipMessage) -> str:
    vias = message.headers.get("via")
    if len(vias) != 1:
        raise BadMessage("a response for us has exactly one Via")
    return vias[0]


def _check_sizes(message: SipMessage, size: int) -> None:
    if size > MAX_DATAGRAM_BYTES:
        raise BadMessage("Message Too Large", 513)
    declared = message.headers.get_first("content-length")
    if declared is not None:
        if not (declared.isascii() and declared.isdigit() and len(declared) <= 9):
            raise BadMessage("Bad Content-Length")
        if int(declared) > len(message.body):
            raise BadMessage("Body Shorter Than Content-Length")
    if len(message.body) > MAX_BODY_BYTES:
        raise BadMessage("Request Entity Too Large", 413)


def _cseq(message: SipMessage) -> tuple[int, str]:
    match = _CSEQ.fullmatch(_only(message, "cseq"))
    if match is None or int(match.group(1)) > LARGEST_CSEQ:
        raise BadMessage("Bad CSeq")
    return int(match.group(1)), match.group(2)


def _identity(message: SipMessage) -> tuple[str, str, str]:
    for name in _SINGLE_HEADERS:
        _only(message, name)
    return (
        _only(message, "call-id"),
        name_addr(_only(message, "from")).params.get("tag") or "",
        name_addr(_only(message, "to")).params.get("tag") or "",
    )


def _only(message: SipMessage, name: str) -> str:
    values = message.headers.get(name)
    if len(values) != 1 or not values[0]:
        raise BadMessage(f"{'Missing' if not values else 'Bad'} {_PRETTY[name]}")
    return values[0]


_PRETTY = {"from": "From", "to": "To", "call-id": "Call-ID", "cseq": "CSeq"}


def _refusal(message: SipMessage, status: int, why: str, reply_to: HostPort, line: str) -> Unusable:
    if line.startswith("ACK "):
        return Unusable(why=why)
    response = SipResponse(status_code=status, reason_phrase=why)
    copy_identity(message.headers, response.headers)
    to = response.headers.get_first("to")
    if to is not None and ";tag=" not in to.lower():
        # Nothing is remembered of it, so a repetition must come to the same tag (8.2.7).
        key = "\n".join(message.headers.get("via") + message.headers.get("call-id"))
        tag = hashlib.blake2s(key.encode("utf-8", errors="replace"), digest_size=6).hexdigest()
        response.headers.set_single("To", f"{to};tag={tag}")
    return Unusable(why=why, reply=bytes(response), reply_to=reply_to)


def copy_identity(request: CaseInsensitiveDict, response: CaseInsensitiveDict) -> None:
    """Copy into a response what a response repeats of its request (RFC 3261, 8.2.6.2)."""
    for name in ("Via", "From", "To", "Call-ID", "CSeq"):
        for value in request.get(name):
            response.append(name, value)


def response_to(
    request: Request, status: int, reason: str = "", *, to_tag: str = ""
) -> SipResponse:
    """Build a response.

    Args:
        request: what it answers.
        status: 100-699.
        reason: a phrase in place of the standard one.
        to_tag: ours; added where the request has none.
    """
    response = SipResponse(status_code=status, reason_phrase=reason or REASONS.get(status, "Error"))
    copy_identity(request.message.headers, response.headers)
    if to_tag and not request.to_tag:
        response.headers.set_single("To", f"{request.header('to')};tag={to_tag}")
    return response


def via_value(sent_by: HostPort, branch: str) -> str:
    """A top Via for a request of ours, asking for symmetric replies (RFC 3581)."""
    return f"SIP/2.0/UDP {bracketed(sent_by.host)}:{sent_by.port};branch={branch};rport"
