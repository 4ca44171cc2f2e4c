"""Nothing may be dialled that no pattern permits."""

import pytest

from config.outbound import permits, permits_callers


@pytest.mark.parametrize(
    ("pattern", "destination", "allowed"),
    [
        ("+12025550143", "+12025550143", True),
        ("+12025550143", "+120255501430", False),
        ("+1202555????", "+12025550143", True),
        ("+1202555????", "+1202555014", False),
        ("+1*", "+12025550143", True),
        ("+1*", "+442079460000", False),
        ("sip:*@clinic.example", "sip:nurse@clinic.example", True),
        ("sip:*@clinic.example", "SIP:nurse@clinic.example", True),
        ("sip:*@clinic.example", "sip:nurse@clinicxexample", False),
        ("sip:*@clinic.example", "sip:nurse@clinic.example.evil.test", False),
        ("+1[0-9]*", "+12025550143", False),
        ("+1*", "+1202\n+44", False),
    ],
)
def test_a_pattern_fits_the_whole_destination(pattern, destination, allowed):
    assert permits([pattern], destination) is allowed


def test_without_patterns_nothing_is_permitted():
    assert not permits([], "+12025550143")


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [
        ("+1??????????", True),
        ("+1*", True),
        ("*", True),
        ("+1202555????", True),
        ("+1202555014?", False),
        ("+12025550143", False),
        ("sip:*@clinic.example", False),
    ],
)
def test_a_pattern_for_callers_fits_numbers_that_nobody_knows_beforehand(pattern, allowed):
    assert permits_callers(["+12025550143", pattern]) is allowed
