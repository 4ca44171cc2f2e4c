from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.chain import BEGINNING
from recordings.segment import (
    MOST_SEALED_BYTES,
    Segment,
    SegmentError,
    SegmentHeader,
    is_recording_id,
    open_payload,
    parse,
    serialise,
)

U32 = st.integers(min_value=0, max_value=2**32 - 1)
HEADERS = st.builds(
    SegmentHeader,
    recording_id=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", fullmatch=True),
    call_id=st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    started_at_ms=st.integers(min_value=0, max_value=2**64 - 1),
    number=st.integers(min_value=1, max_value=2**32 - 1),
    samples=U32,
    silenced=st.just(0),
    final=st.booleans(),
    previous=st.binary(min_size=32, max_size=32),
).map(lambda header: replace(header, silenced=header.samples // 3))
SEGMENTS = st.builds(Segment, header=HEADERS, sealed=st.binary(max_size=100))

HEADER = SegmentHeader(
    recording_id="r1",
    call_id="c1",
    started_at_ms=1_700_000_000_000,
    number=1,
    samples=2,
    silenced=0,
    final=False,
    previous=BEGINNING,
)
FRAME = serialise(Segment(header=HEADER, sealed=b"sealed"))


@given(st.lists(SEGMENTS, max_size=4))
def test_segments_written_one_after_another_are_read_as_they_were(row: list[Segment]) -> None:
    data = b"".join(map(serialise, row))
    offset = 0
    for segment in row:
        read = parse(data, offset)
        assert read is not None
        assert read[0] == segment
        offset = read[1]
    assert offset == len(data)


@given(SEGMENTS, st.data())
def test_a_segment_that_was_cut_off_is_incomplete_and_not_wrong(
    segment: Segment, data: st.DataObject
) -> None:
    whole = serialise(segment)
    cut = data.draw(st.integers(min_value=0, max_value=len(whole) - 1))
    assert parse(whole[:cut]) is None


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda tail: FRAME[:6] + tail))
def test_any_bytes_give_a_segment_nothing_or_the_declared_error(data: bytes) -> None:
    try:
        read = parse(data)
    except SegmentError:
        return
    if read is not None:
        segment, end = read
        assert serialise(segment) == data[:end]


@given(SEGMENTS, st.data())
def test_a_changed_byte_never_gives_the_same_segment(segment: Segment, data: st.DataObject) -> None:
    whole = bytearray(serialise(segment))
    place = data.draw(st.integers(min_value=0, max_value=len(whole) - 1))
    whole[place] ^= data.draw(st.integers(min_value=1, max_value=255))
    try:
        read = parse(bytes(whole))
    except SegmentError:
        return
    assert read is None or read[0] != segment or read[1] != len(whole)


def test_the_frame_is_laid_out_as_documented() -> None:
    assert (
        b"CLSG\x01\x00\x02\x02"
        b"\x00\x00\x00\x01"
        b"\x00\x00\x00\x02"
        b"\x00\x00\x00\x00" + (1_700_000_000_000).to_bytes(8, "big") + bytes(32) + b"r1c1"
        b"\x00\x00\x00\x06sealed"
    ) == FRAME


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (0, b"RIFF", "no segment begins here"),
        (4, b"\x02", "version 2 of the framing is unknown, 1 was wanted"),
        (5, b"\x02", "flags 2 are unknown"),
        (8, b"\x00\x00\x00\x00", "numbered from 1"),
        (16, b"\x00\x00\x00\x03", "more samples were silenced than there are"),
        (60, b"/", "characters that are not allowed"),
        (60, b"\xff", "an id is no text"),
        (64, b"\xff", "the sealed part is too long"),
    ],
)
def test_a_wrong_header_is_refused_with_its_reason(place: int, value: bytes, message: str) -> None:
    wrong = FRAME[:place] + value + FRAME[place + len(value) :]
    with pytest.raises(SegmentError, match=message):
        parse(wrong)


@pytest.mark.parametrize(
    "header",
    [
        replace(HEADER, recording_id="../r1"),
        replace(HEADER, recording_id=""),
        replace(HEADER, recording_id="\ud800"),
        replace(HEADER, recording_id="r" * 300),
        replace(HEADER, call_id="c" * 256),
        replace(HEADER, call_id="\ud800"),
        replace(HEADER, number=0),
        replace(HEADER, number=2**32),
        replace(HEADER, samples=-1),
        replace(HEADER, silenced=3),
        replace(HEADER, started_at_ms=-1),
    ],
)
def test_what_the_framing_cannot_hold_is_not_written(header: SegmentHeader) -> None:
    with pytest.raises(SegmentError):
        serialise(Segment(header=header, sealed=b""))


def test_a_sealed_part_beyond_the_limit_is_not_written() -> None:
    with pytest.raises(SegmentError, match="too long"):
        serialise(Segment(header=HEADER, sealed=bytes(MOST_SEALED_BYTES + 1)))


@pytest.mark.parametrize("name", ["a", "2024-05-01_a.b", "A" * 100])
def test_names_that_can_be_files_are_recording_ids(name: str) -> None:
    assert is_recording_id(name)


@pytest.mark.parametrize("name", ["", ".a", "-a", "a/b", "a\n", "a\0", "é", "a" * 101, ".."])
def test_names_that_could_lead_elsewhere_are_not(name: str) -> None:
    assert not is_recording_id(name)


def test_the_payload_opens_only_under_its_own_header() -> None:
    payload = HEADER.encode() + b"12345678"
    assert open_payload(HEADER, payload) == b"12345678"
    for other in (
        replace(HEADER, final=True),
        replace(HEADER, number=2),
        replace(HEADER, silenced=1),
        replace(HEADER, call_id="c2"),
        replace(HEADER, previous=b"\1" * 32),
    ):
        with pytest.raises(SegmentError, match="not the one that was sealed"):
            open_payload(other, payload)
    for wrong in (b"1234567", b"123456789", b""):
        with pytest.raises(SegmentError, match="number of samples"):
            open_payload(HEADER, HEADER.encode() + wrong)
