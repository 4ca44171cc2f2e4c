"""The journal port over a Redis stream.

Who has the server's data without the site key reads verdicts, states and decisions, but no word,
digit or number. The site key is a file, the same on all nodes of a site; it is never sent.

A position is the number of an entry, 1, 2, 3, ... in the order of appending, without gaps; it is
the first part of the entry's id in the stream. Entries are never removed: a restart, a replay and a
report read them again.

Durable means what the server is set to: ``appendonly yes`` and ``appendfsync always`` for a crash
of the server; for the loss of it, replicas with ``min-replicas-to-write`` and ``replicas`` here.
See docs/decisions/0009-redis.md.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from adapters.stores.keys import (
    FORGOTTEN,
    SiteKey,
    create_site_key,
    load_site_key,
    snapshot_covered,
)
from adapters.stores.redis import scripts
from adapters.stores.redis.address import Address
from adapters.stores.redis.lease import Lease
from adapters.stores.redis.names import Names
from adapters.stores.redis.purge import Purge
from adapters.stores.redis.reader import FORMAT, RedisReader, recognised
from adapters.stores.redis.scripts import FENCED, KEPT
from adapters.stores.redis.server import TIMEOUT_S, Server
from adapters.stores.redis.writer import Writer
from adapters.stores.rows import to_row
from calls.ids import CallId
from calls.ports import Entry, JournalError

log = logging.getLogger(__name__)

LEAST_VERSION = 7
"""Of Redis: scripts that are refused before they begin."""


class RedisJournal:
    """A :class:`~calls.ports.Journal` of the node that leads. Made by :meth:`open`."""

    def __init__(self, server: Server, names: Names, writer: Writer, reader: RedisReader) -> None:
        self._server = server
        self._names = names
        self._writer = writer
        self._reader = reader
        self._purge = Purge(server)
        self._site_key = reader.site_key
        self._closed = False

    @property
    def site_key(self) -> SiteKey:
        """The key that this journal was made with."""
        return self._site_key

    @classmethod
    async def open(
        cls,
        address: Address,
        site: str,
        *,
        lease: Lease,
        key_path: Path,
        replicas: int = 0,
        timeout_s: float = TIMEOUT_S,
    ) -> RedisJournal:
        """Open the site's journal for writing, or begin one.

        Args:
            address: where.
            site: the site's id.
            lease: held; the journal can be written for as long as it is, and no longer.
            key_path: the site key's file. Made at the first start only: a journal whose key is
                missing is not opened. Copy it to the other nodes then.
            replicas: how many replicas must have an entry before it counts as kept. Have the
                server refuse (``min-replicas-to-write``) while there are fewer: else an append
                that they do not get ends this node's leadership.
            timeout_s: for connecting, and for each answer.

        Raises:
            LeaseLostError: the lease is not held.
            JournalError: one line that says what is wrong and what to do.
        """
        names = Names(site)
        server = Server(address, timeout_s=timeout_s, replicas=replicas)
        try:
            await _examine(server)
            lease.require()
            reply = await _begin(server, names, lease, b"")
            if reply[3] is None:
                create_site_key(key_path)
                reply = await _begin(server, names, lease, load_site_key(key_path).mark())
            _, last_id, written, mark = reply
            site_key = recognised(address.shown, key_path, written, mark)
            writer = Writer(server, names, lease, site_key, _last_position(address, last_id))
        except BaseException:
            await server.close()
            raise
        reader = RedisReader(address, names, site_key, timeout_s=timeout_s)
        return cls(server, names, writer, reader)

    @staticmethod
    def open_reading(
        address: Address, site: str, *, key_path: Path, timeout_s: float = TIMEOUT_S
    ) -> RedisReader:
        """Read the site's journal, also while a node leads. Never writes, needs no lease. Blocks.

        A node that waits for the lease finds out here whether it could take over.

        Raises:
            JournalError: there is no journal, or it cannot be read; says what to do.
        """
        return RedisReader.open(address, site, key_path, timeout_s=timeout_s)

    async def append(self, entries: Sequence[Entry]) -> int:
        """See :meth:`calls.ports.Journal.append`.

        The events of one run of a line must come in the order of their numbers: one that is not
        above the last counts as a duplicate. The last :data:`~.scripts.LINE_RUNS` runs are known.

        Raises:
            DuplicateEventError: one of them came from a line and is here already.
            LeaseLostError: this node leads no more; some may have been kept.
            JournalError: none of them was kept.
            CodecError: ours: a record that cannot be kept; nothing was.
            ValueError: ours: an entry that makes no sense; nothing was kept.
        """
        self._refuse_closed()
        return await self._writer.append([to_row(entry) for entry in entries])

    def read(self, after: int = 0) -> Iterator[tuple[int, Entry]]:
        """See :meth:`calls.ports.Journal.read` and :meth:`.RedisReader.read`."""
        return self._reader.read(after)

    async def keep_snapshot(self, position: int, state: bytes) -> None:
        """See :meth:`calls.ports.Journal.keep_snapshot`. Kept after all appends before it.

        Raises:
            LeaseLostError: this node leads no more.
            JournalError: it was not kept; the one before still is.
        """
        self._refuse_closed()
        check = self._site_key.checksum(snapshot_covered(position, state))
        reply = await self._writer.run(
            scripts.KEEP_SNAPSHOT,
            (self._names.journal, self._names.snapshot),
            (position, state, check),
        )
        if reply[0] != KEPT:
            raise JournalError(
                f"{self._server.shown}: no snapshot is kept for entry {position}, which is not in "
                "the journal"
            )

    def latest_snapshot(self) -> tuple[int, bytes] | None:
        """See :meth:`calls.ports.Journal.latest_snapshot` and :meth:`.RedisReader`."""
        return self._reader.latest_snapshot()

    async def forget(self, call_id: CallId) -> bool:
        """See :meth:`calls.ports.Journal.forget`. The append-only file is rewritten before it ends.

        It reaches neither backups nor the replicas' files, which are rewritten as they grow.

        Raises:
            LeaseLostError: this node leads no more.
            JournalError: as there.
        """
        self._refuse_closed()
        names = self._names
        reply = await self._writer.run(
            scripts.FORGET,
            (names.call_keys, names.unpurged),
            (call_id, FORGOTTEN),
            forgets=call_id,
        )
        if not reply[1]:
            return False
        await self._purge.run()
        await self._writer.run(scripts.PURGED, (names.unpurged,), (call_id,))
        return True

    async def close(self) -> None:
        """See :meth:`calls.ports.Journal.close`. The lease goes on. Twice does no harm."""
        if not self._closed:
            self._closed = True
            await self._writer.stop()
            await self._server.close()

    def _refuse_closed(self) -> None:
        if self._closed:
            raise JournalError(f"{self._server.shown}: the journal is closed")


async def _begin(server: Server, names: Names, lease: Lease, mark: bytes) -> list[Any]:
    keys = (names.fence, names.journal, names.head)
    arguments = (lease.epoch, lease.holder, FORMAT, mark)
    reply = await server.run(scripts.BEGIN, keys, arguments, replicated=False)
    if reply[0] == FENCED:
        lease.lose()
        lease.require()
    return reply


def _last_position(address: Address, last_id: bytes) -> int:
    number, _, rest = last_id.partition(b"-")
    if rest != b"0":
        raise JournalError(
            f"{address.shown}: the last entry was not written by Careline; put the data back from "
            "the last backup, or name another database"
        )
    return int(number)


async def _examine(server: Server) -> None:
    """Refuse a server that is too old; warn of settings with which something can be lost."""
    info = await server.info()
    version = info.get("redis_version", "0")
    if not version.split(".")[0].isdigit() or int(version.split(".")[0]) < LEAST_VERSION:
        raise JournalError(
            f"{server.shown}: Redis {LEAST_VERSION} or later is wanted; upgrade the server"
        )
    if info.get("aof_enabled") == "0":
        log.warning("%s: appendonly is off: a crash of the server loses entries", server.shown)
    elif await server.setting("appendfsync") not in ("always", ""):
        log.warning(
            "%s: appendfsync is not always: a crash of the server can lose the last entries",
            server.shown,
        )
    has_replicas = info.get("connected_slaves", "0") != "0"
    if has_replicas and await server.setting("min-replicas-to-write") == "0":
        log.warning(
            "%s: min-replicas-to-write is 0: a failover can lose what was kept meanwhile by a "
            "server that the others no longer reach",
            server.shown,
        )
    if info.get("maxmemory_policy", "noeviction") != "noeviction":
        log.warning(
            "%s: maxmemory-policy is not noeviction: the server may drop entries", server.shown
        )
