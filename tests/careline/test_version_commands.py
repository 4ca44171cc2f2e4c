"""``careline publish``, ``versions``, ``rollback`` and ``diff`` as people type them."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from adapters.telephony.simulated import Behaviour, SimulatedLine, SimulatedPhones
from calls.ids import CallId
from careline.__main__ import main
from careline.call_log import CallLog
from careline.clock import WallClock
from careline.control import request, watching
from careline.control_server import ControlServer
from careline.publications import How
from careline.publishing import Gate
from careline.state import StateFolder
from careline.versions import SiteVersions
from tests.careline.small_site import Folder, Line, published, started

TITLE = "title: Small Clinic"


class Running(Line):
    """A line whose control socket stands where the commands look for it."""

    def __init__(self, config: Path, state: StateFolder) -> None:
        super().__init__(config, state.versions)
        self.state = state
        self.clock = WallClock()
        behaviours = {agent: Behaviour() for agent in self.site.agents}
        self.phones = SimulatedPhones(self.site.id, behaviours)
        self.line = SimulatedLine(self.phones, self.clock)
        self.calls = CallLog()
        self.brain._observe = self.calls.observe
        self.server = ControlServer(self.brain, self.calls, self.publisher)
        self.calls.listen(self.server.tell_watchers)


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    made = StateFolder(tmp_path / "state")
    made.make()
    return made


@pytest.fixture
async def line(folder: Folder, state: StateFolder) -> AsyncIterator[Running]:
    made = Running(folder.path, state)
    made.brain._intake._observe = made.calls.observe
    await made.server.start(state.control_socket)
    driving = asyncio.create_task(made.brain.drive(made.line))
    yield made
    driving.cancel()
    await asyncio.gather(driving, return_exceptions=True)
    await made.server.stop()
    made.line.close()
    made.gate.close()


@pytest.fixture
def typed(state: StateFolder, capsys: pytest.CaptureFixture[str]) -> Callable:
    """Types a command; its exit code, what it said, and what it complained of."""

    async def run(*words: str) -> tuple[int, list[str], str]:
        code = await asyncio.to_thread(main, [*words, "--state", str(state.path)])
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.rstrip("\n")

    return run


# --- publish and rollback -------------------------------------------------------------------------


async def test_a_changed_folder_is_published_gate_by_gate(line, typed, folder):
    folder.replace("site.yaml", TITLE, "title: Second")
    code, told, err = await typed("publish", "--note", "A new title", "--author", "maria")
    last = line.versions.history.last()
    assert (code, err) == (0, "")
    assert told == [
        "check: passed",
        "triage: passed",
        "keep: passed",
        f"new calls begin with version {last.short} (v2)",
    ]
    assert (last.author, last.note) == ("maria", "A new title")


async def test_the_login_name_answers_for_what_nobody_else_does(line, typed, folder, monkeypatch):
    monkeypatch.setenv("LOGNAME", "ortiz")
    folder.replace("site.yaml", TITLE, "title: Second")
    assert (await typed("publish"))[0] == 0
    assert line.versions.history.last().author == "ortiz"


async def test_what_is_only_noted_is_not_told_to_serve(line, typed, folder, monkeypatch):
    # As while no line is connected: the brain does not come to it in time.
    monkeypatch.setattr("careline.publisher.HANDLED_WITHIN_S", 0.0)
    folder.replace("site.yaml", TITLE, "title: Second")
    for words, name in ((("publish",), "v2"), (("rollback", "v1"), "v3")):
        code, told, err = await typed(*words)
        last = line.versions.history.last()
        assert (code, err) == (1, "")
        assert told[-1].startswith(f"version {last.short} ({name}) is noted; it counts once ")
        assert not any(each.startswith(("keep", "new calls")) for each in told)


async def test_nothing_to_publish_is_said(line, typed):
    code, told, _err = await typed("publish")
    assert code == 0
    assert told[-1] == (
        f"nothing has changed: new calls begin with version {line.site.version[:8]}, as before"
    )


async def test_a_folder_with_a_mistake_is_told_and_not_published(line, typed, folder):
    folder.replace("flows/main.yaml", "otherwise: bye", "otherwise: bey")
    code, told, _err = await typed("publish")
    assert code == 1
    assert re.match(r"flows/main\.yaml:\d+:\d+: .*'bey'", told[0])
    assert told[-1] == f"1 problem; version {line.site.version[:8]} goes on serving"
    assert line.hows == ["first-start"]


@pytest.mark.parametrize("command", ["publish", "rollback"])
@pytest.mark.parametrize("words", [("--note", "two\nlines"), ("--author", "x" * 81)])
async def test_what_cannot_be_kept_is_refused_before_the_line_is_asked(
    typed, capsys, command, words
):
    with pytest.raises(SystemExit) as left:
        await typed(command, *words)
    assert left.value.code == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert told.startswith(f"careline {command}: argument {words[0]}: ")


async def test_a_roll_back_is_told_with_what_the_folder_still_holds(line, typed, folder):
    folder.replace("site.yaml", TITLE, "title: Second")
    await typed("publish")
    code, told, err = await typed("rollback", "--note", "Too new", "v1")
    assert (code, err) == (0, "")
    assert told[-2:] == [
        f"new calls begin with version {line.site.version[:8]} again (v3)",
        f"{folder.path} still holds the newer files: careline publish takes them up again",
    ]
    assert line.versions.history.last().note == "Too new"
    assert (await typed("rollback", "v1"))[1][-1].endswith("serves already")
    # And the folder is what is published next.
    assert (await typed("publish"))[1][-1].endswith("(v4)")


async def test_a_roll_back_to_no_version_tells_which_there_are(line, typed):
    code, told, err = await typed("rollback", "v9")
    assert (code, told) == (1, [])
    assert err == f"there is no version 'v9'; the latest: v1 {line.site.version[:8]}"


async def test_whoever_stops_the_command_stops_the_publication(line, folder, state):
    asked, go_on = threading.Event(), threading.Event()

    def waits(_site, _progress):
        asked.set()
        go_on.wait(30)
        return ()

    line.publisher._gates = (Gate(name="waits", find=waits, within_s=60.0),)
    folder.replace("site.yaml", TITLE, "title: Second")
    reader, writer = await asyncio.open_unix_connection(state.control_socket)
    writer.write(b'{"op": "publish"}\n')
    assert json.loads(await reader.readline())["gate"] == "check"
    assert await asyncio.to_thread(asked.wait, 30)
    writer.close()
    await writer.wait_closed()
    (serving,) = line.server._connections
    await asyncio.gather(serving, return_exceptions=True)
    go_on.set()
    for thread in threading.enumerate():
        if thread.name.startswith("gate-"):
            await asyncio.to_thread(thread.join, 30)
    assert line.hows == ["first-start"]


@pytest.mark.parametrize(
    "fields",
    [
        {"op": "publish", "author": 7},
        {"op": "publish", "note": ["x"]},
        {"op": "publish", "note": "x" * 501},
        {"op": "roll-back", "version": 3},
        {"op": "roll-back", "version": "\x00"},
    ],
)
async def test_a_request_that_makes_no_sense_is_refused(line, state, fields):
    answer = await request(state.control_socket, **fields)
    assert answer["ok"] is False
    assert line.hows == ["first-start"]


# --- versions -------------------------------------------------------------------------------------


async def test_versions_are_listed_with_who_when_and_why(line, typed, folder):
    folder.replace("site.yaml", TITLE, "title: Second")
    await typed("publish", "--author", "maria", "--note", "A new title")
    code, (first, second), _err = await typed("versions")
    assert code == 0
    assert re.fullmatch(
        rf"  v1  {line.site.version[:8]}  \d{{4}}-\d\d-\d\d \d\d:\d\d  \S+ +first start", first
    )
    assert second.startswith("* v2  ")
    assert second.endswith("  serves; A new title")


async def test_an_older_version_says_how_many_calls_keep_it(line, typed, folder, state):
    async with watching(state.control_socket) as events:
        line.line.report(line.phones.arrive(CallId("one"), line.clock()))
        await anext(events)
    folder.replace("site.yaml", TITLE, "title: Second")
    await typed("publish")
    _code, (first, second), _err = await typed("versions")
    assert first.endswith("  1 call in progress keeps it; first start")
    assert second.endswith("  serves")
    listed = json.loads("\n".join((await typed("versions", "--json"))[1]))
    assert [each["calls"] for each in listed["versions"]] == [1, 0]


async def test_versions_are_listed_without_a_running_line_in_the_clinics_time(typed, folder, state):
    versions = SiteVersions(state.versions)
    first = started(folder.path, versions)
    folder.replace("site.yaml", TITLE, "title: Second")
    published(folder.path, versions)
    versions.history.append(first.version, at=1_795_449_600.0, how=How.ROLLED_BACK, author="ana")
    _code, told, _err = await typed("versions")
    assert "  2026-11-23 10:00  maria" in told[1]
    assert told[2].startswith(f"* v3  {first.version[:8]}  2026-11-23 11:00  ana")
    assert told[2].endswith("  serves; rolled back")
    data = json.loads("\n".join((await typed("versions", "--json"))[1]))
    assert data["time_zone"] == "America/New_York"
    assert data["versions"][2] == {
        "number": 3, "version": first.version, "at": 1_795_449_600.0, "author": "ana", "note": "",
        "how": "rolled-back", "previous": data["versions"][1]["version"], "serves": True,
        "calls": 0,
    }  # fmt: skip


async def test_what_serves_in_place_of_what_cannot_be_read_is_listed_as_nobodys(
    typed, folder, state
):
    versions = SiteVersions(state.versions)
    (published(folder.path, versions).folder / "queues.yaml").unlink()
    folder.replace("site.yaml", TITLE, "title: Draft")
    started(folder.path, versions)
    _code, told, _err = await typed("versions")
    assert re.fullmatch(
        r"\* v2  \w{8}  \S+ \S+ {9}serves; not published; the version before could not .*", told[1]
    )


async def test_where_none_was_published_one_line_says_so(typed, state):
    code, told, err = await typed("versions")
    assert (code, told) == (2, [])
    assert err.startswith(f"{state.path}: no version was published yet; ")


# --- diff -----------------------------------------------------------------------------------------


@pytest.fixture
def two(folder: Folder, state: StateFolder) -> SiteVersions:
    versions = SiteVersions(state.versions)
    started(folder.path, versions)
    folder.replace("queues.yaml", "title: Everything", "title: All")
    folder.replace("prompts.yaml", "See you.", "See you again. Have a good day.")
    published(folder.path, versions)
    return versions


async def test_two_versions_are_compared_in_words(typed, two):
    v1, v2 = (each.short for each in two.history.read())
    code, told, _err = await typed("diff", "v1", "v2")
    assert code == 1
    assert told == [
        "prompt bye / en: See you. -> See you again. Have a good day.",
        "queue general / title: Everything -> All",
        "",
        f"2 differences from v1 ({v1}) to v2 ({v2})",
    ]
    assert (await typed("diff", v1, v2))[1] == told
    assert (await typed("diff", "v1", "serving"))[1] == told


async def test_the_same_version_is_no_difference(typed, two):
    code, told, _err = await typed("diff", "v2", "serving")
    assert code == 0
    assert told[0].endswith(" mean the same")


async def test_a_long_text_stands_under_what_it_was(typed, two, folder):
    folder.replace("prompts.yaml", "See you again. Have a good day.", "Bye " + 20 * "now ")
    code, told, _err = await typed("diff", "v2", "--config", str(folder.path))
    assert code == 1
    assert told[:3] == [
        "prompt bye / en:",
        "    was  See you again. Have a good day.",
        "    is   Bye" + 20 * " now",
    ]


async def test_the_folder_is_that_of_the_running_line(line, typed, folder):
    assert (await typed("diff", "serving"))[0] == 0
    folder.replace("site.yaml", TITLE, "title: Second")
    code, told, _err = await typed("diff", "serving", "--json")
    assert code == 1
    assert json.loads("\n".join(told))["differences"] == [
        {"path": ["site", "title"], "kind": "changed", "before": "Small Clinic", "after": "Second"}
    ]


async def test_without_a_running_line_the_folder_has_to_be_named(typed, two, folder):
    code, told, err = await typed("diff", "v1")
    assert (code, told) == (2, [])
    assert "no line is running" in err
    assert "--config" in err
    assert (await typed("diff", "v2", "folder", "--config", str(folder.path)))[0] == 0


async def test_what_cannot_be_compared_is_told(typed, two, folder, tmp_path):
    code, _told, err = await typed("diff", "v3", "v1")
    assert code == 2
    assert err.startswith("there is no version 'v3'; the latest: v1 ")
    assert err.endswith("or `serving`, or `folder`")
    (two.folder_of_last() / "queues.yaml").unlink()
    code, _told, err = await typed("diff", "v1", "v2")
    assert code == 2
    assert "cannot be read. Its files in" in err
    folder.replace("flows/main.yaml", "otherwise: bye", "otherwise: bey")
    code, _told, err = await typed("diff", "v1", "--config", str(folder.path))
    assert code == 2
    assert "'bey'" in err
    assert (await typed("diff", "v1", "--config", str(tmp_path / "nothing")))[0] == 2


async def test_a_version_may_stand_after_an_option(typed, two):
    assert (await typed("diff", "v1", "--json", "v1"))[0] == 0
