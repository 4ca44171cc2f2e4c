"""What a flow asks elsewhere: every way in which an answer may come, or not."""

import json
from datetime import date

import pytest

from calls.commands import LookUp, PlayMusic, Say
from calls.facts import LookedUp
from calls.private import Private
from ivr import State
from ivr.expressions import Expression
from ivr.steps import AskStep, Choice, Collected, CollectStep, LookupStep, Saved, SayStep, SetStep
from ivr.values import ValueKind

TEXTS = {"searching": "One moment.", "hello": "Hello {name}."}
KINDS = {
    "age": ValueKind.NUMBER,
    "born": ValueKind.DATE,
    "active": ValueKind.YES_NO,
    "birthday": ValueKind.DATE,
}
SAVE = {
    "name": Saved(at="name.0.given"),
    "age": Saved(at="age", kind=ValueKind.NUMBER),
    "born": Saved(at="born", kind=ValueKind.DATE),
    "active": Saved(at="active", kind=ValueKind.YES_NO),
}
FULL = {"name": [{"given": "Maria"}], "age": 41, "born": "1985-03-05", "active": True}


@pytest.fixture
def asked(scene):
    """A call for which something is asked elsewhere."""

    def begin(*, prompt=None, given=None, save=None, steps=None, **rules):
        look = LookupStep(
            source="patients",
            given={"phone": Expression("caller.number")} if given is None else given,
            save=SAVE if save is None else save,
            next="hello",
            not_found="menu",
            on_failure="hours",
            prompt=prompt,
        )
        live = scene(
            start="look",
            steps={"look": look, "hello": SayStep(prompt="hello", next="menu"), **(steps or {})},
            texts=TEXTS,
            kinds=KINDS,
            **rules,
        )
        return live.to_menu()

    return begin


def answer(live, document=None, *, outcome="found", lookup_id=1):
    text = document if isinstance(document, str) else json.dumps(document)
    return live.fact(LookedUp, lookup_id=lookup_id, outcome=outcome, answer=Private(text))


def variables(live):
    return dict(live.call._course.variables)


# --- the answer -----------------------------------------------------------------------------------


def test_what_was_found_is_saved_in_its_kinds(asked):
    live = asked()
    answer(live, FULL)
    assert variables(live) == {
        "name": "Maria",
        "age": 41,
        "born": date(1985, 3, 5),
        "active": True,
    }
    assert live.heard == ["Hello Maria."]
    assert [each.private for each in live.all(Say)[-1].utterances] == [True]


@pytest.mark.parametrize(
    ("outcome", "step"), [("not-found", "menu"), ("failed", "hours"), ("found", "hello")]
)
def test_each_outcome_leads_where_the_flow_says(asked, outcome, step):
    live = asked()
    answer(live, {}, outcome=outcome)
    assert live.call.step == step


def test_an_answer_that_never_comes_has_failed(asked):
    live = asked()
    live.wait(14)
    assert live.call.state is State.LOOKING_UP
    live.wait(1)
    assert live.call.step == "hours"


def test_an_answer_that_comes_too_late_or_twice_changes_nothing(asked):
    live = asked()
    live.wait(15)
    answer(live, FULL)
    assert live.call.step == "hours"
    assert variables(live) == {}
    other = asked()
    answer(other, {}, outcome="not-found")
    answer(other, FULL)
    assert other.call.step == "menu"
    assert variables(other) == {}


@pytest.mark.parametrize("lookup_id", [0, 2, -1, 999])
def test_an_answer_to_another_question_is_dropped(asked, lookup_id):
    live = asked()
    answer(live, FULL, lookup_id=lookup_id)
    assert live.call.state is State.LOOKING_UP


def test_the_answer_to_an_earlier_question_does_not_answer_a_later_one(asked):
    again = LookupStep(source="patients", next="bye", on_failure="bye")
    live = asked(steps={"hours": again})
    live.wait(15)
    assert live.call.step == "hours"
    answer(live, FULL, lookup_id=1)
    assert live.call.step == "hours"
    answer(live, FULL, lookup_id=2)
    assert live.call.step == "bye"


WRONG = [
    "",
    "{",
    "[]",
    "null",
    '"text"',
    "[" * 100_000,
    '{"name":' * 5_000,
    '{"age": "forty", "born": "yesterday", "active": "perhaps", "name": "Maria"}',
    '{"age": {"n": 1}, "born": 19850305, "active": 1, "name": [[{"given": "Maria"}]]}',
    '{"age": true, "born": true, "active": 0.5, "name": {"0": "Maria"}}',
    '{"age": NaN, "born": null, "active": null, "name": []}',
    '{"age": 1e400, "born": "", "active": "", "name": [{"given": "   "}]}',
    '{"age": ' + "9" * 5_000 + "}",
    '{"age": 99999999999999999999, "name": [{"given": null}]}',
]


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_what_is_not_of_the_kind_that_is_wanted_is_not_there(asked, text):
    live = asked()
    answer(live, text)
    assert live.call.step == "hello"
    assert variables(live) == {}
    assert live.heard == ["Hello ."]


@pytest.mark.parametrize("outcome", ["found", "not-found", "failed"])
def test_what_was_known_of_the_last_patient_is_forgotten_with_the_next_answer(asked, outcome):
    live = asked(steps={"hello": SayStep(prompt="hello", next="look")})
    answer(live, FULL)
    live.finish()
    assert live.call.step == "look"
    answer(live, {}, outcome=outcome, lookup_id=2)
    assert variables(live) == {}


@pytest.mark.parametrize(
    ("records", "at", "saved"),
    [
        ([{"id": "a"}], "only.id", "a"),
        ([{"id": "a"}, {"id": "b"}], "only.id", None),
        ([{"id": "a"}, {"id": "b"}], "1.id", "b"),
        ([{"id": "a"}], "999999.id", None),
        ([{"id": "a"}], "-1.id", None),
        ([{"id": "a"}], "id", None),
        ({"only": "a"}, "only", "a"),
    ],
)
def test_a_way_leads_into_lists(asked, records, at, saved):
    live = asked(save={"name": Saved(at=at)})
    answer(live, records)
    assert live.call._course.variables.get("name") == saved


def test_a_long_text_is_cut_and_its_white_space_is_plain(asked):
    live = asked()
    answer(live, {"name": [{"given": "  Ma\n\tria " + "x" * 5_000}]})
    name = variables(live)["name"]
    assert name.startswith("Ma ria xxx")
    assert len(name) == 400


def test_an_answer_is_not_kept(asked):
    live = asked()
    answer(live, {**FULL, "secret": "diagnosis"})
    assert live.call._course.lookup.answer.reveal() == ""


# --- the question ---------------------------------------------------------------------------------


def test_the_question_tells_what_is_known_and_leaves_nothing_out(asked):
    steps = {
        "look": SetStep(values={"birthday": "1960-03-05"}, next="really"),
        "really": LookupStep(
            source="patients",
            given={
                "born": Expression("birthday"),
                "phone": Expression("caller.number"),
                "again": Expression("birthday is set"),
                "zip": Expression("zip"),
            },
            next="bye",
            on_failure="bye",
        ),
    }
    live = asked(steps=steps)
    (question,) = live.all(LookUp)
    assert json.loads(question.given.reveal()) == {
        "born": "1960-03-05",
        "phone": "5551234",
        "again": "true",
        "zip": "",
    }
    assert "5551234" not in repr(question)


# --- meanwhile ------------------------------------------------------------------------------------


def test_the_caller_hears_the_flow_s_words_and_then_music(asked):
    live = asked(prompt="searching")
    assert live.heard == ["One moment."]
    live.commands.clear()
    live.finish()
    assert len(live.all(PlayMusic)) == 1


def test_an_answer_waits_for_the_end_of_the_words(asked):
    live = asked(prompt="searching")
    answer(live, FULL)
    assert live.call.state is State.LOOKING_UP
    live.finish()
    assert live.call.step == "hello"


def test_words_whose_end_is_never_told_do_not_hold_an_answer_back(asked):
    live = asked(prompt="searching")
    answer(live, FULL)
    live.wait(15)
    assert live.call.step == "hello"


@pytest.mark.parametrize(("key", "queue"), [("0", "general"), ("9", "nurse")])
def test_keys_for_help_do_not_wait_for_an_answer(asked, key, queue):
    live = asked(prompt="searching")
    live.press(key)
    assert live.queues == [queue]
    before = live.call.state
    answer(live, FULL)
    live.finish()
    assert live.call.state is before


def test_a_person_asked_for_in_words_does_not_wait_for_an_answer(asked):
    live = asked()
    live.speak("a real person please")
    assert live.queues == ["general"]


def test_a_red_flag_does_not_wait_for_an_answer(asked, verdicts):
    live = asked()
    live.speak("my chest hurts", verdicts["911"])
    assert live.in_lane
    answer(live, FULL)
    live.wait(60)
    assert live.call.state is State.EMERGENCY
    assert variables(live) == {}


def test_an_answer_that_comes_during_triages_question_is_there_after_the_no(asked, verdicts):
    live = asked()
    live.speak("I feel dizzy", verdicts["ask"])
    answer(live, FULL)
    assert live.call.state is State.QUESTION
    live.press("2")
    assert live.heard == ["Hello Maria."]


def test_after_triages_no_music_plays_until_the_answer_comes_or_does_not(asked, verdicts):
    live = asked()
    live.speak("I feel dizzy", verdicts["ask"])
    live.wait(4)
    live.commands.clear()
    live.press("2")
    assert len(live.all(PlayMusic)) == 1
    assert live.all(LookUp) == []
    live.wait(15)
    assert live.call.step == "hours"


def test_a_restart_asks_the_same_question_again(asked):
    live = asked(prompt="searching")
    (before,) = live.all(LookUp)
    live.commands.clear()
    live.now += 120
    live._done(live.call.resume(live.now))
    assert live.all(LookUp) == [before]
    assert live.heard == ["One moment."]
    live.finish()
    live.wait(14)
    answer(live, FULL)
    answer(live, {"name": [{"given": "Eve"}]})
    assert live.heard == ["Hello Maria."]


def test_a_restart_after_the_answer_asks_nothing(asked):
    live = asked(prompt="searching")
    answer(live, FULL)
    live.commands.clear()
    live._done(live.call.resume(live.now))
    assert live.all(LookUp) == []
    live.finish()
    assert live.call.step == "hello"


def test_lookups_that_fail_in_a_circle_come_to_a_person(asked):
    circle = LookupStep(source="patients", next="look", on_failure="look")
    live = asked(steps={"look": circle})
    live.wait(15 * 40)
    assert live.queues == ["general"]


def test_louder_words_are_heard_from_the_next_prompt_on(asked):
    live = asked()
    live.speak("louder")
    answer(live, FULL)
    assert live.all(Say)[-1].louder == 1


def test_what_was_collected_is_asked_with(scene):
    steps = {
        "zip": CollectStep(
            what=Collected.ZIP_CODE, into="zip", next="look", prompt="hello", read_back=False
        ),
        "look": LookupStep(
            source="patients", given={"zip": Expression("zip")}, next="bye", on_failure="bye"
        ),
        "menu": AskStep(prompt="menu", choices=(Choice(digit="1", goto="bye"),)),
    }
    live = scene(start="zip", steps=steps, texts=TEXTS).to_menu()
    live.press("12207")
    assert json.loads(live.all(LookUp)[0].given.reveal()) == {"zip": "12207"}
