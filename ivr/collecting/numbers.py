"""One number, as an answer to "how many"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ivr.collecting.corrections import between_corrections
from ivr.collecting.digits import without_pronouns
from ivr.collecting.heard import is_one_of, is_whole, said_in
from ivr.collecting.numerals import (
    Numerals,
    cardinal_at,
    is_figure,
    is_foreign,
    is_mixed,
    numerals_of,
)
from ivr.collecting.ordinals import ordinals_of
from ivr.tokens import occurs

_LARGEST = 999_999
_GROUPED = re.compile(r"(?<![0-9.,])([0-9]{1,3}),([0-9]{3})(?![0-9]|[.,][0-9])", re.ASCII)
_NOT_PLAIN = re.compile(
    r"[0-9] ?[.,:/][0-9]|(?<![\w)])[-−+][0-9]|[0-9] ?[%+]|[~≈<>±] ?[0-9]", re.ASCII
)
"""Decimals, times, fractions, signs."""

_DOUBT = frozenset(
    (
        # another number
        *("point", "dot", "minus", "negative", "double", "triple", "treble", "twice", "thrice"),
        *("dozen", "dozens", "hundreds", "thousands", "million", "millions", "billion", "k"),
        *("grand", "percent", "pair", "pairs", "couple"),
        *("punto", "coma", "menos", "doble", "docena", "docenas", "decena", "decenas"),
        *("centenar", "centenares", "cientos", "miles", "millar", "millares", "millon"),
        *("millones", "par", "pares"),
        # parts
        *("half", "halves", "quarter", "quarters", "thirds", "fourths", "fifths", "sixths"),
        *("sevenths", "eighths", "ninths", "tenths", "hundredth", "hundredths", "thousandth"),
        *("fortieth", "fiftieth", "sixtieth", "seventieth", "eightieth", "ninetieth"),
        *("media", "medias", "medio", "medios", "mitad", "tercio", "tercios", "tercera"),
        *("terceras", "cuarto", "cuartos", "cuarta", "cuartas", "quinto", "quintos", "quinta"),
        *("quintas", "decimo", "decimos"),
        # about so many
        *("few", "several", "some", "something", "odd", "ish", "about", "around", "roughly"),
        *(
            "approximately",
            "almost",
            "nearly",
            "maybe",
            "perhaps",
            "over",
            "under",
            "above",
            "below",
            "more",
        ),
        *("less", "fewer", "least", "most", "or"),
        *("poco", "pocos", "pocas", "varios", "varias", "unos", "unas", "pico", "tantos"),
        *("tantas", "algo", "algun", "alguno", "algunos", "algunas", "casi", "aproximadamente"),
        *(
            "alrededor",
            "quiza",
            "quizas",
            "tal",
            "mas",
            "minimo",
            "maximo",
            "como",
            "hasta",
            "siento",
        ),
        "o",
        # not so many
        *("not", "isnt", "wasnt", "arent", "dont", "doesnt", "didnt", "havent", "hasnt"),
        *(
            "never",
            "none",
            "neither",
            "without",
            "except",
            "nunca",
            "tampoco",
            "ni",
            "sin",
            "excepto",
        ),
        *("salvo", "ningun", "ninguno", "ninguna"),
        # so many, and others
        *("and", "plus", "with", "besides", "another", "other", "others", "extra", "each"),
        *("every", "apiece", "wife", "husband", "spouse", "mother", "father", "mom", "dad"),
        *("y", "con", "aparte", "ademas", "otro", "otra", "otros", "otras", "cada", "esposa"),
        *("esposo", "marido", "mujer", "madre", "padre", "mama", "papa"),
    )
)
"""Words that make a number another one, or none; "and" where it joins no parts of one."""

_DOUBTFUL_PHRASES = (
    *(("all", "but"), ("up", "to"), ("one", "of")),
    *(("yo", "mi"), ("yo", "mis"), ("no", "tengo"), ("no", "tenemos"), ("no", "hay")),
)
_SELF = frozenset(("me", "myself"))
_SELF_AND_NO_MORE = frozenset(("let", "give", "including", "counting"))
"""Before a "me" that is nobody besides those counted: "let me see, two"."""

_AGAIN = frozenset(
    (
        *("yes", "yeah", "yep", "i", "said", "thats", "that", "is", "its", "just", "only", "out"),
        *("of", "correct", "right", "again", "ok", "okay"),
        *("si", "dije", "son", "solo", "solamente", "repito", "claro", "de", "correcto"),
    )
)
"""Words between a number and the same number, and no others: "two adults two kids" are four."""

_ONLY = frozenset(("just", "only", "solo", "sola", "solamente", "unicamente", "nomas"))
_ONESELF = _SELF | {"yo"}
_FOR_ONESELF = (("para", "mi"), ("a", "mi"))
_AROUND_ONESELF = frozenset(
    (
        *("its", "it", "is", "will", "be", "thatll", "im", "i", "am", "for", "oh", "yes", "yeah"),
        *("please", "thanks", "thank", "you", "here", "es", "soy", "para", "a", "si", "por"),
        *("favor", "gracias", "mi"),
    )
)
_NO_MORE = (("nada", "mas"), ("no", "mas"))
"""Two words for "only"."""


def number_in(words: str, language: str) -> int | None:
    """The one whole number that was said, from 0 to 999,999.

    Args:
        words: what was heard or typed: "one hundred and twenty three", "mil doscientos", ``12``.
            "Just me" and "solo yo" are one.
        language: whose words for numbers to look for; figures are understood in every one.

    Returns:
        The number; ``None`` for none, for two that differ or stand side by side ("five five" may
        be 55), for parts of one, ordinals, numbers below 0 or above 999,999, for "about ten", and
        for what is to be added up ("me and my two kids").
    """
    if not is_whole(words):
        return None
    text = _GROUPED.sub(r"\1\2", words)
    if _NOT_PLAIN.search(text) or any(c.isnumeric() and not c.isascii() for c in text):
        return None
    numerals = numerals_of(language)
    said = _in_one_word(said_in(text))
    if numerals.units and _is_oneself_alone(said):
        return 1
    if _is_doubtful(said, numerals, language):
        return None
    *before, last = between_corrections(without_pronouns(said, numerals))
    # "Five no" is taken back, and "twenty no five" may be 25.
    if any(numerals.is_number(word) for part in before for word in part):
        return None
    found = list(_numbers(last, numerals))
    if None in found or len(set(found)) != 1:
        return None
    value = found[0]
    return value if value is not None and 0 <= value <= _LARGEST else None


def _in_one_word(said: Sequence[str]) -> tuple[str, ...]:
    """The words with "only" where it was said in two: "nada más", in which nothing is added."""
    shorter: list[str] = []
    for word in said:
        if (*shorter[-1:], word) in _NO_MORE:
            shorter[-1] = "solo"
        else:
            shorter.append(word)
    return tuple(shorter)


def _is_oneself_alone(said: Sequence[str]) -> bool:
    """Whether "just me" is all that was said, but for words that name nobody."""
    names_oneself = not _ONESELF.isdisjoint(said) or any(
        occurs(phrase, said) for phrase in _FOR_ONESELF
    )
    return (
        names_oneself
        and not _ONLY.isdisjoint(said)
        and (_ONLY | _ONESELF | _AROUND_ONESELF).issuperset(said)
    )


def _is_doubtful(said: Sequence[str], numerals: Numerals, language: str) -> bool:
    """Whether a word makes a number another one, wherever it stands."""
    return (
        numerals.is_cut(said)
        or any(word in ordinals_of(language) or is_mixed(word) for word in said)
        or any(is_foreign(word, language) for word in said)
        or any(occurs(phrase, said) for phrase in _DOUBTFUL_PHRASES)
        or any(
            word in _SELF and not is_one_of(said, at - 1, _SELF_AND_NO_MORE)
            for at, word in enumerate(said)
        )
    )


def _numbers(said: Sequence[str], numerals: Numerals) -> Iterator[int | None]:
    """All numbers, in their order; ``None`` where there is doubt about one."""
    at, last_end = 0, -1
    while at < len(said):
        cardinal = cardinal_at(said, at, numerals)
        if cardinal is None and not is_figure(said[at]):
            if said[at] in _DOUBT or numerals.is_number(said[at]):
                yield None
            at += 1
            continue
        value, end = (cardinal.value, cardinal.end) if cardinal else (int(said[at]), at + 1)
        between = said[last_end:at] if last_end >= 0 else ("yes",)
        if not between or not _AGAIN.issuperset(between) or _is_part(said, at, end, numerals):
            yield None
        yield value
        at = last_end = end


def _is_part(said: Sequence[str], begin: int, end: int, numerals: Numerals) -> bool:
    """Whether a number may be a part of one that was not understood: "five oh", "for hundred"."""
    return (
        numerals.hangs(said, end)
        or numerals.lacks_its_count(said, begin)
        or is_one_of(said, end, numerals.zeros | numerals.last_ones)
    )
