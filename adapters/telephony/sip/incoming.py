"""A call that somebody placed to us."""

from __future__ import annotations

from collections.abc import Callable

from adapters.telephony.sip import session_timer
from adapters.telephony.sip.address import HostPort
from adapters.telephony.sip.arrival import Arrival
from adapters.telephony.sip.body import session_description
from adapters.telephony.sip.call_state import CallState, Turn
from adapters.telephony.sip.dialog import Dialog
from adapters.telephony.sip.errors import NoCommonCodec, WrongState
from adapters.telephony.sip.events import Cancelled, Confirmed, LostReason
from adapters.telephony.sip.refusal import requires
from adapters.telephony.sip.sdp import LocalMedia, RemoteMedia
from adapters.telephony.sip.session import Session
from adapters.telephony.sip.stack import Stack
from adapters.telephony.sip.transaction_events import ServerKey
from adapters.telephony.sip.wire import Request, response_to
from calls.ids import AgentId
from calls.private import Private

_LONGEST_UNANSWERED_S = 180.0
"""A caller whose CANCEL was lost for good would ring here for ever (13.3.1.1 bounds it, too)."""


class IncomingSession(Session):
    """See :class:`~adapters.telephony.sip.call.IncomingCall`.

    Args:
        stack: the user agent it lives in.
        key: of the INVITE.
        invite: the INVITE.
        arrival: what it asks for.
        local_tag: ours.
        name: for logs.
        agent_id: who it proved to be.
        from_trunk: whether it came from the trunk.
        on_retired: told when nothing more can come for this call.
    """

    def __init__(
        self,
        stack: Stack,
        key: ServerKey,
        invite: Request,
        arrival: Arrival,
        *,
        local_tag: str,
        name: str,
        agent_id: AgentId | None,
        from_trunk: bool,
        on_retired: Callable[[Session], None],
    ) -> None:
        super().__init__(
            stack,
            call_id=invite.call_id,
            local_tag=local_tag,
            name=name,
            state=CallState.ARRIVED,
            placed_by_us=False,
            on_retired=on_retired,
        )
        self.key = key
        self._invite = invite
        self._dialog = Dialog.from_invite(invite, local_tag, stack.reachable)
        self._arrival = arrival
        self._agent_id = agent_id
        self._from_trunk = from_trunk
        self._unanswered = stack.after(_LONGEST_UNANSWERED_S, self._on_unanswered)

    @property
    def source(self) -> HostPort:
        """See :class:`~adapters.telephony.sip.call.IncomingCall`."""
        return self._invite.source

    @property
    def caller(self) -> Private:
        """See :class:`~adapters.telephony.sip.call.IncomingCall`."""
        return self._arrival.caller

    @property
    def dialled(self) -> Private:
        """See :class:`~adapters.telephony.sip.call.IncomingCall`."""
        return self._arrival.dialled

    @property
    def agent_id(self) -> AgentId | None:
        """See :class:`~adapters.telephony.sip.call.IncomingCall`."""
        return self._agent_id

    @property
    def from_trunk(self) -> bool:
        """See :class:`~adapters.telephony.sip.call.IncomingCall`."""
        return self._from_trunk

    @property
    def offer(self) -> RemoteMedia | None:
        """See :class:`~adapters.telephony.sip.call.IncomingCall`."""
        return self._arrival.offer

    def ringing(self) -> None:
        """See :class:`~adapters.telephony.sip.call.IncomingCall`."""
        if self._state is not CallState.ARRIVED or requires(self._invite, "100rel"):
            return
        response = response_to(self._invite, 180, to_tag=self.local_tag)
        for route in self._invite.values("record-route"):
            response.headers.append("Record-Route", route)
        response.headers.set_single("Contact", f"<{self._contact}>")
        self._stack.respond(self.key, response)
        self._stack.wake()

    def answer(self, local: LocalMedia) -> None:
        """See :class:`~adapters.telephony.sip.call.IncomingCall`."""
        if self.ended:
            return
        if self._state is not CallState.ARRIVED:
            raise WrongState(f"{self!r} was answered already")
        self._local = local
        try:
            offer = session_description(self._invite)
            if offer:
                seen_at = self._invite.source.host
                body, self._remote = self._descriptions.answer(offer, local, seen_at)
            else:
                body = self._descriptions.offer(local)
                self._awaits_answer = True
        except NoCommonCodec:
            # The owner takes fewer codecs than the endpoint took for granted.
            self._refuse_invite(488)
            self.lose(LostReason.MEDIA_REFUSED)
            return
        self._unanswered.cancel()
        self._turn(Turn.ANSWER)
        self._accept(self.key, self._invite, body, session_timer.asked_for(self._invite))
        self._stack.wake()

    def reject(self, status: int, *, retry_after_s: int | None = None, reason: str = "") -> None:
        """See :class:`~adapters.telephony.sip.call.IncomingCall`."""
        if not 300 <= status <= 699:
            raise ValueError("a rejection has a status from 300 to 699")
        if self.ended:
            return
        if self._state is not CallState.ARRIVED:
            raise WrongState(f"{self!r} was answered already")
        self._silent = True
        response = response_to(self._invite, status, reason, to_tag=self.local_tag)
        if retry_after_s is not None:
            response.headers.set_single("Retry-After", str(retry_after_s))
        self._stack.respond(self.key, response)
        self._finish(bye=False)
        self._stack.wake()

    def hang_up(self) -> None:
        """See :class:`~adapters.telephony.sip.call.Call`."""
        if self._state is CallState.ARRIVED:
            self.reject(480)
        else:
            super().hang_up()

    def lose(self, reason: LostReason) -> None:
        """See :class:`~adapters.telephony.sip.session.Session`."""
        if self._state is CallState.ARRIVED:
            self._refuse_invite(503)
        super().lose(reason)

    def on_cancel(self) -> None:
        """Their CANCEL; after our answer it means nothing (9.2)."""
        if self._state is CallState.ARRIVED:
            self._end_unanswered(487)

    def _on_unanswered(self) -> None:
        if self._state is CallState.ARRIVED:
            self._end_unanswered(480)

    def _end_unanswered(self, status: int) -> None:
        self._refuse_invite(status)
        self._tell(Cancelled())
        self._finish(bye=False)

    def _finish(self, *, bye: bool) -> None:
        self._unanswered.cancel()
        super()._finish(bye=bye)

    def _on_known_request(self, key: ServerKey, request: Request) -> None:
        if request.method == "BYE" and self._state is CallState.ARRIVED:
            # The end of an early dialog is the end of its INVITE, too (15.1.2).
            self._stack.refuse(key, request, 200)
            self.on_cancel()
        else:
            super()._on_known_request(key, request)

    def _refuse_invite(self, status: int) -> None:
        self._stack.refuse(self.key, self._invite, status, to_tag=self.local_tag)

    def _on_confirmed(self, changed: RemoteMedia | None) -> None:
        if self._state is CallState.LEAVING:
            self._finish(bye=True)
        elif self._state is CallState.ANSWERED:
            self._turn(Turn.CONFIRM)
            if self._remote is None:
                self.lose(LostReason.MEDIA_REFUSED)  # the answer to our first offer is of no use
            else:
                self._tell(Confirmed(remote=self._remote))
        else:
            super()._on_confirmed(changed)
