"""What may stand in the URL and the headers of a source.

The URL decides where patients' data goes: it must mean the same to everybody who reads it, whatever
is put in its placeholders. No message shows anything of it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from config.document import NOTHING_GIVEN, Value, shown

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]{0,47})\}")
_NOT_IN_URL = re.compile(r"[^\x21-\x7e]|\\")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"(?!.{254})[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?", re.ASCII)
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}", re.ASCII)
"""A token of RFC 9110, section 5.6.2."""
_HEADER_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")
_SECRET = re.compile(r"[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*")
_OURS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that belong to how the line speaks HTTP, not to what it asks."""
_SECRET_ONLY = frozenset({"authorization", "cookie", "proxy-authorization"})


def wrong_with_url(url: str, *, may_be_plain: bool) -> Iterator[str]:
    """What is wrong with the URL of a source.

    Args:
        url: as written, with its placeholders.
        may_be_plain: whether ``http://`` may leave this machine.
    """
    if not url:
        yield NOTHING_GIVEN
        return
    bare = PLACEHOLDER.sub("", url)
    if "{" in bare or "}" in bare:
        yield "wanted names in braces, such as {birth_date}: small letters, digits and '_'"
        return
    if _NOT_IN_URL.search(bare):
        yield "a character may not stand in a URL; write it as %XX of its UTF-8 bytes"
        return
    if _BAD_PERCENT.search(url):
        yield "a '%' must be followed by two hexadecimal digits; the sign itself is %25"
        return
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        yield "this is no URL, wanted one such as https://records.example.org/patients"
        return
    if parts.scheme not in ("http", "https"):
        yield "wanted https:// (or http:// to this machine)"
        return
    if "@" in parts.netloc:
        yield "a URL may hold no user and password; name secrets in 'secret_headers'"
        return
    if "{" in parts.netloc:
        yield "the host may not depend on what is given"
        return
    if not _is_host(host) or port == 0:
        yield "the URL names no host, wanted one such as https://records.example.org/patients"
        return
    if parts.fragment or url.endswith("#"):
        yield "what follows a '#' is never sent; leave it out"
    for parameter in parts.query.split("&"):
        if "{" in parameter.partition("=")[0]:
            yield "what is given can be the value of a parameter, not its name"
    if parts.scheme == "http" and not _is_loopback(host) and not may_be_plain:
        yield "everybody on the way can read http://; use https://, or say 'plain_http: yes'"


def wrong_with_header(key: str, header: str, value: Value) -> Iterator[str]:
    """What is wrong with one header of a source.

    Args:
        key: ``headers`` or ``secret_headers``.
        header: its name.
        value: what is written beside it.
    """
    if not _HEADER.fullmatch(header):
        yield "this is no name of a header"
    elif header.lower() in _OURS:
        yield f"the line sets the header {header} itself"
    elif key == "headers" and header.lower() in _SECRET_ONLY:
        yield f"{header} is a secret; name it in 'secret_headers'"
    elif not isinstance(value, str):
        yield f"found {shown(value)}, wanted text"
    elif key == "secret_headers" and not _SECRET.fullmatch(value):
        yield "this is no name of a secret, wanted one such as 'records/token'"
    elif key == "headers" and not _HEADER_VALUE.fullmatch(value):
        yield "this cannot be sent as a header"


def _is_host(host: str) -> bool:
    if ":" in host:
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            return False
        return "%" not in host
    return _HOST.fullmatch(host) is not None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
