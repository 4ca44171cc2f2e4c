"""docs/flows.md: every file and command it shows is written and typed, in its order."""

from __future__ import annotations

import asyncio
import io
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from careline.__main__ import main
from careline.state import StateFolder
from config.load import DEFAULT_CLINIC, check
from ivr import names
from ivr.flow import Keys
from ivr.prompts import MANNERS
from ivr.steps import KINDS
from tests.careline.test_version_commands import Running
from tests.test_documents import section, table

PAGE = (Path(__file__).parents[2] / "docs" / "flows.md").read_text()
_BLOCK = re.compile(r"(?:<!-- with: (.*?) -->\n)?^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_ON_A_LINE = ("publish", "rollback", "versions")
"""Commands that ask a running line."""


class Reader:
    """Does what the page says, in a folder of its own."""

    def __init__(self, at: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.at = at
        self.state = StateFolder(at / "state")
        self._capsys = capsys

    def write(self, block: str) -> Path:
        """Write a block: a whole file, or what it changes in one."""
        file = block.splitlines()[0].removeprefix("# ")
        path = self.inside(self.at / "my-clinic" / file)
        path.parent.mkdir(exist_ok=True)
        new = yaml.load(block, Loader=yaml.BaseLoader)
        if "start" in new or not path.exists():
            path.write_text(block)
        elif new.keys() == {"steps"}:
            flow = yaml.load(path.read_text(), Loader=yaml.BaseLoader)
            flow["steps"] |= new["steps"]
            path.write_text(_dumped(flow))
        else:
            there = yaml.load(path.read_text(), Loader=yaml.BaseLoader)
            path.write_text(_dumped(there | new))
        return path

    def inside(self, path: Path) -> Path:
        """The path, which has to stay in this folder wherever links lead."""
        assert path.resolve().is_relative_to(self.at.resolve()), path
        return path

    def run(self, block: str) -> None:
        """Run a block by the shell; one that makes and copies, and deletes nothing."""
        assert {line.split()[0] for line in block.splitlines()} <= {"mkdir", "cp"}
        subprocess.run(block, shell=True, cwd=self.at, check=True)
        self.inside(self.at / "my-clinic" / "flows")

    def type(self, command: str) -> str:
        """Type a command; what it prints."""
        typed, _, words = command.rpartition(" | ")
        script = shlex.split(typed)[1].replace("\\n", "\n") if typed else ""
        name, *arguments = shlex.split(words)
        assert name == "careline"
        if arguments[0] in (*_ON_A_LINE, "diff"):
            arguments += ["--state", str(self.state.path)]
        with pytest.MonkeyPatch.context() as patched:
            patched.chdir(self.at)
            patched.setattr("sys.stdin", io.StringIO(script))
            main(arguments)
        out, err = self._capsys.readouterr()
        assert err == "", (command, err)
        return out


def _dumped(value: object) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=10_000)


def _shown(block: str) -> list[tuple[str, str]]:
    """The commands of a block, and what is shown of each."""
    commands = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(each.partition("\n")[0], each.partition("\n")[2]) for each in commands]


def _fits(shown: str, printed: str) -> bool:
    """Whether it is what was printed, with ``…`` for whatever stands there."""
    lines = [
        r"(?:.*\n)*?" if line == "…" else ".*?".join(map(re.escape, line.split("…"))) + r" *\n"
        for line in shown.splitlines()
    ]
    return re.fullmatch("".join(lines), printed) is not None


@pytest.fixture
def reader(tmp_path, capsys):
    # A whole copy and no link: what the page does to it must not reach the sample itself.
    shutil.copytree(DEFAULT_CLINIC, tmp_path / "config" / "clinic")
    return Reader(tmp_path, capsys)


def blocks():
    return [(each[1] or "", each[2], each[3]) for each in _BLOCK.finditer(PAGE)]


@pytest.mark.slow
async def test_the_page_can_be_followed_as_it_stands(reader):
    line = None
    after_writing = False
    for where, language, block in blocks():
        if after_writing and language != "yaml":
            told = list(map(str, check(reader.at / "my-clinic")[0]))
            assert told == [], block
            after_writing = False
        if language == "sh":
            reader.run(block)
        elif language == "yaml":
            reader.write(block)
            after_writing = True
        elif language == "console":
            before = _exchange(reader, where)
            for command, shown in _shown(block):
                if "diff serving" in command:
                    line = await _serving(reader)
                printed = await asyncio.to_thread(reader.type, command)
                assert _fits(shown, printed), f"$ {command}\n{printed}"
            for path, text in before.items():
                path.write_text(text)
    assert line is not None
    await line.stop_all()


def _exchange(reader: Reader, where: str) -> dict[Path, str]:
    """Put the mistake that a block speaks of into a file; what stood there before."""
    if not where:
        return {}
    file, old, new = where.split(" | ")
    path = reader.inside(reader.at / "my-clinic" / file)
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    return {path: text}


class Line(Running):
    """A line that serves the sample until the page publishes."""

    async def start_all(self) -> None:
        self.brain._intake._observe = self.calls.observe
        await self.server.start(self.state.control_socket)
        self.driving = asyncio.create_task(self.brain.drive(self.line))

    async def stop_all(self) -> None:
        self.driving.cancel()
        await asyncio.gather(self.driving, return_exceptions=True)
        await self.server.stop()
        self.line.close()
        self.gate.close()


async def _serving(reader: Reader) -> Line:
    """The folder as it was before its last change, served."""
    reader.state.make()
    clinic = reader.inside(reader.at / "my-clinic")
    text = (clinic / "site.yaml").read_text()
    (clinic / "site.yaml").write_text(text.replace("title: Riverside", "title: Old Riverside"))
    line = Line(clinic, reader.state)
    (clinic / "site.yaml").write_text(text)
    await line.start_all()
    return line


# --- what its tables say --------------------------------------------------------------------------


def test_every_kind_of_step_has_a_line_in_its_table():
    listed = [cells[0].strip("`") for cells in table(section(PAGE, "The kinds of steps"))]
    assert sorted(listed) == sorted(KINDS)


def test_every_name_that_a_condition_may_use_has_a_line_in_its_table():
    rows = table(section(PAGE, "Names in conditions and prompts"))
    listed = {name for cells in rows for name in re.findall(r"`([^`]+)`", cells[0])}
    assert listed == set(names.known_names({"office": None}))


def test_every_key_that_works_everywhere_has_a_line_in_its_table():
    rows = table(section(PAGE, "What the line does by itself"))
    keys = Keys()
    listed = {cells[2].strip("`"): cells[0].strip("`") or None for cells in rows}
    assert listed == {name: getattr(keys, name) for name in Keys.__slots__}


def test_every_manner_of_saying_a_value_is_named():
    told = section(PAGE, "Names in conditions and prompts")
    assert set(re.findall(r"\{[a-z-]+:([a-z]+)\}", told)) == set(MANNERS)


def test_the_page_is_three_printed_pages_of_words():
    prose = re.sub(r"^```.*?^```", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert 1000 < len(prose.split()) < 1800
