"""Where the flows of a site ask: records, schedules, tables. ``lookups.yaml``.

What stands in a URL or a header may be a credential that somebody put in the wrong place: no
message shows any of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path as FilePath

from config.document import Document, Mark, Path, Value, dotted, shown
from config.errors import Problem
from config.lookup_checks import PLACEHOLDER, wrong_with_header, wrong_with_url
from config.names import check_name
from config.parse import parse
from config.report import Report
from config.table import WRONG_LINES_AT_MOST, Table, read_table

LOOKUPS = "lookups.yaml"
PROVIDERS_SOURCE = "providers"
"""The directory of providers is asked under this name; no other source may have it."""

TIMEOUT_S = (0.2, 10.0)
ATTEMPTS = (1, 3)
METHODS = ("GET", "POST")

_FOUND_AT = re.compile(r"[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){0,7}", re.ASCII)
_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\.csv", re.ASCII)
_YES = frozenset({"1", "on", "t", "true", "y", "yes"})
"""What is read as yes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupSource:
    """One place to ask: a web address, or a table beside ``lookups.yaml``.

    Attributes:
        id: the key.
        url: what is asked. A name in braces, such as ``{phone}``, stands for what a flow gives
            under it: a part of the path, or the value of a parameter.
        file: a table (CSV); the answer is the one row in which everything that is given fits.
        method: ``GET``, or ``POST``: what the URL does not name goes as a JSON body.
        headers: sent with every question.
        secret_headers: headers whose values are secrets: the names of these.
        timeout_s: how long a caller waits at most, repeats included. With ``GET`` the attempts
            share it: the first of two gives up after half.
        attempts: how often it is tried; with ``POST`` only as long as no connection was made.
        plain_http: whether ``http://`` may leave this machine, where everybody can read it.
        found_at: a way into the answer, such as ``entry.only``, the one entry of a list, or
            ``entry.0``, the first; when nothing is there, nothing was found. Without it, every
            answer is one.
    """

    id: str
    url: str = ""
    file: str = ""
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    secret_headers: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float = 3.0
    attempts: int = 2
    plain_http: bool = False
    found_at: str = ""

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The names that a flow has to give for the URL, in order; none for a table."""
        return tuple(dict.fromkeys(PLACEHOLDER.findall(self.url)))


_FOR_URLS_ONLY = (
    "method",
    "headers",
    "secret_headers",
    "timeout_s",
    "attempts",
    "plain_http",
    "found_at",
)


def read_lookups(document: Document, report: Report) -> dict[str, LookupSource]:
    """Read the sources.

    Args:
        document: ``lookups.yaml``.
        report: takes the mistakes; what cannot be understood is left out.
    """
    sources = {}
    for name, raw in document.data.items():
        check_name(name, document, (name,), report)
        if name == PROVIDERS_SOURCE:
            message = "this name belongs to the directory of providers; choose another"
            report.problem(document, (name,), message, key=True)
        if not isinstance(raw, dict):
            report.problem(document, (name,), "wanted a mapping of 'key: value' with url or file")
            continue
        entry = _Entry(name, raw, document, report)
        entry.check()
        source = parse(LookupSource, entry.readable, document, (name,), report, given={"id": name})
        if source is not None and entry.readable.keys() == raw.keys():
            sources[name] = source
    return sources


def secrets_named(sources: Iterable[LookupSource]) -> Iterator[tuple[Path, str]]:
    """Every secret that the sources need, and the place that names it."""
    for source in sources:
        for header, secret in source.secret_headers.items():
            yield (source.id, "secret_headers", header), secret


def read_tables(
    folder: FilePath, sources: Mapping[str, LookupSource], report: Report
) -> dict[str, Table]:
    """Read the tables of the sources that are files, by the source's name.

    Dates and phone numbers in them (columns with ``date`` or ``phone`` in their names) must be
    written as they are compared. Of a file that is missing nothing is said here: that is a mistake
    in the line that names it, see :func:`config.files.check_tables`.

    Args:
        folder: the site's folder.
        sources: as :func:`read_lookups` gave them.
        report: takes the mistakes.
    """
    tables, read = {}, dict[str, Table]()
    for name, source in sources.items():
        if not source.file:
            continue
        if source.file not in read:
            table, problems = read_table(folder, source.file)
            if (folder / source.file).exists():
                for problem in (*problems, *_wrong_cells(table)):
                    report.add(problem)
            read[source.file] = table
        tables[name] = read[source.file]
    return tables


def is_phone_column(column: str) -> bool:
    """Whether a column holds phone numbers, by its name."""
    return "phone" in column.split("_")


class _Entry:
    """The checks of one source, on what is written: each mistake whatever the others are.

    Attributes:
        readable: what is written, without the values that may not be shown and have a wrong form.
    """

    def __init__(
        self, name: str, raw: dict[str, Value], document: Document, report: Report
    ) -> None:
        self.name = name
        self.raw = raw
        self.readable = dict(raw)
        self.document = document
        self.report = report

    def check(self) -> None:
        raw = self.raw
        if ("url" in raw) == ("file" in raw):
            self.problem((), "wanted either url or file", key=True)
        if "file" in raw:
            for key in _FOR_URLS_ONLY:
                if key in raw:
                    self.problem((key,), f"'{key}' is only for a url", key=True)
        file = raw.get("file")
        if isinstance(file, str) and not _FILE.fullmatch(file):
            self.problem(("file",), "wanted a file beside lookups.yaml, such as 'patients.csv'")
            del self.readable["file"]
        self._check_url()
        self._check_headers()
        method = raw.get("method")
        if isinstance(method, str) and method not in METHODS:
            self.problem(("method",), f"found {shown(method)}, wanted GET or POST")
        found_at = raw.get("found_at")
        if isinstance(found_at, str) and not _FOUND_AT.fullmatch(found_at):
            self.problem(("found_at",), "wanted names and numbers with dots, such as 'entry.only'")
        self._check_number("timeout_s", TIMEOUT_S)
        self._check_number("attempts", ATTEMPTS)

    def _check_number(self, key: str, limits: tuple[float, float]) -> None:
        written = self.raw.get(key)
        if not isinstance(written, str):
            return
        try:
            number = float(written)
        except ValueError:
            return  # told when it is read
        if math.isfinite(number) and not limits[0] <= number <= limits[1]:
            wanted = f"{limits[0]:g} to {limits[1]:g}"
            self.problem((key,), f"found {number:g}, wanted {wanted}")

    # --- the URL --------------------------------------------------------------------------------

    def _check_url(self) -> None:
        url = self.raw.get("url")
        if isinstance(url, str):
            plain = self.raw.get("plain_http")
            may_be_plain = isinstance(plain, str) and plain.lower() in _YES
            for message in wrong_with_url(url, may_be_plain=may_be_plain):
                self.problem(("url",), message)

    # --- headers --------------------------------------------------------------------------------

    def _check_headers(self) -> None:
        seen: dict[str, Mark] = {}
        for key in ("headers", "secret_headers"):
            if key not in self.raw:
                continue
            headers = self.raw[key]
            if not isinstance(headers, dict):
                self.problem((key,), "wanted a mapping, such as 'Accept: application/json'")
                del self.readable[key]
                continue
            for header, value in headers.items():
                mark = self.document.key_mark((self.name, key, header))
                for message in wrong_with_header(key, header, value):
                    self.problem((key,), message, mark=mark)
                if header.lower() in seen:
                    line = seen[header.lower()][0]
                    message = f"this header stands twice; the first is on line {line}"
                    self.problem((key,), message, mark=mark)
                seen.setdefault(header.lower(), mark)
            if not all(isinstance(value, str) for value in headers.values()):
                del self.readable[key]

    def problem(
        self, inner: Path, message: str, *, key: bool = False, mark: Mark | None = None
    ) -> None:
        """Report, with a place that names no header: what stands there may be anything."""
        path = (self.name, *inner)
        if mark is None:
            self.report.problem(self.document, path, message, key=key)
        else:
            line, column = mark
            self.report.add(
                Problem(
                    file=self.document.file,
                    line=line,
                    column=column,
                    where=dotted(path),
                    message=message,
                )
            )


# --- tables -------------------------------------------------------------------------------------


def _wrong_cells(table: Table) -> Iterator[Problem]:
    wrong = 0
    columns = [each for each in table.columns if is_phone_column(each) or "date" in each.split("_")]
    for key, row in table.data.items():
        for column in columns:
            text = row.get(column) if isinstance(row, dict) else None
            if not isinstance(text, str) or not text:
                continue
            if is_phone_column(column):
                message = "" if _is_phone(text) else "this is no phone number of ten digits or more"
            else:
                message = "" if _is_date(text) else "this is no date such as 1980-12-31"
            if message:
                line, place = table.mark((key, column))
                yield Problem(
                    file=table.file, line=line, column=place, where=column, message=message
                )
                wrong += 1
                if wrong >= WRONG_LINES_AT_MOST:
                    return


def _is_phone(text: str) -> bool:
    return 10 <= sum(map(str.isdigit, text)) <= 15 and not any(map(str.isalpha, text))


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
