"""Versions of a site that were published: kept whole, so that one can be served again.

A folder of YAML with a mistake in it is never published; the last good version goes on serving,
also after a restart that finds the mistake. The history beside the versions tells which one serves;
``current`` names the version that was kept last, for a folder that has no history yet.

A version's name says what the files meant to the release that published them. A later release may
understand the same files in another way, or name the same meaning otherwise. What makes a kept
folder the version of its name is therefore that nobody has changed its files since: their digest
stands beside it.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from adapters.stores.access import next_step
from adapters.stores.folder import sync_folder
from careline.publications import Publications
from config.errors import ConfigError
from config.load import load_site
from config.site import Site

_CURRENT = "current"
_HISTORY = "history.jsonl"
_STAGE = ".stage-"
_NAME_CHARACTERS = 16
_OTHERWISE = "or name the site's folder as it was then with --config"


class SiteVersions:
    """The versions kept in a state folder.

    Args:
        folder: made when it is missing.

    Attributes:
        history: who published which of them, and when.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.history = Publications(folder / _HISTORY)

    def stage(self, folder: Path) -> Path:
        """A copy of a site's folder as it stands now; :meth:`unstage` must follow.

        What is checked is then what is kept, also when somebody goes on writing meanwhile.

        Raises:
            OSError: the folder cannot be copied; ``strerror`` says why.
        """
        self._folder.mkdir(exist_ok=True, mode=0o700)
        stage = Path(tempfile.mkdtemp(prefix=_STAGE, dir=self._folder))
        try:
            _copy(folder, stage)
        except OSError:
            self.unstage(stage)
            raise
        return stage

    def unstage(self, stage: Path) -> None:
        """Remove such a copy."""
        shutil.rmtree(stage, ignore_errors=True)

    def tidy(self) -> None:
        """Remove the copies that an earlier process left."""
        for stage in self._folder.glob(f"{_STAGE}*"):
            self.unstage(stage)

    def keep(self, site: Site) -> Site:
        """Keep a loaded site's files, so that they outlive a loss of power.

        Returns:
            The same site, whose folder is the one in which it is kept.

        Raises:
            OSError: they cannot be written; ``strerror`` says why.
        """
        self._folder.mkdir(exist_ok=True, mode=0o700)
        kept = self._path(site.version)
        if not self._is_whole(site.version):
            beside = kept.with_name(f".{kept.name}")
            _copy(site.folder, beside)
            _write(self._digest_path(site.version), f"{site.version} {folder_digest(beside)}\n")
            shutil.rmtree(kept, ignore_errors=True)
            beside.rename(kept)
        _write(self._folder / _CURRENT, site.version)
        return replace(site, folder=kept)

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
            changed = folder_digest(kept) != noted
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

    def last(self) -> str | None:
        """The name of the version that serves, ``None`` where none ever did.

        Raises:
            OSError: what tells it is there and cannot be read.
        """
        try:
            return self._last()
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None

    def folder_of_last(self) -> Path | None:
        """Where the version that serves is kept, if it is."""
        try:
            folder = self._path(self._last())
        except (OSError, ValueError):
            return None
        return folder if folder.is_dir() else None

    def last_good(self) -> Site | None:
        """The version that serves, if it can be read."""
        try:
            return self.find(self._last())
        except (OSError, ValueError):
            return None

    def why_none_good(self) -> str:
        """Why :meth:`last_good` finds none, and what to do: a sentence or two."""
        try:
            why = self.why_missing(self._last())
        except (FileNotFoundError, NotADirectoryError, ValueError):
            why = self._not_kept()
        except OSError as error:
            why = _unreadable(error)
        return f"The version of the site that the line served last cannot be used. {why}"

    def _last(self) -> str:
        """The name of the version published last, or kept last where there is no history.

        Raises:
            OSError: it cannot be read.
            ValueError: it is none: it was altered, or a crash came before it was on the disk.
        """
        published = self.history.last()
        if published is not None:
            return published.version
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
            return bool(noted) and folder_digest(self._path(version)) == noted
        except OSError:
            return False


def _unreadable(error: OSError) -> str:
    todo = next_step(error, "put it back from a backup")
    return f"{error.filename} cannot be read ({error.strerror}): {todo}, {_OTHERWISE}"


def folder_digest(folder: Path) -> str:
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


def _copy(folder: Path, to: Path) -> None:
    """A folder with its files on the disk, without the hidden ones that nobody loads.

    Raises:
        OSError: it cannot be read or written.
    """
    shutil.rmtree(to, ignore_errors=True)
    try:
        shutil.copytree(folder, to, ignore=shutil.ignore_patterns(".*"))
    except shutil.Error as error:
        # One entry for each file; the error itself has no number and no words.
        (first, _to, why), *_others = error.args[0]
        raise OSError(errno.EIO, f"{first}: {why}") from None
    for place, folders, names in os.walk(to):
        for path in (Path(place, name) for name in names):
            with path.open("rb") as file:
                os.fsync(file.fileno())
        for each in folders:
            sync_folder(Path(place, each))
    sync_folder(to)


def _write(path: Path, text: str) -> None:
    """The whole text or what was there before."""
    beside = path.with_name(f".{path.name}")
    with beside.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)
