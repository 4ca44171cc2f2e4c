"""The whole site in virtual time, with the sample clinic and simulated telephones."""

from __future__ import annotations

from adapters.telephony.simulated import Behaviour, Pickup, SimulatedPhones
from calls.commands import Bridge, Command, OfferCall
from calls.facts import AgentKeyed, AgentOnBreak, AgentOut, AgentReady, CallEnded, Fact
from calls.ids import AgentId, CallId
from calls.outcome import Outcome
from careline.dryrun import DryRun
from careline.turn import Turn
from config.site import Site

MONDAY_10H = 1_795_446_000.0
"""2026-11-23 10:00 in New York: the sample clinic is open."""

SUNDAY_10H = 1_795_359_600.0
"""2026-11-22 10:00 in New York: it is closed."""

CALL = CallId("one")
OTHER = CallId("two")


class Rig:
    """A dry run that remembers its turns."""

    def __init__(self, site: Site, now: float = MONDAY_10H, **away: Pickup) -> None:
        self.turns: list[tuple[float, Turn]] = []
        behaviours = {
            agent: Behaviour(pickup=away.get(agent, Pickup.ANSWERS)) for agent in site.agents
        }
        self.phones = SimulatedPhones(site.id, behaviours)
        self.run = DryRun(site, self.phones, now, lambda at, turn: self.turns.append((at, turn)))
        self.site = site

    def ready(self, *agents: str) -> None:
        for agent in agents or self.site.agents:
            self.run.tell(AgentReady(site=self.site.id, agent_id=AgentId(agent)))
            # One after the other: who was ready first is rung first.
            self.run.advance(0.001)

    def on_break(self, *agents: str) -> None:
        for agent in agents:
            self.run.tell(AgentOnBreak(site=self.site.id, agent_id=AgentId(agent)))

    def out(self, *agents: str) -> None:
        for agent in agents:
            self.run.tell(AgentOut(site=self.site.id, agent_id=AgentId(agent)))

    def arrive(self, call_id: CallId = CALL) -> None:
        self.run.tell(self.phones.arrive(call_id, self.run.now))

    def say(self, words: str, call_id: CallId = CALL) -> None:
        self.run.tell(*self.phones.speak(call_id, words))

    def press(self, digits: str, call_id: CallId = CALL) -> None:
        self.run.tell(*self.phones.press(call_id, digits))

    def keyed(self, offer: Bridge | OfferCall, digits: str) -> None:
        """The agent of an offer presses keys, one after the other."""
        for digit in digits:
            self.run.tell(
                AgentKeyed(
                    site=self.site.id,
                    call_id=offer.call_id,
                    offer_id=offer.offer_id,
                    agent_id=offer.agent_id,
                    digits=digit,
                )
            )

    @property
    def commands(self) -> list[Command]:
        return [command for _at, turn in self.turns for command in turn.commands]

    @property
    def records(self) -> list[Fact | Command]:
        return [record for _at, turn in self.turns for record in turn.records]

    def of(self, kind: type[Command]) -> list[Command]:
        return [command for command in self.commands if type(command) is kind]

    def outcomes(self) -> list[Outcome]:
        return [record.outcome for record in self.records if isinstance(record, CallEnded)]
