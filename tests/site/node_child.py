# ruff: noqa: T201  (the parent reads what is printed)
"""A node to be killed at any instant: ``python -m tests.site.node_child URL NODE FOLDER``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from careline.processes.node import Node, NodeSettings
from careline.state import StateFolder
from careline.versions import SiteVersions
from tests.site.clinic import hurried_clinic


async def serve(url: str, name: str, folder: Path) -> None:
    """Take part until killed."""
    state = StateFolder(folder)
    node = Node(
        hurried_clinic(),
        folder,
        state,
        NodeSettings(url=url, node=name),
        SiteVersions(state.versions),
        lambda: print("there", flush=True),
        lambda _calls: print("leads", flush=True),
        lambda: print("follows", flush=True),
    )

    async def never() -> None:
        await asyncio.Event().wait()

    await node.take_part(never)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
