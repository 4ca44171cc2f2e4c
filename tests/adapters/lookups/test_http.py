"""A source over HTTP: what is given stays a value, and what comes back is never trusted."""

import gzip
import json
import logging
import re
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.lookups.http import AT_ONCE, CONNECTIONS, HttpSource, open_transport
from calls.ports import ANSWER_MAX_BYTES
from calls.private import Private
from config.lookups import LookupSource
from tests.adapters.lookups.service import (
    Service,
    endless_body,
    endless_headers,
    json_reply,
    reply,
    reset,
    silence,
    slow_drip,
)

GIVEN = {"phone": "+15555550101"}


def why(answer):
    assert answer.document.reveal() == ""
    return answer.reason or answer.outcome


async def test_what_is_found_comes_back_as_it_was_sent(source, service):
    service.replies = [json_reply({"name": "José", "balance": 12.5})]
    answer = await source().ask(GIVEN)
    assert answer.outcome == "found"
    assert json.loads(answer.document.reveal()) == {"name": "José", "balance": 12.5}
    assert service.target == "/patients?phone=%2B15555550101"


HOSTILE = [
    "../../x?y=1#",
    "&a=b",
    "x&phone=y;z=1",
    "a\r\nHost: evil.example\r\n\r\nGET / HTTP/1.1",
    "\x00",
    "%2e%2e%2f",
    "@evil.example",
    "//evil.example/",
    "\\evil.example",
    "日本",
    "{phone}",
    "#",
    "?",
    "+ %",
]


@pytest.mark.parametrize("value", HOSTILE)
async def test_a_value_in_the_query_stays_one_value(source, service, value):
    await source("/p/x?a=1&phone={phone}&b=2").ask({"phone": value})
    path, _, query = service.target.partition("?")
    first, phone, last = query.split("&")
    assert (path, first, last) == ("/p/x", "a=1", "b=2")
    assert set(phone.removeprefix("phone=")) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%"
    )
    assert f"Host: 127.0.0.1:{service.port}".lower().encode() in service.requests[0].lower()
    assert service.requests[0].count(b"\r\n\r\n") == 1


@pytest.mark.parametrize("value", [*HOSTILE, ".", ".."])
async def test_a_value_in_the_path_stays_one_segment_or_is_not_asked_with(source, service, value):
    answer = await source("/p/{phone}/records").ask({"phone": value})
    if service.requests:
        _, before, segment, after = service.target.split("/")
        assert (before, after) == ("p", "records")
        assert segment not in (".", "..", "")
        assert "?" not in segment
        assert "%2f" not in segment.lower()
    else:
        assert why(answer) == "refused"


async def test_dots_beside_a_value_do_not_climb(source, service):
    assert why(await source("/p/.{phone}/records").ask({"phone": "."})) == "refused"
    assert why(await source("/p/%2E{phone}/records").ask({"phone": "."})) == "refused"
    assert service.requests == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"phone": ""}, "not-found"),
        ({"phone": " \t"}, "not-found"),
        ({}, "misconfigured"),
        ({"phone": "1", "other": "2"}, "misconfigured"),
        ({"phone": "1" * 501}, "refused"),
        ({"phone": "\ud800"}, "refused"),
    ],
)
async def test_nothing_is_asked_with_too_little_or_too_much(source, service, given, told):
    assert why(await source().ask(given)) == told
    assert service.requests == []


async def test_a_post_sends_the_rest_as_json(source, service):
    asks = source("/search?site={site}", method="POST")
    await asks.ask({"site": "a&b", "phone": 'x"\n', "birth_date": "1980-01-01"})
    head, _, body = service.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /search?site=a%26b HTTP/1.1")
    assert b"content-type: application/json" in head.lower()
    assert json.loads(body) == {"phone": 'x"\n', "birth_date": "1980-01-01"}


async def test_a_post_tells_that_it_is_the_same_question_as_before(source, service):
    asks = source("/book", method="POST")
    for key in ("call-1-2", "call-1-2", "call-1-3", ""):
        await asks.ask({"slot": "9"}, key)
    keys = [re.search(rb"idempotency-key: (.*)\r\n", each) for each in service.requests]
    assert [key and key[1] for key in keys] == [b'"call-1-2"', b'"call-1-2"', b'"call-1-3"', None]


async def test_who_only_asks_needs_no_key(source, service):
    await source().ask(GIVEN, "call-1-2")
    assert b"idempotency-key" not in service.requests[0].lower()


async def test_headers_and_secrets_are_sent(source, service):
    asks = source(
        headers={"Accept": "application/fhir+json"},
        secret_headers={"Authorization": "records/token"},
        secrets={"Authorization": Private("Bearer hidden")},
    )
    await asks.ask(GIVEN)
    head = service.requests[0].lower()
    assert b"authorization: bearer hidden" in head
    assert head.count(b"\r\naccept:") == 1
    assert b"accept: application/fhir+json" in head
    assert b"accept-encoding: identity" in head


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304])
async def test_a_lookup_that_redirects_is_refused(source, service, status):
    elsewhere = Service()
    await elsewhere.start()
    service.replies = [reply(b"", f"{status} Moved", [f"location: {elsewhere.url}/"])]
    assert why(await source().ask(GIVEN)) == "redirected"
    assert (len(service.requests), elsewhere.requests) == (1, [])
    await elsewhere.stop()


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (204, "not-found"),
        (404, "not-found"),
        (410, "not-found"),
        (401, "refused"),
        (403, "refused"),
        (400, "refused"),
        (429, "refused"),
        (202, "refused"),
        (206, "refused"),
        (500, "unreachable"),
        (503, "unreachable"),
    ],
)
async def test_every_status_has_its_meaning(source, service, status, told):
    body = b"" if status == 204 else b'{"name": "of somebody"}'
    service.replies = [reply(body, f"{status} So")]
    assert why(await source().ask(GIVEN)) == told
    assert len(service.requests) == (2 if status >= 500 else 1)


# --- bodies -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>not found</html>",
        b"{",
        b'"a text"',
        b"12",
        b"null",
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b"[-Infinity]",
        b"[1e999]",
        b"[" + b"9" * 5000 + b"]",
        b'["\\ud800"]',
        b'{"\\udfff": 1}',
        b'{"a": "\xff"}',
        '{"a": "é"}'.encode("latin-1"),
        '{"a": 1}'.encode("utf-16"),
        b"[" * 100 + b"]" * 100,
        b"[" * 65_000,
        b'{"a":' * 10_000,
        b'["\\' + b'"[' * 30_000,
        b'["' + b'\\"' * 30_000,
    ],
    ids=lambda body: repr(body[:12]),
)
async def test_what_is_no_usable_json_is_refused(source, service, body):
    service.replies = [reply(body)]
    assert why(await source().ask(GIVEN)) == "not-json"


async def test_brackets_in_a_text_are_no_nesting(source, service):
    text = '{"a": "' + "[" * 100 + '\\"' + "{" * 100 + '"}'
    service.replies = [reply(text.encode())]
    assert (await source().ask(GIVEN)).document.reveal() == text


async def test_a_hundred_thousand_levels_are_too_large_before_anybody_walks_them(source, service):
    service.replies = [reply(b"[" * 100_000)]
    assert why(await source().ask(GIVEN)) == "too-large"


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-16", "x", ""])
async def test_a_charset_other_than_utf_8_is_refused(source, service, charset):
    service.replies = [
        json_reply({}, headers=[f"content-type: application/json; charset={charset}"])
    ]
    assert why(await source().ask(GIVEN)) == "not-json"


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=UTF-8", 'text/plain; charset="utf-8"', "x", ""]
)
async def test_utf_8_by_any_name_of_it_is_read(source, service, content_type):
    service.replies = [json_reply({}, headers=[f"content-type: {content_type}"])]
    assert (await source().ask(GIVEN)).outcome == "found"


async def test_a_packed_body_is_not_unpacked(source, service):
    bomb = gzip.compress(b"[" + b"1," * 5_000_000 + b"1]")
    service.replies = [reply(bomb, headers=["content-encoding: gzip"])]
    assert why(await source().ask(GIVEN)) == "not-json"


async def test_an_answer_of_just_the_size_is_taken_and_one_byte_more_is_not(source, service):
    fits = b'["' + b"x" * (ANSWER_MAX_BYTES - 4) + b'"]'
    service.replies = [reply(fits), reply(fits + b" ")]
    asks = source()
    assert len((await asks.ask(GIVEN)).document.reveal()) == ANSWER_MAX_BYTES
    assert why(await asks.ask(GIVEN)) == "too-large"


async def test_a_body_without_end_is_cut(source, service):
    service.replies = [endless_body]
    assert why(await source().ask(GIVEN)) == "too-large"


async def test_headers_without_end_are_cut(source, service):
    service.replies = [endless_headers]
    assert why(await source().ask(GIVEN)) == "unreachable"


async def test_a_length_that_is_not_kept_is_no_answer(source, service):
    service.replies = [b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{}"]
    assert why(await source().ask(GIVEN)) == "unreachable"


async def test_what_is_no_http_is_no_answer(source, service):
    service.replies = [b"220 mail.example ESMTP\r\n" * 3]
    assert why(await source().ask(GIVEN)) == "unreachable"


@pytest.mark.parametrize("way", ["entry.0", "entry.only"])
@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ({"entry": [{"id": 1}]}, "found"),
        ({"entry": []}, "not-found"),
        ({"total": 0}, "not-found"),
        ({"entry": None}, "not-found"),
        ({"entry": "text"}, "not-found"),
        ([], "not-found"),
    ],
)
async def test_nothing_at_the_way_is_nothing_found(source, service, body, outcome, way):
    service.replies = [json_reply(body)]
    assert (await source(found_at=way).ask(GIVEN)).outcome == outcome


@pytest.mark.parametrize(("way", "outcome"), [("entry.0", "found"), ("entry.only", "not-found")])
async def test_of_several_records_none_is_the_only_one(source, service, way, outcome):
    service.replies = [json_reply({"entry": [{"id": 1}, {"id": 2}]})]
    assert (await source(found_at=way).ask(GIVEN)).outcome == outcome


# --- time ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", [silence, slow_drip])
async def test_who_never_ends_is_left_when_the_time_is_up(source, service, trouble):
    service.replies = [trouble]
    asks = source(timeout_s=0.2, attempts=2)
    assert why(await asks.ask(GIVEN)) == "timeout"
    assert len(service.requests) == 2


async def test_a_source_that_hangs_frees_its_connections(source, service):
    service.replies = [silence] * (AT_ONCE + 4) + [json_reply({})]
    asks = source(timeout_s=0.2, attempts=1)
    for _ in range(AT_ONCE + 4):
        assert why(await asks.ask(GIVEN)) == "timeout"
    assert (await source().ask(GIVEN)).outcome == "found"


async def test_answers_that_are_not_read_free_their_connections(source, service):
    service.keep_open = True
    service.replies = [reply(b"unread", "404 Not Found")]
    asks = source()
    for _ in range(CONNECTIONS + 1):
        assert why(await asks.ask(GIVEN)) == "not-found"


async def test_500_then_200_is_found(source, service):
    service.replies = [reply(b"", "500 Oops"), json_reply({})]
    assert (await source().ask(GIVEN)).outcome == "found"


async def test_a_reset_connection_is_tried_again(source, service):
    service.replies = [reset, json_reply({})]
    assert (await source().ask(GIVEN)).outcome == "found"


@pytest.mark.parametrize("trouble", [reset, reply(b"", "500 Oops"), silence])
async def test_a_post_that_may_have_been_heard_is_not_repeated(source, service, trouble):
    service.replies = [trouble, json_reply({})]
    asks = source("/search", method="POST", timeout_s=0.2)
    assert (await asks.ask(GIVEN)).outcome == "failed"
    assert len(service.requests) == 1


async def test_nobody_there_is_unreachable(transport):
    service = Service()
    await service.start()
    await service.stop()
    for method in ("GET", "POST"):
        asks = HttpSource(
            LookupSource(id="patients", url=service.url + "/", method=method, timeout_s=10.0),
            {},
            transport,
        )
        assert why(await asks.ask({})) == "unreachable"


# --- privacy ------------------------------------------------------------------------------------


async def test_no_cookie_is_kept(source, service):
    service.keep_open = True
    service.replies = [json_reply({}, headers=["set-cookie: session=1; path=/"])]
    asks = source()
    await asks.ask(GIVEN)
    await asks.ask(GIVEN)
    assert service.connections == 1, "the connection was kept, the cookie was not"
    assert b"cookie" not in service.requests[1].lower()


async def test_no_proxy_of_the_environment_is_used(service, source, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    transport = open_transport()
    settings = LookupSource(id="patients", url=service.url + "/", timeout_s=10.0)
    assert (await HttpSource(settings, {}, transport).ask({})).outcome == "found"
    await transport.aclose()


async def test_nothing_of_a_question_or_an_answer_is_logged(source, service, caplog):
    caplog.set_level(logging.DEBUG)
    service.replies = [
        json_reply({"name": "hidden-name"}, headers=["x-patient: hidden-header"]),
        reply(b"", "302 Moved", ["location: http://127.0.0.1/?hidden-place"]),
        reset,
        b"hidden-noise\r\n\r\n",
    ]
    asks = source(secrets={"X-Token": Private("hidden-token")}, attempts=1)
    for _ in service.replies:
        await asks.ask({"phone": "hidden-phone"})
    assert "hidden" not in caplog.text


# --- TLS ----------------------------------------------------------------------------------------


def certificate(folder, host):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "service.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.mark.parametrize(
    ("host", "trusted", "told"),
    [
        ("127.0.0.1", True, "found"),
        ("127.0.0.2", True, "unreachable"),
        ("127.0.0.1", False, "unreachable"),
    ],
)
async def test_a_certificate_must_be_trusted_and_of_this_host(tmp_path, host, trusted, told):
    path = certificate(tmp_path, host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    service = Service()
    await service.start(context)
    transport = open_transport(ssl.create_default_context(cafile=path) if trusted else None)
    settings = LookupSource(id="patients", url=service.url + "/", timeout_s=10.0)
    answer = await HttpSource(settings, {}, transport).ask({})
    assert (answer.reason or answer.outcome) == told
    assert bool(service.requests) == (told == "found")
    await transport.aclose()
    await service.stop()
