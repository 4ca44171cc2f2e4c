from adapters.telephony.media.counters import PacingError


def test_quantiles_come_from_the_histogram():
    pacing = PacingError()
    for late in range(1000):
        pacing.add(late / 100_000)
    assert abs(pacing.quantile_s(0.5) - 0.005) <= 0.0001
    assert abs(pacing.quantile_s(0.99) - 0.0099) <= 0.0001
    assert pacing.worst_s == 0.00999
    assert pacing.count == 1000


def test_without_packets_there_is_no_error():
    assert PacingError().quantile_s(0.99) == 0.0


def test_a_packet_beyond_the_scale_is_the_worst_itself():
    pacing = PacingError()
    pacing.add(3.5)
    assert pacing.quantile_s(0.99) == 3.5


def test_a_packet_before_its_time_counts_as_in_time():
    pacing = PacingError()
    pacing.add(-0.001)
    assert pacing.quantile_s(1.0) == 0.0001
    assert pacing.worst_s == 0.0


def test_legs_are_added_up():
    one, two = PacingError(), PacingError()
    for _ in range(99):
        one.add(0.001)
    two.add(0.05)
    one.merge(two)
    assert one.count == 100
    assert one.worst_s == 0.05
    assert one.quantile_s(0.99) < 0.002
    assert one.quantile_s(1.0) > 0.049
