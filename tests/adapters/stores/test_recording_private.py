"""Nobody but the holder of an identity hears a recording, at any moment."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
import pyrage
import pytest

from adapters.stores.age_vault import AgeVault
from adapters.stores.identities import Recipients, read_identity
from adapters.stores.recording_file import export_wav, open_recording
from adapters.stores.sealing_writer import _Job
from calls.ports import VaultError
from tests.adapters.stores.recorded import (
    CALL,
    SEGMENT,
    LimitFileSize,
    OpenVault,
    opened,
    sealed,
    settled,
    sound,
)


def test_nobody_else_can_open_it(open_vault: OpenVault) -> None:
    vault = open_vault()
    sealed(vault, "r1", 100)
    stranger = str(pyrage.x25519.Identity.generate())
    with pytest.raises(VaultError, match="no segment opens with this identity") as caught:
        open_recording(vault.path_of("r1"), stranger)
    assert stranger not in str(caught.value)


def test_no_plaintext_is_on_disk_at_any_moment(open_vault: OpenVault, tmp_path: Path) -> None:
    vault = open_vault()
    writer = vault.create("r1", CALL)
    left, right = sound(SEGMENT, 1), sound(SEGMENT, 2)
    stereo = np.stack([np.frombuffer(left, "<i2"), np.frombuffer(right, "<i2")], axis=1)
    moments = []
    for _ in range(3):
        writer.write(left, right)
        settled(vault)
        moments.append(b"".join(file.read_bytes() for file in (tmp_path / "vault").iterdir()))
    writer.close()
    writer.sealed.result(timeout=60)
    moments.append(b"".join(file.read_bytes() for file in (tmp_path / "vault").iterdir()))
    assert [len(moment) for moment in moments] == sorted(len(moment) for moment in moments)
    assert len(moments[0]) > 4 * SEGMENT
    for moment in moments:
        for plain in (left, right, stereo.tobytes()):
            for start in range(0, len(plain) - 16, 4000):
                assert plain[start : start + 16] not in moment


def test_only_the_owner_may_read_any_file(open_vault: OpenVault, tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        vault = open_vault()
        settled(vault)
    finally:
        os.umask(old)
    folder = tmp_path / "vault"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()] == [0o600]


def test_a_folder_that_others_may_look_into_is_refused(
    tmp_path: Path, recipients: Recipients
) -> None:
    folder = tmp_path / "vault"
    folder.mkdir(mode=0o755)
    with pytest.raises(VaultError, match=f"run: chmod 700 {folder}"):
        AgeVault(folder, recipients)


def test_an_export_is_for_its_owner_alone_and_replaces_nothing(
    open_vault: OpenVault, tmp_path: Path, keys: Path
) -> None:
    vault = open_vault()
    sealed(vault, "r1", 100)
    out = tmp_path / "r1.wav"
    export_wav(vault.path_of("r1"), keys / "records.identity", out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    before = out.read_bytes()
    with pytest.raises(VaultError, match=r"r1\.wav: cannot be written \(File exists\)"):
        export_wav(vault.path_of("r1"), keys / "records.identity", out)
    assert out.read_bytes() == before


def test_an_export_that_the_disk_refuses_leaves_nothing_to_be_heard(
    open_vault: OpenVault, tmp_path: Path, keys: Path, limited: LimitFileSize
) -> None:
    vault = open_vault()
    sealed(vault, "r1", SEGMENT)
    limited(50_000)
    with pytest.raises(VaultError, match=r"r1\.wav: cannot be written \(File too large\)"):
        export_wav(vault.path_of("r1"), keys / "records.identity", tmp_path / "r1.wav")
    limited(None)
    assert not (tmp_path / "r1.wav").exists()


def test_a_recording_that_is_not_there_is_one_clear_line(tmp_path: Path, keys: Path) -> None:
    with pytest.raises(VaultError, match=r"cannot be read \(No such file or directory\)"):
        export_wav(tmp_path / "none.sealed", keys / "records.identity", tmp_path / "out.wav")
    assert not (tmp_path / "out.wav").exists()


def test_no_repr_holds_what_was_said(open_vault: OpenVault, keys: Path) -> None:
    vault = open_vault()
    writer = vault.create("r1", CALL)
    writer.write(b"said" * 20, b"said" * 20)
    writer.close()
    writer.sealed.result(timeout=60)
    recording = opened(vault, "r1", keys)
    assert recording.left == b"said" * 20
    job = _Job(writer, b"said", b"said", 0, final=True)
    assert "said" not in repr(recording) + repr(job) + repr(writer)
    assert read_identity(keys / "records.identity") not in repr(vault)
