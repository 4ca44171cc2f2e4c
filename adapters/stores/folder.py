"""What a folder needs beyond its files: that their names are on the disk too."""

from __future__ import annotations

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Return once the names of new and renamed files in ``folder`` are on the disk.

    Raises:
        OSError: they may not be.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
