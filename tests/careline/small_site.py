"""A small site in a folder that a test writes in, and a brain that publishes it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

from adapters.stores.memory import MemoryJournal
from adapters.telephony.simulated import SimulatedPhones
from calls.commands import Say
from calls.facts import Fact, SitePublished
from careline.brain import Brain
from careline.gate import TriageGate, engine_of
from careline.publications import How
from careline.publisher import Published, Publisher
from careline.publishing import TRIAGE, Gate
from careline.serving import begin_serving, site_to_serve
from careline.versions import SiteVersions
from config.load import load_site
from config.site import Site
from tests.config.conftest import SMALL, Folder

NOW = 1_795_446_000.0
"""2026-11-23 10:00 in New York: the small clinic is open."""


def small_folder(at: Path) -> Folder:
    """The small clinic, written out."""
    folder = Folder(at)
    for file, text in SMALL.items():
        folder.write(file, text)
    return folder


def started(config: Path, versions: SiteVersions) -> Site:
    """What a line serves after a start."""
    serving = site_to_serve(config, versions)
    begin_serving(serving, config, versions)
    return serving.site


def published(config: Path, versions: SiteVersions) -> Site:
    """The folder as it stands, published without a line."""
    site = versions.keep(load_site(config))
    versions.history.append(site.version, at=NOW, how=How.PUBLISHED, author="maria")
    return site


def retitle(folder: Folder, title: str) -> None:
    """Change what the site calls itself, and so its version."""
    text = (folder.path / "site.yaml").read_text()
    old = next(line for line in text.splitlines() if line.startswith("title:"))
    folder.replace("site.yaml", old, f"title: {title}")


class Line:
    """A brain with its publisher; facts reach it by hand.

    Args:
        config: the site's folder.
        state: where versions are kept.
        gates: what a version has to pass.
    """

    def __init__(self, config: Path, state: Path, gates: Sequence[Gate] = (TRIAGE,)) -> None:
        self.versions = SiteVersions(state)
        self.site = started(config, self.versions)
        self.gate = TriageGate(engine_of(self.site))
        self.journal = MemoryJournal()
        self.brain = Brain(self.site, self.journal, self.gate, find_version=self.versions.find)
        self.publisher = Publisher(config, self.versions, self.brain, gates)
        self.phones = SimulatedPhones(self.site.id, {})
        self.now = NOW

    def handle(self, fact: Fact) -> list[str]:
        """What the caller then hears."""
        turn = self.brain.switchboard.handle(fact, self.now)
        says = [command for command in turn.commands if isinstance(command, Say)]
        return [utterance.text for say in says for utterance in say.utterances]

    def serve(self, done: Published) -> None:
        """Take in what was published, as the brain does once a line is connected."""
        self.handle(SitePublished(site=self.site.id, version=done.version))

    @property
    def serving(self) -> str:
        """What new calls begin with."""
        return self.brain.switchboard.site.version

    @property
    def hows(self) -> list[str]:
        """The history."""
        return [each.how.value for each in self.versions.history.read()]


async def all_gates_ended() -> None:
    """Wait for the threads that a test has let go."""
    for thread in threading.enumerate():
        if thread.name.startswith("gate-"):
            await asyncio.to_thread(thread.join, 30)
