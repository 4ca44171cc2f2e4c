"""What can be wrong with protocols, each at its line."""

import pytest

MISTAKES = {
    "unknown concept": (
        "protocols/heart.yaml",
        "all: [chest-pain]",
        "all: [chestpain]",
        (
            "protocols/heart.yaml:16:11: rules[0].all[0]: unknown concept 'chestpain'; "
            "did you mean 'chest-pain'?"
        ),
    ),
    "unknown word class": (
        "protocols/heart.yaml",
        "- <chest> pain",
        "- <chst> pain",
        (
            "protocols/heart.yaml:9:11: concepts[0].phrases.en[0]: unknown word class 'chst'; "
            "did you mean 'chest'?"
        ),
    ),
    "a phrase of too many readings": (
        "protocols/heart.yaml",
        "- <chest> pain",
        "- a & b & c & d & e & f & g & h & i & j & k & l",
        (
            "protocols/heart.yaml:9:11: concepts[0].phrases.en[0]: the phrase can be read in too "
            "many ways; write several phrases instead"
        ),
    ),
    "a failing example": (
        "protocols/heart.yaml",
        "        - my bill is wrong\n",
        "        - I have chest pain today\n",
        (
            "protocols/heart.yaml:23:11: rules[0].examples.negative[1]: "
            "this negative example is flagged"
        ),
    ),
    "a rule on modifiers alone": (
        "protocols/heart.yaml",
        "concepts:\n  - id: chest-pain\n",
        "modifiers:\n  - id: chest-pain\n    kind: severity\n",
        (
            "protocols/heart.yaml:17:5: rules[0].all: no rule holds on modifiers alone; "
            "name a concept as well"
        ),
    ),
    "an approval of nobody": (
        "approvals.yaml",
        "by: Dr. Lee, ",
        "",
        "approvals.yaml:1:1: chest.by: 'by' is missing",
    ),
    "neither yes nor no": (
        "protocols/heart.yaml",
        "    disposition: 911-now\n",
        "    disposition: 911-now\n    do_not_call_back: sometimes\n",
        (
            "protocols/heart.yaml:16:23: rules[0].do_not_call_back: found 'sometimes', "
            "wanted yes or no"
        ),
    ),
    "a rule defined twice": (
        "protocols/heart.yaml",
        "concepts:\n",
        "concepts:\n  - {id: chest-pain, phrases: {en: [heart attack]}}\n",
        (
            "protocols/heart.yaml:7:9: concepts[1].id: 'chest-pain' is defined already, "
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
            "protocols/heart.yaml:15:18: rules[0].disposition: found '911', "
            "wanted one of 911-now, 988-now, nurse-now, same-day, routine; "
            "did you mean '911-now'?"
        )
    ]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("approvals.yaml", "1dbfe4d5c979a8f1", "0000000000000000"),
        ("protocols/heart.yaml", "citation: none", "citation: another"),
        ("protocols/heart.yaml", "[chest, heart]", "[chest, heart, bosom]"),
        ("protocols/heart.yaml", "- <chest> pain", "- <chest> pain|ache"),
    ],
)
def test_a_rule_that_changed_since_it_was_approved_is_a_sample_again(site, file, old, new):
    assert site.warnings() == []
    site.replace(file, old, new)
    [told] = site.warnings()
    assert told == (
        "protocols/heart.yaml:10:1: rules: 1 of 1 rules are samples (chest): a clinician approves "
        "them with `careline triage approve heart --by NAME`"
    )
    assert site.problems() == []


def test_an_example_more_leaves_the_approval_alone(site):
    site.replace(
        "protocols/heart.yaml",
        "        - my bill is wrong\n",
        "        - my bill is wrong\n        - hello\n",
    )
    assert site.warnings() == []


def test_an_approval_of_a_rule_that_is_no_more_is_a_warning(site):
    site.write(
        "approvals.yaml", (site.path / "approvals.yaml").read_text().replace("chest:", "old:")
    )
    assert "approvals.yaml:1:1: old: there is no rule 'old' any more; delete the line" in (
        site.warnings()
    )


def test_protocols_that_were_sound_a_moment_ago_are_tried_again_once_they_change(site):
    assert site.problems() == []
    assert site.problems() == []
    site.replace("protocols/heart.yaml", "my chest has pain, chest pain", "my knee is fine")
    (told,) = site.problems()
    assert "this positive example is not flagged" in told
    assert site.problems() == [told]
    site.replace("protocols/heart.yaml", "my knee is fine", "my chest has pain, chest pain")
    assert site.problems() == []
