"""Where a command puts the picture that it was asked for."""

from __future__ import annotations

import sys
from pathlib import Path

from config.picture import Picture, PictureError, to_svg

STANDARD_OUTPUT = "-"


def put_svg(picture: Picture, where: str) -> bool:
    """Draw a picture and write it down; complains where that cannot be done.

    Args:
        picture: it.
        where: a file, or ``-`` for standard output.

    Returns:
        Whether it is there.
    """
    try:
        drawn = to_svg(picture)
    except PictureError as error:
        print(error, file=sys.stderr)
        return False
    if where == STANDARD_OUTPUT:
        print(drawn, end="")
        return True
    try:
        Path(where).write_text(drawn, encoding="ascii")
    except (OSError, ValueError) as error:  # a NUL in the path is a ValueError
        why = getattr(error, "strerror", None) or "this is no name of a file"
        print(f"{where}: cannot be written: {why}", file=sys.stderr)
        return False
    return True
