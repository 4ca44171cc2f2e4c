"""Pacing errors from arrival times."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.grid import pacing, stream_pacing

MS = 1_000_000


def stream(count=200, *, late_ms=None, step_ms=20.0, first_sequence=0, first_timestamp=0):
    """Packets that arrive every ``step_ms``; ``late_ms`` holds some back, by packet."""
    late = late_ms or {}
    arrivals = [int((k * step_ms + late.get(k, 0.0)) * MS) for k in range(count)]
    return (
        np.array(arrivals),
        (first_sequence + np.arange(count)) % 2**16,
        (first_timestamp + 160 * np.arange(count)) % 2**32,
    )


def test_an_even_stream_has_no_error():
    found = stream_pacing(*stream())
    assert found.errors_ms.max() == pytest.approx(0.0, abs=1e-6)
    assert found.packets_per_s == pytest.approx(50.0)
    assert found.missing == 0


def test_one_late_packet_is_charged_alone_and_in_full():
    found = stream_pacing(*stream(late_ms={70: 12.0}))
    assert found.errors_ms[70] == pytest.approx(12.0)
    assert np.delete(found.errors_ms, 70).max() == pytest.approx(0.0, abs=1e-6)


def test_an_early_packet_is_as_wrong_as_a_late_one():
    found = stream_pacing(*stream(late_ms={10: -4.0}))
    assert found.errors_ms[10] == pytest.approx(4.0)


def test_a_slow_clock_shows_as_rate_and_drift_and_hardly_as_pacing():
    found = stream_pacing(*stream(1000, step_ms=20.1))
    assert found.packets_per_s == pytest.approx(1000 / 20.1, rel=1e-3)
    assert found.errors_ms.max() < 2.6
    assert found.drift_ms.max() == pytest.approx(50.0, rel=0.01)


def test_a_packet_that_was_never_sent_is_missing_and_shifts_nothing():
    arrivals, sequences, timestamps = stream()
    keep = np.arange(len(arrivals)) != 120
    found = stream_pacing(arrivals[keep], sequences[keep], timestamps[keep])
    assert found.missing == 1
    assert found.errors_ms.max() == pytest.approx(0.0, abs=1e-6)
    assert found.intervals_ms.max() == pytest.approx(0.0, abs=1e-6)


def test_counters_that_wrap_are_followed():
    found = stream_pacing(*stream(first_sequence=65500, first_timestamp=2**32 - 3200))
    assert found.errors_ms.max() == pytest.approx(0.0, abs=1e-6)
    assert found.missing == 0


def test_a_shared_delay_is_no_pacing_error():
    arrivals, sequences, timestamps = stream()
    found = stream_pacing(arrivals + 35 * MS, sequences, timestamps)
    assert found.errors_ms.max() == pytest.approx(0.0, abs=1e-6)


@given(st.lists(st.floats(min_value=0, max_value=8), min_size=100, max_size=100))
def test_no_error_is_larger_than_the_spread_of_the_delays(delays):
    found = stream_pacing(*stream(100, late_ms=dict(enumerate(delays))))
    assert found.errors_ms.max() <= max(delays) - min(delays) + 1e-3


def test_all_packets_of_all_streams_count_the_same():
    even = stream_pacing(*stream(150))
    uneven = stream_pacing(*stream(50, late_ms=dict.fromkeys(range(0, 50, 10), 10.0)))
    found = pacing([even, uneven])
    assert (found.streams, found.packets) == (2, 200)
    assert found.worst_ms == pytest.approx(10.0)
    assert found.p99_ms == pytest.approx(10.0)
    assert found.p50_ms == pytest.approx(0.0, abs=1e-6)


def test_one_packet_has_no_pace():
    with pytest.raises(ValueError, match="two packets"):
        stream_pacing(*stream(1))


def test_no_stream_has_no_pace():
    with pytest.raises(ValueError, match="no stream"):
        pacing([])
