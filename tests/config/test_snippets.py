"""Snippets: written once, used in many places, and told at the line where they are written."""

import tracemalloc

import pytest

from config.includes import SharedFiles
from config.load import load_site
from config.report import Report
from config.snippets import DEPTH_AT_MOST, VALUES_AT_MOST
from config.source import parse_document

FLOW = "flows/main.yaml"


def version(site):
    return load_site(site.path).flows["main"].version


def with_snippets(site, text):
    """Plant snippets at the top of the flow."""
    site.replace(FLOW, "start: hours\n", "start: hours\nsnippets:\n" + text)


def expanded(text, **shared):
    """A flow's data with all that it uses, and the problems."""
    report = Report()
    documents = {}
    for name, content in shared.items():
        file = f"shared/{name}.yaml"
        documents[file], problems = parse_document(file, content.encode())
        assert problems == []
    flow, problems = parse_document("flows/a.yaml", text.encode())
    assert problems == []
    whole = SharedFiles(documents, report).whole(flow)
    return whole, [str(each) for each in report.problems]


def step(text, snippets):
    whole, problems = expanded(f"snippets: {snippets}\nsteps:\n  a: {text}\n")
    assert problems == []
    return whole.document.data["steps"]["a"]


@pytest.mark.parametrize(
    ("snippets", "written", "meant"),
    [
        ("{s: {b: 1, c: 2}}", "{use: s}", {"b": "1", "c": "2"}),
        ("{s: {b: 1, c: 2}}", "{b: own, use: s}", {"b": "own", "c": "2"}),
        ("{s: {b: 1, c: 2}, t: {b: 3}}", "{use: [s, t]}", {"b": "3", "c": "2"}),
        ("{s: {b: 1, c: 2}, t: {b: 3}}", "{use: [t, s]}", {"b": "1", "c": "2"}),
        ("{s: {b: 1}, t: {use: s, c: 2}}", "{use: t}", {"b": "1", "c": "2"}),
        ("{s: {b: 1}, t: {use: s, b: 2}}", "{use: t}", {"b": "2"}),
        ("{s: {b: {c: 1}}}", "{use: s, d: {use: s}}", {"b": {"c": "1"}, "d": {"b": {"c": "1"}}}),
        ("{s: {b: {c: 1}}}", "{use: s, b: {d: 2}}", {"b": {"d": "2"}}),
        ("{s: [x, y]}", "{l: [w, {use: s}, z]}", {"l": ["w", "x", "y", "z"]}),
        ("{s: [x], t: [y, {use: s}]}", "{l: [{use: [t, s]}]}", {"l": ["y", "x", "x"]}),
        ("{s: [], t: {}}", "{l: [{use: s}, {use: t}, z]}", {"l": [{}, "z"]}),
        ("{s: {b: 1}, t: {c: 2}}", "{l: [{use: [s, t]}]}", {"l": [{"b": "1", "c": "2"}]}),
        ("{s: {b: 1}}", "{l: [{use: s, c: 2}]}", {"l": [{"b": "1", "c": "2"}]}),
        ("{s: {l: [{use: t}]}, t: [1, 2]}", "{use: s}", {"l": ["1", "2"]}),
        ("{use: {b: 1}}", "{use: use}", {"b": "1"}),
    ],
)
def test_a_use_means_what_is_written_in_the_snippet(snippets, written, meant):
    assert step(written, snippets) == meant


def test_a_step_may_be_called_use():
    whole, problems = expanded("snippets: {s: {b: 1}}\nsteps: {use: {use: s}}\n")
    assert (whole.document.data["steps"], problems) == ({"use": {"b": "1"}}, [])


def test_a_flow_means_the_same_written_out_and_with_snippets(site):
    before = version(site)
    with_snippets(
        site,
        "  bye: {prompt: bye}\n  back: [{digit: '3', use: spanish}, {use: desk}]\n"
        "  spanish: {set: {language: es}, goto: doctor}\n"
        "  desk: {words: {en: [front desk]}, goto: general}\n",
    )
    site.replace(FLOW, '      - {digit: "3", set: {language: es}, goto: doctor}\n', "")
    site.replace(FLOW, "- {words: {en: [front desk]}, goto: general}", "- use: back")
    site.replace(FLOW, "    kind: hang-up\n    prompt: bye\n", "    kind: hang-up\n    use: bye\n")
    assert site.problems() == site.warnings() == []
    assert version(site) == before


def test_a_snippet_of_a_shared_file_is_used_in_the_flow_and_the_other_way_round(site):
    with_snippets(site, "  bye: {prompt: bye}\n")
    site.replace(FLOW, "start: hours\n", "start: hours\ninclude: [ends]\n")
    site.replace(FLOW, "    kind: hang-up\n    prompt: bye\n", "    use: the-end\n")
    site.replace(FLOW, "otherwise: bye", "otherwise: well")
    site.write(
        "shared/ends.yaml",
        "snippets:\n  the-end: {kind: hang-up, use: bye}\n"
        "steps:\n  well: {kind: say, use: bye, next: bye}\n",
    )
    assert site.problems() == site.warnings() == []


CHOICES = '  back:\n    - {digit: "5", goto: menu}\n    - {digit: "6", goto: general}\n'


@pytest.fixture
def listed(site):
    """The small site with two choices from a snippet, before one of its own."""
    with_snippets(site, CHOICES)
    own = "      - {words: {en: [front desk]}, goto: general}\n"
    site.replace(FLOW, own, "      - use: back\n" + own)
    assert site.problems() == []
    return site


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            '"6", goto: general',
            '"6", goto: genral',
            "5:26: steps.menu.choices[4].goto: unknown step 'genral'; did you mean 'general'?",
        ),
        (
            '"6", goto: general',
            '"6", gto: general',
            "5:20: steps.menu.choices[4].gto: unknown key 'gto'; did you mean 'goto'?",
        ),
        (
            '{digit: "6", goto: general}',
            '{digit: "6"}',
            "5:7: steps.menu.choices[4]: wanted exactly one of 'goto' and 'red_flag'",
        ),
        (
            '{digit: "6", goto: general}',
            "six",
            "5:7: steps.menu.choices[4]: found 'six', wanted a mapping of 'key: value'",
        ),
        (
            '"6", goto: general',
            '"5", goto: general',
            "5:15: steps.menu.choices[4].digit: '5' is bound already, by choice 4",
        ),
        (
            "[front desk]}, goto: general",
            "[front desk]}, goto: genral",
            "20:43: steps.menu.choices[5].goto: unknown step 'genral'; did you mean 'general'?",
        ),
    ],
)
def test_a_mistake_within_a_snippet_is_told_at_its_own_line(listed, old, new, told):
    assert listed.problems_after(FLOW, old, new) == [f"{FLOW}:{told}"]


def test_a_key_beside_use_is_told_at_its_line_and_one_put_in_at_the_snippets(site):
    with_snippets(site, "  end:\n    kind: hang-up\n    prompt: something-unsaid\n")
    site.replace(FLOW, "    kind: hang-up\n    prompt: bye\n", "    use: end\n    prompt: bey\n")
    line = site.line_of(FLOW, "prompt: bey")
    assert site.problems() == [
        f"{FLOW}:{line}:13: steps.bye.prompt: unknown prompt 'bey'; did you mean 'bye'?"
    ]
    (problem,) = site.problems_after(FLOW, "    prompt: bey\n", "")
    assert problem == f"{FLOW}:5:13: steps.bye.prompt: unknown prompt 'something-unsaid'"


def test_a_mistake_in_a_snippet_is_told_once_however_often_it_is_used(listed):
    more = "  again: {kind: ask, prompt: menu, choices: [{digit: '1', goto: bye}, {use: back}]}\n"
    listed.write(FLOW, (listed.path / FLOW).read_text() + more)
    listed.replace(FLOW, '"5", goto: menu', '"5", goto: again')
    assert listed.problems() == []
    (problem,) = listed.problems_after(FLOW, '"6", goto: general', '"6", goto: genral')
    assert problem.startswith(f"{FLOW}:5:26: steps.menu.choices[4].goto: ")


def test_a_key_that_the_snippet_lacks_is_missing_where_the_use_stands(site):
    with_snippets(site, "  end: {kind: hang-up}\n")
    site.replace(FLOW, "    kind: hang-up\n    prompt: bye\n", "    use: end\n")
    line = site.line_of(FLOW, "  bye:")
    assert site.problems() == [f"{FLOW}:{line}:3: steps.bye.prompt: 'prompt' is missing"]


@pytest.mark.parametrize(
    ("snippets", "use", "told"),
    [
        ("end: {kind: hang-up}", "use: edn", "10: steps.bye.use: unknown snippet 'edn'; did you"),
        ("end: {kind: hang-up}", "use: [end, x]", "16: steps.bye.use[1]: unknown snippet 'x'"),
        ("end: {kind: hang-up}", "use: []", "5: steps.bye.use: found an empty list, wanted the"),
        ("end: {kind: hang-up}", "use: {a: b}", "5: steps.bye.use: found a mapping, wanted the na"),
        ("end: {kind: hang-up}", "use: [[end]]", "11: steps.bye.use[0]: found a list, wanted the"),
        ("end: {kind: hang-up}", "use:", "9: steps.bye.use: nothing is given"),
        (
            "end: [{kind: hang-up}]",
            "use: end",
            "10: steps.bye.use: the snippet 'end' is a list; it",
        ),
    ],
)
def test_a_use_of_what_there_is_not_is_one_problem(site, snippets, use, told):
    with_snippets(site, f"  {snippets}\n")
    site.replace(FLOW, "    kind: hang-up\n    prompt: bye\n", f"    {use}\n")
    line = site.line_of(FLOW, f"    {use}")
    (problem,) = (each for each in site.problems() if each.startswith(f"{FLOW}:{line}:"))
    column, _, message = told.partition(": ")
    assert problem.startswith(f"{FLOW}:{line}:{column}: {message}")
    assert len(site.problems()) == 1
    assert site.warnings() == []


def test_lists_and_mappings_do_not_mix(listed):
    listed.replace(FLOW, CHOICES, CHOICES + '  other: {digit: "7", goto: menu}\n')
    (problem,) = listed.problems_after(FLOW, "- use: back", "- use: [back, other]")
    assert problem.endswith(
        "steps.menu.choices[3].use[1]: wanted snippets that are all lists, or all mappings"
    )


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("snippets: [a]", "2:1: snippets: 'snippets' must hold the snippets by name"),
        ("snippets: {a: b}", "2:15: snippets.a: found 'b', wanted a mapping of keys, or a list"),
        ("snippets: {A: {b: c}}", "2:12: snippets.A: 'A' is no name, wanted small letters, digits"),
    ],
)
def test_snippets_that_are_none_are_told(site, written, told):
    site.replace(FLOW, "start: hours\n", f"start: hours\n{written}\n")
    (problem,) = site.problems()
    assert problem.startswith(f"{FLOW}:{told}")


def test_a_snippet_of_the_same_name_is_told_at_the_second(site):
    with_snippets(site, "  end: {kind: hang-up}\n")
    site.replace(FLOW, "start: hours\n", "start: hours\ninclude: [ends]\n")
    site.write("shared/ends.yaml", "snippets:\n  end: {kind: say}\n")
    assert site.problems() == [
        f"{FLOW}:4:3: snippets.end: a snippet of this name stands already at shared/ends.yaml:2:3"
    ]


def test_a_snippet_that_nothing_uses_is_a_warning(site):
    with_snippets(site, "  end: {prompt: bye}\n  inner: {use: end}\n")
    site.replace(FLOW, "start: hours\n", "start: hours\ninclude: [ends]\n")
    site.write("shared/ends.yaml", "snippets:\n  well: {prompt: bye}\n")
    assert site.problems() == []
    assert site.warnings() == [
        f"{FLOW}:4:3: snippets.end: nothing uses this snippet",
        f"{FLOW}:5:3: snippets.inner: nothing uses this snippet",
        "shared/ends.yaml:2:3: snippets.well: nothing uses this snippet",
    ]


def test_a_shared_snippet_that_one_flow_uses_is_used(site):
    site.replace(FLOW, "start: hours\n", "start: hours\ninclude: [ends]\n")
    site.write("shared/ends.yaml", "snippets:\n  end: {kind: hang-up, prompt: bye}\n")
    site.write("flows/late.yaml", "start: a\ninclude: [ends]\nsteps: {a: {use: end}}\n")
    assert site.problems() == []
    assert not [each for each in site.warnings() if "snippet" in each]


def test_use_outside_of_steps_and_snippets_is_an_unknown_key(site):
    site.replace("queues.yaml", "  title: Nurse\n", "  title: Nurse\n  use: a\n")
    site.replace(FLOW, "start: hours\n", "start: hours\nuse: a\n")
    assert [each.rpartition(": ")[2] for each in site.problems()] == ["unknown key 'use'"] * 2


def test_what_was_read_is_left_as_it_is():
    text = b"start: a\nsnippets: {s: {kind: hang-up}}\nsteps: {a: {use: s}}\n"
    flow, _ = parse_document("flows/a.yaml", text)
    whole = SharedFiles({}, Report()).whole(flow)
    assert whole.document.data["steps"] == {"a": {"kind": "hang-up"}}
    assert flow == parse_document("flows/a.yaml", text)[0]


def test_a_flow_without_snippets_stays_as_it_was_read():
    flow, _ = parse_document("flows/a.yaml", b"start: a\nsteps: {a: {kind: hang-up}}\n")
    assert SharedFiles({}, Report()).whole(flow).document is flow


# --- what grows, and what goes round ------------------------------------------------------------


@pytest.mark.parametrize(
    ("snippets", "told"),
    [
        ("  s: {use: s}\n", "2:12: steps.a.use: this snippet uses itself: s -> s"),
        ("  s: {b: {use: s}}\n", "2:16: steps.a.b.use: this snippet uses itself: s -> s"),
        ("  s: {use: t}\n  t: {use: s}\n", "3:12: steps.a.use: this snippet uses itself: s -> t"),
        ("  s: {b: [{use: t}]}\n  t: [{use: t}]\n", "3:13: steps.a.b[0].use: this snippet uses it"),
    ],
)
def test_a_snippet_that_uses_itself_is_told_with_its_circle(snippets, told):
    _, problems = expanded(f"snippets:\n{snippets}steps: {{a: {{use: s}}}}\n")
    (problem,) = problems
    assert problem.startswith(f"flows/a.yaml:{told}")


def nested(levels, uses=1):
    """Snippets of which each uses the next."""
    inner = ", ".join(f"k{number}: {{use: s%d}}" for number in range(uses))
    lines = [
        f"  s{level}: {{{inner.replace('%d', str(level + 1))}}}" for level in range(levels - 1)
    ]
    return "\n".join(["snippets:", *lines, f"  s{levels - 1}: {{z: z}}", ""])


def test_snippets_may_use_snippets_eight_deep_and_no_deeper():
    deep = "steps: {a: {use: s0}}\n"
    assert expanded(nested(DEPTH_AT_MOST) + deep)[1] == []
    _, problems = expanded(nested(DEPTH_AT_MOST + 1) + deep)
    assert problems == [
        (
            "flows/a.yaml:9:18: steps.a.k0.k0.k0.k0.k0.k0.k0.k0.use: "
            "snippets use snippets too deeply here, at most 8 deep"
        )
    ]


TOO_LARGE = "this grows too large: snippets put in more than 20,000 values"


def bounded(text):
    """The problems of a flow, which must not take more memory than a flow may."""
    tracemalloc.start()
    try:
        _, problems = expanded(text)
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()
    return problems


def test_ten_levels_of_ten_uses_are_told_at_the_use():
    problems = bounded(nested(8, uses=10) + "steps:\n  a: {kind: ask, x: [{use: s0}]}\n")
    assert problems == [f"flows/a.yaml:11:28: steps.a.x[0].use: {TOO_LARGE}"]
    problems = bounded(nested(10, uses=10) + "steps:\n  a: {kind: ask, x: [{use: s0}]}\n")
    assert f"flows/a.yaml:13:28: steps.a.x[0].use: {TOO_LARGE}" in problems


def test_lists_of_lists_that_repeat_are_told_at_the_use():
    levels = [f"  s{n}: [{', '.join([f'{{use: s{n + 1}}}'] * 10)}]" for n in range(7)]
    text = "\n".join(["snippets:", *levels, "  s7: [z]", "steps:", "  a: {x: [{use: s0}]}", ""])
    assert bounded(text) == [f"flows/a.yaml:11:17: steps.a.x[0].use: {TOO_LARGE}"]


def test_a_large_snippet_named_often_is_told_at_the_use():
    keys = ", ".join(f"k{number}: v" for number in range(5000))
    names = ", ".join(["s"] * 5000)
    for snippet, use in ((f"{{{keys}}}", "{use: [%s]}"), (f"[{keys}]", "{x: [{use: [%s]}]}")):
        (problem,) = bounded(f"snippets: {{s: {snippet}}}\nsteps: {{a: {use % names}}}\n")
        assert problem.startswith("flows/a.yaml:2:")
        assert problem.endswith(TOO_LARGE)


def test_ten_thousand_uses_are_as_many_as_a_flow_may_have():
    uses = [f"  a{number}: {{use: s}}" for number in range(VALUES_AT_MOST // 2)]
    text = "\n".join(["snippets: {s: {kind: x}, none: {}}", "steps:", *uses, ""])
    assert bounded(text) == []
    assert bounded(text + "  last: {use: none}\n  then: {use: s}\n") == [
        f"flows/a.yaml:10003:15: steps.last.use: {TOO_LARGE}"
    ]


def test_what_grows_too_large_is_one_problem_of_the_site(site):
    with_snippets(site, "  s: {kind: hang-up, prompt: bye}\n")
    uses = [f"  a{number}: {{use: s}}\n" for number in range(7000)]
    site.write(FLOW, (site.path / FLOW).read_text() + "".join(uses))
    (problem,) = site.problems()
    assert problem.endswith(TOO_LARGE)


def test_what_snippets_nest_too_deeply_is_told_at_the_use():
    deep = "{k: " * 12 + "%s" + "}" * 12
    snippets = f"snippets:\n  s: {deep % '{use: t}'}\n  t: {deep % 'z'}\n"
    problems = bounded(snippets + "steps: {a: {use: s}}\n")
    assert problems == ["flows/a.yaml:4:18: steps.a.use: this is nested too deeply"]
