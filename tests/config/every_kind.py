"""A site whose flows have every kind of step, right as it stands: tests plant mistakes in it."""

from pathlib import Path

from tests.config.conftest import SMALL, Folder

MAIN = """\
start: hours
include: [ends]
snippets:
  heard:
    no_input_prompt: quiet
    no_match_prompt: quiet
steps:
  hours:
    kind: branch
    cases:
      - {when: call.hour < 6 or call.weekday == "sunday", goto: closed}
      - {when: calendar.office.open, goto: hello}
    otherwise: closed
  hello: {kind: say, prompt: hello, next: record}
  record: {kind: consent, prompt: may-record, next: menu}
  menu:
    kind: ask
    prompt: menu
    again_prompt: menu-again
    use: heard
    attempts: 2
    choices:
      - {digit: "1", words: {en: [desk]}, goto: birth}
      - {digit: "2", red_flag: chest}
      - {digit: "3", set: {language: es, topic: money}, goto: member}
      - {digit: "4", intent: refill, goto: guests}
      - {digit: "5", intent: bill, goto: questions}
      - {digit: "6", words: {en: [front desk]}, goto: desk}
  birth:
    kind: collect
    what: date-of-birth
    into: born
    prompt: ask-birth
    read_back_prompt: right
    next: patient
  patient:
    kind: lookup
    source: patients
    given: {date_of_birth: born, phone: caller.number}
    save:
      name: first_name
      balance: {at: balance, kind: number}
    prompt: hold-on
    next: owing
    not_found: desk
    on_failure: desk
  owing:
    kind: branch
    cases:
      - {when: balance > 0 and name is set, goto: owed}
    otherwise: desk
  owed: {kind: say, prompt: owes, next: desk}
  member:
    kind: collect
    what: digits
    digits: 4
    into: card
    known: topic
    prompt: ask-card
    next: area
    otherwise: desk
  area:
    kind: sub-flow
    flow: find
    given: {card: card}
    into: zip
    next: note
  note:
    kind: set
    values: {urgent: yes}
    compute: {where: zip}
    next: weighed
  weighed:
    kind: branch
    cases:
      - {when: where == "12207" and urgent == "yes", goto: doctor}
    otherwise: later
  guests:
    kind: collect
    what: number
    minimum: 1
    maximum: 8
    into: people
    prompt: ask-people
    next: desk
  questions:
    kind: answers
    prompt: ask-questions
    answers: [parking, fax]
    next: bye
    other: desk
  desk:
    kind: queue
    queue: general
    skills: [{skill: general, level: 2}]
    call_back: later
    call_back_prompt: offer
    next: rate
  rate: {kind: survey, prompt: rating, resolved_prompt: settled, next: bye}
  later:
    kind: call-back
    queue: general
    prompt: promise
    no_number: closed
  doctor:
    kind: transfer
    destination: doctor
    prompt: to-doctor
    on_failure: desk
"""

EVERY = {
    **SMALL,
    "flows/main.yaml": MAIN,
    "flows/find.yaml": """\
arguments: {card: text}
start: have
steps:
  have:
    kind: branch
    cases:
      - {when: card is set, goto: zip}
    otherwise: none
  zip: {kind: collect, what: zip-code, into: zip, prompt: ask-zip, next: give}
  give: {kind: return, value: zip}
  none: {kind: return}
""",
    "shared/ends.yaml": """\
steps:
  closed: {kind: message, prompt: leave-word, queue: general, next: bye}
  bye: {kind: hang-up, prompt: bye}
""",
    "intents.yaml": """\
refill:
  title: {en: a refill, es: un resurtido}
  keywords: {en: [refill], es: [resurtido]}
bill:
  title: {en: a bill, es: una factura}
  keywords: {en: [bill], es: [factura]}
""",
    "answers.yaml": """\
parking:
  title: {en: parking, es: estacionamiento}
  text: {en: Behind the house., es: Detrás de la casa.}
  keywords: {en: [parking], es: [estacionar]}
fax:
  title: {en: the fax, es: el fax}
  text: {en: Ask the desk., es: Pregunte en la recepción.}
  keywords: {en: [fax], es: [fax]}
""",
    "lookups.yaml": """\
patients: {file: patients.csv}
schedule:
  url: https://schedule.example.org/next?zip={zip}
""",
    "patients.csv": """\
record,first_name,date_of_birth,phone,balance
p1,Ana,1980-02-29,+15185550101,12
""",
}
EVERY["prompts.yaml"] = EVERY["prompts.yaml"].replace("1 or 2 or 3", "1 to 6")
EVERY["prompts.yaml"] = EVERY["prompts.yaml"].replace("1 o 2 o 3", "1 a 6")
EVERY["prompts.yaml"] += """\
hello: {en: Hello., es: Hola.}
may-record: {en: Press 1 or 2., es: Oprima 1 o 2.}
menu-again: {en: 1 to 6., es: 1 a 6.}
quiet: {en: Pardon., es: Perdón.}
ask-birth: {en: Your birthday., es: Su fecha de nacimiento.}
right: {en: "{value}. Right? 1 or 2.", es: "{value}. ¿Correcto? 1 o 2."}
read-back: {en: "{value}. 1 or 2.", es: "{value}. 1 o 2."}
hold-on: {en: I look., es: Busco.}
owes: {en: "{name}, you owe {balance:money}.", es: "{name}, debe {balance:money}."}
ask-card: {en: Your card., es: Su tarjeta.}
ask-people: {en: How many?, es: ¿Cuántos?}
ask-questions: {en: 1 to 3., es: 1 a 3.}
offer: {en: Press 2., es: Oprima 2.}
rating: {en: 1 to 5., es: 1 a 5.}
settled: {en: Settled?, es: ¿Resuelto?}
promise: {en: We call., es: Llamamos.}
to-doctor: {en: The doctor., es: El doctor.}
ask-zip: {en: Your ZIP code., es: Su código postal.}
leave-word: {en: Speak., es: Hable.}
mean-one: {en: "{first}?", es: "¿{first}?"}
mean-two: {en: "{first} or {second}?", es: "¿{first} o {second}?"}
"""


def every_folder(at: Path) -> Folder:
    """The site, written out."""
    folder = Folder(at)
    for file, text in EVERY.items():
        folder.write(file, text)
    return folder
