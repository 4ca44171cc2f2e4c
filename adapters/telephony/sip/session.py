"""A call while it is up, whoever placed it: BYE, re-INVITE, UPDATE, INFO, session timer.

All of these share one dialog, one offer/answer state (RFC 3264; RFC 6337) and one end.
"""

from __future__ import annotations

from collections.abc import Callable

from aiosipua.message import SipRequest

from adapters.telephony.sip import session_timer
from adapters.telephony.sip.address import HostPort
from adapters.telephony.sip.body import session_description
from adapters.telephony.sip.call import CallListener
from adapters.telephony.sip.call_state import TABLE, CallState, Turn
from adapters.telephony.sip.descriptions import Descriptions
from adapters.telephony.sip.dialog import Dialog
from adapters.telephony.sip.errors import BadMessage, BadSdp, NoCommonCodec, WrongState
from adapters.telephony.sip.events import (
    CallEvent,
    HungUp,
    Lost,
    LostReason,
    MediaChanged,
    OfferRefused,
)
from adapters.telephony.sip.keypad import INFO_TYPES, key_pressed
from adapters.telephony.sip.refusal import ALLOW
from adapters.telephony.sip.sdp import SDP_TYPE, LocalMedia, RemoteMedia, read_answer
from adapters.telephony.sip.stack import Outcome, Silence, Stack
from adapters.telephony.sip.transaction_events import ServerKey
from adapters.telephony.sip.wire import Request, Response, response_to


class Session:
    """What both kinds of call have in common.

    Args:
        stack: the user agent it lives in.
        call_id: the Call-ID.
        local_tag: ours.
        name: for logs.
        state: where it begins.
        placed_by_us: whether the Call-ID is ours; decides who waits longer after glare (14.1).
        on_retired: told when nothing more can come for this call.
    """

    def __init__(
        self,
        stack: Stack,
        *,
        call_id: str,
        local_tag: str,
        name: str,
        state: CallState,
        placed_by_us: bool,
        on_retired: Callable[[Session], None],
    ) -> None:
        self._stack = stack
        self._on_retired = on_retired
        self.call_id = call_id
        self.local_tag = local_tag
        self._name = name
        self._state = state
        self._placed_by_us = placed_by_us
        self._listener: CallListener | None = None
        self._silent = False
        self._dialog: Dialog | None = None
        self._local: LocalMedia | None = None
        self._remote: RemoteMedia | None = None
        self._descriptions = Descriptions(stack.media_host, stack.random.getrandbits(31))
        self._offering: LocalMedia | None = None
        self._postponed: LocalMedia | None = None
        self._unconfirmed: ServerKey | None = None
        self._unconfirmed_cseq = 0
        self._awaits_answer = False
        self._acks: dict[tuple[str, int], tuple[bytes, HostPort]] = {}
        self._watch = session_timer.SessionWatch(stack.after, self._on_session_due)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._name} {self._state.name}>"

    # --- what its owner may do ------------------------------------------------------------------

    @property
    def id(self) -> str:
        """See :class:`~adapters.telephony.sip.call.Call`."""
        return self._name

    @property
    def ended(self) -> bool:
        """See :class:`~adapters.telephony.sip.call.Call`."""
        return self._state in (CallState.ENDED, CallState.LEAVING, CallState.CANCELLING)

    @property
    def remote(self) -> RemoteMedia | None:
        """See :class:`~adapters.telephony.sip.call.Call`."""
        return self._remote

    def listen(self, listener: CallListener) -> None:
        """See :class:`~adapters.telephony.sip.call.Call`."""
        self._listener = listener

    def hang_up(self) -> None:
        """See :class:`~adapters.telephony.sip.call.Call`."""
        self._silent = True
        if self._state is CallState.ANSWERED:
            self._turn(Turn.GIVE_UP)
        elif self._state is CallState.UP:
            self._finish(bye=True)
        self._stack.wake()

    def reoffer(self, local: LocalMedia) -> None:
        """See :class:`~adapters.telephony.sip.call.Call`."""
        if self._state is not CallState.UP or self._offering or self._postponed:
            raise WrongState(f"{self!r} cannot be offered anything now")
        if self._unconfirmed is not None:
            self._postponed = local  # one INVITE at a time in either direction (14.1)
        else:
            self._send_offer(local)
        self._stack.wake()

    def lose(self, reason: LostReason) -> None:
        """End it for a reason of ours, telling the owner."""
        if self._state is CallState.ENDED:
            return
        self._tell(Lost(reason=reason))
        self._finish(bye=self._state is not CallState.ARRIVED)
        self._stack.wake()

    # --- what comes from the far end ------------------------------------------------------------

    def on_request(self, key: ServerKey, request: Request) -> None:
        """A request within the dialog, other than ACK and CANCEL."""
        if self._dialog is None or self._dialog.remote_tag != request.from_tag:
            self._on_request_without_dialog(key, request)
        elif self._state is CallState.ENDED:
            # Our BYE and theirs crossed: theirs is right, too.
            self._stack.refuse(key, request, 200 if request.method == "BYE" else 481)
        elif not self._dialog.takes(request):
            self._stack.refuse(key, request, 500, "CSeq Out Of Order")
        else:
            self._on_known_request(key, request)

    def _on_request_without_dialog(self, key: ServerKey, request: Request) -> None:
        self._stack.refuse(key, request, 481)

    def _on_known_request(self, key: ServerKey, request: Request) -> None:
        match request.method:
            case "BYE":
                self._stack.refuse(key, request, 200)
                self._tell(HungUp())
                self._finish(bye=False)
            case "INVITE" | "UPDATE":
                self._on_offer(key, request)
            case "INFO":
                self._on_info(key, request)
            case "OPTIONS":
                self._stack.refuse(key, request, 200)
            case _:
                self._stack.refuse(key, request, 405)

    def on_ack(self, request: Request) -> None:
        """The ACK of a success of ours, with the answer where the success brought an offer."""
        if self._dialog is None or self._dialog.remote_tag != request.from_tag:
            return
        if self._unconfirmed is None or request.cseq != self._unconfirmed_cseq:
            return
        self._stack.acknowledged(self._unconfirmed)
        self._unconfirmed = None
        changed: RemoteMedia | None = None
        if self._awaits_answer and self._local is not None:
            self._awaits_answer = False
            changed = self._read_answer(request, self._local)
            self._remote = changed or self._remote
        self._on_confirmed(changed)

    def _on_confirmed(self, changed: RemoteMedia | None) -> None:
        """The ACK came; an answer in it that cannot be used leaves the call up as it was."""
        if changed is not None:
            self._tell(MediaChanged(remote=changed))
        if self._postponed is not None and self._state is CallState.UP:
            local, self._postponed = self._postponed, None
            self._send_offer(local)

    def on_ack_missing(self, key: ServerKey) -> None:
        """Nobody acknowledged a success of ours (13.3.1.4)."""
        if key == self._unconfirmed:
            self._unconfirmed = None
            self.lose(LostReason.NO_ACK)

    def _on_offer(self, key: ServerKey, request: Request) -> None:
        """A re-INVITE (14.2) or an UPDATE (RFC 3311, 5.2)."""
        assert self._dialog is not None
        if self._local is None:
            self._stack.refuse(key, request, 500)  # the first INVITE is not answered yet (14.2)
            return
        if self._offering is not None or self._awaits_answer:
            self._stack.refuse(key, request, 491)
            return
        timer = session_timer.asked_for(request)
        if timer is not None and timer.interval_s < session_timer.MIN_SESSION_S:
            self._stack.refuse(key, request, 422)
            return
        changed = body = None
        try:
            offer = session_description(request)
            if offer:
                body, changed = self._descriptions.answer(offer, self._local, request.source.host)
            elif request.method == "INVITE":
                body = self._descriptions.offer(self._local)
        except BadMessage as error:
            self._stack.refuse(key, request, error.status, str(error))
            return
        except BadSdp as error:
            self._stack.refuse(key, request, 400, str(error))
            return
        except NoCommonCodec:
            self._stack.refuse(key, request, 488)
            return
        self._dialog.retarget(request)
        self._accept(key, request, body, timer)
        if request.method == "INVITE":
            self._awaits_answer = changed is None
        if changed is not None:
            self._remote = changed
            self._tell(MediaChanged(remote=changed))

    def _accept(
        self,
        key: ServerKey,
        request: Request,
        body: bytes | None,
        timer: session_timer.SessionTimer | None,
    ) -> None:
        success = response_to(request, 200, to_tag=self.local_tag)
        for route in request.values("record-route"):
            success.headers.append("Record-Route", route)
        success.headers.set_single("Contact", f"<{self._contact}>")
        success.headers.set_single("Allow", ALLOW)
        success.headers.set_single("Supported", "timer")
        if timer is not None:
            success.headers.set_single("Session-Expires", timer.header)
            if not timer.we_refresh:
                success.headers.set_single("Require", "timer")
        if body is not None:
            success.headers.set_single("Content-Type", SDP_TYPE)
            success.body = body
        if self._stack.respond(key, success) and request.method == "INVITE":
            if self._unconfirmed is not None:
                # Who sends the next INVITE has heard the success of the last: its ACK was lost.
                self._stack.acknowledged(self._unconfirmed)
            self._unconfirmed, self._unconfirmed_cseq = key, request.cseq
        self._watch.begin(timer)

    def _on_info(self, key: ServerKey, request: Request) -> None:
        if not request.body:
            self._stack.refuse(key, request, 200)
        elif request.content_type not in INFO_TYPES:
            self._stack.refuse(key, request, 415)
        else:
            try:
                event = key_pressed(request.content_type, request.body)
            except BadMessage as error:
                self._stack.refuse(key, request, error.status, str(error))
                return
            self._stack.refuse(key, request, 200)
            self._tell(event)

    # --- requests of ours -----------------------------------------------------------------------

    def _send(
        self, dialog: Dialog, request: SipRequest, on_outcome: Callable[[Outcome], None]
    ) -> None:
        """Send within a dialog; a challenge is answered once."""

        def once_more(outcome: Outcome) -> None:
            if isinstance(outcome, Response) and outcome.status in (401, 407):
                again = self._stack.authorised(request, outcome)
                if again is not None:
                    dialog.skip_cseq()
                    self._stack.request(again, dialog.next_hop, on_outcome)
                    return
            on_outcome(outcome)

        self._stack.request(request, dialog.next_hop, once_more)

    def _send_offer(self, local: LocalMedia) -> None:
        assert self._dialog is not None
        self._offering = local
        request = self._dialog.request("INVITE", self._stack.sent_by)
        request.headers.set_single("Contact", f"<{self._contact}>")
        request.headers.set_single("Allow", ALLOW)
        request.headers.set_single("Content-Type", SDP_TYPE)
        timer = self._watch.timer
        if timer is not None and timer.we_refresh:
            request.headers.set_single("Supported", "timer")
            request.headers.set_single("Session-Expires", f"{timer.interval_s};refresher=uac")
        request.body = self._descriptions.offer(local)
        self._send(self._dialog, request, self._on_offer_outcome)

    def _on_offer_outcome(self, outcome: Outcome) -> None:
        if isinstance(outcome, Silence) or outcome.status in (408, 481):
            self._offering = None
            self.lose(LostReason.NO_REPLY)  # 12.2.1.2
        elif 200 <= outcome.status < 300:
            self._acknowledge(outcome)
            self._on_offer_accepted(outcome)
        elif outcome.status >= 300 and self._offering is not None:
            local, self._offering = self._offering, None
            if outcome.status == 491 and self._state is CallState.UP:
                self._postponed = local
                self._stack.after(self._glare_wait_s(), self._offer_again)
            else:
                self._tell(OfferRefused(status=outcome.status))
                if self._watch.timer is not None and self._watch.timer.we_refresh:
                    self._watch.again()

    def _on_offer_accepted(self, success: Response) -> None:
        if self._offering is None or self._state is not CallState.UP or self._dialog is None:
            return
        local, self._offering = self._offering, None
        self._dialog.retarget(success)
        changed = self._read_answer(success, local)
        if changed is None:
            self.lose(LostReason.MEDIA_REFUSED)
            return
        self._local, self._remote = local, changed
        self._watch.begin(self._watch.timer)
        self._tell(MediaChanged(remote=changed))

    def _glare_wait_s(self) -> float:
        """Multiples of 10 ms; who owns the Call-ID waits longer (14.1)."""
        low, high = (210, 400) if self._placed_by_us else (0, 200)
        return self._stack.random.randint(low, high) / 100

    def _offer_again(self) -> None:
        if self._postponed is not None and self._state is CallState.UP and not self._unconfirmed:
            local, self._postponed = self._postponed, None
            self._send_offer(local)

    def _acknowledge(self, success: Response) -> None:
        """ACK a success, and each copy of it with the same ACK (13.2.2.4)."""
        key = (success.to_tag, success.cseq)
        if key not in self._acks:
            assert self._dialog is not None
            ack = self._dialog.ack(success.cseq, self._stack.sent_by)
            self._acks[key] = (bytes(ack), self._dialog.next_hop)
        self._stack.transmit(*self._acks[key])

    # --- within ---------------------------------------------------------------------------------

    @property
    def _contact(self) -> str:
        return f"sip:{self._stack.sent_by}"

    def _turn(self, turn: Turn) -> bool:
        after = TABLE[self._state].get(turn)
        if after is None:
            return False
        self._state = after
        return True

    def _tell(self, event: CallEvent) -> None:
        self._stack.tell(self, lambda: self._hear(event))

    def _hear(self, event: CallEvent) -> None:
        if self._listener is not None and not self._silent:
            self._listener(event)

    def _finish(self, *, bye: bool) -> None:
        if not self._turn(Turn.END):
            return
        self._watch.end()
        self._offering = self._postponed = None
        if self._unconfirmed is not None:
            self._stack.acknowledged(self._unconfirmed)
            self._unconfirmed = None
        if bye and self._dialog is not None:
            request = self._dialog.request("BYE", self._stack.sent_by)
            self._send(self._dialog, request, self._on_bye_outcome)
        else:
            self._on_retired(self)

    def _on_bye_outcome(self, outcome: Outcome) -> None:
        if isinstance(outcome, Silence) or outcome.status >= 200:
            self._on_retired(self)

    def _read_answer(self, message: Request | Response, offered: LocalMedia) -> RemoteMedia | None:
        """What their answer to our offer comes to; ``None`` when it cannot be served."""
        try:
            return read_answer(session_description(message), offered, message.source.host)
        except (BadMessage, BadSdp, NoCommonCodec):
            return None

    def _on_session_due(self) -> None:
        timer = self._watch.timer
        if self._state is not CallState.UP or timer is None or self._local is None:
            return
        if not timer.we_refresh:
            self.lose(LostReason.SESSION_EXPIRED)
        elif self._offering or self._postponed or self._unconfirmed:
            self._watch.begin(timer)  # an INVITE under way refreshes as well
        else:
            self._send_offer(self._local)
