"""A brain process to be killed at any instant: ``python -m tests.site.brain_child FOLDER``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from adapters.stores.sqlite import SqliteJournal
from adapters.telephony.link import LineClient
from calls.ports import LineUnavailable
from careline.brain import Brain
from careline.gate import TriageGate, engine_of
from tests.site.clinic import hurried_clinic


async def serve(folder: Path) -> None:
    """Drive the line until it is gone."""
    site = hurried_clinic()
    journal = SqliteJournal.open(folder / "journal")
    gate = TriageGate(engine_of(site))
    brain = Brain(site, journal, gate)
    brain.restore()
    line = await LineClient.connect(folder / "line.sock")
    try:
        await brain.drive(line)
    except LineUnavailable:
        pass
    finally:
        await line.close()
        await journal.close()
        gate.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
