"""Lookups that answer what they were told to."""

import json

import pytest

from adapters.lookups import SimulatedLookups
from calls.ports import Answer


def outcome(scripted, given=None):
    answer = SimulatedLookups({"a": scripted}).answer("a", given or {})
    return answer.reason or answer.outcome


@pytest.mark.parametrize(
    ("scripted", "told"),
    [
        ({"name": "Ann"}, "found"),
        ([], "found"),
        ("not-found", "not-found"),
        ("failed", "unreachable"),
        ("timeout", "timeout"),
        (Answer(outcome="failed", reason="refused"), "refused"),
        (lambda given: {"asked": given["x"]}, "found"),
        (lambda given: "too-large", "too-large"),
    ],
)
def test_the_answer_is_the_one_it_was_told(scripted, told):
    assert outcome(scripted, {"x": "1"}) == told


def test_a_document_is_handed_over_as_json():
    answer = SimulatedLookups({"a": lambda given: dict(given)}).answer("a", {"x": "é"})
    assert json.loads(answer.document.reveal()) == {"x": "é"}


@pytest.mark.parametrize("scripted", ["found", "no such word", 12, {"a": {1, 2}}, float("nan")])
def test_what_is_no_answer_is_refused_when_it_is_told(scripted):
    with pytest.raises(ValueError, match=r"wanted|JSON"):
        SimulatedLookups({"a": scripted})


@pytest.mark.parametrize("wrong", [lambda given: given["y"], lambda given: 12, lambda given: "x"])
def test_a_function_that_fails_is_a_failed_answer(wrong):
    assert outcome(wrong) == "misconfigured"
