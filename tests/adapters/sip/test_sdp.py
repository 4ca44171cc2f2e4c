"""Offer and answer: what is agreed, and that nothing hostile is."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.telephony.sip.address import checked
from adapters.telephony.sip.errors import BadSdp, NoCommonCodec
from adapters.telephony.sip.sdp import (
    PCMA,
    PCMU,
    Direction,
    LocalMedia,
    Version,
    make_answer,
    make_offer,
    read_answer,
    read_offer,
)

BOTH = (PCMU, PCMA)
SEEN = "127.0.0.1"
LOCAL = LocalMedia(port=40000)
HEAD = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"


def offer(*lines, head=HEAD):
    return (head + "".join(line + "\r\n" for line in lines)).encode()


def read(*lines, **kwargs):
    return read_offer(offer(*lines, **kwargs), BOTH, SEEN)


def answered(body, local=LOCAL):
    return make_answer(body, local, "127.0.0.1", Version(session=5), SEEN)


def test_our_offer_and_our_answer_agree_with_each_other():
    ours = LocalMedia(port=30000, payloads=(PCMA, PCMU))
    body = make_offer(ours, "127.0.0.1", Version(session=1))
    answer, remote_of_answerer = answered(body)
    remote_of_offerer = read_answer(answer, ours, SEEN)
    assert remote_of_answerer.port == 30000
    assert remote_of_offerer.port == 40000
    assert remote_of_answerer.payload == remote_of_offerer.payload == PCMA
    assert remote_of_answerer.dtmf_payload == remote_of_offerer.dtmf_payload == 101
    assert remote_of_offerer.direction is Direction.SENDRECV


def test_the_codec_is_chosen_by_the_offers_order():
    assert read("m=audio 4000 RTP/AVP 18 8 0").payload == PCMA
    assert read("m=audio 4000 RTP/AVP 0 8").payload == PCMU


def test_digits_use_the_offers_payload_type():
    remote = read("m=audio 4000 RTP/AVP 0 96", "a=rtpmap:96 telephone-event/8000")
    assert remote.dtmf_payload == 96
    assert read("m=audio 4000 RTP/AVP 0").dtmf_payload is None
    assert (
        read("m=audio 4000 RTP/AVP 0 96", "a=rtpmap:96 telephone-event/48000").dtmf_payload is None
    )


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("sendrecv", Direction.SENDRECV),
        ("sendonly", Direction.RECVONLY),
        ("recvonly", Direction.SENDONLY),
        ("inactive", Direction.INACTIVE),
    ],
)
def test_directions_are_mirrored_from_stream_or_session(theirs, ours):
    stream = "m=audio 4000 RTP/AVP 0"
    assert read(stream, f"a={theirs}").direction is ours
    assert read(stream, head=HEAD + f"a={theirs}\r\n").direction is ours
    answer, remote = answered(offer(stream, f"a={theirs}"))
    assert f"a={ours.value}".encode() in answer
    assert remote.direction is ours


def test_hold_by_a_zero_address_is_hold_and_still_fit_to_be_sent_to():
    remote = read("m=audio 4000 RTP/AVP 0", "c=IN IP4 0.0.0.0")
    assert remote.direction is Direction.RECVONLY
    assert remote.host == SEEN


@pytest.mark.parametrize("named", ["127.0.0.1", "127.9.9.9", "169.254.1.1"])
def test_nobody_elsewhere_aims_our_audio_at_ourselves(named):
    body = offer(
        "m=audio 5060 RTP/AVP 0", head=HEAD.replace("c=IN IP4 192.0.2.1", f"c=IN IP4 {named}")
    )
    assert read_offer(body, BOTH, "10.0.0.9").host == "10.0.0.9"
    assert read_offer(body, BOTH, "203.0.113.9").host == "203.0.113.9"


def test_streams_we_cannot_serve_are_answered_with_port_0_in_their_place():
    answer, _ = answered(
        offer("m=video 5000 RTP/AVP 96", "m=audio 0 RTP/AVP 0", "m=audio 4000 RTP/AVP 0")
    )
    lines = [line for line in answer.decode().split("\r\n") if line.startswith("m=")]
    assert lines == ["m=video 0 RTP/AVP 96", "m=audio 0 RTP/AVP 0", "m=audio 40000 RTP/AVP 0"]


def test_the_packet_length_is_taken_where_it_makes_sense():
    assert read("m=audio 4000 RTP/AVP 0", "a=ptime:30").ptime_ms == 30
    for nonsense in ("0", "-1", "9999", "x", "²", "1e3"):
        assert read("m=audio 4000 RTP/AVP 0", f"a=ptime:{nonsense}").ptime_ms == 20


@pytest.mark.parametrize(
    "stream",
    [
        "m=audio 4000 RTP/AVP 18",
        "m=audio 4000 RTP/SAVP 0",
        "m=audio 0 RTP/AVP 0",
        "m=video 4000 RTP/AVP 0",
        "m=audio 4000 RTP/AVP",
    ],
)
def test_nothing_in_common_is_said_so(stream):
    with pytest.raises((NoCommonCodec, BadSdp)):
        read(stream)


def test_a_static_payload_type_that_means_another_codec_is_not_taken():
    with pytest.raises(NoCommonCodec):
        read("m=audio 4000 RTP/AVP 0", "a=rtpmap:0 OPUS/48000/2")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\xff",
        offer("m=audio 99999 RTP/AVP 0"),
        offer("m=audio -1 RTP/AVP 0"),
        offer("m=audio 1_0 x"),
        offer("m=audio 4000 RTP/AVP 0", head="v=0\r\n"),
        offer("m=audio 4000 RTP/AVP 0", "c=IN IP4 evil.example"),
        offer("m=audio 4000 RTP/AVP 0", "c=IN IP4 224.0.0.1"),
        offer("m=audio 4000 RTP/AVP 0", "c=IN IP4 255.255.255.255"),
        offer("m=audio 4000 RTP/AVP 0", "c=IN IP6 2001:db8::1"),
        offer("m=audio 4000 RTP/AVP 0", "a=rtpmap:x y/z"),
        offer(*["m=audio 4000 RTP/AVP 0"] * 17),
    ],
)
def test_a_hostile_description_is_refused(body):
    with pytest.raises(BadSdp):
        read_offer(body, BOTH, SEEN)


def test_an_answer_that_refuses_our_stream_is_no_common_codec():
    with pytest.raises(NoCommonCodec):
        read_answer(offer("m=audio 0 RTP/AVP 0"), LOCAL, SEEN)
    with pytest.raises(NoCommonCodec):
        read_answer(offer(), LOCAL, SEEN)


@given(st.binary(max_size=200))
def test_whatever_the_bytes_only_the_declared_errors_come_out(noise):
    for body in (noise, b"v=0\r\n" + noise, HEAD.encode() + b"m=audio 4000 RTP/AVP 0\r\n" + noise):
        try:
            remote = read_offer(body, BOTH, SEEN)
        except (BadSdp, NoCommonCodec):
            continue
        checked(remote.host, remote.port)


def test_mutated_descriptions_never_yield_an_address_unfit_to_be_sent_to():
    random = Random(20)
    body = offer("m=audio 4000 RTP/AVP 0 8 101", "a=rtpmap:101 telephone-event/8000", "a=ptime:20")
    for _ in range(5000):
        mutated = bytearray(body)
        for _ in range(random.randint(1, 6)):
            mutated[random.randrange(len(mutated))] = random.choice(b"0123456789-:./ \r\nmvac=\xff")
        try:
            remote = answered(bytes(mutated))[1]
        except (BadSdp, NoCommonCodec):
            continue
        checked(remote.host, remote.port)
