"""Whose packets a leg takes, and where its own go: symmetric RTP (RFC 4961) and its abuse.

A far end behind NAT sends from another port, or another host, than its SDP says; the answer has to
go back where its packets come from. An attacker who guesses the port must not be able to take a
call over by sending to it. So:

- The address of the SDP is taken at once, and so is another port of the same host while nothing
  else was heard. Another host is followed only where the site says that phones stand behind NAT.
- Somebody new is followed after three packets in a row, into which the present far end sent
  nothing; once half a second was heard, or anything at all from the very address of the SDP, only
  after the present one was silent for a second.
- Who sends from the very address of the SDP is followed at once, whoever was quicker.

No sockets, no clock: time is the number of the wheel's round (20 ms).
"""

from __future__ import annotations

Address = tuple[str, int]
"""Host (an IP literal) and port."""

_IN_A_ROW = 3
_SETTLED_PACKETS = 25
_SILENT_ROUNDS = 50


class Latch:
    """The far end's address.

    Args:
        host: of the SDP.
        port: of the SDP.
        any_host: follow the far end to another host.

    Attributes:
        remote: where to send now.
    """

    __slots__ = (
        "_any_host",
        "_candidate",
        "_declared",
        "_heard",
        "_in_a_row",
        "_round",
        "remote",
    )

    def __init__(self, host: str, port: int, *, any_host: bool) -> None:
        self.remote: Address = (host, port)
        self._declared = self.remote
        self._any_host = any_host
        self._heard = 0
        self._round = 0
        self._candidate: Address | None = None
        self._in_a_row = 0

    def accept(self, source: Address, round_: int) -> bool:
        """Whether a valid packet from ``source`` belongs to this call; may move :attr:`remote`."""
        if source == self.remote:
            self._heard += 1
            self._round = round_
            self._candidate = None
            return True
        if source == self._declared:
            return self._follow(source, round_)
        same_host = source[0] == self._declared[0]
        if source[1] == 0 or (not same_host and not self._any_host):
            return False
        settled = self._heard >= _SETTLED_PACKETS or (
            self._heard > 0 and self.remote == self._declared
        )
        if settled and round_ - self._round < _SILENT_ROUNDS:
            return False
        if source != self._candidate:
            self._candidate = source
            self._in_a_row = 0
        self._in_a_row += 1
        first_of_all = self._heard == 0 and same_host
        if not first_of_all and self._in_a_row < _IN_A_ROW:
            return False
        return self._follow(source, round_)

    def _follow(self, source: Address, round_: int) -> bool:
        self.remote = source
        self._heard = 1
        self._round = round_
        self._candidate = None
        return True
