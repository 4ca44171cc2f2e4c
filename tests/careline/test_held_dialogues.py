"""A dialogue is held as it is written: each thing a turn may hold can be so, and can fail."""

from __future__ import annotations

from dataclasses import fields

import pytest

from adapters.lookups.dry import DryLookups
from careline.dialogues.play import play
from config.dialogues import DialogueTurn, read_dialogues
from config.load import load_site
from tests.config.every_kind import every_folder

MENU = ['{presses: "1"}']
"""To the question whether the call may be recorded."""
DESK = [*MENU, '{presses: "6"}']
DOCTOR = [
    *MENU,
    *('{presses: "3"}', '{presses: "2"}', '{presses: "1234"}', '{presses: "1"}'),
    *('{presses: "12207"}', '{presses: "1"}'),
]
OFFERED = [*DESK, "{waits: 130}"]
SUNDAY = "at: 2026-11-22 10:00"

EXPECTED = {
    "line": (MENU, "{line: press 1 TO 6}", "{line: press 3}"),
    "never_said": (MENU, "{never_said: press 3}", "{never_said: press 1}"),
    "prompt": (MENU, "{prompt: menu}", "{prompt: hello}"),
    "matches": (MENU, "{matches: 'Press [0-9]'}", "{matches: 'Press [3-9]'}"),
    "step": (MENU, "{step: menu}", "{step: desk}"),
    "queue": (DESK, "{queue: general}", "{queue: nurse}"),
    "skills": (DESK, "{queue: general, skills: [general]}", "{queue: general, skills: []}"),
    "nurse": ([*MENU, '{presses: "2"}'], "{nurse: yes}", "{nurse: no}"),
    "asks": ([*MENU, "{says: chest}"], "{asks: yes}", "{asks: no}"),
    "agent": (DESK, "{agent: bo}", "{agent: ana}"),
    "transfer": (DOCTOR, "{transfer: doctor}", None),
    "rates": (
        [*DESK, "{agent: bo}", "{agent_leaves: yes}", '{presses: "5"}'],
        "{rates: 5}",
        "{rates: 4}",
    ),
    "ends": ([*DESK, "{hangs_up: yes}"], "{ends: short-abandon}", "{ends: handled}"),
}
ELSEWHERE = {
    "call_back": (
        "away: [bo]",
        [*OFFERED, '{presses: "2"}'],
        "{call_back: yes}",
        "{call_back: no}",
    ),
    "task": (SUNDAY, ["{silent: 1}"], "{task: message}", "{task: call-back}"),
    "no nurse": ("", [*MENU, "{says: a refill}"], "{nurse: no}", "{nurse: yes}"),
    "triage asks nothing": ("", [*MENU, "{says: a refill}"], "{asks: no}", "{asks: yes}"),
    "no call-back": ("away: [bo]", OFFERED, "{call_back: no}", "{call_back: yes}"),
    "nobody is rung": ("", DESK, "{queue: general}", "{transfer: doctor}"),
    "no task": ("", DESK, "{queue: general}", "{task: message}"),
    "a step of a call that is over": (SUNDAY, ["{silent: 1}"], "{step: bye}", "{step: desk}"),
}
EVERY_WAY = {name: ("", *each) for name, each in EXPECTED.items()} | ELSEWHERE


@pytest.fixture
def hold(tmp_path):
    """Hold one dialogue; what is not as written, and what was said."""
    folder = every_folder(tmp_path / "every")

    def held(turns, head=""):
        lines = [
            f"  {head}\n" if head else "",
            "  turns:\n",
            *(f"    - {each}\n" for each in turns),
        ]
        folder.write("dialogues/one.yaml", "one:\n" + "".join(lines))
        site = load_site(folder.path)
        (written,) = read_dialogues(folder.path, site)
        return play(written, site, DryLookups(site.tables, site.providers.values()).answer)

    return held


ACTIONS = ("says", "presses", "waits", "silent", "hangs_up", "agent_leaves")
"""What the caller, or the agent, does."""


def test_every_expectation_is_looked_at_here():
    assert {each.name for each in fields(DialogueTurn)} == {
        *ACTIONS,
        *EXPECTED,
        "call_back",
        "task",
    }


@pytest.mark.parametrize("what", EVERY_WAY)
def test_what_is_so_holds_and_what_is_not_fails_at_its_line(hold, what):
    head, turns, right, wrong = EVERY_WAY[what]
    assert hold([*turns, right], head).failures == []
    if wrong is not None:
        line = 2 + bool(head) + len(turns) + 1
        (failure,) = hold([*turns, wrong], head).failures
        assert failure.startswith(f"dialogues/one.yaml:{line}: ")


def test_each_failure_says_what_there_is_instead(hold):
    def failure(what):
        head, turns, _, wrong = EVERY_WAY[what]
        return hold([*turns, wrong], head).failures[0].partition(": ")[2]

    assert failure("line") == "wanted “press 3”; the line has said: Press 1 to 6."
    assert failure("step") == (
        "wanted the step desk; the call came by hours -> hello -> record -> menu"
    )
    assert failure("queue") == "wanted the caller to wait in nurse; they wait in general general"
    assert failure("agent") == "wanted ana to speak with the caller; bo did"
    assert failure("rates") == "wanted the rating 4; found [5]"
    assert failure("ends") == "wanted the call to end as handled; it is short-abandon"
    assert failure("task") == "wanted a task call-back; there is message"
    assert failure("no task") == "wanted a task message; there is none"


def test_what_a_caller_says_is_heard(hold):
    assert hold([*MENU, "{says: the front desk please}", "{queue: general}"]).failures == []
    assert hold([*MENU, "{says: a refill}", "{step: guests}"]).failures == []


def test_keys_are_pressed_one_after_the_other(hold):
    played = hold([*MENU, '{presses: "4"}', '{presses: "3"}', '{presses: "1"}', "{queue: general}"])
    assert played.failures == []
    assert ("caller", "presses 4") in played.transcript


def test_silence_lasts_until_the_line_speaks_again(hold):
    assert hold([*MENU, "{silent: 1}", "{line: 1 to 6}"]).failures == []
    once_more = hold([*MENU, "{silent: 2}", "{queue: general}"])
    assert once_more.failures == []
    (failure,) = hold([*MENU, "{silent: 1}", "{queue: general}"]).failures
    assert "they wait nowhere; the call came by" in failure


def test_time_that_passes_may_change_nothing(hold):
    assert hold([*MENU, "{waits: 1}", "{never_said: Pardon}"]).failures == []
    assert hold([*MENU, "{waits: 20}", "{line: Pardon}"]).failures == []


def test_an_agent_leaves_only_whom_they_speak_with(hold):
    assert hold([*DESK, "{agent: bo}", "{agent_leaves: yes}", "{prompt: rating}"]).failures == []
    (failure,) = hold([*MENU, "{agent_leaves: yes}"]).failures
    assert failure == "dialogues/one.yaml:4: no agent speaks with the caller"


@pytest.mark.parametrize("action", ['presses: "1"', "says: hello", "waits: 1", "silent: 1"])
def test_nothing_can_be_done_once_a_call_is_over(hold, action):
    (failure,) = hold(["{hangs_up: yes}", f"{{{action}}}"]).failures
    assert failure == "dialogues/one.yaml:4: the call is over already: short-abandon"


def test_words_to_a_line_that_hears_none_are_a_failure(hold):
    (failure,) = hold([*MENU, "{says: a refill}"], "speech: no").failures
    assert failure == "dialogues/one.yaml:5: the line does not listen to speech here"


def test_what_is_expected_counts_from_what_the_caller_did_last(hold):
    (failure,) = hold([*MENU, "{line: Hello}"]).failures
    assert failure.endswith("wanted “Hello”; the line has said: Press 1 to 6.")
    assert hold(["{line: Hello}", *MENU]).failures == []


def test_after_a_failure_nothing_more_is_done(hold):
    played = hold([*MENU, "{queue: nurse}", '{presses: "6"}', "{queue: nurse}"])
    assert len(played.failures) == 1
    assert ("caller", "presses 6") not in played.transcript


BORN = [*MENU, '{presses: "1"}', '{presses: "02291980"}', '{presses: "1"}']
KNOWN = 'caller: "+15185550101"'


def test_a_lookup_ends_as_the_sites_table_says_or_as_the_dialogue_does(hold):
    owes = "{line: 'Ana, you owe'}"
    assert hold([*BORN, owes], KNOWN).failures == []
    assert hold([*BORN, "{step: owed}"]).failures != []
    for end in ("failed", "not-found"):
        head = f"{KNOWN}\n  lookups: {{patients: {end}}}"
        assert hold([*BORN, "{never_said: owe}", "{queue: general}"], head).failures == []
    found = """lookups: {patients: '{"first_name": "Zoe", "balance": "3"}'}"""
    assert hold([*BORN, "{line: Zoe}"], found).failures == []


def test_a_call_while_nobody_is_there_is_held_so(hold):
    message = [*DESK, "{prompt: leave-message}"]
    assert hold(message, "ready: []").failures == []
    assert hold(message).failures != []


def test_somebody_outside_who_does_not_answer_leaves_the_caller_to_the_flow(hold):
    away = [*DOCTOR, "{transfer: doctor}", "{waits: 120}", "{step: desk}"]
    assert hold(away, "outside_answers: no").failures == []
    assert hold([*DOCTOR, "{ends: transferred}"]).failures == []
