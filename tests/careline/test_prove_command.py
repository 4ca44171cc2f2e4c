"""``careline prove`` as people type it: what it says, and how it ends."""

from __future__ import annotations

import json

import pytest

from careline.__main__ import main
from careline.proving import TURNS
from ivr.proving import CALLERS
from tests.careline.small_site import small_folder

BYE = "  bye:\n    kind: hang-up\n    prompt: bye\n"
MESSAGE = "  bye:\n    kind: message\n    queue: general\n    prompt: bye\n"
FLOW = "flows/main.yaml"


@pytest.fixture
def folder(tmp_path):
    """The small clinic, which takes a message while it is closed."""
    made = small_folder(tmp_path / "clinic")
    made.replace(FLOW, BYE, MESSAGE)
    return made


@pytest.fixture
def prove(folder, capsys):
    """Type the command; what is printed, and the exit code."""

    def typed(*arguments):
        code = main(["prove", str(folder.path), *arguments])
        return capsys.readouterr(), code

    return typed


def lines(shown):
    return shown.out.splitlines()


def test_every_kind_of_caller_is_told_with_the_turns_they_need(prove):
    shown, code = prove()
    assert code == 0
    table, verdict = lines(shown)[: len(CALLERS)], lines(shown)[-1]
    assert [line.partition("  ")[0] for line in table] == [each.name for each in CALLERS]
    assert all("never" not in line for line in table)
    assert verdict.startswith("proved: every caller comes to help within ")
    assert "positions looked at" in verdict


def test_how_far_it_is_is_shown_to_a_terminal_only(prove):
    shown, _ = prove()
    assert "worlds" not in shown.out


def test_a_trap_is_told_with_the_way_into_it(folder, prove):
    folder.replace(FLOW, MESSAGE, BYE)
    shown, code = prove()
    assert code == 1
    assert any("speech only" in line and "never" in line for line in lines(shown))
    told = lines(shown)
    begin = next(index for index, line in enumerate(told) if line.endswith(":"))
    dialogue = told[begin + 1 : -2]
    assert dialogue[0] == "  line    Dial nine one one."
    assert dialogue[-1] == "          the call is over, and nobody has helped"
    assert told[-1].startswith("NOT proved: 6 kinds of caller do not come to help within 12 turns")


def test_a_detour_with_more_turns_than_allowed_is_no_proof(prove):
    shown, code = prove("--turns", "1")
    assert code == 1
    assert lines(shown)[-1].startswith("NOT proved: ")
    assert "within 1 turns" in lines(shown)[-1]


def test_the_longest_way_is_shown_when_it_is_asked_for(prove):
    without, _ = prove()
    shown, code = prove("--worst")
    assert code == 0
    assert "  help    " not in without.out
    (helped,) = (line for line in lines(shown) if line.startswith("  help "))
    turns = [line for line in lines(shown) if line.startswith("  caller  ")]
    assert f"within {len(turns) - 1} turns" in lines(shown)[-1]
    assert helped


def test_a_step_that_no_call_comes_to_is_told(folder, prove):
    folder.replace(
        FLOW,
        "      - {when: calendar.office.open, goto: menu}\n",
        "      - {when: call.hour > 20 and call.hour < 4, goto: never}\n"
        "      - {when: calendar.office.open, goto: menu}\n",
    )
    folder.replace(FLOW, MESSAGE, MESSAGE + "  never: {kind: say, prompt: menu, next: bye}\n")
    shown, code = prove()
    assert code == 0
    assert "warning: no call that was held comes to never: it was not looked at" in lines(shown)


def test_where_calls_may_end_and_none_was_looked_at_nothing_is_proved(folder, prove):
    folder.replace(
        FLOW,
        "      - {when: calendar.office.open, goto: menu}\n",
        "      - {when: call.hour > 20 and call.hour < 4, goto: never}\n"
        "      - {when: calendar.office.open, goto: menu}\n",
    )
    folder.replace(FLOW, MESSAGE, MESSAGE + "  never: {kind: hang-up, prompt: bye}\n")
    shown, code = prove()
    assert code == 1
    assert any(line.startswith("no call that was held comes to never, ") for line in lines(shown))
    assert "warning" not in shown.out
    assert lines(shown)[-1].startswith("NOT proved: calls may end where none was looked at; ")
    told = json.loads(prove("--json")[0].out)
    assert (told["proved"], told["problem"], len(told["problems"])) == (False, "", 1)


def test_a_proof_in_which_no_call_was_held_is_none(prove, monkeypatch):
    monkeypatch.setattr("careline.proving.worlds", lambda *_: iter(()))
    shown, code = prove()
    assert code == 1
    assert lines(shown) == ["NOT proved: there was no time and no language to hold a call in"]
    assert json.loads(prove("--json")[0].out)["proved"] is False


def test_one_json_object_says_it_to_programs(folder, prove):
    shown, code = prove("--json")
    told = json.loads(shown.out)
    assert code == 0
    assert told.keys() == {
        *("proved", "problem", "problems", "warnings"),
        *("turns", "positions", "unreached", "callers"),
    }
    assert (told["proved"], told["problem"], told["turns"]) == (True, "", TURNS)
    assert told["problems"] == told["warnings"] == []
    assert told["positions"] > 10
    assert [each["caller"] for each in told["callers"]] == [each.name for each in CALLERS]
    for each in told["callers"]:
        assert each.keys() == {"caller", "turns", "step", "world", "dialogue"}
        assert 0 <= each["turns"] <= TURNS
        assert each["dialogue"][-1][0] == "help"
    folder.replace(FLOW, MESSAGE, BYE)
    shown, code = prove("--json")
    told = json.loads(shown.out)
    assert (code, told["proved"]) == (1, False)
    assert {each["caller"]: each["turns"] for each in told["callers"]}["silence"] is None


def test_a_site_with_mistakes_is_not_proved(folder, prove):
    folder.replace(FLOW, "goto: doctor", "goto: docter")
    shown, code = prove()
    assert code == 2
    assert "unknown step 'docter'; did you mean 'doctor'?" in shown.out + shown.err
    assert "proved" not in shown.out


def test_a_folder_that_is_not_there_is_told(prove, folder, capsys):
    assert main(["prove", str(folder.path / "nowhere")]) == 2
    assert "there is no such folder" in capsys.readouterr().err


@pytest.mark.parametrize("turns", ["0", "101", "-1"])
def test_turns_that_make_no_sense_are_refused(prove, turns):
    shown, code = prove("--turns", turns)
    assert code == 2
    assert shown.err == f"--turns: {turns} is not between 1 and 100\n"
