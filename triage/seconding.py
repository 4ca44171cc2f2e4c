"""How a second opinion is heard: what words it sees, and how far it may raise a verdict."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace

from calls.verdict import Action, Disposition, Flag, Verdict, by_urgency
from triage.mention import Mention
from triage.opinion import HIDDEN, Opinion, Weights
from triage.protocol import CRISIS_QUESTION, DANGER_QUESTION
from triage.standing import Standing
from triage.tokens import Utterance

SECOND_OPINION = "second-opinion"
"""The id under which it stands among the rules that matched."""
NOT_EXPLAINED = frozenset(("far-apart", "named"))
"""Reasons for which a mention does not count, and which say nothing against its words."""


def standing_words(said: Utterance, mentions: Iterable[Mention]) -> tuple[str, ...]:
    """What a second opinion sees: the folded words, without what was explained away."""
    counted, lowered = set[int](), set[int]()
    for mention in mentions:
        away = mention.standing is Standing.SUPPRESSED and mention.reason not in NOT_EXPLAINED
        (lowered if away else counted).update(range(mention.start, mention.end))
    lowered -= counted
    words = (HIDDEN if at in lowered else word for at, word in enumerate(said.tokens))
    return tuple(word for word, _ in itertools.groupby(words))


def seconded(verdict: Verdict, opinion: Opinion, weights: Weights) -> Verdict:
    """The verdict, raised where the second opinion asks for it; never lowered.

    To 911 or 988 only where a rule has found a reason of its own to ask or to call a nurse.
    """
    by_rule = verdict.action in (Action.ASK, Action.NURSE)
    raised: tuple[Action, Disposition] | None = None
    if by_rule and max(opinion.emergency, opinion.crisis) >= weights.second_at:
        crisis = opinion.crisis > opinion.emergency
        raised = (
            (Action.CALL_988, Disposition.NOW_988)
            if crisis
            else (Action.CALL_911, Disposition.NOW_911)
        )
    elif opinion.urgent >= weights.nurse_at:
        raised = Action.NURSE, Disposition.NURSE_NOW
    elif opinion.urgent >= weights.ask_at:
        raised = Action.ASK, Disposition.NURSE_NOW
    if raised is None or raised[0].urgency <= verdict.action.urgency:
        return verdict
    action, disposition = raised
    flag = Flag(rule=SECOND_OPINION, version=weights.version, disposition=disposition)
    question = None
    if action is Action.ASK:
        question = CRISIS_QUESTION if opinion.crisis * 2 > opinion.urgent else DANGER_QUESTION
    return replace(
        verdict,
        action=action,
        disposition=disposition,
        flags=by_urgency([*verdict.flags, flag]),
        question=question,
    )
