"""A flow that tells places or waits needs the prompts for it."""

from ivr.announcing import POSITION_PROMPTS, WAIT_PROMPTS
from ivr.steps import QueueStep


def test_the_sample_clinic_has_a_prompt_for_every_place_and_wait_in_both_languages(clinic):
    for name in (*POSITION_PROMPTS, *WAIT_PROMPTS):
        texts = clinic.rules.prompts[name]
        assert set(texts) == set(clinic.rules.languages)
        assert not any(character.isdigit() for text in texts.values() for character in text)


def test_the_sample_clinic_tells_both_somewhere(clinic):
    steps = [each for each in clinic.flows["main"].steps.values() if isinstance(each, QueueStep)]
    assert any(step.say_position and step.say_wait for step in steps)


def test_a_place_that_no_prompt_tells_is_a_mistake(clinic_folder):
    clinic_folder.replace("prompts.yaml", "position-4:\n", "position-for:\n")
    (problem, *_) = clinic_folder.problems()
    assert "the prompt 'position-4' is missing: " in problem
    assert "'scheduling' tells callers with it" in problem


def test_other_words_for_a_place_are_another_version_of_the_flow(clinic_folder, clinic):
    from config.load import load_site

    clinic_folder.replace("prompts.yaml", "You are next in line.", "It is your turn next.")
    assert load_site(clinic_folder.path).flows["main"].version != clinic.flows["main"].version
