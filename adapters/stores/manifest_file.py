"""The manifest's file: one line per event, each on the disk before the next."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from adapters.stores.sealed_file import sync_folder
from calls.ports import VaultError
from recordings.manifest import ManifestEntry, ManifestError, from_line, to_line

MANIFEST = "manifest.jsonl"
LONGEST_LINE_BYTES = 8192


def read_manifest(path: Path) -> list[ManifestEntry]:
    """The entries; none when there is no file. A last line that a crash cut off is left out.

    Raises:
        VaultError: the file cannot be read, or a line is no entry.
    """
    try:
        text = path.read_bytes().decode(errors="replace")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise VaultError(f"{path}: cannot be read ({error.strerror})") from None
    entries = []
    *lines, _ = text.split("\n")
    for number, line in enumerate(lines, start=1):
        try:
            entries.append(from_line(line))
        except ManifestError as error:
            raise VaultError(
                f"{path}:{number}: {error}; put the manifest back from the last backup"
            ) from None
    return entries


def append_entry(path: Path, entry: ManifestEntry) -> None:
    """Add an entry; return once it is on the disk.

    What stands after the last line break is half an entry of a crash, and is cut away.

    Raises:
        OSError: it is not there, or only half of it, which the next append cuts away.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(file, "r+b") as stream:
        size = stream.seek(0, os.SEEK_END)
        begin = max(0, size - LONGEST_LINE_BYTES)
        stream.seek(begin)
        end = begin + stream.read().rfind(b"\n") + 1
        if end == begin and begin > 0:
            raise OSError(errno.EILSEQ, "the manifest's last line is too long to be one")
        stream.truncate(end)
        stream.seek(end)
        stream.write(to_line(entry).encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    sync_folder(path.parent)
