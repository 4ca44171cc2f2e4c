"""What is no YAML is told where the mistake is, and not where the parser noticed it."""

import pytest
import yaml

from config import source
from config.source import parse_document


@pytest.fixture(params=["CBaseLoader", "BaseLoader"], autouse=True)
def parser(request, monkeypatch):
    """Both of PyYAML's parsers: a machine may have only the second."""
    monkeypatch.setattr(source, "_LOADER", getattr(yaml, request.param))


def problems_in(text):
    _, problems = parse_document("a.yaml", text.encode())
    return [str(each).removeprefix("a.yaml:") for each in problems]


QUOTES = "put the whole text in double quotes"
SINGLE = "leave out these quotation marks, or put the whole text in single ones"
WITHIN = (
    "within brackets, a value that holds brackets or quotes needs a line of its own, or the whole "
    "value stands in quotes"
)
COLON = "a colon and a space are missing here, or the next line stands too far in"
ODD = "a no-break space (U+00A0) looks like a space and is none; delete it and type a space"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            'a:\n  en: "One moment\n  es: x\nb:\n  en: "Two"\n',
            "2:7: the quotation mark that opens here ends on line 5, and more text follows; "
            f"close it where the text ends, or {QUOTES}",
            id="a quotation mark that is closed by the next one",
        ),
        pytest.param(
            'a: "One\n',
            f"1:4: the quotation mark that opens here is never closed; close it, or {QUOTES}",
            id="a quotation mark that is never closed",
        ),
        pytest.param(
            'a:\n  en: "One moment," she says\n  es: x\n',
            f'2:7: the text ends at the next ", and more follows; {SINGLE}',
            id="quotation marks around a part of a text",
        ),
        pytest.param(
            "a:\n  en: 'I'm getting one'\n  es: x\n",
            f"2:7: the text ends at the next ', and more follows; {QUOTES}",
            id="an apostrophe within single quotes",
        ),
        pytest.param(
            "a:\n  - x\n  - 'tis time\n  - it's\n",
            "3:5: the quotation mark that opens here ends on line 4, and more text follows; "
            f"close it where the text ends, or {QUOTES}",
            id="an apostrophe at the beginning",
        ),
        pytest.param(
            'a:\n  - {digit: "1, words: [x]}\n  - {digit: "2", words: [y]}\n',
            "2:13: the quotation mark that opens here ends on line 3, and more text follows; "
            f"close it where the text ends, or {QUOTES}",
            id="a quotation mark within braces that is closed by the next one",
        ),
        pytest.param(
            'a: "One\\moment"\n',
            "'\\' has a meaning of its own in double quotes; put the text in single ones",
            id="a backslash in double quotes",
        ),
        pytest.param(
            "a:\n  en: {name}, one moment\n  es: x\n",
            "2:7: a text that begins with { stands in quotes; put all of it in quotes",
            id="a text that begins with a brace",
        ),
        pytest.param(
            "a:\n  en: [pause] one moment\n  es: x\n",
            "2:7: a text that begins with [ stands in quotes; put all of it in quotes",
            id="a text that begins with a bracket",
        ),
        pytest.param(
            "a: {{name}} one moment\n",
            "1:4: a text that begins with { stands in quotes",
            id="a text that begins with two braces",
        ),
        pytest.param(
            "a:\n  x: {b: c}}\n  d: e\n",
            "2:12: there is one } too many here",
            id="a brace too many",
        ),
        pytest.param(
            "a:\n  monday: [08:00-18:00\n  tuesday: [08:00-18:00]\n",
            "2:11: the bracket that opens here is not closed",
            id="a bracket that is not closed",
        ),
        pytest.param(
            'a:\n  - {digit: #, words: [x]}\n  - {digit: "2", words: [y]}\n',
            "2:5: the bracket that opens here is not closed; what follows the '#' is a comment: "
            "put '#' in quotes",
            id="a bracket that a comment swallows",
        ),
        pytest.param(
            "a:\n  asked: [\n    b: c\n    d: e\n",
            "2:10: the bracket that opens here is not closed",
            id="a bracket before keys",
        ),
        pytest.param(
            "a:\n  - {b: c\n  - {d: e}\n",
            "2:5: the bracket that opens here is not closed",
            id="a brace before another one",
        ),
        pytest.param(
            "a: !# x\n",
            "a value cannot begin with !; put the text in quotes",
            id="an exclamation mark",
        ),
        pytest.param(
            "a: ? b\n",
            "1:4: a value cannot begin with ?; put the text in quotes",
            id="a question mark",
        ),
        pytest.param(
            "% a\n", "a line cannot begin with %; put the text in quotes", id="a percent sign"
        ),
        pytest.param(
            "a: ]\n",
            "1:4: a value is missing here, or a bracket is not closed",
            id="a bracket that nothing opened",
        ),
        pytest.param("a: [b,, c]\n", "1:7: a value is missing before this comma", id="two commas"),
        pytest.param(
            'a:\n  - {when: x in ["b", "c"], goto: d}\n',
            f"2:12: {WITHIN}",
            id="a list in an expression within braces",
        ),
        pytest.param(
            "a:\n  kind: ask\n  prompt:menu\n  into: x\n",
            "3:3: 'prompt:menu': a space is missing after the colon",
            id="no space after the colon",
        ),
        pytest.param(
            "a:\n  prompt:menu\n  kind: ask\n",
            "2:3: 'prompt:menu': a space is missing after the colon",
            id="no space after the first colon",
        ),
        pytest.param(
            "a:\n  kind: ask\n  prompt menu\n  into: x\n", f"3:3: {COLON}", id="no colon at all"
        ),
        pytest.param(
            "a:\n  prompt menu\n  into: x\n", f"2:3: {COLON}", id="no colon on the first line"
        ),
        pytest.param(
            "a:\n  kind: ask\n   prompt: menu\n  into: x\n",
            "3:4: this line is taken for a part of the text above; let it begin under the key "
            "above, or put the whole text in quotes",
            id="a line one space too deep",
        ),
        pytest.param(
            "a:\n  en: Press # to\n    go on\n  es: x\n",
            "3:5: this line stands too far in; or the text above ends at its '#', which begins a "
            "comment: put the whole text in quotes",
            id="a comment in the middle of a text of two lines",
        ),
        pytest.param(
            'a: "x" # said\n  b: c\n',
            "2:3: the indentation does not fit the lines above",
            id="a comment behind a text in quotes",
        ),
        pytest.param(
            "a:\n  repeat: *\n  b: c\n",
            '2:11: a value cannot begin with * or &; put it in quotes: "*"',
            id="a star",
        ),
        pytest.param(
            "a: > text\n",
            "behind | or > the text begins on the next line; or put the text in quotes",
            id="a text behind the mark of a long one",
        ),
        pytest.param(
            "a:\n  cases: - x\n",
            "2:10: the items of a list begin on a line of their own, below the key",
            id="an item behind the key",
        ),
        pytest.param("a:\n\u00a0\u00a0b: c\n  d: e\n", f"2:1: {ODD}", id="odd indentation"),
        pytest.param("a:\n  b:\u00a0c\n  d: e\n", f"2:5: {ODD}", id="odd space after the colon"),
    ],
)
def test_the_cause_is_told_at_its_own_place(text, told):
    (problem,) = problems_in(text)
    assert problem.endswith(told)


@pytest.mark.parametrize(
    ("text", "told", "data"),
    [
        pytest.param(
            "a: {kind:hang-up, prompt: x}\n",
            "1:5: a.kind: 'kind:hang-up': a space is missing after the colon",
            {"a": {"kind": "hang-up", "prompt": "x"}},
            id="no space within braces",
        ),
        pytest.param(
            "a: {en: Yes, we are open, on Monday, es: x}\n",
            "1:14: a.en: 'we are open': within braces, a text that holds a comma stands in quotes",
            {"a": {"en": "Yes, we are open, on Monday", "es": "x"}},
            id="commas in a text within braces",
        ),
        pytest.param(
            'a: {digit: "1", goto menu}\n',
            "1:17: a.goto: 'goto menu': a colon and a space are missing behind 'goto'",
            {"a": {"digit": "1", "goto": "menu"}},
            id="no colon within braces",
        ),
        pytest.param(
            "a:\n  en: {name}\n  es: x\n",
            "2:7: a.en: 'name' has no value here; a text that begins with { stands in quotes",
            {"a": {"en": "{name}", "es": "x"}},
            id="nothing but a brace text",
        ),
        pytest.param(
            "a:\n  \u00a0b: c\n  d: e\n",
            f"2:3: a.b: {ODD}",
            {"a": {"b": "c", "d": "e"}},
            id="an odd space before a key",
        ),
        pytest.param(
            "a:\n  - b:\u00a0c\n",
            f"2:7: a[0]: {ODD}",
            {"a": ["b:\u00a0c"]},
            id="an odd space in an item",
        ),
        pytest.param(
            "a: #\n",
            "1:3: a: nothing is given; give a value or leave out the line; to give a '#', put it "
            "in quotes",
            {"a": ""},
            id="a hash for a value",
        ),
    ],
)
def test_what_was_meant_is_read_on_with(text, told, data):
    document, _ = parse_document("a.yaml", text.encode())
    assert problems_in(text) == [told]
    assert document.data == data


@pytest.mark.parametrize(
    "text",
    [
        "a: {b : c}\n",
        "a: {? b\n  : c}\n",
        "a: {b: c,}\n",
        'a: {"b": c}\n',
        "a: [b: c]\n",
    ],
)
def test_a_key_with_a_colon_is_never_told_to_lack_one(text):
    assert problems_in(text) == []


def test_a_key_with_a_colon_and_nothing_behind_it_lacks_a_value():
    (problem,) = problems_in("a: {b: , c: d}\n")
    assert problem.endswith("a.b: nothing is given; give a value or leave out the line")


def test_an_odd_space_within_a_text_is_nothing_wrong():
    assert problems_in("a: One\u00a0moment\nb: note:\u00a0closed\n") == []
