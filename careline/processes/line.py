"""The line process: SIP, media, prompts, recognisers, sealed recordings.

Started by the supervisor as ``python -m careline.processes.line``. It outlives the brain, and it
outlives the supervisor for as long as callers are on it: the supervisor's end shows as the end of
standard input.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from adapters.speech import (
    PromptStore,
    RecogniserPool,
    Recordings,
    VoiceSynthesiser,
    clinic_pool,
)
from adapters.stores.age_vault import AgeVault
from adapters.stores.identities import RECIPIENTS, Recipients, create_identities, load_recipients
from adapters.telephony.link import LineServer
from adapters.telephony.media import MediaEngine, request_realtime_priority
from adapters.telephony.sip.endpoint import SipEndpoint
from adapters.telephony.sip.errors import CannotListen
from adapters.telephony.sip.line import SipLine
from adapters.telephony.sip.udp import listening_socket
from adapters.telephony.sounds import PromptSounds
from calls.commands import Utterance
from calls.facts import Fact
from calls.faults import where
from calls.ports import SpeechError, VaultError
from careline.clock import WallClock
from careline.heap import settle
from careline.line_settings import endpoint_settings, line_settings
from careline.processes.report import (
    FATAL,
    FATAL_EXIT,
    NOTICE,
    PROGRESS,
    READY,
    log_to,
    named_faults,
    report,
    supervisor_gone,
)
from careline.serving import site_to_serve
from careline.spoken import confirmations, phrases, utterances
from careline.state import StateFolder
from careline.versions import SiteVersions
from config.errors import ConfigError
from config.secrets import read_secrets
from config.site import Site

log = logging.getLogger(__name__)

_DRAIN_S = 600.0
"""How long callers may go on after the supervisor's end."""


class CannotServe(Exception):
    """Ops: the line cannot do its work as things are. The message says what to change."""


async def serve(site: Site, state: StateFolder, args: argparse.Namespace) -> None:
    """Serve calls until told to stop.

    Raises:
        CannotListen: the SIP address is taken or not ours.
        VaultError: recordings cannot be kept.
        CannotServe: nothing can say the prompts in the site's first language, or the socket for
            the brain cannot be made.
        ConfigError: a secret is missing.
    """
    clock = WallClock()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    secrets = read_secrets(state.secrets)
    settings = endpoint_settings(site, secrets, args.listen)
    # Rendering takes a minute at the first start: whoever cannot listen is told before it.
    listening_socket(settings).close()
    # In this order, so that whatever fails, what was begun before it is ended again.
    async with AsyncExitStack() as stack:
        # Before the media's priority is raised: the workers must not inherit it.
        pool = clinic_pool(phrases(site), [agent.name for agent in site.agents.values()])
        stack.push_async_callback(pool.close)
        speech = asyncio.create_task(_start_speech(pool))
        stack.push_async_callback(_cancel, speech)
        vault = AgeVault(state.vault, _recipients(state))
        stack.push_async_callback(asyncio.to_thread, vault.close)
        store = PromptStore(
            state.prompts,
            VoiceSynthesiser(),
            Recordings(folder=state.recordings, texts=site.rules.prompts),
        )
        stack.push_async_callback(store.close)
        sounds = PromptSounds(store)
        if not await _before(stop, _prepare(store, sounds, site)):
            return
        priority = request_realtime_priority()
        if not priority.granted:
            report(NOTICE, level="info", message=priority.detail)
        host = settings.listen.rpartition(":")[0].strip("[]")
        media = MediaEngine(host, *site.sip.media_ports)
        stack.callback(media.close)

        def pass_on(fact: Fact) -> None:
            server.report(fact)

        line = SipLine(
            line_settings(site, args.unattended_s), media, sounds, pool, vault, pass_on, clock
        )
        server = LineServer(line, clock)
        endpoint = SipEndpoint(settings, line)
        line.use(endpoint)
        try:
            await server.start(state.line_socket)
        except OSError as error:
            problem = error.strerror or str(error)
            raise CannotServe(f"{state.line_socket}: the brain cannot connect: {problem}") from None
        stack.push_async_callback(server.stop)
        address = await endpoint.start()
        stack.push_async_callback(endpoint.stop)
        stack.push_async_callback(line.stop)
        line.undriven()
        settle()
        report(READY, sip=f"{address.host}:{address.port}")
        if not await _before(stop, supervisor_gone()):
            return
        await _before(stop, line.drained(_DRAIN_S))


async def _before(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Do it unless the process is told to stop first; whether it was done."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
        return working.done()
    finally:
        await _cancel(working)
        await _cancel(stopping)


async def _cancel(task: asyncio.Task[Any]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _recipients(state: StateFolder) -> Recipients:
    """Who may open recordings; made at the first start."""
    known = state.identities / RECIPIENTS
    if known.exists():
        return load_recipients(known)
    made = create_identities(state.identities)
    report(
        NOTICE,
        level="warning",
        message=f"move the identities in {state.identities} off "
        "this machine: whoever holds one can listen to every recording",
    )
    return made


async def _start_speech(pool: RecogniserPool) -> None:
    await pool.start()
    if pool.languages:
        report("speech", available=True)
        report(NOTICE, level="info", message="speech is understood now")
    else:
        report(NOTICE, level="warning", message=pool.why_unavailable)


async def _prepare(store: PromptStore, sounds: PromptSounds, site: Site) -> None:
    """Render what is missing, with progress, then have it in memory."""
    wanted = [*utterances(site), *confirmations(site).values()]
    told = 0

    def progress(ready: int, total: int) -> None:
        nonlocal told
        if ready == total or ready - told >= 20:
            told = ready
            report(PROGRESS, message=f"prompts ready: {ready} of {total}")

    problems = await store.prepare(wanted, progress)
    for utterance in wanted:
        await sounds.load(utterance)
    await _check_voice(store, sounds, site, wanted)
    for problem in problems:
        report(NOTICE, level="error", message=problem)


async def _check_voice(
    store: PromptStore, sounds: PromptSounds, site: Site, wanted: Sequence[Utterance]
) -> None:
    """A line that could only beep at its callers does not start.

    One prompt that no voice can say is a notice; every voice missing, or the 911 advice unsaid, in
    the language that calls begin in, is the end.

    Raises:
        CannotServe: it could.
    """
    language = site.rules.languages[0]
    ours = [utterance for utterance in wanted if utterance.language == language]
    unsaid = [utterance for utterance in ours if not sounds.has(utterance)]
    if not unsaid:
        return
    advice = site.rules.prompts[site.rules.advice_911][language]
    first = next((u for u in unsaid if u.text == advice), unsaid[0])
    voiceless = language not in VoiceSynthesiser().languages
    if voiceless or first.text == advice:
        try:
            await store.get(first.text, language)
        except SpeechError as error:
            raise CannotServe(f"the line cannot speak: {error}") from None


def main() -> int:
    """Run the process; see the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--listen")
    parser.add_argument("--unattended-s", type=float, default=60.0)
    args = parser.parse_args()
    state = StateFolder(args.state)
    try:
        log_to(state.log, "line")
    except OSError as error:
        report(FATAL, message=f"{state.log}: cannot be written: {error.strerror}")
        return FATAL_EXIT
    try:
        site = site_to_serve(args.config, SiteVersions(state.versions)).site
        asyncio.run(named_faults(serve(site, state, args)))
    except ConfigError as error:
        for problem in error.problems:
            report(FATAL, message=str(problem))
        return FATAL_EXIT
    except (CannotListen, VaultError, CannotServe) as error:
        report(FATAL, message=str(error))
        return FATAL_EXIT
    except Exception as error:
        # A bug: named in the log without what it was about; the supervisor starts us again.
        log.critical("failed: %s", where(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
