"""The codecs against ITU-T G.711, written down here a second time in another way."""

import numpy as np
import pytest

from adapters.telephony.media.g711 import CODECS, PCMA, PCMU, transcode

EVERY_SAMPLE = np.arange(-32768, 32768).astype("<i2")
EVERY_CODE = bytes(range(256))


def mu_law_code(sample: int) -> int:
    """Segment and step by bits, as the ITU's reference software (G.191) goes about it."""
    magnitude = min((~sample if sample < 0 else sample) >> 2, 0x1FFF) + 33
    magnitude = min(magnitude, 0x1FFF)
    segment = magnitude.bit_length() - 6
    step = (magnitude >> (segment + 1)) & 0x0F
    code = (segment << 4) | step
    return code ^ 0x7F if sample < 0 else code ^ 0xFF


def mu_law_sample(code: int) -> int:
    inverted = code ^ 0xFF
    segment, step = (inverted >> 4) & 7, inverted & 0x0F
    magnitude = ((2 * step + 33) << segment) - 33
    return -4 * magnitude if inverted & 0x80 else 4 * magnitude


def a_law_code(sample: int) -> int:
    magnitude = (~sample if sample < 0 else sample) >> 4
    segment = max(magnitude.bit_length() - 4, 0)
    step = (magnitude >> max(segment - 1, 0)) & 0x0F
    return ((segment << 4) | step | (0 if sample < 0 else 0x80)) ^ 0x55


def a_law_sample(code: int) -> int:
    plain = code ^ 0x55
    segment, step = (plain >> 4) & 7, plain & 0x0F
    magnitude = 2 * step + 1 if segment == 0 else (2 * step + 33) << (segment - 1)
    return 8 * magnitude if plain & 0x80 else -8 * magnitude


@pytest.mark.parametrize(("codec", "code"), [(PCMU, mu_law_code), (PCMA, a_law_code)])
def test_every_sample_is_encoded_as_g711_says(codec, code):
    expected = bytes(code(sample) for sample in EVERY_SAMPLE.tolist())
    assert codec.encode(EVERY_SAMPLE.tobytes()) == expected


@pytest.mark.parametrize(("codec", "sample"), [(PCMU, mu_law_sample), (PCMA, a_law_sample)])
def test_every_code_is_decoded_as_g711_says(codec, sample):
    assert codec.samples(EVERY_CODE).tolist() == [sample(code) for code in range(256)]


def test_values_that_the_tables_of_g711_print():
    assert PCMU.samples(b"\x80\x00\xff\x7f").tolist() == [8031 * 4, -8031 * 4, 0, 0]
    assert PCMA.samples(b"\xaa\x2a\xd5\x55").tolist() == [4032 * 8, -4032 * 8, 8, -8]


@pytest.mark.parametrize("codec", [PCMU, PCMA])
def test_decoding_and_encoding_again_changes_nothing_but_the_sign_of_nought(codec):
    again = codec.encode(codec.decode(EVERY_CODE))
    changed = [code for code in range(256) if again[code] != code]
    assert changed == ([0x7F] if codec is PCMU else [])


@pytest.mark.parametrize("codec", [PCMU, PCMA])
def test_a_frame_of_silence_is_as_quiet_as_the_law_allows(codec):
    assert len(codec.silence) == 160
    assert abs(codec.samples(codec.silence)).max() <= 8


def test_the_same_law_is_passed_on_untouched():
    frame = bytes(160)
    assert transcode(frame, PCMU, PCMU) is frame


@pytest.mark.parametrize(("source", "target"), [(PCMU, PCMA), (PCMA, PCMU)])
def test_transcoding_keeps_every_value_within_one_step(source, target):
    before = source.samples(EVERY_CODE).astype(int)
    after = target.samples(transcode(EVERY_CODE, source, target)).astype(int)
    assert np.all(abs(after - before) <= np.maximum(abs(before) // 16, 8))


def test_codecs_are_found_by_their_static_payload_type():
    assert CODECS == {0: PCMU, 8: PCMA}


def test_half_a_sample_is_refused():
    with pytest.raises(ValueError, match="multiple of element size"):
        PCMU.encode(b"abc")
