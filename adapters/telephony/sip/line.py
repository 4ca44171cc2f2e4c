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
from dataclasses import dataclass

from adapters.telephony.media import MediaEngine, MediaLeg, PortsExhausted
from adapters.telephony.sip.agent_leg import apply_media
from adapters.telephony.sip.announcer import Sounds
from adapters.telephony.sip.attendance import Attendance
from adapters.telephony.sip.background import Background
from adapters.telephony.sip.call import Call, IncomingCall
from adapters.telephony.sip.call_back import CallBackCall
from adapters.telephony.sip.call_backs import CallBacks
from adapters.telephony.sip.called_person import CalledPerson
from adapters.telephony.sip.caller_leg import CallerLeg
from adapters.telephony.sip.caller_legs import CallerLegs
from adapters.telephony.sip.endpoint import SipEndpoint
from adapters.telephony.sip.feature import FeatureCall
from adapters.telephony.sip.hand_over import HandOver
from adapters.telephony.sip.line_settings import LineSettings
from adapters.telephony.sip.outside import Dialler
from adapters.telephony.sip.outside_call import OutsideCall
from adapters.telephony.sip.ringer import Ringer
from adapters.telephony.sip.sdp import LocalMedia
from adapters.telephony.sip.standing import Standing
from calls.commands import (
    Bridge,
    CallBack,
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
    CallBackAnswered,
    Fact,
    FeatureDialled,
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

_CODES_BEGIN_WITH = ("*", "#")

_SETTLE_S = 2.0
"""How long a stop waits for recordings to be sealed and last words to be understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wiring:
    """What the line does with its endpoint."""

    endpoint: SipEndpoint
    dialler: Dialler
    ringer: Ringer
    call_backs: CallBacks
    hand_over: HandOver


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
        self._wiring: _Wiring | None = None
        self._background = Background()
        self._legs = CallerLegs(capacity=settings.capacity, reserved=settings.reserved)
        self._attendance = Attendance(settings.unattended_s, self._advise_everybody)
        self._stopping = False
        self._empty = asyncio.Event()
        self.refused = 0
        self.faults = 0

    def use(self, endpoint: SipEndpoint) -> None:
        """The endpoint to ring and dial with; it has this line as its handler."""
        settings, sounds = self._settings, self._sounds
        dialler = Dialler(endpoint, self._media, settings.outbound)
        ringer = Ringer(settings.site, endpoint, self._media, sounds.music, self._report)
        self._wiring = _Wiring(
            endpoint=endpoint,
            dialler=dialler,
            ringer=ringer,
            call_backs=CallBacks(
                settings.site,
                ringer,
                dialler,
                sounds,
                self._background,
                self._report,
                self._clock,
                on_confirmed=self._called_back,
                on_over=self._look_if_empty,
            ),
            hand_over=HandOver(
                settings.advice, settings.fallback, dialler, lambda: self._attendance.attended
            ),
        )

    async def drained(self, timeout_s: float) -> None:
        """Until no caller is left, and nobody is being called back, at most ``timeout_s``."""
        self._empty.clear()
        self._look_if_empty()
        try:
            async with asyncio.timeout(timeout_s):
                await self._empty.wait()
        except TimeoutError:
            log.error("stopping with %d callers still here", len(self._legs))

    async def stop(self) -> None:
        """Let nobody in any more, end every leg, and wait a moment for what is being sealed."""
        self._stopping = True
        self._attendance.stop()
        for leg in self._legs:
            leg.lose("line-stopped")
        self._wired.call_backs.give_up()
        await self._background.finish(_SETTLE_S)

    # --- LineHost -------------------------------------------------------------------------------

    def carry_out(self, command: Command) -> None:
        """See :class:`~adapters.telephony.link.LineHost`."""
        if self._stopping:
            return
        leg = self._legs.driven(command.call_id)
        try:
            if leg is None:
                self._wired.call_backs.carry_out(command)
            else:
                self._carry_out(leg, command)
        except Exception as error:
            # The outermost loop of a command: the others, and the brain, go on.
            self.faults += 1
            name = type(command).__name__
            log.error("call %s: %s failed: %s", command.call_id, name, where(error))

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
                self._wired.ringer.ring(command, leg)
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
        callers = tuple(leg.picture() for leg in self._legs.all_driven())
        return callers + self._wired.call_backs.pictures()

    def reachable(self) -> tuple[AgentId, ...]:
        """See :class:`~adapters.telephony.link.LineHost`."""
        return self._wired.endpoint.registered_agents()

    def driven(self) -> None:
        """A brain is here; it tells each leg what to do next."""
        self._attendance.driven()
        for leg in self._legs.all_driven():
            leg.brain_back()

    def undriven(self) -> None:
        """No brain: music, and after a while the advice and the fallback number."""
        if not self._stopping:
            for leg in self._legs.all_driven():
                leg.wait_for_brain()
        self._attendance.undriven()

    # --- EndpointHandler ------------------------------------------------------------------------

    def incoming_call(self, call: IncomingCall) -> None:
        """A caller, or an agent who dials a feature code."""
        code = call.dialled.reveal()
        if call.agent_id is not None and code in self._settings.feature_codes:
            self._feature(call, call.agent_id, code)
            return
        if call.agent_id is not None and code.startswith(_CODES_BEGIN_WITH):
            # A code mistyped at an agent's phone is nobody's call for help.
            log.warning("agent %s dialled a code that stands for nothing", call.agent_id)
            call.reject(404)
            return
        standing = None if self._stopping else self._legs.next_standing()
        if standing is None:
            self._refuse(call, "the line stops" if self._stopping else "the line is full")
            return
        media = self._open(call)
        if media is None:
            return
        leg = self._make_leg(
            CallId(uuid.uuid4().hex), standing, call, media, audible=call.offer is not None
        )
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
        self._legs.forget(leg)
        self._look_if_empty()

    # --- callers --------------------------------------------------------------------------------

    def _look_if_empty(self) -> None:
        if not self._legs and not self._wired.call_backs:
            self._empty.set()

    def _make_leg(
        self, call_id: CallId, standing: Standing, sip: Call, media: MediaLeg, *, audible: bool
    ) -> CallerLeg:
        leg = CallerLeg(
            call_id,
            self._settings.site,
            standing,
            sip,
            media,
            audible,
            self._clock(),
            self,
            self._sounds,
            self._recogniser,
            self._vault,
            self._background,
        )
        self._legs.add(leg)
        return leg

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

    # --- the outside ----------------------------------------------------------------------------

    def _called_back(self, call: CallBackCall, person: CalledPerson[CallBack]) -> None:
        """Somebody was called back and pressed the key: from here on they are a caller."""
        leg = self._make_leg(call.call_id, Standing.DRIVEN, person.call, person.media, audible=True)
        person.call.listen(leg.hear)
        self._report(
            CallBackAnswered(
                site=self._settings.site,
                call_id=call.call_id,
                offer_id=person.order.offer_id,
                agent_id=person.order.agent_id,
            )
        )
        leg.adopt(call.offers, held=person.held)

    def _transfer(self, leg: CallerLeg, command: Transfer) -> None:
        if leg.dialling is not None or leg.talking:
            return
        site, call_id = self._settings.site, command.call_id
        outside = OutsideCall(
            leg,
            lambda: self._report(TransferSucceeded(site=site, call_id=call_id)),
            lambda reason: self._report(TransferFailed(site=site, call_id=call_id, reason=reason)),
            for_brain=True,
        )
        dialler = self._wired.dialler
        if command.utterances:
            outside.ask(command, dialler, self._sounds, self._background)
        else:
            outside.dial(dialler, command.destination, command.ring_timeout_s)

    # --- alone ----------------------------------------------------------------------------------

    @property
    def _alone(self) -> HandOver:
        return self._wired.hand_over

    @property
    def _wired(self) -> _Wiring:
        assert self._wiring is not None, "give the line its endpoint first"
        return self._wiring

    def _advise_everybody(self) -> None:
        """The brain has stayed away too long: from now on every idle caller is handed over."""
        waiting = [leg for leg in self._legs.all_driven() if leg.idle]
        log.error(
            "no brain for %g s: %d callers get the advice and the fallback number",
            self._settings.unattended_s,
            len(waiting),
        )
        for leg in waiting:
            self._alone.begin(leg)
        # Who has not pressed the key yet did not call: the advice is not for them.
        self._wired.call_backs.give_up()
