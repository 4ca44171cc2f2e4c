"""A large site, written to a folder: a clinic of many departments, each a flow of its own.

The flows have every kind of step: questions with phrases in two languages and with intents, values
that are collected, branches on expressions, lookups, computed values, flows that enter flows, files
that flows include, snippets. The words differ from department to department and from site to site,
so that nothing is read twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

WINGS = 8
"""Flows that the first menu enters; each enters its share of the departments."""

_LONGER = ("", " today", " for my child", " for my mother", " at your place")

_SITE = """\
id: many
title: A Clinic of Many Departments
time_zone: America/New_York
languages: [en, es]
listen_languages: [en, es]
language_skills: {es: spanish}
entry_flow: main
person_queue: general
nurse_queue: nurse
on_call: doctor
outside:
  doctor: "+12025550143"
fallback_number: "+12025550199"
sip:
  outbound: ["+1202555*"]
"""

_AGENTS = """\
ana:
  name: Ana
  skills: {nurse: 4, spanish: 5}
bo:
  name: Bo
  skills: {general: 3, spanish: 3}
"""

_CALENDARS = """\
office:
  week:
    monday: [08:00-12:00, 13:00-17:30]
    tuesday: [08:00-17:30]
    wednesday: [08:00-17:30]
    thursday: [08:00-17:30]
    friday: [08:00-15:00]
  holidays:
    2026-12-25: Christmas Day
"""

_QUEUES = """\
general:
  title: Everything
  skills: [{skill: general}]
nurse:
  title: Nurse
  skills: [{skill: nurse}]
"""

_LOOKUPS = """\
patients: {file: patients.csv}
schedule:
  url: https://schedule.example.org/next?place={place}
"""

_PATIENTS = """\
record,first_name,date_of_birth,phone,balance
p1,Ana,1980-02-29,+15555550101,12
"""

_PROTOCOL = """\
id: heart
title: Heart
words:
  - {id: chest, words: {en: [chest, heart]}}
concepts:
  - id: chest-pain
    phrases:
      en:
        - <chest> pain
rules:
  - id: chest
    version: 1
    owner: Dr. Lee
    citation: none
    disposition: 911-now
    all: [chest-pain]
    examples:
      positive: [I have chest pain, "my chest has pain, chest pain"]
      negative: [I want an appointment, my bill is wrong]
"""

_PROMPTS = (
    *("advice-911", "advice-988", "nurse-wait", "one-moment", "repeat-please", "digits-only"),
    *("goodbye", "recording-notice", "triage-happening-now", "menu", "bye", "agent-ready"),
    *("agent-break", "agent-out", "nobody-here", "long-wait", "leave-message", "on-call"),
    *("call-back", "triage-safety", "triage-danger", "still-waiting", "or-message", "quiet"),
    *("ask-birth", "hold-on", "ask-phone", "offer", "rating", "settled", "promise", "to-doctor"),
    *("ask-zip", "leave-word", "closed"),
)

_SHARED = {
    "shared/ends.yaml": """\
steps:
  closed:
    kind: say
    prompt: closed
    next: leave-word
  leave-word:
    kind: message
    prompt: leave-word
    queue: general
    next: bye
  bye:
    kind: hang-up
    prompt: bye
snippets:
  heard:
    attempts: 2
    no_input_prompt: quiet
    no_match_prompt: quiet
  back:
    - digit: "7"
      words:
        en: [go back, the menu before]
        es: [regresar, el menú anterior]
      goto: give
    - digit: "8"
      words:
        en: [leave word, leave a message]
        es: [dejar un recado]
      goto: leave-word
""",
    "shared/who.yaml": """\
include: ends
steps:
  birth:
    kind: collect
    what: date-of-birth
    into: born
    prompt: ask-birth
    use: heard
    otherwise: topics
    next: phone
  phone:
    kind: collect
    what: phone-number
    into: phone
    known: caller.number
    prompt: ask-phone
    use: heard
    otherwise: topics
    next: patient
  patient:
    kind: lookup
    source: patients
    given: {date_of_birth: born, phone: phone}
    save:
      name: first_name
      balance: {at: balance, kind: number}
    prompt: hold-on
    next: topics
    not_found: topics
    on_failure: topics
""",
}

_DEPARTMENT = """\
arguments: {{came-by: text}}
include: [who]
start: hours
steps:
  hours:
    kind: branch
    cases:
      - {{when: 'call.weekday in ["saturday", "sunday"] or call.hour < {early}', goto: closed}}
      - {{when: calendar.office.open and came-by is set, goto: birth}}
    otherwise: closed
"""

_QUESTION = """\
  {name}:
    kind: ask
    prompt: {prompt}
    again_prompt: {prompt}-again
    use: heard
    otherwise: desk
    choices:
"""

_CHOICE = """\
      - digit: "{digit}"
        words:
          en: [{en}]
          es: [{es}]
        goto: {goto}
"""

_WANTED = """\
      - intent: {intent}
        set: {{topic: "{intent}"}}
        goto: {goto}
"""

_TOPIC = """\
  {name}-when:
    kind: branch
    cases:
      - {{when: balance > {owed} and name is set, goto: {name}-note}}
      - {{when: zip == "{zip}" or call.date > 2026-{month:02}-15, goto: {name}-next}}
    otherwise: {name}-people
  {name}-note:
    kind: set
    values: {{topic: "{name}"}}
    compute: {{where: zip}}
    next: {name}-people
  {name}-next:
    kind: lookup
    source: schedule
    given: {{place: zip}}
    save:
      slot: {{at: slots.0.start, kind: text}}
    prompt: hold-on
    next: {name}-people
    on_failure: desk
  {name}-people:
    kind: collect
    what: number
    minimum: 1
    maximum: {most}
    into: people
    prompt: {name}-people
    use: heard
    otherwise: desk
    next: desk
"""

_ENDS = """\
  area:
    kind: collect
    what: zip-code
    into: zip
    prompt: ask-zip
    otherwise: desk
    next: desk
  desk:
    kind: queue
    queue: general
    skills: [{{skill: general, level: 2}}]
    comfort_prompt: still-waiting
    comfort_every_s: {comfort}
    call_back: later
    call_back_prompt: offer
    next: rate
  rate:
    kind: survey
    prompt: rating
    resolved_prompt: settled
    next: bye
  later:
    kind: call-back
    queue: general
    prompt: promise
    no_number: leave-word
  doctor:
    kind: transfer
    destination: doctor
    prompt: to-doctor
    on_failure: desk
  give:
    kind: return
    value: zip
"""

TOPICS = ("visits", "results", "letters", "costs", "people")
"""What each department is asked about."""


def write_site(folder: Path, departments: int, words: str = "") -> int:
    """Write a site that is right as it stands.

    Args:
        folder: a new one.
        departments: how many, each with a flow of about 230 lines.
        words: stands in every name and phrase, so that two sites have none in common.

    Returns:
        The lines of its flows, with the files that they include.
    """
    names = [f"{words}d{number}" for number in range(departments)]
    wings = [names[at::WINGS] for at in range(WINGS) if names[at::WINGS]]
    flows = dict(_SHARED)
    flows["flows/main.yaml"] = "".join(_main(len(wings)))
    for number, wing in enumerate(wings):
        flows[f"flows/wing-{number}.yaml"] = "".join(_wing(number, wing))
    for number, name in enumerate(names):
        flows[f"flows/{name}.yaml"] = "".join(_department(number, name))
    files = {
        "site.yaml": _SITE,
        "queues.yaml": _QUEUES,
        "agents.yaml": _AGENTS,
        "calendars.yaml": _CALENDARS,
        "lookups.yaml": _LOOKUPS,
        "patients.csv": _PATIENTS,
        "protocols/heart.yaml": _PROTOCOL,
        "prompts.yaml": "".join(_prompts(names, len(wings))),
        "intents.yaml": "".join(_intents(names)),
        **flows,
    }
    for file, text in files.items():
        target = folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return sum(text.count("\n") for text in flows.values())


def _main(wings: int) -> Iterator[str]:
    yield "start: menu\ninclude: [ends]\nsteps:\n"
    yield "  menu:\n    kind: ask\n    prompt: menu\n    use: heard\n    choices:\n"
    for wing in range(wings):
        yield _CHOICE.format(
            digit=wing + 1, en=f"wing {wing}", es=f"ala {wing}", goto=f"wing-{wing}"
        )
    for wing in range(wings):
        yield _enter(f"wing-{wing}", f"wing-{wing}", "desk")
    yield "  desk:\n    kind: queue\n    queue: general\n    next: leave-word\n"


def _wing(number: int, departments: list[str]) -> Iterator[str]:
    yield "arguments: {came-by: text}\nstart: which\ninclude: [ends]\nsteps:\n"
    yield f"  which:\n    kind: ask\n    prompt: wing-{number}\n    use: heard\n    choices:\n"
    for digit, name in enumerate(departments[:6], 1):
        yield _CHOICE.format(digit=digit, en=f"{name} please", es=f"{name} por favor", goto=name)
    for name in departments[6:]:
        yield _WANTED.format(intent=f"{name}-visits", goto=name)
    yield "      - use: back\n"
    for name in departments:
        yield _enter(name, name, "give")
    yield "  give:\n    kind: return\n    value: zip\n"


def _enter(step: str, flow: str, following: str) -> str:
    return (
        f"  {step}:\n    kind: sub-flow\n    flow: {flow}\n    given: {{came-by: '\"{step}\"'}}\n"
        f"    into: zip\n    next: {following}\n"
    )


def _department(number: int, name: str) -> Iterator[str]:
    yield _DEPARTMENT.format(early=6 + number % 3)
    yield _QUESTION.format(name="topics", prompt=name)
    for digit, topic in enumerate(TOPICS, 1):
        goto = f"{topic}-when" if digit % 2 else f"{topic}-what"
        yield _CHOICE.format(
            digit=digit,
            en=", ".join(f"{topic} of {name}{more}" for more in _LONGER),
            es=f"{topic} de {name}, {topic} en {name}",
            goto=goto,
        )
    for topic in TOPICS:
        yield _WANTED.format(intent=f"{name}-{topic}", goto=f"{topic}-when")
    yield "      - use: back\n"
    for place, topic in enumerate(TOPICS):
        if place % 2:
            yield _QUESTION.format(name=f"{topic}-what", prompt=f"{name}-{topic}")
            for digit, goto in enumerate((f"{topic}-when", "doctor", "area"), 1):
                yield _CHOICE.format(
                    digit=digit,
                    en=f"{goto} about {topic} of {name}, {goto} of {name}",
                    es=f"{goto} sobre {topic} de {name}",
                    goto=goto,
                )
            yield "      - use: back\n"
        yield _TOPIC.format(
            name=topic, owed=number, zip=12000 + number, month=1 + number % 12, most=3 + place
        )
    yield _ENDS.format(comfort=30 + number)


def _prompts(departments: list[str], wings: int) -> Iterator[str]:
    for name in (*_PROMPTS, *(f"wing-{wing}" for wing in range(wings))):
        yield _prompt(name, f"This is {name}.", f"Esto es {name}.")
    for name in ("read-back", "mean-one"):
        value = "value" if name == "read-back" else "first"
        yield _prompt(name, f"{{{value}}}. Right?", f"{{{value}}}. ¿Correcto?")
    yield _prompt("mean-two", "{first} or {second}?", "¿{first} o {second}?")
    for topic in TOPICS:
        yield _prompt(f"{topic}-people", f"How many for {topic}?", f"¿Cuántos para {topic}?")
    for name in departments:
        asked = [name, *(f"{name}-{topic}" for topic in TOPICS[1::2])]
        for each in asked:
            yield _prompt(each, f"You are at {each}. What is it about?", f"Es {each}. ¿Qué desea?")
            yield _prompt(f"{each}-again", f"{each}?", f"¿{each}?")


def _prompt(name: str, en: str, es: str) -> str:
    return f'{name}: {{en: "{en}", es: "{es}"}}\n'


def _intents(departments: list[str]) -> Iterator[str]:
    for name in departments:
        for topic in TOPICS:
            yield (
                f"{name}-{topic}:\n"
                f"  title: {{en: {topic} of {name}, es: {topic} de {name}}}\n"
                f"  keywords: {{en: [{name} {topic}], es: [{name} {topic}]}}\n"
                f"  examples:\n"
                f"    en: [i would like {topic} from {name}, do you have {topic} in {name}]\n"
                f"    es: [quisiera {topic} de {name}, tienen {topic} en {name}]\n"
            )
