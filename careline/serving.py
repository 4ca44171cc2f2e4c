"""Which version of a site serves at a start: the one published last, whatever its folder holds now.

An edited folder waits for ``careline publish``. Only where nothing was published yet, or what was
published can no longer be read, the folder itself is taken.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from careline.publications import How, login_name
from careline.versions import SiteVersions, folder_digest
from config.errors import ConfigError
from config.load import load_site
from config.site import Site
from config.versions import site_version

log = logging.getLogger(__name__)

NOT_PUBLISHED = "the folder has changes that are not published: careline publish"
_INSTEAD = "the version before could not be read any more"


class Because(Enum):
    """Why a version serves."""

    PUBLISHED = "it was published last"
    FIRST = "none of this site was published yet"
    INSTEAD = "the one that was published last cannot be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What serves at a start.

    Attributes:
        site: the version.
        because: why this one.
        waiting: the site's folder means something else, which nobody has published.
        mistakes: in the folder, for which it cannot be published; ``None`` where there is none.
        unreadable: why the version that was published last cannot be used, and what to do.
    """

    site: Site
    because: Because = Because.PUBLISHED
    waiting: bool = False
    mistakes: ConfigError | None = None
    unreadable: str = ""


def site_to_serve(config: Path, versions: SiteVersions) -> Serving:
    """Find out what serves. Changes nothing.

    Args:
        config: the site's folder.
        versions: those that were published.

    Raises:
        ConfigError: there are mistakes in the folder, and there never was a good version, or it
            cannot be read any more.
    """
    mistakes: ConfigError | None = None
    site: Site | None = None
    try:
        site = load_site(config)
    except ConfigError as error:
        mistakes = error
    last = _last(versions)
    if site is not None and (last is None or last == site.version):
        return Serving(site=site, because=Because.PUBLISHED if last else Because.FIRST)
    good = versions.find(last) if last is not None else None
    if good is None:
        if site is None:
            assert mistakes is not None
            raise mistakes
        why = versions.why_missing(last or "")
        return Serving(site=site, because=Because.INSTEAD, unreadable=why)
    if site is None:
        return Serving(site=good, mistakes=mistakes)
    if site.id != good.id:
        return Serving(site=site, because=Because.FIRST)
    # The same files may have had another name in the release that published them.
    return Serving(site=good, waiting=site.version != site_version(good))


def begin_serving(serving: Serving, config: Path, versions: SiteVersions) -> None:
    """Keep what serves from now on, note it where it is new, and say what waits.

    A folder that cannot be written keeps nobody from serving.

    Args:
        serving: what serves.
        config: the site's folder.
        versions: those that were published.
    """
    if serving.unreadable:
        log.error(
            "version %s cannot be used, the folder is served as it is. %s",
            str(_last(versions))[:8],
            serving.unreadable,
        )
    if serving.mistakes is not None:
        log.error(
            "%s has %d mistakes (careline check); the last good version goes on serving",
            config,
            len(serving.mistakes.problems),
        )
    if serving.waiting:
        log.warning("%s: %s", config, NOT_PUBLISHED)
    try:
        versions.tidy()
        versions.keep(serving.site)
        _note(serving, versions)
    except OSError as error:
        log.error("the version that serves cannot be kept: %s", error.strerror)


def passed_no_gate(serving: Serving, versions: SiteVersions) -> bool:
    """Whether a version serves that nobody has published, but for its being there at a start.

    Args:
        serving: what serves, after :func:`begin_serving`.
        versions: those that were published.
    """
    if serving.because is not Because.PUBLISHED:
        return True
    try:
        last = versions.history.last()
    except OSError:
        return False
    return last is not None and last.how in (How.FIRST_START, How.INSTEAD)


def _note(serving: Serving, versions: SiteVersions) -> None:
    """Note what was not published by anybody.

    Raises:
        OSError: it cannot be written.
    """
    last = versions.history.last()
    if last is not None and last.version == serving.site.version:
        return
    instead = serving.because is Because.INSTEAD
    versions.history.append(
        serving.site.version,
        at=time.time(),
        how=How.INSTEAD if instead else How.FIRST_START,
        author="" if instead else login_name(),
        note=_INSTEAD if instead else "",
    )


# --- several machines -----------------------------------------------------------------------------


def found_or_taken(config: Path, versions: SiteVersions) -> Callable[[str], Site | None]:
    """Finds a version that any machine of the site published.

    Machines have the site's folder, not each other's kept versions: one that is not kept here is
    the folder's, where that means the same. Then it is kept.

    Args:
        config: the site's folder.
        versions: those kept here.
    """
    loaded: dict[str, Site | None] = {}

    def of_folder() -> Site | None:
        try:
            digest = folder_digest(config)
            if digest not in loaded:
                loaded.clear()
                loaded[digest] = None
                loaded[digest] = load_site(config)
        except (OSError, ConfigError):
            return None
        return loaded[digest]

    def find(version: str) -> Site | None:
        found = versions.find(version)
        if found is not None:
            return found
        site = of_folder()
        if site is None or site.version != version:
            log.error(
                "another machine published version %s, which is neither kept here nor in %s: copy "
                "the site's folder from there",
                version[:8],
                config,
            )
            return None
        try:
            return versions.keep(site)
        except OSError as error:
            log.error("a version of another machine cannot be kept: %s", error.strerror)
        return site

    return find


def note_elsewhere(version: str, versions: SiteVersions) -> None:
    """Note which version another machine of the site has published, for the next start."""
    try:
        last = versions.history.last()
        if last is None or last.version != version:
            versions.history.append(version, at=time.time(), how=How.ELSEWHERE)
    except (OSError, ValueError) as error:
        log.error("the history of versions cannot be written: %s", error)


def _last(versions: SiteVersions) -> str | None:
    try:
        return versions.last()
    except OSError as error:
        log.error("the history of versions cannot be read: %s", error.strerror)
        return None
