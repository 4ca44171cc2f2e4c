from __future__ import annotations

import itertools

import pytest

from recordings.consent import Answer, Consent, ConsentRule, decide


@pytest.mark.parametrize(
    ("rule", "announced", "answer", "reason"),
    [
        (ConsentRule.ANNOUNCED, True, Answer.NONE, "announced"),
        (ConsentRule.ANNOUNCED, True, Answer.YES, "announced"),
        (ConsentRule.ASKED, False, Answer.YES, "agreed"),
        (ConsentRule.IN_FLOW, False, Answer.YES, "agreed"),
        (ConsentRule.ASKED, True, Answer.YES, "agreed"),
    ],
)
def test_a_call_is_recorded_with(
    rule: ConsentRule, announced: bool, answer: Answer, reason: str
) -> None:
    assert decide(rule, announced=announced, answer=answer) == Consent(given=True, reason=reason)


@pytest.mark.parametrize(
    ("rule", "announced", "answer", "reason"),
    [
        (ConsentRule.ANNOUNCED, False, Answer.NONE, "not-announced"),
        (ConsentRule.ANNOUNCED, False, Answer.YES, "not-announced"),
        (ConsentRule.ASKED, True, Answer.NONE, "not-answered"),
        (ConsentRule.IN_FLOW, True, Answer.NONE, "not-answered"),
        (ConsentRule.IN_FLOW, True, Answer.NO, "refused"),
        (ConsentRule.ASKED, False, Answer.NO, "refused"),
        (ConsentRule.NEVER, True, Answer.YES, "site-never"),
    ],
)
def test_a_call_goes_on_unrecorded_with(
    rule: ConsentRule, announced: bool, answer: Answer, reason: str
) -> None:
    assert decide(rule, announced=announced, answer=answer) == Consent(given=False, reason=reason)


def test_a_no_counts_under_every_rule() -> None:
    for rule, announced in itertools.product(ConsentRule, (True, False)):
        assert not decide(rule, announced=announced, answer=Answer.NO).given


def test_the_rules_are_those_that_a_site_can_write() -> None:
    assert [rule.value for rule in ConsentRule] == [
        "announced",
        "asked",
        "in-flow",
        "never",
    ]
