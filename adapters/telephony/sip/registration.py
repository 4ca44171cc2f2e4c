"""Registering with a trunk, and staying registered (RFC 3261, 10.2).

A failure is retried after 2, 4, 8, ... at most 60 seconds, and the registrar's name is looked up
again first. The owner hears of each change between registered and not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import Enum, auto

from aiosipua.message import SipRequest

from adapters.telephony.sip.address import HostPort
from adapters.telephony.sip.deadlines import Deadline
from adapters.telephony.sip.dialler import registrar_host
from adapters.telephony.sip.errors import BadMessage
from adapters.telephony.sip.settings import TrunkSettings
from adapters.telephony.sip.stack import Outcome, Silence, Stack
from adapters.telephony.sip.transaction import new_branch
from adapters.telephony.sip.uri import name_addr, parse_uri
from adapters.telephony.sip.wire import Response, via_value

_FIRST_WAIT_S = 2.0
_LONGEST_WAIT_S = 60.0
_SHORTEST_REFRESH_S = 5.0
_STALE = re.compile(r'\bstale\s*=\s*"?true\b', re.IGNORECASE)


class RegistrationState(Enum):
    """Where a registration stands."""

    IDLE = auto()
    RESOLVING = auto()
    REGISTERING = auto()
    REGISTERED = auto()
    WAITING = auto()
    LEAVING = auto()


class Step(Enum):
    """What moves a registration on."""

    BEGIN = auto()
    RESOLVED = auto()
    ACCEPTED = auto()
    FAILED = auto()
    LEAVE = auto()
    DONE = auto()


_R = RegistrationState
TABLE: Mapping[RegistrationState, Mapping[Step, RegistrationState]] = {
    _R.IDLE: {Step.BEGIN: _R.RESOLVING},
    _R.RESOLVING: {
        Step.RESOLVED: _R.REGISTERING,
        Step.FAILED: _R.WAITING,
        Step.LEAVE: _R.LEAVING,
    },
    _R.REGISTERING: {
        Step.ACCEPTED: _R.REGISTERED,
        Step.FAILED: _R.WAITING,
        Step.LEAVE: _R.LEAVING,
    },
    _R.REGISTERED: {Step.BEGIN: _R.RESOLVING, Step.LEAVE: _R.LEAVING},
    _R.WAITING: {Step.BEGIN: _R.RESOLVING, Step.LEAVE: _R.LEAVING},
    _R.LEAVING: {Step.ACCEPTED: _R.IDLE, Step.FAILED: _R.IDLE, Step.DONE: _R.IDLE},
}


class TrunkRegistration:
    """One account at one registrar.

    Args:
        stack: the user agent it lives in.
        trunk: the account.
        tag: of From.
        call_id: of all its REGISTERs.
        resolve: look the registrar up; the answer comes through :meth:`resolved`.
        on_change: told ``(registered, detail)``.
    """

    def __init__(
        self,
        stack: Stack,
        trunk: TrunkSettings,
        *,
        tag: str,
        call_id: str,
        resolve: Callable[[], None],
        on_change: Callable[[bool, str], None],
    ) -> None:
        self._stack = stack
        self._trunk = trunk
        self._tag = tag
        self._call_id = call_id
        self._resolve = resolve
        self._on_change = on_change
        self.state = RegistrationState.IDLE
        self.is_registered = False
        self._address: HostPort | None = None
        self._cseq = 0
        self._expires_s = trunk.expires_s
        self._failures = 0
        self._challenges = 0
        self._due: Deadline[Callable[[], None]] | None = None

    def start(self) -> None:
        """Register, and from then on stay registered."""
        self._due = None
        if self._step(Step.BEGIN):
            self._resolve()

    def resolved(self, address: HostPort | None) -> None:
        """The registrar's address, or ``None`` when its name cannot be looked up."""
        if self.state is not RegistrationState.RESOLVING:
            return
        if address is None:
            self._fail("the registrar's name cannot be looked up")
            return
        self._address = address
        self._step(Step.RESOLVED)
        self._challenges = 0
        self._send(self._request(self._expires_s))

    def stop(self) -> None:
        """Unregister, if registered; no retries."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if self._step(Step.LEAVE):
            if self.is_registered:
                self.is_registered = False
                self._challenges = 0
                self._send(self._request(0))
            else:
                self._step(Step.DONE)

    def _request(self, expires_s: int) -> SipRequest:
        at = registrar_host(self._trunk)
        self._cseq += 1
        request = SipRequest(method="REGISTER", uri=f"sip:{at}")
        headers = request.headers
        headers.append("Via", via_value(self._stack.sent_by, new_branch()))
        headers.set_single("Max-Forwards", "70")
        headers.set_single("From", f"<sip:{self._trunk.user}@{at}>;tag={self._tag}")
        headers.set_single("To", f"<sip:{self._trunk.user}@{at}>")
        headers.set_single("Call-ID", self._call_id)
        headers.set_single("CSeq", f"{self._cseq} REGISTER")
        headers.set_single("Contact", f"<{self._contact}>")
        headers.set_single("Expires", str(expires_s))
        return request

    @property
    def _contact(self) -> str:
        return f"sip:{self._trunk.user}@{self._stack.sent_by}"

    def _send(self, request: SipRequest) -> None:
        assert self._address is not None
        self._stack.request(request, self._address, lambda o: self._on_outcome(request, o))

    def _on_outcome(self, request: SipRequest, outcome: Outcome) -> None:
        if isinstance(outcome, Silence):
            self._fail("the registrar does not answer")
        elif outcome.status < 200:
            return
        elif outcome.status < 300:
            self._succeed(outcome)
        elif outcome.status in (401, 407) and self._may_authorise(outcome):
            again = self._stack.authorised(request, outcome)
            if again is None:
                self._fail("the registrar's challenge cannot be answered")
                return
            self._challenges += 1
            self._cseq += 1
            self._send(again)
        elif outcome.status == 423 and self._longer(outcome):
            self._challenges = 0
            self._send(self._request(self._expires_s))
        else:
            self._fail(f"the registrar answers {outcome.status}")

    def _may_authorise(self, challenge: Response) -> bool:
        """The first challenge, and one more for a nonce that ran out on the way (RFC 7616, 3.3)."""
        if self._challenges == 0:
            return True
        name = "www-authenticate" if challenge.status == 401 else "proxy-authenticate"
        stale = any(_STALE.search(value) for value in challenge.values(name))
        return stale and self._challenges == 1

    def _longer(self, response: Response) -> bool:
        text = response.header("min-expires").strip()
        if not (text.isascii() and text.isdigit() and len(text) <= 6):
            return False
        longer = int(text) > self._expires_s
        self._expires_s = max(self._expires_s, int(text))
        return longer and self.state is RegistrationState.REGISTERING

    def _succeed(self, response: Response) -> None:
        left = self.state is RegistrationState.LEAVING
        if not self._step(Step.ACCEPTED) or left:
            return
        self._failures = 0
        granted_s = self._granted_s(response)
        margin_s = min(30.0, granted_s / 4)
        self._due = self._stack.after(max(_SHORTEST_REFRESH_S, granted_s - margin_s), self.start)
        if not self.is_registered:
            self.is_registered = True
            self._on_change(True, f"registered for {granted_s} s")

    def _granted_s(self, response: Response) -> int:
        for value in response.values("contact"):
            try:
                contact = name_addr(value)
                ours = parse_uri(contact.uri)
            except BadMessage:
                continue
            text = contact.params.get("expires") or ""
            same = ours.user == self._trunk.user and ours.port == self._stack.sent_by.port
            if same and text.isascii() and text.isdigit() and len(text) <= 9:
                return int(text)
        text = response.header("expires").strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 60

    def _fail(self, detail: str) -> None:
        left = self.state is RegistrationState.LEAVING
        if not self._step(Step.FAILED) or left:
            return
        self._failures += 1
        wait_s = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** min(self._failures - 1, 10))
        self._due = self._stack.after(wait_s, self.start)
        if self.is_registered or self._failures == 1:
            self.is_registered = False
            self._on_change(False, f"{detail}; next attempt in {wait_s:.0f} s")

    def _step(self, step: Step) -> bool:
        after = TABLE[self.state].get(step)
        if after is None:
            return False
        self.state = after
        return True
