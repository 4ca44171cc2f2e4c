"""Somebody must be able to answer: at once, after a wait, or as the second of two."""

import pytest

from calls.requirement import SkillNeed
from config.load import load_site

STEP = "    queue: general\n"


def step(*lines):
    """The queue step of the flow with more lines, the first of which is line 19."""
    return "flows/main.yaml", STEP, STEP + "".join(f"    {line}\n" for line in lines)


def test_a_skill_that_is_only_wished_for_keeps_nobody_from_answering(site):
    site.replace(
        "queues.yaml",
        "[{skill: general}]",
        "[{skill: general}, {skill: nurse, level: 5, preferred: true}]",
    )
    assert site.problems() == []


def test_a_nurse_queue_that_only_wishes_for_nurses_is_a_problem(site):
    assert site.problems_after(
        "queues.yaml", "{skill: nurse}", "{skill: nurse, preferred: true}"
    ) == ["queues.yaml:6:3: nurse.skills: red flags come here, so it must need the skill 'nurse'"]


def test_a_word_stands_for_a_skill_at_its_lowest_level(site):
    site.replace("queues.yaml", "[{skill: general}]", "[general]")
    site.replace("flows/main.yaml", STEP, STEP + "    skills: [spanish]\n")
    site.replace("site.yaml", "{es: spanish}", "{es: {skill: spanish, level: 2}}")
    loaded = load_site(site.path)
    assert loaded.queues["general"].skills == (SkillNeed(skill="general"),)
    assert loaded.flows["main"].steps["general"].skills == (SkillNeed(skill="spanish"),)
    assert loaded.rules.language_skills == {"es": SkillNeed(skill="spanish", level=2)}


def test_a_misspelt_skill_that_is_a_single_word_is_told_at_its_place(site):
    assert site.problems_after("queues.yaml", "[{skill: general}]", "[generl]") == [
        "queues.yaml:3:12: general.skills[0].skill: unknown skill 'generl'; did you mean 'general'?"
    ]


def test_who_answers_only_after_relaxing_is_a_warning(site):
    site.replace(
        "queues.yaml",
        "{skill: general}]",
        "{skill: general, level: 5}]\n  relax: [{after_s: 60, level: 4}, {after_s: 90, level: 1}]",
    )
    assert site.problems() == []
    assert site.warnings() == [
        (
            "queues.yaml:1:1: general: no agent has general 5: "
            "callers in 'en' wait 90 s before anybody may answer"
        )
    ]


def test_who_is_not_answered_even_then_is_a_problem(site):
    assert site.problems_after(
        "queues.yaml",
        "{skill: general}]",
        "{skill: general, level: 5}]\n  relax: [{after_s: 60, level: 4}]",
    ) == [
        "queues.yaml:1:1: general: no agent has general 5: callers in 'en' would never be answered"
    ]


def test_who_is_answered_only_by_another_queues_agents_is_a_warning(site):
    site.write(
        "queues.yaml",
        (site.path / "queues.yaml").read_text()
        + "desk:\n  title: Desk\n  skills: [{skill: spanish, level: 3}, general]\n"
        + "  overflow: [{after_s: 120, to: general}]\n",
    )
    assert site.problems() == []
    assert site.warnings() == [
        (
            "queues.yaml:7:1: desk: no agent has spanish 3, general 1: "
            "callers in 'en' wait 120 s before anybody may answer"
        )
    ]


def test_a_language_that_is_spoken_well_by_nobody_is_told_once_it_relaxes_to_somebody(site):
    site.replace("site.yaml", "{es: spanish}", "{es: {skill: spanish, level: 4}}")
    site.replace(
        "queues.yaml",
        "{skill: general}]",
        "{skill: general}]\n  relax: [{after_s: 60, level: 2}]",
    )
    assert site.problems() == []
    assert site.warnings() == [
        (
            "queues.yaml:1:1: general: no agent has general 1, spanish 4: "
            "callers in 'es' wait 60 s before anybody may answer"
        )
    ]


MISTAKES = {
    "a skill of the second that nobody has": (
        step("companion: [interpretr]"),
        "flows/main.yaml:19:17: steps.general.companion[0].skill: unknown skill 'interpretr'",
    ),
    "nobody has the level of the second": (
        step("companion: [{skill: spanish, level: 5}, general]"),
        (
            "flows/main.yaml:19:5: steps.general.companion: no agent has spanish 5, general 1: "
            "callers would wait for a second person in vain"
        ),
    ),
    "one agent for both": (
        step("companion: [general]"),
        (
            "flows/main.yaml:19:5: steps.general.companion: only 'bo' could be either of the two "
            "whom this call needs"
        ),
    ),
    "no such agent": (
        step("agent: boo"),
        "flows/main.yaml:19:12: steps.general.agent: unknown agent 'boo'; did you mean 'bo'?",
    ),
    "an agent who cannot": (
        step("agent: ana"),
        (
            "flows/main.yaml:19:12: steps.general.agent: 'ana' has not general 1: "
            "callers would wait for them in vain"
        ),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_one_mistake_is_one_problem_at_its_line(site, mistake):
    change, told = MISTAKES[mistake]
    assert site.problems_after(*change) == [told]


def test_two_different_people_may_share_a_call(site):
    assert site.problems_after(*step("companion: [{skill: spanish, level: 5}]")) == []
    (need,) = load_site(site.path).flows["main"].steps["general"].companion
    assert need == SkillNeed(skill="spanish", level=5)


def test_a_wait_for_no_agent_is_a_warning(site):
    assert site.problems_after(*step("agent_wait_s: 30")) == []
    assert site.warnings() == [
        "flows/main.yaml:19:5: steps.general.agent_wait_s: without 'agent' this changes nothing"
    ]


def test_an_agent_who_is_asked_for_may_be_waited_for(site):
    assert site.problems_after(*step("agent: bo", "agent_wait_s: 30")) == []
    assert site.warnings() == []
