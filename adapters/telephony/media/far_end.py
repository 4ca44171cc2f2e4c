"""What an SDP says of the far end, checked before a single packet goes there.

Unchecked, one port beyond 65535 would stop the wheel of the whole line by an OverflowError.
"""

from __future__ import annotations

import ipaddress

from adapters.telephony.media.errors import MediaAddressError
from adapters.telephony.media.g711 import CODECS, Codec


def usable_address(
    host: str, port: int, ip_version: int
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address, once it is certain that the wheel can send to it.

    Args:
        host: as the SDP has it.
        port: as the SDP has it.
        ip_version: 4 or 6, of the line's own address.

    Raises:
        MediaAddressError: it cannot be sent to.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise MediaAddressError(f"media host {host[:64]!r}: wanted an IP literal") from None
    if address.version != ip_version:
        raise MediaAddressError(f"media host {address}: this line speaks IPv{ip_version}")
    if address.is_multicast:
        raise MediaAddressError(f"media host {address}: a call goes to one party, not to a group")
    if not 1 <= port <= 65535:
        raise MediaAddressError(f"media port {port}: wanted 1 to 65535")
    return address


def usable_codec(payload: int, dtmf_payload: int | None) -> Codec:
    """The codec of a payload type.

    Raises:
        MediaAddressError: it is not one of the two, or telephone-event's is not a dynamic one.
    """
    codec = CODECS.get(payload)
    if codec is None:
        raise MediaAddressError(f"payload type {payload}: wanted 0 (PCMU) or 8 (PCMA)")
    if dtmf_payload is not None and not 96 <= dtmf_payload <= 127:
        raise MediaAddressError(f"telephone-event payload type {dtmf_payload}: wanted 96 to 127")
    return codec
