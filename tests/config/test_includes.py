"""Files that flows share: what a flow includes is told at the file and line it is written at."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.includes import DEPTH_AT_MOST, FILES_AT_MOST
from config.load import check, load_site

OWN_END = "  bye:\n    kind: hang-up\n    prompt: bye\n"
SHARED_END = "steps:\n" + OWN_END


def version(site):
    return load_site(site.path).flows["main"].version


def including(site, names):
    site.replace("flows/main.yaml", "start: hours\n", f"start: hours\ninclude: {names}\n")


@pytest.fixture
def split(site):
    """The small site with its last step in a shared file."""
    including(site, "[ends]")
    site.replace("flows/main.yaml", OWN_END, "")
    site.write("shared/ends.yaml", SHARED_END)
    return site


def test_what_is_included_is_part_of_the_flow(split):
    assert split.problems() == split.warnings() == []
    assert "bye" in load_site(split.path).flows["main"].steps


def test_a_flow_means_the_same_however_it_is_split_into_files(site):
    before = version(site)
    whole = load_site(site.path).version
    including(site, "[ends, middle]")
    site.replace("flows/main.yaml", OWN_END, "")
    doctor = "  doctor:\n    kind: transfer\n    destination: doctor\n    prompt: bye\n"
    site.replace("flows/main.yaml", doctor, "")
    site.write("shared/ends.yaml", SHARED_END)
    site.write("shared/middle.yaml", "include: ends\nsteps:\n" + doctor)
    assert version(site) == before
    assert load_site(site.path).version == whole


def test_a_change_in_a_shared_file_is_a_change_of_the_flow(split):
    before = version(split)
    split.replace("shared/ends.yaml", "prompt: bye", "prompt: menu")
    assert version(split) != before


def test_a_mistake_in_a_shared_file_is_told_where_it_is_written(split):
    split.replace("shared/ends.yaml", "    prompt: bye\n", "    promt: bye\n")
    assert split.problems() == [
        "shared/ends.yaml:4:5: steps.bye.promt: unknown key 'promt'; did you mean 'prompt'?"
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("prompt: bye", "prompt: bey", "4:13: steps.bye.prompt: unknown prompt 'bey'"),
        ("    kind: hang-up\n", "", "2:3: steps.bye.kind: 'kind' is missing"),
        ("    prompt: bye\n", "", "2:3: steps.bye.prompt: 'prompt' is missing"),
        ("  bye:", "  Bye:", "2:3: steps.Bye: 'Bye' is no name"),
        ("    prompt: bye", "    prompt:", "4:12: steps.bye.prompt: nothing is given"),
        (
            "    kind: hang-up\n",
            "    kind: say\n    next: mneu\n",
            "4:11: steps.bye.next: unknown st",
        ),
        ("steps:\n", "step:\n", "1:1: step: unknown key 'step'; did you mean 'steps'?"),
        ("steps:\n", "start: bye\nsteps:\n", "1:1: start: a shared file has no 'start'"),
        ("    kind: hang-up\n", "    kind: &a hang-up\n", "3:11: anchors (&) and aliases (*)"),
    ],
)
def test_every_mistake_knows_its_file_and_line(split, old, new, told):
    split.replace("shared/ends.yaml", old, new)
    (problem,) = (each for each in split.problems() if each.startswith("shared/"))
    assert problem.startswith(f"shared/ends.yaml:{told}")


def test_a_mistake_that_two_flows_include_is_told_once(split):
    late = (
        "start: bye\ninclude: [ends]\nsteps: {more: {kind: say, prompt: bye, next: more-still}}\n"
    )
    split.write("flows/late.yaml", late)
    split.replace("shared/ends.yaml", "prompt: bye", "prompt: bey")
    told = [each for each in split.problems() if each.startswith("shared/")]
    assert told == [
        "shared/ends.yaml:4:13: steps.bye.prompt: unknown prompt 'bey'; did you mean 'bye'?"
    ]


def test_a_mistake_in_only_some_flows_names_them(split):
    split.replace("shared/ends.yaml", "    kind: hang-up\n", "    kind: say\n    next: menu\n")
    split.write("flows/late.yaml", "start: bye\ninclude: [ends]\n")
    assert split.problems() == [
        "shared/ends.yaml:4:11: steps.bye.next: unknown step 'menu' (in flows/late.yaml)"
    ]


def test_a_misspelt_file_is_told_and_its_steps_are_not_called_missing(split):
    told = split.problems_after("flows/main.yaml", "[ends]", "[end]")
    assert told == [
        "flows/main.yaml:2:11: include[0]: there is no file 'shared/end.yaml'; did you mean 'ends'?"
    ]


def test_a_file_outside_the_folder_cannot_be_included(split):
    for name in ("../queues", "../flows/main", "/etc/hostname", ".hidden", ""):
        text = (split.path / "flows/main.yaml").read_text()
        split.replace("flows/main.yaml", "[ends]", f"['{name}']")
        (problem,) = split.problems()
        assert problem.startswith("flows/main.yaml:2:11: include[0]: there is no file 'shared/")
        split.write("flows/main.yaml", text)


@pytest.mark.parametrize(
    ("written", "where"),
    [
        ("{a: b}", "1: include"),
        ("[[ends]]", "11: include[0]"),
        ("[ends, {a: b}]", "17: include[1]"),
    ],
)
def test_what_is_no_name_of_a_file_is_told(split, written, where):
    column, _, path = where.partition(": ")
    (problem,) = split.problems_after("flows/main.yaml", "include: [ends]", f"include: {written}")
    assert problem.startswith(f"flows/main.yaml:2:{column}: {path}: found a ")
    assert problem.endswith("wanted names of files in shared/, without .yaml")


def test_an_unreadable_shared_file_is_one_problem(split):
    split.write("shared/ends.yaml", "steps: [\n")
    (problem,) = split.problems()
    assert problem.startswith("shared/ends.yaml:1:8: the bracket that opens here ")


def test_shared_steps_that_are_none_are_one_problem(split):
    split.write("shared/ends.yaml", "steps: [bye]\n")
    assert split.problems() == ["shared/ends.yaml:1:1: steps: 'steps' must hold the steps by name"]


def test_files_that_include_each_other_are_told_with_their_circle(split):
    split.write("shared/ends.yaml", "include: [middle]\n" + SHARED_END)
    split.write("shared/middle.yaml", "include:\n  - ends\n")
    assert split.problems() == [
        "shared/middle.yaml:2:5: include[0]: these files include each other: ends -> middle -> ends"
    ]


def test_a_file_that_includes_itself_is_told(split):
    split.write("shared/ends.yaml", "include: ends\n" + SHARED_END)
    assert split.problems() == [
        "shared/ends.yaml:1:10: include: these files include each other: ends -> ends"
    ]


def test_a_file_included_by_two_ways_counts_once(split):
    split.replace("flows/main.yaml", "[ends]", "[left, right, ends, ends]")
    split.write("shared/left.yaml", "include: [ends]\n")
    split.write("shared/right.yaml", "include: [ends]\n")
    assert split.problems() == split.warnings() == []


def test_a_step_that_stands_in_two_files_is_told_at_the_second(split):
    split.write("shared/more.yaml", SHARED_END)
    split.replace("flows/main.yaml", "[ends]", "[ends, more]")
    (problem,) = split.problems()
    assert problem == (
        "shared/more.yaml:2:3: steps.bye: a step of this name stands already at "
        "shared/ends.yaml:2:3"
    )


def test_a_step_of_the_flow_itself_comes_after_those_it_includes(split):
    text = (split.path / "flows/main.yaml").read_text()
    split.write("flows/main.yaml", text + OWN_END)
    line = split.line_of("flows/main.yaml", "  bye:")
    (problem,) = split.problems()
    assert problem == (
        f"flows/main.yaml:{line}:3: steps.bye: a step of this name stands already at "
        "shared/ends.yaml:2:3"
    )


def test_a_file_comes_after_those_that_it_includes(split):
    split.write("shared/ends.yaml", "include: [more]\n" + SHARED_END)
    split.write("shared/more.yaml", SHARED_END)
    (problem,) = split.problems()
    assert problem.startswith("shared/ends.yaml:3:3: steps.bye: a step of this name stands already")


def test_a_file_that_no_flow_includes_is_a_warning(site):
    site.write("shared/ends.yaml", SHARED_END)
    assert site.problems() == []
    assert site.warnings() == ["shared/ends.yaml:1:1: no flow includes this file"]


def test_hidden_files_and_those_of_other_kinds_in_the_shared_folder_are_passed_over(split):
    split.write("shared/.#ends.yaml", "a: b\n")
    split.write("shared/notes.txt", "a\n")
    assert split.problems() == split.warnings() == []


def test_a_shared_step_that_one_flow_does_not_need_is_no_part_of_that_flow(split):
    before = version(split)
    end = "  other-end: {kind: say, prompt: bye, next: nowhere-here}\n"
    split.write("shared/ends.yaml", SHARED_END + end)
    assert split.problems() == []
    assert split.warnings() == [
        "shared/ends.yaml:5:3: steps.other-end: no step of a flow that includes this leads here"
    ]
    assert version(split) == before
    split.write("flows/late.yaml", "start: other-end\ninclude: [ends]\n")
    assert not [each for each in split.warnings() if each.startswith("shared/")]
    (problem,) = split.problems()
    assert "unknown step 'nowhere-here'" in problem


def test_a_misspelt_way_to_a_shared_step_is_one_problem(split):
    (problem,) = split.problems_after("flows/main.yaml", "otherwise: bye", "otherwise: byee")
    assert problem.endswith("unknown step 'byee'; did you mean 'bye'?")
    assert split.warnings() == []


def test_what_only_a_step_that_nothing_leads_to_needs_is_there(split):
    split.write("shared/ends.yaml", SHARED_END + "  well: {kind: hang-up, prompt: bye}\n")
    attic = "  attic: {kind: say, prompt: bye, next: well}\n"
    split.write("flows/main.yaml", (split.path / "flows/main.yaml").read_text() + attic)
    line = split.line_of("flows/main.yaml", "attic")
    told = f"flows/main.yaml:{line}:3: steps.attic: no step leads here"
    assert [each for each in split.problems() if each.startswith("flows/")] == [told]


def test_while_a_flow_is_not_understood_no_shared_step_is_called_unneeded(split):
    split.write("shared/ends.yaml", SHARED_END + "  well: {kind: hang-up, prompt: bye}\n")
    assert len(split.warnings()) == 1
    split.write("flows/late.yaml", "start: well\ninclude: [ends, nowhere-at-all]\n")
    assert split.warnings() == []


def test_a_snippet_that_a_missing_file_may_hold_is_not_called_unknown(split):
    split.replace("flows/main.yaml", "otherwise: bye", "use: way-out")
    (problem,) = split.problems_after("flows/main.yaml", "[ends]", "[ends, other]")
    assert "there is no file 'shared/other.yaml'" in problem


def test_what_a_missing_file_may_set_or_say_is_not_called_unset_or_unsaid(split):
    split.replace("flows/main.yaml", "when: calendar.office.open,", "when: a == 'b',")
    prompts = (split.path / "prompts.yaml").read_text() + "wave: {en: Hello., es: Hola.}\n"
    split.write("prompts.yaml", prompts)
    assert "prompts.yaml:24:1: wave: nothing says this prompt" in split.warnings()
    (problem,) = split.problems_after("flows/main.yaml", "[ends]", "[ends, other]")
    assert "there is no file 'shared/other.yaml'" in problem
    assert split.warnings() == []


def test_a_flow_may_be_made_of_shared_steps_alone(site):
    site.write(
        "shared/all.yaml", (site.path / "flows/main.yaml").read_text()[len("start: hours\n") :]
    )
    site.write("flows/main.yaml", "start: hours\ninclude: all\n")
    assert site.problems() == site.warnings() == []


def chain(site, files):
    for number in range(files):
        more = f"include: [f{number + 1}]\n" if number + 1 < files else ""
        site.write(f"shared/f{number}.yaml", f"{more}snippets: {{s{number}: {{prompt: bye}}}}\n")
    including(site, "[f0]")


def test_files_may_be_included_eight_deep_and_no_deeper(site):
    chain(site, DEPTH_AT_MOST)
    assert site.problems() == []
    site.write("shared/f8.yaml", "snippets: {s: {prompt: bye}}\n")
    site.write("shared/f7.yaml", "include: [f8]\n")
    assert site.problems() == [
        "shared/f7.yaml:1:11: include[0]: files include files too deeply here, at most 8 deep"
    ]


def test_a_flow_includes_at_most_fifty_files(site):
    for number in range(FILES_AT_MOST + 1):
        site.write(f"shared/f{number}.yaml", f"snippets: {{s{number}: {{prompt: bye}}}}\n")
    names = ", ".join(f"f{number}" for number in range(FILES_AT_MOST))
    including(site, f"[{names}]")
    assert site.problems() == []
    site.replace("flows/main.yaml", "f49]", "f49, f50, f7]")
    (problem,) = site.problems()
    assert problem.endswith("include[50]: a flow includes at most 50 files")


def test_fifty_files_that_all_include_each_other_end(site):
    names = [f"f{number}" for number in range(FILES_AT_MOST)]
    for name in names:
        site.write(f"shared/{name}.yaml", f"include: [{', '.join(names)}]\n")
    including(site, "[f0]")
    problems = site.problems()
    assert problems
    assert all("include" in each for each in problems)


NAMES = st.sampled_from(["a", "b", "c", "ends", "use", "", "no"])
TREES = st.recursive(
    st.one_of(NAMES, st.sampled_from(["ask", "hang-up", "say", "menu", "bye", "5"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(
                NAMES,
                st.sampled_from(
                    ["use", "use", "kind", "prompt", "choices", "goto", "words", "next"]
                ),
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=25,
)
NAMED = st.one_of(TREES, st.dictionaries(NAMES, TREES, max_size=4))
FILES = st.fixed_dictionaries(
    {},
    optional={"include": st.one_of(NAMES, st.lists(NAMES, max_size=4), TREES)}
    | {"snippets": NAMED, "steps": NAMED, "start": NAMES, "stepz": NAMES},
)


def as_yaml(tree):
    if isinstance(tree, dict):
        return "{" + ", ".join(f'"{key}": {as_yaml(each)}' for key, each in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(map(as_yaml, tree)) + "]"
    return f'"{tree}"'


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flow=FILES, shared=st.lists(FILES, min_size=3, max_size=3))
def test_files_that_include_and_use_anyhow_load_or_tell_their_problems(site, flow, shared):
    site.write("flows/other.yaml", as_yaml(flow))
    for name, tree in zip("abc", shared, strict=True):
        site.write(f"shared/{name}.yaml", as_yaml(tree))
    problems, warnings, loaded = check(site.path)
    assert (loaded is None) == bool(problems)
    assert problems == sorted(problems)
    files = {"flows/other.yaml", "shared/a.yaml", "shared/b.yaml", "shared/c.yaml"}
    assert {each.file for each in (*problems, *warnings)} <= files
