"""A trunk: registering, staying registered, its challenges and its calls."""

from __future__ import annotations

import pytest

from adapters.telephony.sip.dialler import Ring
from adapters.telephony.sip.events import Answered, Failed, FailureCause
from adapters.telephony.sip.sdp import LocalMedia
from adapters.telephony.sip.settings import TrunkSettings
from calls.ids import AgentId
from calls.private import Private

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
