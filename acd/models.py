"""What the distributor is set up with: queues, agents and rules as ops staff write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from calls.ids import AgentId, QueueId
from calls.requirement import SkillNeed
from calls.rung import Rung

DEADLINE_S = 600.0
"""After so long a call is overdue where its queue says nothing else: no queue starves."""


class Prefer(Enum):
    """Whom a queue prefers among the agents who could take a call."""

    LONGEST_READY = "longest_ready"
    """Who has been ready for longest."""
    SKILL = "skill"
    """Who has the highest levels in the skills that the call needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """What a caller who has waited long is content with.

    Attributes:
        after_s: seconds of waiting.
        level: no needed skill is asked for above this level any more; 1 is anyone who has it.
    """

    after_s: float
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflow:
    """Whose agents may take the queue's calls as well, once they have waited long.

    Attributes:
        after_s: seconds of waiting.
        to: the other queue. The calls keep their place in their own.
    """

    after_s: float
    to: QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueConfig:
    """One queue.

    Attributes:
        id: its name.
        title: what agents see.
        skills: what an agent needs to take its calls.
        head_start_s: its callers count as having waited this much longer than they have.
        deadline_s: callers who have waited this long come before all routine callers who have not
            reached their own deadline, in every queue; :data:`DEADLINE_S` where nothing is said.
            ``None`` is never: whoever waits in a queue with a deadline, for the same agents, may
            always come first.
        prefer: whom it prefers among the agents who are free.
        relax: what becomes enough after a while, in the order of time.
        overflow: whose agents may help after a while, in the order of time.
        last_agent_wait_s: how long a caller waits for the agent they last spoke with, if that agent
            is on duty, before anybody may take the call.
        at_once: how many of its conversations make up a whole agent: 1 for calls, 3 for a chat of
            which an agent can lead three.
        hours: the calendar of when it is open; none is always.
        when_closed: the queue that takes its callers while it is closed; none is a message.
        longest_wait_s: after this long its callers are offered a message; none is the site's rule.
        keep_for_pair_s: once a call that needs two people has waited ``deadline_s``, one of the two
            who is free is kept for it until the other is, at most this long; 0 keeps nobody.
        call_back_attempts: how often a caller who chose a call-back is called; 0 leaves it to a
            person.
        call_back_every_s: at least this long between two attempts.
        ring_timeout_s: how long one agent's phone rings.
        wrap_up_s: time after a call before the agent is ready again.
        service_level_s: the wait that counts as answered in time.
        short_abandon_s: leaving sooner than this is a short abandon.
    """

    id: QueueId
    title: str
    skills: tuple[SkillNeed, ...] = ()
    head_start_s: float = 0.0
    deadline_s: float | None = DEADLINE_S
    prefer: Prefer = Prefer.LONGEST_READY
    relax: tuple[Relaxation, ...] = ()
    overflow: tuple[Overflow, ...] = ()
    last_agent_wait_s: float = 0.0
    at_once: int = 1
    hours: str | None = None
    when_closed: QueueId | None = None
    longest_wait_s: float | None = None
    keep_for_pair_s: float = 120.0
    call_back_attempts: int = 3
    call_back_every_s: float = 900.0
    ring_timeout_s: float = 15.0
    wrap_up_s: float = 20.0
    service_level_s: float = 20.0
    short_abandon_s: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConfig:
    """One agent.

    Attributes:
        id: their name in facts; also the user their phone registers as.
        name: what people call them.
        skills: skill to level, 1 (can) to 5 (expert). A nurse has the skill ``nurse``.
        rona_rest_s: how long they are passed over after a ring without answer. A red flag may
            still ring them when no other nurse is free.
        retry_rest_s: how long nothing at all is offered after an offer that came to nothing, so
            that a phone that refuses at once is not rung in a tight loop.
    """

    id: AgentId
    name: str
    skills: Mapping[str, int] = field(default_factory=dict)
    rona_rest_s: float = 30.0
    retry_rest_s: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderStep:
    """A rung of the emergency ladder and when it is due.

    Attributes:
        after_s: seconds since the words that made the call an emergency.
        do: what happens then.
    """

    after_s: float
    do: Rung


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyRules:
    """How nurses are kept ready for red flags, and what happens until one answers.

    Attributes:
        keep_ready: so many nurses are kept free of routine calls and breaks, as long as one more is
            on duty: a single nurse takes every call.
        ladder: what happens while nobody has answered, in the order of time.
        call_back_attempts: how often a red flag who dropped is called back before it is left to a
            person's judgement; 0 dials nobody.
        call_back_every_s: at least this long between two attempts.
        call_back_after_911_s: whoever was told to call 911 is not called sooner than this after
            the words: the call could get in the way of theirs.
    """

    keep_ready: int = 1
    ladder: tuple[LadderStep, ...] = (
        LadderStep(after_s=10.0, do=Rung.RING_ALL),
        LadderStep(after_s=30.0, do=Rung.ON_CALL),
        LadderStep(after_s=60.0, do=Rung.ADVISE),
    )
    call_back_attempts: int = 3
    call_back_every_s: float = 300.0
    call_back_after_911_s: float = 600.0
