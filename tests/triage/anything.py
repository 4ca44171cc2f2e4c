"""Inputs that nobody would say, and what every answer to them must be.

Half are words that phrases know, in any order and with anything between; the others are any
characters of Unicode, control characters, emoji, one word five hundred times. Each answer must be a
verdict with its spans inside what was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from calls.verdict import Action, Verdict
from config.load import DEFAULT_CLINIC, load_site
from config.opinion import second_opinion
from triage import CallMemory, TriageEngine

_BLOCKS = (
    (0x20, 0x7E),
    (0x00, 0x1F),
    (0xA0, 0x24F),
    (0x300, 0x36F),
    (0x370, 0x5FF),
    (0x600, 0x6FF),
    (0x900, 0x97F),
    (0x2000, 0x206F),
    (0x4E00, 0x9FFF),
    (0xD800, 0xDFFF),
    (0x1F300, 0x1FAFF),
    (0xE0000, 0xE007F),
)
_BETWEEN = (" ", " ", " ", " ", ", ", ". ", " and ", " no ", "\n", "\t", "...", " \u200b", "'", "-")


def utterance(random: Random, words: Sequence[str]) -> str:
    """Something that nobody would say."""
    match random.randrange(20):
        case 0:
            low, high = random.choice(_BLOCKS)
            return "".join(chr(random.randint(low, high)) for _ in range(random.randrange(200)))
        case 1:
            blocks = [random.choice(_BLOCKS) for _ in range(random.randrange(120))]
            return "".join(chr(random.randint(*block)) for block in blocks)
        case 2:
            return " ".join([random.choice(words)] * random.choice((1, 2, 50, 500)))
        case 3:
            numbers = (str(random.randrange(10 ** random.randrange(1, 12))) for _ in range(9))
            return " ".join(f"{random.choice(words)} {number}" for number in numbers)
    count = random.choice((1, 1, 2, 3, 4, 6, 10))
    return "".join(random.choice(words) + random.choice(_BETWEEN) for _ in range(count))


def sound(text: str, verdict: Verdict) -> bool:
    """Whether an answer is one."""
    said = len(text.split())
    spans = [span for flag in verdict.flags for span in flag.spans]
    spans += [item.span for item in verdict.suppressed]
    return all(0 <= start < end <= said for start, end in spans) and (
        verdict.question is not None
    ) is (verdict.action is Action.ASK)


def run(arguments: tuple[int, int, int]) -> str:
    """Assess so many inputs of a seed; empty, or what is wrong."""
    seed, first, count = arguments
    engine = TriageEngine(load_site(DEFAULT_CLINIC).protocols, second_opinion())
    words = sorted(engine.vocabulary)
    memory = CallMemory()
    for number in range(first, first + count):
        random = Random(f"{seed}-{number}")
        text = utterance(random, words)
        if number % 10 == 0:
            memory = CallMemory()
        language = random.choice(("en", "en", "es", "xx", ""))
        confidence = random.random()
        try:
            verdict = engine.assess(text, language, confidence=confidence, memory=memory)
        except Exception as error:
            return f"seed {seed}, input {number}: {type(error).__name__}: {error}"
        if not sound(text, verdict):
            return f"seed {seed}, input {number}: the answer is none"
    return ""
