"""A small site, whole and right, in which tests plant mistakes."""

import shutil
from pathlib import Path

import pytest

from config.load import DEFAULT_CLINIC, check

SMALL = {
    "site.yaml": """\
id: small
title: Small Clinic
time_zone: America/New_York
languages: [en, es]
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
  trunk:
    registrar: sip.example.com
    user: small
    password_secret: trunk/password
""",
    "queues.yaml": """\
general:
  title: Everything
  skills: [{skill: general}]
nurse:
  title: Nurse
  skills: [{skill: nurse}]
""",
    "agents.yaml": """\
ana:
  name: Ana
  skills: {nurse: 4, spanish: 5}
bo:
  name: Bo
  skills: {general: 3, spanish: 2}
""",
    "calendars.yaml": """\
office:
  week:
    monday: [08:00-12:00, 13:00-17:30]
  holidays:
    2026-12-25: Christmas Day
  special:
    2026-12-24: [08:00-12:00]
""",
    "prompts.yaml": """\
advice-911: {en: Dial nine one one., es: Marque el nueve uno uno.}
advice-988: {en: Call 988., es: Llame al 988.}
nurse-wait: {en: A nurse., es: Una enfermera.}
one-moment: {en: A moment., es: Un momento.}
repeat-please: {en: Once more., es: Repita.}
digits-only: {en: Press keys., es: Use las teclas.}
goodbye: {en: Bye., es: Gracias.}
recording-notice: {en: Recorded., es: Grabada.}
triage-happening-now: {en: Now?, es: ¿Ahora?}
menu: {en: Press 1 or 2 or 3., es: Oprima 1 o 2 o 3.}
bye: {en: See you., es: Hasta luego.}
agent-ready: {en: Ready., es: Listo.}
agent-break: {en: Break., es: Pausa.}
agent-out: {en: Out., es: Fuera.}
nobody-here: {en: Nobody., es: Nadie.}
long-wait: {en: Press 1., es: Oprima 1.}
leave-message: {en: Speak., es: Hable.}
on-call: {en: Press 1., es: Oprima 1.}
call-back: {en: Press 1., es: Oprima 1.}
triage-safety: {en: Safe?, es: ¿A salvo?}
triage-danger: {en: Danger?, es: ¿Peligro?}
still-waiting: {en: Soon., es: Pronto.}
or-message: {en: Or press 1., es: O el 1.}
""",
    "flows/main.yaml": """\
start: hours
steps:
  hours:
    kind: branch
    cases:
      - {when: calendar.office.open, goto: menu}
    otherwise: bye
  menu:
    kind: ask
    prompt: menu
    choices:
      - {digit: "1", words: {en: [desk]}, goto: general}
      - {digit: "2", red_flag: chest}
      - {digit: "3", set: {language: es}, goto: doctor}
      - {words: {en: [front desk]}, goto: general}
  general:
    kind: queue
    queue: general
  doctor:
    kind: transfer
    destination: doctor
    prompt: bye
  bye:
    kind: hang-up
    prompt: bye
""",
    "protocols/heart.yaml": """\
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
      positive:
        - I have chest pain
        - my chest has pain, chest pain
      negative:
        - I want an appointment
        - my bill is wrong
""",
    "approvals.yaml": """\
chest: {version: 1, hash: 1dbfe4d5c979a8f1, by: Dr. Lee, day: 2026-11-23}
""",
}


class Folder:
    """A site's folder that a test writes in."""

    def __init__(self, path):
        self.path = path

    def write(self, file, content):
        target = self.path / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())

    def replace(self, file, old, new):
        text = (self.path / file).read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        self.write(file, text.replace(old, new))

    def problems(self, **kwargs):
        return [str(each) for each in check(self.path, **kwargs)[0]]

    def problems_after(self, file, old, new):
        self.replace(file, old, new)
        return self.problems()

    def warnings(self):
        return [str(each) for each in check(self.path)[1]]

    def line_of(self, file, text):
        lines = (self.path / file).read_text().splitlines()
        (line,) = (number for number, each in enumerate(lines, 1) if text in each)
        return line


@pytest.fixture
def site(tmp_path):
    folder = Folder(tmp_path / "site")
    for file, text in SMALL.items():
        folder.write(file, text)
    return folder


@pytest.fixture
def clinic_folder(tmp_path):
    return Folder(Path(shutil.copytree(DEFAULT_CLINIC, tmp_path / "clinic")))
