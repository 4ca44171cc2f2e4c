"""Recordings of one leg: begun, closed, and reported once they are sealed for good."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from adapters.telephony.media import MediaLeg
from adapters.telephony.sip.background import Background
from adapters.telephony.sip.message_recorder import MessageRecorder
from calls.commands import RecordMessage
from calls.ids import CallId
from calls.ports import SealedWriter, Vault, VaultError

log = logging.getLogger(__name__)


class LegRecordings:
    """What is recorded on one caller's leg: the conversation, or a message, never both.

    A vault that cannot be written does not stop the call: a conversation goes on unrecorded, and
    a message counts as empty.

    Args:
        call_id: the call.
        media: its leg.
        vault: where recordings are sealed.
        background: looks after what is still being sealed.
        on_sealed: a conversation is kept; its recording id and length in seconds.
        on_message: a message is kept; its recording id and length, 0 when there is none.
        on_message_over: the caller's leg has nothing to record any more.
    """

    def __init__(
        self,
        call_id: CallId,
        media: MediaLeg,
        vault: Vault,
        background: Background,
        *,
        on_sealed: Callable[[str, float], None],
        on_message: Callable[[str, float], None],
        on_message_over: Callable[[], None],
    ) -> None:
        self._call_id = call_id
        self._media = media
        self._vault = vault
        self._background = background
        self._on_sealed = on_sealed
        self._on_message = on_message
        self._on_message_over = on_message_over
        self._conversation: tuple[str, SealedWriter] | None = None
        self._message: MessageRecorder | None = None
        self._used: set[str] = set()

    @property
    def recording_id(self) -> str | None:
        """The conversation's recording that is running."""
        return self._conversation[0] if self._conversation else None

    @property
    def takes_message(self) -> bool:
        """Whether a message is being taken."""
        return self._message is not None

    def start(self, recording_id: str) -> None:
        """Record both sides from now on, in place of what was recorded before."""
        if recording_id in self._used:
            return
        self._used.add(recording_id)
        self.end()
        writer = self._create(recording_id)
        if writer is not None:
            self._conversation = (recording_id, writer)
            self._media.record(writer.write)

    def stop(self, recording_id: str) -> None:
        """Close the recording of this id, if it is the one that runs."""
        if self.recording_id == recording_id:
            self._close_conversation()

    def take_message(self, command: RecordMessage) -> None:
        """Beep and record the caller, in place of what was recorded before."""
        recording_id = command.recording_id
        if recording_id in self._used:
            return
        self._used.add(recording_id)
        self.end()
        writer = self._create(recording_id)
        if writer is None:
            self._on_message(recording_id, 0.0)
            return

        def done(duration_s: float) -> None:
            self._message = None
            self._background.start(
                self._report(writer, recording_id, duration_s, self._on_message, lost_s=0.0)
            )
            self._on_message_over()

        self._message = MessageRecorder(self._media, writer, command.max_s, done)
        self._message.start()

    def key(self, digit: str) -> bool:
        """A key of the caller; whether it belonged to the message and means nothing else."""
        return self._message is not None and self._message.key(digit)

    def end_message(self) -> None:
        """Close the message that is being taken, if any."""
        if self._message is not None:
            self._message.finish()

    def end(self) -> None:
        """Close whatever is recorded."""
        self.end_message()
        self._close_conversation()

    def _create(self, recording_id: str) -> SealedWriter | None:
        try:
            return self._vault.create(recording_id, self._call_id)
        except VaultError as error:
            log.error("call %s goes on unrecorded: %s", self._call_id, error)
            return None

    def _close_conversation(self) -> None:
        if self._conversation is None:
            return
        recording_id, writer = self._conversation
        self._conversation = None
        self._media.record(None)
        self._background.start(
            self._report(writer, recording_id, writer.close(), self._on_sealed, lost_s=None)
        )

    async def _report(
        self,
        writer: SealedWriter,
        recording_id: str,
        duration_s: float,
        tell: Callable[[str, float], None],
        *,
        lost_s: float | None,
    ) -> None:
        """Tell of a recording that was closed, once it is kept.

        Args:
            writer: closed already.
            recording_id: names it.
            duration_s: its length.
            tell: told of it.
            lost_s: the length to tell when it could not be kept; ``None`` tells nothing then.
        """
        try:
            # Shielded: to cancel it would reach the sealing thread's own future.
            await asyncio.shield(asyncio.wrap_future(writer.sealed))
        except VaultError as error:
            log.error("call %s: a recording was not kept: %s", self._call_id, error)
            if lost_s is not None:
                tell(recording_id, lost_s)
            return
        tell(recording_id, duration_s)
