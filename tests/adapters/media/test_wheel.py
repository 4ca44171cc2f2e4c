from hypothesis import given
from hypothesis import strategies as st

from adapters.telephony.media.wheel import SLOT_S, SLOTS, Wheel


def test_members_are_spread_over_the_slots():
    wheel = Wheel(0.0)
    for member in range(25):
        wheel.join(member)
    sizes = [len(wheel.take(tick * SLOT_S).members) for tick in range(SLOTS)]
    assert sorted(sizes) == [2] * 5 + [3] * 5


def test_nothing_is_due_before_its_time():
    wheel = Wheel(10.0)
    assert wheel.take(9.999) is None
    assert wheel.take(10.0).due == 10.0
    assert wheel.take(10.0) is None


def test_every_member_is_served_once_a_round_without_drift():
    wheel = Wheel(0.0)
    wheel.join("leg")
    served = []
    for tick in range(50_000):
        turn = wheel.take(tick * SLOT_S + 0.0007)
        if turn is not None and turn.members:
            served.append((turn.round_, turn.due))
    assert [round_ for round_, _ in served] == list(range(5000))
    assert all(abs(due - round_ * 0.02) < 1e-6 for round_, due in served)


def test_a_short_delay_is_caught_up_round_by_round():
    wheel = Wheel(0.0)
    wheel.join("leg")
    rounds = []
    while (turn := wheel.take(0.05)) is not None:
        rounds += [turn.round_ for _ in turn.members]
    assert rounds == [0, 1, 2]


def test_a_long_delay_is_skipped_and_seen_in_the_round_numbers():
    wheel = Wheel(0.0)
    wheel.join("leg")
    assert wheel.take(0.0).round_ == 0
    rounds = []
    while (turn := wheel.take(1.0)) is not None:
        rounds += [turn.round_ for _ in turn.members]
    assert rounds == [50]


def test_who_left_is_served_no_more():
    wheel = Wheel(0.0)
    for member in ("stays", "leaves"):
        wheel.join(member)
    wheel.leave("leaves")
    served = [member for tick in range(SLOTS) for member in wheel.take(tick * SLOT_S).members]
    assert served == ["stays"]


@given(st.lists(st.floats(0, 0.3), max_size=200))
def test_however_late_the_timer_rounds_only_go_up_and_none_comes_twice(delays):
    wheel = Wheel(0.0)
    wheel.join("leg")
    now = 0.0
    rounds = []
    for delay in delays:
        now += delay
        while (turn := wheel.take(now)) is not None:
            assert turn.due <= now
            rounds += [turn.round_ for _ in turn.members]
    assert rounds == sorted(set(rounds))
    assert wheel.due > now or not delays
