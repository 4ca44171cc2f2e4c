"""A media engine on loopback, and phones at the far end of its legs."""

import socket

import pytest

from adapters.telephony.media import (
    MediaEngine,
)
from tests.adapters.media.far_phone import HOST, Phone


@pytest.fixture
async def engine():
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    probe.bind((HOST, 0))
    first = min(probe.getsockname()[1], 65000)
    probe.close()
    engine = MediaEngine(HOST, first, first + 500)
    yield engine
    engine.close()
    assert engine.open_legs == 0


@pytest.fixture
def phone():
    phones = []

    def make(leg, **how):
        phones.append(Phone(leg))
        leg.start(HOST, phones[-1].port, **{"payload": 0, "dtmf_payload": 101} | how)
        return phones[-1]

    yield make
    for made in phones:
        made.socket.close()
