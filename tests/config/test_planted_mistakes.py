"""Every mistake that can be planted in a flow is told, once, where it stands, in plain words.

It is long because it is a list: each mistake with the words it is told in.
"""

import pytest

from calls.facts import SpeechHeard, WordsAssessed
from config.load import load_site
from ivr.states import INTERPRETED, TABLE
from ivr.steps import KINDS
from tests.config.every_kind import every_folder

MAIN, FIND, ENDS = "flows/main.yaml", "flows/find.yaml", "shared/ends.yaml"
PROMPTS_FILE = "prompts.yaml"

SCHEMA = {
    "unknown key of a step": (
        MAIN,
        "destination: doctor\n",
        "destinaton: doctor\n",
        (
            "flows/main.yaml:107:5: steps.doctor.destinaton: unknown key 'destinaton'; did you "
            "mean 'destination'?"
        ),
    ),
    "unknown key of a choice": (
        MAIN,
        '{digit: "6", words',
        '{digits: "6", words',
        (
            "flows/main.yaml:28:10: steps.menu.choices[5].digits: unknown key 'digits'; did you "
            "mean 'digit'?"
        ),
    ),
    "unknown key of a flow": (
        MAIN,
        "include: [ends]",
        "includes: [ends]",
        "flows/main.yaml:2:1: includes: unknown key 'includes'; did you mean 'include'?",
    ),
    "missing key": (
        MAIN,
        "    source: patients\n",
        "",
        "flows/main.yaml:36:3: steps.patient.source: 'source' is missing",
    ),
    "a word for a number": (
        MAIN,
        "attempts: 2",
        "attempts: two",
        "flows/main.yaml:21:15: steps.menu.attempts: found 'two', wanted a whole number",
    ),
    "a word for a list": (
        MAIN,
        "skills: [{skill: general, level: 2}]",
        "skills: general",
        (
            "flows/main.yaml:95:13: steps.desk.skills: found 'general', wanted a list in square "
            "brackets: [general]"
        ),
    ),
    "out of range": (
        MAIN,
        "attempts: 2",
        "attempts: 12",
        "flows/main.yaml:21:15: steps.menu.attempts: found 12, wanted 1 to 5",
    ),
    "unknown thing to collect": (
        MAIN,
        "what: date-of-birth",
        "what: date-of-brith",
        (
            "flows/main.yaml:31:11: steps.birth.what: found 'date-of-brith', wanted one of name, "
            "date-of-birth, phone-number, number, digits, zip-code, yes-no; did you mean "
            "'date-of-birth'?"
        ),
    ),
    "unknown kind": (
        MAIN,
        "kind: transfer",
        "kind: tranfser",
        (
            "flows/main.yaml:106:11: steps.doctor.kind: unknown kind 'tranfser'; did you mean "
            "'transfer'?"
        ),
    ),
    "missing kind": (
        MAIN,
        "    kind: transfer\n",
        "",
        (
            "flows/main.yaml:105:3: steps.doctor.kind: 'kind' is missing, wanted one of say, "
            "ask, collect, branch, set, lookup, queue, call-back, transfer, message, survey, "
            "consent, answers, sub-flow, return, hang-up"
        ),
    ),
    "step is a text": (
        MAIN,
        "  record: {kind: consent, prompt: may-record, next: menu}",
        "  record: consent",
        "flows/main.yaml:15:11: steps.record: found 'consent', wanted a mapping with 'kind'",
    ),
    "argument of no kind": (
        FIND,
        "card: text",
        "card: txt",
        (
            "flows/find.yaml:1:19: arguments.card: found 'txt', wanted one of text, number, "
            "yes-no, date; did you mean 'text'?"
        ),
    ),
    "no start": (
        MAIN,
        "start: hours\n",
        "",
        "flows/main.yaml:1:1: start: 'start' must name the first step",
    ),
}
REFERENCES = {
    "unknown step": (
        MAIN,
        "otherwise: closed\n  hello",
        "otherwise: close\n  hello",
        (
            "flows/main.yaml:13:16: steps.hours.otherwise: unknown step 'close'; did you mean "
            "'closed'?"
        ),
    ),
    "unknown prompt": (
        MAIN,
        "prompt: hold-on",
        "prompt: hold-one",
        (
            "flows/main.yaml:43:13: steps.patient.prompt: unknown prompt 'hold-one'; did you "
            "mean 'hold-on'?"
        ),
    ),
    "unknown queue": (
        MAIN,
        "queue: general\n    prompt: promise",
        "queue: generel\n    prompt: promise",
        (
            "flows/main.yaml:102:12: steps.later.queue: unknown queue 'generel'; did you mean "
            "'general'?"
        ),
    ),
    "unknown skill": (
        MAIN,
        "{skill: general, level",
        "{skill: generol, level",
        (
            "flows/main.yaml:95:22: steps.desk.skills[0].skill: unknown skill 'generol'; did you "
            "mean 'general'?"
        ),
    ),
    "unknown outside": (
        MAIN,
        "destination: doctor",
        "destination: docter",
        (
            "flows/main.yaml:107:18: steps.doctor.destination: unknown outside name 'docter'; "
            "did you mean 'doctor'?"
        ),
    ),
    "unknown calendar": (
        MAIN,
        "calendar.office.open",
        "calendar.offices.open",
        (
            "flows/main.yaml:12:16: steps.hours.cases[1].when: unknown calendar 'offices'; did "
            "you mean 'office'?"
        ),
    ),
    "unknown intent": (
        MAIN,
        "intent: refill",
        "intent: refil",
        (
            "flows/main.yaml:26:30: steps.menu.choices[3].intent: unknown intent 'refil'; did "
            "you mean 'refill'?"
        ),
    ),
    "unknown answer": (
        MAIN,
        "answers: [parking, fax]",
        "answers: [parkin, fax]",
        (
            "flows/main.yaml:89:15: steps.questions.answers[0]: unknown answer 'parkin'; did you "
            "mean 'parking'?"
        ),
    ),
    "unknown lookup": (
        MAIN,
        "source: patients",
        "source: patient",
        (
            "flows/main.yaml:38:13: steps.patient.source: unknown source 'patient'; did you mean "
            "'patients'?"
        ),
    ),
    "unknown flow": (
        MAIN,
        "flow: find",
        "flow: fnid",
        "flows/main.yaml:64:11: steps.area.flow: unknown flow 'fnid'; did you mean 'find'?",
    ),
    "unknown argument": (
        MAIN,
        "given: {card: card}",
        "given: {cart: card}",
        (
            "flows/main.yaml:65:19: steps.area.given.cart: unknown argument 'cart'; did you mean "
            "'card'?"
        ),
    ),
    "unknown rule": (
        MAIN,
        "red_flag: chest",
        "red_flag: chets",
        (
            "flows/main.yaml:24:32: steps.menu.choices[1].red_flag: unknown protocol rule "
            "'chets'; did you mean 'chest'?"
        ),
    ),
    "unknown column to find by": (
        MAIN,
        "date_of_birth: born",
        "date_of_brith: born",
        (
            "flows/main.yaml:39:28: steps.patient.given.date_of_brith: unknown column "
            "'date_of_brith'; did you mean 'date_of_birth'?"
        ),
    ),
    "no such column to save": (
        MAIN,
        "      name: first_name",
        "      name: frist_name",
        (
            "flows/main.yaml:41:13: steps.patient.save.name: unknown column 'frist_name'; did "
            "you mean 'first_name'?"
        ),
    ),
    "unknown include": (
        MAIN,
        "include: [ends]",
        "include: [end]",
        (
            "flows/main.yaml:2:11: include[0]: there is no file 'shared/end.yaml'; did you mean "
            "'ends'?"
        ),
    ),
    "unknown snippet": (
        MAIN,
        "use: heard",
        "use: herd",
        "flows/main.yaml:20:10: steps.menu.use: unknown snippet 'herd'; did you mean 'heard'?",
    ),
    "unknown entry flow": (
        "site.yaml",
        "entry_flow: main",
        "entry_flow: mian",
        "site.yaml:6:13: entry_flow: unknown flow 'mian'; did you mean 'main'?",
    ),
    "a table that is not there": (
        "lookups.yaml",
        "file: patients.csv",
        "file: patient.csv",
        (
            "lookups.yaml:1:18: patients.file: there is no file 'patient.csv' beside lookups.yaml; "
            "did you mean 'patients.csv'?"
        ),
    ),
}
EXPRESSIONS = {
    "text against number": (
        MAIN,
        "call.hour < 6",
        'call.hour < "6"',
        (
            "flows/main.yaml:11:16: steps.hours.cases[0].when: \"6\" is a text, but '<' compares "
            "numbers and dates; write 6, without quotes"
        ),
    ),
    "order of texts": (
        MAIN,
        "balance > 0",
        "name > 0",
        (
            "flows/main.yaml:50:16: steps.owing.cases[0].when: 'name' is a text, but '>' "
            "compares numbers and dates"
        ),
    ),
    "unknown name": (
        MAIN,
        "balance > 0",
        "balanse > 0",
        (
            "flows/main.yaml:50:16: steps.owing.cases[0].when: nothing sets 'balanse'; did you "
            "mean 'balance'?"
        ),
    ),
    "one = to compare": (
        MAIN,
        'call.weekday == "sunday"',
        'call.weekday = "sunday"',
        "flows/main.yaml:11:16: steps.hours.cases[0].when: found '='; write == to compare",
    ),
    "not yes-no": (
        MAIN,
        "balance > 0 and name is set",
        "name",
        (
            "flows/main.yaml:50:16: steps.owing.cases[0].when: found text, wanted a comparison, "
            "or what is yes or no"
        ),
    ),
    "chained comparison": (
        MAIN,
        "balance > 0",
        "0 < balance < 9",
        (
            "flows/main.yaml:50:16: steps.owing.cases[0].when: found '<' after a comparison; "
            "join two with 'and': 1 < x and x < 3"
        ),
    ),
    "unclosed text": (
        MAIN,
        '"sunday"',
        '"sunday',
        (
            "flows/main.yaml:11:16: steps.hours.cases[0].when: the text is not closed, its "
            'second " is missing'
        ),
    ),
    "empty expression": (
        MAIN,
        "when: calendar.office.open",
        'when: ""',
        (
            "flows/main.yaml:12:16: steps.hours.cases[1].when: nothing is written, wanted a "
            'condition: language == "es"'
        ),
    ),
    "known of another kind": (
        MAIN,
        "known: topic",
        "known: caller.number-known",
        "flows/main.yaml:58:12: steps.member.known: found yes or no, wanted text",
    ),
    "language of another kind": (
        MAIN,
        "compute: {where: zip}",
        "compute: {where: zip, language: call.hour}",
        "flows/main.yaml:71:37: steps.note.compute.language: a language is text, such as 'es'",
    ),
}
VARIABLES = {
    "two kinds": (
        MAIN,
        "      name: first_name",
        "      name: {at: first_name, kind: date}\n      born: first_name",
        (
            "flows/main.yaml:42:13: steps.patient.save.born: 'born' is a date such as 2026-12-24 "
            "elsewhere in this flow, and here text; use two variables"
        ),
    ),
    "literal of another kind": (
        MAIN,
        "topic: money}",
        "topic: money, people: many}",
        ("flows/main.yaml:25:64: steps.menu.choices[2].set.people: found 'many', wanted a number"),
    ),
    "variable name reserved": (
        MAIN,
        "into: people",
        "into: value",
        (
            "flows/main.yaml:83:11: steps.guests.into: 'value' is no name for a variable, wanted "
            "small letters, digits, '-' and '_', at most 48, and no word of its own"
        ),
    ),
    "language set by a lookup": (
        MAIN,
        "      name: first_name",
        "      name: first_name\n      language: first_name",
        (
            "flows/main.yaml:42:17: steps.patient.save.language: 'language' is the call's "
            "language: set it with a 'set' step"
        ),
    ),
    "set twice": (
        MAIN,
        "compute: {where: zip}",
        "compute: {where: zip, urgent: zip}",
        (
            "flows/main.yaml:71:35: steps.note.compute.urgent: 'urgent' is set twice, here and "
            "in 'values'"
        ),
    ),
    "nothing set": (
        MAIN,
        "prompt: owes, next: desk}",
        "prompt: owes, next: idle}\n  idle: {kind: set, next: desk}",
        "flows/main.yaml:53:3: steps.idle: nothing is set: give 'values' or 'compute'",
    ),
    "language not spoken": (
        MAIN,
        "set: {language: es",
        "set: {language: fr",
        (
            "flows/main.yaml:25:38: steps.menu.choices[2].set.language: the site does not speak "
            "'fr', only en, es"
        ),
    ),
    "words of a language not spoken": (
        MAIN,
        "words: {en: [front desk]}",
        "words: {fr: [accueil]}",
        (
            "flows/main.yaml:28:30: steps.menu.choices[5].words.fr: the site does not speak "
            "'fr', only en, es"
        ),
    ),
    "argument not given": (
        MAIN,
        "    given: {card: card}\n",
        "",
        "flows/main.yaml:62:3: steps.area.given: the flow 'find' wants 'card': text",
    ),
    "argument of another kind": (
        MAIN,
        "given: {card: card}",
        "given: {card: call.hour}",
        "flows/main.yaml:65:19: steps.area.given.card: found a number, wanted text",
    ),
    "no value": (
        FIND,
        "give: {kind: return, value: zip}",
        "give: {kind: return}",
        "flows/main.yaml:66:11: steps.area.into: the flow 'find' returns no value",
    ),
}
WAYS = {
    "unreachable": (
        MAIN,
        "  rate: {kind",
        "  attic: {kind: hang-up, prompt: bye}\n  rate: {kind",
        "flows/main.yaml:99:3: steps.attic: no step leads here",
    ),
    "a way on is missing": (
        MAIN,
        "  record: {kind: consent, prompt: may-record, next: menu}",
        "  record: {kind: consent, prompt: may-record}",
        "flows/main.yaml:15:3: steps.record.next: 'next' is missing",
    ),
    "a way on is empty": (
        MAIN,
        "prompt: hello, next: record}",
        "prompt: hello, next: }",
        (
            "flows/main.yaml:14:43: steps.hello.next: nothing is given; give a value or leave "
            "out the line"
        ),
    ),
    "loop without wait": (
        MAIN,
        "owed: {kind: say, prompt: owes, next: desk}",
        "owed: {kind: say, prompt: owes, next: owing}",
        (
            "flows/main.yaml:47:3: steps.owing: without any wait this goes round for ever: owing "
            "-> owed -> owing"
        ),
    ),
    "loop in silence": (
        MAIN,
        "    prompt: ask-card\n    next: area\n    otherwise: desk",
        "    prompt: ask-card\n    next: area\n    otherwise: member",
        (
            "flows/main.yaml:53:3: steps.member: a caller who stays silent goes round for ever: "
            "member -> member"
        ),
    ),
    "loop of a message": (
        ENDS,
        "queue: general, next: bye",
        "queue: general, next: closed",
        (
            "shared/ends.yaml:2:3: steps.closed: a caller who stays silent goes round for ever: "
            "closed -> closed"
        ),
    ),
    "only words lead there": (
        MAIN,
        '{digit: "4", intent: refill, goto: guests}',
        "{words: {en: [visit]}, goto: guests}",
        (
            "flows/main.yaml:26:9: steps.menu.choices[3]: only words lead here; give it a "
            "'digit', for not every caller speaks"
        ),
    ),
    "only an intent leads there": (
        MAIN,
        '{digit: "4", intent',
        "{intent",
        (
            "flows/main.yaml:26:9: steps.menu.choices[3]: only words lead here; give it a "
            "'digit', for not every caller speaks"
        ),
    ),
    "branch without cases": (
        MAIN,
        (
            '    cases:\n      - {when: where == "12207" and urgent == "yes", goto: doctor}\n    '
            "otherwise: later"
        ),
        "    cases: []\n    otherwise: doctor",
        "flows/main.yaml:75:5: steps.weighed.cases: a branch needs at least one case",
    ),
    "no choices": (
        MAIN,
        "  rate: {kind: survey, prompt: rating, resolved_prompt: settled, next: bye}",
        "  rate: {kind: ask, prompt: rating, otherwise: bye, choices: []}\n",
        "flows/main.yaml:99:53: steps.rate.choices: a question needs at least one choice",
    ),
    "sub-flow circle": (
        FIND,
        "none: {kind: return}",
        "none: {kind: sub-flow, flow: find, given: {card: card}, next: give}",
        ("flows/find.yaml:11:32: steps.none.flow: flows enter each other for ever: find -> find"),
    ),
    "return in entry": (
        ENDS,
        "bye: {kind: hang-up, prompt: bye}",
        "bye: {kind: return}",
        (
            "shared/ends.yaml:3:15: steps.bye.kind: calls begin with this flow, so there is "
            "nowhere to return to"
        ),
    ),
    "never returns": (
        FIND,
        "  give: {kind: return, value: zip}\n  none: {kind: return}",
        "  give: {kind: hang-up, prompt: bye}\n  none: {kind: hang-up, prompt: bye}",
        (
            "flows/main.yaml:67:11: steps.area.next: the flow 'find' has no step of the kind "
            "'return'"
        ),
    ),
}
PROMPTS = {
    "missing prompt": (
        PROMPTS_FILE,
        'read-back: {en: "{value}. 1 or 2.", es: "{value}. 1 o 2."}\n',
        "",
        (
            "prompts.yaml:1:1: the prompt 'read-back' is missing: the step 'zip' tells callers "
            "with it"
        ),
    ),
    "missing translation": (
        PROMPTS_FILE,
        "hold-on: {en: I look., es: Busco.}",
        "hold-on: {en: I look.}",
        "prompts.yaml:31:1: hold-on: there is no text in 'es'",
    ),
    "prompt in another language": (
        PROMPTS_FILE,
        "es: Busco.",
        "es: Busco., fr: Je cherche.",
        "prompts.yaml:31:36: hold-on.fr: the site does not speak 'fr'",
    ),
    "value nobody sets": (
        PROMPTS_FILE,
        "{name}, you owe",
        "{nam}, you owe",
        (
            "flows/main.yaml:52:29: steps.owed.prompt: the prompt 'owes' says a value here, and "
            "nothing sets 'nam'; did you mean 'name'?"
        ),
    ),
    "value in manner": (
        PROMPTS_FILE,
        "you owe {balance:money}",
        "you owe {name:money}",
        (
            "flows/main.yaml:52:29: steps.owed.prompt: the prompt 'owes' says 'name' as money, "
            "and it is text"
        ),
    ),
    "unknown manner": (
        PROMPTS_FILE,
        "you owe {balance:money}",
        "you owe {balance:mony}",
        (
            "prompts.yaml:32:12: owes.en: 'mony' is no way to say a value, wanted one of digits, "
            "phone, money, spelled; did you mean 'money'?"
        ),
    ),
    "braces": (
        PROMPTS_FILE,
        "you owe {balance:money}",
        "you owe {balance money}",
        (
            "prompts.yaml:32:12: owes.en: a value is written as {name}, or {name:digits}; other "
            "braces mean nothing here"
        ),
    ),
    "value missing in read back": (
        PROMPTS_FILE,
        'right: {en: "{value}. Right?',
        'right: {en: "Right?',
        (
            "flows/main.yaml:34:23: steps.birth.read_back_prompt: the prompt 'right' does not "
            "say {value} in 'en': nothing is read back"
        ),
    ),
    "value in a prompt that reads nothing back": (
        PROMPTS_FILE,
        "hello: {en: Hello.",
        'hello: {en: "Hello {value}."',
        (
            "flows/main.yaml:14:30: steps.hello.prompt: the prompt 'hello' says a value here, "
            "and nothing sets 'value'"
        ),
    ),
}
ANSWERING = {
    "digit twice": (
        MAIN,
        '{digit: "6", words',
        '{digit: "1", words',
        ("flows/main.yaml:28:17: steps.menu.choices[5].digit: '1' is bound already, by choice 1"),
    ),
    "site key": (
        MAIN,
        '{digit: "6", words',
        '{digit: "0", words',
        (
            "flows/main.yaml:28:17: steps.menu.choices[5].digit: '0' means a person everywhere "
            "at this site; choose another"
        ),
    ),
    "no key": (
        MAIN,
        '{digit: "6", words',
        '{digit: "66", words',
        (
            "flows/main.yaml:28:17: steps.menu.choices[5].digit: found '66', wanted one of the "
            "keys 0 1 2 3 4 5 6 7 8 9 * #"
        ),
    ),
    "words twice": (
        MAIN,
        "en: [front desk]",
        "en: [Desk]",
        (
            "flows/main.yaml:28:35: steps.menu.choices[5].words.en[0]: 'Desk' stands already "
            "under choice 1"
        ),
    ),
    "intent twice": (
        MAIN,
        "intent: bill",
        "intent: refill",
        (
            "flows/main.yaml:27:30: steps.menu.choices[4].intent: 'refill' is bound already, by "
            "choice 4"
        ),
    ),
    "nothing chooses": (
        MAIN,
        '{digit: "6", words: {en: [front desk]}, goto: desk}',
        "{goto: desk}",
        (
            "flows/main.yaml:28:9: steps.menu.choices[5]: nothing chooses this: it has neither "
            "'digit' nor 'words' nor 'intent'"
        ),
    ),
    "goto and red flag": (
        MAIN,
        "red_flag: chest}",
        "red_flag: chest, goto: desk}",
        (
            "flows/main.yaml:24:9: steps.menu.choices[1]: wanted exactly one of 'goto' and "
            "'red_flag'"
        ),
    ),
    "no word in words": (
        MAIN,
        "en: [front desk]",
        'en: ["!?"]',
        "flows/main.yaml:28:35: steps.menu.choices[5].words.en[0]: there is no word in '!?'",
    ),
    "answers twice": (
        MAIN,
        "answers: [parking, fax]",
        "answers: [fax, fax]",
        "flows/main.yaml:89:20: steps.questions.answers[1]: 'fax' stands twice",
    ),
    "no answers": (
        MAIN,
        "answers: [parking, fax]",
        "answers: []",
        "flows/main.yaml:89:5: steps.questions.answers: wanted at least one answer",
    ),
    "a keyword of two intents": (
        "intents.yaml",
        "keywords: {en: [bill]",
        "keywords: {en: [refills]",
        "intents.yaml:6:19: bill.keywords.en[0]: 'refills' is a keyword of 'refill' already",
    ),
    "title missing": (
        "intents.yaml",
        "title: {en: a bill, es: una factura}",
        "title: {en: a bill}",
        "intents.yaml:5:3: bill.title: there is no title in 'es'",
    ),
    "answer text missing": (
        "answers.yaml",
        "text: {en: Ask the desk., es: Pregunte en la recepción.}",
        "text: {en: Ask the desk.}",
        "answers.yaml:7:3: fax.text: there is no text in 'es'",
    ),
}
STEPS = {
    "lookup without on_failure": (
        MAIN,
        "    not_found: desk\n    on_failure: desk\n",
        "    not_found: desk\n",
        "flows/main.yaml:36:3: steps.patient.on_failure: 'on_failure' is missing",
    ),
    "a row by nothing": (
        MAIN,
        "    given: {date_of_birth: born, phone: caller.number}\n",
        "",
        "flows/main.yaml:36:3: steps.patient.given: 'given' is missing: which row is wanted?",
    ),
    "placeholder not given": (
        MAIN,
        "    source: patients\n    given: {date_of_birth: born, phone: caller.number}",
        "    source: schedule",
        (
            "flows/main.yaml:36:3: steps.patient.given: 'schedule' asks for 'zip', and it is not "
            "given"
        ),
    ),
    "wrong placeholder": (
        MAIN,
        "    source: patients\n    given: {date_of_birth: born, phone: caller.number}",
        "    source: schedule\n    given: {zap: caller.number, zip: caller.number}",
        (
            "flows/main.yaml:39:18: steps.patient.given.zap: unknown placeholder 'zap'; did you "
            "mean 'zip'?"
        ),
    ),
    "place in answer": (
        MAIN,
        "at: balance,",
        "at: balance..0,",
        (
            "flows/main.yaml:42:7: steps.patient.save.balance: found 'balance..0', wanted a "
            "place such as name.0.given"
        ),
    ),
    "far position in answer": (
        MAIN,
        "at: balance,",
        "at: entry.1000.balance,",
        (
            "flows/main.yaml:42:7: steps.patient.save.balance: found '1000', wanted a position of "
            "at most 3 digits"
        ),
    ),
    "call_back no call-back": (
        MAIN,
        "call_back: later",
        "call_back: doctor",
        (
            "flows/main.yaml:96:16: steps.desk.call_back: 'doctor' is no step of the kind "
            "'call-back'"
        ),
    ),
    "call_back other queue": (
        MAIN,
        "    queue: general\n    prompt: promise",
        "    queue: nurse\n    prompt: promise",
        ("flows/main.yaml:96:16: steps.desk.call_back: 'later' keeps a place in the queue 'nurse'"),
    ),
    "call_back without offer": (
        MAIN,
        "    call_back_prompt: offer\n",
        "",
        (
            "flows/main.yaml:92:3: steps.desk: wanted both 'call_back' and 'call_back_prompt', "
            "or neither"
        ),
    ),
    "digits without number": (
        MAIN,
        "    digits: 4\n",
        "",
        "flows/main.yaml:53:3: steps.member: 'digits' is missing: how many digits are there?",
    ),
    "min above max": (
        MAIN,
        "minimum: 1\n",
        "minimum: 9\n",
        (
            "flows/main.yaml:82:14: steps.guests.maximum: the largest number 8 is below the "
            "smallest 9"
        ),
    ),
}
YAML = {
    "duplicate key": (
        MAIN,
        "    into: card\n",
        "    into: card\n    into: card\n",
        ("flows/main.yaml:58:5: steps.member.into: this key stands twice; the first is on line 57"),
    ),
    "duplicate step": (
        MAIN,
        "  owed: {kind",
        "  owed: {kind: hang-up, prompt: bye}\n  owed: {kind",
        "flows/main.yaml:53:3: steps.owed: this key stands twice; the first is on line 52",
    ),
    "step in shared too": (
        MAIN,
        "  owed: {kind",
        "  bye: {kind: hang-up, prompt: bye}\n  owed: {kind",
        (
            "flows/main.yaml:52:3: steps.bye: a step of this name stands already at "
            "shared/ends.yaml:3:3"
        ),
    ),
    "tab": (
        MAIN,
        "    into: card\n",
        "	into: card\n",
        "flows/main.yaml:57:1: a tab stands in the indentation; use spaces",
    ),
    "empty value": (
        MAIN,
        "    into: card\n",
        "    into:\n",
        (
            "flows/main.yaml:57:10: steps.member.into: nothing is given; give a value or leave "
            "out the line"
        ),
    ),
    "include circle": (
        ENDS,
        "steps:\n",
        "include: ends\nsteps:\n",
        "shared/ends.yaml:1:10: include: these files include each other: ends -> ends",
    ),
    "not closed": (
        MAIN,
        "answers: [parking, fax]",
        "answers: [parking, fax",
        "flows/main.yaml:89:14: the bracket that opens here is not closed",
    ),
    "anchor": (
        MAIN,
        "into: card\n",
        "into: &c card\n",
        (
            "flows/main.yaml:57:11: anchors (&) and aliases (*) are not used here; write it out, "
            "or quote it"
        ),
    ),
}
GROUPS = (SCHEMA, REFERENCES, EXPRESSIONS, VARIABLES, WAYS, PROMPTS, ANSWERING, STEPS, YAML)
MISTAKES = {name: change for group in GROUPS for name, change in group.items()}


@pytest.fixture
def every(tmp_path):
    return every_folder(tmp_path / "site")


def test_the_site_is_right_before_a_mistake_is_planted(every):
    assert every.problems() == every.warnings() == []
    written = {
        type(step) for flow in load_site(every.path).flows.values() for step in flow.steps.values()
    }
    # An 'answers' step is written out as the question that it is.
    assert written == set(KINDS.values()) - {KINDS["answers"]}


def test_no_mistake_is_planted_twice():
    assert len(MISTAKES) == sum(map(len, GROUPS)) >= 100
    assert len({change[:3] for change in MISTAKES.values()}) == len(MISTAKES)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_planted_mistake_is_one_problem_at_its_place(every, mistake):
    *change, told = MISTAKES[mistake]
    assert every.problems_after(*change) == [told]


def test_a_name_that_is_none_is_told_beside_what_misses_it(every):
    assert every.problems_after(MAIN, "  owed: {kind", "  Owed: {kind") == [
        (
            "flows/main.yaml:50:51: steps.owing.cases[0].goto: unknown step 'owed'; "
            "did you mean 'Owed'?"
        ),
        (
            "flows/main.yaml:52:3: steps.Owed: 'Owed' is no name, "
            "wanted small letters, digits and '-', at most 48"
        ),
    ]


def test_each_prompt_of_a_place_in_the_queue_that_is_missing_is_told(every):
    told = every.problems_after(
        MAIN, "    call_back: later", "    say_position: yes\n    call_back: later"
    )
    assert len(told) == 11
    assert told[0] == (
        "prompts.yaml:1:1: the prompt 'position-1' is missing: "
        "the step 'desk' tells callers with it"
    )


# --- triage cannot be gone around: there is nothing to plant ------------------------------------


def test_words_reach_a_flow_as_triage_left_them_or_not_at_all():
    assert [state for state, facts in TABLE.items() if SpeechHeard in facts] == []
    assert SpeechHeard not in INTERPRETED
    assert WordsAssessed in INTERPRETED


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", ["triage", "free_speech", "listen", "grammar"])
def test_no_kind_of_step_takes_a_key_by_which_it_could_listen_by_itself(every, kind, key):
    step = f"  sly: {{kind: {kind}, {key}: no}}\n"
    told = every.problems_after(MAIN, "  owed: {kind", f"{step}  owed: {{kind")
    assert f"flows/main.yaml:52:{{}}: steps.sly.{key}: unknown key '{key}'".format(
        step.index(key) + 1
    ) in {each.partition("; did")[0] for each in told}
