from adapters.telephony.media.latch import Latch

PHONE = ("192.0.2.7", 4000)
OTHER_PORT = ("192.0.2.7", 62_000)
ATTACKER = ("203.0.113.66", 4000)


def latch(*, any_host=False):
    return Latch(*PHONE, any_host=any_host)


def test_packets_go_to_the_address_of_the_sdp_before_anything_is_heard():
    assert latch().remote == PHONE


def test_another_port_of_the_same_host_is_followed_at_the_first_packet():
    far = latch()
    assert far.accept(OTHER_PORT, 0)
    assert far.remote == OTHER_PORT


def test_another_host_is_never_followed_unless_the_site_says_so():
    far = latch()
    assert not any(far.accept(ATTACKER, round_) for round_ in range(1000))
    assert far.remote == PHONE


def test_behind_nat_another_host_is_followed_after_three_packets():
    far = latch(any_host=True)
    assert [far.accept(ATTACKER, round_) for round_ in range(4)] == [False, False, True, True]
    assert far.remote == ATTACKER


def test_a_stray_packet_between_does_not_move_a_call():
    far = latch(any_host=True)
    for round_ in range(200):
        assert far.accept(PHONE, round_)
        assert not far.accept(ATTACKER, round_)
    assert far.remote == PHONE


def test_a_settled_call_is_not_taken_over_by_a_flood():
    far = latch(any_host=True)
    for round_ in range(30):
        far.accept(PHONE, round_)
    assert not any(far.accept(ATTACKER, 30) for _ in range(1000))
    assert far.accept(PHONE, 31)


def test_after_a_second_of_silence_a_new_port_of_the_far_end_is_followed():
    far = latch()
    for round_ in range(30):
        far.accept(PHONE, round_)
    assert [far.accept(OTHER_PORT, round_) for round_ in range(78, 83)] == [
        False,
        False,
        False,
        True,
        True,
    ]


def test_port_nought_is_nobody():
    far = latch(any_host=True)
    assert not any(far.accept(("192.0.2.7", 0), round_) for round_ in range(10))


def test_the_address_of_the_sdp_is_not_taken_over_even_in_its_first_moment():
    latch = Latch("192.0.2.1", 4000, any_host=True)
    assert latch.accept(("192.0.2.1", 4000), 0)
    for round_ in range(5):
        for _ in range(20):
            assert not latch.accept(("192.0.2.1", 9999), round_)
    assert latch.remote == ("192.0.2.1", 4000)


def test_the_address_of_the_sdp_takes_its_place_from_whoever_was_quicker():
    latch = Latch("192.0.2.1", 4000, any_host=False)
    for round_ in range(40):
        assert latch.accept(("192.0.2.1", 9999), round_)
    assert latch.accept(("192.0.2.1", 4000), 40)
    assert latch.remote == ("192.0.2.1", 4000)
    assert not latch.accept(("192.0.2.1", 9999), 41)
