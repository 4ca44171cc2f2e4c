"""Each check: one mistake planted in a small site gives exactly one problem, at its line."""

import pytest

from config.load import check, load_site


def test_the_small_site_is_right_as_it_stands(site):
    assert site.problems() == []
    assert site.warnings() == []


MISTAKES = {
    "unknown key": (
        "queues.yaml",
        "  title: Everything\n",
        "  title: Everything\n  priorty: 3\n",
        "queues.yaml:3:3: general.priorty: unknown key 'priorty'; did you mean 'priority'?",
    ),
    "misspelt key is not missed as well": (
        "queues.yaml",
        "  title: Everything\n",
        "  tittle: Everything\n",
        "queues.yaml:2:3: general.tittle: unknown key 'tittle'; did you mean 'title'?",
    ),
    "missing key": (
        "queues.yaml",
        "  title: Everything\n",
        "",
        "queues.yaml:1:1: general.title: 'title' is missing",
    ),
    "an id beside the key": (
        "queues.yaml",
        "  title: Everything\n",
        "  title: Everything\n  id: other\n",
        "queues.yaml:3:3: general.id: unknown key 'id'",
    ),
    "duplicate key": (
        "queues.yaml",
        "  title: Nurse\n",
        "  title: Nurse\n  title: Nurses\n",
        "queues.yaml:6:3: nurse.title: this key stands twice; the first is on line 5",
    ),
    "text where a number belongs": (
        "queues.yaml",
        "  title: Everything\n",
        "  title: Everything\n  wrap_up_s: soon\n",
        "queues.yaml:3:14: general.wrap_up_s: found 'soon', wanted a number",
    ),
    "not a finite number": (
        "queues.yaml",
        "  title: Everything\n",
        "  title: Everything\n  wrap_up_s: .inf\n",
        "queues.yaml:3:14: general.wrap_up_s: found '.inf', wanted a number",
    ),
    "priority out of range": (
        "queues.yaml",
        "  title: Everything\n",
        "  title: Everything\n  priority: 12\n",
        "queues.yaml:3:13: general.priority: found 12, wanted 1 to 9",
    ),
    "negative timeout": (
        "queues.yaml",
        "  title: Everything\n",
        "  title: Everything\n  ring_timeout_s: -5\n",
        "queues.yaml:3:19: general.ring_timeout_s: found -5, wanted 3 to 120",
    ),
    "level out of range": (
        "agents.yaml",
        "{nurse: 4, spanish: 5}",
        "{nurse: 6, spanish: 5}",
        "agents.yaml:3:19: ana.skills.nurse: found 6, wanted 1 to 5",
    ),
    "a list where a mapping belongs": (
        "agents.yaml",
        "{nurse: 4, spanish: 5}",
        "[nurse, spanish]",
        "agents.yaml:3:3: ana.skills: found a list, wanted a mapping of 'key: value'",
    ),
    "nothing after a key": (
        "agents.yaml",
        "  name: Ana\n",
        "  name:\n",
        "agents.yaml:2:8: ana.name: nothing is given; give a value or leave out the line",
    ),
    "yes or no": (
        "site.yaml",
        "    user: small\n",
        "    user: small\n    register: perhaps\n",
        "site.yaml:18:15: sip.trunk.register: found 'perhaps', wanted yes or no",
    ),
    "not a name": (
        "agents.yaml",
        "bo:\n",
        "Bo B:\n",
        (
            "agents.yaml:4:1: Bo B: 'Bo B' is no name, wanted small letters, digits and '-', at "
            "most 48"
        ),
    ),
    # --- references
    "unknown step": (
        "flows/main.yaml",
        "equals: open, goto: menu}",
        "equals: open, goto: menue}",
        None,
    ),
    "unknown queue": (
        "flows/main.yaml",
        "    queue: general\n",
        "    queue: genral\n",
        (
            "flows/main.yaml:18:12: steps.general.queue: unknown queue 'genral'; "
            "did you mean 'general'?"
        ),
    ),
    "unknown skill of a queue": (
        "queues.yaml",
        "skill: general}",
        "skill: generl}",
        (
            "queues.yaml:3:20: general.skills[0].skill: unknown skill 'generl'; did you mean "
            "'general'?"
        ),
    ),
    "unknown skill of a step": (
        "flows/main.yaml",
        "    queue: general\n",
        "    queue: general\n    skills: [{skill: genral}]\n",
        (
            "flows/main.yaml:19:22: steps.general.skills[0].skill: unknown skill 'genral'; "
            "did you mean 'general'?"
        ),
    ),
    "unknown skill of a language": (
        "site.yaml",
        "{es: spanish}",
        "{es: spannish}",
        "site.yaml:5:23: language_skills.es: unknown skill 'spannish'; did you mean 'spanish'?",
    ),
    "unknown calendar": (
        "flows/main.yaml",
        "calendar: office",
        "calendar: ofice",
        (
            "flows/main.yaml:6:20: steps.hours.cases[0].calendar: unknown calendar 'ofice'; "
            "did you mean 'office'?"
        ),
    ),
    "unknown prompt": (
        "flows/main.yaml",
        "    prompt: menu\n",
        "    prompt: manu\n",
        "flows/main.yaml:10:13: steps.menu.prompt: unknown prompt 'manu'; did you mean 'menu'?",
    ),
    "unknown outside destination": (
        "flows/main.yaml",
        "destination: doctor",
        "destination: docter",
        (
            "flows/main.yaml:21:18: steps.doctor.destination: unknown outside name 'docter'; "
            "did you mean 'doctor'?"
        ),
    ),
    "unknown on-call destination": (
        "site.yaml",
        "on_call: doctor",
        "on_call: docter",
        "site.yaml:9:10: on_call: unknown outside name 'docter'; did you mean 'doctor'?",
    ),
    "unknown protocol rule": (
        "flows/main.yaml",
        "red_flag: chest}",
        "red_flag: chess}",
        (
            "flows/main.yaml:13:32: steps.menu.choices[1].red_flag: unknown protocol rule 'chess'; "
            "did you mean 'chest'?"
        ),
    ),
    "unknown language of words": (
        "flows/main.yaml",
        "{en: [desk]}",
        "{en: [desk], e: [mesa]}",
        (
            "flows/main.yaml:12:42: steps.menu.choices[0].words.e: the site does not speak 'e', "
            "only en, es; did you mean 'es'?"
        ),
    ),
    "unknown language to set": (
        "flows/main.yaml",
        "{language: es}",
        "{language: fr}",
        (
            "flows/main.yaml:14:38: steps.menu.choices[2].set.language: the site does not speak "
            "'fr', "
            "only en, es"
        ),
    ),
    "unknown flow": (
        "site.yaml",
        "entry_flow: main",
        "entry_flow: mian",
        "site.yaml:6:13: entry_flow: unknown flow 'mian'; did you mean 'main'?",
    ),
    "unknown person queue": (
        "site.yaml",
        "person_queue: general",
        "person_queue: generals",
        "site.yaml:7:15: person_queue: unknown queue 'generals'; did you mean 'general'?",
    ),
    "unknown kind of step": (
        "flows/main.yaml",
        "    kind: hang-up\n",
        "    kind: hangup\n",
        "flows/main.yaml:24:11: steps.bye.kind: unknown kind 'hangup'; did you mean 'hang-up'?",
    ),
    "unknown variable": (
        "flows/main.yaml",
        "{calendar: office, equals: open,",
        "{variable: langage, equals: es,",
        (
            "flows/main.yaml:6:20: steps.hours.cases[0].variable: no step sets the variable "
            "'langage'; "
            "did you mean 'language'?"
        ),
    ),
    "a calendar is open or closed": (
        "flows/main.yaml",
        "equals: open",
        "equals: opened",
        "flows/main.yaml:6:36: steps.hours.cases[0].equals: found 'opened', wanted open or closed",
    ),
    # --- prompts
    "missing translation": (
        "prompts.yaml",
        "{en: Press 1 or 2., es: Oprima 1 o 2.}",
        "{en: Press 1 or 2.}",
        "prompts.yaml:10:1: menu: there is no text in 'es'",
    ),
    "missing built-in prompt": (
        "prompts.yaml",
        "nurse-wait: {en: A nurse., es: Una enfermera.}\n",
        "",
        "prompts.yaml:1:1: the prompt 'nurse-wait' is missing: every site needs it",
    ),
    "missing triage question": (
        "prompts.yaml",
        "triage-happening-now: {en: Now?, es: ¿Ahora?}\n",
        "",
        "prompts.yaml:1:1: the prompt 'triage-happening-now' is missing: a triage rule asks it",
    ),
    "missing recording notice": (
        "prompts.yaml",
        "recording-notice: {en: Recorded., es: Grabada.}\n",
        "",
        "prompts.yaml:1:1: the prompt 'recording-notice' is missing: it announces the recording",
    ),
    "the advice must name 911": (
        "prompts.yaml",
        "Marque el nueve uno uno.",
        "Marque el número.",
        (
            "prompts.yaml:1:42: advice-911.es: the advice does not name 911; "
            "write it as digits, or as words"
        ),
    ),
    "an empty prompt": (
        "prompts.yaml",
        "{en: Press 1 or 2.,",
        "{en: '  ',",
        "prompts.yaml:10:12: menu.en: the prompt says nothing",
    ),
    # --- the ways through a flow
    "unreachable step": (
        "flows/main.yaml",
        "  bye:\n    kind",
        "  attic: {kind: hang-up, prompt: bye}\n  bye:\n    kind",
        "flows/main.yaml:23:3: steps.attic: no step leads here",
    ),
    "digit bound twice": (
        "flows/main.yaml",
        '{digit: "2", red_flag',
        '{digit: "1", red_flag',
        "flows/main.yaml:13:17: steps.menu.choices[1].digit: '1' is bound already, by choice 1",
    ),
    "digit of the site": (
        "flows/main.yaml",
        '{digit: "2", red_flag',
        '{digit: "9", red_flag',
        (
            "flows/main.yaml:13:17: steps.menu.choices[1].digit: '9' means an emergency "
            "everywhere at "
            "this site; choose another"
        ),
    ),
    "no key of a phone": (
        "flows/main.yaml",
        '{digit: "2", red_flag',
        '{digit: "22", red_flag',
        (
            "flows/main.yaml:13:17: steps.menu.choices[1].digit: found '22', wanted one of the "
            "keys "
            "0 1 2 3 4 5 6 7 8 9 * #"
        ),
    ),
    "neither digit nor words": (
        "flows/main.yaml",
        '{digit: "2", red_flag',
        "{red_flag",
        (
            "flows/main.yaml:13:9: steps.menu.choices[1]: nothing chooses this: "
            "it has neither 'digit' nor 'words'"
        ),
    ),
    "a choice that goes nowhere": (
        "flows/main.yaml",
        '{digit: "2", red_flag: chest}',
        '{digit: "2"}',
        "flows/main.yaml:13:9: steps.menu.choices[1]: wanted exactly one of 'goto' and 'red_flag'",
    ),
    "words that choose two answers": (
        "flows/main.yaml",
        "{en: [front desk]}",
        "{en: [Front  Desk, DESK]}",
        (
            "flows/main.yaml:15:36: steps.menu.choices[3].words.en[1]: 'DESK' stands already under "
            "choice 1"
        ),
    ),
    "only words lead there": (
        "flows/main.yaml",
        '{digit: "3", set: {language: es}, goto: doctor}',
        "{words: {en: [doctor]}, goto: doctor}",
        (
            "flows/main.yaml:14:9: steps.menu.choices[2]: only words lead here; give it a 'digit', "
            "for not every caller speaks"
        ),
    ),
    "a loop without a wait": (
        "flows/main.yaml",
        "    otherwise: bye\n",
        "    otherwise: round\n  round: {kind: say, prompt: bye, next: hours}\n",
        None,
    ),
    "unknown first step": (
        "flows/main.yaml",
        "start: hours",
        "start: hour",
        "flows/main.yaml:1:8: start: unknown step 'hour'; did you mean 'hours'?",
    ),
    # --- people
    "nobody has the level": (
        "queues.yaml",
        "{skill: general}",
        "{skill: general, level: 4}",
        "queues.yaml:1:1: general: no agent has general 4: callers in 'en' would never be answered",
    ),
    "nobody speaks the language": (
        "agents.yaml",
        "{general: 3, spanish: 2}",
        "{general: 3}",
        (
            "queues.yaml:1:1: general: no agent has general 1, spanish 1: "
            "callers in 'es' would never be answered"
        ),
    ),
    "a nurse queue for anybody": (
        "queues.yaml",
        "{skill: nurse}",
        "{skill: spanish}",
        "queues.yaml:6:3: nurse.skills: red flags come here, so it must need the skill 'nurse'",
    ),
    "the same person twice": (
        "agents.yaml",
        "name: Bo\n",
        "name: ANA\n",
        "agents.yaml:5:9: bo.name: 'ANA' stands already as agent 'ana'",
    ),
    # --- time
    "hours that end before they begin": (
        "calendars.yaml",
        "13:00-17:30",
        "17:30-13:00",
        (
            "calendars.yaml:3:27: office.week.monday[1]: '17:30-13:00' ends before it begins; "
            "hours past midnight belong to the next day"
        ),
    ),
    "hours that overlap": (
        "calendars.yaml",
        "13:00-17:30",
        "11:00-17:30",
        "calendars.yaml:3:27: office.week.monday[1]: '11:00-17:30' overlaps other hours of the day",
    ),
    "no time of day": (
        "calendars.yaml",
        "13:00-17:30",
        "13:00-25:00",
        (
            "calendars.yaml:3:27: office.week.monday[1]: '13:00-25:00' is no time of day, "
            "wanted up to 24:00"
        ),
    ),
    "no hours": (
        "calendars.yaml",
        "13:00-17:30",
        "1pm to 5pm",
        (
            "calendars.yaml:3:27: office.week.monday[1]: found '1pm to 5pm', "
            "wanted hours like 08:00-17:30"
        ),
    ),
    "no weekday": (
        "calendars.yaml",
        "    monday:",
        "    mondy:",
        "calendars.yaml:3:5: office.week.mondy: unknown weekday 'mondy'; did you mean 'monday'?",
    ),
    "no date": (
        "calendars.yaml",
        "2026-12-25",
        "2026-12-32",
        (
            "calendars.yaml:5:5: office.holidays.2026-12-32: found '2026-12-32', "
            "wanted a date like 2026-12-25"
        ),
    ),
    "bad time zone": (
        "site.yaml",
        "America/New_York",
        "America/New_Yrok",
        (
            "site.yaml:3:12: time_zone: unknown time zone 'America/New_Yrok', wanted one such as "
            "'America/New_York'; did you mean 'America/New_York'?"
        ),
    ),
    "bad time zone of a calendar": (
        "calendars.yaml",
        "  week:",
        "  zone: Mars\n  week:",
        (
            "calendars.yaml:2:9: office.zone: unknown time zone 'Mars', wanted one such as "
            "'America/New_York'"
        ),
    ),
    # --- the line
    "feature codes that collide": (
        "site.yaml",
        "id: small\n",
        "id: small\nfeatures: {on_break: '*11'}\n",
        "site.yaml:2:22: features.on_break: '*11' means ready already",
    ),
    "a feature code within another": (
        "site.yaml",
        "id: small\n",
        "id: small\nfeatures: {escalate: '*1', ready: '*14'}\n",
        None,
    ),
    "no feature code": (
        "site.yaml",
        "id: small\n",
        "id: small\nfeatures: {escalate: '99'}\n",
        "site.yaml:2:22: features.escalate: found '99', wanted a code like *11",
    ),
    "one key for two things": (
        "site.yaml",
        "id: small\n",
        "id: small\nkeys: {emergency: '0'}\n",
        "site.yaml:2:19: keys.emergency: '0' means person already",
    ),
    "no address": (
        "site.yaml",
        "sip:\n",
        "sip:\n  listen: localhost:5060\n",
        (
            "site.yaml:14:11: sip.listen: found 'localhost:5060', "
            "wanted address:port such as 127.0.0.1:5060"
        ),
    ),
    "every address needs one to advertise": (
        "site.yaml",
        "sip:\n",
        "sip:\n  listen: 0.0.0.0:5060\n",
        (
            "site.yaml:14:11: sip.listen: listening on every address needs 'advertise', "
            "the address phones reach"
        ),
    ),
    "no network": (
        "site.yaml",
        "sip:\n",
        "sip:\n  allow: [10.0.0.1/8]\n",
        "site.yaml:14:11: sip.allow[0]: found '10.0.0.1/8', wanted a network such as 192.0.2.0/24",
    ),
    "port out of range": (
        "site.yaml",
        "sip:\n",
        "sip:\n  media_ports: [20000, 99999]\n",
        "site.yaml:14:24: sip.media_ports[1]: found 99999, wanted 1024 to 65535",
    ),
    "ports reversed": (
        "site.yaml",
        "sip:\n",
        "sip:\n  media_ports: [30000, 20000]\n",
        "site.yaml:14:3: sip.media_ports: the last port 20000 is below the first 30000",
    ),
    "too few ports": (
        "site.yaml",
        "sip:\n",
        "sip:\n  media_ports: [20000, 20010]\n",
        (
            "site.yaml:14:3: sip.media_ports: 11 ports are too few, "
            "wanted 4 for each call and reserved channel"
        ),
    ),
    "one port alone": (
        "site.yaml",
        "sip:\n",
        "sip:\n  media_ports: [20000]\n",
        "site.yaml:14:3: sip.media_ports: too few values, wanted a list of 2",
    ),
    "not to be dialled": (
        "site.yaml",
        'doctor: "+12025550143"',
        "doctor: call me",
        (
            "site.yaml:11:11: outside.doctor: this cannot be dialled, "
            "wanted a number like '+15555550100' or a SIP URI"
        ),
    ),
    "consent": (
        "site.yaml",
        "id: small\n",
        "id: small\nrecording: {consent: announce}\n",
        (
            "site.yaml:2:22: recording.consent: found 'announce', wanted announced or asked or "
            "never; "
            "did you mean 'announced'?"
        ),
    ),
    # --- protocols
    "unknown concept": (
        "protocols/heart.yaml",
        "all: [chest-pain]",
        "all: [chestpain]",
        (
            "protocols/heart.yaml:18:11: rules[0].all[0]: unknown concept 'chestpain'; "
            "did you mean 'chest-pain'?"
        ),
    ),
    "unknown word class": (
        "protocols/heart.yaml",
        "- <chest> pain",
        "- <chst> pain",
        (
            "protocols/heart.yaml:11:11: concepts[0].phrases.en[0]: unknown word class 'chst'; "
            "did you mean 'chest'?"
        ),
    ),
    "a phrase of too many readings": (
        "protocols/heart.yaml",
        "- <chest> pain",
        "- a & b & c & d & e & f & g & h & i & j & k & l",
        (
            "protocols/heart.yaml:11:11: concepts[0].phrases.en[0]: the phrase can be read in too "
            "many ways; write several phrases instead"
        ),
    ),
    "unknown disposition": (
        "protocols/heart.yaml",
        "disposition: 911-now",
        "disposition: 911",
        None,
    ),
    "a failing example": (
        "protocols/heart.yaml",
        "        - my bill is wrong\n",
        "        - I have chest pain today\n",
        (
            "protocols/heart.yaml:25:11: rules[0].examples.negative[1]: "
            "this negative example is flagged"
        ),
    ),
    "approved by nobody": (
        "protocols/heart.yaml",
        "approved_by: Dr. Lee\n",
        "",
        (
            "protocols/heart.yaml:3:9: status: an approved protocol names its clinician in "
            "'approved_by'"
        ),
    ),
    "a rule defined twice": (
        "protocols/heart.yaml",
        "concepts:\n",
        "concepts:\n  - {id: chest-pain, phrases: {en: [heart attack]}}\n",
        (
            "protocols/heart.yaml:9:9: concepts[1].id: 'chest-pain' is defined already, "
            "in protocols/heart.yaml"
        ),
    ),
}


@pytest.mark.parametrize("mistake", [name for name, each in MISTAKES.items() if each[3]])
def test_one_mistake_is_one_problem_at_its_line(site, mistake):
    file, old, new, told = MISTAKES[mistake]
    site.replace(file, old, new)
    assert site.problems() == [told]


def test_an_unknown_step_leaves_the_step_that_was_meant_unreachable(site):
    site.replace(*MISTAKES["unknown step"][:3])
    first, *rest = site.problems()
    assert first == (
        "flows/main.yaml:6:48: steps.hours.cases[0].goto: unknown step 'menue'; "
        "did you mean 'menu'?"
    )
    assert {each.partition(": ")[2] for each in rest} == {
        "steps.menu: no step leads here",
        "steps.general: no step leads here",
        "steps.doctor: no step leads here",
    }


def test_a_loop_without_a_wait_is_told_once_with_its_way_round(site):
    site.replace(*MISTAKES["a loop without a wait"][:3])
    (loop,) = (each for each in site.problems() if "round for ever" in each)
    assert loop == (
        "flows/main.yaml:3:3: steps.hours: without any wait this goes round for ever: "
        "hours -> round -> hours"
    )


def test_silence_that_leads_back_to_its_own_question_is_told(site):
    site.replace(
        "flows/main.yaml", "    prompt: menu\n", "    prompt: menu\n    otherwise: hours\n"
    )
    site.replace("flows/main.yaml", "    otherwise: bye\n", "    otherwise: menu\n")
    assert site.problems()[0] == (
        "flows/main.yaml:3:3: steps.hours: a caller who stays silent goes round for ever: "
        "hours -> menu -> hours"
    )


def test_a_feature_code_within_another_is_told_for_each_that_it_hides(site):
    site.replace(*MISTAKES["a feature code within another"][:3])
    problems = site.problems()
    assert len(problems) == 3
    assert all("cannot be told from" in each for each in problems)


def test_an_unknown_disposition_lists_the_ones_there_are(site):
    site.replace(*MISTAKES["unknown disposition"][:3])
    assert site.problems() == [
        (
            "protocols/heart.yaml:17:18: rules[0].disposition: found '911', "
            "wanted one of 911-now, 988-now, nurse-now, same-day, routine"
        )
    ]


def test_a_key_that_answers_triage_is_none_of_the_sites(site):
    site.replace("site.yaml", "id: small\n", "id: small\nkeys: {person: '1'}\n")
    assert "site.yaml:2:16: keys.person: '1' answers triage's yes/no questions" in site.problems()


def test_no_nurse_at_all_is_told_at_the_nurse_queue(site):
    site.replace("agents.yaml", "nurse: 4, ", "")
    assert (
        "queues.yaml:4:1: nurse: no agent is a nurse; a red flag would be answered by nobody"
        in (site.problems())
    )


def test_a_broken_step_does_not_make_its_neighbours_look_unreachable(site):
    site.replace("flows/main.yaml", "    prompt: menu\n", "    prompt: menu\n    attempts: many\n")
    assert site.problems() == [
        "flows/main.yaml:11:15: steps.menu.attempts: found 'many', wanted a whole number"
    ]


def test_an_unreadable_file_is_one_problem_and_its_names_are_not_called_dangling(site):
    site.write("queues.yaml", "general: [\n")
    (problem,) = site.problems()
    assert problem.startswith("queues.yaml:2:1: ")


def test_a_missing_file_is_one_problem(site):
    (site.path / "calendars.yaml").unlink()
    assert site.problems() == ["calendars.yaml:1:1: the file is missing"]


def test_a_site_without_flows_or_protocols_is_told_so(site):
    (site.path / "protocols/heart.yaml").unlink()
    assert "protocols/:1:1: wanted at least one file, such as protocols/main.yaml" in (
        site.problems()
    )


def test_a_secret_that_is_not_there_is_told_without_its_name(site):
    assert site.problems(secret_names={"trunk/password"}) == []
    (problem,) = site.problems(secret_names={"other"})
    assert problem == (
        "site.yaml:18:22: sip.trunk.password_secret: "
        "the file of secrets holds no secret of this name"
    )


def test_a_password_in_place_of_its_name_is_never_shown(site):
    site.replace("site.yaml", "password_secret: trunk/password", "password_secret: 'Tr0ub4dor&3'")
    (problem,) = site.problems()
    assert "this is no name of a secret" in problem
    assert "Tr0ub4dor" not in problem


# --- what is allowed and should be looked at ----------------------------------------------------


def test_a_fallback_number_outside_the_outbound_plan_is_a_warning(site):
    site.replace("site.yaml", '["+1202555*"]', '["+12025550143"]')
    assert site.problems() == []
    assert site.warnings() == [
        (
            "site.yaml:12:18: fallback_number: the outbound plan (sip.outbound) does not permit "
            "this, "
            "so it is never dialled"
        )
    ]


def test_no_fallback_number_is_a_warning(site):
    site.replace("site.yaml", 'fallback_number: "+12025550199"\n', "")
    (warning,) = site.warnings()
    assert "no 'fallback_number'" in warning


def test_a_later_questions_words_that_an_optional_one_keeps_to_itself_are_a_warning(site):
    site.replace(
        "flows/main.yaml",
        "    prompt: menu\n    choices:\n",
        "    prompt: menu\n    silent_goto: later\n    choices:\n",
    )
    site.replace(
        "flows/main.yaml",
        "  general:\n",
        "  later: {kind: say, prompt: bye, next: asked}\n"
        "  asked:\n"
        "    kind: ask\n"
        "    prompt: menu\n"
        "    choices:\n"
        '      - {digit: "1", words: {en: [help desk, desk, the front desk]}, goto: bye}\n'
        '      - {digit: "2", words: {en: [the desk]}, goto: general}\n'
        "  general:\n",
    )
    assert site.problems() == []
    asked = "means the question 'asked', and is taken to have said"
    assert site.warnings() == [
        (
            "flows/main.yaml:13:35: steps.menu.choices[0].words.en[0]: who says 'help desk' here "
            f"{asked} 'desk'"
        ),
        (
            "flows/main.yaml:16:23: steps.menu.choices[3].words.en[0]: who says 'the front desk' "
            f"here {asked} 'front desk'"
        ),
    ]


def test_words_of_a_question_too_far_on_to_be_carried_to_are_no_warning(site):
    site.replace(
        "flows/main.yaml",
        "    prompt: menu\n    choices:\n",
        "    prompt: menu\n    silent_goto: second\n    choices:\n",
    )
    step = (
        "  {}:\n    kind: ask\n    prompt: menu\n"
        "    choices: [{{digit: '1', words: {{en: [{}]}}, goto: {}}}]\n"
    )
    site.replace(
        "flows/main.yaml",
        "  general:\n",
        step.format("second", "two", "third")
        + step.format("third", "three", "fourth")
        + step.format("fourth", "help desk", "bye")
        + "  general:\n",
    )
    assert site.problems() == []
    assert site.warnings() == []


def test_a_site_that_asks_for_consent_needs_the_question_and_not_the_notice(site):
    site.replace("site.yaml", "id: small\n", "id: small\nrecording: {consent: asked}\n")
    missing = "prompts.yaml:1:1: the prompt 'recording-question' is missing: it asks whether"
    (problem,) = site.problems()
    assert problem.startswith(missing)
    site.replace(
        "prompts.yaml",
        "recording-notice: {en: Recorded., es: Grabada.}",
        "recording-question: {en: Record?, es: ¿Grabar?}",
    )
    assert site.problems() == site.warnings() == []
    rules = load_site(site.path).rules
    assert (rules.recording_notice, rules.recording_question) == (None, "recording-question")


@pytest.mark.parametrize("consent", ["announced", "asked", "never"])
def test_the_prompts_of_the_other_consent_rules_may_stay(site, consent):
    site.replace("site.yaml", "id: small\n", f"id: small\nrecording: {{consent: {consent}}}\n")
    question = "recording-question: {en: Record?, es: ¿Grabar?}"
    site.replace("prompts.yaml", "\nbye: {", f"\n{question}\nbye: {{")
    assert site.problems() == site.warnings() == []


def test_a_message_step_without_a_next_one_ends_the_call(site):
    site.replace(
        "flows/main.yaml",
        "  doctor:\n    kind: transfer\n    destination: doctor\n    prompt: bye\n",
        "  doctor: {kind: message, queue: general, prompt: bye}\n",
    )
    assert site.problems() == []


def test_a_sample_protocol_is_a_warning_that_names_who_must_approve_it(site):
    site.replace(
        "protocols/heart.yaml", "status: approved\napproved_by: Dr. Lee\n", "status: sample\n"
    )
    assert site.warnings() == [
        "protocols/heart.yaml:3:9: status: a sample; Dr. Lee must approve this version"
    ]
    assert site.problems() == []


def test_a_prompt_that_nothing_says_is_a_warning(site):
    site.replace("prompts.yaml", "\nbye: {", "\nspare: {en: Hi., es: Hola.}\nbye: {")
    assert site.warnings() == ["prompts.yaml:11:1: spare: nothing says this prompt"]


def test_a_skill_that_nothing_needs_is_a_warning(site):
    site.replace("agents.yaml", "{general: 3, ", "{general: 3, knitting: 2, ")
    assert site.warnings() == ["agents.yaml:6:24: bo.skills.knitting: nothing needs this skill"]


def test_a_file_that_is_not_read_is_a_warning(site):
    site.write("queue.yaml", "a: b\n")
    site.write("flows/late.yml", "a: b\n")
    assert site.warnings() == [
        "flows/late.yml:1:1: not read; its name must end in .yaml",
        "queue.yaml:1:1: not read; did you mean 'queues.yaml'?",
    ]


def test_warnings_stand_in_the_site_that_was_loaded(site):
    site.replace("agents.yaml", "{general: 3, ", "{general: 3, knitting: 2, ")
    assert load_site(site.path).warnings == tuple(map(str, check(site.path)[1]))
