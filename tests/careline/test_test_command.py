"""``careline test`` as people type it: dialogues held, judged, shown and counted."""

from __future__ import annotations

import json

import pytest

from careline.__main__ import main
from tests.careline.small_site import small_folder

RIGHT = """\
front-desk:
  title: The front desk, by keys
  turns:
    - {line: press 1 OR 2}
    - {presses: "1"}
    - {queue: general, skills: []}
    - {agent: bo}
    - {agent_leaves: yes}
    - {ends: handled}
"""
WRONG = """\
wrong:
  turns:
    - {presses: "1"}
    - {queue: nurse}
    - {agent: bo}
"""


@pytest.fixture
def folder(tmp_path):
    made = small_folder(tmp_path / "clinic")
    made.write("dialogues/desk.yaml", RIGHT)
    return made


@pytest.fixture
def test(folder, capsys):
    """Type the command; what is printed, and the exit code."""

    def typed(*arguments):
        code = main(["test", str(folder.path), *arguments])
        return capsys.readouterr(), code

    return typed


def test_dialogues_that_are_as_written_are_a_line_each(test):
    shown, code = test()
    assert code == 0
    assert shown.out == (
        "ok      front-desk: The front desk, by keys\n"
        "\n"
        "1 dialogue, all as written\n"
        "main: 3 of 5 steps (60 %), 2 of 5 ways (40 %)\n"
    )


def test_one_that_is_not_tells_its_line_and_all_that_was_said(folder, test):
    folder.write("dialogues/wrong.yaml", WRONG)
    shown, code = test()
    told = shown.out.splitlines()
    assert code == 1
    assert told[:2] == ["ok      front-desk: The front desk, by keys", "FAILED  wrong"]
    assert "        line    Press 1 or 2 or 3." in told
    assert "        caller  presses 1" in told
    assert (
        "        dialogues/wrong.yaml:4: wanted the caller to wait in nurse; they wait in general"
    ) in told
    assert told[-2] == "2 dialogues, 1 not as written"
    # What comes after it is not judged any more.
    assert "wrong.yaml:5" not in shown.out


def test_only_those_that_are_named_are_held(folder, test):
    folder.write("dialogues/wrong.yaml", WRONG)
    shown, code = test("front-desk")
    assert code == 0
    assert "1 dialogue, all as written" in shown.out
    assert test("wrong")[1] == 1


def test_a_name_that_no_dialogue_bears_is_told(test):
    shown, code = test("front-desk", "frontdesk")
    assert (shown.out, shown.err, code) == ("", "there is no dialogue frontdesk\n", 2)


def test_each_is_shown_as_it_was_held_when_that_is_asked_for(test):
    shown, code = test("--show")
    assert code == 0
    assert "        line    Dial nine one one.\n" in shown.out
    assert "        agent   hangs up\n" in shown.out


def test_what_no_dialogue_takes_is_listed_when_that_is_asked_for(test):
    shown, code = test("--missing")
    assert code == 0
    assert (
        "2 steps that no dialogue takes:\n"
        "  doctor\n"
        "  bye\n"
        "\n"
        "3 ways that no dialogue takes:\n"
        "  hours -> bye\n"
        "  menu -> doctor\n"
        "  menu -> !nurse\n"
    ) in shown.out


def test_ways_that_are_taken_are_counted_once_however_often(folder, test):
    again = RIGHT.replace("front-desk:", "front-desk-again:")
    red = 'red:\n  turns:\n    - {presses: "2"}\n    - {nurse: yes}\n'
    closed = "closed:\n  at: 2026-11-22 10:00\n  turns:\n    - {step: bye}\n"
    folder.write("dialogues/more.yaml", again + red + closed)
    shown, code = test("--missing")
    assert code == 0
    assert shown.out.endswith("main: 4 of 5 steps (80 %), 4 of 5 ways (80 %)\n")
    assert "1 step that no dialogue takes:\n  doctor\n" in shown.out
    assert "1 way that no dialogue takes:\n  menu -> doctor\n" in shown.out


def test_one_json_object_says_it_to_programs(folder, test):
    folder.write("dialogues/wrong.yaml", WRONG)
    shown, code = test("--json")
    told = json.loads(shown.out)
    assert (code, told["ok"]) == (1, False)
    right, wrong = told["dialogues"]
    assert right.keys() == {"id", "title", "place", "failures", "transcript"}
    assert (right["id"], right["title"]) == ("front-desk", "The front desk, by keys")
    assert (right["place"], right["failures"]) == ("dialogues/desk.yaml:1", [])
    assert wrong["failures"] == [
        "dialogues/wrong.yaml:4: wanted the caller to wait in nurse; they wait in general"
    ]
    assert ["caller", "presses 1"] in wrong["transcript"]
    assert told["coverage"] == {
        "steps": [3, 5],
        "ways": [2, 5],
        "steps_not_taken": ["doctor", "bye"],
        "ways_not_taken": [["hours", "bye"], ["menu", "doctor"], ["menu", "!nurse"]],
    }


def test_a_mistake_in_a_dialogue_is_told_at_its_line_and_none_is_held(folder, test):
    folder.write("dialogues/wrong.yaml", WRONG.replace("queue: nurse", "queue: nurses"))
    shown, code = test()
    assert code == 2
    assert shown.out == (
        "dialogues/wrong.yaml:4:15: wrong.turns[1].queue: "
        "unknown queue 'nurses'; did you mean 'nurse'?\n"
    )


def test_a_site_with_mistakes_is_told_as_check_tells_it(folder, test):
    folder.replace("flows/main.yaml", "goto: doctor", "goto: docter")
    shown, code = test()
    assert code == 2
    assert "unknown step 'docter'; did you mean 'doctor'?" in shown.out + shown.err


def test_a_site_without_dialogues_is_told_so_and_nothing_is_said_to_be_as_written(folder, test):
    (folder.path / "dialogues/desk.yaml").unlink()
    shown, code = test()
    assert code == 2
    assert shown.err.startswith("there is no dialogue, so nothing was held")
    assert "as written" not in shown.out
    assert "main: 0 of 5 steps (0 %), 0 of 5 ways (0 %)" in shown.out
