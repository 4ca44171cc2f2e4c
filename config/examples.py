"""Add an example to a rule's file, and leave every other byte of it as it is."""

from __future__ import annotations

import json
from pathlib import Path

from config.document import Document
from config.draft import PROTOCOLS
from config.source import read_document


class ExampleError(Exception):
    """Ops: the example cannot be written. The message says why."""


def add_example(folder: Path, rule: str, text: str, *, positive: bool) -> str:
    """Write an example as the last of its kind.

    Args:
        folder: the site's; it loads.
        rule: the rule's id.
        text: the example.
        positive: whether the rule must find it.

    Returns:
        Where it stands: ``protocols/cardiac.yaml:210``.

    Raises:
        ExampleError: there is no such rule, it has the example already, or the file is written in
            a way in which nothing can be added.
    """
    kind = "positive" if positive else "negative"
    for path in sorted((folder / PROTOCOLS).glob("*.yaml")):
        file = f"{PROTOCOLS}/{path.name}"
        document, _ = read_document(folder, file)
        index = _index(document, rule)
        if index is None:
            continue
        examples = document.value(("rules", index, "examples", kind))
        if not isinstance(examples, list) or not examples:
            raise ExampleError(f"{file}: rule '{rule}' has no list of {kind} examples to add to")
        if text in examples:
            raise ExampleError(f"{file}: rule '{rule}' has this example already")
        line, column = document.mark(("rules", index, "examples", kind, len(examples) - 1))
        return f"{file}:{_insert(path, file, line, column, text)}"
    raise ExampleError(f"there is no rule '{rule}'")


def _index(document: Document, rule: str) -> int | None:
    rules = document.data.get("rules")
    for index, each in enumerate(rules if isinstance(rules, list) else ()):
        if isinstance(each, dict) and each.get("id") == rule:
            return index
    return None


def _insert(path: Path, file: str, line: int, column: int, text: str) -> int:
    """Write it under the item at a place; returns its line."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    dash = lines[line - 1][: column - 1]
    if dash.strip() != "-":
        raise ExampleError(f"{file}:{line}: write the examples one a line, each after a '- '")
    after = line
    indent = len(dash) - len(dash.lstrip())
    while after < len(lines) and lines[after].strip() and _depth(lines[after]) > indent:
        after += 1  # the item goes on over several lines
    if not lines[after - 1].endswith("\n"):
        lines[after - 1] += "\n"
    # A JSON string is a YAML one, whatever stands in it.
    lines.insert(after, f"{dash}{json.dumps(text, ensure_ascii=False)}\n")
    path.write_text("".join(lines), encoding="utf-8")
    return after + 1


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
