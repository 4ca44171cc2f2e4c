"""The caller's softphone: what it heard is in time with the call."""

from __future__ import annotations

import socket

import pytest

from adapters.telephony.media import MediaEngine
from adapters.telephony.sip.phone import CallerPhone

FRAME = 320
"""Bytes of 20 ms."""


async def test_what_a_caller_hears_stays_in_time_where_the_process_was_held_up(network_ports):
    engine = MediaEngine("127.0.0.1", *network_ports)
    phone = CallerPhone(engine)
    leg = engine.open()
    try:
        phone._leg = leg
        leg.listen(phone._hear)
        leg.tick(0, 0.0)
        leg.tick(1, 0.02)
        assert len(phone.heard) == 2 * FRAME
        # Fifty rounds were too late to be caught up with.
        leg.tick(52, 1.04)
        assert len(phone.heard) == 53 * FRAME
        leg.tick(53, 1.06)
        assert len(phone.heard) == 54 * FRAME
    finally:
        engine.close()


@pytest.fixture
def network_ports() -> tuple[int, int]:
    """A range that begins at a free port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        first = min(int(probe.getsockname()[1]), 65000)
    return first, first + 500
