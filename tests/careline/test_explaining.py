"""A call retold from a journal that has a hole, no beginning, or a checkpoint."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.explain import Explanation
from adapters.stores.sqlite import SqliteJournal
from calls.commands import OfferCall
from calls.facts import CallArrived, CallerHungUp, CallQueued, JournalHole, SitePublished
from calls.ids import CallId
from calls.ports import Entry
from careline import checkpoint as checkpoints
from careline.__main__ import main
from careline.checkpoint import Track
from careline.explaining import Retold, call_of, retold
from careline.restoring import standing_of
from careline.state import StateFolder
from config.site import Site
from tests.careline.recorded_days import BILLING, DROPS, busy_day, entries, keep, rough_day
from tests.careline.rig import Rig


@pytest.fixture(scope="module")
def day(clinic: Site) -> list[Entry]:
    return busy_day(clinic)


def told_of(site: Site, day: list[Entry], call_id: CallId) -> Retold:
    places = [at for at, entry in enumerate(day, start=1) if call_of(entry.record) == call_id]
    return retold(
        lambda: enumerate(day, start=1),
        site,
        {site.version: site}.get,
        call_id,
        first=places[0],
        last=places[-1],
    )


def offered(day: list[Entry], call_id: CallId) -> list[tuple[str, str]]:
    """To whom the journal tells that a call was offered, and by which rule."""
    return [
        (entry.record.agent_id, entry.record.rule)
        for entry in day
        if isinstance(entry.record, OfferCall) and call_of(entry.record) == call_id
    ]


def said_offered(told: Retold) -> list[tuple[str, str]]:
    rules = [
        each.rule.value if isinstance(each, Explanation) else each.rule
        for _after, each in told.decisions
    ]
    agents = [each.agents[0] for _after, each in told.decisions]
    return list(zip(agents, rules, strict=True))


@settings(max_examples=25)
@given(st.integers(0, 1000), st.sampled_from((1, 4, 15, 60)), st.integers(0, 49))
def test_whatever_is_lost_every_offer_that_the_journal_tells_of_is_told(
    clinic, day, begin, length, number
):
    holed = [*day[:begin], *day[begin + length :]]
    call_id = CallId(f"call-{number:02}")
    if any(call_of(entry.record) == call_id for entry in holed):
        assert said_offered(told_of(clinic, holed, call_id)) == offered(holed, call_id)


def test_calls_behind_a_hole_are_explained(clinic, day):
    index = [at for at, entry in enumerate(day) if isinstance(entry.record, OfferCall)][3]
    holed = [*day[:index], *day[index + 20 :]]
    behind = holed[index + 100 :]
    arrived = {e.record.call_id for e in behind if isinstance(e.record, CallArrived)}
    later = arrived & {e.record.call_id for e in behind if isinstance(e.record, OfferCall)}
    assert len(later) == 5
    for call_id in later:
        told = told_of(clinic, holed, call_id)
        assert told.explained
        (line,) = told.not_known(clinic.zone)
        assert "the replay decided otherwise than the journal" in line


def test_of_a_whole_journal_everything_is_known(clinic, day):
    for number in (0, 7, 23):
        told = told_of(clinic, day, CallId(f"call-{number:02}"))
        assert told.explained
        assert told.not_known(clinic.zone) == []


@pytest.fixture
def explain(capsys):
    """Runs the command on a state folder; gives its exit code, output and errors."""

    def run(state, *arguments):
        code = main(["explain", *arguments, "--state", str(state.path)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_a_call_whose_arrival_is_lost_is_told_at_its_time_and_with_its_offers(
    clinic, tmp_path, explain
):
    day = rough_day(clinic)
    begin = next(at for at, entry in enumerate(day) if isinstance(entry.record, CallQueued)) + 1
    state = keep(tmp_path / "state", [clinic], day[begin:])
    code, said, _ = explain(state, DROPS)
    assert said.startswith(f"call {DROPS}, 2026-11-23 10:00:03 ")
    assert "The journal does not tell how this call began." in said
    assert "never offered" not in said
    assert "> offered to grace in nurse: of all who were free" in said
    assert "why nobody else was cannot be told" in said
    assert code == 2
    _code, text, _ = explain(state, DROPS, "--json")
    told = json.loads(text)
    assert told["decisions"][0]["explained"] is False
    assert len(told["not_known"]) == 2


def test_a_caller_whose_hanging_up_is_lost_is_called_back_all_the_same(clinic):
    day = rough_day(clinic)
    index = next(at for at, e in enumerate(day) if isinstance(e.record, CallerHungUp))
    told = told_of(clinic, [*day[:index], *day[index + 6 :]], DROPS)
    last = told.decisions[-1][1]
    assert isinstance(last, Explanation)
    assert last.sentence().startswith("call-back offered to grace: ")
    assert "a caller who began to wait 612 s before, in nurse" in last.sentence()
    # When they left is not known, so it is not told as if it were now.
    assert [line for _at, line in told.lines if "a nurse is to call back" in line] == []


def test_what_the_journal_says_is_missing_is_said_where_a_call_is_told(
    clinic, day, tmp_path, explain
):
    mark = JournalHole(site=clinic.id, entries=3, turned_away=0, since_ago_s=2.0)
    hole = Entry(at=day[400].at, record=mark)
    state = keep(tmp_path / "state", [clinic], [*day[:400], hole, *day[403:]])
    _code, said, _ = explain(state, "call-49")
    assert "The journal could not be written from 2026-11-23 10:0" in said
    assert "3 entries are lost." in said


def test_when_the_nurse_may_call_back_after_the_911_advice_is_told(clinic, tmp_path, explain):
    state = keep(tmp_path / "state", [clinic], rough_day(clinic))
    code, said, _ = explain(state, DROPS)
    assert code == 0
    lines = [line.strip() for line in said.splitlines()]
    gone = next(at for at, line in enumerate(lines) if line.endswith("the caller hangs up"))
    assert lines[gone + 1] == (
        "28.0 s  a nurse is to call back, in 575 s at the soonest: told to call 911, they may be "
        "speaking with them"
    )
    (back, *_rest) = [line for line in lines if "> call-back offered to" in line]
    assert back.startswith("603.0 s")
    assert "a caller who began to wait 600 s before, in nurse (emergency)" in back
    assert said.count("a nurse is to call back") == 1


# --- from a checkpoint ----------------------------------------------------------------------------


@dataclass
class Afternoon:
    """A day with a checkpoint at noon."""

    entries: list[Entry]
    noon: int
    checkpoint: bytes

    def keep(self, folder: Path, site: Site, *, lost: slice = slice(0, 0)) -> StateFolder:
        """A state folder with it; some entries of the morning are missing."""
        morning = self.entries[: self.noon]
        del morning[lost]
        state = keep(folder, [site], [*morning, *self.entries[self.noon :]])
        position = len(morning)

        async def snapshot() -> None:
            journal = SqliteJournal.open(state.journal)
            try:
                await journal.keep_snapshot(position, self.checkpoint)
            finally:
                await journal.close()

        asyncio.run(snapshot())
        return state


@pytest.fixture
def afternoon(clinic: Site) -> Afternoon:
    rig = Rig(clinic)
    rig.run.tell(SitePublished(site=clinic.id, version=clinic.version))
    rig.ready("fiona", "mateo", "hannah")

    def calls(*names: str) -> None:
        for name in names:
            rig.arrive(CallId(name))
            rig.run.advance(5)
            rig.press(BILLING, CallId(name))
            rig.run.advance(25)

    calls("one", "two", "three", "four")
    track = Track(clinic.id, clinic.version)
    morning = entries(rig)
    for position, entry in enumerate(morning, start=1):
        track.follow(position, entry)
    standing = standing_of(rig.run.switchboard, rig.run.now)
    assert standing is not None
    kept = track.checkpoint(standing, {})
    assert kept is not None
    rig.run.tell(*rig.phones.hang_up(CallId("one")), *rig.phones.hang_up(CallId("four")))
    rig.run.advance(60)
    calls("five", "six")
    rig.run.advance(30)
    rig.run.close()
    return Afternoon(entries(rig), len(morning), checkpoints.encode(kept))


def arrival(afternoon: Afternoon, name: str) -> int:
    return next(
        at
        for at, entry in enumerate(afternoon.entries)
        if isinstance(entry.record, CallArrived) and entry.record.call_id == name
    )


def test_a_call_after_the_checkpoint_is_explained_from_there_whatever_was_lost_before(
    clinic, afternoon, tmp_path, explain
):
    lost = slice(arrival(afternoon, "one"), arrival(afternoon, "four"))
    whole = afternoon.keep(tmp_path / "whole", clinic)
    holed = afternoon.keep(tmp_path / "holed", clinic, lost=lost)
    for name in ("five", "six"):
        code, said, _ = explain(holed, name)
        assert code == 0
        assert "replay decided otherwise" not in said
        assert said == explain(whole, name)[1]
    told = json.loads(explain(holed, "five", "--json")[1])
    assert told["not_known"] == []
    assert told["replayed_from_entry"] == afternoon.noon - (lost.stop - lost.start) + 1


def test_a_call_before_the_checkpoint_is_explained_from_the_beginning(
    clinic, afternoon, tmp_path, explain
):
    state = afternoon.keep(tmp_path / "state", clinic)
    code, text, _ = explain(state, "two", "--json")
    assert code == 0
    assert json.loads(text)["replayed_from_entry"] == 1
    assert "> offered to" in explain(state, "two")[1]


def test_a_replay_goes_on_from_the_checkpoint_where_it_had_differed(
    clinic, afternoon, tmp_path, capsys
):
    lost = slice(arrival(afternoon, "one"), arrival(afternoon, "four"))
    state = afternoon.keep(tmp_path / "state", clinic, lost=lost)
    assert main(["replay", str(state.path), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    position = afternoon.noon - (lost.stop - lost.start)
    assert told["went_on_from_checkpoint_at_entry"] == position
    assert told["last_difference"]["entry"] <= position
    assert main(["replay", str(state.path)]) == 1
    assert f"after entry {position} as the checkpoint there has it" in capsys.readouterr().out


def test_a_checkpoint_of_a_version_that_is_not_kept_is_of_no_use_and_does_no_harm(
    clinic, afternoon, tmp_path, explain
):
    kept = checkpoints.decode(afternoon.checkpoint)
    afternoon.checkpoint = checkpoints.encode(
        checkpoints.Checkpoint(
            **{name: getattr(kept, name) for name in kept.__slots__} | {"version": "f" * 64}
        )
    )
    code, text, _ = explain(afternoon.keep(tmp_path / "state", clinic), "five", "--json")
    assert code == 0
    assert json.loads(text)["replayed_from_entry"] == 1
    afternoon.checkpoint = b"no checkpoint"
    assert explain(afternoon.keep(tmp_path / "other", clinic), "five")[0] == 0
