"""Offer and answer (RFC 3264) for one audio stream of a telephone: PCMU, PCMA, RFC 4733 digits.

aiosipua takes the lines apart; what it took apart is checked here, so that a :class:`RemoteMedia`
may be sent to as it is. Streams that we cannot serve are answered with port 0, in their place.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import Enum

from aiosipua.sdp import (
    ConnectionData,
    MediaDescription,
    Origin,
    SdpMessage,
    parse_sdp,
    serialize_sdp,
)

from adapters.telephony.sip.address import HostPort, checked
from adapters.telephony.sip.errors import BadAddress, BadSdp, NoCommonCodec

PCMU = 0
PCMA = 8
CODEC_NAMES = {PCMU: "PCMU", PCMA: "PCMA"}

SDP_TYPE = "application/sdp"
_MAX_STREAMS = 16
_DYNAMIC_PAYLOADS = range(96, 128)
_PTIMES_MS = range(10, 61)
_HOLD_HOST = "0.0.0.0"  # noqa: S104  (RFC 2543's way to say hold, never listened on)


class Direction(Enum):
    """Which way audio flows, as its owner sees it (RFC 3264, 5.1)."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"

    @property
    def sends(self) -> bool:
        """Whether the owner sends."""
        return self in (Direction.SENDRECV, Direction.SENDONLY)

    @property
    def receives(self) -> bool:
        """Whether the owner receives."""
        return self in (Direction.SENDRECV, Direction.RECVONLY)

    @property
    def mirrored(self) -> Direction:
        """The same flow as the other side sees it."""
        return direction(sends=self.receives, receives=self.sends)


def direction(*, sends: bool, receives: bool) -> Direction:
    """The direction that sends and receives as said."""
    if sends:
        return Direction.SENDRECV if receives else Direction.SENDONLY
    return Direction.RECVONLY if receives else Direction.INACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalMedia:
    """What we put into an offer or an answer.

    Attributes:
        port: our RTP port, even by custom.
        host: where the far end shall send; none means the address the endpoint advertises.
        payloads: codecs we take, the preferred one first: :data:`PCMU`, :data:`PCMA`.
        dtmf_payload: payload type that we offer for telephone-event; an answer takes the offer's.
        direction: as we see it; an answer never opens more than the offer does.
        ptime_ms: packet length we would like to receive.
    """

    port: int
    host: str | None = None
    payloads: tuple[int, ...] = (PCMU, PCMA)
    dtmf_payload: int = 101
    direction: Direction = Direction.SENDRECV
    ptime_ms: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteMedia:
    """What was agreed with the far end. Host and port are fit to be sent to.

    Attributes:
        host: IP literal where our audio goes.
        port: 1-65535.
        payload: the codec both sides use, :data:`PCMU` or :data:`PCMA`.
        dtmf_payload: payload type of telephone-event (RFC 4733) in both directions; ``None`` when
            the far end has none.
        direction: as *we* see it: ``SENDONLY`` when we send and the far end does not.
        ptime_ms: packet length the far end wants to receive, 10 to 60.
    """

    host: str
    port: int
    payload: int
    dtmf_payload: int | None
    direction: Direction
    ptime_ms: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What identifies one description of a session (RFC 8866, 5.2).

    Attributes:
        session: the same for the life of a call.
        number: grows with each description that differs.
    """

    session: int
    number: int = 0


def read_offer(body: bytes, payloads: tuple[int, ...], seen_at: str) -> RemoteMedia:
    """What an offer comes to, seen from our side.

    Args:
        body: the session description.
        payloads: codecs we take.
        seen_at: the signalling's address, taken where a far end on hold gives 0.0.0.0, or one
            behind NAT an address that cannot be reached from here.

    Raises:
        BadSdp: it cannot be read.
        NoCommonCodec: no audio stream in it can be served.
    """
    session = _parse(body)
    return _remote(session, _first_served(session, payloads), payloads, seen_at)


def make_offer(local: LocalMedia, host: str, version: Version) -> bytes:
    """Describe our side.

    Args:
        local: our side.
        host: the address the endpoint advertises.
        version: of this description.
    """
    stream = _stream(local, list(local.payloads), local.dtmf_payload, local.direction)
    return _serialise(stream, [], 0, local.host or host, version)


def make_answer(
    offer: bytes, local: LocalMedia, host: str, version: Version, seen_at: str
) -> tuple[bytes, RemoteMedia]:
    """Answer an offer.

    Args:
        offer: the session description.
        local: our side; its direction is narrowed to what the offer allows.
        host: the address the endpoint advertises.
        version: of this description.
        seen_at: as for :func:`read_offer`.

    Returns:
        The answer and what it comes to.

    Raises:
        BadSdp: the offer cannot be read.
        NoCommonCodec: no audio stream in it can be served.
    """
    session = _parse(offer)
    index = _first_served(session, local.payloads)
    remote = _remote(session, index, local.payloads, seen_at)
    ours = direction(
        sends=remote.direction.sends and local.direction.sends,
        receives=remote.direction.receives and local.direction.receives,
    )
    agreed = RemoteMedia(
        host=remote.host,
        port=remote.port,
        payload=remote.payload,
        dtmf_payload=remote.dtmf_payload,
        direction=ours,
        ptime_ms=remote.ptime_ms,
    )
    stream = _stream(local, [agreed.payload], agreed.dtmf_payload, ours)
    return _serialise(stream, session.media, index, local.host or host, version), agreed


def read_answer(body: bytes, offered: LocalMedia, seen_at: str) -> RemoteMedia:
    """What the far end's answer to our offer comes to.

    Args:
        body: the session description.
        offered: what we offered.
        seen_at: as for :func:`read_offer`.

    Raises:
        BadSdp: it cannot be read.
        NoCommonCodec: our stream was refused or answered with something we did not offer.
    """
    session = _parse(body)
    if not session.media:
        raise NoCommonCodec("the answer has no stream")
    stream = session.media[0]
    if not _is_served(stream, offered.payloads):
        raise NoCommonCodec("the answer refuses our stream")
    remote = _remote(session, 0, offered.payloads, seen_at)
    return RemoteMedia(
        host=remote.host,
        port=remote.port,
        payload=remote.payload,
        dtmf_payload=remote.dtmf_payload,
        direction=direction(
            sends=remote.direction.sends and offered.direction.sends,
            receives=remote.direction.receives and offered.direction.receives,
        ),
        ptime_ms=remote.ptime_ms,
    )


# --- reading ------------------------------------------------------------------------------------


def _parse(body: bytes) -> SdpMessage:
    if not body.lstrip().startswith(b"v="):
        raise BadSdp("Session Description Without Version")
    try:
        session = parse_sdp(body.decode("utf-8", errors="replace"))
    except Exception:  # noqa: BLE001 RUF100  (a vendor's parser on hostile text)
        raise BadSdp("Session Description Cannot Be Read") from None
    if len(session.media) > _MAX_STREAMS:
        raise BadSdp("Too Many Streams In Session Description")
    for stream in session.media:
        if not 0 <= stream.port <= 65535:
            raise BadSdp("Bad Port In Session Description")
        if not stream.media or not stream.formats:
            raise BadSdp("Bad Stream In Session Description")
    return session


def _first_served(session: SdpMessage, payloads: tuple[int, ...]) -> int:
    for index, stream in enumerate(session.media):
        if _is_served(stream, payloads):
            return index
    raise NoCommonCodec("No Common Codec")


def _is_served(stream: MediaDescription, payloads: tuple[int, ...]) -> bool:
    return (
        stream.media == "audio"
        and stream.proto == "RTP/AVP"
        and stream.port != 0
        and _codec(stream, payloads) is not None
    )


def _codec(stream: MediaDescription, payloads: tuple[int, ...]) -> int | None:
    for codec in stream.codecs:
        name = CODEC_NAMES.get(codec.payload_type)
        if (
            codec.payload_type in payloads
            and codec.encoding_name.upper() == name
            and codec.clock_rate == 8000
            and codec.channels in (None, 1)
        ):
            return codec.payload_type
    return None


def _dtmf(stream: MediaDescription) -> int | None:
    for codec in stream.codecs:
        if (
            codec.encoding_name.lower() == "telephone-event"
            and codec.clock_rate == 8000
            and codec.payload_type in _DYNAMIC_PAYLOADS
        ):
            return codec.payload_type
    return None


def _remote(
    session: SdpMessage, index: int, payloads: tuple[int, ...], seen_at: str
) -> RemoteMedia:
    stream = session.media[index]
    payload = _codec(stream, payloads)
    if payload is None:
        raise NoCommonCodec("No Common Codec")
    connection = stream.connection or session.connection
    if connection is None:
        raise BadSdp("No Connection In Session Description")
    theirs = Direction(_direction_attribute(session, stream))
    host = connection.address.partition("/")[0]
    if host == _HOLD_HOST:
        host = seen_at
        theirs = direction(sends=theirs.sends, receives=False)
    elif _hidden(host, seen_at):
        host = seen_at
    try:
        destination = checked(host, stream.port)
    except BadAddress:
        raise BadSdp("Bad Address In Session Description") from None
    if (":" in destination.host) != (":" in seen_at):
        raise BadSdp("Unusable Address Type In Session Description")
    return RemoteMedia(
        host=destination.host,
        port=destination.port,
        payload=payload,
        dtmf_payload=_dtmf(stream),
        direction=theirs.mirrored,
        ptime_ms=_ptime_ms(stream),
    )


def _hidden(host: str, seen_at: str) -> bool:
    """Whether a far end behind NAT names an address that only its own network reaches.

    Its audio then comes from where its signalling comes from, on a port still to be seen. Loopback
    is the nearest of such networks: named from elsewhere, it would aim our audio at ourselves.
    """
    try:
        named, seen = ipaddress.ip_address(host), ipaddress.ip_address(seen_at)
    except ValueError:
        return False
    if named.is_loopback or named.is_link_local:
        return (named.is_loopback, named.is_link_local) != (seen.is_loopback, seen.is_link_local)
    return named.is_private and not named.is_unspecified and seen.is_global


def _direction_attribute(session: SdpMessage, stream: MediaDescription) -> str:
    for attributes in (stream.attributes, session.attributes):
        for name in ("sendrecv", "sendonly", "recvonly", "inactive"):
            if name in attributes:
                return name
    return "sendrecv"


def _ptime_ms(stream: MediaDescription) -> int:
    for text in stream.attributes.get("ptime", []):
        if text.isascii() and text.isdigit() and len(text) <= 4 and int(text) in _PTIMES_MS:
            return int(text)
    return 20


# --- writing ------------------------------------------------------------------------------------


def _stream(
    local: LocalMedia, payloads: list[int], dtmf: int | None, flow: Direction
) -> MediaDescription:
    checked("127.0.0.1", local.port)
    formats = [str(payload) for payload in payloads]
    maps = [f"{payload} {CODEC_NAMES[payload]}/8000" for payload in payloads]
    attributes: dict[str, list[str]] = {"rtpmap": maps}
    if dtmf is not None:
        formats.append(str(dtmf))
        maps.append(f"{dtmf} telephone-event/8000")
        attributes["fmtp"] = [f"{dtmf} 0-15"]
    attributes["ptime"] = [str(local.ptime_ms)]
    attributes[flow.value] = []
    return MediaDescription(
        media="audio", port=local.port, proto="RTP/AVP", formats=formats, attributes=attributes
    )


def _serialise(
    ours: MediaDescription,
    offered: list[MediaDescription],
    index: int,
    host: str,
    version: Version,
) -> bytes:
    destination: HostPort = checked(host, ours.port)
    family = "IP6" if ":" in destination.host else "IP4"
    media = [
        MediaDescription(media=other.media, port=0, proto=other.proto, formats=other.formats)
        for other in offered
    ] or [ours]
    media[index] = ours
    session = SdpMessage(
        origin=Origin(
            session_id=str(version.session),
            session_version=str(version.number),
            addr_type=family,
            address=destination.host,
        ),
        session_name="-",
        connection=ConnectionData(addr_type=family, address=destination.host),
        media=media,
    )
    return serialize_sdp(session).encode()
