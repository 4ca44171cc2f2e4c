"""Where agents stand: what they asked for, what they could be given, and when that changes.

Nothing here gives a call to anybody: :meth:`acd.matching.Matching.settle` does, for whoever stands
elsewhere than before.
"""

from __future__ import annotations

from acd.agent import WHOLE, Agent, Presence
from acd.floor import Floor
from acd.timers import Timers


class Standing:
    """Moves agents between present and away, free and not.

    Args:
        floor: where they stand.
        timers: the deadlines of their rests.

    Attributes:
        departures: how often an agent has gone home, or is of the site no more.
    """

    __slots__ = ("_floor", "_timers", "departures")

    def __init__(self, floor: Floor, timers: Timers) -> None:
        self._floor = floor
        self._timers = timers
        self.departures = 0

    def be_present(self, agent: Agent, presence: Presence) -> None:
        """Change what an idle agent asked for; ``settle`` must follow."""
        if presence is Presence.READY:
            self.ready_from_now(agent)
        self._presence(agent, presence)
        agent.since = self._timers.now

    def ask(self, agent: Agent, presence: Presence | None, *, approved: bool = False) -> None:
        """Note what an agent asks for, or that nothing is pending any more.

        Args:
            agent: who.
            presence: a break or going home; ``None`` for neither.
            approved: a supervisor lets the break pass.
        """
        agent.pending, agent.approved = presence, approved
        self._note_break(agent)

    def reach(self, agent: Agent, *, reachable: bool) -> None:
        """The agent's phone came or went; ``settle`` must follow."""
        agent.reachable = reachable
        self._floor.note_duty(agent)

    def pause(self, agent: Agent) -> None:
        """Offer the agent nothing for a moment: what they were last offered came to nothing.

        From this moment on, also where they had room for more; ``settle`` must follow.
        """
        agent.pauses_until = self._timers.now + agent.config.retry_rest_s
        self._floor.place(agent, 0, urgent=False)

    def ready_from_now(self, agent: Agent) -> None:
        """Begin to be ready now: last in the order of those who are free."""
        if agent.room:
            self._floor.place(agent, 0, urgent=False)
        agent.ready_since = self._timers.now

    def stand(self, agent: Agent) -> None:
        """Say what the agent can be given now, and when that changes by itself."""
        timers = self._timers
        now = timers.now
        timers.cancel(agent)
        self._note_break(agent)
        idle = not agent.used
        goes = agent.pending is not None and not idle
        away = (
            agent.presence is not Presence.READY
            or not agent.reachable
            or agent.leaving
            or (goes and agent.pending is Presence.OUT)
        )
        if away or agent.pauses_until > now:
            self._floor.place(agent, 0, urgent=False)
            if not away:
                timers.set(agent, agent.pauses_until)
            return
        resting = agent.rests_until > now
        self._floor.place(
            agent,
            0 if resting or goes else WHOLE - agent.used,
            # A phone that nobody speaks on must not stay silent while a red flag waits.
            urgent=agent.nurse and agent.wrapping_up and (resting or not idle),
        )
        if resting:
            timers.set(agent, agent.rests_until)
        elif agent is self._floor.kept and agent.kept_until is not None:
            timers.set(agent, agent.kept_until)

    def stand_anew(self, agent: Agent) -> None:
        """Begin what an idle agent asked for, if it can begin, and put them where they belong."""
        if agent.pending is not None:
            self._begin_pending(agent)
        self.stand(agent)

    def begin_breaks(self) -> None:
        """Let nurses go whose breaks waited, if they may now: breaks come before routine calls."""
        floor = self._floor
        for agent in tuple(floor.roster.members(floor.breaks_due)):
            if self._begin_pending(agent):
                self.stand(agent)

    def _begin_pending(self, agent: Agent) -> bool:
        """Begin the break or the going home that an idle agent asked for, if it can begin."""
        if agent.pending is None or agent.offers or not self._may_go(agent):
            return False
        self.be_present(agent, agent.pending)
        self.ask(agent, None)
        return True

    def _may_go(self, agent: Agent) -> bool:
        """Whether the break or the going home that an idle agent asked for can begin.

        A nurse's break waits until as many others are free as the reserve needs, and no red flag
        waits or rings, unless a supervisor lets her go. Nobody is kept from going home.
        """
        if agent.pending is not Presence.BREAK or not agent.nurse or agent.approved:
            return True
        floor = self._floor
        if not floor.on_duty & agent.bit:
            return True
        others_free = floor.free_nurse_count - agent.free_nurse
        return others_free >= floor.break_reserve and not floor.red_flag_unanswered

    def _note_break(self, agent: Agent) -> None:
        due = agent.pending is Presence.BREAK and agent.nurse and not agent.offers
        if due != bool(self._floor.breaks_due & agent.bit):
            self._floor.breaks_due ^= agent.bit

    def _presence(self, agent: Agent, presence: Presence) -> None:
        self.departures += presence is Presence.OUT and agent.presence is not Presence.OUT
        agent.presence = presence
        self._floor.note_duty(agent)
