"""Why an agent was passed over for a call, and why a call was: as data, and as a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from acd.work import Work
from calls.ids import AgentId, CallId
from calls.requirement import SkillNeed


class Why(Enum):
    """The reason that decided, in the order in which reasons are looked for.

    Down to :attr:`JUST_FREED` the agent could not be given the call at all; from there on somebody
    else came before them.
    """

    LEAVING = "leaving"
    OUT = "out"
    ON_BREAK = "on-break"
    NO_PHONE = "no-phone"
    ANOTHER_WANTED = "another-wanted"
    LACKS_SKILL = "lacks-skill"
    GOING = "going"
    PAUSING = "pausing"
    NO_ROOM = "no-room"
    BUSY = "busy"
    RESTING = "resting"
    RESERVE = "reserve"
    KEPT_FOR_PAIR = "kept-for-pair"
    JUST_FREED = "just-freed"
    RUNG_TOO = "rung-too"
    CALLS_BACK = "calls-back"
    HALF_PAIR = "half-pair"
    RUNG_EARLIER = "rung-earlier"
    TRIED_BEFORE = "tried-before"
    NOT_ASKED_FOR = "not-asked-for"
    OTHER_QUEUE = "other-queue"
    FEWER_WISHES = "fewer-wishes"
    LESS_SKILLED = "less-skilled"
    SCARCER_SKILLS = "scarcer-skills"
    READY_LATER = "ready-later"
    LISTED_LATER = "listed-later"


COULD_NOT = frozenset(
    {
        Why.LEAVING,
        Why.OUT,
        Why.ON_BREAK,
        Why.NO_PHONE,
        Why.ANOTHER_WANTED,
        Why.LACKS_SKILL,
        Why.GOING,
        Why.PAUSING,
        Why.NO_ROOM,
        Why.BUSY,
        Why.RESTING,
        Why.RESERVE,
        Why.KEPT_FOR_PAIR,
        Why.JUST_FREED,
    }
)
"""The agent could not be given the call, whoever else was there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """An agent who was not offered the call, and why.

    Attributes:
        agent_id: who.
        why: the reason; which of the others has a value depends on it.
        need: the skill that is lacking or wished for, at the level that was enough then.
        has: their level in it, 0 for none; for :attr:`Why.LESS_SKILLED` the sum of their levels in
            what the call needs.
        best: what whoever was chosen had in that place.
        work: what they were doing.
        for_s: how much longer they pause or rest, in seconds; for :attr:`Why.READY_LATER` how much
            later than the chosen they became ready.
    """

    agent_id: AgentId
    why: Why
    need: SkillNeed | None = None
    has: int | None = None
    best: int | None = None
    work: Work | None = None
    for_s: float | None = None

    def sentence(self, *, several: bool = False) -> str:
        """The reason for a person to read, without the agent's name.

        Args:
            several: it is told of several agents at once.
        """
        return _said(self._sentence(), several=several)

    def _sentence(self) -> str:
        match self.why:
            case Why.LACKS_SKILL if self.need is None:
                return "{lacks} a skill that it needs"
            case Why.LACKS_SKILL if self.need is not None:
                return _short(self.need, self.has)
            case Why.BUSY:
                return _BUSY[self.work or Work.TALKING]
            case Why.PAUSING:
                return f"paused after an offer that came to nothing, {_seconds(self.for_s)} more"
            case Why.RESTING:
                return f"rested after a ring without answer, {_seconds(self.for_s)} more"
            case Why.FEWER_WISHES if self.need is not None:
                return f"{{does}} not meet a wish: {_short(self.need, self.has)}"
            case Why.LESS_SKILLED:
                return f"{{has}} lower levels in what it needs ({self.has} in all, not {self.best})"
            case Why.READY_LATER:
                return f"became ready {_seconds(self.for_s)} later"
            case _:
                return _SENTENCES[self.why]


class Barrier(Enum):
    """Why a call that stood before another was not given to the agent who took the other."""

    ANOTHER_WANTED = "another-wanted"
    """It waits for one agent alone."""
    LACKS_SKILL = "lacks-skill"
    """The agent lacks a skill that it needs."""
    RED_FLAGS_ONLY = "red-flags-only"
    """The agent is in wrap-up, at rest or kept in reserve: only a red flag may ring them now."""
    NO_ROOM = "no-room"
    """It takes up more of an agent than is free of this one."""
    NO_SECOND = "no-second"
    """It needs two people, and the other is not free."""
    LETS_GO_FIRST = "lets-go-first"
    """Their phone could not be rung for it, and it lets one other call go first."""
    RESTS = "rests"
    """It needs two people, one of whom did not come; it is offered to nobody for a while."""
    OFFERED = "offered"
    """It is being offered to somebody already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A call that stood before the one that was taken.

    Attributes:
        call_id: which.
        barrier: why the agent could not be given it.
        need: the skill that they lack.
        has: their level in it, 0 for none.
    """

    call_id: CallId
    barrier: Barrier
    need: SkillNeed | None = None
    has: int | None = None

    def sentence(self, *, several: bool = False) -> str:
        """The reason for a person to read, without the call's name.

        Args:
            several: it is told of several calls at once.
        """
        told = _BARRIERS[self.barrier]
        if self.barrier is Barrier.LACKS_SKILL and self.need is not None:
            they = _said(_short(self.need, self.has), several=True)
            told = f"{{needs}} {_level(self.need)}; they {they}"
        return _said(told, several=several)


def _seconds(seconds: float | None) -> str:
    """A duration; of less than a second its thousandths."""
    seconds = seconds or 0.0
    if seconds < 0.0005:
        return "less than 0.001 s"
    return f"{seconds:.0f} s" if seconds >= 1.0 else f"{seconds:.3f} s"


def _level(need: SkillNeed) -> str:
    return need.skill if need.level <= 1 else f"{need.skill} at level {need.level}"


def _short(need: SkillNeed, has: int | None) -> str:
    """What is missing of a skill; the verb stands in braces."""
    if not has:
        return f"{{lacks}} {_level(need)}"
    return f"{{has}} {need.skill} at level {has}, not {need.level}"


_SEVERAL = {
    "belongs": "belong",
    "does": "do",
    "finishes": "finish",
    "has": "have",
    "is": "are",
    "lacks": "lack",
    "lets": "let",
    "meets": "meet",
    "needs": "need",
    "stands": "stand",
    "takes": "take",
    "waits": "wait",
    "was": "were",
}
"""The verbs of the sentences, which stand in braces there, for several."""


def _said(sentence: str, *, several: bool) -> str:
    """A sentence with its verbs."""
    for verb, of_several in _SEVERAL.items():
        sentence = sentence.replace(f"{{{verb}}}", of_several if several else verb)
    return sentence


_BUSY = {
    Work.IDLE: "{was} busy",
    Work.RESERVED: "{was} being rung",
    Work.RINGING: "{was} being rung",
    Work.TALKING: "{was} talking",
    Work.HOLD: "had a caller on hold",
    Work.CONSULT: "{was} consulting somebody about a call",
    Work.WRAP_UP: "{was} in wrap-up",
}

_SENTENCES = {
    Why.LEAVING: "{is} not of the site any more and {finishes} what they are doing",
    Why.OUT: "{was} not signed in",
    Why.ON_BREAK: "{was} on a break",
    Why.NO_PHONE: "had no phone that could be rung",
    Why.ANOTHER_WANTED: "the call waited for one other agent alone",
    Why.GOING: "had asked for a break or to go home",
    Why.NO_ROOM: "had room for something smaller only",
    Why.RESERVE: "{was} kept free for red flags",
    Why.KEPT_FOR_PAIR: "{was} kept for a call of two people, which stood first",
    Why.JUST_FREED: "came free at this very moment, after it",
    Why.RUNG_TOO: "{is} among those who are rung for it",
    Why.CALLS_BACK: "{was} being rung to call back a red flag who had dropped",
    Why.HALF_PAIR: "had answered for a call of two people, and waited for the other",
    Why.RUNG_EARLIER: "{was} being rung for a routine call too, and whoever was chosen more lately",
    Why.TRIED_BEFORE: "had been offered this call before, or later than whoever was chosen",
    Why.NOT_ASKED_FOR: "{is} not the one whom the caller asked for or spoke with last",
    Why.OTHER_QUEUE: "{belongs} to another queue that only helps",
    Why.FEWER_WISHES: "{meets} fewer of the wishes",
    Why.SCARCER_SKILLS: "{has} skills that are scarcer, and {is} spared for them",
    Why.LISTED_LATER: "became ready at the same moment and {stands} later in the list of agents",
}

_BARRIERS = {
    Barrier.ANOTHER_WANTED: "{waits} for one other agent alone",
    Barrier.LACKS_SKILL: "{needs} a skill that they do not have",
    Barrier.RED_FLAGS_ONLY: "may not ring them now: only a red flag on the line may",
    Barrier.NO_ROOM: "{takes} up more of an agent than they had free",
    Barrier.NO_SECOND: "{needs} two people, and the other was not free",
    Barrier.LETS_GO_FIRST: "could not be rung at their phone, and {lets} one other call go first",
    Barrier.RESTS: "{needs} two people, one of whom did not come, and {is} offered again later",
    Barrier.OFFERED: "{was} being offered to somebody already",
}
