"""``careline run --redis`` with its real processes: the password is nowhere to be read."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.stores.redis.names import Names
from careline.__main__ import main
from careline.redis_address import ENVIRONMENT
from tests.adapters.stores.redis_servers import RedisServer
from tests.careline.test_run import processes

pytestmark = pytest.mark.alone

PASSWORD = "correct/quagga"


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "redis", password=PASSWORD)
    server.start()
    yield server
    server.stop()


def test_the_password_is_on_no_command_line_and_in_no_file_but_that_of_secrets(
    operate, state, redis, capsys, monkeypatch
):
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    state.secrets.write_text(f'"redis/password": "{PASSWORD}"\n')
    state.secrets.chmod(0o600)
    operator = operate("--redis", redis.url, "--node", "east")
    operator.until("q stop")
    assert "This machine is east, one of several; it says here when it leads." in operator.shown
    running = processes(state)
    assert len(running) == 2
    shown = subprocess.run(
        ["ps", "-ww", "-o", "args=", "-p", ",".join(map(str, running))],
        capture_output=True,
        text=True,
    ).stdout
    assert "--redis" in shown
    assert "quagga" not in shown
    # The line's own journal is found without being named.
    assert main(["replay", str(state.path)]) == 0
    with redis.client() as client:
        client.delete(Names("riverside").lease)
    operator.until("this node, east, leads no more")
    operator.until("this node, east, leads now")
    operator.press("q")
    operator.until("stopped")
    assert operator.ended() == 0
    assert state.redis.read_text() == f"{redis.url}\n"
    written = [
        path for path in state.path.rglob("*") if path.is_file() and b"quagga" in path.read_bytes()
    ]
    assert written == [state.secrets]
    assert "quagga" not in operator.shown
    alone = operate()
    alone.until("q stop")
    alone.press("q")
    alone.until("stopped")
    assert not state.redis.exists()
    assert capsys.readouterr().out.endswith("nothing was decided\n")
