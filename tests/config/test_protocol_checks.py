"""What can be wrong with protocols, each at its line."""

import pytest

MISTAKES = {
    "unknown concept": (
        "protocols/heart.yaml",
        "all: [chest-pain]",
        "all: [chestpain]",
        (
            "protocols/heart.yaml:18:11: rules[0].all[0]: unknown concept 'chestpain'; "
            "did you mean 'chest-pain'?"
        ),
    ),
    "unknown word class": (
        "protocols/heart.yaml",
        "- <chest> pain",
        "- <chst> pain",
        (
            "protocols/heart.yaml:11:11: concepts[0].phrases.en[0]: unknown word class 'chst'; "
            "did you mean 'chest'?"
        ),
    ),
    "a phrase of too many readings": (
        "protocols/heart.yaml",
        "- <chest> pain",
        "- a & b & c & d & e & f & g & h & i & j & k & l",
        (
            "protocols/heart.yaml:11:11: concepts[0].phrases.en[0]: the phrase can be read in too "
            "many ways; write several phrases instead"
        ),
    ),
    "a failing example": (
        "protocols/heart.yaml",
        "        - my bill is wrong\n",
        "        - I have chest pain today\n",
        (
            "protocols/heart.yaml:25:11: rules[0].examples.negative[1]: "
            "this negative example is flagged"
        ),
    ),
    "approved by nobody": (
        "protocols/heart.yaml",
        "approved_by: Dr. Lee\n",
        "",
        (
            "protocols/heart.yaml:3:9: status: an approved protocol names its clinician in "
            "'approved_by'"
        ),
    ),
    "neither yes nor no": (
        "protocols/heart.yaml",
        "    disposition: 911-now\n",
        "    disposition: 911-now\n    do_not_call_back: sometimes\n",
        (
            "protocols/heart.yaml:18:23: rules[0].do_not_call_back: found 'sometimes', "
            "wanted yes or no"
        ),
    ),
    "a rule defined twice": (
        "protocols/heart.yaml",
        "concepts:\n",
        "concepts:\n  - {id: chest-pain, phrases: {en: [heart attack]}}\n",
        (
            "protocols/heart.yaml:9:9: concepts[1].id: 'chest-pain' is defined already, "
            "in protocols/heart.yaml"
        ),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_one_mistake_is_one_problem_at_its_line(site, mistake):
    *change, told = MISTAKES[mistake]
    assert site.problems_after(*change) == [told]


def test_an_unknown_disposition_lists_the_ones_there_are(site):
    assert site.problems_after(
        "protocols/heart.yaml", "disposition: 911-now", "disposition: 911"
    ) == [
        (
            "protocols/heart.yaml:17:18: rules[0].disposition: found '911', "
            "wanted one of 911-now, 988-now, nurse-now, same-day, routine; "
            "did you mean '911-now'?"
        )
    ]


def test_a_sample_protocol_is_a_warning_that_names_who_must_approve_it(site):
    site.replace(
        "protocols/heart.yaml", "status: approved\napproved_by: Dr. Lee\n", "status: sample\n"
    )
    assert site.warnings() == [
        "protocols/heart.yaml:3:9: status: a sample; Dr. Lee must approve this version"
    ]
    assert site.problems() == []


def test_protocols_that_were_sound_a_moment_ago_are_tried_again_once_they_change(site):
    assert site.problems() == []
    assert site.problems() == []
    site.replace("protocols/heart.yaml", "my chest has pain, chest pain", "my knee is fine")
    (told,) = site.problems()
    assert "this positive example is not flagged" in told
    assert site.problems() == [told]
    site.replace("protocols/heart.yaml", "my knee is fine", "my chest has pain, chest pain")
    assert site.problems() == []
