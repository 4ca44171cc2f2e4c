"""Where the site's machines meet: no password on a command line, none in what is written down."""

from __future__ import annotations

import pytest

from adapters.stores.redis import Address
from calls.private import Private
from careline.redis_address import (
    ENVIRONMENT,
    AddressRefused,
    from_command_line,
    holds_password,
    remember,
    remembered,
    with_passwords,
    without_passwords,
)
from config.errors import SecretsError

SECRET = "pa/ss@wo:rd?"
SECRETS = f'"redis/password": "{SECRET}"\n"redis/sentinel-password": "watch&men"\n'


@pytest.fixture
def secrets(tmp_path):
    path = tmp_path / "secrets.yaml"
    path.write_text(SECRETS)
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    "url",
    [
        "redis://:tr0ub4dor@redis.example/0",
        "redis://site:tr0ub4dor@redis.example/0",
        "redis+sentinel://one,two/site/0?sentinel_password=tr0ub4dor",
        "redis://[tr0ub4dor",
    ],
)
def test_a_password_on_the_command_line_is_refused_and_not_repeated(url):
    with pytest.raises(AddressRefused) as refused:
        from_command_line(url)
    assert "tr0ub4dor" not in str(refused.value)
    assert "redis/password" in str(refused.value)
    assert ENVIRONMENT in str(refused.value)


def test_the_environment_may_hold_one_and_the_command_line_comes_first(monkeypatch):
    assert from_command_line(None) is None
    monkeypatch.setenv(ENVIRONMENT, "redis://:secret@one/0")
    assert from_command_line(None) == Private("redis://:secret@one/0")
    assert from_command_line("redis://two/0") == Private("redis://two/0")


@pytest.mark.parametrize("user", [None, "site"])
@pytest.mark.parametrize("place", ["redis://redis.example:6400/3", "unix:///run/redis.sock?db=3"])
def test_the_password_comes_from_the_file_of_secrets(secrets, user, place):
    url = place.replace("://", f"://{user}@") if user and "unix" not in place else place
    options = Address.parse(with_passwords(Private(url), secrets).reveal()).options
    assert options["password"] == SECRET
    assert options["username"] == (user if "unix" not in place else None)
    assert options["db"] == 3


def test_sentinels_have_a_password_of_their_own(secrets):
    url = Private("rediss+sentinel://one,two:7000/site/1?ssl_ca_certs=/etc/ca.pem")
    address = Address.parse(with_passwords(url, secrets).reveal())
    assert address.options["password"] == SECRET
    assert address.sentinel_options["password"] == "watch&men"
    assert address.hosts == (("one", 26379), ("two", 7000))
    assert address.options["ssl_ca_certs"] == "/etc/ca.pem"


def test_an_address_with_a_password_keeps_it_and_one_without_secrets_stays(secrets, tmp_path):
    own = Private("redis://:own@redis.example/0")
    assert with_passwords(own, secrets) == own
    bare = Private("redis://redis.example/0")
    assert with_passwords(bare, tmp_path / "none.yaml") == bare


def test_a_file_of_secrets_that_others_may_read_is_not_used(secrets):
    secrets.chmod(0o644)
    with pytest.raises(SecretsError, match="chmod 600"):
        with_passwords(Private("redis://redis.example/0"), secrets)


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("redis://:secret@one:1/0", "redis://one:1/0"),
        ("rediss://site:secret@one/0?ssl_ca_certs=/ca", "rediss://site@one/0?ssl_ca_certs=/ca"),
        (
            "redis+sentinel://:secret@a,b/site/0?sentinel_username=w&sentinel_password=secret",
            "redis+sentinel://a,b/site/0?sentinel_username=w",
        ),
    ],
)
def test_what_is_noted_has_no_password_and_everything_else(url, written, tmp_path):
    assert holds_password(url)
    assert without_passwords(Private(url)) == written
    note = tmp_path / "redis"
    remember(note, Private(url))
    assert remembered(note) == Private(written)
    assert not holds_password(written)
    remember(note, None)
    assert remembered(note) is None


def test_a_note_that_cannot_be_written_stops_nothing(tmp_path, caplog):
    remember(tmp_path / "missing" / "redis", Private("redis://:secret@one/0"))
    assert "cannot be written" in caplog.text
    assert "secret" not in caplog.text
