"""Digest access authentication (RFC 7616, RFC 8760; RFC 2617 with qop), as server and as client.

The server gives one challenge for each algorithm it is set up with and wants ``qop=auth``. Its
nonces carry their own proof of origin and age, so a flood of unauthenticated requests costs no
memory; only a nonce that was used once successfully is remembered, with the highest count seen, so
that nothing can be replayed. Where too many would have to be remembered, those as old as the ones
forgotten are good no more.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from aiosipua.auth import SipDigestAuth, build_credentials
from aiosipua.header_codec import parse_auth, stringify_auth
from aiosipua.headers import AuthChallenge

from adapters.telephony.sip.wire import Request, Response
from calls.ids import AgentId
from calls.private import Private

ALGORITHMS = ("SHA-256", "MD5")
_NONCE_LIFE_S = 300.0
_MAX_NONCES = 10_000
_FORGOTTEN_AFTER = 4
_HEX = frozenset("0123456789abcdef")


class Proof(Enum):
    """What a request's credentials come to."""

    MISSING = auto()
    """It has none for our realm: challenge it."""
    STALE = auto()
    """They are right, for a nonce that is too old or was used: challenge again, ``stale=true``."""
    WRONG = auto()
    """They are wrong. Count it."""
    RIGHT = auto()
    """It was sent by who it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of checking a request.

    Attributes:
        proof: the outcome.
        user: who it says it is, even when that is wrong; empty when it does not say.
    """

    proof: Proof
    user: str = ""


def digest(algorithm: str, text: str) -> str:
    """H() of RFC 7616, 3.3, in lower-case hexadecimal.

    Args:
        algorithm: ``MD5`` or ``SHA-256``.
        text: hashed as UTF-8.
    """
    data = text.encode("utf-8", errors="surrogateescape")
    if algorithm == "SHA-256":
        return hashlib.sha256(data).hexdigest()
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def expected_response(
    *,
    algorithm: str,
    user: str,
    realm: str,
    password: str,
    method: str,
    uri: str,
    nonce: str,
    nc: str,
    cnonce: str,
) -> str:
    """The ``response`` of RFC 7616, 3.4.1, for ``qop=auth``."""
    secret = digest(algorithm, f"{user}:{realm}:{password}")
    return digest(
        algorithm, f"{secret}:{nonce}:{nc}:{cnonce}:auth:{digest(algorithm, f'{method}:{uri}')}"
    )


class DigestServer:
    """Checks who sent a request.

    Args:
        realm: of our challenges.
        passwords: by agent, whose id is the user.
        algorithms: some of :data:`ALGORITHMS`, the preferred one first.
    """

    def __init__(
        self, realm: str, passwords: Mapping[AgentId, Private], algorithms: Sequence[str]
    ) -> None:
        self._realm = realm
        self._passwords = passwords
        self._algorithms = tuple(a for a in algorithms if a in ALGORITHMS) or ALGORITHMS
        self._key = secrets.token_bytes(32)
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._forgotten_until = -math.inf

    def challenges(self, now: float, *, stale: bool = False) -> list[str]:
        """Values for WWW-Authenticate, the preferred one first (RFC 8760, 2.4).

        Args:
            now: seconds.
            stale: whether the credentials were right but for their nonce.
        """
        nonce = self._nonce(now)
        tail = ", stale=true" if stale else ""
        return [
            f'Digest realm="{self._realm}", nonce="{nonce}", algorithm={algorithm}, '
            f'qop="auth"{tail}'
            for algorithm in self._algorithms
        ]

    def check(self, request: Request, now: float) -> Verdict:
        """Check a request's Authorization.

        Args:
            request: any request.
            now: seconds.
        """
        params = self._credentials(request)
        return Verdict(proof=Proof.MISSING) if params is None else self._check(params, request, now)

    def claimed_user(self, request: Request) -> str:
        """Who a request's Authorization says it is; empty when it does not say."""
        return (self._credentials(request) or {}).get("username", "")

    def _credentials(self, request: Request) -> Mapping[str, str] | None:
        for value in request.values("authorization"):
            credentials = parse_auth(value, credentials=True)
            params = {name.lower(): text for name, text in credentials.params.items()}
            if credentials.scheme.lower() == "digest" and params.get("realm") == self._realm:
                return params
        return None

    def _check(self, params: Mapping[str, str], request: Request, now: float) -> Verdict:
        user = params.get("username", "")
        algorithm = params.get("algorithm", "MD5").upper()
        nc, cnonce, nonce = (params.get(name, "") for name in ("nc", "cnonce", "nonce"))
        well_formed = (
            algorithm in self._algorithms
            and params.get("qop", "").lower() == "auth"
            and len(nc) == 8
            and set(nc.lower()) <= _HEX
            and bool(cnonce)
        )
        password = self._passwords.get(AgentId(user))
        # An unknown user costs the same time as a known one. What counts is the URI that is asked
        # for, whatever ``uri`` says (RFC 7616, 3.4.6).
        expected = expected_response(
            algorithm=algorithm,
            user=user,
            realm=self._realm,
            password=password.reveal() if password else secrets.token_hex(8),
            method=request.method,
            uri=request.uri,
            nonce=nonce,
            nc=nc,
            cnonce=cnonce,
        )
        given = params.get("response", "").lower()
        matches = hmac.compare_digest(expected.encode(), given.encode("utf-8", errors="replace"))
        if not (matches and well_formed and password):
            return Verdict(proof=Proof.WRONG, user=user)
        if not self._is_fresh(nonce, now) or int(nc, 16) <= self._counts.get(nonce, 0):
            return Verdict(proof=Proof.STALE, user=user)
        self._counts[nonce] = int(nc, 16)
        self._counts.move_to_end(nonce)
        self._forget_old(now)
        return Verdict(proof=Proof.RIGHT, user=user)

    def _nonce(self, now: float) -> str:
        stem = f"{round(now * 1000):014x}{secrets.token_hex(8)}"
        return stem + self._seal(stem)

    def _seal(self, stem: str) -> str:
        return hmac.new(self._key, stem.encode(), hashlib.sha256).hexdigest()[:24]

    def _is_fresh(self, nonce: str, now: float) -> bool:
        stem, seal = nonce[:-24], nonce[-24:]
        if not hmac.compare_digest(
            self._seal(stem).encode(), seal.encode("utf-8", errors="replace")
        ):
            return False
        issued_at = int(stem[:14], 16) / 1000
        return issued_at > self._forgotten_until and -1.0 <= now - issued_at <= _NONCE_LIFE_S

    def _forget_old(self, now: float) -> None:
        while self._counts:
            oldest = next(iter(self._counts))
            if self._is_fresh(oldest, now):
                if len(self._counts) <= _MAX_NONCES:
                    return
                self._forgotten_until = int(oldest[:14], 16) / 1000
            del self._counts[oldest]


class AttemptLimiter:
    """Slows down whoever guesses: after a few failures, each further one doubles the wait.

    Who succeeded is known for a while: see :meth:`is_known`.

    Args:
        free: failures that cost nothing; people mistype.
        first_wait_s: after the first failure beyond them.
        longest_wait_s: the wait grows no further. Failures are forgotten after four times as long
            without another: who comes back as soon as the wait is over gains nothing by it.
        capacity: keys remembered of each kind; the longest unused go first.
    """

    def __init__(
        self,
        *,
        free: int = 5,
        first_wait_s: float = 1.0,
        longest_wait_s: float = 300.0,
        capacity: int = 10_000,
    ) -> None:
        self._free = free
        self._first_wait_s = first_wait_s
        self._longest_wait_s = longest_wait_s
        self._capacity = capacity
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()

    def wait_s(self, key: str, now: float) -> float:
        """How long ``key`` must wait before it may try again; 0 when it may now."""
        count, last = self._failures.get(key, (0, now))
        if count <= self._free:
            return 0.0
        wait_s = min(self._longest_wait_s, self._first_wait_s * 2.0 ** min(count - self._free, 30))
        return max(0.0, last + wait_s - now)

    def failed(self, key: str, now: float) -> None:
        """``key`` guessed wrong."""
        count, last = self._failures.pop(key, (0, now))
        if now - last > _FORGOTTEN_AFTER * self._longest_wait_s:
            count = 0
        self._failures[key] = (count + 1, now)
        _bound(self._failures, self._capacity)

    def succeeded(self, key: str) -> None:
        """``key`` knows the password: forget its failures."""
        self._failures.pop(key, None)
        self._known[key] = None
        self._known.move_to_end(key)
        _bound(self._known, self._capacity)

    def is_known(self, key: str) -> bool:
        """Whether ``key`` has known the password before."""
        return key in self._known


def _bound(entries: OrderedDict[str, Any], capacity: int) -> None:
    while len(entries) > capacity:
        entries.popitem(last=False)


def answer_challenge(
    response: Response, user: str, password: Private, method: str, uri: str
) -> tuple[str, str] | None:
    """Credentials for a request that was challenged (RFC 3261, 22).

    Args:
        response: a 401 or 407; the first of its challenges that can be answered is.
        user: the account.
        password: its password.
        method: of the request.
        uri: the Request-URI.

    Returns:
        Name and value of the header to add; ``None`` when no challenge can be answered.
    """
    theirs, ours = (
        ("www-authenticate", "Authorization")
        if response.status == 401
        else ("proxy-authenticate", "Proxy-Authorization")
    )
    account = SipDigestAuth(username=user, password=password.reveal())
    for value in response.values(theirs):
        parsed = parse_auth(value)
        challenge = AuthChallenge(
            scheme=parsed.scheme, params={k.lower(): v for k, v in parsed.params.items()}
        )
        credentials = build_credentials(account, challenge, method, uri)
        if credentials is not None:
            try:
                return ours, stringify_auth(credentials)
            except ValueError:
                continue
    return None
