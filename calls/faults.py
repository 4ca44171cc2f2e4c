"""Naming a bug in a log without repeating what it was about."""

from __future__ import annotations

import traceback


def where(error: BaseException) -> str:
    """The kind of an exception and the lines that led to it, without its message.

    A message could hold what a caller said or pressed; a log must not.
    """
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames[-4:]]
    return f"{type(error).__name__} at {' > '.join(places)}" if places else type(error).__name__
