"""One caller on the SIP line: their audio, what plays, who is rung and who they talk to.

What is heard of them is ``ear``'s, what they are told ``announcer``'s, what is recorded
``sealing``'s. This module joins these with agents and the dialog; all of them end together. It is
longer than a module should be for that reason: what may ring, talk and end at the same instant is
decided in one place, or two places come to disagree about it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from adapters.telephony.media import MediaLeg
from adapters.telephony.sip.agent_leg import (
    KEYS,
    MEDIA_TIMEOUT_S,
    AgentLeg,
    apply_media,
    on_hold,
)
from adapters.telephony.sip.announcer import Announcer, Sounds
from adapters.telephony.sip.background import Background
from adapters.telephony.sip.call import Call
from adapters.telephony.sip.conversation import Conversation
from adapters.telephony.sip.ear import Ear
from adapters.telephony.sip.events import (
    CallEvent,
    Cancelled,
    Confirmed,
    HungUp,
    KeyPressed,
    Lost,
    MediaChanged,
)
from adapters.telephony.sip.leg_facts import LegFacts
from adapters.telephony.sip.sealing import LegRecordings
from adapters.telephony.sip.standing import Standing
from calls.commands import Bridge, Listen, RecordMessage, Say
from calls.facts import Fact
from calls.ids import CallId, OfferId
from calls.ports import LiveCall, Recogniser, Vault

PROMPT_DBOV = -20.0
"""The level of every prompt that nobody asked to be louder and, nearly, of the music."""


class Dialling(Protocol):
    """An outside party that is rung for the caller, or talks with them."""

    @property
    def for_brain(self) -> bool:
        """Whether the brain ordered it; otherwise the line rings by itself."""
        ...

    def end(self) -> None:
        """End it; nothing is reported."""
        ...


class CallerLegOwner(Protocol):
    """The line."""

    @property
    def attended(self) -> bool:
        """Whether a brain drives the line now."""
        ...

    def report(self, fact: Fact) -> None:
        """A fact for the brain."""
        ...

    def left_alone(self, leg: CallerLeg) -> None:
        """Nobody talks with the caller any more and nothing plays but music."""
        ...

    def leg_ended(self, leg: CallerLeg) -> None:
        """The caller is gone; forget the leg."""
        ...


class CallerLeg:
    """From the answer, theirs or ours, to the end of the caller's side.

    Args:
        call_id: the call.
        site: the site's id.
        standing: whose call it is.
        sip: the SIP dialog.
        media: an open leg, owned from now on.
        audible: the leg knows where to send; otherwise it does with the dialog's ``Confirmed``.
        arrived_at: seconds since the epoch.
        owner: the line.
        sounds: prompts and music.
        recogniser: the shared recogniser.
        vault: where recordings are sealed.
        background: looks after what outlives the leg: last words, sealing.

    Attributes:
        offers: agents who are rung for this caller, or have answered.
        dialling: the outside party that is rung for them, or has answered.
        outside: they talk with somebody outside.
        outside_troubles: why nobody outside could be dialled, each told once.
        ended: the leg is over.
    """

    def __init__(
        self,
        call_id: CallId,
        site: str,
        standing: Standing,
        sip: Call,
        media: MediaLeg,
        audible: bool,
        arrived_at: float,
        owner: CallerLegOwner,
        sounds: Sounds,
        recogniser: Recogniser,
        vault: Vault,
        background: Background,
    ) -> None:
        self.call_id = call_id
        self.site = site
        self.standing = standing
        self.media = media
        self.arrived_at = arrived_at
        self.offers: dict[OfferId, AgentLeg] = {}
        self.dialling: Dialling | None = None
        self.outside = False
        self.outside_troubles: set[str] = set()
        self.ended = False
        self._sip = sip
        self._owner = owner
        self._sounds = sounds
        self._facts = facts = LegFacts(site, call_id, self.report)
        self._announcer = Announcer(media, sounds, background, audible=audible, on_said=facts.said)
        self._conversation = Conversation(media, sounds.music)
        self._ear = Ear(
            call_id,
            recogniser,
            background,
            on_start=self._speech_started,
            on_heard=facts.heard,
            on_unavailable=facts.speech_unavailable,
        )
        self._recordings = LegRecordings(
            call_id,
            media,
            vault,
            background,
            on_sealed=facts.sealed,
            on_message=facts.message_recorded,
            on_message_over=self._message_over,
        )
        media.on_digit(self._key)
        media.on_media_timeout(MEDIA_TIMEOUT_S, lambda: self.lose("media-timeout"))

    # --- commands -------------------------------------------------------------------------------

    def say(self, command: Say, then: Callable[[], None] | None = None) -> None:
        """Play a prompt in place of whatever plays.

        Args:
            command: what to say.
            then: called at its end in place of a report to the brain, unless something else is
                said meanwhile: for what the line says by itself.
        """
        if self._occupied or self._announcer.saying == command:
            return
        self._recordings.end_message()
        self._announcer.say(command, then)

    def play_music(self) -> None:
        """Music, after the prompt that still plays."""
        if not self._occupied:
            self._announcer.play_music()

    def listen(self, command: Listen) -> None:
        """Hear speech in a language, or report that it cannot be heard.

        Of whoever talks with an agent nothing is heard, unless they are on hold.
        """
        if self._occupied and not self._conversation.on_hold:
            return
        self._ear.listen(command)
        self.media.listen(self._push if self._ear.open else None)

    def stop_listening(self) -> None:
        """Hear speech no more; what was being said is still understood and reported."""
        self.media.listen(None)
        self._ear.close()

    def bridge(self, command: Bridge) -> None:
        """Connect with an agent who answered, besides one who is connected already.

        An agent who left meanwhile is reported.
        """
        if command.offer_id in self._conversation.agents:
            return
        agent = self.offers.get(command.offer_id)
        if agent is None or not agent.answered or self.outside:
            self.release(command.offer_id)
            self._facts.agent_left(command)
            return
        self._connect(agent)

    def release(self, offer_id: OfferId) -> None:
        """Take an agent off, whether ringing, answered or connected."""
        agent = self.offers.pop(offer_id, None)
        if agent is not None:
            agent.end()
            self._left(agent)

    def adopt(self, offers: dict[OfferId, AgentLeg], *, held: bool) -> None:
        """Take over from a call-back: the person is there, and so are these agents.

        Args:
            offers: agents who ring or wait.
            held: the person has put us on hold.
        """
        self.offers.update(offers)
        self._conversation.hold(caller_held=held)
        self._announcer.start_music()
        for agent in offers.values():
            agent.owner = self
            if agent.answered:
                self.agent_answered(agent)

    def start_recording(self, recording_id: str) -> None:
        """Record both sides, sealed."""
        self._recordings.start(recording_id)

    def stop_recording(self, recording_id: str) -> None:
        """Close that recording, if it is the one that runs."""
        self._recordings.stop(recording_id)

    def record_message(self, command: RecordMessage) -> None:
        """Take a message."""
        if self._occupied:
            return
        self._announcer.leave()
        self._recordings.take_message(command)

    def hang_up(self) -> None:
        """End the caller's leg and all that hangs on it; nothing is reported."""
        if not self.ended:
            self._sip.hang_up()
            self._end()

    def lose(self, reason: str) -> None:
        """Give the caller up and report it, so that somebody calls them back."""
        if not self.ended:
            self._sip.hang_up()
            self._gone(self._facts.failed(reason))

    def stop_dialling(self) -> None:
        """Stop ringing somebody outside; who has answered stays."""
        if self.dialling is not None and not self.outside:
            self.dialling.end()
            self.dialling = None

    def connect_outside(self, media: MediaLeg) -> None:
        """Somebody outside answered: from here on they talk and the flow is over."""
        if self.standing is Standing.DRIVEN:
            self.standing = Standing.HANDED_OVER
        for offer_id in list(self.offers):
            self.release(offer_id)
        self._leave_flow()
        self.outside = True
        self.media.connect(media)

    def outside_held(self, held: bool) -> None:
        """The outside party put the caller on hold, or took them off."""
        if self.outside:
            self._hold_music(self.media, wanted=held)

    def outside_left(self) -> None:
        """The other side of a transfer hung up: so does the line."""
        if not self.ended:
            self._sip.hang_up()
            self._gone(self._facts.hung_up())

    # --- while nobody drives --------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Whether the caller talks with nobody and leaves no message."""
        return not self._occupied and not self._recordings.takes_message

    def wait_for_brain(self) -> None:
        """Music for an idle caller; keys and speech are still heard."""
        if self.idle:
            self._announcer.start_music()

    def brain_back(self) -> None:
        """The line does nothing more by itself with this caller."""
        self._announcer.forget_what_follows()
        if self.dialling is not None and not self.dialling.for_brain:
            self.stop_dialling()

    def picture(self) -> LiveCall:
        """The leg as the brain wants to see it."""
        return LiveCall(
            call_id=self.call_id,
            arrived_at=self.arrived_at,
            connected_offers=tuple(self._conversation.agents),
            ringing_offers=tuple(
                offer_id for offer_id in self.offers if offer_id not in self._conversation.agents
            ),
            recording_id=self._recordings.recording_id,
        )

    # --- what happens ---------------------------------------------------------------------------

    def hear(self, event: CallEvent) -> None:
        """What happens to the SIP dialog."""
        match event:
            case Confirmed(remote=remote):
                self._hold(on_hold(remote))
                if apply_media(self.media, remote):
                    self._announcer.begin()
                else:
                    self.lose("no-media")
            case MediaChanged(remote=remote):
                apply_media(self.media, remote)
                self._hold(on_hold(remote))
            case KeyPressed(digit=digit):
                self._key(digit.reveal())
            case HungUp() | Cancelled():
                self._gone(self._facts.hung_up())
            case Lost(reason=reason):
                self._gone(self._facts.failed(reason.value))

    def report(self, fact: Fact) -> None:
        """Pass a fact on to the brain, if it knows of this call."""
        if self.standing is not Standing.RESERVED:
            self._owner.report(fact)

    def agent_answered(self, leg: AgentLeg) -> None:
        """Without a brain an agent who answers is connected at once, not left in silence."""
        if not self._owner.attended and not self._occupied:
            self._connect(leg)

    def agent_held(self) -> None:
        """Music for a caller whom the agent put on hold; what they say then is for the flow."""
        self._conversation.agent_held()
        if not self._conversation.on_hold:
            self.stop_listening()

    def agent_gone(self, leg: AgentLeg) -> None:
        """An agent's leg ended by itself."""
        self.offers.pop(leg.order.offer_id, None)
        self._left(leg)

    # --- inside: who they talk to ---------------------------------------------------------------

    @property
    def talking(self) -> bool:
        """Whether the caller is bridged with an agent."""
        return bool(self._conversation.agents)

    @property
    def _occupied(self) -> bool:
        return self.ended or self.outside or self.talking

    def _connect(self, agent: AgentLeg) -> None:
        self.stop_dialling()
        if not self.talking:
            self._leave_flow()
        self._conversation.join(agent)

    def _leave_flow(self) -> None:
        self._recordings.end_message()
        self._announcer.leave()
        self.stop_listening()

    def _left(self, agent: AgentLeg) -> None:
        """An agent is gone; the last one who talked with the caller leaves them with music."""
        if agent.order.offer_id not in self._conversation.agents:
            return
        self._conversation.leave(agent)
        if not self.ended and not self.talking:
            self._announcer.start_music()
            self._owner.left_alone(self)

    def _hold(self, held: bool) -> None:
        """The caller put us on hold, or took us off; what they play meanwhile is not for us."""
        self._conversation.hold(caller_held=held)
        if self.outside and self.media.peer is not None:
            self._hold_music(self.media.peer, wanted=held)

    def _hold_music(self, media: MediaLeg, *, wanted: bool) -> None:
        if wanted:
            media.play_music(self._sounds.music)
        else:
            media.stop_playing()

    # --- inside: what the caller does -----------------------------------------------------------

    def _key(self, digit: str) -> None:
        if self.ended or digit not in KEYS:
            return
        if self.outside:
            if self.media.peer is not None:
                self.media.peer.send_digits(digit)  # a menu may answer there
        elif self._conversation.on_hold:
            self._facts.key(digit)
        elif not self.talking and not self._recordings.key(digit):
            self._announcer.interrupt()
            self._facts.key(digit)

    def _push(self, frame: bytes) -> None:
        # Prompts are all brought to the same level; an echo comes back quieter than that. It is
        # also what counts when prompts are louder: measured with 6 dB more, a caller who speaks
        # over the prompt at -26 dBov is missed 11 times of 16, with 12 dB always, and that may be
        # an emergency. Their echo can cut such a prompt short where it loses less than 24 dB.
        self._ear.push(frame, PROMPT_DBOV if self._announcer.sounding else None)

    def _speech_started(self) -> None:
        self._announcer.interrupt()
        self._facts.speech_started()

    def _message_over(self) -> None:
        if not self.ended and not self._owner.attended:
            self._owner.left_alone(self)

    # --- inside: the end ------------------------------------------------------------------------

    def _gone(self, fact: Fact) -> None:
        if self.ended:
            return
        driven = self.standing is Standing.DRIVEN
        self._end()
        if driven:
            self.report(fact)

    def _end(self) -> None:
        self.ended = True
        self._announcer.leave()
        self._recordings.end()
        self.stop_listening()
        for offer_id in list(self.offers):
            self.release(offer_id)
        if self.dialling is not None:
            self.dialling.end()
            self.dialling = None
        self.media.close()
        self._owner.leg_ended(self)
