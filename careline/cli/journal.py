"""A state folder's journal and the versions of the site that it was written under."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from adapters.stores.sqlite import JournalReader, SqliteJournal
from calls.facts import SitePublished
from calls.ports import Entry
from careline.cli.options import site_or_complain
from careline.state import StateFolder
from careline.versions import SiteVersions
from config.site import Site


class Refused(Exception):
    """Why a command cannot do what it was asked for, in one line."""


class Kept:
    """What a line has kept.

    Args:
        folder: a state folder, or the journal's folder in one.
        config: the site's folder, where the versions are not kept; for all of the journal.

    Attributes:
        folder: the journal's.

    Raises:
        Refused: the site is named and has mistakes.
        JournalError: there is no journal, or it cannot be read.
    """

    def __init__(self, folder: Path, config: Path | None = None) -> None:
        state = StateFolder(folder)
        if not state.journal.is_dir() and folder.name == state.journal.name:
            state = StateFolder(folder.parent)
        self.folder = state.journal if state.journal.is_dir() else folder
        self._reader: JournalReader = SqliteJournal.open_reading(self.folder)
        self._versions = SiteVersions(state.versions) if state.versions.is_dir() else None
        self._found: dict[str, Site | None] = {}
        self._named: Site | None = None
        if config is not None:
            self._named = site_or_complain(config)
            if self._named is None:
                raise Refused("without the site nothing can be replayed")

    def entries(self) -> Iterator[tuple[int, Entry]]:
        """The journal, in order, with positions."""
        return self._reader.read()

    def find_version(self, version: str) -> Site | None:
        """A version of the site that was published; always the one that was named, if one was."""
        if self._named is not None:
            return self._named
        if version not in self._found and self._versions is not None:
            self._found[version] = self._versions.find(version)
        return self._found.get(version)

    def first_site(self) -> Site:
        """The version of the site that the journal begins with.

        Raises:
            Refused: it is not kept.
        """
        if self._named is not None:
            return self._named
        for _position, entry in self.entries():
            if isinstance(entry.record, SitePublished):
                found = self.find_version(entry.record.version)
                if found is None:
                    raise Refused(
                        f"version {entry.record.version[:8]} of the site, which the journal begins "
                        "with, is not kept beside it; name the site's folder with --config"
                    )
                return found
        last = self._versions.last_good() if self._versions is not None else None
        if last is None:
            raise Refused(
                f"{self.folder}: no version of the site is kept beside it; name its folder with "
                "--config"
            )
        return last
