"""Hash chains: each link names the one before it, so that what is missing or changed shows.

A chain shows what happened between its links. Its own end it cannot prove: that the last links were
cut off shows only by a mark in the link that was meant to be the last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

DIGEST_BYTES = 32
BEGINNING = bytes(DIGEST_BYTES)
"""What the first link names as the one before it."""


def digest(data: bytes) -> bytes:
    """SHA-256 (FIPS 180-4)."""
    return hashlib.sha256(data).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link.

    Attributes:
        number: 1, 2, 3, ...
        previous: the digest of the link before it, :data:`BEGINNING` for the first.
        digest: its own.
    """

    number: int
    previous: bytes
    digest: bytes


class Flaw(Enum):
    """What can be wrong with a chain."""

    MISSING = "missing"
    """It and perhaps more after it are not there, though a later one is."""
    MOVED = "moved"
    """It stands after a link with a higher number."""
    REPEATED = "repeated"
    """Its number was there before."""
    EDITED = "edited"
    """It is not what it was when the next one was made, or when it was sealed."""
    FOREIGN = "foreign"
    """It belongs to another chain."""
    UNREADABLE = "unreadable"
    """Bytes that are no link stand behind it (behind 0: at the beginning)."""
    TRUNCATED = "truncated"
    """It is the last one that is there and the chain did not end with it."""
    BEYOND_END = "beyond-end"
    """It stands after the link that was the last."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A flaw and where it is.

    Attributes:
        number: the link's number.
        flaw: the :class:`Flaw`'s value; text, so that findings sort.
    """

    number: int
    flaw: str


def check(links: Iterable[Link]) -> list[Finding]:
    """Everything that is wrong between the links of a chain, by number.

    Args:
        links: in the order in which they were found.
    """
    findings: set[Finding] = set()
    first: dict[int, Link] = {}
    highest = 0
    for link in links:
        if link.number in first:
            findings.add(Finding(link.number, Flaw.REPEATED.value))
            continue
        first[link.number] = link
        if link.number < highest:
            findings.add(Finding(link.number, Flaw.MOVED.value))
        highest = max(highest, link.number)
    expected = 1
    for number in sorted(first):
        if number > expected:
            findings.add(Finding(expected, Flaw.MISSING.value))
        elif number == 1:
            if first[1].previous != BEGINNING:
                findings.add(Finding(1, Flaw.EDITED.value))
        elif first[number].previous != first[number - 1].digest:
            findings.add(Finding(number - 1, Flaw.EDITED.value))
        expected = number + 1
    return sorted(findings)
