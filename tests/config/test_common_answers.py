"""``answers.yaml``: every answer in every language, and every mistake at its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.answers import ANSWERS, CommonAnswer, read_answers
from config.document import Document
from config.load import DEFAULT_CLINIC
from config.report import Report
from config.source import parse_document, read_document

GOOD = """\
hours:
  title: {en: our hours, es: horario}
  text:
    en: >-
      We are open
      from eight to six.
    es: De ocho a seis.
  keywords: {en: [hours, opening], es: [horario]}
  examples:
    en: [when are you open]
    es: [cuando abren]
fax:
  title: {en: our fax, es: fax}
  text: {en: One two., es: Uno dos.}
  keywords: {en: [fax number], es: [numero de fax]}
"""


def read(text, languages=("en", "es")):
    document, problems = parse_document(ANSWERS, text.encode())
    assert problems == []
    report = Report()
    answers = read_answers(document, languages, report)
    return answers, [str(each) for each in report.problems], [str(e) for e in report.warnings]


def test_a_good_file_is_read_whole():
    answers, problems, warnings = read(GOOD)
    assert (problems, warnings) == ([], [])
    assert answers["hours"] == CommonAnswer(
        id="hours",
        title={"en": "our hours", "es": "horario"},
        text={"en": "We are open from eight to six.", "es": "De ocho a seis."},
        keywords={"en": ("hours", "opening"), "es": ("horario",)},
        examples={"en": ("when are you open",), "es": ("cuando abren",)},
    )
    assert answers["fax"].examples == {}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{en: our fax, es: fax}", "{en: our fax}", "13:3: fax.title: there is no title in 'es'"),
        ("{en: One two., es: Uno dos.}", "{es: x}", "14:3: fax.text: there is no text in 'en'"),
        ("en: One two.", "en: ' '", "14:14: fax.text.en: the text is empty"),
        ("es: fax}", "es: fax, fr: f}", "13:33: fax.title.fr: the site does not speak 'fr'"),
        ("[numero de fax]", "[numero de fax], fr: [x]", "15:53: fax.keywords.fr: the site does"),
        ("[fax number]", "[fax, '']", "15:24: fax.keywords.en[1]: this is empty"),
        ("[fax number]", "[fax, FAX]", "15:24: fax.keywords.en[1]: 'FAX' stands twice"),
        ("[fax number]", "[Hours]", "15:19: fax.keywords.en[0]: 'Hours' leads to 'hours' already"),
        ("[fax number]", "fax", "15:18: fax.keywords.en: found 'fax', wanted a list"),
        ("  title: {en: our fax, es: fax}\n", "", "12:1: fax.title: 'title' is missing"),
        ("fax:\n", "Fax:\n", "12:1: Fax: 'Fax' is no name"),
        (
            "  keywords: {en: [fax",
            "  keyword: {en: [fax",
            "15:3: fax.keyword: unknown key 'keyword'",
        ),
    ],
)
def test_a_mistake_is_told_at_its_line(old, new, told):
    assert GOOD.count(old) == 1
    _, problems, _ = read(GOOD.replace(old, new))
    assert problems[0].startswith(f"answers.yaml:{told}"), problems


def test_an_answer_that_nothing_leads_to_is_a_warning():
    _, problems, warnings = read(GOOD.replace(", es: [numero de fax]", ""))
    assert problems == []
    assert warnings == [
        "answers.yaml:12:1: fax: nothing leads here in 'es': no keyword and no example"
    ]


def test_without_the_sites_languages_none_is_missed():
    assert read(GOOD.replace("{en: our fax, es: fax}", "{fr: fax}"), ())[1] == []


def test_the_sample_is_right_in_both_languages():
    document, problems = read_document(DEFAULT_CLINIC, ANSWERS)
    report = Report()
    answers = read_answers(document, ("en", "es"), report)
    assert (problems, report.problems, report.warnings) == ([], [], [])
    assert len(answers) >= 12
    # Numbers are written as words, so that every voice says them alike.
    assert not any(c.isdigit() for each in answers.values() for t in each.text.values() for c in t)


WORDS = st.text(max_size=8) | st.sampled_from(["en", "1"])
TEXTS = WORDS | st.lists(WORDS, max_size=3) | st.dictionaries(WORDS, WORDS | st.lists(WORDS))
KEYS = st.sampled_from(["title", "text", "keywords", "examples", "id", "x"])


@given(st.dictionaries(WORDS, st.dictionaries(KEYS, TEXTS) | TEXTS, max_size=4))
def test_whatever_stands_in_the_file_there_are_answers_or_problems(data):
    report = Report()
    answers = read_answers(Document(file=ANSWERS, data=data), ("en",), report)
    assert report.problems or answers.keys() == data.keys()
