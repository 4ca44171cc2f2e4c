"""What every ``Lookups`` promises, run against each of them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.lookups import SimulatedLookups, SiteLookups
from adapters.lookups.answer import REASONS
from adapters.lookups.http import HttpSource
from adapters.lookups.providers import ProviderSource
from adapters.lookups.table import TableSource
from calls.ports import ANSWER_MAX_BYTES
from config.directory import Provider
from config.lookups import LookupSource
from config.table import parse_table
from tests.adapters.lookups.service import Service, json_reply, reply

TABLE = b"id,name\na,Ann\nb,Bo\n"
PROVIDERS = [Provider(id="ann", name="Ann", specialty="cardiology")]


async def patients_only(writer):
    """Answers by what was asked."""
    known = patients_only.service.requests[-1].startswith(b"GET /?name=Ann ")
    writer.write(json_reply({"name": "Ann"}) if known else reply(status="404 Not Found"))
    await writer.drain()


def simulated(given):
    return {"name": "Ann"} if given.get("name") == "Ann" else "not-found"


@pytest.fixture(params=["simulated", "table", "http", "providers"])
async def asked(request, transport):
    """A port, a source of it, what finds Ann in it, and what finds nobody."""
    somebody, nobody = {"name": "Ann"}, {"name": "Zoe"}
    service = Service()
    await service.start()
    if request.param == "simulated":
        lookups = SimulatedLookups({"source": simulated})
    elif request.param == "table":
        lookups = SiteLookups({"source": TableSource(parse_table("a.csv", TABLE)[0])})
    elif request.param == "http":
        patients_only.service = service
        service.replies = [patients_only]
        place = LookupSource(id="source", url=service.url + "/?name={name}", timeout_s=10.0)
        lookups = SiteLookups({"source": HttpSource(place, {}, transport)})
    else:
        lookups = SiteLookups({"source": ProviderSource(PROVIDERS)})
        somebody, nobody = {"specialty": "cardiology"}, {"specialty": "urology"}
    yield lookups, somebody, nobody
    await service.stop()


def check_shape(answer):
    """The three kinds of answer, and nothing between them."""
    document = answer.document.reveal()
    if answer.outcome == "found":
        assert isinstance(json.loads(document), dict | list)
        assert len(document.encode()) <= ANSWER_MAX_BYTES
        assert answer.reason == ""
    elif answer.outcome == "not-found":
        assert (document, answer.reason) == ("", "")
    else:
        assert answer.outcome == "failed"
        assert document == ""
        assert answer.reason in REASONS


async def test_what_is_there_is_found(asked):
    lookups, somebody, _ = asked
    answer = await lookups.ask("source", somebody)
    check_shape(answer)
    assert json.loads(answer.document.reveal())["name"] == "Ann"


async def test_what_is_not_there_is_not_found(asked):
    lookups, _, nobody = asked
    answer = await lookups.ask("source", nobody)
    check_shape(answer)
    assert answer.outcome == "not-found"


async def test_an_unknown_source_is_misconfigured(asked):
    lookups, somebody, _ = asked
    answer = await lookups.ask("other", somebody)
    check_shape(answer)
    assert answer.reason == "misconfigured"


async def test_an_answer_shows_nothing_of_itself(asked):
    lookups, somebody, _ = asked
    assert "Ann" not in repr(await lookups.ask("source", somebody))


@pytest.mark.parametrize("value", ["", " ", "\x00", "\ud800", "x" * 10_000, "'\"--;%", "٣"])
async def test_whatever_is_given_there_is_an_answer(asked, value):
    lookups, somebody, _ = asked
    for name in (*somebody, "zip", "language", "accepting", "skip", "other", "\ud800", ""):
        check_shape(await lookups.ask("source", {name: value}))
    check_shape(await lookups.ask("source", {}))


VALUES = st.dictionaries(
    st.sampled_from(["id", "name", "phone", "specialty", "zip", "language", "accepting", "skip"]),
    st.text() | st.from_regex(r"[0-9]{1,5}", fullmatch=True),
)


@given(VALUES)
@settings(max_examples=settings.get_profile(settings.get_current_profile_name()).max_examples * 2)
def test_tables_and_providers_answer_anything(values):
    check_shape(TableSource(parse_table("a.csv", TABLE)[0]).answer(values))
    check_shape(ProviderSource(PROVIDERS).answer(values))
