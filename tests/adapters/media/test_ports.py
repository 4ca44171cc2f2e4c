import errno
import socket

import pytest

from adapters.telephony.media.errors import MediaAddressError, PortsExhausted
from adapters.telephony.media.far_end import usable_address, usable_codec
from adapters.telephony.media.g711 import PCMA, PCMU
from adapters.telephony.media.ports import PortPool

HOST = "127.0.0.1"


@pytest.fixture
def free_range():
    """A range of 32 ports of which some even ones are free now."""
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    probe.bind((HOST, 0))
    first = min(probe.getsockname()[1], 65504)
    probe.close()
    return first, first + 31


def bind_all(pool):
    bound = []
    try:
        while True:
            bound.append(pool.bind())
    except PortsExhausted:
        return bound


def test_ports_are_even_each_is_given_once_and_then_none(free_range):
    pool = PortPool(HOST, *free_range)
    bound = bind_all(pool)
    with pytest.raises(PortsExhausted, match=f"{free_range[0]}-{free_range[1]}"):
        pool.bind()
    ports = [port for _, port in bound]
    for endpoint, _ in bound:
        endpoint.close()
    assert ports
    assert all(port % 2 == 0 for port in ports)
    assert len(set(ports)) == len(ports)


def test_a_port_taken_by_another_program_is_passed_over(free_range):
    pool = PortPool(HOST, *free_range)
    other = PortPool(HOST, *free_range)
    mine = pool.bind()
    theirs = other.bind()
    mine[0].close()
    theirs[0].close()
    assert mine[1] != theirs[1]


def test_a_port_given_back_is_used_again_but_last(free_range):
    pool = PortPool(HOST, *free_range)
    endpoint, first = pool.bind()
    endpoint.close()
    pool.release(first)
    endpoint, second = pool.bind()
    endpoint.close()
    assert second != first


def test_voice_is_marked_to_go_first(free_range):
    endpoint, _ = PortPool(HOST, *free_range).bind()
    with endpoint:
        assert endpoint.getsockopt(socket.IPPROTO_IP, socket.IP_TOS) >> 2 == 46


@pytest.mark.parametrize(
    ("host", "first", "last"),
    [
        ("localhost", 20000, 20100),
        (HOST, 1000, 2000),
        (HOST, 20000, 70000),
        (HOST, 3000, 2000),
        (HOST, 20001, 20001),
    ],
)
def test_a_host_or_range_that_cannot_serve_is_refused(host, first, last):
    with pytest.raises(ValueError, match=r"media ports|IPv4 or IPv6"):
        PortPool(host, first, last)


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("phone.example", 4000),
        ("", 4000),
        ("127.0.0.1", 0),
        ("127.0.0.1", -1),
        ("127.0.0.1", 65536),
        ("127.0.0.1", 99999),
        ("::1", 4000),
        ("224.0.0.1", 4000),
        ("127.0.0.1 ", 4000),
    ],
)
def test_an_address_of_an_sdp_that_cannot_be_sent_to_is_refused(host, port):
    with pytest.raises(MediaAddressError):
        usable_address(host, port, 4)


def test_an_address_of_an_sdp_is_taken():
    assert str(usable_address("192.0.2.7", 65535, 4)) == "192.0.2.7"
    assert str(usable_address("2001:DB8::7", 1, 6)) == "2001:db8::7"


def test_only_the_two_laws_and_dynamic_event_payloads_are_spoken():
    assert (usable_codec(0, None), usable_codec(8, 101)) == (PCMU, PCMA)
    for payload, dtmf_payload in ((18, None), (0, 95), (0, 128), (101, 101)):
        with pytest.raises(MediaAddressError):
            usable_codec(payload, dtmf_payload)


def test_a_machine_without_a_socket_to_spare_costs_no_port(free_range, monkeypatch):
    pool = PortPool(HOST, *free_range)
    opened = socket.socket

    def refuse(*_):
        raise OSError(errno.EMFILE, "too many open files")

    monkeypatch.setattr(socket, "socket", refuse)
    for _ in range(100):
        with pytest.raises(OSError, match="too many"):
            pool.bind()
    monkeypatch.setattr(socket, "socket", opened)
    bound = bind_all(pool)
    for endpoint, _ in bound:
        endpoint.close()
    assert bound
