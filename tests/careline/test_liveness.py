"""A variable counts where what follows hangs on it, and nowhere else."""

from careline.liveness import live_variables
from ivr.expressions import Expression
from ivr.flow import Flow
from ivr.steps import (
    BranchStep,
    Case,
    Collected,
    CollectStep,
    HangUpStep,
    LookupStep,
    ReturnStep,
    Saved,
    SayStep,
    SetStep,
    SubFlowStep,
)
from ivr.values import ValueKind

BYE = HangUpStep(prompt="bye")
ASK_ZIP = CollectStep(what=Collected.ZIP_CODE, into="zip", prompt="zip", next="look")


def live(steps, starts=None):
    flow = Flow(id="main", version="1", start="begin", steps=steps, starts=starts or {})
    return live_variables(flow)


def branch(when, goto="bye"):
    return BranchStep(cases=(Case(when=Expression(when), goto=goto),), otherwise="bye")


def test_what_a_branch_asks_counts_from_the_beginning_until_it_is_asked():
    found = live(
        {"begin": SayStep(prompt="hello", next="old"), "old": branch("age > 9"), "bye": BYE}
    )
    assert found == {"begin": {"age"}, "old": {"age"}, "bye": frozenset()}


def test_what_is_only_given_to_a_lookup_or_only_said_counts_nowhere():
    look = LookupStep(
        source="records",
        given={"zip": Expression("zip")},
        save={"name": Saved(at="name"), "miles": Saved(at="miles", kind=ValueKind.NUMBER)},
        next="far",
        on_failure="bye",
    )
    found = live({"begin": ASK_ZIP, "look": look, "far": branch("miles is set"), "bye": BYE})
    assert found == {
        "begin": frozenset(),
        "look": frozenset(),
        "far": {"miles"},
        "bye": frozenset(),
    }


def test_what_is_set_anew_does_not_count_before():
    steps = {
        "begin": SayStep(prompt="hello", next="set"),
        "set": SetStep(values={"wish": "none"}, compute={"age": Expression("years")}, next="old"),
        "old": branch('age > 9 and wish == "none"'),
        "bye": BYE,
    }
    found = live(steps)
    assert found["begin"] == found["set"] == {"years"}
    assert found["old"] == {"age", "wish"}


def test_a_value_that_may_be_asked_for_in_vain_counts_before():
    collect = CollectStep(
        what=Collected.NUMBER, into="age", prompt="age", next="old", otherwise="old"
    )
    assert live({"begin": collect, "old": branch("age > 9"), "bye": BYE})["begin"] == {"age"}


def test_a_question_that_is_come_back_to_keeps_what_it_asks():
    steps = {"begin": branch("age > 9", "again"), "again": SayStep(prompt="hello", next="begin")}
    found = live({**steps, "bye": BYE})
    assert found["again"] == found["begin"] == {"age"}


def test_the_result_of_a_flow_that_is_entered_counts_after_it_and_what_it_returns_inside():
    steps = {
        "begin": SubFlowStep(
            flow="find", given={"zip": Expression("home")}, into="wish", next="so"
        ),
        "begin/ask": SayStep(prompt="hello", next="done"),
        "begin/done": ReturnStep(value=Expression("best")),
        "so": branch('wish == "done" and other is set'),
        "bye": BYE,
    }
    found = live(steps, {"find": "ask"})
    assert found["so"] == {"wish", "other"}
    assert found["begin/ask"] == found["begin/done"] == {"begin/best", "other"}
    assert found["begin"] >= {"home", "other"}
    assert "wish" not in found["begin"]
