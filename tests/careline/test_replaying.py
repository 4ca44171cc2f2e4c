"""The distributor alone, run again from a journal: the same decisions, or where they differ."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd import Prefer
from adapters.telephony.simulated import Pickup
from calls.commands import Command, OfferCall, OpenTask, RecallOffer, ReleaseAgent
from calls.facts import (
    DERIVED,
    CallEnded,
    CallerHungUp,
    CallQueued,
    JournalHole,
    OfferAccepted,
    PhoneRegistered,
    PlaceTold,
    SitePublished,
)
from calls.ids import AgentId
from calls.ports import Entry
from calls.requirement import Requirement
from careline.__main__ import main
from careline.day import measured, metrics_of
from careline.replaying import Decision, Replay, TakenBack, shown
from careline.state import StateFolder
from careline.switchboard import Switchboard
from careline.turn import Turn
from config.site import Site
from tests.careline.recorded_days import BILLING, busy_day, entries, keep, rough_day
from tests.careline.rig import Rig


@pytest.fixture(scope="module")
def day(clinic: Site) -> list[Entry]:
    return busy_day(clinic)


@pytest.fixture(scope="module")
def kept(clinic: Site, day: list[Entry], tmp_path_factory: pytest.TempPathFactory) -> StateFolder:
    return keep(tmp_path_factory.mktemp("day"), [clinic], day)


def replayed(site: Site, day: list[Entry], versions=()):
    known = {each.version: each for each in (site, *versions)}
    return Replay(site, known.get).run(enumerate(day, start=1))


def offers(day: list[Entry]) -> list[int]:
    return [index for index, entry in enumerate(day) if isinstance(entry.record, OfferCall)]


def test_every_decision_of_a_busy_day_is_made_again(clinic, day, kept, capsys):
    assert main(["replay", str(kept.path)]) == 0
    said = capsys.readouterr().out
    assert "every decision is the same" in said
    done = replayed(clinic, day)
    assert done.difference is None
    assert done.decisions > len(offers(day)) > 30
    assert f"{done.decisions:,} decisions" in said


def test_a_day_of_ladders_escalations_and_call_backs_is_decided_the_same(clinic):
    day = rough_day(clinic)
    done = replayed(clinic, day)
    assert done.difference is None
    kept = {type(entry.record).__name__ for entry in day}
    assert kept >= {"CallBackAnswered", "CallEscalated", "OfferUnanswered", "OpenTask"}
    rules = {entry.record.rule for entry in day if isinstance(entry.record, OfferCall)}
    assert "ring-all" in rules


def test_the_journal_itself_may_be_named(kept, capsys):
    assert main(["replay", str(kept.journal), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["same"] is True
    assert told["difference"] is None


def test_a_journal_whose_decision_was_altered_is_told_where(clinic, day, tmp_path, capsys):
    number = offers(day)[5]
    offer = day[number].record
    assert isinstance(offer, OfferCall)
    altered = replace(offer, agent_id=AgentId("omar"))
    forged = [*day[:number], replace(day[number], record=altered), *day[number + 1 :]]
    state = keep(tmp_path / "state", [clinic], forged)
    assert main(["replay", str(state.path)]) == 1
    said = capsys.readouterr().out
    assert f"differs, at entry {number + 1} of the journal" in said
    assert f"journal: {shown(altered)}" in said
    assert f"replay:  {shown(offer)}" in said
    same = sum(
        isinstance(entry.record, Decision) and not isinstance(entry.record, OpenTask)
        for entry in day[:number]
    )
    assert f"decision {same + 1} differs" in said


def test_a_decision_that_was_taken_out_is_missed_at_the_next_turn(clinic, day):
    number = offers(day)[3]
    done = replayed(clinic, [*day[:number], *day[number + 1 :]])
    assert done.difference is not None
    assert done.difference.journal is None
    assert done.difference.replay == day[number].record
    inputs = [i for i, e in enumerate(day) if not isinstance(e.record, (Command, *DERIVED))]
    assert done.difference.position == next(index for index in inputs if index > number)


def test_a_decision_nobody_made_is_a_difference(clinic, day):
    number = offers(day)[3]
    done = replayed(clinic, [*day[: number + 1], day[number], *day[number + 1 :]])
    assert done.difference is not None
    assert done.difference.journal == day[number].record
    assert done.difference.position == number + 2


def taken_back(day: list[Entry], kind: type[Command]) -> list[int]:
    return [index for index, entry in enumerate(day) if type(entry.record) is kind]


def impatient_day(site: Site) -> list[Entry]:
    """Two callers who hang up while a phone rings for them."""
    rig = Rig(site, mateo=Pickup.LETS_IT_RING)
    rig.run.tell(SitePublished(site=site.id, version=site.version))
    rig.ready("mateo")
    for call in ("one", "two"):
        rig.arrive(call)
        rig.run.advance(5)
        rig.press(BILLING, call)
        rig.run.advance(15)
        rig.run.tell(*rig.phones.hang_up(call))
        rig.run.advance(30)
    rig.run.close()
    return entries(rig)


@pytest.mark.parametrize(("make", "kind"), [(impatient_day, RecallOffer), (busy_day, ReleaseAgent)])
def test_an_agent_who_was_let_go_is_a_decision_like_any_other(clinic, make, kind):
    day = make(clinic)
    number = taken_back(day, kind)[-1]
    missing = replayed(clinic, [*day[:number], *day[number + 1 :]])
    assert missing.difference is not None
    assert missing.difference.replay == day[number].record
    twice = replayed(clinic, [*day[: number + 1], day[number], *day[number + 1 :]])
    assert twice.difference is not None
    assert twice.difference.journal == day[number].record


@pytest.mark.parametrize("make", [busy_day, rough_day, impatient_day])
def test_a_journal_that_tells_of_nobody_let_go_is_replayed_and_counted_the_same(clinic, make):
    day = make(clinic)
    before = [entry for entry in day if not isinstance(entry.record, TakenBack)]
    assert len(before) < len(day)
    assert replayed(clinic, before).difference is None
    assert counted_day(clinic, before) == counted_day(clinic, day)


def counted_day(site: Site, day: list[Entry]):
    metrics = metrics_of(site)
    for entry in day:
        metrics.take(entry.at, entry.record)
    agents = metrics.results(day[-1].at).by_agent().items()
    ends = {name: (cell.offers, cell.recalled, cell.failed, cell.time) for name, cell in agents}
    return measured(metrics, day[-1].at), ends


def decisions(day: list[Entry]) -> int:
    """Decisions that are compared: flows open tasks as well."""
    records = [entry.record for entry in day]
    return sum(isinstance(each, Decision) and not isinstance(each, OpenTask) for each in records)


def with_hole(day: list[Entry], begin: int, length: int) -> list[Entry]:
    return [*day[:begin], *day[begin + length :]]


@settings(max_examples=60)
@given(st.integers(0, 1000), st.sampled_from((1, 4, 15, 60)))
def test_behind_a_hole_every_decision_is_compared_and_told_as_the_same_or_not(
    clinic, day, begin, length
):
    holed = with_hole(day, begin, length)
    done = replayed(clinic, holed)
    tasks = sum(isinstance(entry.record, OpenTask) for entry in holed)
    compared = done.decisions + done.only_in_journal
    assert decisions(holed) <= compared <= decisions(holed) + tasks
    assert (done.difference is None) == (done.only_in_journal + done.only_in_replay == 0)


@pytest.mark.parametrize("kind", [CallQueued, OfferCall, OfferAccepted, CallEnded, PlaceTold])
def test_a_hole_in_the_morning_is_made_good_before_noon(clinic, day, kind):
    """Of what was lost one call or agent knows more than the journal, and both are done once."""
    holes = [index for index in range(60, 200) if isinstance(day[index].record, kind)]
    assert holes
    for begin in holes:
        done = replayed(clinic, with_hole(day, begin, 5))
        last = done.last or done.difference
        assert last is None or last.position < begin + 300
        assert done.only_in_journal <= 8


def test_a_call_whose_end_is_lost_holds_nobody_up(clinic, day):
    index = next(i for i, e in enumerate(day) if isinstance(e.record, CallerHungUp) and i > 100)
    gone = day[index].record.call_id
    lost = [
        entry
        for at, entry in enumerate(day)
        if at < index or getattr(entry.record, "call_id", None) != gone
    ]
    done = replayed(clinic, lost)
    assert done.only_in_journal <= 2
    assert done.only_in_replay <= 4


def test_a_journal_without_its_beginning_is_replayed_from_where_it_begins(clinic, day):
    done = replayed(clinic, day[100:])
    assert done.difference is not None
    assert done.decisions > 0.8 * decisions(day[100:])


def test_software_that_decides_otherwise_is_compared_to_the_end(clinic, day):
    other = replace(
        clinic,
        queues={name: replace(each, wrap_up_s=1.0) for name, each in clinic.queues.items()},
    )
    done = Replay(other, lambda _version: other).run(enumerate(day, start=1))
    assert done.difference is not None
    assert done.last is not None
    assert done.decisions > done.only_in_journal > 0


def test_how_much_is_the_same_is_told_and_what_the_journal_says_is_missing(
    clinic, day, tmp_path, capsys
):
    index = offers(day)[3]
    at = day[index].at
    mark = JournalHole(site=clinic.id, entries=1, turned_away=2, since_ago_s=60.0)
    holed = [*day[:index], Entry(at=at, record=mark), *day[index + 1 :]]
    state = keep(tmp_path / "state", [clinic], holed)
    assert main(["replay", str(state.path), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["decisions"] + told["only_in_journal"] == decisions(holed)
    assert [(each["entries_lost"], each["turned_away"]) for each in told["holes"]] == [(1, 2)]
    assert main(["replay", str(state.path)]) == 1
    said = capsys.readouterr().out
    assert f"Compared to the end: {told['decisions']} decisions the same" in said
    assert "1 entry is lost and 2 new calls were turned away" in said
    assert main(["replay", str(state.path), "--with", str(clinic.folder)]) == 0
    assert "INCOMPLETE: the journal could not be written" in capsys.readouterr().out


def test_facts_of_another_site_are_passed_over(clinic, day):
    other = Entry(at=day[0].at, record=PhoneRegistered(site="elsewhere", agent_id=AgentId("mateo")))
    done = replayed(clinic, [other, *day, other])
    assert done.difference is None
    assert done.elsewhere == 2


def test_a_replay_goes_on_under_a_version_that_was_published_meanwhile(clinic):
    changed = replace(
        clinic,
        version="f" * 64,
        queues={
            queue_id: replace(queue, prefer=Prefer.SKILL, wrap_up_s=1.0)
            for queue_id, queue in clinic.queues.items()
        },
    )
    known = {each.version: each for each in (clinic, changed)}
    rig = Rig(clinic)
    rig.run.take_over(Switchboard(clinic, known.get), Turn())
    for agent in clinic.agents:
        rig.run.tell(PhoneRegistered(site=clinic.id, agent_id=agent))
    rig.turns.clear()
    rig.run.take_over(Switchboard(clinic, known.get), Turn())
    rig.run.tell(SitePublished(site=clinic.id, version=clinic.version))
    for agent in clinic.agents:
        rig.run.tell(PhoneRegistered(site=clinic.id, agent_id=agent))
    rig.ready()
    for number in range(8):
        if number == 3:
            rig.run.tell(SitePublished(site=clinic.id, version=changed.version))
        rig.arrive(f"call-{number}")
        rig.run.advance(1)
        rig.press(BILLING, f"call-{number}")
        rig.run.advance(20)
        rig.run.tell(*rig.phones.hang_up(f"call-{number}"))
    rig.run.close()
    day = entries(rig)
    assert replayed(clinic, day, [changed]).difference is None
    without = replayed(clinic, day)
    assert without.missing == (changed.version,)
    assert without.difference is not None


def test_a_folder_without_a_journal_is_an_error_with_the_next_step(tmp_path, capsys):
    assert main(["replay", str(tmp_path)]) == 2
    assert "there is no journal here" in capsys.readouterr().err


def test_without_its_versions_a_journal_needs_a_configuration(clinic, day, tmp_path, capsys):
    state = keep(tmp_path / "state", [], day)
    assert main(["replay", str(state.path)]) == 2
    assert "--config" in capsys.readouterr().err
    assert main(["replay", str(state.path), "--config", str(clinic.folder)]) == 0


def test_a_fact_that_was_refused_then_is_refused_again(clinic):
    refused = CallQueued(
        site=clinic.id, call_id="call", requirement=Requirement(queue="no such queue")
    )
    done = replayed(clinic, [Entry(at=1.0, record=refused)])
    assert done.difference is None
    assert done.facts == 1


def test_the_help_tells_what_is_assumed(capsys):
    with pytest.raises(SystemExit):
        main(["replay", "--help"])
    assert "careline replay --with" in capsys.readouterr().out


def test_a_decision_is_shown_with_every_field(day):
    text = shown(day[offers(day)[0]].record)
    assert text.startswith("OfferCall call_id=call-00 offer_id=call-00/mateo/1 agent_id=")
    assert shown(None) == "nothing"
