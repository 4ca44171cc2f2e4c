"""A line's journal, wherever it is kept, and the versions of the site it was written under."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from adapters.stores.access import next_step
from adapters.stores.sqlite import SqliteJournal
from adapters.stores.sqlite.journal import DATABASE, SITE_KEY
from calls.facts import Fact, SitePublished
from calls.ports import Entry
from calls.private import Private
from careline.checkpoint import Checkpoint, CheckpointError, decode
from careline.cli.options import DEFAULT_STATE, STATE_ENVIRONMENT, site_or_complain, state_folder
from careline.redis_address import (
    ENVIRONMENT,
    PASSWORD,
    WITHOUT_LIBRARY,
    AddressRefused,
    from_command_line,
    remembered,
    with_passwords,
)
from careline.state import StateFolder
from careline.versions import SiteVersions
from config.errors import SecretsError
from config.site import Site

JOURNALS = f"""JOURNAL is a state folder, or the journal's folder in one. Where it is left out, it
is what {STATE_ENVIRONMENT} names, or {DEFAULT_STATE} here or in a folder above. A line of several
machines has its journal in Redis: its state folder knows where, or --redis or {ENVIRONMENT}
says so. The password is {PASSWORD} in secrets.yaml there, or stands in {ENVIRONMENT}.
"""


class Refused(Exception):
    """Why a command cannot do what it was asked for, in one line."""


class _Reader(Protocol):
    """What reads a journal, of whichever store."""

    def read(self, after: int = 0) -> Iterator[tuple[int, Entry]]: ...

    def latest_snapshot(self) -> tuple[int, bytes] | None: ...


def add_journal(parser: argparse.ArgumentParser) -> None:
    """``JOURNAL``, ``--state``, ``--redis`` and ``--config``: whose journal is to be read."""
    group = parser.add_argument_group("the journal")
    group.add_argument(
        "journal",
        nargs="?",
        type=Path,
        metavar="JOURNAL",
        help="a state folder, or the journal in one (default: of this machine's line)",
    )
    group.add_argument(
        "--state", type=Path, metavar="DIR", help="the same, as every other command names it"
    )
    group.add_argument(
        "--redis", metavar="URL", help="the journal is there; the folder has key and versions"
    )
    group.add_argument(
        "--config",
        type=Path,
        metavar="DIR",
        help="the site's folder then (default: the versions kept in the state folder)",
    )


def kept(args: argparse.Namespace) -> Kept:
    """What the command line names.

    Raises:
        Refused: it names none, or two, or what cannot be used or read.
        JournalError: there is no journal, or it cannot be read.
    """
    if args.journal is not None and args.state is not None:
        raise Refused("JOURNAL and --state name the same thing: give one of them")
    folder = args.journal or args.state or state_folder()
    if is_address(folder):
        raise Refused("the address of a Redis is given with --redis")
    try:
        named = None if args.redis is None else from_command_line(args.redis)
        return Kept(folder, args.config, named)
    except (AddressRefused, SecretsError) as error:
        raise Refused(str(error)) from error
    except OSError as error:
        todo = next_step(error, "check the folder and the disk")
        raise Refused(f"{folder}: it cannot be read ({error.strerror}); {todo}") from error


def is_address(word: Path | str) -> bool:
    """Whether somebody wrote an address where it does not belong; it may hold a password."""
    return str(word).startswith(("redis:", "rediss:", "redis+sentinel:", "rediss+sentinel:"))


class Kept:
    """What a line has kept.

    Args:
        folder: a state folder, or the journal's folder in one.
        config: the site's folder, where the versions are not kept; for all of the journal.
        redis: where the journal is, if it was named.

    Attributes:
        place: the journal's, for messages.

    Raises:
        Refused: the site is named and has mistakes, or no folder is, or it is not known whose
            journal is meant.
        AddressRefused: Redis cannot be asked from here.
        SecretsError: the file of secrets cannot be read.
        OSError: the folder cannot be read.
        JournalError: there is no journal, or it cannot be read.
    """

    def __init__(
        self, folder: Path, config: Path | None = None, redis: Private | None = None
    ) -> None:
        if folder.is_file():
            raise Refused(f"{folder}: this is a file; name the folder of the journal")
        state = StateFolder(folder)
        if not state.journal.is_dir() and folder.name == state.journal.name:
            state = StateFolder(folder.parent)
        self._state = state
        self._versions = SiteVersions(state.versions)
        self._found: dict[str, Site | None] = {}
        self._named: Site | None = None
        if config is not None:
            self._named = site_or_complain(config)
            if self._named is None:
                raise Refused(f"{config} cannot be used as the site of this journal")
        self.place = str(state.journal if state.journal.is_dir() else folder)
        address = redis or self._address()
        if address is None and not state.journal.is_dir():
            within = [each.parent for each in sorted(folder.glob(f"*/{state.journal.name}"))]
            if len(within) == 1:
                raise Refused(f"{folder}: there is no journal here, but in {within[0]}: name that")
        if address is None:
            self._reader: _Reader = SqliteJournal.open_reading(Path(self.place))
        else:
            self._reader = self._in_redis(with_passwords(address, state.secrets))

    def entries(self) -> Iterator[tuple[int, Entry]]:
        """The journal, in order, with positions."""
        return self._reader.read()

    def checkpoint(self) -> tuple[int, Checkpoint] | None:
        """How everything stood after an entry, if that is kept and this release can read it."""
        found = self._reader.latest_snapshot()
        if found is None:
            return None
        position, state = found
        try:
            return position, decode(state)
        except CheckpointError:
            return None

    def find_version(self, version: str) -> Site | None:
        """A version of the site that was published; always the one that was named, if one was."""
        if self._named is not None:
            return self._named
        if version not in self._found:
            self._found[version] = self._versions.find(version)
        return self._found[version]

    def first_site(self) -> Site:
        """The version of the site that the journal begins with.

        Raises:
            Refused: it is not kept, or the journal is of another site.
        """
        site = self._named or self._first_published() or self.last_site()
        self._check_whose(site)
        return site

    def last_site(self) -> Site:
        """The version of the site that the line served last.

        Raises:
            Refused: none is kept.
        """
        found = self._named or self._versions.last_good()
        if found is None:
            raise Refused(self._versions.why_none_good())
        return found

    @property
    def missing(self) -> tuple[str, ...]:
        """Versions that were asked for and not found."""
        return tuple(version for version, site in self._found.items() if site is None)

    def why_missing(self, version: str) -> str:
        """Why a version cannot be used, and what to do."""
        return self._versions.why_missing(version)

    # --- inside -----------------------------------------------------------------------------------

    def _first_published(self) -> Site | None:
        for _position, entry in self.entries():
            if isinstance(entry.record, SitePublished):
                version = entry.record.version
                found = self.find_version(version)
                if found is None:
                    raise Refused(
                        f"the journal begins with version {version[:8]} of the site. "
                        f"{self.why_missing(version)}"
                    )
                return found
        return None

    def _check_whose(self, site: Site) -> None:
        """Refuse a journal in which nothing is of this site."""
        others: set[str] = set()
        for _position, entry in self.entries():
            if isinstance(entry.record, Fact):
                if entry.record.site == site.id:
                    return
                others.add(entry.record.site)
        if others:
            whose = " and ".join(sorted(map(repr, others)))
            raise Refused(
                f"{self.place}: the journal is of site {whose}, the configuration of {site.id!r}; "
                "name the right folder with --config"
            )

    def _address(self) -> Private | None:
        """Where in Redis the journal is; ``None`` for the file in the folder."""
        noted = remembered(self._state.redis)
        if noted is None and (self._state.journal / DATABASE).exists():
            return None
        if noted is None and not self._state.journal.is_dir():
            return None
        return from_command_line(None) or noted

    def _in_redis(self, address: Private) -> _Reader:
        try:
            # Only here: the library for Redis is an extra that one machine alone does without.
            from adapters.stores.redis import Address, RedisJournal
        except ModuleNotFoundError:
            raise AddressRefused(WITHOUT_LIBRARY) from None
        where = Address.parse(address.reveal())
        self.place = where.shown
        key_path = self._state.journal / SITE_KEY
        return RedisJournal.open_reading(where, self.last_site().id, key_path=key_path)
