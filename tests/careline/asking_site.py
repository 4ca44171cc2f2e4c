"""The small site with a flow that asks who calls, and sources that answer when a test lets them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from calls.ports import Answer
from calls.private import Private
from config.load import load_site
from config.site import Site
from tests.careline.small_site import small_folder

CALLER = "+12025550111"
SECRET_NAME = "Quintessa"
"""What is found; it may stand nowhere in the clear."""

FOUND = Answer(outcome="found", document=Private(f'{{"first_name": "{SECRET_NAME}"}}'))

FLOW = """\
start: who
steps:
  who:
    kind: lookup
    source: patients
    given: {phone: caller.number}
    save: {name: first_name}
    next: known
    not_found: stranger
    on_failure: failed
  known: {kind: say, prompt: menu, next: desk}
  stranger: {kind: say, prompt: goodbye, next: desk}
  failed: {kind: say, prompt: digits-only, next: desk}
  desk: {kind: queue, queue: general}
"""

PATIENTS = f"""\
card,phone,first_name
1,{CALLER},{SECRET_NAME}
"""


def asking_site(at: Path, **files: str) -> Site:
    """The site, loaded.

    Args:
        at: its folder.
        files: more of them, by name with ``__`` for a dot.
    """
    folder = small_folder(at)
    folder.write("flows/main.yaml", FLOW)
    folder.write("lookups.yaml", "patients: {file: patients.csv}\n")
    folder.write("patients.csv", PATIENTS)
    for name, text in files.items():
        folder.write(name.replace("__", "."), text)
    return load_site(at)


class Held:
    """Sources that answer when a test lets them."""

    def __init__(self, site: Site, on_asked: Callable[[], None]) -> None:
        self.site = site
        self._on_asked = on_asked
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.keys: list[str] = []
        self.closed = 0
        self._waiting: list[asyncio.Future[Answer]] = []

    async def ask(self, source: str, given: Mapping[str, str], key: str = "") -> Answer:
        """Wait until :meth:`let_go`."""
        self.asked.append((source, given))
        self.keys.append(key)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        self._on_asked()
        return await answer

    async def close(self) -> None:
        """Count it."""
        self.closed += 1

    def let_go(self, answer: Answer) -> None:
        """Answer all who wait."""
        for each in self._waiting:
            if not each.done():
                each.set_result(answer)


class Holding:
    """Opens :class:`Held` sources."""

    def __init__(self) -> None:
        self.opened: list[Held] = []
        self.on_asked: Callable[[], None] = lambda: None

    def __call__(self, site: Site) -> Held:
        self.opened.append(Held(site, lambda: self.on_asked()))
        return self.opened[-1]

    @property
    def asked(self) -> list[tuple[str, Mapping[str, str]]]:
        """All that was asked."""
        return [each for held in self.opened for each in held.asked]
