"""The jitter buffer: packets in whatever order they come, 20 ms frames out, one each round.

It holds no clock. What it knows of the network is how much is left over at each ``pop``:

- Nothing there: the next packet is late or lost, or the far end is silent. The play position stays
  (the time is *owed*), so that a late packet is still played: the delay has grown by just what
  was needed. If instead the next packet shows that time went on meanwhile (a loss, the end of a
  silence), what is owed is taken off and the delay is what it was.
- A packet behind its time, twice within five seconds: one frame is waited, the delay grows.
- Always two frames or more to spare over five seconds: one frame is dropped, the delay shrinks.
  When an underrun follows soon, that was too much, and the next attempt waits twice as long.
- Half a second's worth piled up: the oldest go at once.

Packets of any length are cut to 20 ms, for far ends that send 10, 30 or 60 ms at a time.
"""

from __future__ import annotations

from bisect import bisect_left

from adapters.telephony.media.counters import LegCounters
from adapters.telephony.media.g711 import SAMPLES_PER_FRAME as FRAME

_DEPTH_AT_START = 1
_DEPTH_TO_SPARE = 2
_DEEP = 5
_MOST = 25 * FRAME
_JUMP = 50 * FRAME
_LATE_TO_GROW = 2
_CALM_POPS = 250
_CALM_POPS_WHEN_DEEP = 25
_CALM_POPS_AT_MOST = 16 * _CALM_POPS
_HALF = 1 << 31
_MASK = (1 << 32) - 1


class JitterBuffer:
    """One stream's buffer.

    Args:
        counters: late and duplicate packets and filled stretches are counted here.
        filler: the byte that stands for silence inside a frame of which only a part came.
    """

    __slots__ = (
        "_calm_pops",
        "_counters",
        "_filler",
        "_hold",
        "_late",
        "_least_spare",
        "_owed",
        "_packets",
        "_play",
        "_pops",
        "_reference",
        "_shrunk",
        "_waiting",
    )

    def __init__(self, counters: LegCounters, filler: bytes) -> None:
        self._counters = counters
        self._filler = filler
        self._calm_pops = _CALM_POPS
        self.reset()

    def reset(self) -> None:
        """Forget everything: another stream begins."""
        self._packets: list[tuple[int, bytes]] = []
        self._play: int | None = None
        self._reference = 0
        self._owed = 0
        self._hold = 0
        self._waiting = _DEPTH_AT_START
        self._shrunk = False
        self._observe_anew()

    @property
    def spare_frames(self) -> int:
        """Whole frames that are buffered from the play position on, holes included."""
        if not self._packets or self._play is None:
            return 0
        last, payload = self._packets[-1]
        return (last + len(payload) - self._play) // FRAME

    def put(self, timestamp: int, payload: bytes) -> None:
        """Take in a packet.

        Args:
            timestamp: of RTP, 32 bits.
            payload: one byte per sample, not empty.
        """
        if self._play is None:
            self._play = self._reference = timestamp
        # Timestamps wrap round; from here on they are counted on without end.
        at = self._reference + ((timestamp - self._reference + _HALF) & _MASK) - _HALF
        if at + len(payload) <= self._play:
            if self._play - at <= _JUMP:
                self._come_late()
                return
            self.reset()
            self._play = at
        self._reference = at
        packets = self._packets
        if not packets or at > packets[-1][0]:
            packets.append((at, payload))
        else:
            place = bisect_left(packets, at, key=_timestamp)
            if packets[place][0] == at:
                self._counters.duplicates += 1
                return
            packets.insert(place, (at, payload))
        while packets[-1][0] - packets[0][0] >= _MOST:
            packets.pop(0)
            self._play = packets[0][0]

    def pop(self) -> bytes | None:
        """The next 20 ms, or ``None`` where there is nothing to play."""
        play = self._play
        if play is None:
            return None
        packets = self._packets
        if not packets:
            self._underrun()
            return None
        if self._waiting:
            if self.spare_frames <= self._waiting:
                self._waiting -= 1
                return None
            self._waiting = 0
        if self._hold:
            self._hold -= 1
            self._counters.concealed += 1
            return None
        hole = packets[0][0] - play
        if self._owed:
            elapsed = min(hole, self._owed)
            if elapsed > 0:
                play += elapsed
                hole -= elapsed
            if hole <= 0 and elapsed < self._owed <= _MOST:
                self._delay_grew()
            self._owed = 0
        if hole > _JUMP:
            play += hole
            hole = 0
        if hole == 0 and len(packets[0][1]) == FRAME:
            self._play = play + FRAME
            frame: bytes | None = packets.pop(0)[1]
        elif hole >= FRAME:
            self._play = play + FRAME
            self._counters.concealed += 1
            frame = None
        else:
            last, payload = packets[-1]
            self._play = play
            if last + len(payload) < play + FRAME:
                self._underrun()
                return None
            frame = self._cut(play)
            self._play = play + FRAME
        self._observe()
        return frame

    def skip(self, frames: int) -> None:
        """Let time pass without playing: the wheel was held up."""
        if self._play is not None and self._packets:
            self._drop_until(min(self._play + frames * FRAME, self._packets[-1][0]))

    def _underrun(self) -> None:
        if self._owed == 0:
            self._counters.concealed += 1
        self._owed += FRAME

    def _come_late(self) -> None:
        self._counters.late += 1
        self._late += 1
        if self._late >= _LATE_TO_GROW:
            self._hold = 1
            self._delay_grew()

    def _delay_grew(self) -> None:
        if self._shrunk:
            self._calm_pops = min(2 * self._calm_pops, _CALM_POPS_AT_MOST)
            self._shrunk = False
        self._observe_anew()

    def _cut(self, play: int) -> bytes:
        """160 samples from ``play`` on, out of packets of any length."""
        packets = self._packets
        end = play + FRAME
        parts = []
        while play < end and packets:
            at, payload = packets[0]
            if at > play:
                part = self._filler * (min(at, end) - play)
            else:
                part = payload[play - at : end - at]
            parts.append(part)
            play += len(part)
            if at + len(payload) <= play:
                packets.pop(0)
        return b"".join(parts)

    def _observe_anew(self) -> None:
        self._pops = self._late = 0
        self._least_spare = _MOST

    def _observe(self) -> None:
        spare = self.spare_frames
        self._least_spare = min(self._least_spare, spare)
        self._pops += 1
        if self._pops >= self._calm_pops or (
            self._pops >= _CALM_POPS_WHEN_DEEP and self._least_spare >= _DEEP
        ):
            if self._least_spare >= _DEPTH_TO_SPARE and self._play is not None:
                self._drop_until(self._play + FRAME)
                self._shrunk = True
            self._observe_anew()

    def _drop_until(self, play: int) -> None:
        packets = self._packets
        while packets and packets[0][0] + len(packets[0][1]) <= play:
            packets.pop(0)
        self._play = play


def _timestamp(packet: tuple[int, bytes]) -> int:
    return packet[0]
