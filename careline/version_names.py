"""How a person names a version of the site: ``v3``, or how its hash begins."""

from __future__ import annotations

import re
from collections.abc import Sequence

from careline.publications import How, Publication
from careline.refusal import Refused, did_you_mean

_NUMBER = re.compile(r"v([0-9]{1,9})", re.IGNORECASE | re.ASCII)
_LISTED = 5
_SHORTEST = 4
_SHOWN_CHARACTERS = 40


def named(word: str, known: Sequence[Publication]) -> Publication:
    """The publication that a word names; of several with one hash, the latest.

    Args:
        word: ``v3``, or at least four characters of a hash.
        known: the history.

    Raises:
        Refused: there is none, or more than one version is meant; tells those there are.
    """
    number = _NUMBER.fullmatch(word)
    if number is not None:
        for each in known:
            if each.number == int(number[1]):
                return each
        raise Refused(_unknown(word, known))
    begins = word.lower()
    found = {each.version: each for each in known if each.version.lower().startswith(begins)}
    if len(begins) < _SHORTEST:
        raise Refused(
            f"{_shown(word)} could be any version: write v1, v2 ... or at least {_SHORTEST} "
            f"characters of the hash; {listed(known)}"
        )
    if not found:
        raise Refused(_unknown(word, known))
    if len(found) > 1:
        several = ", ".join(f"{each.name} {each.version[:16]}" for each in found.values())
        raise Refused(f"{_shown(word)} is the beginning of several versions: {several}")
    return next(iter(found.values()))


def before(known: Sequence[Publication]) -> Publication:
    """The version that served before the one that serves now, for a roll-back.

    Said again it goes further back, not to and fro: before a version that was rolled back to is
    what served before that one was published.

    Raises:
        Refused: there is none.
    """
    if not known:
        raise Refused("no version was published yet")
    at = len(known) - 1
    serving = known[at].version
    if known[at].how is How.ROLLED_BACK:
        published = [
            index
            for index, each in enumerate(known)
            if each.version == serving and each.how is not How.ROLLED_BACK
        ]
        at = published[-1] if published else at
    for each in reversed(known[:at]):
        if each.version != serving:
            return each
    raise Refused(f"there is no version before {known[-1].name}; {listed(known)}")


def listed(known: Sequence[Publication]) -> str:
    """The latest versions, for an error message."""
    if not known:
        return "no version was published yet"
    latest = ", ".join(f"{each.name} {each.short}" for each in known[-_LISTED:])
    return f"the latest: {latest}"


def _unknown(word: str, known: Sequence[Publication]) -> str:
    names = [each.name for each in known] + [each.short for each in known]
    near = did_you_mean(word[:_SHOWN_CHARACTERS].lower(), names)
    return f"there is no version {_shown(word)}{near}; {listed(known)}"


def _shown(word: str) -> str:
    cut = word[:_SHOWN_CHARACTERS]
    return repr(cut) if cut == word else f"{cut!r}..."
