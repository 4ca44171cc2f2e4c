"""Dialogues: what a caller says and does, what the line answers, and whether that is so."""

from careline.dialogues.coverage import Coverage, coverage_of
from careline.dialogues.play import Played, play
from config.dialogues import Dialogue, Written, read_dialogues

__all__ = [
    "Coverage",
    "Dialogue",
    "Played",
    "Written",
    "coverage_of",
    "play",
    "read_dialogues",
]
