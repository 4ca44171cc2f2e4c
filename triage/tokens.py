"""An utterance as a row of words that every later stage can index.

Text is folded (case, accents, typographic quotes), contractions are opened (``can't`` -> ``can``
``not``) so that phrases and callers meet in one form, and hesitations and stammered repeats fall
away. Work is bounded: at most :data:`MAX_CHARS` characters and :data:`MAX_TOKENS` words are read.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MAX_CHARS = 6000
MAX_TOKENS = 500

COMMA = 1
STOP = 2

_PIECE = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*|[.;!?…\n]|[,:()—–]|%")
_SENTENCE_END = frozenset(".;!?…\n")
_HESITATIONS = frozenset(
    [
        "um",
        "umm",
        "uh",
        "uhh",
        "uhm",
        "erm",
        "ah",
        "ahh",
        "hm",
        "hmm",
        "mm",
        "mmm",
        "eh",
        "ehm",
        "ay",
    ]
)
_INVISIBLE = frozenset(("Mn", "Me", "Cf"))
_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'", "‐": "-", "‑": "-"})

_OPENED = {
    "cannot": "can not", "cant": "can not", "caint": "can not", "dont": "do not",
    "wont": "will not",
    "isnt": "is not", "arent": "are not", "wasnt": "was not", "werent": "were not",
    "didnt": "did not", "doesnt": "does not", "hasnt": "has not", "havent": "have not",
    "hadnt": "had not", "couldnt": "could not", "wouldnt": "would not",
    "shouldnt": "should not", "aint": "is not", "im": "i am", "ive": "i have",
    "youre": "you are", "theyre": "they are", "hes": "he is", "shes": "she is",
    "thats": "that is", "theres": "there is", "whats": "what is", "gonna": "going to",
    "wanna": "want to", "gotta": "got to", "kinda": "kind of", "sorta": "sort of",
    "outta": "out of", "dunno": "do not know", "lemme": "let me", "gimme": "give me",
    "cuz": "because", "til": "until", "till": "until", "tho": "though", "alot": "a lot",
    "whos": "who is", "its": "it is", "del": "de el", "al": "a el",
}  # fmt: skip
"""Contractions without regard to the apostrophe: recognisers often leave it out."""

_BEFORE_T = {
    "can": "can", "don": "do", "won": "will", "isn": "is", "aren": "are", "wasn": "was",
    "weren": "were", "didn": "did", "doesn": "does", "hasn": "has", "haven": "have",
    "hadn": "had", "couldn": "could", "wouldn": "would", "shouldn": "should", "ain": "is",
    "cain": "can",
}  # fmt: skip
"""What is left of ``can't`` before a ``t`` that stands alone."""

_ENDINGS = {"ll": "will", "ve": "have", "re": "are", "d": "would", "m": "am"}
_PRONOUN_IS = frozenset(
    ["he", "she", "it", "that", "there", "what", "who", "where", "how", "here", "everything"]
)


@dataclass(frozen=True, slots=True)
class Utterance:
    """The words of an utterance, folded, with their places in what was said.

    Attributes:
        tokens: folded words.
        places: for each token, the index of the spoken word it comes from.
        breaks: for each token, what stands before it: 0, :data:`COMMA` or :data:`STOP`.
        words: the spoken words, as given.
        truncated: more was said than was read.
    """

    tokens: tuple[str, ...]
    places: tuple[int, ...]
    breaks: tuple[int, ...]
    words: tuple[str, ...]
    truncated: bool

    def __repr__(self) -> str:
        return f"Utterance({len(self.tokens)} words)"


def fold(text: str) -> str:
    """Lower case without accents, compatibility forms and typographic quotes."""
    text = text.translate(_QUOTES)
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", text).casefold()
    # Marks (accents) and formats (soft hyphens, joiners) change no word.
    return "".join(char for char in folded if unicodedata.category(char) not in _INVISIBLE)


def opened(piece: str) -> tuple[str, ...]:
    """A folded word with its contraction opened; most words stand for themselves."""
    bare = piece.replace("'", "")
    full = _OPENED.get(bare)
    if full is not None:
        return tuple(full.split())
    if "'" not in piece:
        return (piece,)
    head, _, tail = piece.rpartition("'")
    head = head.replace("'", "")
    if tail == "t" and head.endswith("n"):
        return (head[:-1], "not")
    if tail == "s":
        return (head, "is") if head in _PRONOUN_IS else (head,)
    ending = _ENDINGS.get(tail)
    return (head, ending) if ending and head else (bare,)


def _said_twice(word: str) -> bool:
    """Whether it can be meant twice: "1 1 5", "twenty twenty two"."""
    return word.isdigit() or word == "twenty"


def tokenise(text: str) -> Utterance:
    """Read an utterance. Any string will do; nothing is raised."""
    truncated = len(text) > MAX_CHARS
    words = tuple(text[:MAX_CHARS].split())
    tokens: list[str] = []
    places: list[int] = []
    breaks: list[int] = []
    pause = STOP
    for place, word in enumerate(words):
        # Most words are plain; only others are taken apart.
        plain = word.isascii() and word.isalpha()
        for piece in (word.lower(),) if plain else _PIECE.findall(fold(word)):
            if not (piece[0].isalnum() or piece == "%"):
                pause = max(pause, STOP if piece in _SENTENCE_END else COMMA)
                continue
            if piece in _HESITATIONS:
                continue
            if piece == "t" and tokens and tokens[-1] in _BEFORE_T:
                # Some recognisers write "can t" for "can't".
                tokens[-1], piece = _BEFORE_T[tokens[-1]], "not"
            for token in opened(piece):
                if tokens and token == tokens[-1] and pause < STOP and not _said_twice(token):
                    pause = 0  # the pause was between the two: "no, no respira"
                    continue
                tokens.append(token)
                places.append(place)
                breaks.append(pause)
                pause = 0
        if len(tokens) > MAX_TOKENS:
            truncated = True
            break
    cut = MAX_TOKENS
    return Utterance(
        tuple(tokens[:cut]), tuple(places[:cut]), tuple(breaks[:cut]), words, truncated
    )
