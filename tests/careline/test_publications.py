"""The history of versions: it only grows, outlives a crash, and one bad line costs that line."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careline.publications import (
    AUTHOR_CHARACTERS,
    NOTE_CHARACTERS,
    How,
    Publications,
    checked,
    login_name,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "versions" / "history.jsonl"


@pytest.fixture
def history(path: Path) -> Publications:
    return Publications(path)


def test_nothing_was_published_before_the_first(history):
    assert history.read() == []
    assert history.last() is None


def test_what_was_published_is_there_for_the_next_process(history, path):
    history.append("a" * 64, at=1.0, how=How.FIRST_START, author="ana")
    made = history.append("b" * 64, at=2.5, how=How.PUBLISHED, author="José", note="Why; not?")
    first, second = Publications(path).read()
    assert (first.number, first.name, first.previous) == (1, "v1", None)
    assert second == made == Publications(path).last()
    assert (second.number, second.previous, second.at) == (2, "a" * 64, 2.5)
    assert (second.author, second.note, second.how) == ("José", "Why; not?", How.PUBLISHED)


@pytest.mark.parametrize("how", How)
def test_how_a_version_came_to_serve_is_there_for_the_next_process(history, path, how):
    made = history.append("a" * 64, at=1.0, how=how)
    assert Publications(path).last() == made


@pytest.mark.parametrize("torn", [b'{"version": "cc', b"\xff\xfe", b"{}", b"\0" * 40])
def test_a_line_that_a_crash_left_without_an_end_counts_for_nothing_and_is_cut_off(
    history, path, torn
):
    history.append("a" * 64, at=1.0, how=How.PUBLISHED)
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    assert [each.version for each in history.read()] == ["a" * 64]
    made = history.append("b" * 64, at=2.0, how=How.PUBLISHED)
    assert (made.number, made.previous) == (2, "a" * 64)
    assert path.read_bytes().startswith(whole + b'{"version"')
    assert [each.number for each in history.read()] == [1, 2]


def test_even_a_line_that_only_lacks_its_end_was_not_published(history, path):
    history.append("a" * 64, at=1.0, how=How.PUBLISHED)
    history.append("b" * 64, at=2.0, how=How.PUBLISHED)
    path.write_bytes(path.read_bytes()[:-1])
    assert history.last().version == "a" * 64


def test_a_damaged_line_changes_the_number_of_no_other(history, path):
    for letter in "abc":
        history.append(letter * 64, at=1.0, how=How.PUBLISHED)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b"\x00 dust\n" + lines[2])
    assert [(each.name, each.version[0]) for each in history.read()] == [("v1", "a"), ("v3", "c")]
    assert history.append("d" * 64, at=2.0, how=How.PUBLISHED).number == 4


@pytest.mark.parametrize(
    "fields",
    [
        {"version": "../../etc"},
        {"version": ""},
        {"version": "a" * 5000},
        {"version": 7},
        {"at": "noon"},
        {"at": True},
        {"at": float("nan")},
        {"at": 1e30},
        {"at": -1},
        {"how": "borrowed"},
        {"how": None},
    ],
)
def test_a_line_that_tells_no_publication_is_passed_over(history, path, fields):
    history.append("a" * 64, at=1.0, how=How.PUBLISHED)
    line = json.loads(path.read_text())
    path.write_text(path.read_text() + json.dumps({**line, **fields}) + "\n")
    assert len(history.read()) == 1


@given(st.binary(max_size=200))
def test_whatever_stands_in_the_file_is_read_or_passed_over(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("history") / "history.jsonl"
    path.write_bytes(content)
    assert len(Publications(path).read()) <= content.count(b"\n")


def test_what_somebody_else_wrote_into_it_cannot_fill_or_fool_a_terminal(history, path):
    history.append("a" * 64, at=1.0, how=How.PUBLISHED, author="ana")
    line = json.loads(path.read_text())
    line |= {"author": "ana\x1b[2J\n" + "x" * 900, "note": ["no text"]}
    path.write_text(json.dumps(line) + "\n")
    (read,) = history.read()
    assert read.author.startswith("ana [2J")
    assert len(read.author) <= AUTHOR_CHARACTERS
    assert read.author.isprintable()
    assert read.note == ""


@pytest.mark.parametrize("text", ["two\nlines", "bell\a", "\x1b[2J", "\ud800", "\u2028"])
def test_only_one_line_that_can_be_shown_is_kept(text):
    with pytest.raises(ValueError, match="note: one line of text was wanted"):
        checked("note", text, NOTE_CHARACTERS)


def test_the_longest_note_is_500_characters_and_the_longest_name_80():
    checked("note", "x" * 500, NOTE_CHARACTERS)
    checked("author", "x" * 80, AUTHOR_CHARACTERS)
    with pytest.raises(ValueError, match="note: at most 500 characters, not 501"):
        checked("note", "x" * 501, NOTE_CHARACTERS)
    with pytest.raises(ValueError, match="author: at most 80"):
        checked("author", "x" * 81, AUTHOR_CHARACTERS)


def test_what_was_not_checked_is_not_written(history, path):
    with pytest.raises(ValueError, match="note"):
        history.append("a" * 64, at=1.0, how=How.PUBLISHED, note="two\nlines")
    with pytest.raises(ValueError, match="no version"):
        history.append("../a", at=1.0, how=How.PUBLISHED)
    assert not path.exists()


@pytest.mark.parametrize("fails", ["write", "fsync"])
def test_a_line_that_is_not_on_the_disk_was_not_published(history, path, monkeypatch, fails):
    history.append("a" * 64, at=1.0, how=How.PUBLISHED)
    before = path.read_bytes()
    write = os.write

    def full(*arguments):
        if fails == "write":
            write(arguments[0], arguments[1][:9])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, fails, full)
    with pytest.raises(OSError, match="No space left"):
        history.append("b" * 64, at=2.0, how=How.PUBLISHED)
    monkeypatch.undo()
    assert path.read_bytes() == before


def test_a_write_that_stops_half_way_was_none(history, path, monkeypatch):
    history.append("a" * 64, at=1.0, how=How.PUBLISHED)
    before, write = path.read_bytes(), os.write
    monkeypatch.setattr(os, "write", lambda handle, line: write(handle, line[:9]))
    with pytest.raises(OSError, match="No space left"):
        history.append("b" * 64, at=2.0, how=How.PUBLISHED)
    monkeypatch.undo()
    assert path.read_bytes() == before


def test_nobody_but_its_owner_reads_who_published(history, path):
    history.append("a" * 64, at=1.0, how=How.PUBLISHED)
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("error", [KeyError("uid"), OSError("no entry")])
def test_a_user_without_a_name_is_called_by_number(monkeypatch, error):
    def fails():
        raise error

    monkeypatch.setattr("getpass.getuser", fails)
    assert login_name() == f"user {os.getuid()}"


def test_a_login_name_may_always_be_kept(monkeypatch):
    monkeypatch.setenv("LOGNAME", "ana\n" + "x" * 200)
    checked("author", login_name(), AUTHOR_CHARACTERS)
