"""Callers who want something and lose patience, and agents with phones and moods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calls.facts import (
    AgentHungUp,
    AgentKeyed,
    AgentOnBreak,
    AgentOut,
    AgentReady,
    CallFailed,
    CallHeld,
    CallRetrieved,
    ConsultBegan,
    ConsultEnded,
    DigitsCollected,
    OfferDeclined,
    OfferFact,
    OfferFailed,
    PhoneRegistered,
    PhoneUnregistered,
    SpeechStarted,
    WordsAssessed,
)
from calls.ids import AgentId, CallId
from calls.private import Private
from calls.verdict import CLEAR, Action, Disposition, Verdict, to_nurse
from tests.site.board import CALL_BACK_KEY
from tests.site.clinic import PAIR_KEY, STAFF

if TYPE_CHECKING:
    from tests.site.line import Leg, Line, Ring
    from tests.site.world import World

_WISHES = ("1", "1", "1", "1", "1", "2", "2", "2", "3", "0", "0", "4", "5", "8", "")
"""What a caller presses at the menu; the one who presses nothing is sent to a person."""

_RED = (
    Verdict(action=Action.CALL_911, disposition=Disposition.NOW_911),
    Verdict(action=Action.CALL_988, disposition=Disposition.NOW_988),
    to_nurse("failed"),
)

_PHONES = 150
_WITHHELD = 0.05

_TALK_S = 90.0

_ASIDE: tuple[tuple[type[OfferFact], ...], ...] = (
    (CallHeld, CallRetrieved),
    (CallHeld,),
    (ConsultBegan, ConsultEnded),
    (CallHeld, ConsultBegan, CallHeld, CallRetrieved),
)
"""What agents do in the middle of a conversation; some never come back from hold."""

_IDENTITY = "*8"


class People:
    """Everybody who is not software.

    Args:
        world: the clock, the chance and the line.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = world.random

    # --- callers --------------------------------------------------------------------------------

    def calls(self, call_id: CallId) -> None:
        """One caller rings, unless nobody could be reached; what they do is drawn now."""
        line, random, later = self._world.line, self._random, self._world.later
        if line is None:
            return
        line.ring_in(call_id)
        at_s = random.uniform(0.5, 15.0)
        if random.random() < self._world.faults.red:
            if random.random() < 0.5:
                later(random.uniform(0.5, 120.0), self._says_red, line, call_id)
            else:
                later(random.uniform(0.5, 120.0), self._presses, line, call_id, "9")
        wish = PAIR_KEY if random.random() < self._world.faults.pairs else random.choice(_WISHES)
        later(at_s, self._presses, line, call_id, wish)
        if random.random() < self._world.faults.called_back:
            later(at_s + random.uniform(5.0, 60.0), self._presses, line, call_id, CALL_BACK_KEY)
        dice = random.random()
        if dice < 0.05:
            later(random.uniform(20.0, 400.0), self._presses, line, call_id, "0")
        elif dice < 0.10:
            later(random.uniform(300.0, 500.0), self._presses, line, call_id, "1")
        elif dice < 0.15:
            later(random.uniform(0.0, 60.0), self._says_nothing_red, line, call_id)
        elif dice < 0.17:
            later(random.uniform(0.0, 200.0), self._is_lost, line, call_id)
        patience_s = 1.0 if random.random() < 0.02 else 15.0 + random.expovariate(1 / 250.0)
        later(patience_s, self._loses_patience, line, call_id)

    def number(self) -> str:
        """Whose phone somebody rings from: many come again, a few withhold it."""
        if self._random.random() < _WITHHELD:
            return ""
        return f"+1202555{self._random.randrange(_PHONES):04d}"

    def _leg(self, line: Line, call_id: CallId) -> Leg | None:
        return None if line.dead else line.legs.get(call_id)

    def _presses(self, line: Line, call_id: CallId, digits: str) -> None:
        leg = self._leg(line, call_id)
        if leg is not None and digits:
            line.interrupt(leg)
            line.report(
                DigitsCollected(site=self._world.site.id, call_id=call_id, digits=Private(digits))
            )

    def _says_red(self, line: Line, call_id: CallId) -> None:
        self._says(line, call_id, self._random.choice(_RED))

    def _says_nothing_red(self, line: Line, call_id: CallId) -> None:
        self._says(line, call_id, CLEAR)

    def _says(self, line: Line, call_id: CallId, verdict: Verdict) -> None:
        leg = self._leg(line, call_id)
        if leg is None or leg.connected is not None:
            return
        line.interrupt(leg)
        line.report(SpeechStarted(site=self._world.site.id, call_id=call_id))
        line.report(
            WordsAssessed(
                site=self._world.site.id,
                call_id=call_id,
                words=Private("words"),
                confidence=0.9,
                verdict=verdict,
                ended_ago_s=0.5,
            )
        )

    def _is_lost(self, line: Line, call_id: CallId) -> None:
        leg = self._leg(line, call_id)
        if leg is not None:
            line.lose(leg, CallFailed(site=line.world.site.id, call_id=call_id, reason="network"))

    def _loses_patience(self, line: Line, call_id: CallId) -> None:
        leg = self._leg(line, call_id)
        if leg is not None and leg.connected is None:
            line.caller_gone(leg)

    # --- agents ---------------------------------------------------------------------------------

    def come_in(self) -> None:
        """The day begins: phones register and most agents sign in."""
        for agent_id in STAFF:
            self._registers(agent_id)
            if self._random.random() < 0.85:
                self._world.later(self._random.uniform(0.0, 60.0), self.signs_in, agent_id)
            self._whim_later(agent_id)

    def go_home(self) -> None:
        """The day is over: everybody signs out."""
        line = self._world.line
        assert line is not None
        for agent_id in STAFF:
            line.report(AgentOut(site=self._world.site.id, agent_id=agent_id))

    def register_again(self) -> None:
        """The line was started anew: the phones find it within a minute."""
        for agent_id in STAFF:
            self._world.later(self._random.uniform(0.0, 60.0), self._registers, agent_id)

    def _registers(self, agent_id: AgentId, again: bool = False) -> None:
        line = self._world.line
        if line is not None and (again or agent_id not in line.registered):
            line.registered[agent_id] = None
            line.report(PhoneRegistered(site=self._world.site.id, agent_id=agent_id))

    def _unregisters(self, agent_id: AgentId) -> None:
        line = self._world.line
        if line is None or agent_id not in line.registered:
            return
        del line.registered[agent_id]
        line.report(PhoneUnregistered(site=self._world.site.id, agent_id=agent_id))
        self._world.later(self._random.uniform(1.0, 120.0), self._registers, agent_id)

    def joins(self, agent_id: AgentId) -> None:
        """They are an agent from now on: their phone says that it is there, and they sign in."""
        self._world.later(self._random.uniform(0.0, 60.0), self._registers, agent_id, True)
        self._world.later(self._random.uniform(0.0, 90.0), self.signs_in, agent_id)

    def signs_in(self, agent_id: AgentId) -> None:
        """They want calls."""
        line = self._world.line
        if line is not None and not self._world.closing:
            line.report(AgentReady(site=self._world.site.id, agent_id=agent_id))

    def _whim_later(self, agent_id: AgentId) -> None:
        every_s = self._world.faults.agent_every_s
        self._world.later(self._random.expovariate(1 / every_s), self._whim, agent_id)

    def _whim(self, agent_id: AgentId) -> None:
        if self._world.closing:
            return
        self._whim_later(agent_id)
        line = self._world.line
        if line is None:
            return
        site, dice = self._world.site.id, self._random.random()
        if dice < 0.35:
            line.report(AgentOnBreak(site=site, agent_id=agent_id))
        elif dice < 0.5:
            line.report(AgentOut(site=site, agent_id=agent_id))
        elif dice < 0.65:
            self._unregisters(agent_id)
        else:
            line.report(AgentReady(site=site, agent_id=agent_id))
            return
        self._world.later(self._random.uniform(20.0, 300.0), self.signs_in, agent_id)

    # --- an agent's phone -----------------------------------------------------------------------

    def rung(self, ring: Ring) -> None:
        """The agent's phone rings; what they do is drawn now."""
        faults, random, later = self._world.faults, self._random, self._world.later
        line = self._world.line
        assert line is not None
        after_s = random.choice((0.0, 2.0, 4.0, random.uniform(0.0, 12.0)))
        dice = random.random()
        if dice < faults.rings_out:
            return
        dice = random.random()
        if dice < faults.declines:
            later(after_s, self._declines, line, ring)
        elif random.random() < faults.drops:
            later(after_s, self._phone_lost, line, ring)
        else:
            later(after_s, self._answers, line, ring)

    def _answers(self, line: Line, ring: Ring) -> None:
        if not line.dead and not ring.over:
            line.answered(ring)

    def _declines(self, line: Line, ring: Ring) -> None:
        if not line.dead and not ring.over:
            line.drop(ring)
            line.report(OfferDeclined(**ring.names(self._world.site.id)))

    def _phone_lost(self, line: Line, ring: Ring) -> None:
        if line.dead or ring.over:
            return
        if self._random.random() < 0.5:
            self._unregisters(ring.agent_id)
            if self._random.random() < 0.5:
                return
        line.drop(ring)
        line.report(OfferFailed(**ring.names(self._world.site.id), reason="unreachable"))

    # --- conversations --------------------------------------------------------------------------

    def connected(self, leg: Leg, ring: Ring) -> None:
        """They speak; who ends it, and how, is drawn now."""
        faults, random, later = self._world.faults, self._random, self._world.later
        line = self._world.line
        assert line is not None
        talk_s = random.expovariate(1 / _TALK_S)
        if random.random() < faults.escalates:
            later(talk_s * random.random(), self._keys, line, ring, "*")
            later(talk_s * random.uniform(0.9, 1.0), self._keys, line, ring, "*9")
        if random.random() < faults.holds:
            kinds = random.choice(_ASIDE)
            for number, kind in enumerate(kinds, start=1):
                later(talk_s * number / 5, self._aside, line, ring, kind)
        if "~" in ring.call_id and random.random() < 0.8:
            later(talk_s * random.random(), self._keys, line, ring, _IDENTITY)
        if "~" in ring.call_id:
            later(talk_s + 900.0, self._loses_patience, line, leg.call_id)
        dice = random.random()
        if dice < faults.drops:
            later(talk_s, self._phone_lost, line, ring)
            later(talk_s + 300.0, self._hangs_up, line, ring)
        elif dice < 0.6:
            later(talk_s, self._hangs_up, line, ring)
        else:
            later(talk_s, self._caller_hangs_up, line, leg, ring)
            # A caller who stays with the line once the agent is lost has no more to say to it.
            later(talk_s + 600.0, self._loses_patience, line, leg.call_id)

    def _keys(self, line: Line, ring: Ring, digits: str) -> None:
        if not line.dead and ring.connected:
            for digit in digits:
                line.report(AgentKeyed(**ring.names(self._world.site.id), digits=digit))

    def _aside(self, line: Line, ring: Ring, kind: type[OfferFact]) -> None:
        if not line.dead and ring.connected:
            line.report(kind(**ring.names(self._world.site.id)))

    def _hangs_up(self, line: Line, ring: Ring) -> None:
        if not line.dead and ring.connected:
            line.drop(ring)
            line.report(AgentHungUp(**ring.names(self._world.site.id)))

    def _caller_hangs_up(self, line: Line, leg: Leg, ring: Ring) -> None:
        if not line.dead and ring.connected and line.legs.get(leg.call_id) is leg:
            line.caller_gone(leg)
