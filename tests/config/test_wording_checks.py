"""Values in what is said beside the prompts of steps: answers, titles, and the line's own words."""

import pytest

ANSWER = """\
hours:
  title: {{en: "our hours{0}", es: nuestro horario}}
  text: {{en: "We are open all day{1}.", es: Abrimos todo el día.}}
  keywords: {{en: [hours], es: [horario]}}
"""
BYE = "  bye:\n    kind: hang-up\n    prompt: "
AS_WRITTEN = "a title is said as it is written; leave out the braces and what is in them"


def answering(site, title="", text=""):
    site.write("answers.yaml", ANSWER.format(title, text))
    site.replace("flows/main.yaml", f"{BYE}bye", f"{BYE}answer.hours")
    return site.problems()


def test_a_value_in_an_answer_is_looked_for_where_the_answer_is_said(site):
    assert answering(site, text=" on {call.weekday}") == []
    text = (site.path / "answers.yaml").read_text()
    site.write("answers.yaml", text.replace("on {call.weekday}", "for {nme}"))
    assert site.problems() == [
        (
            "flows/main.yaml:25:13: steps.bye.prompt: the answer 'hours' says a value here, and "
            "nothing sets 'nme'"
        )
    ]


def test_braces_in_an_answer_that_name_no_value_are_told(site):
    (problem,) = answering(site, text=" {We")
    assert problem.startswith("answers.yaml:3:14: hours.text.en: a value is written as {name}")


def test_a_title_holds_no_values(site):
    assert answering(site, title=" {day}") == [f"answers.yaml:2:15: hours.title.en: {AS_WRITTEN}"]


def test_a_title_of_an_intent_holds_no_values(site):
    site.write(
        "intents.yaml",
        "lost:\n  title: {en: 'a {thing}', es: algo}\n  keywords: {en: [coat], es: [abrigo]}\n",
    )
    assert site.problems() == [f"intents.yaml:2:15: lost.title.en: {AS_WRITTEN}"]


@pytest.mark.parametrize(
    ("prompt", "said", "told"),
    [
        ("nurse-wait", "A nurse.", "the line says this by itself, and knows no {name} then"),
        ("triage-danger", "Danger?", "the line says this by itself, and knows no {name} then"),
        ("advice-911", "Dial nine one one.", "{name} would be read out as it stands; leave it out"),
        ("recording-notice", "Recorded.", "{name} would be read out as it stands; leave it out"),
    ],
)
def test_a_value_in_what_the_line_says_by_itself_is_told(site, prompt, said, told):
    site.replace("prompts.yaml", f"en: {said}", f'en: "{said} {{name}}"')
    (problem,) = site.problems()
    assert f" {prompt}.en: {told}" in problem


def test_what_is_known_in_every_call_may_be_said_by_the_line_too(site):
    site.replace("prompts.yaml", "en: A nurse.", 'en: "A nurse, this {call.weekday}."')
    assert site.problems() == []
    site.replace("prompts.yaml", "en: Dial nine one one.", 'en: "{call.weekday}, nine one one."')
    (problem,) = site.problems()
    assert "advice-911.en: {call.weekday} would be read out as it stands" in problem


@pytest.mark.parametrize("text", ["'...'", "🙂", "'?!'"])
def test_a_prompt_without_a_word_is_told(site, text):
    site.replace("prompts.yaml", "bye: {en: See you.,", f"bye: {{en: {text},")
    (problem,) = site.problems()
    assert problem.endswith(f"there is no word in '{text.strip(chr(39))}': the prompt says nothing")


def test_a_prompt_of_a_value_alone_says_something(site):
    site.replace("prompts.yaml", "bye: {en: See you., es: Hasta luego.}",
                 'bye: {en: "{call.date}", es: "{call.date}"}')  # fmt: skip
    assert site.problems() == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("our hours", "...", "2:15: hours.title.en"),
        ("We are open all day.", "...", "3:14: hours.text.en"),
        ("[hours]", "['...']", "4:19: hours.keywords.en[0]"),
    ],
)
def test_an_answer_without_a_word_is_told(site, old, new, place):
    answering(site)
    text = (site.path / "answers.yaml").read_text()
    site.write("answers.yaml", text.replace(old, new))
    assert site.problems() == [f"answers.yaml:{place}: there is no word in '...'"]
