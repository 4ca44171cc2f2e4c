"""The figures of triage: shares, intervals, goals, and sets that share nothing."""

from __future__ import annotations

import pytest

from benchmarks.accuracy import Judged, Share, accuracy, by_slice
from benchmarks.triage_report import figures, slices
from benchmarks.utterances import EMERGENCY, HARMLESS, URGENT, Utterance, read
from calls.verdict import Action


def _judged(label: str, action: Action, slice_: str = "any") -> Judged:
    return Judged(Utterance(id="a-1", text="x", lang="en", label=label, slice=slice_), action)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 10, 0.0, 27.8), (10, 10, 72.2, 100.0), (5, 10, 23.7, 76.3), (95, 100, 88.8, 97.8)],
)
def test_the_interval_is_wilsons(hits, of, low, high):
    assert Share(hits=hits, of=of).interval_pct == pytest.approx((low, high), abs=0.05)


def test_a_share_of_nothing_says_nothing():
    assert Share(hits=0, of=0).pct == 0
    assert Share(hits=0, of=0).interval_pct == (0.0, 100.0)


def test_a_question_catches_and_is_no_alarm():
    found = accuracy(
        [
            _judged("911-now", Action.CALL_911),
            _judged("988-now", Action.ASK),
            _judged("nurse-now", Action.CONTINUE),
            _judged("routine", Action.ASK),
            _judged("same-day", Action.NURSE),
            _judged("routine", Action.CONTINUE),
        ]
    )
    assert str(found.emergencies_caught).startswith("100.0 %")
    assert (found.emergencies_direct.hits, found.emergencies_direct.of) == (1, 2)
    assert found.nurse_caught.hits == 0
    assert (found.false_alarms.hits, found.false_alarms_and_questions.hits) == (1, 2)


def test_the_report_names_every_slice_and_what_was_missed():
    judged = [_judged("911-now", Action.CONTINUE, "stroke"), _judged("routine", Action.CONTINUE)]
    assert list(by_slice(judged)) == ["any", "stroke"]
    text = "\n".join(slices(judged))
    assert "stroke" in text
    table = "\n".join(figures({"all": accuracy(judged)}))
    assert table.count("MISSED") == 3


def test_the_sets_are_large_and_share_no_utterance():
    sets = {name: read(name) for name in ("training", "tuning", "held_out", "later")}
    assert len(sets["tuning"]) + len(sets["held_out"]) >= 600
    texts = [each.text for said in sets.values() for each in said]
    authors = [{each.id.split("-")[0] for each in said} for said in sets.values()]
    assert authors[0].isdisjoint(authors[1] | authors[2])
    assert authors[1].isdisjoint(authors[2])
    assert authors[3].isdisjoint(authors[0] | authors[1] | authors[2])
    held_out = {each.text for each in sets["held_out"]}
    assert len(texts) - len(set(texts)) < 40  # "thank you", "hello" and the like
    assert held_out.isdisjoint(each.text for each in (*sets["training"], *sets["tuning"]))
    for said in sets.values():
        assert {each.label for each in said} <= {*URGENT, *HARMLESS}
        assert {each.lang for each in said} == {"en", "es"}
    assert set(EMERGENCY) <= set(URGENT)


def test_no_utterance_of_the_development_set_is_an_example_of_a_rule(clinic):
    examples = {
        text
        for rule in clinic.protocols.rules
        for text in (*rule.examples.positive, *rule.examples.negative)
    }
    assert not examples & {
        each.text for name in ("tuning", "held_out", "later") for each in read(name)
    }
