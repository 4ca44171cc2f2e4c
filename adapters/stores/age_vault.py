"""The vault: a folder of sealed recordings and their manifest.

Each recording is one file of segments (:mod:`recordings.segment`), each segment sealed with age
(https://age-encryption.org/v1) to two recipients while the call goes on. No plaintext is ever
written. What age does not prove is who sealed: the recipients are public, so that whoever can write
to the folder can seal a recording of their own making. The manifest's chain shows that, provided
its :attr:`AgeVault.manifest_head` is kept elsewhere, for example in the journal.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

from adapters.stores.identities import Recipients, parse_recipient
from adapters.stores.manifest_file import MANIFEST, append_entry, read_manifest
from adapters.stores.recording_file import read_report
from adapters.stores.sealed_file import SealedFile
from adapters.stores.sealing_writer import AgeWriter, SealingThread
from calls.ids import CallId
from calls.ports import SAMPLE_RATE_HZ, VaultError
from recordings.chain import Head
from recordings.manifest import ManifestEvent, head_of, next_entry, standing
from recordings.retention import KeptRecording
from recordings.segment import is_recording_id

SUFFIX = ".sealed"
MOST_WAITING = 200
"""Segments in memory: 32 MB, or ten seconds of a disk that stands still under 100 calls."""


class AgeVault:
    """A :class:`~calls.ports.Vault` in a folder. One process writes it.

    Recordings that a crash left without their end are entered into the manifest at the start, as
    far as they go.

    Args:
        folder: made with mode 0700 if it is not there.
        recipients: who can open what is sealed here.
        on_error: told of every failure, on the sealing thread; must not block.
        now: the clock that recordings are dated by, seconds since the epoch.
        most_waiting: segments that may wait for the disk before audio is dropped.

    Raises:
        VaultError: the folder or its manifest cannot be used; the line can run unrecorded.
    """

    def __init__(
        self,
        folder: Path,
        recipients: Recipients,
        *,
        on_error: Callable[[VaultError], None] | None = None,
        now: Callable[[], float] = time.time,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._folder = folder
        self._now = now
        self._on_error = on_error
        self._recipients = [
            parse_recipient(recipients.records, "recipient 'records'"),
            parse_recipient(recipients.recovery, "recipient 'recovery'"),
        ]
        self._error: VaultError | None = None
        self._entering = threading.Lock()
        self._open: dict[str, AgeWriter] = {}
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            entries = read_manifest(self._manifest)
            self._head = head_of(entries)
            known = {entry.recording_id for entry in entries}
            there = standing(entries)
            for path in sorted(folder.glob(f"*{SUFFIX}")):
                recording_id = path.name.removesuffix(SUFFIX)
                if recording_id not in known:
                    self._adopt(path)
                elif recording_id not in there:
                    path.unlink()  # a crash came between the manifest and the deletion
        except OSError as error:
            raise self._explained(error) from None
        self._thread = SealingThread(
            most_waiting=most_waiting, on_error=self._note, explain=self._explained
        )

    def create(self, recording_id: str, call_id: CallId) -> AgeWriter:
        """See :meth:`calls.ports.Vault.create`.

        Raises:
            VaultError: the id cannot name a file, is taken, or the folder cannot be written.
        """
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
        writer = AgeWriter(
            file, self._thread, lambda file: self._finish(recording_id, call_id, file)
        )
        self._open[recording_id] = writer
        return writer

    def kept(self) -> list[KeptRecording]:
        """What is in the vault, for :func:`recordings.retention.due_for_deletion`. Blocks.

        Raises:
            VaultError: the manifest cannot be read.
        """
        return [
            KeptRecording(
                recording_id=entry.recording_id,
                call_id=entry.call_id,
                ended_at=entry.started_at + entry.duration_s,
            )
            for entry in standing(read_manifest(self._manifest)).values()
        ]

    def delete(self, recording_id: str) -> None:
        """Delete a recording for good and say so in the manifest. Blocks.

        The manifest comes first: a recording that is missing without an entry was not deleted
        by us.

        Raises:
            VaultError: it is not in the vault, or cannot be deleted.
        """
        entry = standing(read_manifest(self._manifest)).get(recording_id)
        if entry is None:
            raise VaultError(f"{self._folder}: no such recording in the manifest")
        try:
            self._enter(
                ManifestEvent.DELETED,
                recording_id=recording_id,
                call_id=entry.call_id,
                started_at=entry.started_at,
                duration_s=entry.duration_s,
                segments=entry.segments,
                sha256=entry.sha256,
            )
            self.path_of(recording_id).unlink(missing_ok=True)
        except OSError as error:
            raise self._explained(error) from None

    def path_of(self, recording_id: str) -> Path:
        """Where a recording lies."""
        return self._folder / f"{recording_id}{SUFFIX}"

    @property
    def error(self) -> VaultError | None:
        """The last failure; ``None`` while there was none. The calls go on regardless."""
        return self._error

    @property
    def failures(self) -> int:
        """Segments that could not be written, for which silence stands, and manifest entries."""
        return self._thread.failures

    @property
    def overflows(self) -> int:
        """Segments that were dropped because the disk was too slow; silence stands for them."""
        return self._thread.overflows

    @property
    def manifest_head(self) -> Head | None:
        """The manifest's end, to be kept elsewhere; ``None`` for an empty one."""
        return self._head

    def close(self) -> None:
        """Seal every recording that is still open, and end. Blocks."""
        for writer in list(self._open.values()):
            writer.close()
        self._thread.stop()

    @property
    def _manifest(self) -> Path:
        return self._folder / MANIFEST

    def _finish(self, recording_id: str, call_id: CallId, file: SealedFile) -> None:
        """Enter a closed recording into the manifest. On the sealing thread."""
        self._open.pop(recording_id, None)
        self._enter(
            ManifestEvent.SEALED if file.ended else ManifestEvent.ADOPTED,
            recording_id=recording_id,
            call_id=call_id,
            started_at=file.started_at,
            duration_s=file.samples / SAMPLE_RATE_HZ,
            segments=file.segments,
            sha256=file.sha256,
        )

    def _adopt(self, path: Path) -> None:
        report = read_report(path)
        self._enter(
            ManifestEvent.ADOPTED,
            recording_id=path.name.removesuffix(SUFFIX),
            call_id=report.call_id,
            started_at=report.started_at,
            duration_s=report.duration_s,
            segments=report.segments,
            sha256=report.sha256,
        )

    def _enter(
        self,
        event: ManifestEvent,
        *,
        recording_id: str,
        call_id: CallId,
        started_at: float,
        duration_s: float,
        segments: int,
        sha256: str,
    ) -> None:
        with self._entering:
            entry = next_entry(
                self._head,
                event=event,
                recording_id=recording_id,
                call_id=call_id,
                started_at=started_at,
                duration_s=duration_s,
                segments=segments,
                sha256=sha256,
            )
            append_entry(self._manifest, entry)
            self._head = head_of([entry])

    def _note(self, error: VaultError) -> None:
        self._error = error
        if self._on_error is not None:
            self._on_error(error)

    def _explained(self, error: Exception) -> VaultError:
        if isinstance(error, VaultError):
            return error
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
