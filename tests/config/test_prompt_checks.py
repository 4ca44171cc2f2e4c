"""Prompts that are missing, untranslated, empty, or never said."""

import pytest

from config.load import load_site

MISTAKES = {
    "missing translation": (
        "prompts.yaml",
        "{en: Press 1 or 2 or 3., es: Oprima 1 o 2 o 3.}",
        "{en: Press 1 or 2 or 3.}",
        "prompts.yaml:10:1: menu: there is no text in 'es'",
    ),
    "missing built-in prompt": (
        "prompts.yaml",
        "nurse-wait: {en: A nurse., es: Una enfermera.}\n",
        "",
        "prompts.yaml:1:1: the prompt 'nurse-wait' is missing: every site needs it",
    ),
    "missing triage question": (
        "prompts.yaml",
        "triage-happening-now: {en: Now?, es: ¿Ahora?}\n",
        "",
        "prompts.yaml:1:1: the prompt 'triage-happening-now' is missing: a triage rule asks it",
    ),
    "missing recording notice": (
        "prompts.yaml",
        "recording-notice: {en: Recorded., es: Grabada.}\n",
        "",
        "prompts.yaml:1:1: the prompt 'recording-notice' is missing: it announces the recording",
    ),
    "the advice must name 911": (
        "prompts.yaml",
        "Marque el nueve uno uno.",
        "Marque el número.",
        (
            "prompts.yaml:1:42: advice-911.es: the advice does not name 911; "
            "write it as digits, or as words"
        ),
    ),
    "an empty prompt": (
        "prompts.yaml",
        "{en: Press 1 or 2 or 3.,",
        "{en: '  ',",
        "prompts.yaml:10:12: menu.en: the prompt says nothing",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_one_mistake_is_one_problem_at_its_line(site, mistake):
    *change, told = MISTAKES[mistake]
    assert site.problems_after(*change) == [told]


def test_a_site_that_asks_for_consent_needs_the_question_and_not_the_notice(site):
    site.replace("site.yaml", "id: small\n", "id: small\nrecording: {consent: asked}\n")
    missing = "prompts.yaml:1:1: the prompt 'recording-question' is missing: it asks whether"
    (problem,) = site.problems()
    assert problem.startswith(missing)
    site.replace(
        "prompts.yaml",
        "recording-notice: {en: Recorded., es: Grabada.}",
        "recording-question: {en: Record?, es: ¿Grabar?}",
    )
    assert site.problems() == site.warnings() == []
    rules = load_site(site.path).rules
    assert (rules.recording_notice, rules.recording_question) == (None, "recording-question")


@pytest.mark.parametrize("consent", ["announced", "asked", "never"])
def test_the_prompts_of_the_other_consent_rules_may_stay(site, consent):
    site.replace("site.yaml", "id: small\n", f"id: small\nrecording: {{consent: {consent}}}\n")
    question = "recording-question: {en: Record?, es: ¿Grabar?}"
    site.replace("prompts.yaml", "\nbye: {", f"\n{question}\nbye: {{")
    assert site.problems() == site.warnings() == []


def test_a_prompt_that_nothing_says_is_a_warning(site):
    site.replace("prompts.yaml", "\nbye: {", "\nspare: {en: Hi., es: Hola.}\nbye: {")
    assert site.warnings() == ["prompts.yaml:11:1: spare: nothing says this prompt"]
