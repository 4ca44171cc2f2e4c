from __future__ import annotations

import stat
from pathlib import Path

import pyrage
import pytest

from adapters.stores.identities import create_identities, load_recipients, read_identity
from calls.ports import VaultError
from tests.adapters.stores.recorded import LimitFileSize


def test_identities_are_made_for_their_owner_alone_and_say_where_they_belong(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "identities"
    create_identities(folder)
    assert sorted(file.name for file in folder.iterdir()) == [
        "recipients.txt",
        "records.identity",
        "recovery.identity",
    ]
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("records", "recovery"):
        assert "MOVE THIS FILE OFF THIS MACHINE" in (folder / f"{name}.identity").read_text()


def test_the_recipients_belong_to_the_two_identities_and_hold_no_secret(tmp_path: Path) -> None:
    made = create_identities(tmp_path)
    assert load_recipients(tmp_path / "recipients.txt") == made
    assert "SECRET" not in (tmp_path / "recipients.txt").read_text()
    for name, recipient in (("records", made.records), ("recovery", made.recovery)):
        secret = read_identity(tmp_path / f"{name}.identity")
        assert str(pyrage.x25519.Identity.from_str(secret).to_public()) == recipient
    assert made.records != made.recovery


def test_a_crash_while_they_were_made_leaves_nothing_that_is_in_the_way(tmp_path: Path) -> None:
    folder = tmp_path / "identities"
    folder.mkdir()
    crashed = tmp_path / "identities.partial"
    crashed.mkdir()
    (crashed / "records.identity").write_text("half")
    made = create_identities(folder)
    assert load_recipients(folder / "recipients.txt") == made
    assert list(tmp_path.iterdir()) == [folder]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_disk_that_fills_up_while_they_are_made_leaves_none(
    tmp_path: Path, limited: LimitFileSize
) -> None:
    folder = tmp_path / "identities"
    limited(100)  # less than an identity with its words
    with pytest.raises(VaultError, match=r"cannot be written \(File too large\)"):
        create_identities(folder)
    limited(None)
    assert not folder.exists()
    create_identities(folder)
    assert len(list(folder.iterdir())) == 3


@pytest.mark.parametrize("name", ["records.identity", "recovery.identity", "recipients.txt"])
def test_nothing_is_ever_replaced(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("precious")
    with pytest.raises(VaultError, match="is there already and is not replaced"):
        create_identities(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "precious"


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(VaultError, match="the identities cannot be written"):
        create_identities(tmp_path / "file")


def recipient() -> str:
    return str(pyrage.x25519.Identity.generate().to_public())


ONE = recipient()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "wanted two different recipients"),
        (f"{ONE} records\n", "wanted two different recipients"),
        (f"{ONE} records\n{ONE} recovery\n", "wanted two different recipients"),
        (f"{ONE}\n", "recipients.txt:1: wanted 'age1... records'"),
        (f"# fine\n{ONE} nurses\n", "recipients.txt:2: wanted 'age1... records'"),
        ("age1nonsense records\n", "recipients.txt:1: this is no age recipient"),
    ],
    # Keys are new in every run; a test's name must not be.
    ids=["nobody", "one", "the same twice", "no role", "another role", "no key"],
)
def test_recipients_that_would_not_seal_are_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "recipients.txt").write_text(text)
    with pytest.raises(VaultError) as caught:
        load_recipients(tmp_path / "recipients.txt")
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["", "planted-secret\n", "# only words\n", "a\nb\n"])
def test_what_is_no_identity_is_refused_without_being_shown(tmp_path: Path, text: str) -> None:
    path = tmp_path / "records.identity"
    path.write_text(text)
    with pytest.raises(VaultError) as caught:
        read_identity(path)
    assert "planted" not in str(caught.value)
    with pytest.raises(VaultError, match="cannot be read"):
        read_identity(tmp_path / "none")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(VaultError, match="is no text file"):
        read_identity(path)
