"""Addresses: what is understood, what is refused, and that no password is ever shown."""

from __future__ import annotations

import pytest

from adapters.stores.redis import Address
from adapters.stores.redis.names import Names
from calls.ports import JournalError


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://host", "redis://host/0"),
        ("redis://u:pa%40ss@host:7000/3", "redis://host:7000/3"),
        ("redis://:s3cret@[::1]:7000", "redis://[::1]:7000/0"),
        ("rediss://u:s3cret@host/1?ssl_ca_certs=/ca.pem", "rediss://host/1"),
        ("unix:///run/redis.sock", "unix:///run/redis.sock"),
        ("unix://u:s3cret@/run/redis.sock?db=2", "unix:///run/redis.sock"),
        (
            "redis+sentinel://u:s3cret@one:1,two/clinic?sentinel_password=s3cret",
            "redis+sentinel://one:1,two/clinic/0",
        ),
        ("rediss+sentinel://one/clinic/4", "rediss+sentinel://one/clinic/4"),
    ],
)
def test_an_address_shows_neither_user_nor_password(url: str, shown: str) -> None:
    address = Address.parse(url)
    assert address.shown == shown
    assert "s3cret" not in repr(address)
    assert "pa" not in repr(address).replace("path", "")


def test_an_address_is_taken_apart() -> None:
    address = Address.parse("redis+sentinel://u:p%2Fw@one:1,two/clinic/4?sentinel_password=q")
    assert address.hosts == (("one", 1), ("two", 26379))
    assert address.master == "clinic"
    assert address.options == {"username": "u", "password": "p/w", "db": 4}
    assert address.sentinel_options == {"username": None, "password": "q"}
    assert Address.parse("redis://[::1]").hosts == (("::1", 6379),)
    assert Address.parse("rediss://h?ssl_certfile=c").options["ssl"] is True


@pytest.mark.parametrize(
    "url",
    [
        "",
        "s3cret",
        "http://:s3cret@host",
        "redis://",
        "redis://:s3cret@",
        "redis://:s3cret@host:port",
        "redis://:s3cret@host:0",
        "redis://:s3cret@host:99999",
        "redis://:s3cret@one,two",
        "redis://:s3cret@host/zero",
        "redis://:s3cret@host/0/1",
        "redis://:s3cret@host?password=s3cret",
        "redis://:s3cret@host#s3cret",
        "redis://:s3cret@[host",
        "unix://host",
        "unix://:s3cret@host/path",
        "redis+sentinel://:s3cret@one,two",
        "redis+sentinel://:s3cret@one/clinic/0/s3cret",
        "redis+sentinel://:s3cret@one,,two/clinic",
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(JournalError, match="write for example redis://") as caught:
        Address.parse(url)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_all_keys_of_a_site_share_one_hash_tag() -> None:
    names = Names("main")
    keys = [getattr(names, name) for name in vars(Names) if isinstance(vars(Names)[name], property)]
    assert keys
    assert len(set(keys)) == len(keys)
    assert all(key.startswith("careline:{main}:") for key in keys)


@pytest.mark.parametrize("site", ["", "{}", "a}b", "{a"])
def test_a_site_that_would_break_the_hash_tag_is_our_bug(site: str) -> None:
    with pytest.raises(ValueError, match="hash tag"):
        Names(site)
