"""Callers of a flow, for the interpreter alone: what the line reports of them, written down.

Each call is held once with callers who do what callers do, and everything that the interpreter was
told is written down, with the time. Told to new interpreters it leads to the same commands, so that
nothing but the interpreter is measured. Calls overlap as they do in a day.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from calls.commands import Command, Enqueue, LookUp, RecordMessage, Transfer
from calls.facts import (
    CallArrived,
    CallConnected,
    CallerHungUp,
    CallReleased,
    DigitsCollected,
    Fact,
    LookedUp,
    MessageRecorded,
    PromptFinished,
    QueueUnstaffed,
    SpeechStarted,
    TransferFailed,
    WordsAssessed,
)
from calls.ids import AgentId, CallId, OfferId
from calls.ports import Answer
from calls.private import Private
from calls.verdict import CLEAR, Action, Disposition, Verdict
from config.site import Site
from ivr import Interpreter
from ivr.proving.inputs import Input as Doable
from ivr.proving.inputs import inputs
from ivr.proving.world import Point, World
from ivr.states import State

Input = tuple[int, Fact | None, float]
"""The number of the call, what happened (``None`` where a deadline has come), and when."""

Ask = Callable[[str, Mapping[str, str]], Answer]

ARRIVE_WITHIN_S = 600.0
"""So the calls overlap."""

_MOST_INPUTS = 80
_PATIENCE_S = 120.0
_SEED = 20261123
_RED_FLAG = Verdict(action=Action.CALL_911, disposition=Disposition.NOW_911)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """What was written down.

    Attributes:
        site: whose entry flow was called.
        count: how many calls.
        inputs: all that the interpreters were told, in order of time.
        commands: how many commands they answered with.
        kinds: how many inputs of each kind.
    """

    site: Site
    count: int
    inputs: tuple[Input, ...]
    commands: int
    kinds: Mapping[str, int]

    def interpreters(self) -> list[Interpreter]:
        """New ones, one for each call."""
        site = self.site
        flow = site.flows[site.entry_flow]
        return [Interpreter(call_id(number), flow, site.rules) for number in range(self.count)]


def call_id(number: int) -> CallId:
    """A call's id, as long as real ones."""
    return CallId(f"3f2b9a60-0000-4000-8000-{number:012}")


def record(site: Site, ask: Ask, *, calls: int, began: float, seed: int = _SEED) -> Calls:
    """Hold calls to a site's entry flow.

    Args:
        site: loaded.
        ask: answers lookups.
        calls: how many.
        began: when the first may arrive, seconds since the epoch.
        seed: another one, other callers.
    """
    inputs_of_all: list[Input] = []
    commands, kinds = 0, Counter[str]()
    for number in range(calls):
        random = Random(seed + number)  # noqa: S311 - callers, not keys
        arrives = began + random.uniform(0.0, ARRIVE_WITHIN_S)
        caller = _Caller(number, site, ask, random, arrives)
        caller.hold()
        inputs_of_all += caller.told
        commands += caller.commands
        kinds.update("tick" if fact is None else type(fact).__name__ for _, fact, _ in caller.told)
    inputs_of_all.sort(key=lambda each: each[2])
    return Calls(
        site=site, count=calls, inputs=tuple(inputs_of_all), commands=commands, kinds=kinds
    )


class _Caller:
    """One caller, and the line, the agents and the sources around them."""

    def __init__(self, number: int, site: Site, ask: Ask, random: Random, now: float) -> None:
        self._site, self._ask, self._random = site, ask, random
        self._number, self._id = number, call_id(number)
        flow = site.flows[site.entry_flow]
        self._call = Interpreter(self._id, flow, site.rules)
        question = next(iter(sorted(site.protocols.questions)), None)
        self._world = World(name="", at=now, staffed=lambda _: True, triage_question=question)
        self._now = now
        self._recording_id = ""
        self.told: list[Input] = []
        self.commands = 0

    def hold(self) -> None:
        """Hold the call to its end."""
        self._tell(
            CallArrived(
                site=self._site.id,
                call_id=self._id,
                caller=Private("+15555550101"),
                dialled="main",
                line="benchmark",
            )
        )
        while self._call.state not in (State.CLOSING, State.ENDED):
            if len(self.told) >= _MOST_INPUTS:
                self._tell(CallerHungUp(site=self._site.id, call_id=self._id))
            else:
                self._next()
        while self._call.next_deadline() is not None:
            self._lapse()

    def _next(self) -> None:
        """What happens next where the call stands."""
        call, chance = self._call, self._random.random()
        match call.state:
            case State.WAITING | State.EMERGENCY if chance < 0.5:
                self._lapse(_PATIENCE_S)
            case State.WAITING | State.EMERGENCY:
                self._converse()
            case State.RECORDING:
                self._pass(20.0)
                self._tell(
                    MessageRecorded(
                        site=self._site.id,
                        call_id=self._id,
                        recording_id=self._recording_id,
                        duration_s=12.0 if chance < 0.8 else 0.0,
                    )
                )
            case State.LEAVING | State.TRANSFERRING | State.LOOKING_UP | State.CONNECTED:
                self._lapse()
            case State.GREETING | State.PLAYING if chance < 0.8:
                self._heard_out()
            case _ if call.prompt_id is not None and chance < 0.55:
                self._heard_out()
            case _ if chance < 0.12:
                self._lapse()
            case _:
                self._do()

    def _do(self) -> None:
        """Press a key or say something: whatever a caller can do here."""
        can = [each for each in self._can() if each.fact is not None]
        fact = self._random.choice(can).fact
        match fact:
            case DigitsCollected(digits=digits):
                for key in digits.reveal():
                    self._pass(0.4)
                    self._tell(replace(fact, call_id=self._id, digits=Private(key)))
            case WordsAssessed():
                self._pass(0.5)
                self._tell(SpeechStarted(site=self._site.id, call_id=self._id))
                self._pass(1.8)
                verdict = _RED_FLAG if self._random.random() < 0.01 else fact.verdict
                words = self._in_own_words(fact.words.reveal(), fact.verdict)
                self._tell(replace(fact, call_id=self._id, verdict=verdict, words=Private(words)))
            case PromptFinished() | None:
                self._heard_out()
            case _:
                self._tell(replace(fact, call_id=self._id))

    def _can(self) -> Iterator[Doable]:
        return inputs(Point(self._call, self._now), self._site.rules, self._world)

    def _in_own_words(self, words: str, verdict: Verdict) -> str:
        """Every third caller says in a sentence what others have said."""
        intents = list(self._site.rules.intents.values())
        if verdict is not CLEAR or not intents or self._random.random() > 0.35:
            return words
        examples = self._random.choice(intents).examples.get(self._call.language, ())
        return self._random.choice(examples) if examples else words

    def _heard_out(self) -> None:
        prompt = self._call.prompt_id
        if prompt is None:
            self._lapse()
            return
        self._pass(4.0)
        self._tell(PromptFinished(site=self._site.id, call_id=self._id, prompt_id=prompt))

    def _converse(self) -> None:
        """An agent answers, and leaves again; some callers have gone before."""
        site, chance = self._site.id, self._random.random()
        self._pass(self._random.uniform(5.0, 60.0))
        if chance < 0.15:
            self._tell(CallerHungUp(site=site, call_id=self._id))
            return
        agent, offer = AgentId("agent"), OfferId("offer")
        self._tell(CallConnected(site=site, call_id=self._id, agent_id=agent, offer_id=offer))
        self._pass(self._random.uniform(30.0, 300.0))
        if chance < 0.5:
            self._tell(CallerHungUp(site=site, call_id=self._id))
        else:
            self._tell(CallReleased(site=site, call_id=self._id, agent_id=agent))

    # --- time and what is told --------------------------------------------------------------------

    def _pass(self, seconds: float) -> None:
        """Let time pass, with the deadlines that come in it."""
        until = self._now + seconds
        while (due := self._call.next_deadline()) is not None and due <= until:
            self._tick(due)
        self._now = until

    def _lapse(self, at_most_s: float = 3600.0) -> None:
        """Let time pass until the next deadline."""
        due = self._call.next_deadline()
        if due is None or due > self._now + at_most_s:
            self._pass(at_most_s)
        else:
            self._tick(due)
        if due is None and self._call.state is not State.ENDED:
            self._tell(CallerHungUp(site=self._site.id, call_id=self._id))

    def _tick(self, due: float) -> None:
        self._now = max(self._now, due)
        self.told.append((self._number, None, self._now))
        self._answered(self._call.tick(self._now))

    def _tell(self, fact: Fact) -> None:
        if self._call.state in (State.CLOSING, State.ENDED):
            return  # The call ended while time passed; nobody is there to do it.
        self.told.append((self._number, fact, self._now))
        self._answered(self._call.handle(fact, self._now))

    def _answered(self, commands: Sequence[Command]) -> None:
        """What the line, the distributor and the sources answer at once."""
        self.commands += len(commands)
        site = self._site.id
        for command in commands:
            match command:
                case RecordMessage(recording_id=recording_id):
                    self._recording_id = recording_id
                case Transfer():
                    self._now += 5.0
                    self._tell(TransferFailed(site=site, call_id=self._id, reason="no-answer"))
                case Enqueue(requirement=asked) if self._random.random() < 0.05:
                    if not asked.emergency:
                        self._tell(QueueUnstaffed(site=site, call_id=self._id, queue=asked.queue))
                case LookUp():
                    self._looked_up(command)
                case _:
                    pass

    def _looked_up(self, asked: LookUp) -> None:
        answer = self._ask(asked.source, json.loads(asked.given.reveal()))
        self._now += 0.3
        self._tell(
            LookedUp(
                site=self._site.id,
                call_id=self._id,
                lookup_id=asked.lookup_id,
                outcome=answer.outcome,
                answer=answer.document,
                reason=answer.reason,
            )
        )
