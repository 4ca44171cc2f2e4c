"""Which files of a site's folder are read; and what stands in it that nobody reads."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from config.directory import PROVIDERS, PROVIDERS_TABLE
from config.document import shown
from config.draft import FILES, FLOWS, OPTIONAL, PROTOCOLS, Draft
from config.errors import FolderError, Problem
from config.includes import SHARED, STEPS
from config.lookups import LOOKUPS
from config.report import Report
from config.source import read_document

DIALOGUES = "dialogues"
"""The folder of a site in which its dialogues stand; they say nothing to a call."""

PARTS = (FLOWS, PROTOCOLS, SHARED, DIALOGUES)
"""The folders of a site."""

_READ_IN_CALLS = (FLOWS, PROTOCOLS, SHARED)
_YAML = (".yaml", ".yml")
_SPREADSHEETS = (".xlsx", ".xls", ".ods", ".numbers")


@dataclass(slots=True)
class SiteFiles:
    """What there is to read.

    Attributes:
        folder: the site's.
        parts: by folder (see :data:`PARTS`) the files in it, by their paths, in order. Where a
            file's name only has to be put right, it stands here by its right one.
        optional: those of :data:`config.draft.OPTIONAL` that are there.
        tables: the names of all tables beside ``site.yaml``.
    """

    folder: Path
    parts: dict[str, list[str]] = field(default_factory=dict)
    optional: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)


def list_files(folder: Path, report: Report) -> SiteFiles:
    """What there is to read; reports what has a wrong name, and warns of what nobody reads.

    Raises:
        FolderError: there is no folder to read.
    """
    try:
        names = _names(folder)
    except NotADirectoryError:
        raise FolderError([_of_folder(folder, "this is not a folder")]) from None
    except (FileNotFoundError, ValueError):  # a NUL in the path is a ValueError
        raise FolderError([_of_folder(folder, "there is no such folder")]) from None
    except OSError as error:
        message = f"the folder cannot be read: {error.strerror}"
        raise FolderError([_of_folder(folder, message)]) from None
    files = SiteFiles(folder)
    known = (*FILES, *OPTIONAL)
    misnamed = dict(_misnamed([name for name in names if name not in PARTS], known))
    files.optional = [name for name in OPTIONAL if name in (*names, *misnamed.values())]
    files.tables = [name for name in names if name.endswith(".csv")]
    for name, right in misnamed.items():
        _tell_right_name(name, right, report)
    for name in names:
        if name not in (*known, *PARTS, *misnamed):
            _tell_unread(folder, name, names, report)
    if PROVIDERS in files.optional and PROVIDERS_TABLE in files.optional:
        message = (
            f"there is {PROVIDERS} as well, and a site has one directory of providers; "
            "keep one of the two files"
        )
        report.add(_of_file(PROVIDERS_TABLE, message))
        report.told_elsewhere(PROVIDERS)
        files.optional.remove(PROVIDERS)
    for part in _READ_IN_CALLS:
        files.parts[part] = _files_in(folder, part, names, report)
    return files


def list_dialogues(folder: Path, report: Report) -> list[str]:
    """The files of the dialogues, by their paths, in order; reports those with a wrong name."""
    try:
        names = _names(folder)
    except (OSError, ValueError):
        return []
    found = _files_in(folder, DIALOGUES, names, report)
    if not found and _inner(folder / DIALOGUES) is not None:
        message = "there is no dialogue here: no publication notices what a change breaks"
        report.warn(_of_file(f"{DIALOGUES}/", message))
    return found


def check_tables(files: SiteFiles, draft: Draft, report: Report) -> None:
    """Report sources whose table is not there, and warn of tables that no source names."""
    meant = set()
    for name, source in draft.lookups.items():
        if source.file and not (files.folder / source.file).exists():
            near = report.meant(source.file, files.tables)
            meant.add(near)
            hint = f"did you mean {shown(near)}?" if near else "save it there, or name another"
            message = f"there is no file {shown(source.file)} beside {LOOKUPS}; {hint}"
            report.problem(draft.documents[LOOKUPS], (name, "file"), message)
    lookups = draft.documents.get(LOOKUPS)
    if lookups is not None and (not lookups.readable or len(draft.lookups) < len(lookups.data)):
        return
    read = {source.file for source in draft.lookups.values()} - {""}
    read |= {PROVIDERS_TABLE} & set(files.tables)
    for name in files.tables:
        if name not in read and name not in meant:
            near = report.meant(name.lower(), read)
            hint = f"; {near} is" if near else ""
            message = f"not read: no source in {LOOKUPS} names this table{hint}"
            report.warn(_of_file(name, message))


def _files_in(folder: Path, part: str, beside: Collection[str], report: Report) -> list[str]:
    """The files in one folder of the site, by their paths, each by its right name."""
    names: list[str] = []
    wanted = f"wanted at least one file, such as {part}/main.yaml"
    message = wanted if part in (FLOWS, PROTOCOLS) else ""
    meant = _meant_for(folder, part, beside, report)
    if meant is not None:
        names, message = _names(folder / meant), ""
        _tell_right_name(f"{meant}/", f"{part}/", report)
    else:
        try:
            names = _names(folder / part)
        except FileNotFoundError:
            pass
        except NotADirectoryError:
            message = message or "found a file, wanted a folder of this name"
        except OSError as error:
            message = f"the folder cannot be read: {error.strerror}"
    read = [name for name in names if name.endswith(".yaml")]
    if meant is not None:
        for name in read:
            report.told_elsewhere(f"{part}/{name}")
        return [f"{part}/{name}" for name in read]
    misnamed = dict(_misnamed(names, None))
    for name, right in misnamed.items():
        _tell_right_name(f"{part}/{name}", f"{part}/{right}", report)
    for name in names:
        if name not in read and name not in misnamed:
            _tell_unread_in(folder, part, name, names, report)
    found = sorted({*read, *misnamed.values()})
    if message and not found:
        report.add(_of_file(f"{part}/", message))
    return [f"{part}/{name}" for name in found]


def _meant_for(folder: Path, part: str, beside: Collection[str], report: Report) -> str | None:
    """The folder that only has to be renamed to be this one, where there is none of its name."""
    if part in beside:
        return None
    near = (name for name in beside if report.meant(name.lower(), PARTS) == part)
    return next((name for name in near if _yaml_in(folder / name)), None)


def _misnamed(names: list[str], known: Collection[str] | None) -> Iterator[tuple[str, str]]:
    """Files that would be read by a slightly other name, each with that name.

    Args:
        names: all that are there.
        known: the names that are read; every name in .yaml if not given.
    """
    taken = set(names)
    for name in names:
        stem, _, ending = name.removesuffix(".txt").rpartition(".")
        right = f"{stem}.{'yaml' if ending.lower() in ('yml', 'yaml') else ending}"
        right = right if known is None else right.lower()
        may_be = ending.lower() in ("yml", "yaml") if known is None else right in known
        if may_be and right not in taken:
            taken.add(right)
            yield name, right


def _tell_right_name(name: str, right: str, report: Report) -> None:
    kind = "folder" if name.endswith("/") else "file"
    message = f"nobody reads a {kind} of this name; rename it to {shown(right.rstrip('/'))}"
    report.add(_of_file(name, message))
    # What it defines is not unknown, and the file is not missing: it has to be renamed.
    report.told_elsewhere(right)


def _tell_unread(folder: Path, name: str, names: Collection[str], report: Report) -> None:
    """Warn of something beside ``site.yaml`` that nobody reads, where it looks meant."""
    if (inner := _inner(folder / name)) is not None:
        near = report.meant(name.lower(), PARTS)
        if near is not None and near not in names and _yaml_in(folder / name):
            return  # told where that folder is looked for
        if near or any(each.lower().endswith((*_YAML, ".csv")) for each in inner):
            hint = f"did you mean {shown(near)}?" if near else f"those read are {', '.join(PARTS)}"
            report.warn(_of_file(f"{name}/", f"nobody reads this folder; {hint}"))
    elif name.lower().endswith(_YAML):
        report.warn(_of_file(name, _unread(folder, name, names, report)))
    elif name.lower().endswith(_SPREADSHEETS) and not name.startswith("~$"):
        table = f"{name.rpartition('.')[0]}.csv"
        message = f"not read: a table is saved as CSV, with commas; save it as {shown(table)}"
        report.warn(_of_file(name, message))


def _unread(folder: Path, name: str, names: Collection[str], report: Report) -> str:
    """Why a file is not read, and where it may belong by what it holds."""
    right = f"{name[:-4]}.yaml" if name.lower().endswith(".yml") else name
    if right in names and right != name:
        return f"not read: {right} is; delete the one that is not needed"
    if (part := _part_of(folder, name)) is not None:
        return f"not read: it belongs in the folder {part}; move it to {shown(f'{part}/{right}')}"
    # The endings are alike anyway.
    missing = {each.partition(".")[0]: each for each in (*FILES, *OPTIONAL) if each not in names}
    near = report.meant(name.partition(".")[0], missing)
    if near is not None:
        return f"not read; did you mean {shown(missing[near])}?"
    return "not read: no file of the site has this name"


def _part_of(folder: Path, name: str) -> str | None:
    """The folder in which a file that holds this belongs."""
    document, _problems = read_document(folder, name)
    held = document.data
    if "rules" in held and isinstance(held["rules"], list):
        return PROTOCOLS
    if isinstance(held.get(STEPS), dict):
        return FLOWS if "start" in held else SHARED
    turns = [isinstance(each, dict) and "turns" in each for each in held.values()]
    return DIALOGUES if turns and all(turns) else None


def _tell_unread_in(
    folder: Path, part: str, name: str, names: Collection[str], report: Report
) -> None:
    """Warn of something in a folder of the site that nobody reads, where it looks meant."""
    right = f"{name[:-4]}.yaml"
    if name.lower().endswith(".yml") and right in names:
        message = f"not read: {part}/{right} is; delete the one that is not needed"
        report.warn(_of_file(f"{part}/{name}", message))
        return
    for each in _yaml_in(folder / part / name):
        message = f"not read: only what stands in {part} itself is; move it to '{part}/{each}'"
        report.warn(_of_file(f"{part}/{name}/{each}", message))


def _names(folder: Path) -> list[str]:
    """What is in a folder, without the hidden files that editors and other systems leave."""
    return sorted(each.name for each in folder.iterdir() if not each.name.startswith("."))


def _inner(path: Path) -> list[str] | None:
    """What is in a folder; ``None`` where this is none, or cannot be read."""
    try:
        return _names(path)
    except (OSError, ValueError):
        return None


def _yaml_in(path: Path) -> list[str]:
    return [name for name in _inner(path) or () if name.lower().endswith(_YAML)]


def _of_file(file: str, message: str) -> Problem:
    return Problem(file=file, line=1, column=1, where="", message=message)


def _of_folder(folder: Path, message: str) -> Problem:
    return _of_file(str(folder), message)
