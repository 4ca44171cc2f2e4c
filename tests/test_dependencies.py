"""What the project depends on: declared, pinned, and written down with its reason."""

from __future__ import annotations

import ast
import configparser
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent


def plain(name: str) -> str:
    """A package's name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement_name(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    assert found is not None, requirement
    return found[0]


def pins() -> dict[str, str]:
    lines = (PROJECT / "constraints.txt").read_text().splitlines()
    pairs = [line.split("==") for line in lines if not line.startswith("#")]
    assert all(len(pair) == 2 for pair in pairs)
    found = {plain(name): version for name, version in pairs}
    assert len(found) == len(pairs), "a package is pinned twice"
    return found


def declared() -> dict[str, list[str]]:
    """Extra (``""`` for none) to the names that setup.cfg asks for."""
    config = configparser.ConfigParser()
    config.read(PROJECT / "setup.cfg", encoding="utf-8")
    found = {"": config["options"]["install_requires"], **config["options.extras_require"]}
    return {
        extra: [
            requirement_name(line)
            for line in text.splitlines()
            if line.strip() and not line.startswith("#")
        ]
        for extra, text in found.items()
    }


EVERY_DEPENDENCY = sorted(
    {name for names in declared().values() for name in names} | {"moonshine-voice"}, key=str.lower
)


@pytest.mark.parametrize("name", EVERY_DEPENDENCY)
def test_every_dependency_is_pinned_and_its_reason_is_written_down(name: str) -> None:
    assert plain(name) in pins()
    reasons = (PROJECT / "docs" / "decisions" / "0008-dependencies.md").read_text()
    assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", reasons)


def test_what_builds_the_project_is_pinned() -> None:
    build = tomllib.loads((PROJECT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert {plain(requirement_name(line)) for line in build} <= pins().keys()


def test_all_that_is_installed_for_them_is_pinned_at_that_version() -> None:
    installed = {plain(d.name): d for d in metadata.distributions()}
    to_see = [plain(name) for name in EVERY_DEPENDENCY]
    seen: dict[str, str] = {}
    while to_see:
        name = to_see.pop()
        if name in seen or name not in installed:
            continue
        seen[name] = installed[name].version
        if name == "moonshine-voice":
            continue
        to_see += [
            plain(requirement_name(requirement))
            for requirement in installed[name].requires or ()
            if "extra ==" not in requirement
        ]
    assert seen == {name: version for name, version in pins().items() if name in seen}


PART_OF = {"pydantic_core": "pydantic"}
"""Modules that a declared package documents as its own and delivers as a second one."""


def imported(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(), str(path))):
            if isinstance(node, ast.Import):
                for name in node.names:
                    yield name.name.partition(".")[0], path
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0], path


def test_whatever_is_imported_is_declared() -> None:
    rooms = {path.parent.name for path in PROJECT.glob("*/__init__.py")} | {"tests"}
    packages = metadata.packages_distributions()
    known = {plain(name) for name in EVERY_DEPENDENCY}
    undeclared = {
        f"{path.relative_to(PROJECT)} imports {name}"
        for room in rooms
        for name, path in imported(PROJECT / room)
        if name not in rooms | sys.stdlib_module_names
        and not known & {plain(dist) for dist in packages.get(name, [name])}
        and PART_OF.get(name) not in known
    }
    assert sorted(undeclared) == []
