"""Keys: one for the site, kept in a file, and one for each call, wrapped by it.

Each call's words, digits and numbers are sealed with a key of their own. That key stands in the
journal only wrapped by the site key. So the journal's files say nothing without the site key's
file, and once a call's wrapped key is gone nobody can read that call, site key or not.

AES-256 in Galois/counter mode (NIST SP 800-38D) with random 96-bit nonces. A call seals far fewer
than the 2**32 messages up to which random nonces are sound (section 8.3); the site key wraps one
key a call and checks one value a journal. What a ciphertext belongs to is bound in as associated
data, so that none can be moved to another call, position or kind.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.stores.access import AS_WHOM, next_step
from adapters.stores.folder import sync_folder
from calls.ports import JournalError

KEY_BYTES = 32
NONCE_BYTES = 12
WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + 16
FORGOTTEN = bytes(WRAPPED_BYTES)
"""Stands where a forgotten call's wrapped key stood."""

CHECKSUM_BYTES = 16
PAD_BYTES = 32
"""Sealed text is padded to a multiple of this: a yes looks as long as a no."""


class UnsealError(Exception):
    """Theirs: this was not sealed with this key, for this place. Nothing is said of the content."""


class CallKey:
    """Seals and opens the private fields of one call."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(secret)

    def seal(self, text: bytes, bound_to: bytes) -> bytes:
        """Seal JSON text, padded with trailing blanks, for the place that ``bound_to`` names."""
        padded = text.ljust(-(-len(text) // PAD_BYTES) * PAD_BYTES)
        return _seal(self._cipher, padded, bound_to)

    def unseal(self, sealed: bytes, bound_to: bytes) -> bytes:
        """Open what :meth:`seal` made for the same place.

        Raises:
            UnsealError: it was sealed with another key or for another place, or was altered.
        """
        return _unseal(self._cipher, sealed, bound_to)


class SiteKey:
    """Wraps the keys of the calls."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(secret)
        self._checksum = hashlib.blake2b(
            digest_size=CHECKSUM_BYTES, key=secret, person=b"journal-check"
        )

    def checksum(self, data: bytes) -> bytes:
        """A keyed BLAKE2b (RFC 7693): no damage, and nobody without the key, comes by the same."""
        digest = self._checksum.copy()
        digest.update(data)
        return digest.digest()

    def new_call_key(self, call_id: str) -> tuple[CallKey, bytes]:
        """A fresh key for a call, and the same key wrapped, to be kept."""
        secret = os.urandom(KEY_BYTES)
        return CallKey(secret), _seal(self._cipher, secret, b"call-key\0" + call_id.encode())

    def unwrap(self, call_id: str, wrapped: bytes) -> CallKey:
        """The key that :meth:`new_call_key` wrapped for this call.

        Raises:
            UnsealError: it was wrapped with another site key or for another call.
        """
        return CallKey(_unseal(self._cipher, wrapped, b"call-key\0" + call_id.encode()))

    def mark(self) -> bytes:
        """What a journal keeps to recognise the site key it was made with."""
        return _seal(self._cipher, b"", b"journal-mark")

    def made(self, mark: bytes) -> bool:
        """Whether ``mark`` is this key's."""
        try:
            _unseal(self._cipher, mark, b"journal-mark")
        except UnsealError:
            return False
        return True


def create_site_key(path: Path) -> None:
    """Make a site key in a file that its owner alone may read, unless there is one.

    The bytes are on the disk before the file has its name, so that a crash leaves no half a key.
    What a crash left beside it is removed: it can be a second name of the key.

    Raises:
        JournalError: the file cannot be written.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        if path.exists():
            return
        file = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(file, "wb") as stream:
            stream.write(os.urandom(KEY_BYTES))
            stream.flush()
            os.fsync(file)
        os.link(partial, path)  # unlike a rename it never replaces a key
        partial.unlink()
        sync_folder(path.parent)
    except OSError as error:
        raise JournalError(
            f"{path}: the site key cannot be made ({error.strerror}); "
            "check that the folder exists and may be written"
        ) from None


def load_site_key(path: Path) -> SiteKey:
    """Read the site key.

    Raises:
        JournalError: it is missing, others may read it, or it is no key.
    """
    try:
        secret = path.read_bytes()
        status = path.stat()
    except OSError as error:
        back = "without it nothing that callers said can be read: put it back from its backup"
        raise JournalError(
            f"{path}: the site key cannot be read ({error.strerror}); {next_step(error, back)}"
        ) from None
    if status.st_mode & 0o077:
        # Whoever does not own it can neither do that nor read it afterwards.
        who = "" if os.geteuid() in (0, status.st_uid) else f"{AS_WHOM}; its owner should "
        raise JournalError(f"{path}: other users may read the site key; {who}run: chmod 600 {path}")
    if len(secret) != KEY_BYTES:
        raise JournalError(
            f"{path}: a site key has {KEY_BYTES} bytes, this file has {len(secret)}; "
            "put the key back from its backup"
        )
    return SiteKey(secret)


def load_matching_key(path: Path, mark: bytes) -> SiteKey:
    """Read the site key that a journal was made with.

    Args:
        path: the key's file.
        mark: what the journal keeps to recognise its key.

    Raises:
        JournalError: the key is missing, or is another one.
    """
    site_key = load_site_key(path)
    if not site_key.made(mark):
        raise JournalError(
            f"{path}: this is not the key that the journal was made with; "
            "put the right one back from its backup"
        )
    return site_key


def snapshot_covered(position: int, state: bytes) -> bytes:
    """What a snapshot's checksum covers; never the same as what an entry's does."""
    return b"snapshot\0%d\0" % position + state


def _seal(cipher: AESGCM, plain: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, bound_to)


def _unseal(cipher: AESGCM, sealed: bytes, bound_to: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError, TypeError):
        raise UnsealError from None
