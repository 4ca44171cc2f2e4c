"""What callers say, each with what a careful nurse would want the line to do at once.

All were written for Careline, none is a patient's. ``training.jsonl`` is what the second opinion
learned from and what the phrases of the protocols were widened with. The development set has two
halves by other authors: ``tuning.jsonl``, which was looked at while the rules were written, and
``held_out.jsonl``, which was not and is kept for the report. ``later.jsonl`` was written when
everything was done, judged once, and only then looked at.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent

EMERGENCY = ("911-now", "988-now")
URGENT = (*EMERGENCY, "nurse-now")
HARMLESS = ("same-day", "routine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One thing a caller says.

    Attributes:
        id: its author, and a number.
        text: as a recogniser would write it.
        lang: ``en`` or ``es``: the language of most of its words.
        label: the disposition that a careful nurse would want.
        slice: what it is about, or what makes it hard.
    """

    id: str
    text: str
    lang: str
    label: str
    slice: str


def read(name: str) -> tuple[Utterance, ...]:
    """One of the sets: ``training``, ``tuning``, ``held_out``, ``later``."""
    lines = (_FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(Utterance(**json.loads(line)) for line in lines)
