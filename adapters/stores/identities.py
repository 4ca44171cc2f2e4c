"""Who can open recordings: two age identities, and the recipients that the line is given.

A recording is sealed to two recipients: ``records``, for whoever may listen, and ``recovery``, kept
in a safe place, so that one lost identity does not lose every recording. The line needs the public
recipients only. The identities are the sole way to listen, and belong on another machine.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pyrage

from adapters.stores.folder import sync_folder
from calls.ports import VaultError

RECIPIENTS = "recipients.txt"

_WHY = {
    "records": "Whoever holds this file can listen to the recordings.",
    "recovery": "Opens the recordings if the other identity is lost. Keep it in a safe place.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """The public halves: what seals, and opens nothing.

    Attributes:
        records: for whoever may listen (``age1...``).
        recovery: for the day on which the other identity is lost.
    """

    records: str
    recovery: str


def create_identities(folder: Path) -> Recipients:
    """Make ``records.identity``, ``recovery.identity`` and ``recipients.txt``.

    Each is a text file (mode 0600) that says what it is for; the identities say that they are to
    be moved off this machine. All three come to be at once: a crash leaves all or none.

    Args:
        folder: absent or empty; gets mode 0700.

    Raises:
        VaultError: something is there already (nothing is ever replaced), or they cannot be
            written.
    """
    folder = folder.resolve()
    partial = folder.with_name(f"{folder.name}.partial")
    try:
        there = sorted(folder.iterdir()) if folder.exists() else []
        if there:
            raise VaultError(
                f"{there[0]}: is there already and is not replaced; "
                "move it away if new identities are really wanted"
            )
        if partial.exists():  # of a crash; nothing was ever sealed to what is in it
            shutil.rmtree(partial)
        partial.mkdir(mode=0o700, parents=True)
        public = {}
        for name, why in _WHY.items():
            identity = pyrage.x25519.Identity.generate()
            public[name] = str(identity.to_public())
            _write_new(
                partial / f"{name}.identity",
                f"# Careline identity: {name}\n"
                f"# {why}\n"
                "# MOVE THIS FILE OFF THIS MACHINE. The line does not need it: it seals with the\n"
                f"# public recipients in {RECIPIENTS}. Without it no recording can be opened.\n"
                f"# public key: {public[name]}\n"
                f"{identity}\n",
            )
        _write_new(
            partial / RECIPIENTS,
            "# Public recipients of recordings. These may stay here: they seal and open nothing.\n"
            + "".join(f"{public[name]} {name}\n" for name in _WHY),
        )
        sync_folder(partial)
        partial.rename(folder)  # takes the place of an empty folder, and of no other
        sync_folder(folder.parent)
    except OSError as error:
        raise VaultError(
            f"{folder}: the identities cannot be written ({error.strerror}); "
            "check the folder's owner and permissions"
        ) from None
    return Recipients(records=public["records"], recovery=public["recovery"])


def load_recipients(path: Path) -> Recipients:
    """Read what :func:`create_identities` wrote to ``recipients.txt``.

    Raises:
        VaultError: the file cannot be read or does not name two different recipients.
    """
    found = {}
    for number, line in enumerate(_read(path).splitlines(), start=1):
        words = line.split("#", 1)[0].split()
        if not words:
            continue
        if len(words) != 2 or words[1] not in _WHY:
            raise VaultError(f"{path}:{number}: wanted 'age1... records' or 'age1... recovery'")
        found[words[1]] = words[0]
        parse_recipient(words[0], f"{path}:{number}")
    if len(set(found.values())) != len(_WHY):
        raise VaultError(f"{path}: wanted two different recipients, 'records' and 'recovery'")
    return Recipients(records=found["records"], recovery=found["recovery"])


def parse_recipient(text: str, where: str) -> pyrage.x25519.Recipient:
    """A recipient from its text.

    Args:
        text: ``age1...``.
        where: what to call its place in an error.

    Raises:
        VaultError: it is none.
    """
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise VaultError(f"{where}: this is no age recipient; wanted 'age1...'") from None


def read_identity(path: Path) -> str:
    """The secret line of an identity file.

    Raises:
        VaultError: the file cannot be read or holds not exactly one identity.
    """
    lines = [line.strip() for line in _read(path).splitlines()]
    secrets = [line for line in lines if line and not line.startswith("#")]
    if len(secrets) != 1:
        raise VaultError(f"{path}: wanted one identity, found {len(secrets)}")
    parse_identity(secrets[0], str(path))
    return secrets[0]


def parse_identity(secret: str, where: str) -> pyrage.x25519.Identity:
    """An identity from its text, which appears in no error.

    Args:
        secret: ``AGE-SECRET-KEY-1...``.
        where: what to call its place in an error.

    Raises:
        VaultError: it is none.
    """
    try:
        return pyrage.x25519.Identity.from_str(secret)
    except pyrage.IdentityError:
        raise VaultError(f"{where}: this is no age identity") from None


def _write_new(path: Path, text: str) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(file, "w", encoding="ascii") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise VaultError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise VaultError(f"{path}: is no text file") from None
