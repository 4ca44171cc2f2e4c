"""Publishing a changed site to a running line, or one of before again: whole or not at all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from careline.brain import Brain
from careline.heap import settle
from careline.publications import (
    AUTHOR_CHARACTERS,
    NOTE_CHARACTERS,
    How,
    Publication,
    checked,
    login_name,
)
from careline.publishing import (
    CHECK,
    CHECK_WITHIN_S,
    Failed,
    Gate,
    GateNews,
    Progress,
    Tell,
    off_the_loop,
    refusals,
)
from careline.refusal import Refused
from careline.version_names import before, named
from careline.versions import SiteVersions
from config.errors import ConfigError
from config.load import load_site
from config.site import Site
from config.versions import site_version


def _nobody(_news: GateNews) -> None:
    """Where nobody wants to know how far it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What came of it.

    Attributes:
        version: what new calls begin with now.
        problems: why nothing was published; empty when it was.
        publication: as it stands in the history; ``None`` where nothing has changed.
    """

    version: str
    problems: tuple[str, ...] = ()
    publication: Publication | None = None


class Publisher:
    """Takes a version through the gates and hands it to the brain.

    Args:
        config: the site's folder.
        versions: where versions are kept.
        brain: the driver of the site.
        gates: what a version has to pass.
    """

    def __init__(
        self,
        config: Path,
        versions: SiteVersions,
        brain: Brain,
        gates: Sequence[Gate],
    ) -> None:
        self._config = config
        self._versions = versions
        self._brain = brain
        self._gates = gates
        self._busy = False
        self._taking_up: asyncio.Task[Publication] | None = None

    @property
    def folder(self) -> Path:
        """The site's folder, wherever whoever asks stands."""
        return self._config.absolute()

    async def publish(
        self, author: str | None = None, note: str = "", tell: Tell = _nobody
    ) -> Published:
        """Take up the folder: where nothing stands against it, new calls begin with it.

        Args:
            author: who wants it; ``None`` for the user of this process.
            note: why.
            tell: told how far it is.

        Raises:
            Refused: the author or the note cannot be kept so, or somebody publishes just now.
        """
        return await self._alone(How.PUBLISHED, None, author, note, tell)

    async def roll_back(
        self,
        wanted: str | None = None,
        author: str | None = None,
        note: str = "",
        tell: Tell = _nobody,
    ) -> Published:
        """Let new calls begin with a kept version again. The site's folder is left as it is.

        Args:
            wanted: the version's number or how its hash begins; ``None`` for the one before the
                one that serves, see :func:`careline.version_names.before`.
            author: as for :meth:`publish`.
            note: why.
            tell: told how far it is.

        Raises:
            Refused: as for :meth:`publish`, or there is no such version.
        """
        known = await asyncio.to_thread(self._history)
        chosen = before(known) if wanted is None else named(wanted, known)
        return await self._alone(How.ROLLED_BACK, chosen, author, note, tell)

    def _history(self) -> list[Publication]:
        try:
            return self._versions.history.read()
        except OSError as error:
            raise Refused(f"the history of versions cannot be read: {error.strerror}") from error

    async def _alone(
        self, how: How, chosen: Publication | None, author: str | None, note: str, tell: Tell
    ) -> Published:
        author = login_name() if author is None else author
        try:
            checked("author", author, AUTHOR_CHARACTERS)
            checked("note", note, NOTE_CHARACTERS)
        except ValueError as error:
            raise Refused(str(error)) from error
        taking_up = self._taking_up is not None and not self._taking_up.done()
        if self._busy or taking_up:
            raise Refused("somebody publishes just now; try again when that is done")
        self._busy = True
        try:
            return await self._through_the_gates(how, chosen, author, note, tell)
        finally:
            self._busy = False

    async def _through_the_gates(
        self, how: How, chosen: Publication | None, author: str, note: str, tell: Tell
    ) -> Published:
        serving = self._brain.newest
        stage: Path | None = None
        try:
            site = await off_the_loop(
                CHECK, CHECK_WITHIN_S, lambda progress: self._read(chosen, progress), tell
            )
            if isinstance(site, tuple):
                return Published(version=serving.version, problems=site)
            stage = site.folder if chosen is None else None
            if site.id != serving.id:
                other = f"its id is {site.id!r}; the running line is that of {serving.id!r}"
                return Published(version=serving.version, problems=(f"site.yaml: id: {other}",))
            tell(GateNews(gate=CHECK, state="passed"))
            rolled_back = chosen is not None
            problems = await refusals(self._gates, site, tell, rolled_back=rolled_back)
            if problems:
                return Published(version=serving.version, problems=problems)
            if site.version == serving.version or await asyncio.to_thread(_same, site, serving):
                return Published(version=serving.version)
            # From here on it is done, whoever leaves: what the history tells, the brain does.
            self._taking_up = asyncio.create_task(self._take_up(site, how, author, note, stage))
            stage = None
            made = await asyncio.shield(self._taking_up)
        except Failed as failure:
            return Published(version=serving.version, problems=(f"{CHECK}: {failure}",))
        except OSError as error:
            return Published(version=serving.version, problems=(_not_kept(error),))
        finally:
            if stage is not None:
                await asyncio.to_thread(self._versions.unstage, stage)
        return Published(version=made.version, publication=made)

    def _read(self, chosen: Publication | None, progress: Progress) -> Site | tuple[str, ...]:
        """The version, on a thread; or why it cannot be read."""
        if chosen is None:
            try:
                # Where there is no folder, that is told in the words of `careline check`.
                here = self._config.is_dir()
                return self._staged(progress) if here else load_site(self._config)
            except ConfigError as error:
                return tuple(map(str, error.problems))
            except OSError as error:
                return (_not_kept(error),)
        site = self._versions.find(chosen.version)
        if site is None:
            why = self._versions.why_missing(chosen.version)
            return (f"{chosen.name} ({chosen.short}) cannot be used. {why}",)
        return site

    def _staged(self, progress: Progress) -> Site:
        """The folder as it stands now, in a copy that is removed unless it is the answer."""
        stage = self._versions.stage(self._config)
        try:
            site = load_site(stage)
        except BaseException:
            self._versions.unstage(stage)
            raise
        if progress.given_up:
            self._versions.unstage(stage)
        return site

    async def _take_up(
        self, site: Site, how: How, author: str, note: str, stage: Path | None
    ) -> Publication:
        """Keep, note and serve a version.

        Raises:
            OSError: it cannot be written; then the version of before serves on.
        """

        def noted() -> tuple[Site, Publication]:
            try:
                kept = self._versions.keep(site)
                made = self._versions.history.append(
                    site.version, at=time.time(), how=how, author=author, note=note
                )
            finally:
                if stage is not None:
                    self._versions.unstage(stage)
            return kept, made

        kept, made = await asyncio.to_thread(noted)
        self._brain.publish(kept)
        settle()
        return made


def _not_kept(error: OSError) -> str:
    return f"cannot be kept: {error.strerror or type(error).__name__}"


def _same(one: Site, other: Site) -> bool:
    """Whether two versions mean the same, although releases named them otherwise."""
    return site_version(one) == site_version(other)
