"""A flow's picture holds every step and way as the files write them, whatever they say."""

from __future__ import annotations

import shutil
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from config.load import load_site
from config.picture import (
    NURSE,
    PERSON,
    Frame,
    Mark,
    Node,
    Picture,
    PictureError,
    Role,
    Way,
    draw,
    draw_changes,
    step_places,
    tally,
    to_dot,
    to_svg,
    with_calls,
)
from config.picture.dot import node_texts, signs, way_texts
from config.picture.palette import INK, KINDS, MARKS, PAPER, QUIET, RED
from ivr.steps import KINDS as STEP_KINDS
from tests.config.every_kind import every_folder

SVG = "{http://www.w3.org/2000/svg}"
NASTY = '<script>alert("x")</script> &lt; &amp;amp; \\n \\N \\G "quoted" \' ]]> --> ñ 日本 🩺 \\'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return every_folder(tmp_path_factory.mktemp("every"))


@pytest.fixture(scope="module")
def every(folder):
    return load_site(folder.path)


@pytest.fixture(scope="module")
def picture(every, folder):
    return draw(every, "main", places=step_places(folder.path))


def titles(svg: str) -> dict[str, str]:
    """What is told of each thing in the picture, by its id."""
    return {
        group.get("id"): group.findtext(f"{SVG}title")
        for group in ET.fromstring(svg).iter(f"{SVG}g")
        if group.find(f"{SVG}title") is not None
    }


def seen(svg: str) -> set[str]:
    return {element.text for element in ET.fromstring(svg).iter(f"{SVG}text")}


# --- what stands in it ----------------------------------------------------------------------------


def test_every_kind_of_step_is_a_box_of_its_kind(every):
    kinds = {
        node.id: node.kind
        for name in every.flows
        for node in draw(every, name).nodes
        if node.id not in (NURSE, PERSON)
    }
    assert set(kinds.values()) == set(STEP_KINDS)
    assert (kinds["questions"], kinds["area"], kinds["give"]) == ("answers", "sub-flow", "return")


def test_a_flow_that_is_entered_is_one_box(picture):
    assert [node.id for node in picture.nodes if node.id.startswith("area")] == ["area"]
    assert picture.node("area").lines == ("the flow find", "→ zip")
    assert picture.way("area", "note").lines == ()


def test_shown_inside_it_stands_in_a_frame_and_returns_to_what_follows(every):
    opened = draw(every, "main", expand=True)
    assert opened.frames == (Frame(id="area", title="area: the flow find"),)
    assert opened.node("area/zip").frame == "area"
    assert opened.way("area", "area/have").lines == ("enters",)
    assert opened.way("area/give", "note").lines == ("returns",)
    assert ("area", "note") not in {(way.source, way.target) for way in opened.ways}


@pytest.mark.parametrize(
    ("source", "target", "lines", "role"),
    [
        ("hours", "closed", ('call.hour < 6 or call.weekday == "sunday"', "otherwise"),
         Role.CHOSEN),
        ("hours", "hello", ("calendar.office.open",), Role.CHOSEN),
        ("menu", "birth", ("1 · “desk”",), Role.CHOSEN),
        ("menu", NURSE, ("2 · chest",), Role.RED_FLAG),
        ("menu", "guests", ("4 · a refill",), Role.CHOSEN),
        ("menu", PERSON, ("no answer (2 tries)",), Role.LADDER),
        ("member", "desk", ("no answer (3 tries)",), Role.FALLBACK),
        ("patient", "owing", ("found",), Role.CHOSEN),
        ("patient", "desk", ("not found", "no answer in time"), Role.FALLBACK),
        ("questions", "bye", ("answered",), Role.CHOSEN),
        ("desk", "later", ("2 · call back",), Role.CHOSEN),
        ("desk", "rate", ("after the talk",), Role.CHOSEN),
        ("later", "closed", ("number not known",), Role.FALLBACK),
        ("doctor", "desk", ("not reached",), Role.FALLBACK),
    ],
)  # fmt: skip
def test_a_way_says_what_it_is_taken_for(picture, source, target, lines, role):
    assert (picture.way(source, target).lines, picture.way(source, target).role) == (lines, role)


def test_a_box_says_what_matters_of_its_step(picture):
    assert picture.node("desk").lines == ("queue general: Everything", "skills: general 2")
    assert picture.node("doctor").lines == ("to doctor", "“The doctor.”")
    assert picture.node("note").lines == ("urgent = yes", "where = zip")
    assert picture.node("closed").lines[0] == "for general, answered within 1 day"
    assert picture.node("questions").lines[1:] == ("1 · parking", "2 · the fax")
    assert [node.id for node in picture.nodes if node.is_start] == ["hours"]


def test_the_words_are_those_of_the_language_that_is_asked_for(every):
    spanish = draw(every, "main", language="es")
    assert spanish.node("doctor").lines[-1] == "“El doctor.”"
    assert spanish.way("menu", "guests").lines == ("4 · un resurtido",)
    assert spanish.way("menu", "birth").lines == ("key 1",)


def test_whoever_points_at_a_box_reads_every_word_in_every_language_and_where_it_stands(
    picture, folder
):
    told = titles(to_svg(picture))
    menu = told[f"n{[node.id for node in picture.nodes].index('menu')}"]
    line = folder.line_of("flows/main.yaml", "  menu:")
    assert menu.startswith(f"menu (ask)\nflows/main.yaml:{line}\n")
    assert "\nen: 1 to 6.\n" in menu
    assert "\nes: 1 a 6.\n" in menu
    assert (
        picture.node("bye").place
        == f"shared/ends.yaml:{folder.line_of('shared/ends.yaml', 'bye:')}"
    )


def test_no_number_outside_stands_in_the_picture(picture):
    assert "+1202" not in to_svg(picture)


def test_where_no_key_stands_for_a_red_flag_the_nurse_is_there_all_the_same(every):
    find = draw(every, "find")
    assert find.node(NURSE)
    assert "everywhere -> " in to_dot(find)
    assert "everywhere" in titles(to_svg(find))


# --- the calls in it ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trails():
    return [
        *[("hours", "hello", "record", "menu", "!nurse")] * 2,
        ("hours", "hello", "!nurse"),
        ("hours", "hello", "record", "menu", "!person"),
        ("hours", "hello", "!person"),
        *[("hours", "hello", "record", "menu", "member", "area", "area/have", "area/zip",
           "area/give", "note", "weighed", "later")] * 4,
        ("hours", "hello", "record", "menu", "questions", "questions:parking", "bye"),
        ("hours", "closed"),
    ]  # fmt: skip


def test_calls_are_counted_at_boxes_and_ways(picture, every, trails):
    counted = with_calls(picture, tally(every.flows["main"], "main", trails), "calls")
    assert counted.node("hours").calls == 11
    assert counted.node("area").calls == 4
    assert counted.way("area", "note").calls == 4
    assert counted.way("questions", "bye").calls == 1
    assert (counted.node("questions").calls, counted.node("desk").calls) == (1, 0)
    assert counted.way("menu", NURSE).calls == 2
    assert counted.node(NURSE).calls == 3
    assert counted.everywhere[-1] == "1×"
    assert counted.way("menu", PERSON).calls == 1
    assert "A person was asked for at other steps too: 1×" in counted.notes
    assert counted.notes[1].startswith("11 calls; 12 of 20 steps")


def test_calls_are_counted_in_a_flow_that_is_entered(every, trails):
    entry = every.flows["main"]
    counted = with_calls(draw(every, "find"), tally(entry, "find", trails), "calls")
    assert [node.calls for node in counted.nodes if node.id in ("have", "zip", "none")] == [4, 4, 0]
    assert counted.way("have", "zip").calls == 4
    assert "11 calls, 4 of them in this flow" in counted.notes[1]
    opened = with_calls(
        draw(every, "main", expand=True), tally(entry, "main", trails, expand=True), "calls"
    )
    assert (opened.way("area", "area/have").calls, opened.way("area/give", "note").calls) == (4, 4)


def test_the_more_often_a_way_was_taken_the_wider_it_is_and_never_is_dashed(picture, every, trails):
    counted = with_calls(picture, tally(every.flows["main"], "main", trails), "calls")
    pens = {}
    for line in to_dot(counted).splitlines():
        for index, way in enumerate(counted.ways):
            if f'[id="w{index}",' in line:
                width = float(line.partition("penwidth=")[2].partition("]")[0].partition(",")[0])
                pens[way.source, way.target] = ('style="dashed"' in line, width)
    assert pens["hours", "hello"] == (False, 7.0)
    assert pens["hours", "hello"] > pens["area", "note"] > pens["questions", "bye"]
    assert pens["hours", "closed"][1] > pens["patient", "owing"][1]
    assert pens["patient", "owing"] == (True, 1.0)
    assert "10×" in seen(to_svg(counted))


def test_steps_that_the_drawn_version_does_not_have_are_told(picture, every):
    counted = with_calls(picture, tally(every.flows["main"], "main", [("hours", "gone")]), "calls")
    assert counted.notes[-1] == "Steps that this version does not have were come to 1×"


# --- two versions ---------------------------------------------------------------------------------


@pytest.fixture
def changed(every, tmp_path):
    """Changes the site; the picture of what differs."""
    folder = every_folder(tmp_path)

    def change(*changes: tuple[str, str, str]) -> Picture:
        for file, old, new in changes:
            folder.replace(file, old, new)
        return draw_changes(every, load_site(folder.path), title="From a to b")

    return change


def test_what_has_not_changed_is_the_entry_flow_in_grey(changed):
    same = changed()
    assert {node.mark for node in same.nodes} == {Mark.SAME}
    assert same.notes == ("0 differences",)


def test_what_came_and_what_went_is_marked(changed):
    both = changed(
        ("flows/main.yaml", "hello, next: record}",
         "hello, next: more}\n  more: {kind: say, prompt: quiet, next: record}"),
    )  # fmt: skip
    assert both.node("more").mark is Mark.ADDED
    assert both.node("hello").mark is Mark.CHANGED
    assert "next: record -> more" in both.node("hello").told
    assert both.way("hello", "more").mark is Mark.ADDED
    assert both.way("hello", "record").mark is Mark.REMOVED
    assert both.way("hours", "hello").mark is Mark.SAME
    assert both.frames == ()
    dot = to_dot(both)
    gone = both.ways.index(both.way("hello", "record"))
    (line,) = (each for each in dot.splitlines() if f'[id="w{gone}",' in each)
    assert 'style="dashed"' in line
    assert {"added", "removed", "changed", "unchanged"} <= seen(to_svg(both))


def test_a_step_that_is_gone_is_drawn_where_it_was(changed):
    written = (
        "owing:\n    kind: branch\n    cases:\n"
        "      - {when: balance > 0 and name is set, goto: owed}\n    otherwise: desk\n"
        "  owed: {kind: say"
    )
    both = changed(("flows/main.yaml", written, "owing: {kind: say"))
    assert both.node("owed").mark is Mark.REMOVED
    assert both.node("owing").mark is Mark.CHANGED
    assert both.way("owing", "owed").mark is Mark.REMOVED
    (box,) = (each for each in to_dot(both).splitlines() if "<b>owed</b>" in each)
    assert "dashed" in box


def test_a_step_whose_words_were_rewritten_has_changed(changed):
    both = changed(("prompts.yaml", "to-doctor: {en: The doctor.", "to-doctor: {en: A doctor."))
    assert both.node("doctor").mark is Mark.CHANGED
    assert "prompt to-doctor / en: The doctor. -> A doctor." in both.node("doctor").told
    assert [node.id for node in both.nodes if node.mark is not Mark.SAME] == ["doctor"]


def test_flows_that_differ_stand_beside_each_other_in_frames(changed):
    both = changed(
        ("flows/find.yaml", "ask-zip, next: give}", "ask-zip, attempts: 2, next: give}"),
        ("flows/main.yaml", "    maximum: 8\n", "    maximum: 9\n"),
        ("site.yaml", "title: Small", "title: Larger"),
    )  # fmt: skip
    assert {frame.id for frame in both.frames} == {"main", "find"}
    marks = {node.id: node.mark for node in both.nodes if node.mark is not Mark.SAME}
    assert marks == {"main/guests": Mark.CHANGED, "find/zip": Mark.CHANGED}
    assert "1 of them not in a flow" in both.notes[0]
    assert [node.id for node in both.nodes].count(NURSE) == 1
    ET.fromstring(to_svg(both))


# --- SVG ------------------------------------------------------------------------------------------


def of_words(words: str) -> Picture:
    """A picture that says the words wherever something can be said."""
    nodes = (
        Node(id=f"{words} a", kind="say", name=words, lines=(words,), told=(words,), is_start=True),
        Node(id="b", kind="ask", name="b", place=words, frame="f"),
        Node(id=NURSE, kind="nurse", name="A nurse"),
    )
    ways = (Way(source=f"{words} a", target="b", lines=(words,), told=(words,)),)
    return Picture(
        title=words,
        notes=(words,),
        nodes=nodes,
        ways=ways,
        frames=(Frame(id="f", title=words),),
        everywhere=(words,),
        language=words,
    )


@pytest.mark.parametrize(
    "words",
    [
        NASTY,
        "&#60;b&#62; &quot;",
        "\\",
        '"',
        "->",
        "<b>",
        "line\nline\ttab",
        "\x00\x01\x1b[31m\x7f\x85\u2028\ud800\ufffe",
        "x" * 10_000,
        " ".join(["word"] * 2_500),
        "\u202eright to left",
        " ",
        "",
    ],
    ids=lambda words: repr(words)[:20],
)
def test_whatever_is_said_is_shown_as_text_and_nothing_else(words):
    svg = to_svg(of_words(words))
    root = ET.fromstring(svg)
    assert svg.isascii()
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "g", "title", "desc", "polygon", "polyline", "path", "text", "ellipse",
    }  # fmt: skip
    if words == NASTY:
        assert NASTY in seen(svg)
        assert NASTY in titles(svg)["n0"].splitlines()


def test_ten_thousand_characters_of_a_prompt_are_three_lines_and_told_in_full(every):
    prompts = {**every.rules.prompts, "hello": {"en": "word " * 2000, "es": "Hola."}}
    long = replace(every, rules=replace(every.rules, prompts=prompts))
    hello = draw(long, "main").node("hello")
    assert len(hello.lines) == 3
    assert max(map(len, hello.lines)) <= 40
    assert any(len(line) >= 10_000 for line in hello.told)


def test_the_same_flow_is_the_same_bytes(every, folder):
    pictures = [draw(load_site(folder.path), "main") for _ in range(2)]
    assert to_svg(pictures[0]) == to_svg(pictures[1])
    assert to_dot(pictures[0]) == to_dot(pictures[1])


def test_nothing_outside_the_picture_is_referred_to(clinic):
    svg = to_svg(draw(clinic, clinic.entry_flow))
    root = ET.fromstring(svg)
    ids = {element.get("id") for element in root.iter()}
    links = [
        value
        for element in root.iter()
        for name, value in element.attrib.items()
        if name.endswith("href")
    ]
    assert all(link.startswith("#") and link[1:] in ids for link in links)
    assert "<!DOCTYPE" not in svg
    assert "url(" not in svg
    assert len(svg) < 1_000_000


def test_a_screen_reader_is_told_what_it_is_and_what_each_thing_is(picture):
    svg = to_svg(picture)
    root = ET.fromstring(svg)
    assert root.findtext(f"{SVG}title") == "main · Small Clinic"
    assert root.findtext(f"{SVG}desc").startswith("A call flow: ")
    assert root.get("aria-labelledby") == "title desc"
    told = titles(svg)
    assert {f"n{index}" for index in range(len(picture.nodes))} <= told.keys()
    assert {f"w{index}" for index in range(len(picture.ways))} <= told.keys()


def test_all_that_a_box_and_a_way_say_is_text_in_the_picture(picture):
    shown = seen(to_svg(picture))
    for node in picture.nodes:
        assert set(node_texts(node)) <= shown
    for way in picture.ways:
        assert set(way_texts(way)) <= shown


def test_in_a_large_picture_the_ways_to_what_many_lead_to_end_in_signs_that_lead_there(clinic):
    nodes = [Node(id=f"s{index}", kind="say", name=f"s{index}") for index in range(30)]
    nodes[0] = replace(nodes[0], is_start=True)
    ways = [Way(source=f"s{index}", target=f"s{index + 1}") for index in range(29)]
    ways += [Way(source=f"s{index}", target="s29") for index in range(5, 12)]
    large = Picture(title="t", nodes=tuple(nodes), ways=tuple(ways))
    assert set(signs(large).values()) == {29}
    assert len(signs(large)) == 7, "one of eight is drawn out: the shortest from the start"
    links = [element.get("href") for element in ET.fromstring(to_svg(large)).iter(f"{SVG}a")]
    assert links == ["#n29"] * 7
    assert signs(replace(large, nodes=large.nodes[:10], ways=ways[:8])) == {}


def test_without_graphviz_it_is_said_what_to_install(picture, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PictureError, match="apt-get install graphviz"):
        to_svg(picture)


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("echo no such font >&2; exit 3", "no such font"),
        ("exit 3", "exit 3"),
        ("echo '<svg'", "exit 0"),
    ],
)
def test_a_graphviz_that_fails_is_told(picture, monkeypatch, tmp_path, program, why):
    fake = tmp_path / "dot"
    fake.write_text(f"#!{shutil.which('sh')}\n{program}\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PictureError, match=why):
        to_svg(picture)


def test_a_graphviz_that_does_not_come_to_an_end_is_stopped(picture, monkeypatch, tmp_path):
    fake = tmp_path / "dot"
    fake.write_text(f"#!{shutil.which('sh')}\nexec {shutil.which('sleep')} 600\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PictureError, match="one flow at a time"):
        to_svg(picture, timeout_s=0.1)


# --- colours --------------------------------------------------------------------------------------


def contrast(a: str, b: str) -> float:
    """See https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4
                  for each in parts]  # fmt: skip
        return sum(w * each for w, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    lighter, darker = sorted((luminance(a), luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("look", [*KINDS.values(), *MARKS.values()])
def test_every_text_can_be_read_on_its_box_and_every_kind_has_a_look(look):
    assert contrast(look.text, look.fill) >= 7
    assert set(STEP_KINDS) <= KINDS.keys()


@pytest.mark.parametrize("colour", [INK, QUIET, RED])
def test_every_text_beside_a_line_can_be_read(colour):
    assert contrast(colour, PAPER) >= 7
