"""Where each step of a site is written: its file and line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from config.draft import FLOWS
from config.includes import SHARED, SharedFiles
from config.report import Report
from config.source import read_document


def step_places(folder: Path) -> Mapping[tuple[str, str], str]:
    """The place of each step, such as ``flows/main.yaml:13``, by its flow's name and its own.

    Args:
        folder: of a site that can be loaded. Of files that cannot be read nothing is told.
    """
    report = Report()
    documents = {
        part: {
            file: read_document(folder, file)[0]
            for file in (f"{part}/{path.name}" for path in sorted((folder / part).glob("*.yaml")))
        }
        for part in (FLOWS, SHARED)
    }
    shared = SharedFiles(documents[SHARED], report)
    places: dict[tuple[str, str], str] = {}
    for file, document in documents[FLOWS].items():
        flow = file.removeprefix(f"{FLOWS}/").removesuffix(".yaml")
        whole = shared.whole(document).document
        steps = whole.data.get("steps")
        for name in steps if isinstance(steps, dict) else ():
            where, line, _column = whole.place(("steps", name), key=True)
            places[flow, name] = f"{where}:{line}"
    return places
