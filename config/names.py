"""Names in a site's files: what they may be made of."""

from __future__ import annotations

import re

from config.document import Document, Path, shown
from config.report import Report

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,47}")


def check_name(name: str, document: Document, path: Path, report: Report) -> None:
    """Report a name that is not made of small letters, digits and hyphens."""
    if not _NAME.fullmatch(name):
        wanted = "wanted small letters, digits and '-', at most 48"
        report.problem(document, path, f"{shown(name)} is no name, {wanted}", key=True)
