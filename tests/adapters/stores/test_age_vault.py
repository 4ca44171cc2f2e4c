from __future__ import annotations

import io
import os
import resource
import stat
import threading
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyrage
import pytest

from adapters.stores.age_vault import AgeVault
from adapters.stores.identities import Recipients, create_identities, read_identity
from adapters.stores.manifest_file import read_manifest
from adapters.stores.recording_file import Recording, export_wav, open_recording, read_report
from adapters.stores.sealing_writer import AgeWriter
from calls.ids import CallId
from calls.ports import VaultError
from recordings.chain import Finding, Flaw
from recordings.manifest import ManifestEvent, verify
from recordings.segment import parse

SEGMENT = 40_000
CALL = CallId("c1")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("identities")
    create_identities(folder)
    return folder


@pytest.fixture
def recipients(keys: Path) -> Recipients:
    lines = [line.split() for line in (keys / "recipients.txt").read_text().splitlines()]
    found = {words[1]: words[0] for words in lines if words[0] != "#"}
    return Recipients(records=found["records"], recovery=found["recovery"])


@pytest.fixture
def open_vault(tmp_path: Path, recipients: Recipients) -> Iterator[Callable[..., AgeVault]]:
    made = []

    def opened(**settings: object) -> AgeVault:
        vault = AgeVault(tmp_path / "vault", recipients, **settings)  # type: ignore[arg-type]
        made.append(vault)
        return vault

    yield opened
    for vault in made:
        vault.close()


@pytest.fixture
def limited() -> Iterator[Callable[[int | None], None]]:
    """Limits the size of any file this process writes, as a full disk would."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(size: int | None) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard if size is None else size, hard))

    yield limit
    limit(None)


def sound(samples: int, seed: int) -> bytes:
    noise = np.random.default_rng(seed).integers(1, 2000, samples, dtype=np.int16)
    return noise.astype("<i2").tobytes()


def record(
    writer: AgeWriter, samples: int, seed: int = 1, frame: int = 1600
) -> tuple[bytes, bytes]:
    left, right = sound(samples, seed), sound(samples, seed + 1000)
    for start in range(0, 2 * samples, 2 * frame):
        writer.write(left[start : start + 2 * frame], right[start : start + 2 * frame])
    return left, right


def settled(vault: AgeVault) -> None:
    """Return once everything handed over so far was dealt with: the queue keeps its order."""
    marker = vault.create(f"marker-{os.urandom(4).hex()}", CallId("marker"))
    marker.close()
    marker.sealed.exception(timeout=60)


def opened(vault: AgeVault, name: str, keys: Path, identity: str = "records") -> Recording:
    return open_recording(vault.path_of(name), read_identity(keys / f"{identity}.identity"))


def flaws(findings: tuple[Finding, ...]) -> list[tuple[int, str]]:
    return [(finding.number, finding.flaw) for finding in findings]


def frames_of(path: Path) -> list[bytes]:
    data, frames, offset = path.read_bytes(), [], 0
    while (read := parse(data, offset)) is not None:
        frames.append(data[offset : read[1]])
        offset = read[1]
    return frames


# --- whole recordings ---------------------------------------------------------------------------


@pytest.mark.parametrize("identity", ["records", "recovery"])
def test_each_identity_alone_opens_both_channels_as_they_were(
    open_vault: Callable[..., AgeVault], keys: Path, identity: str
) -> None:
    vault = open_vault()
    writer = vault.create("r1", CALL)
    left, right = record(writer, 2 * SEGMENT + 777)
    assert writer.close() == (2 * SEGMENT + 777) / 8000
    writer.sealed.result(timeout=60)
    recording = opened(vault, "r1", keys, identity)
    assert (recording.left, recording.right) == (left, right)
    report = recording.report
    assert report.findings == ()
    assert (report.recording_id, report.call_id, report.segments) == ("r1", CALL, 3)
    assert report.duration_s == (2 * SEGMENT + 777) / 8000
    assert report.silenced_s == 0


@pytest.mark.parametrize("samples", [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1])
def test_any_length_ends_with_a_final_mark(
    open_vault: Callable[..., AgeVault], keys: Path, samples: int
) -> None:
    vault = open_vault()
    writer = vault.create("r1", CALL)
    left, right = record(writer, samples)
    writer.close()
    writer.sealed.result(timeout=60)
    recording = opened(vault, "r1", keys)
    assert (recording.left, recording.right) == (left, right)
    assert recording.report.findings == ()


def test_one_long_stretch_is_as_good_as_many_short_ones(
    open_vault: Callable[..., AgeVault], keys: Path
) -> None:
    vault = open_vault()
    writer = vault.create("r1", CALL)
    left, right = record(writer, 3 * SEGMENT + 5, frame=10 * SEGMENT)
    writer.close()
    writer.sealed.result(timeout=60)
    recording = opened(vault, "r1", keys)
    assert (recording.left, recording.right) == (left, right)
    assert recording.report.segments == 4


def test_nobody_else_can_open_it(open_vault: Callable[..., AgeVault]) -> None:
    vault = open_vault()
    writer = vault.create("r1", CALL)
    record(writer, 100)
    writer.close()
    writer.sealed.result(timeout=60)
    stranger = str(pyrage.x25519.Identity.generate())
    with pytest.raises(VaultError, match="no segment opens with this identity") as caught:
        open_recording(vault.path_of("r1"), stranger)
    assert stranger not in str(caught.value)


def test_no_plaintext_is_on_disk_at_any_moment(
    open_vault: Callable[..., AgeVault], tmp_path: Path
) -> None:
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


def test_only_the_owner_may_read_any_file(
    open_vault: Callable[..., AgeVault], tmp_path: Path
) -> None:
    old = os.umask(0)
    try:
        vault = open_vault()
        settled(vault)
    finally:
        os.umask(old)
    folder = tmp_path / "vault"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert len(list(folder.iterdir())) == 2
    assert modes == {0o600}


def test_closing_the_vault_seals_what_is_open(
    open_vault: Callable[..., AgeVault], keys: Path
) -> None:
    vault = open_vault()
    writers = [vault.create(f"r{number}", CALL) for number in range(3)]
    sounds = [record(writer, 500, seed=place) for place, writer in enumerate(writers)]
    vault.close()
    for number, (left, right) in enumerate(sounds):
        recording = opened(vault, f"r{number}", keys)
        assert (recording.left, recording.right) == (left, right)
        assert recording.report.findings == ()


def test_what_is_written_after_the_close_is_not_kept(
    open_vault: Callable[..., AgeVault], keys: Path
) -> None:
    vault = open_vault()
    writer = vault.create("r1", CALL)
    left, _ = record(writer, 100)
    assert writer.close() == writer.close() == 100 / 8000
    record(writer, 100)
    writer.sealed.result(timeout=60)
    assert opened(vault, "r1", keys).left == left


@pytest.mark.parametrize(("left", "right"), [(b"12", b""), (b"1", b"1"), (b"123", b"123")])
def test_channels_of_unequal_length_are_our_bug(
    open_vault: Callable[..., AgeVault], left: bytes, right: bytes
) -> None:
    writer = open_vault().create("r1", CALL)
    with pytest.raises(ValueError, match="equally many whole samples"):
        writer.write(left, right)


def test_an_id_is_used_once_and_leads_nowhere_else(open_vault: Callable[..., AgeVault]) -> None:
    vault = open_vault()
    vault.create("r1", CALL)
    with pytest.raises(VaultError, match="used once"):
        vault.create("r1", CALL)
    for wrong in ("../r2", "", "a/b", ".hidden"):
        with pytest.raises(VaultError, match="a recording's id has at most"):
            vault.create(wrong, CALL)


def test_a_folder_that_cannot_be_used_is_one_clear_line(
    tmp_path: Path, recipients: Recipients
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(VaultError, match="recordings cannot be written") as caught:
        AgeVault(tmp_path / "file", recipients)
    assert "\n" not in str(caught.value)
    with pytest.raises(VaultError, match="recipient 'recovery': this is no age recipient"):
        AgeVault(tmp_path / "v", Recipients(records=recipients.records, recovery="age1nonsense"))


# --- crashes and full disks ---------------------------------------------------------------------


def test_a_crash_costs_at_most_the_segment_that_was_being_filled(
    open_vault: Callable[..., AgeVault], tmp_path: Path, keys: Path, recipients: Recipients
) -> None:
    vault = open_vault()
    writer = vault.create("r1", CALL)
    left, _ = record(writer, 2 * SEGMENT + 39_999)
    settled(vault)
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    data = vault.path_of("r1").read_bytes()
    (crashed / "r1.sealed").write_bytes(data)
    recording = open_recording(crashed / "r1.sealed", read_identity(keys / "records.identity"))
    assert recording.left == left[: 4 * SEGMENT]
    assert flaws(recording.report.findings) == [(2, "truncated")]

    again = AgeVault(crashed, recipients)
    again.close()
    (entry,) = read_manifest(crashed / "manifest.jsonl")
    assert (entry.event, entry.recording_id, entry.call_id) == (ManifestEvent.ADOPTED, "r1", CALL)
    assert (entry.segments, entry.duration_s) == (2, 10.0)
    assert entry.sha256 == recording.report.sha256


def test_a_file_cut_anywhere_opens_up_to_its_last_whole_segment(
    open_vault: Callable[..., AgeVault], tmp_path: Path, keys: Path
) -> None:
    vault = open_vault()
    writer = vault.create("r1", CALL)
    left, _ = record(writer, 2 * SEGMENT + 10)
    writer.close()
    writer.sealed.result(timeout=60)
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
    open_vault: Callable[..., AgeVault],
    keys: Path,
    limited: Callable[[int | None], None],
) -> None:
    told: list[VaultError] = []
    vault = open_vault(on_error=told.append)
    writer = vault.create("r1", CALL)
    first = record(writer, SEGMENT, seed=1)
    settled(vault)
    limited(vault.path_of("r1").stat().st_size + 50_000)
    record(writer, SEGMENT, seed=2)
    record(writer, SEGMENT, seed=3)
    settled(vault)
    assert vault.failures == 2
    assert told[-1] is vault.error is writer.error
    assert "recordings cannot be written (File too large" in str(vault.error)
    limited(None)
    last = record(writer, SEGMENT + 9, seed=4)
    assert writer.close() == (4 * SEGMENT + 9) / 8000
    writer.sealed.result(timeout=60)
    recording = opened(vault, "r1", keys)
    assert recording.report.findings == ()
    assert recording.report.silenced_s == 10.0
    for channel, heard in enumerate((recording.left, recording.right)):
        assert heard == first[channel] + bytes(4 * SEGMENT) + last[channel]


def test_a_disk_that_stays_full_leaves_a_file_that_opens_and_is_adopted(
    open_vault: Callable[..., AgeVault],
    keys: Path,
    limited: Callable[[int | None], None],
) -> None:
    vault = open_vault()
    writer = vault.create("r1", CALL)
    first = record(writer, SEGMENT)
    settled(vault)
    size = vault.path_of("r1").stat().st_size
    limited(size + 200)
    record(writer, 100)
    writer.close()
    with pytest.raises(VaultError, match="cannot be written"):
        writer.sealed.result(timeout=60)
    limited(None)
    assert vault.path_of("r1").stat().st_size == size
    recording = opened(vault, "r1", keys)
    assert recording.left == first[0]
    assert flaws(recording.report.findings) == [(1, "truncated")]
    vault.close()
    again = open_vault()
    assert {one.recording_id for one in again.kept()} >= {"r1"}


def test_a_slow_disk_costs_audio_and_never_the_callers_time(
    open_vault: Callable[..., AgeVault],
    keys: Path,
    limited: Callable[[int | None], None],
) -> None:
    stuck, go_on = threading.Event(), threading.Event()

    def wait(_: VaultError) -> None:
        stuck.set()
        go_on.wait(60)

    vault = open_vault(on_error=wait, most_waiting=2)
    writer = vault.create("r1", CALL)
    limited(10)
    record(writer, SEGMENT, seed=1)
    assert stuck.wait(60)
    limited(None)
    heard = [record(writer, SEGMENT, seed=seed) for seed in (2, 3, 4, 5)]
    assert vault.overflows == 2
    go_on.set()
    settled(vault)
    heard += [record(writer, SEGMENT, seed=seed) for seed in (6, 7)]
    record(writer, 100, seed=8)
    settled(vault)
    duration_s = writer.close()
    writer.sealed.result(timeout=60)
    recording = opened(vault, "r1", keys)
    assert recording.report.findings == ()
    assert recording.report.duration_s == duration_s == (7 * SEGMENT + 100) / 8000
    silence = bytes(2 * SEGMENT)
    expected = [silence, heard[0][0], heard[1][0], silence, silence, heard[4][0], heard[5][0]]
    assert recording.left[: 14 * SEGMENT] == b"".join(expected)
    assert recording.report.silenced_s == 15.0


def test_a_recording_of_which_nothing_was_written_in_time_is_silence(
    open_vault: Callable[..., AgeVault], keys: Path
) -> None:
    vault = open_vault(most_waiting=0)
    writer = vault.create("r1", CALL)
    record(writer, 3 * SEGMENT + 7)
    writer.close()
    writer.sealed.result(timeout=60)
    recording = opened(vault, "r1", keys)
    assert recording.left == bytes(2 * (3 * SEGMENT + 7))
    assert recording.report.findings == ()


# --- the manifest -------------------------------------------------------------------------------


def test_the_manifest_lists_every_recording_and_its_chain_holds(
    open_vault: Callable[..., AgeVault], tmp_path: Path
) -> None:
    vault = open_vault(now=lambda: 1_700_000_000.25)
    assert vault.manifest_head is None
    for number in range(3):
        writer = vault.create(f"r{number}", CALL)
        record(writer, 80 * number)
        writer.close()
        writer.sealed.result(timeout=60)
    entries = read_manifest(tmp_path / "vault" / "manifest.jsonl")
    assert [entry.recording_id for entry in entries] == ["r0", "r1", "r2"]
    assert [entry.duration_s for entry in entries] == [0.0, 0.01, 0.02]
    assert {entry.started_at for entry in entries} == {1_700_000_000.25}
    assert {entry.event for entry in entries} == {ManifestEvent.SEALED}
    for entry in entries:
        assert entry.sha256 == read_report(vault.path_of(entry.recording_id)).sha256
    assert verify(entries, vault.manifest_head) == []
    vault.close()
    again = open_vault()
    assert again.manifest_head == vault.manifest_head


def test_half_a_line_that_a_crash_left_is_cut_away(
    open_vault: Callable[..., AgeVault], tmp_path: Path
) -> None:
    vault = open_vault()
    for name in ("r1", "r2"):
        vault.create(name, CALL).close()
    vault.close()
    manifest = tmp_path / "vault" / "manifest.jsonl"
    manifest.write_bytes(manifest.read_bytes()[:-30])
    again = open_vault()
    entries = read_manifest(manifest)
    assert [(entry.recording_id, entry.event) for entry in entries] == [
        ("r1", ManifestEvent.SEALED),
        ("r2", ManifestEvent.ADOPTED),
    ]
    assert verify(entries, again.manifest_head) == []
    again.close()
    with manifest.open("ab") as stream:
        stream.write(b"x" * 2000)
    third = open_vault()
    third.create("r3", CALL).close()
    third.close()
    assert [entry.recording_id for entry in read_manifest(manifest)] == ["r1", "r2", "r3"]


def test_a_damaged_manifest_is_refused_with_its_line(
    open_vault: Callable[..., AgeVault], tmp_path: Path
) -> None:
    vault = open_vault()
    vault.create("r1", CALL).close()
    vault.close()
    manifest = tmp_path / "vault" / "manifest.jsonl"
    manifest.write_text("{}\n" + manifest.read_text())
    with pytest.raises(VaultError, match=r"manifest\.jsonl:1: .* put the manifest back"):
        open_vault()


def test_a_manifest_longer_than_the_window_that_is_read_keeps_its_lines(
    open_vault: Callable[..., AgeVault], tmp_path: Path
) -> None:
    vault = open_vault()
    for number in range(40):
        vault.create(f"r{number}", CALL).close()
    vault.close()
    manifest = tmp_path / "vault" / "manifest.jsonl"
    assert manifest.stat().st_size > 10_000
    assert len(read_manifest(manifest)) == 40


def test_what_is_deleted_is_gone_and_the_manifest_says_so(
    open_vault: Callable[..., AgeVault], tmp_path: Path
) -> None:
    vault = open_vault(now=lambda: 100.0)
    for name in ("r1", "r2"):
        writer = vault.create(name, CALL)
        record(writer, 8000)
        writer.close()
        writer.sealed.result(timeout=60)
    assert [(one.recording_id, one.ended_at) for one in vault.kept()] == [
        ("r1", 101.0),
        ("r2", 101.0),
    ]
    vault.delete("r1")
    assert not vault.path_of("r1").exists()
    assert [one.recording_id for one in vault.kept()] == ["r2"]
    entries = read_manifest(tmp_path / "vault" / "manifest.jsonl")
    assert entries[-1].event is ManifestEvent.DELETED
    assert verify(entries, vault.manifest_head) == []
    with pytest.raises(VaultError, match="no such recording"):
        vault.delete("r1")
    with pytest.raises(VaultError, match="used once"):
        vault.create("r2", CALL)


def test_a_deletion_that_a_crash_cut_short_is_finished_at_the_next_start(
    open_vault: Callable[..., AgeVault],
) -> None:
    vault = open_vault()
    vault.create("r1", CALL).close()
    vault.close()
    path = vault.path_of("r1")
    data = path.read_bytes()
    vault.delete("r1")
    path.write_bytes(data)
    again = open_vault()
    assert not path.exists()
    assert again.kept() == []


# --- tampering ----------------------------------------------------------------------------------


@pytest.fixture
def five(open_vault: Callable[..., AgeVault]) -> list[bytes]:
    vault = open_vault()
    writer = vault.create("r1", CALL)
    record(writer, 4 * SEGMENT + 10)
    writer.close()
    other = vault.create("r2", CALL)
    record(other, 4 * SEGMENT + 10, seed=7)
    other.close()
    settled(vault)
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
    open_vault: Callable[..., AgeVault], tmp_path: Path, keys: Path
) -> None:
    vault = open_vault()
    writer = vault.create("r1", CALL)
    record(writer, 10)
    writer.close()
    writer.sealed.result(timeout=60)
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


# --- listening ----------------------------------------------------------------------------------


def test_an_export_is_a_stereo_wav_that_its_owner_alone_may_read(
    open_vault: Callable[..., AgeVault], tmp_path: Path, keys: Path
) -> None:
    vault = open_vault()
    writer = vault.create("r1", CALL)
    left, right = record(writer, SEGMENT + 3)
    writer.close()
    writer.sealed.result(timeout=60)
    out = tmp_path / "r1.wav"
    report = export_wav(vault.path_of("r1"), keys / "recovery.identity", out)
    assert report.findings == ()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    with wave.open(io.BytesIO(out.read_bytes())) as sounds:
        assert (sounds.getnchannels(), sounds.getsampwidth(), sounds.getframerate()) == (2, 2, 8000)
        stereo = np.frombuffer(sounds.readframes(SEGMENT + 3), "<i2")
    assert stereo[0::2].tobytes() == left
    assert stereo[1::2].tobytes() == right
    with pytest.raises(VaultError, match=r"r1\.wav: cannot be written \(File exists\)"):
        export_wav(vault.path_of("r1"), keys / "recovery.identity", out)


def test_a_recording_that_is_not_there_is_one_clear_line(tmp_path: Path, keys: Path) -> None:
    with pytest.raises(VaultError, match=r"cannot be read \(No such file or directory\)"):
        export_wav(tmp_path / "none.sealed", keys / "records.identity", tmp_path / "out.wav")
    assert not (tmp_path / "out.wav").exists()


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
