"""A feature code that an agent dialled: taken, confirmed in words, hung up."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.telephony.media import Clip, MediaLeg
from adapters.telephony.sip.agent_leg import apply_media
from adapters.telephony.sip.call import IncomingCall
from adapters.telephony.sip.events import CallEvent, Cancelled, Confirmed, HungUp, Lost
from adapters.telephony.sip.sdp import LocalMedia


class FeatureCall:
    """One such call, from its answer to its end.

    Args:
        call: not answered yet.
        media: an open leg, owned from now on.
        confirmation: what the agent hears once the phone has confirmed the answer.
    """

    def __init__(self, call: IncomingCall, media: MediaLeg, confirmation: Sequence[Clip]) -> None:
        self._call = call
        self._media = media
        self._confirmation = confirmation

    def answer(self) -> None:
        """Answer; the rest happens by itself."""
        self._call.listen(self._hear)
        self._call.answer(LocalMedia(port=self._media.local_port))

    def _hear(self, event: CallEvent) -> None:
        match event:
            case Confirmed(remote=remote):
                apply_media(self._media, remote)
                self._media.play(self._confirmation, lambda _interrupted: self._end())
            case HungUp() | Lost() | Cancelled():
                self._media.close()

    def _end(self) -> None:
        self._call.hang_up()
        self._media.close()
