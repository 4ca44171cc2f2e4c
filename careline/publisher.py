"""Publishing a changed site to a running line: whole or not at all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from careline.brain import Brain
from careline.gate import engine_of
from careline.heap import settle
from careline.versions import SiteVersions
from config.errors import ConfigError
from config.load import load_site


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What came of it.

    Attributes:
        version: what new calls begin with now.
        problems: why nothing was published; empty when it was.
    """

    version: str
    problems: tuple[str, ...] = ()


class Publisher:
    """Loads the site's folder again and hands it to the brain.

    Args:
        config: the site's folder.
        versions: where versions are kept.
        brain: the driver of the site.
    """

    def __init__(self, config: Path, versions: SiteVersions, brain: Brain) -> None:
        self._config = config
        self._versions = versions
        self._brain = brain

    async def publish(self) -> Published:
        """Check the folder; without a mistake in it, new calls begin with it from now on."""
        serving = self._brain.switchboard.site.version
        try:
            # What takes a moment is not done on the loop that serves the calls.
            site = await asyncio.to_thread(load_site, self._config)
            await asyncio.to_thread(engine_of, site)
            await asyncio.to_thread(self._versions.keep, site)
        except ConfigError as error:
            return Published(version=serving, problems=tuple(map(str, error.problems)))
        except OSError as error:
            return Published(version=serving, problems=(f"cannot be kept: {error.strerror}",))
        if site.version != serving:
            self._brain.publish(site)
            settle()
        return Published(version=site.version)
