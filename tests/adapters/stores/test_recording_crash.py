"""A crash costs at most the last segment; a disk that is full or slow costs audio, never a call."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from adapters.stores.identities import Recipients, parse_recipient, read_identity
from adapters.stores.recording_file import open_recording
from adapters.stores.sealed_file import SealedFile
from adapters.stores.sealing_writer import AgeWriter, SealingThread
from calls.ports import VaultError
from tests.adapters.stores.recorded import (
    CALL,
    SEGMENT,
    LimitFileSize,
    OpenVault,
    flaws,
    frames_of,
    opened,
    record,
    sealed,
    settled,
)


def test_a_crash_costs_at_most_the_segment_that_was_being_filled(
    open_vault: OpenVault, tmp_path: Path, keys: Path
) -> None:
    vault = open_vault()
    writer = vault.create("r1", CALL)
    left, right = record(writer, 2 * SEGMENT + 39_999)
    settled(vault)
    crashed = tmp_path / "crashed.sealed"
    crashed.write_bytes(vault.path_of("r1").read_bytes())
    recording = open_recording(crashed, read_identity(keys / "records.identity"))
    assert (recording.left, recording.right) == (left[: 4 * SEGMENT], right[: 4 * SEGMENT])
    assert flaws(recording.report.findings) == [(2, "truncated")]


def test_the_vault_goes_on_beside_what_a_crash_left(open_vault: OpenVault, keys: Path) -> None:
    crashed = open_vault().path_of("r1")
    crashed.write_bytes(b"CLSG")
    vault = open_vault()
    with pytest.raises(VaultError, match="used once"):
        vault.create("r1", CALL)
    left, _ = sealed(vault, "r2", 100)
    assert opened(vault, "r2", keys).left == left
    assert crashed.read_bytes() == b"CLSG"


def test_a_file_cut_anywhere_opens_up_to_its_last_whole_segment(
    open_vault: OpenVault, tmp_path: Path, keys: Path
) -> None:
    vault = open_vault()
    left, _ = sealed(vault, "r1", 2 * SEGMENT + 10)
    frames = frames_of(vault.path_of("r1"))
    identity = read_identity(keys / "records.identity")
    cut = tmp_path / "cut.sealed"
    for whole in range(3):
        before = b"".join(frames[:whole])
        for more in (0, 1, 3, 4, 40, 59, 66, 70, len(frames[whole]) - 1):
            cut.write_bytes(before + frames[whole][:more])
            recording = open_recording(cut, identity)
            assert recording.left == left[: whole * 2 * SEGMENT]
            assert flaws(recording.report.findings) == [(whole, "truncated")]


def test_after_a_full_disk_what_follows_is_at_its_right_time(
    open_vault: OpenVault,
    keys: Path,
    limited: LimitFileSize,
    caplog: pytest.LogCaptureFixture,
) -> None:
    vault = open_vault()
    writer = vault.create("r1", CALL)
    first = record(writer, SEGMENT, seed=1)
    settled(vault)
    limited(vault.path_of("r1").stat().st_size + 50_000)
    record(writer, SEGMENT, seed=2)
    record(writer, SEGMENT, seed=3)
    settled(vault)
    limited(None)
    last = record(writer, SEGMENT + 9, seed=4)
    assert writer.close() == (4 * SEGMENT + 9) / 8000
    writer.sealed.result(timeout=60)
    recording = opened(vault, "r1", keys)
    assert recording.report.findings == ()
    assert recording.report.silenced_s == 10.0
    for channel, heard in enumerate((recording.left, recording.right)):
        assert heard == first[channel] + bytes(4 * SEGMENT) + last[channel]
    told = [line.getMessage() for line in caplog.records]
    assert len(told) == 2  # once for both segments, and once when it was over
    assert "vault: recordings cannot be written (File too large" in told[0]
    assert told[1] == "recordings are written again"


def test_a_disk_that_stays_full_leaves_a_file_that_opens(
    open_vault: OpenVault, keys: Path, limited: LimitFileSize
) -> None:
    vault = open_vault()
    writer = vault.create("r1", CALL)
    first = record(writer, SEGMENT)
    settled(vault)
    size = vault.path_of("r1").stat().st_size
    limited(size + 200)
    record(writer, 100)
    writer.close()
    with pytest.raises(VaultError, match=r"cannot be written .*; calls go on"):
        writer.sealed.result(timeout=60)
    limited(None)
    assert vault.path_of("r1").stat().st_size == size
    recording = opened(vault, "r1", keys)
    assert (recording.left, recording.right) == first
    assert flaws(recording.report.findings) == [(1, "truncated")]


def test_a_slow_disk_costs_audio_and_never_the_callers_time(
    tmp_path: Path,
    keys: Path,
    recipients: Recipients,
    limited: LimitFileSize,
    caplog: pytest.LogCaptureFixture,
) -> None:
    stuck, go_on = threading.Event(), threading.Event()

    def stand_still(_: Exception) -> VaultError:
        stuck.set()
        go_on.wait(60)
        return VaultError("stood still")

    thread = SealingThread(most_waiting=2, explain=stand_still)

    def begun(name: str) -> AgeWriter:
        file = SealedFile(
            tmp_path / name,
            recording_id=name,
            call_id=CALL,
            started_at_ms=0,
            recipients=[parse_recipient(recipients.records, "records")],
        )
        return AgeWriter(file, thread)

    writer, marker = begun("r1"), begun("marker")
    limited(10)
    record(writer, SEGMENT, seed=1)
    assert stuck.wait(60)
    limited(None)
    heard = [record(writer, SEGMENT, seed=seed)[0] for seed in (2, 3, 4, 5)]
    marker.close()
    go_on.set()
    marker.sealed.result(timeout=60)
    heard.append(record(writer, SEGMENT, seed=6)[0])
    heard.append(record(writer, 100, seed=7)[0])
    duration_s = writer.close()
    thread.stop()
    writer.sealed.result(timeout=60)
    recording = open_recording(tmp_path / "r1", read_identity(keys / "records.identity"))
    assert recording.report.findings == ()
    assert recording.report.duration_s == duration_s == (6 * SEGMENT + 100) / 8000
    silence = bytes(2 * SEGMENT)
    assert recording.left == b"".join([silence, *heard[:2], silence, silence, *heard[4:]])
    assert recording.report.silenced_s == 15.0
    assert "silence stands for 10 s of a conversation" in caplog.text


def test_a_recording_of_which_nothing_was_written_in_time_is_silence(
    open_vault: OpenVault, keys: Path
) -> None:
    vault = open_vault(most_waiting=0)
    sealed(vault, "r1", 3 * SEGMENT + 7)
    recording = opened(vault, "r1", keys)
    assert recording.left == bytes(2 * (3 * SEGMENT + 7))
    assert recording.report.findings == ()
