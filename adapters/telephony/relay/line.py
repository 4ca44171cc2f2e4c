"""The leader's end: the lines of all nodes as one :class:`~calls.ports.Line`.

One object is one session. Where a node joins, goes or loses its line, the session is over and the
next one begins with whoever is there: the brain then compares what it believes with what is up, as
it does after every restart. A command goes to the node that has the call, fenced by the lease. It
is longer than a module should be: a session is one state, which every message of a node may end.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from adapters.stores.keys import SiteKey
from adapters.stores.redis.lease import Lease
from adapters.stores.redis.names import Names
from adapters.stores.redis.server import Argument, Script, Server
from adapters.telephony.relay import scripts
from adapters.telephony.relay.letters import (
    Desk,
    Letter,
    LetterError,
    event_of,
    picture_of,
    raw,
)
from adapters.telephony.relay.node import MOST_AT_ONCE, MOST_WAITING, PICTURE_S, SILENT_S
from calls.commands import Command, HangUp, OfferCall
from calls.facts import CallArrived, CallerHungUp, CallFailed, PhoneRegistered, PhoneUnregistered
from calls.ids import AgentId, CallId
from calls.ports import (
    JournalError,
    LeaseLostError,
    LineEvent,
    LineRun,
    LineSnapshot,
    LineUnavailable,
)

log = logging.getLogger(__name__)

GIVEN_UP_S = 15.0
"""A node that is silent for so long has lost its callers. Longer than a brain takes to come back:
its line has them on music meanwhile."""

SETTLE_S = 2.0
"""After so long without an answer of Redis a session is over."""

_READ_S = 0.5
_AGAIN_S = 0.05
_KEPT_OVER = 1000
"""Calls that are over and whose node is remembered, for what is still commanded."""


@dataclass(slots=True)
class _Node:
    """A node that takes part in the session.

    Attributes:
        heard_at: when it was heard last, by the loop's clock.
        said: number of its last news.
        sent: number of the last order to it.
        strays: beats in a row in which it served another session than this one, or none.
        has_line: its line process is up.
        reachable: agents whose phones are registered there.
        seq: how far its line was at its last picture.
        arrivals: callers since, with the numbers of the events that told of them.
        picture: what was asked for.
    """

    heard_at: float
    said: int = 0
    sent: int = 0
    strays: int = 0
    has_line: bool = True
    reachable: set[AgentId] = field(default_factory=set)
    seq: int = 0
    arrivals: dict[CallId, int] = field(default_factory=dict)
    picture: asyncio.Future[LineSnapshot | None] | None = None


class RelayedLine:
    """See :class:`~calls.ports.Line`. Made by :meth:`open`.

    An agent is reachable who is registered with any node; a phone is rung by the node that has the
    call, so agents' phones are to register with every node.
    """

    def __init__(
        self, server: Server, names: Names, lease: Lease, site_key: SiteKey, node: str
    ) -> None:
        self._server = server
        self._names = names
        self._lease = lease
        # Those of the acquisition under which the session was opened: a later one is not ours.
        self._fence: tuple[Argument, Argument] = (lease.epoch, lease.holder)
        self._token = secrets.token_hex(16)
        self._desk = Desk(site_key, self._token)
        self._own_node = node
        self._clock = asyncio.get_running_loop().time
        self._nodes: dict[str, _Node] = {}
        self._unseen: dict[str, float] = {}
        self._runs: dict[str, str] = {}
        self._calls: dict[CallId, str] = {}
        self._over: deque[CallId] = deque()
        self._events: asyncio.Queue[LineEvent | None] = asyncio.Queue()
        self._orders: list[tuple[str, Letter]] = []
        self._moves: list[str] = []
        self._ordered = asyncio.Event()
        self._end: LineUnavailable | LeaseLostError | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def open(
        cls, server: Server, site: str, *, lease: Lease, site_key: SiteKey, node: str
    ) -> RelayedLine:
        """Begin a session with every node that is there.

        Args:
            server: of the site; stays open.
            site: the site's id.
            lease: held.
            site_key: of the site.
            node: the leader's own.

        Raises:
            LeaseLostError: this node does not lead.
            LineUnavailable: Redis does not answer.
        """
        line = cls(server, Names(site), lease, site_key, node)
        await line._begin()
        return line

    async def _begin(self) -> None:
        names = self._names
        _, nodes, calls = await self._fenced(
            scripts.OPEN,
            (names.relay_session, names.relay_inbox, names.relay_nodes, names.relay_calls),
            (self._token,),
        )
        now = self._clock()
        for name, age_ms, state in nodes:
            node, age_s = name.decode(), int(age_ms) / 1000
            if age_s > GIVEN_UP_S:
                await self._fenced(
                    scripts.FORGET_NODE, (names.relay_nodes, names.relay_orders(node)), (node,)
                )
            elif age_s > SILENT_S:
                self._unseen[node] = now + GIVEN_UP_S - age_s
            elif state == b"up":
                self._nodes[node] = _Node(now)
        for call_id, name in zip(calls[::2], calls[1::2], strict=True):
            self._calls[CallId(call_id.decode())] = name.decode()
        for node in self._nodes:
            self._order(node, {"type": "hello"})
        self._tasks = [
            asyncio.create_task(self._send()),
            asyncio.create_task(self._listen()),
            asyncio.create_task(self._watch()),
        ]

    async def close(self) -> None:
        """End the session; the nodes' lines keep their callers on music."""
        self._finish(LineUnavailable("the session with the nodes is over"))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def why_ended(self) -> str:
        """Why the session is over; empty while it is not."""
        return str(self._end) if self._end else ""

    # --- the port -------------------------------------------------------------------------------

    async def carry_out(self, command: Command) -> None:
        """See :class:`~calls.ports.Line`.

        A call on a node that is not there now gets its commands when it is, from where the call
        then stands.

        Raises:
            LeaseLostError: this node does not lead.
            LineUnavailable: the session is over.
        """
        self._require()
        call_id = command.call_id
        node = self._calls.get(call_id)
        if node is None:
            if not isinstance(command, OfferCall) or not command.call_back:
                return
            node = self._node_for(command)
            if node is None:
                return
            self._calls[call_id] = node
            self._moves += [call_id, node]
        if isinstance(command, HangUp):
            self._is_over(call_id)
            self._moves += [call_id, ""]
        if node in self._nodes:
            self._order(node, {"type": "command", "command": raw(command)})

    async def events(self) -> AsyncIterator[LineEvent]:
        """See :class:`~calls.ports.Line`; ends when the session does."""
        while (event := await self._events.get()) is not None:
            yield event
        self._events.put_nowait(None)

    async def acknowledge(self, epoch: str, seq: int) -> None:
        """See :class:`~calls.ports.Line`."""
        self._require()
        node = self._runs.get(epoch)
        if node in self._nodes:
            self._order(node, {"type": "acknowledge", "epoch": epoch, "seq": seq})

    async def snapshot(self) -> LineSnapshot:
        """See :class:`~calls.ports.Line`: what is up on the nodes that are there."""
        self._require()
        loop = asyncio.get_running_loop()
        asked: dict[str, asyncio.Future[LineSnapshot | None]] = {}
        for name, node in self._nodes.items():
            if node.has_line:
                asked[name] = node.picture = loop.create_future()
                self._order(name, {"type": "picture"})
        if asked:
            await asyncio.wait(asked.values(), timeout=SILENT_S + PICTURE_S)
        self._require()
        pictures = {}
        for name, answer in asked.items():
            if not answer.done():
                # It is let in anew with its next beat.
                self._lose_sight(name)
            elif (picture := answer.result()) is not None:
                pictures[name] = picture
        return self._merged(pictures)

    def _merged(self, pictures: dict[str, LineSnapshot]) -> LineSnapshot:
        unseen = [call_id for call_id, name in self._calls.items() if name in self._unseen]
        for call_id, name in tuple(self._calls.items()):
            if name not in pictures and name not in self._unseen:
                self._lose(call_id)
        reachable: dict[AgentId, None] = {}
        for picture in pictures.values():
            reachable |= dict.fromkeys(picture.reachable)
        return LineSnapshot(
            epoch="",
            calls=tuple(call for each in pictures.values() for call in each.calls),
            reachable=tuple(reachable),
            others=tuple(
                LineRun(epoch=each.epoch, seq=each.seq, acknowledged=each.acknowledged)
                for each in pictures.values()
            ),
            unseen=tuple(unseen),
        )

    # --- nodes and calls ------------------------------------------------------------------------

    def _node_for(self, command: OfferCall) -> str | None:
        """Where a call begins that no line has yet: an agent is to call somebody back."""
        candidates = [name for name, node in self._nodes.items() if node.has_line]
        candidates.sort(
            key=lambda name: (
                command.agent_id not in self._nodes[name].reachable,
                name != self._own_node,
                name,
            )
        )
        return candidates[0] if candidates else None

    def _see(self, name: str, node: _Node, picture: LineSnapshot) -> None:
        """Take a node's picture in. Who came after it was taken is not in it and stays."""
        self._runs[picture.epoch] = name
        node.reachable, node.seq = set(picture.reachable), picture.seq
        node.arrivals = {call: seq for call, seq in node.arrivals.items() if seq > picture.seq}
        up = {call.call_id for call in picture.calls}
        for call_id, where in tuple(self._calls.items()):
            if where == name and call_id not in up and call_id not in node.arrivals:
                self._lose(call_id)
        self._calls |= dict.fromkeys(up, name)

    def _lose_sight(self, name: str) -> None:
        """A node does not show what is up there; it may all be up still."""
        node = self._nodes.pop(name)
        self._unseen[name] = self._clock() + GIVEN_UP_S
        if node.picture is not None and node.picture.done():
            self._finish(LineUnavailable(f"the line of node {name} does not answer"))
        elif node.picture is not None:
            node.picture.set_result(None)

    def _lose(self, call_id: CallId) -> None:
        self._moves += [call_id, ""]
        del self._calls[call_id]

    def _is_over(self, call_id: CallId) -> None:
        """Forget a call, but not before what is commanded with its end has gone out."""
        node = self._nodes.get(self._calls.get(call_id, ""))
        if node is not None:
            node.arrivals.pop(call_id, None)
        self._over.append(call_id)
        if len(self._over) > _KEPT_OVER:
            self._calls.pop(self._over.popleft(), None)

    def _learn(self, name: str, node: _Node, event: LineEvent) -> LineEvent:
        """Where calls and phones are; what the brain is to be told of it."""
        self._runs[event.epoch] = name
        fact = event.fact
        match fact:
            case CallArrived(call_id=call_id):
                self._calls[call_id] = name
                node.arrivals[call_id] = event.seq
            case CallerHungUp(call_id=call_id) | CallFailed(call_id=call_id):
                self._is_over(call_id)
            case PhoneRegistered(agent_id=agent_id):
                if event.seq > node.seq:
                    node.reachable.add(agent_id)
            case PhoneUnregistered(agent_id=agent_id):
                if event.seq > node.seq:
                    node.reachable.discard(agent_id)
                if any(agent_id in each.reachable for each in self._nodes.values()):
                    # One registration of several is gone: the phone can still be rung.
                    return replace(event, fact=PhoneRegistered(site=fact.site, agent_id=agent_id))
        return event

    # --- towards the nodes ----------------------------------------------------------------------

    def _order(self, node: str, letter: Letter) -> None:
        self._orders.append((node, letter))
        self._ordered.set()

    def _require(self) -> None:
        self._lease.require()
        if self._end is not None:
            raise type(self._end)(*self._end.args)
        if (self._lease.epoch, self._lease.holder) != self._fence:
            raise LeaseLostError("this node leads again, but this session is of the time before")

    def _finish(self, end: LineUnavailable | LeaseLostError) -> None:
        if self._end is not None:
            return
        self._end = end
        self._events.put_nowait(None)
        for node in self._nodes.values():
            if node.picture is not None and not node.picture.done():
                node.picture.set_result(None)

    async def _send(self) -> None:
        """Write out orders, many at a time."""
        names = self._names
        with contextlib.suppress(LineUnavailable, LeaseLostError):
            while self._end is None:
                if not self._orders:
                    self._ordered.clear()
                    await self._ordered.wait()
                batch = self._orders[:MOST_AT_ONCE]
                del self._orders[: len(batch)]
                moves, self._moves = self._moves, []
                streams = list(dict.fromkeys(name for name, _ in batch if name in self._nodes))
                sealed: list[Argument] = []
                for name, letter in batch:
                    node = self._nodes.get(name)
                    if node is None:
                        continue
                    node.sent += 1
                    text = self._desk.seal(letter, f"to {name}", node.sent)
                    sealed += [streams.index(name), node.sent, text]
                if not sealed:
                    self._moves = [*moves, *self._moves]
                    continue
                reply = await self._fenced(
                    scripts.SEND,
                    (
                        names.relay_session,
                        names.relay_calls,
                        *(names.relay_orders(name) for name in streams),
                    ),
                    (
                        self._token,
                        MOST_WAITING,
                        msgspec.msgpack.encode(moves),
                        self._desk.wrapped,
                        *sealed,
                    ),
                )
                if reply[0] == scripts.FULL:
                    self._finish(LineUnavailable(f"node {streams[reply[1]]} takes nothing in"))

    async def _fenced(
        self, script: Script, keys: tuple[str, ...], arguments: tuple[Argument, ...]
    ) -> list[Any]:
        """Run a script that may be run again, until it is answered.

        Raises:
            LeaseLostError: another node leads.
            LineUnavailable: the session is over, or there is no answer.
        """
        give_up_at = self._clock() + SETTLE_S
        while True:
            self._require()
            try:
                reply = await self._server.run(
                    script,
                    (self._names.fence, *keys),
                    (*self._fence, *arguments),
                    within_s=self._lease.remaining_s(),
                )
            except JournalError as error:
                if self._clock() > give_up_at:
                    self._finish(LineUnavailable(str(error)))
                await asyncio.sleep(_AGAIN_S)
                continue
            if reply[0] == scripts.FENCED:
                self._lease.lose()
                self._finish(LeaseLostError("another node leads"))
            elif reply[0] == scripts.GONE:
                self._finish(LineUnavailable("the session with the nodes is over"))
            else:
                return reply

    # --- from the nodes -------------------------------------------------------------------------

    async def _listen(self) -> None:
        names = self._names
        with contextlib.suppress(LineUnavailable, LeaseLostError):
            while self._end is None:
                try:
                    entries = await self._server.read_stream(
                        names.relay_inbox, _READ_S, MOST_AT_ONCE
                    )
                except JournalError:
                    self._lease.require()
                    await asyncio.sleep(_AGAIN_S)
                    continue
                if not entries:
                    continue
                ids = tuple(name.decode() for name, _ in entries)
                await self._fenced(
                    scripts.DROP, (names.relay_session, names.relay_inbox), (self._token, *ids)
                )
                for _, parts in entries:
                    if parts.get(b"session") == self._token.encode():
                        self._hear(parts)
        self._finish(LineUnavailable("the nodes cannot be heard"))

    def _hear(self, parts: dict[bytes, bytes]) -> None:
        name = parts[b"node"].decode()
        node = self._nodes.get(name)
        if b"beat" in parts:
            self._hear_beat(name, node, parts)
            return
        number = int(parts[b"number"])
        if node is None or number <= node.said:
            return
        node.heard_at, node.said = self._clock(), number
        try:
            letter = self._desk.open(parts[b"key"], parts[b"sealed"], f"from {name}", number)
            self._read(name, node, letter)
        except LetterError as error:
            log.error("node %s sent something that cannot be read: %s", name, error)

    def _hear_beat(self, name: str, node: _Node | None, parts: dict[bytes, bytes]) -> None:
        up = parts[b"beat"] == b"up"
        if up and (node is None or not node.has_line):
            self._finish(LineUnavailable(f"node {name} is there"))
        elif not up and name in self._unseen:
            self._finish(LineUnavailable(f"the line of node {name} is gone"))
        elif node is not None:
            node.heard_at = self._clock()
            strays = node.said > 0 and parts.get(b"serves") != self._token.encode()
            # One may have been under way when the node came in.
            node.strays = node.strays + 1 if strays else 0
            if node.strays > 1:
                self._finish(LineUnavailable(f"node {name} has left the session"))

    def _read(self, name: str, node: _Node, letter: Letter) -> None:
        match letter:
            case {"type": "event"}:
                self._events.put_nowait(self._learn(name, node, event_of(letter)))
            case {"type": "picture"}:
                picture = picture_of(letter)
                self._see(name, node, picture)
                if node.picture is not None and not node.picture.done():
                    node.picture.set_result(picture)
            case {"type": "down"}:
                asked = node.picture is not None and not node.picture.done()
                node.has_line = False
                if asked and node.picture is not None:
                    node.picture.set_result(None)
                else:
                    self._finish(LineUnavailable(f"the line of node {name} is gone"))
            case {"type": "hung"}:
                self._lose_sight(name)
            case _:
                raise LetterError("of an unknown kind")

    async def _watch(self) -> None:
        """End the session when a node is silent, and when an unseen one is given up."""
        while self._end is None:
            now = self._clock()
            dues = {name: node.heard_at + SILENT_S for name, node in self._nodes.items()}
            for name, due in dues.items():
                if due <= now:
                    self._finish(LineUnavailable(f"node {name} is silent"))
            for name, due in self._unseen.items():
                if due <= now:
                    self._finish(LineUnavailable(f"node {name} is given up"))
            await asyncio.sleep(
                max(min([*dues.values(), *self._unseen.values()], default=now + 1) - now, 0.01)
            )
