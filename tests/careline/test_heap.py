"""What was built to stay is left alone by the garbage collector; garbage is not."""

from __future__ import annotations

import gc
import weakref

from careline.heap import settle


class _Node:
    """May refer to itself, and then only a collection frees it."""

    def __init__(self) -> None:
        self.other: _Node = self


def test_what_exists_is_not_looked_through_again_and_garbage_goes() -> None:
    try:
        gc.disable()
        garbage = weakref.ref(_Node())
        kept = _Node()
        assert garbage() is not None

        settle()

        assert garbage() is None
        assert not any(each is kept for each in gc.get_objects())
    finally:
        gc.unfreeze()
        gc.enable()


def test_what_was_settled_before_and_is_garbage_now_goes_as_well() -> None:
    try:
        gc.disable()
        served = _Node()
        settle()
        watched = weakref.ref(served)
        del served
        settle()

        assert watched() is None
    finally:
        gc.unfreeze()
        gc.enable()
