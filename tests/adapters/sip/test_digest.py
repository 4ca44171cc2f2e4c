"""Digest authentication against the RFCs' own examples, and against replay and guessing."""

from __future__ import annotations

from aiosipua.auth import SipDigestAuth, build_credentials
from aiosipua.header_codec import parse_auth, stringify_auth
from aiosipua.headers import AuthChallenge
from aiosipua.message import SipResponse

from adapters.telephony.sip.address import HostPort
from adapters.telephony.sip.digest import (
    ALGORITHMS,
    AttemptLimiter,
    DigestServer,
    Proof,
    answer_challenge,
    expected_response,
)
from adapters.telephony.sip.wire import Response, read
from calls.ids import AgentId
from calls.private import Private

SOURCE = HostPort("127.0.0.1", 5071)
RFC_7616 = {
    "user": "Mufasa",
    "realm": "http-auth@example.org",
    "password": "Circle of Life",
    "method": "GET",
    "uri": "/dir/index.html",
    "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
    "nc": "00000001",
    "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
}
MD5_7616 = "8ca523f5e9506fed4657c9700eebdbec"
SHA256_7616 = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"


def test_the_examples_of_rfc_7616_come_out_right():
    assert expected_response(algorithm="MD5", **RFC_7616) == MD5_7616
    assert expected_response(algorithm="SHA-256", **RFC_7616) == SHA256_7616


def test_the_example_of_rfc_2617_comes_out_right():
    response = expected_response(
        algorithm="MD5",
        user="Mufasa",
        realm="testrealm@host.com",
        password="Circle Of Life",
        method="GET",
        uri="/dir/index.html",
        nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",
        nc="00000001",
        cnonce="0a4f113b",
    )
    assert response == "6629fae49393a05397450978507c4ef1"


def test_the_library_we_answer_challenges_with_agrees_with_the_rfc():
    for algorithm, response in (("MD5", MD5_7616), ("SHA-256", SHA256_7616)):
        challenge = AuthChallenge(
            scheme="Digest",
            params={
                "realm": RFC_7616["realm"],
                "nonce": RFC_7616["nonce"],
                "qop": "auth, auth-int",
                "algorithm": algorithm,
            },
        )
        credentials = build_credentials(
            SipDigestAuth(username="Mufasa", password="Circle of Life"),
            challenge,
            "GET",
            "/dir/index.html",
            cnonce=RFC_7616["cnonce"],
        )
        assert credentials.params["response"] == response


def a_register(authorization=None):
    lines = [
        "REGISTER sip:127.0.0.1 SIP/2.0",
        "Via: SIP/2.0/UDP 127.0.0.1:5071;branch=z9hG4bKx;rport",
        "From: <sip:ana@127.0.0.1>;tag=1",
        "To: <sip:ana@127.0.0.1>",
        "Call-ID: x",
        "CSeq: 1 REGISTER",
    ]
    if authorization:
        lines.append(f"Authorization: {authorization}")
    return read("\r\n".join([*lines, "", ""]).encode(), SOURCE)


def a_server():
    return DigestServer("careline", {AgentId("ana"): Private("secret")}, ALGORITHMS)


def answer(challenge, user="ana", password="secret", nonce_count=1, uri="sip:127.0.0.1"):
    credentials = build_credentials(
        SipDigestAuth(username=user, password=password),
        parse_auth(challenge),
        "REGISTER",
        uri,
        nonce_count=nonce_count,
    )
    return stringify_auth(credentials)


def test_both_algorithms_are_offered_the_stronger_first_and_taken():
    server = a_server()
    challenges = server.challenges(0.0)
    assert ["SHA-256" in c for c in challenges] == [True, False]
    sha256, md5 = server.challenges(0.0)[0], server.challenges(0.0)[1]
    assert server.check(a_register(answer(sha256)), 1.0).proof is Proof.RIGHT
    assert server.check(a_register(answer(md5)), 1.0).proof is Proof.RIGHT


def test_an_algorithm_that_was_not_offered_is_not_taken():
    server = DigestServer("careline", {AgentId("ana"): Private("secret")}, ("SHA-256",))
    (challenge,) = server.challenges(0.0)
    weaker = answer(challenge.replace("SHA-256", "MD5"))
    assert server.check(a_register(weaker), 0.0).proof is Proof.WRONG


def test_a_request_without_credentials_or_for_another_realm_is_challenged():
    server = a_server()
    assert server.check(a_register(), 0.0).proof is Proof.MISSING
    other = DigestServer("elsewhere", {}, ALGORITHMS).challenges(0.0)[0]
    assert server.check(a_register(answer(other)), 0.0).proof is Proof.MISSING


def test_the_same_credentials_twice_are_stale_and_a_higher_count_is_right():
    server = a_server()
    challenge = server.challenges(0.0)[0]
    once = a_register(answer(challenge))
    assert server.check(once, 0.0).proof is Proof.RIGHT
    assert server.check(once, 0.0).proof is Proof.STALE
    assert server.check(a_register(answer(challenge, nonce_count=2)), 0.0).proof is Proof.RIGHT
    assert server.check(a_register(answer(challenge, nonce_count=2)), 0.0).proof is Proof.STALE


def test_an_old_nonce_and_a_nonce_of_another_run_are_stale():
    server = a_server()
    challenge = server.challenges(0.0)[0]
    assert server.check(a_register(answer(challenge)), 301.0).proof is Proof.STALE
    other = a_server().challenges(0.0)[0]
    assert server.check(a_register(answer(other)), 0.0).proof is Proof.STALE
    assert "stale=true" in server.challenges(0.0, stale=True)[0]


def test_wrong_password_unknown_user_and_another_uri_are_wrong():
    server = a_server()
    challenge = server.challenges(0.0)[0]
    for credentials in (
        answer(challenge, password="guess"),
        answer(challenge, user="eve"),
        answer(challenge, uri="sip:other@127.0.0.1"),
        answer(challenge).replace("qop=auth, ", ""),
        answer(challenge).replace("00000001", "1"),
        'Digest realm="careline"',
        'Digest realm="careline", username="ana", response="é", nonce="é", uri="sip:127.0.0.1"',
    ):
        assert server.check(a_register(credentials), 0.0).proof is Proof.WRONG


def test_used_nonces_are_forgotten_once_they_are_too_old_to_be_replayed():
    server = a_server()
    for second in range(0, 4000, 10):
        server.check(a_register(answer(server.challenges(float(second))[0])), float(second))
    assert len(server._counts) < 40


def test_the_client_answers_the_first_challenge_it_understands():
    response = SipResponse(status_code=401)
    for value in (
        'Digest realm="r", nonce="n", algorithm=SHA-512-256, qop="auth"',
        'Basic realm="r"',
        'Digest realm="r", nonce="n", algorithm=MD5, qop="auth"',
    ):
        response.headers.append("WWW-Authenticate", value)
    wrapped = Response(
        message=response,
        status=401,
        source=SOURCE,
        branch="",
        call_id="",
        from_tag="",
        to_tag="",
        cseq=1,
        cseq_method="REGISTER",
    )
    name, value = answer_challenge(wrapped, "ana", Private("secret"), "REGISTER", "sip:127.0.0.1")
    assert name == "Authorization"
    assert "algorithm=MD5" in value


def test_a_guesser_waits_longer_each_time_and_a_mistyper_does_not():
    limiter = AttemptLimiter(free=2, first_wait_s=1.0, longest_wait_s=60.0)
    for _ in range(2):
        limiter.failed("eve", 0.0)
    assert limiter.wait_s("eve", 0.0) == 0
    waits = []
    for _ in range(8):
        limiter.failed("eve", 0.0)
        waits.append(limiter.wait_s("eve", 0.0))
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]
    assert limiter.wait_s("eve", 60.0) == 0
    assert limiter.wait_s("bob", 0.0) == 0
    limiter.succeeded("eve")
    assert limiter.wait_s("eve", 0.0) == 0


def test_the_limiter_remembers_a_bounded_number_of_guessers():
    limiter = AttemptLimiter(capacity=10)
    for number in range(1000):
        limiter.failed(str(number), 0.0)
    assert len(limiter._failures) == 10


def test_a_guesser_who_comes_back_as_soon_as_the_wait_is_over_gains_nothing():
    limiter = AttemptLimiter(free=2, first_wait_s=1.0, longest_wait_s=60.0)
    now, guesses = 0.0, 0
    while now < 3600.0:
        now += limiter.wait_s("eve", now) + 1.0
        limiter.failed("eve", now)
        guesses += 1
    assert guesses < 75


def test_who_has_known_the_password_is_known_and_only_so_many_are():
    limiter = AttemptLimiter(capacity=10)
    limiter.failed("eve", 0.0)
    assert not limiter.is_known("eve")
    for number in range(11):
        limiter.succeeded(str(number))
    assert not limiter.is_known("0")
    assert limiter.is_known("10")
    assert len(limiter._known) == 10
