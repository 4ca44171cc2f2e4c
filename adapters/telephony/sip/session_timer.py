"""Session timers (RFC 4028): a call whose other side died without a BYE ends after a while.

We ask for none ourselves. Where the far end asks, we agree; the refreshing is left to it unless it
wants us to do it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adapters.telephony.sip.deadlines import Deadline
from adapters.telephony.sip.wire import Request

MIN_SESSION_S = 90
_LONGEST_SESSION_S = 86_400
_RETRY_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTimer:
    """What was agreed.

    Attributes:
        interval_s: the session ends so long after the last refresh.
        we_refresh: whether refreshing is up to us.
        refresher: ``uac`` or ``uas``, seen from the request that agreed on it.
    """

    interval_s: int
    we_refresh: bool
    refresher: str

    @property
    def header(self) -> str:
        """Value of Session-Expires in our success."""
        return f"{self.interval_s};refresher={self.refresher}"

    @property
    def act_after_s(self) -> float:
        """When to refresh (half way), or to hang up for want of a refresh (RFC 4028, 10)."""
        if self.we_refresh:
            return self.interval_s / 2
        return self.interval_s - min(32.0, self.interval_s / 3)


def asked_for(request: Request) -> SessionTimer | None:
    """The session timer that an INVITE or UPDATE asks for; ``None`` when it asks for none.

    An interval below :data:`MIN_SESSION_S` is returned as it is: the caller answers it with 422.
    """
    text, _, params = request.header("session-expires").partition(";")
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        return None
    if "timer" not in [option.strip().lower() for option in request.values("supported")]:
        return None
    we_refresh = "refresher=uas" in params.lower().replace(" ", "")
    return SessionTimer(
        interval_s=min(int(text), _LONGEST_SESSION_S),
        we_refresh=we_refresh,
        refresher="uas" if we_refresh else "uac",
    )


class SessionWatch:
    """Reminds of the next refresh that is up to us, or of the end for want of one.

    Args:
        after: has something done later.
        act: what.

    Attributes:
        timer: what was agreed on last; ``None``: the session has no end.
    """

    def __init__(
        self,
        after: Callable[[float, Callable[[], None]], Deadline[Callable[[], None]]],
        act: Callable[[], None],
    ) -> None:
        self._after = after
        self._act = act
        self._due: Deadline[Callable[[], None]] | None = None
        self.timer: SessionTimer | None = None

    def begin(self, timer: SessionTimer | None) -> None:
        """The session was agreed on or refreshed now, with this timer."""
        self.end()
        self.timer = timer
        if timer is not None:
            self._due = self._after(timer.act_after_s, self._act)

    def again(self) -> None:
        """A refresh of ours was refused: the next one must come well before the session's end."""
        self.end()
        if self.timer is not None:
            self._due = self._after(min(_RETRY_S, self.timer.act_after_s), self._act)

    def end(self) -> None:
        """Remind of nothing more."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
