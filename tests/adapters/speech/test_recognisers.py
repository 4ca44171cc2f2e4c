import pytest

from adapters.speech.pool import PoolSettings, clinic_pool
from adapters.speech.voices import VoiceSynthesiser
from tests.adapters.speech.sound import through_mu_law

pytestmark = pytest.mark.alone

PATIENT = PoolSettings(straggler_s=30, hang_timeout_s=60)


@pytest.mark.parametrize(
    ("said", "needed"),
    [("I have chest pain.", "pain"), ("I need to refill my prescription.", "refill")],
)
async def test_a_sentence_over_the_telephone_is_understood_by_both_engines(said, needed):
    pool = clinic_pool(["i have chest pain"], ["xyzzyq"], PATIENT)
    await pool.start()
    try:
        assert pool.health.unusable == {}
        assert any("xyzzyq" in remark for remark in pool.health.remarks)
        spoken = await VoiceSynthesiser().render(said, "en")
        heard = await pool.recognise(through_mu_law(spoken), "en")
    finally:
        await pool.close()
    assert needed in heard.words.split()
    assert needed in heard.second.split()
    assert heard.confidence >= 0.4
