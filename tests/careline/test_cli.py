"""The command line: exit codes, words for ops staff, and examples that can be typed as they are."""

from __future__ import annotations

import io
import itertools
import os
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from careline.__main__ import in_one_word, main, parser
from config.load import DEFAULT_CLINIC

ROOT = Path(__file__).parents[2]
COMMANDS = (
    "run",
    "talk",
    "check",
    "publish",
    "versions",
    "rollback",
    "diff",
    "schema",
    "triage",
    "agent",
    "task",
    "queue",
    "call",
    "report",
    "explain",
    "replay",
    "demo",
)

OF_TRIAGE = ("triage-review", "triage-judge", "triage-approve")

SCRIPT = """\
title: Zero
caller: "+15555550104"
steps:
  - press: "0"
expect:
  answered_by: [ben]
"""


def help_of(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0
    return capsys.readouterr().out


def command_lines(text: str) -> Iterator[str]:
    """Each ``careline ...`` that a line of text shows, without shell syntax and remarks."""
    for line in text.splitlines():
        yield from re.findall(r"`(careline [^`]+)`", line)
        for part in re.split(r" {2,}|&& | \| ", line.strip()):
            if part.strip().startswith("careline "):
                yield re.split(r" [<>#(]", part.strip())[0]


def can_be_typed(line: str) -> bool:
    """Whether it parses, with each of the words that ``a|b`` offers; a bare command always."""
    choices = [word.split("|") for word in shlex.split(line)[1:]]
    if len(choices) == 1 and choices[0][0] in COMMANDS:
        return True
    for words in itertools.product(*choices):
        try:
            parser().parse_args(in_one_word(words))
        except SystemExit as told:
            if told.code:
                return False
    return True


@pytest.mark.parametrize("command", [*COMMANDS, *OF_TRIAGE])
def test_every_command_shows_examples_that_can_be_typed(command, capsys):
    shown = help_of(command, capsys)
    examples = list(command_lines(shown.partition("examples:")[2]))
    assert examples, "no example"
    assert [line for line in examples if not can_be_typed(line)] == []


@pytest.mark.parametrize("command", [*COMMANDS, *OF_TRIAGE])
def test_help_is_readable_on_a_terminal_100_columns_wide(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    shown = help_of(command, capsys).partition("examples:")[2]
    assert [line for line in shown.splitlines() if len(line) > 100] == []


def documents() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.name)
def test_every_command_in_the_documents_can_be_typed(document):
    shown = command_lines(document.read_text())
    assert [line for line in shown if not can_be_typed(line)] == []


def test_the_documents_name_every_command():
    named = {line.split()[1] for line in command_lines((ROOT / "README.md").read_text())}
    assert set(COMMANDS) <= named


def test_the_check_of_command_lines_finds_a_wrong_one():
    assert not can_be_typed("careline run --colour")
    assert not can_be_typed("careline dance")
    assert not can_be_typed("careline agent grace ready|asleep")
    assert list(
        command_lines("use `careline check DIR`, or\n  careline run --listen 1:2   # so")
    ) == [
        "careline check DIR",
        "careline run --listen 1:2",
    ]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ([], "COMMAND"),
        (["rnu"], "'rnu'"),
        (["run", "--colour"], "--colour"),
        (["run", "--state"], "--state"),
        (["talk", "now"], "now"),
        (["check", "one", "two"], "two"),
        (["agent", "grace"], "presence"),
        (["agent", "grace", "asleep"], "'asleep'"),
        (["task", "colse"], "careline task: 'colse' is none of 'show', 'close'; see"),
        (["queue", "billing", "shut"], "'shut' is none of 'open', 'closed', 'calendar'; see"),
        (["queue", "billing", "open", "--for", "2"], "'2' is no duration"),
        (["call", "script.yaml"], "--to"),
        (["demo", "--keep"], "--keep"),
        (["publish", "--config", "."], "--config"),
        (["schema", "here"], "here"),
        (["explain", "one", "two", "three"], "three"),
        (["explain", "--colour"], "--colour"),
        (["replay", "one", "two"], "two; see `careline replay --help`"),
        (["replay", "--with"], "--with"),
        (["report", "--every", "5m"], "'5m'"),
        (["report", "--json", "--csv"], "--csv"),
    ],
)
def test_a_wrong_command_line_is_one_line_with_the_next_step(wrong, named, capsys):
    with pytest.raises(SystemExit) as left:
        main(wrong)
    assert left.value.code == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert named in told
    assert re.search(r"; see `careline( \w+)? --help`$", told)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_tells_its_exit_codes(command, capsys):
    assert re.search(r"exit codes?: 0 ", help_of(command, capsys))


def test_the_sample_clinic_has_no_problem(capsys):
    assert main(["check"]) == 0
    assert "0 problems" in capsys.readouterr().out


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(DEFAULT_CLINIC, tmp_path / "clinic"))
    queues = folder / "queues.yaml"
    queues.write_text(queues.read_text() + "\nbilling:\n  titel: twice\n")
    return folder


@pytest.mark.parametrize("command", ["run", "talk", "triage"])
def test_a_broken_site_is_told_line_by_line_and_nothing_starts(broken, command, capsys, tmp_path):
    arguments = {"run": ["--state", str(tmp_path / "state")], "triage": ["hello"]}.get(command, [])
    assert main([command, "--config", str(broken), *arguments]) == 2
    *problems, summary = capsys.readouterr().err.splitlines()
    assert problems
    assert all(re.match(r"queues\.yaml:\d+:\d+: ", problem) for problem in problems)
    assert summary.startswith(f"{len(problems)} problem")
    assert not (tmp_path / "state").exists()


def test_check_exits_with_1_on_a_broken_site_and_2_without_one(broken, capsys):
    assert main(["check", str(broken)]) == 1
    assert main(["check", str(broken / "nothing")]) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert told.endswith(": there is no such folder")


@pytest.mark.parametrize(
    "command",
    [
        ["agent", "grace", "ready"],
        ["publish"],
        ["rollback"],
        ["rollback", "v1"],
        ["task"],
        ["task", "show", "3f9a", "--by", "grace"],
        ["task", "close", "3f9a", "--by", "grace", "--how", "done"],
        ["queue"],
        ["queue", "billing", "closed"],
    ],
)
def test_without_a_running_line_one_line_says_so(command, tmp_path, capsys):
    assert main([*command, "--state", str(tmp_path)]) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert "no line is running" in told
    assert "careline run" in told


def test_a_state_folder_that_cannot_be_made_is_one_line(capsys):
    assert main(["run", "--state", "/proc/careline"]) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert told.startswith("/proc/careline: ")
    assert told.endswith("; choose another with --state")


@pytest.mark.parametrize(
    ("listen", "complaint"),
    [
        ("clinic:5060", "give an IP address"),
        ("127.0.0.1:99999", "no number from 0 to 65535"),
        ("192.0.2.1:5060", "Cannot assign requested address"),
    ],
)
def test_an_address_that_cannot_be_listened_on_is_one_line(listen, complaint, tmp_path, capsys):
    assert main(["run", "--listen", listen, "--state", str(tmp_path / "state")]) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert told.startswith(f"listen: {listen}: ")
    assert complaint in told


def test_a_secrets_file_open_to_others_is_refused_with_the_way_out(tmp_path, capsys):
    state = tmp_path / "state"
    state.mkdir()
    (state / "secrets.yaml").write_text("agent/grace: 0123456789\n")
    (state / "secrets.yaml").chmod(0o644)
    assert main(["run", "--state", str(state)]) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert told.endswith(f"run: chmod 600 {state}/secrets.yaml")
    assert "0123456789" not in told


def test_a_broken_call_script_is_told_line_by_line(tmp_path, capsys):
    script = tmp_path / "script.yaml"
    script.write_text(SCRIPT.replace('press: "0"', 'press: "x"'))
    assert main(["call", str(script), "--to", "sip:clinic@127.0.0.1:5060"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "script.yaml:4:12: steps[0].press: wanted keys: 0-9, * and #"
    ]


@pytest.mark.parametrize("to", ["clinic", "sip:clinic@clinic.example", "127.0.0.1:5060"])
def test_a_target_that_is_no_address_is_told_with_one_that_is(to, tmp_path, capsys):
    script = tmp_path / "script.yaml"
    script.write_text(SCRIPT)
    assert main(["call", str(script), "--to", to]) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert "sip:clinic@127.0.0.1:5060" in told


def test_a_call_to_a_port_nobody_listens_on_is_one_line(tmp_path, capsys):
    script = tmp_path / "script.yaml"
    script.write_text(SCRIPT)
    # Port 9 (discard) is closed on any machine without inetd; ICMP says so at once.
    assert main(["call", str(script), "--to", "sip:clinic@127.0.0.1:9"]) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert told.startswith("sip:clinic@127.0.0.1:9: not answered")


def test_a_demo_folder_that_is_there_already_is_not_touched(tmp_path, capsys):
    assert main(["demo", "--keep", str(tmp_path)]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"{tmp_path} is there already; name a new folder"
    ]


def test_a_reader_who_left_is_no_traceback(monkeypatch, capsys):
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as pipe:  # noqa: PTH123 - a descriptor, not a path
        monkeypatch.setattr("sys.stdout", pipe)
        assert main(["check"]) == 1
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "command", [["check"], ["triage", "hello"], ["schema"], ["--help"], ["report", "--help"]]
)
def test_output_that_cannot_be_written_is_one_line(
    command, tmp_path, monkeypatch, capsys, full_disk
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdout", full_disk)
    try:
        code = main(command)
    except SystemExit as left:
        code = left.code
    assert code == 2
    assert capsys.readouterr().err == "standard output: No space left on device\n"


def test_without_standard_output_one_line_says_so(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout", None)
    assert main(["check"]) == 2
    assert capsys.readouterr().err == "standard output: it is closed\n"


def test_a_failure_that_is_not_of_standard_output_is_not_taken_for_it(monkeypatch):
    with Path(os.devnull).open("w") as not_readable:
        monkeypatch.setattr("sys.stdin", not_readable)
        with pytest.raises(io.UnsupportedOperation):
            main(["triage", "--jsonl"])


def test_what_a_terminal_cannot_show_is_a_question_mark(tmp_path, monkeypatch):
    clinic = Path(shutil.copytree(DEFAULT_CLINIC, tmp_path / "clinic"))
    site = clinic / "site.yaml"
    site.write_text(re.sub("(?m)^title: .*", "title: Clínica", site.read_text()))
    shown = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", shown)
    assert main(["check", str(clinic)]) == 0
    shown.seek(0)
    assert "Cl?nica, version" in shown.read()
