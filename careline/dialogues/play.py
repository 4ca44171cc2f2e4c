"""A dialogue in virtual time: the real flow, triage and distributor, simulated telephones."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from adapters.telephony.simulated import Behaviour, Pickup, SimulatedPhones
from calls.commands import Command, OpenTask, Say, Transfer
from calls.facts import (
    AgentReady,
    CallBackChosen,
    CallConnected,
    CallEnded,
    CallQueued,
    CallReleased,
    Fact,
    SurveyAnswered,
    WordsAssessed,
)
from calls.ids import AgentId, CallId
from calls.ports import Answer
from calls.private import Private
from calls.verdict import Action
from careline.dryrun import DryRun
from careline.signed_in import signed_in
from careline.story import tell
from careline.turn import Turn
from config.dialogues import (
    WITHHELD,
    DialogueTurn,
    Written,
    starts_at,
)
from config.site import Site
from ivr import Interpreter

Ask = Callable[[str, Mapping[str, str]], Answer]
"""Answers a lookup: a source, and what is given."""

CALL = CallId("dialogue")
_WITHIN_S = 120.0
"""How long what comes by itself is waited for."""


@dataclass(slots=True)
class Played:
    """What came of a dialogue.

    Attributes:
        written: the dialogue.
        failures: what was not as it must be: where it is written, and what was found.
        transcript: who said or did what, in order.
        trail: the steps that the call came through.
    """

    written: Written
    failures: list[str] = field(default_factory=list)
    transcript: list[tuple[str, str]] = field(default_factory=list)
    trail: tuple[str, ...] = ()


@dataclass(slots=True)
class _Since:
    """What has happened since the caller last did something."""

    said: list[str] = field(default_factory=list)
    records: list[Fact | Command] = field(default_factory=list)
    rung: list[str] = field(default_factory=list)


def play(written: Written, site: Site, ask: Ask) -> Played:
    """Hold the call; what must be so and is not stands in the failures.

    Args:
        written: the dialogue.
        site: the loaded site.
        ask: answers where the dialogue says nothing else: a source, and what is given.
    """
    with contextlib.closing(_Play(written, site, ask)) as played:
        return played.run()


class _Play:
    def __init__(self, written: Written, site: Site, ask: Ask) -> None:
        dialogue = written.dialogue
        self._dialogue = dialogue
        self._site = site if dialogue.speech else deaf(site)
        self._otherwise = ask
        self._since = _Since()
        self._ended: str | None = None
        self._agent: AgentId | None = None
        self._agents: list[AgentId] = []
        self._engine: Interpreter | None = None
        self.result = Played(written)
        away = frozenset(dialogue.away)
        behaviours = {
            agent: Behaviour(pickup=Pickup.LETS_IT_RING if agent in away else Pickup.ANSWERS)
            for agent in site.agents
        }
        self._phones = SimulatedPhones(
            site.id,
            behaviours,
            instant_prompts=True,
            outside_answers=dialogue.outside_answers,
        )
        now = starts_at(dialogue, site)
        self._run = DryRun(self._site, self._phones, now, self._observe, self._ask)
        there = (
            signed_in(site, now, ready=(), out=())
            if dialogue.ready is None
            else tuple(map(AgentId, dialogue.ready))
        )
        self._run.tell(*(AgentReady(site=site.id, agent_id=agent) for agent in there))

    def close(self) -> None:
        """Let the triage's threads go."""
        self._run.close()

    def run(self) -> Played:
        """Hold the call."""
        caller = "" if self._dialogue.caller == WITHHELD else self._dialogue.caller
        arrived = self._phones.arrive(CALL, self._run.now, caller=caller, dialled=self._site.id)
        self._run.tell(arrived)
        live = self._run.switchboard.calls.get(CALL)
        if live is not None and isinstance(live.engine, Interpreter):
            self._engine = live.engine
        self._settle()
        for number, turn in enumerate(self._dialogue.turns):
            wrong = self._do(turn)
            if wrong:
                place = self.result.written.place(number)
                self.result.failures.append(f"{place}: {wrong}")
                break
        if self._ended is None:
            self._run.tell(*self._phones.hang_up(CALL, self._run.now))
        self.result.trail = self._trail()
        return self.result

    # --- the caller ------------------------------------------------------------------------------

    def _do(self, turn: DialogueTurn) -> str:
        """One turn; what is wrong, empty if nothing is."""
        action = self._action(turn)
        if action is None:
            return self._expect(turn)
        if self._ended is not None:
            return f"the call is over already: {self._ended}"
        self._since = _Since()
        wrong = action()
        if not wrong:
            self._settle()
        return wrong

    def _action(self, turn: DialogueTurn) -> Callable[[], str] | None:
        if turn.says is not None:
            return lambda: self._say(turn.says or "")
        if turn.presses is not None:
            return lambda: self._press(turn.presses or "")
        if turn.waits is not None:
            return lambda: self._wait(turn.waits or 0.0)
        if turn.silent is not None:
            return lambda: self._be_silent(turn.silent or 1)
        if turn.hangs_up:
            return self._hang_up
        if turn.agent_leaves:
            return self._let_go
        return None

    def _say(self, words: str) -> str:
        self._note("caller", words)
        language = self._phones.listening(CALL)
        if language is None:
            return "the line does not listen to speech here"
        self._run.tell(*self._phones.speak(CALL, words, language=language))
        return ""

    def _press(self, keys: str) -> str:
        self._note("caller", f"presses {keys}")
        for key in keys:
            self._run.tell(*self._phones.press(CALL, key, self._run.now))
        live = self._run.switchboard.calls.get(CALL)
        if live is not None and isinstance(live.engine, Interpreter):
            due = live.engine.typing_until
            if due is not None:
                # What was typed has a pause behind it.
                self._run.advance(max(0.0, due - self._run.now))
        return ""

    def _wait(self, seconds: float) -> str:
        self._note("caller", f"waits {seconds:g} s")
        self._run.advance(seconds)
        return ""

    def _be_silent(self, times: int) -> str:
        self._note("caller", "is silent")
        for _ in range(times):
            before = len(self._since.said)
            until = self._run.now + _WITHIN_S
            while len(self._since.said) == before and self._ended is None:
                at = self._run.next_event_at()
                if at is None or at > until:
                    return "nothing more is said by itself"
                self._run.step()
            self._settle()
        return ""

    def _hang_up(self) -> str:
        self._note("caller", "hangs up")
        self._run.tell(*self._phones.hang_up(CALL, self._run.now))
        return ""

    def _let_go(self) -> str:
        self._note("agent", "hangs up")
        if self._agent is None:
            return "no agent speaks with the caller"
        self._run.tell(*self._phones.agent_hangs_up(CALL, self._agent))
        return ""

    def _settle(self) -> None:
        """Let happen what happens at once, and the answers of lookups."""
        while (at := self._run.next_event_at()) is not None and at <= self._run.now + 1.0:
            if at > self._run.now and not self._looks_up():
                return
            self._run.step()

    def _looks_up(self) -> bool:
        live = self._run.switchboard.calls.get(CALL)
        return live is not None and isinstance(live.engine, Interpreter) and live.engine.looks_up

    # --- what must be so --------------------------------------------------------------------------

    def _expect(self, turn: DialogueTurn) -> str:
        if turn.agent is not None or turn.ends is not None:
            self._wait_until(lambda: not self._unmet(turn))
        return self._unmet(turn)

    def _wait_until(self, so: Callable[[], bool]) -> None:
        until = self._run.now + _WITHIN_S
        while not so():
            at = self._run.next_event_at()
            if at is None or at > until:
                return
            self._run.step()

    def _unmet(self, turn: DialogueTurn) -> str:
        """What must be so and is not, with what is; empty if it is so."""
        since = self._since
        said = " ".join(since.said)
        heard = f"the line has said: {said or 'nothing'}"
        match turn:
            case DialogueTurn(line=str(wanted)) if not _says(said, wanted):
                return f"wanted “{wanted}”; {heard}"
            case DialogueTurn(never_said=str(unwanted)) if _says(said, unwanted):
                return f"“{unwanted}” should not be said; {heard}"
            case DialogueTurn(prompt=str(prompt)) if not self._said_prompt(prompt):
                return f"wanted the prompt {prompt}; {heard}"
            case DialogueTurn(matches=str(expression)) if not re.search(expression, said):
                return f"wanted what fits /{expression}/; {heard}"
            case DialogueTurn(step=str(step)) if step not in self._trail():
                return f"wanted the step {step}; the call came by {_last(self._trail())}"
            case DialogueTurn(queue=str(queue)):
                return self._unmet_queue(queue, turn.skills)
            case DialogueTurn(nurse=bool(wanted)):
                called = any(each.requirement.emergency for each in self._queued())
                if called != wanted:
                    return f"a nurse is {'' if called else 'not '}called; {heard}"
            case DialogueTurn(asks=bool(wanted)):
                asked = any(
                    isinstance(each, WordsAssessed) and each.verdict.action is Action.ASK
                    for each in since.records
                )
                if asked != wanted:
                    return f"triage {'asks' if asked else 'does not ask'}; {heard}"
            case DialogueTurn(agent=str(agent)) if AgentId(agent) not in self._agents:
                spoke = ", ".join(self._agents) or "nobody"
                return f"wanted {agent} to speak with the caller; {spoke} did"
            case DialogueTurn(task=str(kind)):
                kinds = [each.kind for each in since.records if isinstance(each, OpenTask)]
                if kind not in kinds:
                    return f"wanted a task {kind}; there is {', '.join(kinds) or 'none'}"
            case DialogueTurn(transfer=str(name)):
                number = self._site.rules.outside[name]
                if number not in since.rung:
                    return f"wanted {name} to be rung, and nobody outside was"
            case DialogueTurn(call_back=bool(wanted)):
                kept = any(isinstance(each, CallBackChosen) for each in since.records)
                if kept != wanted:
                    return f"the caller is {'' if kept else 'not '}to be called back; {heard}"
            case DialogueTurn(rates=int(score)):
                scores = [each.score for each in since.records if isinstance(each, SurveyAnswered)]
                if score not in scores:
                    return f"wanted the rating {score}; found {scores or 'none'}"
            case DialogueTurn(ends=str(outcome)) if self._ended != outcome:
                return f"wanted the call to end as {outcome}; it is {self._ended or 'not over'}"
            case _:
                pass
        return ""

    def _unmet_queue(self, queue: str, skills: tuple[str, ...] | None) -> str:
        queued = self._queued()
        found = [
            (str(each.requirement.queue), sorted(need.skill for need in each.requirement.skills))
            for each in queued
        ]
        wanted = None if skills is None else sorted(skills)
        if any(name == queue and wanted in (None, needed) for name, needed in found):
            return ""
        waits = "; ".join(f"{name} {' '.join(needed)}".strip() for name, needed in found)
        needs = "" if wanted is None else f" with {', '.join(wanted) or 'no skills of its own'}"
        where = f"they wait in {waits}" if waits else f"they wait nowhere; {self._where()}"
        return f"wanted the caller to wait in {queue}{needs}; {where}"

    def _queued(self) -> list[CallQueued]:
        return [each for each in self._since.records if isinstance(each, CallQueued)]

    def _said_prompt(self, prompt: str) -> bool:
        """Whether a prompt's words were said, whatever stood in place of its values."""
        for text in self._site.rules.prompts[prompt].values():
            parts = [re.escape(part) for part in re.split(r"\{[^{}]*\}", text)]
            if re.search(r".*?".join(parts), " ".join(self._since.said)):
                return True
        return False

    def _trail(self) -> tuple[str, ...]:
        # Of a call that is over, too, which the switchboard has forgotten.
        return () if self._engine is None else self._engine.trail

    def _where(self) -> str:
        return f"the call came by {_last(self._trail())}"

    # --- the world --------------------------------------------------------------------------------

    def _ask(self, source: str, given: Mapping[str, str]) -> Answer:
        end = self._dialogue.lookups.get(source)
        if end is None:
            return self._otherwise(source, given)
        if end.lstrip().startswith(("{", "[")):
            return Answer(outcome="found", document=Private(end))
        reason = "timeout" if end == "failed" else ""
        return Answer(outcome=end, reason=reason)

    def _observe(self, _now: float, turn: Turn) -> None:
        self._since.records += turn.records
        for record in turn.records:
            line = tell(record)
            if line is not None:
                self._note("·", line)
            match record:
                case CallConnected(agent_id=agent):
                    self._agent = agent
                    self._agents.append(agent)
                case CallReleased():
                    self._agent = None
                case CallEnded(outcome=outcome):
                    self._ended = outcome.value
        says = [command for command in turn.commands if isinstance(command, Say)]
        for command in turn.commands:
            match command:
                case Say(utterances=utterances) if command is says[-1]:
                    for each in utterances:
                        self._since.said.append(each.text)
                        self._note("line", each.text)
                case Transfer(destination=destination):
                    self._since.rung.append(destination)

    def _note(self, who: str, what: str) -> None:
        self.result.transcript.append((who, what))


def _says(said: str, wanted: str) -> bool:
    return " ".join(wanted.lower().split()) in " ".join(said.lower().split())


def _last(trail: tuple[str, ...]) -> str:
    return " -> ".join(trail[-6:]) or "no step"


def deaf(site: Site) -> Site:
    """The site on a day on which its recognisers are down."""
    return replace(site, rules=replace(site.rules, listen_languages=()))
