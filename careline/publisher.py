"""Publishing a changed site to a running line, or one of before again: whole or not at all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
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
    KEEP,
    KEEP_WITHIN_S,
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

HANDLED_WITHIN_S = 5.0
"""What is not handled by then is answered all the same: no line is connected just now."""


def _nobody(_news: GateNews) -> None:
    """Where nobody wants to know how far it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What came of it.

    Attributes:
        version: what new calls begin with now, or soon.
        problems: why nothing was published; empty when it was.
        publication: as it stands in the history; ``None`` where nothing has changed.
        counts: whether new calls begin with it already and the journal has it. Else it is noted
            here, and counts once a line is connected and the journal can be written; unless another
            machine leads by then, which knows nothing of it.
    """

    version: str
    problems: tuple[str, ...] = ()
    publication: Publication | None = None
    counts: bool = True


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
        self._taking_up: asyncio.Task[tuple[Publication, bool]] | None = None

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
        return await self._alone(None, author, note, tell)

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

        def choose() -> Publication:
            known = self._history()
            return before(known) if wanted is None else named(wanted, known)

        return await self._alone(choose, author, note, tell)

    def _history(self) -> list[Publication]:
        try:
            return self._versions.history.read()
        except OSError as error:
            raise Refused(f"the history of versions cannot be read: {error.strerror}") from error

    async def _alone(
        self, choose: Callable[[], Publication] | None, author: str | None, note: str, tell: Tell
    ) -> Published:
        """Publish, or roll back to what ``choose`` finds on a thread."""
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
            # Only now: what is before the version that serves changes with each publication.
            chosen = None if choose is None else await asyncio.to_thread(choose)
            return await self._through_the_gates(chosen, author, note, tell)
        finally:
            self._busy = False

    async def _through_the_gates(
        self, chosen: Publication | None, author: str, note: str, tell: Tell
    ) -> Published:
        serving = self._brain.newest
        # Told by the thread as soon as there is one: this may be called off at any time.
        staged: list[Path] = []
        try:
            site = await off_the_loop(
                CHECK, CHECK_WITHIN_S, lambda progress: self._read(chosen, staged, progress), tell
            )
            if isinstance(site, tuple):
                return Published(version=serving.version, problems=site)
            if site.id != serving.id:
                other = f"its id is {site.id!r}; the running line is that of {serving.id!r}"
                return Published(version=serving.version, problems=(f"site.yaml: id: {other}",))
            tell(GateNews(gate=CHECK, state="passed"))
            rolled_back = chosen is not None
            problems = await refusals(self._gates, site, tell, rolled_back=rolled_back)
            if problems:
                return Published(version=serving.version, problems=problems)
            if site.version == serving.version or await asyncio.to_thread(_same, site, serving):
                counts = self._brain.serves_newest
                if not counts:
                    tell(GateNews(gate=KEEP, state="noted"))
                return Published(version=serving.version, counts=counts)
            tell(GateNews(gate=KEEP, state="begins", within_s=KEEP_WITHIN_S))
            # From here on it is done, whoever leaves: what the history tells, the brain does.
            how = How.PUBLISHED if chosen is None else How.ROLLED_BACK
            stage = staged.pop() if staged else None
            self._taking_up = asyncio.create_task(self._take_up(site, how, author, note, stage))
            made, counts = await asyncio.shield(self._taking_up)
            tell(GateNews(gate=KEEP, state="passed" if counts else "noted"))
        except Failed as failure:
            return Published(version=serving.version, problems=(f"{CHECK}: {failure}",))
        except OSError as error:
            return Published(version=serving.version, problems=(_not_kept(error),))
        finally:
            for stage in staged:
                await asyncio.to_thread(self._versions.unstage, stage)
        return Published(version=made.version, publication=made, counts=counts)

    def _read(
        self, chosen: Publication | None, staged: list[Path], progress: Progress
    ) -> Site | tuple[str, ...]:
        """The version, on a thread; or why it cannot be read."""
        if chosen is None:
            try:
                # Where there is no folder, that is told in the words of `careline check`.
                here = self._config.is_dir()
                return self._staged(staged, progress) if here else load_site(self._config)
            except ConfigError as error:
                return tuple(map(str, error.problems))
            except OSError as error:
                return (_not_kept(error),)
        site = self._versions.find(chosen.version)
        if site is None:
            why = self._versions.why_missing(chosen.version)
            return (f"{chosen.name} ({chosen.short}) cannot be used. {why}",)
        return site

    def _staged(self, staged: list[Path], progress: Progress) -> Site:
        """The folder as it stands now, in a copy that is removed by whoever waits for it."""
        stage = self._versions.stage(self._config)
        staged.append(stage)
        try:
            return load_site(stage)
        finally:
            if progress.given_up:  # nobody waits any more
                self._versions.unstage(stage)

    async def _take_up(
        self, site: Site, how: How, author: str, note: str, stage: Path | None
    ) -> tuple[Publication, bool]:
        """Keep, note and serve a version.

        Returns:
            As it stands in the history, and whether the brain has journaled it.

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
        try:
            async with asyncio.timeout(HANDLED_WITHIN_S):
                counts = await self._brain.publish_and_wait(kept)
        except TimeoutError:
            counts = False
        settle()
        return made, counts


def _not_kept(error: OSError) -> str:
    return f"cannot be kept: {error.strerror or type(error).__name__}"


def _same(one: Site, other: Site) -> bool:
    """Whether two versions mean the same, although releases named them otherwise."""
    return site_version(one) == site_version(other)
