"""Whatever was done to a recording's file is found, and the rest still opens."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adapters.stores.identities import read_identity
from adapters.stores.recording_file import open_recording, read_report
from calls.ports import VaultError
from recordings.chain import Flaw
from tests.adapters.stores.recorded import (
    CALL,
    SEGMENT,
    OpenVault,
    flaws,
    frames_of,
    sealed,
)


@pytest.fixture
def five(open_vault: OpenVault) -> list[bytes]:
    """Five segments of one recording, then five of another."""
    vault = open_vault()
    for seed, name in enumerate(("r1", "r2")):
        sealed(vault, name, 4 * SEGMENT + 10, seed)
    return frames_of(vault.path_of("r1")) + frames_of(vault.path_of("r2"))


def flip(frame: bytes, place: int) -> bytes:
    return frame[:place] + bytes([frame[place] ^ 1]) + frame[place + 1 :]


def test_every_kind_of_tampering_is_found_and_the_rest_still_opens(
    five: list[bytes], tmp_path: Path, keys: Path
) -> None:
    a, b, c, d, e, *other = five
    identity = read_identity(keys / "records.identity")
    path = tmp_path / "t.sealed"
    cases: dict[str, tuple[list[bytes], list[tuple[int, str]], int]] = {
        "whole": ([a, b, c, d, e], [], 5),
        "a gap": ([a, b, d, e], [(3, "missing")], 4),
        "a gap at the beginning": ([b, c, d, e], [(1, "missing")], 4),
        "a swap": ([a, c, b, d, e], [(2, "moved")], 5),
        "a repetition": ([a, b, b, c, d, e], [(2, "repeated")], 5),
        "a cut at the end": ([a, b, c], [(3, "truncated")], 3),
        "a segment of another recording": (
            [a, b, other[2], d, e],
            [(3, "foreign"), (3, "missing")],
            4,
        ),
        "a segment of another recording in front": ([other[0], a, b, c, d, e], [(1, "foreign")], 5),
        "an edit in the sealed part": ([a, b, flip(c, 9000), d, e], [(3, "edited")], 4),
        "an edit of the last segment": ([a, b, c, d, flip(e, 100)], [(5, "edited")], 4),
        "an edit in the header": ([a, flip(b, 15), c, d, e], [(2, "edited")], 4),
        "an edited mark": ([a, flip(b, 0), c, d, e], [(1, "unreadable"), (2, "missing")], 4),
        "an edited length": (
            [a, b[:65] + b"\xff" + b[66:], c, d, e],
            [(1, "unreadable"), (2, "missing")],
            4,
        ),
        "bytes between": ([a, b, b"what is this", c, d, e], [(2, "unreadable")], 5),
        "bytes behind": ([a, b, c, d, e, b"what is this"], [(5, "unreadable")], 5),
    }
    for name, (frames, expected, readable) in cases.items():
        path.write_bytes(b"".join(frames))
        recording = open_recording(path, identity)
        assert flaws(recording.report.findings) == expected, name
        assert len(recording.left) // (2 * SEGMENT) == readable - (e in frames), name


def test_a_segment_opens_under_no_other_name_call_or_place(
    five: list[bytes], tmp_path: Path, keys: Path
) -> None:
    """The header says so in the clear; what was sealed has a copy of it that does not agree."""
    segment = five[1]
    identity = read_identity(keys / "records.identity")
    path = tmp_path / "t.sealed"
    assert (segment[60:62], segment[62:64]) == (b"r1", CALL.encode())
    number, start, previous, recording, call = 11, 27, 40, 61, 63
    for place in (number, start, previous, recording, call):
        path.write_bytes(flip(segment, place))
        with pytest.raises(VaultError, match="no segment opens"):
            open_recording(path, identity)


def test_without_an_identity_everything_but_an_edited_end_is_found(
    five: list[bytes], tmp_path: Path
) -> None:
    a, b, c, d, e, *_ = five
    path = tmp_path / "t.sealed"
    for frames, expected in (
        ([a, b, c, d, e], []),
        ([a, flip(b, 9000), c, d, e], [(2, "edited")]),
        ([a, c, d, e], [(2, "missing")]),
        ([a, b, c, d], [(4, "truncated")]),
    ):
        path.write_bytes(b"".join(frames))
        assert flaws(read_report(path).findings) == expected


def test_a_segment_after_the_end_is_found(five: list[bytes], tmp_path: Path, keys: Path) -> None:
    a, b, c, d, e, *_ = five
    path = tmp_path / "t.sealed"
    final = bytearray(b)
    final[5] = 1
    path.write_bytes(a + bytes(final) + c + d + e)
    recording = open_recording(path, read_identity(keys / "records.identity"))
    assert set(flaws(recording.report.findings)) >= {
        (2, "edited"),
        (3, "beyond-end"),
        (4, "beyond-end"),
        (5, "beyond-end"),
    }


def test_bytes_that_were_never_a_recording_are_reported(tmp_path: Path, keys: Path) -> None:
    identity = read_identity(keys / "records.identity")
    path = tmp_path / "t.sealed"
    for data, expected in (
        (b"", [(0, "truncated")]),
        (b"CLS", [(0, "truncated")]),
        (b"RIFF" * 50, [(0, "truncated"), (0, "unreadable")]),
        (b"CLSG" * 50, [(0, "truncated"), (0, "unreadable")]),
    ):
        path.write_bytes(data)
        recording = open_recording(path, identity)
        assert (recording.left, recording.right) == (b"", b"")
        assert flaws(recording.report.findings) == expected


def test_any_change_to_a_recording_is_found_and_none_crashes_the_reader(
    open_vault: OpenVault, tmp_path: Path, keys: Path
) -> None:
    vault = open_vault()
    sealed(vault, "r1", 10)
    whole = vault.path_of("r1").read_bytes()
    identity = read_identity(keys / "records.identity")
    path = tmp_path / "t.sealed"
    dice = np.random.default_rng(11)
    for turn in range(600):
        data = bytearray(whole)
        for _ in range(int(dice.integers(1, 4))):
            data[int(dice.integers(0, len(data)))] ^= int(dice.integers(1, 256))
        if turn % 3 == 0:
            data = data[: int(dice.integers(0, len(data)))]
        if data == whole:
            continue
        path.write_bytes(data)
        try:
            findings = open_recording(path, identity).report.findings
        except VaultError:
            continue  # its only segment does not open
        assert findings


def test_flaws_have_the_names_that_reports_show() -> None:
    assert {flaw.value for flaw in Flaw} == {
        "missing",
        "moved",
        "repeated",
        "edited",
        "foreign",
        "unreadable",
        "truncated",
        "beyond-end",
    }
