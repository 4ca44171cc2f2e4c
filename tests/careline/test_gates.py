"""What a version has to hold before it is published: dialogues, proof, prompts, triage."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import threading
from pathlib import Path

import pytest

from adapters.speech import VoiceSynthesiser
from careline.apart import apart
from careline.gate import compile_site
from careline.gates import DIALOGUES, PROMPTS, PROOF, gates_of, tell_what_does_not_hold
from careline.processes.gate import GATES, found
from careline.publishing import Gate, GateNews, GivenUp, Progress, refusals
from careline.serving import begin_serving, passed_no_gate, site_to_serve
from careline.spoken import phrases, utterances
from careline.state import StateFolder
from careline.versions import SiteVersions
from config.load import load_site
from tests.careline.small_site import Line, published

LONG_S = 60.0

DIALOGUE = """\
desk:
  at: 2026-11-23 10:00
  turns:
    - {presses: "1"}
    - {queue: %s}
"""

EVERY_CALLER_HELPED = """\
start: general
steps:
  general: {kind: queue, queue: general}
"""


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    made = StateFolder(tmp_path / "state")
    made.make()
    return made


def quiet(_done: int, _of: int) -> None:
    """Nobody listens."""


# --- the gates ------------------------------------------------------------------------------------


def test_they_are_passed_in_this_order(state):
    assert [gate.name for gate in gates_of(state)] == [DIALOGUES, PROOF, PROMPTS, "triage"]
    assert set(GATES) == {DIALOGUES, PROOF, PROMPTS}


def test_a_dialogue_that_is_not_as_written_is_a_problem(folder, state):
    folder.write("dialogues/all.yaml", DIALOGUE % "general")
    told: list[tuple[int, int]] = []
    assert found(DIALOGUES, folder.path, state, lambda *far: told.append(far)) == []
    assert told == [(1, 1)]
    folder.write("dialogues/all.yaml", DIALOGUE % "nurse")
    (problem,) = found(DIALOGUES, folder.path, state, quiet)
    assert problem.startswith("dialogue desk: dialogues/all.yaml:5:")


def test_mistakes_in_dialogues_are_told_each_with_its_line(folder, state):
    folder.write("dialogues/all.yaml", DIALOGUE % "nowhere" + "    - {sings: la}\n")
    problems = found(DIALOGUES, folder.path, state, quiet)
    assert problems
    assert all(problem.startswith("dialogues/all.yaml:") for problem in problems)


def test_a_flow_that_lets_callers_go_without_help_is_a_problem(folder, state):
    problems = found(PROOF, folder.path, state, quiet)
    assert any("a caller with silence never comes to help" in each for each in problems)


def test_prompts_are_rendered_where_the_line_looks_for_them(folder, state):
    text = "One two three."
    folder.replace("prompts.yaml", "{en: Bye., es: Gracias.}", f"{{en: {text}, es: Gracias.}}")
    assert not found(PROMPTS, folder.path, state, quiet)
    site = load_site(folder.path)
    wanted = {
        (each.text, each.language)
        for each in utterances(site)
        if each.language in VoiceSynthesiser().languages
    }
    assert len(list(state.prompts.glob("*.pcm"))) >= len(wanted) > 20


def test_a_version_passes_with_everything_compiled_that_a_caller_could_wait_for(clinic):
    compile_site(clinic)
    model = clinic.rules.intent_model
    assert set(clinic.rules.listen_languages) <= set(model._learned)


# --- in a process of its own ----------------------------------------------------------------------


@pytest.mark.slow
async def test_a_flow_that_is_not_proved_is_not_published(folder, state, tmp_path):
    line = Line(folder.path, tmp_path / "versions", gates_of(state))
    folder.replace("site.yaml", "title: Small Clinic", "title: Second")
    news: list[GateNews] = []
    done = await line.publisher.publish(tell=news.append)
    assert done.problems
    assert all(problem.startswith("proof: a caller with ") for problem in done.problems)
    assert line.hows == ["first-start"]
    assert (DIALOGUES, "passed") in [(each.gate, each.state) for each in news]
    assert [each for each in news if each.gate == PROOF and each.of and each.done == each.of]
    line.gate.close()


@pytest.mark.slow
async def test_a_version_that_was_published_is_rolled_back_to_though_it_is_not_proved(
    folder, state, tmp_path, monkeypatch
):
    monkeypatch.setattr("careline.publisher.HANDLED_WITHIN_S", 0.0)
    line = Line(folder.path, tmp_path / "versions", gates_of(state))
    first = line.site.version
    folder.replace("site.yaml", "title: Small Clinic", "title: Second")
    second = published(folder.path, line.versions)
    line.brain.publish(second)
    news: list[GateNews] = []
    done = await line.publisher.roll_back("v1", tell=news.append)
    assert (done.problems, done.version) == ((), first)
    told = [(each.gate, each.state) for each in news]
    assert (DIALOGUES, "skipped") in told
    assert (PROOF, "skipped") in told
    assert (PROMPTS, "passed") in told
    line.gate.close()


async def test_whatever_is_given_up_ends_with_its_process(folder, state, monkeypatch):
    sleeper = folder.path / "sleeper"
    told = folder.path / "pid"
    os.mkfifo(told)
    sleeper.write_text(f"#!/bin/sh\necho $$ > {told}\nexec sleep 600\n")
    sleeper.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(sleeper))
    site = load_site(folder.path)
    progress = Progress()
    raised: list[BaseException] = []

    def run() -> None:
        try:
            apart(PROOF, state)(site, progress)
        except GivenUp as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    pid = int(await asyncio.to_thread(told.read_text))
    progress.give_up()
    await asyncio.to_thread(thread.join, LONG_S)
    assert raised
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_process_that_says_nothing_is_a_fault_and_no_pass(folder, state, monkeypatch):
    monkeypatch.setattr(sys, "executable", shutil.which("true"))
    gate = Gate(name=PROOF, find=apart(PROOF, state), within_s=LONG_S)
    (problem,) = await refusals([gate], load_site(folder.path), lambda _news: None)
    assert problem.startswith("proof: it failed (EndedEarly")


# --- the first start ------------------------------------------------------------------------------


def test_what_serves_since_a_first_start_has_passed_no_gate(folder, tmp_path):
    versions = SiteVersions(tmp_path / "versions")
    for _start in range(2):
        serving = site_to_serve(folder.path, versions)
        begin_serving(serving, folder.path, versions)
        assert passed_no_gate(serving, versions)
    folder.replace("site.yaml", "title: Small Clinic", "title: Second")
    published(folder.path, versions)
    assert not passed_no_gate(site_to_serve(folder.path, versions), versions)


def test_what_serves_in_place_of_what_cannot_be_read_has_passed_no_gate_either(folder, tmp_path):
    versions = SiteVersions(tmp_path / "versions")
    kept = published(folder.path, versions).folder
    (kept / "queues.yaml").unlink()
    folder.replace("site.yaml", "title: Small Clinic", "title: Draft")
    for _start in range(3):
        serving = site_to_serve(folder.path, versions)
        begin_serving(serving, folder.path, versions)
        assert serving.site.title == "Draft"
        assert passed_no_gate(serving, versions)
    folder.replace("site.yaml", "title: Draft", "title: Second")
    published(folder.path, versions)
    assert not passed_no_gate(site_to_serve(folder.path, versions), versions)


@pytest.mark.slow
async def test_a_first_start_with_a_flow_that_is_not_proved_is_told_loudly(folder, state, caplog):
    await tell_what_does_not_hold(load_site(folder.path), state)
    told = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert any(line.startswith("proof: a caller with silence") for line in told)
    assert told[-1].startswith("THE FLOW THAT SERVES WOULD NOT BE PUBLISHED")


# --- what is said and heard -----------------------------------------------------------------------


def test_what_has_a_callers_own_words_in_it_is_not_rendered_ahead(folder):
    said = '{en: "{caller.number}.", es: "{caller.number}."}'
    folder.replace("prompts.yaml", "{en: See you., es: Hasta luego.}", said)
    site = load_site(folder.path)
    assert "{caller.number}." in site.rules.prompts["bye"].values()
    assert not [each for each in utterances(site) if "{" in each.text]


def test_what_an_intent_is_known_by_is_expected_where_a_question_offers_it(folder):
    folder.write(
        "intents.yaml",
        "refill:\n  title: {en: a refill, es: un resurtido}\n"
        "  keywords: {en: [top me up], es: [resurtido]}\n"
        "unused:\n  title: {en: a bill, es: una factura}\n"
        "  keywords: {en: [my invoice], es: [factura]}\n",
    )
    folder.replace(
        "flows/main.yaml",
        "- {words: {en: [front desk]}, goto: general}",
        "- {words: {en: [front desk]}, intent: refill, goto: general}",
    )
    folder.write(
        "prompts.yaml",
        (folder.path / "prompts.yaml").read_text()
        + 'mean-one: {en: "This?", es: "¿Esto?"}\nmean-two: {en: "Which?", es: "¿Cuál?"}\n',
    )
    said = phrases(load_site(folder.path))
    assert "top me up" in said
    assert "my invoice" not in said
