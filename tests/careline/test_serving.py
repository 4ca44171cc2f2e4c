"""What serves at a start: what was published last, and not what somebody is writing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from careline.publications import How, login_name
from careline.serving import found_or_taken, note_elsewhere, site_to_serve
from careline.versions import SiteVersions
from config.errors import ConfigError
from config.load import load_site
from tests.careline.small_site import Folder, published, small_folder, started

WAITS = "the folder has changes that are not published: careline publish"


@pytest.fixture
def versions(tmp_path: Path) -> SiteVersions:
    return SiteVersions(tmp_path / "versions")


def edit(folder: Folder, title: str = "Other Clinic") -> None:
    folder.replace("site.yaml", "title: Small Clinic", f"title: {title}")


def break_it(folder: Folder) -> None:
    folder.replace("flows/main.yaml", "otherwise: bye", "otherwise: bey")


def spoil(versions: SiteVersions) -> None:
    """As if a later release could not read the kept version any more."""
    kept = versions.folder_of_last()
    assert kept is not None
    (kept / "queues.yaml").unlink()


def test_the_first_start_publishes_the_folder_as_it_is(folder, versions):
    site = started(folder.path, versions)
    (first,) = versions.history.read()
    assert (first.version, first.how) == (site.version, How.FIRST_START)
    assert (first.author, first.note, first.previous) == (login_name(), "", None)


def test_a_start_without_a_change_publishes_nothing(folder, versions, caplog):
    started(folder.path, versions)
    started(folder.path, versions)
    assert len(versions.history.read()) == 1
    assert not caplog.records


def test_an_edited_folder_waits_and_the_start_says_so_in_one_line(folder, versions, caplog):
    first = started(folder.path, versions)
    edit(folder)
    again = started(folder.path, versions)
    assert (again.version, again.title) == (first.version, "Small Clinic")
    assert [record.getMessage() for record in caplog.records] == [f"{folder.path}: {WAITS}"]
    assert len(versions.history.read()) == 1


def test_a_change_that_means_nothing_does_not_wait(folder, versions, caplog):
    started(folder.path, versions)
    folder.write("site.yaml", (folder.path / "site.yaml").read_text() + "# a remark\n")
    started(folder.path, versions)
    assert not caplog.records


def test_what_was_rolled_back_to_serves_also_while_the_folder_holds_the_newer(folder, versions):
    first = started(folder.path, versions)
    edit(folder)
    published(folder.path, versions)
    versions.history.append(first.version, at=3.0, how=How.ROLLED_BACK)
    assert started(folder.path, versions).version == first.version
    edited = site_to_serve(folder.path, versions)
    assert (edited.site.version, edited.waiting) == (first.version, True)


def test_the_last_good_version_serves_while_the_folder_has_mistakes(folder, versions, caplog):
    first = started(folder.path, versions)
    break_it(folder)
    assert started(folder.path, versions).version == first.version
    (told,) = (record.getMessage() for record in caplog.records)
    assert told.endswith(" mistakes (careline check); the last good version goes on serving")


def test_a_folder_that_is_gone_serves_as_it_was(folder, versions):
    first = started(folder.path, versions)
    shutil.rmtree(folder.path)
    assert started(folder.path, versions).version == first.version


def test_a_version_that_cannot_be_read_any_more_gives_way_to_the_folder(folder, versions, caplog):
    first = started(folder.path, versions)
    spoil(versions)
    edit(folder)
    site = started(folder.path, versions)
    assert site.title == "Other Clinic"
    (told,) = (record.getMessage() for record in caplog.records)
    assert told.startswith(f"version {first.version[:8]} cannot be used, the folder is served")
    assert "were changed since" in told
    last = versions.history.last()
    assert (last.version, last.how, last.previous) == (site.version, How.INSTEAD, first.version)
    assert "could not be read" in last.note
    assert not last.author, "nobody has published it"


def test_with_neither_a_version_nor_a_folder_the_mistakes_are_told(folder, versions):
    started(folder.path, versions)
    spoil(versions)
    break_it(folder)
    with pytest.raises(ConfigError, match="bey"):
        site_to_serve(folder.path, versions)


def test_a_kept_version_that_was_damaged_is_kept_anew_from_the_same_folder(folder, versions):
    first = started(folder.path, versions)
    spoil(versions)
    started(folder.path, versions)
    assert versions.find(first.version) is not None
    assert len(versions.history.read()) == 1


def test_another_site_in_the_same_state_folder_is_at_its_first_start(folder, versions, tmp_path):
    started(folder.path, versions)
    other = small_folder(tmp_path / "other")
    other.replace("site.yaml", "id: small", "id: second")
    assert started(other.path, versions).id == "second"
    assert [each.how for each in versions.history.read()] == [How.FIRST_START] * 2


def test_a_state_folder_of_before_there_was_a_history_serves_what_was_kept_last(folder, versions):
    first = versions.keep(load_site(folder.path))
    edit(folder)
    assert started(folder.path, versions).version == first.version
    assert [each.version for each in versions.history.read()] == [first.version]


def test_a_later_release_that_names_it_otherwise_has_no_change_to_tell(
    folder, versions, monkeypatch, caplog
):
    monkeypatch.setattr("config.load.site_version", lambda _site: "0ld" + "a" * 61)
    older = started(folder.path, versions)
    monkeypatch.undo()
    again = started(folder.path, versions)
    assert again.version == older.version
    assert not caplog.records


def test_a_line_whose_disk_is_full_serves_all_the_same(folder, versions, tmp_path, caplog):
    (tmp_path / "versions").write_text("in the way of the folder")
    assert started(folder.path, versions).title == "Small Clinic"
    assert any("cannot be kept" in record.getMessage() for record in caplog.records)


def test_copies_that_a_killed_publication_left_are_gone_after_a_start(folder, versions):
    stage = versions.stage(folder.path)
    started(folder.path, versions)
    assert not stage.exists()


# --- several machines -----------------------------------------------------------------------------


def test_a_version_that_another_machine_published_is_taken_from_the_copied_folder(
    folder, versions, tmp_path
):
    first = started(folder.path, versions)
    edit(folder)
    newer = load_site(folder.path).version
    find = found_or_taken(folder.path, versions)
    assert find(first.version).version == first.version
    assert find(newer).version == newer
    shutil.rmtree(folder.path)
    assert versions.find(newer) is not None
    note_elsewhere(newer, versions)
    note_elsewhere(newer, versions)
    assert [each.how for each in versions.history.read()] == [How.FIRST_START, How.ELSEWHERE]


def test_a_version_that_is_nowhere_on_this_machine_is_told_once_it_is_wanted(
    folder, versions, caplog
):
    find = found_or_taken(folder.path, versions)
    assert find("0" * 64) is None
    assert "copy the site's folder from there" in caplog.text
    edit(folder)
    assert find(load_site(folder.path).version) is not None
