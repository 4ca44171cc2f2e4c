"""The jitter buffer in virtual time: a far end sends, a network delays, a round pops."""

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.telephony.media.counters import LegCounters
from adapters.telephony.media.jitter import JitterBuffer


def frame(number: int) -> bytes:
    return number.to_bytes(2, "big") * 80


def number_of(played: bytes | None) -> int | None:
    return None if played is None else int.from_bytes(played[:2], "big")


class Network:
    """Plays a stream whose packet ``n`` is sent at round ``n`` and comes ``delay(n)`` later."""

    def __init__(self, first_timestamp: int = 0) -> None:
        self.counters = LegCounters()
        self.buffer = JitterBuffer(self.counters, b"\xff")
        self.first_timestamp = first_timestamp

    def put(self, number: int) -> None:
        timestamp = (self.first_timestamp + number * 160) & 0xFFFFFFFF
        self.buffer.put(timestamp, frame(number))

    def play(self, rounds, delay) -> list[int | None]:
        """What each round played; ``delay(n)`` in rounds, ``None`` for lost."""
        arrivals: dict[int, list[int]] = {}
        for number in range(rounds):
            late = delay(number)
            if late is not None:
                arrivals.setdefault(number + late, []).append(number)
        played = []
        for round_ in range(rounds):
            for number in arrivals.get(round_, []):
                self.put(number)
            played.append(number_of(self.buffer.pop()))
        return played


def test_an_even_stream_is_played_whole_with_one_frame_of_delay():
    network = Network()
    played = network.play(200, lambda n: 0)
    assert played == [None, *range(199)]
    assert network.counters == LegCounters(pacing=network.counters.pacing)


def test_timestamps_may_wrap_round():
    assert Network(2**32 - 800).play(20, lambda n: 0) == [None, *range(19)]


def test_swapped_packets_are_played_in_order():
    network = Network()
    assert network.play(20, lambda n: 1 if n % 4 == 1 else 0) == [None, *range(19)]
    assert network.counters.late == 0


def test_a_packet_that_comes_twice_is_played_once():
    network = Network()
    network.put(0)
    network.put(1)
    network.put(1)
    network.put(0)
    assert [number_of(network.buffer.pop()) for _ in range(3)] == [0, 1, None]
    assert network.counters.duplicates == 2


def test_a_lost_packet_leaves_one_hole_and_no_delay():
    network = Network()
    played = network.play(60, lambda n: None if n == 20 else 0)
    assert played == [None, *range(20), None, *range(21, 59)]
    assert network.counters.concealed == 1


def test_a_delay_of_the_network_is_waited_for_and_nothing_is_lost():
    network = Network()
    played = network.play(60, lambda n: 0 if n < 20 else 3)
    heard = [number for number in played if number is not None]
    assert heard == list(range(len(heard)))
    assert played[-1] == 56
    assert network.counters.late == 0


def test_a_packet_after_its_time_is_counted_and_dropped():
    network = Network()
    network.play(20, lambda n: 0)
    network.put(3)
    assert network.counters.late == 1
    assert network.buffer.spare_frames == 1


def test_the_delay_shrinks_when_the_network_is_calm_again():
    network = Network()
    played = network.play(2000, lambda n: 4 if n < 20 else 0)
    assert played[100] == 95
    assert played[-1] >= 1997
    assert len(set(range(1997)) - set(played)) <= 4


def test_shrinking_is_tried_more_rarely_when_it_was_too_much():
    network = Network()
    played = network.play(12_000, lambda n: max(0, 3 - n % 300))
    holes = [round_ for round_, number in enumerate(played) if number is None]
    early = sum(round_ <= 6000 for round_ in holes)
    assert len(holes) - early < early < 30


def test_packets_that_keep_coming_late_one_by_one_are_waited_for():
    network = Network()
    network.play(1000, lambda n: 3 if n % 7 == 0 else 0)
    assert network.counters.late <= 10


def test_a_silence_of_the_far_end_neither_grows_the_delay_nor_swallows_the_next_word():
    network = Network()
    played = network.play(400, lambda n: None if 50 <= n % 200 < 150 else 0)
    spoken = [n for n in range(399) if not 50 <= n % 200 < 150]
    assert [number for number in played if number is not None] == spoken
    assert played[-1] == 398


def test_a_far_end_that_counts_anew_is_followed_at_once():
    network = Network()
    network.play(10, lambda n: 0)
    network.buffer.put(3_000_000_000, b"x" * 160)
    network.buffer.put(3_000_000_160, b"y" * 160)
    played = [network.buffer.pop() for _ in range(4)]
    assert b"x" * 160 in played
    assert b"y" * 160 in played


@pytest.mark.parametrize("samples", [80, 160, 240, 320, 480])
def test_packets_of_any_length_are_cut_to_20_ms(samples):
    counters = LegCounters()
    buffer = JitterBuffer(counters, b"\xff")
    stream = bytes(n // 160 % 251 for n in range(160 * 240))
    heard = b""
    sent = 0
    for round_ in range(240):
        while sent + samples <= min((round_ + 1) * 160, len(stream)):
            buffer.put(sent, stream[sent : sent + samples])
            sent += samples
        heard += buffer.pop() or b""
    assert heard == stream[: len(heard)]
    assert len(heard) >= len(stream) - 6 * 160


def test_a_partly_lost_frame_is_filled_up_with_silence():
    buffer = JitterBuffer(LegCounters(), b"\xff")
    for start in (0, 80, 160, 320, 400, 480, 560):
        buffer.put(start, b"a" * 80)
    played = [buffer.pop() for _ in range(3)]
    assert played == [b"a" * 160, b"a" * 80 + b"\xff" * 80, b"a" * 160]


def test_a_pile_of_packets_never_grows_beyond_half_a_second():
    network = Network()
    for number in range(5000):
        network.put(number)
        assert network.buffer.spare_frames <= 26
    assert number_of(network.buffer.pop()) == 5000 - 25


def test_time_that_was_skipped_is_not_played_afterwards():
    network = Network()
    for number in range(10):
        network.put(number)
    network.buffer.pop()
    network.buffer.skip(5)
    assert number_of(network.buffer.pop()) == 6


def test_random_jitter_and_loss_play_in_order_and_nearly_whole():
    chance = random.Random(3550)
    delays = [
        None if chance.random() < 0.02 else chance.choice([0, 0, 0, 1, 2]) for _ in range(2000)
    ]
    network = Network()
    heard = [number for number in network.play(2000, lambda n: delays[n]) if number is not None]
    assert heard == sorted(set(heard))
    assert len(heard) > 0.98 * sum(delay is not None for delay in delays)


def length_of(packet):
    return len(packet[1])


@settings(max_examples=settings().max_examples * 2)
@example(steps=[(0, 160), None, None, (4320, 1600)])
@given(
    st.lists(
        st.one_of(
            st.none(),
            st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 1600)),
            st.tuples(st.integers(0, 4000), st.integers(1, 500)),
        ),
        max_size=200,
    )
)
def test_no_order_of_packets_and_rounds_breaks_the_buffer(steps):
    buffer = JitterBuffer(LegCounters(), b"\xff")
    for step in steps:
        if step is None:
            played = buffer.pop()
            assert played is None or len(played) == 160
        else:
            timestamp, length = step
            buffer.put(timestamp, b"a" * length)
            held = buffer._packets
            assert not held or held[-1][0] + length_of(held[-1]) - held[0][0] <= (25 + 10) * 160
