"""Two calls of one stance go the same ways, whatever has happened to them: the prover relies on it.

Not alike are only prompt ids and the like, which count what happened, how loud something is said,
what a recogniser is told to expect, which word of comfort it is in the nurse lane, and whether who
hangs up has waited long. What is said once in a call, the recording notice and that only keys work,
leads nowhere else and is left out here.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from calls.commands import (
    Command,
    EndCall,
    Listen,
    LookUp,
    OpenTask,
    RecordMessage,
    Say,
    StopListening,
)
from calls.facts import (
    CallArrived,
    CallBackChosen,
    CallConnected,
    CallerHungUp,
    CallReleased,
    DigitsCollected,
    LookedUp,
    MessageRecorded,
    PromptFinished,
    QueueUnstaffed,
    SpeechStarted,
    TransferFailed,
    WordsAssessed,
)
from calls.outcome import Outcome
from calls.private import Private
from calls.verdict import CLEAR, Action, Disposition, Verdict
from ivr import CallRules, Flow, Interpreter, State
from ivr.steps import SubFlowStep
from ivr.values import ValueKind
from tests.ivr.test_promises import INNER, NAMES, TEXTS, steps

SITE, CALL = "clinic", "c1"
ASKS = Verdict(action=Action.ASK, disposition=Disposition.SAME_DAY, question="q1")
FLAG = Verdict(action=Action.CALL_911, disposition=Disposition.NOW_911)
NURSE = Verdict(action=Action.NURSE, disposition=Disposition.NURSE_NOW)

KEYS = ("0", "1", "2", "5", "9", "*", "#", "12", "03051960", "911")
SPOKEN = (
    *(("billing", CLEAR, 0.9), ("yes", CLEAR, 0.9), ("no", CLEAR, 0.9), ("", CLEAR, 0.9)),
    *(("four", CLEAR, 0.9), ("louder", CLEAR, 0.9), ("in spanish", CLEAR, 0.9)),
    *(("a person", CLEAR, 0.9), ("mumble", CLEAR, 0.1), ("dizzy", ASKS, 0.9)),
    *(("chest pain", FLAG, 0.9), ("a bite", NURSE, 0.9)),
)
DOINGS = (
    *(("key", keys) for keys in KEYS),
    *(("words", spoken) for spoken in SPOKEN),
    *(("prompt over", whole) for whole in (True, True, True, False)),
    *(("found", text) for text in ("", '{"n": 4}')),
    *(("silence", None), ("silence", None), ("begins", None)),
    *(("failed", None), ("unstaffed", None), ("message", 0.0), ("message", 8.0)),
    *(("connected", None), ("released", False), ("released", True), ("kept", None)),
    *(("transfer failed", None), ("hangs up", None)),
)


def facts_of(call, doing, what):
    """What the line or the distributor tells, where it can be told."""
    told = {"site": SITE, "call_id": CALL}
    course = call._course
    match doing:
        case "key":
            return DigitsCollected(**told, digits=Private(what))
        case "words":
            words, verdict, confidence = what
            return WordsAssessed(
                **told, words=Private(words), verdict=verdict, confidence=confidence
            )
        case "prompt over" if call.prompt_id is not None:
            return PromptFinished(**told, prompt_id=call.prompt_id, interrupted=not what)
        case "found" if call.looks_up:
            return LookedUp(
                **told,
                lookup_id=course.lookup.lookup_id,
                outcome="found",
                answer=Private(what),
            )
        case "failed" if call.looks_up:
            return LookedUp(**told, lookup_id=course.lookup.lookup_id, outcome="failed")
        case "begins":
            return SpeechStarted(**told)
        case "unstaffed" if call.waits_in is not None:
            return QueueUnstaffed(**told, queue=call.waits_in)
        case "message" if call.state is State.RECORDING:
            name = f"{CALL}-message-{course.messages._count}"
            return MessageRecorded(**told, recording_id=name, duration_s=what)
        case "connected" if call.state in (State.WAITING, State.EMERGENCY):
            return CallConnected(**told, agent_id="ana", offer_id="o1")
        case "released" if call.state is State.CONNECTED:
            return CallReleased(**told, agent_id="ana", requeued=what)
        case "kept" if call.state is State.WAITING:
            return CallBackChosen(**told)
        case "transfer failed":
            return TransferFailed(**told, reason="no-answer")
        case "hangs up":
            return CallerHungUp(**told)
        case _:
            return None


def act(call, doing, what, now):
    """Let something happen; what is done about it, and when it is then."""
    if doing == "silence":
        due = call.next_deadline()
        now = now if due is None else max(now, due)
        return call.tick(now), now
    fact = facts_of(call, doing, what)
    return ([] if fact is None else call.handle(fact, now)), now


def plain(call: Interpreter, commands: list[Command]) -> list[Command]:
    """Without what counts what has happened."""
    told: list[Command] = []
    for command in commands:
        match command:
            case Listen() | StopListening():
                continue
            case Say() if call.state is State.EMERGENCY:
                comfort = replace(command, utterances=(), advises_911=False)
                told.append(replace(comfort, prompt_id=0, louder=0))
            case Say():
                told.append(replace(command, prompt_id=0, louder=0))
            case RecordMessage():
                told.append(replace(command, recording_id=""))
            case OpenTask():
                told.append(replace(command, recording_id=None))
            case LookUp():
                told.append(replace(command, lookup_id=0))
            case EndCall(outcome=Outcome.SHORT_ABANDON):
                told.append(replace(command, outcome=Outcome.ABANDONED))
            case _:
                told.append(command)
    return told


@st.composite
def sites(draw):
    flow = draw(st.lists(steps, min_size=3, max_size=5))
    named = dict(zip(NAMES, flow, strict=False))
    entered = [name for name, step in named.items() if isinstance(step, SubFlowStep)]
    inner = {f"{name}/{each}": step for name in entered for each, step in INNER.items()}
    rules = CallRules(
        site=SITE,
        languages=("en", "es"),
        prompts=TEXTS,
        person_queue="general",
        nurse_queue="nurse",
        outside={"lab": "sip:lab@example.org"},
        listen_languages=("en", "es"),
        recording_question=draw(st.sampled_from([None, "prompt"])),
    )
    return rules, Flow(
        id="f",
        version="1",
        start="s0",
        steps=named | inner,
        starts={"inner": "begin"},
        kinds={"count": ValueKind.NUMBER},
    )


def arrived(rules, flow, now):
    call = Interpreter(CALL, flow, rules)
    number = Private("5551234")
    fact = CallArrived(site=SITE, call_id=CALL, caller=number, dialled="main", line="l")
    call.handle(fact, now)
    return call


MOST = 200
"""Positions of a call that are looked at."""


@settings(max_examples=max(settings().max_examples // 5, 10))
@given(site=sites())
def test_two_calls_of_one_stance_do_the_same_and_come_to_one_stance_again(site):
    rules, flow = site
    call, now = arrived(rules, flow, 1000.0), 1000.0
    first: dict[object, tuple[Interpreter, float]] = {call.stance(now): (call, now)}
    compared: set[object] = set()
    waiting = deque(first.values())
    while waiting and len(first) < MOST:
        call, now = waiting.popleft()
        for doing in DOINGS:
            twin = call.copied()
            _, after = act(twin, *doing, now)
            if twin.state in (State.EMERGENCY, State.ENDED):
                continue
            stance = twin.stance(after)
            if stance not in first:
                first[stance] = (twin, after)
                waiting.append((twin, after))
            elif stance not in compared:
                compared.add(stance)
                compare(first[stance], (twin, after))


def compare(one: tuple[Interpreter, float], other: tuple[Interpreter, float]) -> None:
    """Whether all that may happen does the same with both."""
    for doing in DOINGS:
        mine, others = one[0].copied(), other[0].copied()
        done, after = act(mine, *doing, one[1])
        done_by_other, after_other = act(others, *doing, other[1])
        assert plain(mine, done) == plain(others, done_by_other), doing
        if mine.state is State.EMERGENCY:
            assert others.state is State.EMERGENCY
        else:
            assert mine.stance(after) == others.stance(after_other), doing
