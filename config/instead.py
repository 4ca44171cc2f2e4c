"""What to write instead of what was found, where a few words of it show the form that is wanted."""

from __future__ import annotations

import re
import typing

from config.document import SHOWN_CHARACTERS, Path
from config.shorthand import WORD_FOR
from config.typing_of import is_mapping, without_none

_SHOWN_AT_MOST = 3
_PLAIN = re.compile(r"[\w+][^\[\]{}#:\"'\n]*(?::\S[^\[\]{}#:\"'\n]*)*")
"""What means in square brackets what it means without them."""
_BY_LANGUAGE = frozenset({"words", "keywords", "examples", "title", "text"})


def instead_of(found: object, wanted: object, place: Path) -> str:
    """What is wanted, with what was found put into its form; nothing where no form is at hand.

    Args:
        found: as it was written.
        wanted: the type of what stands there.
        place: where it stands, from the class that it belongs to.
    """
    wanted = without_none(wanted)
    arguments = typing.get_args(wanted)
    if typing.get_origin(wanted) is tuple and arguments[-1] is Ellipsis:
        if place[:1] == ("week",) and "-" not in str(found):
            return "hours such as [08:00-18:00]; leave the day out where it is closed"
        return _list(found) if _may_be_words(arguments[0]) else ""
    if not is_mapping(wanted) or not place:
        return ""
    if place[-1] in _BY_LANGUAGE:
        listed = _list(found) if typing.get_origin(without_none(arguments[1])) is tuple else ""
        shown = _words(found) if listed or isinstance(found, str) else ""
        value = f"[{shown}]" if listed else shown
        return f"the text of each language, such as {{en: {value}}}" if shown else ""
    if without_none(arguments[1]) is int and (words := _words(found)):
        levels = ", ".join(f"{word}: 5" for word in words.split(", "))
        return f"a number for each, such as {{{levels}}}"
    return ""


def _list(found: object) -> str:
    words = _words(found)
    return f"a list in square brackets: [{words}]" if words else ""


def _words(found: object) -> str:
    """A word, or the words of a short list, as they stand in brackets; nothing for all else."""
    written = found if isinstance(found, list) else [found]
    words = [each for each in written if isinstance(each, str) and _PLAIN.fullmatch(each)]
    if not words or len(words) < len(written):
        return ""
    text = ", ".join(words[:_SHOWN_AT_MOST])
    return text if text.isprintable() and len(text) <= SHOWN_CHARACTERS else ""


def _may_be_words(kind: object) -> bool:
    kind = without_none(kind)
    return kind in (str, int, float) or kind in WORD_FOR
