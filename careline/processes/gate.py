"""The process of one gate: what stands against a version of a site.

Started as ``python -m careline.processes.gate``. Says how far it is, then what it found, one JSON
object a line on standard output; ends when its standard input does, for then nobody waits.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from adapters.speech import PromptStore, Recordings, VoiceSynthesiser
from careline.dialogues.run import rehearse
from careline.gates import DIALOGUES, PROMPTS, PROOF
from careline.proving import prove
from careline.spoken import confirmations, utterances
from careline.state import StateFolder
from config.errors import ConfigError
from config.load import load_site
from config.site import Site

_NICER = 15
"""Calls go first, on every core."""

Tell = Callable[[int, int], None]


def _dialogues(site: Site, _state: StateFolder, tell: Tell) -> Sequence[str]:
    return rehearse(site.folder, site, progress=tell).problems()


def _proof(site: Site, _state: StateFolder, tell: Tell) -> Sequence[str]:
    return prove(site, time.time(), progress=tell).problems()


def _prompts(site: Site, state: StateFolder, tell: Tell) -> Sequence[str]:
    """Render what is missing where the line looks for it.

    A language that no voice speaks here is told of at each start; the others are published.
    """

    async def rendered() -> Sequence[str]:
        recordings = Recordings(folder=state.recordings, texts=site.rules.prompts)
        voice = VoiceSynthesiser()
        store = PromptStore(state.prompts, voice, recordings)
        every = [*utterances(site), *confirmations(site).values()]
        try:
            return await store.prepare(
                [each for each in every if each.language in voice.languages], tell
            )
        finally:
            await store.close()

    return asyncio.run(rendered())


GATES: Mapping[str, Callable[[Site, StateFolder, Tell], Sequence[str]]] = {
    DIALOGUES: _dialogues,
    PROOF: _proof,
    PROMPTS: _prompts,
}


def found(name: str, folder: Path, state: StateFolder, tell: Tell) -> Sequence[str]:
    """What a gate finds; empty when the version passes.

    Args:
        name: of the gate.
        folder: the version's files.
        state: the line's state folder.
        tell: told ``(done, of)``.
    """
    try:
        return GATES[name](load_site(folder), state, tell)
    except ConfigError as error:
        return [str(problem) for problem in error.problems]


def _end_with_whoever_waits() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


def _say(**told: object) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run the process; see the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--gate", choices=list(GATES), required=True)
    parser.add_argument("--site", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    args = parser.parse_args()
    os.nice(_NICER)
    threading.Thread(target=_end_with_whoever_waits, daemon=True).start()
    problems = found(
        args.gate, args.site, StateFolder(args.state), lambda done, of: _say(done=done, of=of)
    )
    _say(problems=list(problems))
    return 0


if __name__ == "__main__":
    sys.exit(main())
