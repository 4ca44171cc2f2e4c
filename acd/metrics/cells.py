"""What is counted: one cell for each queue, agent or site and each interval.

Cells add up: those of several queues or intervals give the cell of all of them. What stands for a
moment and not for an interval (callers who wait, offers that ring, calls that are up) is counted
where it is held, whenever results are asked for. It could not disagree with sums that it was
derived from; so it is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any

from acd.metrics.waits import Waits
from calls.outcome import Outcome


class Doing(Enum):
    """What an agent spends their time with, exactly one at any moment while signed in."""

    AVAILABLE = "available"
    """Ready, idle, the phone can be rung, and not at rest."""
    RINGING = "ringing"
    """A call is offered to them, or accepted and not yet connected."""
    TALK = "talk"
    HOLD = "hold"
    CONSULT = "consult"
    WRAP_UP = "wrap-up"
    RESTING = "resting"
    """Passed over after a ring without answer."""
    UNREACHABLE = "unreachable"
    """Ready, but the phone is not registered."""
    BREAK = "break"


class Cell:
    """Anything that adds up, field by field."""

    __slots__ = ()

    def absorb(self, other: Any) -> None:  # noqa: ANN401 - of the same class
        """Add another cell of the same kind to this one."""
        for each in fields(self):  # type: ignore[arg-type]  # every cell is a dataclass
            mine, theirs = getattr(self, each.name), getattr(other, each.name)
            if isinstance(mine, dict):
                for key, value in theirs.items():
                    mine[key] = mine.get(key, 0) + value
            elif isinstance(mine, int | float):
                setattr(self, each.name, mine + theirs)
            else:
                mine.absorb(theirs)


@dataclass(slots=True)
class Handling(Cell):
    """Conversations that are over, their wrap-up included.

    Attributes:
        handled: how many; where two agents spoke with one caller, two.
        talk_s: agent and caller spoke.
        hold_s: the caller was on hold.
        consult_s: the agent spoke with somebody else about the call.
        wrap_up_s: after it.
    """

    handled: int = 0
    talk_s: float = 0.0
    hold_s: float = 0.0
    consult_s: float = 0.0
    wrap_up_s: float = 0.0


@dataclass(slots=True)
class Resolution(Cell):
    """What became of the matters of callers whom an agent answered.

    Attributes:
        resolved: they did not call again within the time.
        repeated: they did.
        too_early: the time is not over.
        unknown: there is no number to tell by.
    """

    resolved: int = 0
    repeated: int = 0
    too_early: int = 0
    unknown: int = 0


@dataclass(slots=True)
class Survey(Cell):
    """What callers said of their call when they were asked.

    Attributes:
        ratings: how many rated it.
        points: what they gave together, 1 to 5 each, 5 the best.
        settled: how many said that all was settled.
        unsettled: how many said that not all was.
    """

    ratings: int = 0
    points: int = 0
    settled: int = 0
    unsettled: int = 0


@dataclass(slots=True)
class VisitCell(Cell):
    """The visits that were offered to a queue in an interval.

    Attributes:
        offered: visits that began.
        answered: an agent was connected.
        abandoned: the caller left, or was lost, before that.
        short: the same, sooner than the queue's ``short_abandon_s``.
        flowed_out: the flow took the caller elsewhere, or they moved to another queue.
        called_back: the caller was reached by a call-back.
        answered_in_time: answered after at most the queue's ``service_level_s``.
        abandoned_in_time: abandoned, short ones included, after at most that long.
        answered_after: waits of those answered.
        abandoned_after: waits of those who abandoned, short ones included.
        waiting: waits so far of those who have no end yet.
        handling: the conversations that followed.
        returned: the agent left, and the flow went on with the caller.
        escalated: the agent, or the caller's words, brought the caller to a nurse.
        cut_off: the agent's phone was lost, and the caller waited again.
        transferred: answered, and handed to somebody outside after this visit.
        resolution: of calls in which this was the last visit that was answered.
        survey: what those said who were asked after it.
    """

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    short: int = 0
    flowed_out: int = 0
    called_back: int = 0
    answered_in_time: int = 0
    abandoned_in_time: int = 0
    answered_after: Waits = field(default_factory=Waits)
    abandoned_after: Waits = field(default_factory=Waits)
    waiting: Waits = field(default_factory=Waits)
    handling: Handling = field(default_factory=Handling)
    returned: int = 0
    escalated: int = 0
    cut_off: int = 0
    transferred: int = 0
    resolution: Resolution = field(default_factory=Resolution)
    survey: Survey = field(default_factory=Survey)

    @property
    def balanced(self) -> bool:
        """Whether every visit has ended exactly once or still waits."""
        ended = self.answered + self.abandoned + self.short + self.flowed_out + self.called_back
        return self.offered == ended + self.waiting.count


@dataclass(slots=True)
class AgentCell(Cell):
    """An agent in an interval.

    Attributes:
        offers: calls offered to them.
        accepted: they answered.
        declined: they refused, or their phone was busy.
        unanswered: it rang its full time (RONA).
        failed: their phone could not be rung, or nothing was heard of it.
        recalled: the caller left, somebody else took it, or a red flag needed the agent.
        pending: not answered yet.
        handling: conversations that began in the interval.
        time: seconds spent, within the interval.
        resolution: of calls whose last conversation was theirs.
    """

    offers: int = 0
    accepted: int = 0
    declined: int = 0
    unanswered: int = 0
    failed: int = 0
    recalled: int = 0
    pending: int = 0
    handling: Handling = field(default_factory=Handling)
    time: dict[Doing, float] = field(default_factory=dict)
    resolution: Resolution = field(default_factory=Resolution)

    @property
    def balanced(self) -> bool:
        """Whether every offer came to exactly one end or is still pending."""
        ended = self.accepted + self.declined + self.unanswered + self.failed + self.recalled
        return self.offers == ended + self.pending


@dataclass(slots=True)
class CallCell(Cell):
    """The calls that arrived in an interval, and the red flags that were raised in it.

    Attributes:
        arrived: calls.
        ended: of them, by how they ended.
        live: of them, not over.
        transferred: of them, handed to somebody outside.
        transfers_failed: attempts of that which failed.
        red_flags: calls that became an emergency.
        reached: a nurse spoke with the caller.
        handed_out: the number on call took the caller.
        not_reached: the call ended before either.
        seeking: none of that yet.
        reached_by_call_back: of those not reached, a nurse spoke with whoever answered a call-back.
        nurse_after: from the end of the words to the nurse.
        nurse_or_call_back_after: the same, and to the nurse who called back.
        emergencies_ended: red flags by how their call ended.
        turned_away: calls of which nothing is written, for the journal could not be.
        entries_lost: entries that the journal misses.
        survey: what callers said, also those with whom no agent has spoken.
    """

    arrived: int = 0
    ended: dict[Outcome, int] = field(default_factory=dict)
    live: int = 0
    transferred: int = 0
    transfers_failed: int = 0
    red_flags: int = 0
    reached: int = 0
    handed_out: int = 0
    not_reached: int = 0
    seeking: int = 0
    reached_by_call_back: int = 0
    nurse_after: Waits = field(default_factory=Waits)
    nurse_or_call_back_after: Waits = field(default_factory=Waits)
    emergencies_ended: dict[Outcome, int] = field(default_factory=dict)
    turned_away: int = 0
    entries_lost: int = 0
    survey: Survey = field(default_factory=Survey)

    @property
    def balanced(self) -> bool:
        """Whether every call has ended exactly once or is up, and so every search for a nurse."""
        searches = self.reached + self.handed_out + self.not_reached + self.seeking
        return (
            self.arrived == sum(self.ended.values()) + self.live
            and self.red_flags == searches
            and self.reached_by_call_back <= self.not_reached
        )
