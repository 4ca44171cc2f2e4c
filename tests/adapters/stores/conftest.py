from __future__ import annotations

import resource
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import pytest

from adapters.stores.age_vault import AgeVault
from adapters.stores.identities import Recipients, create_identities, load_recipients
from tests.adapters.stores.recorded import LimitFileSize, OpenVault
from tests.adapters.stores.redis_servers import DURABLE, Node, RedisServer

MakeNode = Callable[..., Node]
MakeRedis = Callable[..., RedisServer]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the two identities and the recipients."""
    folder = tmp_path_factory.mktemp("identities")
    create_identities(folder)
    return folder


@pytest.fixture(scope="session")
def recipients(keys: Path) -> Recipients:
    return load_recipients(keys / "recipients.txt")


@pytest.fixture
def open_vault(tmp_path: Path, recipients: Recipients) -> Iterator[OpenVault]:
    made = []

    def opened(**settings: object) -> AgeVault:
        vault = AgeVault(tmp_path / "vault", recipients, **settings)  # type: ignore[arg-type]
        made.append(vault)
        return vault

    yield opened
    for vault in made:
        vault.close()


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One server for all tests of a worker; each empties it first, or takes a site of its own."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_server(shared_redis: RedisServer) -> RedisServer:
    """The shared server, empty."""
    with shared_redis.client() as client:
        client.flushall()
    return shared_redis


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[MakeRedis]:
    """Makes servers that the test may kill, each started."""
    made: list[RedisServer] = []

    def make(*settings: str, password: str = "", mode: Sequence[str] = ()) -> RedisServer:
        folder = tmp_path / f"redis-{len(made)}"
        made.append(RedisServer(folder, settings or DURABLE, password))
        made[-1].start(mode)
        return made[-1]

    yield make
    for each in made:
        each.stop()


@pytest.fixture
async def node(redis_server: RedisServer, tmp_path: Path) -> AsyncIterator[MakeNode]:
    """Makes nodes of the site, all with the same key; closes them at the end."""
    made: list[Node] = []

    def make(url: str = redis_server.url, site: str = "main", **settings: object) -> Node:
        made.append(Node(url, tmp_path / "site.key", site, **settings))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for each in made:
        await each.close()


@pytest.fixture
def limited() -> Iterator[LimitFileSize]:
    """Limits the size of any file this process writes, as a full disk would."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(size: int | None) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard if size is None else size, hard))

    yield limit
    limit(None)
