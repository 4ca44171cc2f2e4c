"""A person's name, said or spelled."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from ivr.collecting.heard import FILLERS
from ivr.collecting.numerals import numerals_of
from ivr.collecting.spelling import is_spelling, spelled
from ivr.tokens import tokens

_LONGEST_TEXT = 400
_MOST_WORDS = 6
_MOST_INITIALS = 2
_LONGEST_WORD = 30

_FOREIGN = re.compile(r"[^\w\s.,;!?¿¡'-]|_")
"""What is in an address or markup, and in no name."""

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")

_FILLERS = FILLERS - {"well", "bueno", "em", "er"}
"""Those that are also names or letters are left out only before the name."""

_BEFORE: Mapping[str, tuple[str, ...]] = {
    "en": (
        *("hi", "hello", "hey", "good morning", "good afternoon", "good evening"),
        *("yes", "yeah", "yep", "sure", "okay", "ok", "right", "correct", "no", "nope", "so"),
        *("well", "oh", "er", "sorry", "and", "just"),
        *("my name is", "my name's", "my names", "the name is", "the name's", "name is", "name"),
        *("my full name is", "full name is", "full name"),
        *("my first name is", "first name is", "first name"),
        *("the patient is", "the patient's name is", "patient's name is", "his name is"),
        *("her name is", "their name is", "it's", "its", "it is", "this is", "i'm", "im", "i am"),
        *("that's", "thats", "that is", "call me", "they call me"),
    ),
    "es": (
        *("hola", "buenos días", "buenos dias", "buenas tardes", "buenas noches", "bueno"),
        *("sí", "si", "claro", "correcto", "no", "perdón", "perdon", "em", "oh"),
        *("me llamo", "mi nombre es", "mi nombre completo es", "el nombre es", "nombre"),
        *("se llama", "su nombre es", "el paciente es", "la paciente es", "yo soy", "soy"),
        *("es", "habla", "le habla", "con", "mi primer nombre es", "primer nombre"),
    ),
}
_AFTER: Mapping[str, tuple[str, ...]] = {
    "en": (
        *("please", "thanks", "thank you", "speaking", "here", "that's right", "that's correct"),
        *("that's it", "that's my name", "is my name", "yes", "okay", "ok"),
    ),
    "es": ("por favor", "gracias", "muchas gracias", "es mi nombre", "a sus órdenes"),
}
_WITHIN: Mapping[str, str] = {
    "en": r"(?:and )?(?:my |the )?(?:last name|surname|family name)(?: is|'s)?"
    r"|(?:that's |that is |it's )?spelled|(?:and )?that's",
    "es": r"(?:y )?(?:mi |el )?apellidos?(?: es| son)?|(?:que )?se escribe|se deletrea",
}
_TITLES: Mapping[str, tuple[str, ...]] = {
    "en": ("dr", "doctor", "mr", "mister", "mrs", "missus", "ms", "miss"),
    "es": (
        *("dr", "dra", "doctor", "doctora", "el doctor", "la doctora", "señor", "señora"),
        *("el señor", "la señora", "señorita", "la señorita", "don", "doña", "sr", "sra"),
    ),
}

_NO_NAMES: Mapping[str, frozenset[str]] = {
    "en": frozenset(
        (
            *("i", "im", "me", "my", "mine", "you", "your", "he", "she", "we", "they", "it", "its"),
            *("this", "that", "thats", "there", "here", "is", "am", "are", "was", "be"),
            *("does", "did", "dont", "doesnt", "cant", "cannot", "can", "could", "would", "should"),
            *("have", "has", "had", "want", "need", "know", "understand", "said", "tell"),
            *("speak", "talk", "get", "got", "call", "calling", "repeat", "again", "help"),
            *("what", "whats", "who", "whos", "why", "when", "where", "how", "which", "huh"),
            *("yes", "yeah", "yep", "no", "nope", "not", "none", "nothing", "nobody", "sure"),
            *("maybe", "idea", "clue", "guess", "think", "sorry", "pardon", "excuse", "please"),
            *("never", "mind", "back", "menu", "start", "over", "stop", "cancel", "skip", "bye"),
            *("goodbye", "hang", "speaking", "anonymous", "private", "office", "prefer"),
            *("thanks", "thank", "hello", "okay", "ok", "correct", "wrong", "right", "wait"),
            *("hold", "moment", "second", "minute", "the", "and", "or", "but", "if"),
            *("of", "for", "with", "about", "at", "in", "on", "from", "as", "name", "names"),
            *("first", "last", "agent", "operator", "representative", "human", "person"),
            *("someone", "somebody", "nurse", "doctor", "appointment", "refill", "prescription"),
            *("customer", "service", "services", "front", "desk", "reception", "receptionist"),
            *("pharmacy", "results", "insurance", "louder", "slower", "hear", "ahead", "later"),
            *("just", "only", "sec", "mean", "actually", "whatever", "myself", "mistake"),
            *("billing", "emergency", "pain", "spanish", "english", "um", "uh", "unknown"),
        )
    ),
    "es": frozenset(
        (
            *("yo", "mi", "me", "tu", "usted", "su", "ella", "nosotros", "ellos", "esto", "eso"),
            *("es", "soy", "son", "esta", "estoy", "era", "hay", "tengo", "tiene", "quiero"),
            *("necesito", "puede", "puedo", "podria", "quisiera", "se", "sabe", "saber", "digo"),
            *("dice", "entiendo", "entendi", "hablo", "hablar", "habla", "llamo", "llama"),
            *("repita", "repite", "repetir", "ayuda", "ayudar", "que", "quien", "como", "cuando"),
            *("donde", "cual", "porque", "si", "no", "ni", "nada", "nadie", "ninguno", "claro"),
            *("seguro", "segura", "quizas", "quiza", "tal", "vez", "idea", "creo", "perdon"),
            *("perdone", "disculpe", "mande", "gracias", "hola", "correcto", "espere", "momento"),
            *("un", "una", "unos", "para", "por", "con", "en", "pero", "otra", "otro", "nombre"),
            *("apellido", "agente", "operador", "operadora", "persona", "alguien", "enfermera"),
            *("adios", "atras", "menu", "cancelar", "cancele", "regresar", "espera", "anonimo"),
            *("mas", "menos", "despacio", "fuerte", "lento", "ahorita", "luego", "despues", "solo"),
            *("servicio", "recepcion", "recepcionista", "farmacia", "resultados", "todavia"),
            *("mejor", "dicho", "quise", "decir", "siento", "disculpa", "equivoque"),
            *("cita", "receta", "emergencia", "dolor", "ingles", "espanol", "favor", "al", "lo"),
        )
    ),
}
"""Words that show that something else than a name was said."""

_PARTICLES = frozenset(("de", "la", "del", "las", "los", "el", "y", "da", "di", "van", "von"))


def name_in(words: str, language: str) -> str | None:
    """The name that was said, spelled, or said and spelled alike.

    Args:
        words: "it's john smith", "me llamo josé", "s as in sam m i t h". Accents are kept.
        language: whose phrases around a name, and letters, to look for.

    Returns:
        One to six words, each with a capital; titles ("Dr") are left out. ``None`` where there is
        no name, or anything else is said too.
    """
    text = unicodedata.normalize("NFC", words[: _LONGEST_TEXT + 1]).lower()
    text = re.sub("[’`´ʼ]", "'", text)
    if language not in _BEFORE or len(words) > _LONGEST_TEXT:
        return None
    if _FOREIGN.search(text) or any(c.isnumeric() for c in text):
        return None
    said = [word for word in _WORD.findall(text) if _folded(word) not in _FILLERS]
    said = _alone(" ".join(said), language).split()
    folded = [_folded(word) for word in said]
    for at in range(len(said)):
        if is_spelling(folded, at, language) and (letters := spelled(folded[at:], language)):
            return _seconded(said[:at], letters, language)
    return _named(said, language)


def _alone(text: str, language: str) -> str:
    """The name without the phrases and titles around it."""
    before = _any_of(_BEFORE[language])
    after = _any_of(_AFTER[language])
    titles = _any_of(_TITLES[language])
    text = re.sub(rf"^(?:(?:{before}) )+", "", f"{text} ")
    text = re.sub(rf"(?:(?: {after})+) $", " ", f" {text}").strip()
    text = re.sub(rf"(?<!\S)(?:{_WITHIN[language]})(?!\S)", " ", text).strip()
    return re.sub(rf"^(?:{titles}) ", "", f"{text} ")


def _any_of(phrases: Sequence[str]) -> str:
    longest_first = sorted(phrases, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(phrase) for phrase in longest_first) + ")"


def _seconded(said: Sequence[str], letters: str, language: str) -> str | None:
    """A name that is spelled, or said and then spelled: the letters must be those of the words."""
    if not said:
        return _capitals(letters.split()) if len(letters) <= _LONGEST_WORD else None
    plain = "".join(c for c in _folded(letters) if c.isalpha())
    folded = [_folded(word) for word in said]
    return _named(said, language) if plain in (folded[-1], "".join(folded)) else None


def _named(said: Sequence[str], language: str) -> str | None:
    folded = [_folded(word) for word in said]
    numerals = numerals_of(language)
    if not 1 <= len(said) <= _MOST_WORDS or max(map(len, said)) > _LONGEST_WORD:
        return None
    if any(word in _NO_NAMES[language] or numerals.is_number(word) for word in folded):
        return None
    initials = sum(len(word) == 1 and word != "y" for word in folded)
    if initials > _MOST_INITIALS or initials == len(said) or _PARTICLES.issuperset(folded):
        return None
    return _capitals(said)


def _capitals(said: Sequence[str]) -> str:
    return " ".join("-".join(map(_capital, word.split("-"))) for word in said)


def _capital(word: str) -> str:
    # O'Neil and D'Angelo, but not Maria'S.
    return f"{word[0].upper()}'{word[2:].capitalize()}" if word[1:2] == "'" else word.capitalize()


def _folded(word: str) -> str:
    """A word without accents, hyphens and apostrophes; an "ñ" is a letter of its own."""
    return "ñ".join("".join(tokens(part)) for part in word.split("ñ"))
