"""How a person names a version, and what they are told when there is none."""

from __future__ import annotations

import pytest

from careline.publications import How, Publication
from careline.refusal import Refused
from careline.version_names import before, named


def history(*versions: str) -> list[Publication]:
    """Each a letter; ``<a`` is a roll-back to ``a``."""
    found: list[Publication] = []
    for number, letter in enumerate(versions, start=1):
        back = letter.startswith("<")
        found.append(
            Publication(
                number=number,
                version=letter.strip("<") * 8 + "0123",
                at=float(number),
                author="",
                note="",
                how=How.ROLLED_BACK if back else How.PUBLISHED,
                previous=found[-1].version if found else None,
            )
        )
    return found


@pytest.mark.parametrize("word", ["v2", "V2", "v02", "bbbb", "BBBBBBBB", "bbbbbbbb0123"])
def test_a_version_is_named_by_number_or_by_how_its_hash_begins(word):
    known = history("a", "b", "c")
    assert named(word, known) is known[1]


def test_of_two_publications_of_one_version_the_latest_is_meant_and_each_number_its_own():
    known = history("a", "b", "<a")
    assert named("aaaa", known) is known[2]
    assert named("v1", known) is known[0]


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("v9", "there is no version 'v9'; the latest: v2 bbbbbbbb, v3 cccccccc, v4 dddddddd, "),
        ("v0", "there is no version 'v0'"),
        ("bbbbbbbc", "there is no version 'bbbbbbbc'; did you mean 'bbbbbbbb'?; the latest"),
        ("zzzz", "there is no version 'zzzz'; the latest: v2 "),
        ("v", "'v' could be any version: write v1, v2 ... or at least 4 characters"),
        ("", "'' could be any version"),
        ("3", "'3' could be any version"),
        ("x" * 900, "there is no version '" + "x" * 40 + "'...;"),
        ("\x1b[2J\x1b[2J", r"there is no version '\x1b[2J\x1b[2J'"),
    ],
)
def test_a_name_of_none_is_told_with_the_last_five(word, told):
    with pytest.raises(Refused) as refused:
        named(word, history("a", "b", "c", "d", "e", "f"))
    assert str(refused.value).startswith(told)
    assert str(refused.value).endswith("v5 eeeeeeee, v6 ffffffff")
    assert "v1 a" not in str(refused.value)


def test_what_several_hashes_begin_with_is_told_with_each():
    one, other = history("a", "b")
    twin = Publication(
        number=3, version=one.version[:8] + "9", at=3.0, author="", note="",
        how=How.PUBLISHED, previous=other.version,
    )  # fmt: skip
    with pytest.raises(Refused, match="several versions: v1 aaaaaaaa0123, v3 aaaaaaaa9"):
        named("aaaa", [one, other, twin])


@pytest.mark.parametrize(
    ("versions", "number"),
    [
        ("a b", 1),
        ("a b c", 2),
        ("a b c <b", 1),
        ("a b c <b <a", None),
        ("a b c <b d", 4),
        ("a b b", 1),
        ("a", None),
        ("a <a", None),
        ("", None),
    ],
)
def test_a_roll_back_goes_to_what_served_before_and_said_again_further_back(versions, number):
    known = history(*versions.split())
    if number is None:
        with pytest.raises(Refused):
            before(known)
    else:
        assert before(known).number == number
