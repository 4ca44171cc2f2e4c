"""Prompts and choices agree on the keys, or it is told where they do not."""

import pytest

from config.keys_named import keys_named
from tests.config.every_kind import every_folder

MENU = "menu: {en: Press 1 or 2 or 3., es: Oprima 1 o 2 o 3.}"
CHOICE = '      - {digit: "3", set: {language: es}, goto: doctor}\n'
EVERYWHERE = "keys: {person: '0', repeat: '*', emergency: '9', slower: '8', language: '#'}\n"


@pytest.mark.parametrize(
    ("language", "text", "perhaps", "surely"),
    [
        ("en", "For refills, press 1. For billing, press two.", "12", "12"),
        ("en", "Refills, press 1. Billing, 2. A person, 0.", "012", "012"),
        ("en", "Press 1 for yes, 2 for no.", "12", "12"),
        ("en", "Press 1, 2 or 3.", "123", "123"),
        ("en", "Say refill, or press the number four key.", "4", "4"),
        ("en", "Press or say five.", "5", "5"),
        ("en", "Push star, or hit the pound key.", "#*", "#*"),
        ("en", "Press 8 if I am too fast, 7 if I am too quiet.", "78", "78"),
        ("en", "Use a key from 1 to 4.", "1234", ""),
        # What is no key: numbers to dial, amounts, other ones.
        ("en", "Hang up and dial nine one one.", "", ""),
        ("en", "Dial 9-1-1 or 911.", "", ""),
        ("en", "Press one of the keys.", "", ""),
        ("en", "Key in seven digits.", "", ""),
        ("en", "For a new one, press 3.", "3", "3"),
        ("en", "We are open from 8 to 5. Press 1.", "158", "1"),
        ("en", "Your balance is {balance:money}. Press 2.", "2", "2"),
        ("es", "Para recetas, oprima el uno. Facturas, el dos.", "12", "12"),
        ("es", "Presione la tecla número cuatro.", "4", "4"),
        ("es", "Marque el cuatro o el cinco.", "45", "45"),
        ("es", "Pulse asterisco; luego oprima la tecla de número.", "#*", "#*"),
        ("es", "Oprima el ocho si hablo rápido y el siete si no.", "78", "8"),
        ("es", "Espere un momento. Teclee el tres.", "3", "3"),
        ("es-MX", "Apriete el NUEVE.", "9", "9"),
    ],
)
def test_keys_are_found_in_the_ways_in_which_prompts_name_them(language, text, perhaps, surely):
    found = keys_named(text, language)
    assert ("".join(sorted(found.perhaps)), "".join(sorted(found.surely))) == (perhaps, surely)


def test_of_a_language_that_is_not_known_nothing_is_said():
    assert keys_named("Pour un rendez-vous, appuyez sur 1.", "fr") is None


def test_a_new_choice_that_the_prompt_does_not_name_is_a_warning_at_its_key(site):
    site.replace("flows/main.yaml", CHOICE, f'{CHOICE}      - {{digit: "4", goto: doctor}}\n')
    assert site.problems() == []
    assert site.warnings() == [
        (
            "flows/main.yaml:15:17: steps.menu.choices[3].digit: "
            "the prompt 'menu' names no key 4 in 'en' and 'es'"
        )
    ]
    site.replace("prompts.yaml", "Press 1 or 2 or 3.", "Press 1 or 2 or 3 or four.")
    (warning,) = site.warnings()
    assert warning.endswith("names no key 4 in 'es'")
    site.replace("prompts.yaml", "Oprima 1 o 2 o 3.", "Oprima 1 o 2 o 3 o cuatro.")
    assert site.warnings() == []


def test_the_prompt_in_short_is_looked_at_as_well(site):
    site.replace("flows/main.yaml", "    prompt: menu\n", "    prompt: menu\n    again_prompt: b\n")
    site.replace("prompts.yaml", MENU, f"{MENU}\nb: {{en: '1, or 2.', es: '1, 2, 3.'}}")
    assert site.warnings() == [
        "flows/main.yaml:15:17: steps.menu.choices[2].digit: the prompt 'b' names no key 3 in 'en'"
    ]


def test_a_key_that_no_choice_has_is_a_warning_at_the_prompt(site):
    site.replace("prompts.yaml", "Press 1 or 2 or 3.", "Press 1, 2 or 3. To pay, press four.")
    assert site.warnings() == [
        (
            "flows/main.yaml:10:13: steps.menu.prompt: "
            "the prompt 'menu' names key 4 in 'en', which no choice has"
        )
    ]


def test_keys_that_mean_something_everywhere_may_be_named_everywhere(site):
    keys = "Press 1 or 2 or 3. At any time, press 0, 9, 8, star or pound."
    site.replace("prompts.yaml", MENU, f'menu: {{en: "{keys}", es: Oprima 1 o 2 o 3.}}')
    site.replace("site.yaml", "id: small\n", f"id: small\n{EVERYWHERE}")
    assert site.warnings() == []


@pytest.fixture
def every(tmp_path):
    return every_folder(tmp_path / "every")


def test_the_keys_of_answers_are_counted_off(every):
    assert every.warnings() == []
    every.replace("prompts.yaml", "{en: 1 to 3., es: 1 a 3.}", "{en: 1 or 2., es: Oprima 1 a 4.}")
    told = [each.partition(": ")[2] for each in every.warnings()]
    assert told == ["steps.questions.other: the prompt 'ask-questions' names no key 3 in 'en'"]
    every.replace("prompts.yaml", "es: Oprima 1 a 4.", "es: 'Oprima 1, 2 o 3. Otra, el 4.'")
    assert any("names key 4 in 'es', which no choice has" in each for each in every.warnings())


def test_what_reads_a_value_back_names_the_two_keys_that_answer_it(every):
    every.replace("prompts.yaml", "Right? 1 or 2.", "Right? Press 1 or 3.")
    assert [each.partition(": ")[2] for each in every.warnings()] == [
        "right.en: this names key 3; a value is right by 1 and wrong by 2",
        "right.en: this names no key 2, by which callers say that the value is wrong",
    ]


def test_the_sites_own_words_for_reading_back_are_looked_at_too(every):
    every.replace("prompts.yaml", '"{value}. 1 o 2."', '"{value}. 1 o no."')
    assert [each.partition(": ")[2] for each in every.warnings()] == [
        "read-back.es: this names no key 2, by which callers say that the value is wrong"
    ]
