"""What a call came to, and so how it counts once it is over."""

from __future__ import annotations

from dataclasses import dataclass

from calls.outcome import Outcome


@dataclass(slots=True)
class Ledger:
    """What happened in a call that decides its outcome.

    Attributes:
        arrived_at: seconds since the epoch.
        left_at: when the caller's leg ended, or was ended.
        number_known: the caller's number was shown.
        connected: an agent spoke with the caller.
        transferred: the caller was handed to somebody outside.
        advised: the 911 or 988 advice was given for a red flag.
        needs_nurse: a red flag was raised that no nurse has heard.
        message_taken: a message was left.
        call_back_owed: the caller keeps their place and is called back, or a message was begun and
            none was left, so that a person rings them.
        completed: the flow had come to its own end.
        failed: the leg was lost by the network or the line.
    """

    arrived_at: float = 0.0
    left_at: float = 0.0
    number_known: bool = False
    connected: bool = False
    transferred: bool = False
    advised: bool = False
    needs_nurse: bool = False
    message_taken: bool = False
    call_back_owed: bool = False
    completed: bool = False
    failed: bool = False

    def copied(self) -> Ledger:
        """The same, for a copy of the call."""
        return Ledger(
            arrived_at=self.arrived_at,
            left_at=self.left_at,
            number_known=self.number_known,
            connected=self.connected,
            transferred=self.transferred,
            advised=self.advised,
            needs_nurse=self.needs_nurse,
            message_taken=self.message_taken,
            call_back_owed=self.call_back_owed,
            completed=self.completed,
            failed=self.failed,
        )

    @property
    def may_be_called_back(self) -> bool:
        """Whether a call-back is possible, and nobody has spoken with the caller or is told to.

        A red flag that no nurse has heard and a leg that was lost become tasks by themselves.
        """
        looked_after = self.connected or self.transferred or self.needs_nurse or self.failed
        return self.number_known and not looked_after

    def outcome(self, short_abandon_s: float) -> Outcome:
        """The one outcome.

        What the caller got counts before how the call broke off: a conversation, a transfer and a
        message stand even when the leg was lost afterwards. A red flag that no nurse has heard
        counts before a message, and never as a short abandon. A caller who heard the flow to its
        end and is owed a call-back instead of a message counts as one who left a message.

        Args:
            short_abandon_s: leaving sooner than this after arrival sought no service.
        """
        if self.connected:
            return Outcome.HANDLED
        if self.transferred:
            return Outcome.TRANSFERRED
        if self.failed and not (self.message_taken and not self.needs_nurse):
            return Outcome.ERROR
        if self.needs_nurse:
            return Outcome.ADVISED if self.advised else Outcome.ABANDONED
        if self.message_taken or (self.completed and self.call_back_owed):
            return Outcome.MESSAGE_TAKEN
        if self.completed:
            return Outcome.CONTAINED
        if self.left_at - self.arrived_at < short_abandon_s:
            return Outcome.SHORT_ABANDON
        return Outcome.ABANDONED
