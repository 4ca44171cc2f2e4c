from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.stores.age_vault import AgeVault
from adapters.stores.identities import Recipients, create_identities, load_recipients
from tests.adapters.stores.recorded import LimitFileSize, OpenVault


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


@pytest.fixture
def limited() -> Iterator[LimitFileSize]:
    """Limits the size of any file this process writes, as a full disk would."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(size: int | None) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard if size is None else size, hard))

    yield limit
    limit(None)
