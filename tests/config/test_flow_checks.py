"""What can be wrong within a flow: dead ends, circles, keys and words that collide."""

import pytest

MISTAKES = {
    "a calendar is open, or has a holiday": (
        "flows/main.yaml",
        "calendar.office.open",
        "calendar.office.opened",
        (
            "flows/main.yaml:6:16: steps.hours.cases[0].when: nothing sets "
            "'calendar.office.opened'; did you mean 'calendar.office.open'?"
        ),
    ),
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
            "it has neither 'digit' nor 'words' nor 'intent'"
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
    "unknown first step": (
        "flows/main.yaml",
        "start: hours",
        "start: hour",
        "flows/main.yaml:1:8: start: unknown step 'hour'; did you mean 'hours'?",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_one_mistake_is_one_problem_at_its_line(site, mistake):
    *change, told = MISTAKES[mistake]
    assert site.problems_after(*change) == [told]


def test_a_loop_without_a_wait_is_told_once_with_its_way_round(site):
    site.replace(
        "flows/main.yaml",
        "    otherwise: bye\n",
        "    otherwise: round\n  round: {kind: say, prompt: bye, next: hours}\n",
    )
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


@pytest.mark.parametrize("way", ["next", "silent_goto"])
def test_silence_that_leads_from_a_message_back_to_its_question_is_told(site, way):
    site.replace(
        "flows/main.yaml", "    prompt: menu\n", "    prompt: menu\n    otherwise: doctor\n"
    )
    site.replace(
        "flows/main.yaml",
        "    kind: transfer\n    destination: doctor\n    prompt: bye\n",
        f"    kind: message\n    queue: general\n    prompt: bye\n    {way}: menu\n",
    )
    (problem,) = site.problems()
    assert problem == (
        "flows/main.yaml:8:3: steps.menu: a caller who stays silent goes round for ever: "
        "menu -> doctor -> menu"
    )


def test_a_broken_step_does_not_make_its_neighbours_look_unreachable(site):
    site.replace("flows/main.yaml", "    prompt: menu\n", "    prompt: menu\n    attempts: many\n")
    assert site.problems() == [
        "flows/main.yaml:11:15: steps.menu.attempts: found 'many', wanted a whole number"
    ]


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
    assert [each for each in site.warnings() if asked in each] == [
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
    assert not [each for each in site.warnings() if "taken to have said" in each]


def test_a_message_step_without_a_next_one_ends_the_call(site):
    site.replace(
        "flows/main.yaml",
        "  doctor:\n    kind: transfer\n    destination: doctor\n    prompt: bye\n",
        "  doctor: {kind: message, queue: general, prompt: bye}\n",
    )
    assert site.problems() == []


def test_a_rule_that_leaves_the_question_to_a_flow_wants_a_flow_that_asks_it(site):
    site.replace("site.yaml", "id: small\n", "id: small\nrecording: {consent: in-flow}\n")
    assert (
        "site.yaml:2:22: recording.consent: no step of the kind 'consent' asks for it: "
        "no call is ever recorded"
    ) in site.warnings()
    site.replace(
        "flows/main.yaml",
        "    otherwise: bye\n",
        "    otherwise: may-we\n  may-we: {kind: consent, prompt: menu, next: bye}\n",
    )
    assert site.problems() == []
    assert not [each for each in site.warnings() if "consent" in each]


def test_nobody_is_asked_for_consent_where_nothing_is_ever_recorded(site):
    site.replace("site.yaml", "id: small\n", "id: small\nrecording: {consent: never}\n")
    site.replace(
        "flows/main.yaml",
        "    otherwise: bye\n",
        "    otherwise: may-we\n  may-we: {kind: consent, prompt: menu, next: bye}\n",
    )
    assert [each for each in site.warnings() if "nobody need be asked" in each]


ANSWER = """\
parking:
  title: {en: parking, es: estacionamiento}
  text: {en: Behind the house., es: Detrás de la casa.}
  keywords: {en: [parking], es: [estacionar]}
"""
SAYS_IT = """\
  tell: {kind: say, prompt: answer.parking, next: bye}
"""


def test_a_step_may_say_an_answer_by_its_name_and_a_misspelt_one_is_told(site):
    site.write("answers.yaml", ANSWER)
    site.replace(
        "flows/main.yaml", "    prompt: bye\n  bye:\n", "    prompt: bye\n" + SAYS_IT + "  bye:\n"
    )
    site.replace("flows/main.yaml", "otherwise: bye\n", "otherwise: tell\n")
    assert site.problems() == []
    (problem, *_) = site.problems_after("flows/main.yaml", "answer.parking", "answer.parkin")
    assert "unknown answer 'parkin'; did you mean 'parking'?" in problem
