"""Where a running line keeps what it needs: one folder that only its owner may read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


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
            OSError: it cannot be made or is not ours.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o700)
        for folder in (self.prompts, self.vault, self.identities, self.recordings):
            folder.mkdir(exist_ok=True, mode=0o700)

    @property
    def journal(self) -> Path:
        """Every fact."""
        return self.path / "journal.db"

    @property
    def secrets(self) -> Path:
        """Passwords of phones and the trunk."""
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
