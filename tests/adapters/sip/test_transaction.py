"""The transaction layer in virtual time: exact timers, and nothing left over on a bad network."""

from __future__ import annotations

import pytest
from aiosipua.message import SipRequest

from adapters.telephony.sip.address import HostPort
from adapters.telephony.sip.client_transaction import INVITE_TABLE, OTHER_TABLE, ClientState
from adapters.telephony.sip.server_transaction import INVITE_TABLE as SERVER_INVITE_TABLE
from adapters.telephony.sip.server_transaction import ServerState
from adapters.telephony.sip.transaction import TransactionLayer, new_branch
from adapters.telephony.sip.transaction_events import (
    AckMissing,
    AckReceived,
    CancelReceived,
    Finished,
    NoResponse,
    RequestReceived,
    ResponseReceived,
    StrayResponse,
    Unreachable,
)
from adapters.telephony.sip.wire import response_to, via_value

ALICE = HostPort("127.0.0.1", 5071)
BOB = HostPort("127.0.0.1", 5072)


def a_request(method="INVITE", number=1, call_id="call", branch=None, cseq=None):
    request = SipRequest(method=method, uri="sip:bob@127.0.0.1:5072")
    request.headers.append("Via", via_value(ALICE, branch or new_branch()))
    request.headers.set_single("From", f"<sip:alice@127.0.0.1>;tag=a{number}")
    request.headers.set_single("To", "<sip:bob@127.0.0.1>")
    request.headers.set_single("Call-ID", f"{call_id}-{number}")
    request.headers.set_single("CSeq", f"{cseq or 1} {method}")
    request.headers.set_single("Max-Forwards", "70")
    return request


def sent_times(layer: TransactionLayer, until: float) -> tuple[list[float], list]:
    times, events, now = [0.0] * len(layer.outgoing()), [], 0.0
    while (at := layer.next_deadline()) is not None and at <= until:
        now = at
        events += layer.handle_timer(now)
        times += [now] * len(layer.outgoing())
    return times, events


def test_invite_is_repeated_at_doubling_intervals_and_given_up_after_64_t1():
    layer = TransactionLayer()
    key = layer.send_request(a_request(), BOB, 0.0)
    times, events = sent_times(layer, 100.0)
    assert times == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert events == [NoResponse(key=key)]
    assert len(layer) == 0


def test_other_requests_are_repeated_at_most_every_t2():
    layer = TransactionLayer()
    key = layer.send_request(a_request("OPTIONS"), BOB, 0.0)
    times, events = sent_times(layer, 100.0)
    assert times == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert events == [NoResponse(key=key)]


def test_a_failure_of_ours_is_repeated_until_64_t1_when_no_ack_comes():
    alice, bob = TransactionLayer(), TransactionLayer()
    alice.send_request(a_request(), BOB, 0.0)
    (event,) = bob.receive(alice.outgoing()[0].payload, ALICE, 0.0)
    bob.respond(event.key, response_to(event.request, 486, to_tag="b"), 0.0)
    assert [p.payload.split()[1] for p in bob.outgoing()] == [b"100", b"486"]
    times, events = sent_times(bob, 100.0)
    assert times == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert events == []
    assert len(bob) == 0


def test_a_success_of_ours_is_repeated_until_its_ack_is_reported():
    alice, bob = TransactionLayer(), TransactionLayer()
    alice.send_request(a_request(), BOB, 0.0)
    (event,) = bob.receive(alice.outgoing()[0].payload, ALICE, 0.0)
    bob.respond(event.key, response_to(event.request, 200, to_tag="b"), 0.0)
    bob.outgoing()
    bob.handle_timer(0.5)
    bob.handle_timer(1.5)
    assert len(bob.outgoing()) == 2
    bob.acknowledged(event.key)
    times, events = sent_times(bob, 100.0)
    assert times == []
    assert events == []
    assert len(bob) == 0


def test_a_success_that_nobody_acknowledges_is_reported():
    alice, bob = TransactionLayer(), TransactionLayer()
    alice.send_request(a_request(), BOB, 0.0)
    (event,) = bob.receive(alice.outgoing()[0].payload, ALICE, 0.0)
    bob.respond(event.key, response_to(event.request, 200, to_tag="b"), 0.0)
    bob.outgoing()
    times, events = sent_times(bob, 100.0)
    assert times == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert events == [AckMissing(key=event.key)]


def test_a_failure_of_theirs_is_acknowledged_once_for_each_copy():
    alice, bob = TransactionLayer(), TransactionLayer()
    key = alice.send_request(a_request(), BOB, 0.0)
    (event,) = bob.receive(alice.outgoing()[0].payload, ALICE, 0.0)
    bob.respond(event.key, response_to(event.request, 486, to_tag="b"), 0.0)
    busy = bob.outgoing()[-1].payload
    heard = [alice.receive(busy, BOB, 0.1), alice.receive(busy, BOB, 0.7)]
    assert [type(e) for events in heard for e in events] == [ResponseReceived]
    acks = alice.outgoing()
    assert [a.payload.split()[0] for a in acks] == [b"ACK", b"ACK"]
    assert bob.receive(acks[0].payload, ALICE, 0.2) == []
    assert bob.receive(acks[1].payload, ALICE, 0.8) == []
    assert sent_times(bob, 100.0) == ([], [])
    assert alice.handle_timer(0.1 + 32.0) == [Finished(key=key)]
    assert len(alice) == len(bob) == 0


def test_a_copy_of_an_invite_gets_the_last_provisional_and_no_second_event():
    alice, bob = TransactionLayer(), TransactionLayer()
    alice.send_request(a_request(), BOB, 0.0)
    invite = alice.outgoing()[0].payload
    (event,) = bob.receive(invite, ALICE, 0.0)
    bob.respond(event.key, response_to(event.request, 180, to_tag="b"), 0.1)
    bob.outgoing()
    assert bob.receive(invite, ALICE, 0.5) == []
    assert [p.payload.split()[1] for p in bob.outgoing()] == [b"180"]


def test_a_branch_repeated_from_another_address_is_another_request():
    bob = TransactionLayer()
    payload = bytes(a_request("OPTIONS", branch="z9hG4bKsame"))
    assert len(bob.receive(payload, ALICE, 0.0)) == 1
    assert bob.receive(payload, ALICE, 0.0) == []
    other = bytes(a_request("OPTIONS", number=2, branch="z9hG4bKsame"))
    assert len(bob.receive(other, HostPort("127.0.0.9", 5071), 0.0)) == 1


def test_a_request_that_came_two_ways_is_answered_482():
    bob = TransactionLayer()
    assert len(bob.receive(bytes(a_request(branch="z9hG4bKone")), ALICE, 0.0)) == 1
    bob.outgoing()
    assert bob.receive(bytes(a_request(branch="z9hG4bKtwo")), ALICE, 0.0) == []
    assert [p.payload.split()[1] for p in bob.outgoing()] == [b"100", b"482"]


def test_cancel_waits_for_the_first_provisional_response():
    alice, bob = TransactionLayer(), TransactionLayer()
    key = alice.send_request(a_request(), BOB, 0.0)
    (invite,) = alice.outgoing()
    alice.cancel(key, 0.0)
    assert alice.outgoing() == []
    (event,) = bob.receive(invite.payload, ALICE, 0.0)
    alice.receive(bob.outgoing()[0].payload, BOB, 0.0)
    (cancel,) = alice.outgoing()
    assert cancel.payload.startswith(b"CANCEL ")
    (heard,) = bob.receive(cancel.payload, ALICE, 0.1)
    assert isinstance(heard, CancelReceived)
    assert heard.invite == event.key


def test_a_cancelled_invite_without_final_response_is_given_up_after_64_t1():
    alice, bob = TransactionLayer(), TransactionLayer()
    key = alice.send_request(a_request(), BOB, 0.0)
    bob.receive(alice.outgoing()[0].payload, ALICE, 0.0)
    alice.receive(bob.outgoing()[0].payload, BOB, 0.0)
    alice.cancel(key, 1.0)
    _, events = sent_times(alice, 200.0)
    assert NoResponse(key=key) in events
    assert len(alice) == 0


def test_cancel_for_an_unknown_invite_says_so():
    bob = TransactionLayer()
    (event,) = bob.receive(bytes(a_request("CANCEL")), ALICE, 0.0)
    assert isinstance(event, CancelReceived)
    assert event.invite is None


def test_rfc_2543_requests_without_a_cookie_are_matched_by_what_identifies_them():
    bob = TransactionLayer()
    old = bytes(a_request(branch="1"))
    assert len(bob.receive(old, ALICE, 0.0)) == 1
    assert bob.receive(old, ALICE, 0.0) == []
    (event,) = bob.receive(bytes(a_request("CANCEL", branch="1")), ALICE, 0.0)
    assert event.invite is not None
    assert len(bob.receive(bytes(a_request(branch="1", number=2)), ALICE, 0.0)) == 1


def test_an_icmp_error_ends_only_requests_that_heard_nothing():
    alice, bob = TransactionLayer(), TransactionLayer()
    heard = alice.send_request(a_request(number=1), BOB, 0.0)
    bob.receive(alice.outgoing()[0].payload, ALICE, 0.0)
    alice.receive(bob.outgoing()[0].payload, BOB, 0.0)
    unheard = alice.send_request(a_request(number=2), BOB, 0.0)
    assert alice.unreachable(BOB) == [Unreachable(key=unheard)]
    assert heard != unheard
    assert len(alice) == 1


def test_a_flood_is_answered_503_and_not_remembered():
    bob = TransactionLayer(capacity=2)
    for number in range(5):
        bob.receive(bytes(a_request("OPTIONS", number=number)), ALICE, 0.0)
    assert len(bob) == 2
    assert [p.payload.split()[1] for p in bob.outgoing()] == [b"503"] * 3


def test_a_response_to_nothing_is_stray():
    bob = TransactionLayer()
    payload = b"SIP/2.0 200 OK\r\n" + b"\r\n".join(bytes(a_request()).split(b"\r\n")[1:])
    (event,) = bob.receive(payload, ALICE, 0.0)
    assert isinstance(event, StrayResponse)


@pytest.mark.parametrize("table", [INVITE_TABLE, OTHER_TABLE])
def test_every_client_state_is_in_its_table(table):
    assert set(table) == set(ClientState)


def test_every_server_state_is_in_its_table():
    assert set(SERVER_INVITE_TABLE) == set(ServerState)


class Peer:
    """A layer on the virtual network: counts what it hears, answers as its script says."""

    def __init__(self, network, script):
        self.layer = TransactionLayer()
        self.network = network
        self.script = script
        self.delivered = {}
        self.finals = {}
        self.acks = set()

    def receive(self, payload, source):
        self.take(self.layer.receive(payload, source, self.network.now))

    def handle_timer(self):
        self.take(self.layer.handle_timer(self.network.now))

    def next_deadline(self):
        return self.layer.next_deadline()

    def outgoing(self):
        return self.layer.outgoing()

    def take(self, events):
        for event in events:
            match event:
                case RequestReceived(key=key, request=request):
                    name = (request.call_id, request.method)
                    self.delivered[name] = self.delivered.get(name, 0) + 1
                    for status in self.script(request):
                        self.layer.respond(
                            key, response_to(request, status, to_tag="b"), self.network.now
                        )
                    self.keys = getattr(self, "keys", {})
                    self.keys[request.call_id, request.to_tag, request.cseq] = key
                case AckReceived(request=request):
                    self.layer.acknowledged(self.keys[request.call_id, "", request.cseq])
                    self.acks.add(request.call_id)
                case ResponseReceived(key=key, response=response) if response.status >= 200:
                    if response.status < 300 and response.cseq_method == "INVITE":
                        ack = a_request("ACK")
                        for name in ("From", "To", "Call-ID"):
                            ack.headers.set_single(name, response.header(name))
                        self.layer.transmit(bytes(ack), BOB)
                        self.finals.setdefault(key, set()).add(200)
                    else:
                        self.finals.setdefault(key, []).append(response.status)
                case NoResponse(key=key):
                    self.finals.setdefault(key, []).append(408)


@pytest.mark.parametrize(
    ("loss", "count"),
    [
        (0.0, 500),
        (0.1, 1000),
        (0.3, 1000),
        pytest.param(0.3, 6000, marks=pytest.mark.alone),
    ],
)
def test_on_a_bad_network_each_request_is_delivered_once_and_ends(make_network, loss, count):
    network = make_network(seed=int(loss * 100) + 7, loss=loss, chaos=True)
    methods = ("INVITE", "OPTIONS", "BYE", "INVITE")

    def script(request):
        number = int(request.call_id.rpartition("-")[2])
        if request.method != "INVITE":
            return (200,)
        return (180, 200) if number % 2 else (180, 486)

    alice, bob = Peer(network, script), Peer(network, script)
    network.attach(ALICE, alice)
    network.attach(BOB, bob)
    keys = {}
    for number in range(count):
        request = a_request(methods[number % 4], number=number)
        keys[number] = alice.layer.send_request(request, BOB, network.now)
        network.run(0.01)
    network.run()
    assert set(bob.delivered.values()) <= {1}
    assert len(alice.layer) == len(bob.layer) == 0
    assert alice.layer.next_deadline() is None
    assert bob.layer.next_deadline() is None
    assert all(len(alice.finals.get(key, ())) == 1 for key in keys.values())
    unanswered = sum(408 in alice.finals[key] for key in keys.values())
    assert unanswered <= (count * 0.01 if loss else 0)
    if not loss:
        assert len(bob.delivered) == count
