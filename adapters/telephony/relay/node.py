"""A node's end: its line's facts to the leader, the leader's commands to its line.

Every node has one, also the one that leads, for its own line. It holds the connection to the line
only while somebody leads: without one the line keeps its callers on music by itself, and hands over
again what was not acknowledged once it is connected.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from adapters.stores.keys import SiteKey
from adapters.stores.redis.address import Address
from adapters.stores.redis.names import Names
from adapters.stores.redis.server import Script, Server
from adapters.telephony.relay import scripts
from adapters.telephony.relay.letters import Desk, Letter, LetterError, command_of, of_event
from calls.facts import CallArrived, CallerHungUp, CallFailed
from calls.ports import JournalError, Line, LineEvent, LineSnapshot, LineUnavailable

log = logging.getLogger(__name__)

BEAT_S = 0.3
SILENT_S = 1.5
"""A node, or Redis, that is not heard of for so long is gone for the time being."""

PICTURE_S = 1.5
"""A line that cannot say what is up within this hangs."""

MOST_WAITING = 5000
"""Entries in a stream, beyond which nobody adds to it: whoever should read it does not."""

MOST_AT_ONCE = 200
_READ_S = 0.5
_AGAIN_S = 0.05
_LOOK_AGAIN_S = 0.2


class NodeNameError(JournalError):
    """Ops: another node has this name."""


class ConnectedLine(Line, Protocol):
    """A line that somebody connected to."""

    async def close(self) -> None:
        """Leave it; it keeps its callers on music."""
        ...


@dataclass(slots=True)
class _Service:
    """One session, as this node sees it.

    Attributes:
        desk: seals and opens.
        orders: that wait to be done.
        news: that wait to be told.
        told: set when there are some.
        heard: number of the last order.
        said: number of the last news.
        task: does it all.
    """

    desk: Desk
    orders: asyncio.Queue[Letter] = field(default_factory=asyncio.Queue)
    news: list[tuple[Letter, list[str]]] = field(default_factory=list)
    told: asyncio.Event = field(default_factory=asyncio.Event)
    heard: int = 0
    said: int = 0
    task: asyncio.Task[None] | None = None

    def tell(self, letter: Letter, calls: list[str] | None = None) -> None:
        self.news.append((letter, calls or []))
        self.told.set()


class LineRelay:
    """Relays one node's line. Run :meth:`run` in a task for as long as the node takes part.

    Args:
        address: of Redis.
        site: the site's id.
        node: this node's name, among the site's nodes its own.
        connect: reaches the node's line process; raises ``LineUnavailable``.
        load_key: the site key; raises ``JournalError`` while there is none.

    Attributes:
        ready: set once this node is known to the others.
        lineless: set while the line process cannot be reached.
    """

    def __init__(
        self,
        address: Address,
        site: str,
        node: str,
        connect: Callable[[], Awaitable[ConnectedLine]],
        load_key: Callable[[], SiteKey],
    ) -> None:
        self.ready = asyncio.Event()
        self.lineless = asyncio.Event()
        self.node = node
        self._server = Server(address)
        self._names = Names(site)
        self._connect = connect
        self._load_key = load_key
        self._site_key: SiteKey
        self._run_id = secrets.token_hex(8)
        self._session = ""
        self._service: _Service | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._looking: asyncio.Task[None] | None = None
        self._line_hangs = False
        self._problem = ""

    async def run(self) -> None:
        """Take part until cancelled. An outage of Redis is waited out.

        Raises:
            NodeNameError: another node has the name.
        """
        tasks: list[asyncio.Task[None]] = []
        try:
            self._site_key = await self._key()
            await self._enter()
            self.ready.set()
            tasks += [asyncio.create_task(self._beat()), asyncio.create_task(self._take_orders())]
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._leave()
            rest = [*tasks, *self._ending, *([self._looking] if self._looking else [])]
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)
            await self._server.close()

    # --- being there ----------------------------------------------------------------------------

    async def _enter(self) -> None:
        """Take the name; an earlier run of this node that was killed may seem to live a moment."""
        clock = asyncio.get_running_loop().time
        give_up_at = clock() + 3 * SILENT_S
        while True:
            names = self._names
            reply = await self._lasting(
                scripts.ENTER,
                (names.relay_nodes, names.relay_orders(self.node)),
                (self.node, self._run_id, int(SILENT_S * 1000)),
            )
            if reply[0] == scripts.KEPT:
                return
            if clock() > give_up_at:
                raise self._taken()
            await asyncio.sleep(_AGAIN_S)

    def _taken(self) -> NodeNameError:
        return NodeNameError(
            f"another node of this site is called {self.node}; give each its own with --node"
        )

    async def _beat(self) -> None:
        """Say that this node is there, and hear whether somebody leads."""
        names = self._names
        clock = asyncio.get_running_loop().time
        answered_at = clock()
        while True:
            session = self._session
            try:
                reply = await self._server.run(
                    scripts.BEAT,
                    (
                        names.relay_nodes,
                        names.lease,
                        names.fence,
                        names.relay_session,
                        names.relay_inbox,
                    ),
                    (self.node, self._run_id, self._state, session),
                )
            except JournalError as error:
                self._complain(error)
                if clock() - answered_at > SILENT_S:
                    self._leave()
            else:
                answered_at = clock()
                self._problem = ""
                if reply[0] == scripts.TAKEN:
                    raise self._taken()
                if reply[1].decode() != session and self._session == session:
                    self._leave()
            await asyncio.sleep(BEAT_S)

    @property
    def _state(self) -> str:
        if self._line_hangs:
            return "hung"
        return "down" if self._looking else "up"

    def _complain(self, error: JournalError) -> None:
        """Tell of an outage once."""
        if str(error) != self._problem:
            self._problem = str(error)
            log.warning("%s; this node goes on trying", error)

    async def _lasting(
        self, script: Script, keys: tuple[str, ...], arguments: tuple[Any, ...]
    ) -> list[Any]:
        """Run a script that may be run again, until it is answered."""
        while True:
            try:
                reply = await self._server.run(script, keys, arguments)
            except JournalError as error:
                self._complain(error)
                await asyncio.sleep(_AGAIN_S)
            else:
                self._problem = ""
                return reply

    # --- orders ---------------------------------------------------------------------------------

    async def _take_orders(self) -> None:
        """Read what the leader wants; what a former leader wanted is dropped."""
        names = self._names
        stream = names.relay_orders(self.node)
        while True:
            try:
                entries = await self._server.read_stream(stream, _READ_S, MOST_AT_ONCE)
            except JournalError as error:
                self._complain(error)
                await asyncio.sleep(_AGAIN_S)
                continue
            if not entries:
                continue
            reply = await self._lasting(
                scripts.TAKE,
                (names.fence, names.relay_session, stream),
                tuple(name for name, _ in entries),
            )
            present = reply[1].decode()
            for _, parts in entries:
                session = parts.get(b"session", b"").decode()
                if session and session == present:
                    await self._take(session, parts)

    async def _take(self, session: str, parts: dict[bytes, bytes]) -> None:
        number = int(parts[b"number"])
        if session != self._session and number == 1:
            self._begin(session, Desk(self._site_key, session))
        service = self._service
        if service is None or session != self._session or number <= service.heard:
            return
        service.heard = number
        try:
            letter = service.desk.open(parts[b"key"], parts[b"sealed"], f"to {self.node}", number)
        except LetterError as error:
            log.error("the leader sent something that cannot be read: %s", error)
            return
        service.orders.put_nowait(letter)

    async def _key(self) -> SiteKey:
        """The site key; at a site's very first start the leader makes it in a moment."""
        tries = 0
        while True:
            try:
                return await asyncio.to_thread(self._load_key)
            except JournalError as error:
                tries += 1
                if tries * BEAT_S > SILENT_S:
                    self._complain(error)
            await asyncio.sleep(BEAT_S)

    # --- one session ----------------------------------------------------------------------------

    def _begin(self, session: str, desk: Desk) -> None:
        self._leave()
        self._session = session
        service = self._service = _Service(desk)
        before = list(self._ending)
        service.task = asyncio.create_task(self._serve(session, service, before))

    def _leave(self) -> None:
        """Let go of the line; its callers hear music."""
        service, self._service, self._session = self._service, None, ""
        if service is not None and service.task is not None:
            service.task.cancel()
            self._ending.add(service.task)
            service.task.add_done_callback(self._ending.discard)

    async def _serve(
        self, session: str, service: _Service, before: list[asyncio.Task[None]]
    ) -> None:
        if before:
            await asyncio.wait(before)
        telling = asyncio.create_task(self._tell(session, service))
        try:
            hangs = await self._relay(service, telling)
            if not telling.done():
                self._look_for_line(hangs=hangs)
                service.tell({"type": "hung" if self._line_hangs else "down"})
                await telling
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

    async def _relay(self, service: _Service, telling: asyncio.Task[None]) -> bool:
        """Hold the line until the session is over or the line is gone; whether it hangs."""
        if self._looking is not None:
            return False
        try:
            line = await self._connect()
        except LineUnavailable:
            return False
        reading = asyncio.create_task(self._read(line, service))
        doing = asyncio.create_task(self._do(line, service))
        try:
            await asyncio.wait((telling, reading, doing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            reading.cancel()
            doing.cancel()
            try:
                _, hangs = await asyncio.gather(reading, doing, return_exceptions=True)
            finally:
                await line.close()
        return hangs is True

    async def _read(self, line: ConnectedLine, service: _Service) -> None:
        async for event in line.events():
            service.tell(of_event(event), _moves(event, self.node))

    async def _do(self, line: ConnectedLine, service: _Service) -> bool:
        """Carry out orders until the line is gone, or hangs; whether it does."""
        try:
            while True:
                letter = await service.orders.get()
                match letter:
                    case {"type": "command"}:
                        await line.carry_out(command_of(letter))
                    case {"type": "acknowledge", "epoch": str(epoch), "seq": int(seq)}:
                        await line.acknowledge(epoch, seq)
                    case {"type": "picture"}:
                        picture = await picture_of_line(line)
                        calls = [part for up in picture.calls for part in (up.call_id, self.node)]
                        told = {"type": "picture", "picture": msgspec.to_builtins(picture)}
                        service.tell(told, calls)
        except LineUnavailable:
            return False
        except TimeoutError:
            # It may only be slow: its callers are not given up for that.
            return True
        except LetterError as error:
            log.error("the leader sent something that cannot be read: %s", error)
            return False

    async def _tell(self, session: str, service: _Service) -> None:
        """Put news into the inbox until the session is over."""
        names = self._names
        keys = (names.fence, names.relay_session, names.relay_inbox, names.relay_calls)
        while True:
            if not service.news:
                service.told.clear()
                await service.told.wait()
            batch = service.news[:MOST_AT_ONCE]
            del service.news[: len(batch)]
            sealed: list[int | bytes] = []
            calls: list[str] = []
            for letter, moved in batch:
                service.said += 1
                way = f"from {self.node}"
                sealed += [service.said, service.desk.seal(letter, way, service.said)]
                calls += moved
            arguments = (
                session,
                self.node,
                MOST_WAITING,
                msgspec.msgpack.encode(calls),
                service.desk.wrapped,
                *sealed,
            )
            answer = scripts.FULL
            while answer == scripts.FULL:
                (answer,) = await self._lasting(scripts.TELL, keys, arguments)
                if answer == scripts.FULL:
                    await asyncio.sleep(_AGAIN_S)
            if answer == scripts.GONE:
                return

    # --- without a line -------------------------------------------------------------------------

    def _look_for_line(self, *, hangs: bool) -> None:
        if self._looking is None:
            if hangs:
                self._line_hangs = True
                log.error("the line process does not answer; waiting for it")
            else:
                self._is_lineless()
            self._looking = asyncio.create_task(self._look())

    def _is_lineless(self) -> None:
        self._line_hangs = False
        if not self.lineless.is_set():
            log.error("the line process is gone; waiting for it")
            self.lineless.set()

    async def _look(self) -> None:
        """Wait until the line is there and answers; then it is told in the next beat."""
        while True:
            try:
                line = await self._connect()
            except LineUnavailable:
                self._is_lineless()
            else:
                try:
                    await picture_of_line(line)
                except (LineUnavailable, TimeoutError):
                    pass
                else:
                    self._looking, self._line_hangs = None, False
                    self.lineless.clear()
                    return
                finally:
                    # Nobody drives it before the next session begins.
                    await line.close()
            await asyncio.sleep(_LOOK_AGAIN_S)


async def picture_of_line(line: ConnectedLine) -> LineSnapshot:
    """What is up on a line.

    The wait has two halves. A node that was suspended finds one of them over when it goes on, and
    the line, which could answer nobody, has the other.

    Raises:
        TimeoutError: it hangs.
        LineUnavailable: it is gone.
    """
    asking = asyncio.create_task(line.snapshot())
    try:
        for _half in range(2):
            await asyncio.wait([asking], timeout=PICTURE_S / 2)
        if not asking.done():
            raise TimeoutError
        return asking.result()
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)


def _moves(event: LineEvent, node: str) -> list[str]:
    """The call that is on this node from now on, or no more; with the node, or nothing."""
    match event.fact:
        case CallArrived(call_id=call_id):
            return [call_id, node]
        case CallerHungUp(call_id=call_id) | CallFailed(call_id=call_id):
            return [call_id, ""]
    return []
