"""Versions of a site that were published: kept whole, so that one can be served again.

A folder of YAML with a mistake in it is never published; the last good version goes on serving,
also after a restart that finds the mistake.
"""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from config.errors import ConfigError
from config.load import load_site
from config.site import Site

log = logging.getLogger(__name__)

_CURRENT = "current"
_NAME_CHARACTERS = 16


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
        kept = self._path(site.version)
        if not kept.exists():
            beside = kept.with_name(f".{kept.name}")
            shutil.rmtree(beside, ignore_errors=True)
            shutil.copytree(site.folder, beside)
            beside.rename(kept)
        pointer = self._folder / f".{_CURRENT}"
        pointer.write_text(site.version)
        pointer.rename(self._folder / _CURRENT)

    def find(self, version: str) -> Site | None:
        """The site of this version, if it was kept and can still be read."""
        try:
            site = load_site(self._path(version))
        except ConfigError:
            return None
        return site if site.version == version else None

    def last_good(self) -> Site | None:
        """The version kept last."""
        try:
            version = (self._folder / _CURRENT).read_text()
        except OSError:
            return None
        return self.find(version)

    def _path(self, version: str) -> Path:
        self._folder.mkdir(exist_ok=True, mode=0o700)
        return self._folder / version[:_NAME_CHARACTERS]


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
