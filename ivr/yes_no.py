"""Yes, no, and all the ways to say neither. English and Spanish, whatever the call's language.

Two questions are told apart by what a mistake costs. At triage's a wrong yes costs a nurse a
minute, and a wrong no may cost a life. At the line's own, such as a value that is read back, a
wrong no costs a question, and a wrong yes is somebody else's record.
"""

from __future__ import annotations

from ivr.tokens import any_of, tokens

_YES = ("yes", "yeah", "yep", "yup", "si", "claro")
_CORRECT = ("correct", "correcto")
"""A yes, unless it is denied: "that is not correct"."""
_RIGHT = (
    "right", "thats it", "that is it", "sure", "ok", "okay", "uh huh", "mm hmm", "mhm", "exactly",
    "perfect", "thats me", "that is me", "asi es", "exacto", "eso es", "esta bien", "de acuerdo",
    "perfecto",
)  # fmt: skip
"""What means yes in a few words, and otherwise may not: "right" is half of "the right arm"."""
_NO = ("no", "nope", "nah")
_NOT = (
    "not", "isnt", "wasnt", "dont", "doesnt", "didnt", "arent", "havent", "hasnt", "cant", "wont",
    "cannot", "wrong", "incorrect", "never", "neither", "none", "no es", "no esta", "no son",
    "incorrecto", "incorrecta", "equivocado", "equivocada", "mal", "tampoco", "nunca",
)  # fmt: skip
"""What turns a yes into its contrary, or into a doubt."""
_UNSURE = (
    "no idea", "do not know", "dont know", "not sure", "maybe", "i guess", "is that right", "no se",
    "no estoy seguro", "no estoy segura", "quizas", "quiza", "tal vez",
)  # fmt: skip
_LONGEST_PLAIN = 4
"""Words in a plain answer. A longer sentence with a "no" in it may deny something else."""

BARE = frozenset({*_YES, *_NO, *_CORRECT, "nothing", "nada", "ok", "okay", "sure"})
"""Answers that mean nothing by themselves once more is said: "no, I need to talk to someone" is no
"no"."""
_AROUND = frozenset([
    "a", "actually", "all", "am", "and", "bien", "bye", "day", "done", "else", "eso", "es", "fine",
    "for", "good", "goodbye", "gracias", "great", "have", "i", "im", "is", "it", "its", "just",
    "maam", "much", "muchas", "nice", "now", "oh", "one", "please", "por", "favor", "really",
    "right", "senor", "senora", "set", "sir", "so", "sounds", "thank", "thanks", "that", "thatll",
    "thats", "the", "this", "time", "today", "todo", "uh", "um", "very", "well", "will", "works",
    "be", "you", "your",
])  # fmt: skip
"""Words around a plain answer that ask for nothing."""


def yes_or_no(words: str) -> bool | None:
    """Whether the words are a yes (``True``), a plain no (``False``) or neither, to triage.

    Doubt, both at once, or a no within a longer sentence is neither.
    """
    said = tokens(words)
    if any_of(_UNSURE, said):
        return None
    yes = any_of(_YES, said) or (any_of(_CORRECT, said) and not any_of(_NOT, said))
    no = any_of(_NO, said)
    if yes == no:
        return None
    return True if yes else (False if len(said) <= _LONGEST_PLAIN else None)


def right_or_wrong(words: str) -> bool | None:
    """Whether the words confirm (``True``) or deny (``False``) what the line asked, or neither.

    A no is heard within a longer sentence too; a yes is one only where nothing denies it.
    """
    said = tokens(words)
    if any_of(_UNSURE, said):
        return None
    yes = any_of(_YES, said)
    if any_of(_NOT, said):
        return None if yes else False
    yes |= any_of(_CORRECT, said) or (len(said) <= _LONGEST_PLAIN and any_of(_RIGHT, said))
    if any_of(_NO, said):
        return None if yes else False
    return True if yes else None


def permission(words: str) -> bool | None:
    """Whether the words permit (``True``) or refuse (``False``), said plainly; else ``None``.

    Here a wrong yes is the worse mistake: a yes within a longer sentence may mean something else.
    """
    return right_or_wrong(words) if len(tokens(words)) <= _LONGEST_PLAIN else None


def is_bare(said: tuple[str, ...]) -> bool:
    """Whether a yes, a no or a nothing is all that was said, but for words that ask for nothing.

    Args:
        said: as :func:`ivr.tokens.tokens` gives it.
    """
    return all(word in BARE or word in _AROUND for word in said)
