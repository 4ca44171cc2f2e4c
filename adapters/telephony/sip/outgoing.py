"""A call that we place."""

from __future__ import annotations

from collections.abc import Callable

from aiosipua.message import SipRequest

from adapters.telephony.sip.address import HostPort
from adapters.telephony.sip.call_state import CallState, Turn
from adapters.telephony.sip.deadlines import Deadline
from adapters.telephony.sip.dialog import Dialog
from adapters.telephony.sip.events import (
    Answered,
    Failed,
    FailureCause,
    LostReason,
    Progress,
)
from adapters.telephony.sip.refusal import ALLOW
from adapters.telephony.sip.sdp import SDP_TYPE, LocalMedia, RemoteMedia
from adapters.telephony.sip.session import Session
from adapters.telephony.sip.stack import Outcome, Silence, Stack
from adapters.telephony.sip.transaction_events import ClientKey, ServerKey
from adapters.telephony.sip.uri import name_addr
from adapters.telephony.sip.wire import Request, Response

_LONGEST_RING_S = 170.0  # less than the transaction waits for news, so that CANCEL can be sent

_CAUSES = {
    401: FailureCause.UNAUTHORISED,
    403: FailureCause.DECLINED,
    407: FailureCause.UNAUTHORISED,
    408: FailureCause.NO_ANSWER,
    415: FailureCause.NO_COMMON_CODEC,
    480: FailureCause.NO_ANSWER,
    486: FailureCause.BUSY,
    487: FailureCause.NO_ANSWER,
    488: FailureCause.NO_COMMON_CODEC,
    600: FailureCause.BUSY,
    603: FailureCause.DECLINED,
    606: FailureCause.NO_COMMON_CODEC,
    607: FailureCause.DECLINED,
    608: FailureCause.DECLINED,
}


def cause_of(status: int) -> FailureCause:
    """What a final status means to whoever placed the call."""
    return _CAUSES.get(status, FailureCause.UNREACHABLE)


class OutgoingSession(Session):
    """See :class:`~adapters.telephony.sip.call.OutgoingCall`.

    Args:
        stack: the user agent it lives in.
        invite: complete but for Contact and body.
        destination: where it goes.
        name: for logs.
        local: our side of the media.
        on_retired: told when nothing more can come for this call.
        on_dead: told when there is nobody at the destination: not a single response came.
    """

    def __init__(
        self,
        stack: Stack,
        invite: SipRequest,
        destination: HostPort,
        *,
        name: str,
        local: LocalMedia,
        on_retired: Callable[[Session], None],
        on_dead: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(
            stack,
            call_id=invite.call_id or "",
            local_tag=name_addr(invite.headers.get_first("from") or "").params["tag"] or "",
            name=name,
            state=CallState.PLACED,
            placed_by_us=True,
            on_retired=on_retired,
        )
        self._local = local
        self._invite = invite
        self._destination = destination
        self._key: ClientKey | None = None
        self._authorised = False
        self._heard = False
        self._on_dead = on_dead
        self._early: RemoteMedia | None = None
        self._ring_timeout: Deadline[Callable[[], None]] | None = None

    def place(self, ring_timeout_s: float) -> None:
        """Send the INVITE."""
        assert self._local is not None
        self._invite.headers.set_single("Contact", f"<{self._contact}>")
        self._invite.headers.set_single("Allow", ALLOW)
        self._invite.headers.set_single("Content-Type", SDP_TYPE)
        self._invite.body = self._descriptions.offer(self._local)
        self._key = self._stack.request(self._invite, self._destination, self._on_outcome)
        self._ring_timeout = self._stack.after(
            min(ring_timeout_s, _LONGEST_RING_S), self._on_ring_timeout
        )
        self._stack.wake()

    def cancel(self) -> None:
        """See :class:`~adapters.telephony.sip.call.OutgoingCall`."""
        self.hang_up()

    def hang_up(self) -> None:
        """See :class:`~adapters.telephony.sip.call.Call`."""
        self._silent = True
        if self._state is CallState.PLACED:
            self._give_up()
            self._stack.wake()
        else:
            super().hang_up()

    def lose(self, reason: LostReason) -> None:
        """See :class:`~adapters.telephony.sip.session.Session`."""
        if self._state is CallState.PLACED:
            self._fail(FailureCause.UNREACHABLE)
            self._give_up()
            self._stack.wake()
        elif self._state is not CallState.CANCELLING:
            super().lose(reason)

    def _on_request_without_dialog(self, key: ServerKey, request: Request) -> None:
        if request.method == "BYE" and self._state is CallState.PLACED:
            # It overtook the 200 it belongs to, or ends an early dialog (RFC 5407, 3.1.3).
            self._stack.refuse(key, request, 200)
            self._fail(FailureCause.DECLINED)
            self._give_up()
        else:
            super()._on_request_without_dialog(key, request)

    def _on_outcome(self, outcome: Outcome) -> None:
        if isinstance(outcome, Silence):
            self._on_silence(outcome)
            return
        self._heard = True
        if outcome.status < 200:
            self._on_provisional(outcome)
        elif outcome.status < 300:
            self.on_success(outcome)
        else:
            self._on_failure(outcome)

    def on_success(self, success: Response) -> None:
        """A 200 to our INVITE: the first, a copy, from another fork, or across our CANCEL."""
        if self._state is CallState.PLACED:
            self._on_answer(success)
        elif self._dialog is not None and self._dialog.remote_tag == success.to_tag:
            self._acknowledge(success)
        else:
            self._dismiss(success)

    def _on_provisional(self, response: Response) -> None:
        if self._state is not CallState.PLACED or response.status == 100:
            return
        if response.body and self._local is not None:
            self._early = self._read_answer(response, self._local)
        self._tell(Progress(status=response.status, early_media=self._early))

    def _on_answer(self, success: Response) -> None:
        assert self._local is not None
        self._stop_ring_timeout()
        self._dialog = Dialog.from_success(self._invite, success, self._stack.reachable)
        self._acknowledge(success)
        early = None if success.body else self._early
        self._remote = early or self._read_answer(success, self._local)
        if self._remote is None:
            self._tell(Failed(cause=FailureCause.NO_COMMON_CODEC, status=success.status))
            self._finish(bye=True)
            return
        self._turn(Turn.CONFIRM)
        self._tell(Answered(remote=self._remote))

    def _dismiss(self, success: Response) -> None:
        """Acknowledge and hang up a dialog that nobody wants (13.2.2.4, 15)."""
        key = (success.to_tag, success.cseq)
        if key in self._acks:
            self._stack.transmit(*self._acks[key])
            return
        dialog = Dialog.from_success(self._invite, success, self._stack.reachable)
        ack = dialog.ack(success.cseq, self._stack.sent_by)
        self._acks[key] = (bytes(ack), dialog.next_hop)
        self._stack.transmit(*self._acks[key])
        self._send(dialog, dialog.request("BYE", self._stack.sent_by), lambda _outcome: None)
        if self._state is CallState.CANCELLING:
            self._turn(Turn.CONFIRM)
            self._on_retired(self)

    def _on_failure(self, response: Response) -> None:
        if response.status in (401, 407) and self._state is CallState.PLACED:
            again = None if self._authorised else self._stack.authorised(self._invite, response)
            if again is not None:
                self._authorised = True
                self._invite = again
                self._key = self._stack.request(again, self._destination, self._on_outcome)
                return
        if self._state is CallState.PLACED:
            self._fail(cause_of(response.status), response)
        self._finish(bye=False)

    def _on_silence(self, silence: Silence) -> None:
        if self._state is CallState.PLACED:
            unreachable = silence is Silence.UNREACHABLE
            self._fail(FailureCause.UNREACHABLE if unreachable else self._cause_of_silence())
            self._report_dead()
        self._finish(bye=False)

    def _on_ring_timeout(self) -> None:
        self._ring_timeout = None
        if self._state is CallState.PLACED:
            self._fail(self._cause_of_silence())
            self._report_dead()
            self._give_up()

    def _report_dead(self) -> None:
        if not self._heard:
            self._on_dead()

    def _cause_of_silence(self) -> FailureCause:
        """A phone that rang was not answered; one that never said a word did not ring."""
        return FailureCause.NO_ANSWER if self._heard else FailureCause.TIMEOUT

    def _give_up(self) -> None:
        self._stop_ring_timeout()
        if self._turn(Turn.GIVE_UP) and self._key is not None:
            self._stack.cancel(self._key)

    def _fail(self, cause: FailureCause, response: Response | None = None) -> None:
        self._stop_ring_timeout()
        retry_after = response.header("retry-after") if response is not None else ""
        seconds = retry_after.partition(";")[0].partition("(")[0].strip()
        self._tell(
            Failed(
                cause=cause,
                status=response.status if response is not None else None,
                retry_after_s=int(seconds)
                if seconds.isascii() and seconds.isdigit() and len(seconds) <= 9
                else None,
            )
        )

    def _stop_ring_timeout(self) -> None:
        if self._ring_timeout is not None:
            self._ring_timeout.cancel()
            self._ring_timeout = None
