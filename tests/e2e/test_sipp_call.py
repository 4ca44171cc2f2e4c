"""SIPp, which was not written here, calls the whole application and reaches an agent."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
from pathlib import Path

import pytest

from tests.e2e.story import loudness, recording_of, sounding_s, story_of
from tests.e2e.wire import listening

pytestmark = pytest.mark.alone

PCAPS = Path("/usr/share/sip-tester")
NUMBER = "+15555550191"
HEADERS = """
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:{number}@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:clinic@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
Contact: <sip:sipp@[local_ip]:[local_port]>
Max-Forwards: 70"""
SDP = """
Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [auto_media_port] RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
"""


def send(method: str, cseq: str, *, body: bool = False, retrans: str = ' retrans="500"') -> str:
    headers = HEADERS.format(number=NUMBER)
    tail = SDP if body else "\nContent-Length: 0\n\n"
    return (
        f"<send{retrans}><![CDATA[\n{method} sip:clinic@[remote_ip]:[remote_port] SIP/2.0"
        f"{headers}\nCSeq: {cseq}{tail}]]></send>"
    )


def pause(seconds: float) -> str:
    return f'<pause milliseconds="{int(seconds * 1000)}"/>'


def play(pcap: str) -> str:
    return f'<nop><action><exec play_pcap_audio="{PCAPS / pcap}"/></action></nop>'


def scenario() -> str:
    """Answered, English, no symptom, billing; waits for the agent, talks, hangs up."""
    steps = (
        send("INVITE", "1 INVITE", body=True),
        '<recv response="100" optional="true"/>',
        '<recv response="180" optional="true"/>',
        '<recv response="200" rrs="true"/>',
        send("ACK", "1 ACK", retrans=""),
        pause(2),
        *(step for key in "153" for step in (play(f"dtmf_2833_{key}.pcap"), pause(1))),
        pause(26),
        play("g711a.pcap"),
        pause(8),
        send("BYE", "2 BYE"),
        '<recv response="200"/>',
    )
    inner = "\n".join(steps)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="call">\n{inner}\n</scenario>\n'


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def test_sipp_hears_prompts_presses_keys_reaches_an_agent_and_is_recorded(
    tmp_path, start_stage
):
    program = shutil.which("sipp")
    assert program, "install Debian's sip-tester"
    script = tmp_path / "call.xml"
    script.write_text(scenario())
    async with start_stage("fiona") as stage:
        with listening() as wire:
            sipp = await asyncio.create_subprocess_exec(
                program,
                stage.address,
                *("-sf", str(script), "-m", "1", "-nostdin", "-trace_msg", "-timeout", "90"),
                *("-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", str(free_port())),
                *("-mp", str(free_port() & ~1), "-message_file", str(tmp_path / "messages.log")),
                cwd=tmp_path,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                async with asyncio.timeout(120):
                    _out, errors = await sipp.communicate()
            finally:
                if sipp.returncode is None:
                    sipp.kill()
                    await sipp.wait()
        assert sipp.returncode == 0, errors.decode()
        story = await story_of(stage, NUMBER, lambda story: story["outcome"] is not None)
        assert story["answered_by"] == ["fiona"], story["lines"]
        assert story["outcome"] == "handled"
        # Digits by RFC 4733 took the call to billing.
        assert any("billing" in line for _at, line in story["lines"])
        # The agent heard what SIPp played.
        assert loudness(stage.phones["fiona"].heard) > 100
        # Prompts were heard: audio at SIPp's port, 20 ms a packet, for the length of the call.
        offers = (tmp_path / "messages.log").read_text()
        port = int(re.search(r"m=audio (\d+) RTP/AVP 8 101", offers)[1])
        assert wire.packets[port] > 36 * 50 * 0.95
        assert sounding_s(wire.pcm(port)) > 15
        recording = await recording_of(stage, story)
        assert recording.report.duration_s > 8
        assert sounding_s(recording.left) > 2
        assert sounding_s(recording.right) > 2
