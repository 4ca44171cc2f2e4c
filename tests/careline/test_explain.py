"""``careline explain``: the story of a call, with each decision where it was made."""

from __future__ import annotations

import json

import pytest

from calls.commands import OfferCall
from calls.facts import CallEnded, CallQueued
from calls.ports import Entry
from careline.__main__ import main
from careline.state import StateFolder
from config.site import Site
from tests.careline.recorded_days import DROPS, busy_day, keep, rough_day


@pytest.fixture(scope="module")
def day(clinic: Site) -> list[Entry]:
    return busy_day(clinic)


@pytest.fixture(scope="module")
def kept(clinic: Site, day: list[Entry], tmp_path_factory: pytest.TempPathFactory) -> StateFolder:
    return keep(tmp_path_factory.mktemp("day"), [clinic], day)


@pytest.fixture
def explain(kept, capsys):
    """Runs the command; gives its exit code, output and errors."""

    def run(*arguments):
        code = main(["explain", *arguments, "--state", str(kept.path)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def call_by(day, rule):
    """A call that was offered to somebody by a rule."""
    return next(
        entry.record.call_id
        for entry in day
        if isinstance(entry.record, OfferCall) and entry.record.rule == rule
    )


def test_each_offer_is_told_with_all_who_were_passed_over(clinic, day, explain):
    offered = [e.record.call_id for e in day if isinstance(e.record, OfferCall)]
    for call_id in sorted(offered, key=offered.count)[-5:]:
        code, said, _ = explain(call_id, "--json")
        assert code == 0
        decisions = json.loads(said)["decisions"]
        offers = [
            (entry.at, entry.record)
            for entry in day
            if isinstance(entry.record, OfferCall) and entry.record.call_id == call_id
        ]
        assert [(d["agents"], d["rule"]) for d in decisions] == [
            ([offer.agent_id], offer.rule) for _at, offer in offers
        ]
        for decision, (at, _offer) in zip(decisions, offers, strict=True):
            assert decision["at"] <= at
            names = [each["agent_id"] for each in decision["passed_over"]]
            assert sorted([*names, *decision["agents"]]) == sorted(clinic.agents)
            assert all(each["sentence"] for each in decision["passed_over"])


def test_a_call_is_told_as_a_story_with_reasons(explain):
    code, said, _ = explain("call-00")
    assert code == 0
    assert "a caller arrives" in said
    assert "waits in queue billing" in said
    assert "> offered to mateo: of all who were free" in said
    assert "fiona: became ready 0.001 s later" in said
    assert "were not signed in" in said
    assert "elena, grace: lack billing at level 2" in said


def test_the_calls_that_stood_before_are_told(day, explain):
    _code, said, _ = explain(call_by(day, "first-free"), "--all")
    assert "they became free" in said


def test_a_long_list_is_shortened_with_a_count_unless_all_is_asked_for(explain):
    _code, short, _ = explain("call-07")
    _code, long, _ = explain("call-07", "--all")
    assert "amara, ben, chloe, lucia, omar and 1 other: were not signed in" in short
    assert "amara, ben, chloe, lucia, omar, ruth: were not signed in" in long


def test_the_beginning_of_an_id_is_enough_where_no_other_begins_so(clinic, tmp_path, capsys):
    state = keep(tmp_path / "state", [clinic], rough_day(clinic))
    assert main(["explain", DROPS[:3], "--state", str(state.path)]) == 0
    assert capsys.readouterr().out.startswith(f"call {DROPS}, ")


def test_of_several_calls_that_begin_so_none_is_told(explain):
    code, _said, error = explain("call-0")
    assert code == 1
    assert "10 calls begin with 'call-0': call-00, call-01," in error


def test_an_unknown_call_is_an_error_with_the_nearest(explain):
    code, _said, error = explain("cal-07x")
    assert code == 1
    assert "there is no call 'cal-07x'; the nearest are call-07" in error


def test_the_last_call_is_told_without_its_id(explain):
    code, said, _ = explain("--last")
    assert code == 0
    assert said.startswith("call call-49, ")


def test_one_call_has_to_be_named(explain):
    assert explain()[0] == 2
    assert explain("call-00", "--last")[0] == 2


def test_nothing_private_is_told(explain):
    for number in (0, 7, 23):
        _code, said, _ = explain(f"call-{number:02}", "--all")
        assert "chest pain" not in said.replace("chest-pain", "")
        assert "153" not in said


def test_a_call_that_was_never_offered_says_so(day, explain):
    offered = {e.record.call_id for e in day if isinstance(e.record, OfferCall)}
    queued = [e.record.call_id for e in day if isinstance(e.record, CallQueued)]
    lost = next(call_id for call_id in queued if call_id not in offered)
    assert "It was never offered to anybody." in explain(lost)[1]


def test_of_a_journal_that_does_not_fit_it_is_told_where_and_each_offer_is_told(
    clinic, day, tmp_path, capsys
):
    index = [i for i, e in enumerate(day) if isinstance(e.record, OfferCall)][2]
    state = keep(tmp_path / "state", [clinic], [*day[:index], *day[index + 1 :]])
    assert main(["explain", "call-49", "--state", str(state.path)]) == 0
    said = capsys.readouterr().out
    assert "the replay decided otherwise than the journal" in said
    assert "careline replay" in said
    assert main(["explain", "call-47", "--state", str(state.path)]) == 0
    assert "> offered to " in capsys.readouterr().out


def test_attempts_to_call_back_belong_to_the_call_that_they_answer(clinic, tmp_path, capsys):
    day = rough_day(clinic)
    state = keep(tmp_path / "state", [clinic], day)
    assert main(["explain", DROPS, "--state", str(state.path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["call_id"] for each in told["decisions"]][-1] == f"{DROPS}~1"
    assert "is called back and answers" in [each["what"] for each in told["story"]]
    assert "5555550104" not in json.dumps(told)


def test_calls_are_listed_so_that_one_can_be_named(day, explain):
    code, said, _ = explain("--list")
    assert code == 0
    lines = said.splitlines()
    assert lines[0] == "the latest 20 of 50 calls; --all lists every one"
    assert len(lines) == 21
    assert lines[-1].startswith("call-49  2026-11-23 10:12:15  ")
    assert len(explain("--list", "--all")[1].splitlines()) == 50
    for line in lines[1:3]:
        assert explain(line.split()[0])[0] == 0


def test_a_call_in_the_list_is_told_with_its_queues_its_agents_and_its_end(day, explain):
    lines = explain("--list", "--all")[1].splitlines()
    assert lines[0].endswith("  handled; waited in billing; talked with mateo")
    assert "RED FLAG, waited in nurse; talked with " in lines[7]
    calls = json.loads(explain("--list", "--json")[1])["calls"]
    assert [call["call_id"] for call in calls] == [line.split()[0] for line in lines]
    assert calls[0] == {
        "call_id": "call-00",
        "arrived": "2026-11-23T10:00:00-05:00",
        "outcome": "handled",
        "red_flag": False,
        "queues": ["billing"],
        "agents": ["mateo"],
    }
    ended = [e.record for e in day if isinstance(e.record, CallEnded)]
    told = {call["call_id"]: call["outcome"] for call in calls if call["outcome"] is not None}
    assert told == {record.call_id: record.outcome.value for record in ended}


def test_who_called_back_stands_in_the_list_with_the_call_that_is_answered(
    clinic, tmp_path, capsys
):
    state = keep(tmp_path / "state", [clinic], rough_day(clinic))
    assert main(["explain", "--list", "--json", str(state.path)]) == 0
    said = capsys.readouterr().out
    (dropped,) = [call for call in json.loads(said)["calls"] if call["call_id"] == DROPS]
    assert dropped["outcome"] == "advised"
    assert dropped["agents"]
    assert "5555550104" not in said


def test_a_list_names_no_call_and_a_journal_without_calls_has_none(
    clinic, explain, tmp_path, capsys
):
    assert explain("call-00", "--list")[0] == 2
    assert explain("--last", "--list")[0] == 2
    state = keep(tmp_path / "state", [clinic], [])
    assert main(["explain", "--list", str(state.path)]) == 1
    assert capsys.readouterr().err.endswith("no call has arrived yet\n")
