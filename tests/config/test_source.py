"""Any bytes whatever: plain values with their places, or a clear problem, never an exception."""

import os
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import source
from config.errors import ConfigError, FolderError
from config.load import DEFAULT_CLINIC, check, load_site
from config.source import MAX_BYTES, parse_document


@pytest.fixture(params=["CBaseLoader", "BaseLoader"])
def parser(request, monkeypatch):
    """Both of PyYAML's parsers: a machine may have only the second."""
    monkeypatch.setattr(source, "_LOADER", getattr(yaml, request.param))


def problem_in(content):
    _, problems = parse_document("a.yaml", content)
    (problem,) = problems
    return str(problem)


@pytest.mark.usefixtures("parser")
def test_scalars_stay_as_they_are_written():
    document, problems = parse_document("a.yaml", b"a: [no, 0123, 1:30, 1e3, 2026-01-01, '', on]\n")
    assert problems == []
    assert document.data == {"a": ["no", "0123", "1:30", "1e3", "2026-01-01", "", "on"]}


@pytest.mark.usefixtures("parser")
def test_every_value_knows_its_place():
    document, _ = parse_document("a.yaml", "é:\n  - {b: 1}\n  - c\nd: |\n  text\n".encode())
    assert document.mark(("é",)) == (1, 1)
    assert document.mark(("é", 0, "b")) == (2, 9)
    assert document.key_mark(("é", 0, "b")) == (2, 6)
    assert document.mark(("é", 1)) == (3, 5)
    assert document.mark(("d",)) == (4, 4)
    assert document.mark(("é", 0, "missing")) == (2, 5)


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "1:1: the file is empty"),
        (b"# nothing\n", "1:1: the file is empty"),
        (b"---\n", "1:1: the file is empty"),
        (b"- a\n", "1:1: the file must hold 'key: value' lines"),
        (b"text\n", "1:1: the file must hold 'key: value' lines"),
        (b"a: 1\n---\nb: 2\n", "2:1: a second document begins; one file holds one"),
        (b"a: \xff\n", "1:4: this is not UTF-8 text; save the file as UTF-8"),
        (b"a: 1\nb: x\x00y\n", "2:5: the character U+0000 may not stand in a YAML file"),
        ("a: x\u2028y\n".encode(), "1:5: the character U+2028 may not stand in a YAML file"),
        ("a: x\x85\n".encode(), "1:5: the character U+0085 may not stand in a YAML file"),
        (b"a: 1\rb: \x00\r", "2:4: the character U+0000 may not stand in a YAML file"),
        (b"a: 1\r\nb: \x00\r\n", "2:4: the character U+0000 may not stand in a YAML file"),
        (b"a: &x 1\nb: 2\n", "1:4: anchors (&) and aliases (*) are not used here; "),
        (b"a: *x\n", "1:4: anchors (&) and aliases (*) are not used here; "),
        (b"a: !!python/name:os.system x\n", "1:4: tags (!) are not used here; "),
        (b"[a, b]: c\n", "1:1: a key must be a single word or text"),
        (b"a:\n", "1:3: a: nothing is given; give a value or leave out the line"),
        (b"a: ~\n", "1:4: a: nothing is given; give a value or leave out the line"),
        (b"a: 1\na: 2\n", "2:1: a: this key stands twice; the first is on line 1"),
        (b"a: 'x\nb: c\n", "1:4: the quotation mark that opens here is never closed"),
        (b"a: b: c\n", "1:5: a second ': ' in one value; put the text in quotes, or indent it"),
        (b"a: @x\n", "1:4: no value can begin with this character; put the value in quotes"),
        (b"a: [1\n", "1:4: the bracket that opens here is not closed"),
        (b"a: [1", "1:4: the bracket that opens here is not closed"),
        (b"a: [", "1:4: the bracket that opens here is not closed"),
        (b"[" * 100_000, "1:26: this is nested too deeply"),
    ],
)
def test_what_cannot_be_used_is_told_in_plain_words_at_its_place(content, told):
    assert problem_in(content).startswith(f"a.yaml:{told}")


@pytest.mark.usefixtures("parser")
def test_a_tab_in_the_indentation_is_named():
    assert "a tab stands in the indentation; use spaces" in problem_in(b"a:\n\tb: c\n")


@pytest.mark.usefixtures("parser")
def test_indentation_that_does_not_fit_is_named():
    assert "the indentation does not fit the lines above" in problem_in(b"a:\n  b: c\n d: e\n")


def test_a_file_that_repeats_itself_without_end_is_refused_at_its_first_anchor():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    assert "anchors" in problem_in("\n".join(lines).encode())


def test_a_huge_file_is_refused_unread(site):
    site.write("queues.yaml", b"#" * (MAX_BYTES + 1))
    assert site.problems() == ["queues.yaml:1:1: the file is larger than 1,000,000 bytes"]


def test_a_byte_order_mark_is_no_part_of_the_first_key():
    document, problems = parse_document("a.yaml", b"\xef\xbb\xbfa: 1\n")
    assert (document.data, problems) == ({"a": "1"}, [])


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(FolderError, match="there is no such folder"):
        load_site(tmp_path / "nowhere")


def test_a_file_in_place_of_the_folder_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderError, match="this is not a folder"):
        load_site(tmp_path / "file")


def test_a_pipe_in_place_of_a_file_is_told_and_not_waited_for(site):
    (site.path / "queues.yaml").unlink()
    os.mkfifo(site.path / "queues.yaml")
    assert site.problems() == ["queues.yaml:1:1: this is not a file"]


def test_a_folder_in_place_of_a_file_is_told(site):
    (site.path / "queues.yaml").unlink()
    (site.path / "queues.yaml").mkdir()
    assert site.problems() == ["queues.yaml:1:1: this is not a file"]


def test_a_link_that_leads_nowhere_is_told(site):
    (site.path / "queues.yaml").unlink()
    (site.path / "queues.yaml").symlink_to("itself-no-more.yaml")
    assert site.problems() == ["queues.yaml:1:1: the file is missing"]


def test_a_link_to_itself_is_told(site):
    (site.path / "queues.yaml").unlink()
    (site.path / "queues.yaml").symlink_to("queues.yaml")
    (problem,) = site.problems()
    assert problem.startswith("queues.yaml:1:1: the file cannot be read: ")


@given(content=st.binary(max_size=300))
def test_no_bytes_raise(content):
    parse_document("a.yaml", content)


@given(content=st.text(alphabet="ab:-#'\"[]{},&*!|>%@`?~ \n\t.0", max_size=120))
def test_no_text_of_yaml_characters_raises(content):
    parse_document("a.yaml", content.encode())


FILES = ["site.yaml", "queues.yaml", "agents.yaml", "calendars.yaml", "prompts.yaml"]
PIECES = st.sampled_from(
    [
        b"",
        b"\n",
        b" ",
        b"  ",
        b":",
        b": ",
        b"-",
        b"- ",
        b"'",
        b'"',
        b"[",
        b"]",
        b"{",
        b"}",
        b"null",
        b"0",
        b"-1",
        b"1e999",
        b"9" * 400,
        b"*",
        b"&a",
        b"!",
        b"#",
        b"\t",
        b"\xff",
        b"\x00",
        b"yes",
        b"{a: {b: c}}",
        b"[x, [y]]",
        b"kind",
        b"goto",
        b"language",
        b"es",
        b"?",
        b"\xe2\x80\xa8",
    ]
)


def changed_anyhow(folder, data, files):
    """Change one file of a site: it loads, or tells its problems."""
    file = data.draw(st.sampled_from(files))
    before = content = (folder.path / file).read_bytes()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        until = start + data.draw(st.integers(0, 12))
        content = content[:start] + data.draw(PIECES) + content[until:]
    try:
        folder.write(file, content)
        problems, warnings, loaded = check(folder.path)
        assert (loaded is None) == bool(problems)
        assert problems == sorted(problems)
        assert "\n" not in "".join(map(str, (*problems, *warnings)))
    finally:
        folder.write(file, before)


@settings(
    max_examples=settings().max_examples * 3 // 5,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_file_changed_anyhow_loads_or_tells_its_problems(site, data):
    changed_anyhow(site, data, [*FILES, "flows/main.yaml", "protocols/heart.yaml"])


@pytest.mark.slow
@settings(
    max_examples=settings().max_examples * 3 // 2,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_the_sample_clinic_changed_anyhow_loads_or_tells_its_problems(clinic_folder, data):
    protocols = sorted(
        f"protocols/{each.name}" for each in (clinic_folder.path / "protocols").iterdir()
    )
    changed_anyhow(clinic_folder, data, [*FILES, "flows/main.yaml", *protocols])


def test_the_error_lists_every_problem_one_a_line(site):
    site.replace("queues.yaml", "  title: Everything\n", "")
    site.replace("agents.yaml", "nurse: 4", "nurse: x")
    with pytest.raises(ConfigError) as raised:
        load_site(site.path)
    assert str(raised.value).splitlines() == list(map(str, raised.value.problems))
    assert len(raised.value.problems) == 2


def test_reading_a_site_leaves_no_file_open(site):
    before = len(list(Path("/proc/self/fd").iterdir()))
    load_site(site.path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_the_sample_clinic_is_read_by_either_parser(monkeypatch):
    files = [path for path in DEFAULT_CLINIC.rglob("*.yaml") if path.parent.name != "protocols"]
    assert len(files) >= 8
    monkeypatch.setattr(source, "_LOADER", yaml.BaseLoader)
    for path in files:
        assert parse_document(path.name, path.read_bytes())[1] == []
