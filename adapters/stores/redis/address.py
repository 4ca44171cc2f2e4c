"""Where Redis is: one server, or whichever one Sentinel says is the master."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.asyncio.sentinel import Sentinel as AsyncSentinel
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from calls.ports import JournalError

DEFAULT_PORT = 6379
DEFAULT_SENTINEL_PORT = 26379

_TLS = {"ssl_ca_certs", "ssl_certfile", "ssl_keyfile"}
_SENTINEL = {"sentinel_username", "sentinel_password"}
_OPTIONS = {
    "redis": set[str](),
    "rediss": _TLS,
    "unix": {"db"},
    "redis+sentinel": _SENTINEL,
    "rediss+sentinel": _SENTINEL | _TLS,
}
_HOST = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::(?P<port>\d{1,5}))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A server's URL taken apart. Made by :meth:`parse`; never shows a password.

    Attributes:
        shown: the URL without user and password, for messages.
        hosts: the server, or the sentinels.
        master: the master's name at the sentinels; empty where there are none.
        options: what a connection to the server needs to know.
        sentinel_options: what a connection to a sentinel needs to know.
    """

    shown: str
    hosts: tuple[tuple[str, int], ...] = ()
    master: str = ""
    options: dict[str, Any] = field(default_factory=dict, repr=False)
    sentinel_options: dict[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, url: str) -> Address:
        """Understand one of these; each may have ``user:password@`` before the host.

        ::

            redis://host:6379/0
            rediss://host:6379/0?ssl_ca_certs=/etc/ssl/redis.pem
            unix:///run/redis/redis.sock?db=0
            redis+sentinel://host:26379,host:26379/master-name/0?sentinel_password=...

        Args:
            url: reserved characters in user and password are percent-encoded (RFC 3986, 2.1).

        Raises:
            JournalError: it is none of them. The message does not repeat it: it may hold a
                password.
        """
        try:
            parts = urlsplit(url)
        except ValueError:
            raise _malformed("it is no URL") from None
        if parts.scheme not in _OPTIONS:
            raise _malformed(f"its scheme is none of {', '.join(_OPTIONS)}")
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        if not query.keys() <= _OPTIONS[parts.scheme] or parts.fragment:
            allowed = ", ".join(sorted(_OPTIONS[parts.scheme])) or "none"
            raise _malformed(f"an option in it is not known here; known: {allowed}")
        userinfo, _, place = parts.netloc.rpartition("@")
        user, _, password = userinfo.partition(":")
        options: dict[str, Any] = {
            "username": unquote(user) or None,
            "password": unquote(password) or None,
            **{name: value for name, value in query.items() if name in _TLS},
        }
        if parts.scheme == "unix":
            if place or not parts.path:
                raise _malformed("unix:///path/to/socket was wanted")
            options |= {
                "unix_socket_path": unquote(parts.path),
                "db": _database(query.get("db", "0")),
            }
            return cls(shown=f"unix://{parts.path}", options=options)
        tls = parts.scheme.startswith("rediss")
        options |= {"ssl": True} if tls else {}
        path = parts.path.strip("/").split("/") if parts.path.strip("/") else []
        if not parts.scheme.endswith("+sentinel"):
            if len(path) > 1:
                raise _malformed("after the host only the database's number may follow")
            (host,) = _hosts(place, DEFAULT_PORT, most=1)
            options |= {"db": _database(path[0] if path else "0")}
            shown = f"{parts.scheme}://{place}/{options['db']}"
            return cls(shown=shown, hosts=(host,), options=options)
        if len(path) not in (1, 2):
            raise _malformed("after the sentinels the master's name was wanted")
        options |= {"db": _database(path[1] if len(path) == 2 else "0")}
        sentinel_options = {
            "username": query.get("sentinel_username"),
            "password": query.get("sentinel_password"),
            **{name: value for name, value in options.items() if name.startswith("ssl")},
        }
        return cls(
            shown=f"{parts.scheme}://{place}/{path[0]}/{options['db']}",
            hosts=_hosts(place, DEFAULT_SENTINEL_PORT, most=99),
            master=unquote(path[0]),
            options=options,
            sentinel_options=sentinel_options,
        )

    def client(self, timeout_s: float) -> redis.asyncio.Redis:
        """A client for the event loop. Nothing is connected yet, nothing is retried by itself.

        Whoever awaits it limits the time. Left to redis-py the limit would be an
        ``asyncio.wait_for`` around each command, which before Python 3.12 can swallow a
        cancellation (python/cpython#86296).

        Args:
            timeout_s: that its user will wait; one sentinel that is mute takes its share of it.
        """
        common = _common(None)
        retry = AsyncRetry(NoBackoff(), 0)
        if self.master:
            each_s = _share_of_a_sentinel(timeout_s, self.hosts)
            sentinel = AsyncSentinel(
                self.hosts,
                sentinel_kwargs={**_common(each_s), "retry": retry, **self.sentinel_options},
                retry=retry,
                **common,
                **self.options,
            )
            client: redis.asyncio.Redis = sentinel.master_for(self.master)
            return client
        return redis.asyncio.Redis(**self._place(), retry=retry, **common, **self.options)

    @contextmanager
    def connected(self, timeout_s: float) -> Iterator[redis.Redis]:
        """A client that blocks, closed at the end. Nothing is retried by itself.

        Args:
            timeout_s: for connecting, and for each answer; all sentinels together have it once.
        """
        common = _common(timeout_s)
        retry = Retry(NoBackoff(), 0)
        if not self.master:
            with redis.Redis(**self._place(), retry=retry, **common, **self.options) as client:
                yield client
            return
        each_s = _share_of_a_sentinel(timeout_s, self.hosts)
        sentinel = Sentinel(
            self.hosts,
            sentinel_kwargs={**_common(each_s), "retry": retry, **self.sentinel_options},
            retry=retry,
            **common,
            **self.options,
        )
        try:
            with sentinel.master_for(self.master) as client:
                yield client
                client.connection_pool.disconnect()
        finally:
            for each in sentinel.sentinels:
                each.close()

    def _place(self) -> dict[str, Any]:
        if not self.hosts:
            return {}  # a socket, which stands among the options
        ((host, port),) = self.hosts
        return {"host": host, "port": port}


async def close(client: redis.asyncio.Redis) -> None:
    """Close a client of :meth:`Address.client` and all that it opened."""
    await client.aclose()
    pool = client.connection_pool
    await pool.disconnect()
    if isinstance(pool, SentinelConnectionPool):
        for each in pool.sentinel_manager.sentinels:
            await each.aclose()


def _share_of_a_sentinel(timeout_s: float, hosts: tuple[tuple[str, int], ...]) -> float:
    """So much that even with all but one mute there is a share for that one and for the master."""
    return timeout_s / (len(hosts) + 1)


def _common(timeout_s: float | None) -> dict[str, Any]:
    return {
        "socket_timeout": timeout_s,
        "socket_connect_timeout": timeout_s,
        "protocol": 2,
        "decode_responses": False,
    }


def _hosts(place: str, default_port: int, *, most: int) -> tuple[tuple[str, int], ...]:
    hosts = []
    for each in place.split(","):
        found = _HOST.fullmatch(each)
        port = int(found["port"] or default_port) if found else 0
        if found is None or not 0 < port < 2**16:
            raise _malformed("host or host:port was wanted")
        hosts.append((found["host"].strip("[]"), port))
    if len(hosts) > most:
        raise _malformed("one host was wanted; several are for redis+sentinel://")
    return tuple(hosts)


def _database(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise _malformed("the database was wanted as a number")
    return int(text)


def _malformed(reason: str) -> JournalError:
    return JournalError(
        f"the address of Redis cannot be used: {reason}; write for example redis://host:6379/0 or "
        "redis+sentinel://host:26379,host:26379/master-name"
    )
