"""Dialogues beside the flows: what they mean, and each mistake in one at its line."""

import pytest

from config.dialogues import MOST_TURNS, DialogueTurn, read_dialogues, starts_at
from config.errors import ConfigError
from config.load import load_site

FILE = "dialogues/main.yaml"
HEAD = """\
front-desk:
  title: The front desk
  at: 2026-11-23 10:00
  caller: "+15185550101"
  ready: [bo]
  away: [ana]
  turns:
"""


def read(site, text, file=FILE):
    site.write(file, text)
    return read_dialogues(site.path, load_site(site.path))


def problems(site, text, file=FILE):
    with pytest.raises(ConfigError) as caught:
        read(site, text, file)
    return list(map(str, caught.value.problems))


def test_a_dialogue_says_who_calls_when_and_what_happens(site):
    (written,) = read(site, HEAD + '    - {presses: "1"}\n    - {queue: general, skills: []}\n')
    dialogue = written.dialogue
    assert (dialogue.id, dialogue.title) == ("front-desk", "The front desk")
    assert (dialogue.caller, dialogue.ready, dialogue.away) == ("+15185550101", ("bo",), ("ana",))
    assert dialogue.turns == (
        DialogueTurn(presses="1"),
        DialogueTurn(queue="general", skills=()),
    )
    assert written.place() == f"{FILE}:1"
    assert written.place(1) == f"{FILE}:9"


def test_a_dialogue_says_as_little_as_possible(site):
    (written,) = read(site, "short:\n  turns: [{hangs_up: yes}]\n")
    dialogue = written.dialogue
    assert (dialogue.ready, dialogue.away, dialogue.speech) == (None, (), True)
    assert starts_at(dialogue, load_site(site.path)) == 1_795_446_000.0


def test_times_are_the_clinics(site):
    site.replace("site.yaml", "America/New_York", "America/Los_Angeles")
    (written,) = read(site, "short:\n  turns: [{hangs_up: yes}]\n")
    assert starts_at(written.dialogue, load_site(site.path)) == 1_795_446_000.0 + 3 * 3600


def test_dialogues_come_in_the_order_of_the_files_and_in_them(site):
    turns = "{turns: [{hangs_up: yes}]}\n"
    site.write("dialogues/b.yaml", f"one: {turns}")
    assert [
        each.dialogue.id for each in read(site, f"z: {turns}a: {turns}", "dialogues/a.yaml")
    ] == [
        "z",
        "a",
        "one",
    ]


def test_a_site_needs_no_dialogues(site):
    assert read_dialogues(site.path, load_site(site.path)) == []


def test_dialogues_change_no_flow(site):
    before = load_site(site.path).version
    read(site, "short:\n  turns: [{hangs_up: yes}]\n")
    assert load_site(site.path).version == before
    assert site.problems() == site.warnings() == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("title:", "tilte:", "2:3: front-desk.tilte: unknown key 'tilte'; did you mean 'title'?"),
        ("2026-11-23 10:00", "23.11.2026", "3:7: front-desk.at: wanted a time such as 2026-11-23"),
        ("2026-11-23 10:00", "2026-02-30 10:00", "3:7: front-desk.at: wanted a time such as"),
        ("2026-11-23 10:00", "9999-12-31 23:59", None),
        ('"+15185550101"', "withheld", None),
        ('"+15185550101"', "witheld", "4:11: front-desk.caller: wanted a phone number, 3 to 15"),
        ('"+15185550101"', '"+1 518"', "4:11: front-desk.caller: wanted a phone number, 3 to 15"),
        ("[bo]", "[boo]", "5:11: front-desk.ready[0]: unknown agent 'boo'; did you mean 'bo'?"),
        ("[ana]", "[an]", "6:10: front-desk.away[0]: unknown agent 'an'; did you mean 'ana'?"),
        ("[ana]", "ana", "6:9: front-desk.away: found 'ana', wanted a list"),
        ("front-desk:", "Front desk:", "1:1: Front desk: 'Front desk' is no name, wanted small"),
    ],
)
def test_a_mistake_about_the_call_is_told_at_its_line(site, old, new, told):
    text = (HEAD + "    - {hangs_up: yes}\n").replace(old, new)
    if told is None:
        read(site, text)
        return
    (problem,) = problems(site, text)
    assert problem.startswith(f"{FILE}:{told}")


@pytest.mark.parametrize(
    ("turn", "column", "told"),
    [
        ("{press: '1'}", 8, ".press: unknown key 'press'; did you mean 'presses'?"),
        ("{presses: '1', says: hello}", 7, ": found says and presses; a turn is one thing"),
        ("{presses: '1', skills: []}", 7, ": found presses and skills; a turn is one thing"),
        ("{skills: []}", 7, ": found skills; a turn is one thing"),
        ("{}", 7, ": found nothing; a turn is one thing"),
        ("{presses: one}", 17, ".presses: wanted keys: 0-9, * and #"),
        ("{says: ' '}", 14, ".says: wanted words, at most 500 letters"),
        ("{line: " + "a" * 501 + "}", 14, ".line: wanted words, at most 500 letters"),
        ("{never_said: ''}", 20, ".never_said: wanted words, at most 500 letters"),
        ("{waits: 0}", 15, ".waits: wanted seconds above 0, at most 7200"),
        ("{waits: 7201}", 15, ".waits: wanted seconds above 0, at most 7200"),
        ("{waits: long}", 15, ".waits: found 'long', wanted a number"),
        ("{silent: 0}", 16, ".silent: wanted a number from 1 to 20"),
        ("{silent: 21}", 16, ".silent: wanted a number from 1 to 20"),
        ("{hangs_up: no}", 18, ".hangs_up: wanted 'yes'; who does nothing has no turn"),
        ("{agent_leaves: no}", 22, ".agent_leaves: wanted 'yes'; who does nothing has no turn"),
        ("{prompt: mneu}", 16, ".prompt: unknown prompt 'mneu'; did you mean 'menu'?"),
        ("{matches: '('}", 17, ".matches: this is no regular expression: missing ), unterm"),
        ("{step: general-desk}", 14, ".step: unknown step 'general-desk'; did you mean 'general'?"),
        ("{queue: genral}", 15, ".queue: unknown queue 'genral'; did you mean 'general'?"),
        (
            "{queue: general, skills: [spansih]}",
            33,
            ".skills[0]: unknown skill 'spansih'; did you mean 'spanish'?",
        ),
        ("{nurse: maybe}", 15, ".nurse: found 'maybe', wanted yes or no"),
        ("{agent: boo}", 15, ".agent: unknown agent 'boo'; did you mean 'bo'?"),
        ("{task: mesage}", 14, ".task: unknown kind of task 'mesage'; did you mean 'message'?"),
        ("{transfer: docter}", 18, ".transfer: unknown outside name 'docter'; did you mean 'doc"),
        ("{rates: 6}", 15, ".rates: wanted a number from 1 to 5"),
        ("{rates: 0}", 15, ".rates: wanted a number from 1 to 5"),
        ("{ends: handeld}", 14, ".ends: unknown outcome 'handeld'; did you mean 'handled'?"),
        ("hello", 7, ": found 'hello', wanted a mapping of 'key: value'"),
    ],
)
def test_a_mistake_in_a_turn_is_told_at_its_line(site, turn, column, told):
    text = HEAD + f'    - {{presses: "1"}}\n    - {turn}\n'
    (problem,) = problems(site, text)
    assert problem.startswith(f"{FILE}:9:{column}: front-desk.turns[1]{told}")


@pytest.mark.parametrize(
    ("lookups", "told"),
    [
        ("{patients: failed}", None),
        ("{patients: not-found}", None),
        ('{patients: \'{"first_name": "Ana"}\'}', None),
        ("{patient: failed}", "2:22: one.lookups.patient: unknown lookup 'patient'; did you mean"),
        ("{patients: fails}", "2:23: one.lookups.patients: wanted failed, not-found, or what is"),
        ("{patients: '3'}", "2:23: one.lookups.patients: wanted failed, not-found, or what is"),
        ("{patients: '{'}", "2:23: one.lookups.patients: wanted failed, not-found, or what is"),
    ],
)
def test_how_a_lookup_ends_is_one_of_three_ways(site, lookups, told):
    site.write("lookups.yaml", "patients: {file: patients.csv}\n")
    site.write("patients.csv", "record,first_name\np1,Ana\n")
    text = f"one:\n  lookups: {lookups}\n  turns: [{{hangs_up: yes}}]\n"
    if told is None:
        read(site, text)
        return
    (problem,) = problems(site, text)
    assert problem.startswith(f"{FILE}:{told}")


def test_a_dialogue_has_turns_and_not_too_many(site):
    assert problems(site, "one: {turns: []}\n") == [
        f"{FILE}:1:7: one.turns: wanted at least one turn"
    ]
    many = "one:\n  turns:\n" + "    - {waits: 1}\n" * (MOST_TURNS + 1)
    assert problems(site, many) == [f"{FILE}:2:3: one.turns: wanted at most {MOST_TURNS} turns"]
    assert problems(site, "one: {title: nothing}\n") == [
        f"{FILE}:1:1: one.turns: 'turns' is missing"
    ]


def test_a_name_that_stands_in_another_file_is_told(site):
    turns = "{turns: [{hangs_up: yes}]}\n"
    site.write("dialogues/a.yaml", f"one: {turns}")
    assert problems(site, f"one: {turns}", "dialogues/b.yaml") == [
        "dialogues/b.yaml:1:1: one: a dialogue of this name stands already in dialogues/a.yaml"
    ]


def test_every_mistake_of_every_file_is_told(site):
    site.write("dialogues/a.yaml", "one: {turns: [{queue: x}, {agent: x}]}\n")
    site.write("dialogues/b.yaml", "two: [\n")
    told = problems(site, "three: 3\n", "dialogues/c.yaml")
    assert [each.partition(": ")[0] for each in told] == [
        "dialogues/a.yaml:1:23",
        "dialogues/a.yaml:1:35",
        "dialogues/b.yaml:1:6",
        "dialogues/c.yaml:1:8",
    ]


# --- careline check -------------------------------------------------------------------------------

TURN = HEAD + "    - {step: genral}\n    - {queue: genral}\n"
TOLD = [
    f"{FILE}:8:14: front-desk.turns[0].step: unknown step 'genral'; did you mean 'general'?",
    f"{FILE}:9:15: front-desk.turns[1].queue: unknown queue 'genral'; did you mean 'general'?",
]


def test_mistakes_in_dialogues_are_those_of_the_site_and_keep_no_line_from_its_calls(site):
    site.write(FILE, TURN)
    assert site.problems() == TOLD
    assert load_site(site.path).entry_flow == "main"


def test_mistakes_in_dialogues_are_told_beside_those_of_the_flows(site):
    site.write(FILE, TURN)
    site.replace("flows/main.yaml", "destination: doctor", "destination: docter")
    # Which steps there are is not known any more, and what is known is looked at all the same.
    assert [each.partition(": ")[0] for each in site.problems()] == [
        TOLD[1].partition(": ")[0],
        "flows/main.yaml:21:18",
    ]
