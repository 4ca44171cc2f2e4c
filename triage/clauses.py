"""Where one thing ends and the next begins, in speech that has no punctuation."""

from __future__ import annotations

from triage.tokens import STOP, Utterance
from triage.vocabulary import (
    CONTRAST,
    NEW_CLAUSE_AFTER_AND,
    POSSESSIVES,
    PREDICATES,
    SUBJECT_PRONOUNS,
    SUBORDINATORS,
    TIME_ENDS,
)

_JOINERS = frozenset(["and", "or", "then", "so", "y"])
_FRONTED = frozenset(("when", "if", "since", "after", "before", "while", "cuando", "si"))
_DIVIDERS = CONTRAST | frozenset(("because", "porque"))


def clauses(said: Utterance) -> tuple[int, ...]:
    """For each word, the number of its clause.

    A clause ends at the end of a sentence, before a contrast or a reason, at "and" followed by a
    new subject, and where a new subject follows something already complete: "had a stroke last
    year | my arm is weak". A clause that begins with "when" or "if" belongs to the one it leads to.
    """
    numbers: list[int] = []
    current = size = 0
    predicate = fronted = False
    tokens = said.tokens
    for at, word in enumerate(tokens):
        before = tokens[at - 1] if at else ""
        after = tokens[at + 1] if at + 1 < len(tokens) else ""
        divided = (
            said.breaks[at] == STOP
            or word in _DIVIDERS
            or (word in _JOINERS and after in NEW_CLAUSE_AFTER_AND and word != "or")
        )
        resumed = predicate and (
            (word in SUBJECT_PRONOUNS and before not in SUBORDINATORS and before not in _JOINERS)
            or (word in POSSESSIVES and before in TIME_ENDS)
        )
        if resumed and fronted:
            # "when I was a kid | I had seizures" is one clause: the first half says when.
            resumed = fronted = predicate = False
        if size and (divided or resumed):
            current += 1
            predicate = fronted = False
            size = 0
        fronted = fronted or (not size and word in _FRONTED)
        predicate = predicate or word in PREDICATES
        numbers.append(current)
        size += 1
    return tuple(numbers)
