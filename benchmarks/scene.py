"""The whole application, set up for one measurement."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from benchmarks.cpu import children, module_child
from careline.demo.stage import Stage, open_all_day
from config.load import DEFAULT_CLINIC

Tell = Callable[[str], None]
"""Takes a line of progress."""

_MEDIA_PORTS = (20000, 27999)


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


def clinic(folder: Path, *, capacity: int | None = None) -> Path:
    """A copy of the sample clinic that is never closed.

    Args:
        folder: where the copy goes.
        capacity: calls at once, if not the sample's.
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
    return copy


@asynccontextmanager
async def running(
    folder: Path, name: str, tell: Tell, *, capacity: int | None = None, speech: bool = True
) -> AsyncIterator[Stage]:
    """The line, the brain and the recognisers, started for one measurement.

    Prompts are rendered once per folder and then used again.

    Args:
        folder: of the whole run.
        name: of the measurement.
        tell: progress.
        capacity: calls at once, if not the sample clinic's.
        speech: wait until speech is understood.

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

    stage = Stage(own, heard, clinic=clinic(own / "clinic", capacity=capacity))
    if prompts.exists():
        shutil.copytree(prompts, stage.state.prompts, dirs_exist_ok=True)
    tell(f"{name}: starting the line")
    async with stage:
        if not prompts.exists():
            shutil.copytree(stage.state.prompts, prompts)
        if speech:
            await _understood(stage)
        yield stage


async def _understood(stage: Stage) -> None:
    import asyncio

    await asyncio.wait_for(stage.speech_ready.wait(), 120.0)
