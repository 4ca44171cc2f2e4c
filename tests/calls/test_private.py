"""Words, digits and numbers cannot be read by accident."""

import traceback

from hypothesis import given
from hypothesis import strategies as st

from calls.facts import CallArrived, DigitsCollected, SpeechHeard
from calls.ids import CallId
from calls.private import Private

SECRET = "0170-secret"


def test_no_way_of_writing_it_out_shows_it():
    private = Private(SECRET)
    for text in (repr(private), str(private), f"{private}", f"{private!r:>20}", repr([private])):
        assert SECRET not in text
    assert private.reveal() == SECRET


def test_a_fact_written_out_hides_it():
    about = {"site": "clinic", "call_id": CallId("one")}
    for fact in (
        CallArrived(**about, caller=Private(SECRET), dialled="main", line="sip"),
        DigitsCollected(**about, digits=Private(SECRET)),
        SpeechHeard(**about, words=Private(SECRET), confidence=0.9, second=Private(SECRET)),
    ):
        assert SECRET not in repr(fact)
        assert "one" in repr(fact)


def test_a_traceback_that_quotes_the_value_hides_it():
    error = ValueError(Private(SECRET))
    assert SECRET not in "".join(traceback.format_exception(error))


@given(st.text(), st.text())
def test_it_is_compared_by_what_it_holds(one, other):
    assert (Private(one) == Private(other)) == (one == other)
    assert (hash(Private(one)) == hash(Private(other))) or one != other


def test_nothing_is_nothing():
    assert not Private("")
    assert Private("0")
