"""Where one thing ends and the next begins, in speech that has no punctuation."""

from __future__ import annotations

from triage.tokens import COMMA, STOP, Utterance
from triage.vocabulary import (
    CONTRAST,
    NEW_CLAUSE_AFTER_AND,
    NO_NEW_QUESTION,
    NO_NEW_SUBJECT,
    POSSESSIVES,
    PREDICATES,
    QUESTION_VERBS,
    STATES,
    SUBJECT_PRONOUNS,
    SUBORDINATORS,
    TIME_ENDS,
)

_JOINERS = frozenset(["and", "or", "then", "so", "y"])
_FRONTED = frozenset(("when", "if", "since", "after", "before", "while", "cuando", "si"))
_ASKED_OF = SUBJECT_PRONOUNS | POSSESSIVES | {"the", "this", "there", "it"}
_SHORTEST_CLAUSE = 4
_DIVIDERS = CONTRAST | frozenset(("because", "porque"))


def clauses(said: Utterance) -> tuple[int, ...]:
    """For each word, the number of its clause.

    A clause ends at the end of a sentence, before a contrast or a reason, at "and" followed by a
    new subject, before a question ("| can i", "| does my"), and where a new subject follows
    something already complete: "had a stroke last year | my arm is weak", "i need a refill | my
    throat is closing". A clause that begins with "when" or "if" belongs to the one it leads to.
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
        asks = word in QUESTION_VERBS and after in _ASKED_OF and before not in NO_NEW_QUESTION
        resumed = predicate and (
            (word in SUBJECT_PRONOUNS and before not in SUBORDINATORS and before not in _JOINERS)
            or (word in POSSESSIVES and before in TIME_ENDS)
            or (
                word in POSSESSIVES
                and before not in NO_NEW_SUBJECT
                and not STATES.isdisjoint(tokens[at + 2 : at + 4])
            )
        )
        # "one leg just swelled up and aches, I'm on the pill": recognisers that write commas help.
        paused = (
            said.breaks[at] == COMMA
            and word in SUBJECT_PRONOUNS
            and size >= _SHORTEST_CLAUSE
            and not fronted
        )
        if resumed and fronted:
            # "when I was a kid | I had seizures" is one clause: the first half says when.
            resumed = fronted = predicate = False
        if size and (divided or resumed or paused or (asks and predicate)):
            current += 1
            predicate = fronted = False
            size = 0
        fronted = fronted or (word in _FRONTED and (not size or (size == 1 and before == "back")))
        predicate = predicate or word in PREDICATES
        numbers.append(current)
        size += 1
    return tuple(numbers)
