"""Reading a site's stream: also while a node leads, and without a way to write.

Every reading opens a connection for itself, which blocks, and reads page by page.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol, cast

import msgspec
from redis.exceptions import RedisError

from adapters.codec import CodecError
from adapters.stores.keys import (
    FORGOTTEN,
    CallKey,
    SiteKey,
    UnsealError,
    load_matching_key,
    snapshot_covered,
)
from adapters.stores.redis.address import Address
from adapters.stores.redis.failure import explained
from adapters.stores.redis.names import Names
from adapters.stores.redis.server import TIMEOUT_S
from adapters.stores.rows import Row, to_entry
from calls.ports import Entry, JournalError

log = logging.getLogger(__name__)

ENTRIES_A_PAGE = 500
FORMAT = b"1"

Covered = tuple[
    int, float, str | None, str | None, str, bytes, bytes | None, str | None, int | None
]
"""As :meth:`adapters.stores.rows.Row.covered` writes it."""

_decoder = msgspec.msgpack.Decoder(Covered)


Page = list[tuple[bytes, dict[bytes, bytes]]]


class NoJournalError(JournalError):
    """Ops: nobody has led this site yet."""


class _Client(Protocol):
    """What is used of redis-py, whose types cannot tell that its answers are bytes here."""

    def hget(self, name: str, key: str) -> bytes | None: ...

    def hmget(self, name: str, keys: list[str]) -> list[bytes | None]: ...

    def xrange(self, name: str, min: str, max: str, count: int) -> Page: ...  # noqa: A002

    def xrevrange(self, name: str, max: str, min: str, count: int) -> Page: ...  # noqa: A002


class RedisReader:
    """What stands in a site's stream. Holds no connection between readings.

    Made by :meth:`~adapters.stores.redis.RedisJournal.open_reading`.

    Args:
        address: where.
        names: of the site's keys.
        site_key: the one that the journal was made with.
        timeout_s: for connecting, and for each answer.
    """

    def __init__(
        self, address: Address, names: Names, site_key: SiteKey, *, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._address = address
        self._names = names
        self.site_key = site_key
        self._timeout_s = timeout_s

    @classmethod
    def open(
        cls, address: Address, site: str, key_path: Path, *, timeout_s: float = TIMEOUT_S
    ) -> RedisReader:
        """Make sure that there is a journal which this key opens.

        Raises:
            NoJournalError: there is none.
            JournalError: it cannot be read; says what to do.
        """
        names = Names(site)
        with _client(address, timeout_s) as client:
            written, mark = client.hmget(names.head, ["format", "mark"])
        if mark is None:
            raise NoJournalError(
                f"{address.shown}: there is no journal of this site here; start the line once to "
                "begin one"
            )
        site_key = recognised(address.shown, key_path, written, mark)
        return cls(address, names, site_key, timeout_s=timeout_s)

    def read(self, after: int = 0) -> Iterator[tuple[int, Entry]]:
        """See :meth:`calls.ports.Journal.read`. What is appended meanwhile is read too.

        Raises:
            JournalError: as there.
        """
        keys: dict[bytes, CallKey] = {}
        with _client(self._address, self._timeout_s) as client:
            while page := client.xrange(
                self._names.journal, f"({after}-0" if after else "-", "+", count=ENTRIES_A_PAGE
            ):
                rows = []
                for entry_id, fields in page:
                    after += 1
                    if entry_id != b"%d-0" % after:
                        raise self._unreadable(after, "it is missing")
                    rows.append(self._row(after, fields))
                wrapped = self._wrapped(client, rows)
                for position, (row, sealed) in enumerate(rows, start=after - len(rows) + 1):
                    yield position, self._entry(position, row, sealed, wrapped, keys)

    def latest_snapshot(self) -> tuple[int, bytes] | None:
        """See :meth:`calls.ports.Journal.latest_snapshot`.

        A damaged one is as good as none: the whole journal can be replayed instead.

        Raises:
            JournalError: as there.
        """
        with _client(self._address, self._timeout_s) as client:
            found = client.hmget(self._names.snapshot, ["position", "state", "check"])
            newest = client.xrevrange(self._names.journal, "+", "-", count=1)
        if found == [None, None, None]:
            return None
        position, last = _number(found[0]), _number(newest[0][0] if newest else None)
        state, check = found[1] or b"", found[2]
        if (
            0 < position <= last
            and self.site_key.checksum(snapshot_covered(position, state)) == check
        ):
            return position, state
        log.warning(
            "%s: the snapshot is damaged; the whole journal is read instead", self._address.shown
        )
        return None

    def _row(self, position: int, fields: dict[bytes, bytes]) -> tuple[Row, bytes | None]:
        covered, check = fields.get(b"entry"), fields.get(b"check")
        if covered is None or self.site_key.checksum(covered) != check:
            raise self._unreadable(position, "it was altered, its checksum does not fit")
        try:
            number, at, site, call_id, kind, clear, sealed, line_epoch, line_seq = _decoder.decode(
                covered
            )
        except (msgspec.MsgspecError, UnicodeError):
            raise self._unreadable(position, "it is of another format") from None
        if number != position or not math.isfinite(at):
            raise self._unreadable(position, "it was moved")
        row = Row(
            at=at,
            site=site,
            call_id=call_id,
            type=kind,
            clear=clear,
            private=None,
            line_epoch=line_epoch,
            line_seq=line_seq,
        )
        return row, sealed

    def _wrapped(
        self, client: _Client, rows: Iterable[tuple[Row, bytes | None]]
    ) -> dict[str, bytes | None]:
        calls = sorted({row.call_id or "" for row, _ in rows})
        return dict(zip(calls, client.hmget(self._names.call_keys, calls), strict=True))

    def _entry(
        self,
        position: int,
        row: Row,
        sealed: bytes | None,
        wrapped: dict[str, bytes | None],
        keys: dict[bytes, CallKey],
    ) -> Entry:
        kept = wrapped[row.call_id or ""] or b""
        forgotten = kept == FORGOTTEN
        try:
            if sealed is not None and not forgotten:
                if kept not in keys:
                    keys[kept] = self.site_key.unwrap(row.call_id or "", kept)
                row = replace(row, private=keys[kept].unseal(sealed, row.bound_to(position)))
            return to_entry(row, forgotten=forgotten)
        except (CodecError, UnsealError) as error:
            reason = str(error) or "its sealed part or its call's key was altered"
        raise self._unreadable(position, reason)

    def _unreadable(self, position: int, reason: str) -> JournalError:
        return JournalError(
            f"{self._address.shown}: entry {position} cannot be read ({reason}); "
            "put the data back from the last backup"
        )


def recognised(shown: str, key_path: Path, written: bytes | None, mark: bytes) -> SiteKey:
    """The site key, once it is the journal's and the journal is of a format known here.

    Raises:
        JournalError: it is not, or the journal is not.
    """
    if written != FORMAT:
        raise JournalError(
            f"{shown}: the journal was written by another version; install that version or a "
            "later one"
        )
    if not key_path.exists():
        raise JournalError(
            f"{key_path}: the site key is missing; copy it from a node that has it, over a safe "
            "way, and keep it at mode 600"
        )
    return load_matching_key(key_path, mark)


@contextmanager
def _client(address: Address, timeout_s: float) -> Iterator[_Client]:
    try:
        with address.connected(timeout_s) as client:
            yield cast(_Client, client)
    except (RedisError, OSError) as error:
        raise explained(error, address.shown) from None


def _number(found: bytes | None) -> int:
    """A position as it stands in Redis, alone or as an entry's id; 0 where there is none."""
    digits = (found or b"").partition(b"-")[0]
    return int(digits) if digits.isdigit() and len(digits) < 20 else 0
