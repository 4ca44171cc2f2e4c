"""The guard around every test finds each kind of thing that a test can leave behind."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent

LEAKS = """
import asyncio, os, socket, subprocess, threading
kept, end = [], threading.Event()

def test_left_file(tmp_path):
    kept.append(open(tmp_path / "x", "w"))
def test_left_socket():
    kept.append(socket.socket())
def test_left_pipe():
    kept.append(os.pipe())
def test_left_thread():
    threading.Thread(target=end.wait, daemon=True).start()
def test_left_process():
    kept.append(subprocess.Popen(["sleep", "1"]))
async def test_left_task():
    kept.append(asyncio.create_task(asyncio.Event().wait()))
async def test_left_timer():
    asyncio.get_running_loop().call_later(60, print)

def test_clean_loop_of_its_own():
    asyncio.run(asyncio.sleep(0))
def test_clean_process():
    subprocess.run(["true"], check=True)
async def test_clean_thread():
    await asyncio.to_thread(os.getpid)
async def test_clean_task():
    kept.append(asyncio.create_task(asyncio.Event().wait()))
    kept[-1].cancel()
"""


@pytest.mark.slow
def test_whatever_a_test_leaves_behind_fails_it(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text((HERE / "conftest.py").read_text())
    (tmp_path / "test_leaks.py").write_text(LEAKS)
    options = ["-p", "no:cacheprovider", "-o", "asyncio_mode=auto", "-rA"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--rootdir", tmp_path, *options, tmp_path],
        cwd=HERE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    found = set(re.findall(r"^ERROR \S+::test_(\w+)", done.stdout, re.MULTILINE))
    kinds = {"file", "socket", "pipe", "thread", "process", "task", "timer"}
    assert found == {f"left_{kind}" for kind in kinds}, done.stdout
    assert len(re.findall(r"^PASSED ", done.stdout, re.MULTILINE)) == len(kinds) + 4
