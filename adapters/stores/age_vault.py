"""The vault: a folder of sealed recordings.

Each recording is one file of segments (:mod:`recordings.segment`), each segment sealed with age
(https://age-encryption.org/v1) to two recipients while the call goes on. No plaintext is ever
written. What age does not prove is who sealed: the recipients are public, so that whoever can write
to the folder can put a recording of their own making there.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from adapters.stores.identities import Recipients, parse_recipient
from adapters.stores.sealed_file import SealedFile
from adapters.stores.sealing_writer import AgeWriter, SealingThread
from calls.ids import CallId
from calls.ports import VaultError
from recordings.segment import is_recording_id

SUFFIX = ".sealed"
MOST_WAITING = 200
"""Segments in memory: 32 MB, or ten seconds of a disk that stands still under 100 calls."""


class AgeVault:
    """A :class:`~calls.ports.Vault` in a folder. One process writes it.

    A recording that a crash cut off stays as it is: it opens up to its last whole segment.

    Args:
        folder: made with mode 0700 if it is not there.
        recipients: who can open what is sealed here.
        now: the clock that recordings are dated by, seconds since the epoch.
        most_waiting: segments that may wait for the disk before audio is dropped.

    Raises:
        VaultError: the folder cannot be used, or others may look into it.
    """

    def __init__(
        self,
        folder: Path,
        recipients: Recipients,
        *,
        now: Callable[[], float] = time.time,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._folder = folder
        self._now = now
        self._recipients = [
            parse_recipient(recipients.records, "recipient 'records'"),
            parse_recipient(recipients.recovery, "recipient 'recovery'"),
        ]
        self._open: set[AgeWriter] = set()
        self._closed = False
        _prepare(folder)
        self._thread = SealingThread(most_waiting=most_waiting, explain=self._explained)

    def create(self, recording_id: str, call_id: CallId) -> AgeWriter:
        """See :meth:`calls.ports.Vault.create`.

        Raises:
            VaultError: the id cannot name a file, is taken, or the folder cannot be written.
        """
        if self._closed:
            raise VaultError(f"{self._folder}: the vault is closed")
        if not is_recording_id(recording_id):
            raise VaultError(
                f"{self._folder}: a recording's id has at most 100 letters, digits, '.', '_', '-'"
            )
        path = self.path_of(recording_id)
        try:
            file = SealedFile(
                path,
                recording_id=recording_id,
                call_id=call_id,
                started_at_ms=int(self._now() * 1000),
                recipients=self._recipients,
            )
        except FileExistsError:
            raise VaultError(f"{path}: is there already; a recording's id is used once") from None
        except OSError as error:
            raise self._explained(error) from None
        writer = AgeWriter(file, self._thread)
        self._open.add(writer)
        writer.sealed.add_done_callback(lambda _sealed: self._open.discard(writer))
        return writer

    def path_of(self, recording_id: str) -> Path:
        """Where a recording lies."""
        return self._folder / f"{recording_id}{SUFFIX}"

    def close(self) -> None:
        """Seal every recording that is still open, and end. Blocks. Twice is once."""
        if not self._closed:
            self._closed = True
            for writer in list(self._open):
                writer.close()
            self._thread.stop()

    def _explained(self, error: Exception) -> VaultError:
        if not isinstance(error, OSError):
            return VaultError(f"{self._folder}: unexpected {type(error).__name__}")
        try:
            free = f"{shutil.disk_usage(self._folder).free // 2**20} MB free"
        except OSError:
            free = "free space unknown"
        return VaultError(
            f"{self._folder}: recordings cannot be written ({error.strerror}, {free}); calls go "
            "on; check the free space and the folder's owner"
        )


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = folder.stat().st_mode
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise VaultError(
            f"{folder}: recordings cannot be written ({error.strerror}); "
            "check the folder's owner and permissions"
        ) from None
    if mode & 0o077:
        raise VaultError(f"{folder}: other users may look into it; run: chmod 700 {folder}")
