"""Red flags in what callers say: protocols, the caller grammar, verdicts. Pure.

``TriageEngine(protocols).assess(words, language)`` gives a :class:`calls.verdict.Verdict`;
``explain`` gives the same with the words that led to it; ``assess_heard`` takes the worse reading
of two recognisers. One :class:`CallMemory` per call lets later turns add to earlier ones.
"""

from triage.engine import TriageEngine
from triage.examples import Problem, check_examples, check_protocols
from triage.explanation import Explanation, Finding
from triage.memory import CallMemory, Patient
from triage.phrases import PhraseError
from triage.protocol import Protocol, ProtocolSet
from triage.seconding import SECOND_OPINION
from triage.standing import Standing

__all__ = [
    "SECOND_OPINION",
    "CallMemory",
    "Explanation",
    "Finding",
    "Patient",
    "PhraseError",
    "Problem",
    "Protocol",
    "ProtocolSet",
    "Standing",
    "TriageEngine",
    "check_examples",
    "check_protocols",
]
