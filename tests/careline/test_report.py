"""What a child process says and logs: nothing of what a fault was about, and no noise."""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys

from careline.processes.report import named_faults

SECRET = "my knee hurts"

FULL_DISK = """
import logging, resource, sys
from pathlib import Path
from careline.processes.report import log_to
log_to(Path(sys.argv[1]), "line")
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
logging.getLogger("careline").error("a prompt cannot be said")
"""


def test_a_fault_that_nobody_awaits_is_named_without_its_message(caplog):
    async def fail() -> None:
        raise RuntimeError(SECRET)

    async def work() -> None:
        task = asyncio.create_task(fail())
        await asyncio.wait({task})
        del task
        gc.collect()

    asyncio.run(named_faults(work()))
    assert "RuntimeError at test_report.py" in caplog.text
    assert SECRET not in caplog.text


def test_a_log_that_cannot_be_written_fills_nobodys_terminal(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path / "log")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert json.loads(done.stdout)["message"] == "a prompt cannot be said"
