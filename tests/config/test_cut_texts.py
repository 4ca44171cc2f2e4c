"""No caller hears half a text because a '#' stands in it."""

import pytest

from config.source import parse_document

MEND = "put the whole text in quotes, or the comment on a line of its own"


def cut_in(file, text):
    _, problems = parse_document(file, text.encode())
    return [str(each) for each in problems]


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("prompts.yaml", "a:\n  en: Press # now\n", "2:13: a.en: {} not said"),
        (
            "prompts.yaml",
            "a: {en: x}\nb:\n  en: >-\n    é # x\n  es: ¿é # now\n",
            "5:10: b.es: {} not said",
        ),
        (
            "answers.yaml",
            "a:\n  title: {es: x}\n  text:\n    en: One\n     two # x\n",
            "5:10: a.text.en: {} not said",
        ),
        (
            "answers.yaml",
            "a:\n  keywords:\n    en:\n      - b # c\n",
            "4:11: a.keywords.en[0]: {} not listened for",
        ),
        (
            "intents.yaml",
            "a:\n  examples:\n    en:\n      - b # c\n",
            "4:11: a.examples.en[0]: {} not listened for",
        ),
        ("providers.yaml", "a:\n  street: 1 Elm #4\n", "2:17: a.street: {} not said"),
        (
            "dialogues/a.yaml",
            "a:\n  turns:\n    - says: b # c\n",
            "3:15: a.turns[0].says: {} not said",
        ),
        (
            "dialogues/a.yaml",
            "a:\n  turns:\n    - line: b # c\n",
            "3:15: a.turns[0].line: {} not looked for",
        ),
        (
            "flows/a.yaml",
            "steps:\n  a:\n    choices:\n      - words:\n          en:\n            - b # c\n",
            "6:17: steps.a.choices[0].words.en[0]: {} not listened for",
        ),
        (
            "protocols/a.yaml",
            "concepts:\n  - phrases:\n      en:\n        - b # c\n",
            "4:13: concepts[0].phrases.en[0]: {} not listened for",
        ),
    ],
)
def test_a_comment_behind_what_is_said_or_heard_is_a_problem(file, text, told):
    what = "what follows the '#' is a comment and is"
    assert cut_in(file, text) == [f"{file}:{told.format(what)}; {MEND}"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("prompts.yaml", 'a:\n  en: "Press # now"   # said twice\n'),
        ("prompts.yaml", "a:\n  en: Press #1\u00a0or#2\n".replace(" #1", "#1")),
        ("prompts.yaml", "a:   # said twice\n  en: Press\n  # not yet\n"),
        ("site.yaml", "id: a # ours\n"),
        ("queues.yaml", "a:\n  title: b # ours\n"),
        ("calendars.yaml", "a:\n  holidays:\n    december 25: Christmas # ours\n"),
        ("flows/a.yaml", "steps:\n  words:\n    prompt: b # ours\n"),
        ("protocols/a.yaml", "words:\n  - id: b # ours\n"),
        ("dialogues/a.yaml", "a:\n  title: b # ours\n  turns:\n    - queue: b # ours\n"),
        ("intents.yaml", "a:\n  # ours\n  title: {en: x} # ours\n"),
    ],
)
def test_a_comment_elsewhere_is_nothing_wrong(file, text):
    assert cut_in(file, text) == []


def test_nothing_more_is_told_of_a_text_that_is_cut(site):
    site.replace(
        "prompts.yaml",
        "bye: {en: See you., es: Hasta luego.}",
        "bye:\n  en: See {x # y}\n  es: Ya.",
    )
    (problem,) = site.problems()
    assert problem == (
        f"prompts.yaml:12:14: bye.en: what follows the '#' is a comment and is not said; {MEND}"
    )
