"""What the calls and the registration of an endpoint share: transactions, waits, deliveries.

A request is sent with a function that hears of its outcome; something can be done later; an owner
can be told. Calls know this and nothing else of the endpoint they live in.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from enum import Enum, auto
from random import Random
from typing import NamedTuple, Protocol

from aiosipua.message import SipRequest, SipResponse

from adapters.telephony.sip.access import Gate
from adapters.telephony.sip.address import HostPort, Networks
from adapters.telephony.sip.deadlines import Deadline, Deadlines
from adapters.telephony.sip.digest import answer_challenge
from adapters.telephony.sip.refusal import refusal
from adapters.telephony.sip.settings import EndpointSettings
from adapters.telephony.sip.timers import Timers
from adapters.telephony.sip.transaction import TransactionLayer, new_branch
from adapters.telephony.sip.transaction_events import ClientKey, ServerKey
from adapters.telephony.sip.wire import Request, Response, via_value


class Silence(Enum):
    """A request of ours that no final response came to."""

    NO_RESPONSE = auto()
    UNREACHABLE = auto()


Outcome = Response | Silence
OnOutcome = Callable[[Outcome], None]


class Tellable(Protocol):
    """A call, as far as telling its owner goes."""

    @property
    def id(self) -> str:
        """Fit for a log."""
        ...

    def hang_up(self) -> None:
        """End it."""
        ...


class Delivery(NamedTuple):
    """Something to tell an owner.

    Attributes:
        call: the call it is about, if it is about one.
        run: tells it.
    """

    call: Tellable | None
    run: Callable[[], None]


class Stack:
    """See the module.

    Args:
        settings: of the endpoint.
        gate: who may be sent to, and where the trunk is.
        sent_by: our address as the far side knows it.
        clock: seconds, never going back.
        random: for waits and identifiers that need not be secret.
        wake: called when there may be something to send or an earlier deadline.
        timers: of the transactions.

    Attributes:
        sent_by: as given.
        random: as given.
        wake: as given.
        layer: the transactions.
        timers: what is to be done later.
        deliveries: what owners are to be told.
        counts: what has been counted.
    """

    def __init__(
        self,
        settings: EndpointSettings,
        gate: Gate,
        *,
        sent_by: HostPort,
        clock: Callable[[], float],
        random: Random,
        wake: Callable[[], None],
        timers: Timers | None,
    ) -> None:
        self._settings = settings
        self._gate = gate
        self._clock = clock
        self.sent_by = sent_by
        self.random = random
        self.wake = wake
        self.layer = TransactionLayer(timers)
        self.timers: Deadlines[Callable[[], None]] = Deadlines()
        self.deliveries: deque[Delivery] = deque()
        self.counts: Counter[str] = self.layer.counts
        self._outcomes: dict[ClientKey, OnOutcome] = {}

    def __len__(self) -> int:
        return len(self.layer) + len(self.timers) + len(self.deliveries) + len(self._outcomes)

    @property
    def media_host(self) -> str:
        """The address that session descriptions give unless told otherwise."""
        return self.sent_by.host

    @property
    def reachable(self) -> Networks:
        """Networks that may be sent to."""
        return self._gate.networks

    # --- requests of ours -----------------------------------------------------------------------

    def request(
        self, request: SipRequest, destination: HostPort, on_outcome: OnOutcome
    ) -> ClientKey:
        """Send a request.

        Args:
            request: complete; not ACK, not CANCEL.
            destination: where it goes.
            on_outcome: hears each response that is ours to see, or the silence.
        """
        request.headers.set_single("User-Agent", self._settings.user_agent)
        key = self.layer.send_request(request, destination, self._clock())
        self._outcomes[key] = on_outcome
        return key

    def authorised(self, request: SipRequest, challenge: Response) -> SipRequest | None:
        """The request again, with credentials and the next number.

        ``None`` if we have none for whoever asks: only the trunk gets any.
        """
        trunk = self._settings.trunk
        if trunk is None or not self._gate.is_trunk(challenge.source):
            return None
        answer = answer_challenge(
            challenge, trunk.user, trunk.password, request.method, request.uri
        )
        if answer is None:
            return None
        again = SipRequest(
            headers=request.headers.copy(),
            body=request.body,
            method=request.method,
            uri=request.uri,
        )
        number = int((request.headers.get_first("cseq") or "0").split()[0]) + 1
        again.headers.get("via")[0] = via_value(self.sent_by, new_branch())
        again.headers.set_single("CSeq", f"{number} {request.method}")
        again.headers.set_single(*answer)
        return again

    def cancel(self, key: ClientKey) -> None:
        """Take an INVITE back."""
        self.layer.cancel(key, self._clock())

    def transmit(self, payload: bytes, destination: HostPort) -> None:
        """Send without a transaction: the ACK of a success."""
        self.layer.transmit(payload, destination)

    def heard(self, key: ClientKey, response: Response) -> None:
        """A response came."""
        on_outcome = self._outcomes.get(key)
        if on_outcome is not None:  # nobody waits for what a CANCEL comes to
            on_outcome(response)

    def settled(self, key: ClientKey, silence: Silence | None = None) -> None:
        """Nothing more can come; where nothing came, whoever waits hears of the silence."""
        on_outcome = self._outcomes.pop(key, None)
        if on_outcome is not None and silence is not None:
            on_outcome(silence)

    # --- responses of ours ----------------------------------------------------------------------

    def respond(self, key: ServerKey, response: SipResponse) -> bool:
        """Answer; ``False`` when it is too late."""
        response.headers.set_single("Server", self._settings.user_agent)
        if response.status_code >= 300:
            self.counts[f"refused-{response.status_code}"] += 1
        return self.layer.respond(key, response, self._clock())

    def refuse(
        self,
        key: ServerKey,
        request: Request,
        status: int,
        reason: str = "",
        *,
        to_tag: str = "",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Answer with a bare status, the headers that status calls for, and these."""
        response = refusal(
            request,
            status,
            reason,
            to_tag=to_tag,
            min_expires_s=self._settings.min_expires_s,
            random=self.random,
        )
        for name, value in headers:
            response.headers.append(name, value)
        self.respond(key, response)

    def acknowledged(self, key: ServerKey) -> None:
        """The ACK of our success came."""
        self.layer.acknowledged(key)

    # --- waits and deliveries -------------------------------------------------------------------

    def after(self, delay_s: float, action: Callable[[], None]) -> Deadline[Callable[[], None]]:
        """Have something done later."""
        return self.timers.set(self._clock() + delay_s, action)

    def tell(self, call: Tellable | None, run: Callable[[], None]) -> None:
        """Have an owner told, after all that is happening now."""
        self.deliveries.append(Delivery(call, run))
