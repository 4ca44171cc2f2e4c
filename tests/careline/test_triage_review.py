"""Triage's `review`, `judge` and `approve`: from a call to an example to a signature."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from calls.facts import CallArrived, CallQueued, WordsAssessed
from calls.ids import CallId, QueueId
from calls.ports import Entry
from calls.private import Private
from calls.requirement import Requirement
from calls.verdict import CLEAR, Action, Disposition, Flag, Suppression, Verdict
from careline.__main__ import main
from careline.cases import cases
from config.load import DEFAULT_CLINIC, load_site
from tests.careline.recorded_days import keep

ASKED = Verdict(
    action=Action.ASK,
    disposition=Disposition.NURSE_NOW,
    flags=(Flag(rule="near-faint", version=1, disposition=Disposition.NURSE_NOW),),
    question="triage-dizzy",
)
LEFT_OUT = Verdict(
    action=Action.CONTINUE,
    disposition=Disposition.ROUTINE,
    suppressed=(Suppression(concept="chest-pain", span=(1, 3), reason="negated"),),
)
ALARM = Verdict(
    action=Action.CALL_911, disposition=Disposition.NOW_911, suppressed=LEFT_OUT.suppressed
)
NOW = 4_000_000_000.0


def _entries(site: str) -> list[Entry]:
    call, other = CallId("7f3a9c21aaaa"), CallId("99dd")
    nurse = Requirement(queue=QueueId("nurse"), emergency=True)

    def said(call_id: CallId, words: str, verdict: Verdict) -> WordsAssessed:
        return WordsAssessed(
            site=site, call_id=call_id, words=Private(words), confidence=0.9, verdict=verdict
        )

    def arrived(call_id: CallId) -> CallArrived:
        caller = Private("+15550100")
        return CallArrived(site=site, call_id=call_id, caller=caller, dialled="1", line="sip")

    records = [
        arrived(call),
        said(call, "i am a bit lightheaded", ASKED),
        said(call, "hello", CLEAR),
        arrived(other),
        said(other, "no chest pain at all", LEFT_OUT),
        said(other, "my number is 555 0100 22", LEFT_OUT),
        said(other, "i cannot breathe", ALARM),
        CallQueued(site=site, call_id=other, requirement=nurse),
    ]
    return [Entry(at=NOW + at, record=record) for at, record in enumerate(records)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFAULT_CLINIC, tmp_path / "clinic"))


@pytest.fixture
def journal(tmp_path: Path, folder: Path) -> str:
    site = load_site(folder)
    return str(keep(tmp_path / "state", [site], _entries(site.id)).path)


def test_cases_are_what_was_asked_and_what_was_left_out_without_an_alarm():
    found = cases(enumerate(_entries("s"), 1))
    assert [(case.id, case.nurse) for case in found] == [
        ("7f3a9c21aaaa.1", False),
        ("99dd.1", True),
        ("99dd.2", True),
    ]
    assert [case.id for case in cases(enumerate(_entries("s"), 1), since=NOW + 5)] == ["99dd.2"]


def test_the_review_lists_them_with_words_and_reasons(journal, capsys):
    assert main(["triage", "review", journal]) == 0
    out = capsys.readouterr().out
    assert "7f3a9c21aaaa.1" in out
    assert '"i am a bit lightheaded"' in out
    assert "asked triage-dizzy, then the flow went on" in out
    assert 'chest-pain: "chest pain": negated' in out
    assert "3 cases to judge, 0 judged" in out
    assert "breathe" not in out


def test_the_review_is_there_for_programs(journal, capsys):
    assert main(["triage", "review", journal, "--json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["case"] for each in told] == ["7f3a9c21aaaa.1", "99dd.1", "99dd.2"]
    assert told[1]["left_out"][0]["reason"] == "negated"
    assert told[0]["question"] == "triage-dizzy"


def test_a_judged_case_becomes_an_example_and_is_not_listed_again(journal, folder, capsys):
    judge = ["triage", "judge", "99dd.1", "--rule", "chest-pain", "--silent", "--site", str(folder)]
    assert main([*judge, journal]) == 0
    rule = load_site(folder).protocols.rule("chest-pain")
    assert rule is not None
    assert rule.examples.negative[-1] == "no chest pain at all"
    assert main(["triage", "review", journal, "--config", str(folder)]) == 0
    assert "2 cases to judge, 1 judged" in capsys.readouterr().out
    assert main([*judge, journal]) == 2
    assert "has this example already" in capsys.readouterr().err


def test_an_example_that_does_not_hold_yet_says_what_to_do(journal, folder, capsys):
    words = ["--text", "a purple elephant sat down"]
    judge = ["triage", "judge", "99dd.1", "--rule", "chest-pain", "--flag", "--site", str(folder)]
    assert main([*judge, *words, journal]) == 1
    assert "does not hold yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("case", "rule", "told"),
    [
        ("99dd.2", "chest-pain", "hold a number"),
        ("99dd.7", "chest-pain", "no case is called"),
        ("99dd.1", "no-such-rule", "there is no rule 'no-such-rule'"),
    ],
)
def test_what_cannot_be_judged_says_why(journal, folder, capsys, case, rule, told):
    arguments = ["triage", "judge", case, "--rule", rule, "--flag", "--site", str(folder)]
    assert main([*arguments, journal]) == 2
    assert told in capsys.readouterr().err


def test_a_signature_holds_until_the_rule_changes(folder, capsys):
    approve = ["triage", "approve", "--by", "Dr. Ana Ruiz", "--config", str(folder)]
    assert main([*approve, "cardiac", "stroke"]) == 0
    assert "signed by Dr. Ana Ruiz" in capsys.readouterr().out
    protocols = load_site(folder).protocols
    [cardiac] = [each for each in protocols.protocols if each.id == "cardiac"]
    assert protocols.samples(cardiac) == ()
    assert protocols.status == "sample"

    file = folder / "protocols" / "cardiac.yaml"
    text = file.read_text()
    version = f"  - id: chest-pain\n    version: {protocols.rule('chest-pain').version}\n"
    assert version in text
    file.write_text(text.replace(version, "  - id: chest-pain\n    version: 99\n"))
    protocols = load_site(folder).protocols
    [cardiac] = [each for each in protocols.protocols if each.id == "cardiac"]
    assert protocols.samples(cardiac) == ("chest-pain",)

    assert main([*approve, "all"]) == 0
    assert load_site(folder).protocols.status == "approved"
    signed = yaml.safe_load((folder / "approvals.yaml").read_text())
    assert signed["chest-pain"]["by"] == "Dr. Ana Ruiz"
    assert signed["chest-pain"]["version"] == 99


@pytest.mark.parametrize(
    ("name", "by", "told"),
    [("no-such", "Dr. Ana Ruiz", "no rule or protocol"), ("cardiac", " ", "clinician's name")],
)
def test_what_cannot_be_signed_says_why(folder, capsys, name, by, told):
    assert main(["triage", "approve", name, "--by", by, "--config", str(folder)]) == 2
    assert told in capsys.readouterr().err
    assert not (folder / "approvals.yaml").exists()


def test_a_text_may_be_one_of_the_commands_words(capsys):
    assert main(["triage", "--", "approve"]) == 0
    assert "action       continue" in capsys.readouterr().out
