"""The sample clinic's prompts, rendered once for every test, process and run of the tests.

Rendering takes most of a minute. What is rendered is kept under its content's own name, so that a
prompt or a voice that has changed is rendered anew.
"""

from __future__ import annotations

import asyncio
import fcntl
from pathlib import Path

import pytest

from adapters.speech import PromptStore, VoiceSynthesiser
from careline.spoken import confirmations, utterances
from config.site import Site


@pytest.fixture(scope="session")
def rendered(clinic: Site, pytestconfig: pytest.Config) -> Path:
    """The folder of the prompts, to be copied or linked."""
    folder = pytestconfig.cache.mkdir("prompts")

    async def render() -> None:
        store = PromptStore(folder, VoiceSynthesiser())
        wanted = [*utterances(clinic), *confirmations(clinic).values()]
        assert not await store.prepare(wanted)
        await store.close()

    # The others wait for the first.
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        asyncio.run(render())
    return folder
