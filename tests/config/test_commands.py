"""``careline check`` and ``careline schema`` at the command line."""

import argparse
import json

import pytest

from careline.cli import check, schema
from config.schema import schemas


def run(command, *arguments):
    parser = argparse.ArgumentParser(prog="careline")
    command.add_parser(parser.add_subparsers())
    args = parser.parse_args(arguments)
    return args.run(args)


def test_a_right_site_ends_with_0_and_a_summary(site, capsys):
    assert run(check, "check", str(site.path)) == 0
    said = capsys.readouterr()
    assert "Small Clinic, version " in said.out
    assert "0 problems, 0 warnings; 1 flow, 2 queues, 2 agents" in said.out
    assert said.err == ""


def test_problems_come_one_a_line_and_end_with_1(site, capsys):
    site.replace(
        "queues.yaml", "  title: Everything\n", "  title: Everything\n  head_start_s: -1\n"
    )
    site.replace("agents.yaml", "nurse: 4", "nurse: 8")
    assert run(check, "check", str(site.path)) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [
        "agents.yaml:3:19: ana.skills.nurse: found 8, wanted 1 to 5",
        "queues.yaml:3:17: general.head_start_s: found -1, wanted 0 to 86400",
    ]
    assert lines[-1].endswith("2 problems, 0 warnings")


def test_warnings_stand_apart_and_do_not_fail(site, capsys):
    site.replace("agents.yaml", "{general: 3, ", "{general: 3, knitting: 2, ")
    assert run(check, "check", str(site.path)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Warnings:"
    assert lines[1].startswith("  agents.yaml:6:24: ")


def test_without_a_problem_every_warning_is_printed(site, capsys):
    site.replace("agents.yaml", "{general: 3, ", "{general: 3, knitting: 2, singing: 1, ")
    assert run(check, "check", str(site.path)) == 0
    assert capsys.readouterr().out.count("nothing needs this skill\n") == 2


def test_while_there_are_problems_one_warning_of_each_kind_is_printed(site, capsys):
    site.replace("agents.yaml", "{general: 3, ", "{general: 3, knitting: 2, singing: 1, ")
    site.replace("site.yaml", "person_queue: general", "person_queue: generall")
    assert run(check, "check", str(site.path)) == 1
    problem, _, title, *warnings, _, summary = capsys.readouterr().out.splitlines()
    assert problem.startswith("site.yaml:7:15: person_queue: unknown queue 'generall'")
    assert title == "Warnings:"
    needless = [each for each in warnings if "needs this skill" in each]
    told = "  agents.yaml:6:24: bo.skills.knitting: nothing needs this skill"
    assert needless == [f"{told} (and 1 more warning of this kind)"]
    assert summary.endswith(": 1 problem, 2 warnings")


def test_a_folder_that_cannot_be_read_ends_with_2_and_one_line(tmp_path, capsys):
    assert run(check, "check", str(tmp_path / "nowhere")) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1


def answer(capsys, *arguments):
    code = run(check, "check", *arguments, "--format", "json")
    said = capsys.readouterr()
    assert said.err == ""
    return code, json.loads(said.out)


def test_json_of_a_right_site_counts_what_it_holds(site, capsys):
    code, told = answer(capsys, str(site.path))
    assert code == 0
    assert (told["ok"], told["problems"], told["warnings"]) == (True, [], [])
    version = told["site"].pop("version")
    assert len(version) == 64
    assert told["site"] == {
        "id": "small",
        "title": "Small Clinic",
        "flows": 1,
        "queues": 2,
        "agents": 2,
        "prompts": 23,
        "triage_rules": 1,
    }


def test_json_holds_every_problem_with_its_place_and_the_name_that_was_meant(site, capsys):
    site.replace("flows/main.yaml", "    prompt: menu\n", "    prompt: manu\n")
    site.replace("agents.yaml", "{general: 3, ", "{general: 3, knitting: 2, ")
    code, told = answer(capsys, str(site.path))
    assert (code, told["ok"], told["site"]) == (1, False, None)
    assert told["problems"] == [
        {
            "file": "flows/main.yaml",
            "line": 10,
            "column": 13,
            "where": "steps.menu.prompt",
            "message": "unknown prompt 'manu'; did you mean 'menu'?",
            "severity": "error",
        }
    ]
    found = {(each["file"], each["line"], each["severity"]) for each in told["warnings"]}
    assert ("agents.yaml", 6, "warning") in found


def test_json_says_the_same_as_the_lines(site, capsys):
    site.replace("flows/main.yaml", "start: hours\n", "start: hours\ninclude: [end]\n")
    site.write("shared/ends.yaml", "steps: {}\n")
    code, told = answer(capsys, str(site.path))
    assert run(check, "check", str(site.path), "--format", "text") == code == 1
    lines = capsys.readouterr().out.splitlines()
    for each in told["problems"]:
        place = "{file}:{line}:{column}: {where}: {message}".format(**each)
        assert place in lines


def test_json_of_what_cannot_be_read_says_why(site, tmp_path, capsys):
    folder = tmp_path / "nowhere"
    code, told = answer(capsys, str(folder))
    assert (code, told) == (2, {"ok": False, "error": f"{folder}: there is no such folder"})
    code, told = answer(capsys, str(site.path), "--secrets", str(tmp_path / "none"))
    assert code == 2
    assert told.keys() == {"ok", "error"}


def test_json_of_a_file_name_that_is_no_text_is_text(site, capsys):
    (site.path / "flows" / "a\udcff\nb.yaml").write_text("start: a\n")
    _, told = answer(capsys, str(site.path))
    assert json.dumps(told, ensure_ascii=False).encode()


def test_secrets_that_are_named_and_missing_are_problems(site, tmp_path, capsys):
    secrets = tmp_path / "secrets.yaml"
    secrets.write_text("other: x\n")
    secrets.chmod(0o600)
    assert run(check, "check", str(site.path), "--secrets", str(secrets)) == 1
    assert "sip.trunk.password_secret" in capsys.readouterr().out
    assert run(check, "check", str(site.path), "--secrets", str(tmp_path / "none")) == 2


def test_schemas_are_written_one_a_kind_of_file(tmp_path, capsys):
    assert run(schema, "schema", "--out", str(tmp_path / "s")) == 0
    names = sorted(path.name for path in (tmp_path / "s").iterdir())
    assert names == sorted(f"{name}.schema.json" for name in schemas())
    assert {"flow.schema.json", "shared.schema.json", "site.schema.json"} <= set(names)
    assert json.loads((tmp_path / "s/site.schema.json").read_text())["type"] == "object"
    assert capsys.readouterr().out.count("\n") == len(names)


def test_schemas_that_cannot_be_written_end_with_2(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert run(schema, "schema", "--out", str(tmp_path / "file")) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("command", [check, schema])
def test_help_holds_examples(command, capsys):
    name = command.__name__.rpartition(".")[2]
    with pytest.raises(SystemExit) as ended:
        run(command, name, "--help")
    assert ended.value.code == 0
    assert f"  careline {name}" in capsys.readouterr().out
