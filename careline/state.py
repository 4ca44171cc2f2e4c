"""Where a running line keeps what it needs: one folder that only its owner may read."""

from __future__ import annotations

import errno
import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

_SOCKET_PATH_MAX = 107
"""What an AF_UNIX address holds on Linux, without its closing zero (unix(7))."""


class StateInUse(Exception):
    """Ops: another line uses the state folder. The message says which process."""


@dataclass(frozen=True, slots=True)
class StateFolder:
    """The files of one site's line.

    Attributes:
        path: the folder; made with mode 0700.
    """

    path: Path

    def make(self) -> None:
        """Create it where it is missing.

        Raises:
            OSError: it cannot be made or is not ours; ``strerror`` says why in plain words.
        """
        if len(os.fsencode(self.control_socket)) > _SOCKET_PATH_MAX:
            raise OSError(errno.ENAMETOOLONG, "the path is too long for a socket in it")
        if self.path.exists() and not self.path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "this is not a folder")
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            self.path.chmod(0o700)
        except PermissionError:
            raise PermissionError(errno.EPERM, "it belongs to another user") from None
        for folder in (self.prompts, self.vault, self.identities, self.recordings):
            folder.mkdir(exist_ok=True, mode=0o700)

    def claim(self) -> int:
        """Take the folder for one line.

        Returns:
            A file descriptor. The claim lasts until it is closed in this process and in every
            process that inherited it: a line that still serves callers after its supervisor was
            killed keeps the folder.

        Raises:
            StateInUse: another line has it.
            OSError: the lock cannot be made.
        """
        descriptor = os.open(self.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode(errors="replace").strip()
            os.close(descriptor)
            raise StateInUse(_who_has(self.path, holder)) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        return descriptor

    @property
    def lock(self) -> Path:
        """Held by the line that uses the folder; names its process."""
        return self.path / "lock"

    @property
    def journal(self) -> Path:
        """Every fact."""
        return self.path / "journal"

    @property
    def redis(self) -> Path:
        """Where the journal is, when it is in Redis; no password stands in it."""
        return self.path / "redis"

    @property
    def secrets(self) -> Path:
        """Passwords of phones, the trunk and Redis."""
        return self.path / "secrets.yaml"

    @property
    def prompts(self) -> Path:
        """Rendered prompts, by content hash. Safe to delete."""
        return self.path / "prompts"

    @property
    def recordings(self) -> Path:
        """Prompts spoken by a person, ``PROMPT.LANGUAGE.wav``, in place of the voice."""
        return self.path / "spoken-prompts"

    @property
    def vault(self) -> Path:
        """Sealed recordings."""
        return self.path / "vault"

    @property
    def identities(self) -> Path:
        """Who may listen: to be moved off this machine."""
        return self.path / "identities"

    @property
    def versions(self) -> Path:
        """Every published version of the site."""
        return self.path / "versions"

    @property
    def line_socket(self) -> Path:
        """Between the line process and the brain."""
        return self.path / "line.sock"

    @property
    def control_socket(self) -> Path:
        """For ``careline agent``, ``careline call`` and the live view."""
        return self.path / "control.sock"

    @property
    def log(self) -> Path:
        """What both processes log."""
        return self.path / "careline.log"


def _who_has(path: Path, holder: str) -> str:
    if holder.isdigit() and Path(f"/proc/{holder}").exists():
        return (
            f"{path}: a line is running with this folder (process {holder}); "
            "stop it first, or choose another with --state"
        )
    return (
        f"{path}: an earlier line was killed and still serves its callers; "
        "try again when they have hung up, or choose another folder with --state"
    )
