"""Secrets by reference: a site's files name them, one file in the state folder holds them.

The file is a YAML mapping of names to values and belongs to one user alone (mode 0600). Phones of
agents have secrets of their own, named ``agent/<id>``; they are made at the first start. No value
ever stands in a ``repr`` or an error.
"""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from calls.ids import AgentId
from calls.private import Private
from config.errors import SecretsError
from config.source import MAX_BYTES, parse_document

OTHERS = stat.S_IRWXG | stat.S_IRWXO
_AGENT = "agent/"
PASSWORD_BYTES = 18
"""144 bits, 24 characters: can still be typed into a phone."""


class Secrets:
    """The values behind the names."""

    def __init__(self, values: dict[str, str]) -> None:
        self._values = {name: Private(value) for name, value in values.items()}

    def __repr__(self) -> str:
        return f"Secrets({len(self._values)} names)"

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._values))

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __len__(self) -> int:
        return len(self._values)

    def secret(self, name: str) -> Private:
        """The value of a secret.

        Raises:
            SecretsError: there is no secret of this name.
        """
        try:
            return self._values[name]
        except KeyError:
            # Somebody may have written the password itself where its name should stand.
            which = repr(name) if name.startswith(_AGENT) else "a secret that the site names"
            raise SecretsError(f"{which} is not in the file of secrets; add it there") from None


def agent_secret(agent: AgentId) -> str:
    """The name of the secret that is the password of an agent's phone."""
    return f"{_AGENT}{agent}"


def read_secrets(path: Path) -> Secrets:
    """Read the file of secrets.

    Args:
        path: a YAML (or JSON) mapping of names to values, mode 0600.

    Raises:
        SecretsError: it is missing, may be read by others, or is no such mapping.
    """
    try:
        # The mode is that of the very file that is read, not of one that stood there before.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with open(descriptor, "rb") as stream:  # noqa: PTH123 - from a descriptor, not a path
            mode = os.fstat(descriptor).st_mode
            if not stat.S_ISREG(mode):
                raise SecretsError(f"{path}: this is not a file")
            if mode & OTHERS:
                raise SecretsError(f"{path}: others may read it; run: chmod 600 {path}")
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise SecretsError(f"{path}: cannot be read: {error.strerror}") from error
    if len(content) > MAX_BYTES:
        raise SecretsError(f"{path}: larger than {MAX_BYTES:,} bytes")
    if all(line.strip()[:1] in (b"", b"#") for line in content.splitlines()):
        return Secrets({})
    document, problems = parse_document(path.name, content)
    if problems:
        first = problems[0]
        # What stands at the place may be a value: only the place is told.
        raise SecretsError(f"{path}: line {first.line} is not 'name: value'")
    values: dict[str, str] = {}
    for name, value in document.data.items():
        if not isinstance(value, str):
            line = document.key_mark((name,))[0]
            raise SecretsError(f"{path}: line {line} is not 'name: value'")
        values[name] = value
    return Secrets(values)


def ensure_agent_secrets(path: Path, agents: Iterable[AgentId]) -> Secrets:
    """Read the secrets, first making a password for every agent's phone that has none.

    The file appears whole or not at all, with mode 0600 from its first byte.

    Args:
        path: the file of secrets; it is made when it is missing.
        agents: the site's agents.

    Raises:
        SecretsError: it cannot be read or written.
    """
    try:
        present = read_secrets(path)
    except SecretsError as error:
        if not isinstance(error.__cause__, FileNotFoundError):
            raise
        present = Secrets({})
    missing = [name for name in map(agent_secret, agents) if name not in present]
    if not missing:
        return present
    values = {name: present.secret(name).reveal() for name in present}
    values |= {name: secrets.token_urlsafe(PASSWORD_BYTES) for name in missing}
    _write(path, values)
    return Secrets(values)


def _write(path: Path, values: dict[str, str]) -> None:
    text = "# Careline's secrets. Keep this file to yourself (mode 0600).\n"
    text += yaml.safe_dump(values, default_style='"', allow_unicode=True, width=MAX_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with open(descriptor, "w", encoding="utf-8") as stream:  # noqa: PTH123 - as above
                stream.write(text)
                stream.flush()
                os.fsync(descriptor)
            Path(beside).replace(path)
        except OSError:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SecretsError(f"{path}: cannot be written: {error.strerror}") from error
