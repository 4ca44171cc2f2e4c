"""Nothing is sent to what is no address."""

from __future__ import annotations

import pytest

from adapters.telephony.sip.address import (
    HostPort,
    Networks,
    checked,
    is_behind_nat,
    parse_host_port,
)
from adapters.telephony.sip.dialog import next_hop
from adapters.telephony.sip.errors import BadAddress

LOCAL = Networks(("127.0.0.0/8", "10.0.0.0/8", "203.0.113.0/24"))


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("127.0.0.1", 0),
        ("127.0.0.1", 65536),
        ("127.0.0.1", 99999),
        ("127.0.0.1", -1),
        ("localhost", 5060),
        ("", 5060),
        ("0.0.0.0", 5060),
        ("::", 5060),
        ("224.0.0.1", 5060),
        ("255.255.255.255", 5060),
        ("127.1", 5060),
        ("999.0.0.1", 5060),
    ],
)
def test_what_cannot_be_sent_to_is_refused(host, port):
    with pytest.raises(BadAddress):
        checked(host, port)


def test_addresses_are_taken_with_and_without_brackets():
    assert checked("[::1]", 5060) == HostPort("::1", 5060)
    assert str(checked("::1", 5060)) == "[::1]:5060"
    assert parse_host_port("[::1]:5080") == ("::1", 5080)
    assert parse_host_port("::1") == ("::1", 5060)
    assert parse_host_port("sip.example:5080") == ("sip.example", 5080)


@pytest.mark.parametrize("text", ["", ":5060", "h:x", "h:99999", "[::1", "[::1]5060", "h:²"])
def test_a_listening_address_that_makes_no_sense_is_refused(text):
    with pytest.raises(BadAddress):
        parse_host_port(text)


def test_networks_contain_what_they_should():
    assert "127.0.0.1" in LOCAL
    assert "::ffff:127.0.0.1" in LOCAL
    assert "192.0.2.1" not in LOCAL
    assert "nonsense" not in LOCAL
    with pytest.raises(BadAddress):
        Networks(("127.0.0.0/99",))


def test_a_private_address_stated_from_a_public_one_is_behind_a_nat():
    assert is_behind_nat("192.168.1.5", "8.8.8.8")
    assert is_behind_nat("0.0.0.0", "8.8.8.8")
    assert is_behind_nat("a.name", "8.8.8.8")
    assert not is_behind_nat("8.8.8.8", "8.8.8.8")
    assert not is_behind_nat("10.0.0.5", "192.168.0.1")


SEEN = HostPort("203.0.113.7", 31337)


@pytest.mark.parametrize(
    ("uri", "symmetric", "expected"),
    [
        ("sip:a@203.0.113.9:5080", False, HostPort("203.0.113.9", 5080)),
        ("sip:a@203.0.113.7:5080", False, HostPort("203.0.113.7", 5080)),
        ("sip:a@203.0.113.7:5080", True, SEEN),
        ("sip:a@10.1.1.1:5060", False, HostPort("10.1.1.1", 5060)),
        ("sip:a@8.8.8.8:53", False, SEEN),
        ("sip:a@203.0.113.9:99999", False, SEEN),
        ("sip:a@name.example", False, SEEN),
        ("", False, SEEN),
    ],
)
def test_a_contact_aims_packets_neither_at_nothing_nor_at_a_stranger(uri, symmetric, expected):
    assert next_hop(uri, SEEN, symmetric=symmetric, reachable=LOCAL) == expected
