"""One caller on the SIP line: their audio, what plays, who is rung and who they talk to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from adapters.speech.endpointing import Endpointer
from adapters.speech.hearing import Hearing
from adapters.telephony.media import Clip, MediaLeg
from adapters.telephony.sip.agent_leg import AgentLeg, apply_media
from adapters.telephony.sip.call import Call
from adapters.telephony.sip.events import (
    CallEvent,
    Cancelled,
    Confirmed,
    HungUp,
    KeyPressed,
    Lost,
    MediaChanged,
)
from adapters.telephony.sip.message_recorder import MessageRecorder
from calls.commands import Bridge, Listen, RecordMessage, Say, StartRecording
from calls.facts import (
    AgentHungUp,
    CallerHungUp,
    CallFailed,
    DigitsCollected,
    Fact,
    MessageRecorded,
    PromptFinished,
    RecordingSealed,
    SpeechHeard,
    SpeechStarted,
    SpeechUnavailable,
)
from calls.ids import CallId, OfferId
from calls.ports import (
    Heard,
    LiveCall,
    Recogniser,
    SealedWriter,
    SpeechError,
    Vault,
    VaultError,
)
from calls.private import Private

log = logging.getLogger(__name__)

PROMPT_DBOV = -20.0
"""The level of every prompt and, nearly, of the music."""

MEDIA_TIMEOUT_S = 60.0
"""A caller of whom nothing was heard for so long, although they should send, is gone."""


class Sounds(Protocol):
    """Where a leg gets what it plays."""

    @property
    def music(self) -> Clip:
        """Hold music."""
        ...

    async def clips(self, command: Say) -> list[Clip]:
        """The utterances of a prompt, ready to be sent; empty when none could be rendered."""
        ...

    def ready_clips(self, command: Say) -> list[Clip] | None:
        """The same without waiting; ``None`` when something has to be read or rendered first."""
        ...


class Ending(Protocol):
    """Something that hangs on the caller's leg and ends with it."""

    def end(self) -> None:
        """End it; nothing is reported."""
        ...


class CallerLegOwner(Protocol):
    """The line."""

    def report(self, fact: Fact) -> None:
        """A fact for the brain."""
        ...

    def leg_ended(self, leg: CallerLeg) -> None:
        """The caller is gone; forget the leg."""
        ...


class CallerLeg:
    """From the answer to the end of the caller's side.

    Args:
        call_id: the call.
        site: the site's id.
        sip: the SIP dialog, already answered.
        media: an open leg, owned from now on.
        arrived_at: seconds since the epoch.
        owner: the line.
        sounds: prompts and music.
        recogniser: the shared recogniser.
        vault: where recordings are sealed.
    """

    def __init__(
        self,
        call_id: CallId,
        site: str,
        sip: Call,
        media: MediaLeg,
        arrived_at: float,
        owner: CallerLegOwner,
        sounds: Sounds,
        recogniser: Recogniser,
        vault: Vault,
    ) -> None:
        self.call_id = call_id
        self.site = site
        self.media = media
        self.arrived_at = arrived_at
        self.connected: AgentLeg | None = None
        self.offers: dict[OfferId, AgentLeg] = {}
        self.dialling: Ending | None = None
        self.outside = False
        self.ended = False
        self._sip = sip
        self._owner = owner
        self._sounds = sounds
        self._vault = vault
        self._recogniser = recogniser
        self._hearing: Hearing | None = None
        self._language = ""
        self._saying: Say | None = None
        self._then: Callable[[], None] | None = None
        self._then_music = False
        self._recording: tuple[str, SealedWriter] | None = None
        self._message: MessageRecorder | None = None
        self._work: set[asyncio.Task[None]] = set()
        media.on_digit(self._key)
        media.on_media_timeout(MEDIA_TIMEOUT_S, self._media_timeout)

    # --- commands -------------------------------------------------------------------------------

    def say(self, command: Say, then: Callable[[], None] | None = None) -> None:
        """Play a prompt in place of whatever plays.

        Args:
            command: what to say.
            then: called at its end in place of a report to the brain, when nothing else is said
                meanwhile: for what the line says by itself.
        """
        if self.connected is not None or self.outside:
            return
        self._end_message()
        self._saying = command
        self._then = then
        self._then_music = False
        clips = self._sounds.ready_clips(command)
        if clips is not None:
            self._play(command, clips)
        else:
            self.media.stop_playing()
            self._start(self._render_and_play(command))

    def play_music(self) -> None:
        """Music, after the prompt that still plays."""
        if self.connected is not None or self.outside:
            return
        if self._saying is not None:
            self._then_music = True
        else:
            self.media.play_music(self._sounds.music)

    def listen(self, command: Listen) -> None:
        """Hear speech in a language, or report that it cannot be heard."""
        if self.connected is not None or self.outside:
            return
        self.stop_listening()
        self._language = command.language
        if command.language not in self._recogniser.languages:
            self._speech_unavailable("language")
            return
        try:
            endpointer = Endpointer()
        except SpeechError as error:
            log.warning("call %s: speech cannot be used: %s", self.call_id, error)
            self._speech_unavailable("missing")
            return
        self._hearing = Hearing(
            self._recogniser,
            endpointer,
            language=command.language,
            hints=command.hints,
            on_start=self._speech_started,
            on_heard=self._heard,
            on_unavailable=self._not_heard,
        )
        self.media.listen(self._push)

    def stop_listening(self) -> None:
        """Hear speech no more; what is still being recognised is dropped."""
        if self._hearing is not None:
            self.media.listen(None)
            self._start(self._hearing.close())
            self._hearing = None

    def bridge(self, command: Bridge) -> None:
        """Connect with the agent who answered; an agent who left meanwhile is reported."""
        agent = self.offers.get(command.offer_id)
        if agent is self.connected and agent is not None:
            return
        if agent is None or not agent.answered:
            self.report(
                AgentHungUp(
                    site=self.site,
                    call_id=self.call_id,
                    offer_id=command.offer_id,
                    agent_id=command.agent_id,
                )
            )
            return
        self._end_message()
        if self.dialling is not None:
            self.dialling.end()
            self.dialling = None
        self._saying = None
        self._then_music = False
        self.stop_listening()
        self.connected = agent
        agent.connected = True
        self.media.connect(agent.media)

    def release(self, offer_id: OfferId) -> None:
        """Take an agent off, whether ringing, answered or connected."""
        agent = self.offers.pop(offer_id, None)
        if agent is None:
            return
        agent.end()
        if agent is self.connected:
            self._unbridged()

    def start_recording(self, command: StartRecording) -> None:
        """Record both sides, sealed; a vault that cannot be written does not stop the call."""
        if self._recording is not None:
            return
        try:
            writer = self._vault.create(command.recording_id, self.call_id)
        except VaultError as error:
            log.error("call %s goes on unrecorded: %s", self.call_id, error)
            return
        self._recording = (command.recording_id, writer)
        self.media.record(writer.write)

    def stop_recording(self) -> None:
        """Close the recording, if one is running."""
        if self._recording is None:
            return
        recording_id, writer = self._recording
        self._recording = None
        self.media.record(None)
        self.report(
            RecordingSealed(
                site=self.site,
                call_id=self.call_id,
                recording_id=recording_id,
                duration_s=writer.close(),
            )
        )

    def record_message(self, command: RecordMessage) -> None:
        """Take a message; where the vault cannot be written it counts as empty."""

        def done(duration_s: float) -> None:
            self._message = None
            self.report(
                MessageRecorded(
                    site=self.site,
                    call_id=self.call_id,
                    recording_id=command.recording_id,
                    duration_s=duration_s,
                )
            )

        self._end_message()
        try:
            writer = self._vault.create(command.recording_id, self.call_id)
        except VaultError as error:
            log.error("call %s: no message can be taken: %s", self.call_id, error)
            done(0.0)
            return
        self._saying = None
        self._message = MessageRecorder(self.media, writer, command.max_s, done)
        self._message.start()

    def hang_up(self) -> None:
        """End the caller's leg and all that hangs on it."""
        if not self.ended:
            self._sip.hang_up()
            self._end()

    def connect_outside(self, media: MediaLeg) -> None:
        """Somebody outside answered: from here on they talk and the flow is over."""
        self._end_message()
        self._saying = None
        self._then_music = False
        self.stop_listening()
        self.outside = True
        self.media.connect(media)

    def outside_left(self) -> None:
        """The other side of a transfer hung up: so does the line."""
        if not self.ended:
            self._sip.hang_up()
            self._gone(CallerHungUp(site=self.site, call_id=self.call_id))

    # --- while nobody drives --------------------------------------------------------------------

    def wait_for_brain(self) -> None:
        """Music for a caller who is not talking with anybody; keys and speech are still heard."""
        if self.connected is None and not self.outside:
            self._end_message()
            self._saying = None
            self._then_music = False
            self.media.play_music(self._sounds.music)

    def picture(self) -> LiveCall:
        """The leg as the brain wants to see it."""
        return LiveCall(
            call_id=self.call_id,
            arrived_at=self.arrived_at,
            connected_offer=self.connected.order.offer_id if self.connected else None,
            ringing_offers=tuple(
                offer_id for offer_id, agent in self.offers.items() if agent is not self.connected
            ),
            recording_id=self._recording[0] if self._recording else None,
        )

    # --- what happens ---------------------------------------------------------------------------

    def hear(self, event: CallEvent) -> None:
        """What happens to the SIP dialog."""
        match event:
            case Confirmed(remote=remote) | MediaChanged(remote=remote):
                apply_media(self.media, remote)
            case KeyPressed(digit=digit):
                self._key(digit.reveal())
            case HungUp() | Cancelled():
                self._gone(CallerHungUp(site=self.site, call_id=self.call_id))
            case Lost(reason=reason):
                self._gone(CallFailed(site=self.site, call_id=self.call_id, reason=reason.value))

    def report(self, fact: Fact) -> None:
        """Pass a fact on to the brain."""
        self._owner.report(fact)

    def agent_gone(self, leg: AgentLeg) -> None:
        """An agent's leg ended by itself."""
        self.offers.pop(leg.order.offer_id, None)
        if leg is self.connected:
            self._unbridged()

    def _unbridged(self) -> None:
        self.connected = None
        self.media.disconnect()
        self.media.play_music(self._sounds.music)

    def _key(self, digit: str) -> None:
        if self.ended or self.connected is not None or self.outside:
            return
        if self._message is not None:
            self._message.key(digit)
        self._interrupt()
        self.report(DigitsCollected(site=self.site, call_id=self.call_id, digits=Private(digit)))

    def _speech_started(self) -> None:
        self._interrupt()
        self.report(SpeechStarted(site=self.site, call_id=self.call_id))

    def _hear_out(self) -> None:
        """The caller left: their last words are still understood, for they may be a red flag."""
        hearing, self._hearing = self._hearing, None
        if hearing is None:
            return
        self.media.listen(None)
        hearing.flush()

        async def finish() -> None:
            await hearing.finish()
            await hearing.close()

        self._start(finish())

    def _push(self, frame: bytes) -> None:
        if self._hearing is not None:
            # Prompts are all brought to the same level; an echo comes back quieter than that.
            self._hearing.push(frame, PROMPT_DBOV if self.media.playing else None)

    def _not_heard(self, reason: str) -> None:
        log.warning("call %s: %s", self.call_id, reason)
        self._speech_unavailable("recogniser")

    def _heard(self, heard: Heard, ended_ago_s: float) -> None:
        if self.connected is not None:
            return
        self.report(
            SpeechHeard(
                site=self.site,
                call_id=self.call_id,
                words=Private(heard.words),
                confidence=heard.confidence,
                second=Private(heard.second),
                language=self._language,
                ended_ago_s=ended_ago_s,
            )
        )

    def _speech_unavailable(self, reason: str) -> None:
        self.report(SpeechUnavailable(site=self.site, call_id=self.call_id, reason=reason))

    def _interrupt(self) -> None:
        if self._saying is not None and self._saying.barge_in:
            self.media.stop_playing()

    def _play(self, command: Say, clips: list[Clip]) -> None:
        self.media.play(clips, lambda interrupted: self._said(command, interrupted))

    async def _render_and_play(self, command: Say) -> None:
        clips = await self._sounds.clips(command)
        if self._saying is command and not self.ended:
            self._play(command, clips)

    def _said(self, command: Say, interrupted: bool) -> None:
        if self._saying is not command:
            return
        self._saying = None
        if self._then_music:
            self._then_music = False
            self.media.play_music(self._sounds.music)
        if self._then is not None:
            self._then()
            return
        self.report(
            PromptFinished(
                site=self.site,
                call_id=self.call_id,
                prompt_id=command.prompt_id,
                interrupted=interrupted,
            )
        )

    def _media_timeout(self) -> None:
        if self.ended:
            return
        self._sip.hang_up()
        self._gone(CallFailed(site=self.site, call_id=self.call_id, reason="media-timeout"))

    def _gone(self, fact: Fact) -> None:
        if not self.ended:
            self._end()
            self.report(fact)

    def _end(self) -> None:
        self.ended = True
        self._end_message()
        self.stop_recording()
        self._hear_out()
        for agent in list(self.offers.values()):
            agent.end()
        self.offers.clear()
        self.connected = None
        if self.dialling is not None:
            self.dialling.end()
        self.media.close()
        self._owner.leg_ended(self)

    def _end_message(self) -> None:
        if self._message is not None:
            self._message.finish()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)
