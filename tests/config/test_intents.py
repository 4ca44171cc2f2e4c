"""``intents.yaml``: every intent in every language, and every mistake at its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.document import Document
from config.intents import INTENTS, read_intents
from config.load import DEFAULT_CLINIC
from config.report import Report
from config.source import parse_document, read_document
from ivr.intents import Intent, IntentModel, Sureness

GOOD = """\
refill:
  title: {en: a prescription, es: una receta}
  keywords: {en: [refill], es: [receta]}
  examples:
    en:
      - i am out of pills
      - the pharmacy has nothing
    es: [ya no tengo pastillas]
fax:
  title: {en: a fax, es: un fax}
  keywords: {en: [fax number], es: [fax]}
"""


def read(text, languages=("en", "es")):
    document, problems = parse_document(INTENTS, text.encode())
    assert problems == []
    report = Report()
    intents = read_intents(document, languages, report)
    return intents, [str(each) for each in report.problems], [str(e) for e in report.warnings]


def test_a_good_file_is_read_whole_and_in_its_order():
    intents, problems, warnings = read(GOOD)
    assert (problems, warnings) == ([], [])
    assert list(intents) == ["refill", "fax"]
    assert intents["refill"] == Intent(
        title={"en": "a prescription", "es": "una receta"},
        keywords={"en": ("refill",), "es": ("receta",)},
        examples={
            "en": ("i am out of pills", "the pharmacy has nothing"),
            "es": ("ya no tengo pastillas",),
        },
    )


MISTAKES = {
    "a name": (
        "fax:",
        "Fax:",
        "9:1: Fax: 'Fax' is no name, wanted small letters, digits and '-', at most 48",
    ),
    "an unknown key": (
        "  keywords: {en: [fax number]",
        "  keyword: {en: [fax number]",
        "11:3: fax.keyword: unknown key 'keyword'; did you mean 'keywords'?",
    ),
    "no title": (
        "  title: {en: a fax, es: un fax}\n",
        "",
        "9:1: fax.title: 'title' is missing",
    ),
    "no title in a language": (
        "{en: a fax, es: un fax}",
        "{en: a fax}",
        "10:3: fax.title: there is no title in 'es'",
    ),
    "an empty title": (
        "{en: a fax,",
        "{en: ' ',",
        "10:15: fax.title.en: the title is empty",
    ),
    "a title in an unknown language": (
        "es: un fax}",
        "es: un fax, ess: un fax}",
        "10:34: fax.title.ess: the site does not speak 'ess'; did you mean 'es'?",
    ),
    "a keyword in an unknown language": (
        "es: [fax]}",
        "es: [fax], ens: [fax]}",
        "11:43: fax.keywords.ens: the site does not speak 'ens'; did you mean 'es'?",
    ),
    "an example in an unknown language": (
        "    es: [ya no tengo pastillas]",
        "    es: [ya no tengo pastillas]\n    fr: [oui]",
        "9:5: refill.examples.fr: the site does not speak 'fr'",
    ),
    "nothing leads there": (
        "  keywords: {en: [fax number], es: [fax]}\n",
        "",
        "9:1: fax: nothing leads here: there is no keyword and no example",
    ),
    "no list": (
        "{en: [refill],",
        "{en: refill,",
        "3:18: refill.keywords.en: found 'refill', wanted a list in square brackets: [refill]",
    ),
    "a keyword without a word": (
        "{en: [refill],",
        "{en: [refill, '?!'],",
        "3:27: refill.keywords.en[1]: there is no word in '?!'",
    ),
    "an example that is only a hesitation": (
        "- the pharmacy has nothing",
        "- um",
        "7:9: refill.examples.en[1]: there is no word in 'um'",
    ),
    "too long a phrase": (
        "the pharmacy has nothing",
        "word " * 40 + "x",
        "7:9: refill.examples.en[1]: found 201 characters, wanted at most 200",
    ),
    "a keyword of another intent": (
        "[fax number]",
        "[fax number, ReFills]",
        "11:31: fax.keywords.en[1]: 'ReFills' is a keyword of 'refill' already",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_one_mistake_is_one_problem_at_its_line(mistake):
    old, new, told = MISTAKES[mistake]
    assert GOOD.count(old) == 1
    assert read(GOOD.replace(old, new))[1] == [f"intents.yaml:{told}"]


def test_what_cannot_be_understood_is_left_out_and_the_rest_is_read():
    intents, problems, _ = read(GOOD.replace("{en: [refill],", "{en: refill,"))
    assert list(intents) == ["fax"]
    assert len(problems) == 1


def test_the_same_word_may_be_a_keyword_of_two_intents_in_two_languages():
    assert read(GOOD.replace("[fax number]", "[receta]"))[1:] == ([], [])


def test_an_intent_that_a_language_of_the_site_does_not_lead_to_is_a_warning():
    _, problems, warnings = read(GOOD.replace(", es: [fax]", ""))
    told = "intents.yaml:9:1: fax: nothing leads here in 'es': no keyword and no example"
    assert (problems, warnings) == ([], [told])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "the pharmacy has nothing",
            "I'm out of pills!",
            "7:9: refill.examples.en[1]: 'I'm out of pills!' stands already, on line 6",
        ),
        (
            "[ya no tengo pastillas]",
            "[ya no tengo pastillas, ya no tengo pastillas]",
            "8:33: refill.examples.es[1]: 'ya no tengo pastillas' stands already, on line 8",
        ),
        (
            "  keywords: {en: [fax number]",
            "  examples: {en: [i am out of pills]}\n  keywords: {en: [fax number]",
            (
                "11:19: fax.examples.en[0]: 'i am out of pills' stands already under 'refill', "
                "on line 6"
            ),
        ),
    ],
)
def test_an_example_that_stands_twice_is_a_warning_at_the_second(old, new, told):
    assert read(GOOD.replace(old, new))[1:] == ([], [f"intents.yaml:{told}"])


def test_an_intent_has_two_hundred_phrases_in_a_language_at_most():
    for number, told in ((198, []), (199, ["found 201 phrases, wanted at most 200"])):
        many = "".join(f"      - number {each} of many\n" for each in range(number))
        text = GOOD.replace("      - i am out of pills\n", many)
        problems = read(text)[1]
        assert [each.partition("examples.en: ")[2] for each in problems] == told
        assert all(each.startswith("intents.yaml:5:5: refill.") for each in problems)


def test_where_the_languages_of_the_site_are_not_known_none_is_unknown():
    assert read(GOOD, languages=())[1:] == ([], [])


@given(
    st.recursive(
        st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["title", "keywords", "examples", "en", "es", "x"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_whatever_stands_in_the_file_only_problems_come_of_it(value):
    document = Document(file=INTENTS, data={"some": value, "other": value})
    read_intents(document, ("en", "es"), Report())


@pytest.fixture(scope="module")
def clinic_intents():
    document, problems = read_document(DEFAULT_CLINIC, INTENTS)
    assert problems == []
    report = Report()
    intents = read_intents(document, ("en", "es"), report)
    assert [str(each) for each in (*report.problems, *report.warnings)] == []
    return intents


def test_every_intent_of_the_sample_clinic_has_enough_sentences_in_both_languages(clinic_intents):
    least = {"en": 20, "es": 12}
    assert [
        (name, language)
        for name, intent in clinic_intents.items()
        for language in least
        if len(intent.examples[language]) < least[language] or not intent.keywords[language]
    ] == []


def test_each_keyword_of_the_sample_clinic_leads_to_its_intent_when_it_is_all_that_is_said(
    clinic_intents,
):
    model, every = IntentModel(clinic_intents), tuple(clinic_intents)
    wrong = [
        (phrase, understood)
        for name, intent in clinic_intents.items()
        for language, phrases in intent.keywords.items()
        for phrase in phrases
        if (understood := model.understand(phrase, every, language)).best != name
        or understood.sureness is not Sureness.SURE
    ]
    assert wrong == []
