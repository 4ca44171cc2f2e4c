"""Names, said and spelled."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.collecting import name_in, speak_spelled


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("maria", "Maria"),
        ("my name is maria lopez", "Maria Lopez"),
        ("hi um my name's uh maria lopez thank you", "Maria Lopez"),
        ("it's john smith", "John Smith"),
        ("It’s John Smith.", "John Smith"),
        ("no it's john smith", "John Smith"),
        ("yes this is john smith speaking", "John Smith"),
        ("this is dr smith", "Smith"),
        ("first name maria last name lopez", "Maria Lopez"),
        ("my first name is maria and my last name is lopez", "Maria Lopez"),
        ("the patient's name is ana de la cruz", "Ana De La Cruz"),
        ("mary o'neil", "Mary O'Neil"),
        ("mcdonald", "Mcdonald"),
        ("jean-luc martin", "Jean-Luc Martin"),
        ("john f kennedy", "John F Kennedy"),
        ("josé muñoz", "José Muñoz"),
        ("an nguyen", "An Nguyen"),
        ("it's just john", "John"),
    ],
)
def test_a_name_is_found_within_what_people_say_around_it(words, name):
    assert name_in(words, "en") == name


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("me llamo josé", "José"),
        ("sí mi nombre es maría de la cruz gracias", "María De La Cruz"),
        ("este soy juan pérez", "Juan Pérez"),
        ("el señor lópez", "López"),
        ("nombre maria apellido lopez", "Maria Lopez"),
        ("ortega y gasset", "Ortega Y Gasset"),
    ],
)
def test_a_spanish_name_too(words, name):
    assert name_in(words, "es") == name


@pytest.mark.parametrize(
    ("words", "language", "name"),
    [
        ("s m i t h", "en", "Smith"),
        ("it's s m i t h", "en", "Smith"),
        ("s as in sam m i t h", "en", "Smith"),
        ("v for victor e r a", "en", "Vera"),
        ("m a double t", "en", "Matt"),
        ("double u o o d", "en", "Wood"),
        ("o apostrophe n e i l", "en", "O'Neil"),
        ("john smith s m i t h", "en", "John Smith"),
        ("smith that's s m i t h", "en", "Smith"),
        ("ese eme i te hache", "es", "Smith"),
        ("ese de sapo a ene de naranja", "es", "San"),
        ("ele de luna o pe e zeta", "es", "Lopez"),
        ("uve i de a ele", "es", "Vidal"),
        ("a de a ene", "es", "Adan"),
        ("ene u eñe e zeta", "es", "Nuñez"),
        ("doble uve a ele te e erre", "es", "Walter"),
        ("doble ele a ene o", "es", "Llano"),
        ("garcía ge a erre ce i a", "es", "García"),
    ],
)
def test_a_name_may_be_spelled(words, language, name):
    assert name_in(words, language) == name


@pytest.mark.parametrize(
    "words",
    [
        "",
        "...",
        "um",
        "yes",
        "no",
        "no thank you",
        "i don't know",
        "no idea",
        "i'm not sure",
        "what",
        "what did you say",
        "repeat that",
        "say that again please",
        "sorry",
        "can i speak to a nurse",
        "agent",
        "never mind",
        "go back",
        "main menu",
        "good morning",
        "uh huh",
        "my name is",
        "dr",
        "de la",
        "j",
        "123",
        "john 5",
        "john five",
        "one two three",
        "john@example",
        "<b>john</b>",
        "john_smith",
        "one two three four five six seven",
        "ann bea cat dan eve fay gus",
        "c as in sam a t",
        "maria lopez l o p e s",
        "s m i t h smith",
        "s m y t h smyth",
        "x" * 31,
        "maria " * 100,
        "just a sec",
        "customer service",
        "front desk",
        "go ahead",
        "later",
        "louder please",
        "john no jane",
        "john i mean jane",
    ],
)
def test_what_is_no_name_is_none(words):
    assert name_in(words, "en") is None


@pytest.mark.parametrize(
    "words",
    [
        "sí",
        "no",
        "no sé",
        "no lo sé",
        "qué",
        "cómo",
        "repita por favor",
        "otra vez",
        "mande",
        "cinco",
        "más despacio",
        "ahorita",
        "servicio de recepción",
        "lo siento",
        "juan digo josé",
        "juan mejor dicho josé",
    ],
)
def test_what_is_no_name_in_spanish_is_none(words):
    assert name_in(words, "es") is None


def test_other_languages_have_no_names():
    assert name_in("marie", "fr") is None


@given(
    st.text(string.ascii_lowercase, min_size=2, max_size=20),
    st.sampled_from(["en", "es"]),
)
def test_a_name_that_is_spelled_to_a_caller_is_understood_again(name, language):
    assert name_in(speak_spelled(name, language), language) == name.capitalize()
