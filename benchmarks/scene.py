"""The whole application, set up for one measurement."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from benchmarks.cpu import children, module_child
from careline.demo.stage import Stage, open_all_day
from config.load import DEFAULT_CLINIC

Tell = Callable[[str], None]
"""Takes a line of progress."""

_MEDIA_PORTS = (20000, 27999)
_SPEECH_TIMEOUT_S = 120.0


class Backstage:
    """Where the processes of a running line are.

    Args:
        stage: it runs.
    """

    def __init__(self, stage: Stage) -> None:
        own, state = os.getpid(), str(stage.state.path)
        self.line = module_child(own, "careline.processes.line", state)
        self.brain = module_child(own, "careline.processes.brain", state)

    def pids(self) -> dict[str, list[int]]:
        """By what they are, for a :class:`~benchmarks.cpu.CpuMeter`."""
        return {
            "line": [self.line],
            "brain": [self.brain],
            "recognisers": children(self.line),
        }


def clinic(folder: Path, *, capacity: int | None = None, more_nurses: int = 0) -> Path:
    """A copy of the sample clinic that is never closed.

    Args:
        folder: where the copy goes.
        capacity: calls at once, if not the sample's.
        more_nurses: beside the sample's two.
    """
    copy = open_all_day(DEFAULT_CLINIC, folder)
    if capacity is not None:
        site = copy / "site.yaml"
        text = site.read_text()
        text, count = re.subn(r"(?m)^(  capacity:) \d+", rf"\1 {capacity}", text)
        text, more = re.subn(
            r"(?m)^(  media_ports:) \[.*?\]", rf"\1 [{_MEDIA_PORTS[0]}, {_MEDIA_PORTS[1]}]", text
        )
        if (count, more) != (1, 1):
            raise ValueError("site.yaml no longer has the capacity and the ports where this looks")
        site.write_text(text)
    with (copy / "agents.yaml").open("a") as agents:
        for number in range(more_nurses):
            agents.write(f"\nnurse-{number}:\n  name: Nurse {number}\n  skills: {{nurse: 5}}\n")
    return copy


@asynccontextmanager
async def running(
    folder: Path, name: str, tell: Tell, *, capacity: int | None = None, more_nurses: int = 0
) -> AsyncIterator[Stage]:
    """The line, the brain and the recognisers, started for one measurement.

    Prompts are rendered once per folder and then used again.

    Args:
        folder: of the whole run.
        name: of the measurement.
        tell: progress.
        capacity: calls at once, if not the sample clinic's.
        more_nurses: beside the sample clinic's two.

    Raises:
        ChildCannotStart: the line cannot run here.
        TimeoutError: speech was not there within two minutes.
    """
    own = folder / name
    own.mkdir()
    prompts = folder / "prompts"

    def heard(child: str, said: dict[str, Any]) -> None:
        match said:
            case {"event": "notice", "level": "error", "message": str(message)}:
                tell(f"{child}: {message}")
            case {"event": "died", "code": code}:
                tell(f"{child} died with {code}")

    copy = clinic(own / "clinic", capacity=capacity, more_nurses=more_nurses)
    stage = Stage(own, heard, clinic=copy)
    if prompts.exists():
        shutil.copytree(prompts, stage.state.prompts, dirs_exist_ok=True)
    tell(f"{name}: starting the line")
    async with AsyncExitStack() as stack:
        # Stopped also when it is interrupted while it starts.
        stack.push_async_exit(stage)
        await stage.__aenter__()
        if not prompts.exists():
            shutil.copytree(stage.state.prompts, prompts)
        async with asyncio.timeout(_SPEECH_TIMEOUT_S):
            await stage.speech_ready.wait()
        yield stage
