"""The session description in a message's body, alone or as one part of several (RFC 5621, 3).

A carrier that passes on a location or an ISUP message puts it beside the description; refusing the
whole for it would lose a caller.
"""

from __future__ import annotations

import re
from itertools import pairwise

from adapters.telephony.sip.errors import BadMessage
from adapters.telephony.sip.sdp import SDP_TYPE
from adapters.telephony.sip.wire import Request, Response

_BOUNDARY = re.compile(r';\s*boundary\s*=\s*(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_PART_TYPE = re.compile(rb"^(?:content-type|c)[ \t]*:[ \t]*([^\s;]+)", re.IGNORECASE | re.MULTILINE)


def session_description(message: Request | Response) -> bytes:
    """The session description that a message brings; empty when it has no body.

    Raises:
        BadMessage: 415: it has a body, and no session description in it.
    """
    if not message.body or message.content_type in (SDP_TYPE, ""):
        return message.body
    if message.content_type.startswith("multipart/"):
        for part in _parts(message):
            head, *content = _BLANK_LINE.split(part, maxsplit=1)
            kind = _PART_TYPE.search(head)
            if content and kind is not None and kind[1].lower() == SDP_TYPE.encode():
                return content[0]
    raise BadMessage("Unsupported Media Type", 415)


def _parts(message: Request | Response) -> list[bytes]:
    """The parts, each with its own headers, without preamble and epilogue (RFC 2046, 5.1.1)."""
    found = _BOUNDARY.search(message.header("content-type"))
    if found is None:
        return []
    boundary = re.escape((found[1] or found[2]).encode())
    delimiter = re.compile(rb"(?:\A|\r?\n)--" + boundary + rb"(?:--)?[ \t]*\r?(?=\n|\Z)")
    marks = delimiter.finditer(message.body)
    return [message.body[begin.end() : end.start()] for begin, end in pairwise(marks)]
