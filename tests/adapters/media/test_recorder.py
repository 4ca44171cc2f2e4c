from adapters.telephony.media.g711 import PCMA, PCMU
from adapters.telephony.media.recorder import Recorder


class Tape:
    def __init__(self):
        self.left = b""
        self.right = b""
        self.stretches = 0

    def __call__(self, left, right):
        assert len(left) == len(right) > 0
        assert len(left) % 320 == 0
        self.left += left
        self.right += right
        self.stretches += 1


LOUD_U = PCMU.encode(b"\x10\x20" * 160)
LOUD_A = PCMA.encode(b"\x10\x30" * 160)


def test_both_sides_are_handed_over_apart_and_equally_long():
    tape = Tape()
    recorder = Recorder(tape)
    for _ in range(25):
        recorder.add(LOUD_U, PCMU, LOUD_A, PCMA)
    recorder.flush()
    assert tape.left == PCMU.decode(LOUD_U) * 25
    assert tape.right == PCMA.decode(LOUD_A) * 25
    assert tape.stretches == 3


def test_a_missing_side_is_silence():
    tape = Tape()
    recorder = Recorder(tape)
    recorder.add(LOUD_U, PCMU, None, PCMU)
    recorder.add(None, PCMU, LOUD_U, PCMU)
    recorder.flush()
    assert tape.left == PCMU.decode(LOUD_U) + bytes(320)
    assert tape.right == bytes(320) + PCMU.decode(LOUD_U)


def test_the_law_may_change_in_the_middle():
    tape = Tape()
    recorder = Recorder(tape)
    recorder.add(LOUD_U, PCMU, LOUD_U, PCMU)
    recorder.add(LOUD_A, PCMA, LOUD_U, PCMU)
    recorder.flush()
    assert tape.left == PCMU.decode(LOUD_U) + PCMA.decode(LOUD_A)
    assert len(tape.right) == 640


def test_skipped_time_is_silence_on_both_sides_in_its_place():
    tape = Tape()
    recorder = Recorder(tape)
    recorder.add(LOUD_U, PCMU, LOUD_U, PCMU)
    recorder.fill(120)
    recorder.add(LOUD_U, PCMU, LOUD_U, PCMU)
    recorder.flush()
    assert tape.left == tape.right == PCMU.decode(LOUD_U) + bytes(320 * 120) + PCMU.decode(LOUD_U)


def test_an_empty_recording_is_no_stretch():
    tape = Tape()
    Recorder(tape).flush()
    assert tape.stretches == 0
