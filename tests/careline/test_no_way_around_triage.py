"""Wherever a flow listens, triage hears the words first: at every kind of step that there is."""

from __future__ import annotations

import pytest

from adapters.telephony.simulated import Behaviour, SimulatedPhones
from calls.facts import AgentReady, SpeechHeard, WordsAssessed
from calls.ids import AgentId, CallId
from calls.private import Private
from careline.dialogues.play import play
from careline.dryrun import DryRun
from careline.rescue import Rescue
from careline.switchboard import Switchboard
from config.dialogues import read_dialogues
from config.load import load_site
from tests.config.every_kind import every_folder

CALL = CallId("caller")
HELLO = '- {presses: "1"}'
"""To the question about the recording."""

AT = {
    "consent": [],
    "ask": [HELLO],
    "collect": [HELLO, '- {presses: "1"}'],
    "queue": [HELLO, '- {presses: "6"}'],
    "answers": [HELLO, '- {presses: "5"}'],
}
"""What brings a caller to each kind of step at which something can be said."""


@pytest.fixture
def folder(tmp_path):
    return every_folder(tmp_path / "every")


def held(folder, turns):
    text = "\n".join(f"    {turn}" for turn in turns)
    folder.write("dialogues/one.yaml", f"one:\n  at: 2026-11-23 10:00\n  turns:\n{text}\n")
    site = load_site(folder.path)
    (written,) = read_dialogues(folder.path, site)
    return play(written, site, lambda _source, _given: None).failures


@pytest.mark.parametrize("kind", AT)
def test_words_of_danger_call_a_nurse_wherever_the_line_listens(folder, kind):
    speaks = [*AT[kind], "- {says: I have chest pain}"]
    assert held(folder, [*speaks, "- {nurse: yes}"]) == []
    assert held(folder, [*AT[kind], "- {says: I have a bill}", "- {nurse: no}"]) == []


def test_what_is_heard_reaches_the_engines_assessed_or_not_at_all(folder):
    site = load_site(folder.path)
    phones = SimulatedPhones(
        site.id, {agent: Behaviour() for agent in site.agents}, instant_prompts=True
    )
    turns = []
    run = DryRun(site, phones, 1_795_446_000.0, lambda _now, turn: turns.append(turn))
    try:
        run.tell(AgentReady(site=site.id, agent_id=AgentId("ana")))
        run.tell(phones.arrive(CALL, run.now, caller="", dialled=site.id))
        run.tell(
            SpeechHeard(
                site=site.id, call_id=CALL, words=Private("I have chest pain"), confidence=0.9
            )
        )
    finally:
        run.close()
    records = [each for turn in turns for each in turn.records]
    assert sum(isinstance(each, WordsAssessed) for each in records) == 1
    assert not any(isinstance(each, SpeechHeard) for each in records)


def test_words_that_nobody_assessed_move_no_call(folder):
    site = load_site(folder.path)
    phones = SimulatedPhones(site.id, {}, instant_prompts=True)
    switchboard = Switchboard(site)
    switchboard.handle(phones.arrive(CALL, 0.0, caller="", dialled=site.id), 0.0)
    switchboard.handle(
        SpeechHeard(site=site.id, call_id=CALL, words=Private("a bill"), confidence=0.9), 0.0
    )
    # It is a bug to hand them over, and costs the call a detour to a person.
    assert isinstance(switchboard.calls[CALL].engine, Rescue)
