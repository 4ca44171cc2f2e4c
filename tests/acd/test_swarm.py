"""Days each of which has a mix of its own: the promises hold in all of them."""

import pytest

from tests.acd import swarm
from tests.acd.test_every_rule import Days


class Impatient(Days):
    """Promises what nobody can keep: that two never wait."""

    def all_promises(self):
        super().all_promises()
        assert self.distributor.totals.waiting < 2


@pytest.mark.parametrize("first", [0, 10, 20])
def test_days_of_every_mix_keep_every_promise(first):
    for number in range(first, first + 10):
        assert swarm.live(number, steps=50) is None, number


@pytest.mark.slow
def test_hundreds_of_days_of_every_mix_keep_every_promise():
    for number in range(1000, 1600):
        assert swarm.live(number, steps=50) is None, number


def test_a_day_that_goes_wrong_is_told_by_the_steps_that_matter():
    taken = swarm.shortest(swarm.live(0, 50, Impatient), Impatient)
    assert [name for name, _ in taken] == ["queued", "queued"]
