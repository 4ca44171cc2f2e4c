"""Where a trunk is that one does not register with: looked up at the start, and now and then again.

A name that cannot be looked up, because the network came up later than the line, must not leave the
line without its trunk for good. The last address that was found stays until another is.
"""

from __future__ import annotations

from collections.abc import Callable

from adapters.telephony.sip.address import HostPort, is_ip_literal, parse_host_port
from adapters.telephony.sip.deadlines import Deadline
from adapters.telephony.sip.settings import TrunkSettings
from adapters.telephony.sip.stack import Stack

_FIRST_WAIT_S = 2.0
_LONGEST_WAIT_S = 60.0


class TrunkAddress:
    """The address of one trunk.

    Args:
        stack: the user agent it lives in.
        trunk: its name is looked up again every ``expires_s``; an IP literal is what it is.
        resolve: look it up; the answer comes through :meth:`resolved`.
        on_change: told ``(known, detail)`` when it cannot be looked up, and when it can again.
    """

    def __init__(
        self,
        stack: Stack,
        trunk: TrunkSettings,
        *,
        resolve: Callable[[], None],
        on_change: Callable[[bool, str], None],
    ) -> None:
        self._stack = stack
        self._again_after_s = float(trunk.expires_s)
        self._is_literal = is_ip_literal(parse_host_port(trunk.registrar)[0])
        self._resolve = resolve
        self._on_change = on_change
        self._failures = 0
        self._stopped = False
        self._due: Deadline[Callable[[], None]] | None = None

    def start(self) -> None:
        """Look it up, now and from then on."""
        self._due = None
        self._resolve()

    def resolved(self, address: HostPort | None) -> None:
        """The trunk's address, or ``None`` when its name cannot be looked up."""
        if self._stopped:
            return
        if address is None:
            self._failures += 1
            wait_s = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** min(self._failures - 1, 10))
            if self._failures == 1:
                self._on_change(
                    False, f"the name cannot be looked up; next attempt in {wait_s:.0f} s"
                )
            self._due = self._stack.after(wait_s, self.start)
            return
        if self._failures:
            self._failures = 0
            self._on_change(True, "the name can be looked up again")
        if not self._is_literal:
            self._due = self._stack.after(self._again_after_s, self.start)

    def stop(self) -> None:
        """Look it up no more."""
        self._stopped = True
        if self._due is not None:
            self._due.cancel()
            self._due = None
