"""An example is added to a rule's file, and nothing else of it changes."""

from __future__ import annotations

import pytest

from config.examples import ExampleError, add_example
from config.load import load_site

HEART = "protocols/heart.yaml"


def test_it_is_written_after_the_last_of_its_kind(site):
    before = (site.path / HEART).read_text().splitlines()
    assert add_example(site.path, "chest", "chest pain: bad", positive=True) == f"{HEART}:21"
    after = (site.path / HEART).read_text().splitlines()
    assert after[20] == '        - "chest pain: bad"'
    assert after[:20] + after[21:] == before
    [rule] = load_site(site.path).protocols.rules
    assert rule.examples.positive[-1] == "chest pain: bad"


def test_a_negative_one_at_the_end_of_the_file(site):
    site.write(HEART, (site.path / HEART).read_text().rstrip("\n"))
    add_example(site.path, "chest", 'a "quoted" word', positive=False)
    [rule] = load_site(site.path).protocols.rules
    assert rule.examples.negative[-1] == 'a "quoted" word'


@pytest.mark.parametrize(
    ("rule", "text", "message"),
    [
        ("none", "hello", "there is no rule 'none'"),
        ("chest", "my bill is wrong", "has this example already"),
    ],
)
def test_what_cannot_be_added_says_why(site, rule, text, message):
    with pytest.raises(ExampleError, match=message):
        add_example(site.path, rule, text, positive=False)


def test_a_list_in_brackets_is_left_alone(site):
    text = (site.path / HEART).read_text()
    start = text.index("      negative:")
    site.write(HEART, f"{text[:start]}      negative: [one thing, another]\n")
    with pytest.raises(ExampleError, match="one a line"):
        add_example(site.path, "chest", "hello", positive=False)
