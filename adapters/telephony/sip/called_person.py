"""Somebody who is dialled, asked to press a key, and connected only once they have.

A voicemail answers like a person, so nobody is connected, and nothing is said but what the order
holds, before the key was pressed. What the far end sends before its answer is heard by nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from adapters.telephony.media import Clip, MediaLeg
from adapters.telephony.media.tones import pause
from adapters.telephony.sip.agent_leg import apply_media, on_hold
from adapters.telephony.sip.announcer import Sounds
from adapters.telephony.sip.background import Background
from adapters.telephony.sip.call import OutgoingCall
from adapters.telephony.sip.events import (
    Answered,
    CallEvent,
    Failed,
    HungUp,
    KeyPressed,
    Lost,
    MediaChanged,
)
from adapters.telephony.sip.outside import Dialler, reason_of
from adapters.telephony.sip.sdp import RemoteMedia
from calls.commands import CallBack, Say, Transfer

CONFIRMING_KEY = "1"

_SAID_AGAIN_AFTER_S = 3.0
_MISSED_AFTER_S = 6.0
"""From the end of the second time to the end of the call: time to find the key."""


Order = TypeVar("Order", bound="CallBack | Transfer")


class CalledPerson(Generic[Order]):
    """One attempt, from the first ring to the key.

    Args:
        order: for which call, how long to ring, and what to say.
        destination: a number or a SIP URI.
        sounds: makes the words.
        background: looks after their making.
        on_confirmed: they pressed the key; :attr:`call` and :attr:`media` are the listener's from
            then on.
        on_missed: they did not, and the call is over; a reason of ``CallBackMissed``.

    Attributes:
        order: as given.
        held: they put us on hold.
    """

    def __init__(
        self,
        order: Order,
        destination: str,
        sounds: Sounds,
        background: Background,
        *,
        on_confirmed: Callable[[CalledPerson[Order]], None],
        on_missed: Callable[[CalledPerson[Order], str], None],
    ) -> None:
        self.order = order
        self._destination = destination
        self.held = False
        self._sounds = sounds
        self._background = background
        self._on_confirmed = on_confirmed
        self._on_missed = on_missed
        self._call: OutgoingCall | None = None
        self._media: MediaLeg | None = None
        self._words: list[Clip] | None = None
        self._answered = False
        self._over = False

    @property
    def call(self) -> OutgoingCall:
        """The dialog, once it was dialled."""
        assert self._call is not None
        return self._call

    @property
    def media(self) -> MediaLeg:
        """Their leg, once it was dialled."""
        assert self._media is not None
        return self._media

    def dial(self, dialler: Dialler) -> None:
        """Dial; what comes of it is told to the callbacks.

        Raises:
            NotDialled: it may not be dialled, or cannot be.
        """
        order = self.order
        self._call, self._media = dialler.dial(self._destination, order.ring_timeout_s, self._hear)
        self._media.on_digit(self._key)
        prompt = Say(call_id=order.call_id, prompt_id=0, utterances=order.utterances)
        self._words = self._sounds.ready_clips(prompt)
        if self._words is None:
            self._background.start(self._render(prompt))

    def end(self) -> None:
        """Stop ringing or hang up; nothing is told."""
        self._over = True
        if self._call is not None:
            self._call.hang_up()
        if self._media is not None:
            self._media.close()

    def give_up(self) -> None:
        """End it as missed."""
        self._miss("not-confirmed" if self._answered else "no-answer")

    # --- inside ---------------------------------------------------------------------------------

    def _hear(self, event: CallEvent) -> None:
        if self._over:
            return
        match event:
            case Answered(remote=remote):
                self._answer(remote)
            case MediaChanged(remote=remote):
                apply_media(self.media, remote)
                self.held = on_hold(remote)
            case KeyPressed(digit=digit):
                self._key(digit.reveal())
            case Failed(cause=cause):
                self._miss(reason_of(cause))
            case HungUp():
                self._miss("not-confirmed")
            case Lost():
                self._miss("unreachable")

    def _answer(self, remote: RemoteMedia) -> None:
        if not apply_media(self.media, remote):
            self._miss("unreachable")
            return
        self.held = on_hold(remote)
        self._answered = True
        self._speak()

    async def _render(self, prompt: Say) -> None:
        self._words = await self._sounds.clips(prompt)
        self._speak()

    def _speak(self) -> None:
        """Say the words twice, once they are made and somebody is there to hear them."""
        if self._over or not self._answered or self._words is None:
            return
        between, after = pause(_SAID_AGAIN_AFTER_S), pause(_MISSED_AFTER_S)
        self.media.play([*self._words, between, *self._words, after], self._said)

    def _said(self, interrupted: bool) -> None:
        if not interrupted:
            self._miss("not-confirmed")

    def _key(self, digit: str) -> None:
        if digit != CONFIRMING_KEY or not self._answered or self._over:
            return
        self._over = True
        self.media.stop_playing()
        self._on_confirmed(self)

    def _miss(self, reason: str) -> None:
        if not self._over:
            self.end()
            self._on_missed(self, reason)
