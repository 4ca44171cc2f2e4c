"""What callers say in the measurements."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

_DATA = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One thing a caller says.

    Attributes:
        say: the words.
        wants: the queue a receptionist would choose.
    """

    say: str
    wants: str


def ordinary() -> list[Sentence]:
    """Requests that need no nurse."""
    return _read("ordinary.yaml")


def red_flags() -> list[Sentence]:
    """What must reach a nurse."""
    return _read("red_flags.yaml")


def _read(name: str) -> list[Sentence]:
    entries = yaml.safe_load((_DATA / name).read_text())
    return [Sentence(say=entry["say"], wants=entry.get("wants", "nurse")) for entry in entries]
