"""A caller and the agents they talk with: who hears whom, and who hears music on hold."""

from __future__ import annotations

from adapters.telephony.media import Clip, MediaLeg
from adapters.telephony.sip.agent_leg import AgentLeg
from calls.ids import OfferId


class Conversation:
    """The bridge of one caller. Two are joined; with a second agent each hears the other two.

    Whoever is left with nobody but people who have put the call on hold hears music until one of
    them is back (RFC 3264 section 8.4). One agent on hold leaves the caller with the other.

    Args:
        caller: the caller's leg.
        music: hold music.

    Attributes:
        agents: those who are bridged, in the order they joined. To be changed by the methods only.
    """

    def __init__(self, caller: MediaLeg, music: Clip) -> None:
        self.agents: dict[OfferId, AgentLeg] = {}
        self._caller = caller
        self._music = music
        self._caller_held = False
        self._with_music: set[MediaLeg] = set()

    def join(self, agent: AgentLeg) -> None:
        """Bridge an agent who has answered, besides those who are here."""
        self.agents[agent.order.offer_id] = agent
        self._caller.connect(*(agent.media for agent in self.agents.values()))
        self._with_music.clear()
        agent.connect()
        self._arrange_music()

    def leave(self, agent: AgentLeg) -> None:
        """An agent's leg is over; the others talk on."""
        del self.agents[agent.order.offer_id]
        agent.media.disconnect()
        self._with_music.discard(agent.media)
        if self.agents:
            self._arrange_music()
        else:
            self._with_music.clear()

    def hold(self, *, caller_held: bool) -> None:
        """The caller's phone put the call on hold, or took it off; before the bridge, too."""
        self._caller_held = caller_held
        self._arrange_music()

    def agent_held(self) -> None:
        """An agent's phone did."""
        self._arrange_music()

    @property
    def on_hold(self) -> bool:
        """Whether nobody listens to the caller: every agent has put the call on hold."""
        return bool(self.agents) and all(agent.held for agent in self.agents.values())

    def _arrange_music(self) -> None:
        held = {agent.media: agent.held for agent in self.agents.values()}
        if not held:
            return
        held[self._caller] = self._caller_held
        for leg in held:
            self._play(leg, wanted=all(held[other] for other in held if other is not leg))

    def _play(self, leg: MediaLeg, *, wanted: bool) -> None:
        if wanted and leg not in self._with_music:
            self._with_music.add(leg)
            leg.play_music(self._music)
        elif not wanted and leg in self._with_music:
            self._with_music.discard(leg)
            leg.stop_playing()
