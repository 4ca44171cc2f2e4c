"""Yes, no and neither: to triage, to the line's own questions, and to a question for permission."""

import pytest

from ivr.yes_no import permission, plain_answer, right_or_wrong, yes_or_no


@pytest.mark.parametrize("words", ["yes", "yeah I think so", "Sí", "claro que sí", "um yes"])
def test_yes_is_heard_within_a_sentence(words):
    assert yes_or_no(words) is True


@pytest.mark.parametrize("words", ["no", "nope", "no thank you", "no not really"])
def test_plain_no_is_a_no(words):
    assert yes_or_no(words) is False


@pytest.mark.parametrize(
    "words",
    [
        "",
        "I don't know",
        "no idea",
        "no sé",
        "yes no wait",
        "maybe yes",
        "there is no pain in my chest but my arm",
        "nobody",
    ],
)
def test_doubt_is_neither_yes_nor_no(words):
    assert yes_or_no(words) is None


@pytest.mark.parametrize("words", ["that's not correct", "not correct", "no es correcto"])
def test_what_is_said_not_to_be_correct_is_no_yes(words):
    assert not yes_or_no(words)
    assert right_or_wrong(words) is False


@pytest.mark.parametrize(
    "words",
    [
        "yes",
        "that's right",
        "right",
        "ok",
        "sure",
        "uh huh",
        "that's it",
        "yes that is my number",
        "correct",
        "así es",
        "sí, está bien",
    ],
)
def test_what_confirms(words):
    assert right_or_wrong(words) is True


@pytest.mark.parametrize(
    "words",
    [
        "no",
        "that's wrong",
        "that's not right",
        "that is not my number at all",
        "no that's not my number",
        "I don't think so",
        "not really",
        "not yet",
        "I do not",
        "neither",
        "no, no es mi número",
        "está mal",
    ],
)
def test_what_denies_also_within_a_longer_sentence(words):
    assert right_or_wrong(words) is False


@pytest.mark.parametrize(
    "words",
    [
        "",
        "maybe",
        "I'm not sure",
        "is that right",
        "yes but not the last digit",
        "my right arm hurts a little today",
        "no wait yes",
        "purple elephants",
    ],
)
def test_doubt_neither_confirms_nor_denies(words):
    assert right_or_wrong(words) is None


@pytest.mark.parametrize(
    "words",
    ["not really", "I don't think so", "that's right", "that is not right", "that is not correct"],
)
def test_to_triage_only_a_plain_answer_counts(words):
    assert yes_or_no(words) is None


@pytest.mark.parametrize(
    ("words", "answer"),
    [("yes", True), ("no", False), ("I would rather not", False), ("yes but not recorded", None)],
)
def test_a_permission_is_plain_or_none(words, answer):
    assert permission(words) is answer


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("yes I am the patient myself", True),
        ("sí yo soy la paciente", True),
        ("yes well maybe that is so", None),
        ("well I am not the patient", None),
        ("yes but I am not the patient", None),
        ("no my mother is the patient", None),
        ("it is right behind the church", None),
        ("right", True),
        ("no", False),
        ("not really", False),
        ("yes not really", None),
        ("yes no", None),
        ("maybe", None),
        ("maybe yes", None),
        ("purple", None),
    ],
)
def test_a_question_of_the_lines_own_is_answered_plainly_or_asked_again(words, answer):
    assert plain_answer(words) is answer


def test_a_yes_within_a_story_permits_nothing():
    assert permission("yes well my sister said I should ask you about that") is None
