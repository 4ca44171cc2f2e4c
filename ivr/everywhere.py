"""What a caller may wish at every moment, in a few words or by a key.

Words count only where they are all that was said: "louder please" is a wish, "the buzzing gets
louder at night" is a patient's story. A question's own answers go before them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from ivr.tokens import tokens


class Wish(Enum):
    """What is wished for."""

    PERSON = "person"
    HELP = "help"
    REPEAT = "repeat"
    SLOWER = "slower"
    LOUDER = "louder"
    CALL_BACK = "call-back"
    EMERGENCY = "emergency"
    ENGLISH = "en"
    SPANISH = "es"


_PHRASES: Mapping[Wish, tuple[str, ...]] = {
    Wish.PERSON: (
        "person", "a person", "a real person", "real person", "human", "a human", "a human being",
        "a live person", "live person", "agent", "an agent", "operator", "the operator",
        "representative", "a representative", "somebody", "someone", "a real human",
        "talk to a person", "talk to someone", "talk to somebody", "talk to a human",
        "talk to an agent", "talk to a representative", "talk to a real person",
        "speak to a person", "speak to someone", "speak to somebody", "speak to a human",
        "speak to an agent", "speak to a representative", "speak to a real person",
        "speak with someone", "speak with a person", "speak with somebody",
        "i want a person", "i want to talk to someone", "i want to talk to a person",
        "i want to speak to someone", "i want to speak to a person", "i need a person",
        "i need to talk to someone", "i need to talk to a person", "get me a person",
        "una persona", "persona", "con una persona", "operador",
        "operadora", "la operadora", "un agente", "agente", "representante", "un representante",
        "hablar con una persona", "hablar con alguien", "quiero hablar con una persona",
        "quiero hablar con alguien", "necesito hablar con alguien",
    ),
    Wish.HELP: (
        "help", "help me", "help help", "i need help", "somebody help me", "someone help me",
        "ayuda", "ayudeme", "ayudenme", "auxilio", "socorro", "necesito ayuda",
    ),
    Wish.REPEAT: (
        "repeat", "repeat that", "repeat it", "repeat the question", "repeat the options", "again",
        "once more", "one more time", "say again", "say that again", "say it again", "come again",
        "pardon", "pardon me", "excuse me", "sorry", "what", "what was that", "what did you say",
        "can you repeat that", "could you repeat that", "can you say that again",
        "could you say that again", "i did not hear you", "i didnt hear you", "i didnt catch that",
        "i did not catch that", "i did not understand", "i didnt understand", "hello", "repita",
        "repitalo", "repita eso", "otra vez", "una vez mas", "de nuevo", "como", "como dijo",
        "que dijo", "perdon", "no entendi", "no le entendi", "no escuche", "no le escuche",
        "puede repetir", "puede repetirlo", "me lo repite", "hola", "bueno",
    ),
    Wish.SLOWER: (
        "slower", "slow down", "more slowly", "speak slower", "speak more slowly", "talk slower",
        "talk more slowly", "too fast", "thats too fast", "that is too fast", "youre too fast",
        "you are too fast", "youre talking too fast", "you are talking too fast",
        "youre going too fast", "you talk too fast", "you speak too fast", "can you slow down",
        "could you slow down", "can you speak slower", "could you speak more slowly", "not so fast",
        "mas despacio", "mas lento", "despacio", "hable mas despacio", "muy rapido",
        "demasiado rapido", "habla muy rapido", "puede hablar mas despacio",
    ),
    Wish.LOUDER: (
        "louder", "speak louder", "speak up", "talk louder", "a little louder", "more volume",
        "turn it up", "i cant hear you", "i can not hear you", "i cannot hear you", "cant hear you",
        "can not hear you", "i can hardly hear you", "i can barely hear you", "too quiet",
        "youre too quiet", "you are too quiet", "its too quiet", "can you speak up",
        "could you speak up", "can you speak louder", "mas alto", "mas fuerte", "hable mas fuerte",
        "hable mas alto", "no le oigo", "no oigo", "no le oigo bien", "no lo oigo", "no le escucho",
        "no escucho", "no se oye", "puede hablar mas fuerte",
    ),
    Wish.CALL_BACK: (
        "call me back", "call back", "a call back", "callback", "can you call me back",
        "could you call me back", "id rather be called back", "i want a call back",
        "i would like a call back", "please call me back", "yes call me back", "llameme",
        "llamenme", "me llaman", "que me llamen", "devuelvanme la llamada", "me pueden llamar",
    ),
    Wish.EMERGENCY: (
        "emergency", "an emergency", "its an emergency", "it is an emergency",
        "this is an emergency", "i have an emergency", "medical emergency", "a medical emergency",
        "nine one one", "911", "call nine one one", "call 911", "emergencia", "una emergencia",
        "es una emergencia", "tengo una emergencia", "nueve uno uno", "nueve once",
    ),
    Wish.ENGLISH: (
        "english", "in english", "english please", "ingles", "en ingles", "i speak english",
    ),
    Wish.SPANISH: (
        "spanish", "in spanish", "espanol", "en espanol", "hablo espanol", "no hablo ingles",
        "no speak english", "i speak spanish", "habla espanol", "se habla espanol",
        "do you speak spanish",
    ),
}  # fmt: skip
"""English and Spanish, whatever the call's language, as :func:`ivr.tokens.tokens` has them."""

_ANSWERED = frozenset({"yes", "no", "yeah", "nope", "si"})
"""What may go before a wish for a person or a call-back: "no, I want to talk to someone"."""
_AFTER_AN_ANSWER = (Wish.PERSON, Wish.CALL_BACK)
_FEWEST = 2
"""Words of such a wish, the answer not counted: "no operator" may ask for none."""

_POLITE = frozenset({"please", "por", "favor", "uh", "um", "eh", "ok", "okay"})

_BY_WORDS: Mapping[tuple[str, ...], Wish] = {
    tokens(phrase): wish for wish, phrases in _PHRASES.items() for phrase in phrases
}

LANGUAGES: Mapping[Wish, str] = {Wish.ENGLISH: "en", Wish.SPANISH: "es"}
"""The language that is wished for."""


def wish_in(words: str) -> Wish | None:
    """The wish that the words are, if they are one and nothing else."""
    said = tokens(words)
    plain = tuple(word for word in said if word not in _POLITE)
    wish = _BY_WORDS.get(said) or _BY_WORDS.get(plain)
    if wish is None and len(plain) > _FEWEST and plain[0] in _ANSWERED:
        wish = _BY_WORDS.get(plain[1:])
        return wish if wish in _AFTER_AN_ANSWER else None
    return wish
