"""Texts that a ``#`` cuts short: of ``Press # for Spanish`` without quotes, ``Press`` is left.

In YAML a ``#`` behind a space begins a comment. Behind most values a comment does no harm; where a
text is said or listened for, half of it would be lost without a word.
"""

from __future__ import annotations

from collections.abc import Mapping

from config.document import Mark, Path, dotted
from config.errors import Problem

_SAID, _HEARD = "said", "listened for"
_MEND = "put the whole text in quotes, or the comment on a line of its own"
_PHRASES = frozenset({"keywords", "examples"})
_OF_A_PROVIDER = frozenset({"name", "specialty", "place", "street", "city", "note"})
_OF_A_TURN = {"says": "said", "line": "looked for", "never_said": "looked for"}


def cut_texts(file: str, cut: Mapping[Path, Mark]) -> list[Problem]:
    """What is wrong with the texts that are cut short.

    Args:
        file: path within the site's folder.
        cut: the file's values that a comment follows, and where each of those begins.
    """
    problems = []
    for path, (line, column) in cut.items():
        if use := _use(file, path):
            message = f"what follows the '#' is a comment and is not {use}; {_MEND}"
            problems.append(
                Problem(file=file, line=line, column=column, where=dotted(path), message=message)
            )
    return problems


def _use(file: str, path: Path) -> str:
    """What a text is there for; nothing where a comment behind it does no harm."""
    folder, _, _ = file.rpartition("/")
    within = path[1] if len(path) > 1 else ""
    match folder, file:
        case _, "prompts.yaml":
            return _SAID
        case _, "answers.yaml" | "intents.yaml":
            return _HEARD if within in _PHRASES else _SAID if within in ("title", "text") else ""
        case _, "providers.yaml":
            return _SAID if within in _OF_A_PROVIDER else ""
        case "dialogues", _:
            return _OF_A_TURN.get(str(path[-1]), "") if within == "turns" else ""
        case "flows" | "shared" | "protocols", _:
            # words: {en: [desk, front desk]}; a step may be called 'words' as well
            listed = len(path) > 2 and isinstance(path[-1], int)
            return _HEARD if listed and path[-3] in ("words", "phrases", "examples") else ""
        case _:
            return ""
