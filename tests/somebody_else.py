"""What a user reads who owns none of the line's files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_NOBODY = 65534


@contextmanager
def somebody_else() -> Iterator[None]:
    """Root reads every file: to be refused, the process becomes another user meanwhile."""
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else")
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def where_all_may_go() -> Iterator[Path]:
    """A folder that others can enter; pytest's own they cannot."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
