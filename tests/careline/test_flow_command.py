"""``careline flow`` and ``careline diff --svg`` as people type them."""

from __future__ import annotations

import codecs
import io
import json
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from careline.__main__ import main
from careline.state import StateFolder
from careline.trails import trails_of
from careline.versions import SiteVersions
from config.load import load_site
from tests.careline.recorded_days import RED_FLAG, busy_day, entries, keep
from tests.careline.rig import Rig
from tests.careline.small_site import published
from tests.config.every_kind import every_folder

DAY = "2026-11-23"
NUMBER = "+15555550104"

DIALOGUES = """\
one:
  at: 2026-11-23 10:00
  turns:
    - {line: Hello}
    - {presses: "1"}
    - {silent: 1}
    - {presses: "6"}
    - {queue: general}
"""


@pytest.fixture
def typed(capsys, monkeypatch, tmp_path):
    """Types a command; its exit code, what it said, and what it complained of."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        try:
            code = main(["flow", *map(str, words)])
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def folder(tmp_path):
    return every_folder(tmp_path / "site")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three calls: to the desk, a red flag, and somebody who hangs up at once."""
    site = load_site(every_folder(tmp_path_factory.mktemp("recorded-site")).path)
    rig = Rig(site)
    rig.ready("ana", "bo")
    for call in ("desk", "flag", "gone"):
        rig.run.tell(rig.phones.arrive(call, rig.run.now, caller=NUMBER))
    rig.run.advance(3)
    rig.run.tell(*rig.phones.hang_up("gone"))
    rig.run.advance(4)
    rig.press("1", "desk")
    rig.run.advance(2)
    rig.press("6", "desk")
    rig.say(RED_FLAG, "flag")
    rig.run.advance(60)
    for call in ("desk", "flag"):
        rig.run.tell(*rig.phones.hang_up(call))
    rig.run.advance(60)
    kept = entries(rig)
    rig.run.close()
    return keep(tmp_path_factory.mktemp("recorded"), [site], kept).path


# --- the flow -------------------------------------------------------------------------------------


def test_a_flow_is_told_in_words(typed, folder):
    code, out, err = typed("main", folder.path)
    assert (code, err) == (0, "")
    assert out.startswith("main · Small Clinic\n")
    line = folder.line_of("flows/main.yaml", "  doctor:")
    assert (
        f"doctor (transfer)  flows/main.yaml:{line}\n"
        "    to doctor\n"
        "    “The doctor.”\n"
        "    -> desk: not reached\n"
    ) in out
    assert "    -> A nurse, at once: 2 · chest\n" in out


def test_the_sample_clinics_entry_flow_is_the_default(typed, clinic):
    code, out, _err = typed()
    assert code == 0
    assert out.startswith(f"{clinic.entry_flow} · {clinic.title}\n")


def test_a_picture_is_written_into_a_file_or_to_standard_output(typed, folder, tmp_path):
    assert typed("main", folder.path, "--svg", tmp_path / "main.svg") == (0, "", "")
    code, out, err = typed("--svg", "-", "main", folder.path)
    assert (code, err) == (0, "")
    assert (tmp_path / "main.svg").read_text() == out
    assert ET.fromstring(out).tag == "{http://www.w3.org/2000/svg}svg"


def test_a_picture_survives_a_terminal_that_knows_no_letters_but_ascii(typed, folder, monkeypatch):
    _code, wanted, _err = typed("main", folder.path, "--svg", "-")
    ascii_only = io.TextIOWrapper(io.BytesIO(), codecs.lookup("ascii").name)
    monkeypatch.setattr(sys, "stdout", ascii_only)
    assert typed("main", folder.path, "--svg", "-")[0] == 0
    assert ascii_only.buffer.getvalue().decode() == wanted


def test_it_is_printed_for_graphviz(typed, folder):
    code, out, _err = typed("--dot", "find", folder.path)
    assert code == 0
    assert out.startswith("digraph flow {")
    assert out.isascii()


def test_what_is_inside_is_shown_on_demand(typed, folder):
    assert "area/zip (collect)" not in typed("main", folder.path)[1]
    assert "area/zip (collect)" in typed("main", folder.path, "--expand")[1]
    assert (
        typed("main", folder.path, "--open-flows")[1] == (typed("main", folder.path, "--expand")[1])
    )


def test_it_speaks_the_language_that_is_asked_for(typed, folder):
    assert "“El doctor.”" in typed("main", folder.path, "--language", "es")[1]
    code, _out, err = typed("main", folder.path, "--language", "fr")
    assert (code, err) == (2, "Small Clinic does not speak fr, but en, es\n")


def test_a_flow_that_is_not_there_is_told_with_those_that_are(typed, folder):
    code, _out, err = typed("mein", folder.path)
    assert code == 2
    assert err == "mein is no flow of Small Clinic; did you mean 'main'?: find, main\n"


def test_a_folder_in_the_place_of_the_flow_is_told(typed, folder):
    code, _out, err = typed(folder.path)
    assert code == 2
    assert "a site's folder comes after the flow's name" in err


def test_mistakes_in_the_folder_are_told(typed, folder):
    folder.replace("flows/main.yaml", "prompt: to-doctor", "prompt: to-docter")
    code, out, err = typed("main", folder.path, "--svg", "-")
    assert (code, out) == (2, "")
    assert "to-docter" in err


@pytest.mark.parametrize("where", ["nowhere/main.svg", "/dev/full", "a\0b"])
def test_a_file_that_cannot_be_written_is_told(typed, folder, where):
    code, _out, err = typed("main", folder.path, "--svg", where)
    assert code == 2
    assert "cannot be written" in err


def test_without_graphviz_it_is_said_what_to_install(typed, folder, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    code, out, err = typed("main", folder.path, "--svg", "-")
    assert (code, out) == (2, "")
    assert "apt-get install graphviz" in err
    assert typed("main", folder.path)[0] == 0


def test_what_makes_no_sense_together_is_refused(typed, folder):
    assert typed("main", folder.path, "--svg", "-", "--dot")[0] == 2
    assert typed("main", folder.path, "--coverage", "--traffic", "x")[0] == 2
    code, _out, err = typed("main", folder.path, "--day", DAY)
    assert (code, "give --traffic as well" in err) == (2, True)
    code, _out, err = typed("main", "one", "two", "--dot")
    assert (code, "unrecognized arguments: two" in err) == (2, True)


# --- the calls in it ------------------------------------------------------------------------------


def test_what_the_dialogues_go_through_is_counted(typed, folder):
    folder.write("dialogues/one.yaml", DIALOGUES)
    code, out, err = typed("--coverage", "main", folder.path)
    assert code == 0, err
    assert "1 dialogue" in out
    assert "hours (start, branch, 1×)" in out
    assert "    -> 1×  hello: calendar.office.open\n" in out
    assert "    -> 0×  doctor: " in out


def test_mistakes_in_the_dialogues_are_told(typed, folder):
    folder.write("dialogues/one.yaml", DIALOGUES.replace("presses", "preses", 1))
    code, out, err = typed("--coverage", "main", folder.path)
    assert (code, out) == (2, "")
    assert "dialogues/one.yaml:" in err


def test_a_dialogue_that_is_not_as_written_is_told_and_counted(typed, folder):
    folder.write("dialogues/one.yaml", DIALOGUES.replace("queue: general", "queue: nurse"))
    code, out, err = typed("--coverage", "main", folder.path)
    assert code == 0
    assert err == "1 dialogue not as written: `careline test` tells more\n"
    assert "hours (start, branch, 1×)" in out


def test_a_days_calls_are_counted_from_the_journal(typed, recorded):
    code, out, err = typed("--traffic", recorded, "--day", DAY)
    assert (code, err) == (0, "")
    assert f"3 calls on {DAY}, 2 of them in this flow; " in out, "one left before its first step"
    assert "hours (start, branch, 2×)" in out
    assert "    -> 1×  desk: 6 · “front desk”\n" in out
    assert "desk (queue, 1×)" in out
    assert "    -> 0×  birth: 1 · “desk”\n" in out


def test_the_calls_of_a_version_are_drawn_in_another_that_is_named(typed, recorded, folder):
    folder.replace("site.yaml", "title: Small Clinic", "title: Larger Clinic")
    folder.replace("flows/main.yaml", "goto: hello}", "goto: record}")
    folder.replace("flows/main.yaml", "  hello: {kind: say, prompt: hello, next: record}\n", "")
    folder.replace("flows/main.yaml", "prompt: menu-again", "prompt: hello")
    folder.replace("prompts.yaml", "menu-again: {en: 1 to 6., es: 1 a 6.}\n", "")
    code, out, err = typed("main", folder.path, "--traffic", recorded, "--day", DAY)
    assert (code, err) == (0, "")
    assert out.startswith("main · Larger Clinic\n")
    assert "desk (queue, 1×)" in out
    assert "Steps that this version does not have were come to 2×" in out


def test_nothing_of_a_caller_is_in_it(typed, recorded):
    for form in ((), ("--svg", "-"), ("--dot",)):
        _code, out, _err = typed("--traffic", recorded, "--day", DAY, *form)
        assert out
        for private in (NUMBER, NUMBER[1:], RED_FLAG):
            assert private not in out


def test_a_day_without_calls_is_told(typed, recorded):
    code, out, err = typed("--traffic", recorded, "--day", "2026-11-22")
    assert (code, out) == (1, "")
    assert err.endswith("no call arrived on 2026-11-22\n")
    assert typed("--traffic", recorded)[0] == 1, "yesterday is the default"


@pytest.mark.parametrize("day", ["soon", "2026-13-01", "9999-12-31", "0001-01-01", "\x1b"])
def test_a_day_that_is_none_is_told(typed, recorded, day):
    code, _out, err = typed("--traffic", recorded, "--day", day)
    assert code in (1, 2)
    assert "no call arrived" in err or "is no day" in err
    assert "\x1b" not in err


@pytest.mark.parametrize("place", ["nowhere", "redis://localhost/0", "a\0b"])
def test_a_journal_that_is_not_there_is_told(typed, place):
    code, out, err = typed("--traffic", place)
    assert (code, out) == (2, "")
    assert err


def test_each_call_is_followed_as_it_was_taken(clinic):
    day = busy_day(clinic)
    arrived = sum(type(entry.record).__name__ == "CallArrived" for entry in day)
    journal = list(enumerate(day, start=1))
    found = trails_of(journal, clinic, lambda _: clinic, since=0.0, until=2.0e9)
    assert len(found.trails) == arrived > 40
    assert any("!nurse" in trail for trail in found.trails)
    assert any(len(trail) > 3 for trail in found.trails)
    half = day[len(day) // 2].at
    first, second = (
        trails_of(journal, clinic, lambda _: clinic, since=since, until=until).trails
        for since, until in ((0.0, half), (half, 2.0e9))
    )
    assert sorted(first + second) == sorted(found.trails)
    assert first
    assert second


def test_a_version_that_is_not_kept_is_named_and_the_last_one_goes_on(clinic):
    journal = list(enumerate(busy_day(clinic), start=1))
    found = trails_of(journal, clinic, lambda _: None, since=0.0, until=2.0e9)
    assert found.missing == [clinic.version]
    assert any(len(trail) > 3 for trail in found.trails)


# --- two versions ---------------------------------------------------------------------------------


@pytest.fixture
def versions(folder, tmp_path):
    """A state folder with a version, and the site's folder changed since."""
    state = StateFolder(tmp_path / "state")
    state.make()
    published(folder.path, SiteVersions(state.versions))
    folder.replace("flows/main.yaml", "    maximum: 8\n", "    maximum: 9\n")
    return ["v1", "folder", "--config", str(folder.path), "--state", str(state.path)]


def test_the_picture_of_what_differs_is_drawn_beside_the_words(versions, tmp_path, capsys):
    assert main(["diff", *versions, "--svg", str(tmp_path / "d.svg")]) == 1
    out, _err = capsys.readouterr()
    assert "maximum: 8 -> 9" in out
    drawn = (tmp_path / "d.svg").read_text()
    assert "maximum: 8 -&gt; 9" in drawn
    assert "changed &#183; collect" in drawn


def test_on_standard_output_the_picture_stands_alone(versions, capsys):
    assert main(["diff", *versions, "--svg", "-"]) == 1
    ET.fromstring(capsys.readouterr().out)


def test_beside_json_the_picture_is_a_file(versions, tmp_path, capsys):
    assert main(["diff", *versions, "--json", "--svg", str(tmp_path / "d.svg")]) == 1
    assert len(json.loads(capsys.readouterr().out)["differences"]) == 1
    assert (tmp_path / "d.svg").exists()


def test_no_picture_is_an_error(versions, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["diff", *versions, "--svg", "-"]) == 2
    assert "apt-get install graphviz" in capsys.readouterr().err


def test_versions_that_mean_the_same_are_drawn_unchanged(folder, versions, capsys):
    folder.replace("flows/main.yaml", "    maximum: 9\n", "    maximum: 8\n")
    assert main(["diff", *versions, "--svg", "-"]) == 0
    assert "changed &#183; " not in capsys.readouterr().out
    assert load_site(folder.path).flows
