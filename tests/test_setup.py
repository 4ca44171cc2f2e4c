"""What the set-up decides, with stand-ins for every program that would change the machine.

Long because the machine of stand-ins stands here too: a test is read with it or not understood.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
READ_BY_THE_SCRIPT = ("setup.cfg", "pyproject.toml", "constraints.txt")
DEBIAN_BASE = "python3-venv festival festvox-us-slt-hts flite espeak-ng graphviz"
DEBIAN_DEV = f"{DEBIAN_BASE} sip-tester baresip procps redis-server"

TOOLS = (
    "bash",
    "cat",
    "chmod",
    "cut",
    "dirname",
    "env",
    "flock",
    "grep",
    "mkdir",
    "rm",
    "sha256sum",
    "touch",
    "true",
)

STAND_INS = {
    "dpkg-query": """
        for package; do grep -qx -e "$package" "$HOME/installed" && echo "installed $package"; done
        exit 1""",
    "dpkg": ":",
    "apt-get": """
        log "apt-get $*"
        case "$*" in *" update") [ ! -e "$HOME/update-fails" ] || exit 100 ;; esac
        case "$*" in *--no-install-recommends*) ;; *) exit 0 ;; esac
        [ ! -e "$HOME/apt-fails" ] || exit 100
        for package; do echo "$package" >> "$HOME/installed"; done""",
    "id": "cat $HOME/uid",
    "uname": "cat $HOME/machine",
    "sleep": 'log "sleep $*"',
    "python3": """
        case "$*" in
        --version) echo "Python 3.11.2" ;;
        -c*) [ ! -e "$HOME/no-venv-module" ] ;;
        "-m venv .venv")
            log "venv"
            mkdir -p .venv/bin .venv/lib/python3.11/site-packages
            echo "#!$PWD/.venv/bin/python" > .venv/bin/pip
            { echo "#!$HOME/bin/bash"; cat "$HOME/venv-python"; } > .venv/bin/python
            chmod +x .venv/bin/python ;;
        esac""",
}
SUDO = {
    "free": """
        shift
        [ "$1" = true ] || log "sudo"
        exec "$@" """,
    "asks": "exit 1",
}
VENV_PYTHON = """
case "$1 $2" in
"-c "*) exit 0 ;;
"-m pip") ;;
*) exec "$REAL_PYTHON" "$@" ;;
esac
words="$*"
echo "pip $PIP_CONSTRAINT ${words#*install }" >> "$HOME/log"
if [ -e "$HOME/pip-hangs" ]; then echo $$ > "$HOME/pip-hangs"; exec "$REAL_SLEEP" 60; fi
fails=$(cat "$HOME/pip-fails" 2>/dev/null || echo 0)
[ "$fails" -gt 0 ] || exit 0
echo $((fails - 1)) > "$HOME/pip-fails"
echo "the index is out of reach" >&2
exit 1
"""


class Machine:
    """A machine with nothing but the stand-ins, and a copy of what the set-up reads.

    Args:
        home: an empty folder.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.project = home / "my careline"
        self._bin = home / "bin"
        (self.project / "scripts").mkdir(parents=True)
        for name in READ_BY_THE_SCRIPT:
            shutil.copy(PROJECT / name, self.project)
        script = (PROJECT / "scripts" / "setup.sh").read_text()
        assert script.count("/usr/bin/python3") == 1
        self.script = self.project / "scripts" / "setup.sh"
        self.script.write_text(script.replace("/usr/bin/python3", "/nowhere/python3"))
        self.script.chmod(0o755)

        self._bin.mkdir()
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found is not None, tool
            (self._bin / tool).symlink_to(found)
        for name, body in STAND_INS.items():
            self.add(name, body)
        (home / "venv-python").write_text(VENV_PYTHON)
        (home / "installed").touch()
        (home / "log").touch()
        self.be_user(1000)
        self.have_machine("x86_64")

    def add(self, name: str, body: str = ":") -> None:
        program = self._bin / name
        program.write_text(
            f'#!{self._bin}/bash\nlog() {{ echo "$*" >> "$HOME/log"; }}\n{body}\n', "utf-8"
        )
        program.chmod(0o755)

    def be_user(self, number: int) -> None:
        (self.home / "uid").write_text(f"{number}\n")

    def have_machine(self, name: str) -> None:
        (self.home / "machine").write_text(f"{name}\n")

    def have_packages(self, names: str) -> None:
        (self.home / "installed").write_text("".join(f"{name}\n" for name in names.split()))

    def mark(self, name: str, text: str = "") -> None:
        (self.home / name).write_text(text)

    @property
    def environment(self) -> dict[str, str]:
        sleep = shutil.which("sleep")
        assert sleep is not None
        return {
            "HOME": str(self.home),
            "PATH": str(self._bin),
            "REAL_PYTHON": sys.executable,
            "REAL_SLEEP": sleep,
        }

    def set_up(self, *words: str) -> tuple[int, str]:
        done = subprocess.run(
            [self._bin / "bash", self.script, *words],
            env=self.environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout == ""
        return done.returncode, done.stderr

    @property
    def log(self) -> list[str]:
        return (self.home / "log").read_text().splitlines()

    @property
    def pip_calls(self) -> list[str]:
        calls = [line.removeprefix("pip ") for line in self.log if line.startswith("pip ")]
        assert all(call.startswith("constraints.txt ") for call in calls)
        return [call.removeprefix("constraints.txt ") for call in calls]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def ready(machine: Machine) -> Machine:
    """Every Debian package is there."""
    machine.have_packages(DEBIAN_DEV)
    machine.add("espeak-ng")
    return machine


# --- Debian packages ----------------------------------------------------------------------------


def test_without_root_the_one_command_is_printed_and_it_stops(machine: Machine) -> None:
    machine.mark("no-venv-module")
    code, said = machine.set_up("base")
    assert code == 2
    assert (
        f"su -l -c 'apt-get update && apt-get install -y --no-install-recommends {DEBIAN_BASE}'"
        in (said)
    )
    assert "Python 3.11 or later with its venv module is needed" in said
    assert machine.log == []


def test_a_sudo_that_asks_for_a_password_is_left_to_the_person(machine: Machine) -> None:
    machine.add("sudo", SUDO["asks"])
    machine.mark("no-venv-module")
    code, said = machine.set_up("dev")
    assert code == 2
    assert (
        "sudo apt-get update && sudo apt-get install -y --no-install-recommends " + DEBIAN_DEV
        in said
    )
    assert machine.log == []


@pytest.mark.parametrize("voice", ["espeak-ng", "flite"])
def test_one_voice_is_enough_to_go_on(machine: Machine, voice: str) -> None:
    machine.have_packages(f"python3-venv {voice}")
    machine.add(voice)
    code, said = machine.set_up("base")
    assert code == 0
    assert "going on without them" in said
    assert machine.pip_calls == ["-e ."]


def test_without_any_voice_it_stops(machine: Machine) -> None:
    machine.have_packages("python3-venv")
    code, said = machine.set_up("base")
    assert code == 2
    assert "cannot go on without a voice" in said
    assert machine.pip_calls == []


def test_the_tests_need_every_package(ready: Machine) -> None:
    ready.have_packages(DEBIAN_BASE)
    code, said = ready.set_up("dev")
    assert code == 2
    assert "missing: sip-tester baresip procps redis-server" in said
    assert "the tests and the demo need them all" in said
    assert ready.pip_calls == []


def test_root_installs_what_is_missing_and_nothing_more(machine: Machine) -> None:
    machine.be_user(0)
    machine.have_packages("flite")
    machine.add("espeak-ng")
    assert machine.set_up("base")[0] == 0
    quiet = "apt-get -y -qq -o DPkg::Lock::Timeout=120"
    wanted = DEBIAN_BASE.replace(" flite", "")
    assert [line for line in machine.log if line.startswith("apt-get")] == [
        f"{quiet} update",
        f"{quiet} install --fix-broken --no-remove",
        f"{quiet} install --no-install-recommends {wanted}",
    ]


@pytest.mark.parametrize("was_there", [False, True])
def test_the_redis_of_the_tests_is_not_left_running_where_there_was_none(
    machine: Machine, was_there: bool
) -> None:
    machine.be_user(0)
    machine.add("espeak-ng")
    machine.add("systemctl", 'log "systemctl $*"')
    machine.have_packages("redis-server" if was_there else "")
    assert machine.set_up("dev")[0] == 0
    stopped = [line for line in machine.log if line.startswith("systemctl")]
    assert stopped == ([] if was_there else ["systemctl disable --now redis-server"])


def test_a_sudo_that_asks_nothing_is_used(machine: Machine) -> None:
    machine.add("sudo", SUDO["free"])
    machine.add("espeak-ng")
    code, said = machine.set_up("base")
    assert (code, "run this once" in said) == (0, False)
    assert [line for line in machine.log if line.endswith(DEBIAN_BASE)] == [
        f"apt-get -y -qq -o DPkg::Lock::Timeout=120 install --no-install-recommends {DEBIAN_BASE}"
    ]
    assert machine.log[0] == "sudo"


def test_debian_packages_that_cannot_be_fetched_are_tried_three_times(machine: Machine) -> None:
    machine.be_user(0)
    machine.mark("apt-fails")
    code, said = machine.set_up("base")
    assert code == 2
    assert "apt-get could not install them" in said
    assert "cannot go on without a voice" in said
    assert len([line for line in machine.log if line.endswith(DEBIAN_BASE)]) == 3
    assert machine.pip_calls == []


def test_package_lists_that_cannot_be_fetched_need_not_be_the_ones_that_are_wanted(
    machine: Machine,
) -> None:
    machine.be_user(0)
    machine.mark("update-fails")
    machine.add("espeak-ng")
    code, said = machine.set_up("base")
    assert code == 0
    assert "apt-get update failed; trying with the lists of before" in said
    assert len([line for line in machine.log if line.endswith(" update")]) == 3
    assert machine.pip_calls == ["-e ."]


# --- what is asked for --------------------------------------------------------------------------


@pytest.mark.parametrize("words", [("everything",), ("base", "dev"), ("--help",)])
def test_an_unknown_word_changes_nothing(ready: Machine, words: tuple[str, ...]) -> None:
    code, said = ready.set_up(*words)
    assert code == 2
    assert "base, speech" in said
    assert ready.log == []


def test_the_second_time_nothing_is_left_to_do(ready: Machine) -> None:
    assert ready.set_up("dev")[0] == 0
    before = ready.log
    assert ready.set_up("dev") == (0, "")
    assert ready.set_up("speech") == (0, "")
    assert ready.set_up("base") == (0, "")
    assert ready.set_up() == (0, "")
    assert ready.log == before


def test_the_recognisers_come_last_and_moonshine_alone(ready: Machine) -> None:
    assert ready.set_up("speech")[0] == 0
    assert ready.pip_calls == [
        "-e .",
        "pocketsphinx webrtcvad-wheels",
        "--no-deps moonshine-voice",
    ]


@pytest.mark.parametrize("want", ["speech", "dev"])
def test_another_processor_stays_with_digits_and_says_so(ready: Machine, want: str) -> None:
    ready.have_machine("aarch64")
    code, said = ready.set_up(want)
    assert code == 0
    assert "no recogniser is packaged for aarch64: the line stays with digits" in said
    assert len(ready.pip_calls) == 1


# --- Python packages ----------------------------------------------------------------------------


def test_a_pip_that_fails_twice_is_tried_a_third_time(ready: Machine) -> None:
    ready.mark("pip-fails", "2")
    code, said = ready.set_up("base")
    assert code == 0
    assert said.count("that failed; trying again") == 2
    assert ready.pip_calls == ["-e ."] * 3
    assert [line for line in ready.log if line.startswith("sleep")] == ["sleep 3", "sleep 6"]


def test_a_pip_that_keeps_failing_stops_it_and_the_next_run_tries_again(ready: Machine) -> None:
    ready.mark("pip-fails", "3")
    code, said = ready.set_up("base")
    assert code == 2
    assert "the index is out of reach" in said
    assert "pip could not install" in said
    assert ready.set_up("base")[0] == 0
    assert len(ready.pip_calls) == 4


@pytest.mark.parametrize("name", READ_BY_THE_SCRIPT)
def test_a_changed_file_installs_again(ready: Machine, name: str) -> None:
    ready.set_up("speech")
    before = len(ready.pip_calls)
    with (ready.project / name).open("a") as file:
        file.write("# changed\n")
    assert ready.set_up("speech")[0] == 0
    assert len(ready.pip_calls) == 2 * before


def test_a_file_that_was_changed_back_installs_again(ready: Machine) -> None:
    before = (ready.project / "constraints.txt").read_text()
    for text in (before, f"{before}# changed\n", before):
        (ready.project / "constraints.txt").write_text(text)
        ready.set_up("base")
    assert ready.pip_calls == ["-e ."] * 3


def test_a_half_made_environment_is_made_anew(ready: Machine) -> None:
    ready.set_up("base")
    (ready.project / ".venv" / "bin" / "pip").unlink()
    code, said = ready.set_up("base")
    assert (code, "making .venv" in said) == (0, True)
    assert ready.pip_calls == ["-e ."] * 2


def test_an_environment_that_was_moved_is_made_anew(ready: Machine) -> None:
    ready.set_up("base")
    ready.project = ready.project.rename(ready.home / "elsewhere")
    ready.script = ready.project / "scripts" / "setup.sh"
    code, said = ready.set_up("base")
    assert (code, "making .venv" in said) == (0, True)
    assert ready.pip_calls == ["-e ."] * 2


def test_a_half_installed_package_is_not_taken_for_installed(ready: Machine) -> None:
    ready.set_up("base")
    packages = ready.project / ".venv" / "lib" / "python3.11" / "site-packages"
    whole, cut_short, put_aside = (
        packages / name for name in ("whole-1.dist-info", "cut_short-1.dist-info", "~ut_short")
    )
    for folder in (whole, cut_short, put_aside):
        folder.mkdir()
    (whole / "INSTALLER").write_text("pip\n")
    ready.set_up("speech")
    assert [p.exists() for p in (whole, cut_short, put_aside)] == [True, False, False]


def test_a_second_set_up_in_the_folder_waits_for_the_first(ready: Machine) -> None:
    first = os.open(ready.project, os.O_RDONLY)
    fcntl.flock(first, fcntl.LOCK_EX)
    try:
        second = subprocess.Popen(
            [ready.script, "base"], env=ready.environment, stderr=subprocess.PIPE, text=True
        )
        assert second.stderr is not None
        assert "waiting for another set-up in this folder" in second.stderr.readline()
        assert ready.log == []
    finally:
        os.close(first)
    _, said = second.communicate(timeout=30)
    assert (second.returncode, ready.pip_calls) == (0, ["-e ."]), said


def test_stopping_the_set_up_stops_its_download_and_the_next_one_goes_on(ready: Machine) -> None:
    pipe = ready.home / "pip-hangs"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    process = subprocess.Popen(
        [ready.script, "base"], env=ready.environment, stderr=subprocess.PIPE, text=True
    )
    while process.poll() is None and not select.select([reader], [], [], 0.1)[0]:
        pass  # until pip has begun, or the set-up has ended without it
    download = int(os.read(reader, 100))
    os.close(reader)
    process.send_signal(signal.SIGTERM)
    try:
        assert process.wait(30) == 143
        with pytest.raises(ProcessLookupError):
            os.kill(download, 0)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(download, signal.SIGKILL)
        _, said = process.communicate()
    assert "stopped; run it again to go on" in said
    pipe.unlink()
    assert ready.set_up("base")[0] == 0
    assert ready.pip_calls == ["-e ."] * 2
