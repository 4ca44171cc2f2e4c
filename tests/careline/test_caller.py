"""Scripts of callers: every mistake at its line, and a strict judgement of what came of a call."""

from __future__ import annotations

import io
import math
import struct
from pathlib import Path

import pytest

from careline.caller import CallResult, Expectation, Script, read_script, show_result
from careline.caller.judgement import judge
from careline.terminal import Terminal
from config.errors import ConfigError

GOOD = """\
title: Billing by digits
caller: "+15555550104"
language: en
steps:
  - listen: 30
  - press: "153"
  - wait: 0.5
  - say: I have a question
  - until: phone rings
  - stay: 30
expect:
  answered_by: [fiona, hannah]
  within_s: 30
  hears_s: 1
  outcome: handled
  told: [queue billing]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "script.yaml"
    path.write_text(text)
    return path


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_script(write(folder, text))
    return [str(problem) for problem in caught.value.problems]


def test_a_script_with_everything_in_it_is_read(tmp_path):
    script = read_script(write(tmp_path, GOOD))
    assert [step.press for step in script.steps if step.press] == ["153"]
    assert script.expect.answered_by == ("fiona", "hannah")
    assert (script.expect.within_s, script.expect.hears_s) == (30.0, 1.0)


@pytest.mark.parametrize(
    ("right", "wrong", "found"),
    [
        ('"+15555550104"', "reception", "script.yaml:2:9: caller: wanted a phone number"),
        ("listen: 30", "listen: -1", "script.yaml:5:13: steps[0].listen: wanted seconds above 0"),
        ("listen: 30", "hum: 30", "script.yaml:5:5: steps[0].hum: unknown key 'hum'"),
        ('press: "153"', 'press: "1a"', "script.yaml:6:12: steps[1].press: wanted keys"),
        ("wait: 0.5", "wait: 99999", "script.yaml:7:11: steps[2].wait: wanted seconds above 0"),
        ("wait: 0.5", "wait: soon", "script.yaml:7:11: steps[2].wait: found 'soon', wanted"),
        ("I have a question", '" "', "script.yaml:8:10: steps[3].say: wanted words"),
        ("stay: 30", "{stay: 30, wait: 1}", "script.yaml:10:5: steps[5]: found wait and stay,"),
        ("stay: 30", "{}", "script.yaml:10:5: steps[5]: found nothing, wanted exactly one of"),
        ("within_s: 30", "within_s: 0", "script.yaml:13:13: expect.within_s: wanted seconds"),
        (
            "outcome: handled",
            "outcome: handeled",
            "script.yaml:15:12: expect.outcome: unknown outcome 'handeled'; did you mean 'handled'",
        ),
        ("told:", "tolled:", "script.yaml:16:3: expect.tolled: unknown key 'tolled'"),
    ],
)
def test_a_mistake_is_told_at_its_line(tmp_path, right, wrong, found):
    assert right in GOOD
    (told,) = problems(tmp_path, GOOD.replace(right, wrong, 1))
    assert told.startswith(found)


def test_all_mistakes_are_told_in_one_go(tmp_path):
    text = (
        GOOD.replace('"153"', '"x"')
        .replace('"+15555550104"', "x")
        .replace("hears_s: 1", "hears_s: -1")
    )
    assert [problem.split(":")[1] for problem in problems(tmp_path, text)] == ["2", "6", "14"]


def test_a_script_without_steps_is_refused(tmp_path):
    (told,) = problems(tmp_path, 'title: x\ncaller: "1234"\nsteps: []\n')
    assert "wanted at least one step" in told


def test_a_missing_file_is_told_by_name(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.yaml.*the file is missing"):
        read_script(tmp_path / "none.yaml")


# --- judgement ------------------------------------------------------------------------------------


def sound(seconds: float) -> bytes:
    samples = (int(8000 * math.sin(n / 3)) for n in range(int(8000 * seconds)))
    return b"".join(struct.pack("<h", sample) for sample in samples)


def result() -> CallResult:
    silence = bytes(16000)
    return CallResult(
        timeline=[(0.0, "caller", "dials"), (1.0, "line", "offered to fiona: longest ready")],
        answered_by=["fiona"],
        answered_after_s=12.0,
        outcome="handled",
        heard=silence + sound(1.0),
        heard_before_answer_s=1.0,
    )


def test_what_was_wished_and_happened_is_no_failure():
    wish = Expectation(
        answered_by=("fiona", "hannah"),
        within_s=12.0,
        hears_s=0.9,
        outcome="handled",
        told=("offered to fiona",),
    )
    assert judge(wish, result(), known=True) == []


@pytest.mark.parametrize(
    ("wish", "failure"),
    [
        (Expectation(answered_by=("grace",)), "wanted an answer by grace, got fiona"),
        (Expectation(within_s=11.9), "wanted an answer within 11.9 s, answered after 12.0 s"),
        (Expectation(hears_s=1.5), "wanted to hear the agent for 1.5 s, heard 1.0 s of sound"),
        (Expectation(outcome="abandoned"), "wanted the call to end as abandoned, got handled"),
        (Expectation(told=("RED FLAG",)), "wanted “RED FLAG” in the timeline, it is not there"),
        # What the caller did is not what the line told.
        (Expectation(told=("dials",)), "wanted “dials” in the timeline, it is not there"),
    ],
)
def test_what_was_wished_and_did_not_happen_is_told(wish, failure):
    assert judge(wish, result(), known=True) == [failure]


def test_nobody_answering_fails_every_wish_for_an_answer():
    nobody = CallResult(heard=sound(1.0))
    wish = Expectation(answered_by=("ben",), within_s=60.0, hears_s=0.1, outcome="handled")
    assert judge(wish, nobody, known=True) == [
        "wanted an answer by ben, got nobody",
        "wanted an answer within 60 s, never answered",
        "wanted to hear the agent for 0.1 s, heard 0.0 s of sound",
        "wanted the call to end as handled, got no end",
    ]


@pytest.mark.parametrize("wish", [Expectation(within_s=5.0), Expectation(outcome="handled")])
def test_a_wish_about_a_line_that_told_nothing_is_never_met(wish):
    (failure,) = judge(wish, CallResult(), known=False)
    assert "not known" in failure
    assert judge(Expectation(), CallResult(), known=False) == []


def test_the_timeline_names_the_call_as_explain_takes_it():
    paper = io.StringIO()
    came = CallResult(call_id="14a4f8dc6f0e4fa58a304a90870500d2")
    show_result(Terminal(paper), Script(title="Billing", caller="1234", steps=()), came)
    assert paper.getvalue().splitlines()[0] == "ok      Billing (call 14a4f8dc)"


def test_the_timeline_tells_why_an_agent_was_chosen_and_what_was_not_as_expected():
    came = result()
    came.failures = ["wanted an answer by grace, got fiona"]
    paper = io.StringIO()
    show_result(Terminal(paper), Script(title="Billing", caller="1234", steps=()), came)
    lines = paper.getvalue().splitlines()
    assert lines[0] == "FAILED  Billing"
    assert lines[2].endswith("line    offered to fiona")
    assert lines[3].strip() == "because: longest ready"
    assert lines[4].strip() == "NOT AS EXPECTED: wanted an answer by grace, got fiona"
