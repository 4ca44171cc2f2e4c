"""One source over HTTP (RFC 9110), asked as cautiously as somebody else's machine deserves.

The transport of httpx is used without its client around it: no redirect is followed, no cookie is
kept, no proxy of the environment is used, and the client's own log, which shows every URL with what
was given in it, is never written.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

import httpx

from adapters.lookups.answer import NOT_FOUND, failed, found_text
from adapters.lookups.json_document import NotJsonError, read_json
from adapters.lookups.question import NotAskableError, question
from calls.ports import ANSWER_MAX_BYTES, Answer
from calls.private import Private
from calls.way import value_at
from config.lookups import LookupSource

AT_ONCE = 16
"""Questions to one source; a source that hangs cannot take every connection."""
CONNECTIONS = 64
KEPT_OPEN = 16
KEPT_OPEN_S = 20.0

_ANSWERED = frozenset({200, 201, 203})
_NOTHING_THERE = frozenset({204, 404, 410})


def open_transport(context: ssl.SSLContext | None = None) -> httpx.AsyncHTTPTransport:
    """The connections of all sources. Close it with ``aclose``.

    Args:
        context: whom to trust; by default the authorities that come with the HTTP client and those
            that this machine trusts, such as a hospital's own.
    """
    # What it would tell at DEBUG are headers, and these are the patients' affair.
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    if context is None:
        context = httpx.create_ssl_context(trust_env=False)
        context.load_default_certs()
    limits = httpx.Limits(
        max_connections=CONNECTIONS,
        max_keepalive_connections=KEPT_OPEN,
        keepalive_expiry=KEPT_OPEN_S,
    )
    return httpx.AsyncHTTPTransport(verify=context, trust_env=False, limits=limits)


class HttpSource:
    """Asks one address."""

    def __init__(
        self,
        source: LookupSource,
        secrets: Mapping[str, Private],
        transport: httpx.AsyncHTTPTransport,
    ) -> None:
        """Prepare to ask.

        Args:
            source: one with a URL.
            secrets: values of ``source.secret_headers``, by the header.
            transport: shared with the other sources; whoever opened it closes it.
        """
        self._source = source
        self._secrets = secrets
        self._transport = transport
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def ask(self, given: Mapping[str, str], key: str = "") -> Answer:
        """Ask; ends within the source's ``timeout_s``.

        Args:
            given: what stands for the placeholders, and for ``POST`` what goes in the body.
            key: goes with a ``POST`` as its ``Idempotency-Key``
                (draft-ietf-httpapi-idempotency-key-header).
        """
        source = self._source
        try:
            url, body = question(source, given)
        except NotAskableError as error:
            return error.answer
        ends_at = asyncio.get_running_loop().time() + source.timeout_s
        try:
            async with asyncio.timeout_at(ends_at), self._at_once:
                return await self._attempts(url, body, key, ends_at)
        except TimeoutError:
            return failed("timeout")

    async def _attempts(self, url: str, body: bytes, key: str, ends_at: float) -> Answer:
        loop = asyncio.get_running_loop()
        answer = failed("timeout")
        for left in range(self._source.attempts, 0, -1):
            share_s = (ends_at - loop.time()) / left
            answer, again = await self._attempt(url, body, key, share_s)
            if not again:
                break
        return answer

    async def _attempt(
        self, url: str, body: bytes, key: str, share_s: float
    ) -> tuple[Answer, bool]:
        """The answer, and whether another attempt may bring a better one."""
        harmless = self._source.method == "GET"
        timeouts = {"connect": share_s, "pool": share_s, "read": None, "write": None}
        try:
            # A POST that is under way may have been heard: it is not broken off for another one.
            async with asyncio.timeout(share_s if harmless else None):
                response = await self._transport.handle_async_request(
                    self._request(url, body, key, timeouts)
                )
                try:
                    return await self._answer(response)
                finally:
                    await response.aclose()
        except (httpx.ConnectTimeout, httpx.PoolTimeout):
            return failed("timeout"), True
        except httpx.ConnectError:  # TLS that fails is among them
            return failed("unreachable"), True
        except (httpx.InvalidURL, httpx.LocalProtocolError, httpx.UnsupportedProtocol):
            return failed("misconfigured"), False
        except httpx.TransportError:
            return failed("unreachable"), harmless
        except TimeoutError:
            return failed("timeout"), harmless

    def _request(
        self, url: str, body: bytes, key: str, timeouts: Mapping[str, float | None]
    ) -> httpx.Request:
        headers = {"accept": "application/json", "user-agent": "careline"}
        if self._source.method == "POST":
            headers["content-type"] = "application/json"
            if key:
                headers["idempotency-key"] = f'"{key}"'
        headers |= {name.lower(): value for name, value in self._source.headers.items()}
        headers |= {name.lower(): value.reveal() for name, value in self._secrets.items()}
        # A few bytes could unpack to gigabytes.
        headers["accept-encoding"] = "identity"
        content = body if self._source.method == "POST" else None
        return httpx.Request(
            self._source.method,
            url,
            headers=headers,
            content=content,
            extensions={"timeout": dict(timeouts)},
        )

    async def _answer(self, response: httpx.Response) -> tuple[Answer, bool]:
        status = response.status_code
        if status in _NOTHING_THERE:
            return NOT_FOUND, False
        if 300 <= status < 400:
            return failed("redirected"), False
        if status >= 500:
            return failed("unreachable"), self._source.method == "GET"
        if status not in _ANSWERED:
            return failed("refused"), False
        if not _is_plain(response.headers):
            return failed("not-json"), False
        content = await _body(response)
        if content is None:
            return failed("too-large"), False
        try:
            text, document = read_json(content)
        except NotJsonError:
            return failed("not-json"), False
        if self._source.found_at and value_at(document, self._source.found_at) is None:
            return NOT_FOUND, False
        return found_text(text), False


def _is_plain(headers: httpx.Headers) -> bool:
    """Whether the body is not packed, and nothing but UTF-8 by what is said of it."""
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        return False
    for parameter in headers.get("content-type", "").split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower() in ("utf-8", "utf8", "us-ascii")
    return True


async def _body(response: httpx.Response) -> bytes | None:
    """All of it, or ``None`` as soon as it is too much."""
    content = bytearray()
    parts = response.aiter_raw()
    assert isinstance(parts, AsyncGenerator)
    async with aclosing(parts):
        async for part in parts:
            content += part
            if len(content) > ANSWER_MAX_BYTES:
                return None
    return bytes(content)
