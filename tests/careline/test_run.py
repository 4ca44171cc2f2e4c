"""``careline run`` at a terminal, with its real processes."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from adapters.telephony.media import MediaEngine
from adapters.telephony.sip.phone import CallerPhone
from careline.__main__ import main
from careline.control import request, watching
from config.load import DEFAULT_CLINIC

pytestmark = pytest.mark.slow


def keys_need_enter(terminal: int) -> bool:
    return bool(termios.tcgetattr(terminal)[3] & termios.ICANON)


def processes(state) -> set[int]:
    """The line and the brain of this state folder; not the gates, which come and go."""
    listed = subprocess.run(
        ["pgrep", "-f", rf"careline\.processes\.(line|brain) .*{state.path}"], capture_output=True
    )
    return {int(number) for number in listed.stdout.split()}


def test_the_operator_can_look_rehearse_try_and_stop(operate, clinic):
    operator = operate()
    welcome = operator.until("q stop")
    samples = sum(bool(each.rules) for each in clinic.protocols.protocols)
    assert f"{samples} triage protocols are samples" in welcome
    assert "must approve this version" not in welcome
    assert not keys_need_enter(operator.terminal)
    operator.press("s")
    operator.until("waiting nobody")
    operator.press("t")
    operator.until("you> ")
    assert keys_need_enter(operator.terminal)
    operator.press("chest pain\r")
    # At night no nurse is signed in, but there is always the lane.
    operator.until("EMERGENCY, queue nurse")
    operator.press("\x03")
    operator.until("(back at the line)")
    operator.press("c")
    shown = operator.until("grace answered after")
    assert "RED FLAG" in shown or "EMERGENCY" in shown
    operator.press("q")
    operator.until("stopped")
    assert keys_need_enter(operator.terminal)
    assert operator.ended() == 0


def test_ctrl_c_stops_everything(operate):
    operator = operate()
    operator.until("q stop")
    operator.press("\x03")
    operator.until("stopped")
    assert operator.ended() == 0


def test_ctrl_c_while_it_starts_stops_everything(operate):
    operator = operate()
    operator.until("starting")
    operator.press("\x03")
    operator.until("stopped")
    assert operator.ended() == 0


def test_closing_the_terminal_stops_everything(operate):
    operator = operate()
    operator.until("q stop")
    operator.close_terminal()
    assert operator.ended() == 0


def test_a_terminal_that_closes_during_a_rehearsal_leaves_nothing(operate):
    operator = operate()
    operator.until("q stop")
    operator.press("t")
    operator.until("you> ")
    operator.close_terminal()
    assert operator.ended() == 0


def test_a_second_line_with_the_same_folder_is_refused_and_the_first_goes_on(operate, capsys):
    operator = operate()
    operator.until("q stop")
    before = processes(operator.state)
    second = subprocess.run(
        [sys.executable, "-m", "careline", "run", "--state", str(operator.state.path),
         "--listen", "127.0.0.1:0"],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip
    assert second.returncode == 2
    (told,) = second.stderr.splitlines()
    assert f"a line is running with this folder (process {operator.process.pid})" in told
    assert processes(operator.state) == before
    operator.press("s")
    operator.until("waiting nobody")


def test_a_taken_port_is_one_line_and_starts_nothing(state, capsys):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        assert main(["run", "--state", str(state.path), "--listen", listen]) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert listen in told
    assert not processes(state)


def test_an_agent_is_set_ready_from_the_command_line(operate, capsys):
    operator = operate()
    operator.until("q stop")
    state = str(operator.state.path)
    assert main(["agent", "ben", "ready", "--state", state]) == 0
    assert capsys.readouterr().out == "ben: ready, but no phone is registered: no call rings yet\n"
    operator.until("ben is ready")
    assert main(["agent", "bne", "ready", "--state", state]) == 1
    assert capsys.readouterr().err == "there is no agent 'bne'; did you mean 'ben'?\n"
    assert main(["publish", "--state", state]) == 0


def test_an_edited_folder_waits_over_a_restart_until_it_is_published(operate, tmp_path, capsys):
    folder = Path(shutil.copytree(DEFAULT_CLINIC, tmp_path / "clinic"))
    operator = operate("--config", str(folder))
    operator.until("q stop")
    operator.press("q")
    assert operator.ended() == 0
    site = folder / "site.yaml"
    site.write_text(re.sub("(?m)^title: .*", "title: Changed Clinic", site.read_text()))
    again = operate("--config", str(folder))
    shown = " ".join(again.until("q stop").split())
    assert f"{folder}: the folder has changes that are not published: careline publish" in shown
    assert "Changed Clinic" not in shown
    state = ["--state", str(again.state.path)]
    assert main(["publish", *state]) == 0
    assert capsys.readouterr().out.endswith("(v2)\n")
    again.until("of the site")
    assert main(["rollback", *state]) == 0
    assert main(["diff", "v1", "serving", *state]) == 0
    again.until("of the site")
    again.press("q")
    assert again.ended() == 0
    log = again.state.log.read_text()
    assert log.count("changes that are not published: careline publish") == 1


def test_a_killed_brain_is_back_by_itself(operate):
    operator = operate()
    operator.until("q stop")
    status = asyncio.run(request(operator.state.control_socket, op="status"))
    os.kill(status["pid"], signal.SIGKILL)
    operator.until("brain: stopped (killed by SIGKILL)")
    operator.until("brain: back again, with 0 calls")
    operator.press("s")
    operator.until("waiting nobody")


def test_a_killed_supervisor_leaves_nothing_when_nobody_calls(operate):
    operator = operate()
    operator.until("q stop")
    operator.process.kill()
    operator.process.wait()


async def test_callers_outlive_a_killed_supervisor_and_nothing_outlives_them(operate):
    operator = operate()
    await asyncio.to_thread(operator.until, "q stop")
    engine = MediaEngine("127.0.0.1", 37000, 37999)
    phone = CallerPhone(engine, "+15555550123")
    await phone.dial(operator.uri)
    try:
        await asyncio.to_thread(operator.until, "a caller arrives")
        operator.process.kill()
        operator.process.wait()
        refused = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "careline", "run", "--state", str(operator.state.path),
             "--listen", "127.0.0.1:0"],
            capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60,
        )  # fmt: skip
        assert "still serves its callers" in refused.stderr
        assert not phone.over
        status = await request(operator.state.control_socket, op="status")
        assert len(status["calls"]) == 1
        await phone.press("9")
        async with watching(operator.state.control_socket) as events, asyncio.timeout(30):
            while not status["queues"] or not any(q["waiting"] for q in status["queues"]):
                await anext(events)
                status = await request(operator.state.control_socket, op="status")
    finally:
        await phone.hang_up()
        engine.close()


async def test_stopping_with_callers_on_the_line_asks_once_more(operate):
    operator = operate()
    await asyncio.to_thread(operator.until, "q stop")
    engine = MediaEngine("127.0.0.1", 37000, 37999)
    phone = CallerPhone(engine, "+15555550123")
    await phone.dial(operator.uri)
    try:
        await asyncio.to_thread(operator.until, "a caller arrives")
        operator.press("q")
        await asyncio.to_thread(operator.until, "1 caller is on the line and would be cut off")
        assert not phone.over
        operator.press("q")
        await asyncio.to_thread(operator.until, "stopped")
        assert await asyncio.to_thread(operator.ended) == 0
    finally:
        await phone.hang_up()
        engine.close()
