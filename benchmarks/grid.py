"""How far packets are from the 20 ms grid of their stream, from arrival times alone.

A stream's packets should arrive 20 ms apart. Packet ``k`` (counted by RTP timestamp, so that a
packet which was never sent leaves a gap in the grid and not a shift) is due at ``anchor + k *
20 ms``; its pacing error is how far off that it arrived, early or late. The anchor is the median
of ``arrival - k * 20 ms``, so that half of the packets come before it and a single late packet
moves nothing.

The anchor is laid anew each second. A stream that is evenly spaced but runs at 49.7 packets a
second is not charged for its drift here: the rate says that, in a figure of its own, and
:attr:`StreamPacing.drift_ms` holds the error against one grid for the whole time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.percentile import percentile

PACKET_S = 0.020
SAMPLES_PER_PACKET = 160
WINDOW_PACKETS = 50

Times = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamPacing:
    """One stream.

    Attributes:
        errors_ms: pacing error of each packet, by a grid laid anew each second.
        drift_ms: the same by one grid for the whole stream.
        intervals_ms: how far each gap between neighbours is from 20 ms.
        packets_per_s: the rate.
        missing: packets that the sequence numbers say should be there.
    """

    errors_ms: Times
    drift_ms: Times
    intervals_ms: Times
    packets_per_s: float
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacing:
    """All streams of a measurement.

    Attributes:
        streams: how many.
        packets: how many.
        p50_ms: of all packets' pacing errors.
        p99_ms: of all packets' pacing errors.
        worst_ms: of all packets' pacing errors.
        drift_p99_ms: p99 against one grid for the whole time.
        interval_p99_ms: p99 of the gaps' distance from 20 ms.
        slowest_packets_per_s: of all streams.
        missing: packets lost or never sent.
    """

    streams: int
    packets: int
    p50_ms: float
    p99_ms: float
    worst_ms: float
    drift_p99_ms: float
    interval_p99_ms: float
    slowest_packets_per_s: float
    missing: int


def off_grid_ms(arrivals_s: Times, index: npt.NDArray[np.int64], window: int) -> Times:
    """How far packets are from the grid, in milliseconds.

    Args:
        arrivals_s: when each packet arrived.
        index: each packet's place on the grid, rising.
        window: after so many places the grid is laid anew.
    """
    offsets = arrivals_s - index * PACKET_S
    windows = (index - index[0]) // window
    errors = np.empty_like(offsets)
    for number in np.unique(windows):
        here = windows == number
        errors[here] = np.abs(offsets[here] - np.median(offsets[here]))
    return errors * 1000


def stream_pacing(
    arrivals_ns: npt.NDArray[np.int64],
    sequences: npt.NDArray[np.int64],
    timestamps: npt.NDArray[np.int64],
) -> StreamPacing:
    """One stream's pacing.

    Args:
        arrivals_ns: when each packet arrived, in the order of arrival.
        sequences: RTP sequence numbers, 16 bits.
        timestamps: RTP timestamps, 32 bits.

    Raises:
        ValueError: fewer than two packets.
    """
    if len(arrivals_ns) < 2:
        raise ValueError("a stream needs two packets to have a pace")
    steps = _signed(np.diff(timestamps), 32)
    index = np.concatenate(([0], np.cumsum(steps))) // SAMPLES_PER_PACKET
    arrivals_s = (arrivals_ns - arrivals_ns[0]) / 1e9
    sent = int(_signed(np.diff(sequences), 16).sum()) + 1
    return StreamPacing(
        errors_ms=off_grid_ms(arrivals_s, index, WINDOW_PACKETS),
        drift_ms=off_grid_ms(arrivals_s, index, len(index) + int(index[-1]) + 1),
        intervals_ms=np.abs(np.diff(arrivals_s) - steps / SAMPLES_PER_PACKET * PACKET_S) * 1000,
        packets_per_s=(len(arrivals_s) - 1) / float(arrivals_s[-1]),
        missing=max(0, sent - len(arrivals_ns)),
    )


def pacing(streams: Iterable[StreamPacing]) -> Pacing:
    """All streams together: every packet counts the same.

    Raises:
        ValueError: no streams.
    """
    every = list(streams)
    if not every:
        raise ValueError("no stream arrived, so nothing can be said of its pace")
    errors = np.concatenate([stream.errors_ms for stream in every]).tolist()
    drift = np.concatenate([stream.drift_ms for stream in every]).tolist()
    intervals = np.concatenate([stream.intervals_ms for stream in every]).tolist()
    return Pacing(
        streams=len(every),
        packets=len(errors),
        p50_ms=percentile(errors, 50),
        p99_ms=percentile(errors, 99),
        worst_ms=max(errors),
        drift_p99_ms=percentile(drift, 99),
        interval_p99_ms=percentile(intervals, 99),
        slowest_packets_per_s=min(stream.packets_per_s for stream in every),
        missing=sum(stream.missing for stream in every),
    )


def _signed(steps: npt.NDArray[np.int64], bits: int) -> npt.NDArray[np.int64]:
    """Steps of a counter that wraps, as small signed numbers."""
    half = 1 << (bits - 1)
    return (steps + half) % (1 << bits) - half
