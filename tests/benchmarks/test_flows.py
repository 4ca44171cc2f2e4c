"""The benchmark of call flows measures what it says: real flows, real calls, the same each time."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from adapters.lookups import DryLookups
from benchmarks.__main__ import MODULES
from benchmarks.flow_calls import record
from benchmarks.flow_figures import LINES, SECTIONS
from benchmarks.flow_site import write_site
from benchmarks.flows import BEGAN, DEPARTMENTS, bytes_per_call, holding, loading, told
from config.load import check, load_site
from ivr.states import State
from ivr.steps import KINDS, AnswersStep, ConsentStep, SetStep

NEVER_WRITTEN = {AnswersStep, ConsentStep}
"""Kinds of steps that the large site does without."""

DONE = (
    *("CallArrived", "PromptFinished", "tick", "DigitsCollected", "WordsAssessed"),
    *("SpeechStarted", "CallConnected", "CallReleased", "CallerHungUp", "LookedUp"),
)
"""What happens in calls to the large site."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("site") / "large"
    write_site(place, 2)
    return place


@pytest.fixture(scope="module")
def site(folder):
    return load_site(folder)


@pytest.fixture(scope="module")
def ask(site):
    return DryLookups(site.tables, site.providers.values()).answer


@pytest.fixture(scope="module")
def calls(site, ask):
    return record(site, ask, calls=120, began=BEGAN)


def test_the_large_site_is_right_and_has_every_kind_of_step(folder):
    problems, _, site = check(folder)
    assert problems == []
    kinds = {type(step) for flow in site.flows.values() for step in flow.steps.values()}
    assert kinds | NEVER_WRITTEN >= set(KINDS.values())
    assert any(step.compute for step in site.flows["d0"].steps.values() if type(step) is SetStep)


def test_it_has_as_many_lines_as_are_promised(tmp_path):
    assert write_site(tmp_path / "large", DEPARTMENTS) == pytest.approx(LINES, rel=0.02)


def test_two_sites_have_no_phrase_of_a_department_in_common(tmp_path):
    phrases = []
    for words in ("one", "two"):
        write_site(tmp_path / words, 1, words=words)
        text = (tmp_path / words / "flows" / f"{words}d0.yaml").read_text()
        phrases.append({line for line in text.splitlines() if " of " in line})
    assert phrases[0]
    assert not phrases[0] & phrases[1]


@pytest.mark.parametrize("kind", DONE)
def test_everything_that_callers_do_is_in_the_calls(calls, kind):
    assert calls.kinds[kind] > 0


def test_calls_overlap_and_time_never_goes_back(calls):
    times = [now for _, _, now in calls.inputs]
    assert times == sorted(times)
    numbers = [number for number, _, _ in calls.inputs]
    changes = sum(one != other for one, other in pairwise(numbers))
    assert changes > len(numbers) / 2


def test_new_interpreters_answer_the_same_and_every_call_ends(calls):
    interpreters = calls.interpreters()
    assert told(calls, interpreters) == calls.commands
    assert {call.state for call in interpreters} == {State.ENDED}


def test_the_same_seed_makes_the_same_calls_and_another_one_others(site, ask):
    one, same, other = (record(site, ask, calls=5, began=BEGAN, seed=seed) for seed in (1, 1, 1000))
    assert one.inputs == same.inputs
    assert [each[2] for each in one.inputs] != [each[2] for each in other.inputs]


def test_calls_that_go_other_ways_are_noticed(calls):
    with pytest.raises(AssertionError, match="other commands"):
        holding(replace(calls, commands=0), repeats=1)


def test_every_figure_is_explained_in_the_page(calls):
    keys = [figure.key for section in SECTIONS for figure in section.figures]
    assert len(keys) == len(set(keys))
    values = loading(departments=1, repeats=1) | holding(calls, repeats=1)
    assert set(values) <= set(keys)
    assert values["inputs_per_s"] > 0
    assert values["input_p50_us"] <= values["input_p99_us"] <= values["input_worst_us"]
    assert sum(each["share_pct"] for each in values["mix"]) == pytest.approx(100)


def test_memory_is_that_of_calls_in_progress(calls):
    # A call has at least its variables, its timers and its trail; and nothing of the site.
    assert 1_000 < bytes_per_call(calls) < 50_000


def test_the_flows_are_a_part_of_make_bench():
    assert "flows" in MODULES
