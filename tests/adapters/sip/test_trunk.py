"""A trunk: registering, staying registered, its challenges and its calls."""

from __future__ import annotations

import pytest

from adapters.telephony.sip.address import HostPort
from adapters.telephony.sip.dialler import Ring
from adapters.telephony.sip.errors import BadAddress
from adapters.telephony.sip.events import Answered, Failed, FailureCause
from adapters.telephony.sip.sdp import LocalMedia
from adapters.telephony.sip.settings import TrunkSettings
from adapters.telephony.sip.wire import Request
from calls.ids import AgentId
from calls.private import Private
from tests.adapters.sip.foreign_phone import BOB_AT, ForeignPhone, ring

MEDIA = LocalMedia(port=30000)


def trunk(password="secret", **settings):
    return TrunkSettings(
        registrar="127.0.0.1:5072", user="clinic", password=Private(password), **settings
    )


def a_provider(network, **settings):
    return network.agent(5072, agents={AgentId("clinic"): Private("secret")}, **settings)


def requests(network, method):
    return [p for _, _, _, p in network.sent if p.startswith(method.encode())]


def test_it_registers_with_its_password_and_refreshes_in_time(network):
    _, heard = a_provider(network)
    agent, owner = network.agent(5071, trunk=trunk(expires_s=120))
    agent.start()
    network.run(1.0)
    assert owner.trunk == [(True, "registered for 120 s")]
    assert heard.registered == [(AgentId("clinic"), True)]
    network.run(3600.0)
    assert heard.registered == [(AgentId("clinic"), True)]
    assert len(owner.trunk) == 1
    agent.stop()
    network.run(10.0)
    assert heard.registered[-1] == (AgentId("clinic"), False)
    network.run()
    assert agent.leftovers == 0


def test_a_provider_that_wants_longer_intervals_gets_them(network):
    a_provider(network, min_expires_s=600, max_expires_s=1200)
    agent, owner = network.agent(5071, trunk=trunk(expires_s=60))
    agent.start()
    network.run(2.0)
    assert owner.trunk == [(True, "registered for 600 s")]


def test_a_wrong_password_is_reported_once_and_retried_slowly(network):
    a_provider(network)
    agent, owner = network.agent(5071, trunk=trunk(password="wrong"))
    agent.start()
    network.run(300.0)
    assert len(owner.trunk) == 1
    assert owner.trunk[0][0] is False
    assert "403" in owner.trunk[0][1]
    assert len(requests(network, "REGISTER")) < 30


def test_a_provider_that_falls_silent_and_returns_is_noticed_both_times(network):
    a_provider(network)
    agent, owner = network.agent(5071, trunk=trunk(expires_s=120))
    agent.start()
    network.run(1.0)
    network.drop = lambda payload: payload.startswith(b"REGISTER")
    network.run(200.0)
    assert [registered for registered, _ in owner.trunk] == [True, False]
    network.drop = lambda payload: False
    network.run(120.0)
    assert [registered for registered, _ in owner.trunk] == [True, False, True]


def test_calls_of_the_trunk_are_told_from_others(network):
    provider, _ = network.agent(5072)
    agent, owner = network.agent(5071, trunk=trunk(register=False), allow=("10.0.0.0/8",))
    provider.place_call(
        "sip:main@127.0.0.1:5071",
        MEDIA,
        lambda event: None,
        Ring(
            ring_timeout_s=10.0,
            caller="5550100",
            caller_name="",
            headers={"P-Asserted-Identity": "<sip:5550199@127.0.0.1>"},
        ),
    )
    network.run(1.0)
    assert owner.calls == []
    agent.start()
    network.run(10.0)
    assert owner.calls[0].from_trunk
    assert owner.calls[0].caller == Private("5550199")
    assert owner.calls[0].source.port == 5072


@pytest.mark.parametrize(("password", "kind"), [("secret", Answered), ("wrong", Failed)])
def test_a_number_is_dialled_on_the_trunk_and_its_challenge_answered(network, password, kind):
    provider, heard = a_provider(network)
    heard.on_call = lambda call: call.answer(LocalMedia(port=40000))
    agent, _ = network.agent(5071, trunk=trunk(password=password, register=False))
    agent.start()
    events = []
    call = agent.place_call(
        "5550142",
        MEDIA,
        events.append,
        Ring(ring_timeout_s=10.0, caller="", caller_name="", headers={}),
    )
    network.run(1.0)
    assert [type(e) for e in events] == [kind]
    if kind is Answered:
        assert heard.calls[0].dialled == Private("5550142")
        call.reoffer(LocalMedia(port=30002))
        network.run(1.0)
        call.hang_up()
    else:
        assert events[0].cause is FailureCause.DECLINED
    network.run()
    assert agent.leftovers == 0
    assert provider.leftovers == 0


CHALLENGE = 'WWW-Authenticate: Digest realm="x", nonce="n", qop="auth", stale=true'


def test_a_registrar_that_finds_every_nonce_stale_is_not_asked_without_end(network):
    provider = ForeignPhone(network, BOB_AT)
    agent, owner = network.agent(5071, trunk=trunk())
    agent.start()
    for _ in range(10):
        network.run(0.1)
        for request in [m for m in provider.got if isinstance(m, Request)]:
            send(provider, request, 401, CHALLENGE)
        provider.got.clear()
    assert len(requests(network, "REGISTER")) == 3
    assert owner.trunk == [(False, "the registrar answers 401; next attempt in 2 s")]


def send(provider, request, status, *headers):
    """Answer our agent, wherever the phone's own ``reply`` would go."""
    lines = [f"SIP/2.0 {status} X"]
    lines += [f"{name}: {request.header(name)}" for name in ("Via", "From", "Call-ID", "CSeq")]
    lines.append(f"To: {request.header('to')};tag=provider")
    lines += [f"Contact: <sip:provider@{provider.at}>", *headers, "Content-Length: 0", "", ""]
    provider.network.put("\r\n".join(lines).encode(), provider.at, HostPort("127.0.0.1", 5071))


class Names:
    """Looks names up as told."""

    def __init__(self, agent):
        self.answer = None
        self.asked = 0
        self._agent = agent
        agent._resolve = self.resolve

    def resolve(self, host, port):
        self.asked += 1
        self._agent.trunk_resolved(self.answer)


def test_a_trunk_whose_name_cannot_be_looked_up_at_the_start_is_found_later(network):
    settings = TrunkSettings(
        registrar="sip.provider.example",
        user="clinic",
        password=Private("secret"),
        register=False,
        expires_s=300,
    )
    agent, owner = network.agent(5071, trunk=settings, allow=("10.0.0.0/8",))
    provider, _ = network.agent(5072)
    names = Names(agent)
    agent.start()
    network.run(20.0)
    assert owner.trunk == [(False, "the name cannot be looked up; next attempt in 2 s")]
    names.answer = BOB_AT
    network.run(60.0)
    assert [up for up, _ in owner.trunk] == [False, True]
    provider.place_call("sip:main@127.0.0.1:5071", MEDIA, lambda event: None, ring(10.0))
    network.run(1.0)
    assert owner.calls[0].from_trunk
    owner.calls[0].hang_up()
    # It is looked up again now and then, and what was known stays when that fails.
    asked, names.answer = names.asked, None
    network.run(301.0)
    assert names.asked > asked
    assert [up for up, _ in owner.trunk] == [False, True, False]
    provider.place_call("sip:main@127.0.0.1:5071", MEDIA, lambda event: None, ring(10.0))
    network.run(1.0)
    assert len(owner.calls) == 2
    owner.calls[1].hang_up()
    agent.stop()
    agent.trunk_resolved(BOB_AT)  # a look-up that was under way
    network.run()
    assert agent.leftovers == 0


@pytest.mark.parametrize("target", ["5550142@127.0.0.9", "5550142;x=y", "55?a=b", "a:b"])
def test_a_number_cannot_lead_past_the_trunk(network, target):
    agent, _ = network.agent(5071, trunk=trunk(register=False))
    agent.start()
    with pytest.raises(BadAddress):
        agent.place_call(target, MEDIA, lambda event: None, ring())
    network.run()
    assert network.sent == []


def from_the_trunk(network, caller, asserted):
    """A call of the provider's, as the owner of our agent sees it."""
    provider, _ = network.agent(5072)
    agent, owner = network.agent(
        5071, trunk=trunk(register=False), agents={AgentId("1001"): Private("secret")}
    )
    agent.start()
    headers = {"P-Asserted-Identity": asserted} if asserted else {}
    how = Ring(ring_timeout_s=10.0, caller=caller, caller_name="", headers=headers)
    provider.place_call("sip:main@127.0.0.1:5071", MEDIA, lambda event: None, how)
    network.run(1.0)
    (call,) = owner.calls
    return call


@pytest.mark.parametrize("asserted", ["sip:5550199@127.0.0.1, tel:+15550199", '"x <sip:a@b>', "<>"])
def test_an_identity_that_cannot_be_read_costs_nobody_their_call(network, asserted):
    assert from_the_trunk(network, "5550100", asserted).caller == Private("5550100")


def test_a_caller_of_the_trunk_with_an_agents_name_is_let_in_and_is_no_agent(network):
    call = from_the_trunk(network, "1001", "")
    assert call.caller == Private("1001")
    assert call.agent_id is None


def test_a_call_that_crossed_our_cancel_is_hung_up_even_if_the_bye_is_challenged(network):
    provider = ForeignPhone(network, BOB_AT)
    agent, _ = network.agent(5071, trunk=trunk(register=False))
    agent.start()
    call = agent.place_call("5550142", MEDIA, lambda event: None, ring(10.0))
    network.run(0.1)
    invite = provider.last("INVITE")
    send(provider, invite, 180)
    network.run(0.1)
    call.cancel()
    send(provider, invite, 200)
    network.run(0.1)
    bye = provider.last("BYE")
    challenge = 'Proxy-Authenticate: Digest realm="x", nonce="n", qop="auth"'
    send(provider, bye, 407, challenge)
    network.run(0.1)
    again = provider.last("BYE")
    assert again.cseq == bye.cseq + 1
    assert 'username="clinic"' in again.header("proxy-authorization")
