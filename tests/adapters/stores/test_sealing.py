"""No word, digit or number unsealed on disk; none readable once the call is forgotten."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.stores.keys import UnsealError, load_site_key
from adapters.stores.rows import to_row
from adapters.stores.sqlite import SqliteJournal
from calls.facts import CallArrived, DigitsCollected, SpeechHeard
from calls.ids import CallId
from calls.ports import Entry, JournalError
from calls.private import Private
from tests.adapters.stores.journals import copied

PLANTED = ["planted words of a caller", "6135550142", "8675309", "zweite meinung"]


def planted(call: str = "a") -> list[Entry]:
    common = {"site": "main", "call_id": CallId(call)}
    return [
        Entry(
            at=1.0,
            record=CallArrived(caller=Private(PLANTED[1]), dialled="100", line="sip", **common),
        ),
        Entry(at=2.0, record=DigitsCollected(digits=Private(PLANTED[2]), **common)),
        Entry(
            at=3.0,
            record=SpeechHeard(
                words=Private(PLANTED[0]), confidence=0.5, second=Private(PLANTED[3]), **common
            ),
        ),
    ]


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))


def rows(folder: Path, query: str) -> list[tuple[bytes, ...]]:
    with closing(sqlite3.connect(folder / "journal.sqlite")) as connection:
        return connection.execute(query).fetchall()


def change(folder: Path, query: str) -> None:
    with closing(sqlite3.connect(folder / "journal.sqlite")) as connection:
        assert connection.execute(query).rowcount > 0
        connection.commit()


async def test_no_planted_word_is_ever_on_disk(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path)
    await journal.append(planted())
    moments = [on_disk(tmp_path)]
    assert (tmp_path / "journal.sqlite-wal").stat().st_size > 0
    await journal.forget(CallId("a"))
    moments.append(on_disk(tmp_path))
    await journal.append(planted())
    moments.append(on_disk(tmp_path))
    await journal.close()
    moments.append(on_disk(tmp_path))
    for moment in moments:
        assert b"SpeechHeard" in moment or b"DigitsCollected" in moment
        for word in PLANTED:
            assert word.encode() not in moment


async def test_forgetting_leaves_no_copy_of_the_key_in_any_file(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path)
    await journal.append(planted())
    ((wrapped,),) = rows(tmp_path, "SELECT wrapped FROM call_keys")
    assert wrapped in on_disk(tmp_path)
    assert await journal.forget(CallId("a"))
    assert wrapped not in on_disk(tmp_path)
    assert (tmp_path / "journal.sqlite-wal").stat().st_size == 0
    await journal.close()


async def test_no_copy_survives_among_many_calls_forgotten_in_any_order(tmp_path: Path) -> None:
    dice = random.Random(4)
    journal = SqliteJournal.open(tmp_path)
    calls = [f"{dice.getrandbits(64):x}" for _ in range(240)]
    for start in range(0, 240, 20):
        await journal.append([one for call in calls[start : start + 20] for one in planted(call)])
        await journal.forget(CallId(dice.choice(calls[: start + 20])))
    wrapped = dict(rows(tmp_path, "SELECT call_id, wrapped FROM call_keys"))
    dice.shuffle(calls)
    gone, kept = calls[:140], calls[140:]
    for call in gone:
        await journal.forget(CallId(call))
    disk = on_disk(tmp_path)
    left = [call for call in gone if any(wrapped[call]) and wrapped[call] in disk]
    assert left == []
    readable = {
        str(entry.record.call_id)  # type: ignore[union-attr]
        for _, entry in journal.read()
        if isinstance(entry.record, SpeechHeard) and entry.record.words
    }
    assert readable == {call for call in kept if any(wrapped[call])}
    assert len(readable) > 70
    await journal.close()


async def test_the_site_key_does_not_open_what_was_forgotten(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path)
    await journal.append(planted("a") + planted("b"))
    await journal.forget(CallId("a"))
    await journal.close()
    site_key = load_site_key(tmp_path / "site.key")
    keys = dict(rows(tmp_path, "SELECT call_id, wrapped FROM call_keys"))
    other = site_key.unwrap("b", keys["b"])
    with pytest.raises(UnsealError):
        site_key.unwrap("a", keys["a"])
    sealed = rows(tmp_path, "SELECT position, sealed FROM entries WHERE call_id = 'a'")
    assert len(sealed) == 3
    for position, text in sealed:
        with pytest.raises(UnsealError):
            other.unseal(text, to_row(planted("a")[position - 1]).bound_to(position))


async def test_a_deleted_key_that_a_crash_left_in_the_log_goes_at_the_next_start(
    tmp_path: Path,
) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    await journal.append(planted())
    ((wrapped,),) = rows(tmp_path / "j", "SELECT wrapped FROM call_keys")
    connection = journal._writer._connection
    assert connection is not None
    connection.execute("UPDATE call_keys SET wrapped = zeroblob(length(wrapped))")
    crashed = copied(tmp_path / "j", tmp_path / "crashed")
    await journal.close()
    assert wrapped in on_disk(crashed)
    again = SqliteJournal.open(crashed)
    assert wrapped not in on_disk(crashed)
    assert not any(
        entry.record.digits
        for _, entry in again.read()
        if isinstance(entry.record, DigitsCollected)
    )
    await again.close()


async def test_a_deleted_key_that_a_reader_kept_at_the_start_goes_with_the_next_commit(
    tmp_path: Path,
) -> None:
    journal = SqliteJournal.open(tmp_path / "j")
    await journal.append(planted())
    ((wrapped,),) = rows(tmp_path / "j", "SELECT wrapped FROM call_keys")
    change(tmp_path / "j", "UPDATE call_keys SET wrapped = zeroblob(length(wrapped))")
    crashed = copied(tmp_path / "j", tmp_path / "crashed")
    await journal.close()
    with closing(sqlite3.connect(crashed / "journal.sqlite")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM call_keys").fetchone()
        again = SqliteJournal.open(crashed)
        reader.rollback()
    assert wrapped in on_disk(crashed)
    await again.append(planted("b"))
    assert wrapped not in on_disk(crashed)
    await again.close()


async def test_a_reader_that_keeps_the_log_is_named_and_the_deletion_ends_without_it(
    tmp_path: Path,
) -> None:
    journal = SqliteJournal.open(tmp_path)
    await journal.append(planted())
    ((wrapped,),) = rows(tmp_path, "SELECT wrapped FROM call_keys")
    connection = journal._writer._connection
    assert connection is not None
    connection.execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM call_keys").fetchone()
        with pytest.raises(JournalError, match="another reader keeps a copy"):
            await journal.forget(CallId("a"))
        assert [
            bool(e.record.digits)
            for _, e in journal.read()
            if isinstance(e.record, DigitsCollected)
        ] == [False]
        with pytest.raises(JournalError, match="another reader keeps a copy"):
            await journal.forget(CallId("a"))
        assert await journal.append(planted("b")) == 6
        connection.execute("PRAGMA busy_timeout = 0")
        reader.rollback()
    assert await journal.forget(CallId("a")) is True
    assert await journal.forget(CallId("a")) is False
    assert wrapped not in on_disk(tmp_path)
    await journal.close()


async def test_an_own_reader_that_stands_still_does_not_keep_the_log(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path)
    await journal.append(planted())
    reader = journal.read()
    next(reader)
    assert await journal.forget(CallId("a"))
    assert (tmp_path / "journal.sqlite-wal").stat().st_size == 0
    reader.close()  # type: ignore[attr-defined]
    await journal.close()


@pytest.mark.parametrize(
    "tampering",
    [
        (
            "UPDATE entries SET sealed = other.sealed FROM entries AS other"
            " WHERE entries.position = 2 AND other.position = 5"
        ),
        "UPDATE entries SET sealed = zeroblob(60) WHERE position = 2",
        "UPDATE entries SET sealed = x'00' WHERE position = 2",
        "UPDATE entries SET sealed = 'text' WHERE position = 2",
        "UPDATE entries SET sealed = NULL WHERE position = 2",
        "UPDATE entries SET position = 12 WHERE position = 2",
        "UPDATE entries SET call_id = 'b' WHERE position = 2",
        "UPDATE entries SET site = 'north' WHERE position = 2",
        "UPDATE entries SET type = 'SpeechHeard' WHERE position = 2",
        "UPDATE entries SET clear = replace(clear, 'main', 'north') WHERE position = 2",
        "UPDATE entries SET clear = x'7b' WHERE position = 2",
        "UPDATE entries SET clear = 7 WHERE position = 2",
        "UPDATE entries SET type = CAST(x'ff' AS TEXT) WHERE position = 2",
        "UPDATE entries SET call_id = NULL WHERE position = 2",
        "UPDATE entries SET at = 'noon' WHERE position = 2",
        "UPDATE entries SET at = 9e999 WHERE position = 2",
        "UPDATE entries SET line_epoch = 'run-1' WHERE position = 2",
        "UPDATE call_keys SET wrapped = 'text' WHERE slot = 1",
        "DELETE FROM call_keys WHERE slot = 1",
        (
            "UPDATE call_keys SET wrapped = other.wrapped FROM call_keys AS other"
            " WHERE call_keys.slot = 1 AND other.slot = 2"
        ),
    ],
)
async def test_what_was_altered_or_moved_does_not_open(tmp_path: Path, tampering: str) -> None:
    journal = SqliteJournal.open(tmp_path)
    await journal.append(planted("a") + planted("b"))
    await journal.close()
    change(tmp_path, tampering)
    journal = SqliteJournal.open(tmp_path)
    with pytest.raises(JournalError, match=r"entry \d+ cannot be read") as caught:
        list(journal.read())
    assert not any(word in str(caught.value) for word in PLANTED)
    await journal.close()


async def test_an_altered_key_stops_its_own_call_only(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path)
    await journal.append(planted("a") + planted("b"))
    await journal.close()
    change(tmp_path, "UPDATE call_keys SET wrapped = randomblob(60) WHERE slot = 1")
    journal = SqliteJournal.open(tmp_path)
    with pytest.raises(JournalError, match="altered or belongs to another site key"):
        await journal.append(planted("a"))
    assert await journal.append(planted("b")) == 9
    await journal.close()


def test_no_repr_of_what_goes_to_the_disk_holds_a_word() -> None:
    for entry in planted():
        row = to_row(entry)
        assert row.private is not None
        assert any(word.encode() in row.private for word in PLANTED)
        assert not any(word in repr(row) + repr(entry) for word in PLANTED)


async def test_a_short_answer_looks_as_long_as_another(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path)
    await journal.append(
        [
            Entry(
                at=1.0,
                record=DigitsCollected(
                    site="main", call_id=CallId("a"), digits=Private("1" * length)
                ),
            )
            for length in range(1, 10)
        ]
    )
    assert len(rows(tmp_path, "SELECT DISTINCT length(sealed) FROM entries")) == 1
    await journal.close()


async def test_a_call_without_private_words_has_no_key(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path)
    await journal.append(planted("a"))
    assert rows(tmp_path, "SELECT call_id FROM call_keys") == [("a",)]
    await journal.close()
