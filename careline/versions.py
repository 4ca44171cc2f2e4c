"""Versions of a site that were published: kept whole, so that one can be served again.

A folder of YAML with a mistake in it is never published; the last good version goes on serving,
also after a restart that finds the mistake.

A version's name says what the files meant to the release that published them. A later release may
understand the same files in another way, or name the same meaning otherwise. What makes a kept
folder the version of its name is therefore that nobody has changed its files since: their digest
stands beside it.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from adapters.stores.access import next_step
from config.errors import ConfigError
from config.load import load_site
from config.site import Site

log = logging.getLogger(__name__)

_CURRENT = "current"
_NAME_CHARACTERS = 16
_OTHERWISE = "or name the site's folder as it was then with --config"


class SiteVersions:
    """The versions kept in a state folder.

    Args:
        folder: made when it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, site: Site) -> None:
        """Keep a loaded site's files, and remember it as the last good one.

        Raises:
            OSError: they cannot be written.
        """
        self._folder.mkdir(exist_ok=True, mode=0o700)
        kept = self._path(site.version)
        if not self._is_whole(site.version):
            beside = kept.with_name(f".{kept.name}")
            shutil.rmtree(beside, ignore_errors=True)
            shutil.copytree(site.folder, beside)
            _write(self._digest_path(site.version), f"{site.version} {_digest(beside)}\n")
            shutil.rmtree(kept, ignore_errors=True)
            beside.rename(kept)
        _write(self._folder / _CURRENT, site.version)

    def find(self, version: str) -> Site | None:
        """The site of this version, if it was kept and can still be read."""
        try:
            site = load_site(self._path(version))
        except ConfigError:
            return None
        if site.version == version:
            return site
        return replace(site, version=version) if self._is_whole(version) else None

    def why_missing(self, version: str) -> str:
        """Why :meth:`find` does not find it, and what to do: a sentence or two."""
        kept = self._path(version)
        noted = self._noted(version)
        try:
            changed = _digest(kept) != noted
        except (FileNotFoundError, NotADirectoryError):
            return self._not_kept()
        except OSError as error:
            return _unreadable(error)
        if noted and changed:
            return f"Its files in {kept} were changed since: put them back, {_OTHERWISE}"
        try:
            load_site(kept)
        except ConfigError:
            return (
                f"It is kept in {kept}, but this release of Careline reads it no more "
                f"(`careline check {kept}` says why): use the release that wrote it, {_OTHERWISE}"
            )
        return (
            f"It is kept in {kept}, but its files were changed since, or mean something else to "
            f"this release of Careline: use the release that wrote it, {_OTHERWISE}"
        )

    def last_good(self) -> Site | None:
        """The version kept last, if it can be read."""
        try:
            return self.find(self._current())
        except (OSError, ValueError):
            return None

    def why_none_good(self) -> str:
        """Why :meth:`last_good` finds none, and what to do: a sentence or two."""
        try:
            why = self.why_missing(self._current())
        except (FileNotFoundError, NotADirectoryError, ValueError):
            why = self._not_kept()
        except OSError as error:
            why = _unreadable(error)
        return f"The version of the site that the line served last cannot be used. {why}"

    def _current(self) -> str:
        """The name of the version kept last.

        Raises:
            OSError: it cannot be read.
            ValueError: it is none: it was altered, or a crash came before it was on the disk.
        """
        version = (self._folder / _CURRENT).read_text()
        if not version.isalnum():
            raise ValueError("no version has such a name")
        return version

    def _not_kept(self) -> str:
        return (
            f"It is not kept in {self._folder}: copy that folder from a backup, or from the "
            f"machine that published it, {_OTHERWISE}"
        )

    def _path(self, version: str) -> Path:
        return self._folder / version[:_NAME_CHARACTERS]

    def _digest_path(self, version: str) -> Path:
        return self._path(version).with_suffix(".sha256")

    def _noted(self, version: str) -> str:
        """The digest that was kept with a version; empty where none was."""
        try:
            noted, _, digest = self._digest_path(version).read_text().strip().partition(" ")
        except (OSError, UnicodeDecodeError):
            return ""
        return digest if noted == version else ""

    def _is_whole(self, version: str) -> bool:
        noted = self._noted(version)
        try:
            return bool(noted) and _digest(self._path(version)) == noted
        except OSError:
            return False


def newest_site(config: Path, versions: SiteVersions) -> Site:
    """The site in its folder, or the last good version while the folder has mistakes.

    Raises:
        ConfigError: there are mistakes, and there never was a good version.
    """
    try:
        site = load_site(config)
    except ConfigError as error:
        last = versions.last_good()
        if last is None:
            raise
        log.error(
            "%s has %d mistakes (careline check); the last good version goes on serving",
            config,
            len(error.problems),
        )
        return last
    versions.keep(site)
    return site


def _unreadable(error: OSError) -> str:
    todo = next_step(error, "put it back from a backup")
    return f"{error.filename} cannot be read ({error.strerror}): {todo}, {_OTHERWISE}"


def _digest(folder: Path) -> str:
    """SHA-256 of every file in a folder and of its name, in hexadecimal.

    Raises:
        OSError: one of them cannot be read, or there is no such folder.
    """
    whole = hashlib.sha256()
    for path in sorted(path for path in _beneath(folder) if path.is_file()):
        name = path.relative_to(folder).as_posix().encode()
        content = hashlib.sha256(path.read_bytes()).digest()
        whole.update(hashlib.sha256(name).digest() + content)
    return whole.hexdigest()


def _beneath(folder: Path) -> Iterator[Path]:
    """All files of a folder, where ``Path.rglob`` passes over what it may not read.

    Raises:
        OSError: a folder in it cannot be read, or there is none.
    """

    def refuse(error: OSError) -> None:
        raise error

    for place, _folders, names in os.walk(folder, onerror=refuse):
        yield from (Path(place, name) for name in names)


def _write(path: Path, text: str) -> None:
    """The whole text or what was there before."""
    beside = path.with_name(f".{path.name}")
    beside.write_text(text)
    beside.replace(path)
