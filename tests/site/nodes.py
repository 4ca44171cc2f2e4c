# ruff: noqa: T201  (the command line prints)
"""Three nodes on one Redis, and the one that leads dies by ``SIGKILL`` under load, often.

``python -m tests.site.nodes --kills 100``. The lines, their callers and their phones are those of
the simulation, in real time and in a hurry, in the parent process; the nodes are real processes,
the server is a real one. When it is over the journal is read: every fact that was ever acknowledged
has to be there, in the order of its line, no caller was lost, and everything that holds in the
simulation holds here.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random

from adapters.stores.keys import create_site_key
from adapters.stores.redis import Address, RedisJournal
from adapters.telephony.link import LineServer
from calls.facts import CallerHungUp, CallFailed, Fact, PhoneRegistered, PhoneUnregistered
from calls.ids import CallId
from calls.ports import Entry
from careline.clock import WallClock
from careline.processes.node import SITE_KEY
from careline.state import StateFolder
from tests.adapters.stores.redis_servers import RedisServer
from tests.site.clinic import NURSES, SITE
from tests.site.invariants import Violation, Witness
from tests.site.kills import ROOT, HurriedWorld, replayed, unended

NAMES = ("one", "two", "three")

_EVERY_CALL_S = 0.25
_UP_WITHIN_S = 40.0
_TAKEN_OVER_WITHIN_S = 30.0
_QUIET_WITHIN_S = 90.0
_LOOK_AGAIN_S = 0.2


@dataclass(slots=True)
class Outcome:
    """What came of it.

    Attributes:
        failover_s: for each kill, until the surviving lines had a fact that was told after it
            journaled and acknowledged by the next leader.
        return_s: for each kill, until the same was so for the line of the node that was killed.
        calls: how many there were.
        facts: how many were acknowledged.
    """

    failover_s: list[float] = field(default_factory=list)
    return_s: list[float] = field(default_factory=list)
    calls: int = 0
    facts: int = 0


class SiteNode:
    """A machine: a line with its people in this process, a brain in another.

    Args:
        name: the node's.
        folder: its state.
        seed: of its people.
    """

    def __init__(self, name: str, folder: Path, seed: int) -> None:
        self.name = name
        self.folder = folder
        self.world = HurriedWorld(seed)
        self.server = LineServer(self.world, WallClock())
        self.leads = False
        self.calls = 0
        self._child: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start_line(self) -> None:
        """Open the line and let the agents come in."""
        await self.server.start(StateFolder(self.folder).line_socket)
        self.world.connect(self.server.report)
        self.world.people.come_in()

    async def start_brain(self, url: str) -> None:
        """Start the brain."""
        self._child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.site.node_child", url, self.name, str(self.folder)),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        self._reading = asyncio.create_task(self._read(self._child))

    async def _read(self, child: asyncio.subprocess.Process) -> None:
        assert child.stdout is not None
        async for line in child.stdout:
            if line.strip() in (b"leads", b"follows"):
                self.leads = line.strip() == b"leads"
        self.leads = False

    async def kill_brain(self) -> None:
        """Kill the brain; the line stays."""
        if self._child is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._child.send_signal(signal.SIGKILL)
        await self._child.wait()
        assert self._reading is not None
        await self._reading
        self._child = None

    def send(self, number: signal.Signals) -> None:
        """Send the brain a signal."""
        assert self._child is not None
        self._child.send_signal(number)

    def died(self) -> bool:
        """Whether the brain ended by itself."""
        return self._child is not None and self._child.returncode is not None

    def call(self) -> None:
        """Somebody rings in."""
        self.world.people.calls(CallId(f"{self.name}-{self.calls}"))
        self.calls += 1

    @property
    def told(self) -> int:
        """Number of the line's last fact."""
        return len(self.world.told)

    @property
    def acknowledged(self) -> list[Fact]:
        """The facts that the line was told to forget."""
        return self.world.told[: self.told - len(self.server._unacknowledged)]

    async def close(self) -> None:
        """End it all."""
        await self.kill_brain()
        await self.server.stop()
        self.world.close()


class Cluster:
    """Three nodes and their Redis.

    Args:
        folder: for all that they write.
        seed: of the instants and of the people.

    Attributes:
        outcome: what came of it.
        acknowledged: by node, the facts that its line was told to forget before the journal was
            read.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self._random = Random(seed)
        self._redis = RedisServer(folder / "redis")
        self.nodes = [SiteNode(name, folder / name, seed + i) for i, name in enumerate(NAMES)]
        for node in self.nodes:
            StateFolder(node.folder).journal.mkdir(parents=True)
        self._key = StateFolder(self.nodes[0].folder).journal / SITE_KEY
        create_site_key(self._key)
        for node in self.nodes[1:]:
            shutil.copy2(self._key, StateFolder(node.folder).journal / SITE_KEY)
        self.outcome = Outcome()
        self.acknowledged: dict[str, list[Fact]] = {}

    async def run(
        self,
        kills: int,
        until_s: float,
        tell: Callable[[str], None] = lambda _line: None,
        pauses: int = 0,
    ) -> list[Entry]:
        """Kill the leader so many times, then let the callers out; what the journal holds.

        Args:
            kills: at most.
            until_s: begin no other kill after so long.
            tell: told each failover.
            pauses: so many times the leader is not killed but stopped until another one leads.

        Raises:
            Violation: nobody took over, or a caller never got out.
        """
        began_at = time.monotonic()
        await asyncio.to_thread(self._redis.start)
        calling: asyncio.Task[None] | None = None
        try:
            for node in self.nodes:
                await node.start_line()
                await node.start_brain(self._redis.url)
            await self._all_served()
            calling = asyncio.create_task(self._call())
            for number in range(kills):
                if time.monotonic() - began_at > until_s:
                    break
                await self._kill_leader()
                tell(f"kill {number + 1}: taken over in {self.outcome.failover_s[-1]:.2f} s")
            for _ in range(pauses):
                await self._pause_leader()
            calling.cancel()
            for node in self.nodes:
                node.world.closing = True
            await self._until(
                lambda: all(
                    not node.world.live_calls() and len(node.acknowledged) == node.told
                    for node in self.nodes
                ),
                _QUIET_WITHIN_S,
            )
            return await self._until_nobody_is_called_back()
        finally:
            if calling is not None:
                calling.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await calling
            for node in self.nodes:
                await node.close()
            await asyncio.to_thread(self._redis.stop)

    async def _until_nobody_is_called_back(self) -> list[Entry]:
        """The journal, once no call in it goes on: between two nurses' phones no line has one."""
        give_up_at = time.monotonic() + _QUIET_WITHIN_S
        while True:
            # In this order: what is acknowledged meanwhile may not be in what is read.
            self.acknowledged = {node.name: node.acknowledged for node in self.nodes}
            journal = await asyncio.to_thread(self._journal)
            if not unended(journal) or time.monotonic() > give_up_at:
                return journal
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def _call(self) -> None:
        while True:
            self._random.choice(self.nodes).call()
            await asyncio.sleep(self._random.expovariate(len(self.nodes) / _EVERY_CALL_S))

    async def _kill_leader(self) -> None:
        await self._until(lambda: sum(node.leads for node in self.nodes) == 1, _UP_WITHIN_S)
        await asyncio.sleep(self._random.choice((0.0, 0.05, 0.5)) * self._random.random())
        leader = next(node for node in self.nodes if node.leads)
        await leader.kill_brain()
        killed_at = time.monotonic()
        serves = self._serves_from_now_on()
        await leader.start_brain(self._redis.url)
        others = [node for node in self.nodes if node is not leader]
        await self._until(lambda: all(map(serves, others)), _TAKEN_OVER_WITHIN_S)
        self.outcome.failover_s.append(time.monotonic() - killed_at)
        await self._until(lambda: serves(leader), _UP_WITHIN_S)
        self.outcome.return_s.append(time.monotonic() - killed_at)

    async def _pause_leader(self) -> None:
        """Stop the leader as a suspended machine is; when it goes on it must lead no more."""
        await self._until(lambda: sum(node.leads for node in self.nodes) == 1, _UP_WITHIN_S)
        former = next(node for node in self.nodes if node.leads)
        former.send(signal.SIGSTOP)
        try:
            await self._until(
                lambda: any(node.leads for node in self.nodes if node is not former),
                _TAKEN_OVER_WITHIN_S,
            )
        finally:
            former.send(signal.SIGCONT)
        serves = self._serves_from_now_on()
        await self._until(
            lambda: not former.leads and all(map(serves, self.nodes)), _TAKEN_OVER_WITHIN_S
        )

    def _serves_from_now_on(self) -> Callable[[SiteNode], bool]:
        """Tells of a node whether something that its line tells from now on is acknowledged."""
        told = {node.name: node.told for node in self.nodes}
        return lambda node: len(node.acknowledged) > told[node.name]

    async def _all_served(self) -> None:
        await self._until(
            lambda: all(node.told and len(node.acknowledged) == node.told for node in self.nodes),
            _UP_WITHIN_S,
        )

    async def _until(self, condition: Callable[[], bool], patience_s: float) -> None:
        give_up_at = time.monotonic() + patience_s
        while not condition():
            for node in self.nodes:
                if node.died():
                    raise Violation(f"the brain of node {node.name} ended by itself")
            if time.monotonic() > give_up_at:
                where = {
                    node.name: (
                        node.leads,
                        len(node.acknowledged),
                        node.told,
                        node.server.has_brain,
                    )
                    for node in self.nodes
                }
                raise Violation(f"nothing for {patience_s:.0f} s: {where}")
            await asyncio.sleep(0.002)

    def _journal(self) -> list[Entry]:
        reader = RedisJournal.open_reading(Address.parse(self._redis.url), SITE, key_path=self._key)
        return [entry for _position, entry in reader.read()]


def judge(cluster: Cluster, journal: list[Entry]) -> None:
    """Hold what was written against what was acknowledged and promised.

    Raises:
        Violation: it does not hold.
    """
    for node in cluster.nodes:
        if node.world.broken:
            raise Violation(f"{node.name}: {'; '.join(node.world.broken[:5])}")
        heard = [entry for entry in journal if entry.line_epoch == node.server.epoch]
        numbers = [entry.line_seq for entry in heard]
        if numbers != sorted(set(numbers)):
            raise Violation(f"facts of {node.name} stand twice or out of order in the journal")
        kept = {entry.line_seq: entry.record for entry in heard}
        for number, fact in enumerate(cluster.acknowledged[node.name], start=1):
            if number not in kept or not _says(kept[number], fact):
                what = type(fact).__name__, type(kept.get(number)).__name__
                raise Violation(f"{what} {number} of {node.name} was acknowledged and is not kept")
    lost = _lost(journal)
    if lost:
        told = f"{lost[:5]}\n{_told(journal, lost[0])}"
        raise Violation(f"callers were lost whose line outlived its brain: {told}")
    witness = Witness(NURSES)
    witness.read(journal)
    for call_id in unended(journal):
        raise Violation(f"{call_id} never ended\n{_told(journal, call_id)}")
    witness.look(replayed(journal, witness))


def _lost(journal: list[Entry]) -> list[CallId]:
    """Calls that the line was thought to have lost, but for those who had hung up by themselves."""
    gone: set[CallId] = set()
    lost = []
    for entry in journal:
        match entry.record:
            case CallerHungUp(call_id=call_id):
                gone.add(call_id)
            case CallFailed(call_id=call_id, reason="line-restarted") if call_id not in gone:
                lost.append(call_id)
    return lost


def _told(journal: list[Entry], call_id: CallId) -> str:
    """What the journal says of a call."""
    return "\n".join(
        f"{entry.at:.3f} {entry.line_epoch[:6]}:{entry.line_seq} {type(entry.record).__name__}"
        for entry in journal
        if getattr(entry.record, "call_id", None) == call_id
    )


def _says(kept: object, fact: Fact) -> bool:
    """Whether a fact was kept: one registration less, of a phone that has others, is none less."""
    if isinstance(fact, PhoneUnregistered) and isinstance(kept, PhoneRegistered):
        return kept.agent_id == fact.agent_id
    return kept == fact


async def killed(
    kills: int,
    seed: int,
    folder: Path,
    *,
    until_s: float = 3600.0,
    tell: Callable[[str], None] = lambda _line: None,
    pauses: int = 0,
) -> Outcome:
    """Kill the leader so many times and judge what is left.

    Raises:
        Violation: something that was promised does not hold.
    """
    cluster = Cluster(folder, seed)
    journal = await cluster.run(kills, until_s, tell, pauses)
    judge(cluster, journal)
    cluster.outcome.calls = sum(node.calls for node in cluster.nodes)
    cluster.outcome.facts = sum(map(len, cluster.acknowledged.values()))
    return cluster.outcome


def failovers(kills: int, *, seed: int = 1, until_s: float = 3600.0, pauses: int = 0) -> Outcome:
    """The same, in a folder of its own, with progress on standard error.

    Raises:
        Violation: something that was promised does not hold.
    """
    with tempfile.TemporaryDirectory(prefix="careline-nodes-") as folder:
        return asyncio.run(
            killed(
                kills,
                seed,
                Path(folder),
                until_s=until_s,
                pauses=pauses,
                tell=lambda line: print(line, file=sys.stderr, flush=True),
            )
        )


def percentile(values: list[float], per_cent: float) -> float:
    """The nearest rank: a value that was measured."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, -(-len(ranked) * int(per_cent) // 100) - 1))]


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.site.nodes", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--pauses", type=int, default=0, help="then stop it so many times")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--until", type=float, default=1500.0, help="begin none after these seconds"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    args = parser.parse_args()
    began_at = time.monotonic()
    try:
        outcome = failovers(args.kills, seed=args.seed, until_s=args.until, pauses=args.pauses)
    except Violation as violation:
        print(f"FAILED: {violation}")
        return 1
    if args.json:
        print(json.dumps(asdict(outcome)))
        return 0
    times = outcome.failover_s
    print(
        f"{len(times)} kills of the leader of {len(NAMES)} nodes, {outcome.calls} calls, "
        f"{outcome.facts} acknowledged facts: no caller was lost and nobody offered twice; taken "
        f"over in {percentile(times, 50):.2f} s (p50), {percentile(times, 99):.2f} s (p99); the "
        f"killed node's own callers in {percentile(outcome.return_s, 50):.2f} s (p50), "
        f"{percentile(outcome.return_s, 99):.2f} s (p99) ({time.monotonic() - began_at:.0f} s)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
