"""Where the site's machines meet in Redis, and with which password, which no command line holds.

What stands on a command line is shown to everybody on the machine (``ps``) and kept by the shell.
So a password comes from the file of secrets, or with the whole address from the environment, which
only the user themself can read; and it goes to the brain process the same way.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from urllib.parse import quote, urlsplit

from calls.private import Private
from config.errors import SecretsError
from config.secrets import Secrets, read_secrets

log = logging.getLogger(__name__)

ENVIRONMENT = "CARELINE_REDIS_URL"
PASSWORD = "redis/password"  # noqa: S105 - the name of a secret
SENTINEL_PASSWORD = "redis/sentinel-password"  # noqa: S105 - as above

WITHOUT_LIBRARY = "Redis needs the library for it: pip install 'careline[redis]'"


class AddressRefused(Exception):
    """Ops: the address of Redis cannot be used. The message says why and shows none of it."""


def from_command_line(option: str | None) -> Private | None:
    """The address that was named, by option or else by the environment; ``None`` where none was.

    Raises:
        AddressRefused: the option holds a password.
    """
    if option is None:
        found = os.environ.get(ENVIRONMENT)
        return Private(found) if found else None
    if holds_password(option):
        raise AddressRefused(
            "a password in --redis is shown to everybody on this machine: take it out, and write "
            f"it into the file of secrets as {PASSWORD}, or put the whole address into the "
            f"environment as {ENVIRONMENT}"
        )
    return Private(option)


def with_passwords(address: Private, secrets: Path) -> Private:
    """The address, with the passwords that the file of secrets has for it.

    Args:
        address: one that has a password keeps it.
        secrets: the file; it need not be there.

    Raises:
        SecretsError: it is there and cannot be read.
    """
    url = address.reveal()
    if holds_password(url):
        return address
    known = _secrets(secrets)
    scheme, separator, rest = url.partition("://")
    if PASSWORD in known and separator:
        place, slash, path = rest.partition("/")
        user, _, hosts = place.rpartition("@")
        password = quote(known.secret(PASSWORD).reveal(), safe="")
        url = f"{scheme}://{user.rstrip(':')}:{password}@{hosts}{slash}{path}"
    if SENTINEL_PASSWORD in known and scheme.endswith("+sentinel"):
        password = quote(known.secret(SENTINEL_PASSWORD).reveal(), safe="")
        url += f"{'&' if '?' in url else '?'}sentinel_password={password}"
    return Private(url)


def holds_password(url: str) -> bool:
    """Whether a password stands in an address, however it is written."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return True  # nobody can tell
    user_info, at, _place = parts.netloc.rpartition("@")
    return bool(at and user_info.partition(":")[2]) or "password=" in parts.query


def without_passwords(address: Private) -> str:
    """The address, to be written down."""
    parts = urlsplit(address.reveal())
    user_info, at, hosts = parts.netloc.rpartition("@")
    query = [each for each in parts.query.split("&") if "password=" not in each]
    user = user_info.partition(":")[0]
    netloc = f"{user}{at}{hosts}" if user else hosts
    place = f"{parts.scheme}://{netloc}{parts.path}"
    return f"{place}?{'&'.join(query)}" if any(query) else place


def remember(note: Path, address: Private | None) -> None:
    """Note in a state folder that the line's journal is in Redis, or that it is here again.

    Args:
        note: the file for it.
        address: written without passwords; ``None`` when the journal is here.
    """
    try:
        if address is None:
            note.unlink(missing_ok=True)
        elif remembered(note) != Private(without_passwords(address)):
            beside = note.with_name(f".{note.name}")
            beside.write_text(f"{without_passwords(address)}\n")
            beside.replace(note)
    except OSError as error:
        # The line serves all the same; whoever reads its journal has to name the address.
        log.warning("%s: cannot be written: %s", note, error.strerror)


def remembered(note: Path) -> Private | None:
    """Where the line that used this state folder last has its journal, if that is in Redis."""
    try:
        written = note.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return None
    return Private(written) if written else None


def _secrets(path: Path) -> Secrets:
    try:
        return read_secrets(path)
    except SecretsError as error:
        if isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
            return Secrets({})
        raise


__all__ = [
    "ENVIRONMENT",
    "PASSWORD",
    "SENTINEL_PASSWORD",
    "WITHOUT_LIBRARY",
    "AddressRefused",
    "from_command_line",
    "holds_password",
    "remember",
    "remembered",
    "with_passwords",
    "without_passwords",
]
