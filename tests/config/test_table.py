"""Any bytes as a table: texts with their places, or a clear problem, never an exception."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import table as table_module
from config.table import MAX_BYTES, parse_table, read_table


def problems_in(content):
    return [str(each) for each in parse_table("a.csv", content)[1]]


def rows_of(content):
    table, problems = parse_table("a.csv", content)
    assert problems == []
    return table.data


def test_every_row_is_found_by_its_first_column():
    content = b'id,name,note\na,Ann,"x, ""y"""\n\n,,\nb, Bo ,\n'
    assert rows_of(content) == {
        "a": {"name": "Ann", "note": 'x, "y"'},
        "b": {"name": "Bo", "note": ""},
    }


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_cell_knows_its_place(line_end):
    lines = ["id,name,note", "", 'é,"two', 'lines", x', "b,Bo,y"]
    table, problems = parse_table("a.csv", line_end.join(lines).encode())
    assert problems == []
    assert table.data["é"] == {"name": "two lines", "note": "x"}
    assert list(table.columns.items()) == [("id", (1, 1)), ("name", (1, 4)), ("note", (1, 9))]
    assert table.mark(("é",)) == (3, 1)
    assert table.mark(("é", "name")) == (3, 3)
    assert table.mark(("é", "note")) == (4, 9)
    assert table.mark(("b", "note")) == (5, 6)


def test_a_byte_order_mark_and_quoted_names_are_no_part_of_a_column():
    assert rows_of(b'\xef\xbb\xbf"id","name"\na,b\n') == {"a": {"name": "b"}}


def test_scalars_stay_as_they_are_written():
    assert rows_of(b"id,a,b\n007,no,1e3\n") == {"007": {"a": "no", "b": "1e3"}}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "1:1: the file is empty; its first line must name the columns"),
        (b"\n \n,,\n", "1:1: the file is empty; its first line must name the columns"),
        (b"id\n", "1:1: wanted an id and at least one more column"),
        (b"id;name\na;b\n", "1:1: the columns must be separated by commas"),
        (b"\nid\tname\n", "2:1: the columns must be separated by commas"),
        (b"Ann,Hidden\n", "1:1: the first line must name the columns"),
        (b"id,hidden name\n", "1:4: the first line must name the columns"),
        (b"id,,b\n", "1:4: the first line must name the columns"),
        (b"id,a,a\n", "1:6: there are two columns 'a'"),
        (b"id,a\nx\xff,y\n", "2:2: this is not UTF-8 text; save the file as UTF-8"),
        ("id,a\nx,é".encode("utf-16"), "1:1: this is not UTF-8 text; save the file as UTF-8"),
        (b"id,a\r\nx,\x00\n", "2:3: the character U+0000 may not stand in a table"),
        (
            b"id,a\nx,y,hidden\n",
            "2:1: this line has 3 cells, wanted 2; a cell that holds a comma stands in quotation",
        ),
        (b"id,a\nhidden\n", "2:1: this line has 1 cell, wanted 2; an empty cell keeps its comma"),
        (b"id,a\nhidden\n", "2:1: this line has 1 cell, wanted 2"),
        (b"id,a\n,hidden\n", "2:1: the first cell, which is the id, is empty"),
        (b"id,a\nhidden,1\nb,2\nhidden,3\n", "4:1: this id stands twice; the first is on line 2"),
        (b'id,a\nx,"hidden\n\nb,c\n', "2:3: the quotation mark that opens here is never closed"),
        (b'id,a\nx,"a""b\n', "2:3: the quotation mark that opens here is never closed"),
        (b'id,a\nx,"hid"den\n', "2:3: a quotation mark is out of place"),
        (b'id,a\nx,hid"den"\n', "2:3: a quotation mark is out of place"),
        (b"id" + b",a" * 101, "1:202: there are more than 100 columns"),
    ],
)
def test_what_cannot_be_used_is_told_at_its_place_without_what_stands_there(content, told):
    (problem,) = problems_in(content)
    assert problem.startswith(f"a.csv:{told}")
    assert "hidden" not in problem.lower()


def test_wrong_lines_are_left_out_and_the_others_kept():
    table, problems = parse_table("a.csv", b"id,a\nx\ny,1\ny,2\nz,3\n")
    assert table.data == {"y": {"a": "1"}, "z": {"a": "3"}}
    assert [each.line for each in problems] == [2, 4]
    assert table.readable


def test_a_table_of_wrong_lines_is_not_told_to_the_end():
    table, problems = parse_table("a.csv", b"id,a\n" + b"x\n" * 100_000)
    assert len(problems) == 101
    assert str(problems[-1]).startswith("a.csv:102:1: so many lines are wrong")
    assert not table.readable


def test_a_large_table_still_tells_the_line(monkeypatch):
    monkeypatch.setattr(table_module, "MARKED_CELLS", 2)
    table, _ = parse_table("a.csv", b"id,a\nx,1\ny,2\n")
    assert table.mark(("x", "a")) == (2, 3)
    assert table.mark(("y", "a")) == (3, 1)


# --- files --------------------------------------------------------------------------------------


def problem_of(folder, file="a.csv"):
    table, (problem,) = read_table(folder, file)
    assert not table.readable
    return str(problem)


def test_a_table_is_read_from_the_sites_folder(tmp_path):
    (tmp_path / "a.csv").write_text("id,a\nx,1\n")
    assert read_table(tmp_path, "a.csv")[0].data == {"x": {"a": "1"}}


def test_what_is_no_file_is_told_and_not_waited_for(tmp_path):
    assert problem_of(tmp_path) == "a.csv:1:1: the file is missing"
    assert "missing" in problem_of(tmp_path, "\x00.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    assert problem_of(tmp_path, "pipe.csv") == "pipe.csv:1:1: this is not a file"
    (tmp_path / "round.csv").symlink_to("round.csv")
    assert "cannot be read" in problem_of(tmp_path, "round.csv")


def test_nothing_outside_the_folder_is_read(tmp_path):
    outside = tmp_path / "outside.csv"
    outside.write_text("id,a\nx,1\n")
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "link.csv").symlink_to(outside)
    for file in ("../outside.csv", str(outside), "link.csv"):
        assert problem_of(folder, file).endswith("this is outside the site's folder")


def test_a_huge_file_is_refused_unread(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"id,a\n" + b"x" * MAX_BYTES)
    assert problem_of(tmp_path) == "a.csv:1:1: the file is larger than 5,000,000 bytes"


# --- anything -----------------------------------------------------------------------------------

CSV_LIKE = st.lists(
    st.sampled_from(["id", "a", ",", "\n", "\r\n", '"', '""', " ", "\t", "é", "\x00", "x", ";"])
).map("".join)


@given(st.binary() | CSV_LIKE.map(str.encode) | CSV_LIKE.map(lambda text: f"id,a\n{text}".encode()))
def test_any_bytes_give_a_table_or_problems(content):
    table, problems = parse_table("a.csv", content)
    lines = content.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for problem in problems:
        assert problem.file == "a.csv"
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 2
    assert table.readable or problems
    for row in table.data.values():
        assert ["id", *row] == list(table.columns) or len(row) == len(table.columns) - 1


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1)


@given(st.dictionaries(TEXTS, st.lists(TEXTS, min_size=2, max_size=2), max_size=5))
def test_what_was_written_with_every_cell_quoted_is_read_back(rows):
    def quoted(text):
        return '"' + text.replace('"', '""') + '"'

    lines = [",".join(map(quoted, (key, *cells))) for key, cells in rows.items()]
    content = "\r\n".join(["id,a,b", *lines]).encode()
    assert rows_of(content) == {key: {"a": a, "b": b} for key, (a, b) in rows.items()}
