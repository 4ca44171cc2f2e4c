"""What was said is in the recording: both sides, apart, whole."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from adapters.stores.age_vault import AgeVault
from adapters.stores.identities import Recipients
from adapters.stores.recording_file import export_wav
from calls.ports import VaultError
from tests.adapters.stores.recorded import CALL, SEGMENT, OpenVault, opened, record, sealed, settled


@pytest.mark.parametrize("identity", ["records", "recovery"])
def test_each_identity_alone_opens_both_channels_as_they_were(
    open_vault: OpenVault, keys: Path, identity: str
) -> None:
    vault = open_vault(now=lambda: 1_700_000_000.25)
    left, right = sealed(vault, "r1", 2 * SEGMENT + 777)
    recording = opened(vault, "r1", keys, identity)
    assert (recording.left, recording.right) == (left, right)
    report = recording.report
    assert report.findings == ()
    assert (report.recording_id, report.call_id, report.segments) == ("r1", CALL, 3)
    assert report.started_at == 1_700_000_000.25
    assert report.duration_s == (2 * SEGMENT + 777) / 8000
    assert report.silenced_s == 0


@pytest.mark.parametrize("samples", [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1])
def test_any_length_ends_with_a_final_mark(open_vault: OpenVault, keys: Path, samples: int) -> None:
    vault = open_vault()
    writer = vault.create("r1", CALL)
    left, right = record(writer, samples)
    assert writer.close() == samples / 8000
    writer.sealed.result(timeout=60)
    recording = opened(vault, "r1", keys)
    assert (recording.left, recording.right) == (left, right)
    assert recording.report.findings == ()


def test_one_long_stretch_is_as_good_as_many_short_ones(open_vault: OpenVault, keys: Path) -> None:
    vault = open_vault()
    writer = vault.create("r1", CALL)
    left, right = record(writer, 3 * SEGMENT + 5, frame=10 * SEGMENT)
    writer.close()
    writer.sealed.result(timeout=60)
    recording = opened(vault, "r1", keys)
    assert (recording.left, recording.right) == (left, right)
    assert recording.report.segments == 4


def test_a_wav_has_the_caller_left_and_the_agent_right(
    open_vault: OpenVault, tmp_path: Path, keys: Path
) -> None:
    vault = open_vault()
    left, right = sealed(vault, "r1", SEGMENT + 3)
    out = tmp_path / "r1.wav"
    report = export_wav(vault.path_of("r1"), keys / "recovery.identity", out)
    assert report.findings == ()
    with wave.open(io.BytesIO(out.read_bytes())) as sounds:
        assert (sounds.getnchannels(), sounds.getsampwidth(), sounds.getframerate()) == (2, 2, 8000)
        stereo = np.frombuffer(sounds.readframes(SEGMENT + 3), "<i2")
    assert stereo[0::2].tobytes() == left
    assert stereo[1::2].tobytes() == right


def test_closing_the_vault_seals_what_is_open_and_takes_nothing_more(
    open_vault: OpenVault, keys: Path
) -> None:
    vault = open_vault()
    writers = [vault.create(f"r{number}", CALL) for number in range(3)]
    sounds = [record(writer, 500, seed=place) for place, writer in enumerate(writers)]
    vault.close()
    for number, (left, right) in enumerate(sounds):
        recording = opened(vault, f"r{number}", keys)
        assert (recording.left, recording.right) == (left, right)
        assert recording.report.findings == ()
    with pytest.raises(VaultError, match="the vault is closed"):
        vault.create("late", CALL)


def test_what_is_written_after_the_close_is_not_kept(open_vault: OpenVault, keys: Path) -> None:
    vault = open_vault()
    writer = vault.create("r1", CALL)
    left, _ = record(writer, 100)
    assert writer.close() == writer.close() == 100 / 8000
    record(writer, 100)
    writer.sealed.result(timeout=60)
    assert opened(vault, "r1", keys).left == left


@pytest.mark.parametrize(("left", "right"), [(b"12", b""), (b"1", b"1"), (b"123", b"123")])
def test_channels_of_unequal_length_are_our_bug(
    open_vault: OpenVault, left: bytes, right: bytes
) -> None:
    writer = open_vault().create("r1", CALL)
    with pytest.raises(ValueError, match="equally many whole samples"):
        writer.write(left, right)


def test_an_id_is_used_once_and_leads_nowhere_else(open_vault: OpenVault) -> None:
    vault = open_vault()
    vault.create("r1", CALL)
    with pytest.raises(VaultError, match="used once"):
        vault.create("r1", CALL)
    for wrong in ("../r2", "", "a/b", ".hidden"):
        with pytest.raises(VaultError, match="a recording's id has at most"):
            vault.create(wrong, CALL)


def test_who_gives_up_waiting_for_a_recording_disturbs_no_other(
    open_vault: OpenVault, keys: Path
) -> None:
    vault = open_vault()
    writer = vault.create("r1", CALL)
    left, _ = record(writer, 100)
    assert not writer.sealed.cancel()
    writer.close()
    settled(vault)
    assert opened(vault, "r1", keys).left == left
    other, _ = sealed(vault, "r2", 200, seed=2)
    assert opened(vault, "r2", keys).left == other


def test_a_folder_that_cannot_be_used_is_one_clear_line(
    tmp_path: Path, recipients: Recipients
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(VaultError, match=r"file: recordings cannot be written \(File exists\)"):
        AgeVault(tmp_path / "file", recipients)
    with pytest.raises(VaultError, match="recipient 'recovery': this is no age recipient"):
        AgeVault(tmp_path / "v", Recipients(records=recipients.records, recovery="age1nonsense"))
