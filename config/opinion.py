"""The weights of triage's second opinion, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from triage.opinion import SecondOpinion, parse_weights

WEIGHTS_FILE = Path(__file__).parent / "second_opinion.tsv"


@cache
def second_opinion() -> SecondOpinion:
    """The second opinion that comes with Careline.

    Raises:
        OpinionError: the file is broken; install Careline anew.
    """
    return SecondOpinion(parse_weights(WEIGHTS_FILE.read_text(encoding="utf-8")))
