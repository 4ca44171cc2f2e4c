"""The journal's one writer: a task that sends everything that waits as one batch.

While a batch is under way new appends gather; the next takes them all. The server keeps a batch
whole or not at all. Where it names a duplicate, the batch is sent again without the append that
holds it, so that its neighbours are unharmed; sealed parts are bound to their positions and are
sealed anew then.

When a batch is not answered, it is not known whether it was kept. It is sent again under the same
token, which the server recognises, until the answer is known or this node leads no more; after a
while it gives up leading for that. So a
:class:`JournalError` that is no :class:`LeaseLostError` means that nothing was kept. A batch that
the server refuses, or cannot be sent, is sent again as well where that may pass: an outage that the
lease outlives is no error.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from adapters.stores.keys import FORGOTTEN, CallKey, SiteKey, UnsealError
from adapters.stores.redis import scripts
from adapters.stores.redis.lease import Lease
from adapters.stores.redis.names import Names
from adapters.stores.redis.scripts import DUPLICATE, FENCED, GONE, KEYS
from adapters.stores.redis.server import (
    Argument,
    RefusedError,
    Script,
    Server,
    UnansweredError,
)
from adapters.stores.rows import Row
from calls.ports import DuplicateEventError, JournalError, LeaseLostError

MOST_ENTRIES_A_BATCH = 2000
MOST_KEYS_IN_MEMORY = 4096
RETRY_PAUSE_S = 0.05
SETTLE_S = 2.0
"""After so long without an answer this node gives up leading, also if its lease is renewed; after
so long of refusals nothing was kept."""


@dataclass(slots=True)
class Append:
    """Rows that are kept together or not at all; the answer is the last one's position."""

    rows: list[Row]
    answer: asyncio.Future[int]


@dataclass(slots=True)
class Errand:
    """A script that is run between the batches; the answer is what it returned."""

    script: Script
    keys: tuple[str, ...]
    arguments: tuple[Argument, ...] = field(repr=False)
    answer: asyncio.Future[list[Any]]
    forgets: str = ""
    """The call whose key is gone with it."""


Job = Append | Errand


class Writer:
    """Sends what it is given, in order, for as long as the lease is held.

    Args:
        server: where.
        names: of the site's keys.
        lease: held by this node.
        site_key: wraps the calls' keys.
        last_position: of the last entry in the journal.
    """

    def __init__(
        self, server: Server, names: Names, lease: Lease, site_key: SiteKey, last_position: int
    ) -> None:
        self._server = server
        self._names = names
        self._lease = lease
        # Those of the acquisition under which the journal was opened: a later one is not ours.
        self._fence: tuple[Argument, Argument] = (lease.epoch, lease.holder)
        self._site_key = site_key
        self._last_position = last_position
        # None: the call is forgotten, and what it still says is not kept.
        self._keys: OrderedDict[str, tuple[CallKey, bytes] | None] = OrderedDict()
        self._jobs: deque[Job] = deque()
        self._wake = asyncio.Event()
        self._stopping = False
        self._task = asyncio.create_task(self._run(), name="journal-writer")

    async def append(self, rows: list[Row]) -> int:
        """Return the last row's position once all are kept.

        Raises:
            DuplicateEventError: one of them is here already; none was kept.
            LeaseLostError: this node leads no more.
            JournalError: none was kept.
        """
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._submit(Append(rows, answer))
        return await answer

    async def run(
        self, script: Script, keys: Sequence[str], arguments: Sequence[Argument], forgets: str = ""
    ) -> list[Any]:
        """Run a fenced script after all that was submitted before it.

        Args:
            script: begins with the fence.
            keys: without the fence.
            arguments: without epoch and holder.
            forgets: a call whose key is gone afterwards.

        Raises:
            LeaseLostError: this node leads no more.
            JournalError: it was not done.
        """
        answer: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        self._submit(Errand(script, tuple(keys), tuple(arguments), answer, forgets))
        return await answer

    async def stop(self) -> None:
        """Do what was submitted, then end."""
        self._stopping = True
        self._wake.set()
        await asyncio.wait([self._task])

    def _submit(self, job: Job) -> None:
        self._jobs.append(job)
        self._wake.set()

    async def _run(self) -> None:
        while self._jobs or not self._stopping:
            if not self._jobs:
                self._wake.clear()
                await self._wake.wait()
                continue
            job = self._jobs.popleft()
            if isinstance(job, Errand):
                await self._carry_out(job)
            else:
                await self._append(self._gathered(job))

    def _gathered(self, first: Append) -> list[Append]:
        jobs, entries = [first], len(first.rows)
        while self._jobs and isinstance(self._jobs[0], Append):
            entries += len(self._jobs[0].rows)
            if entries > MOST_ENTRIES_A_BATCH:
                break
            jobs.append(self._jobs.popleft())  # type: ignore[arg-type]  # an Append, as seen above
        return jobs

    # --- appending ------------------------------------------------------------------------------

    async def _append(self, jobs: list[Append]) -> None:
        try:
            while jobs:
                reply = await self._send(jobs)
                if reply[0] == KEYS:
                    self._learn(reply[1:])
                elif reply[0] == DUPLICATE:
                    refused = set(reply[1:])
                    for index in refused:
                        _resolve(jobs[index].answer, DuplicateEventError(self._says_duplicate()))
                    jobs = [job for index, job in enumerate(jobs) if index not in refused]
                else:
                    break
        except Exception as error:
            self._keys.clear()
            for job in jobs:
                _resolve(job.answer, self._failure(error))
            return
        for job in jobs:
            self._last_position += len(job.rows)
            _resolve(job.answer, self._last_position)
        self._forget_old_keys()

    async def _send(self, jobs: list[Append]) -> list[Any]:
        calls: dict[str, bytes] = {}
        entries: list[Argument] = []
        position = self._last_position
        for job in jobs:
            for row in job.rows:
                position += 1
                covered = row.covered(position, self._sealed(row, position, calls))
                entries += (covered, self._site_key.checksum(covered))
        lines = [
            [(row.line_epoch, f"{row.line_seq:019d}") for row in job.rows if row.line_epoch]
            for job in jobs
        ]
        token = secrets.token_hex(16)
        return await self._settled(
            scripts.APPEND,
            (
                self._names.journal,
                self._names.head,
                self._names.call_keys,
                self._names.lines,
            ),
            (
                token,
                self._last_position,
                scripts.LINE_RUNS,
                msgspec.msgpack.encode(lines),
                len(calls),
                *(part for call in calls.items() for part in call),
                *entries,
            ),
        )

    def _sealed(self, row: Row, position: int, calls: dict[str, bytes]) -> bytes | None:
        if row.private is None:
            return None
        call_id = row.call_id or ""
        if call_id not in self._keys:
            # Most calls that are not known are new. Where one is not, the server says so.
            self._keys[call_id] = self._site_key.new_call_key(call_id)
        self._keys.move_to_end(call_id)
        known = self._keys[call_id]
        if known is None:
            return None
        key, calls[call_id] = known
        return key.seal(row.private, row.bound_to(position))

    def _learn(self, found: list[bytes]) -> None:
        """Take over the keys that the server has, call and wrapped key in turn."""
        for name, wrapped in zip(found[::2], found[1::2], strict=True):
            call_id = name.decode()
            if wrapped == FORGOTTEN:
                self._keys[call_id] = None
                continue
            try:
                self._keys[call_id] = self._site_key.unwrap(call_id, wrapped), wrapped
            except UnsealError:
                raise RefusedError(
                    f"{self._server.shown}: a call's key was altered or belongs to another site "
                    "key; put both back from the same backup"
                ) from None

    def _forget_old_keys(self) -> None:
        while len(self._keys) > MOST_KEYS_IN_MEMORY:
            self._keys.popitem(last=False)

    def _says_duplicate(self) -> str:
        return f"{self._server.shown}: a line event is in the journal already"

    # --- errands --------------------------------------------------------------------------------

    async def _carry_out(self, job: Errand) -> None:
        try:
            reply = await self._settled(job.script, job.keys, job.arguments)
        except Exception as error:
            _resolve(job.answer, self._failure(error))
        else:
            _resolve(job.answer, reply)
        if job.forgets:
            self._keys.pop(job.forgets, None)

    # --- until it is known ----------------------------------------------------------------------

    async def _settled(
        self, script: Script, keys: tuple[str, ...], arguments: tuple[Argument, ...]
    ) -> list[Any]:
        """Run a script until it is known what became of it.

        Raises:
            LeaseLostError: this node leads no more; it may have been done.
            JournalError: it was not done.
        """
        clock = asyncio.get_running_loop().time
        give_up_at = clock() + SETTLE_S
        may_be_done = False
        while True:
            self._require_lease()
            try:
                reply: list[Any] = await self._server.run(
                    script,
                    (self._names.fence, *keys),
                    (*self._fence, *arguments),
                    within_s=self._lease.remaining_s(),
                )
            except (RefusedError, UnansweredError) as error:
                may_be_done |= isinstance(error, UnansweredError)
                if clock() > give_up_at and may_be_done:
                    self._lease.lose()
                    raise LeaseLostError(
                        f"{error}; this node leads no more, for it cannot know what was kept"
                    ) from None
                lasts = isinstance(error, RefusedError) and not error.passes
                if not may_be_done and (lasts or clock() > give_up_at):
                    raise
            else:
                if reply[0] == FENCED:
                    self._lease.lose()
                self._require_lease()
                if reply[0] == GONE and script is scripts.APPEND:
                    raise self._diverged(reply[1])
                return reply
            await asyncio.sleep(RETRY_PAUSE_S)

    def _require_lease(self) -> None:
        self._lease.require()
        if (self._lease.epoch, self._lease.holder) != self._fence:
            raise LeaseLostError(
                f"{self._server.shown}: this node leads again, but this journal was opened before "
                "it did not; open it anew"
            )

    def _diverged(self, last_id: bytes) -> LeaseLostError:
        """The journal is not what this node was told: its state is worth nothing any more."""
        self._lease.lose()
        found = last_id.partition(b"-")[0].decode()
        return LeaseLostError(
            f"{self._server.shown}: the journal ends at entry {found}, this node has seen it end "
            f"at {self._last_position}: a failover lost entries, or somebody else wrote; this node "
            "must read it anew; see min-replicas-to-write"
        )

    def _failure(self, error: Exception) -> JournalError:
        if isinstance(error, LeaseLostError):
            return LeaseLostError(*error.args)
        if isinstance(error, JournalError):
            return JournalError(*error.args)
        return JournalError(f"{self._server.shown}: unexpected {type(error).__name__}")


def _resolve(answer: asyncio.Future[Any], value: object) -> None:
    if answer.done():  # who waited has given up; what was written stays written
        return
    if isinstance(value, Exception):
        answer.set_exception(value)
    else:
        answer.set_result(value)
