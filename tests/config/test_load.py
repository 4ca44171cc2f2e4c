"""Which files are read, and what becomes of those that cannot be."""

import pytest

from config.errors import FolderError
from config.load import check, load_site


def test_the_small_site_is_right_as_it_stands(site):
    assert site.problems() == []
    assert site.warnings() == []


@pytest.mark.parametrize(("written", "may"), [("", True), ("    do_not_call_back: true\n", False)])
def test_the_key_of_a_screen_forbids_a_call_back_where_its_rule_does(site, written, may):
    site.replace(
        "protocols/heart.yaml",
        "    disposition: 911-now\n",
        f"    disposition: 911-now\n{written}",
    )
    assert load_site(site.path).rules.screens["chest"].may_call_back is may


def test_an_unreadable_file_is_one_problem_and_its_names_are_not_called_dangling(site):
    site.write("queues.yaml", "general: [\n")
    (problem,) = site.problems()
    assert problem.startswith("queues.yaml:1:10: the bracket that opens here ")


def test_a_missing_file_is_one_problem(site):
    (site.path / "calendars.yaml").unlink()
    assert site.problems() == ["calendars.yaml:1:1: the file is missing"]


def test_a_site_without_flows_or_protocols_is_told_so(site):
    (site.path / "protocols/heart.yaml").unlink()
    assert "protocols/:1:1: wanted at least one file, such as protocols/main.yaml" in (
        site.problems()
    )


def test_warnings_stand_in_the_site_that_was_loaded(site):
    site.replace("agents.yaml", "{general: 3, ", "{general: 3, knitting: 2, ")
    assert load_site(site.path).warnings == tuple(map(str, check(site.path)[1]))


def test_hidden_files_of_editors_and_other_systems_are_passed_over(site):
    (site.path / "flows/.#main.yaml").symlink_to("somebody@their-machine.1234")
    site.write("protocols/._heart.yaml", b"\x00\x05\x16\x07")
    site.write(".site.yaml", "a: b\n")
    assert site.problems() == site.warnings() == []


@pytest.mark.parametrize("part", ["flows", "protocols"])
def test_a_file_in_place_of_a_folder_of_the_site_is_told(site, part):
    (site.path / part).rename(site.path / "aside")
    (site.path / part).write_text("")
    assert f"{part}/:1:1: wanted at least one file, such as {part}/main.yaml" in site.problems()


def test_a_folder_of_the_site_that_leads_round_to_itself_is_told(site):
    (site.path / "flows").rename(site.path / "aside")
    (site.path / "flows").symlink_to("flows")
    problem = site.problems()[0]
    assert problem.startswith("flows/:1:1: the folder cannot be read: ")


def test_folders_that_are_named_like_files_are_told(site):
    for name in ("flows/late.yaml", "protocols/late.yaml"):
        (site.path / name).mkdir()
    assert site.problems() == [
        "flows/late.yaml:1:1: this is not a file",
        "protocols/late.yaml:1:1: this is not a file",
    ]


def test_a_file_name_that_is_no_text_is_told_in_text(site):
    (site.path / "flows" / "a\udcff\nb.yaml").write_text("start: a\n")
    problems = site.problems()
    assert all("\n" not in each and each.encode() for each in problems)
    assert any(each.startswith("flows/a\N{REPLACEMENT CHARACTER}") for each in problems)


def test_a_missing_folder_is_told_by_its_whole_path(tmp_path):
    folder = tmp_path / ("a-long-name-" * 8) / "clinic"
    with pytest.raises(FolderError) as raised:
        check(folder)
    assert str(raised.value) == f"{folder}: there is no such folder"


def test_a_path_that_cannot_be_one_is_told(tmp_path):
    with pytest.raises(FolderError, match="there is no such folder"):
        check(tmp_path / "a\0b")
