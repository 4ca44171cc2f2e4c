"""What to do where the line's files may not be read: most often somebody else asks."""

from __future__ import annotations

import errno

AS_WHOM = "ask as the line's user, or on a copy that you own"


def next_step(error: OSError, otherwise: str) -> str:
    """What an operator should do about a file that cannot be read.

    Args:
        error: of the reading.
        otherwise: what to do where it is not about who asks.
    """
    return AS_WHOM if error.errno in (errno.EACCES, errno.EPERM) else otherwise
