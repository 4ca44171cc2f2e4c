"""Handing a caller to somebody outside: a second call from the line, bridged once it is taken.

The caller stays on our line meanwhile, so that a transfer that fails leaves them with us.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from adapters.telephony.media import MediaLeg
from adapters.telephony.sip.agent_leg import MEDIA_TIMEOUT_S, apply_media, on_hold
from adapters.telephony.sip.announcer import Sounds
from adapters.telephony.sip.background import Background
from adapters.telephony.sip.call import OutgoingCall
from adapters.telephony.sip.called_person import CalledPerson
from adapters.telephony.sip.caller_leg import CallerLeg
from adapters.telephony.sip.events import (
    Answered,
    CallEvent,
    Failed,
    HungUp,
    Lost,
    MediaChanged,
)
from adapters.telephony.sip.outside import Dialler, NotDialled, reason_of
from adapters.telephony.sip.sdp import RemoteMedia
from calls.commands import Transfer

log = logging.getLogger(__name__)


class OutsideCall:
    """One attempt to connect a caller with the outside.

    Args:
        leg: the caller.
        on_taken: called before they are connected.
        on_failed: they are not connected; the reason is one of ``TransferFailed``'s.
        for_brain: whether the brain ordered it; otherwise the line does it by itself.
    """

    def __init__(
        self,
        leg: CallerLeg,
        on_taken: Callable[[], None],
        on_failed: Callable[[str], None],
        *,
        for_brain: bool,
    ) -> None:
        self.for_brain = for_brain
        self._leg = leg
        self._on_taken = on_taken
        self._on_failed = on_failed
        self._call: OutgoingCall | None = None
        self._media: MediaLeg | None = None
        self._person: CalledPerson[Transfer] | None = None
        self._over = False

    def dial(self, dialler: Dialler, destination: str, ring_timeout_s: float) -> None:
        """Dial, and connect with whoever answers; what comes of it is told to the callbacks."""
        try:
            self._call, self._media = dialler.dial(destination, ring_timeout_s, self._hear)
        except NotDialled as error:
            self._refused(error)
        else:
            self._leg.dialling = self

    def ask(
        self, order: Transfer, dialler: Dialler, sounds: Sounds, background: Background
    ) -> None:
        """Dial, say what the order says, and connect with whoever presses the key."""
        self._person = CalledPerson(
            order,
            order.destination,
            sounds,
            background,
            on_confirmed=self._confirmed,
            on_missed=lambda _person, reason: self._fail(reason),
        )
        try:
            self._person.dial(dialler)
        except NotDialled as error:
            self._refused(error)
        else:
            self._leg.dialling = self

    def _refused(self, error: NotDialled) -> None:
        self._explain(str(error))
        self._fail(error.reason)

    def _explain(self, why: str) -> None:
        """Log why it cannot be dialled, once for each caller however often it is tried."""
        if why not in self._leg.outside_troubles:
            self._leg.outside_troubles.add(why)
            log.error(
                "call %s: the outside cannot be dialled: %s; the caller stays on the line, and "
                "one who waits for a nurse hears so while nurses are rung on; told once",
                self._leg.call_id,
                why,
            )

    def end(self) -> None:
        """Give up, or hang up; nothing is told."""
        self._over = True
        if self._person is not None:
            self._person.end()
        if self._call is not None:
            self._call.hang_up()
        if self._media is not None:
            self._media.close()

    def _fail(self, reason: str) -> None:
        self.end()
        if self._leg.dialling is self:
            self._leg.dialling = None
        self._on_failed(reason)

    def _hear(self, event: CallEvent) -> None:
        if self._over or self._media is None:
            return
        match event:
            case Answered(remote=remote):
                self._answered(self._media, remote)
            case MediaChanged(remote=remote):
                apply_media(self._media, remote)
                self._leg.outside_held(on_hold(remote))
            case Failed(cause=cause):
                self._fail(reason_of(cause))
            case HungUp() | Lost():
                self._left()

    def _answered(self, media: MediaLeg, remote: RemoteMedia) -> None:
        if apply_media(media, remote):
            self._connect(media)
        else:
            self._fail("unreachable")

    def _confirmed(self, person: CalledPerson[Transfer]) -> None:
        self._person = None
        self._call, self._media = person.call, person.media
        person.call.listen(self._hear)
        self._connect(person.media)
        if person.held:
            self._leg.outside_held(True)

    def _connect(self, media: MediaLeg) -> None:
        media.on_media_timeout(MEDIA_TIMEOUT_S, self._left)
        self._on_taken()
        self._leg.connect_outside(media)

    def _left(self) -> None:
        self.end()
        self._leg.outside_left()
