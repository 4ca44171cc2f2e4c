"""The built-in SIP line: signalling, media, speech and the vault behind ``LineHost``.

It knows legs, not callers' wishes: what to say, whom to ring and whom to connect comes from the
brain as commands; what happens goes back as facts. Alone it can do three things: keep callers on
music while no brain is there, advise and hand over when the brain stays away or the line is full,
and refuse when even that is not possible.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from adapters.telephony.media import MediaEngine, PortsExhausted
from adapters.telephony.sip.agent_leg import AgentLeg, apply_media
from adapters.telephony.sip.call import IncomingCall
from adapters.telephony.sip.caller_leg import CallerLeg, Sounds
from adapters.telephony.sip.endpoint import SipEndpoint
from adapters.telephony.sip.events import CallEvent, HungUp, Lost
from adapters.telephony.sip.outbound import OutboundPlan
from adapters.telephony.sip.outside import OutsideCall
from adapters.telephony.sip.sdp import LocalMedia
from calls.commands import (
    Bridge,
    CancelTransfer,
    Command,
    HangUp,
    Listen,
    OfferCall,
    PlayMusic,
    RecallOffer,
    RecordMessage,
    ReleaseAgent,
    Say,
    StartRecording,
    StopListening,
    StopRecording,
    Transfer,
    Utterance,
)
from calls.facts import (
    CallArrived,
    CallerHungUp,
    Fact,
    FeatureDialled,
    OfferFailed,
    PhoneRegistered,
    PhoneUnregistered,
    TransferFailed,
    TransferSucceeded,
)
from calls.ids import AgentId, CallId
from calls.ports import LiveCall, Recogniser, Vault

log = logging.getLogger(__name__)

_FULL_RETRY_AFTER_S = 30
_ADVICE_PROMPT_ID = 2_000_000
_FALLBACK_RING_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSettings:
    """What the line itself has to know of the site.

    Attributes:
        site: the site's id.
        capacity: callers at once.
        reserved: further channels that only advise and hand over.
        advice: the 911 advice in each language.
        fallback: where callers go when the line cannot go on, if anywhere.
        outbound: what may be dialled out.
        feature_codes: code to what the agent hears once it was taken.
        unattended_s: how long callers wait for a brain before the line advises them itself.
    """

    site: str
    capacity: int
    reserved: int
    advice: tuple[Utterance, ...]
    fallback: str | None
    outbound: OutboundPlan
    feature_codes: Mapping[str, Utterance] = field(default_factory=dict)
    unattended_s: float = 60.0


class SipLine:
    """The line of one site. It is its endpoint's handler and its link's host.

    Args:
        settings: see :class:`LineSettings`.
        media: the media engine.
        sounds: prompts and music.
        recogniser: speech recognition.
        vault: where recordings are sealed.
        report: takes each fact; see ``LineServer.report``.
        clock: seconds since the epoch.
    """

    def __init__(
        self,
        settings: LineSettings,
        media: MediaEngine,
        sounds: Sounds,
        recogniser: Recogniser,
        vault: Vault,
        report: Callable[[Fact], None],
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._media = media
        self._sounds = sounds
        self._recogniser = recogniser
        self._vault = vault
        self._report = report
        self._clock = clock
        self._endpoint: SipEndpoint | None = None
        self._legs: dict[CallId, CallerLeg] = {}
        self._advised: dict[CallId, CallerLeg] = {}
        self._undriven_timer: asyncio.TimerHandle | None = None
        self._has_brain = False
        self._empty = asyncio.Event()
        self.refused = 0

    def use(self, endpoint: SipEndpoint) -> None:
        """The endpoint to ring and dial with; it has this line as its handler."""
        self._endpoint = endpoint

    async def drained(self, timeout_s: float) -> None:
        """Until no caller is left, at most ``timeout_s``."""
        if self._legs or self._advised:
            self._empty.clear()
            try:
                await asyncio.wait_for(self._empty.wait(), timeout_s)
            except TimeoutError:
                log.error("stopping with %d callers still here", len(self._legs))

    # --- LineHost -------------------------------------------------------------------------------

    def carry_out(self, command: Command) -> None:
        """See :class:`~adapters.telephony.link.LineHost`."""
        leg = self._legs.get(command.call_id)
        if leg is None:
            return
        match command:
            case Say():
                leg.say(command)
            case Listen():
                leg.listen(command)
            case StopListening():
                leg.stop_listening()
            case PlayMusic():
                leg.play_music()
            case OfferCall():
                self._ring(leg, command)
            case RecallOffer(offer_id=offer_id) | ReleaseAgent(offer_id=offer_id):
                leg.release(offer_id)
            case Bridge():
                leg.bridge(command)
            case StartRecording():
                leg.start_recording(command)
            case StopRecording():
                leg.stop_recording()
            case RecordMessage():
                leg.record_message(command)
            case Transfer():
                self._transfer(leg, command)
            case CancelTransfer():
                self._stop_dialling(leg)
            case HangUp():
                leg.hang_up()

    def live_calls(self) -> tuple[LiveCall, ...]:
        """See :class:`~adapters.telephony.link.LineHost`."""
        return tuple(leg.picture() for leg in self._legs.values())

    def reachable(self) -> tuple[AgentId, ...]:
        """See :class:`~adapters.telephony.link.LineHost`."""
        return self._endpoint.registered_agents() if self._endpoint else ()

    def driven(self) -> None:
        """A brain is here; it tells each leg what to do next."""
        self._has_brain = True
        if self._undriven_timer is not None:
            self._undriven_timer.cancel()
            self._undriven_timer = None
        for leg in self._legs.values():
            self._stop_dialling(leg)

    def undriven(self) -> None:
        """No brain: music, and after a while the advice and the fallback number."""
        self._has_brain = False
        for leg in self._legs.values():
            leg.wait_for_brain()
        if self._undriven_timer is None:
            self._undriven_timer = asyncio.get_running_loop().call_later(
                self._settings.unattended_s, self._advise_everybody
            )

    # --- EndpointHandler ------------------------------------------------------------------------

    def incoming_call(self, call: IncomingCall) -> None:
        """A caller, or an agent who dials a feature code."""
        code = call.dialled.reveal()
        if call.agent_id is not None and code in self._settings.feature_codes:
            self._feature(call, call.agent_id, code)
            return
        room = len(self._legs) < self._settings.capacity
        reserve = len(self._advised) < self._settings.reserved
        if not room and not reserve:
            self.refused += 1
            log.error("full: a caller was refused without a word (%d so far)", self.refused)
            call.reject(503, retry_after_s=_FULL_RETRY_AFTER_S)
            return
        leg = self._answer(call)
        if leg is None:
            return
        if room:
            self._let_in(leg, call)
        else:
            log.warning("full: a caller gets the advice and the fallback number")
            self._advised[leg.call_id] = leg
            self._advise(leg)

    def phone_registered(self, agent_id: AgentId) -> None:
        """See :class:`~adapters.telephony.sip.endpoint.EndpointHandler`."""
        self._report(PhoneRegistered(site=self._settings.site, agent_id=agent_id))

    def phone_unregistered(self, agent_id: AgentId) -> None:
        """See :class:`~adapters.telephony.sip.endpoint.EndpointHandler`."""
        self._report(PhoneUnregistered(site=self._settings.site, agent_id=agent_id))

    def trunk_changed(self, registered: bool, detail: str) -> None:
        """See :class:`~adapters.telephony.sip.endpoint.EndpointHandler`."""
        log.log(logging.INFO if registered else logging.ERROR, "trunk: %s", detail)

    # --- CallerLegOwner -------------------------------------------------------------------------

    def report(self, fact: Fact) -> None:
        """See :class:`~adapters.telephony.sip.caller_leg.CallerLegOwner`."""
        self._report(fact)

    def leg_ended(self, leg: CallerLeg) -> None:
        """See :class:`~adapters.telephony.sip.caller_leg.CallerLegOwner`."""
        self._legs.pop(leg.call_id, None)
        self._advised.pop(leg.call_id, None)
        if not self._legs and not self._advised:
            self._empty.set()

    # --- callers --------------------------------------------------------------------------------

    def _answer(self, call: IncomingCall) -> CallerLeg | None:
        try:
            media = self._media.open()
        except PortsExhausted as error:
            self.refused += 1
            log.error("a caller was refused: %s", error)
            call.reject(503, retry_after_s=_FULL_RETRY_AFTER_S)
            return None
        if call.offer is not None and not apply_media(media, call.offer):
            media.close()
            call.reject(488)
            return None
        leg = CallerLeg(
            CallId(uuid.uuid4().hex),
            self._settings.site,
            call,
            media,
            self._clock(),
            self,
            self._sounds,
            self._recogniser,
            self._vault,
        )
        call.listen(leg.hear)
        call.answer(LocalMedia(port=media.local_port))
        return leg

    def _let_in(self, leg: CallerLeg, call: IncomingCall) -> None:
        self._legs[leg.call_id] = leg
        self._report(
            CallArrived(
                site=self._settings.site,
                call_id=leg.call_id,
                caller=call.caller,
                dialled=call.dialled.reveal(),
                line="sip",
            )
        )
        if not self._has_brain:
            # Nobody can say how long: the advice first, as on every call, then music.
            advice = Say(
                call_id=leg.call_id,
                prompt_id=_ADVICE_PROMPT_ID,
                utterances=self._settings.advice,
                barge_in=False,
            )
            leg.say(advice, leg.wait_for_brain)

    def _feature(self, call: IncomingCall, agent_id: AgentId, code: str) -> None:
        """Take a code: report it, say that it was taken, hang up."""
        try:
            media = self._media.open()
        except PortsExhausted as error:
            log.error("a feature code was refused: %s", error)
            call.reject(503, retry_after_s=_FULL_RETRY_AFTER_S)
            return
        if call.offer is not None and not apply_media(media, call.offer):
            media.close()
            call.reject(488)
            return

        def hear(event: CallEvent) -> None:
            if isinstance(event, HungUp | Lost):
                media.close()

        def said(_interrupted: bool) -> None:
            call.hang_up()
            media.close()

        call.listen(hear)
        call.answer(LocalMedia(port=media.local_port))
        self._report(FeatureDialled(site=self._settings.site, agent_id=agent_id, code=code))
        confirmation = Say(
            call_id=CallId("feature"),
            prompt_id=0,
            utterances=(self._settings.feature_codes[code],),
        )
        media.play(self._sounds.ready_clips(confirmation) or [], said)

    # --- agents and the outside ------------------------------------------------------------------

    def _ring(self, leg: CallerLeg, command: OfferCall) -> None:
        if command.offer_id in leg.offers:
            return
        try:
            media = self._media.open()
        except PortsExhausted as error:
            log.error("an agent cannot be rung: %s", error)
            self._report(
                OfferFailed(
                    site=self._settings.site,
                    call_id=command.call_id,
                    offer_id=command.offer_id,
                    agent_id=command.agent_id,
                    reason="unreachable",
                )
            )
            return
        agent = AgentLeg(command, self._settings.site, media, leg)
        leg.offers[command.offer_id] = agent
        assert self._endpoint is not None
        call = self._endpoint.ring_agent(
            command.agent_id,
            LocalMedia(port=media.local_port),
            agent.hear,
            ring_timeout_s=command.ring_timeout_s,
            caller_name=f"RED FLAG {command.queue}" if command.emergency else command.queue,
            headers={"Alert-Info": "<urn:alert:priority:high>"} if command.emergency else None,
        )
        if call is None:
            agent.not_rung("not-registered")
        else:
            agent.rung(call)

    def _transfer(self, leg: CallerLeg, command: Transfer) -> None:
        if leg.dialling is not None:
            return
        site, call_id = self._settings.site, command.call_id
        self._dial(
            leg,
            command.destination,
            command.ring_timeout_s,
            lambda: self._report(TransferSucceeded(site=site, call_id=call_id)),
            lambda reason: self._report(TransferFailed(site=site, call_id=call_id, reason=reason)),
        )

    def _stop_dialling(self, leg: CallerLeg) -> None:
        if leg.dialling is not None and not leg.outside:
            leg.dialling.end()
            leg.dialling = None

    def _dial(
        self,
        leg: CallerLeg,
        destination: str,
        ring_timeout_s: float,
        on_answered: Callable[[], None],
        on_failed: Callable[[str], None],
    ) -> None:
        assert self._endpoint is not None
        OutsideCall(leg, on_answered, on_failed).dial(
            self._endpoint, self._media, self._settings.outbound, destination, ring_timeout_s
        )

    # --- alone ----------------------------------------------------------------------------------

    def _advise_everybody(self) -> None:
        self._undriven_timer = None
        waiting = [leg for leg in self._legs.values() if leg.connected is None and not leg.outside]
        log.error(
            "no brain for %g s: %d callers get the advice and the fallback number",
            self._settings.unattended_s,
            len(waiting),
        )
        for leg in waiting:
            self._advise(leg)

    def _advise(self, leg: CallerLeg) -> None:
        """The 911 advice, then the fallback number, then the end; without a brain.

        A brain that comes back meanwhile says something else, and this is over.
        """
        advice = Say(
            call_id=leg.call_id,
            prompt_id=_ADVICE_PROMPT_ID,
            utterances=self._settings.advice,
            barge_in=False,
        )
        leg.say(advice, lambda: self._hand_over(leg))

    def _hand_over(self, leg: CallerLeg) -> None:
        if self._settings.fallback is None:
            leg.hang_up()
            self._report(CallerHungUp(site=self._settings.site, call_id=leg.call_id))
            return
        leg.play_music()

        def answered() -> None:
            # From here on the call is no longer the brain's: it will find it gone and open a task.
            self._legs.pop(leg.call_id, None)
            self._advised[leg.call_id] = leg

        def failed(_reason: str) -> None:
            if not self._has_brain or leg.call_id in self._advised:
                self._advise(leg)

        self._dial(leg, self._settings.fallback, _FALLBACK_RING_S, answered, failed)
