"""A brain process that is one of several nodes of a site: it leads, or it relays its line.

The relay runs all the time. When the lease comes to this node it opens the journal, replays it,
compares it with what is up on the lines of all nodes, and drives them; when the lease is lost it
throws its state away and waits again, and its line's callers stay.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.stores.redis import Address, Lease, NoJournalError, RedisJournal, RedisReader
from adapters.stores.redis.server import Server
from adapters.telephony.link import LineClient
from adapters.telephony.relay import LineRelay, RelayedLine
from calls.facts import SitePublished
from calls.ports import JournalError, LeaseLostError, LineUnavailable
from calls.private import Private
from careline.brain import Brain
from careline.call_log import CallLog
from careline.checkpoint import CheckpointError, decode
from careline.control_server import ControlServer
from careline.estimates import Estimator
from careline.gate import TriageGate, compile_site, engine_of
from careline.gates import gates_of
from careline.heap import settle
from careline.looking_up import open_lookups
from careline.publisher import Publisher
from careline.serving import found_or_taken, note_elsewhere
from careline.standby import Standby
from careline.state import StateFolder
from careline.turn import Turn
from careline.versions import SiteVersions
from config.site import Site

log = logging.getLogger(__name__)

SITE_KEY = "site.key"
_AGAIN_S = 1.0
_SESSION_AGAIN_S = 0.02


def last_published(redis: Private, site_id: str, state: StateFolder) -> str | None:
    """The version of a site that its machines serve; ``None`` where none was published yet.

    Args:
        redis: where they meet.
        site_id: of the site.
        state: the state folder; the site key is in it.

    Raises:
        JournalError: it cannot be asked from here.
    """
    address = Address.parse(redis.reveal())
    try:
        reader = RedisJournal.open_reading(address, site_id, key_path=state.journal / SITE_KEY)
    except NoJournalError:
        return None
    after, version = 0, None
    snapshot = reader.latest_snapshot()
    if snapshot is not None:
        with contextlib.suppress(CheckpointError):
            version = decode(snapshot[1]).version
            after = snapshot[0]
    for _position, entry in reader.read(after):
        if isinstance(entry.record, SitePublished) and entry.record.site == site_id:
            version = entry.record.version
    return version


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSettings:
    """How a node takes part.

    Attributes:
        url: of Redis, see :meth:`adapters.stores.redis.Address.parse`; may hold a password.
        node: this node's name.
        replicas: how many replicas of Redis must have what was journaled.
    """

    url: str = field(repr=False)
    node: str
    replicas: int = 0


class Node:
    """One node.

    Args:
        site: the loaded site, the same on every node.
        config: its folder, for publishing.
        state: the state folder, this node's own; the site key is in it.
        settings: how to take part.
        versions: of the site.
        began: told when this node waits for its turn or for calls, once.
        leads: told how many calls there are when it begins to lead.
        follows: told when it leads no more.
    """

    def __init__(
        self,
        site: Site,
        config: Path,
        state: StateFolder,
        settings: NodeSettings,
        versions: SiteVersions,
        began: Callable[[], None] = lambda: None,
        leads: Callable[[int], None] = lambda _calls: None,
        follows: Callable[[], None] = lambda: None,
    ) -> None:
        self._site = site
        self._config = config
        self._state = state
        self._settings = settings
        self._versions = versions
        self._began = began
        self._leads = leads
        self._follows = follows
        self._address = Address.parse(settings.url)
        self._key_path = state.journal / SITE_KEY

    async def take_part(self, alone: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Relay, and lead whenever the lease is here; until cancelled.

        Args:
            alone: done once nobody would start the line process again. Then this ends with it.

        Raises:
            JournalError: another node has this one's name; or this node could not lead, for its
                site key is missing or is another site's.
        """
        self._key_path.parent.mkdir(mode=0o700, exist_ok=True)
        await asyncio.to_thread(self._could_lead)
        # Compiled before this node is asked to lead: nobody waits for it in a take-over.
        await asyncio.to_thread(compile_site, self._site)
        settle()
        relay = LineRelay(
            self._address,
            self._site.id,
            self._settings.node,
            lambda: LineClient.connect(self._state.line_socket),
            lambda: self._reader().site_key,
        )

        async def end_with_the_line() -> None:
            await alone()
            await relay.lineless.wait()

        ending = asyncio.create_task(end_with_the_line())
        relaying = asyncio.create_task(relay.run())
        leading = asyncio.create_task(self._lead_in_turn())
        try:
            self._began()
            done, _ = await asyncio.wait(
                {relaying, leading, ending}, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                task.result()
        finally:
            # The lease goes first, so that another node leads while this one's line is still told.
            for task in (leading, relaying, ending):
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    def _reader(self) -> RedisReader:
        return RedisJournal.open_reading(self._address, self._site.id, key_path=self._key_path)

    def _could_lead(self) -> None:
        """Find out before the lease is asked for that this node could do nothing with it.

        Raises:
            JournalError: it could not.
        """
        with contextlib.suppress(NoJournalError):  # nobody has led yet: whoever does makes the key
            self._reader()

    async def _lead_in_turn(self) -> None:
        lease = Lease(self._address, self._site.id)
        standby = Standby(self._site.title)
        try:
            while True:
                await standby.start(self._state.control_socket)
                try:
                    await lease.wait()
                finally:
                    await standby.stop()
                try:
                    await self._lead(lease)
                except LeaseLostError as error:
                    log.warning("%s", error)
                    self._follows()
                except JournalError as error:
                    # Another node may be able to.
                    log.error("%s", error)
                    await lease.release()
                    await asyncio.sleep(_AGAIN_S)
        finally:
            await lease.close()

    async def _lead(self, lease: Lease) -> None:
        """Take over and drive until the lease is lost.

        Raises:
            LeaseLostError: it is.
            JournalError: the journal cannot be opened or read.
        """
        journal = await RedisJournal.open(
            self._address,
            self._site.id,
            lease=lease,
            key_path=self._key_path,
            replicas=self._settings.replicas,
        )
        calls = CallLog()
        gate = TriageGate(engine_of(self._site))
        estimator = Estimator()

        def observe(now: float, turn: Turn) -> None:
            calls.observe(now, turn)
            estimator.observe(now, turn)

        find = found_or_taken(self._config, self._versions)
        brain = Brain(self._site, journal, gate, observe, find, open_lookups(self._state))
        publisher = Publisher(self._config, self._versions, brain, gates_of(self._state))
        control = ControlServer(brain, calls, publisher)
        server = Server(self._address)
        try:
            # On a thread: the lease is renewed and the line relayed while the journal is read.
            await asyncio.to_thread(brain.restore, observe, publish=False)
            lease.require()
            version = brain.newest.version
            await asyncio.to_thread(note_elsewhere, version, self._versions)
            estimator.begin(brain)
            calls.listen(control.tell_watchers)
            await control.start(self._state.control_socket)
            self._leads(brain.live_calls)
            while True:
                await self._drive(brain, journal, server, lease)
        finally:
            await estimator.stop()
            await control.stop()
            await brain.close()
            await journal.close()
            await server.close()
            gate.close()

    async def _drive(
        self, brain: Brain, journal: RedisJournal, server: Server, lease: Lease
    ) -> None:
        """One session with the nodes that are there.

        Raises:
            LeaseLostError: another node leads.
        """
        try:
            line = await RelayedLine.open(
                server,
                self._site.id,
                lease=lease,
                site_key=journal.site_key,
                node=self._settings.node,
            )
        except LineUnavailable as error:
            log.warning("%s; tried again", error)
            await asyncio.sleep(_SESSION_AGAIN_S)
            return
        driving = asyncio.create_task(brain.drive(line))
        lost = asyncio.create_task(lease.lost.wait())
        try:
            await asyncio.wait({driving, lost}, return_when=asyncio.FIRST_COMPLETED)
            lease.require()
            driving.result()
        except LineUnavailable:
            log.info("the nodes changed: %s", line.why_ended)
        finally:
            for task in (driving, lost):
                task.cancel()
            await asyncio.gather(driving, lost, return_exceptions=True)
            await line.close()
