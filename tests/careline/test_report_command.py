"""``careline report``: what a supervisor reads, and what programs do."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.stores.sqlite import SqliteJournal
from calls.facts import CallHeld, CallRetrieved, Fact, JournalHole, SurveyAnswered
from calls.outcome import Outcome
from calls.ports import Entry
from careline.__main__ import main
from careline.state import StateFolder
from careline.versions import SiteVersions
from config.load import load_site
from config.site import Site
from tests.acd.metrics.history import SITE, History

NINE = 1_795_442_400.0
"""2026-11-23 09:00 in New York."""

NUMBER = "+15555550104"


def morning() -> History:
    """Two calls are answered after 10 and 50 s, one is abandoned, one red flag is reached."""
    history = History().at(60).signed_in("fiona", "grace")
    history.at(100).arrive("one", NUMBER).queue("one").offer("one", "fiona").at(110)
    history.connect("one", "fiona").at(150).of(CallHeld, "one", "fiona")
    history.at(160).of(CallRetrieved, "one", "fiona").at(200).hang_up("one")
    history.at(2000).arrive("two", NUMBER).queue("two").offer("two", "fiona").at(2050)
    history.connect("two", "fiona").at(2100).hang_up("two")
    history.at(3000).arrive("three").queue("three").at(3030).hang_up("three", Outcome.ABANDONED)
    history.at(4000).arrive("four").queue("four", emergency=True, heard_ago_s=1.0)
    history.offer("four", "grace", "nurse", emergency=True).at(4004).connect("four", "grace")
    return history.at(4100).hang_up("four").at(4200).arrive("five")


async def keep(state: StateFolder, history: History, site: str) -> None:
    journal = SqliteJournal.open(state.journal)
    first = history.records[0][0] - 60
    entries = [
        Entry(
            at=NINE + at - first,
            record=replace(record, site=site) if isinstance(record, Fact) else record,
        )
        for at, record in history.records
    ]
    await journal.append(entries)
    await journal.close()


@pytest.fixture
async def state(tmp_path: Path, clinic: Site) -> StateFolder:
    """A line that was served this morning."""
    made = StateFolder(tmp_path / "state")
    made.make()
    await keep(made, morning(), clinic.id)
    made.versions.mkdir()
    SiteVersions(made.versions).keep(clinic)
    return made


def report(state: StateFolder, *options: str) -> int:
    return main(["report", "--state", str(state.path), *options])


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_supervisor_reads_calls_waits_and_red_flags(state, capsys):
    assert report(state) == 0
    shown = capsys.readouterr().out
    assert "Riverside Family Clinic, 2026-11-23 09:01 to 10:10 (America/New_York)" in shown
    assert "Calls      5: 3 handled, 1 abandoned, 1 not over" in shown
    assert "Red flags  1: 1 reached a nurse; time to nurse P50 0:05" in shown
    assert "Handled    3 conversations, AHT" in shown
    billing = next(line for line in shown.splitlines() if line.startswith("billing")).split()
    assert billing[1:4] == ["3", "2", "1"]
    assert "service_level " in shown
    assert "= answered_in_time / (answered + abandoned)" in shown


def test_a_time_without_callers_is_told_without_figures_of_nobody(state, capsys):
    assert report(state, "--to", "2026-11-23 09:01:20") == 0
    shown = capsys.readouterr().out.splitlines()
    assert "Answered   nobody" in shown
    assert "Abandoned  nobody" in shown


def test_ends_of_calls_stand_in_one_order_whenever_they_came(state, capsys):
    assert report(state, "--from", "2026-11-23 09:45", "--to", "2026-11-23 10:09") == 0
    shown = capsys.readouterr().out
    assert "Calls      2: 1 handled, 1 abandoned" in shown


def test_columns_stand_under_each_other(state, capsys):
    assert report(state, "--by", "queue") == 0
    lines = capsys.readouterr().out.splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("queue "))
    ends = {lines[head].index(name) + len(name) for name in ("offered", "answ.", "ASA", "AHT")}
    for line in lines[head + 2 :]:
        if line.startswith("out:"):
            break
        assert all(line[end - 1] != " " and line[end : end + 1] in ("", " ") for end in ends)


def test_everything_is_there_for_programs(state, capsys):
    assert report(state, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["from"] == "2026-11-23T09:01:00-05:00"
    assert told["as_of"] == "2026-11-23T10:10:00-05:00"
    assert told["total"]["calls"]["arrived"] == 5
    assert told["total"]["calls"]["nurse_max_s"] == 5.0
    (billing,) = [row for row in told["queues"] if row["queue"] == "billing"]
    assert (billing["asa_s"], billing["answered_in_time"], billing["hold_s"]) == (30.0, 1, 10.0)
    assert billing["service_level"] == pytest.approx(1 / 3, abs=1e-6)
    assert billing["fcr"] is None
    assert {row["agent"] for row in told["agents"]} == {"fiona", "grace"}


def test_each_interval_is_a_row(state, capsys):
    assert report(state, "--every", "30m", "--csv") == 0
    found = rows(capsys.readouterr().out)
    assert [(row["from"][11:16], row["to"][11:16], row["offered"]) for row in found] == [
        ("09:01", "09:30", "1"),
        ("09:30", "10:00", "2"),
        ("10:00", "10:10", "1"),
    ]


def test_queues_and_agents_of_each_interval_are_rows(state, capsys):
    assert report(state, "--by", "queue", "--every", "1h", "--csv") == 0
    found = [(row["queue"], row["from"][11:16]) for row in rows(capsys.readouterr().out)]
    assert found == [("billing", "09:01"), ("nurse", "10:00")]
    assert report(state, "--by", "agent", "--every", "1h") == 0
    shown = capsys.readouterr().out
    assert "11-23 10:00  grace" in shown


def test_a_window_is_given_in_the_sites_time(state, capsys):
    assert report(state, "--from", "2026-11-23 09:30", "--to", "2026-11-23T09:45", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["total"]["calls"]["arrived"] == 1
    assert told["total"]["queues"]["answered_in_time"] == 0
    assert (told["from"][11:16], told["to"][11:16]) == ("09:30", "09:45")


@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",), ("--csv", "--by", "interval")])
def test_no_number_stands_in_any_report(state, capsys, form):
    assert report(state, *form) == 0
    assert NUMBER.strip("+") not in capsys.readouterr().out


def test_a_journal_that_is_written_is_read_and_left_as_it_is(state, clinic, capsys):
    async def while_open() -> int:
        journal = SqliteJournal.open(state.journal)
        code = await asyncio.to_thread(report, state)
        await journal.close()
        return code

    assert asyncio.run(while_open()) == 0
    assert "Calls      5" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (("--from", "2026-11-24", "--to", "2026-11-23"), 2, "is not after --from"),
        (("--from", "lunch"), 2, "--from: 'lunch' is no time; wanted one such as 2026-11-23"),
        (("--to", "25:00"), 2, "--to: '25:00' is no time"),
        (("--from", "2031-01-01"), 1, "nothing happened from 2031-01-01 00:00 on"),
        (("--to", "2026-11-01"), 1, "nothing happened before 2026-11-01 00:00"),
        (("--config", "nowhere"), 2, "there is no such folder"),
    ],
)
def test_what_cannot_be_told_is_said_in_one_line(state, capsys, options, code, told):
    assert report(state, *options) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert told in shown.err


def test_where_there_is_no_journal_it_is_said(tmp_path, capsys):
    assert report(StateFolder(tmp_path)) == 2
    assert "there is no journal here" in capsys.readouterr().err


async def test_an_empty_journal_is_no_report(tmp_path, clinic, capsys):
    state = StateFolder(tmp_path / "state")
    state.make()
    await keep(state, History().at(60).ready("x"), clinic.id)
    empty = StateFolder(tmp_path / "empty")
    empty.make()
    await SqliteJournal.open(empty.journal).close()
    empty.versions.mkdir()
    SiteVersions(empty.versions).keep(clinic)
    assert report(empty) == 1
    assert "nothing has happened yet" in capsys.readouterr().err
    assert report(state) == 2
    assert "It is not kept in" in capsys.readouterr().err


async def test_a_journal_of_another_site_is_not_mixed_up(tmp_path, clinic, capsys):
    state = StateFolder(tmp_path / "state")
    state.make()
    await keep(state, morning(), SITE)
    shutil.copytree(clinic.folder, tmp_path / "copy")
    assert load_site(tmp_path / "copy").id == clinic.id
    assert report(state, "--config", str(tmp_path / "copy")) == 2
    assert "--config" in capsys.readouterr().err


async def state_of(folder: Path, history: History, site: Site) -> StateFolder:
    made = StateFolder(folder)
    made.make()
    await keep(made, history, site.id)
    made.versions.mkdir()
    SiteVersions(made.versions).keep(site)
    return made


async def test_a_journal_with_a_hole_is_never_reported_as_if_it_were_whole(
    tmp_path, clinic, capsys
):
    hole = JournalHole(site=SITE, entries=20_001, turned_away=1, since_ago_s=300.0)
    history = morning().at(4500).tell(hole)
    state = await state_of(tmp_path / "state", history, clinic)
    told = (
        "INCOMPLETE: the journal could not be written from 2026-11-23 10:10:00 to 10:15:00: "
        "20,001 entries are lost and 1 new call was turned away"
    )
    assert report(state) == 0
    assert f"{told}; no figure counts them\n" in capsys.readouterr().out
    assert report(state, "--csv") == 0
    shown = capsys.readouterr()
    assert shown.err == f"{told}\n"
    assert "INCOMPLETE" not in shown.out
    assert report(state, "--by", "interval", "--csv") == 0
    (*_, last) = rows(capsys.readouterr().out)
    assert (last["turned_away"], last["entries_lost"]) == ("1", "20001")
    assert report(state, "--json") == 0
    assert json.loads(capsys.readouterr().out)["holes"] == [
        {
            "from": "2026-11-23T10:10:00-05:00",
            "to": "2026-11-23T10:15:00-05:00",
            "entries_lost": 20001,
            "turned_away": 1,
        }
    ]


async def test_a_hole_is_told_of_the_times_that_it_is_in(tmp_path, clinic, capsys):
    hole = JournalHole(site=SITE, entries=5, turned_away=0, since_ago_s=300.0)
    state = await state_of(tmp_path / "state", morning().at(4500).tell(hole), clinic)
    assert report(state, "--to", "2026-11-23 10:00") == 0
    assert "INCOMPLETE" not in capsys.readouterr().out
    assert report(state, "--to", "2026-11-23 10:12") == 0
    assert "INCOMPLETE" in capsys.readouterr().out


async def test_a_supervisor_sees_how_long_a_red_flag_waited_who_was_called_back(
    tmp_path, clinic, capsys
):
    history = morning().at(4300).arrive("six").queue("six", emergency=True, heard_ago_s=1.0)
    history.at(4325).hang_up("six", Outcome.ADVISED)
    history.at(4917).offer("six~1", "grace", "nurse", emergency=True)
    history.at(4921).connect("six~1", "grace").at(5000).hang_up("six~1")
    state = await state_of(tmp_path / "state", history, clinic)
    assert report(state, "--by", "interval", "--every", "1h") == 0
    shown = capsys.readouterr().out
    (told,) = [line for line in shown.splitlines() if line.startswith("Red flags")]
    assert told == (
        "Red flags  2: 1 reached a nurse, 1 NOT REACHED then, but by call-back; time to nurse "
        "P50 0:05, P90 0:05, P99 0:05, max 0:05; with call-backs P50 0:05, P90 10:22, P99 10:22, "
        "max 10:22"
    )
    (ten,) = [line for line in shown.splitlines() if line.startswith("11-23 10:00")]
    assert ten.endswith("10:22")


async def test_a_red_flag_whom_nobody_has_reached_stays_not_reached(tmp_path, clinic, capsys):
    history = morning().at(4300).arrive("six").queue("six", emergency=True)
    state = await state_of(
        tmp_path / "state", history.at(4325).hang_up("six", Outcome.ADVISED), clinic
    )
    assert report(state) == 0
    assert "1 reached a nurse, 1 NOT REACHED; time to nurse" in capsys.readouterr().out


async def test_what_callers_said_is_told_for_the_line_and_by_queue(clinic, tmp_path, capsys):
    state = StateFolder(tmp_path / "surveyed")
    state.make()
    history = History().at(60).signed_in("fiona")
    for at, (call, rated, settled) in enumerate((("one", 5, 1), ("two", 4, 0)), start=1):
        history.at(at * 1000).arrive(call).queue(call).offer(call, "fiona").connect(call, "fiona")
        history.at(at * 1000 + 60).agent_hangs_up(call, "fiona")
        history.about(SurveyAnswered, call, question="satisfaction", score=rated)
        history.about(SurveyAnswered, call, question="resolved", score=settled)
        history.hang_up(call).ready("fiona")
    await keep(state, history, clinic.id)
    state.versions.mkdir()
    SiteVersions(state.versions).keep(clinic)
    assert report(state) == 0
    text = capsys.readouterr().out
    assert "CSAT 4.50 of 5 from 2 callers; all was settled for 50.0 % of 2 who said" in text
    (line,) = (
        each
        for each in text.splitlines()
        if each.split()[:2] == ["billing", "2"] and "4.50" in each
    )
    assert line.split() == ["billing", "2", "4.50", "1", "1", "50.0"]
    assert report(state, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["total"]["calls"]["csat"] == 4.5
    assert told["queues"][0]["fcr_of_callers"] == 0.5


def test_where_nobody_was_asked_no_survey_is_told_of(state, capsys):
    assert report(state) == 0
    assert "CSAT" not in capsys.readouterr().out
