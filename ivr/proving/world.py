"""What stands around a call while it is proved: the line, the agents, and whoever is asked.

After each input the world answers what the interpreter asks for, until the caller has to do
something, help is reached, or the call is over. Where it can answer in several ways, each is
followed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from calls.commands import (
    Command,
    Enqueue,
    HangUp,
    KeepPlace,
    LookUp,
    OpenTask,
    RecordMessage,
    Say,
    Transfer,
)
from calls.facts import (
    CallArrived,
    CallConnected,
    CallReleased,
    DigitsCollected,
    Fact,
    LookedUp,
    PromptFinished,
    QueueUnstaffed,
    TransferFailed,
)
from calls.ids import AgentId, CallId, OfferId
from calls.private import Private
from calls.requirement import Requirement
from ivr.flow import CallRules, Flow
from ivr.interpreter import Interpreter
from ivr.keypad import CALL_BACK_KEY
from ivr.states import State

CALL = CallId("proof")
_MOST_ANSWERS = 200
"""Answers of the world to one input; a flow that asks for more runs in a circle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupAnswer:
    """One way in which a lookup may end.

    Attributes:
        label: in a few words.
        outcome: as in :class:`~calls.facts.LookedUp`.
        document: what is found, as JSON.
    """

    label: str
    outcome: str
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One state of everything around a call.

    Attributes:
        name: for a person to read, such as ``Monday 10:30, in Spanish``.
        at: when the caller rings, seconds since the epoch; where it can be helped, nothing opens or
            closes within the hour.
        staffed: whether somebody could answer what is asked for.
        language: which the caller is known to speak from the beginning; ``None`` for the site's
            first, unasked.
        lookups: by source, every way in which it may end.
        number_shown: whether the caller's number is known.
        dialled: the number that the caller dialled.
        dates: dates that the flow tells apart, for who is asked for one.
        numbers: numbers that the flow tells apart, beside those at the ends of a range.
        triage_question: prompt id of a question that triage may ask, if there is one.
        asks_pace: whether the flow asks if the caller wants slower words.
        live: by step, the variables on which what follows hangs; all of them if not given.
    """

    name: str
    at: float
    staffed: Callable[[Requirement], bool]
    language: str | None = None
    lookups: Mapping[str, tuple[LookupAnswer, ...]] = field(default_factory=dict)
    number_shown: bool = True
    dialled: str = ""
    numbers: tuple[int, ...] = ()
    dates: tuple[date, ...] = ()
    triage_question: str | None = None
    asks_pace: bool = False
    live: Mapping[str, frozenset[str]] | None = None


class Ending(Enum):
    """Where following a call has come to."""

    TURN = "turn"
    """The caller has to do something, or to be silent."""
    HELP = "help"
    OVER = "over"
    """The call is over, and nobody has helped."""


@dataclass(frozen=True, slots=True)
class Point:
    """A call at a moment when it is somebody's turn.

    Attributes:
        call: the interpreter; never told anything, only its copies are.
        now: seconds since the epoch.
        ending: what the moment is.
        told: what was said and done since the last turn, in order: who, and what.
        help: what helps the caller, where they have come to help.
        recording_id: the message that is being taken, if one is.
    """

    call: Interpreter
    now: float
    ending: Ending = Ending.TURN
    told: tuple[tuple[str, str], ...] = ()
    help: str = ""
    recording_id: str = ""


def begin(flow: Flow, rules: CallRules, world: World) -> list[Point]:
    """The first moments of a call in a world."""
    known = {} if world.language is None else {"language": world.language}
    call = Interpreter(CALL, flow, rules, known=known)
    arrived = CallArrived(
        site=rules.site,
        call_id=CALL,
        caller=Private("+15555550100" if world.number_shown else ""),
        dialled=world.dialled,
        line="proof",
    )
    return settle(Point(call, world.at), call.handle(arrived, world.at), world, rules)


def settle(point: Point, commands: list[Command], world: World, rules: CallRules) -> list[Point]:
    """Let the world answer, until it is the caller's turn, help is reached, or all is over.

    Args:
        point: where the call stands; it is handed over, and driven on.
        commands: what the interpreter has just asked for.
        world: what answers.
        rules: the site's.
    """
    found: list[Point] = []
    waiting = [(point, commands)]
    for _ in range(_MOST_ANSWERS):
        if not waiting:
            return found
        point, commands = waiting.pop()
        point = Point(
            point.call,
            point.now,
            told=(*point.told, *_said(commands)),
            recording_id=point.recording_id,
        )
        help_found = _help_in(commands, world)
        if help_found:
            found.append(replace(point, ending=Ending.HELP, help=help_found))
            waiting += _after_help(point, commands, world)
            continue
        asked = next((each for each in commands if isinstance(each, LookUp)), None)
        if asked is not None:
            waiting += _looked_up(point, asked, world)
            continue
        fact = _answer(point, commands, rules)
        if fact is not None:
            waiting.append((point, point.call.handle(fact, point.now)))
        elif point.call.state is State.CLOSING:
            # What the line still owes never comes: a person is told to look.
            now = max(point.now, point.call.next_deadline() or point.now)
            waiting.append((replace(point, now=now), point.call.tick(now)))
        elif point.call.state is State.ENDED:
            found.append(replace(point, ending=Ending.OVER))
        else:
            taken = [each for each in commands if isinstance(each, RecordMessage)]
            if taken:
                point = replace(point, recording_id=taken[-1].recording_id)
            found.append(point)
    raise AssertionError("the world answers for ever")


def _help_in(commands: list[Command], world: World) -> str:
    """What helps among the commands; empty if nothing does."""
    for command in commands:
        match command:
            case Enqueue(requirement=asked) if asked.emergency:
                return "a nurse is called, before every other call"
            case Enqueue(requirement=asked) if world.staffed(asked):
                return f"waits in the queue {asked.queue}, where somebody can answer"
            case OpenTask(kind=kind, queue=queue):
                return f"a task for the people of {queue}: {kind}"
            case KeepPlace():
                return "keeps their place, and is called back"
            case RecordMessage() if not world.number_shown:
                # Who says nothing and shows no number leaves nothing by which to help them.
                return "is asked for a message, and to say how they are reached"
    return ""


def _after_help(
    point: Point, commands: list[Command], world: World
) -> list[tuple[Point, list[Command]]]:
    """Go on behind a conversation: the flow may have more to ask once the agent has left."""
    asked = next((each for each in commands if isinstance(each, Enqueue)), None)
    call = point.call
    if asked is None or asked.requirement.emergency or not world.staffed(asked.requirement):
        return []
    if call.state is not State.WAITING or call.waits_in is None:
        return []
    return [_spoken(point), *_called_back(point)]


def _spoken(point: Point) -> tuple[Point, list[Command]]:
    """An agent has answered, and has left."""
    site, agent, offer = point.call.site, AgentId("agent"), OfferId("offer")
    connected = CallConnected(site=site, call_id=CALL, agent_id=agent, offer_id=offer)
    released = CallReleased(site=site, call_id=CALL, agent_id=agent)
    twin = point.call.copied()
    twin.handle(connected, point.now)
    told = (*point.told, ("agent", "answers, and hangs up when all is said"))
    return replace(point, call=twin, told=told), twin.handle(released, point.now)


def _called_back(point: Point) -> list[tuple[Point, list[Command]]]:
    """The caller waits until they are offered a call-back, and chooses it."""
    if not point.call.is_to_be_offered_call_back:
        return []
    twin, now = point.call.copied(), point.now
    while not twin.offers_call_back:
        if twin.prompt_id is not None:
            twin.handle(PromptFinished(site=twin.site, call_id=CALL, prompt_id=twin.prompt_id), now)
            continue
        due = twin.next_deadline()
        if due is None:
            return []
        now = max(now, due)
        twin.tick(now)
    chosen = DigitsCollected(site=twin.site, call_id=CALL, digits=Private(CALL_BACK_KEY))
    commands = twin.handle(chosen, now)
    if twin.state is State.WAITING and not twin.keeps_place:
        return []  # It cannot be promised: they wait on, as before.
    told = (*point.told, ("caller", f"waits, is offered a call-back, and presses {CALL_BACK_KEY}"))
    return [(replace(point, call=twin, now=now, told=told), commands)]


def _looked_up(point: Point, asked: LookUp, world: World) -> list[tuple[Point, list[Command]]]:
    """Every way in which a lookup may end."""
    ways = world.lookups.get(asked.source) or (LookupAnswer(label="failed", outcome="failed"),)
    ends = []
    stances: set[object] = set()
    for way in ways:
        twin = point.call.copied()
        commands: list[Command] = []
        prompt = twin.prompt_id
        if prompt is not None:
            over = PromptFinished(site=twin.site, call_id=CALL, prompt_id=prompt)
            commands += twin.handle(over, point.now)
        fact = LookedUp(
            site=twin.site,
            call_id=CALL,
            lookup_id=asked.lookup_id,
            outcome=way.outcome,
            answer=Private(way.document),
        )
        commands += twin.handle(fact, point.now)
        stance = twin.stance(point.now, world.live)
        if stance in stances:
            continue  # What is told apart elsewhere is all the same here.
        stances.add(stance)
        told = (*point.told, ("lookup", f"{asked.source}: {way.label}"))
        ends.append((replace(point, call=twin, told=told), commands))
    return ends


def _answer(point: Point, commands: list[Command], rules: CallRules) -> Fact | None:
    """What the world tells next; ``None`` where it is the caller's turn, or all is over."""
    call = point.call
    for command in commands:
        match command:
            case Enqueue(requirement=asked):
                return QueueUnstaffed(site=rules.site, call_id=CALL, queue=asked.queue)
            case Transfer():
                return TransferFailed(site=rules.site, call_id=CALL, reason="no-answer")
            case HangUp():
                return None
    prompt = call.prompt_id
    if prompt is None or call.state in (State.CLOSING, State.ENDED):
        return None
    if call.state in (State.GREETING, State.PLAYING) and call.may_press_ahead:
        return None
    return PromptFinished(site=rules.site, call_id=CALL, prompt_id=prompt)


def _said(commands: list[Command]) -> list[tuple[str, str]]:
    told: list[tuple[str, str]] = []
    for command in commands:
        match command:
            case Say(utterances=utterances):
                told += [("line", each.text) for each in utterances]
            case Transfer():
                told.append(("line", "rings somebody outside; nobody answers"))
            case RecordMessage():
                told.append(("line", "beeps, and records"))
            case HangUp():
                told.append(("line", "hangs up"))
    return told


__all__ = ["CALL", "Ending", "LookupAnswer", "Point", "World", "begin", "settle"]
