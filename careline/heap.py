"""What was built to stay, kept out of the garbage collector's way."""

from __future__ import annotations

import gc


def settle() -> None:
    """Let no later collection look through what exists now; what is garbage by now goes.

    A site, compiled, is a million objects. A collection that walks over them all stops a process
    for a fifth of a second: ten frames of a call, or four times what one triage may take. Called
    once a process has built what it serves, and again whenever it has built something new.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
