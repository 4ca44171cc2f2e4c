"""Three voices at once: each hears the sum of the others and never itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.telephony.media.g711 import PCMA, PCMU, transcode
from adapters.telephony.media.mixer import Mixer, mix

FRAME = st.binary(min_size=160, max_size=160)
CODEC = st.sampled_from([PCMU, PCMA])


class Voice:
    def __init__(self, frame, codec=PCMU):
        self.said = (frame, codec)

    def heard(self):
        return self.said


def level(value, codec=PCMU):
    return codec.encode(np.full(160, value, "<i2").tobytes())


@given(st.lists(st.tuples(FRAME, CODEC), min_size=2, max_size=4), CODEC)
def test_a_mix_is_the_sum_cut_off_at_sixteen_bits(frames, codec):
    exact = sum(spoken_in.samples(frame).astype(np.int64) for frame, spoken_in in frames)
    wanted = np.clip(exact, -32768, 32767).astype("<i2").tobytes()
    assert mix(frames, codec) == codec.encode(wanted)


@pytest.mark.parametrize("sign", [1, -1])
def test_two_shouts_do_not_wrap_round(sign):
    loud = level(sign * 30000)
    samples = PCMU.samples(mix([(loud, PCMU), (loud, PCMU)], PCMU))
    assert np.all(sign * samples.astype(int) > 31000)


def test_everybody_hears_the_others_and_never_themselves():
    one, two, three = Voice(level(1000)), Voice(level(200, PCMA), PCMA), Voice(level(40))
    mixer = Mixer([one, two, three])
    assert mixer.heard_by(one, PCMU) == mix([two.said, three.said], PCMU)
    assert mixer.heard_by(two, PCMA) == mix([one.said, three.said], PCMA)
    assert mixer.heard_by(three, PCMU) == mix([one.said, two.said], PCMU)


def test_one_who_speaks_alone_is_passed_on_as_they_are():
    speaker = Voice(bytes(range(160)))
    mixer = Mixer([speaker, Voice(None), Voice(None)])
    listener = mixer.members[1]
    assert mixer.heard_by(listener, PCMU) == speaker.said[0]
    assert mixer.heard_by(listener, PCMA) == transcode(speaker.said[0], PCMU, PCMA)
    assert mixer.heard_by(speaker, PCMU) is None


def test_whoever_left_is_heard_no_more():
    gone, here, listener = Voice(level(1000)), Voice(level(40)), Voice(None)
    mixer = Mixer([gone, here, listener])
    mixer.leave(gone)
    assert mixer.heard_by(listener, PCMU) == here.said[0]
