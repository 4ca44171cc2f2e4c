"""May this call be recorded? The site's rule and the caller's answer decide, nothing else.

A caller who refuses goes on unrecorded; nobody is sent away for it. Whatever is not clearly a
permission is none: silence, an unclear answer, an announcement that was cut off.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ConsentRule(Enum):
    """What the site's configuration says under ``recording.consent``."""

    ANNOUNCED = "announced"
    """Callers are told; who stays on the line and does not object is recorded."""
    ASKED = "asked"
    """Callers are asked; who says yes is recorded."""
    IN_FLOW = "in-flow"
    """A step of the flow asks; who says yes is recorded from then on."""
    NEVER = "never"


class Answer(Enum):
    """What the caller said to it, last word first: a later answer replaces an earlier one."""

    NONE = "none"
    """Not asked, or no answer that could be understood."""
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The decision.

    Attributes:
        given: whether ``StartRecording`` may happen.
        reason: ``announced``, ``agreed``, ``site-never``, ``refused``, ``not-announced`` or
            ``not-answered``.
    """

    given: bool
    reason: str


def decide(rule: ConsentRule, *, announced: bool, answer: Answer = Answer.NONE) -> Consent:
    """Whether a conversation may be recorded from here on.

    Args:
        rule: the site's.
        announced: whether the announcement was played to its end.
        answer: the caller's last word on it. A no counts under every rule and at any time.
    """
    if rule is ConsentRule.NEVER:
        return Consent(given=False, reason="site-never")
    if answer is Answer.NO:
        return Consent(given=False, reason="refused")
    if rule in (ConsentRule.ASKED, ConsentRule.IN_FLOW):
        agreed = answer is Answer.YES
        return Consent(given=agreed, reason="agreed" if agreed else "not-answered")
    return Consent(given=announced, reason="announced" if announced else "not-announced")
