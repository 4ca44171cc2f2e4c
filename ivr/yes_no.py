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
    "incorrecto", "incorrecta", "equivocado", "equivocada", "ninguno", "ninguna", "mal",
    "tampoco", "nunca",
)  # fmt: skip
"""What turns a yes into its contrary, or into a doubt."""
_UNSURE = (
    "no idea", "do not know", "dont know", "not sure", "maybe", "i guess", "is that right",
    "is that correct", "is it correct", "is it right", "no se",
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


_OF_A_VALUE = frozenset([
    "birth", "birthday", "correct", "correcto", "date", "exactly", "exacto", "hmm", "huh", "me",
    "mi", "mhm", "mine", "mm", "my", "name", "nombre", "numero", "number", "perfect", "perfecto",
    "si", "asi",
    "esta", "acuerdo", "de", "yeah", "oh", "mio", "fecha", "nacimiento", "soy", "yo",
])  # fmt: skip
"""Words around a yes to what was read back."""


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
    """Whether the words confirm (``True``) or deny (``False``) what is read back, or neither.

    A no is heard within a longer sentence too; a yes is one only where little else is said: "yes,
    but it is the sixth" and "correct the year please" are none.
    """
    said = tokens(words)
    if any_of(_UNSURE, said):
        return None
    yes = any_of((*_YES, *_CORRECT, *_RIGHT), said)
    if any_of(_NOT, said):
        return None if any_of(_YES, said) else False
    if any_of(_NO, said):
        return None if yes else False
    return True if yes and _is_plain(said) else None


def plain_answer(words: str) -> bool | None:
    """A yes (``True``) or a no (``False``) to a question of the line's own; else ``None``.

    A no within a longer sentence may deny something else: "I have not lost it, I am insured".
    """
    said = tokens(words)
    if any_of(_UNSURE, said):
        return None
    denies, no = any_of(_NOT, said), any_of(_NO, said)
    if len(said) > _LONGEST_PLAIN:
        return True if any_of(_YES, said) and not (denies or no) else None
    if denies:
        return None if any_of(_YES, said) else False
    yes = any_of((*_YES, *_CORRECT, *_RIGHT), said)
    return None if yes == no else yes


def permission(words: str) -> bool | None:
    """Whether the words permit (``True``) or refuse (``False``), said plainly; else ``None``.

    Here a wrong yes is the worse mistake: a yes within a longer sentence may mean something else.
    """
    return plain_answer(words) if len(tokens(words)) <= _LONGEST_PLAIN else None


def _is_plain(said: tuple[str, ...]) -> bool:
    return all(word in BARE or word in _AROUND or word in _OF_A_VALUE for word in said)


def is_bare(said: tuple[str, ...]) -> bool:
    """Whether a yes, a no or a nothing is all that was said, but for words that ask for nothing.

    Args:
        said: as :func:`ivr.tokens.tokens` gives it.
    """
    return all(word in BARE or word in _AROUND for word in said)
