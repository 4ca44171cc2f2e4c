"""All dialogues of a site, held one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from adapters.lookups import DryLookups
from careline.dialogues.coverage import Coverage, coverage_of
from careline.dialogues.play import Played, play
from config.dialogues import read_dialogues
from config.site import Site

Progress = Callable[[int, int], None]
"""Told ``(dialogues held, dialogues in all)`` after each one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What came of the dialogues.

    Attributes:
        played: each, in order.
        coverage: of the entry flow, by all of them.
        unknown: names that no dialogue bears.
    """

    played: tuple[Played, ...]
    coverage: Coverage
    unknown: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[Played, ...]:
        """Those that are not as written."""
        return tuple(played for played in self.played if played.failures)

    def problems(self) -> list[str]:
        """Why the flow may not be published; empty when it may."""
        return [
            f"dialogue {played.written.dialogue.id}: {failure}"
            for played in self.failed
            for failure in played.failures
        ]


def rehearse(
    folder: Path,
    site: Site,
    names: tuple[str, ...] = (),
    progress: Progress = lambda _done, _all: None,
) -> Rehearsal:
    """Hold the dialogues of a site.

    Args:
        folder: the site's.
        site: loaded from it.
        names: only these; all if none is named.
        progress: told after each.

    Raises:
        ConfigError: there are mistakes in them.
    """
    written = read_dialogues(folder, site)
    known = {each.dialogue.id for each in written}
    wanted = [each for each in written if not names or each.dialogue.id in names]
    lookups = DryLookups(site.tables, site.providers.values())
    played = []
    for done, each in enumerate(wanted, start=1):
        played.append(play(each, site, lookups.answer))
        progress(done, len(wanted))
    flow = site.flows[site.entry_flow]
    return Rehearsal(
        played=tuple(played),
        coverage=coverage_of(flow, (each.trail for each in played)),
        unknown=tuple(name for name in names if name not in known),
    )
