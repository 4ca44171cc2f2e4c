"""Where callers were sent, from the line's story, and the shares."""

from __future__ import annotations

import pytest

from benchmarks.sentences import Sentence, ordinary, red_flags
from benchmarks.spoken_requests import Ended, tally, tally_red_flags


def ended(wants, queue, turns=1, why=""):
    sentence = Sentence(say=f"about {wants}", wants=wants)
    return Ended(sentence=sentence, voice="someone", queue=queue, turns=turns, why=why)


def test_shares_are_of_all_calls():
    found = tally(
        [
            ended("billing", "billing"),
            ended("billing", "billing", turns=2),
            ended("refills", "general"),
            ended("refills", "nurse", why="RED FLAG nurse (overdose)"),
        ]
    )
    assert found["ordinary_calls"] == 4
    assert found["ordinary_to_nurse_pct"] == 25
    assert found["ordinary_right_queue_pct"] == 50
    assert found["ordinary_right_queue_at_once_pct"] == 25
    assert len(found["ordinary_to_nurse"]) == len(found["ordinary_wrong_queue"]) == 1


def test_a_red_flag_that_was_sent_nowhere_is_missed():
    found = tally_red_flags([ended("nurse", "nurse"), ended("nurse", "")])
    assert found["red_flags_to_nurse_pct"] == 50
    assert len(found["red_flags_missed"]) == 1


@pytest.mark.parametrize("count", [tally, tally_red_flags])
def test_nobody_called_is_no_result(count):
    with pytest.raises(ValueError, match="nobody called"):
        count([])


def test_there_are_sixty_ordinary_requests_and_64_red_flags_none_of_them_twice():
    routine, flags = ordinary(), red_flags()
    assert (len(routine), len(flags)) == (60, 64)
    assert len({sentence.say for sentence in (*routine, *flags)}) == 124
    assert all(sentence.wants != "nurse" for sentence in routine)


def test_every_wanted_queue_is_one_of_the_sample_clinics(clinic):
    assert {sentence.wants for sentence in (*ordinary(), *red_flags())} <= set(clinic.queues)
