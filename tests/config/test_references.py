"""A name that nothing bears is told where it stands, with the one that was meant."""

import pytest

MISTAKES = {
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
        "calendar.office.open",
        "calendar.ofice.open",
        (
            "flows/main.yaml:6:16: steps.hours.cases[0].when: unknown calendar 'ofice'; "
            "did you mean 'office'?"
        ),
    ),
    "unknown prompt": (
        "flows/main.yaml",
        "    prompt: menu\n",
        "    prompt: manu\n",
        "flows/main.yaml:10:13: steps.menu.prompt: unknown prompt 'manu'; did you mean 'menu'?",
    ),
    "unknown prompt of a question that is repeated": (
        "flows/main.yaml",
        "    prompt: menu\n",
        "    prompt: menu\n    again_prompt: manu\n",
        (
            "flows/main.yaml:11:19: steps.menu.again_prompt: unknown prompt 'manu'; "
            "did you mean 'menu'?"
        ),
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
        "{when: calendar.office.open,",
        "{when: langage == 'es',",
        (
            "flows/main.yaml:6:16: steps.hours.cases[0].when: nothing sets 'langage'; "
            "did you mean 'language'?"
        ),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_one_mistake_is_one_problem_at_its_line(site, mistake):
    *change, told = MISTAKES[mistake]
    assert site.problems_after(*change) == [told]


def test_a_misspelt_step_does_not_make_what_follows_look_unreachable(site):
    (problem,) = site.problems_after("flows/main.yaml", "open, goto: menu}", "open, goto: menue}")
    assert problem == (
        "flows/main.yaml:6:44: steps.hours.cases[0].goto: unknown step 'menue'; "
        "did you mean 'menu'?"
    )


def test_a_step_that_was_never_meant_leaves_what_follows_unreachable(site):
    site.replace("flows/main.yaml", "open, goto: menu}", "open, goto: lunch-break}")
    first, *rest = site.problems()
    assert first == "flows/main.yaml:6:44: steps.hours.cases[0].goto: unknown step 'lunch-break'"
    assert {each.partition(": ")[2] for each in rest} == {
        "steps.menu: no step leads here",
        "steps.general: no step leads here",
        "steps.doctor: no step leads here",
    }


def test_words_that_choose_a_misspelt_step_are_told_once(site):
    site.replace("flows/main.yaml", "[front desk]}, goto: general}", "[front desk]}, goto: genral}")
    (problem,) = site.problems()
    assert problem.endswith("unknown step 'genral'; did you mean 'general'?")


def test_an_empty_name_is_no_name(site):
    site.replace("queues.yaml", "skill: general}", "skill: ''}")
    site.replace("site.yaml", "{es: spanish}", "{es: ''}")
    assert site.problems() == [
        "queues.yaml:3:20: general.skills[0].skill: unknown skill ''",
        "site.yaml:5:23: language_skills.es: unknown skill ''",
    ]


def test_the_step_after_two_empty_messages_is_a_step_like_any_other(site):
    site.replace(
        "flows/main.yaml",
        "    kind: transfer\n    destination: doctor\n    prompt: bye\n",
        "    kind: message\n    queue: general\n    prompt: bye\n    silent_goto: later\n"
        "  later: {kind: hang-up, prompt: bye}\n",
    )
    assert site.problems() == []
    site.replace("flows/main.yaml", "silent_goto: later", "silent_goto: latter")
    first, *_ = site.problems()
    assert first == (
        "flows/main.yaml:23:18: steps.doctor.silent_goto: unknown step 'latter'; "
        "did you mean 'later'?"
    )
