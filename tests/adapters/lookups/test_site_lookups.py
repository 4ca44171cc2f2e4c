"""A whole site's sources: picked by name, told of sparingly, and never an exception."""

import json
import logging

import pytest

from adapters.lookups import SiteLookups
from adapters.lookups.answer import failed, found
from calls.private import Private
from config.directory import Provider
from config.errors import SecretsError
from config.lookups import LookupSource
from config.table import parse_table
from tests.adapters.lookups.service import json_reply

PROVIDERS = [Provider(id="ann", name="Ann", specialty="cardiology")]


class Exploding:
    async def ask(self, given, key=""):
        raise RuntimeError(f"hidden {given}")


class Failing:
    reason = "timeout"

    async def ask(self, given, key=""):
        return failed(self.reason)


def no_secrets(name):
    raise SecretsError("none")


async def test_a_source_that_explodes_is_an_answer_and_tells_nothing(caplog):
    lookups = SiteLookups({"patients": Exploding()})
    answer = await lookups.ask("patients", {"phone": "hidden-phone"})
    assert (answer.outcome, answer.reason) == ("failed", "misconfigured")
    assert "RuntimeError" in caplog.text
    assert "hidden" not in caplog.text


async def test_a_failure_is_told_once_in_a_while_with_how_often_it_came(caplog):
    now = 0.0
    failing = Failing()
    lookups = SiteLookups({"patients": failing}, clock=lambda: now)
    for _ in range(100):
        await lookups.ask("patients", {"phone": "hidden"})
    assert caplog.messages == ["lookups: 'patients' failed: timeout"]
    failing.reason = "refused"
    await lookups.ask("patients", {})
    assert caplog.messages[1:] == ["lookups: 'patients' failed: refused"]
    failing.reason, now = "timeout", 60.0
    await lookups.ask("patients", {})
    assert caplog.messages[2:] == [
        "lookups: 'patients' failed: timeout, and 99 more times since it was last told"
    ]
    now = 120.0
    await lookups.ask("patients", {})
    assert caplog.messages[3:] == ["lookups: 'patients' failed: timeout"]


async def test_a_name_that_nobody_gave_is_not_logged(caplog):
    await SiteLookups({}).ask("hidden-name", {})
    assert len(caplog.messages) == 1
    assert "hidden" not in caplog.text


async def test_every_kind_of_source_is_opened_and_the_connections_are_closed(service):
    service.keep_open = True
    service.replies = [json_reply({"a": 1})]
    sources = {
        "web": LookupSource(
            id="web",
            url=service.url + "/{id}",
            timeout_s=10.0,
            secret_headers={"Authorization": "records/token"},
        ),
        "table": LookupSource(id="table", file="a.csv"),
    }
    tables = {"table": parse_table("a.csv", b"id,name\na,Ann\n")[0]}
    secrets = {"records/token": Private("Bearer x")}
    lookups = SiteLookups.open(sources, tables, PROVIDERS, secrets.__getitem__)
    for source, given in (("web", {"id": "7"}), ("table", {"id": "a"}), ("providers", {})):
        assert (await lookups.ask(source, given)).outcome == "found"
    assert b"authorization: bearer x" in service.requests[0].lower()
    await lookups.close()
    await lookups.close()


@pytest.mark.parametrize("value", [None, "hidden\r\nX: y", "", "hidden ", "hídden"])
async def test_a_source_without_a_usable_secret_is_misconfigured_and_the_others_answer(
    caplog, value
):
    headers = {"Authorization": "records/token"}
    sources = {"web": LookupSource(id="web", url="https://127.0.0.1:9/", secret_headers=headers)}
    secret = no_secrets if value is None else lambda _: Private(value)
    lookups = SiteLookups.open(sources, {}, PROVIDERS, secret)
    assert (await lookups.ask("web", {})).reason == "misconfigured"
    assert (await lookups.ask("providers", {})).outcome == "found"
    assert "'web'" in caplog.text
    assert "hidden" not in caplog.text
    assert "token" not in caplog.text
    await lookups.close()


async def test_a_site_without_providers_has_no_such_source():
    lookups = SiteLookups.open({}, {}, [], no_secrets)
    assert (await lookups.ask("providers", {})).reason == "misconfigured"
    await lookups.close()


async def test_the_client_of_the_web_is_silent_at_every_level(service, caplog):
    caplog.set_level(logging.DEBUG)
    source = LookupSource(id="web", url=service.url + "/?phone={phone}", timeout_s=10.0)
    lookups = SiteLookups.open({"web": source}, {}, [], no_secrets)
    await lookups.ask("web", {"phone": "hidden"})
    await lookups.close()
    assert "hidden" not in caplog.text


def test_a_document_is_written_as_it_is_read():
    document = {"name": "José", "miles": 3}
    assert json.loads(found(document).document.reveal()) == document
    assert found(["x" * 65_532]).outcome == "found"
    assert found(["x" * 65_533]).reason == "too-large"
    assert found(["é" * 33_000]).reason == "too-large"
    assert found(["\ud800"]).reason == "not-json"
