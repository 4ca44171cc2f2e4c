"""What SIPp is told and what its record says."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from benchmarks.sipp import Load, scenario, setups

SENT = """----------------------------------------------- 2026-03-01 10:00:00.250000
UDP message sent (300 bytes):

INVITE sip:clinic@127.0.0.1:5060 SIP/2.0
Call-ID: {call}
CSeq: 1 INVITE

v=0
m=audio 6000 RTP/AVP 0

"""
ANSWERED = """----------------------------------------------- 2026-03-01 10:00:00.500000
UDP message received [400] bytes :

SIP/2.0 200 OK
Call-ID: {call}
CSeq: 1 INVITE

v=0
m=audio {port} RTP/AVP 0

"""
BYE_ANSWERED = """----------------------------------------------- 2026-03-01 10:00:09.500000
UDP message received [200] bytes :

SIP/2.0 200 OK
Call-ID: {call}
CSeq: 2 BYE

"""


def test_a_call_is_placed_held_and_hung_up():
    root = ET.fromstring(scenario(Load(calls=1, rate=1, hold_s=3.5), 40000))
    sent = [step.text.split()[0] for step in root.iter("send")]
    assert sent == ["INVITE", "ACK", "BYE"]
    assert [step.get("milliseconds") for step in root.iter("pause")] == ["3500"]
    assert "m=audio 40000 RTP/AVP 0 101" in next(root.iter("send")).text


def test_a_key_is_pressed_within_the_time_the_call_is_held():
    root = ET.fromstring(scenario(Load(calls=1, rate=1, hold_s=10, key="0"), 40000))
    assert [step.text.split()[0] for step in root.iter("send")] == ["INVITE", "ACK", "INFO", "BYE"]
    assert sum(int(step.get("milliseconds")) for step in root.iter("pause")) == 10_000
    assert [step.text.count("CSeq: 3 BYE") for step in root.iter("send")][-1] == 1


def test_a_call_begins_with_its_first_invite_and_knows_the_answers_port():
    found = list(setups(SENT.format(call="a") * 2 + ANSWERED.format(call="a", port=20040)))
    assert [setup.media_port for setup in found] == [20040]
    assert found[0].invited_ns % 1_000_000_000 == 250_000_000


def test_a_repeated_answer_and_the_answer_to_bye_are_no_further_calls():
    text = (
        SENT.format(call="a")
        + ANSWERED.format(call="a", port=20040) * 2
        + BYE_ANSWERED.format(call="a")
    )
    assert len(list(setups(text))) == 1


def test_calls_that_overlap_are_told_apart():
    text = (
        SENT.format(call="a")
        + SENT.format(call="b")
        + ANSWERED.format(call="b", port=20002)
        + ANSWERED.format(call="a", port=20000)
    )
    assert [setup.media_port for setup in setups(text)] == [20002, 20000]


def test_a_call_that_was_not_answered_has_no_setup():
    assert list(setups(SENT.format(call="a"))) == []
