"""URIs and addresses: what is read of them, and what is not taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.telephony.sip.errors import BadMessage
from adapters.telephony.sip.uri import name_addr, parse_uri


@pytest.mark.parametrize(
    ("value", "uri", "tag"),
    [
        ("<sip:a@b>;tag=1", "sip:a@b", "1"),
        ("sip:a@b;tag=1", "sip:a@b", "1"),
        ('"A \\"<x>\\" B" <sip:a@b;lr>;x;tag=1', "sip:a@b;lr", "1"),
        ("A B <sip:a@b>", "sip:a@b", None),
        ("<tel:+15550100>;TAG=1", "tel:+15550100", "1"),
    ],
)
def test_an_address_is_taken_apart(value, uri, tag):
    address = name_addr(value)
    assert (address.uri, address.params.get("tag")) == (uri, tag)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "<>",
        '"a',
        '"a" sip:a@b',
        "<sip:a@b",
        "<sip:a b>",
        "sip:a>b",
        'sip:a"b',
        "<sip:a<b>",
        "<sip:a\x00b>",
        "<sip:a\x7fb>",
        "<sip:a\u2028b>",
    ],
)
def test_what_could_not_be_written_between_brackets_again_is_no_address(value):
    with pytest.raises(BadMessage):
        name_addr(value)


@pytest.mark.parametrize(
    ("text", "scheme", "user", "host", "port"),
    [
        ("sip:clinic@192.0.2.1:5080", "sip", "clinic", "192.0.2.1", 5080),
        ("SIP:clinic:secret@host", "sip", "clinic", "host", None),
        ("sip:+15550100;phone-context=x@host;user=phone", "sip", "+15550100", "host", None),
        ("sip:%2A11@[2001:db8::1]:5060?x=y", "sip", "*11", "2001:db8::1", 5060),
        ("sip:host", "sip", "", "host", None),
        ("tel:+15550100;x=y", "tel", "+15550100", "", None),
        ("urn:service:sos", "urn", "", "", None),
        ("http://x:99999", "http", "", "", None),
    ],
)
def test_a_uri_is_taken_apart(text, scheme, user, host, port):
    uri = parse_uri(text)
    assert (uri.scheme, uri.user, uri.host, uri.port) == (scheme, user, host, port)


@pytest.mark.parametrize(
    "text",
    ["", "sip", "sip:", "sip:@", "sip:a@", "sip:a@h:0", "sip:a@h:65536", "sip:a@h:x", "sip:a@[::1"],
)
def test_what_names_nothing_is_no_uri(text):
    with pytest.raises(BadMessage):
        parse_uri(text)


@given(st.text(max_size=60))
def test_whatever_the_text_only_the_declared_error_comes_out(text):
    for read, value in ((name_addr, text), (parse_uri, text), (parse_uri, f"sip:a@h:{text}")):
        try:
            read(value)
        except BadMessage:
            continue
