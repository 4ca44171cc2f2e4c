"""Keys as telephone-events in virtual time; time is the number of the round."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.telephony.media.counters import LegCounters
from adapters.telephony.media.telephone_event import KEYS, EventReceiver, press

END = 0x80


def body(event: int, length: int, flags: int = 0) -> bytes:
    return struct.pack("!BBH", event, flags | 10, length)


class Keypad:
    """Feeds packets to a receiver, one per round, and keeps what it reports."""

    def __init__(self) -> None:
        self.counters = LegCounters()
        self.receiver = EventReceiver(self.counters)
        self.round = 0
        self.heard = ""

    def packet(self, timestamp: int, data: bytes, *, marker: bool = False) -> None:
        timestamp &= 0xFFFFFFFF
        self.heard += self.receiver.receive(timestamp, data, self.round, marker=marker) or ""
        self.round += 1


def sent(key: str, timestamp: int) -> list[tuple[int, bytes, bool]]:
    return [(timestamp, step.body, step.first) for step in press(key) if step is not None]


def test_each_key_is_reported_once_however_many_packets_it_takes():
    keypad = Keypad()
    for index, key in enumerate(KEYS):
        for timestamp, data, marker in sent(key, 1280 * index):
            keypad.packet(timestamp, data, marker=marker)
    assert keypad.heard == KEYS


@given(st.lists(st.booleans(), min_size=21, max_size=21))
def test_a_key_is_known_from_any_one_of_its_packets(kept):
    keypad = Keypad()
    packets = [packet for index in range(3) for packet in sent("7", 1280 * index)]
    for (timestamp, data, marker), keep in zip(packets, kept, strict=True):
        if keep:
            keypad.packet(timestamp, data, marker=marker)
    presses = {timestamp for (timestamp, _, _), keep in zip(packets, kept, strict=True) if keep}
    assert keypad.heard == "7" * len(presses)


def test_the_same_key_twice_is_two_keys_though_every_end_packet_was_lost():
    keypad = Keypad()
    for timestamp in (0, 1280):
        for length in (160, 320, 480):
            keypad.packet(timestamp, body(5, length), marker=length == 160)
    assert keypad.heard == "55"


def test_packets_in_the_wrong_order_make_no_second_press():
    keypad = Keypad()
    keypad.packet(0, body(1, 160), marker=True)
    keypad.packet(1280, body(2, 160), marker=True)
    keypad.packet(0, body(1, 800, END))
    keypad.packet(1280, body(2, 800, END))
    keypad.packet(1280, body(2, 320))
    assert keypad.heard == "12"


def test_a_press_of_more_than_eight_seconds_is_one_key():
    keypad = Keypad()
    for length in range(160, 65536, 160):
        keypad.packet(0, body(3, length), marker=length == 160)
    keypad.packet(0, body(3, 65535))
    for length in range(160, 4800, 160):
        keypad.packet(65535, body(3, length))
    keypad.packet(65535, body(3, 4800, END))
    assert keypad.heard == "3"


def test_a_sender_that_moves_the_timestamp_within_a_press_makes_one_key():
    keypad = Keypad()
    for step in range(6):
        keypad.packet(160 * step, body(4, 160 * (step + 1)), marker=step == 0)
    keypad.packet(160 * 6, body(4, 1120, END))
    assert keypad.heard == "4"


def test_timestamps_may_wrap_round_between_keys():
    keypad = Keypad()
    keypad.packet(2**32 - 200, body(1, 800, END), marker=True)
    keypad.packet(1000, body(2, 160), marker=True)
    keypad.packet(-200, body(1, 800, END))
    assert keypad.heard == "12"


def test_a_far_end_that_counts_anew_is_heard():
    keypad = Keypad()
    keypad.packet(1_000_000, body(1, 800, END), marker=True)
    keypad.packet(40, body(2, 160), marker=True)
    assert keypad.heard == "12"


def test_another_key_under_the_same_timestamp_is_a_key():
    keypad = Keypad()
    keypad.packet(0, body(1, 800, END), marker=True)
    keypad.packet(0, body(2, 160), marker=True)
    assert keypad.heard == "12"


@pytest.mark.parametrize("event", [12, 13, 14, 15, 16, 17, 66, 255])
def test_what_no_patient_can_press_is_ignored(event):
    keypad = Keypad()
    keypad.packet(0, body(event, 160), marker=True)
    assert keypad.heard == ""
    assert not keypad.receiver.muted(0)


def test_a_cut_off_body_is_counted():
    keypad = Keypad()
    keypad.packet(0, b"\x01\x0a\x00")
    assert keypad.counters.malformed == 1


def test_audio_is_muted_while_a_key_is_held_and_shortly_after():
    keypad = Keypad()
    assert not keypad.receiver.muted(0)
    for step in range(10):
        keypad.packet(0, body(1, 160 * (step + 1)), marker=step == 0)
        assert keypad.receiver.muted(step)
    keypad.packet(0, body(1, 1760, END))
    muted = [round_ for round_ in range(10, 30) if keypad.receiver.muted(round_)]
    assert muted == [10, 11, 12, 13]


def test_muting_ends_though_the_end_packets_were_lost():
    keypad = Keypad()
    keypad.packet(0, body(1, 160), marker=True)
    assert keypad.receiver.muted(5)
    assert not keypad.receiver.muted(6)


def test_a_sent_key_lasts_100_ms_ends_three_times_and_pauses_60_ms():
    steps = list(press("#"))
    bodies = [struct.unpack("!BBH", step.body) for step in steps if step is not None]
    assert [length for _, _, length in bodies] == [160, 320, 480, 640, 800, 800, 800]
    assert [bool(flags & END) for _, flags, _ in bodies] == [False] * 4 + [True] * 3
    assert {event for event, _, _ in bodies} == {11}
    assert [step.first for step in steps if step is not None] == [True] + [False] * 6
    assert len(steps) == 8


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.binary(max_size=8), st.booleans())))
def test_no_packet_breaks_the_receiver(packets):
    keypad = Keypad()
    for timestamp, data, marker in packets:
        keypad.packet(timestamp, data, marker=marker)
    assert set(keypad.heard) <= set(KEYS)


def test_a_sender_that_replays_recorded_keys_is_understood_though_its_time_runs_back():
    keypad = Keypad()
    for timestamp, key in ((13280, "1"), (43200, "5"), (31040, "3")):
        for stamp, data, marker in sent(key, timestamp):
            keypad.packet(stamp, data, marker=marker)
        keypad.round += 40
    assert keypad.heard == "153"


def test_a_marked_packet_that_comes_late_is_still_the_old_press():
    keypad = Keypad()
    first, second = sent("1", 0), sent("5", 1280)
    for timestamp, data, marker in (*first[1:], *second, first[0]):
        keypad.packet(timestamp, data, marker=marker)
    assert keypad.heard == "15"


def test_a_sender_that_moves_the_timestamp_of_every_end_packet_makes_one_key():
    keypad = Keypad()
    for step in range(6):
        keypad.packet(160 * step, body(4, 160 * (step + 1)), marker=step == 0)
    for step in range(6, 9):
        keypad.packet(160 * step, body(4, 1120, END))
    assert keypad.heard == "4"
    for timestamp, data, marker in sent("4", 2560):
        keypad.packet(timestamp, data, marker=marker)
    assert keypad.heard == "44"


def test_a_recorded_key_that_is_replayed_as_it_was_is_a_key_each_time():
    keypad = Keypad()
    for _ in range(3):
        for timestamp, data, marker in sent("1", 13280):
            keypad.packet(timestamp, data, marker=marker)
        keypad.round += 40
    assert keypad.heard == "111"


def test_a_key_that_is_held_while_the_stream_changes_is_one_key():
    keypad = Keypad()
    for length in (160, 320, 480):
        keypad.packet(0, body(6, length), marker=length == 160)
    keypad.receiver.reset()
    for flags, length in ((0, 640), (END, 800), (END, 800)):
        keypad.packet(3_000_000_000, body(6, length, flags))
    assert keypad.heard == "6"


@pytest.mark.parametrize(
    ("marker", "key", "length", "later"),
    [(True, 6, 640, 0), (False, 7, 640, 0), (False, 6, 160, 0), (False, 6, 640, 6)],
)
def test_another_press_in_another_stream_is_a_key(marker, key, length, later):
    keypad = Keypad()
    for held in (160, 320, 480):
        keypad.packet(0, body(6, held), marker=held == 160)
    keypad.receiver.reset()
    keypad.round += later
    keypad.packet(9000, body(key, length), marker=marker)
    assert keypad.heard == f"6{key}"


def test_the_same_key_in_another_stream_after_its_end_is_another_key():
    keypad = Keypad()
    keypad.packet(0, body(6, 800, END), marker=True)
    keypad.receiver.reset()
    keypad.packet(9000, body(6, 960))
    assert keypad.heard == "66"
