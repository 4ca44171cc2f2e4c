"""The brain process: interpreters, distributor, journal, control socket.

Started by the supervisor as ``python -m careline.processes.brain``; may be killed at any instant.
It outlives the supervisor for as long as the line does, which serves its last callers.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from adapters.stores.sqlite import SqliteJournal
from adapters.telephony.link import LineClient
from calls.faults import where
from calls.ports import JournalError, LineUnavailable
from calls.private import Private
from careline.brain import Brain
from careline.call_log import CallLog
from careline.control_server import ControlServer
from careline.estimates import Estimator
from careline.gate import TriageGate, engine_of
from careline.gates import gates_of, tell_what_does_not_hold
from careline.heap import settle
from careline.looking_up import open_lookups
from careline.processes.report import (
    ALIVE,
    ALIVE_EVERY_S,
    FATAL,
    FATAL_EXIT,
    NOTICE,
    READY,
    log_to,
    named_faults,
    report,
    supervisor_gone,
)
from careline.publisher import Publisher
from careline.redis_address import ENVIRONMENT, remember
from careline.serving import Serving, begin_serving, passed_no_gate, site_to_serve
from careline.state import StateFolder
from careline.turn import Turn
from careline.versions import SiteVersions
from config.errors import ConfigError

log = logging.getLogger(__name__)

_CONNECT_AGAIN_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeOptions:
    """How this process is one of several nodes.

    Attributes:
        address: where they meet.
        name: this node's.
        replicas: so many must have an entry.
    """

    address: Private
    name: str
    replicas: int


async def serve(config: Path, state: StateFolder, redis: NodeOptions | None = None) -> None:
    """Drive the line until the process is told to stop.

    Args:
        config: the site's folder.
        state: the state folder.
        redis: how this node takes part, where the site has several.

    Raises:
        ConfigError: the site has mistakes, and there never was a good version.
        JournalError: the journal cannot be opened.
    """
    versions = SiteVersions(state.versions)
    serving = site_to_serve(config, versions)
    begin_serving(serving, config, versions)
    site = serving.site
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if redis is not None:
        await _take_part(serving, config, state, versions, redis, stop)
        return
    remember(state.redis, None)
    journal = SqliteJournal.open(state.journal)
    calls = CallLog()
    gate = TriageGate(engine_of(site))
    estimator = Estimator()

    def observe(now: float, turn: Turn) -> None:
        calls.observe(now, turn)
        estimator.observe(now, turn)

    brain = Brain(site, journal, gate, observe, versions.find, open_lookups(state))
    control = ControlServer(brain, calls, Publisher(config, versions, brain, gates_of(state)))
    calls.listen(control.tell_watchers)
    inputs = brain.restore(observe)
    estimator.begin(brain)
    await control.start(state.control_socket)
    if inputs:
        log.info("came back with %d inputs, %d live calls", inputs, brain.live_calls)
    settle()
    orphaned = asyncio.create_task(supervisor_gone())
    driving = asyncio.create_task(_drive(brain, site.version, state.line_socket, orphaned))
    stopping = asyncio.create_task(stop.wait())
    living = asyncio.create_task(_tell_alive())
    looking = asyncio.create_task(_look_at(serving, versions, state))
    try:
        done, _pending = await asyncio.wait(
            {driving, stopping}, return_when=asyncio.FIRST_COMPLETED
        )
        if driving in done:
            driving.result()
    finally:
        for task in (driving, stopping, orphaned, living, looking):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await estimator.stop()
        await control.stop()
        await brain.close()
        await journal.close()
        gate.close()


async def _take_part(
    serving: Serving,
    config: Path,
    state: StateFolder,
    versions: SiteVersions,
    redis: NodeOptions,
    stop: asyncio.Event,
) -> None:
    """Be one of several nodes until told to stop.

    Raises:
        JournalError: this node cannot take part.
    """
    # Only here: the library for Redis is an extra that one machine alone does without.
    from careline.processes.node import Node, NodeSettings

    site = serving.site
    remember(state.redis, redis.address)

    def leads(calls: int) -> None:
        message = f"this node, {redis.name}, leads now; {calls} live calls"
        report(NOTICE, level="info", message=message)

    def follows() -> None:
        message = f"this node, {redis.name}, leads no more; another one does, or will"
        report(NOTICE, level="warning", message=message)

    node = Node(
        site,
        config,
        state,
        NodeSettings(url=redis.address.reveal(), node=redis.name, replicas=redis.replicas),
        versions,
        lambda: report(READY, recovered=0, version=site.version),
        leads,
        follows,
    )
    taking_part = asyncio.create_task(node.take_part(supervisor_gone))
    stopping = asyncio.create_task(stop.wait())
    living = asyncio.create_task(_tell_alive())
    try:
        done, _pending = await asyncio.wait(
            {taking_part, stopping}, return_when=asyncio.FIRST_COMPLETED
        )
        if taking_part in done:
            taking_part.result()
    finally:
        for task in (taking_part, stopping, living):
            task.cancel()
        await asyncio.gather(taking_part, stopping, living, return_exceptions=True)


async def _drive(brain: Brain, version: str, socket: Path, orphaned: asyncio.Task[None]) -> None:
    """Connect to the line, drive it, connect again when it comes back.

    Without a supervisor no line comes back: then this is over with the line.
    """
    while True:
        try:
            line = await LineClient.connect(socket)
        except LineUnavailable:
            if orphaned.done():
                return
            await asyncio.sleep(_CONNECT_AGAIN_S)
            continue
        report(READY, recovered=brain.live_calls, version=version)
        try:
            await brain.drive(line)
        except LineUnavailable:
            log.error("the line process is gone; waiting for it")
        finally:
            await line.close()


async def _look_at(serving: Serving, versions: SiteVersions, state: StateFolder) -> None:
    """Say what stands against what serves, where it has passed no gate."""
    if passed_no_gate(serving, versions):
        await tell_what_does_not_hold(serving.site, state)


async def _tell_alive() -> None:
    """Let the supervisor know that this process does not hang."""
    while True:
        report(ALIVE)
        await asyncio.sleep(ALIVE_EVERY_S)


def main() -> int:
    """Run the process; see the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument(
        "--redis", action="store_true", help=f"the site's nodes meet where {ENVIRONMENT} says"
    )
    parser.add_argument("--node", default="", help="this node's name")
    parser.add_argument("--replicas", type=int, default=0)
    args = parser.parse_args()
    state = StateFolder(args.state)
    try:
        log_to(state.log, "brain")
    except OSError as error:
        report(FATAL, message=f"{state.log}: cannot be written: {error.strerror}")
        return FATAL_EXIT
    try:
        redis = (
            NodeOptions(
                address=Private(os.environ[ENVIRONMENT]), name=args.node, replicas=args.replicas
            )
            if args.redis
            else None
        )
        asyncio.run(named_faults(serve(args.config, state, redis)))
    except ConfigError as error:
        for problem in error.problems:
            report(FATAL, message=str(problem))
        return FATAL_EXIT
    except JournalError as error:
        report(FATAL, message=str(error))
        return FATAL_EXIT
    except Exception as error:
        # A bug: named in the log without what it was about; the supervisor starts us again.
        log.critical("failed: %s", where(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
