"""How we describe our side of one call, from description to description (RFC 3264, 8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from adapters.telephony.sip.sdp import LocalMedia, RemoteMedia, Version, make_answer, make_offer


class Descriptions:
    """Our session descriptions in one call: a new version for each that differs from the last.

    Args:
        host: the address they give unless told otherwise.
        session: what identifies the session (RFC 8866, 5.2).
    """

    def __init__(self, host: str, session: int) -> None:
        self._host = host
        self._version = Version(session=session)
        self._last = b""

    def offer(self, local: LocalMedia) -> bytes:
        """Describe our side."""
        return self._next(lambda version: make_offer(local, self._host, version))

    def answer(self, offer: bytes, local: LocalMedia, seen_at: str) -> tuple[bytes, RemoteMedia]:
        """Answer an offer; arguments, result and errors as of :func:`sdp.make_answer`."""
        agreed: list[RemoteMedia] = []

        def describe(version: Version) -> bytes:
            body, remote = make_answer(offer, local, self._host, version, seen_at)
            agreed.append(remote)
            return body

        return self._next(describe), agreed[-1]

    def _next(self, describe: Callable[[Version], bytes]) -> bytes:
        body = describe(self._version)
        if self._last and body != self._last:
            self._version = replace(self._version, number=self._version.number + 1)
            body = describe(self._version)
        self._last = body
        return body
