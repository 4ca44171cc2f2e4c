"""Somebody must be able to answer, in every queue and in every language."""

import pytest

MISTAKES = {
    "nobody has the level": (
        "queues.yaml",
        "{skill: general}",
        "{skill: general, level: 4}",
        "queues.yaml:1:1: general: no agent has general 4: callers in 'en' would never be answered",
    ),
    "nobody speaks the language": (
        "agents.yaml",
        "{general: 3, spanish: 2}",
        "{general: 3}",
        (
            "queues.yaml:1:1: general: no agent has general 1, spanish 1: "
            "callers in 'es' would never be answered"
        ),
    ),
    "a nurse queue for anybody": (
        "queues.yaml",
        "{skill: nurse}",
        "{skill: spanish}",
        "queues.yaml:6:3: nurse.skills: red flags come here, so it must need the skill 'nurse'",
    ),
    "the same person twice": (
        "agents.yaml",
        "name: Bo\n",
        "name: ANA\n",
        "agents.yaml:5:9: bo.name: 'ANA' stands already as agent 'ana'",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_one_mistake_is_one_problem_at_its_line(site, mistake):
    *change, told = MISTAKES[mistake]
    assert site.problems_after(*change) == [told]


def test_no_nurse_at_all_is_told_at_the_nurse_queue(site):
    site.replace("agents.yaml", "nurse: 4, ", "")
    assert (
        "queues.yaml:4:1: nurse: no agent is a nurse; a red flag would be answered by nobody"
        in (site.problems())
    )


def test_a_skill_that_nothing_needs_is_a_warning(site):
    site.replace("agents.yaml", "{general: 3, ", "{general: 3, knitting: 2, ")
    assert site.warnings() == ["agents.yaml:6:24: bo.skills.knitting: nothing needs this skill"]


def test_queues_that_cannot_be_read_make_no_skill_needless(site):
    site.replace("queues.yaml", "general:\n", "general:\n\ttitle: x\n")
    (problem,) = site.problems()
    assert problem.startswith("queues.yaml:2:1: a tab stands in the indentation")
    assert site.warnings() == []
