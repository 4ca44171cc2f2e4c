"""What led to a verdict, for a person to read. Words are kept private."""

from __future__ import annotations

from dataclasses import dataclass

from calls.private import Private
from calls.verdict import Verdict
from triage.mention import Mention
from triage.opinion import Opinion
from triage.standing import Standing
from triage.tokens import Utterance


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One mention, for a person to read.

    Attributes:
        concept: its id.
        span: ``(first word, one past the last word)`` of what was said.
        words: those words.
        standing: what it is worth.
        reason: why it is worth less than its words; empty when meant.
    """

    concept: str
    span: tuple[int, int]
    words: Private
    standing: Standing
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A verdict together with everything it came from.

    Attributes:
        verdict: the answer.
        findings: every mention, in the order they were said.
        truncated: more was said than was read.
        opinion: the second opinion, where there is one that could still raise the verdict.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    truncated: bool
    opinion: Opinion | None = None

    @property
    def left_out(self) -> tuple[Finding, ...]:
        """What is in doubt or suppressed: the same words and reason once, under one concept."""
        once: dict[tuple[tuple[int, int], str], Finding] = {}
        for each in self.findings:
            if each.standing is not Standing.MEANT:
                once.setdefault((each.span, each.reason), each)
        return tuple(once.values())


def span_of(said: Utterance, mention: Mention) -> tuple[int, int]:
    """The words a mention takes up: ``(first word, one past the last word)``."""
    return said.places[mention.start], said.places[mention.end - 1] + 1


def finding(said: Utterance, mention: Mention) -> Finding:
    """A mention with the words it was made of."""
    first, end = span_of(said, mention)
    return Finding(
        concept=mention.concept,
        span=(first, end),
        words=Private(" ".join(said.words[first:end])),
        standing=mention.standing,
        reason=mention.reason,
    )
