"""Red flags in what callers say: protocols, the caller grammar, verdicts. Pure.

``TriageEngine(protocols).assess(words, language)`` gives a :class:`calls.verdict.Verdict`;
``explain`` gives the same with the words that led to it; ``assess_heard`` takes the worse reading
of two recognisers. One :class:`CallMemory` per call lets later turns add to earlier ones.
"""

from triage.context import Standing
from triage.engine import TriageEngine
from triage.examples import Problem, check_examples, check_protocols
from triage.explanation import Explanation, Finding
from triage.memory import CallMemory
from triage.phrases import PhraseError
from triage.protocol import Protocol, ProtocolSet

__all__ = [
    "CallMemory",
    "Explanation",
    "Finding",
    "PhraseError",
    "Problem",
    "Protocol",
    "ProtocolSet",
    "Standing",
    "TriageEngine",
    "check_examples",
    "check_protocols",
]
