"""The whole application as it is shipped, with telephones that were not written here."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest

from careline.demo.stage import Stage


@pytest.fixture
def start_stage(tmp_path, rendered):
    """Starts the application with some agents at their phones and ready."""

    @contextlib.asynccontextmanager
    async def start(*agents: str, line_arguments=()) -> AsyncIterator[Stage]:
        (tmp_path / "state").mkdir(mode=0o700)
        (tmp_path / "state" / "prompts").symlink_to(rendered)
        async with Stage(tmp_path, line_arguments=line_arguments) as stage:
            if agents:
                await stage.seat(agents)
                await stage.ready(*agents)
            yield stage

    return start
