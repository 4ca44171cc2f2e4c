"""One process at a time writes a journal."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from calls.ports import JournalError

_HELD_HERE: set[Path] = set()


class FolderLock:
    """Holds a lock file until it is released or the process dies, however it dies.

    A POSIX record lock and not ``flock``: it is not inherited by worker processes, so that a
    worker that outlives its killed parent does not keep the next one from starting. Such locks do
    not tell apart two owners within one process, which :data:`_HELD_HERE` does.

    Args:
        path: the lock file; made if need be, never deleted.

    Raises:
        JournalError: somebody else holds it, or it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        if self._path in _HELD_HERE:
            raise JournalError(f"{path.parent}: the journal is open in this process already")
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise JournalError(
                f"{path}: cannot be made ({error.strerror}); "
                "check the folder's owner and permissions"
            ) from None
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._file)
            raise JournalError(
                f"{path.parent}: another process is using this journal; "
                "stop it first, or name another folder"
            ) from None
        _HELD_HERE.add(self._path)
        self._released = False

    def release(self) -> None:
        """Let the next one in. Once is enough, twice does no harm."""
        if not self._released:
            self._released = True
            _HELD_HERE.discard(self._path)
            os.close(self._file)
