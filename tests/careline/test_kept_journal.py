"""Whose journal ``explain``, ``replay`` and ``report`` read: in a folder, in Redis, or none."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.stores.sqlite.journal import DATABASE, SITE_KEY
from calls.facts import SitePublished
from calls.ports import Entry
from calls.private import Private
from careline.__main__ import main
from careline.redis_address import ENVIRONMENT, remember
from careline.state import StateFolder
from config.site import Site
from tests.adapters.stores.redis_servers import Node, RedisServer
from tests.careline.recorded_days import busy_day, keep
from tests.somebody_else import somebody_else, where_all_may_go

PASSWORD = "correct-horse"
READERS = (("explain", "call-00"), ("replay",), ("report",), ("replay", "--with", "config/clinic"))


@pytest.fixture(scope="module")
def day(clinic: Site) -> list[Entry]:
    return busy_day(clinic)


@pytest.fixture(scope="module")
def kept(clinic: Site, day: list[Entry], tmp_path_factory: pytest.TempPathFactory) -> StateFolder:
    return keep(tmp_path_factory.mktemp("day"), [clinic], day)


@pytest.fixture
def typed(capsys, monkeypatch):
    """Types a command; its exit code, what it said, and what it complained of."""
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.delenv("CARELINE_STATE", raising=False)

    def run(*words: object) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_a_journal_is_named_in_the_same_ways_everywhere(typed, kept, command, monkeypatch):
    ways = [(kept.path,), (kept.journal,), ("--state", kept.path), ("--state", kept.journal)]
    said = [typed(*command, *way) for way in ways]
    assert [code for code, _out, _err in said] == [0, 0, 0, 0]
    assert all(out for _code, out, _err in said)
    code, _out, err = typed(*command, kept.path, "--state", kept.path)
    assert (code, err) == (2, "JOURNAL and --state name the same thing: give one of them\n")
    monkeypatch.setenv("CARELINE_STATE", str(kept.path))
    assert typed(*command)[0] == 0


def test_the_latest_call_of_another_journal_is_told(typed, kept):
    code, out, _err = typed("explain", "--last", kept.path)
    assert code == 0
    assert out == typed("explain", "--last", "--state", kept.path)[1]
    assert typed("explain", "--last", "call-00", kept.path)[0] == 2
    code, _out, err = typed("explain", kept.path)
    assert code == 2
    assert err.endswith("is a folder; name the call before it, --last or --list\n")
    assert typed("explain", kept.path, "call-00") == (2, "", err)


def test_the_id_of_a_call_may_be_typed_in_capitals(typed, kept):
    assert typed("explain", "CALL-00", kept.path) == typed("explain", "call-00", kept.path)
    assert typed("explain", "CALL-00", kept.path)[0] == 0


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_a_folder_around_the_lines_own_is_refused_with_the_right_name(
    typed, kept, command, tmp_path
):
    shutil.copytree(kept.path, tmp_path / "state")
    code, out, err = typed(*command, tmp_path)
    assert (code, out) == (2, "")
    assert err == f"{tmp_path}: there is no journal here, but in {tmp_path / 'state'}: name that\n"


def test_the_journal_may_stand_after_an_option(typed, kept):
    there = typed("explain", "call-00", kept.path, "--all")
    assert there[0] == 0
    assert typed("explain", "call-00", "--all", kept.path) == there


def test_the_folder_of_the_line_is_found_from_below_it_unless_it_is_another_users(
    typed, kept, tmp_path, monkeypatch
):
    shutil.copytree(kept.path, tmp_path / ".careline")
    below = tmp_path / "my-clinic" / "flows"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert typed("replay")[0] == 0
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    code, _out, err = typed("replay")
    assert code == 2
    assert ".careline: there is no journal here" in err


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_a_folder_without_a_journal_is_one_line_and_stays_as_it_is(typed, tmp_path, command):
    for folder in (tmp_path, tmp_path / "none"):
        code, out, err = typed(*command, folder)
        assert (code, out) == (2, "")
        (told,) = err.splitlines()
        assert "there is no journal here" in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_the_journals_file_is_answered_with_what_to_name(typed, kept, command):
    file = kept.journal / DATABASE
    code, out, err = typed(*command, file)
    assert (code, out) == (2, "")
    assert err == f"{file}: this is a file; name the folder of the journal\n"


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_a_journal_that_was_cut_off_is_not_taken_for_none(typed, kept, command, tmp_path):
    state = StateFolder(Path(shutil.copytree(kept.path, tmp_path / "state")))
    (state.journal / DATABASE).write_bytes(b"")
    code, out, err = typed(*command, state.path)
    assert (code, out) == (2, "")
    assert err == (
        f"{state.journal / DATABASE}: the journal is empty or was cut off; put it back from its "
        "backup\n"
    )


# --- somebody else's ------------------------------------------------------------------------------

AS_WHOM = "ask as the line's user, or on a copy that you own"


@pytest.fixture
def shared(kept: StateFolder) -> Iterator[StateFolder]:
    """A state folder of root, of which others may read everything but the key."""
    with where_all_may_go() as outer:
        state = StateFolder(Path(shutil.copytree(kept.path, outer / "state")))
        for path in (state.path, *state.path.rglob("*")):
            path.chmod(0o755)
        state.journal.chmod(0o777)  # SQLite keeps its index there
        (state.journal / DATABASE).chmod(0o666)
        (state.journal / SITE_KEY).chmod(0o600)
        yield state


@pytest.mark.parametrize("command", READERS, ids=" ".join)
@pytest.mark.parametrize("closed", ["", "journal"])
def test_a_folder_of_another_user_is_refused_in_one_line(typed, shared, command, closed):
    (shared.path / closed).chmod(0o700)
    with somebody_else():
        code, out, err = typed(*command, shared.path)
    assert (code, out) == (2, "")
    assert err == f"{shared.path}: it cannot be read (Permission denied); {AS_WHOM}\n"


@pytest.mark.parametrize("command", READERS, ids=" ".join)
@pytest.mark.parametrize("closed", ["versions", "versions/{kept}/flows", "versions/{kept}"])
def test_versions_of_another_user_are_refused_in_one_line(typed, shared, clinic, command, closed):
    os.chown(shared.journal / SITE_KEY, 65534, 65534)
    (shared.path / closed.format(kept=clinic.version[:16])).chmod(0)
    with somebody_else():
        code, out, err = typed(*command, shared.path)
    assert (code, out) == (2, "")
    (told,) = err.splitlines()
    assert f" cannot be read (Permission denied): {AS_WHOM}, or name the site's folder" in told


def test_what_may_be_read_is_asked_for_in_no_circle(typed, shared):
    key, file = shared.journal / SITE_KEY, shared.journal / DATABASE
    with somebody_else():
        refused = typed("report", shared.path)[2]
    assert refused == f"{key}: the site key cannot be read (Permission denied); {AS_WHOM}\n"
    key.chmod(0o644)
    with somebody_else():
        refused = typed("report", shared.path)[2]
    assert refused == (
        f"{key}: other users may read the site key; {AS_WHOM}; its owner should run: "
        f"chmod 600 {key}\n"
    )
    refused = typed("report", shared.path)[2]
    assert refused == f"{key}: other users may read the site key; run: chmod 600 {key}\n"
    shared.journal.chmod(0o755)
    for beside in shared.journal.glob(f"{DATABASE}-*"):
        beside.unlink()
    with somebody_else():
        refused = typed("report", shared.path)[2]
    assert f"{file}: it may not be written" in refused
    assert f"; {AS_WHOM}, or check the owner" in refused
    file.chmod(0o600)
    with somebody_else():
        refused = typed("report", shared.path)[2]
    assert refused == f"{file}: it cannot be read (Permission denied); {AS_WHOM}\n"


def test_where_the_working_folder_may_not_be_looked_at_commands_still_answer(
    typed, shared, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with somebody_else():
        code, _out, err = typed("explain", "call-00")
    assert code == 2
    assert err == f".careline: it cannot be read (Permission denied); {AS_WHOM}\n"


def test_a_folder_that_leads_to_itself_is_one_line(typed, tmp_path):
    (tmp_path / "state").symlink_to(tmp_path / "state")
    code, _out, err = typed("report", tmp_path / "state")
    assert code == 2
    assert "it cannot be read (Too many levels of symbolic links)" in err


# --- what cannot be shown -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        ("report",),
        ("report", "--csv"),
        ("report", "--json"),
        ("replay",),
        ("replay", "--json"),
        ("explain", "--last"),
        ("explain", "--last", "--json"),
        ("explain", "--list"),
        ("replay", "--with", "config/clinic"),
    ],
    ids=" ".join,
)
def test_an_answer_that_cannot_be_written_is_one_line(typed, kept, command, monkeypatch, full_disk):
    monkeypatch.setattr("sys.stdout", full_disk)
    code, _out, err = typed(*command, "--state", kept.path)
    assert (code, err) == (2, "standard output: No space left on device\n")


# --- the site's versions --------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("report",), ("explain", "--list"), ("replay",)])
def test_why_a_version_cannot_be_used_is_told_alike(typed, kept, clinic, command, tmp_path):
    state = StateFolder(Path(shutil.copytree(kept.path, tmp_path / "state")))
    version = state.versions / clinic.version[:16]
    with (version / "queues.yaml").open("a") as queues:
        queues.write("# somebody was here\nstray: yes\n")
    code, out, err = typed(*command, state.path)
    assert (code, out) == (2, "")
    assert f". Its files in {version} were changed since: put them back, or name" in err
    shutil.rmtree(state.versions)
    code, out, err = typed(*command, state.path)
    assert (code, out) == (2, "")
    assert f". It is not kept in {state.versions}: copy that folder from a backup" in err


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_a_journal_of_another_site_is_told(typed, kept, clinic, tmp_path, command):
    other = tmp_path / "other"
    shutil.copytree(clinic.folder, other)
    site = other / "site.yaml"
    site.write_text(site.read_text().replace("id: riverside", "id: lakeside"))
    code, out, err = typed(*command, kept.path, "--config", other)
    assert (code, out) == (2, "")
    assert "'riverside'" in err
    assert "'lakeside'" in err


@pytest.mark.parametrize("command", READERS[1:], ids=" ".join)
def test_an_empty_journal_is_told_in_words(typed, clinic, tmp_path, command):
    state = keep(tmp_path / "state", [clinic], [])
    code, out, err = typed(*command, state.path)
    assert code in (0, 1, 2)
    assert "nothing" in out + err or "no call was queued" in err


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [("explain", "--last", "--json"), ("replay", "--json"), ("report", "--csv"), ("report",)],
    ids=" ".join,
)
@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_a_reader_who_left_is_no_traceback(kept, command, unbuffered):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "careline", *command, "--state", str(kept.path)],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize("command", [("replay",), ("replay", "--with", "config/clinic")])
def test_a_version_that_is_missing_is_told_with_what_to_do(typed, clinic, day, tmp_path, command):
    gone = SitePublished(site=clinic.id, version="0" * 64)
    state = keep(tmp_path / "state", [clinic], [*day, Entry(at=day[-1].at, record=gone)])
    code, out, err = typed(*command, state.path)
    assert code == 0
    assert "version 00000000 of the site was published later" in out + err
    assert f"It is not kept in {state.versions}: copy that folder" in out + err
    shutil.rmtree(state.versions)
    code, _out, err = typed(*command, state.path)
    assert code == 2
    assert (
        f"the journal begins with version {clinic.version[:8]} of the site. It is not kept" in err
    )


# --- in Redis -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"), password=PASSWORD)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def node(
    clinic: Site, day: list[Entry], redis: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> StateFolder:
    """The state folder of a machine whose journal is in Redis."""
    state = keep(tmp_path_factory.mktemp("node"), [clinic], [])
    for path in (*state.journal.iterdir(),):
        path.unlink()
    state.secrets.write_text(f'"redis/password": "{PASSWORD}"\n')
    state.secrets.chmod(0o600)

    async def write() -> None:
        url = f"redis://:{PASSWORD}@127.0.0.1:{redis.port}/0"
        leader = Node(url, state.journal / "site.key", clinic.id)
        try:
            journal = await leader.lead()
            await journal.append(day)
        finally:
            await leader.close()

    asyncio.run(write())
    return state


@pytest.mark.slow
@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_a_journal_in_redis_is_read_as_the_same_in_a_file(typed, node, kept, redis, command):
    code, out, err = typed(*command, node.path, "--redis", redis.url)
    assert (code, err) == (0, "")
    here = typed(*command, kept.path)[1]
    if command == ("replay",):
        assert "every decision is the same" in out
        assert out.split(",")[:2] == here.split(",")[:2]
    else:
        assert out == here


@pytest.mark.slow
def test_the_state_folder_of_a_machine_knows_where_its_journal_is(
    typed, node, redis, tmp_path, monkeypatch
):
    state = StateFolder(tmp_path / "state")
    shutil.copytree(node.path, state.path)
    assert "there is no journal here" in typed("replay", state.path)[2]
    monkeypatch.setenv(ENVIRONMENT, redis.url)
    assert typed("replay", state.path)[0] == 0
    monkeypatch.delenv(ENVIRONMENT)
    remember(state.redis, Private(redis.url))
    # An older journal of the time when this machine was alone is not taken for today's.
    (state.journal / DATABASE).write_bytes(b"")
    assert typed("replay", state.path)[0] == 0
    state.secrets.unlink()
    code, _out, err = typed("replay", state.path)
    assert code == 2
    assert "the server wants a password" in err
    monkeypatch.setenv(ENVIRONMENT, f"redis://:{PASSWORD}@127.0.0.1:{redis.port}/0")
    assert typed("replay", state.path)[0] == 0


@pytest.mark.slow
def test_a_file_is_read_as_a_file_whatever_the_environment_says(typed, kept, monkeypatch):
    monkeypatch.setenv(ENVIRONMENT, "redis://127.0.0.1:1/0")
    assert typed("replay", kept.path)[0] == 0


@pytest.mark.slow
def test_a_redis_that_cannot_be_read_is_one_line_without_the_password(
    typed, node, redis, clinic, tmp_path, monkeypatch
):
    state = StateFolder(tmp_path / "state")
    shutil.copytree(node.path, state.path)
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    for url, told in (
        (f"redis://:{PASSWORD}@127.0.0.1:1/0", "cannot be reached"),
        (f"redis://:{PASSWORD}-@127.0.0.1:{redis.port}/0", "user or password are wrong"),
        (f"redis://:{PASSWORD}@127.0.0.1:{redis.port}/7", "no journal of this site"),
        (f"http://:{PASSWORD}@127.0.0.1/0", "its scheme is none of"),
    ):
        monkeypatch.setenv(ENVIRONMENT, url)
        code, out, err = typed("report", state.path)
        assert (code, out) == (2, "")
        (line,) = err.splitlines()
        assert told in line
        assert PASSWORD not in line
    shutil.rmtree(state.versions)
    assert "name the site's folder" in typed("report", state.path, "--redis", redis.url)[2]


@pytest.mark.parametrize("command", ["explain", "replay", "report", "run"])
def test_a_password_in_a_wrong_place_is_not_repeated(typed, kept, command, tmp_path, capsys):
    url = f"redis://:{PASSWORD}@127.0.0.1/0"
    rest = ["call-00"] if command == "explain" else []
    code, out, err = typed(command, *rest, "--redis", url, "--state", tmp_path / "state")
    assert (code, out) == (2, "")
    assert PASSWORD not in err
    assert "redis/password" in err
    if command == "run":
        assert not (tmp_path / "state").exists()
    else:
        assert typed(command, *rest, url)[0] == 2
        assert typed(command, url)[0] == 2
    with pytest.raises(SystemExit):
        main([command, "one", "two", "three", url])
    assert PASSWORD not in capsys.readouterr().err


def test_what_programs_read_is_whole_json(typed, kept):
    for command in (("explain", "--last"), ("replay",), ("report",), READERS[3]):
        code, out, _err = typed(*command, "--json", "--state", kept.path)
        assert code == 0
        assert isinstance(json.loads(out), dict)
