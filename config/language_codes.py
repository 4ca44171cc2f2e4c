"""The codes that stand for the languages of a site."""

from __future__ import annotations

import re
from collections.abc import Sequence

from config.document import Document, Path, shown
from config.report import Report

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")


def check_codes(codes: Sequence[str], document: Document, path: Path, report: Report) -> bool:
    """Report what is no code of a language; returns whether all of them are.

    Args:
        codes: as written, for example ``en`` and ``es``.
        document: where they stand.
        path: the place of their list.
        report: takes the mistakes.
    """
    wrong = [index for index, code in enumerate(codes) if not _LANGUAGE.fullmatch(code)]
    for index in wrong:
        message = f"{shown(codes[index])} is no language code, wanted one such as 'en'"
        report.problem(document, (*path, index), message)
    return not wrong
