"""The forms a word of a phrase can take when a caller says it.

Forms are made ahead, for the few hundred words that protocols use; nothing is stemmed while a
caller speaks. A form that no one says (``chested``) does no harm.
"""

from __future__ import annotations

_VOWELS = "aeiou"

_IRREGULAR = {
    "be": "am is are was were been being",
    "bite": "bit bitten",
    "bleed": "bled",
    "blow": "blew blown",
    "break": "broke broken",
    "burn": "burnt",
    "can": "could",
    "catch": "caught",
    "child": "children",
    "come": "came",
    "die": "dying",
    "do": "does did done doing",
    "drink": "drank drunk",
    "eat": "ate eaten",
    "fall": "fell fallen",
    "feel": "felt",
    "find": "found",
    "foot": "feet",
    "freeze": "froze frozen",
    "get": "got gotten",
    "give": "gave given",
    "go": "went gone goes",
    "hang": "hung",
    "have": "has had having",
    "hear": "heard",
    "hold": "held",
    "keep": "kept",
    "lose": "lost",
    "make": "made",
    "run": "ran",
    "say": "said",
    "see": "saw seen",
    "shake": "shook shaken shaky",
    "shoot": "shot",
    "speak": "spoke spoken",
    "spread": "spreading",
    "stick": "stuck",
    "sting": "stung",
    "swell": "swollen swole swelled",
    "take": "took taken",
    "think": "thought",
    "throw": "threw thrown",
    "tooth": "teeth",
    "wake": "woke woken waken awaken",
    "will": "would",
}

_SPANISH_IRREGULAR = {
    "poder": "puedo puede puedes pueden podemos podia pude pudo",
    "doler": "duele duelen dolia dolio doliendo",
    "tener": "tengo tiene tienes tienen tenia tuvo tuve teniendo",
    "querer": "quiero quiere quieres quieren queria",
    "sentir": "siento siente sienten sentia sintio sintiendo",
    "morir": "muero muere mueren murio muriendo morirme muera",
    "dormir": "duermo duerme durmio durmiendo",
    "estar": "estoy esta estas estan estaba estuvo",
    "despertar": "despierto despierta despiertan despertarse despertarlo despertarla",
    "mover": "muevo mueve mueven moverse",
    "perder": "pierdo pierde perdio perdi perdiendo",
    "caer": "caigo cae cayo caido caida cayendo",
    "hacer": "hago hace hizo hecho haciendo hacerme",
    "matar": "matarme matarse mato mata",
    "suicidar": "suicidarme suicidarse",
    "vomitar": "vomito vomita vomitando",
    "morder": "muerde mordio mordida mordedura",
    "picar": "pico pica picadura",
    "ahogar": "ahogarse ahogandose ahogandome",
    "tomar": "tomo toma tome tomado tomando",
}


def english_forms(word: str) -> frozenset[str]:
    """The word and what English makes of it: plural, third person, past, gerund."""
    forms = {word, *_IRREGULAR.get(word, "").split()}
    if len(word) < 3 or not word.isalpha() or _inflected(word):
        return _with_dropped_g(forms)
    last, before = word[-1], word[-2]
    if last == "e":
        stem = word[:-1]
        forms |= {word + "s", word + "d", stem + "ing"}
    elif last == "y" and before not in _VOWELS:
        forms |= {word[:-1] + "ies", word[:-1] + "ied", word + "ing"}
    else:
        forms |= {word + "s", word + "ed", word + "ing"}
        if last in "sxz" or word.endswith(("ch", "sh")):
            forms.add(word + "es")
        if last not in "wxyaeiou" and before in _VOWELS and word[-3] not in _VOWELS:
            forms |= {word + last + "ed", word + last + "ing"}
    return _with_dropped_g(forms)


def _with_dropped_g(forms: set[str]) -> frozenset[str]:
    """``wheezin`` beside ``wheezing``."""
    return frozenset(forms | {form[:-1] for form in forms if len(form) > 5 and form[-3:] == "ing"})


def _inflected(word: str) -> bool:
    """``breathing``, ``burned``: but not ``sting`` or ``bleed``."""
    ending = "ing" if word.endswith("ing") else "ed" if word.endswith("ed") else ""
    stem = word.removesuffix(ending)
    return bool(ending) and not stem.endswith("e") and any(char in _VOWELS for char in stem)


def spanish_forms(word: str) -> frozenset[str]:
    """The word and what Spanish makes of it: plural, gender, the commonest verb forms."""
    forms = {word, *_SPANISH_IRREGULAR.get(word, "").split()}
    if len(word) < 4 or not word.isalpha():
        return frozenset(forms)
    ending, stem = word[-2:], word[:-2]
    if ending == "ar":
        forms |= {
            stem + e
            for e in (
                "o",
                "a",
                "an",
                "as",
                "e",
                "aba",
                "aban",
                "ado",
                "ada",
                "ando",
                "amos",
                "aron",
            )
        }
    elif ending in ("er", "ir"):
        forms |= {
            stem + e
            for e in ("o", "e", "en", "es", "i", "io", "ia", "ian", "ido", "ida", "iendo", "ieron")
        }
    elif word[-1] in "oa":
        forms |= {word[:-1] + e for e in ("o", "a", "os", "as")}
    elif word[-1] in "eiu":
        forms.add(word + "s")
    else:
        forms.add(word + "es")
    return frozenset(forms)


FORMS = {"en": english_forms, "es": spanish_forms}
"""By language; a language without an entry is taken word by word."""
