"""What every journal promises, run against each of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.codec import CodecError
from adapters.stores.memory import MemoryJournal
from adapters.stores.sqlite import SqliteJournal
from calls.commands import OfferCall
from calls.facts import (
    AgentReady,
    CallArrived,
    CallEnded,
    DigitsCollected,
    Fact,
    SpeechHeard,
    WordsAssessed,
)
from calls.ids import AgentId, CallId, OfferId
from calls.outcome import Outcome
from calls.ports import DuplicateEventError, Entry, Journal, JournalError
from calls.private import Private
from calls.verdict import to_nurse
from tests.adapters.stores.conftest import MakeNode


@pytest.fixture(params=["memory", "sqlite", "redis"])
async def journal(
    request: pytest.FixtureRequest, tmp_path: Path, node: MakeNode
) -> AsyncIterator[Journal]:
    if request.param == "memory":
        made: Journal = MemoryJournal()
    elif request.param == "sqlite":
        made = SqliteJournal.open(tmp_path / "j")
    else:
        made = await node().lead()
    yield made
    await made.close()


def arrived(call: str, number: str = "6135550100") -> CallArrived:
    return CallArrived(
        site="main", call_id=CallId(call), caller=Private(number), dialled="100", line="sip"
    )


def pressed(call: str, digits: str) -> DigitsCollected:
    return DigitsCollected(site="main", call_id=CallId(call), digits=Private(digits))


def ended(call: str) -> CallEnded:
    return CallEnded(site="main", call_id=CallId(call), outcome=Outcome.HANDLED)


OFFER = OfferCall(
    call_id=CallId("a"),
    offer_id=OfferId("o1"),
    agent_id=AgentId("ana"),
    ring_timeout_s=15.0,
    emergency=False,
    queue="billing",
    rule="longest ready",
)


def at(when: float, record: Fact) -> Entry:
    return Entry(at=when, record=record)


def from_line(seq: int, epoch: str = "run-1", call: str = "a") -> Entry:
    return Entry(at=float(seq), record=pressed(call, "1"), line_epoch=epoch, line_seq=seq)


async def test_what_was_appended_is_read_back_in_order(journal: Journal) -> None:
    entries = [
        at(1.0, arrived("a")),
        at(1.1, AgentReady(site="main", agent_id=AgentId("ana"))),
        Entry(at=1.5, record=OFFER),
        Entry(at=2.25, record=pressed("a", "42"), line_epoch="run-1", line_seq=7),
        at(1e9 + 1 / 3, ended("a")),
    ]
    assert await journal.append(entries[:2]) == 2
    assert await journal.append(entries[2:]) == 5
    assert list(journal.read()) == list(enumerate(entries, start=1))


async def test_reading_begins_after_a_position(journal: Journal) -> None:
    entries = [at(float(n), pressed("a", str(n))) for n in range(1200)]
    await journal.append(entries)
    assert list(journal.read(after=1198)) == [(1199, entries[1198]), (1200, entries[1199])]
    assert list(journal.read(after=1200)) == []
    assert [position for position, _ in journal.read()] == list(range(1, 1201))


async def test_an_empty_journal_reads_as_nothing(journal: Journal) -> None:
    assert list(journal.read()) == []


async def test_an_append_of_nothing_answers_the_last_position(journal: Journal) -> None:
    assert await journal.append([]) == 0
    await journal.append([at(1.0, arrived("a"))])
    assert await journal.append([]) == 1


async def test_appends_made_together_keep_their_order(journal: Journal) -> None:
    positions = await asyncio.gather(
        *(journal.append([at(float(n), pressed(f"c{n % 7}", str(n)))]) for n in range(200))
    )
    assert positions == list(range(1, 201))
    assert [entry.at for _, entry in journal.read()] == [float(n) for n in range(200)]


async def test_what_is_appended_while_reading_is_read_too(journal: Journal) -> None:
    await journal.append([at(1.0, arrived("a"))])
    reader = journal.read()
    assert next(reader)[0] == 1
    await journal.append([at(2.0, ended("a"))])
    assert [position for position, _ in reader] == [2]


async def test_a_line_event_delivered_twice_is_recognised(journal: Journal) -> None:
    await journal.append([from_line(1), from_line(2)])
    with pytest.raises(DuplicateEventError):
        await journal.append([at(9.0, ended("b")), from_line(2), from_line(3)])
    assert [entry for _, entry in journal.read()] == [from_line(1), from_line(2)]
    assert await journal.append([from_line(3)]) == 3


async def test_a_line_event_twice_in_one_append_keeps_nothing(journal: Journal) -> None:
    with pytest.raises(DuplicateEventError):
        await journal.append([from_line(1), from_line(1)])
    assert list(journal.read()) == []
    assert await journal.append([from_line(1)]) == 1


async def test_a_refused_append_leaves_its_neighbours_unharmed(journal: Journal) -> None:
    await journal.append([from_line(1)])
    before, refused, after = await asyncio.gather(
        journal.append([at(1.0, arrived("b"))]),
        journal.append([at(1.5, pressed("c", "1")), from_line(1, call="c")]),
        journal.append([at(2.0, pressed("c", "5"))]),
        return_exceptions=True,
    )
    assert (before, after) == (2, 3)
    assert isinstance(refused, DuplicateEventError)
    assert [entry.record for _, entry in journal.read(after=1)] == [
        arrived("b"),
        pressed("c", "5"),
    ]


async def test_each_run_of_the_line_has_numbers_of_its_own(journal: Journal) -> None:
    await journal.append([from_line(1), from_line(2), from_line(1, epoch="run-2")])
    assert await journal.append([from_line(2, epoch="run-2")]) == 4
    with pytest.raises(DuplicateEventError):
        await journal.append([from_line(1, epoch="run-2")])


async def test_entries_that_no_line_sent_have_no_number_to_collide(journal: Journal) -> None:
    assert await journal.append([at(1.0, ended("a")), at(2.0, ended("b"))]) == 2
    assert await journal.append([at(2.0, ended("b"))]) == 3


async def test_a_forgotten_call_keeps_its_states_and_loses_its_words(journal: Journal) -> None:
    verdict = to_nurse("unclear")
    heard = SpeechHeard(
        site="main", call_id=CallId("a"), words=Private("w"), confidence=0.5, second=Private("v")
    )
    assessed = WordsAssessed(
        site="main", call_id=CallId("a"), words=Private("w"), confidence=0.5, verdict=verdict
    )
    other = pressed("b", "7")
    await journal.append([at(1.0, arrived("a")), at(2.0, heard), at(3.0, assessed), at(4.0, other)])
    assert await journal.forget(CallId("a")) is True
    assert [entry.record for _, entry in journal.read()] == [
        arrived("a", number=""),
        SpeechHeard(site="main", call_id=CallId("a"), words=Private(""), confidence=0.5),
        WordsAssessed(
            site="main", call_id=CallId("a"), words=Private(""), confidence=0.5, verdict=verdict
        ),
        other,
    ]


async def test_words_of_a_call_that_was_forgotten_are_not_kept(journal: Journal) -> None:
    await journal.append([at(1.0, arrived("a"))])
    await journal.forget(CallId("a"))
    await journal.append([at(2.0, pressed("a", "42")), at(3.0, ended("a"))])
    assert [entry.record for _, entry in journal.read(after=1)] == [pressed("a", ""), ended("a")]


async def test_forgetting_twice_or_an_unknown_call_is_no_error(journal: Journal) -> None:
    await journal.append([at(1.0, arrived("a"))])
    assert await journal.forget(CallId("stranger")) is False
    assert await journal.forget(CallId("a")) is True
    assert await journal.forget(CallId("a")) is False


async def test_a_record_that_cannot_be_kept_keeps_nothing_of_its_append(journal: Journal) -> None:
    bad = SpeechHeard(site="main", call_id=CallId("a"), words=Private("w"), confidence=float("nan"))
    with pytest.raises(CodecError):
        await journal.append([at(1.0, arrived("a")), at(2.0, bad)])
    assert list(journal.read()) == []


@pytest.mark.parametrize(
    "entry",
    [
        Entry(at=float("nan"), record=ended("a")),
        Entry(at=1.0, record=pressed("", "5")),
        Entry(at=1.0, record=ended("a"), line_epoch="\ud800", line_seq=1),
        Entry(at=1.0, record=ended("a"), line_epoch="run-1", line_seq=2**64),
        Entry(at=1.0, record=ended("a"), line_epoch="run-1", line_seq=-1),
    ],
)
async def test_an_entry_without_sense_is_our_bug_and_keeps_nothing(
    journal: Journal, entry: Entry
) -> None:
    with pytest.raises(ValueError, match=r"CallEnded|DigitsCollected"):
        await journal.append([at(1.0, arrived("b")), entry])
    assert await journal.append([at(1.0, arrived("a"))]) == 1


async def test_a_journal_without_a_snapshot_has_none(journal: Journal) -> None:
    await journal.append([at(1.0, arrived("a"))])
    assert journal.latest_snapshot() is None


async def test_the_snapshot_kept_last_is_the_one_that_is_read(journal: Journal) -> None:
    await journal.append([at(1.0, arrived("a")), at(2.0, ended("a"))])
    await journal.keep_snapshot(1, b"one")
    assert journal.latest_snapshot() == (1, b"one")
    await journal.append([at(3.0, arrived("b"))])
    every_byte = bytes(range(256)) * 1000
    await journal.keep_snapshot(3, every_byte)
    assert journal.latest_snapshot() == (3, every_byte)
    assert len(list(journal.read())) == 3


async def test_a_snapshot_follows_the_appends_before_it(journal: Journal) -> None:
    appended, _ = await asyncio.gather(
        journal.append([at(1.0, arrived("a"))]), journal.keep_snapshot(1, b"one")
    )
    assert appended == 1
    assert journal.latest_snapshot() == (1, b"one")


async def test_a_snapshot_of_what_is_not_in_the_journal_is_refused(journal: Journal) -> None:
    await journal.append([at(1.0, arrived("a"))])
    await journal.keep_snapshot(1, b"one")
    for position in (-1, 0, 2):
        with pytest.raises(JournalError, match=f"entry {position}, which is not in the journal"):
            await journal.keep_snapshot(position, b"two")
    assert journal.latest_snapshot() == (1, b"one")


async def test_forgetting_leaves_the_snapshot(journal: Journal) -> None:
    await journal.append([at(1.0, arrived("a"))])
    await journal.keep_snapshot(1, b"one")
    await journal.forget(CallId("a"))
    assert journal.latest_snapshot() == (1, b"one")


async def test_a_closed_journal_takes_nothing_more(journal: Journal) -> None:
    await journal.append([at(1.0, arrived("a"))])
    await journal.close()
    await journal.close()
    with pytest.raises(JournalError, match="closed"):
        await journal.append([at(2.0, ended("a"))])
    with pytest.raises(JournalError, match="closed"):
        await journal.forget(CallId("a"))
    with pytest.raises(JournalError, match="closed"):
        await journal.keep_snapshot(1, b"one")


async def test_the_simulated_outage_fails_like_a_full_disk_and_passes() -> None:
    journal = MemoryJournal()
    await journal.append([at(1.0, arrived("a"))])
    journal.outage = "the disk is full"
    with pytest.raises(JournalError, match="the disk is full"):
        await journal.append([at(2.0, ended("a"))])
    with pytest.raises(JournalError, match="the disk is full"):
        await journal.keep_snapshot(1, b"one")
    assert len(list(journal.read())) == 1
    assert journal.latest_snapshot() is None
    journal.outage = None
    assert await journal.append([at(2.0, ended("a"))]) == 2
