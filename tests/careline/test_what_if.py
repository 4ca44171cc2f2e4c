"""A recorded day lived again: the same people, under the same configuration or another."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from math import inf

import pytest

from calls.facts import CallArrived, CallerHungUp, CallEscalated, CallQueued, SitePublished
from calls.ids import AgentId
from calls.ports import Entry
from calls.private import Private
from calls.requirement import Requirement
from careline.__main__ import main
from careline.live_again import live_again
from careline.recorded import recorded
from careline.what_if import compare
from config.load import DEFAULT_CLINIC
from config.site import Site
from tests.careline.recorded_days import BILLING, RED_FLAG, busy_day, entries, keep
from tests.careline.rig import CALL, Rig


@pytest.fixture(scope="module")
def day(clinic: Site) -> list[Entry]:
    return busy_day(clinic)


def compared(clinic, day, other):
    found = compare(lambda: enumerate(day, start=1), clinic, {clinic.version: clinic}.get, other)
    assert found is not None
    return found


def test_the_same_configuration_gives_much_the_same_day(clinic, day):
    found = compared(clinic, day, clinic)
    assert found.calls == 50
    assert found.again == found.other
    then, again = found.journal.queues["billing"], found.again.queues["billing"]
    assert again["offered"] == then["offered"]
    assert again["answered"] == pytest.approx(then["answered"], abs=2)
    assert again["abandoned"] == pytest.approx(then["abandoned"], abs=2)
    assert again["asa_s"] == pytest.approx(then["asa_s"], rel=0.15)
    assert found.again.total["nurse_max_s"] == pytest.approx(found.journal.total["nurse_max_s"])


def test_fewer_clerks_answer_fewer_callers_and_later(clinic, day):
    agents = {name: each for name, each in clinic.agents.items() if name != "mateo"}
    found = compared(clinic, day, replace(clinic, agents=agents, version="other"))
    then, other = found.again.queues["billing"], found.other.queues["billing"]
    assert other["answered"] < then["answered"]
    assert other["asa_s"] > then["asa_s"]
    assert other["abandoned"] + other["waiting"] > then["abandoned"] + then["waiting"]


def test_a_queue_that_is_no_more_loses_nobody(clinic, day):
    queues = {name: each for name, each in clinic.queues.items() if name != "billing"}
    found = compared(clinic, day, replace(clinic, queues=queues, version="other"))
    assert "billing" not in found.other.queues
    assert found.other.queues[clinic.rules.person_queue]["offered"] == 44


def test_the_same_day_is_lived_the_same_every_time(clinic, day):
    first, second = (
        live_again(recorded(enumerate(day), clinic.id), clinic, clinic.id, lambda _v: None)
        for _ in range(2)
    )
    assert first == second


def test_agents_keep_their_share_of_rings_without_answer(clinic, day):
    found = compared(clinic, day, clinic)
    then, again = found.journal.total["rona_rate"], found.again.total["rona_rate"]
    assert then > 0
    assert again == pytest.approx(then, abs=0.05)


def test_an_agent_who_ended_the_wrap_up_does_so_again(clinic):
    rig = Rig(clinic)
    rig.run.tell(SitePublished(site=clinic.id, version=clinic.version))
    rig.ready("mateo")
    for number in range(4):
        call = f"call-{number}"
        rig.arrive(call)
        rig.run.advance(1)
        rig.press(BILLING, call)
        rig.run.advance(20)
        rig.run.tell(*rig.phones.hang_up(call))
        rig.run.advance(1)
        rig.ready("mateo")
    rig.run.close()
    found = compared(clinic, entries(rig), clinic)
    assert found.again.total["asa_s"] == pytest.approx(found.journal.total["asa_s"])
    assert found.again.total["answered"] == found.journal.total["answered"] == 4


def test_a_conversation_goes_on_when_somebody_else_escalates_it(clinic):
    rig = Rig(clinic)
    rig.ready("grace", "mateo")
    rig.arrive()
    rig.run.advance(1)
    rig.say(RED_FLAG)
    rig.run.advance(20)
    late = CallEscalated(site=clinic.id, call_id=CALL, agent_id=AgentId("mateo"))
    rig.run.tell(late)
    rig.run.advance(40)
    rig.run.tell(*rig.phones.hang_up(CALL))
    rig.run.close()
    (contact,) = recorded(enumerate(entries(rig)), clinic.id).contacts
    (talk,) = contact.talks
    assert talk.length_s > 40
    assert isinstance(talk.end, CallerHungUp)


# --- patience -------------------------------------------------------------------------------------


def waits(*lengths, answered=()):
    """A journal in which callers wait for so long and hang up; some wait at its end instead."""
    site, kept = "clinic", []
    for number, length_s in enumerate(lengths):
        call = f"call-{number}"
        queued = CallQueued(site=site, call_id=call, requirement=Requirement(queue="general"))
        kept.append(Entry(at=100.0 - length_s, record=queued))
        if number not in answered:
            kept.append(Entry(at=100.0, record=CallerHungUp(site=site, call_id=call)))
    kept.append(
        Entry(
            at=100.0,
            record=CallArrived(
                site=site, call_id="last", caller=Private(""), dialled="", line="simulated"
            ),
        )
    )
    kept.sort(key=lambda entry: entry.at)
    day = recorded(enumerate(kept), site)
    return {each.call_id: each.waits[0].patience_s for each in day.contacts}


def test_who_hung_up_is_ready_to_wait_as_long_again():
    assert waits(10.0, 30.0) == {"call-0": 10.0, "call-1": 30.0}


def test_who_did_not_hang_up_waits_as_long_as_those_who_waited_longer():
    patience = waits(10.0, 20.0, 20.0, 30.0, 40.0, answered=(1, 2))
    # Of four in five who were left after 10 s, half were left after 30 s and nobody after 40 s.
    assert (patience["call-1"], patience["call-2"]) == (30.0, 40.0)


def test_who_outlasted_everybody_waits_for_ever():
    assert waits(10.0, 20.0, answered=(1,))["call-1"] == inf


def test_nobody_hung_up_so_everybody_waits_for_ever():
    assert set(waits(10.0, 20.0, answered=(0, 1)).values()) == {inf}


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def fewer(tmp_path):
    """The sample clinic without one of its clerks."""
    folder = tmp_path / "fewer"
    shutil.copytree(DEFAULT_CLINIC, folder)
    agents = folder / "agents.yaml"
    agents.write_text(agents.read_text().replace("mateo", "matilda"))
    return folder


def test_three_days_stand_side_by_side(clinic, day, tmp_path, fewer, capsys):
    state = keep(tmp_path / "state", [clinic], day)
    assert main(["replay", str(state.path), "--with", str(fewer)]) == 0
    said = capsys.readouterr().out
    assert "50 callers queued" in said
    assert "never signed in, for the journal does not know them: " in said
    assert "matilda" in said
    assert "\nOccupancy, %  " in said
    rows = [line.split() for line in said.splitlines()]
    assert [row[:2] for row in rows if row[:1] == ["billing"]] == [["billing", "journal"]]
    assert sum(row[:1] == ["again"] for row in rows) == 3


def test_the_days_can_be_read_by_a_program(clinic, day, tmp_path, fewer, capsys):
    state = keep(tmp_path / "state", [clinic], day)
    assert main(["replay", str(state.path), "--with", str(fewer), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["calls"] == 50
    answered = [told[key]["queues"]["billing"]["answered"] for key in ("journal", "again", "with")]
    assert answered[2] < answered[1]


def test_mistakes_in_the_other_folder_are_told(clinic, day, tmp_path, fewer, capsys):
    (fewer / "queues.yaml").write_text("nonsense: true\n")
    state = keep(tmp_path / "state", [clinic], day)
    assert main(["replay", str(state.path), "--with", str(fewer)]) == 2
    assert "queues.yaml" in capsys.readouterr().err
