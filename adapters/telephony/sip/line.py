"""The built-in SIP line: signalling, media, speech and the vault behind ``LineHost``.

It knows legs, not callers' wishes: what to say, whom to ring and whom to connect comes from the
brain as commands; what happens goes back as facts. Alone it can do three things: keep callers on
music while no brain is there, advise and hand over when the brain stays away or the line is full,
and refuse when even that is not possible.

It is one switchboard and a little long for it: every command of the brain and every event of the
endpoint passes through here to the leg or the call it is about.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable

from adapters.telephony.media import MediaEngine, MediaLeg, PortsExhausted
from adapters.telephony.sip.agent_leg import AgentLeg, apply_media
from adapters.telephony.sip.announcer import Sounds
from adapters.telephony.sip.attendance import Attendance
from adapters.telephony.sip.background import Background
from adapters.telephony.sip.call import IncomingCall
from adapters.telephony.sip.caller_leg import CallerLeg
from adapters.telephony.sip.endpoint import SipEndpoint
from adapters.telephony.sip.feature import FeatureCall
from adapters.telephony.sip.hand_over import HandOver
from adapters.telephony.sip.line_settings import LineSettings
from adapters.telephony.sip.outside import Dialler, OutsideCall
from adapters.telephony.sip.sdp import LocalMedia
from adapters.telephony.sip.standing import Standing
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
)
from calls.facts import (
    CallArrived,
    Fact,
    FeatureDialled,
    OfferFailed,
    PhoneRegistered,
    PhoneUnregistered,
    TransferFailed,
    TransferSucceeded,
)
from calls.faults import where
from calls.ids import AgentId, CallId
from calls.ports import LiveCall, Recogniser, Vault

log = logging.getLogger(__name__)

_STOP_RETRY_AFTER_S = 30
_FULL_RETRY_AFTER_S = 2
"""Short, for a provider that obeys it keeps every caller away for so long (RFC 3261, 21.5.4)."""

_SETTLE_S = 2.0
"""How long a stop waits for recordings to be sealed and last words to be understood."""


class SipLine:
    """The line of one site. It is its endpoint's handler and its link's host.

    Args:
        settings: see :class:`~adapters.telephony.sip.line_settings.LineSettings`.
        media: the media engine.
        sounds: prompts and music.
        recogniser: speech recognition.
        vault: where recordings are sealed.
        report: takes each fact; see ``LineServer.report``.
        clock: seconds since the epoch.

    Attributes:
        refused: callers who were refused without a word.
        faults: commands that failed by a bug of ours.
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
        self._dialler: Dialler | None = None
        self._hand_over: HandOver | None = None
        self._background = Background()
        self._legs: dict[CallId, CallerLeg] = {}
        self._attendance = Attendance(settings.unattended_s, self._advise_everybody)
        self._stopping = False
        self._empty = asyncio.Event()
        self.refused = 0
        self.faults = 0

    def use(self, endpoint: SipEndpoint) -> None:
        """The endpoint to ring and dial with; it has this line as its handler."""
        self._endpoint = endpoint
        self._dialler = Dialler(endpoint, self._media, self._settings.outbound)
        self._hand_over = HandOver(
            self._settings.advice,
            self._settings.fallback,
            self._dialler,
            lambda: self._attendance.attended,
        )

    async def drained(self, timeout_s: float) -> None:
        """Until no caller is left, at most ``timeout_s``."""
        if self._legs:
            self._empty.clear()
            try:
                await asyncio.wait_for(self._empty.wait(), timeout_s)
            except TimeoutError:
                log.error("stopping with %d callers still here", len(self._legs))

    async def stop(self) -> None:
        """Let nobody in any more, end every leg, and wait a moment for what is being sealed."""
        self._stopping = True
        self._attendance.stop()
        for leg in list(self._legs.values()):
            leg.lose("line-stopped")
        await self._background.finish(_SETTLE_S)

    # --- LineHost -------------------------------------------------------------------------------

    def carry_out(self, command: Command) -> None:
        """See :class:`~adapters.telephony.link.LineHost`."""
        leg = self._legs.get(command.call_id)
        if leg is None or leg.standing is not Standing.DRIVEN:
            return
        try:
            self._carry_out(leg, command)
        except Exception as error:
            # The outermost loop of a command: the others, and the brain, go on.
            self.faults += 1
            log.error("call %s: %s failed: %s", leg.call_id, type(command).__name__, where(error))

    def _carry_out(self, leg: CallerLeg, command: Command) -> None:
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
            case StartRecording(recording_id=recording_id):
                leg.start_recording(recording_id)
            case StopRecording(recording_id=recording_id):
                leg.stop_recording(recording_id)
            case RecordMessage():
                leg.record_message(command)
            case Transfer():
                self._transfer(leg, command)
            case CancelTransfer():
                leg.stop_dialling()
            case HangUp():
                leg.hang_up()

    def live_calls(self) -> tuple[LiveCall, ...]:
        """See :class:`~adapters.telephony.link.LineHost`."""
        return tuple(leg.picture() for leg in self._driven_legs())

    def reachable(self) -> tuple[AgentId, ...]:
        """See :class:`~adapters.telephony.link.LineHost`."""
        return self._endpoint.registered_agents() if self._endpoint else ()

    def driven(self) -> None:
        """A brain is here; it tells each leg what to do next."""
        self._attendance.driven()
        for leg in self._driven_legs():
            leg.brain_back()

    def undriven(self) -> None:
        """No brain: music, and after a while the advice and the fallback number."""
        if not self._stopping:
            for leg in self._driven_legs():
                leg.wait_for_brain()
        self._attendance.undriven()

    # --- EndpointHandler ------------------------------------------------------------------------

    def incoming_call(self, call: IncomingCall) -> None:
        """A caller, or an agent who dials a feature code."""
        code = call.dialled.reveal()
        if call.agent_id is not None and code in self._settings.feature_codes:
            self._feature(call, call.agent_id, code)
            return
        standing = self._standing()
        if standing is None:
            self._refuse(call, "the line stops" if self._stopping else "the line is full")
            return
        media = self._open(call)
        if media is None:
            return
        leg = CallerLeg(
            CallId(uuid.uuid4().hex),
            self._settings.site,
            standing,
            call,
            media,
            self._clock(),
            self,
            self._sounds,
            self._recogniser,
            self._vault,
            self._background,
        )
        self._legs[leg.call_id] = leg
        call.listen(leg.hear)
        call.answer(LocalMedia(port=media.local_port))
        self._let_in(leg, call)

    def phone_registered(self, agent_id: AgentId) -> None:
        """See :class:`~adapters.telephony.sip.handler.EndpointHandler`."""
        self._report(PhoneRegistered(site=self._settings.site, agent_id=agent_id))

    def phone_unregistered(self, agent_id: AgentId) -> None:
        """See :class:`~adapters.telephony.sip.handler.EndpointHandler`."""
        self._report(PhoneUnregistered(site=self._settings.site, agent_id=agent_id))

    def trunk_changed(self, registered: bool, detail: str) -> None:
        """See :class:`~adapters.telephony.sip.handler.EndpointHandler`."""
        log.log(logging.INFO if registered else logging.ERROR, "trunk: %s", detail)

    # --- CallerLegOwner -------------------------------------------------------------------------

    @property
    def attended(self) -> bool:
        """See :class:`~adapters.telephony.sip.caller_leg.CallerLegOwner`."""
        return self._attendance.attended

    def report(self, fact: Fact) -> None:
        """See :class:`~adapters.telephony.sip.caller_leg.CallerLegOwner`."""
        self._report(fact)

    def left_alone(self, leg: CallerLeg) -> None:
        """See :class:`~adapters.telephony.sip.caller_leg.CallerLegOwner`."""
        if self._attendance.attended:
            return
        if self._attendance.forsaken:
            self._alone.begin(leg)
        else:
            leg.wait_for_brain()

    def leg_ended(self, leg: CallerLeg) -> None:
        """See :class:`~adapters.telephony.sip.caller_leg.CallerLegOwner`."""
        self._legs.pop(leg.call_id, None)
        if not self._legs:
            self._empty.set()

    # --- callers --------------------------------------------------------------------------------

    def _standing(self) -> Standing | None:
        """Whose the next call is; ``None`` when there is no room at all."""
        if self._stopping:
            return None
        reserved = sum(leg.standing is Standing.RESERVED for leg in self._legs.values())
        if len(self._legs) - reserved < self._settings.capacity:
            return Standing.DRIVEN
        return Standing.RESERVED if reserved < self._settings.reserved else None

    def _driven_legs(self) -> list[CallerLeg]:
        return [leg for leg in self._legs.values() if leg.standing is Standing.DRIVEN]

    def _open(self, call: IncomingCall) -> MediaLeg | None:
        """Media for a call that came in, or a refusal."""
        try:
            media = self._media.open()
        except (PortsExhausted, OSError) as error:
            self._refuse(call, str(error))
            return None
        if call.offer is not None and not apply_media(media, call.offer):
            media.close()
            call.reject(488)
            return None
        return media

    def _refuse(self, call: IncomingCall, why: str) -> None:
        """The last resort: not a word can be said."""
        self.refused += 1
        log.error("a call was refused (%d so far): %s", self.refused, why)
        call.reject(
            503, retry_after_s=_STOP_RETRY_AFTER_S if self._stopping else _FULL_RETRY_AFTER_S
        )

    def _let_in(self, leg: CallerLeg, call: IncomingCall) -> None:
        if leg.standing is Standing.RESERVED:
            log.warning("call %s: the line is full, it is advised and handed over", leg.call_id)
            self._alone.begin(leg)
            return
        self._report(
            CallArrived(
                site=self._settings.site,
                call_id=leg.call_id,
                caller=call.caller,
                dialled=call.dialled.reveal(),
                line="sip",
            )
        )
        if self._attendance.forsaken:
            self._alone.begin(leg)
        elif not self._attendance.attended:
            # Nobody can say how long: the advice first, as on every call, then music.
            self._alone.advise(leg, leg.wait_for_brain)

    def _feature(self, call: IncomingCall, agent_id: AgentId, code: str) -> None:
        """Take a code: report it, say that it was taken, hang up."""
        media = self._open(call)
        if media is None:
            return
        confirmation = Say(
            call_id=CallId("feature"),
            prompt_id=0,
            utterances=(self._settings.feature_codes[code],),
        )
        FeatureCall(call, media, self._sounds.ready_clips(confirmation) or ()).answer()
        self._report(FeatureDialled(site=self._settings.site, agent_id=agent_id, code=code))

    # --- agents and the outside -----------------------------------------------------------------

    def _ring(self, leg: CallerLeg, command: OfferCall) -> None:
        if command.offer_id in leg.rung:
            return
        leg.rung.add(command.offer_id)
        try:
            media = self._media.open()
        except (PortsExhausted, OSError) as error:
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
        if leg.dialling is not None or leg.connected is not None:
            return
        assert self._dialler is not None
        site, call_id = self._settings.site, command.call_id
        OutsideCall(
            leg,
            lambda: self._report(TransferSucceeded(site=site, call_id=call_id)),
            lambda reason: self._report(TransferFailed(site=site, call_id=call_id, reason=reason)),
            for_brain=True,
        ).dial(self._dialler, command.destination, command.ring_timeout_s)

    # --- alone ----------------------------------------------------------------------------------

    @property
    def _alone(self) -> HandOver:
        assert self._hand_over is not None, "give the line its endpoint first"
        return self._hand_over

    def _advise_everybody(self) -> None:
        """The brain has stayed away too long: from now on every idle caller is handed over."""
        waiting = [leg for leg in self._driven_legs() if leg.idle]
        log.error(
            "no brain for %g s: %d callers get the advice and the fallback number",
            self._settings.unattended_s,
            len(waiting),
        )
        for leg in waiting:
            self._alone.begin(leg)
