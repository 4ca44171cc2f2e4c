"""Session timers (RFC 4028): a call whose other side died without a BYE ends after a while.

We ask for none ourselves. Where the far end asks, we agree; the refreshing is left to it unless it
wants us to do it.
"""

from __future__ import annotations

from dataclasses import dataclass

from adapters.telephony.sip.wire import Request

MIN_SESSION_S = 90
_LONGEST_SESSION_S = 86_400


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
