"""A call in the terminal, typed from a script."""

from __future__ import annotations

import argparse
import contextlib
import io
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from careline.__main__ import main
from careline.cli.talk import Talk
from careline.cli.talk_world import World, add_world, world_of
from careline.signed_in import signed_in
from careline.terminal import Terminal
from config.site import Site
from tests.careline.asking_site import CALLER, SECRET_NAME, asking_site
from tests.config.conftest import SMALL

MONDAY_10H = 1_795_446_000.0
"""2026-11-23 10:00 in New York: the sample clinic is open."""

MONDAY_22H = MONDAY_10H + 12 * 3600
"""It is closed."""


def world(site: Site, *options: str, at: float = MONDAY_10H) -> World:
    """What the options say, at another time than they can name."""
    parser = argparse.ArgumentParser()
    add_world(parser)
    args = parser.parse_args([*options])
    args.at = f"{datetime.fromtimestamp(at, site.zone):%Y-%m-%d %H:%M}"
    return world_of(args, site)


def talk(
    site: Site,
    *typed: str,
    at: float = MONDAY_10H,
    ready: tuple[str, ...] = (),
    out: tuple[str, ...] = (),
    away: tuple[str, ...] = (),
    options: tuple[str, ...] = (),
) -> list[str]:
    shown = io.StringIO()
    wishes = {"--ready": ready, "--out": out, "--away": away}
    named = [each for option, who in wishes.items() for agent in who for each in (option, agent)]
    call = Talk(world(site, *named, *options, at=at), Terminal(shown))
    with contextlib.closing(call):
        call.hold(iter(typed))
    return shown.getvalue().splitlines()


def index(lines: list[str], text: str) -> int:
    found = [number for number, line in enumerate(lines) if text in line]
    assert found, f"{text!r} is in none of {lines}"
    return found[0]


def in_order(lines: list[str], *texts: str) -> bool:
    places = [index(lines, text) for text in texts]
    return places == sorted(places)


def test_the_advice_comes_first_in_every_language(clinic):
    lines = [line for line in talk(clinic) if line.startswith("line> ")]
    advice = clinic.rules.prompts[clinic.rules.advice_911]
    assert lines[:2] == [f"line> {advice[language]}" for language in clinic.rules.languages]


def test_a_red_flag_reaches_a_nurse_who_can_be_talked_to_and_let_go(clinic):
    lines = talk(clinic, "chest pain", "", "bye")
    assert in_order(
        lines, "RED FLAG 911", "EMERGENCY", "RED FLAG offered to grace", "talks with grace",
        "grace> Hello", "grace hangs up", "ended: handled", "line> (hangs up)",
    )  # fmt: skip


def test_words_and_keys_lead_to_the_queue_they_name(clinic):
    by_keys = talk(clinic, "1", "5", "3", "2")
    by_words = talk(clinic, "1", "5", "i have a question about my bill", "")
    assert index(by_keys, "waits in queue billing")
    assert index(by_words, "waits in queue billing")


def test_an_agent_who_is_away_is_rung_and_passed_over(clinic):
    lines = talk(clinic, "chest pain", "", "", "", away=("grace",))
    assert in_order(lines, "grace's phone rings", "grace does not answer", "talks with elena")


def test_what_is_replaced_before_it_is_heard_is_not_shown(clinic):
    typed = ("1", "5", "3", "2", "", "", "")
    lines = talk(clinic, *typed, out=("fiona", "hannah", "mateo"), away=("ruth",))
    comfort = clinic.rules.prompts["comfort"]["en"]
    assert lines.count(f"line> {comfort}") == 1
    assert lines[lines.index(f"line> {comfort}") + 1] == "line> You are next in line."


def test_the_time_is_the_clinics_also_where_a_calendar_has_another(clinic):
    (first, *others) = clinic.rules.calendars.items()
    elsewhere = replace(first[1], zone=ZoneInfo("Asia/Tokyo"))
    calendars = {first[0]: elsewhere, **dict(others)}
    site = replace(clinic, rules=replace(clinic.rules, calendars=calendars))
    assert "where it is Monday 23 November, 10:00." in talk(site)[0]


def test_enter_tells_how_much_time_passes_before_what_it_brings(clinic):
    lines = talk(clinic, "")
    assert in_order(lines, "s pass)", "press 5 or stay on the line")


def test_a_closed_clinic_takes_a_message(clinic):
    lines = talk(clinic, "1", "5", "2", "", at=MONDAY_22H)
    assert in_order(lines, "closed now", "TASK opened for general: message", "message-taken")


def test_after_hours_nobody_is_signed_in_and_0_leads_to_a_message(clinic):
    lines = talk(clinic, "1", "0", "", at=MONDAY_22H)
    assert lines[1] == "Signed in: nobody (--ready AGENT signs somebody in)."
    assert in_order(lines, "nobody is signed in for queue general", "TASK opened for general")
    assert not [line for line in lines if "phone rings" in line]


def test_after_hours_a_red_flag_comes_to_the_on_call_number(clinic):
    lines = talk(clinic, "9", *[""] * 8, at=MONDAY_22H)
    assert in_order(lines, "EMERGENCY, queue nurse", "handed to the outside", "ended: transferred")


def test_a_nurse_who_is_signed_in_after_hours_is_rung(clinic):
    lines = talk(clinic, "chest pain", "", at=MONDAY_22H, ready=("grace",))
    assert in_order(lines, "Signed in: grace.", "talks with grace")


def test_an_agent_who_is_out_is_never_rung(clinic):
    lines = talk(clinic, "chest pain", "", "bye", out=("grace",))
    assert in_order(lines, "Signed in: everybody but grace.", "talks with elena")
    assert not [line for line in lines if "grace's phone rings" in line]


def test_a_clinic_that_never_closes_is_always_staffed(clinic):
    always = {"always": clinic.rules.calendars["always"]}
    site = replace(clinic, rules=replace(clinic.rules, calendars=always))
    assert signed_in(site, MONDAY_22H, ready=(), out=()) == tuple(clinic.agents)


def test_where_the_line_does_not_listen_words_are_said_to_be_unheard(clinic):
    lines = talk(clinic, "2", "hola")
    assert "(the line does not listen to speech here: press keys)" in lines


def test_an_agent_hears_words_that_triage_does_not(clinic):
    lines = talk(clinic, "chest pain", "", "it began this morning")
    assert "(grace hears it; the line does not listen in)" in lines


def test_hanging_up_and_falling_silent_both_end_the_call(clinic):
    for typed in (("hangup",), ()):
        assert talk(clinic, *typed)[-1].strip() == "· ended: short-abandon"


def test_bye_without_an_agent_ends_nothing(clinic):
    lines = talk(clinic, "bye", "hangup")
    assert in_order(lines, "(nobody is there to let you go", "the caller hangs up")


def test_a_question_mark_lists_what_can_be_typed(clinic):
    lines = talk(clinic, "?")
    assert index(lines, "what to type:")


AGENTS = "grace, elena, lucia, mateo, amara, ben, chloe, dev, fiona, hannah, omar, ruth"


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    typed = io.StringIO("chest pain\n\nbye\n")
    monkeypatch.setattr("sys.stdin", typed)
    return typed


def test_a_script_on_standard_input_shows_what_was_typed(stdin, capsys):
    assert main(["talk", "--at", "2026-11-23 10:00"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert "where it is Monday 23 November, 10:00." in out[0]
    assert in_order(out, "you> chest pain", "RED FLAG", "you> bye", "ended: handled")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--at", "ten"], "--at: 'ten' is not a time such as 2026-11-23 10:00"),
        (["--away", "nobody"], f"--away: there is no agent 'nobody'; there are {AGENTS}"),
        (["--out", "nobody"], f"--out: there is no agent 'nobody'; there are {AGENTS}"),
        (["--out", "ben", "--ready", "ben"], "--ready, --out: ben cannot be both"),
        (["--config", "/nowhere"], "/nowhere: there is no such folder"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_2(arguments, complaint, capsys):
    assert main(["talk", *arguments]) == 2
    assert capsys.readouterr().err.splitlines() == [complaint]


# --- what a caller can find -----------------------------------------------------------------------


@pytest.fixture
def asking(tmp_path: Path) -> Site:
    """Its flow asks who calls before it says anything."""
    return asking_site(tmp_path / "site")


def said(site: Site, prompt: str) -> str:
    return f"line> {site.rules.prompts[prompt]['en']}"


@pytest.mark.parametrize(
    ("options", "prompt"),
    [
        (("--caller", CALLER), "menu"),
        ((), "goodbye"),  # a number that is not known is nobody's
        (("--caller", "withheld"), "goodbye"),
        (("--caller", "+12025550112"), "goodbye"),
        (("--caller", CALLER, "--lookup", "patients=failed"), "digits-only"),
        (("--caller", CALLER, "--lookup", "patients=not-found"), "goodbye"),
        (("--lookup", f'patients={{"first_name": "{SECRET_NAME}"}}'), "menu"),
    ],
)
def test_a_lookup_answers_from_the_sites_tables_or_as_was_said(asking, options, prompt):
    assert said(asking, prompt) in talk(asking, "hangup", options=options)


def test_an_answer_is_not_waited_for(asking):
    lines = talk(asking, "hangup", options=("--caller", CALLER))
    assert in_order(lines, "asked elsewhere: found", said(asking, "menu"))
    assert not [line for line in lines if "s pass)" in line]


def test_without_recognisers_the_line_listens_to_keys_alone(clinic):
    lines = talk(clinic, "chest pain", "hangup", options=("--no-speech",))
    assert "(the line does not listen to speech here: press keys)" in lines


def test_where_nobody_outside_answers_a_red_flag_is_not_handed_over(clinic):
    lines = talk(clinic, "9", *[""] * 12, at=MONDAY_22H, options=("--outside-away",))
    assert not [line for line in lines if "handed to the outside" in line]


def test_keys_of_a_value_are_whole_once_the_line_is_typed(tmp_path):
    flow = """\
start: card
steps:
  card:
    kind: collect
    what: number
    minimum: 1
    maximum: 100
    into: people
    prompt: menu
    next: desk
    otherwise: desk
  desk: {kind: queue, queue: general, prompt: bye}
"""
    prompts = SMALL["prompts.yaml"] + 'read-back: {en: "{value}, right?", es: "¿{value}?"}\n'
    more = {"flows/main__yaml": flow, "prompts__yaml": prompts}
    site = asking_site(tmp_path / "typing", **more)
    lines = talk(site, "12", "hangup")
    assert in_order(lines, "presses 1 key", "line> 12, right?")
    assert not [line for line in lines if "s pass)" in line]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--caller", "Ana"], "--caller: wanted 3 to 15 digits"),
        (["--lookup", "nowhere=failed"], "--lookup: wanted SOURCE=ANSWER; there is no such source"),
        (["--lookup", "patients={no"], "--lookup: what 'patients' is to answer is no JSON"),
        (["--lookup", "patients=perhaps"], "--lookup: wanted a document, not-found, failed"),
        (["--record", "call.wav"], "--record: only a call with --voice can be heard"),
    ],
)
def test_a_world_that_cannot_be_is_one_line(asking, options, complaint, capsys):
    assert main(["talk", "--config", str(asking.folder), *options]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(complaint)


# --- aloud ----------------------------------------------------------------------------------------


@pytest.mark.alone
def test_a_call_is_held_aloud_over_the_real_line(asking, tmp_path):
    heard = tmp_path / "call.wav"
    done = subprocess.run(
        [sys.executable, "-m", "careline", "talk", "--config", str(asking.folder), "--voice",
         "--state", str(tmp_path / "none"), "--at", "2026-11-23 10:00", "--caller", CALLER,
         "--record", str(heard)],
        input="\nbye\n", capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert in_order(
        lines, "where it is Monday 23 November, 10:00.", "a caller arrives",
        "asked elsewhere: found", said(asking, "menu"), "talks with bo", "bo hangs up",
        "ended: handled",
    )  # fmt: skip
    assert heard.stat().st_size > 100_000
    assert not (tmp_path / "none").exists()
