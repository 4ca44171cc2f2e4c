"""A service to ask, and a source that asks it."""

import pytest

from adapters.lookups.http import HttpSource, open_transport
from config.lookups import LookupSource
from tests.adapters.lookups.service import Service


@pytest.fixture
async def service():
    made = Service()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def transport():
    made = open_transport()
    yield made
    await made.aclose()


@pytest.fixture
def source(service, transport):
    """Makes a source at a path of the service."""

    def make(path="/patients?phone={phone}", secrets=None, **fields):
        fields.setdefault("timeout_s", 10.0)  # none of it is used, unless a test is about it
        settings = LookupSource(id="patients", url=service.url + path, **fields)
        return HttpSource(settings, secrets or {}, transport)

    return make
