"""The directory: whom a caller can be sent to. ``providers.yaml``, or a table ``providers.csv``."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

from config.document import Document, Value, shown
from config.names import check_name
from config.parse import parse
from config.report import Report
from config.table import Table
from config.typing_of import required_fields
from config.zip_codes import position_of

PROVIDERS, PROVIDERS_TABLE = "providers.yaml", "providers.csv"
"""A site has one of them, or none."""

MAX_CHARACTERS = 300
"""Of one text: what a caller is read should have an end."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LANGUAGES = _words(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de
    dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia
    id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo
    lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl
    ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk
    tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    """
)
"""ISO 639-1."""

_ZIP = re.compile(r"[0-9]{5}", re.ASCII)
_STATE = re.compile(r"[A-Z]{2}")
_PHONE = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One doctor, nurse practitioner or therapist, at one place.

    Attributes:
        id: the key, or the first column.
        name: as it is said.
        specialty: for example ``cardiology``.
        languages: codes (ISO 639-1) of the languages spoken there. In a table ``;`` stands between
            them.
        place: the practice or hospital.
        street: with the number.
        city: without state and ZIP code.
        state: two letters.
        zip: five digits; without it nobody can be told how far it is.
        phone: with country code, for example ``+15185550101``.
        accepting: whether new patients are taken.
        note: what else a caller should know.
    """

    id: str
    name: str
    specialty: str
    languages: tuple[str, ...] = ("en",)
    place: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    phone: str = ""
    accepting: bool = True
    note: str = ""


_COLUMNS = tuple(each.name for each in fields(Provider))


def read_providers(document: Document, report: Report) -> dict[str, Provider]:
    """Read the directory.

    Args:
        document: ``providers.yaml`` or ``providers.csv``, as they were read.
        report: takes the mistakes; what cannot be understood is left out.
    """
    if isinstance(document, Table) and not _check_columns(document, report):
        return {}
    providers = {}
    for name, raw in document.data.items():
        check_name(name, document, (name,), report)
        if isinstance(document, Table) and isinstance(raw, dict):
            raw = _of_row(raw)
        provider = parse(Provider, raw, document, (name,), report, given={"id": name})
        if provider is not None:
            _check(provider, document, report)
            providers[name] = provider
    return providers


def _check_columns(table: Table, report: Report) -> bool:
    """Tell of a column once, and not for every row; returns whether the rows can be read."""
    if not table.columns:
        return True  # nothing was read, which is told
    misspelt = set()
    for column in list(table.columns)[1:]:
        if column not in _COLUMNS[1:]:
            hint = report.nearest(column, _COLUMNS[1:])
            misspelt.add(report.meant(column, _COLUMNS[1:]))
            table.keys[column,] = table.columns[column]
            report.problem(table, (column,), f"unknown column {shown(column)}{hint}", key=True)
    missing = [
        each
        for each in _COLUMNS[1:]
        if each in required_fields(Provider) and each not in table.columns
    ]
    for column in missing:
        if column not in misspelt:
            report.problem(table, (), f"the column {shown(column)} is missing")
    return not missing


def _of_row(row: dict[str, Value]) -> dict[str, Value]:
    """A row as YAML would have it: what is empty is left out, lists are lists."""
    told: dict[str, Value] = {
        column: text for column, text in row.items() if text and column in _COLUMNS[1:]
    }
    languages = told.get("languages")
    if isinstance(languages, str):
        told["languages"] = [each.strip() for each in languages.split(";")]
    return told


def _check(provider: Provider, document: Document, report: Report) -> None:
    name = provider.id
    for field in ("name", "specialty"):
        if not getattr(provider, field).strip():
            report.problem(document, (name, field), f"the {field} is empty")
    for field in _COLUMNS[1:]:
        text = getattr(provider, field)
        if isinstance(text, str) and len(text) > MAX_CHARACTERS:
            message = f"this has {len(text)} characters, wanted at most {MAX_CHARACTERS}"
            report.problem(document, (name, field), message)
    for index, language in enumerate(provider.languages):
        if language not in LANGUAGES:
            message = f"unknown language {shown(language)}, wanted a code such as 'en'"
            report.problem(document, (name, "languages", index), message)
        elif language in provider.languages[:index]:
            message = f"the language {shown(language)} stands twice"
            report.problem(document, (name, "languages", index), message)
    if provider.state and not _STATE.fullmatch(provider.state):
        message = f"found {shown(provider.state)}, wanted two letters such as 'NY'"
        report.problem(document, (name, "state"), message)
    if provider.phone and not _PHONE.fullmatch(provider.phone):
        message = "this is no phone number with country code, wanted one such as '+15185550101'"
        report.problem(document, (name, "phone"), message)
    if provider.zip and not _ZIP.fullmatch(provider.zip):
        message = f"found {shown(provider.zip)}, wanted a ZIP code of five digits"
        report.problem(document, (name, "zip"), message)
    elif provider.zip and position_of(provider.zip) is None:
        message = f"unknown ZIP code {shown(provider.zip)}: nobody can be told how far it is"
        report.warning(document, (name, "zip"), message)
