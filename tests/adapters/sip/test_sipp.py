"""Calls from SIPp, a caller that was not written here."""

from __future__ import annotations

import asyncio
import shutil
import socket

import pytest

from adapters.telephony.sip import EndpointSettings, LocalMedia, SipEndpoint
from adapters.telephony.sip.events import Cancelled, Confirmed, HungUp

pytestmark = pytest.mark.alone

HEADERS = """
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:sipp@[local_ip]:[local_port]>;tag=[call_number]
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
      m=audio [media_port] RTP/AVP 0
"""


def send(method, cseq, *, body=False, retrans=True):
    tail = SDP if body else "\n      Content-Length: 0\n\n"
    again = ' retrans="500"' if retrans else ""
    return f"""<send{again}><![CDATA[
      {method} sip:clinic@[remote_ip]:[remote_port] SIP/2.0{HEADERS}
      CSeq: {cseq}{tail}
    ]]></send>"""


def receive(status):
    return f'<recv response="{status}"/>'


def scenario(*steps):
    inner = "\n".join(steps)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="test">\n{inner}\n</scenario>\n'


CANCELLED = scenario(
    send("INVITE", "1 INVITE", body=True),
    receive(100),
    receive(180),
    send("CANCEL", "1 CANCEL")
    .replace("branch=[branch]", "branch=[branch-3]")
    .replace("[peer_tag_param]", ""),
    receive(200),
    receive(487),
    send("ACK", "1 ACK", retrans=False).replace("branch=[branch]", "branch=[branch-6]"),
)
TWICE = scenario(
    send("INVITE", "1 INVITE", body=True, retrans=False),
    receive(100),
    receive(180),
    send("INVITE", "1 INVITE", body=True, retrans=False).replace("[branch]", "[branch-3]"),
    receive(180),
    receive(200),
    send("ACK", "1 ACK", retrans=False),
    '<pause milliseconds="100"/>',
    send("BYE", "2 BYE"),
    receive(200),
)


class Handler:
    """Rings and answers; keeps what it is told."""

    def __init__(self, answer_after_s):
        self.answer_after_s = answer_after_s
        self.events = []

    def incoming_call(self, call):
        events = []
        self.events.append(events)
        loop = asyncio.get_running_loop()
        answer = loop.call_later(self.answer_after_s, call.answer, LocalMedia(port=40000))

        def hear(event):
            events.append(event)
            answer.cancel()  # answered, or the caller gave up

        call.listen(hear)
        call.ringing()

    def phone_registered(self, agent_id):
        """No phones here."""

    def phone_unregistered(self, agent_id):
        """No phones here."""

    def trunk_changed(self, registered, detail):
        """No trunk here."""


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def sipp(tmp_path, *arguments, calls, answer_after_s=0.05, rate=20):
    """Run SIPp against an endpoint; what the endpoint's owner was told, call by call."""
    program = shutil.which("sipp")
    assert program, "install Debian's sip-tester"
    handler = Handler(answer_after_s)
    endpoint = SipEndpoint(EndpointSettings(listen="127.0.0.1:0"), handler)
    address = await endpoint.start()
    try:
        process = await asyncio.create_subprocess_exec(
            program,
            str(address),
            *arguments,
            *("-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", str(free_port())),
            *("-m", str(calls), "-r", str(rate), "-timeout", "60", "-nostdin"),
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        assert process.returncode == 0, output.decode(errors="replace")[-3000:]
        assert endpoint.counters().get("bugs", 0) == 0
    finally:
        await endpoint.stop()
    return handler.events


def kinds(events):
    return [type(e) for e in events]


async def test_sipp_calls_are_answered_confirmed_and_hung_up(tmp_path):
    told = await sipp(tmp_path, "-sn", "uac", "-d", "200", calls=40)
    assert [kinds(events) for events in told] == [[Confirmed, HungUp]] * 40


async def test_sipp_cancels_while_it_rings(tmp_path):
    (tmp_path / "cancel.xml").write_text(CANCELLED)
    told = await sipp(tmp_path, "-sf", "cancel.xml", calls=10, answer_after_s=3.0)
    assert [kinds(events) for events in told] == [[Cancelled]] * 10


async def test_an_invite_that_sipp_sends_twice_is_one_call(tmp_path):
    (tmp_path / "twice.xml").write_text(TWICE)
    told = await sipp(tmp_path, "-sf", "twice.xml", "-nr", calls=10, answer_after_s=0.3)
    assert [kinds(events) for events in told] == [[Confirmed, HungUp]] * 10
