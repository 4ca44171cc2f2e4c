"""A bug is named by its kind and place, never by what it was about."""

import pytest

from calls.faults import where

SECRET = "i have chest pain"


def fail():
    raise KeyError(SECRET)


def test_the_place_of_a_bug_is_named_and_its_message_is_not():
    with pytest.raises(KeyError) as caught:
        fail()
    text = where(caught.value)
    assert SECRET not in text
    assert text.startswith("KeyError at test_faults.py:")
    assert text.count("test_faults.py:") == 2
    assert "/" not in text


def test_only_the_last_places_are_named():
    def deep(levels):
        if levels:
            deep(levels - 1)
        else:
            fail()

    with pytest.raises(KeyError) as caught:
        deep(20)
    assert where(caught.value).count(" > ") == 3


def test_an_error_that_was_never_raised_has_no_place():
    assert where(ValueError(SECRET)) == "ValueError"
