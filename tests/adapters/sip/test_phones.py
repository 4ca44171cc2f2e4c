"""Agents' phones: registering, proving who they are, guessing, dialling feature codes."""

from __future__ import annotations

import pytest

from adapters.telephony.sip import digest
from adapters.telephony.sip.address import HostPort, Networks
from adapters.telephony.sip.errors import BadMessage
from adapters.telephony.sip.events import Failed, FailureCause
from adapters.telephony.sip.registrar import MAX_BINDINGS, Registrar
from adapters.telephony.sip.wire import read
from calls.ids import AgentId
from calls.private import Private
from tests.adapters.sip.foreign_phone import (
    ANA,
    AOR,
    MEDIA,
    RAW_AT,
    SDP,
    ForeignPhone,
    an_agent_line,
    challenged,
    ring,
)


def test_a_phone_registers_with_its_password_is_rung_and_expires(network):
    agent, owner = an_agent_line(network)
    raw = ForeignPhone(network)
    assert raw.ask("REGISTER", "Expires: 120", **AOR).status == 401
    response = challenged(raw, "REGISTER", "Expires: 120", **AOR)
    assert response.status == 200
    assert "expires=120" in response.header("contact")
    assert owner.registered == [(ANA, True)]
    assert agent.registered_agents() == (ANA,)
    events = []
    agent.ring_agent(ANA, MEDIA, events.append, ring())
    network.run(0.1)
    assert raw.last("INVITE").uri == f"sip:raw@{RAW_AT}"
    network.run(121.0)
    assert owner.registered == [(ANA, True), (ANA, False)]
    assert (
        agent.ring_agent(
            ANA,
            MEDIA,
            events.append,
            ring(),
        )
        is None
    )


def test_a_dead_phone_is_rung_once_and_then_no_more_until_it_registers_again(network):
    agent, owner = an_agent_line(network)
    raw = ForeignPhone(network)
    challenged(raw, "REGISTER", "Expires: 120", **AOR)
    events = []
    agent.ring_agent(ANA, MEDIA, events.append, ring())
    agent.unreachable(RAW_AT)
    network.run(0.1)
    assert events == [Failed(cause=FailureCause.UNREACHABLE)]
    assert owner.registered == [(ANA, True), (ANA, False)]
    assert agent.ring_agent(ANA, MEDIA, events.append, ring()) is None
    assert challenged(raw, "REGISTER", "Expires: 120", **AOR).status == 200
    assert agent.ring_agent(ANA, MEDIA, events.append, ring()) is not None
    network.run(6.0)
    assert events[1:] == [Failed(cause=FailureCause.TIMEOUT)]
    assert owner.registered[2:] == [(ANA, True), (ANA, False)]


def test_a_phone_takes_itself_off(network):
    _, owner = an_agent_line(network)
    raw = ForeignPhone(network)
    challenged(raw, "REGISTER", "Expires: 120", **AOR)
    assert challenged(raw, "REGISTER", "Expires: 0", **{**AOR, "Contact": "*"}).status == 200
    assert owner.registered == [(ANA, True), (ANA, False)]


@pytest.mark.parametrize(
    ("headers", "over", "status"),
    [
        (("Expires: 10",), {}, 423),
        (("Expires: many",), {}, 400),
        (("Expires: 120",), {"Contact": "*"}, 400),
        (("Expires: 120",), {"Contact": "<tel:+15550100>"}, 400),
        (("Expires: 120",), {"Contact": "<sip:ana@127.0.0.1:99999>"}, 400),
        (("Expires: 120",), {"To": "<sip:bo@127.0.0.1>"}, 403),
    ],
)
def test_a_registration_that_is_wrong_changes_nothing(network, headers, over, status):
    agent, owner = an_agent_line(network)
    raw = ForeignPhone(network)
    response = challenged(raw, "REGISTER", *headers, **{**AOR, **over})
    assert response.status == status
    if status == 423:
        assert response.header("min-expires") == "60"
    assert agent.registered_agents() == ()
    assert owner.registered == []


def test_an_older_register_does_not_undo_a_newer_one(network):
    registrar = Registrar(Networks(("127.0.0.0/8",)), 60, 300)
    raw = ForeignPhone(network)
    newer, older = (
        read(raw.message("REGISTER", f"Expires: {expires}", CSeq=f"{cseq} REGISTER"), RAW_AT)
        for expires, cseq in ((120, 2), (0, 1))
    )
    assert registrar.register(ANA, newer, 0.0).appeared
    with pytest.raises(BadMessage) as refused:
        registrar.register(ANA, older, 1.0)
    assert refused.value.status == 500
    assert registrar.agents() == (ANA,)


def test_an_agent_keeps_a_bounded_number_of_phones_and_the_latest_is_rung(network):
    registrar = Registrar(Networks(("127.0.0.0/8",)), 60, 300)
    raw = ForeignPhone(network)
    for number in range(20):
        contact = f"<sip:ana@127.0.0.1:{6000 + number}>"
        registrar.register(ANA, read(raw.message("REGISTER", Contact=contact), RAW_AT), 0.0)
    assert len(registrar._bindings[ANA]) == MAX_BINDINGS
    assert registrar.binding(ANA).destination.port == 6019


def test_a_phone_behind_a_nat_is_rung_where_it_registered_from(network):
    agent, _ = an_agent_line(network)
    raw = ForeignPhone(network)
    contact = {"Contact": "<sip:ana@192.168.7.7:5060>"}
    via = "SIP/2.0/UDP 192.168.7.7:5060;branch=z9hG4bKn;rport"
    first = raw.ask("REGISTER", Via=via, **AOR, **contact)
    assert first.status == 401
    assert challenged(raw, "REGISTER", **AOR, **contact).status == 200
    agent.ring_agent(ANA, MEDIA, lambda e: None, ring())
    network.run(0.1)
    assert raw.last("INVITE").uri == "sip:ana@192.168.7.7:5060"


def test_a_guesser_is_not_even_checked_after_a_few_tries(network):
    _, owner = an_agent_line(network)
    raw = ForeignPhone(network)
    statuses = [challenged(raw, "REGISTER", password=f"guess{n}", **AOR).status for n in range(8)]
    assert statuses == [403] * 8
    response = challenged(raw, "REGISTER", **AOR)
    assert response.status in (401, 403)
    assert owner.registered == []
    network.run(600.0)
    assert challenged(raw, "REGISTER", **AOR).status == 200


def test_a_feature_code_needs_proof_and_names_the_agent(network):
    _, owner = an_agent_line(network)
    raw = ForeignPhone(network)
    code = {"uri": "sip:*11@127.0.0.1:5072", "body": SDP}
    assert raw.ask("INVITE", **code).status == 401
    owner.on_call = lambda call: call.answer(MEDIA)
    assert challenged(raw, "INVITE", password="wrong", **code).status == 403
    assert owner.calls == []
    assert challenged(raw, "INVITE", **code).status == 200
    assert owner.calls[0].agent_id == ANA
    assert owner.calls[0].dialled == Private("*11")


def test_nobody_calls_in_an_agents_name_without_proof(network):
    _, owner = an_agent_line(network)
    raw = ForeignPhone(network)
    assert raw.ask("INVITE", body=SDP, From="<sip:ana@127.0.0.1>;tag=1").status == 401
    owner.on_call = lambda call: call.reject(486)
    assert raw.ask("INVITE", body=SDP, From="<sip:bo@127.0.0.1>;tag=1").status == 486
    assert owner.calls[0].agent_id is None


def test_an_agents_name_or_a_code_in_escapes_needs_proof_too(network):
    _, owner = an_agent_line(network)
    raw = ForeignPhone(network)
    assert raw.ask("INVITE", body=SDP, From="<sip:%61na@127.0.0.1>;tag=1").status == 401
    assert raw.ask("INVITE", body=SDP, uri="sip:%2a11@127.0.0.1").status == 401
    assert raw.ask("INVITE", body=SDP, uri="sip:*11@127.0.0.1", From="<sip:>;tag=1").status == 401
    assert owner.calls == []


def test_the_password_of_one_agent_registers_nobody_else(network):
    ben = AgentId("ben")
    agent, _ = an_agent_line(network, agents={ANA: Private("secret"), ben: Private("other")})
    raw = ForeignPhone(network)
    for_ben = {"From": "<sip:ben@127.0.0.1>;tag=1", "To": "<sip:ben@127.0.0.1>"}
    assert challenged(raw, "REGISTER", **for_ben).status == 403
    assert challenged(raw, "REGISTER", user="ben", **for_ben).status == 403
    assert agent.registered_agents() == ()


def test_credentials_that_were_overheard_are_good_for_nothing(network):
    agent, owner = an_agent_line(network)
    raw, eve = ForeignPhone(network), ForeignPhone(network, HostPort("127.0.0.6", 5060))
    assert challenged(raw, "REGISTER", **AOR).status == 200
    overheard = next(
        line
        for _, _, _, payload in network.sent
        for line in payload.decode().split("\r\n")
        if line.startswith("Authorization:")
    )
    here = {**AOR, "Contact": "<sip:ana@127.0.0.6>"}
    again = eve.ask("REGISTER", overheard, **here, Call_ID="eve")
    assert again.status == 401
    assert "stale=true" in again.header("www-authenticate")
    assert eve.ask("INVITE", overheard, body=SDP, From=AOR["From"], Call_ID="e2").status == 403
    assert owner.calls == []
    agent.ring_agent(ANA, MEDIA, lambda event: None, ring())
    network.run(0.1)
    assert raw.last("INVITE").uri == f"sip:raw@{RAW_AT}"


def test_a_phone_that_guesses_does_not_cost_its_neighbours_their_registration(network):
    ben = AgentId("ben")
    agent, _ = an_agent_line(network, agents={ANA: Private("secret"), ben: Private("other")})
    here = ForeignPhone(network)
    wrong = ForeignPhone(network, HostPort("127.0.0.1", 5091))
    assert challenged(here, "REGISTER", **AOR).status == 200
    for_ben = {"From": "<sip:ben@127.0.0.1>;tag=2", "To": "<sip:ben@127.0.0.1>"}
    for number in range(30):
        assert challenged(wrong, "REGISTER", user=f"u{number}", **for_ben).status == 403
    assert challenged(here, "REGISTER", **AOR).status == 200
    assert agent.registered_agents() == (ANA,)
    # Somebody new from there must wait, even with the right password.
    new = ForeignPhone(network, HostPort("127.0.0.1", 5092))
    as_ben = {**for_ben, "From": "<sip:ben@127.0.0.1>;tag=3"}
    assert challenged(new, "REGISTER", user="ben", password="other", **as_ben).status == 403


def test_a_braked_phone_is_still_told_how_to_prove_itself(network):
    an_agent_line(network)
    raw = ForeignPhone(network)
    for number in range(8):
        challenged(raw, "REGISTER", password=f"guess{number}", **AOR)
    assert raw.ask("REGISTER", **AOR).status == 401
    braked = challenged(raw, "REGISTER", **AOR)
    assert braked.status == 403
    assert int(braked.header("retry-after")) > 0


def test_a_registration_of_hundreds_of_contacts_keeps_the_last_few(network):
    an_agent_line(network)
    raw = ForeignPhone(network)
    contacts = ", ".join(f"<sip:ana@127.0.0.1:{6000 + number}>" for number in range(300))
    response = challenged(raw, "REGISTER", **{**AOR, "Contact": contacts})
    assert response.status == 200
    kept = [value.partition(">")[0] for value in response.values("contact")]
    assert kept == [f"<sip:ana@127.0.0.1:{6300 - MAX_BINDINGS + n}" for n in range(MAX_BINDINGS)]


def test_a_contact_of_somebody_outside_is_not_rung(network):
    agent, _ = an_agent_line(network)
    raw = ForeignPhone(network)
    outside = ForeignPhone(network, HostPort("198.51.100.7", 5060))
    contact = {"Contact": "<sip:premium@198.51.100.7>"}
    assert challenged(raw, "REGISTER", **{**AOR, **contact}).status == 200
    agent.ring_agent(ANA, MEDIA, lambda event: None, ring())
    network.run(0.1)
    assert outside.got == []
    assert raw.last("INVITE")


def test_a_nonce_that_had_to_be_forgotten_cannot_be_used_again(network, monkeypatch):
    monkeypatch.setattr(digest, "_MAX_NONCES", 3)
    an_agent_line(network)
    raw = ForeignPhone(network)
    for _ in range(5):
        assert challenged(raw, "REGISTER", **AOR).status == 200
        network.run(1.0)
    first = next(
        line
        for _, _, _, payload in network.sent
        for line in payload.decode().split("\r\n")
        if line.startswith("Authorization:")
    )
    assert raw.ask("REGISTER", first, **AOR).status == 401


def test_a_bug_of_ours_answers_500_and_holds_nothing(network, monkeypatch):
    def fail(*_):
        raise RuntimeError("a bug")

    agent, _ = an_agent_line(network)
    raw = ForeignPhone(network)
    monkeypatch.setattr(Registrar, "register", fail)
    with pytest.raises(RuntimeError):
        challenged(raw, "REGISTER", **AOR)
    network.run()
    assert raw.got[-1].status == 500
    assert agent.leftovers == 0
