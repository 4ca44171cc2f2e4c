"""A caller who is asked for a value, at the small clinic of the tests."""

from ivr import State
from ivr.steps import Collected, CollectStep, SayStep

TEXTS = {
    "read-back": "I have {value}, is that right?",
    "birthday?": "When were you born?",
    "birthday-again": "Your birthday?",
    "phone?": "What is your number?",
    "not-heard": "I heard nothing.",
    "not-understood": "That was no date.",
    "said": "You said {it}.",
    "next?": "Which door?",
}
NOW = 1_800_000_000.0


def value_of(live):
    """The value that was taken; None before."""
    return live.call._course.variables.get("it")


def collect(what, **more):
    return CollectStep(what=what, into="it", next="said", prompt="birthday?", **more)


def asked_for(
    scene, what=Collected.DATE_OF_BIRTH, *, number="5551234", rules=None, steps=None, **more
):
    """Bring a caller to the question."""
    step = collect(
        what,
        **{
            "again_prompt": "birthday-again",
            "no_input_prompt": "not-heard",
            "no_match_prompt": "not-understood",
            **more,
        },
    )
    live = scene(
        start="it",
        steps={"it": step, "said": SayStep(prompt="said", next="menu"), **(steps or {})},
        now=NOW,
        texts=TEXTS,
        **(rules or {}),
    )
    live.to_menu(number=number)
    assert live.call.state is State.ANSWERING
    return live
