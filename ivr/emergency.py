"""The emergency lane, as a call sees it: how urgent it is, what to say, whom to ask for.

A caller enters it with ``Enqueue`` as the very first command, so that a nurse's phone rings while
the advice is still being said; the bridge may cut the advice short. Nothing but a nurse, an outside
party who answers, or the end of the call leads out of it.

When no nurse answers, the on-call number is rung *as well*: the caller keeps their place, so that
whoever answers first gets them. Only once the outside party has them are they dequeued; when it
fails they have lost nothing, and it is tried again later.
"""

from __future__ import annotations

from dataclasses import replace

from calls.ids import QueueId
from calls.requirement import Requirement
from calls.verdict import CLEAR, Action, Disposition, Flag, Verdict
from ivr.flow import CallRules
from ivr.waiting import language_skills

BY_KEY = Verdict(action=Action.CALL_911, disposition=Disposition.NOW_911, reason="digit")
"""The emergency key: treated as 911, since nothing more is known."""

_ADVICE_EVERY = 3
"""Each so many words of comfort in the lane the advice is said again."""

_ACTIONS = {
    Disposition.NOW_911: Action.CALL_911,
    Disposition.NOW_988: Action.CALL_988,
}


class Lane:
    """One call's urgency over its life. It only rises.

    Args:
        rules: the site's rules.
    """

    __slots__ = ("_advised", "_comforts", "_rules", "acuity", "entered", "may_call_back")

    def __init__(self, rules: CallRules) -> None:
        self._rules = rules
        self._advised: set[Action] = set()
        self._comforts = 0
        self.acuity = CLEAR
        """The worst verdict so far."""
        self.entered = False
        """Whether the caller is due a nurse and none has finished with them yet."""
        self.may_call_back = True
        """Whether nothing was understood, not even in doubt, that forbids to call the caller."""

    def copied(self) -> Lane:
        """The same, for a copy of the call."""
        twin = Lane(self._rules)
        twin._advised.update(self._advised)
        twin._comforts, twin.acuity = self._comforts, self.acuity
        twin.entered, twin.may_call_back = self.entered, self.may_call_back
        return twin

    @property
    def stance(self) -> tuple[object, ...]:
        """All of it that makes a difference to what follows."""
        return (
            self.acuity.action.name,
            self.entered,
            self.may_call_back,
            tuple(sorted(action.name for action in self._advised)),
        )

    @property
    def advised(self) -> bool:
        """Whether 911 or 988 advice was given for a red flag."""
        return bool(self._advised)

    @property
    def on_call(self) -> str | None:
        """The number to ring when no nurse answers, if the site has one."""
        return self._rules.outside.get(self._rules.on_call) if self._rules.on_call else None

    def heed(self, verdict: Verdict) -> None:
        """Let the acuity rise to ``verdict``, if that is worse; what it forbids stays forbidden."""
        self.may_call_back &= verdict.may_call_back
        if verdict.action is self.acuity.action:
            return
        if verdict.action.urgency > self.acuity.action.urgency:
            self.acuity = verdict

    def advice(self, action: Action) -> tuple[str, ...]:
        """The prompts that this action asks for and the caller has not been told yet."""
        prompts = {
            Action.CALL_911: self._rules.advice_911,
            Action.CALL_988: self._rules.advice_988,
        }
        if action not in prompts or action in self._advised:
            return ()
        self._advised.add(action)
        return (prompts[action],)

    def comfort(self) -> tuple[str, ...]:
        """What to say before the next word of comfort: now and then the advice, again.

        Whoever waits for a nurse for minutes must not think that waiting is all they can do.
        """
        self._comforts += 1
        return () if self._comforts % _ADVICE_EVERY else (self.again(),)

    def again(self) -> str:
        """The advice that fits, whether it was given before or not."""
        crisis = self.acuity.action is Action.CALL_988
        return self._rules.advice_988 if crisis else self._rules.advice_911

    def requirement(self, language: str) -> Requirement:
        """What an emergency asks of the distributor.

        The language is named so that a nurse who speaks it is preferred. For an emergency the
        distributor takes it as a wish: a red flag never waits for a language.
        """
        return Requirement(
            queue=QueueId(self._rules.nurse_queue),
            skills=language_skills(self._rules, language),
            emergency=True,
        )


def by_screen(rules: CallRules, rule: str) -> Verdict:
    """The verdict of a symptom screen's key: as urgent as the protocol rule it stands for."""
    flag = rules.screens.get(rule) or Flag(rule=rule, version=0, disposition=Disposition.NOW_911)
    return Verdict(
        action=_ACTIONS.get(flag.disposition, Action.NURSE),
        disposition=flag.disposition,
        flags=(flag,),
        reason="digit",
    )


def confirmed(asked: Verdict, reason: str) -> Verdict:
    """The nurse verdict that a triage question led to, by a yes or by no clear answer."""
    return replace(
        asked,
        action=Action.NURSE,
        disposition=Disposition.NURSE_NOW,
        question=None,
        reason=reason,
    )
