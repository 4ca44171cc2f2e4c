"""The sample protocols as they ship."""

from __future__ import annotations

from dataclasses import replace

from calls.verdict import Disposition
from triage import ProtocolSet, check_examples, check_protocols
from triage.protocol import Concept, Examples, Kind, Modifier, Protocol, Rule, WordClass


def test_every_reference_holds_and_every_example_comes_out_as_written(protocols):
    assert check_protocols(protocols) == []


def test_every_rule_says_who_answers_for_it_and_where_it_comes_from(protocols):
    for rule in protocols.rules:
        assert rule.version >= 1
        assert rule.owner
        assert len(rule.citation) > 10
        assert len(rule.examples.positive) >= 2
        assert len(rule.examples.negative) >= 2


def test_the_sample_is_a_sample_until_someone_approves_all_of_it(protocols):
    assert protocols.status == "sample"
    first, *others = [rule.id for rule in protocols.rules]
    partly = replace(protocols, approved=frozenset(others))
    assert partly.status == "sample"
    assert [partly.samples(each) for each in protocols.protocols].count((first,)) == 1
    assert replace(protocols, approved=frozenset([first, *others])).status == "approved"
    assert ProtocolSet().status == "sample"


def test_the_rules_that_the_digit_screen_stands_for_exist(protocols):
    for rule_id in ("breathing-trouble", "chest-pain", "stroke", "bleeding", "self-harm"):
        rule = protocols.rule(rule_id)
        assert rule is not None
        assert rule.disposition in (Disposition.NOW_911, Disposition.NOW_988)
    assert protocols.rule("no-such-rule") is None


def test_the_prompts_that_questions_need_are_named(protocols):
    assert "triage-happening-now" in protocols.questions
    assert "triage-safety" in protocols.questions


def _small(rule: Rule, **parts) -> ProtocolSet:
    concept = Concept(id="cough", phrases={"en": ("cough",)})
    return ProtocolSet(
        protocols=(
            Protocol(id="p", title="P", **{"concepts": (concept,), "rules": (rule,), **parts}),
        )
    )


RULE = Rule(
    id="cough",
    version=1,
    owner="o",
    citation="c",
    disposition=Disposition.NURSE_NOW,
    all=("cough",),
    examples=Examples(positive=("i cough", "coughing"), negative=("hello", "no cough")),
)


def test_a_sound_rule_has_no_problems():
    assert check_protocols(_small(RULE)) == []


def test_a_dangling_concept_is_named_with_its_place():
    [problem] = check_protocols(_small(replace(RULE, all=("cough | fevr",))))
    assert (problem.rule, problem.where) == ("cough", "all")
    assert "fevr" in problem.message


def test_an_example_that_fails_is_named_with_its_place():
    examples = Examples(positive=("i cough", "hello"), negative=("hello", "i cough"))
    problems = check_examples(_small(replace(RULE, examples=examples)))
    assert [problem.where for problem in problems] == [
        "examples.positive[1]",
        "examples.negative[1]",
    ]


def test_too_few_examples_are_a_problem():
    problems = check_protocols(_small(replace(RULE, examples=Examples())))
    assert {problem.where for problem in problems} == {"examples.positive", "examples.negative"}


def test_a_rule_that_wants_nothing_is_a_problem():
    assert [p.where for p in check_protocols(_small(replace(RULE, all=())))] == ["all"]


def test_a_rule_on_modifiers_alone_is_a_problem():
    modifier = Modifier(id="pregnant", kind=Kind.PREGNANCY, phrases={"en": ("pregnant",)})
    examples = Examples(positive=("pregnant", "i am pregnant"), negative=("hello", "bye"))
    rule = replace(RULE, all=("pregnant",), examples=examples)
    [problem] = check_protocols(_small(rule, modifiers=(modifier,)))
    assert "modifiers alone" in problem.message


def test_an_id_that_is_used_twice_is_a_problem():
    concept = Concept(id="cough", phrases={"en": ("cough",)})
    problems = check_protocols(_small(RULE, concepts=(concept, concept)))
    assert ["concept" in problem.where for problem in problems] == [True]


def test_an_unknown_word_class_is_a_problem_not_a_crash():
    concept = Concept(id="cough", phrases={"en": ("cough <lung>",)})
    [problem] = check_protocols(_small(RULE, concepts=(concept,)))
    assert "lung" in problem.message


def test_a_word_class_that_is_defined_twice_is_a_problem():
    words = WordClass(id="lung", words={"en": ("lung",)})
    [problem] = check_protocols(_small(RULE, words=(words, words)))
    assert "defined twice" in problem.message
