"""What an honest mistake says: its cause, once, what to do, and nothing that follows from it."""

import pytest

from config.load import check

MAIN, SITE, QUEUES, AGENTS = "flows/main.yaml", "site.yaml", "queues.yaml", "agents.yaml"
ANSWERS = """\
hours:
  digit: "1"
  title: {en: hours, es: horario}
  text: {en: Nine., es: Nueve.}
  keywords: {en: [hours], es: [horario]}
"""


@pytest.fixture
def split(site):
    """The small site, with a file that flows share."""
    site.write(
        "shared/asking.yaml",
        "snippets:\n  asked: {attempts: 2}\n  heard: {no_input_s: 3}\n",
    )
    site.write("shared/ends.yaml", "steps:\n  thanks: {kind: hang-up, prompt: bye}\n")
    site.replace(MAIN, "start: hours\n", "start: hours\ninclude: [asking, ends]\n")
    site.replace(MAIN, "    prompt: menu\n", "    prompt: menu\n    use: [asked, heard]\n")
    return site


@pytest.mark.parametrize("key", ["languages: [en, Spanish]", "languages: [English, Spanish]"])
def test_a_language_that_is_no_code_is_told_and_nothing_else(site, key):
    site.write("answers.yaml", ANSWERS.replace('  digit: "1"\n', ""))
    problems = site.problems_after(SITE, "languages: [en, es]", key)
    assert [each.split(": ", 1)[1] for each in problems] == [
        f"languages[{index}]: '{code}' is no language code, wanted one such as 'en'"
        for index, code in enumerate(key[12:-1].split(", "))
        if len(code) > 2
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("steps:\n", "step:\n", "2:1: step: unknown key 'step'; did you mean 'steps'?"),
        ("start:", "strat:", "1:1: strat: unknown key 'strat'; did you mean 'start'?"),
    ],
)
def test_a_misspelt_key_of_a_flow_is_one_problem_and_no_warning(site, old, new, told):
    site.write("flows/more.yaml", "start: a\nsteps:\n  a: {kind: return}\n")
    site.replace(MAIN, "  bye:\n", "  more: {kind: sub-flow, flow: more, next: bye}\n  bye:\n")
    site.replace(MAIN, "otherwise: bye", "otherwise: more")
    assert check(site.path)[:2] == ([], [])
    assert site.problems_after(MAIN, old, new) == [f"flows/main.yaml:{told}"]
    assert site.warnings() == []


def test_a_flow_that_cannot_be_read_makes_no_shared_file_needless(split):
    split.replace(MAIN, "    prompt: menu\n", "\tprompt: menu\n")
    (problem,) = split.problems()
    assert "a tab stands in the indentation" in problem
    assert split.warnings() == []


def test_a_flow_whose_steps_are_none_makes_nothing_needless(split):
    split.write(MAIN, "start: hours\ninclude: [asking, ends]\nsteps: none\n")
    assert split.problems() == ["flows/main.yaml:3:8: steps: 'steps' must hold the steps by name"]
    assert split.warnings() == []


def test_a_flow_without_steps_makes_nothing_needless(site):
    site.write(MAIN, "start: hours\n")
    assert site.problems() == ["flows/main.yaml:1:1: steps: 'steps' must hold the steps by name"]
    assert site.warnings() == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "include: ",
            "includes: ",
            "2:1: includes: unknown key 'includes'; did you mean 'include'",
        ),
        ("steps:", "snippet:\n  more: {}\nsteps:", "3:1: snippet: unknown key 'snippet'; did you"),
    ],
)
def test_what_a_misspelt_key_holds_is_not_called_unknown(split, old, new, told):
    split.replace(MAIN, "use: [asked, heard]", "use: [asked, heard, more]")
    text = (split.path / MAIN).read_text()
    split.write(MAIN, text.replace(old, new, 1))
    (problem,) = split.problems()
    assert problem.startswith(f"flows/main.yaml:{told}")
    assert split.warnings() == []


def test_a_misspelt_include_makes_no_file_needless(site):
    site.write("shared/ends.yaml", "steps:\n  bye: {kind: hang-up, prompt: bye}\n")
    site.replace(MAIN, "  bye:\n    kind: hang-up\n    prompt: bye\n", "")
    site.replace(MAIN, "start: hours\n", "start: hours\nincludes: [ends]\n")
    (problem,) = site.problems()
    assert problem.endswith("unknown key 'includes'; did you mean 'include'?")
    assert site.warnings() == []


def test_a_file_that_is_not_included_is_told_once_for_each_snippet(split):
    split.replace(MAIN, "include: [asking, ends]\n", "include: ends\n")
    split.replace(MAIN, "    queue: general\n", "    queue: general\n    use: asked\n")
    split.replace(
        MAIN, "  bye:\n    kind: hang-up\n", "  bye:\n    use: asked\n    kind: hang-up\n"
    )
    told = "stands in shared/asking.yaml: write 'include: [ends, asking]'"
    assert split.problems() == [
        f"flows/main.yaml:12:11: steps.menu.use[0]: 'asked' {told}",
        f"flows/main.yaml:12:18: steps.menu.use[1]: 'heard' {told}",
    ]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("asking, ends", "2:10: include: several files stand in square brackets: [asking, ends]"),
        (
            "[asking.yaml, ends]",
            (
                "2:11: include[0]: found 'asking.yaml', wanted the name without shared/ and "
                ".yaml: asking"
            ),
        ),
        (
            "[asking, shared/ends]",
            (
                "2:19: include[1]: found 'shared/ends', wanted the name without shared/ and "
                ".yaml: ends"
            ),
        ),
    ],
)
def test_files_that_are_named_otherwise_are_told_and_taken(split, written, told):
    problems = split.problems_after(MAIN, "include: [asking, ends]", f"include: {written}")
    assert problems == [f"flows/main.yaml:{told}"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("id: small\n", "id: [small\n"),
        ("language_skills: {es: spanish}", "language_skills: spanish"),
    ],
)
def test_what_a_broken_site_may_need_is_not_called_needless(site, old, new):
    site.replace(SITE, old, new)
    assert site.problems()
    assert site.warnings() == []


def test_a_flow_that_is_not_understood_may_need_any_skill(site):
    site.replace(AGENTS, "{general: 3, ", "{general: 3, knitting: 2, ")
    site.replace(MAIN, "kind: transfer", "kind: transferr")
    assert site.problems()
    assert site.warnings() == []


def test_a_misspelt_need_is_told_there_and_not_at_the_agents(site):
    (problem,) = site.problems_after(QUEUES, "{skill: general}", "{skill: genral}")
    assert problem.endswith("unknown skill 'genral'; did you mean 'general'?")
    assert site.warnings() == []


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            "calendars.yaml",
            "monday: [08:00-12:00, 13:00-17:30]",
            "monday: 08:00-12:00",
            "found '08:00-12:00', wanted a list in square brackets: [08:00-12:00]",
        ),
        (
            "calendars.yaml",
            "monday: [08:00-12:00, 13:00-17:30]",
            "monday: closed",
            (
                "found 'closed', wanted hours such as [08:00-18:00]; leave the day out where it "
                "is closed"
            ),
        ),
        (
            MAIN,
            "words: {en: [desk]}",
            "words: [desk, help]",
            "found a list, wanted the text of each language, such as {en: [desk, help]}",
        ),
        (
            MAIN,
            "words: {en: [desk]}",
            "words: {en: desk}",
            "found 'desk', wanted a list in square brackets: [desk]",
        ),
        (
            AGENTS,
            "skills: {nurse: 4, spanish: 5}",
            "skills: [nurse, spanish]",
            "found a list, wanted a number for each, such as {nurse: 5, spanish: 5}",
        ),
        (MAIN, "    cases:\n", "    set: x\n    cases:\n", "unknown key 'set'"),
    ],
)
def test_the_form_that_is_wanted_is_shown_with_what_was_found(site, file, old, new, told):
    problems = site.problems_after(file, old, new)
    assert problems[0].endswith(told)


def test_a_text_that_begins_with_a_brace_is_told_once(site):
    problems = site.problems_after("prompts.yaml", "{en: See you., ", "{en: {name}, ")
    (problem,) = (each for each in problems if each.startswith("prompts.yaml"))
    assert problem == (
        "prompts.yaml:11:11: bye.en: 'name' has no value here; a text that begins with { stands "
        "in quotes"
    )


def test_a_text_with_a_comma_within_braces_is_told_once(site):
    (problem,) = site.problems_after(
        "prompts.yaml", "bye: {en: See you., ", "bye: {en: Yes, we are open, "
    )
    assert problem.endswith(
        "bye.en: 'we are open': within braces, a text that holds a comma stands in quotes"
    )


def test_a_key_of_an_answer_says_where_keys_come_from_now(site):
    site.write("answers.yaml", ANSWERS)
    (problem,) = site.problems()
    assert problem == (
        "answers.yaml:2:3: hours.digit: unknown key 'digit'; leave it out: the keys follow the "
        "order of 'answers' in the step that offers them"
    )


LOOKUP = """\
  patient:
    kind: lookup
    source: patients
    given: {%s: caller.number}
    save: {who: %s}
    next: general
    not_found: bye
    on_failure: general
"""


@pytest.mark.parametrize(
    ("given", "saved", "told"),
    [
        ("phone", "name", ""),
        (
            "phone",
            "name.first",
            (
                "20:17: steps.patient.save.who: found 'name.first'; a table has columns and "
                "nothing within them, wanted 'name'"
            ),
        ),
        (
            "phoen",
            "name",
            "19:20: steps.patient.given.phoen: unknown column 'phoen'; did you mean 'phone'?",
        ),
    ],
)
def test_a_table_is_spoken_of_by_its_columns(site, given, saved, told):
    site.write("lookups.yaml", "patients: {file: patients.csv}\n")
    site.write("patients.csv", "id,name,phone\np-1,Ann,+15555550101\n")
    site.replace(MAIN, "  general:\n", LOOKUP % (given, saved) + "  general:\n")
    site.replace(MAIN, "otherwise: bye", "otherwise: patient")
    assert site.problems() == ([f"flows/main.yaml:{told}"] if told else [])


PROVIDERS = "id,name,{}\nhale,Dr. Hale,cardiology\nosei,Dr. Osei,cardiology\n"
ASKING_PROVIDERS = """\
  near:
    kind: lookup
    source: providers
    given: {specialty: '"cardiology"'}
    save: {who: name}
    next: general
    not_found: bye
    on_failure: general
"""


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (PROVIDERS.format("specialty"), ""),
        (
            PROVIDERS.format("speciality"),
            "providers.csv:1:9: speciality: unknown column 'speciality'; did you mean 'specialty'?",
        ),
        (
            PROVIDERS.format("city"),
            "providers.csv:1:1: the column 'specialty' is missing",
        ),
        (
            PROVIDERS.format("specialty").replace(",", "\t"),
            (
                "providers.csv:1:1: the columns must be separated by commas; save the table as "
                "CSV with commas"
            ),
        ),
        ("", "providers.csv:1:1: the file is empty; its first line must name the columns"),
    ],
)
def test_a_directory_with_a_wrong_column_is_one_problem(site, table, told):
    site.write("providers.csv", table)
    site.replace(MAIN, "  general:\n", ASKING_PROVIDERS + "  general:\n")
    site.replace(MAIN, "otherwise: bye", "otherwise: near")
    assert site.problems() == ([told] if told else [])
