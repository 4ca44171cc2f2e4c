"""What can be told of a datagram at a glance, before anything of it is taken apart.

Whoever is not allowed to talk to us gets no more of our time than this: enough to recognise the
answers to our own requests and the far ends of our own calls, who may be anywhere. Texts are taken
as they stand, empty where there are none.
"""

from __future__ import annotations

import re

from adapters.telephony.sip.transaction_events import ClientKey

_HEAD_BYTES = 4096
_FLAGS = re.IGNORECASE | re.MULTILINE
_BRANCH = re.compile(rb"^v(?:ia)?[ \t]*:[^\r\n]*?;[ \t]*branch[ \t]*=[ \t]*([^\s;,]+)", _FLAGS)
_METHOD = re.compile(rb"^cseq[ \t]*:[ \t]*\d{1,10}[ \t]+([A-Z]+)", _FLAGS)
_CALL_ID = re.compile(rb"^(?:call-id|i)[ \t]*:[ \t]*(\S+)", _FLAGS)
_TO_TAG = re.compile(rb"^to?[ \t]*:[^\r\n]*;[ \t]*tag[ \t]*=[ \t]*([^\s;,]+)", _FLAGS)


def is_response(datagram: bytes) -> bool:
    """Whether it begins like a response."""
    return datagram.startswith(b"SIP/2.0 ")


def answered_request(response: bytes) -> ClientKey:
    """The request that a response seems to answer."""
    return ClientKey(_first(_BRANCH, response), _first(_METHOD, response))


def dialog_meant(request: bytes) -> tuple[str, str]:
    """The Call-ID and the To tag, which is ours, of a request."""
    return _first(_CALL_ID, request), _first(_TO_TAG, request)


def _first(pattern: re.Pattern[bytes], datagram: bytes) -> str:
    found = pattern.search(datagram, 0, _HEAD_BYTES)
    return found[1].decode("utf-8", errors="replace") if found else ""
