"""A machine of a site with several serves what whichever leads has published, and never a draft."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.stores.keys import create_site_key
from calls.facts import SitePublished
from calls.ports import Entry, JournalError
from calls.private import Private
from careline.cli.run import _as_others_serve
from careline.processes.node import SITE_KEY, last_published
from careline.publications import How
from careline.serving import Serving, site_to_serve
from careline.state import StateFolder
from careline.versions import SiteVersions
from config.load import load_site
from tests.adapters.stores.redis_servers import Node as Leader
from tests.adapters.stores.redis_servers import RedisServer
from tests.careline.small_site import Folder, small_folder, started

pytestmark = pytest.mark.slow


@dataclass
class Machine:
    """One that does not lead."""

    folder: Folder
    state: StateFolder
    redis: Private
    leader: Leader

    @property
    def versions(self) -> SiteVersions:
        return SiteVersions(self.state.versions)

    async def publish_elsewhere(self, *versions: str) -> None:
        journal = await self.leader.lead()
        await journal.append(
            [
                Entry(at=float(at), record=SitePublished(site=site, version=version))
                for at, version in enumerate(versions)
                for site in ("small", "another")
            ]
        )
        await self.leader.close()

    async def start(self) -> Serving:
        serving = site_to_serve(self.folder.path, self.versions)
        return await asyncio.to_thread(
            _as_others_serve, serving, self.folder.path, self.state, self.versions, self.redis
        )


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    server = RedisServer(tmp_path / "redis")
    with tempfile.TemporaryDirectory() as short:  # the path of a socket must be short
        state = StateFolder(Path(short))
        state.journal.mkdir(parents=True)
        create_site_key(state.journal / SITE_KEY)
        leader = Leader(server.url, state.journal / SITE_KEY, "small")
        await asyncio.to_thread(server.start)
        folder = small_folder(tmp_path / "site")
        started(folder.path, SiteVersions(state.versions))
        yield Machine(folder, state, Private(server.url), leader)
        await leader.close()
        await asyncio.to_thread(server.stop)


async def test_before_anybody_has_led_the_machine_serves_what_it_knows(machine):
    assert last_published(machine.redis, "small", machine.state) is None
    assert (await machine.start()).site.title == "Small Clinic"


async def test_what_another_machine_published_is_taken_from_the_copied_folder(machine):
    first = machine.versions.last()
    machine.folder.replace("site.yaml", "title: Small Clinic", "title: Second")
    second = load_site(machine.folder.path).version
    await machine.publish_elsewhere(first, second)
    assert last_published(machine.redis, "small", machine.state) == second
    serving = await machine.start()
    assert (serving.site.version, serving.waiting) == (second, False)
    last = machine.versions.history.last()
    assert (last.version, last.how, last.author) == (second, How.ELSEWHERE, "")


async def test_a_draft_in_the_folder_is_not_taken_for_what_was_published(machine, caplog):
    first = machine.versions.last()
    await machine.publish_elsewhere(first, "0" * 64)
    machine.folder.replace("site.yaml", "title: Small Clinic", "title: Draft")
    serving = await machine.start()
    assert (serving.site.version, serving.waiting) == (first, True)
    assert "copy the site's folder from there" in caplog.text


async def test_a_redis_that_cannot_be_asked_keeps_no_machine_from_starting(machine):
    first = machine.versions.last()
    machine.redis = Private("redis://127.0.0.1:9/0")
    with pytest.raises(JournalError):
        await asyncio.to_thread(last_published, machine.redis, "small", machine.state)
    assert (await machine.start()).site.version == first
