"""Ringing agents' phones: what they show, and that no offer rings twice."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable

from adapters.telephony.media import Clip, MediaEngine, PortsExhausted
from adapters.telephony.sip.agent_leg import AgentLeg, AgentLegOwner
from adapters.telephony.sip.endpoint import SipEndpoint
from adapters.telephony.sip.sdp import LocalMedia
from calls.commands import OfferCall
from calls.facts import Fact, OfferFailed
from calls.ids import CallId, OfferId

log = logging.getLogger(__name__)

_KNOWN_OFFERS = 10_000
"""Far more than can be told twice: a brain tells again what the line may not have heard."""

_URGENT = {"Alert-Info": "<urn:alert:priority:high>"}


class Ringer:
    """Rings the phones of one line.

    Args:
        site: the site's id.
        endpoint: where the phones are registered.
        media: gives each call a leg.
        music: what an agent hears between their answer and the bridge.
        report: takes each fact.
    """

    def __init__(
        self,
        site: str,
        endpoint: SipEndpoint,
        media: MediaEngine,
        music: Clip,
        report: Callable[[Fact], None],
    ) -> None:
        self._site = site
        self._endpoint = endpoint
        self._media = media
        self._music = music
        self._report = report
        self._rung: OrderedDict[tuple[CallId, OfferId], None] = OrderedDict()

    def ring(self, command: OfferCall, owner: AgentLegOwner) -> None:
        """Ring an agent for ``owner``, unless this offer was rung before, however it ended."""
        if not self._is_new(command):
            return
        try:
            media = self._media.open()
        except (PortsExhausted, OSError) as error:
            log.error("an agent cannot be rung: %s", error)
            self._report(
                OfferFailed(
                    site=self._site,
                    call_id=command.call_id,
                    offer_id=command.offer_id,
                    agent_id=command.agent_id,
                    reason="unreachable",
                )
            )
            return
        agent = AgentLeg(command, self._site, media, owner, self._music)
        owner.offers[command.offer_id] = agent
        call = self._endpoint.ring_agent(
            command.agent_id,
            LocalMedia(port=media.local_port),
            agent.hear,
            ring_timeout_s=command.ring_timeout_s,
            caller_name=shown_name(command),
            headers=_URGENT if command.emergency else None,
        )
        if call is None:
            agent.not_rung("not-registered")
        else:
            agent.rung(call)

    def _is_new(self, command: OfferCall) -> bool:
        offer = (command.call_id, command.offer_id)
        if offer in self._rung:
            return False
        self._rung[offer] = None
        if len(self._rung) > _KNOWN_OFFERS:
            self._rung.popitem(last=False)
        return True


def shown_name(command: OfferCall) -> str:
    """What the agent's phone shows while it rings: why it does, then the queue.

    Short, for a desk phone has some 20 characters, and never why the caller calls.
    """
    words = []
    if command.emergency:
        words.append("RED FLAG")
    if command.call_back:
        words.append("CALL BACK")
    if command.ask_number:
        words.append("ASK NUMBER")
    return " ".join([*words, command.queue])
