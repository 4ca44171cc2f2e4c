"""How long callers wait for a brain, whatever becomes of the brains that come."""

import pytest

from adapters.telephony.sip.attendance import Attendance
from tests.adapters.sip.line_house import eventually

FOR_EVER_S = 3600.0


class Line:
    """Counts how often its callers were forsaken."""

    def __init__(self, unattended_s, settled_s=FOR_EVER_S):
        self.forsaken = 0
        self.attendance = Attendance(unattended_s, self._count, settled_s=settled_s)

    def _count(self):
        self.forsaken += 1


@pytest.fixture
def line():
    lines = []

    def make(*args, **kwargs):
        lines.append(Line(*args, **kwargs))
        return lines[-1]

    yield make
    for each in lines:
        each.attendance.stop()


async def test_no_brain_for_the_time_of_patience_forsakes_the_callers_once(line):
    it = line(unattended_s=0.01)
    it.attendance.undriven()
    it.attendance.undriven()
    assert not it.attendance.forsaken
    await eventually(lambda: it.attendance.forsaken)
    it.attendance.undriven()
    assert it.forsaken == 1


async def test_a_brain_that_falls_again_and_again_does_not_renew_the_patience(line):
    it = line(unattended_s=FOR_EVER_S)
    it.attendance.undriven()
    first = it.attendance._patience
    for _ in range(3):
        it.attendance.driven()
        it.attendance.undriven()
    assert it.attendance._patience is first
    assert not first.cancelled()


async def test_a_brain_that_is_here_when_patience_runs_out_is_let_be(line):
    it = line(unattended_s=0.01)
    it.attendance.undriven()
    it.attendance.driven()
    await eventually(lambda: it.attendance._out_of_patience)
    assert it.attendance.attended
    assert not it.attendance.forsaken
    assert it.forsaken == 0


async def test_callers_are_forsaken_at_once_when_that_brain_falls_again(line):
    it = line(unattended_s=0.01)
    it.attendance.undriven()
    it.attendance.driven()
    await eventually(lambda: it.attendance._out_of_patience)
    it.attendance.undriven()
    assert it.attendance.forsaken
    assert it.forsaken == 1


async def test_a_brain_that_stays_earns_the_callers_all_of_the_patience_again(line):
    it = line(unattended_s=FOR_EVER_S, settled_s=0.01)
    it.attendance.undriven()
    first = it.attendance._patience
    it.attendance.driven()
    await eventually(lambda: it.attendance._patience is None)
    assert first.cancelled()
    it.attendance.undriven()
    assert it.attendance._patience is not None
    assert it.forsaken == 0


async def test_a_line_that_stops_forsakes_nobody(line):
    it = line(unattended_s=0.01)
    it.attendance.undriven()
    it.attendance.stop()
    it.attendance.undriven()
    assert it.attendance._patience is None
    assert it.forsaken == 0
