"""Text as a voice should read it: bounded, printable, numbers said the way people say them."""

from __future__ import annotations

import re
import unicodedata

from calls.ports import SpeechError

LONGEST_TEXT = 2000
"""Characters in one prompt; about two minutes of speech."""

_TYPOGRAPHIC = str.maketrans(
    {
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{EN DASH}": ", ",
        "\N{EM DASH}": ", ",
        "\N{HORIZONTAL ELLIPSIS}": "...",
        "\N{NO-BREAK SPACE}": " ",
    }
)
# Emergency and service numbers are said digit by digit ("nine one one"), as are telephone numbers:
# groups of digits joined by hyphens or spaces, or five digits and more.
_DIALLED = re.compile(r"(?<![\d.,])(?:[2-9]11|988|\+?\d{3}(?:[- ]\d{3,4})+|\+?\d{5,})(?![\d])")


def speakable(text: str, *, ascii_only: bool) -> str:
    """The text for an engine.

    Args:
        text: a prompt.
        ascii_only: for voices that stumble over anything else; accents are taken off.

    Returns:
        One line without control characters.

    Raises:
        SpeechError: there is nothing to say, or too much.
    """
    if len(text) > LONGEST_TEXT:
        raise SpeechError(f"a prompt has at most {LONGEST_TEXT} characters, not {len(text)}")
    line = unicodedata.normalize("NFC", text.translate(_TYPOGRAPHIC))
    line = "".join(" " if unicodedata.category(c).startswith("C") else c for c in line)
    if ascii_only:
        line = unicodedata.normalize("NFKD", line).encode("ascii", "ignore").decode()
    line = " ".join(_DIALLED.sub(_digit_by_digit, line).split())
    if not any(c.isalnum() for c in line):
        raise SpeechError("a prompt without a word cannot be spoken")
    return line


def _digit_by_digit(match: re.Match[str]) -> str:
    groups = re.split(r"[- ]", match[0].lstrip("+"))
    # A comma is a short breath between the groups of a telephone number.
    return ", ".join(" ".join(group) for group in groups)
