"""Secrets are named in the site's files, kept in one file, and shown nowhere."""

import os
import stat
import traceback

import pytest

from config.errors import SecretsError
from config.secrets import Secrets, agent_secret, ensure_agent_secrets, read_secrets


def written(path, text, mode=0o600):
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_secret_is_found_by_its_name(tmp_path):
    path = written(tmp_path / "secrets.yaml", "trunk/password: 0123 no\n")
    assert read_secrets(path).secret("trunk/password").reveal() == "0123 no"


def test_json_is_read_as_well(tmp_path):
    path = written(tmp_path / "secrets.json", '{"trunk/password": "a b"}')
    assert read_secrets(path).secret("trunk/password").reveal() == "a b"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_file_that_others_may_touch_is_refused_with_the_way_out(tmp_path, mode):
    path = written(tmp_path / "secrets.yaml", "a: hidden-value\n", mode)
    with pytest.raises(SecretsError, match="chmod 600"):
        read_secrets(path)


def test_values_stand_in_no_repr():
    secrets = Secrets({"a": "hidden-value"})
    assert "hidden-value" not in f"{secrets!r} {secrets} {secrets.secret('a')!r}"
    assert list(secrets) == ["a"]


@pytest.mark.parametrize(
    "text", ["a: [hidden-value]\n", "hidden-value\n", "a: hidden-value: x\n", "a: 'hidden-value\n"]
)
def test_values_stand_in_no_error(tmp_path, text):
    path = written(tmp_path / "secrets.yaml", text)
    with pytest.raises(SecretsError) as raised:
        read_secrets(path)
    assert "hidden-value" not in "".join(traceback.format_exception(raised.value))


def test_a_missing_file_or_secret_is_told(tmp_path):
    with pytest.raises(SecretsError, match="cannot be read"):
        read_secrets(tmp_path / "secrets.yaml")
    with pytest.raises(SecretsError, match="'agent/ana'"):
        Secrets({}).secret("agent/ana")


def test_a_password_in_place_of_its_name_is_not_told():
    with pytest.raises(SecretsError) as raised:
        Secrets({}).secret("tr0ub4dor")
    assert "tr0ub4dor" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_every_agent_gets_a_password_of_their_own_at_the_first_start(tmp_path):
    path = tmp_path / "state" / "secrets.yaml"
    made = ensure_agent_secrets(path, ["ana", "bo"])
    passwords = {made.secret(agent_secret(agent)).reveal() for agent in ("ana", "bo")}
    assert len(passwords) == 2
    assert all(len(password) >= 24 for password in passwords)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = read_secrets(path)
    assert {again.secret(name).reveal() for name in again} == passwords


def test_what_is_there_is_kept_when_an_agent_joins(tmp_path):
    path = written(tmp_path / "secrets.yaml", "trunk/password: '00 no: ~'\nagent/ana: kept\n")
    made = ensure_agent_secrets(path, ["ana", "bo"])
    assert made.secret("agent/ana").reveal() == "kept"
    assert read_secrets(path).secret("trunk/password").reveal() == "00 no: ~"
    assert set(made) == {"trunk/password", "agent/ana", "agent/bo"}


def test_nothing_is_written_when_nothing_is_missing(tmp_path):
    path = written(tmp_path / "secrets.yaml", "agent/ana: kept\n")
    before = path.stat().st_ino
    ensure_agent_secrets(path, ["ana"])
    assert path.stat().st_ino == before
    assert [each.name for each in tmp_path.iterdir()] == ["secrets.yaml"]


@pytest.mark.parametrize("text", ["", "\n", "# Careline's secrets.\n\n  # none yet\n"])
def test_a_file_without_a_secret_holds_none(tmp_path, text):
    assert len(read_secrets(written(tmp_path / "secrets.yaml", text))) == 0


def test_what_a_start_that_was_cut_short_left_behind_is_in_nobodys_way(tmp_path):
    (tmp_path / f".secrets.yaml.{os.getpid()}").write_text("half")
    made = ensure_agent_secrets(tmp_path / "secrets.yaml", ["ana"])
    assert list(made) == ["agent/ana"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "state").write_text("in the way")
    with pytest.raises(SecretsError, match="cannot be"):
        ensure_agent_secrets(tmp_path / "state" / "secrets.yaml", ["ana"])
