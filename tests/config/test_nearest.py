"""The name that was meant is found as difflib finds it, with bounded work."""

import difflib
import random

from hypothesis import given
from hypothesis import strategies as st

from config.nearest import LONGEST_WORD, Nearest

WORDS = st.text(alphabet="abc-1", max_size=8)


@given(word=WORDS, names=st.frozensets(WORDS.filter(bool), max_size=6))
def test_the_nearest_is_the_one_that_difflib_finds(word, names):
    found = difflib.get_close_matches(word, sorted(names), n=1)
    assert Nearest(1000).name(word, names) == (found[0] if found else None)


def test_when_the_work_is_done_nothing_new_is_sought_and_what_was_found_is_still_known():
    near = Nearest(5)
    names = {"menu", "hours", "billing"}
    assert near.name("manu", names) == "menu"
    assert near.name("hors", names) is None
    assert near.name("manu", set(names)) == "menu"


def test_long_names_that_are_much_alike_use_the_work_up(monkeypatch):
    shuffled = random.Random(1)
    names = {"".join(shuffled.sample("ab" * 20, 40)) for _ in range(2000)}
    asked = []
    ratio = difflib.SequenceMatcher.ratio
    monkeypatch.setattr(
        difflib.SequenceMatcher, "ratio", lambda matcher: asked.append(1) or ratio(matcher)
    )
    near = Nearest(10_000)
    for _ in range(50):
        near.name("".join(shuffled.sample("ab" * 20, 40)), names)
    assert 0 < len(asked) <= 10_000 * 8 // (40 * 40)


def test_a_long_word_is_no_slip_of_the_pen():
    assert Nearest(1000).name("a" * (LONGEST_WORD + 1), {"a" * LONGEST_WORD}) is None
    assert Nearest(1000).name("a" * LONGEST_WORD, {"a" * LONGEST_WORD + "b"}) is not None
