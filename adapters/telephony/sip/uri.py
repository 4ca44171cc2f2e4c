"""URIs and the header values that hold one (RFC 3261, 19.1 and 25.1; RFC 3966)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from adapters.telephony.sip.errors import BadMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class NameAddr:
    """A From, To, Contact, Route or Refer-To value (RFC 3261, 25.1), URI left as it stood.

    Attributes:
        uri: between the angle brackets, or all before the first semicolon.
        params: of the header, lower-case names; a parameter without value maps to ``None``.
    """

    uri: str
    params: dict[str, str | None]


def name_addr(value: str) -> NameAddr:
    """Take a name-addr or addr-spec apart.

    Raises:
        BadMessage: quotes or brackets do not close, or there is no URI that could be written
            between brackets again.
    """
    rest = value.strip()
    if rest.startswith('"'):
        end = 1
        while end < len(rest) and rest[end] != '"':
            end += 2 if rest[end] == "\\" else 1
        if end >= len(rest):
            raise BadMessage("Unclosed Quote In Address")
        rest = rest[end + 1 :]
        if "<" not in rest:
            raise BadMessage("Address Without URI")
    if "<" in rest:
        _, _, rest = rest.partition("<")
        uri, closed, tail = rest.partition(">")
        if not closed:
            raise BadMessage("Unclosed Bracket In Address")
    else:
        uri, _, tail = rest.partition(";")
    uri = uri.strip()
    if not uri or not uri.isprintable() or any(c.isspace() or c in '<>"' for c in uri):
        raise BadMessage("Address Without URI")
    params: dict[str, str | None] = {}
    for part in tail.split(";"):
        name, equals, text = part.partition("=")
        if name.strip():
            params.setdefault(name.strip().lower(), text.strip() if equals else None)
    return NameAddr(uri=uri, params=params)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uri:
    """The parts of a SIP or tel URI that matter here (RFC 3261, 19.1; RFC 3966).

    Attributes:
        scheme: lower case.
        user: without password, escapes undone (19.1.4); the number of a tel URI.
        host: name or IP literal without brackets; empty in a tel URI.
        port: ``None`` when not given.
        params: lower-case names.
    """

    scheme: str
    user: str
    host: str
    port: int | None
    params: dict[str, str | None]


def parse_uri(text: str) -> Uri:
    """Take a URI apart. Of a scheme other than sip, sips and tel nothing but the scheme is known.

    Raises:
        BadMessage: no scheme, no host, or a port outside 1-65535.
    """
    scheme, colon, rest = text.partition(":")
    scheme = scheme.lower()
    if not colon or not rest:
        raise BadMessage("Bad URI")
    if scheme == "tel":
        number = rest.partition(";")[0]
        return Uri(scheme=scheme, user=number, host="", port=None, params={})
    if scheme not in ("sip", "sips"):
        return Uri(scheme=scheme, user="", host="", port=None, params={})
    # An @ stands nowhere but behind the user, which may hold semicolons and question marks.
    user, at, after = rest.partition("@")
    if not at:
        user, after = "", rest
    host_port, _, tail = after.partition("?")[0].partition(";")
    host, port = _host_and_port(host_port)
    params: dict[str, str | None] = {}
    for part in tail.split(";"):
        name, equals, value = part.partition("=")
        if name.strip():
            params[name.strip().lower()] = value.strip() if equals else None
    user = _unescaped(user.partition(":")[0].partition(";")[0])
    return Uri(scheme=scheme, user=user, host=host, port=port, params=params)


def _unescaped(user: str) -> str:
    """``%2311`` is how ``#11`` is written; what would not print is left as it was written."""
    plain = unquote(user, errors="replace")
    return plain if plain.isprintable() else user


def _host_and_port(text: str) -> tuple[str, int | None]:
    if text.startswith("["):
        host, closed, port_text = text[1:].partition("]")
        if not closed or (port_text and not port_text.startswith(":")):
            raise BadMessage("Bad URI")
        port_text = port_text[1:]
    else:
        host, _, port_text = text.partition(":")
    if not host:
        raise BadMessage("Bad URI")
    if not port_text:
        return host, None
    digits = port_text.isascii() and port_text.isdigit() and len(port_text) <= 5
    if not (digits and 1 <= int(port_text) <= 65535):
        raise BadMessage("Bad Port In URI")
    return host, int(port_text)
