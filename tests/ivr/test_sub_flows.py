"""A flow that another one enters: what it is given, what it knows, and the way back."""

import pytest

from calls.facts import LookedUp
from calls.private import Private
from ivr import State
from ivr.expressions import Expression
from ivr.steps import (
    AskStep,
    BranchStep,
    Case,
    Choice,
    Collected,
    CollectStep,
    HangUpStep,
    LookupStep,
    QueueStep,
    ReturnStep,
    Saved,
    SayStep,
    SetStep,
    SubFlowStep,
)
from ivr.values import ValueKind

TEXTS = {"inner": "Inside, {zip}.", "outer": "Outside, {zip}, {result}.", "zip?": "Zip?"}


def linked(name, steps):
    """Steps of a flow as they stand in the one that enters it at ``name``."""
    return {f"{name}/{inner}": step for inner, step in steps.items()}


INNER = {
    "begin": SayStep(prompt="inner", next="ask"),
    "ask": CollectStep(
        what=Collected.ZIP_CODE, into="zip", next="done", prompt="zip?", read_back=False
    ),
    "done": ReturnStep(value=Expression("zip")),
}


@pytest.fixture
def entered(scene):
    """A call in a flow that is entered at ``find`` and comes back to ``outer``."""

    def begin(inner=None, *, given=None, into="result", steps=None, kinds=None, **rules):
        return scene(
            start="set",
            steps={
                "set": SetStep(values={"zip": "outer-zip"}, next="find"),
                "find": SubFlowStep(flow="find-zip", next="outer", given=given or {}, into=into),
                "outer": SayStep(prompt="outer", next="menu"),
                **linked("find", INNER if inner is None else inner),
                **(steps or {}),
            },
            texts=TEXTS,
            starts={"find-zip": "begin"},
            kinds=kinds,
            **rules,
        ).to_menu()

    return begin


def variables(live):
    return dict(live.call._course.variables)


def test_a_flow_that_is_entered_begins_with_what_it_is_given_and_nothing_else(entered):
    assert entered().heard == ["Inside, ."]
    assert entered(given={"zip": Expression("zip")}).heard == ["Inside, outer-zip."]


def test_its_result_goes_where_the_step_says_and_a_name_outside_is_untouched(entered):
    live = entered()
    live.finish()
    live.press("12207")
    assert live.call.step == "outer"
    assert live.heard == ["Outside, outer-zip, one two two, zero seven."]


def test_what_it_knew_is_forgotten_when_it_is_entered_again(entered):
    live = entered(steps={"outer": SayStep(prompt="outer", next="find")})
    live.finish()
    live.press("12207")
    live.finish()
    assert live.call.step == "find/begin"
    assert live.heard == ["Inside, ."]


def test_what_it_knew_is_forgotten_once_it_has_returned(entered):
    live = entered()
    live.finish()
    live.press("12207")
    assert variables(live) == {"zip": "outer-zip", "result": "12207"}


def test_a_result_that_is_not_set_unsets_what_was_there(entered):
    live = entered(
        {"begin": ReturnStep()},
        into="zip",
    )
    assert live.heard == ["Outside, , ."]


def test_a_result_that_nobody_wants_is_dropped(entered):
    live = entered(into=None)
    live.finish()
    live.press("12207")
    assert live.heard == ["Outside, outer-zip, ."]


def test_a_return_where_no_flow_was_entered_leads_to_a_person(scene):
    live = scene(start="back", steps={"back": ReturnStep()}).to_menu()
    assert live.queues == ["general"]


@pytest.mark.parametrize("inner", [{}, {"other": HangUpStep(prompt="thanks")}])
def test_a_flow_that_is_not_there_leads_to_a_person(entered, inner):
    assert entered(inner).queues == ["general"]


def test_a_flow_within_a_flow_comes_back_one_at_a_time(entered):
    inner = {
        "begin": SetStep(values={"zip": "middle"}, next="deeper"),
        "deeper": SubFlowStep(flow="find-zip", next="done", into="got"),
        "done": ReturnStep(value=Expression("got")),
        **linked("deeper", {"begin": ReturnStep(value=Expression("language"))}),
    }
    live = entered(inner)
    assert live.call.step == "outer"
    assert live.heard == ["Outside, outer-zip, en."]
    assert live.call.trail == (
        *("set", "find", "find/begin", "find/deeper", "find/deeper/begin", "find/done", "outer"),
    )


def test_a_circle_through_a_flow_without_a_word_comes_to_a_person(entered):
    inner = {"begin": ReturnStep()}
    live = entered(inner, steps={"outer": BranchStep(cases=(), otherwise="find")})
    assert live.queues == ["general"]


def test_a_branch_inside_sees_the_values_inside(entered):
    inner = {
        "begin": BranchStep(
            cases=(Case(when=Expression("zip is set"), goto="wrong"),), otherwise="right"
        ),
        "wrong": HangUpStep(prompt="thanks"),
        "right": SayStep(prompt="inner", next="right"),
    }
    assert entered(inner).call.step == "find/right"


def test_a_language_chosen_inside_is_the_call_s(entered):
    inner = {
        "begin": SetStep(values={"language": "es"}, next="done"),
        "done": ReturnStep(),
    }
    live = entered(inner)
    assert live.call.language == "es"
    assert live.heard == ["Outside, outer-zip, . (es)"]
    assert "language" not in variables(live)


def test_an_answer_from_elsewhere_is_saved_inside(entered):
    inner = {
        "begin": LookupStep(
            source="zips", next="done", on_failure="done", save={"zip": Saved(at="zip")}
        ),
        "done": ReturnStep(value=Expression("zip")),
    }
    live = entered(inner)
    live.fact(LookedUp, lookup_id=1, outcome="found", answer=Private('{"zip": "12207"}'))
    assert live.heard == ["Outside, outer-zip, one two two, zero seven."]


def test_after_an_agent_inside_the_call_goes_on_inside(entered):
    inner = {
        "begin": QueueStep(queue="billing", next="after"),
        "after": SayStep(prompt="inner", next="begin"),
    }
    live = entered(inner)
    live.connect()
    live.release()
    assert live.call.step == "find/after"


# --- help -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "queue"), [("0", "general"), ("9", "nurse")])
def test_keys_for_help_work_inside(entered, key, queue):
    live = entered()
    live.press(key)
    assert live.queues == [queue]
    live.connect()
    live.release()
    assert live.call.state is State.LEAVING


def test_a_red_flag_inside_calls_a_nurse(entered, verdicts):
    live = entered()
    live.finish()
    live.press("122")
    live.speak("my chest hurts", verdicts["911"])
    assert live.in_lane


def test_triages_no_leads_back_inside(entered, verdicts):
    live = entered()
    live.finish()
    live.speak("I feel dizzy", verdicts["ask"])
    live.press("2")
    assert live.heard == ["Zip?"]
    live.press("12207")
    assert live.call.step == "outer"


def test_a_red_flag_pressed_ahead_of_a_flow_that_is_entered_is_heard_at_once(entered):
    inner = {
        "begin": SayStep(prompt="inner", next="screen"),
        "screen": AskStep(prompt="screen", choices=(Choice(digit="1", red_flag="chest-pain"),)),
    }
    live = entered(inner)
    live.press("1")
    assert live.in_lane


@pytest.mark.parametrize("by", ["choice", "set"])
def test_values_set_on_the_way_to_a_red_flag_pressed_ahead_are_heeded(scene, by):
    """A number that a choice or a setting holds is a number to the branch behind it."""
    screen = AskStep(prompt="screen", choices=(Choice(digit="2", red_flag="chest-pain"),))
    goto = "fork" if by == "choice" else "set"
    steps = {
        "say": SayStep(prompt="hours", next="ask"),
        "ask": AskStep(
            prompt="menu",
            choices=(Choice(digit="1", goto=goto, set={"n": "5"} if by == "choice" else {}),),
        ),
        "set": SetStep(values={"n": "5"}, next="fork"),
        "fork": BranchStep(cases=(Case(when=Expression("n > 3"), goto="screen"),), otherwise="bye"),
        "screen": screen,
    }
    live = scene(start="say", steps=steps, kinds={"n": ValueKind.NUMBER})
    live.arrive()
    live.press("12")
    assert live.in_lane
